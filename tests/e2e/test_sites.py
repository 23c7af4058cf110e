"""A week of a county's school sites (fakes/county.py), at the pace of seconds.

Faults appear, are corrected and come back; what the desk hears of them, and
what is said when they are gone, is held against the story.  The sites change
on every answer what changes by itself, and one changes nothing else: it is
never spoken of.  Numbers of persons are found nowhere.
"""
import json
import os
import random
import sqlite3
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                ".."))
from fakes.county import County, WEEK  # noqa: E402
from harness import E2E, UnixConnection, main, wait_until  # noqa: E402

PACE = {
    "visits_per_day": 43200,    # each home page every two seconds
    "rounds_per_day": 17280,    # all else every five
    "requests_per_hour": 360000, "concurrent": 16,
    "open_within": "4s", "failed_window": "10s", "down_after": 2,
    "link_failures": 2, "recheck": "2s",
    "pages": 20, "documents": 10, "links": 20, "words": "words.txt",
}
WORDS = "新华路完小\t云溪县新华小学\t2024年并校后的名称\n"

# What is found of a fault, and of nothing else.
FOUND = {
    "hidden_links": {"hidden_links", "new_host"},
    "title_swap": {"defaced"},
    "ids_in_sheet": {"leak"}, "mobiles_in_docx": {"leak"},
    "ids_in_pdf": {"leak"},
    "stale_news": {"stale_column", "stale_home"},
    "empty_notices": {"empty_column"},
    "broken_link": {"broken_link"}, "broken_image": {"broken_image"},
    "down": {"unreachable"},
    "new_host": {"new_host"},
    "crawler_page": {"agent_dependent"},
    "wrong_word": {"wrong_word"},
    "cert_short": {"cert_expires"},
}
# Not every fault must show in each of these ways.
MUST = {
    "hidden_links": "hidden_links", "stale_news": "stale_column",
    "title_swap": "defaced", "ids_in_sheet": "leak",
    "mobiles_in_docx": "leak", "ids_in_pdf": "leak",
    "empty_notices": "empty_column", "broken_link": "broken_link",
    "broken_image": "broken_image", "down": "unreachable",
    "new_host": "new_host", "crawler_page": "agent_dependent",
    "wrong_word": "wrong_word", "cert_short": "cert_expires",
}


class Sites(E2E):
    def county_daemon(self, tls=False, only=None, sites=None):
        seed = int(os.environ.get("TOCSIN_TEST_SEED", time.time_ns()))
        print("seed %d" % seed)
        random.seed(seed)
        self.county = County(seed, tls)
        self.addCleanup(self.county.close)
        sources = [s for s in self.county.sources()
                   if only is None or s["id"] in only]
        for s in sources:
            s["crawler"] = s["id"] == "tejiao"
        settings = {
            "sites": dict(PACE, **(sites or {})),
            "notify": {"min_level": "blue"},
            "allow_addresses": [self.county.allow, "127.0.0.1/32:%d"
                                % self.receiver.port],
        }
        if tls:
            settings["fetch"] = {"trust": self.county.authority.pem}
        d = self.daemon(sources, start=False, settings=settings)
        d.put("words.txt", WORDS)
        return d.start()

    # --- asking ---------------------------------------------------------------

    def rows(self, d, sql, *values):
        path = os.path.join(d.folder, "tocsin.db")
        db = sqlite3.connect("file:%s?mode=ro" % path, uri=True, timeout=10)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def findings(self, d, gone=False):
        """{(site, kind)} of what is there, or was."""
        return set(self.rows(
            d, "SELECT source, kind FROM site_finding WHERE gone IS %s NULL"
            % ("NOT" if gone else "")))

    def incident_of(self, d, sid, kind):
        """(id, state) of the incident of a finding."""
        rows = self.rows(
            d, "SELECT DISTINCT f.incident FROM site_finding f WHERE "
            "f.source = ? AND f.kind = ? AND f.incident IS NOT NULL", sid, kind)
        self.assertEqual(len(rows), 1, (sid, kind, rows))
        for i in d.incidents():
            if i["id"] == rows[0][0]:
                return i["id"], i["state"]
        raise AssertionError("no incident %d" % rows[0][0])

    def wait_baseline(self, d):
        wait_until(lambda: not self.rows(
            d, "SELECT 1 FROM site_state WHERE baseline IS NULL")
            and len(self.rows(d, "SELECT 1 FROM site_state"))
            == len(d_sources(d)), 30, "the first round of all sites")

    def wait_found(self, d, sid, fault, seconds=25):
        want = (sid, MUST[fault])
        wait_until(lambda: want in self.findings(d), seconds,
                   "%s of %s to be found" % (MUST[fault], sid))
        return want

    def wait_gone(self, d, sid, fault, seconds=30):
        kinds = {(sid, k) for k in FOUND[fault]} - {(sid, "new_host")}
        wait_until(lambda: not kinds & self.findings(d), seconds,
                   "%s of %s to be gone" % (fault, sid))

    def play(self, d, number):
        """A day, and what it brings."""
        self.county.day(number)
        for sid, fault, appears in WEEK[number]:
            if sid not in self.county.schools:
                continue
            if appears:
                self.wait_found(d, sid, fault)
            else:
                self.wait_gone(d, sid, fault)

    def allowed(self, played):
        return {(sid, kind) for day in played for sid, fault, _ in WEEK[day]
                for kind in FOUND[fault]}

    # --- numbers --------------------------------------------------------------

    def found_numbers(self, d):
        wrong = []
        places = []
        for name in sorted(os.listdir(d.folder)):
            if name.startswith("tocsin") and name != "tocsin.yaml":
                with open(os.path.join(d.folder, name), "rb") as f:
                    places.append((name, f.read()))
        with self.receiver.lock:
            places += [("a message", a["bytes"])
                       for a in self.receiver.attempts]
        for path in ("/sites", "/sites/shiyan", "/sites/inspection",
                     "/incidents", "/sites/inspection?format=csv"):
            places.append((path, self.page(d, path)))
        for number in self.county.planted:
            for name, raw in places:
                if (number.encode() in raw
                        or number.encode("utf-16-le") in raw):
                    wrong.append("%s in %s" % (number, name))
        return wrong

    def page(self, d, path):
        c = UnixConnection(d.socket)
        try:
            c.request("GET", path, None, {"Accept": "text/html"})
            return c.getresponse().read()
        finally:
            c.close()


