"""What a newcomer sees: the demonstration's first half minute."""
import json
import os
import signal
import subprocess
import time

from harness import TOCSIN, Daemon, E2E, free_port, main, wait_until


class Demonstration(E2E):
    def setUp(self):
        super().setUp()
        self.began = time.monotonic()
        self.home = Daemon().folder  # a folder that the test removes
        self.record = self.home + "/record.jsonl"
        self.out = open(self.home + "/demo.log", "wb")
        self.demo = subprocess.Popen(
            [TOCSIN, "demo", "--dir", self.home + "/county", "--port", "0",
             "--console", "127.0.0.1:%d" % free_port(), "--lang", "zh",
             "--record", self.record], stdout=self.out, stderr=self.out,
            stdin=subprocess.DEVNULL)
        self.addCleanup(self.end)
        wait_until(lambda: os.path.exists(self.home
                                          + "/county/channels.d/desk.yaml")
                   and os.path.exists(self.record), 10, "the configuration")

    def end(self):
        self.demo.kill()
        self.demo.wait()
        self.out.close()
        subprocess.run(["rm", "-rf", self.home], check=True)

    def text(self):
        with open(self.home + "/demo.log", encoding="utf-8") as f:
            return f.read()

    def lines(self):
        with open(self.record, encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def test_first_incident_within_half_a_minute(self):
        d = Daemon(folder=self.home + "/county")
        self.daemons.append(d)
        check = d.cli("check")
        self.assertEqual(check.returncode, 0, check.stderr)
        self.assertIn("15 sources", check.stdout)
        d.start()
        message = wait_until(
            lambda: [x for x in self.lines() if "message" in x], 30,
            "the first webhook")[0]
        self.assertLess(time.monotonic() - self.began, 30,
                        "the first webhook came late")
        self.assertEqual(message["status"], 204)
        self.assertEqual(message["body"]["type"], "incident.opened")
        self.assertIn("青石镇中心学校", message["body"]["data"]["incident"]["title"])
        wait_until(lambda: "签名正确" in self.text(), 5, "what the desk reads")
        self.assertIn("· 白杨小学", self.text())
        self.assertEqual(len(d.api("GET", "/api/v1/sources")["sources"]), 15)

        self.demo.send_signal(signal.SIGINT)
        self.assertEqual(self.demo.wait(10), 0)
        self.assertIn("拒绝 0 条", self.text())

    def test_somebodys_configuration_stays(self):
        theirs = self.home + "/theirs"
        os.mkdir(theirs)
        with open(theirs + "/tocsin.yaml", "w", encoding="utf-8") as f:
            f.write("bureau: mine\n")
        done = subprocess.run([TOCSIN, "demo", "--dir", theirs, "--port", "0",
                               "--duration", "1"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=20)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--dir", done.stderr)
        with open(theirs + "/tocsin.yaml", encoding="utf-8") as f:
            self.assertEqual(f.read(), "bureau: mine\n")


if __name__ == "__main__":
    main()
