"""The units as they are installed: verified, and how exposed they are."""
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

FOLDER = os.path.dirname(os.environ["TOCSIN_UNIT"])
TOCSIN, TOCSIND = os.environ["TOCSIN"], os.environ["TOCSIND"]
# In tenths; the best unit that Debian 12 ships has 12.
MAX_EXPOSURE = {"tocsind.service": 3, "tocsind-outward.service": 10}
SOCKETS = ("tocsind-outward.socket", "tocsind-console.socket")


class Units(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="tocsin-unit-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.text = {}
        for name in list(MAX_EXPOSURE) + list(SOCKETS):
            with open(os.path.join(FOLDER, name), encoding="utf-8") as f:
                text = self.text[name] = f.read()
            # the programs are not installed where the units say
            text = re.sub(r"(?<=[= ])/\S*/tocsind(?=\s)", TOCSIND, text)
            text = re.sub(r"(?<=[= ])/\S*/tocsin(?=\s)", TOCSIN, text)
            with open(os.path.join(self.folder, name), "w",
                      encoding="utf-8") as f:
                f.write(text)

    def analyze(self, *args):
        return subprocess.run(["systemd-analyze"] + list(args),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60)

    def test_verify_is_silent(self):
        paths = [os.path.join(self.folder, name) for name in self.text]
        done = self.analyze("verify", "--man=no", *paths)
        about_us = [line for line in done.stdout.splitlines()
                    if "tocsin" in line]
        self.assertEqual(about_us, [])
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_exposure(self):
        for name, most in MAX_EXPOSURE.items():
            done = self.analyze("security", "--offline=true", "--no-pager",
                                "--threshold=%d" % most,
                                os.path.join(self.folder, name))
            self.assertEqual(done.returncode, 0, name + done.stdout[-400:])
            level = re.search(r"exposure level for \S+: ([0-9.]+)",
                              done.stdout)
            print("%s: %s" % (name, level.group(1)))
            self.assertLessEqual(float(level.group(1)), most / 10, name)

    def test_a_long_start_is_no_hang(self):
        """A start that takes long says so, again and again, until it is over:
        one whose configuration does not come."""
        path = os.path.join(self.folder, "notify")
        config = os.path.join(self.folder, "tocsin.yaml")
        os.mkfifo(config)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(path)
            notify.settimeout(60)
            daemon = subprocess.Popen(
                [TOCSIND, "--config", config], stdin=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=dict(os.environ, NOTIFY_SOCKET=path))
            try:
                for _ in range(2):
                    said = notify.recv(4096).decode()
                    self.assertIn("EXTEND_TIMEOUT_USEC=", said)
                    self.assertIn("WATCHDOG=1", said)
                with open(config, "w", encoding="utf-8") as f:
                    f.write("nothing: of use\n")
                self.assertEqual(daemon.wait(60), 78)
            finally:
                daemon.kill()
                daemon.wait(60)

    def test_what_the_daemon_counts_on(self):
        for line in ("Type=notify", "WatchdogSec=", "ExecReload=",
                     "StateDirectory=tocsin", "RuntimeDirectory=tocsin",
                     "LoadCredential=", "MemoryDenyWriteExecute=yes",
                     "PrivateNetwork=yes", "LimitCORE=0",
                     "--outward /run/tocsind-outward.socket"):
            self.assertIn(line, self.text["tocsind.service"])
        for line in ("--serve-outward", "User=tocsin-outward", "LimitCORE=0",
                     "RootDirectory=", "InaccessiblePaths=-/etc/tocsin"):
            self.assertIn(line, self.text["tocsind-outward.service"])
        self.assertIn("ListenStream=/run/tocsind-outward.socket\n"
                      "SocketUser=tocsin\n", self.text[SOCKETS[0]])
        self.assertIn("SocketMode=0600", self.text[SOCKETS[0]])
        self.assertIn("Service=tocsind.service", self.text[SOCKETS[1]])


if __name__ == "__main__":
    if not shutil.which("systemd-analyze"):
        print("skipped: there is no systemd-analyze here")
        sys.exit(77)
    unittest.main(verbosity=2)
