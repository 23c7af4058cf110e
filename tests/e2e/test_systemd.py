"""The unit as it is installed: verified, and exposed at most 1.5."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

UNIT = os.environ["TOCSIN_UNIT"]
TOCSIN, TOCSIND = os.environ["TOCSIN"], os.environ["TOCSIND"]
MAX_EXPOSURE_TENTHS = 15


class Unit(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="tocsin-unit-")
        self.addCleanup(shutil.rmtree, self.folder)
        with open(UNIT, encoding="utf-8") as f:
            self.text = f.read()
        # the programs are not installed where the unit says: name those built
        text = re.sub(r"(?<=[= ])/\S*/tocsind(?=\s)", TOCSIND, self.text)
        text = re.sub(r"(?<=[= ])/\S*/tocsin(?=\s)", TOCSIN, text)
        self.unit = os.path.join(self.folder, "tocsind.service")
        with open(self.unit, "w", encoding="utf-8") as f:
            f.write(text)

    def analyze(self, *args):
        return subprocess.run(["systemd-analyze"] + list(args) + [self.unit],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60)

    def test_verify_is_silent(self):
        done = self.analyze("verify", "--man=no")
        about_us = [line for line in done.stdout.splitlines()
                    if "tocsin" in line]
        self.assertEqual(about_us, [])
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_exposure(self):
        done = self.analyze("security", "--offline=true", "--no-pager",
                            "--threshold=%d" % MAX_EXPOSURE_TENTHS)
        self.assertEqual(done.returncode, 0, done.stdout[-400:])
        level = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
        self.assertLessEqual(float(level.group(1)), MAX_EXPOSURE_TENTHS / 10)

    def test_what_the_daemon_counts_on(self):
        for line in ("Type=notify", "WatchdogSec=", "ExecReload=",
                     "StateDirectory=tocsin", "RuntimeDirectory=tocsin",
                     "LoadCredential=", "MemoryDenyWriteExecute=yes"):
            self.assertIn(line, self.text)


if __name__ == "__main__":
    if not shutil.which("systemd-analyze"):
        print("skipped: there is no systemd-analyze here")
        sys.exit(77)
    unittest.main(verbosity=2)
