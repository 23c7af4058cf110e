"""Manners: what a server may expect of who polls it, on real sockets.

Each table below is a criterion's whole field in our own words; the rows of the
shared corpus of the same name, where it is at hand, go through the same checks
(wire.rows).  What is polled is a Wire: it says exactly the bytes of the case.
"""
import datetime
import email.utils
import re
import shutil
import tempfile
import threading
import time
import unittest

from harness import E2E, main, wait_until
from wire import FEED_TYPE, Wire, answer, certificate, date, document, feed, rows

CAP_S = 24 * 3600  # of a server's wish


class Manners(E2E):
    def wire(self, say, **more):
        wire = Wire(say, **more)
        self.addCleanup(wire.close)
        return wire

    def polls(self, wires, sources, **settings):
        """A daemon that may reach the wires."""
        ports = [w.port for w in wires] + [self.receiver.port]
        fetch = {"host_gap": "0s", "per_host": 64}
        fetch.update(settings.pop("fetch", {}))
        settings["fetch"] = fetch
        settings["allow_addresses"] = ["127.0.0.0/8:%d" % p for p in ports]
        return self.daemon(sources, settings=settings)

    def wait_requests(self, wire, path, n, seconds=30):
        wait_until(lambda: len(wire.of(path)) >= n, seconds,
                   "%d requests of %s" % (n, path))
        return wire.of(path)


# --- conditional requests -----------------------------------------------------

# name, what the server said in turn, what the next request carries (None: it
# may say anything or nothing).  A history's step is a dict of headers, and may
# have "status" and "to".
CONDITIONAL = [
    ("strong", [{"ETag": '"v1"'}], {"If-None-Match": '"v1"'}),
    ("weak", [{"ETag": 'W/"v1"'}], {"If-None-Match": 'W/"v1"'}),
    ("lower-case-weak", [{"ETag": 'w/"v1"'}], {"If-None-Match": 'w/"v1"'}),
    ("unquoted", [{"ETag": "v1"}], {"If-None-Match": "v1"}),
    ("odd", [{"ETag": '"a,b;c=\'%20-gzip"'}],
     {"If-None-Match": '"a,b;c=\'%20-gzip"'}),
    ("empty-tag", [{"ETag": '""'}], {"If-None-Match": '""'}),
    ("no-value", [{"ETag": ""}], {}),
    ("long", [{"ETag": '"%s"' % ("x" * 900)}],
     {"If-None-Match": '"%s"' % ("x" * 900)}),
    ("too-long", [{"ETag": '"%s"' % ("x" * 5000)}], {}),
    ("modified", [{"Last-Modified": "Sun, 01 Mar 2026 08:00:00 GMT"}],
     {"If-Modified-Since": "Sun, 01 Mar 2026 08:00:00 GMT"}),
    ("modified-850", [{"Last-Modified": "Sunday, 01-Mar-26 08:00:00 GMT"}],
     {"If-Modified-Since": "Sunday, 01-Mar-26 08:00:00 GMT"}),
    ("both", [{"ETag": '"v1"', "Last-Modified": "L"}],
     {"If-None-Match": '"v1"', "If-Modified-Since": "L"}),
    ("advance", [{"ETag": '"v1"'}, {"ETag": '"v2"'}],
     {"If-None-Match": '"v2"'}),
    ("advance-same-body", [{"ETag": '"v1"', "same": 1},
                           {"ETag": '"v2"', "same": 1}],
     {"If-None-Match": '"v2"'}),
    ("cleared", [{"ETag": '"v1"'}, {}], {}),
    ("changed-kind", [{"ETag": '"v1"'}, {"Last-Modified": "L"}],
     {"If-Modified-Since": "L"}),
    ("304-new", [{"ETag": '"v1"'}, {"status": 304, "ETag": '"v2"'}],
     {"If-None-Match": '"v2"'}),
    ("304-bare", [{"ETag": '"v1"', "Last-Modified": "L"}, {"status": 304}],
     {"If-None-Match": '"v1"', "If-Modified-Since": "L"}),
    ("304-unasked", [{"status": 304, "ETag": '"x"'}], {}),
    ("304-unasked-later", [{}, {"status": 304, "ETag": '"x"'}], {}),
    ("500-keeps", [{"ETag": '"v1"'}, {"status": 500, "ETag": '"e"'}],
     {"If-None-Match": '"v1"'}),
    ("404-keeps", [{"ETag": '"v1"'}, {"status": 404, "ETag": '"e"'}],
     {"If-None-Match": '"v1"'}),
    ("204-keeps", [{"ETag": '"v1"'}, {"status": 204, "ETag": '"e"'}],
     {"If-None-Match": '"v1"'}),
    ("206-keeps", [{"ETag": '"v1"'}, {"status": 206, "ETag": '"e"'}],
     {"If-None-Match": '"v1"'}),
    ("no-feed-keeps", [{"ETag": '"v1"'}, {"ETag": '"e"', "junk": 1}],
     {"If-None-Match": '"v1"'}),
    ("cut-short-keeps", [{"ETag": '"v1"'}, {"ETag": '"e"', "short": 1}],
     {"If-None-Match": '"v1"'}),
    ("moved", [{"ETag": '"v1"'}, {"status": 301, "to": "/moved"}], {}),
    ("found", [{"ETag": '"v1"'}, {"status": 302, "to": "/found"}], {}),
    ("control", [{"ETag": '"a\x01b"'}], {}),
    ("torn", [{"ETag": '"a\r\nX-Injected: 1"'}], {}),
    ("escaped", [{"ETag": '"a\\r\\nX: 1"'}], {}),
]


