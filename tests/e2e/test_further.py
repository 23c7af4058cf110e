"""Pages besides the sources' own: next pages, sitemaps of an index, articles;
and items that are first seen long after they were published."""
import email.utils
import html
import time

from harness import E2E, RULES, main, wait_until

DAY = 86400


def feed(items, next_url=None):
    """RSS of (number, title, age in seconds) items, newest first."""
    link = ("<atom:link rel=\"next\" href=\"%s\"/>" % html.escape(next_url)
            if next_url else "")
    rows = "".join(
        "<item><title>%s</title><link>http://news.example/%d</link>"
        "<guid isPermaLink=\"false\">n%d</guid>"
        "<description>%s</description><pubDate>%s</pubDate></item>"
        % (html.escape(title), number, number,
           "记者从现场了解到的情况，" * 8,
           email.utils.formatdate(time.time() - age, usegmt=True))
        for number, title, age in items)
    return ("<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\">"
            "<channel><title>云溪日报</title><link>http://news.example/</link>"
            "%s%s</channel></rss>" % (link, rows)).encode()


def window(newest, n=5, alarm=None):
    return [(i, "青石镇学生食物中毒" if i == alarm else "第%d号简讯" % i,
             (100 - i) * 60) for i in range(newest, newest - n, -1)]


def page(rows, following=None):
    """A list page of (number, title, date) rows."""
    body = "".join("<li><a href='/school/%d.html'>%s</a><span>%s</span></li>"
                   % (number, title, date) for number, title, date in rows)
    more = ("<div class='pager'><a href='%s'>下一页</a></div>" % following
            if following else "")
    return ("<html><head><title>新闻</title></head><body>"
            "<ul class='list'>%s</ul>%s</body></html>"
            % (body, more)).encode()


def rows_of(newest, n=6, titles=None):
    return [(i, (titles or {}).get(i, "学校新闻第%d期：升旗仪式举行" % i),
             time.strftime("%Y-%m-%d", time.localtime(time.time() - DAY)))
            for i in range(newest, newest - n, -1)]


ARTICLE = ("<html><head><title>%s</title></head><body><div class='nav'>"
           "<a href='/'>首页</a></div><h1>%s</h1><div class='content'>"
           "<p>%s</p></div></body></html>")


def article(title, text):
    return (ARTICLE % (title, title, text)).encode()


