"""Numbers of persons, planted everywhere, are found nowhere.

Each place gets numbers of its own, made with right checksums from a seed that
the test prints; then the database, its log, the daemon's log, the messages and
the pages are searched for every one of them.
"""
import io
import json
import os
import random
import re
import time
import zipfile

from harness import E2E, UnixConnection, main, wait_until

WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
HOTLINE = {"id": "hotline", "kind": "push", "title": "校园热线", "tier": "own"}
FULL = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
HAN = str.maketrans("0123456789", "〇一二三四五六七八九")
FORMAL = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
RING = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")


class Numbers:
    """Numbers that nobody has."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.planted = []  # every spelling that must not be found

    def digits(self, n):
        return "".join(self.random.choice("0123456789") for _ in range(n))

    def plant(self, plain, *spelt):
        self.planted += [plain, *spelt]
        return spelt[0] if spelt else plain

    def mobile(self, spelling="plain"):
        n = "1" + self.random.choice("3456789") + self.digits(9)
        if spelling == "groups":
            return self.plant(n, "%s %s %s" % (n[:3], n[3:7], n[7:]))
        if spelling == "dashes":
            return self.plant(n, "%s-%s-%s" % (n[:3], n[3:7], n[7:]))
        if spelling == "full":
            return self.plant(n, n.translate(FULL))
        if spelling == "han":
            return self.plant(n, n.translate(HAN))
        if spelling == "dots":
            return self.plant(n, "+86 " + ".".join([n[:3], n[3:7], n[7:]]))
        if spelling == "hidden":
            return self.plant(n, "0086" + "\u200b".join(n))
        if spelling == "rings":
            return self.plant(n, n.translate(RING))
        if spelling == "forms":
            return self.plant(n, n.translate(FORMAL))
        if spelling == "mixed":
            return self.plant(n, n[:4] + n[4:].translate(HAN))
        if spelling == "percent":
            return self.plant(n, "".join("%%%02X" % ord(c) for c in n))
        return self.plant(n)

    def birth(self, year):
        return "%s%02d%02d" % (year, self.random.randint(1, 12),
                               self.random.randint(1, 28))

    def identity(self, old=False, spelling="plain"):
        n = self.identity_number(old)
        if spelling == "groups":
            return self.plant(n, "%s %s %s" % (n[:6], n[6:14], n[14:]))
        if spelling == "dashes":
            return self.plant(n, "-".join([n[:6], n[6:14], n[14:]]))
        if spelling == "full":
            return self.plant(n, n.translate(FULL))
        return self.plant(n)

    def identity_number(self, old):
        place = self.random.choice(["53", "11", "44", "65"]) + self.digits(4)
        if old:
            return place + self.birth("%02d" % self.random.randint(
                40, 99)) + self.digits(3)
        body = place + self.birth(self.random.randint(1950, 2019))
        body += self.digits(3)
        total = sum(int(d) * w for d, w in zip(body, WEIGHTS))
        if self.random.random() < 0.2:  # who types a list makes mistakes
            return body + self.digits(1)
        return body + "10X98765432"[total % 11]

    def card(self):
        body = "62" + self.digits(self.random.choice([13, 14, 16]))
        total = 0
        for i, d in enumerate(reversed(body)):
            n = int(d) * (2 if i % 2 == 0 else 1)
            total += n - 9 if n > 9 else n
        return self.plant(body + str(-total % 10))

    def some(self):
        kind = self.random.choice([self.mobile, self.identity, self.card,
                                   lambda: self.identity(True),
                                   lambda: self.mobile("groups"),
                                   lambda: self.mobile("dashes"),
                                   lambda: self.mobile("full"),
                                   lambda: self.mobile("han"),
                                   lambda: self.mobile("dots"),
                                   lambda: self.mobile("hidden"),
                                   lambda: self.mobile("rings"),
                                   lambda: self.mobile("forms"),
                                   lambda: self.mobile("mixed"),
                                   lambda: self.identity(False, "groups"),
                                   lambda: self.identity(False, "dashes"),
                                   lambda: self.identity(False, "full")])
        return kind()


class Privacy(E2E):
    def setUp(self):
        super().setUp()
        seed = int(os.environ.get("TOCSIN_TEST_SEED", time.time_ns()))
        print("seed %d" % seed)
        self.n = Numbers(seed)

    def found_in(self, name, raw):
        if isinstance(raw, str):
            raw = raw.encode()
        wrong = []
        for number in self.n.planted:
            for form in (number.encode(), number.encode("utf-16-le")):
                if form in raw:
                    wrong.append("%s in %s" % (number, name))
        return wrong

    def found_on_disk(self, d):
        wrong = []
        for name in sorted(os.listdir(d.folder)):
            path = os.path.join(d.folder, name)
            if os.path.isfile(path) and name.startswith("tocsin"):
                with open(path, "rb") as f:
                    wrong += self.found_in(name, f.read())
        return wrong

    def database(self, d):
        raw = b""
        for name in ("tocsin.db", "tocsin.db-wal"):
            path = os.path.join(d.folder, name)
            if os.path.exists(path):
                with open(path, "rb") as f:
                    raw += f.read()
        return raw

    def found_in_messages(self):
        with self.receiver.lock:
            return [w for a in self.receiver.attempts
                    for w in self.found_in("a message", a["bytes"])]

    def page(self, d, path, accept):
        c = UnixConnection(d.socket)
        try:
            c.request("GET", path, None, {"Accept": accept})
            return c.getresponse().read()
        finally:
            c.close()

    def found_on_pages(self, d):
        paths = ["/", "/incidents", "/items", "/sources", "/deliveries",
                 "/sources/news", "/sources/list", "/sources/hotline",
                 "/ledger", "/reports/today?format=md",
                 "/reports/today?format=csv", "/reports/today?format=json"]
        for incident in d.incidents():
            paths += ["/incidents/%d" % incident["id"],
                      "/incidents/%d/evidence" % incident["id"]]
        return [w for path in paths
                for accept in ("text/html", "application/json")
                for w in self.found_in(path, self.page(d, path, accept))]

    # --- where they are planted ---------------------------------------------

    def feed(self, version):
        n = self.n
        items = ""
        for i in range(4):
            items += (
                "<item><title>第%d小学食物中毒 家长%s</title>"
                "<link>%s/p/%s?tel=%s&amp;t=%s</link><guid>g%d-%s</guid>"
                "<author>%s</author><category>%s</category>"
                "<description>午餐后上吐下泻。学生身份证%s，联系%s，"
                "捐款卡号%s。%s%s 版本%d</description></item>"
                % (i, n.some(), self.origin.url, n.mobile(), n.mobile(),
                   n.mobile("percent"), i,
                   self.stable[i], n.mobile(), n.mobile(), n.identity(),
                   n.some(), n.card(), n.some(), "，" + n.some(), version))
        return ("<rss version=\"2.0\"><channel><title>要闻 %s</title>%s"
                "</channel></rss>" % (n.mobile(), items)).encode()

    def list_page(self):
        n = self.n
        rows = "".join(
            "<li><a href=\"/a/%d-%s.html\">第%d中学火灾，家长%s</a>"
            "<span>%s</span></li>"
            % (i, n.mobile(), i, n.mobile(), time.strftime("%Y-%m-%d"))
            for i in range(8))
        return ("<html><head><title>通知公告 %s</title></head><body><div>"
                "<ul class=\"list\">%s</ul></div></body></html>"
                % (n.mobile(), rows)).encode()

    def article(self):
        n = self.n
        return ("<html><head><title>火灾通报</title><meta name=\"author\" "
                "content=\"%s\"></head><body><article><h1>火灾通报</h1>%s"
                "</article></body></html>" % (n.mobile(), "".join(
                    "<p>今日上午教学楼起火，伤者%s，家属电话%s，师生已疏散。</p>"
                    % (n.identity(), n.some()) for _ in range(5)))).encode()

    def push(self):
        n = self.n
        return [{"id": "call-%d-%s" % (i, n.mobile()),
                 "title": "来电%d：食物中毒，%s" % (i, n.some()),
                 "text": "孩子呕吐，身份证号%s，回电%s" % (n.identity(), n.some()),
                 "url": "http://hot.example/c?m=" + n.mobile()}
                for i in range(3)]

    def run_all(self, settings=None):
        self.stable = [self.n.mobile() for _ in range(4)]
        feed = self.origin.route("/feed")
        feed.set_items([(0, "校园开放日", "欢迎家长")])
        page = self.origin.route(
            "/list", b"<html><body><ul>" + b"".join(
                b"<li><a href=\"/a/%d.html\">\xe6\xa0\xa1\xe5\x9b\xad\xe6\xb4"
                b"\xbb\xe5\x8a\xa8\xe6\x96\xb0\xe9\x97\xbb %d</a><span>"
                b"2026-11-0%d</span></li>" % (i, i, i) for i in range(1, 9))
            + b"</ul></body></html>", content_type="text/html; charset=utf-8")
        d = self.daemon(
            [{"id": "news", "url": self.origin.url + "/feed"},
             {"id": "list", "url": self.origin.url + "/list", "kind": "list",
              "articles": "always"}, HOTLINE], settings=settings)
        for sid in ("news", "list"):
            wait_until(lambda: d.source(sid)["items"] >= 1, 30, "baselines")
        with self.origin.lock:
            feed.body = self.feed(1)
            page.body = self.list_page()
            article = self.article()
            for path in re.findall(r'href="(/a/[^"]*)"', page.body.decode()):
                self.origin.routes[path] = type(page)(
                    article, "text/html; charset=utf-8")
        d.api("POST", "/api/v1/items?source=hotline", self.push())
        wait_until(lambda: len(d.incidents()) >= 1, 30, "incidents")
        wait_until(lambda: d.source("news")["items"] >= 5 and
                   d.source("list")["items"] >= 9, 30, "all items")
        with self.origin.lock:
            feed.body = self.feed(2)  # the same items, with other numbers
        wait_until(lambda: "版本2" in str(self.texts(d)), 30, "revisions")
        wait_until(lambda: "师生已疏散" in str(self.texts(d)), 40, "articles")
        number = d.incidents()[0]["id"]
        d.api("POST", "/api/v1/incidents/%d/actions" % number,
              {"action": "note", "note": "已致电家长" + self.n.mobile()})
        d.api("POST", "/api/v1/incidents/%d/keeping" % number,
              {"action": "hold", "reason": "身份证" + self.n.identity()})
        return d

    def texts(self, d):
        return [i["text"] for incident in d.incidents() for i in d.api(
            "GET", "/api/v1/incidents/%d" % incident["id"])["items"]]

    # --- tests ----------------------------------------------------------------

    def test_planted_numbers_are_in_the_evidence_alone(self):
        d = self.run_all()
        wrong = self.found_on_pages(d)
        d.kill()
        wrong += self.found_on_disk(d)
        d.start()
        wait_until(lambda: self.receiver.opened(), 20, "messages")
        wrong += self.found_on_pages(d) + self.found_in_messages()
        # the evidence has what was published
        seen = b""
        for incident in d.incidents():
            status, raw = d.api("GET", "/api/v1/incidents/%d/evidence/archive"
                                % incident["id"], raw=True)
            self.assertEqual(status, 200)
            zipped = zipfile.ZipFile(io.BytesIO(raw))
            seen += b"".join(zipped.read(n) for n in zipped.namelist())
        kept = [n for n in self.n.planted if n.encode() in seen]
        self.assertGreater(len(kept), len(self.n.planted) // 3)
        self.assertEqual(d.stop(), 0)
        wrong += self.found_on_disk(d)
        self.assertEqual(wrong, [])
        # what is masked is there, in its place
        self.assertIn(b"****", self.database(d))

    def test_links_that_hold_a_number_are_still_followed(self):
        d = self.run_all()
        asked = [p for p, r in self.origin.routes.items()
                 if p.startswith("/a/") and r.requests]
        self.assertTrue(asked)
        self.assertTrue(all(re.search(r"\d-1\d{10}\.html", p) for p in asked))

    def test_after_its_time_nothing_is_left(self):
        soon = {k: "1s" for k in ("evidence", "incidents", "items",
                                  "deliveries", "attempts", "polls",
                                  "conditions", "sessions", "site_visits",
                                  "site_findings")}
        d = self.run_all({"retention": soon})
        for incident in d.incidents():
            d.cli("evidence", "release", str(incident["id"]), "--reason", "x")
            d.cli("incidents", "resolve", str(incident["id"]), "--reason", "x")
        wait_until(lambda: all(i["pending"] == 0 for i in self.deliveries(d)),
                   30, "messages to be delivered")
        time.sleep(1.5)
        for path in ("/feed", "/list"):
            self.origin.routes[path].status = 404
        done = d.cli("purge", "--dry-run", "--json")
        would = json.loads(done.stdout)["would_go"]
        self.assertGreater(would["evidence"], 0)
        self.assertGreater(would["incidents"], 0)
        done = d.cli("purge", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        gone = json.loads(done.stdout)
        self.assertEqual(gone["evidence"], would["evidence"])
        self.assertEqual(gone["incidents"], would["incidents"])
        self.assertEqual(d.api("GET", "/api/v1/purge")["would_go"]["items"], 0)
        for incident in d.incidents():
            number = incident["id"]
            self.assertEqual(d.api("GET", "/api/v1/incidents/%d/evidence"
                                   % number)["evidence"], [])
            shown = d.api("GET", "/api/v1/incidents/%d" % number)
            self.assertEqual(shown["items"], [])
            kinds = {e["kind"] for e in shown["timeline"]}
            self.assertTrue({"incident.purged", "evidence.purged"} <= kinds)
        raw = self.database(d)
        # not even the masked texts, in the file or in its log
        self.assertNotIn("师生已疏散".encode(), raw)
        self.assertNotIn("午餐后上吐下泻".encode(), raw)
        self.assertNotIn("小学食物中毒".encode(), raw)
        self.assertEqual(d.cli("ledger", "verify").returncode, 0)
        self.assertEqual(self.found_on_disk(d), [])

    def test_no_child_is_named_in_messages(self):
        rules = """\