class ConditionalGet(Manners):
    def test_every_case(self):
        cases = [(name, history, want, None)
                 for name, history, want in CONDITIONAL]
        cases += [(r["id"], r["history"], r["expect_next"], r["note"])
                  for r in rows("conditional_get")]
        script = {"/c/%d" % i: case[1] for i, case in enumerate(cases)}
        landed = {"/l/%d" % i: [] for i in range(len(cases))}

        def say(request):
            path = request.path
            if path.startswith("/l/"):
                return document([("ETag", '"there"')], 99)
            turn = len(wire.of(path))
            if turn > len(script[path]):
                return document([("ETag", '"end"')], 50)
            step = script[path][turn - 1]
            headers = [(k, v) for k, v in step.items()
                       if k not in ("status", "to", "same", "junk", "short")]
            status = step.get("status", 200)
            if "to" in step:
                headers.append(("Location", path.replace("/c/", "/l/")))
            if status != 200:
                return answer(status, headers, b"")
            if "junk" in step:
                return answer(200, [("Content-Type", "text/html")] + headers,
                              b"<html><p>\xe7\xbb\xb4\xe6\x8a\xa4</html>")
            body = feed(1 if "same" in step else turn)
            if "short" in step:
                return [answer(200, headers + [
                    ("Content-Length", str(len(body) + 100))], body, False),
                    None]
            return answer(200, [FEED_TYPE] + headers, body)

        wire = self.wire(say)
        self.polls([wire], [{"id": "c%d" % i, "url": wire.url + path}
                            for i, path in enumerate(script)])
        wrong = []
        for i, (name, history, want, note) in enumerate(cases):
            path = "/c/%d" % i
            got = self.wait_requests(wire, path, len(history) + 1, 60)
            seen = {k: got[len(history)].header(k)
                    for k in ("If-None-Match", "If-Modified-Since")
                    if got[len(history)].header(k) is not None}
            if seen != want and not (seen == {} and "or omit" in (note or "")):
                wrong.append((name, seen, want))
            for r in wire.of("/l/%d" % i)[:1]:
                if r.header("If-None-Match") or r.header("If-Modified-Since"):
                    wrong.append((name, "the old validators went along"))
        self.assertEqual(wrong, [])
        self.assertEqual(landed.keys(), {"/l/%d" % i for i in range(len(cases))})

    def test_validators_stay_with_where_they_came_from(self):
        """A source behind a redirect: its target answers 304, and the address
        that only redirects is never shown a validator."""
        def say(request):
            if request.path == "/old.xml":
                return answer(302, [("Location", "/new.xml")])
            if request.header("If-None-Match") == '"n1"':
                return answer(304)
            return document([("ETag", '"n1"')])

        wire = self.wire(say)
        self.polls([wire], [{"id": "news", "url": wire.url + "/old.xml"}])
        self.wait_requests(wire, "/new.xml", 4)
        self.assertEqual([r.header("If-None-Match")
                          for r in wire.of("/old.xml")[:4]], [None] * 4)
        self.assertEqual([r.header("If-None-Match")
                          for r in wire.of("/new.xml")[1:4]], ['"n1"'] * 3)


# --- statuses -----------------------------------------------------------------

FOLLOW, MOVED, FAIL, QUIET, GONE, OK = "follow", "moved", "fail", "quiet", \
    "gone", "ok"
STATUS = {203: OK, 204: FAIL, 205: FAIL, 206: FAIL, 226: FAIL, 300: FAIL,
          301: MOVED, 302: FOLLOW, 303: FOLLOW, 305: FAIL, 307: FOLLOW,
          308: MOVED, 400: FAIL, 401: FAIL, 402: FAIL, 403: FAIL, 404: FAIL,
          405: FAIL, 406: FAIL, 408: FAIL, 410: GONE, 418: FAIL, 420: QUIET,
          429: QUIET, 451: FAIL, 500: FAIL, 501: FAIL, 502: FAIL, 503: QUIET,
          504: FAIL, 520: FAIL, 522: FAIL, 599: FAIL}


def expectation(text):
    """What a row's sentence asks, in the words above."""
    if text.startswith("as 301") or "update" in text or "replace" in text:
        return MOVED
    if text.startswith("follow"):
        return FOLLOW
    if text.startswith("stop"):
        return GONE
    if "429" in text or "Retry-After" in text:
        return QUIET
    if "error" in text or "back" in text or "retry" in text:
        return FAIL
    return None


