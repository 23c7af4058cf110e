"""Backups: made and verified by the daemon itself, restored by hand and when
the database is damaged; the invariants asked with them."""
import json
import os
import sqlite3

from harness import E2E, main, wait_until


def scribble(path, offset, size):
    with open(path, "r+b") as f:
        f.seek(offset)
        f.write(b"\x5a" * size)


class Backup(E2E):
    invariants = False  # asked where it matters

    def backups(self, d, folder="backups"):
        path = os.path.join(d.folder, folder)
        if not os.path.isdir(path):
            return []
        return sorted(os.path.join(path, n) for n in os.listdir(path)
                      if n.endswith(".db"))

    def daemon_open(self, d):
        """Kinds of the daemon's open conditions."""
        with sqlite3.connect("file:%s/tocsin.db?mode=ro" % d.folder,
                             uri=True) as db:
            return {k for k, in db.execute(
                "SELECT kind FROM condition WHERE subject = 'daemon'"
                " AND closed IS NULL")}

    def count(self, path, what):
        with sqlite3.connect("file:%s?mode=ro" % path, uri=True) as db:
            return db.execute("SELECT count(*) FROM " + what).fetchone()[0]

    def with_news(self, **more):
        route, source = self.feed()
        d = self.daemon([source], **more)
        self.wait_baseline(d, "news")
        route.set_items([(1, "云溪一中运动会开幕", "三千人参加"),
                         (2, "某校食堂起火", "消防到场")])
        self.wait_opened(1)
        return route, d

    def fatten(self, d):
        """So many pages that damage can be put among them."""
        with sqlite3.connect(d.folder + "/tocsin.db") as db:
            for i in range(400):
                db.execute("INSERT INTO meta(key, value) VALUES(?, ?)",
                           ("filling %d" % i, "x" * 3000))
            db.commit()
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def test_one_is_made_and_verified_and_shown(self):
        route, d = self.with_news()
        wait_until(lambda: self.backups(d), 40, "the first backup")
        wait_until(lambda: "all invariants hold" in d.log(), 20, "the check")
        done = d.cli("backup", "--verify", self.backups(d)[-1], "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreaterEqual(json.loads(done.stdout)["items"], 1)
        self.assertTrue(d.api("GET", "/api/v1/settings")["store"]["backup"])
        # by hand, while it runs
        done = d.cli("backup", os.path.join(d.folder, "mine"), "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["items"], 2)
        done = d.cli("check", "--invariants")
        self.assertEqual(done.returncode, 0, done.stdout)
        lines = d.cli("export").stdout.splitlines()
        self.assertIn("食堂起火", "".join(
            json.loads(x).get("title", "") for x in lines
            if '"table":"revision"' in x))

        # and back: refused while it runs, and without --replace
        mine = self.backups(d, "mine")[-1]
        done = d.cli("restore", mine, "--replace")
        self.assertEqual(done.returncode, 1)
        self.assertIn("stop it first", done.stderr)
        route.set_items([(3, "某幼儿园多名幼儿食物中毒", "已送医院")])
        self.wait_opened(2)
        d.stop()
        done = d.cli("restore", mine)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--replace", done.stderr)
        done = d.cli("restore", mine, "--replace")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.count(d.folder + "/tocsin.db", "item"), 2)
        # what was published since is found again, and told
        before = len(self.receiver.opened())
        d.start()
        wait_until(lambda: self.count(d.folder + "/tocsin.db", "item") == 3, 20,
                   "what was published since the backup")
        self.wait_opened(before + 1)
        self.assertIn("restored", self.daemon_open(d))

    def test_one_that_fails_is_a_condition(self):
        route, source = self.feed()
        d = self.daemon([source], start=False)
        d.put("backups", "no folder")
        d.start()
        wait_until(lambda: "backup" in self.daemon_open(d), 40,
                   "the condition")
        self.assertIn("no backup could be made", d.log())

    def test_damage_is_restored_and_told(self):
        route, d = self.with_news()
        wait_until(lambda: self.backups(d), 40, "the first backup")
        d.stop()
        self.fatten(d)
        d.cli("backup")
        scribble(d.folder + "/tocsin.db", 4096 * 150, 4096 * 60)
        before = len(self.receiver.delivered())
        d.start()
        self.assertIn("a backup stands in its place", d.log())
        kept = [n for n in os.listdir(d.folder) if ".kept-" in n]
        self.assertTrue(kept)
        self.assertEqual(self.count(d.folder + "/tocsin.db", "item"), 2)
        self.assertIn("restored", self.daemon_open(d))
        self.assertEqual(d.broken(), [])
        # the file is gone: that is damage too, not an empty start
        d.stop()
        for name in ("tocsin.db", "tocsin.db-wal", "tocsin.db-shm"):
            if os.path.exists(d.folder + "/" + name):
                os.remove(d.folder + "/" + name)
        d.start()
        self.assertEqual(self.count(d.folder + "/tocsin.db", "item"), 2)
        # nothing to restore from: it does not start
        d.stop()
        for path in self.backups(d):
            os.remove(path)
        scribble(d.folder + "/tocsin.db", 0, 4096)
        with self.assertRaises(AssertionError):
            d.start()
        self.assertEqual(d.process.wait(20), 78)
        self.assertGreaterEqual(len(self.receiver.delivered()), before)

    def test_a_broken_invariant_is_told(self):
        route, d = self.with_news(settings={"backup": {"keep": 0}})
        d.stop()
        with sqlite3.connect(d.folder + "/tocsin.db") as db:
            db.execute("UPDATE attempt SET class = 'transient'")
        done = d.cli("check", "--invariants", "--json")
        self.assertEqual(done.returncode, 1)
        self.assertEqual([i["invariant"] for i in
                          json.loads(done.stdout)["invariants"]
                          if not i["holds"]], ["I3"])
        d.start()
        wait_until(lambda: "unsound" in self.daemon_open(d), 40,
                   "the condition")
        self.assertEqual(self.backups(d), [])


if __name__ == "__main__":
    main()
