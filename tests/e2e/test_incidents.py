"""Operators merge and split incidents, act on many, and take it back; what is
closed comes back when it is reported again."""
import threading

from harness import E2E, main, wait_until

FIRE = "云溪县%s宿舍起火，消防员赶到现场，学生全部疏散"
SCHOOLS = ("青石小学", "柳林中学", "河湾中学", "北关幼儿园")


class Incidents(E2E):
    def setUp(self):
        super().setUp()
        self.route, source = self.feed()
        self.news = [(1, "云溪一中运动会开幕", "三千人参加")]
        self.d = self.daemon([source])
        self.wait_baseline(self.d, "news")

    def publish(self, *news):
        for title, text in news:
            self.news.append((len(self.news) + 1, title, text))
        self.route.set_items(self.news)

    def open_fires(self, n):
        """n incidents at n schools; their numbers, in order."""
        self.publish(*[("%s宿舍起火" % s, FIRE % s) for s in SCHOOLS[:n]])
        self.wait_opened(n)
        found = {i["title"]: i["id"] for i in self.d.incidents()}
        return [found["%s宿舍起火" % s] for s in SCHOOLS[:n]]

    def act(self, incident, action, expect=(200,), **more):
        body = dict(more, action=action)
        return self.d.api("POST", "/api/v1/incidents/%d/actions" % incident,
                          body, expect=expect)

    def show(self, incident):
        return self.d.api("GET", "/api/v1/incidents/%d" % incident)

    def kinds(self, incident):
        return [e["kind"] for e in self.show(incident)["timeline"]]

    def verify(self):
        self.assertEqual(self.d.cli("ledger", "verify").returncode, 0)

    def test_merge_and_back(self):
        a, b, c = self.open_fires(3)
        self.act(a, "snooze", until="2h")
        before = self.show(a)["incident"]
        answer = self.act(a, "merge", into=b)
        self.assertEqual(answer["led_to"], b)
        self.assertEqual(answer["incident"]["state"], "merged")
        shown = self.show(b)
        self.assertEqual(shown["incident"]["items"], 2)
        self.assertEqual(sorted(i["incident"] for i in shown["items"]),
                         sorted((a, b)))
        self.assertEqual([m["id"] for m in shown["merged"]], [a])
        # Asked again: the same answer, and nothing more happened.
        n = len(self.kinds(b))
        self.assertEqual(self.act(a, "merge", into=b)["led_to"], b)
        self.assertEqual(len(self.kinds(b)), n)
        # What is no incident, or itself, or its own child, is refused.
        self.act(b, "merge", into=a, expect=(422,))
        self.act(b, "merge", into=b, expect=(422,))
        self.act(b, "merge", into=9999, expect=(404,))
        self.act(a, "merge", into=c, expect=(409,))
        # What is like the child comes to the one that has it now.
        self.publish(("青石小学宿舍起火后续", FIRE % "青石小学"))
        wait_until(lambda: self.show(b)["incident"]["items"] == 3, 20,
                   "the sibling of a merged one")

        self.assertEqual(self.d.stop(), 0)
        self.d.start()
        self.act(a, "unmerge")
        after = self.show(a)["incident"]
        for key in ("state", "until", "score", "level", "items"):
            self.assertEqual(after[key], before[key], key)
        self.assertEqual(self.show(b)["incident"]["items"], 2)
        self.act(a, "unmerge", expect=(409,))
        self.assertIn("incident.merge", self.kinds(a))
        self.assertIn("incident.unmerged_here", self.kinds(b))

    def test_what_is_worse_wakes_what_was_snoozed(self):
        self.d.put("rules.d/test.yaml", """\
rules:
  - {id: test-fire, title: 火灾, category: building_fire, points: 75, any: [起火]}
  - {id: test-quarrel, title: 争执, category: fees, points: 45, any: [争执]}
""")
        self.d.cli("reload")
        self.publish(("白水小学家长与食堂争执", "家长与食堂承包人争执不下"))
        self.wait_opened(1, 30)
        mild = self.d.incidents()[0]["id"]
        self.publish(("青石小学宿舍起火", FIRE % "青石小学"))
        self.wait_opened(2, 30)
        fire = [i for i in self.d.incidents() if i["id"] != mild][0]["id"]
        self.act(mild, "snooze", until="2h")
        self.act(fire, "acknowledge")
        self.act(fire, "merge", into=mild)
        shown = self.show(mild)["incident"]
        self.assertEqual((shown["state"], shown["substate"]),
                         ("new", "escalating"))
        self.assertEqual(self.kinds(mild).count("incident.raised"), 1)
        wait_until(lambda: [
            b for b in self.receiver.delivered("incident.raised")
            if b["data"]["incident"]["id"] == mild], 20, "its message")
        # Taken by somebody, a merge takes nothing away from him.
        self.act(fire, "unmerge")
        self.act(mild, "acknowledge")
        self.act(fire, "merge", into=mild)
        self.assertEqual(self.show(mild)["incident"]["state"], "acknowledged")
        self.assertEqual(self.kinds(mild).count("incident.raised"), 1)
        self.verify()

    def test_split_and_back(self):
        a, = self.open_fires(1)
        self.publish(("青石小学宿舍起火，两人受伤", FIRE % "青石小学"),
                     ("青石小学宿舍起火，原因在查", FIRE % "青石小学"))
        wait_until(lambda: self.show(a)["incident"]["items"] == 3, 20,
                   "three items of one event")
        items = [i["id"] for i in self.show(a)["items"]]
        self.act(a, "split", items=items, expect=(422,))  # one must stay
        self.act(a, "split", items=[], expect=(422,))
        self.act(a, "split", items=[99999], expect=(409,))
        answer = self.act(a, "split", items=items[1:])
        b = answer["led_to"]
        self.assertNotEqual(a, b)
        self.assertEqual(self.show(a)["incident"]["items"], 1)
        shown = self.show(b)
        self.assertEqual(sorted(i["id"] for i in shown["items"]), items[1:])
        self.assertEqual(shown["incident"]["state"], "new")
        self.assertGreater(shown["incident"]["score"], 0)
        self.assertTrue(shown["incident"]["explanation"])
        # Twice is once.
        self.assertEqual(self.act(a, "split", items=items[1:])["led_to"], b)
        self.assertEqual(len(self.d.incidents()), 2)
        wait_until(lambda: b in [i["id"] for i in self.receiver.opened()], 20,
                   "the new one to be told")

        self.act(a, "unsplit", split=answer["split"])
        self.act(a, "unsplit", split=answer["split"])
        self.assertEqual(
            sorted(i["id"] for i in self.show(a)["items"]), items)
        empty = self.show(b)["incident"]
        self.assertEqual((empty["state"], empty["merged_into"]), ("merged", a))
        self.assertIn("incident.split", self.kinds(a))
        self.assertIn("incident.unsplit", self.kinds(a))

    def test_items_move_to_an_incident_that_is_there(self):
        a, b = self.open_fires(2)
        self.publish(("青石小学宿舍起火，原因在查", FIRE % "青石小学"))
        wait_until(lambda: self.show(a)["incident"]["items"] == 2, 20,
                   "two items")
        item = self.show(a)["items"][1]["id"]
        done = self.d.cli("incidents", "split", str(a), "--items", str(item),
                          "--into", str(b))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.show(b)["incident"]["items"], 2)
        done = self.d.cli("incidents", "unsplit", str(b))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.show(b)["incident"]["items"], 1)
        self.assertEqual(self.show(b)["incident"]["state"], "new")

    def test_many_at_once(self):
        ids = self.open_fires(4)
        self.act(ids[3], "resolve", reason="已处置")
        done = self.d.cli("incidents", "ack", *map(str, ids))
        self.assertEqual(done.returncode, 1)  # one is over already
        self.assertIn("incident %d" % ids[3], done.stderr)
        self.assertEqual(done.stdout.count("acknowledged"), 3)
        answer = self.d.api("POST", "/api/v1/incidents/actions",
                            {"action": "merge", "ids": ids[:3]})
        self.assertEqual(sorted(answer["done"]), sorted(ids[:3])[1:])
        oldest = min(ids[:3])
        self.assertEqual(self.show(oldest)["incident"]["items"], 3)
        for body in ({"action": "merge"}, {"action": "split", "ids": ids},
                     {"action": "acknowledge", "ids": []},
                     {"action": "acknowledge", "ids": list(range(1, 300))},
                     {"action": "false_alarm", "ids": ids}):
            self.d.api("POST", "/api/v1/incidents/actions", body,
                       expect=(422,))

    def test_the_same_sent_by_many(self):
        a, b = self.open_fires(2)
        answers = []

        def send():
            answers.append(self.d.api(
                "POST", "/api/v1/incidents/%d/actions" % a,
                {"action": "merge", "into": b}, raw=True)[0])

        threads = [threading.Thread(target=send) for _ in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(answers, [200] * 8)
        self.assertEqual(self.kinds(a).count("incident.merge"), 1)
        self.assertEqual(self.kinds(b).count("incident.merged_here"), 1)

    def test_what_was_closed_comes_back(self):
        a, = self.open_fires(1)
        self.act(a, "resolve", cause="responded")
        closed = self.show(a)["incident"]
        self.assertEqual(closed["cause"], "responded")
        self.act(a, "resolve", reason="x", expect=(409,))
        # A restart does not make it a new one.
        self.assertEqual(self.d.stop(), 0)
        self.d.start()
        self.publish(("青石小学宿舍再次起火", FIRE % "青石小学"))
        wait_until(lambda: self.show(a)["incident"]["state"] == "new", 20,
                   "the incident to open again")
        again = self.show(a)["incident"]
        self.assertEqual(again["substate"], "regressed")
        self.assertIsNone(again["cause"])
        self.assertEqual(len(self.d.incidents()), 1)
        wait_until(lambda: self.receiver.delivered("incident.reopened"), 20,
                   "the message of it")

    def test_a_cause_is_of_its_own_list(self):
        a, = self.open_fires(1)
        self.act(a, "resolve", cause="drill", expect=(422,))
        self.act(a, "false_alarm", cause="resolved", expect=(422,))
        self.act(a, "false_alarm", expect=(422,))
        self.act(a, "false_alarm", cause="other", expect=(422,))
        self.act(a, "false_alarm", cause="drill")
        self.assertEqual(self.show(a)["incident"]["cause"], "drill")
        self.assertTrue(self.show(a)["incident"]["reason"])


class Retraction(E2E):
    """Items that disappear at their source."""

    def start(self, **settings):
        notify = {"recheck": "1s"}
        notify.update(settings)
        self.route, source = self.feed()
        self.d = self.daemon([source], settings={"notify": notify})
        self.wait_baseline(self.d, "news")
        self.pages = {}

    def publish(self, *titles):
        rows = ""
        for n, title in enumerate(titles, 1):
            path = "/page%d.html" % n
            self.pages[n] = self.origin.route(
                path, ("<html><head><title>%s</title></head><body><h1>%s</h1>"
                       "<p>%s</p></body></html>" % (
                           title, title, FIRE % "青石小学" * 20)).encode(),
                "text/html; charset=utf-8")
            rows += ("<item><title>%s</title><link>%s%s</link>"
                     "<description>%s</description></item>" % (
                         title, self.origin.url, path,
                         FIRE % "青石小学" * 4))
        self.route.body = ("<rss version=\"2.0\"><channel><title>云溪日报"
                           "</title>%s</channel></rss>" % rows).encode()
        return self.wait_opened(1)[0]["id"]

    def show(self, incident):
        return self.d.api("GET", "/api/v1/incidents/%d" % incident)

    def substate(self, incident):
        return self.show(incident)["incident"]["substate"]

    def kinds(self, incident):
        return [e["kind"] for e in self.show(incident)["timeline"]]

    def test_all_items_gone_is_retracted(self):
        self.start()
        a = self.publish("青石小学宿舍起火", "青石小学宿舍起火两人受伤")
        wait_until(lambda: self.show(a)["incident"]["items"] == 2, 20,
                   "two items")
        wait_until(lambda: all(p.requests for p in self.pages.values()), 30,
                   "the pages to be looked at")
        wait_until(lambda: all(i["checked"] for i in self.show(a)["items"]),
                   20, "that they are there to be known")
        self.assertNotEqual(self.substate(a), "retracted")
        # One gone is not all gone; a server in trouble says nothing.
        self.pages[1].status = 404
        self.pages[2].status = 503
        wait_until(lambda: [i["gone"] for i in self.show(a)["items"]
                            if i["gone"]], 60, "one item to be gone")
        self.assertNotEqual(self.substate(a), "retracted")
        self.assertIn("incident.gone", self.kinds(a))
        self.pages[2].status = 410
        self.d.cli("incidents", "check", str(a))
        wait_until(lambda: self.substate(a) == "retracted", 60,
                   "the incident to be retracted")
        shown = self.show(a)
        self.assertEqual(shown["incident"]["state"], "new")
        self.assertIn("incident.retracted", self.kinds(a))
        # What was read is all there, and those who hear of orange are told.
        self.assertTrue(all(FIRE % "青石小学" in i["text"]
                            for i in shown["items"]))
        wait_until(lambda: self.receiver.delivered("incident.retracted"), 20,
                   "the message of it")
        # There again.
        self.pages[2].status = 200
        self.d.cli("incidents", "check", str(a))
        wait_until(lambda: self.substate(a) == "ongoing", 60,
                   "it to be no longer retracted")
        self.assertIn("incident.back", self.kinds(a))

    def test_a_page_that_says_so_is_gone_too(self):
        self.start()
        a = self.publish("青石小学宿舍起火")
        self.pages[1].body = ("<html><head><title>文章已被删除</title></head><body>"
                              "<p>您访问的文章已被删除。</p></body></html>"
                              ).encode()
        wait_until(lambda: self.substate(a) == "retracted", 60,
                   "the incident to be retracted")

    def test_nobody_looks_when_told_not_to(self):
        self.start(recheck="0s")
        a = self.publish("青石小学宿舍起火")
        self.wait_polls(self.route, 4)
        self.assertEqual(self.pages[1].requests, [])
        self.assertNotEqual(self.substate(a), "retracted")


if __name__ == "__main__":
    main()