class StatusHandling(Manners):
    def test_every_status(self):
        wanted = dict(STATUS)
        for row in rows("status_handling"):
            want = expectation(row["expect"])
            if want and isinstance(row["status"], int):
                got = wanted.setdefault(row["status"], want)
                self.assertIn(want, (got, FAIL) if got == QUIET else (got,),
                              row["id"])

        def say(request):
            if request.path.startswith("/target/"):
                return document(number=7)
            status = int(request.path.split("/")[2])
            if len(wire.of(request.path)) == 1:
                return document()
            headers = []
            if 300 < status < 400:
                headers.append(("Location", "/target/%d" % status))
            if wanted[status] == QUIET:
                headers.append(("Retry-After", "5"))
            body = feed(2) if status in (203, 206, 226) else b"no"
            return answer(status, headers + [FEED_TYPE], body)

        wire = self.wire(say)
        d = self.polls([wire], [
            {"id": "s%d" % s, "url": "%s/s/%d" % (wire.url, s)}
            for s in wanted], fetch={"scope": "url"})
        for status, want in wanted.items():
            with self.subTest(status=status):
                self.check(d, wire, status, want)

    def check(self, d, wire, status, want):
        sid, path = "s%d" % status, "/s/%d" % status
        gaps = lambda: [b.at - a.at for a, b in zip(wire.of(path)[1:],
                                                    wire.of(path)[2:])]
        if want == OK:
            self.wait_requests(wire, path, 4)
            self.assertEqual(d.source(sid)["failures"], 0)
        elif want in (FOLLOW, MOVED):
            self.wait_requests(wire, "/target/%d" % status, 2)
            self.assertEqual(d.source(sid)["failures"], 0)
            if want == MOVED:
                wait_until(lambda: d.source(sid)["moved_to"], 20, "moved_to")
                self.assertTrue(d.source(sid)["moved_to"].endswith(
                    "/target/%d" % status))
            else:
                self.wait_requests(wire, path, 5)
                self.assertFalse(d.source(sid)["moved_to"])
        elif want == GONE:
            wait_until(lambda: d.conditions(sid), 20, "a condition")
            count = len(wire.of(path))
            time.sleep(2)
            self.assertLessEqual(len(wire.of(path)), count + 1)
        elif want == QUIET:
            self.wait_requests(wire, path, 3)
            self.assertGreaterEqual(gaps()[0], 4.9)
        else:
            self.wait_requests(wire, path, 4)
            wait_until(lambda: d.source(sid)["failures"] >= 3, 10, "failures")
            self.assertGreater(gaps()[1], gaps()[0] * 1.2)
            wait_until(lambda: d.conditions(sid), 20, "a condition")

    def test_codings_that_are_none(self):
        """A Content-Encoding that no client knows, or a lie, costs one poll."""
        wire = self.wire(lambda r: document([
            ("Content-Encoding", r.path[1:])]))
        d = self.polls([wire], [{"id": c, "url": "%s/%s" % (wire.url, c)}
                                for c in ("utf-8", "gzip", "none")])
        for coding in ("utf-8", "gzip", "none"):
            wait_until(lambda: d.source(coding)["last_success"], 20, coding)

    def test_redirects_that_lead_nowhere(self):
        steps = {
            "/loop": "/loop2", "/loop2": "/loop", "/self": "/self",
            "/none": None, "/empty": "", "/bad": "http://[", "/js":
            "javascript:alert(1)", "/file": "file:///etc/passwd",
            "/ftp": "ftp://127.0.0.1/x", "/user": "http://a:b@127.0.0.1:%d/x",
            "/chain/6": "/chain/5", "/chain/5": "/chain/4",
            "/chain/4": "/chain/3", "/chain/3": "/chain/2",
            "/chain/2": "/chain/1", "/chain/1": "/good",
            "/relative": "good", "/dots": "a/../good", "/proto": "//127.0.0.1:%d/good",
            "/absolute": "http://127.0.0.1:%d/good", "/fragment": "/good#x"}

        def say(request):
            if request.path == "/good":
                return document()
            to = steps.get(request.path)
            if to is None:
                return answer(301)
            return answer(301, [("Location", to.replace("%d", str(wire.port)))])

        wire = self.wire(say)
        good = ("/chain/5", "/relative", "/dots", "/proto", "/absolute",
                "/fragment")
        starts = [p for p in steps if p not in ("/loop2",)
                  and not re.match("/chain/[1-4]", p)]
        ids = {p: "r%d" % i for i, p in enumerate(starts)}
        d = self.polls([wire], [{"id": ids[p], "url": wire.url + p}
                                for p in starts])
        for p in starts:
            with self.subTest(path=p):
                if p in good:
                    wait_until(lambda: d.source(ids[p])["last_success"], 20, p)
                else:
                    wait_until(lambda: d.source(ids[p])["failures"], 20, p)
                    self.assertIsNone(d.source(ids[p])["last_success"])
        self.assertEqual(wire.of("/x"), [])


# --- Retry-After and freshness -------------------------------------------------

# value, seconds to wait (None: unreadable, "cap": a day), as sent now
RETRY = [("7", 7), ("0", 0), (" 7 ", 7), ("007", 7), ("-7", None), ("+7", None),
         ("7.5", None), ("7s", None), ("soon", None), ("1e3", None),
         ("86401", "cap"), ("9" * 30, "cap"), ("", None), (7, 7), (-3600, 0),
         (10**9, "cap")]


def next_in(source):
    """Seconds from now to the source's next poll."""
    at = datetime.datetime.fromisoformat(
        source["next_poll"].replace("Z", "+00:00"))
    return at.timestamp() - time.time()


