"""Sources found at an address, tried, imported and exported, without the
daemon; and once with it, taken into service."""
import json
import os
import pty
import select
import subprocess
import time
import xml.etree.ElementTree as xml

from harness import E2E, PATIENCE, TOCSIN, main, wait_until

PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8">
<title>青石镇中心学校</title>%s</head><body>%s</body></html>"""
NEWS = "".join("<li><a href='/news/%d.html'>第%d条校园新闻通知公告</a>"
               "<span>2026-05-%02d</span></li>" % (i, i, i)
               for i in range(1, 16))


def link(href, kind="application/rss+xml"):
    return "<link rel='alternate' type='%s' href='%s'>" % (kind, href)


class Sources(E2E):
    def prepare(self, sources=()):
        self.d = self.daemon(list(sources), start=False)
        return self.d

    def page(self, path, head="", body=""):
        return self.origin.route(path, (PAGE % (head, body)).encode(),
                                 content_type="text/html")

    def rss_at(self, path, n=3, **more):
        route = self.origin.route(path)
        route.set_items([(i, "通知%d" % i, "正文") for i in range(n)], **more)
        return route

    def add(self, path, *args):
        return self.d.cli("sources", "add", self.origin.url + path, *args)

    def files(self):
        folder = self.d.folder + "/sources.d"
        return sorted(n for n in os.listdir(folder) if n != "test.yaml")

    def sources(self):
        done = self.d.cli("sources", "export", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["sources"]

    # --- add ----------------------------------------------------------------

    def test_a_feed(self):
        self.prepare()
        self.rss_at("/rss.xml", encoding="GB18030", title="青石镇中心学校")
        done = self.add("/rss.xml", "--yes", "--id", "qingshi", "--owner",
                        "青石镇中心学校", "--tag", "school", "--tag", "own",
                        "--tier", "own")
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in ("青石镇中心学校", "rss20", "gb18030", "通知2",
                     "tocsin reload"):
            self.assertIn(word, done.stdout)
        self.assertEqual(self.files(), ["qingshi.yaml"])
        one = self.sources()[0]
        self.assertEqual((one["id"], one["owner"], one["tier"], one["kind"]),
                         ("qingshi", "青石镇中心学校", "own", "feed"))
        self.assertEqual(one["tags"], ["school", "own"])
        self.assertEqual(self.d.cli("check").returncode, 0)
        again = self.add("/rss.xml", "--yes")
        self.assertEqual(again.returncode, 1)
        self.assertIn('is the source "qingshi" already', again.stderr)

    def test_the_feeds_of_a_page(self):
        self.prepare()
        self.page("/", link("/comments/feed") + link("news.xml")
                  + link("/gone.xml"))
        self.rss_at("/news.xml", title="新闻")
        self.rss_at("/comments/feed", title="评论")
        done = self.add("/")
        self.assertEqual(done.returncode, 1)  # nobody chose
        self.assertIn("--yes", done.stderr)
        self.assertEqual(self.files(), [])
        rows = [r for r in done.stdout.splitlines() if "127.0.0.1" in r]
        self.assertIn("/news.xml", rows[0])  # comments come after it
        self.assertIn("/comments/feed", rows[1])
        self.assertIn("404", done.stdout)
        done = self.add("/", "--yes", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual(len(answer["found"]), 2)
        self.assertEqual(answer["found"][0]["items"], 3)
        self.assertEqual(answer["added"][0]["url"],
                         self.origin.url + "/news.xml")

    def test_a_usual_path_only_until_one_is_found(self):
        self.prepare()
        self.page("/site/index.html")
        self.rss_at("/rss.xml")
        later = self.rss_at("/index.xml")
        done = self.add("/site/index.html", "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.sources()[0]["url"],
                         self.origin.url + "/rss.xml")
        self.assertEqual(later.requests, [])

    def test_robots(self):
        self.prepare()
        robots = self.origin.route(
            "/robots.txt", b"User-agent: tocsin\nDisallow: /rss\n",
            content_type="text/plain")
        guessed = self.rss_at("/rss.xml")
        self.page("/")
        self.rss_at("/atom.xml", title="Atom")
        done = self.add("/", "--yes", "--id", "a")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(guessed.requests, [])
        self.assertEqual(len(robots.requests), 1)
        agent = robots.requests[0][1]["user-agent"]
        self.assertTrue(agent.startswith("tocsin/"), agent)
        self.assertIn("desk@yunxi.example", agent)
        # Said to be a feed, it is asked for as the daemon would.
        done = self.add("/rss.xml")
        self.assertIn("robots.txt", done.stderr)
        self.assertIn("line 2", done.stderr)
        done = self.add("/rss.xml", "--kind", "feed", "--yes", "--id", "b")
        self.assertEqual(done.returncode, 0, done.stderr)
        robots.status = 503
        self.assertIn("could not be read", self.add("/x").stderr)

    def test_list_pages(self):
        self.prepare()
        self.page("/", body="<nav><a href='/news/'>校园新闻</a></nav>")
        self.page("/news/", body="<ul>" + NEWS + "</ul>")
        done = self.add("/", "--yes", "--id", "school")
        self.assertEqual(done.returncode, 0, done.stderr)
        one = self.sources()[0]
        self.assertEqual((one["kind"], one["url"]),
                         ("list", self.origin.url + "/news/"))
        done = self.d.cli("sources", "test", "school")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("items     15, 15 with a date", done.stdout)
        self.assertIn("2026-05-15", done.stdout)

    def test_nothing_there(self):
        self.prepare()
        self.page("/", body="<p>欢迎</p>")
        done = self.add("/", "--yes")
        self.assertEqual(done.returncode, 1)
        self.assertIn("offers no feed and lists no publications", done.stderr)
        done = self.add("/gone")
        self.assertEqual(done.returncode, 1)
        self.assertIn("404", done.stderr)
        done = self.d.cli("sources", "add", "http://10.0.0.1/")
        self.assertEqual(done.returncode, 1)
        self.assertIn("private", done.stderr)
        self.assertEqual(self.files(), [])

    def test_redirects(self):
        self.prepare()
        self.rss_at("/new.xml")
        for path, status, want in (("/for-good", 301, "/new.xml"),
                                   ("/for-now", 302, "/for-now")):
            route = self.origin.route(path)
            route.script = [(status, [("Location", "/new.xml")], b"")] * 3
            done = self.add(path, "--json")
            self.assertEqual(json.loads(done.stdout)["found"][0]["url"],
                             self.origin.url + want)

    def test_files_are_safe(self):
        self.prepare()
        self.rss_at("/rss.xml")
        path = self.d.folder + "/sources.d/own.yaml"
        self.d.put("sources.d/own.yaml", "sources: []\n")
        done = self.add("/rss.xml", "--yes", "--out", path)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--force", done.stderr)
        # Wrong with the rest: the old file comes back.
        done = self.add("/rss.xml", "--yes", "--out", path, "--force",
                        "--tier", "nonsense")
        self.assertEqual(done.returncode, 1)
        self.assertIn("tier", done.stderr)
        with open(path, encoding="utf-8") as f:
            self.assertEqual(f.read(), "sources: []\n")
        done = self.add("/rss.xml", "--yes", "--tier", "nonsense", "--id", "n")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.files(), ["own.yaml"])
        done = self.add("/rss.xml", "--yes", "--out", path, "--force")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_titles_are_quoted(self):
        self.prepare()
        title = 'A "quoted" \\ title: [x] # y\n- z'
        self.rss_at("/rss.xml", title=title)
        done = self.add("/rss.xml", "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        one = self.sources()[0]
        self.assertEqual(one["title"], 'A "quoted" \\ title: [x] # y - z')
        self.assertEqual(one["id"], "a-quoted-title-x-y-z")

    def test_hostile_documents(self):
        self.prepare()
        deep = b"<rss><channel>" + b"<a>" * 100000
        wide = (b"<rss " + b" ".join(b"a%d='1'" % i for i in range(100000))
                + b"/>")
        bomb = (b"<!DOCTYPE r [<!ENTITY a 'x'>" + b"".join(
            b"<!ENTITY b%d '&a;&a;'>" % i for i in range(1000)) + b"]><rss/>")
        escape = ("<rss><channel><title>\x9b31m\u202ered</title><item><title>"
                  "\u009b2J</title></item></channel></rss>").encode()
        for name, body in (("deep", deep), ("wide", wide), ("bomb", bomb)):
            self.origin.route("/" + name, body)
            begun = time.monotonic()
            done = self.add("/" + name, "--kind", "feed")
            self.assertEqual(done.returncode, 1, name)
            self.assertRegex(done.stderr, "(nested deeper|attributes|DOCTYPE)")
            self.assertLess(time.monotonic() - begun, 5 * PATIENCE)
        self.origin.route("/escape", escape)
        done = self.add("/escape")
        self.assertNotIn("\x9b", done.stdout + done.stderr)
        self.assertNotIn("\u202e", done.stdout + done.stderr)

    def test_asks_on_a_terminal(self):
        self.prepare()
        self.page("/", link("/a.xml") + link("/b.xml"))
        self.rss_at("/a.xml", title="Alpha")
        self.rss_at("/b.xml", title="Beta")
        pid, fd = pty.fork()
        if pid == 0:
            os.execv(TOCSIN, [TOCSIN, "sources", "add", self.origin.url + "/",
                              "--config", self.d.config])
        seen = b""

        def read_until(word):
            nonlocal seen
            end = time.monotonic() + 30 * PATIENCE
            while word not in seen and time.monotonic() < end:
                if select.select([fd], [], [], 0.2)[0]:
                    try:
                        seen += os.read(fd, 4096)
                    except OSError:
                        break
            self.assertIn(word, seen)

        read_until(b"Which")
        os.write(fd, b"7\n")
        read_until(b"no number")
        os.write(fd, b"2, 1\n")
        read_until(b"tocsin reload")
        self.assertEqual(os.waitpid(pid, 0)[1], 0)
        os.close(fd)
        self.assertEqual(sorted(s["id"] for s in self.sources()),
                         ["alpha", "beta"])

    def test_wrong_use(self):
        self.prepare()
        for args in (["add"], ["add", "a", "b"], ["test"], ["import"],
                     ["fly"], ["export", "x"],
                     ["add", "http://a.example/", "--kind", "thing"],
                     ["add", "http://a.example/", "--id", "Not An Id"],
                     ["add", "http://a.example/", "--select", "//li"]):
            done = self.d.cli("sources", *args)
            self.assertEqual(done.returncode, 2, args)
            self.assertTrue(done.stderr.strip(), args)
        self.assertEqual(self.d.cli("sources", "test", "nobody").returncode, 1)
        self.d.put("sources.d/test.yaml", "sources: nonsense\n")
        done = self.add("/rss.xml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("test.yaml:1:10:", done.stderr)

    # --- test ---------------------------------------------------------------

    def test_test_shows_problems(self):
        self.rss_at("/rss.xml")
        route = self.origin.routes["/rss.xml"]
        self.prepare([{"id": "news", "url": self.origin.url + "/rss.xml"}])
        route.body = (b"<?xml version='1.0' encoding='gbk'?><rss><channel>"
                      b"<title>\xe4\xba\x91\xe6\xba\xaa\xe5\x8e\xbf</title>"
                      b"<item><title>T</title><pubDate>soon</pubDate></item>"
                      b"</channel></rss>")
        done = self.d.cli("sources", "test", "news")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("problems  encoding: ", done.stdout)
        self.assertIn('date: a date could not be read: "soon"', done.stdout)
        done = self.d.cli("sources", "test", "news", "--json")
        self.assertEqual(json.loads(done.stdout)["format"], "rss")
        route.body = b"<rss><channel/></rss>"
        self.assertEqual(
            self.d.cli("sources", "test", "news").returncode, 1)
        route.status = 500
        done = self.d.cli("sources", "test", "news")
        self.assertEqual(done.returncode, 1)
        self.assertIn("500", done.stderr)

    # --- import, export -----------------------------------------------------

    def opml(self, text, name="my feeds.opml"):
        path = os.path.join(self.d.folder, name)
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        return path

    def test_import(self):
        self.prepare([{"id": "known", "url": "http://a.example/rss"}])
        path = self.opml("""<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>Mine</title></head><body>
