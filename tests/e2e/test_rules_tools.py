"""tocsin rules …: what authors see of rules on what was collected."""
import json

from harness import E2E, RULES, main, wait_until

ITEMS = [(1, "云溪一中运动会开幕", "三千人参加"),
         (2, "青石镇中心学校学生食物中毒", "午餐后多名学生送医"),
         (3, "白杨小学宿舍起火", "消防已到场"),
         (4, "红桥小学门前积水", "家长绕行"),
         (5, "我校开展食物中毒应急演练", "演练顺利")]


class Tools(E2E):
    def setUp(self):
        super().setUp()
        self.route, source = self.feed(items=ITEMS[:1])
        self.d = self.daemon([source])
        self.wait_baseline(self.d, "news")
        self.route.set_items(ITEMS)
        self.wait_opened(2)
        wait_until(lambda: self.d.source("news")["items"] == 5, 20, "items")

    def rules(self, *args, ok=0):
        done = self.d.cli("rules", *args)
        self.assertEqual(done.returncode, ok, done.stderr)
        return done

    def edited(self, text):
        """A copy of the configuration with other rules, on the same store."""
        self.d.put("rules.d/test.yaml", text)

    def test_backtest_says_what_would_change(self):
        same = json.loads(self.rules("backtest", "--json").stdout)
        self.assertEqual((same["items"], same["alarms_before"],
                          same["alarms"]), (4, 2, 2))
        self.assertEqual(same["new"] + same["gone"] + same["changed"], [])
        self.edited(RULES.replace("any: [起火, 火灾]", "any: [火灾]") + """
  - id: test-water
    title: 积水
    category: weather
    points: 75
    any: [积水]
""")
        until = ("--until", "2099-01-01", "--since", "2020-01-01")
        first = self.rules("backtest", "--json", *until).stdout
        answer = json.loads(first)
        self.assertEqual([c["title"] for c in answer["new"]],
                         ["红桥小学门前积水"])
        self.assertEqual([c["title"] for c in answer["gone"]],
                         ["白杨小学宿舍起火"])
        self.assertEqual(answer["new"][0]["rules"], ["test-water"])
        counts = {r["rule"]: (r["before"], r["now"]) for r in answer["rules"]}
        self.assertEqual(counts["test-water"], (0, 1))
        self.assertEqual(counts["test-fire"], (1, 0))
        # the same store and rules give the same bytes
        self.assertEqual(self.rules("backtest", "--json", *until).stdout,
                         first)
        text = self.rules("backtest", *until).stdout
        self.assertIn("+1 alarms would be new", text)
        self.assertIn("-1 alarms would be gone", text)
        everything = json.loads(
            self.rules("backtest", "--json", "--all", *until).stdout)
        self.assertEqual(everything["items"], 5)
        self.rules("backtest", "--since", "soon", ok=2)

    def test_explain_marks_the_words(self):
        items = self.d.api("GET", "/api/v1/incidents?state=all")["incidents"]
        poison = [i for i in items if "食物中毒" in i["title"]][0]
        item = self.d.api("GET", "/api/v1/incidents/%d" % poison["id"])
        number = item["items"][0]["id"]
        text = self.rules("explain", str(number)).stdout
        self.assertIn("青石镇中心学校学生【食物中毒】", text)
        self.assertIn("test-poison", text)
        self.assertIn("+75", text)
        answer = json.loads(
            self.rules("explain", str(number), "--json").stdout)
        self.assertEqual(answer["score"], answer["score_before"])
        self.assertEqual(answer["findings"][0]["spans"][0]["text"],
                         "食物中毒")
        self.rules("explain", "999999", ok=1)
        self.rules("explain", "first", ok=2)

    def test_stats_count_what_became_of_it(self):
        for i in self.d.incidents():
            fire = "起火" in i["title"]
            self.d.api("POST", "/api/v1/incidents/%d/actions" % i["id"],
                       {"action": "false_alarm" if fire else "resolve",
                        "reason": "核实"})
        rows = {r["rule"]: r for r in json.loads(
            self.rules("stats", "--json").stdout)["rules"]}
        self.assertEqual(rows["test-fire"]["precision"], 0)
        self.assertEqual(rows["test-poison"]["precision"], 1)
        self.assertEqual(rows["test-poison"]["items"], 1)
        text = self.rules("stats").stdout
        self.assertIn("100 %", text)
        self.edited(RULES + "  - {id: test-quiet, title: 静, category: "
                            "weather, points: 5, any: [永不出现]}\n")
        self.assertIn("1 never held", self.rules("stats").stdout)

    def test_lint_and_test(self):
        self.assertIn("2 rules: right", self.rules("lint").stdout)
        self.edited(RULES.replace("title: 火灾", """title: 火灾
    samples:
      hits: [宿舍起火, 宿舍漏水]
      misses: [消防演练, 校园起火]"""))
        done = self.rules("test", ok=1)
        self.assertEqual(done.stderr.count("test-fire does not find"), 1)
        self.assertEqual(done.stderr.count("test-fire finds what"), 1)
        self.assertIn("test.yaml:", done.stderr)
        self.edited("rules:\n  - id: x\n    titel: y\n")
        done = self.rules("lint", ok=1)
        self.assertIn("test.yaml:3:5:", done.stderr)


if __name__ == "__main__":
    main()