class Wishes(Manners):
    def cases(self):
        out = []
        for value, want in RETRY:
            if isinstance(value, int):
                value = date(time.time() + value)
            out.append(("retry %r" % value, value, want, None))
        for r in rows("retry_after"):
            value, skew = r["value"].strip("\r\n"), None
            when = re.search(r"\d\d:\d\d:\d\d GMT$", value)
            if when and want_number(r):  # the row's clock is not ours
                value = date(time.time() + r["expect_delay_s"])
            if r["date_header"] and r["expect_delay_s"] != "either":
                skew = date(time.time())
            out.append((r["id"], value, r["expect_delay_s"], skew))
        return out

    def test_retry_after(self):
        cases = self.cases()

        def say(request):
            name, value, want, clock = cases[int(request.path[3:])]
            headers = [("Retry-After", value)]
            if clock:
                headers.append(("Date", clock))
            return answer(503, headers)

        wire = self.wire(say)
        d = self.polls([wire], [
            {"id": "w%d" % i, "url": "%s/w/%d" % (wire.url, i)}
            for i in range(len(cases))], fetch={"scope": "url"})
        wrong = []
        for i, (name, value, want, _) in enumerate(cases):
            first = self.wait_requests(wire, "/w/%d" % i, 1)[0]
            wait_until(lambda: d.source("w%d" % i)["failures"], 20, name)
            source = d.source("w%d" % i)
            wait = next_in(source) + time.monotonic() - first.at
            least = {None: 0, "cap": CAP_S - 60, "either": 0}.get(want, want)
            # what is unreadable or past leaves our own back-off
            most = {None: 60, 0: 60, "cap": CAP_S + 60,
                    "either": CAP_S + 60}.get(want, (want or 0) + 60
                                              if isinstance(want, int) else 0)
            early = 12 if "GMT" in value else 2  # dates were made before
            if not least - early <= wait <= most:
                wrong.append((name, value, want, wait))
        self.assertEqual(wrong, [])

    FRESH = [
        ([("Cache-Control", "max-age=900")], 900),
        ([("Cache-Control", "public, max-age=\"900\", x=y")], 900),
        ([("Cache-Control", "max-age=900, no-cache")], 0),
        ([("Cache-Control", "no-store, max-age=900")], 0),
        ([("Cache-Control", "max-age=900"), ("Age", "300")], 600),
        ([("Cache-Control", "max-age=900"), ("Age", "x")], 900),
        ([("Cache-Control", "s-maxage=900")], 0),
        ([("Cache-Control", "must-revalidate")], 0),
        ([("Cache-Control", "max-age=")], 0),
        ([("Pragma", "no-cache")], 0),
        ([("Expires", 900), ("Date", 0)], 900),
        ([("Expires", -900)], 0),
        ([("Expires", "0")], 0),
        ([("Cache-Control", "max-age=99999999999999999999")], "cap"),
        ([("rss-ttl", "15")], 900),
        ([("rss-ttl", "0")], 0),
        ([("sy:updatePeriod", "daily"), ("sy:updateFrequency", "24")], 3600),
    ]

    def test_freshness(self):
        cases = [("%r" % h, h, want) for h, want in self.FRESH]
        cases += [(r["id"], [(k, shifted(v)) for k, v in r["headers"].items()],
                   r["expect_freshness_s"]) for r in rows("cache_control")]

        def say(request):
            name, given, _ = cases[int(request.path[3:])]
            headers, inside = [], ""
            for key, value in given:
                if isinstance(value, int):
                    value = date(time.time() + value)
                if key == "rss-ttl":
                    inside += "<ttl>%s</ttl>" % value
                elif key.startswith("sy:"):
                    inside += "<%s>%s</%s>" % (key, value, key)
                else:
                    headers.append((key, value))
            return document(headers, channel=inside)

        wire = self.wire(say)
        d = self.polls([wire], [
            {"id": "f%d" % i, "url": "%s/f/%d" % (wire.url, i)}
            for i in range(len(cases))])
        wrong = []
        for i, (name, _, want) in enumerate(cases):
            first = self.wait_requests(wire, "/f/%d" % i, 1)[0]
            wait_until(lambda: d.source("f%d" % i)["last_success"], 20, name)
            source = d.source("f%d" % i)
            requests = wire.of("/f/%d" % i)
            wait = next_in(source) + time.monotonic() - requests[-1].at
            ours = 3600  # our own cap of what headers may ask
            if want == "cap":
                ok = 600 <= wait <= CAP_S * 1.2
            elif want:
                ok = min(want, ours) - 5 <= wait <= max(want, 60) * 1.2 + 60
            else:
                ok = wait <= 60 and len(self.wait_requests(
                    wire, "/f/%d" % i, 2)) >= 2
            if not ok:
                wrong.append((name, want, wait, first.at))
        self.assertEqual(wrong, [])


def shifted(value):
    """A date of the rows, whose clock stands at 2026-03-02, in ours."""
    at = email.utils.parsedate_to_datetime(value) if "2026" in value else None
    return int(at.timestamp()) - 1772409600 if at else value


def want_number(row):
    return isinstance(row["expect_delay_s"], int)


# --- the criteria of those who rate feed readers ---------------------------------

# Which test runs a row of feed_reader_score.jsonl, by what its criterion names.
SCORE = [
    (r"If-None-Match|ETag|If-Modified-Since|Last-Modified|validator|304",
     "ConditionalGet.test_every_case"),
    (r"restart|clock", "FeedReaderScore.test_no_burst_after_a_restart"),
    (r"429|503|Retry-After", "FeedReaderScore.test_429"),
    (r"Cookie|query|User-Agent|Accept|HEAD|GET|Referer|gzip|favicon",
     "FeedReaderScore.test_a_poll_is_conditional_and_plain"),
    (r"duplicate|single URL", "FeedReaderScore.test_an_address_is_asked_once"),
    (r"jitter|burst|parallel|at once",
     "FeedReaderScore.test_many_feeds_of_one_host"),
    (r"robots", "Robots.test_fetched_once_and_obeyed"),
    (r"HTTPS|TLS|certificate", "Secure.test_https_stays_https"),
    (r"301|302|307|308|redirect|404|410|5xx|gone",
     "StatusHandling.test_every_status"),
    (r"interval|max-age|Cache-Control|Expires|ttl|skip",
     "Wishes.test_freshness"),
]


