"""What servers may ask of a poller, and what it does."""
import time

from harness import E2E, main, wait_until


class Polling(E2E):
    def test_503_is_asked_later_and_others_go_on(self):
        bad, source = self.feed("bad")
        good, second = self.feed("good")
        d = self.daemon([source, second])
        self.wait_baseline(d, "bad", "good")
        bad.status = 503
        self.wait_polls(bad, 3, 30)
        times = [t for t, _ in bad.requests[-3:]]
        self.assertGreater(times[2] - times[1], (times[1] - times[0]) * 1.2,
                           "the back-off does not grow")
        before = len(good.requests)
        self.wait_polls(good, 3)
        self.assertGreaterEqual(len(good.requests), before + 3)
        wait_until(lambda: d.source("bad")["failures"] >= 2, 10, "failures")
        bad.status = 200
        wait_until(lambda: d.source("bad")["failures"] == 0, 40, "recovery")

    def test_retry_after_is_obeyed(self):
        route, source = self.feed()
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        route.script.append((429, [("Retry-After", "4")], b""))
        self.wait_polls(route, 1)
        wait_until(lambda: 429 in route.statuses, 10, "the 429")
        at = [t for (t, _), s in zip(route.requests, route.statuses)
              if s == 429][0]
        count = len(route.requests)
        wait_until(lambda: len(route.requests) > count, 20, "the next poll")
        self.assertGreaterEqual(route.requests[count][0] - at, 3.9)

    def test_410_stops_with_a_condition(self):
        route, source = self.feed()
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        route.status = 410
        wait_until(lambda: d.conditions("news"), 20, "a condition")
        count = len(route.requests)
        time.sleep(2)
        self.assertLessEqual(len(route.requests), count + 1)

    def test_redirects_are_followed_and_a_moved_source_is_shown(self):
        route, source = self.feed()
        moved = self.origin.route("/old.xml")
        moved.status = 301
        moved.headers = [("Location", "/news.xml")]
        source["url"] = self.origin.url + "/old.xml"
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        wait_until(lambda: d.source("news")["moved_to"], 20, "moved_to")
        self.assertTrue(d.source("news")["moved_to"].endswith("/news.xml"))

    def test_a_redirect_to_a_closed_address_is_refused(self):
        _, source = self.feed()
        away = self.origin.route("/away.xml")
        away.status = 302
        away.headers = [("Location", "http://127.0.0.1:1/secret")]
        source["url"] = self.origin.url + "/away.xml"
        d = self.daemon([source])
        wait_until(lambda: d.source("news")["failures"] >= 1, 20, "a failure")
        self.assertIsNone(d.source("news")["last_success"])

    def test_too_large_a_document_is_refused(self):
        route, source = self.feed()
        d = self.daemon([source], settings={"fetch": {"max_body_bytes": "64KiB"}})
        self.wait_baseline(d, "news")
        route.body = route.body.replace(b"<description/>",
                                        b"<description>" + b"x" * 100000
                                        + b"</description>")
        wait_until(lambda: d.source("news")["failures"] >= 1, 20, "a failure")

    def test_robots_keep_it_off_a_list_page(self):
        page = self.origin.route("/closed/list.html", b"<ul></ul>", "text/html")
        robots = self.origin.route("/robots.txt",
                                   b"User-agent: *\nDisallow: /closed/\n",
                                   "text/plain")
        d = self.daemon([{"id": "page", "kind": "list",
                          "url": self.origin.url + "/closed/list.html"}])
        wait_until(lambda: robots.requests, 20, "robots.txt")
        wait_until(lambda: d.conditions("page") or d.source("page")["failures"],
                   20, "a condition")
        self.assertEqual(page.requests, [])


if __name__ == "__main__":
    main()
