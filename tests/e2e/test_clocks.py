"""Deadlines: reminded, missed, met, marked as done, and told once over kills."""
import time

from harness import E2E, main, wait_until

POISON = (2, "云溪二小多名学生食物中毒", "多名学生上吐下泻，已送医")
OLD = (1, "旧", "")


def clocks(after="4s", **more):
    clock = {"id": "own", "title": "回应", "document": "云教办〔2026〕3号",
             "after": after, "until": "responding"}
    clock.update(more)
    return {"duty": {"shipped_clocks": False}, "clocks": [clock]}


class Clocks(E2E):
    def begin(self, settings, start=True):
        self.route, source = self.feed()
        self.d = self.daemon([source], settings=settings)
        self.wait_baseline(self.d, "news")
        self.route.set_items([OLD, POISON])
        self.wait_opened(1, 40)
        return self.d.incidents()[0]["id"]

    def incident(self, number):
        return self.d.api("GET", "/api/v1/incidents/%d" % number)

    def clock(self, number, cid="own"):
        return [c for c in self.incident(number)["clocks"] if c["id"] == cid]

    def kinds(self, number, kind):
        return [e for e in self.incident(number)["timeline"]
                if e["kind"] == kind]

    def deadlines(self):
        return [b["data"]["reason"]
                for b in self.receiver.delivered("incident.deadline")]

    def test_reminded_twice_then_missed_each_once(self):
        n = self.begin(clocks("6s"))
        wait_until(lambda: self.kinds(n, "clock.breached"), 20, "the breach")
        wait_until(lambda: len(self.deadlines()) >= 3, 20, "three messages")
        time.sleep(2)
        told = self.deadlines()
        self.assertEqual(len(told), 3, told)
        self.assertIn("50 %", told[0])
        self.assertIn("80 %", told[1])
        self.assertIn("missed", told[2])
        for reason in told:
            self.assertIn("回应", reason)
            self.assertIn("云教办〔2026〕3号", reason)
        run = self.clock(n)[0]
        self.assertEqual(run["state"], "missed")
        self.assertEqual(run["breached"], run["due"])
        self.assertEqual(self.receiver.wrong, [])
        # met late
        self.d.api("POST", "/api/v1/incidents/%d/actions" % n,
                   {"action": "respond"}, expect=(200, 201, 202))
        self.assertEqual(self.clock(n)[0]["state"], "met_late")

    def test_what_passed_while_it_was_down_is_told_once_with_its_time(self):
        n = self.begin(clocks("5s"))
        due = self.clock(n)[0]["due"]
        self.d.kill()
        time.sleep(6)
        self.d.start()
        wait_until(self.deadlines, 20, "the message")
        time.sleep(2)
        self.assertEqual(self.clock(n)[0]["breached"], due)
        missed = [r for r in self.deadlines() if "missed" in r]
        self.assertEqual(len(missed), 1, self.deadlines())
        self.d.kill()
        self.d.start()
        time.sleep(2)
        self.assertEqual(len([r for r in self.deadlines() if "missed" in r]), 1)
        self.assertEqual(len(self.kinds(n, "clock.breached")), 1)

    def test_met_and_marked_as_done_never_tell(self):
        settings = clocks("5s", remind=[])
        settings["clocks"].append({"id": "report", "title": "报告",
                                   "after": "5s", "remind": []})
        n = self.begin(settings)
        self.d.api("POST", "/api/v1/incidents/%d/actions" % n,
                   {"action": "respond"}, expect=(200, 201, 202))
        self.d.api("POST", "/api/v1/incidents/%d/clocks/report/done" % n,
                   {"reason": "云教报〔2026〕9号"}, expect=(200, 201, 202))
        self.assertEqual(self.clock(n)[0]["state"], "met")
        self.assertEqual(self.clock(n, "report")[0]["state"], "met")
        status, _ = self.d.api(
            "POST", "/api/v1/incidents/%d/clocks/report/done" % n, {}, raw=True)
        self.assertEqual(status, 409)
        time.sleep(6)
        self.assertEqual(self.deadlines(), [])
        self.assertEqual(len(self.kinds(n, "clock.done")), 1)

    def test_closed_and_reopened_has_a_new_run(self):
        n = self.begin(clocks("1h"))
        for action in ({"action": "resolve", "reason": "已处理"},
                       {"action": "reopen"}):
            self.d.api("POST", "/api/v1/incidents/%d/actions" % n, action,
                       expect=(200, 201, 202))
        runs = self.clock(n)
        self.assertEqual([r["state"] for r in runs], ["over", "running"])
        self.assertGreater(runs[1]["started"], runs[0]["started"])

    def test_merging_never_buys_time(self):
        first = self.begin(clocks("1h"))
        time.sleep(1)
        self.route.set_items([OLD, POISON,
                              (3, "云溪三中宿舍起火", "消防已到场")])
        self.wait_opened(2, 40)
        second = [i["id"] for i in self.d.incidents() if i["id"] != first][0]
        own = self.clock(second)[0]["started"]
        early = self.clock(first)[0]["started"]
        self.assertLess(early, own)
        self.d.api("POST", "/api/v1/incidents/%d/actions" % first,
                   {"action": "merge", "into": second}, expect=(200, 201, 202))
        self.assertEqual(self.clock(first)[0]["state"], "merged")
        self.assertEqual(self.clock(second)[0]["started"], early)
        self.d.api("POST", "/api/v1/incidents/%d/actions" % first,
                   {"action": "unmerge"}, expect=(200, 201, 202))
        self.assertEqual(self.clock(first)[0]["state"], "running")
        self.assertEqual(self.clock(second)[0]["started"], own)

    def test_shipped_deadlines_name_their_documents(self):
        n = self.begin({})
        shown = {c["id"]: c for c in self.incident(n)["clocks"]}
        level = self.d.incidents()[0]["level"]
        wanted = ("authoritative-information" if level in ("orange", "red")
                  else "response")
        self.assertIn(wanted, shown)
        self.assertIn("国办发", shown[wanted]["document"])
        self.assertIn("report-up-health", shown)

    def test_a_new_configuration_moves_the_deadline(self):
        n = self.begin(clocks("1h"))
        before = self.clock(n)[0]["due"]
        self.d.write([self.feed_row()], settings=clocks("2h"))
        self.d.api("POST", "/api/v1/reload", {}, expect=(200, 201, 202))
        wait_until(lambda: self.clock(n)[0]["due"] > before, 10, "another due")
        self.d.write([self.feed_row()], settings={"duty":
                                                  {"shipped_clocks": False}})
        self.d.api("POST", "/api/v1/reload", {}, expect=(200, 201, 202))
        wait_until(lambda: self.clock(n)[0]["state"] == "dropped", 10,
                   "it to be dropped")

    def feed_row(self):
        return {"id": "news", "url": self.origin.url + "/news.xml"}


if __name__ == "__main__":
    main()