class FeedReaderScore(Manners):
    def test_rows_are_covered(self):
        for _, name in SCORE:
            owner, test = name.split(".")
            self.assertTrue(hasattr(globals()[owner], test), name)
        self.assertEqual([r for r in rows("feed_reader_score") if not any(
            re.search(words, r["criterion"]) for words, _ in SCORE)], [])

    def test_a_poll_is_conditional_and_plain(self):
        """GET of just the configured address, with a name and a contact, with
        feed types; without cookies, referer, and nothing else beside it."""
        def say(request):
            return document([("ETag", '"v1"'), ("Set-Cookie", "track=1; Path=/"),
                             ("Set-Cookie2", "more=1")])

        wire = self.wire(say)
        self.polls([wire], [{"id": "news", "url": wire.url + "/f.xml?a=1&b=%E4"}])
        got = self.wait_requests(wire, "/f.xml", 4)
        for r in got:
            self.assertEqual(r.method, "GET")
            self.assertEqual(r.target, "/f.xml?a=1&b=%E4")
            for name in ("Cookie", "Referer", "Authorization", "From", "Range"):
                self.assertIsNone(r.header(name), name)
            self.assertRegex(r.header("User-Agent"),
                             r"^tocsin/\d[\w.]* \(\+[^)]*yunxi\.example\)$")
            for kind in ("application/atom+xml", "application/rss+xml",
                         "application/feed+json"):
                self.assertIn(kind, r.header("Accept"))
            self.assertIn("gzip", r.header("Accept-Encoding"))
            self.assertEqual(r.header("Host"), "127.0.0.1:%d" % wire.port)
        self.assertEqual({r.header("User-Agent") for r in got}.__len__(), 1)
        self.assertEqual({r.path for r in wire.requests}, {"/f.xml"})
        self.assertEqual([r.header("If-None-Match") for r in got[1:]],
                         ['"v1"'] * (len(got) - 1))

    def test_no_burst_after_a_restart(self):
        wire = self.wire(lambda request: document([("ETag", '"v1"')]))
        sources = [{"id": "b%d" % i, "url": "%s/b/%d" % (wire.url, i),
                    "interval": "6s"} for i in range(5)]
        d = self.polls([wire], sources)
        for i in range(5):
            self.wait_requests(wire, "/b/%d" % i, 1)
            wait_until(lambda: d.source("b%d" % i)["last_success"], 20, "it")
        for _ in range(2):
            time.sleep(0.7)
            d.kill()
            d.start()
        for i in range(5):
            got = self.wait_requests(wire, "/b/%d" % i, 2)
            self.assertGreaterEqual(got[1].at - got[0].at, 5.8)

    def test_429(self):
        """With Retry-After nothing is asked before, of the whole host; without,
        the gap grows."""
        def say(request):
            turn = len(wire.of(request.path))
            if request.path == "/with" and turn == 2:
                return answer(429, [("Retry-After", "5")])
            if request.path == "/without" and turn > 1:
                return answer(429)
            return document([("ETag", '"v1"')])

        wire, other = self.wire(say), self.wire(lambda request: document())
        d = self.polls([wire, other], [
            {"id": "with", "url": wire.url + "/with"},
            {"id": "beside", "url": wire.url + "/beside"},
            {"id": "without", "url": other.url + "/x"}])
        got = self.wait_requests(wire, "/with", 3)
        asked = got[1].at
        self.assertGreaterEqual(got[2].at - asked, 4.9)
        # those under way when it was said do not count
        self.assertEqual([r.path for r in wire.requests
                          if asked + 0.3 < r.at < asked + 4.9], [])
        self.assertEqual(d.source("beside")["failures"], 0)
        d.kill()

        other.answer = say
        wire.requests.clear()
        d = self.polls([wire], [{"id": "without", "url": wire.url + "/without"}])
        got = self.wait_requests(wire, "/without", 5)
        gaps = [b.at - a.at for a, b in zip(got[1:], got[2:])]
        self.assertGreater(gaps[1], gaps[0] * 1.3)
        self.assertGreater(gaps[2], gaps[1] * 1.3)

    def test_an_address_is_asked_once(self):
        """Three sources of one address: one of them asks, all have the items."""
        state = {"number": 1}

        def say(request):
            tag = '"v%d"' % state["number"]
            if request.header("If-None-Match") == tag:
                return answer(304, [("ETag", tag)])
            return document([("ETag", tag)], state["number"])

        wire = self.wire(say)
        d = self.polls([wire], [
            {"id": sid, "url": wire.url + "/same.xml"}
            for sid in ("one", "two", "three")],
            fetch={"interval": "3s", "interval_min": "3s"})
        for sid in ("one", "two", "three"):
            wait_until(lambda: d.source(sid)["last_success"], 20, sid)
        self.assertEqual(len(wire.of("/same.xml")), 1)
        state["number"] = 2
        for sid in ("one", "two", "three"):
            wait_until(lambda: d.source(sid)["items"] >= 2, 20, sid)
        got = self.wait_requests(wire, "/same.xml", 4)
        for a, b in zip(got, got[1:]):
            self.assertGreaterEqual(b.at - a.at, 2.9)

    def test_many_feeds_of_one_host(self):
        """200 feeds of one host come one at a time, with the gap between."""
        wire = self.wire(lambda request: document())
        self.polls([wire], [{"id": "m%d" % i, "url": "%s/m/%d" % (wire.url, i),
                             "interval": "1h"} for i in range(200)],
                   fetch={"host_gap": "100ms", "per_host": 1})
        wait_until(lambda: len(wire.requests) >= 30, 30, "30 requests")
        time.sleep(1)
        with wire.lock:
            at = [r.at for r in wire.requests]
        self.assertEqual(wire.most_at_once, 1)
        self.assertLessEqual(len(at), (at[-1] - at[0]) / 0.1 + 2)
        gaps = [b - a for a, b in zip(at, at[1:])]
        self.assertGreater(min(gaps), 0.08)

    def test_a_slow_host_delays_no_other(self):
        slow = self.wire(lambda request: [3, document()])
        fast = self.wire(lambda request: document(), host="127.0.0.2")
        self.polls([slow, fast], [
            {"id": "slow%d" % i, "url": "%s/%d" % (slow.url, i)}
            for i in range(30)] + [{"id": "fast", "url": fast.url + "/f"}],
            fetch={"per_host": 1, "concurrent": 4})
        got = self.wait_requests(fast, "/f", 8, 20)
        gaps = [b.at - a.at for a, b in zip(got, got[1:])]
        self.assertLess(max(gaps), 2.5)

    def test_scope(self):
        """"url": an address that asks for quiet speaks for itself only."""
        def say(request):
            if request.path == "/loud" and len(wire.of("/loud")) == 2:
                return answer(503, [("Retry-After", "4")])
            return document([("ETag", '"v1"')])

        wire = self.wire(say)
        self.polls([wire], [{"id": "loud", "url": wire.url + "/loud"},
                            {"id": "calm", "url": wire.url + "/calm"}],
                   fetch={"scope": "url"})
        got = self.wait_requests(wire, "/loud", 3)
        between = [r for r in wire.of("/calm")
                   if got[1].at + 0.3 < r.at < got[1].at + 3.9]
        self.assertGreaterEqual(len(between), 3)
        self.assertGreaterEqual(got[2].at - got[1].at, 3.9)


