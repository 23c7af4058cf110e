"""What is wrong with a source is said when it begins and when it ends: every
kind opens and closes against a real origin, is told to those who want it, and
is not told when it only flaps, or when many fail together."""
import json
import os
import shutil
import ssl
import subprocess
import tempfile
import time

from harness import E2E, Server, main, reply, rss, wait_until

ITEMS = ((1, "云溪一中运动会开幕", "三千人参加"),
         (2, "青石镇中心学校迎新", "一百名新生"))
WALL = """<!doctype html><html><head><title>Just a moment...</title>
<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script>
</head><body><h1>Checking your browser before accessing</h1>
<form id="challenge-form" action="/cdn-cgi/l/chk_jschl"></form>
<noscript>Please enable JavaScript and cookies to continue</noscript>
</body></html>""".encode()


def page(rows, mark="list"):
    """A page that lists publications, under ul.mark."""
    items = "".join('<li><a href="/a/%d.html">%s</a><span>2026-06-%02d</span>'
                    "</li>" % (n, title, n % 28 + 1) for n, title in rows)
    return ("<!doctype html><html><head><meta charset=utf-8><title>通知公告"
            '</title></head><body><h1>通知公告</h1><ul class="%s">%s</ul>'
            "</body></html>" % (mark, items)).encode()


ROWS = [(n, "云溪县第%d中学关于开学工作安排的通知" % n) for n in range(1, 16)]


