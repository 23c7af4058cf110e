"""A disk that fills: fetching pauses before it hurts, what is known is told,
and everything goes on when there is room."""
import os
import sqlite3
import subprocess
import tempfile

from harness import Daemon, E2E, main, wait_until


class Disk(E2E):
    invariants = False  # asked where it matters

    def low(self, d):
        try:
            with sqlite3.connect("file:%s/tocsin.db?mode=ro" % d.folder,
                                 uri=True) as db:
                return bool(db.execute(
                    "SELECT 1 FROM condition WHERE kind = 'disk-low'"
                    " AND closed IS NULL").fetchone())
        except sqlite3.OperationalError:
            return False

    def test_a_full_disk_pauses_fetching(self):
        route, source = self.feed()
        d = self.daemon([source], settings={
            "disk": {"low": "900000MiB"}, "backup": {"keep": 0}})
        wait_until(lambda: self.low(d), 30, "the condition")
        self.assertEqual(route.requests, [])
        d.write([source], {"disk": {"low": "1MiB"}, "backup": {"keep": 0}})
        self.assertEqual(d.cli("reload").returncode, 0)
        self.wait_baseline(d, "news")
        wait_until(lambda: not self.low(d), 30, "the end of the condition")
        self.assertTrue(os.path.exists(d.folder + "/tocsin.db-ballast"))

    def test_a_disk_that_is_really_full(self):
        folder = tempfile.mkdtemp(prefix="tocsin-e2e-full-")
        self.addCleanup(os.rmdir, folder)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=700",
                           "tocsin-test", folder],
                          stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no tmpfs may be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", folder])
        route, source = self.feed()
        d = Daemon(self.origin, self.receiver, folder=folder)
        d.write([source], {"disk": {"low": "2MiB", "ballast": "1MiB"},
                           "backup": {"keep": 0}})
        self.daemons.append(d)
        d.start()
        self.wait_baseline(d, "news")
        filling = os.open(folder + "/filling", os.O_WRONLY | os.O_CREAT)
        try:
            while True:
                os.write(filling, b"x" * 65536)
        except OSError:
            os.close(filling)
        route.set_items([(2, "某校食堂起火", "消防到场")])
        wait_until(lambda: "nothing is fetched" in d.log(), 40, "the pause")
        os.remove(folder + "/filling")
        self.wait_opened(1, 60)
        wait_until(lambda: not self.low(d), 40, "the end of the condition")
        self.assertEqual(d.broken(), [])
        d.stop()


if __name__ == "__main__":
    main()