# --- robots.txt --------------------------------------------------------------------

LIST = ("<!doctype html><meta charset=utf-8><title>通知</title><ul>" + "".join(
    "<li><a href=\"/n/%d.html\">关于第%d号通知的公告</a> 2026-03-0%d</li>"
    % (i, i, i) for i in range(1, 9)) + "</ul>").encode()


def page(request=None):
    return answer(200, [("Content-Type", "text/html; charset=utf-8")], LIST)


# what robots.txt answers, whether the page may be asked for
ROBOTS = [
    ("none", answer(404), True), ("gone", answer(410), True),
    ("log-in", answer(401), True), ("forbidden", answer(403), True),
    ("too many", answer(429), True), ("legal", answer(451), True),
    ("empty", answer(200), True), ("no content", answer(204), True),
    ("broken", answer(500), False), ("busy", answer(503), False),
    ("gateway", answer(502), False), ("odd", answer(520), False),
    ("closed", None, False),
    ("half", [answer(200, [("Content-Length", "1000")], b"User-agent: *\n",
                     False), None], False),
    ("html", page(), True),
    ("bom", answer(200, (), b"\xef\xbb\xbfUser-agent: *\nDisallow: /"), False),
    ("ours", answer(200, (), b"User-agent: ToCsIn\nDisallow: /\n\n"
                             b"User-agent: *\nAllow: /"), False),
    ("others", answer(200, (), b"User-agent: otherbot\nDisallow: /"), True),
    ("exception", answer(200, (), b"User-agent: *\nDisallow: /\n"
                                  b"Allow: /list.html$"), True),
    ("600 KiB, rule first", answer(200, (), b"User-agent: *\nDisallow: /\n"
                                   + b"#" * 99 * 6200), False),
    ("600 KiB, rule last", answer(200, (), b"#" * 99 * 6200
                                  + b"\nUser-agent: *\nDisallow: /\n"), True),
    ("endless", [answer(200, (), b"User-agent: *\nDisallow: /\n", False)]
     + [b"#" * 65536] * 200, False),
    ("no place", answer(301), True),
    ("inside", answer(302, [("Location", "http://10.0.0.1/robots.txt")]), False),
]
HOPS = {1: False, 5: False, 6: True}  # then "Disallow: /"


