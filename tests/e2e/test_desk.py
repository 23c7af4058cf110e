"""The desk's list and its page Now: filters in the address, views that are
saved, acts on many that are done once and can be taken back."""
import http.client
import re
import urllib.parse

from harness import E2E, main

FIRE = "云溪县%s宿舍起火，消防员赶到现场，学生全部疏散"
SCHOOLS = ("青石小学", "柳林中学", "河湾中学", "北关幼儿园")


class Desk(E2E):
    def setUp(self):
        super().setUp()
        self.route, source = self.feed()
        self.news = [(1, "云溪一中运动会开幕", "三千人参加")]
        self.d = self.daemon([source])
        self.wait_baseline(self.d, "news")

    def fires(self, n):
        for school in SCHOOLS[:n]:
            self.news.append((len(self.news) + 1, "%s宿舍起火" % school,
                              FIRE % school))
        self.route.set_items(self.news)
        self.wait_opened(n)
        found = {i["title"]: i["id"] for i in self.d.incidents()}
        return [found["%s宿舍起火" % s] for s in SCHOOLS[:n]]

    def ids(self, query):
        answer = self.d.api("GET", "/api/v1/incidents?" + query)
        return [i["id"] for i in answer["incidents"]], answer

    def many(self, action, query="", expect=(200,), **more):
        return self.d.api("POST", "/api/v1/incidents/actions?" + query,
                          dict(more, action=action), expect=expect)

    def state(self, incident):
        return self.d.api(
            "GET", "/api/v1/incidents/%d" % incident)["incident"]["state"]

    def test_the_list_is_filtered_and_ordered(self):
        a, b, c = self.fires(3)
        search = urllib.parse.quote
        # One character, two, and a whole word; nothing that is not there.
        for word, want in (("柳", [b]), ("柳林", [b]), ("柳林中学", [b]),
                           ("中学", [b, c]), ("柳中", []), ("火", [a, b, c])):
            found, answer = self.ids("q=" + search(word))
            self.assertEqual(sorted(found), sorted(want), word)
            self.assertEqual(answer["total"], len(want))
        self.many("acknowledge", ids=[a])
        self.assertEqual(self.ids("assignee=@none")[0].count(a), 0)
        self.assertEqual(sorted(self.ids("state=new")[0]), sorted([b, c]))
        self.assertEqual(self.ids("source=news&state=acknowledged")[0], [a])
        self.assertEqual(self.ids("source=other&state=all")[0], [])
        self.assertEqual(self.ids("opened_from=2001-01-01")[1]["total"], 3)
        self.assertEqual(self.ids("opened_to=2001-01-01")[1]["total"], 0)
        self.assertEqual(self.ids("closed_from=2001-01-01&state=all")[0], [])
        for sort in ("last_seen", "first_seen", "level", "score", "clock"):
            whole = self.ids("sort=" + sort)[0]
            self.assertEqual(sorted(whole), sorted([a, b, c]), sort)
            paged, after = [], ""
            for _ in range(5):
                found, answer = self.ids(
                    "sort=%s&limit=1&after=%s" % (sort, after))
                paged += found
                after = answer["next"]
                if not after:
                    break
            self.assertEqual(paged, whole, sort)
        for wrong in ("level=purple", "sort=odd", "clock=x", "delivery=x",
                      "substate=x", "closed_to=soon", "sort=level&after=1.2"):
            self.d.api("GET", "/api/v1/incidents?" + wrong, expect=(422,))

    def test_many_are_done_once_and_taken_back(self):
        a, b, c = self.fires(3)
        done = self.many("acknowledge", all=True, query="state=new",
                         once="first")
        self.assertEqual(sorted(done["done"]), sorted([a, b, c]))
        self.assertEqual(done["refused"], [])
        # The same asking again is answered, and does nothing.
        events = len(self.d.api("GET", "/api/v1/incidents/%d" % a)["timeline"])
        again = self.many("acknowledge", ids=[a, b, c], once="first")
        self.assertEqual(again, done)
        self.assertEqual(events, len(
            self.d.api("GET", "/api/v1/incidents/%d" % a)["timeline"]))
        # One of them goes on: that one stays as it is.
        self.d.api("POST", "/api/v1/incidents/%d/actions" % c,
                   {"action": "respond"})
        undone = self.d.api("POST", "/api/v1/incidents/undo/%d" % done["bulk"],
                            {})
        self.assertEqual(sorted(undone["done"]), sorted([a, b]))
        self.assertEqual([r["incident"] for r in undone["refused"]], [c])
        self.assertEqual([self.state(i) for i in (a, b, c)],
                         ["new", "new", "responding"])
        kinds = [e["kind"] for e in self.d.api(
            "GET", "/api/v1/incidents/%d" % a)["timeline"]]
        self.assertIn("incident.undone", kinds)
        clocks = self.d.api("GET", "/api/v1/incidents/%d" % a)["clocks"]
        self.assertIn("running", [k["state"] for k in clocks])
        self.d.api("POST", "/api/v1/incidents/undo/%d" % done["bulk"], {},
                   expect=(409,))
        self.d.api("POST", "/api/v1/incidents/undo/999", {}, expect=(404,))
        self.assertEqual(self.d.cli("ledger", "verify").returncode, 0)

    def test_merges_and_closings_are_taken_back(self):
        a, b, c = self.fires(3)
        merged = self.many("merge", ids=[a, b, c])
        self.assertEqual(len(merged["done"]), 2)
        self.assertEqual(self.ids("")[0], [min(a, b, c)])
        self.d.api("POST", "/api/v1/incidents/undo/%d" % merged["bulk"], {})
        self.assertEqual(sorted(self.ids("")[0]), sorted([a, b, c]))
        self.many("resolve", ids=[a, b], expect=(422,))
        closed = self.many("false_alarm", ids=[a, b], cause="drill")
        self.assertEqual(sorted(closed["done"]), sorted([a, b]))
        self.assertEqual(sorted(self.ids("state=false_alarm")[0]),
                         sorted([a, b]))
        self.d.api("POST", "/api/v1/incidents/undo/%d" % closed["bulk"], {})
        self.assertEqual(sorted(self.ids("")[0]), sorted([a, b, c]))
        noted = self.many("note", ids=[a, b], reason="已电话联系")
        self.d.api("POST", "/api/v1/incidents/undo/%d" % noted["bulk"], {},
                   expect=(409,))
        # Only what was there when the list was looked at.
        few = self.many("acknowledge", all=True, upto=str(min(a, b, c)))
        self.assertEqual(few["done"], [min(a, b, c)])

    def test_views_are_kept(self):
        self.fires(2)
        add = lambda expect=(200, 201), **body: self.d.api(
            "POST", "/api/v1/views", body, expect=expect)
        add(name="宿舍", query="q=%E5%AE%BF%E8%88%8D&state=all", shared=True)
        add(name="宿舍", query="level=red", shared=True, expect=(409,))
        add(name="", query="level=red", expect=(422,))
        add(name="x", query="level=purple", expect=(422,))
        views = {v["name"]: v for v in
                 self.d.api("GET", "/api/v1/views")["views"]}
        self.assertTrue(views["宿舍"]["shared"])
        self.assertEqual([v["count"] for v in views.values()
                          if v["query"] == ""], [2])
        self.d.api("POST", "/api/v1/views/%d/drop" % views["宿舍"]["id"], {})
        self.assertNotIn("宿舍", [v["name"] for v in self.d.api(
            "GET", "/api/v1/views")["views"]])
        kinds = {e["kind"] for e in
                 self.d.api("GET", "/api/v1/ledger")["entries"]}
        self.assertLessEqual({"view.saved", "view.dropped"}, kinds)

    def test_now_says_what_waits(self):
        a, b = self.fires(2)
        now = self.d.api("GET", "/api/v1/now")
        self.assertEqual(now["unacknowledged"], 2)
        self.assertEqual(sorted(i["id"] for i in now["fresh"]["incidents"]),
                         sorted([a, b]))
        self.assertEqual(sum(now["figures"]["unacknowledged"].values()), 2)
        self.assertTrue(now["duty"]["known"])
        self.assertEqual(now["trouble"]["total"], 0)
        self.many("acknowledge", ids=[a])
        now = self.d.api("GET", "/api/v1/now")
        self.assertEqual([i["id"] for i in now["fresh"]["incidents"]], [b])

    def test_a_form_leads_back_to_the_list(self):
        self.fires(2)
        self.d.put("password", "correct-horse-1\n", 0o600)
        done = self.d.cli("user", "add", "wang", "--role", "operator",
                          "--password-file", self.d.folder + "/password")
        self.assertEqual(done.returncode, 0, done.stderr)
        host = ("127.0.0.1", self.d.console_port)

        def ask(method, path, form=None, cookie=None):
            c = http.client.HTTPConnection(*host, timeout=20)
            headers = {"Cookie": cookie} if cookie else {}
            body = None
            if form is not None:
                body = urllib.parse.urlencode(form, doseq=True)
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            c.request(method, path, body, headers)
            answer = c.getresponse()
            return answer, answer.read().decode()

        answer, _ = ask("POST", "/login", {"user": "wang",
                                           "password": "correct-horse-1"})
        cookie = answer.getheader("Set-Cookie").split(";")[0]
        _, page = ask("GET", "/incidents?state=new", cookie=cookie)
        field = lambda name: re.search(
            r'name="%s" value="([^"]*)"' % name, page).group(1)
        form = {"csrf": field("csrf"), "once": field("once"),
                "upto": field("upto"), "all": "1", "action": "acknowledge"}
        answer, _ = ask("POST", "/incidents/actions?state=new", form, cookie)
        self.assertEqual(answer.status, 303)
        back = answer.getheader("Location")
        self.assertRegex(back, r"^/incidents\?state=new&bulk=\d+$")
        # Sent twice: the same answer.
        answer, _ = ask("POST", "/incidents/actions?state=new", form, cookie)
        self.assertEqual(answer.getheader("Location"), back)
        _, page = ask("GET", back, cookie=cookie)
        undo = re.search(r'action="(/incidents/undo/[^"]+)"', page).group(1)
        answer, _ = ask("POST", undo.replace("&amp;", "&"),
                        {"csrf": field("csrf")}, cookie)
        self.assertEqual(answer.status, 303)
        self.assertEqual(len(self.ids("state=new")[0]), 2)


if __name__ == "__main__":
    main()
