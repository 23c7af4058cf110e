"""Rules edited on the console: checked in a parse role, saved as a version, in
force at once, tried on what was collected, approved by a second person; items
searched, and an incident opened from one."""
import http.client
import json
import os
import urllib.parse

from harness import E2E, main, wait_until

NEW = """rules:
  - id: bus-late
    title: 校车晚点
    category: transport
    points: 60
    any: [校车晚点, 校车迟到]
    samples:
      hits: ["校车晚点半小时"]
      misses: ["校车准时"]
"""


class Editor(E2E):
    def setUp(self):
        super().setUp()
        self.route, self.source = self.feed()
        self.news = [(1, "云溪一中运动会开幕", "三千人参加")]

    def begin(self, **settings):
        self.d = self.daemon([self.source], settings=settings or None)
        self.wait_baseline(self.d, "news")

    def publish(self, *items):
        for title, text in items:
            self.news.append((len(self.news) + 1, title, text))
        self.route.set_items(self.news)

    def post(self, path, expect=(200,), **body):
        return self.d.api("POST", "/api/v1" + path, body, expect=expect)

    def edit(self, do, obj, text, expect=(200,), **more):
        return self.post("/rule-editor", expect, do=do, object=obj, text=text,
                         **more)

    def rule(self, rule):
        return self.d.api("GET", "/api/v1/rules/" + rule)

    def items(self, **query):
        return self.d.api("GET", "/api/v1/items?" +
                          urllib.parse.urlencode(query))["items"]

    def test_an_edit_is_checked_saved_and_in_force(self):
        self.begin()
        wrong = self.edit("check", "rule:bus-late",
                          NEW.replace("points", "pionts"))
        self.assertFalse(wrong["ok"])
        self.assertEqual(wrong["faults"][0]["line"], 5)
        self.assertNotIn("file", wrong["faults"][0])
        self.assertIn("points", wrong["faults"][0]["text"])
        bad = self.edit("check", "rule:bus-late",
                        NEW.replace("校车准时", "校车迟到了"))
        self.assertTrue(bad["ok"])
        self.assertEqual([s["found"] == s["hit"] for s in bad["samples"]],
                         [True, False])
        self.edit("save", "rule:bus-late", NEW.replace("any", "anny"), (422,))
        self.edit("save", "rule:Bus", NEW, (422,))
        other = self.edit("save", "rule:bus-late",
                          NEW.replace("bus-late", "another"), (422,))
        self.assertIn("bus-late", other["faults"][0]["text"])
        saved = self.edit("save", "rule:bus-late", NEW, base=0, note="新增")
        self.assertTrue(saved["in_force"])
        path = os.path.join(self.d.folder, "rules", "rule-bus-late.yaml")
        with open(path, encoding="utf-8") as f:
            self.assertEqual(f.read(), NEW)
        self.publish(("校车迟到家长着急", "南门站"))
        wait_until(self.d.incidents, 20, "an incident of the new rule")
        page = self.rule("bus-late")
        self.assertEqual(page["about"]["points"], 60)
        self.assertEqual(page["hits"][0]["title"], "校车迟到家长着急")
        entries = self.d.api("GET", "/api/v1/ledger?kind=rule.edited")
        self.assertIn("+ rules:", entries["entries"][0]["text"]["diff"])
        # the tools see it, too
        out = self.d.cli("rules", "lint", "--config", self.d.config)
        self.assertIn("3 rules", out.stdout)

    def test_a_long_change_says_what_it_leaves_out(self):
        self.begin()
        head = NEW[:NEW.index("      misses")] + "      misses:\n"
        texts = [head + "".join("        - %s第%d次\n" % (word, i)
                                for i in range(400))
                 for word in ("校车准时到达", "校车按时发车")]
        first = self.edit("save", "rule:bus-late", texts[0], base=0)
        self.edit("save", "rule:bus-late", texts[1], base=first["version"])
        entries = self.d.api("GET", "/api/v1/ledger?kind=rule.edited")
        lines = entries["entries"][0]["text"]["diff"].splitlines()
        for sign in ("-", "+"):
            part = [line for line in lines if line.startswith(sign)]
            self.assertGreater(len(part), 50)
            self.assertEqual(part[-1],
                             "%s … (%d)" % (sign, 400 - (len(part) - 1)))

    def test_a_rule_takes_the_place_of_another(self):
        self.begin()
        about = self.rule("test-fire")["about"]
        self.assertEqual(about["line"], 9)
        self.assertTrue(about["file"].endswith("test.yaml"))
        self.assertIn("replace: true", about["draft"])
        text = about["draft"].replace("起火", "冒烟")
        first = self.edit("save", "rule:test-fire", text, base=0)
        # somebody else began from the same
        conflict = self.edit("save", "rule:test-fire",
                             about["draft"], (409,), base=0)
        self.assertEqual(conflict["conflict"]["version"], first["version"])
        self.publish(("实验小学起火", ""), ("实验小学冒烟", ""))
        wait_until(self.d.incidents, 20, "the incident")
        self.assertEqual([i["title"] for i in self.d.incidents()],
                         ["实验小学冒烟"])
        # off, then on, then as it was shipped
        self.post("/rules/test-fire/status", status="off", reason="误报多")
        off = {r["rule"]: r["status"]
               for r in self.d.api("GET", "/api/v1/rules")["rules"]}
        self.assertEqual(off["test-fire"], "off")
        self.publish(("二小冒烟", ""))
        wait_until(lambda: self.items(q="二小冒烟"), 20, "the item")
        self.assertEqual(len(self.d.incidents()), 1)
        self.post("/rules/test-fire/status", status="stable", reason="恢复")
        second = self.edit("save", "rule:test-fire",
                           text.replace("75", "70"), base=first["version"])
        self.assertEqual(self.rule("test-fire")["about"]["points"], 70)
        self.post("/rule-edits/%d" % first["version"], do="revert",
                  reason="还是原来好")
        about = self.rule("test-fire")["about"]
        self.assertEqual(about["points"], 75)
        self.edit("save", "rule:test-fire", "", base=about["base"])
        self.assertFalse(os.path.exists(os.path.join(
            self.d.folder, "rules", "rule-test-fire.yaml")))
        self.assertGreater(second["version"], first["version"])

    def test_what_is_lost_beside_the_database_is_written_again(self):
        self.begin()
        self.edit("save", "rule:bus-late", NEW, base=0)
        path = os.path.join(self.d.folder, "rules", "rule-bus-late.yaml")
        self.d.stop()
        os.unlink(path)
        self.d.start()
        self.assertTrue(os.path.exists(path))
        self.assertEqual(self.rule("bus-late")["about"]["points"], 60)

    def test_a_rule_is_tried_on_what_was_collected(self):
        self.begin()
        self.publish(*[("校车晚点第%d天" % i, "家长在站台等候") for i in range(30)],
                     ("食堂食物中毒", "多人送医"))
        wait_until(lambda: len(self.items(q="校车", limit=100)) == 30, 30,
                   "the items")
        test = self.edit("test", "rule:bus-late", NEW, days=2)["test"]

        def result():
            r = self.d.api("GET", "/api/v1/rule-tests/%d" % test)
            return None if r["running"] else r

        r = wait_until(result, 20, "the result")
        self.assertIsNone(r["failed"])
        self.assertEqual((r["alarms_before"], r["alarms"]), (1, 31))
        self.assertEqual((r["new_count"], r["gone_count"]), (30, 0))
        self.assertEqual(r["new"][0]["gained"], ["bus-late"])
        self.assertEqual(len(r["by_day"]), 2)
        self.assertEqual(r["by_day"][1]["now"], 31)
        # nothing of it is in force
        self.assertEqual(len(self.d.incidents()), 1)
        gone = self.edit("test", "status:test-poison",
                         "overrides:\n  test-poison: {disable: true}\n",
                         days=2)["test"]
        test = gone
        r = wait_until(result, 20, "the other result")
        self.assertEqual((r["new_count"], r["gone_count"]), (0, 1))
        self.edit("test", "rule:bus-late", "rules: 1", (422,), days=2)
        self.d.api("GET", "/api/v1/rule-tests/1", expect=(404,))

    def test_items_are_found_and_opened(self):
        self.begin()
        self.publish(("家长反映校门口积水", "雨后很深"))
        item = wait_until(lambda: self.items(q="水"), 20, "the item")[0]
        self.assertEqual(item["title"], "家长反映校门口积水")
        self.assertEqual([i["id"] for i in self.items(q="积水", source="news")],
                         [item["id"]])
        self.assertEqual(self.items(q="水积"), [])
        self.assertEqual(self.items(q="水", **{"in": "incident"}), [])
        path = "/items/%d/incident" % item["id"]
        self.post(path, (422,))
        opened = self.post(path, reason="需要现场查看")["incident"]
        again = self.post(path, reason="需要现场查看")["incident"]
        self.assertEqual(opened, again)
        incident = self.d.api("GET", "/api/v1/incidents/%d" % opened)
        self.assertEqual(incident["incident"]["level"], "blue")
        self.assertEqual([i["id"] for i in self.items(
            q="水", **{"in": "incident"})], [item["id"]])
        tried = self.post("/items/%d/explain" % item["id"])
        self.assertEqual((tried["score"], tried["explanation"]), (0, []))

    # --- two people ---------------------------------------------------------

    def log_in(self, name):
        password = "云溪-2026-" + name
        self.d.api("POST", "/api/v1/users",
                   {"name": name, "password": password, "role": "editor"})
        status, cookie, answer = self.web("POST", "/api/v1/login", {
            "user": name, "password": password})
        self.assertEqual(status, 200)
        return cookie.split(";")[0], answer["csrf"]

    def web(self, method, path, body, who=None):
        c = http.client.HTTPConnection("127.0.0.1", self.d.console_port)
        headers = {"Content-Type": "application/json"}
        if who:
            headers.update({"Cookie": who[0], "X-CSRF-Token": who[1]})
        c.request(method, path, json.dumps(body), headers)
        r = c.getresponse()
        text = r.read()
        c.close()
        return r.status, r.getheader("Set-Cookie"), json.loads(text or b"{}")

    def test_a_second_person_approves(self):
        self.begin(rules={"approval": "two"})
        a, b = self.log_in("anna"), self.log_in("bert")
        body = {"do": "save", "object": "rule:bus-late", "text": NEW,
                "base": 0, "note": "新增"}
        status, _, answer = self.web("POST", "/api/v1/rule-editor", body, a)
        self.assertEqual((status, answer["state"]), (200, "waiting"))
        path = "/api/v1/rule-edits/%d" % answer["version"]
        self.assertEqual(len(self.d.api("GET", "/api/v1/rules")["waiting"]), 1)
        self.assertEqual(
            self.web("POST", path, {"do": "approve"}, a)[0], 403)
        self.assertEqual(self.web("POST", path, {"do": "reject"}, b)[0], 403)
        status, _, answer = self.web("POST", path, {"do": "approve"}, b)
        self.assertEqual((status, answer["in_force"]), (200, True))
        self.assertEqual(self.web("POST", path, {"do": "approve"}, b)[0], 409)
        self.assertEqual(self.rule("bus-late")["about"]["points"], 60)
        body["text"], body["base"] = NEW.replace("60", "50"), answer["version"]
        answer = self.web("POST", "/api/v1/rule-editor", body, b)[2]
        path = "/api/v1/rule-edits/%d" % answer["version"]
        status, _, _ = self.web("POST", path, {
            "do": "reject", "reason": "分值太低"}, a)
        self.assertEqual(status, 200)
        self.assertEqual(self.rule("bus-late")["about"]["points"], 60)
        kinds = [e["kind"] for e in self.d.api(
            "GET", "/api/v1/ledger?limit=50")["entries"]]
        for kind in ("rule.proposed", "rule.approved", "rule.rejected"):
            self.assertIn(kind, kinds)


if __name__ == "__main__":
    main()