class Robots(Manners):
    def test_every_answer(self):
        for row in rows("robots_http"):  # every one is a case here or below
            self.assertTrue(
                isinstance(row["status"], int)
                or row["status"] in ("timeout", "dns", "5xx-30days",
                                     "cached 25h"), row)
        cases = [(name, {"/robots.txt": said}, allowed)
                 for name, said, allowed in ROBOTS]
        for hops, allowed in HOPS.items():
            site = {"/robots.txt": "/hop/%d" % hops}
            for i in range(1, hops):
                site["/hop/%d" % (i + 1)] = "/hop/%d" % i
            site["/hop/1"] = answer(200, (), b"User-agent: *\nDisallow: /")
            site = {k: answer(301, [("Location", v)]) if isinstance(v, str)
                    else v for k, v in site.items()}
            cases.append(("%d hops" % hops, site, allowed))
        for row in rows("robots_http"):
            if isinstance(row["status"], int) and row["body"] == "":
                cases.append((row["id"],
                              {"/robots.txt": answer(row["status"])},
                              not row["expect"].startswith("disallow")))
        wires = [self.wire(lambda r, site=site: site.get(r.path, page()))
                 for _, site, _ in cases]
        d = self.polls(wires, [
            {"id": "p%d" % i, "kind": "list", "url": w.url + "/list.html"}
            for i, w in enumerate(wires)])
        wrong = []
        for i, (name, _, allowed) in enumerate(cases):
            if allowed:
                self.wait_requests(wires[i], "/list.html", 1)
            else:
                wait_until(lambda: d.source("p%d" % i)["failures"], 30, name)
                if wires[i].of("/list.html"):
                    wrong.append((name, "was asked"))
            if len(wires[i].of("/robots.txt")) != 1:
                wrong.append((name, "robots.txt was asked for again"))
        self.assertEqual(wrong, [])

    def test_unreachable_and_bomb(self):
        """No answer, and one that unpacks without end: bounded, and closed."""
        import gzip
        bomb = gzip.compress(b"User-agent: *\nDisallow: /\n" + b"\n" * 50000000)
        never = self.wire(lambda r: [45, None] if r.path == "/robots.txt"
                          else page())
        packed = self.wire(lambda r: answer(200, [
            ("Content-Encoding", "gzip")], bomb) if r.path == "/robots.txt"
            else page())
        d = self.polls([never, packed], [
            {"id": "never", "kind": "list", "url": never.url + "/list.html"},
            {"id": "packed", "kind": "list", "url": packed.url + "/list.html"}])
        for sid in ("packed", "never"):
            wait_until(lambda: d.source(sid)["failures"], 45, sid)
        self.assertEqual(never.of("/list.html") + packed.of("/list.html"), [])

    def test_fetched_once_and_obeyed(self):
        def say(request):
            if request.path == "/robots.txt":
                return answer(200, (), b"User-agent: *\nDisallow: /closed/\n")
            return page()

        wire = self.wire(say)
        d = self.polls([wire], [
            {"id": "open", "kind": "list", "url": wire.url + "/open/1"},
            {"id": "open2", "kind": "list", "url": wire.url + "/open/2"},
            {"id": "closed", "kind": "list", "url": wire.url + "/closed/1"}])
        self.wait_requests(wire, "/open/1", 4)
        self.wait_requests(wire, "/open/2", 4)
        wait_until(lambda: d.source("closed")["failures"], 20, "a refusal")
        self.assertEqual(wire.of("/closed/1"), [])
        got = wire.of("/robots.txt")
        self.assertEqual(len(got), 1)
        self.assertRegex(got[0].header("User-Agent"), "^tocsin/")

    def test_feeds_only_when_told(self):
        def say(request):
            if request.path == "/robots.txt":
                return answer(200, (), b"User-agent: *\nDisallow: /\n")
            return document()

        wire = self.wire(say)
        d = self.polls([wire], [{"id": "news", "url": wire.url + "/f.xml"}])
        wait_until(lambda: d.source("news")["last_success"], 20, "the feed")
        self.assertEqual(wire.of("/robots.txt"), [])
        d.kill()
        wire.requests.clear()
        d = self.polls([wire], [{"id": "news", "url": wire.url + "/f.xml"}],
                       fetch={"robots_feeds": True})
        wait_until(lambda: d.source("news")["failures"], 20, "a refusal")
        self.assertEqual(wire.of("/f.xml"), [])

    def test_where_a_redirect_leads_is_asked_too(self):
        closed = self.wire(lambda r: answer(200, (),
                           b"User-agent: *\nDisallow: /\n")
                           if r.path == "/robots.txt" else page())
        start = self.wire(lambda r: answer(404) if r.path == "/robots.txt" else
                          answer(302, [("Location", closed.url + "/list.html")]))
        d = self.polls([start, closed], [
            {"id": "page", "kind": "list", "url": start.url + "/list.html"}])
        wait_until(lambda: d.source("page")["failures"], 20, "a refusal")
        self.assertEqual(closed.of("/list.html"), [])
        self.assertEqual(len(closed.of("/robots.txt")), 1)

    def test_a_redirect_whose_robots_cannot_be_read_is_no_refusal(self):
        far = self.wire(lambda r: None if r.path == "/robots.txt" else page(),
                        host="127.0.0.2")
        start = self.wire(lambda r: answer(404) if r.path == "/robots.txt" else
                          answer(302, [("Location", far.url + "/list.html")]))
        d = self.polls([start, far], [
            {"id": "page", "kind": "list", "url": start.url + "/list.html"}])
        wait_until(lambda: d.source("page")["failures"] >= 2, 30, "failures")
        self.assertIn("robots.txt of where it leads to could not be read",
                      d.log())
        self.assertNotIn("refused", d.conditions("page"))
        self.assertEqual(far.of("/list.html"), [])

    def test_a_redirect_to_a_host_that_wants_quiet_is_put_off(self):
        far = self.wire(lambda r: answer(429, [("Retry-After", "3600")]),
                        host="127.0.0.2")
        led = threading.Event()

        def say(request):
            if request.path == "/robots.txt":
                return answer(404)
            if not far.of("/feed.xml"):
                return page()
            led.set()
            return answer(302, [("Location", far.url + "/list.html")])

        start = self.wire(say)
        d = self.polls([start, far], [
            {"id": "page", "kind": "list", "url": start.url + "/list.html"},
            {"id": "loud", "url": far.url + "/feed.xml"}])
        wait_until(lambda: d.source("loud")["failures"], 30, "the 429")
        self.assertTrue(led.wait(60), "the page was not asked again")
        time.sleep(3)
        self.assertEqual(d.source("page")["failures"], 0)
        self.assertEqual(d.conditions("page"), [])
        self.assertEqual({r.path for r in far.requests}, {"/feed.xml"})

    def test_crawl_delay_is_kept(self):
        def say(request):
            if request.path == "/robots.txt":
                return answer(200, (), b"User-agent: *\nCrawl-delay: 2\n")
            return page()

        wire = self.wire(say)
        d = self.polls([wire], [
            {"id": "p%d" % i, "kind": "list", "url": "%s/%d" % (wire.url, i)}
            for i in range(3)], fetch={"per_host": 1})
        wait_until(lambda: len(wire.requests) >= 5, 30, "five requests")
        at = [r.at for r in wire.requests[1:5]]
        for a, b in zip(at, at[1:]):
            self.assertGreaterEqual(b - a, 1.95)
        self.assertIn("asks for a gap", d.log())


