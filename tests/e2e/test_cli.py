"""The commands against a running daemon, and without one."""
import json
import os
import re
import subprocess

from harness import E2E, TOCSIN, main, wait_until


class Commands(E2E):
    def test_desk(self):
        route, source = self.feed()
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        route.set_items([(1, "旧", ""), (2, "云溪三中宿舍起火", "")])
        number = str(self.wait_opened(1)[0]["id"])

        done = d.cli("status")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("云溪县教育局", done.stdout)
        done = d.cli("status", "--json")
        self.assertEqual(json.loads(done.stdout)["sources"], 1)
        done = d.cli("sources")
        self.assertIn("news", done.stdout)
        done = d.cli("incidents")
        self.assertIn("云溪三中宿舍起火", done.stdout)
        self.assertEqual(json.loads(d.cli(
            "incidents", "list", "--json").stdout)["incidents"][0]["id"],
            int(number))
        self.assertNotIn("宿舍", d.cli("incidents", "--query", "食堂").stdout)
        done = d.cli("incidents", "show", number)
        self.assertIn("test-fire", done.stdout)

        self.assertEqual(d.cli("incidents", "ack", number).returncode, 0)
        self.assertEqual(d.cli("incidents", "note", number).returncode, 2)
        self.assertEqual(d.cli("incidents", "note", number, "--reason",
                               "已致电学校").returncode, 0)
        self.assertEqual(d.cli("incidents", "resolve", number, "--reason",
                               "已扑灭").returncode, 0)
        shown = json.loads(d.cli("incidents", "show", number, "--json").stdout)
        self.assertEqual(shown["incident"]["state"], "closed")
        self.assertIn("已致电学校", json.dumps(shown["timeline"],
                                               ensure_ascii=False))
        self.assertEqual(d.cli("incidents", "show", "999").returncode, 1)

    def test_users(self):
        _, source = self.feed()
        d = self.daemon([source])
        done = d.cli("user", "add", "li", "--generate", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreaterEqual(len(json.loads(done.stdout)["password"]), 16)
        again = d.cli("user", "add", "li", "--generate")
        self.assertEqual(again.returncode, 1)
        d.put("short", "abc", 0o600)
        self.assertEqual(d.cli("user", "add", "zhao", "--password-file",
                               d.folder + "/short").returncode, 1)

    def test_check(self):
        _, source = self.feed()
        d = self.daemon([source], start=False)
        done = d.cli("check")
        self.assertEqual(done.returncode, 0, done.stderr)
        printed = d.cli("check", "--print")
        self.assertIn("云溪县教育局", printed.stdout)
        self.assertNotIn(self.receiver.secret, printed.stdout)
        d.put("sources.d/test.yaml", "sources:\n  - id: a\n    titel: b\n")
        done = d.cli("check")
        self.assertEqual(done.returncode, 1)
        self.assertIn("sources.d/test.yaml:3:5:", done.stderr)
        self.assertIn("did you mean", done.stderr)

    def test_without_a_daemon(self):
        d = self.daemon([], start=False)
        for args in (["status"], ["sources"], ["incidents"], ["reload"]):
            done = d.cli(*args)
            self.assertEqual(done.returncode, 1, args)
            self.assertIn("tocsind", done.stderr)

    def run_plain(self, *args):
        return subprocess.run([TOCSIN] + list(args), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=30, text=True)

    def test_wrong_use(self):
        for args in ([], ["nonsense"], ["try", "nonsense"],
                     ["incidents", "fly", "3"], ["status", "--nonsense"],
                     ["demo", "--port", "70000"], ["user", "add"],
                     ["incidents", "--level", "violet"]):
            done = self.run_plain(*args)
            self.assertEqual(done.returncode, 2, args)
            self.assertTrue(done.stderr.strip(), args)
        self.assertEqual(self.run_plain("help").returncode, 0)
        self.assertIn("tocsin", self.run_plain("--version").stdout)

    def test_help_names_every_option(self):
        folder = os.path.join(os.path.dirname(__file__), "..", "..", "cli")
        checked = 0
        for name in sorted(os.listdir(folder)):
            command = name[:-2].replace("try_", "try ").split()
            if (not name.endswith(".c")
                    or self.run_plain("help", *command).returncode != 0):
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                options = re.findall(r'{"([a-z-]+)", (?:no|required)_arg', f.read())
            text = self.run_plain("help", *command).stdout
            for option in options:
                checked += 1
                self.assertIn("--" + option, text, command)
        self.assertGreater(checked, 20)

    def test_every_command_explains_itself(self):
        listed = self.run_plain("help").stdout
        names = [line.split() for line in listed.splitlines()
                 if line.startswith("  ")]
        self.assertGreater(len(names), 8)
        for words in names:
            command = words[:2] if words[0] == "try" else words[:1]
            done = self.run_plain("help", *command)
            self.assertEqual(done.returncode, 0, command)
            self.assertIn("Usage: tocsin " + " ".join(command), done.stdout)
            self.assertEqual(self.run_plain(*command, "--help").stdout,
                             done.stdout)


if __name__ == "__main__":
    main()
