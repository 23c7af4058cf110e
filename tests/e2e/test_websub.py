"""WebSub: a hub is asked, asks back, and brings news that are signed."""
import hashlib
import hmac
import http.client
import time
import urllib.parse

from harness import E2E, Server, main, reply, rss, wait_until


class Hub(Server):
    """Takes subscriptions; answers as a test scripts."""

    def __init__(self):
        self.asked = []     # forms, in order
        self.script = []    # (status, headers) of the next answers
        super().__init__()

    def handle(self, request):
        form = dict(urllib.parse.parse_qsl(request.body.decode()))
        with self.lock:
            form["path"] = request.path
            form["method"] = request.command
            self.asked.append(form)
            status, headers = (self.script.pop(0) if self.script
                               else (202, []))
        reply(request, status, b"", headers)


def ask(url, method="GET", body=None, headers=None):
    parts = urllib.parse.urlsplit(url)
    c = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        c.request(method, parts.path + ("?" + parts.query if parts.query
                                        else ""), body, headers or {})
        answer = c.getresponse()
        return answer.status, answer.read()
    finally:
        c.close()


class WebSub(E2E):
    def setUp(self):
        super().setUp()
        self.hub = Hub()
        self.addCleanup(self.hub.close)

    def with_hub(self, items, how="atom"):
        body = rss(items)
        if how == "atom":
            body = body.replace(
                b"<channel>", (
                    "<channel><a:link xmlns:a=\"http://www.w3.org/2005/Atom\""
                    " rel=\"hub\" href=\"%s/hub\"/>"
                    "<a:link xmlns:a=\"http://www.w3.org/2005/Atom\""
                    " rel=\"self\" href=\"%s/news.xml\"/>"
                    % (self.hub.url, self.origin.url)).encode())
        return body

    def start(self, source, interval="1h"):
        d = self.daemon(
            [source], start=False,
            settings={"fetch": {"interval": interval,
                                "interval_min": "500ms"}})
        with open(d.config, encoding="utf-8") as f:
            text = f.read()
        text = text.replace(
            '"127.0.0.1/32:%d"' % self.origin.port,
            '"127.0.0.1/32:%d", "127.0.0.1/32:%d"' % (self.origin.port,
                                                      self.hub.port))
        text = text.replace(
            '"database"', '"websub": {"callback": "http://127.0.0.1:%d"},'
            '"database"' % d.console_port)
        d.put("tocsin.yaml", text)
        return d.start()

    def subscribed(self, n=1):
        wait_until(lambda: len(self.hub.asked) >= n, 30, "the hub to be asked")
        return self.hub.asked[n - 1]

    def verify(self, form, **more):
        query = {"hub.mode": "subscribe", "hub.topic": form["hub.topic"],
                 "hub.challenge": "challenge<&>7", "hub.lease_seconds": "864000"}
        query.update(more)
        return ask(form["hub.callback"] + "?" + urllib.parse.urlencode(query))

    def bring(self, form, body, method="sha256", secret=None, kind=None):
        key = (secret or form["hub.secret"]).encode()
        mac = hmac.new(key, body, getattr(hashlib, method)).hexdigest()
        return ask(form["hub.callback"], "POST", body,
                   {"Content-Type": kind or "application/rss+xml",
                    "X-Hub-Signature": "%s=%s" % (method, mac)})

    def test_news_come_at_once(self):
        route, source = self.feed()
        route.body = self.with_hub([(1, "旧", "")])
        d = self.start(source)
        self.wait_baseline(d, "news")
        form = self.subscribed()
        self.assertEqual(form["method"], "POST")
        self.assertEqual(form["hub.mode"], "subscribe")
        self.assertEqual(form["hub.topic"], self.origin.url + "/news.xml")
        self.assertGreaterEqual(len(form["hub.secret"]), 32)
        # news before the hub has asked back are not believed
        poison = self.with_hub([(1, "旧", ""), (2, "青石镇学生食物中毒", "送医")])
        self.assertEqual(self.bring(form, poison)[0], 202)
        self.assertEqual(self.verify(form), (200, b"challenge<&>7"))
        # nor is a wrong signature, which is answered like a right one
        self.assertEqual(self.bring(form, poison, secret="x" * 64)[0], 202)
        self.assertEqual(self.bring(form, poison, method="md5")[0], 202)
        self.assertEqual(ask(form["hub.callback"], "POST", poison,
                             {"Content-Type": "text/xml"})[0], 202)
        time.sleep(1)
        self.assertEqual(d.incidents(), [])
        polls = len(route.requests)
        self.assertEqual(self.bring(form, poison, method="sha1")[0], 202)
        self.assertIn("食物中毒", self.wait_opened(1)[0]["title"])
        self.assertEqual(len(route.requests), polls)  # and nothing was asked
        # the same news again, and the poll, bring nothing twice
        self.assertEqual(self.bring(form, poison, method="sha512")[0], 202)
        with self.origin.lock:
            route.body = poison
        d.api("POST", "/api/v1/sources/news/probe", {})
        wait_until(lambda: len(route.requests) > polls, 20, "the poll")
        time.sleep(1)
        self.assertEqual(len(d.incidents()), 1)
        self.assertEqual(d.incidents()[0]["items"], 1)
        # unreadable news are not sent for ever
        self.assertEqual(self.bring(form, b"\x00\x01")[0], 202)

    def test_the_callback_tells_strangers_nothing(self):
        route, source = self.feed()
        route.body = self.with_hub([(1, "旧", "")])
        d = self.start(source)
        self.wait_baseline(d, "news")
        form = self.subscribed()
        for more in ({"hub.topic": "http://other.example/"},
                     {"hub.mode": "unsubscribe"}, {"hub.challenge": ""},
                     {"hub.lease_seconds": "soon"}, {"hub.mode": ""}):
            self.assertEqual(self.verify(form, **more)[0], 404, more)
        guess = dict(form)
        guess["hub.callback"] = form["hub.callback"][:-2] + "00"
        self.assertEqual(self.verify(guess)[0], 404)
        self.assertEqual(self.bring(guess, b"x")[0], 404)
        big = b"<rss>" + b" " * (1024 * 1024) + b"</rss>"
        self.assertEqual(self.bring(form, big)[0], 413)

    def test_headers_count_first_and_redirects_are_followed(self):
        route, source = self.feed()
        route.body = self.with_hub([(1, "旧", "")])
        route.headers = [("Link", "<%s/first>; rel=\"hub\", "
                          "<%s/news.xml?self>; rel=self"
                          % (self.hub.url, self.origin.url))]
        self.hub.script = [(307, [("Location", "/second")]),
                           (308, [("Location", self.hub.url + "/third")])]
        d = self.start(source)
        self.wait_baseline(d, "news")
        self.subscribed(3)
        self.assertEqual([f["path"] for f in self.hub.asked[:3]],
                         ["/first", "/second", "/third"])
        self.assertEqual({f["method"] for f in self.hub.asked}, {"POST"})
        self.assertEqual(self.hub.asked[2]["hub.topic"],
                         self.origin.url + "/news.xml?self")

    def test_a_hub_that_denies_changes_nothing_for_polls(self):
        route, source = self.feed()
        route.body = self.with_hub([(1, "旧", "")])
        d = self.start(source, "500ms")
        self.wait_baseline(d, "news")
        form = self.subscribed()
        self.assertEqual(self.verify(form, **{"hub.mode": "denied",
                                              "hub.reason": "no"})[0], 200)
        wait_until(lambda: "a hub refuses" in d.log(), 10, "the refusal")
        self.wait_polls(route, 3)

    def test_a_kill_keeps_the_subscription(self):
        route, source = self.feed()
        route.body = self.with_hub([(1, "旧", "")])
        d = self.start(source)
        self.wait_baseline(d, "news")
        form = self.subscribed()
        self.assertEqual(self.verify(form)[0], 200)
        d.kill()
        d.start()
        news = self.with_hub([(1, "旧", ""), (2, "云溪三中宿舍起火", "")])
        self.assertEqual(self.bring(form, news)[0], 202)
        self.assertIn("起火", self.wait_opened(1)[0]["title"])
        self.assertEqual(len(self.hub.asked), 1)


if __name__ == "__main__":
    main()