def d_sources(d):
    with open(os.path.join(d.folder, "sources.d", "test.yaml"),
              encoding="utf-8") as f:
        return json.load(f)["sources"]


class Week(Sites):
    def test_a_week(self):
        d = self.county_daemon()
        self.county.day(1)
        self.wait_baseline(d)
        self.assertEqual(self.findings(d), set())
        self.assertEqual(d.incidents(), [])

        self.play(d, 2)
        for sid, fault, _ in WEEK[2]:
            wait_until(lambda: self.incident_of(d, sid, MUST[fault]), 10,
                       "an incident of " + sid)
        first, state = self.incident_of(d, "yixiao", "hidden_links")
        self.assertNotIn(state, ("closed", "resolved"))

        self.play(d, 3)
        wait_until(lambda: self.incident_of(d, "yixiao", "hidden_links")[1]
                   in ("closed", "resolved"), 10, "the incident to close")
        wait_until(lambda: self.incident_of(d, "shiyan", "leak")[1]
                   in ("closed", "resolved"), 10, "the leak to close")

        self.play(d, 4)
        self.play(d, 5)
        again, state = self.incident_of(d, "yixiao", "hidden_links")
        self.assertEqual(again, first)
        self.assertNotIn(state, ("closed", "resolved"))
        self.play(d, 6)

        told = {(i["id"], i["level"]) for i in self.receiver.opened()}
        self.assertIn(first, {n for n, _ in told})
        self.assertIn("red", {level for _, level in told})  # the new title
        ever = self.findings(d) | self.findings(d, gone=True)
        self.assertEqual(ever - self.allowed(WEEK), set())
        self.assertEqual({k for s, k in ever if s == "erzhong"}, set())
        self.assertEqual(self.receiver.wrong, [])
        self.assertTrue(len(self.county["shiyan"].hits) > 20)
        self.assertTrue(self.county.planted)
        self.assertEqual(self.found_numbers(d), [])


class Further(Sites):
    """What the week does not show, all at once, and corrected at once."""

    FAULTS = [("gaoji", "cert_short"), ("gaoji", "mobiles_in_docx"),
              ("erzhong", "ids_in_pdf"), ("erzhong", "broken_image"),
              ("liulin", "empty_notices"), ("yixiao", "moved")]

    def test_documents_certificates_and_columns(self):
        # where it leads to is another trade's page
        FOUND["moved"] = {"redirected", "defaced"}
        MUST["moved"] = "redirected"
        d = self.county_daemon(
            tls=True, only={sid for sid, _ in self.FAULTS})
        self.wait_baseline(d)
        self.assertEqual(self.findings(d), set())
        for sid, fault in self.FAULTS:
            self.county.set(sid, fault)
        for sid, fault in self.FAULTS:
            self.wait_found(d, sid, fault)
        for sid, fault in self.FAULTS:
            self.county.set(sid, fault, False)
        for sid, fault in self.FAULTS:
            self.wait_gone(d, sid, fault)
        ever = self.findings(d) | self.findings(d, gone=True)
        self.assertEqual(ever - {(sid, k) for sid, fault in self.FAULTS
                                 for k in FOUND[fault]}, set())
        self.assertEqual(self.found_numbers(d), [])

    def test_a_restart_forgets_nothing(self):
        d = self.county_daemon(only={"yixiao", "erzhong"})
        self.wait_baseline(d)
        self.county.set("yixiao", "hidden_links")
        self.wait_found(d, "yixiao", "hidden_links")
        before = self.rows(d, "SELECT id, since, times FROM site_finding "
                           "WHERE kind = 'hidden_links'")
        incident = self.incident_of(d, "yixiao", "hidden_links")[0]
        d.kill()
        d.start()
        hits = len(self.county["yixiao"].hits)
        wait_until(lambda: len(self.county["yixiao"].hits) > hits + 5, 15,
                   "looks after the restart")
        self.assertEqual(before, self.rows(
            d, "SELECT id, since, times FROM site_finding "
            "WHERE kind = 'hidden_links'"))
        self.assertEqual(len(d.incidents()),
                         len({i["id"] for i in d.incidents()}))
        self.county.set("yixiao", "hidden_links", False)
        self.wait_gone(d, "yixiao", "hidden_links")
        self.assertEqual(
            self.incident_of(d, "yixiao", "hidden_links")[0], incident)


if __name__ == "__main__":
    main()