# --- secure connections -------------------------------------------------------------

class Secure(Manners):
    def setUp(self):
        super().setUp()
        folder = tempfile.mkdtemp(prefix="tocsin-tls-")
        self.addCleanup(shutil.rmtree, folder)
        try:
            self.cert, self.tls = certificate(folder)
        except OSError:
            self.skipTest("no openssl program")

    def test_https_stays_https(self):
        plain = self.wire(lambda request: document())
        secure = self.wire(
            lambda r: answer(301, [("Location", plain.url + "/f.xml")])
            if r.path == "/down" else document([("ETag", '"v1"')]),
            tls=self.tls)
        d = self.polls([plain, secure], [
            {"id": "good", "url": secure.url + "/f.xml"},
            {"id": "down", "url": secure.url + "/down"}],
            fetch={"trust": self.cert})
        self.wait_requests(secure, "/f.xml", 3)
        wait_until(lambda: d.source("down")["failures"] >= 2, 20, "refusals")
        self.assertEqual(plain.requests, [])
        self.assertIsNone(d.source("down")["last_success"])
        self.assertEqual(
            secure.of("/f.xml")[2].header("If-None-Match"), '"v1"')

    def test_a_certificate_that_is_not_trusted(self):
        plain = self.wire(lambda request: document())
        secure = self.wire(lambda request: document(), tls=self.tls)
        d = self.polls([plain, secure], [
            {"id": "news", "url": secure.url + "/f.xml"}])
        wait_until(lambda: d.source("news")["failures"] >= 1, 20, "a failure")
        self.assertIn("certificate", d.log())
        self.assertEqual(secure.requests + plain.requests, [])


class Proxy(Manners):
    def test_polls_go_through_it(self):
        """All through the configured one; a source may go its own way."""
        proxy = self.wire(lambda r: answer(404) if r.target.endswith(
            "/robots.txt") else document([("ETag", '"v1"')]))
        direct = self.wire(lambda r: document())
        d = self.polls([proxy, direct], [
            {"id": "outside", "url": "http://news.example/f.xml"},
            {"id": "page", "kind": "list", "url": "http://town.example/l.html"},
            {"id": "own", "url": direct.url + "/f.xml", "proxy": "direct"}],
            fetch={"proxy": proxy.url})
        for sid in ("outside", "own"):
            wait_until(lambda: d.source(sid)["last_success"], 20, sid)
        wait_until(lambda: {r.target for r in proxy.requests} >= {
            "http://news.example/f.xml", "http://town.example/robots.txt",
            "http://town.example/l.html"}, 20, "the proxy")
        self.assertEqual({r.target for r in direct.requests}, {"/f.xml"})


    def test_hubs_are_asked_through_it(self):
        def say(hub):
            return lambda r: ([answer(202), None] if r.method == "POST" else
                              document([("Link", "<%s>; rel=hub" % hub())]))

        proxy = self.wire(say(lambda: "http://hub.example/hub"))
        direct = self.wire(say(lambda: direct.url + "/hub"))
        self.polls([proxy, direct], [
            {"id": "outside", "url": "http://news.example/f.xml"},
            {"id": "own", "url": direct.url + "/f.xml", "proxy": "direct"}],
            fetch={"proxy": proxy.url},
            websub={"callback": "http://127.0.0.1:9"})

        def posts(wire):
            with wire.lock:
                return {r.target for r in wire.requests if r.method == "POST"}

        wait_until(lambda: posts(proxy) and posts(direct), 30, "both hubs")
        self.assertEqual(posts(proxy), {"http://hub.example/hub"})
        self.assertEqual(posts(direct), {"/hub"})


# --- what must not come of a Location -------------------------------------------------

LOCATIONS = [
    "/a%0d%0aSet-Cookie:%20x=1", "/a%0aX-Injected:1", "/a\tb", "/%00",
    "/a b", "/\\evil.invalid/", "/%23%0d%0aX:1", "/..%2f..%2f", "/?q=%0d%0a",
]


class Locations(Manners):
    def test_nothing_is_injected(self):
        """A Location of the same host is asked as it stands, as one request
        line without a header that is not ours."""
        payloads = LOCATIONS + [
            r["payload"] for r in rows("crlf_redirect")
            if r["payload"].startswith("/")
            and not re.match(r"[/\\\t]{2}", r["payload"])
            and not re.search(r"[\r\n]", r["payload"])]

        def say(request):
            found = re.match(r"/go/(\d+)$", request.path)
            if not found:
                return document()
            return answer(302, [("Location", payloads[int(found.group(1))])])

        wire = self.wire(say)
        self.polls([wire], [{"id": "x%d" % i, "url": "%s/go/%d" % (wire.url, i),
                             "interval": "1h"} for i in range(len(payloads))])
        for i in range(len(payloads)):
            self.wait_requests(wire, "/go/%d" % i, 1, 60)
        time.sleep(1)
        ours = {"host", "user-agent", "accept", "accept-encoding"}
        for r in wire.requests:
            self.assertEqual(r.method, "GET")
            self.assertRegex(r.target, "^/[!-~]*$")
            self.assertEqual({n.lower() for n, _ in r.headers}, ours)
        self.assertGreater(len(wire.requests), len(payloads) * 1.3)


if __name__ == "__main__":
    main()