class Conditions(E2E):
    settings = {"notify": {"condition_after": "0s"}}

    def start(self, sources, conditions=("all",), settings=None, **more):
        d = self.daemon(sources, start=False,
                        settings=settings or self.settings, **more)
        self.wants(d, conditions)
        return d.start()

    def wants(self, d, conditions, extra=()):
        channel = {"id": "desk", "kind": "webhook",
                   "url": self.receiver.url + "/hook",
                   "secret": {"file": "secret"}, "insecure_http": True,
                   "conditions": list(conditions)}
        d.put("channels.d/desk.yaml", json.dumps(
            {"channels": [channel] + list(extra)}, ensure_ascii=False))

    def edges(self, kind, subject=None):
        """[open?…] as the receiver heard it, digests included."""
        out = []
        for body in self.receiver.delivered():
            data = body["data"]
            some = data.get("conditions") or (
                [data["condition"]] if "condition" in data else [])
            out += [c["open"] for c in some if c["kind"] == kind
                    and (subject is None or c["subject"] == subject)]
        return out

    def opens(self, d, kind, sid="news", seconds=40):
        def shown():
            return [c for c in d.source(sid)["conditions"]
                    if c["kind"] == kind]
        condition = wait_until(shown, seconds, kind + " to open")[0]
        self.assertTrue(condition["text"], kind + " says nothing")
        wait_until(lambda: self.edges(kind, sid) == [True], 30,
                   "the message that " + kind + " is open")
        return condition

    def closes(self, d, kind, sid="news", seconds=60):
        def gone():
            return kind not in d.conditions(sid)
        wait_until(gone, seconds, kind + " to close")
        wait_until(lambda: self.edges(kind, sid) == [True, False], 30,
                   "the message that " + kind + " is over")
        past = d.api("GET", "/api/v1/sources/" + sid)["past"]
        self.assertIn(kind, [c["kind"] for c in past])

    def probe(self, d, sid="news"):
        """Poll it now, whatever its back-off says."""
        d.api("POST", "/api/v1/sources/%s/probe" % sid, {},
              expect=(200, 409))

    def until_closed(self, d, kind, sid="news"):
        def gone():
            self.probe(d, sid)
            time.sleep(0.2)
            return kind not in d.conditions(sid)
        wait_until(gone, 60, kind + " to close")
        self.closes(d, kind, sid)

    def test_down(self):
        route, source = self.feed(items=ITEMS)
        d = self.start([source])
        self.wait_baseline(d, "news")
        route.status = 503
        def poked():
            self.probe(d)
            time.sleep(0.2)
            return "down" in d.conditions("news")
        wait_until(poked, 40, "down")
        self.assertIn("503", self.opens(d, "down")["text"])
        route.status = 200
        self.until_closed(d, "down")

    def test_blocked(self):
        route, source = self.feed(items=ITEMS)
        d = self.start([source])
        self.wait_baseline(d, "news")
        body, route.body = route.body, WALL
        route.content_type = "text/html"
        self.opens(d, "blocked")
        self.assertNotIn("empty", d.conditions("news"))
        route.body, route.content_type = body, "application/rss+xml"
        self.until_closed(d, "blocked")

    def test_a_blocked_page_is_no_empty_list(self):
        route = self.origin.route("/list.html", page(ROWS), "text/html")
        d = self.start([{"id": "news", "kind": "list",
                         "url": self.origin.url + "/list.html"}])
        self.wait_baseline(d, "news")
        route.body = WALL
        self.opens(d, "blocked")
        self.assertNotIn("empty", d.conditions("news"))
        route.body = page(ROWS)
        self.until_closed(d, "blocked")

    def test_refused(self):
        self.origin.route("/list.html", page(ROWS), "text/html")
        robots = self.origin.route(
            "/robots.txt", b"User-agent: *\nDisallow: /\n", "text/plain")
        sources = [{"id": "news", "kind": "list",
                    "url": self.origin.url + "/list.html"}]
        d = self.start(sources)
        self.assertIn("robots", self.opens(d, "refused")["text"])
        # The owner lets it in; robots.txt is asked again after a restart.
        robots.body = b"User-agent: *\nAllow: /\n"
        d.stop()
        d.start()
        self.until_closed(d, "refused")

    def test_gone(self):
        route, source = self.feed(items=ITEMS)
        d = self.start([source])
        self.wait_baseline(d, "news")
        route.status = 410
        self.opens(d, "gone")
        route.status = 200
        self.until_closed(d, "gone")

    def test_quarantined(self):
        route, source = self.feed(items=ITEMS)
        d = self.start([source], settings=dict(
            self.settings, parse={"cpu": "20ms"}))
        self.wait_baseline(d, "news")
        body = route.body
        route.body = rss([(i, "第%d条" % i, "词" * 600) for i in range(4000)])
        self.opens(d, "quarantined", seconds=90)
        route.body = body
        self.until_closed(d, "quarantined")

    def test_selector_lost(self):
        route = self.origin.route("/list.html", page(ROWS), "text/html")
        d = self.start([{"id": "news", "kind": "list",
                         "select": "//ul[@class='list']/li",
                         "url": self.origin.url + "/list.html"}])
        self.wait_baseline(d, "news")
        route.body = page(ROWS, "rebuilt").replace(b"<li>", b"<p>")
        time.sleep(1)
        route.body += b" "
        self.opens(d, "selector-lost")
        route.body = page(ROWS)
        self.until_closed(d, "selector-lost")

    def test_empty(self):
        route, source = self.feed(items=ITEMS)
        d = self.start([source])
        self.wait_baseline(d, "news")
        body, route.body = route.body, rss([])
        self.wait_polls(route, 2)
        route.body += b"\n"
        self.opens(d, "empty")
        route.body = body
        self.until_closed(d, "empty")

    def test_gap(self):
        route, source = self.feed(items=[(n, "第%d条消息" % n, "正文%d" % n)
                                         for n in range(10)])
        d = self.start([source])
        self.wait_baseline(d, "news")
        route.set_items([(n, "第%d条消息" % n, "正文%d" % n)
                         for n in range(100, 110)])
        self.opens(d, "gap")
        for n in range(101, 105):
            route.set_items([(m, "第%d条消息" % m, "正文%d" % m)
                             for m in range(n, n + 10)])
            self.wait_polls(route, 2)
        self.until_closed(d, "gap")

    def trouble(self, kind, wrong, right):
        """Three documents of wrong(n) open it, two of right(n) close it."""
        route, source = self.feed(items=ITEMS)
        d = self.start([source])
        self.wait_baseline(d, "news")
        for n in range(3):
            self.assertNotIn(kind, d.conditions("news"))
            route.body = wrong(n)
            self.wait_polls(route, 2)
        self.opens(d, kind)
        self.assertTrue(d.api("GET", "/api/v1/sources/news")
                        ["polls"][0]["outcome"])
        for n in range(2):
            route.body = right(n)
            self.wait_polls(route, 2)
        self.closes(d, kind)

    def more(self, n):
        return ITEMS + ((10 + n, "云溪县第%d中学通知" % n, "正文"),)

    def test_encoding(self):
        def wrong(n):
            return rss(self.more(n), encoding="GB18030").replace(
                b"GB18030", b"UTF-8", 1)
        self.trouble("encoding", wrong, lambda n: rss(self.more(n + 5)))

    def test_malformed(self):
        self.trouble("malformed",
                     lambda n: rss(self.more(n)).replace(
                         b"</description>", b" A & B</description>"),
                     lambda n: rss(self.more(n + 5)))

    def test_a_moved_source_is_done_when_its_address_is_changed(self):
        _, source = self.feed(items=ITEMS)
        moved = self.origin.route("/old.xml")
        moved.status = 301
        moved.headers = [("Location", "/news.xml")]
        d = self.start([dict(source, url=self.origin.url + "/old.xml")])
        condition = self.opens(d, "moved")
        self.assertIn("/news.xml", condition["text"])
        d.put_sources([source])
        d.api("POST", "/api/v1/reload", {})
        wait_until(lambda: not d.conditions("news"), 20, "moved to close")

    def test_certificate(self):
        with Tls(5) as tls:
            os.environ["SSL_CERT_FILE"] = tls.ca
            self.addCleanup(os.environ.pop, "SSL_CERT_FILE", None)
            d = self.daemon([{"id": "news", "url": tls.url + "/feed"}],
                            start=False, settings=dict(
                                self.settings,
                                allow_addresses=["127.0.0.1/32:%d" % p for p in
                                                 (tls.port,
                                                  self.receiver.port)]))
            self.wants(d, ["all"])
            d.start()
            text = self.opens(d, "certificate")["text"]
            self.assertRegex(text, r"\b[45] days")
            tls.renew(90)
            self.until_closed(d, "certificate")

    def test_silent(self):
        # Published every few hours for weeks, then nothing for a month.
        now = time.time()

        def dated(rows):
            body = rss([(n, "第%d条消息" % n, "正文%d" % n) for n, _ in rows])
            for n, at in rows:
                stamp = time.strftime("%a, %d %b %Y %H:%M:%S GMT",
                                      time.gmtime(at))
                guid = b">n%d</guid>" % n
                body = body.replace(guid, guid + b"<pubDate>%s</pubDate>"
                                    % stamp.encode())
            return body

        rows = [(n, now - (60 * 24 - 6 * n) * 3600) for n in range(1, 120)]
        route, source = self.feed()
        route.body = dated(rows)
        d = self.start([source])
        self.wait_baseline(d, "news")
        self.opens(d, "silent")
        route.body = dated(rows[5:] + [(500, now - 60)])
        self.closes(d, "silent")

    # --- who is told -----------------------------------------------------------

    def test_nobody_is_told_of_what_nobody_wants(self):
        route, source = self.feed(items=ITEMS)
        d = self.start([source], conditions=["none"])
        self.wait_baseline(d, "news")
        route.status = 410
        wait_until(lambda: d.conditions("news"), 20, "gone")
        time.sleep(7)
        self.assertEqual(self.receiver.delivered("source.condition"), [])

    def test_what_only_flaps_is_not_told(self):
        route, source = self.feed(items=ITEMS)
        d = self.start([source], settings={"notify": {"condition_after": "60s"}})
        self.wait_baseline(d, "news")
        route.status = 410
        wait_until(lambda: d.conditions("news"), 20, "gone")
        route.status = 200
        def well():
            self.probe(d)
            time.sleep(0.2)
            return not d.conditions("news")
        wait_until(well, 30, "gone to close")
        time.sleep(7)
        self.assertEqual(self.edges("gone"), [])

    def test_a_message_says_what_and_what_to_do_in_its_language(self):
        route, source = self.feed(items=ITEMS)
        d = self.start([dict(source, owner="云溪一中")])
        self.wait_baseline(d, "news")
        route.status = 410
        self.opens(d, "gone")
        body = self.receiver.delivered("source.condition")[0]["data"]
        self.assertEqual(body["condition"]["name"], "已停用")
        self.assertEqual(body["condition"]["owner"], "云溪一中")
        self.assertIn("410", body["reason"])
        self.assertIn("url", body["advice"])
        self.assertTrue(body["condition"]["url"].endswith("/sources/news"))

    def test_a_restart_neither_forgets_nor_repeats(self):
        route, source = self.feed(items=ITEMS)
        d = self.start([source])
        self.wait_baseline(d, "news")
        route.status = 410
        self.opens(d, "gone")
        d.kill()
        d.start()
        time.sleep(7)
        self.assertEqual(self.edges("gone"), [True])
        route.status = 200
        self.until_closed(d, "gone")

    def test_a_channel_that_fails_is_told_to_another(self):
        bad = Server()
        self.addCleanup(bad.close)
        bad.handle = lambda request: reply(request, 410)
        _, source = self.feed(items=ITEMS)
        d = self.daemon([source], start=False, settings=dict(
            self.settings, allow_addresses=["127.0.0.1/32:%d" % s.port for s in
                                            (self.origin, self.receiver, bad)]))
        self.wants(d, ["undeliverable"], [
            {"id": "bad", "kind": "webhook", "url": bad.url + "/hook",
             "secret": {"file": "secret"}, "insecure_http": True,
             "conditions": ["all"]}])
        d.start()
        d.api("POST", "/api/v1/channels/bad/test", {})
        wait_until(lambda: self.edges("undeliverable", "bad") == [True], 40,
                   "the word that a channel fails")
        # A channel that wants no more is told to the others in any case.
        wait_until(lambda: self.edges("broken", "bad") == [True], 20,
                   "the word that a channel is broken")
        self.assertEqual(
            len(self.receiver.delivered("channel.condition")), 2)
        bad.handle = lambda request: reply(request, 204)
        d.api("POST", "/api/v1/channels/bad/test", {})
        wait_until(lambda: self.edges("undeliverable", "bad")
                   == [True, False], 40, "the word that it is well again")

    def test_a_wrong_configuration_is_told(self):
        _, source = self.feed(items=ITEMS)
        d = self.start([source])
        self.wait_baseline(d, "news")
        d.put("sources.d/wrong.yaml", "sources: [{id: x}]\n")
        d.api("POST", "/api/v1/reload", {}, expect=(422,))
        wait_until(lambda: self.edges("configuration") == [True], 30,
                   "the word that the configuration is wrong")
        d.put("sources.d/wrong.yaml", "sources: []\n")
        d.api("POST", "/api/v1/reload", {})
        wait_until(lambda: self.edges("configuration") == [True, False], 30,
                   "the word that it is right")

    # --- many at once ----------------------------------------------------------

    def test_many_that_fail_together_are_told_as_one(self):
        feeds = [self.feed("s%d" % n, ITEMS) for n in range(12)]
        d = self.start([s for _, s in feeds])
        self.wait_baseline(d, *["s%d" % n for n in range(12)])
        for route, _ in feeds[:10]:
            route.status = 503
        wait_until(lambda: self.edges("many-down") == [True], 40,
                   "the word that many fail")
        wait_until(lambda: sum("down" in d.conditions("s%d" % n)
                               for n in range(10)) >= 5, 60,
                   "single failures to be recorded")
        time.sleep(7)
        self.assertEqual(self.edges("down"), [],
                         "single failures were told besides")
        for route, _ in feeds[:10]:
            route.status = 200
        def well():
            for n in range(10):
                self.probe(d, "s%d" % n)
            return self.edges("many-down") == [True, False]
        wait_until(well, 90, "the word that it is over")
        self.assertEqual(self.edges("down"), [])

    # --- the log of polls ------------------------------------------------------

    def test_the_last_polls_are_kept_and_shown(self):
        route, source = self.feed(items=ITEMS)
        d = self.start([source])
        self.wait_baseline(d, "news")
        self.wait_polls(route, 4)
        polls = d.api("GET", "/api/v1/sources/news")["polls"]
        self.assertEqual([p["outcome"] for p in polls], ["unchanged", "items"])
        self.assertGreaterEqual(polls[0]["times"], 2)
        self.assertEqual(polls[1]["new"], 2)
        self.assertEqual(polls[1]["in_window"], 2)
        self.assertEqual(polls[1]["status"], 200)
        self.assertGreater(polls[1]["bytes"], 100)
        route.status = 500
        def failed():
            return d.api("GET", "/api/v1/sources/news")["polls"][0][
                "outcome"] == "failed"
        wait_until(failed, 20, "a failed poll in the log")
        poll = d.api("GET", "/api/v1/sources/news")["polls"][0]
        self.assertEqual(poll["cause"], "status")
        self.assertEqual(poll["status"], 500)
        status, text = d.api("GET", "/metrics", raw=True)
        self.assertEqual(status, 200)
        self.assertRegex(text.decode(),
                         r'tocsin_polls_total\{outcome="unchanged"\} [1-9]')
        self.assertIn('tocsin_source_conditions{kind="down"} 0',
                      text.decode())


