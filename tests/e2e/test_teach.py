"""A false alarm teaches an exception: proposed with what it would have hidden,
accepted by an editor, in force at once, ended by hand."""
import http.client
import json

from harness import E2E, RULES, main, wait_until

DRILL = "%s开展校园火灾疏散观摩活动，学生有序撤离，消防员现场讲解"
REAL = "%s宿舍发生火灾，消防员赶到现场，有学生受伤送医"


class Teach(E2E):
    def setUp(self):
        super().setUp()
        self.route, source = self.feed()
        self.news = [(1, "云溪一中运动会开幕", "三千人参加")]
        self.d = self.daemon([source])
        self.wait_baseline(self.d, "news")

    def publish(self, title, text):
        """The incident that it opens."""
        before = {i["id"] for i in self.d.incidents()}
        self.news.append((len(self.news) + 1, title, text))
        self.route.set_items(self.news)
        return wait_until(lambda: {i["id"] for i in self.d.incidents()}
                          - before, 20, "an incident of " + title).pop()

    def act(self, incident, action, **more):
        self.d.api("POST", "/api/v1/incidents/%d/actions" % incident,
                   dict(more, action=action))

    def teach(self, incident, **query):
        path = "/api/v1/incidents/%d/teach?" % incident
        path += "&".join("%s=%s" % (k, "".join(
            "%%%02X" % b for b in v.encode())) for k, v in query.items())
        return self.d.api("GET", path)

    def accept(self, incident, expect=(200,), **more):
        body = {"rule": "test-fire", "reason": "观摩不是火灾"}
        body.update(more)
        return self.d.api("POST", "/api/v1/incidents/%d/exceptions" % incident,
                          body, expect=expect)

    def three(self):
        """Two false alarms and a true one of one rule."""
        a = self.publish("青石小学火灾疏散观摩", DRILL % "青石小学")
        self.act(a, "false_alarm", cause="drill")
        b = self.publish("柳林中学火灾疏散观摩", DRILL % "柳林中学")
        self.act(b, "false_alarm", cause="drill")
        c = self.publish("河湾中学宿舍火灾", REAL % "河湾中学")
        self.act(c, "resolve", cause="responded")
        return a, b, c

    def test_words_tell_false_from_true(self):
        a, b, c = self.three()
        answer = self.teach(a)
        self.assertEqual(answer["rule"], "test-fire")
        words = {w["word"]: w for w in answer["words"]}
        self.assertIn("观摩", "".join(words))
        first = answer["words"][0]
        self.assertTrue(first["suggested"])
        self.assertEqual((first["false_alarms"], first["true"]), (2, 0))
        # Neither what the rule found nor the school's name is proposed.
        for word in words:
            self.assertNotIn("火灾", word)
            self.assertNotIn(word, "青石小学")
        self.assertEqual(self.teach(a), answer)  # the same again
        effect = self.teach(a, terms="观摩")["effect"]
        self.assertEqual((effect["false_alarms"], effect["true"]), (2, 0))
        self.assertTrue(effect["suggested"])
        self.assertEqual(sorted(i["id"] for i in effect["incidents"]),
                         sorted((a, b)))
        effect = self.teach(a, terms="消防员")["effect"]
        self.assertFalse(effect["suggested"])
        self.assertIn(c, [i["id"] for i in effect["incidents"]])

    def test_accepted_it_is_in_force(self):
        a, _, c = self.three()
        for wrong in (dict(terms=["消防员"]), dict(terms=[]),
                      dict(terms=["x"]), dict(terms=["/x/观摩"]),
                      dict(terms=["观摩"], reason=""),
                      dict(terms=["观摩"], until="2001-01-01")):
            self.accept(a, expect=(422,), **wrong)
        self.accept(a, expect=(404,), terms=["观摩"], rule="no-such")
        self.assertEqual(self.d.api("GET", "/api/v1/rules")["exceptions"], [])
        generation = self.d.api("GET", "/api/v1/status")["generation"]
        made = self.accept(a, terms=["观摩"])
        wait_until(lambda: self.d.api("GET", "/api/v1/status")["generation"]
                   > generation, 20, "the rules to be compiled anew")
        rules = self.d.api("GET", "/api/v1/rules")
        self.assertEqual(rules["exceptions"][0]["terms"], ["观摩"])
        self.assertTrue(rules["exceptions"][0]["in_force"])
        fire = [r for r in rules["rules"] if r["rule"] == "test-fire"][0]
        self.assertEqual((fire["true"], fire["false_alarms"]), (1, 2))
        self.assertAlmostEqual(fire["precision"], 1 / 3)
        self.assertEqual(fire["cause"], "drill")

        n = len(self.d.incidents())
        self.news.append((50, "北关幼儿园火灾疏散观摩", DRILL % "北关幼儿园"))
        self.news.append((51, "东岭小学宿舍火灾", REAL % "东岭小学"))
        self.route.set_items(self.news)
        wait_until(lambda: len(self.d.incidents()) > n, 20, "the real fire")
        titles = [i["title"] for i in self.d.incidents()]
        self.assertIn("东岭小学宿舍火灾", titles)
        self.assertNotIn("北关幼儿园火灾疏散观摩", titles)
        # Over a restart too.
        self.assertEqual(self.d.stop(), 0)
        self.d.start()
        n = len(self.d.incidents())
        self.news.append((52, "南坪小学火灾疏散观摩", DRILL % "南坪小学"))
        self.news.append((53, "西河中学宿舍火灾", REAL % "西河中学"))
        self.route.set_items(self.news)
        wait_until(lambda: len(self.d.incidents()) > n, 20, "the real fire")
        self.assertNotIn("南坪小学火灾疏散观摩",
                         [i["title"] for i in self.d.incidents()])

        number = made["exception"]
        self.d.api("POST", "/api/v1/exceptions/%d/end" % number, {})
        self.d.api("POST", "/api/v1/exceptions/%d/end" % number, {},
                   expect=(409,))
        self.publish("白水小学火灾疏散观摩", DRILL % "白水小学")
        kinds = [e["kind"] for e in self.d.api(
            "GET", "/api/v1/ledger?kind=exception")["entries"]]
        self.assertEqual(kinds, ["exception.ended", "exception.added"])

    def test_two_take_the_points_once_and_authors_see_it(self):
        a, b, c = self.three()
        rules = ("--since", "2020-01-01", "--until", "2099-01-01", "--json")
        before = json.loads(self.d.cli("rules", "backtest", *rules).stdout)
        self.assertEqual(before["gone"], [])
        for terms in (["观摩"], ["疏散"]):
            self.accept(a, terms=terms, force=True)
        wait_until(lambda: len([e for e in self.d.api(
            "GET", "/api/v1/rules")["exceptions"] if e["in_force"]]) == 2,
            20, "both exceptions")
        # Without a word of the daemon's: from the store alone.
        after = json.loads(self.d.cli("rules", "backtest", *rules).stdout)
        self.assertEqual(
            sorted(i["title"] for i in after["gone"]),
            ["柳林中学火灾疏散观摩", "青石小学火灾疏散观摩"])
        plain = json.loads(self.d.cli("rules", "backtest", "--no-exceptions",
                                      *rules).stdout)
        self.assertEqual(plain["gone"], [])
        item = [i["item"] for i in after["gone"]][0]
        said = json.loads(self.d.cli("rules", "explain", str(item),
                                     "--json").stdout)
        self.assertEqual(said["score"], 0)
        taken = [r for r in said["explanation"]
                 if r["rule"].startswith("exception-") and r["points"] < 0]
        self.assertEqual(len(taken), 1, said["explanation"])
        # What the daemon does: the other rule's points stay as they are.
        both = self.publish("东岭小学食物中毒，正值火灾疏散观摩",
                            "东岭小学多人食物中毒，火灾疏散观摩中止")
        alone = self.publish("西坪小学食物中毒，正值春游",
                             "西坪小学多人食物中毒，春游中止")
        one, other = (self.d.api("GET", "/api/v1/incidents/%d" % n)["incident"]
                      for n in (both, alone))
        self.assertEqual(one["score"], other["score"])

    def test_who_may_accept(self):
        a = self.publish("青石小学火灾疏散观摩", DRILL % "青石小学")
        self.act(a, "false_alarm", cause="drill")
        for name, role, status in (("op", "operator", 403),
                                   ("ed", "editor", 200)):
            self.d.put("password", "correct-horse-2026", 0o600)
            done = self.d.cli("user", "add", name, "--role", role,
                              "--password-file", self.d.folder + "/password")
            self.assertEqual(done.returncode, 0, done.stderr)
            got = self.as_user(name, "/api/v1/incidents/%d/exceptions" % a, {
                "rule": "test-fire", "terms": ["观摩"], "reason": "x"})
            self.assertEqual(got, status, name)

    def as_user(self, name, path, body):
        c = http.client.HTTPConnection("127.0.0.1", self.d.console_port,
                                       timeout=20)
        headers = {"Content-Type": "application/json"}
        c.request("POST", "/api/v1/login", json.dumps(
            {"user": name, "password": "correct-horse-2026"}), headers)
        answer = c.getresponse()
        csrf = json.loads(answer.read())["csrf"]
        headers["Cookie"] = answer.getheader("Set-Cookie").split(";")[0]
        headers["X-CSRF-Token"] = csrf
        c.request("POST", path, json.dumps(body), headers)
        answer = c.getresponse()
        answer.read()
        c.close()
        return answer.status


if __name__ == "__main__":
    main()