<outline text="教育"><outline text="学校">
<outline text="云溪一中" type="rss" xmlUrl="https://yz.yunxi.example/news/rss.xml"
  htmlUrl="https://yz.yunxi.example/"/>
<outline title="Daily &amp; More" xmlUrl="http://b.example/feed?a=1&b=2"/></outline>
</outline>
<outline text="Daily More" xmlurl="feed://c.example/x"/>
<outline text="Known" xmlUrl="http://A.example:80/rss"/>
<outline text="Twice" xmlUrl="https://yz.yunxi.example/news/rss.xml"/>
<outline text="Link" type="link" url="https://d.example/"/>
<outline text="Bad" xmlUrl="javascript:alert(1)"/>
</body></opml>""")
        done = self.d.cli("sources", "import", path, "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.files(), [])
        self.assertIn("3 sources would be added", done.stdout)
        done = self.d.cli("sources", "import", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("already the source known", done.stdout)
        self.assertIn("--links", done.stdout)
        self.assertIn("1 addresses that are not http", done.stdout)
        self.assertEqual(self.files(), ["opml-my-feeds.yaml"])
        got = {s["id"]: s for s in self.sources()}
        self.assertEqual(sorted(got), ["daily-more", "daily-more-2", "known",
                                       "yz-yunxi-example-news"])
        self.assertEqual(got["yz-yunxi-example-news"]["tags"], ["教育", "学校"])
        self.assertEqual(got["daily-more"]["url"],
                         "http://b.example/feed?a=1&b=2")
        self.assertEqual(self.d.cli("check").returncode, 0)
        # Once more: nothing is new, and the file is not touched.
        self.assertEqual(self.d.cli("sources", "import", path).returncode, 1)

    def test_import_never_overwrites(self):
        self.prepare()
        one = "<opml><body><outline text='%s' xmlUrl='http://%s/'/></body></opml>"
        self.assertEqual(self.d.cli("sources", "import", self.opml(
            one % ("A", "a.example"))).returncode, 0)
        path = self.opml(one % ("B", "b.example"))
        done = self.d.cli("sources", "import", path)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--force", done.stderr)
        self.assertEqual([s["id"] for s in self.sources()], ["a-example"])

    def test_hostile_opml(self):
        self.prepare()
        cases = {
            "deep": b"<opml><body>" + b"<outline text='a'>" * 50000,
            "wide": b"<opml><body><outline " + b" ".join(
                b"a%d='1'" % i for i in range(100000)) + b"/></body></opml>",
            "bomb": b"<!DOCTYPE opml [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]>"
                    b"<opml><body><outline text='&b;'/></body></opml>",
            "xxe": b"<!DOCTYPE opml [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
                   b"<opml><body><outline text='&x;'/></body></opml>",
            "attlist": b"<!DOCTYPE opml [<!ATTLIST a b CDATA #IMPLIED>]><opml/>",
            "feed": b"<rss><channel/></rss>", "empty": b"", "text": b"hello",
            "binary": bytes(range(256)) * 100,
        }
        for name, body in cases.items():
            begun = time.monotonic()
            done = self.d.cli("sources", "import", self.opml(body))
            self.assertEqual(done.returncode, 1, name)
            self.assertTrue(done.stderr.strip(), name)
            self.assertNotIn("root:", done.stdout + done.stderr)
            self.assertLess(time.monotonic() - begun, 5 * PATIENCE, name)
        self.assertEqual(self.files(), [])

    def test_round_trip(self):
        rows = [{"id": "a", "title": "云溪 <一中> & \"二中\"",
                 "url": "https://a.example/rss?x=1&y=2", "tags": ["x", "y z"]},
                {"id": "b", "title": "B", "url": "https://b.example/"},
                {"id": "c", "title": "C", "url": "https://c.example/",
                 "kind": "list", "tags": ["x"]}]
        self.prepare(rows)
        done = self.d.cli("sources", "export", "--opml")
        self.assertEqual(done.returncode, 0, done.stderr)
        root = xml.fromstring(done.stdout.encode())
        self.assertEqual(root.find("head/title").text, "云溪县教育局")
        first = self.sources()
        self.d.put_sources([])
        done = self.d.cli("sources", "import", "--links",
                          self.opml(done.stdout))
        self.assertEqual(done.returncode, 0, done.stderr)

        def facts(sources):
            return sorted((s["title"], s["url"], s["kind"], s["tags"])
                          for s in sources)
        self.assertEqual(facts(self.sources()), facts(first))

    # --- with the daemon ----------------------------------------------------

    def test_taken_into_service(self):
        self.rss_at("/rss.xml", title="Daily")
        d = self.d = self.daemon([])
        done = self.add("/rss.xml", "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(d.cli("reload").returncode, 0)
        wait_until(lambda: d.source("daily")["last_success"], 20,
                   "the first poll of the new source")


if __name__ == "__main__":
    main()