rules:
  - id: test-beaten
    title: 校园欺凌
    category: violence
    points: 75
    any: [殴打, 围殴]
"""
        route, source = self.origin.route("/v"), {
            "id": "news", "url": self.origin.url + "/v",
            "owner": "云溪县第一中学"}
        route.set_items([(0, "校园开放日", "欢迎家长")])
        d = self.daemon([source], rules=rules)
        wait_until(lambda: d.source("news")["items"] == 1, 20, "the baseline")
        with self.origin.lock:
            route.set_items([(1, "网传：李小明被同学殴打",
                              "学生李小明（男，9岁）被殴打，家住白杨里。"),
                             (2, "王芳同学也遭围殴", "女生王芳，10岁")])
        title = self.wait_opened(1)[0]["title"]
        self.assertIn("云溪县第一中学", title)
        wait_until(lambda: len(self.receiver.attempts) >= 1, 20, "messages")
        with self.receiver.lock:
            for a in self.receiver.attempts:
                for name in ("李小明", "王芳", "白杨里"):
                    self.assertNotIn(name.encode(), a["bytes"])

    def deliveries(self, d):
        return [{"pending": x["state"] == "pending"} for x in
                d.api("GET", "/api/v1/deliveries")["deliveries"]]

    def test_what_is_held_or_open_stays(self):
        d = self.run_all({"retention": {"evidence": "1s", "incidents": "1s",
                                        "deliveries": "1s"}})
        incidents = d.incidents()
        held = incidents[0]["id"]
        d.cli("incidents", "resolve", str(held), "--reason", "x")
        time.sleep(1.5)
        before = {i["id"]: len(d.api("GET", "/api/v1/incidents/%d/evidence"
                                     % i["id"])["evidence"])
                  for i in incidents}
        done = d.cli("purge", "--json")
        self.assertEqual(json.loads(done.stdout)["evidence"], 0)
        for i in incidents:
            self.assertEqual(len(d.api("GET", "/api/v1/incidents/%d/evidence"
                                       % i["id"])["evidence"]),
                             before[i["id"]])
        self.assertGreater(before[held], 0)


if __name__ == "__main__":
    main()
