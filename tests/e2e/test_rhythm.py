"""A learnt schedule: what it learns, that it survives, and no burst."""
import sqlite3
import time

from harness import E2E, main, wait_until

DAY = 86400


def stamp(seconds):
    return time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(seconds))


def feed_of(published, extra=""):
    items = "".join(
        "<item><guid>i%d</guid><title>校园新闻 %d</title><link>/n/%d</link>"
        "<pubDate>%s</pubDate></item>" % (i, i, i, stamp(t))
        for i, t in enumerate(published))
    return ("<rss version='2.0'><channel><title>学校</title><link>/</link>%s%s"
            "</channel></rss>" % (extra, items)).encode("utf-8")


class Rhythm(E2E):
    def learnt(self, **fetch):
        """Two sources, one of five items a day and one of one a week."""
        now = time.time()
        self.busy, busy = self.feed("busy")
        self.quiet, quiet = self.feed("quiet")
        self.busy.body = feed_of([now - i * DAY / 5 for i in range(1, 60)])
        self.quiet.body = feed_of([now - i * 7 * DAY for i in range(1, 10)])
        settings = {"fetch": {"interval": "1h", "interval_min": "1m",
                              "schedule": "learnt", **fetch}}
        d = self.daemon([busy, quiet], settings=settings)
        self.wait_baseline(d, "busy", "quiet")
        return d

    def row(self, d, sid):
        db = sqlite3.connect("file:%s/tocsin.db?mode=ro" % d.folder, uri=True)
        try:
            return db.execute(
                "SELECT next_poll, last_poll, next_why, items_a_week, rhythm,"
                " ttl_ms, skip_hours FROM source_state WHERE id = ?",
                (sid,)).fetchone()
        finally:
            db.close()

    def test_busy_sources_are_asked_sooner(self):
        d = self.learnt()
        busy, quiet = self.row(d, "busy"), self.row(d, "quiet")
        wait_busy, wait_quiet = busy[0] - busy[1], quiet[0] - quiet[1]
        self.assertLess(wait_busy * 1.5, wait_quiet)
        for row in busy, quiet:
            self.assertIn(row[2], ("rhythm", "floor", "ceiling"))
            self.assertEqual(len(row[4]), 48)
            self.assertGreaterEqual(row[0] - row[1], 5 * 60 * 1000)
            self.assertLessEqual(row[0] - row[1], 12 * 3600 * 1000)
        self.assertAlmostEqual(busy[3], 35, delta=12)
        self.assertAlmostEqual(quiet[3], 1, delta=0.8)

    def test_a_restart_keeps_it_and_asks_nobody(self):
        d = self.learnt()
        before = self.row(d, "busy"), self.row(d, "quiet")
        d.kill()
        d.start()
        time.sleep(3)
        self.assertEqual(len(self.busy.requests), 1)
        self.assertEqual(len(self.quiet.requests), 1)
        self.assertEqual((self.row(d, "busy"), self.row(d, "quiet")), before)

    def test_an_interval_of_its_own_is_kept(self):
        route, source = self.feed("own")
        source["interval"] = "40m"
        d = self.daemon([source], settings={"fetch": {"interval": "1h",
                                                      "interval_min": "1m"}})
        self.wait_baseline(d, "own")
        row = self.row(d, "own")
        self.assertEqual(row[2], "interval")
        self.assertTrue(2400e3 <= row[0] - row[1] <= 2640e3)

    def test_wishes_of_the_feed_are_kept(self):
        route, source = self.feed("wish")
        route.body = feed_of([time.time() - DAY], "<ttl>200</ttl>"
                             "<skipHours><hour>3</hour></skipHours>")
        source["interval"] = "10m"
        d = self.daemon([source], settings={"fetch": {"interval": "1h",
                                                      "interval_min": "1m"}})
        self.wait_baseline(d, "wish")
        row = self.row(d, "wish")
        self.assertEqual(row[5:], (200 * 60 * 1000, 1 << 3))
        self.assertIn(row[2], ("ttl", "skip"))
        self.assertGreaterEqual(row[0] - row[1], 200 * 60 * 1000)

    def test_key_dates_shorten_the_wait(self):
        route, source = self.feed("exam")
        source.update(interval="60m", tags=["exam"])
        today = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))
        d = self.daemon([source], settings={
            "fetch": {"interval": "1h", "interval_min": "1m"},
            "key_dates": [{"name": "高考", "from": today, "until": today,
                           "tags": ["exam"], "polls": 3}]})
        self.wait_baseline(d, "exam")
        row = self.row(d, "exam")
        self.assertTrue(1200e3 <= row[0] - row[1] <= 1320e3, row)


main()
