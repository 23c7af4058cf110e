"""The road: a source is polled, an incident opens, the desk is told."""
import json
import time

from harness import E2E, main, rss, wait_until

POISON = (2, "青石镇中心学校学生上吐下泻", "午餐后多名学生送医，疑似食物中毒")


class Road(E2E):
    def test_baseline_is_silent_then_an_incident_opens(self):
        route, source = self.feed(items=[(1, "某校学生食物中毒旧闻", "去年的事")])
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        self.wait_polls(route, 2)
        self.assertEqual(d.incidents(), [])
        self.assertEqual(self.receiver.attempts, [])

        route.set_items([(1, "某校学生食物中毒旧闻", "去年的事"), POISON])
        incident = self.wait_opened(1)[0]
        self.assertEqual(incident["title"], POISON[1])
        self.assertEqual(incident["category"], "food")
        self.assertIn(incident["level"], ("yellow", "orange", "red"))
        self.assertEqual(incident["items"], 1)
        self.assertTrue(any(r["rule"] == "test-poison" and "食物中毒" in r["text"]
                            for r in incident["explanation"]))
        message = self.receiver.attempts[0]["body"]
        self.assertEqual(message["type"], "incident.opened")
        self.assertTrue(message["timestamp"].endswith("Z"))
        self.assertEqual(self.receiver.wrong, [])

        shown = d.api("GET", "/api/v1/incidents/%d" % incident["id"])
        self.assertEqual(len(shown["items"]), 1)
        self.assertEqual(shown["items"][0]["title"], POISON[1])
        spans = [s for f in shown["items"][0]["findings"] for s in f["spans"]]
        self.assertTrue(spans)
        for s in spans:
            field = shown["items"][0][s["field"]]
            self.assertIn(field[s["start"]:s["end"]], ("食物中毒", "上吐下泻"))
        self.assertTrue(wait_until(lambda: [
            x for x in d.api("GET", "/api/v1/incidents/%d" % incident["id"])
            ["deliveries"] if x["state"] == "delivered"], 10, "the delivery"))

    def test_drills_wake_nobody(self):
        route, source = self.feed()
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        route.set_items([(1, "云溪一中运动会开幕", "三千人参加"),
                         (2, "我校开展食物中毒应急演练", "演练顺利")])
        self.wait_polls(route, 3)
        wait_until(lambda: d.source("news")["items"] >= 2, 10, "the item")
        self.assertEqual(d.incidents(), [])
        self.assertEqual(self.receiver.attempts, [])

    def test_unchanged_documents_are_asked_for_with_their_validators(self):
        route, source = self.feed()
        dated, second = self.feed("dated")
        dated.etag, dated.modified = False, "Tue, 03 Nov 2026 08:00:00 GMT"
        plain, third = self.feed("plain")
        plain.etag = False
        d = self.daemon([source, second, third])
        self.wait_baseline(d, "news", "dated", "plain")
        for r in (route, dated, plain):
            self.wait_polls(r, 3)
        self.assertEqual(route.statuses[0], 200)
        self.assertEqual(set(route.statuses[1:]), {304})
        self.assertTrue(route.requests[1][1]["if-none-match"])
        self.assertEqual(set(dated.statuses[1:]), {304})
        self.assertEqual(dated.requests[1][1]["if-modified-since"],
                         dated.modified)
        # without validators the body's hash decides, and nothing is repeated
        self.assertEqual(set(plain.statuses), {200})
        self.assertEqual(d.source("plain")["items"], 1)
        agent = route.requests[0][1]["user-agent"]
        self.assertIn("tocsin", agent)
        self.assertIn("desk@yunxi.example", agent)

    def test_one_event_in_two_sources_is_one_incident(self):
        a, first = self.feed("daily")
        b, second = self.feed("radio")
        d = self.daemon([first, second])
        self.wait_baseline(d, "daily", "radio")
        text = "今天中午青石镇中心学校二十三名学生午餐后呕吐，疑似食物中毒，已送县医院"
        a.set_items([(1, "旧", ""), (2, "青石镇中心学校二十三名学生疑似食物中毒送医", text)])
        self.wait_opened(1)
        b.set_items([(1, "旧", ""), (9, "青石镇中心学校学生疑似食物中毒 二十三人送医", text)])
        wait_until(lambda: [i for i in d.incidents() if i["items"] == 2], 20,
                   "both reports in one incident")
        self.assertEqual(len(d.incidents()), 1)

    def test_gb18030_arrives_as_written(self):
        route, source = self.feed()
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        route.content_type = "text/xml"
        route.set_items([(1, "旧", ""), (2, "云溪三中宿舍起火", "消防已到场")],
                        encoding="GB18030")
        self.assertEqual(self.wait_opened(1)[0]["title"], "云溪三中宿舍起火")

    def test_malformed_feeds_give_their_items(self):
        route, source = self.feed()
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        body = rss([(1, "旧", ""), (2, "白杨小学起火 & 疏散", "情况")])
        body = body.replace(b"&amp;", b"&").replace(b"</channel></rss>", b"")
        route.body = b"\n  " + body.replace("情况".encode(),
                                            "&nbsp;\x0b情况".encode())
        self.assertIn("白杨小学起火", self.wait_opened(1)[0]["title"])

    def test_json_feed_and_list_page(self):
        page = self.origin.route("/school/", b"", "text/html; charset=utf-8")
        page.etag = False
        row = "<li><a href='%d.html'>%s</a><span>%s</span></li>"
        rows = [row % (i, "学校新闻第%d期：升旗仪式举行" % i,
                       "2026-11-%02d" % i) for i in range(1, 9)]
        frame = "<html><body><ul class='list'>%s</ul></body></html>"
        page.body = (frame % "".join(rows)).encode()
        feed = self.origin.route("/feed.json", b"", "application/feed+json")
        feed.body = json.dumps({"version": "https://jsonfeed.org/version/1.1",
                                "title": "t", "items": []}).encode()
        d = self.daemon([
            {"id": "school", "kind": "list", "url": self.origin.url + "/school/",
             "select": "//ul[@class='list']/li"},
            {"id": "json", "url": self.origin.url + "/feed.json"}])
        self.wait_baseline(d, "school", "json")
        rows.insert(0, row % (99, "学校食堂起火情况说明",
                              time.strftime("%Y-%m-%d")))
        page.body = (frame % "".join(rows)).encode()
        incident = self.wait_opened(1)[0]
        self.assertEqual(incident["title"], "学校食堂起火情况说明")
        feed.body = json.dumps({
            "version": "https://jsonfeed.org/version/1.1", "title": "t",
            "items": [{"id": "1", "url": "http://news.example/j1",
                       "title": "古渡中学学生上吐下泻",
                       "content_text": "多名学生食物中毒"}]}).encode()
        self.wait_opened(2)

    def test_a_restart_repeats_nothing(self):
        route, source = self.feed()
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        route.set_items([(1, "旧", ""), POISON])
        self.wait_opened(1)
        self.assertEqual(d.stop(), 0)
        d.start()
        self.wait_polls(route, 3)
        time.sleep(0.5)
        self.assertEqual(len(d.incidents()), 1)
        self.assertEqual(len(self.receiver.opened()), 1)


if __name__ == "__main__":
    main()