class Further(E2E):
    def conditions(self, d, source, kind):
        """Times that such a condition was opened, and whether it is open."""
        return [c for c in d.source(source)["conditions"]
                if c["kind"] == kind]

    def test_a_rotated_window_is_followed(self):
        route, source = self.feed()
        route.body = feed(window(5))
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        for n, newest in ((2, 10), (3, 5)):
            self.origin.route("/page%d" % n, feed(
                window(newest, alarm=8),
                self.origin.url + "/page%d" % (n + 1)))
        beyond = self.origin.route("/page4", feed(window(0)))
        with self.origin.lock:
            route.body = feed(window(15), self.origin.url + "/page2")
        self.assertIn("食物中毒", self.wait_opened(1)[0]["title"])
        wait_until(lambda: d.source("news")["items"] == 15, 20,
                   "the items of all pages")
        self.wait_polls(route, 3)
        self.assertEqual(beyond.requests, [])
        self.assertEqual(len(self.origin.routes["/page2"].requests), 1)
        wait_until(lambda: not self.conditions(d, "news", "gap"), 20,
                   "the gap to be bridged")
        self.assertIn("gap", d.log())

    def test_a_gap_without_a_next_page_is_said(self):
        route, source = self.feed()
        route.body = feed(window(5))
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        with self.origin.lock:
            route.body = feed(window(15))
            route.etag = True
        wait_until(lambda: self.conditions(d, "news", "gap"), 20,
                   "the gap to be suspected")
        with self.origin.lock:
            route.body = feed(window(16))
        wait_until(lambda: not self.conditions(d, "news", "gap"), 20,
                   "the window to overlap again")

    def test_pages_that_are_wanted_survive_a_kill(self):
        route, source = self.feed()
        route.body = feed(window(5))
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        second = self.origin.route("/page2", feed(window(10, alarm=8)))
        second.script = [(503, [("Retry-After", "2")], b"")] * 2
        with self.origin.lock:
            route.body = feed(window(15), self.origin.url + "/page2")
        wait_until(lambda: second.requests, 20, "the first try")
        d.kill()
        with self.origin.lock:
            second.script = []
        d.start()
        # It was to be asked again a minute after the first failure.
        end = 90
        wait_until(lambda: self.receiver.opened(), end, "the alarm")
        wait_until(lambda: d.source("news")["items"] == 15, 20, "all items")
        self.assertEqual(len(self.receiver.opened()), 1)

    def test_next_pages_of_a_list(self):
        route = self.origin.route("/school/", page(rows_of(6)),
                                  "text/html; charset=utf-8")
        d = self.daemon([{"id": "school", "kind": "list",
                          "url": self.origin.url + "/school/"}])
        self.wait_baseline(d, "school")
        self.origin.route("/school/list2.htm", page(
            rows_of(14, titles={12: "白杨小学宿舍昨晚起火"}), "list3.htm"),
            "text/html; charset=utf-8")
        self.origin.route("/school/list3.htm", page(rows_of(8), "list4.htm"),
                          "text/html; charset=utf-8")
        fourth = self.origin.route("/school/list4.htm", page(rows_of(2)),
                                   "text/html; charset=utf-8")
        with self.origin.lock:
            route.body = page(rows_of(20), "list2.htm")
        self.assertIn("起火", self.wait_opened(1)[0]["title"])
        wait_until(lambda: d.source("school")["items"] == 20, 20,
                   "the items of all pages")
        self.assertEqual(fourth.requests, [])

    def test_an_article_is_read_once_and_matched(self):
        route = self.origin.route("/school/", page(rows_of(6)),
                                  "text/html; charset=utf-8")
        d = self.daemon([{"id": "school", "kind": "list",
                          "url": self.origin.url + "/school/"}])
        self.wait_baseline(d, "school")
        own = self.origin.route("/school/7.html", article(
            "白杨小学宿舍昨晚起火",
            "昨晚九时许，白杨小学宿舍楼起火，消防队十分钟后到场。" * 4 +
            "疏散后有三名学生上吐下泻，已送往县医院观察。"),
            "text/html; charset=utf-8")
        dull = self.origin.route("/school/8.html", article("x", "y"))
        with self.origin.lock:
            route.body = page(rows_of(
                8, titles={7: "白杨小学宿舍昨晚起火"}))
        incident = self.wait_opened(1)[0]
        shown = wait_until(lambda: [
            i for i in d.api("GET", "/api/v1/incidents/%d"
                             % incident["id"])["items"]
            if "上吐下泻" in (i["text"] or "")], 20, "the article's text")
        self.assertEqual(len(shown), 1)
        rules = {f["rule"] for f in shown[0]["findings"]}
        self.assertEqual(rules, {"test-fire", "test-poison"})
        self.wait_polls(route, 3)
        self.assertEqual(len(own.requests), 1)
        self.assertEqual(dull.requests, [])  # nothing held on its headline

    def test_robots_are_asked_for_articles_too(self):
        self.origin.route("/robots.txt",
                          b"User-agent: *\nDisallow: /school/7", "text/plain")
        route = self.origin.route("/school/", page(rows_of(6)),
                                  "text/html; charset=utf-8")
        own = self.origin.route("/school/7.html", article("a", "b" * 200))
        d = self.daemon([{"id": "school", "kind": "list",
                          "url": self.origin.url + "/school/"}])
        self.wait_baseline(d, "school")
        with self.origin.lock:
            route.body = page(rows_of(
                8, titles={7: "白杨小学宿舍昨晚起火"}))
        self.wait_opened(1)
        wait_until(lambda: "a page is given up" in d.log(), 20,
                   "the article to be given up")
        self.assertEqual(own.requests, [])

    def test_backfill_is_stored_and_wakes_nobody(self):
        route, source = self.feed()
        route.body = feed([(1, "旧", 3600)])
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        self.wait_polls(route, 2)
        old = (2, "去年的食物中毒通报", 40 * DAY)
        with self.origin.lock:
            route.body = feed([old, (1, "旧", 3600)])
        wait_until(lambda: d.source("news")["items"] == 2, 20, "the item")
        self.wait_polls(route, 2)
        self.assertEqual(d.incidents(), [])
        with self.origin.lock:
            route.body = feed([(3, "今天的食物中毒", 600), old,
                               (1, "旧", 3600)])
        self.assertEqual(self.wait_opened(1)[0]["title"], "今天的食物中毒")

    def sitemap_index(self, paths, date):
        return ("<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/"
                "sitemap/0.9\">%s</sitemapindex>" % "".join(
                    "<sitemap><loc>%s%s</loc><lastmod>%s</lastmod></sitemap>"
                    % (self.origin.url, path, date) for path in paths)).encode()

    def test_every_sitemap_of_an_index_is_read_and_none_nests(self):
        paths = ["/part%d.xml" % i for i in range(40)]
        for i, path in enumerate(paths):
            self.origin.route(path, (
                "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\""
                " xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9"
                "\"><url><loc>http://news.example/%d</loc><lastmod>2019-05-01"
                "</lastmod><news:news><news:title>旧闻：食物中毒 %d"
                "</news:title></news:news></url></urlset>" % (i, i)).encode(),
                "application/xml")
        nested = self.origin.route("/nested.xml", self.sitemap_index(
            ["/nested.xml?1", "/nested.xml?2"], "2026-11-01"),
            "application/xml")
        route, source = self.feed()
        route.content_type = "application/xml"
        route.etag = False
        route.body = self.sitemap_index(paths + ["/nested.xml"], "2026-11-01")
        d = self.daemon([source])
        wait_until(lambda: d.source("news")["items"] >= 16, 30, "the first")
        for i in range(3):  # a body that changes is read again
            with self.origin.lock:
                route.body += b"<!-- %d -->" % i
            self.wait_polls(route, 2)
        wait_until(lambda: d.source("news")["items"] == 40, 30,
                   "every sitemap")
        self.wait_polls(route, 2)
        self.assertEqual(len(nested.requests), 1)
        self.assertEqual(d.incidents(), [])

    def test_an_old_date_of_change_is_an_old_item(self):
        def atom(*rows):
            return ("<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>t</id>"
                    "<title>t</title>%s</feed>" % "".join(
                        "<entry><id>%d</id><title>%s</title><updated>%s"
                        "</updated></entry>" % row for row in rows)).encode()

        route, source = self.feed()
        route.body = atom((1, "旧", "2026-11-01T00:00:00Z"))
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        self.wait_polls(route, 2)
        with self.origin.lock:
            route.body = atom((1, "旧", "2026-11-01T00:00:00Z"),
                              (2, "食物中毒旧闻", "2020-01-01T00:00:00Z"))
        wait_until(lambda: d.source("news")["items"] == 2, 20, "the item")
        # a later edit of it is no news either
        with self.origin.lock:
            route.body = atom((1, "旧", "2026-11-01T00:00:00Z"),
                              (2, "食物中毒旧闻（阅读12）",
                               "2020-01-02T00:00:00Z"))
        self.wait_polls(route, 3)
        self.assertEqual(d.incidents(), [])

    def test_rules_ask_for_old_items_and_for_articles(self):
        rules = RULES.replace("    points: 75\n    all:",
                              "    points: 75\n    backfill: true\n    all:")
        rules += """
  - id: test-notice
    title: 情况通报
    category: health
    points: 0
    body: true
    any: [情况通报]
"""
        route, source = self.feed()
        route.body = feed([(1, "旧", 3600)])
        page_route = self.origin.route("/school/", page(rows_of(6)),
                                       "text/html; charset=utf-8")
        d = self.daemon([source, {"id": "school", "kind": "list",
                                  "url": self.origin.url + "/school/"}],
                        rules=rules)
        self.wait_baseline(d, "news", "school")
        own = self.origin.route("/school/7.html", article(
            "情况通报", "昨晚九时许，白杨小学宿舍楼起火，消防队十分钟后到场。" * 4),
            "text/html; charset=utf-8")
        with self.origin.lock:
            route.body = feed([(2, "去年的食物中毒通报", 40 * DAY),
                               (3, "去年的火灾通报", 40 * DAY),
                               (1, "旧", 3600)])
            page_route.body = page(rows_of(8, titles={7: "情况通报"}))
        opened = self.wait_opened(2)
        self.assertEqual({i["title"] for i in opened},
                         {"去年的食物中毒通报", "情况通报"})
        self.assertEqual(len(own.requests), 1)

    def test_a_revision_shows_what_changed(self):
        route, source = self.feed()
        route.set_items([(1, "旧", "")])
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        route.set_items([(1, "旧", ""), (2, "白杨小学宿舍起火",
                                         "有三名学生受伤，已经送往县医院")])
        number = self.wait_opened(1)[0]["id"]
        route.set_items([(1, "旧", ""), (2, "白杨小学宿舍起火",
                                         "有五名学生受伤，已经送往县医院")])

        def changes():
            items = d.api("GET", "/api/v1/incidents/%d" % number)["items"]
            return items[0]["changes"]

        change = wait_until(changes, 20, "the revision")[0]
        self.assertEqual(change["title"], [])
        self.assertEqual([(p["text"], p.get("gone"), p.get("added"))
                          for p in change["text"]],
                         [("有", None, None), ("三", True, None),
                          ("五", None, True),
                          ("名学生受伤，已经送往县医院", None, None)])
        status, html_page = d.api("GET", "/incidents/%d" % number, raw=True)
        self.assertEqual(status, 200)
        self.assertEqual(len(d.incidents()), 1)

    def test_an_index_of_sitemaps(self):
        def index(*rows):
            return ("<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/"
                    "sitemap/0.9\">%s</sitemapindex>" % "".join(
                        "<sitemap><loc>%s%s</loc><lastmod>%s</lastmod>"
                        "</sitemap>" % (self.origin.url, path, date)
                        for path, date in rows)).encode()

        def news(*rows):
            date = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            return ("<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/"
                    "0.9\" xmlns:news=\"http://www.google.com/schemas/"
                    "sitemap-news/0.9\">%s</urlset>" % "".join(
                        "<url><loc>http://news.example/%d</loc><news:news>"
                        "<news:publication_date>%s</news:publication_date>"
                        "<news:title>%s</news:title></news:news></url>"
                        % (number, date, title)
                        for number, title in rows)).encode()

        route, source = self.feed()
        route.content_type = "application/xml"
        route.body = index(("/a.xml", "2026-11-01"), ("/b.xml", "2026-11-02"))
        a = self.origin.route("/a.xml", news((1, "旧闻：食物中毒")),
                              "application/xml")
        b = self.origin.route("/b.xml", news((2, "简讯")), "application/xml")
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        wait_until(lambda: d.source("news")["items"] == 2, 20,
                   "both sitemaps to be read")
        self.assertEqual(d.incidents(), [])
        with self.origin.lock:
            b.body = news((3, "青石镇学生食物中毒"), (2, "简讯"))
            route.body = index(("/a.xml", "2026-11-01"),
                               ("/b.xml", "2026-11-03"))
        self.assertIn("青石镇", self.wait_opened(1)[0]["title"])
        self.assertEqual(len(a.requests), 1)
        self.assertEqual(len(b.requests), 2)


if __name__ == "__main__":
    main()
