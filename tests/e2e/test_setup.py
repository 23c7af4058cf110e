"""tocsin setup: from nothing to a daemon that watches, asked and unasked."""
import json
import os
import pty
import re
import select
import shutil
import subprocess
import tempfile
import time
import unittest

from harness import PATIENCE, TOCSIN, TOCSIND, UnixConnection, free_port, \
    main, wait_until

OPML = """<?xml version="1.0"?><opml version="2.0"><body>
<outline text="云溪日报" type="rss" xmlUrl="https://paper.example/feed.xml"/>
</body></opml>"""


class Setup(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="tocsin-setup-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.dir = os.path.join(self.folder, "t")
        self.opml = os.path.join(self.folder, "first.opml")
        with open(self.opml, "w", encoding="utf-8") as f:
            f.write(OPML)

    def setup(self, *args, **more):
        return subprocess.run(
            [TOCSIN, "setup", "--dir", self.dir] + list(args),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, timeout=60 * PATIENCE, **more)

    def given(self, *args):
        return self.setup(
            "--yes", "--bureau", "云溪县教育局", "--contact",
            "desk@yunxi.example", "--listen",
            "127.0.0.1:%d" % free_port(), *args)

    def watch(self):
        """Start the daemon on what was written, and see that it is ready."""
        config = os.path.join(self.dir, "tocsin.yaml")
        with open(os.path.join(self.folder, "log"), "wb") as log:
            daemon = subprocess.Popen([TOCSIND, "--config", config],
                                      stdin=subprocess.DEVNULL, stdout=log,
                                      stderr=log)
        try:
            def ready():
                self.assertIsNone(daemon.poll())
                c = UnixConnection(os.path.join(self.dir, "console.sock"))
                try:
                    c.request("GET", "/readyz")
                    return c.getresponse().status == 200
                except OSError:
                    return False
                finally:
                    c.close()

            wait_until(ready, 30, "tocsind to be ready")
            done = subprocess.run(
                [TOCSIN, "user", "list", "--json", "--config", config],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                timeout=60 * PATIENCE)
            return json.loads(done.stdout)["users"]
        finally:
            daemon.terminate()
            daemon.wait(30 * PATIENCE)

    def test_without_questions(self):
        done = self.given("--source", self.opml, "--admin", "li", "--channel",
                          "webhook https://desk.example/hook", "--secret",
                          "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                          "--no-test")
        self.assertEqual(done.returncode, 0, done.stderr)
        password = re.search(r"password  (\S+)", done.stdout).group(1)
        self.assertGreaterEqual(len(password), 16)
        config = os.path.join(self.dir, "tocsin.yaml")
        check = subprocess.run(
            [TOCSIN, "check", "--print", "--config", config],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(check.returncode, 0, check.stderr)
        for there in ("云溪县教育局", "paper.example", "id: \"desk\""):
            self.assertIn(there, check.stdout)
        for name in ("desk.url", "desk.secret"):
            mode = os.stat(os.path.join(self.dir, "channels.d", name)).st_mode
            self.assertEqual(mode & 0o077, 0)
        users = self.watch()
        self.assertEqual([(u["name"], u["role"]) for u in users],
                         [("li", "admin")])

    def test_what_is_there_stays(self):
        self.assertEqual(self.given().returncode, 0)
        with open(os.path.join(self.dir, "tocsin.yaml"),
                  encoding="utf-8") as f:
            before = f.read()
        again = self.given("--admin", "zhao")
        self.assertEqual(again.returncode, 1)
        self.assertIn("stays as it is", again.stderr)
        with open(os.path.join(self.dir, "tocsin.yaml"),
                  encoding="utf-8") as f:
            self.assertEqual(f.read(), before)

    def test_a_wrong_answer_leaves_nothing(self):
        done = self.given("--zone", "Asia/Yunxi")
        self.assertEqual(done.returncode, 1)
        self.assertIn("zone", done.stderr)
        self.assertFalse(os.path.exists(
            os.path.join(self.dir, "tocsin.yaml")))
        weak = os.path.join(self.folder, "weak")
        with open(weak, "w", encoding="utf-8") as f:
            f.write("short\n")
        for wrong in (("--password-file", weak), ("--admin", "a b")):
            done = self.given(*wrong)
            self.assertEqual(done.returncode, 1)
            self.assertIn("will not do", done.stderr)
            self.assertFalse(os.path.exists(
                os.path.join(self.dir, "tocsin.yaml")))
        self.assertEqual(self.setup().returncode, 2)  # nobody to ask
        self.assertEqual(self.setup("--yes").returncode, 2)

    def test_a_channel_that_takes_nothing_is_said(self):
        done = self.given("--channel",
                          "webhook http://127.0.0.1:%d/" % free_port())
        self.assertEqual(done.returncode, 1)
        self.assertIn("channel", done.stdout + done.stderr)
        self.assertTrue(os.path.exists(
            os.path.join(self.dir, "tocsin.yaml")))

    def test_six_questions(self):
        answers = ["云溪县教育局, desk@yunxi.example", "", "127.0.0.1:%d"
                   % free_port(), "wang", self.opml, ""]
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(TOCSIN, [TOCSIN, "setup", "--dir", self.dir])
        said, asked, end = "", 0, time.monotonic() + 60 * PATIENCE
        while time.monotonic() < end:
            if not select.select([terminal], [], [], 1)[0]:
                continue
            try:
                piece = os.read(terminal, 65536)
            except OSError:
                break  # it ended
            if not piece:
                break
            said += piece.decode(errors="replace")
            while asked < 6 and "%d/6" % (asked + 1) in said \
                    and said.rstrip(" ").endswith(">"):
                os.write(terminal, answers[asked].encode() + b"\n")
                asked += 1
                said += "\n"
        os.close(terminal)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        self.assertEqual((status, asked), (0, 6), said)
        self.assertIn("password  ", said)
        self.assertEqual([u["name"] for u in self.watch()], ["wang"])


if __name__ == "__main__":
    main()