class Tls:
    """An https origin with a certificate of so many days."""

    def __init__(self, days):
        self.folder = tempfile.mkdtemp(prefix="tocsin-tls-")
        self.cert = os.path.join(self.folder, "cert.pem")
        self.key = os.path.join(self.folder, "key.pem")
        self.ca = os.path.join(self.folder, "ca.pem")
        self.openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
                     "ec_paramgen_curve:P-256", "-out", self.key)
        self.openssl("req", "-x509", "-new", "-key", self.key, "-days",
                     "365", "-subj", "/CN=ca", "-out", self.ca)
        self.make(days)
        self.server = Server()
        self.server.handle = self.handle
        self.load()
        http = self.server.http
        plain = http.get_request
        http.get_request = lambda: self.wrap(plain())
        self.port = self.server.port
        self.url = "https://127.0.0.1:%d" % self.port
        self.body = rss(ITEMS)

    def openssl(self, *args):
        subprocess.run(("openssl",) + args, check=True, cwd=self.folder,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def make(self, days):
        self.openssl("req", "-new", "-key", self.key, "-subj",
                     "/CN=127.0.0.1", "-out", "leaf.csr")
        with open(os.path.join(self.folder, "ext"), "w") as f:
            f.write("subjectAltName=IP:127.0.0.1\n")
        self.openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem",
                     "-CAkey", self.key, "-CAcreateserial", "-days",
                     str(days), "-extfile", "ext", "-out", self.cert)

    def renew(self, days):
        """Another certificate, and no memory of sessions with the old one."""
        self.make(days)
        self.load()

    def load(self):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.cert, self.key)

    def wrap(self, accepted):
        sock, address = accepted
        return self.context.wrap_socket(
            sock, server_side=True, do_handshake_on_connect=False), address

    def handle(self, request):
        request.close_connection = True
        reply(request, 200, self.body,
              [("Content-Type", "application/rss+xml"),
               ("Connection", "close")])

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.server.close()
        shutil.rmtree(self.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
