"""Routes, quiet hours, silences: who is told, who is not, and who waits."""
import datetime
import json
import time

from harness import E2E, Receiver, main, wait_until

OLD = (1, "云溪一中运动会开幕", "三千人参加")

# Levels that a test can choose: yellow, orange and red by points.
RULES = """\
rules:
  - {id: r-yellow, title: 黄, category: food, points: 45, any: [黄色事]}
  - {id: r-orange, title: 橙, category: food, points: 65, any: [橙色事]}
  - {id: r-red, title: 红, category: food, points: 90, any: [红色事]}
  - {id: r-fees, title: 费, category: fees, points: 65, any: [收费事]}
"""


def clock(minutes):
    """Now and so many minutes on, as the wall in Shanghai shows it."""
    t = datetime.datetime.now(datetime.timezone.utc)
    t += datetime.timedelta(hours=8, minutes=minutes)
    return t.strftime("%H:%M")


class Routes(E2E):
    def begin(self, routes=None, inhibit=None, settings=None, channels=("desk",),
              rules=RULES, quiet=None):
        self.receivers = {c: Receiver() for c in channels}
        for r in self.receivers.values():
            self.addCleanup(r.close)
        self.route, source = self.feed()
        source["tags"] = ["media"]
        ports = [r.port for r in self.receivers.values()] + [self.origin.port]
        settings = dict(settings or {})
        settings["allow_addresses"] = ["127.0.0.1/32:%d" % p for p in ports]
        if quiet:
            settings["quiet_hours"] = quiet
        if routes is not None:
            settings["routes"] = routes
        if inhibit is not None:
            settings["inhibit"] = inhibit
        d = self.d = self.daemon([source], start=False, settings=settings,
                                 rules=rules)
        rows = []
        for name, r in self.receivers.items():
            d.put("secret-" + name, r.secret, 0o600)
            rows.append({"id": name, "kind": "webhook", "url": r.url + "/hook",
                         "secret": {"file": "secret-" + name},
                         "insecure_http": True, "min_level": "blue"})
        d.put("channels.d/desk.yaml", json.dumps({"channels": rows}))
        d.start()
        self.wait_baseline(d, "news")

    def told(self, channel, kind="incident.opened"):
        return [b["data"]["incident"]["title"]
                for b in self.receivers[channel].delivered(kind)]

    def wait_told(self, channel, title, seconds=20):
        wait_until(lambda: title in self.told(channel), seconds,
                   "%s to be told to %s" % (title, channel))

    def wait_incident(self, title):
        return wait_until(lambda: [i for i in self.d.incidents()
                                   if i["title"] == title], 20, title)[0]

    def explain(self, n):
        answer = self.d.api("GET", "/api/v1/incidents/%d/explain" % n)
        return {c["channel"]: c for c in answer["channels"]}

    def publish(self, *titles):
        items = [OLD] + [(i + 10, t, "正文 %d %s" % (i, t))
                         for i, t in enumerate(titles)]
        self.route.set_items(items)

    def ledger(self, n):
        return [e["kind"] for e in
                self.d.api("GET", "/api/v1/incidents/%d" % n)["timeline"]]

    # --- routes --------------------------------------------------------------

    def test_a_category_has_its_channel_and_red_goes_to_all(self):
        self.begin(channels=("desk", "canteen", "head"), routes=[
            {"name": "红色", "min_level": "red",
             "channels": ["head"], "continue": True},
            {"name": "食品", "categories": ["food"], "tags": ["media"],
             "channels": ["canteen"]},
            {"name": "其余", "channels": ["desk"]}])
        self.publish("甲校橙色事发生", "乙校收费事调查", "丙校红色事现场")
        self.wait_told("canteen", "甲校橙色事发生")
        self.wait_told("desk", "乙校收费事调查")
        self.wait_told("head", "丙校红色事现场")
        self.wait_told("canteen", "丙校红色事现场")
        time.sleep(0.5)
        self.assertEqual(self.told("head"), ["丙校红色事现场"])
        self.assertEqual(self.told("desk"), ["乙校收费事调查"])
        n = self.wait_incident("甲校橙色事发生")["id"]
        explained = self.explain(n)
        self.assertEqual(explained["canteen"]["decision"], "send")
        self.assertEqual(explained["canteen"]["route"], "食品")
        self.assertEqual(explained["desk"]["word"], "no-route")
        self.assertEqual(explained["desk"]["decision"], "not")
        out = self.d.cli("explain", str(n))
        self.assertEqual(out.returncode, 0, out.stderr)
        self.assertIn("no-route", out.stdout)
        self.assertEqual(self.d.cli("explain", "77").returncode, 1)
        self.assertEqual(self.d.cli("explain").returncode, 2)

    def test_the_contacts_of_the_owner_are_named(self):
        self.begin(settings={"owners": [
            {"name": "石坝中学", "contacts": [
                {"name": "值班室", "role": "值班", "mobile": "19700000042"}]}],
            "duty": {"owner": "石坝中学"}})
        self.publish("甲校橙色事发生")
        self.wait_told("desk", "甲校橙色事发生")
        n = self.wait_incident("甲校橙色事发生")["id"]
        self.assertEqual(
            self.d.api("GET", "/api/v1/incidents/%d/explain" % n)["contacts"],
            [{"name": "值班室", "role": "值班", "mobile": "19700000042"}])
        self.assertIn("19700000042", self.d.cli("explain", str(n)).stdout)
        for body in self.receivers["desk"].delivered("incident.opened"):
            self.assertNotIn("19700000042", json.dumps(body))

    def test_what_the_greater_one_drops_waits_for_its_end(self):
        self.begin(inhibit=[
            {"name": "大压小", "when": {"min_level": "red"},
             "drops": {"max_level": "orange"}, "same": ["category"]}])
        self.publish("甲校红色事现场")
        self.wait_told("desk", "甲校红色事现场")
        self.publish("甲校红色事现场", "乙校橙色事发生", "丙校收费事调查")
        self.wait_told("desk", "丙校收费事调查")
        small = self.wait_incident("乙校橙色事发生")["id"]
        red = self.wait_incident("甲校红色事现场")["id"]
        one = self.explain(small)["desk"]
        self.assertEqual((one["word"], one["inhibited_by"]),
                         ("inhibited", red))
        self.assertNotIn("乙校橙色事发生", self.told("desk"))
        self.d.api("POST", "/api/v1/incidents/%d/actions" % red,
                   {"action": "resolve", "reason": "已处置"})
        self.assertEqual(self.explain(small)["desk"]["word"], "send")
        self.assertEqual(
            [w["word"] for w in self.d.api("GET", "/api/v1/silences")["waiting"]],
            ["inhibited"])

    # --- quiet hours ------------------------------------------------------------

    def test_quiet_hours_hold_and_release_one_digest(self):
        # They end within the next two minutes of the wall.
        now = datetime.datetime.now(datetime.timezone.utc)
        wait = 1 if now.second < 35 else 2
        self.begin(quiet={"from": clock(-60), "until": clock(wait),
                          "levels": ["yellow"]})
        self.publish("甲校黄色事一", "乙处黄色事二完全不同的另一桩",
                     "丙校红色事现场", "丁校橙色事发生")
        self.wait_told("desk", "丙校红色事现场")
        self.wait_told("desk", "丁校橙色事发生")
        one = self.wait_incident("甲校黄色事一")["id"]
        two = self.wait_incident("乙处黄色事二完全不同的另一桩")["id"]
        self.assertEqual(self.explain(one)["desk"]["word"], "quiet-hours")
        waiting = wait_until(
            lambda: self.d.api("GET", "/api/v1/silences")["waiting"], 10,
            "what waits")
        self.assertEqual({w["incident"] for w in waiting}, {one, two})
        self.assertIn("message.held", self.ledger(one))
        # One is closed meanwhile: the digest says so all the same.
        self.d.api("POST", "/api/v1/incidents/%d/actions" % two,
                   {"action": "resolve", "reason": "夜里处理完了"})
        self.d.kill()  # what waits survives
        self.d.start()
        digest = wait_until(lambda: self.receivers["desk"].delivered("digest"),
                            150, "the digest")[0]
        got = {i["id"]: i["state"] for i in digest["data"]["incidents"]}
        self.assertEqual(got, {one: "new", two: "closed"})
        self.assertEqual(digest["data"]["reason"], "quiet hours are over")
        self.assertNotIn("甲校黄色事一", self.told("desk"))
        self.assertEqual(self.d.api("GET", "/api/v1/silences")["waiting"], [])
        self.assertIn("message.released", self.ledger(one))
        time.sleep(6)
        self.assertEqual(len(self.receivers["desk"].delivered("digest")), 1)

    # --- silences ---------------------------------------------------------------

    def test_a_silence_holds_back_and_tells_when_it_ends(self):
        self.begin()
        made = self.d.cli("silences", "add", "--category", "food", "--for",
                          "2h", "--reason", "应急演练周", "--json")
        self.assertEqual(made.returncode, 0, made.stderr)
        sid = json.loads(made.stdout)["id"]
        self.publish("甲校橙色事发生", "乙校收费事调查", "丙校红色事现场")
        self.wait_told("desk", "乙校收费事调查")
        self.wait_told("desk", "丙校红色事现场")
        self.assertNotIn("甲校橙色事发生", self.told("desk"))
        n = self.wait_incident("甲校橙色事发生")["id"]
        self.assertEqual(self.explain(n)["desk"]["silence"], sid)
        shown = self.d.api("GET", "/api/v1/silences/%d" % sid)
        self.assertEqual(shown["silence"]["held"], 1)
        self.assertEqual(shown["held"][0]["incident"], n)
        self.assertIn("应急演练周", self.d.cli("silences").stdout)
        self.assertIn("甲校橙色事发生",
                      self.d.cli("silences", "show", str(sid)).stdout)
        ended = self.d.cli("silences", "end", str(sid), "--reason", "演练结束")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.wait_told("desk", "甲校橙色事发生")
        rows = self.d.api("GET", "/api/v1/silences")
        self.assertEqual(rows["silences"], [])
        self.assertEqual(rows["ended"][0]["ended_why"], "演练结束")
        self.assertEqual(rows["ended"][0]["held"], 1)
        self.assertEqual(
            self.d.cli("silences", "end", str(sid)).returncode, 1)

    def test_a_silence_ends_by_itself_and_wrong_ones_are_refused(self):
        self.begin()

        def add(**more):
            body = {"category": "food", "until": "1h", "reason": "x"}
            body.update(more)
            return self.d.api("POST", "/api/v1/silences", body, raw=True)[0]

        self.assertEqual(add(until="31d"), 422)
        self.assertEqual(add(reason=""), 422)
        self.assertEqual(add(category=""), 422)
        self.assertEqual(add(max_level="red"), 422)
        self.assertEqual(add(incident="abc"), 422)
        until = datetime.datetime.now(datetime.timezone.utc)
        until += datetime.timedelta(seconds=4)
        self.assertEqual(add(until=until.strftime("%Y-%m-%dT%H:%M:%SZ")), 200)
        self.publish("甲校橙色事发生")
        n = self.wait_incident("甲校橙色事发生")["id"]
        self.wait_told("desk", "甲校橙色事发生", 30)
        ended = self.d.api("GET", "/api/v1/silences")["ended"]
        self.assertEqual(
            [(e["ended_why"], e["ended_by"]) for e in ended],
            [("time", "system")])
        self.assertEqual(ended[0]["held"], 1)
        self.assertIn("message.released", self.ledger(n))

    def test_one_incident_may_be_silenced_red_or_not(self):
        self.begin()
        self.publish("甲校红色事现场")
        self.wait_told("desk", "甲校红色事现场")
        n = self.wait_incident("甲校红色事现场")["id"]
        self.d.api("POST", "/api/v1/silences",
                   {"incident": n, "until": "1h", "reason": "已在现场"})
        self.assertEqual(self.explain(n)["desk"]["word"], "silenced")


if __name__ == "__main__":
    main()
