"""Who is on call, who is told next, hand-overs, overrides, key dates."""
import json
import time
from datetime import datetime, timedelta, timezone

from harness import E2E, Receiver, main, wait_until

POISON = (2, "云溪二小多名学生食物中毒", "多名学生上吐下泻，已送医")
OLD = (1, "旧", "")
SHANGHAI = timezone(timedelta(hours=8))


def people():
    return [{"name": "林", "user": "lin", "channels": ["lin"]},
            {"name": "沈", "channels": ["shen"]},
            {"name": "高", "channels": ["desk"]}]


def rota(**more):
    layer = {"members": ["林"], "from": "2026-01-01"}
    layer.update(more)
    return [{"name": "duty", "accept": "2s", "layers": [layer]}]


def policy(*steps, **more):
    p = {"name": "all", "repeat": 0,
         "steps": [{"after": a, "to": list(to)} for a, *to in steps]}
    p.update(more)
    return [p]


class Rota(E2E):
    def setUp(self):
        super().setUp()
        self.lin, self.shen = Receiver(), Receiver()
        self.addCleanup(self.lin.close)
        self.addCleanup(self.shen.close)

    def begin(self, settings, channels=("lin", "shen"), items=True):
        """A daemon whose channels of persons hear of nothing by themselves."""
        self.route, source = self.feed()
        base = {"duty": {"shipped_clocks": False}, "people": people()}
        base.update(settings)
        self.d = self.daemon([source], start=False, settings=base)
        rows = []
        for cid, receiver in (("lin", self.lin), ("shen", self.shen)):
            self.d.put("secret-" + cid, receiver.secret, 0o600)
            rows.append({"id": cid, "kind": "webhook", "min_level": "red",
                         "url": receiver.url + "/hook",
                         "secret": {"file": "secret-" + cid},
                         "insecure_http": True})
        self.d.put("channels.d/people.yaml", json.dumps({"channels": rows}))
        with open(self.d.config, encoding="utf-8") as f:
            main_file = json.load(f)
        main_file["allow_addresses"] += [
            "127.0.0.1/32:%d" % r.port for r in (self.lin, self.shen)]
        main_file["routes"] = [{"name": "desk", "channels": ["desk"]}]
        self.d.put("tocsin.yaml", json.dumps(main_file, ensure_ascii=False))
        self.d.start()
        self.wait_baseline(self.d, "news")
        if not items:
            return None
        self.route.set_items([OLD, POISON])
        self.wait_opened(1, 40)
        return self.d.incidents()[0]["id"]

    def act(self, n, **action):
        self.d.api("POST", "/api/v1/incidents/%d/actions" % n, action,
                   expect=(200, 201, 202))

    def kinds(self, n, kind):
        timeline = self.d.api("GET", "/api/v1/incidents/%d" % n)["timeline"]
        return [e for e in timeline if e["kind"] == kind]

    @staticmethod
    def escalated(receiver):
        return [b["data"]["reason"]
                for b in receiver.delivered("incident.escalated")]

    def duty(self):
        return self.d.api("GET", "/api/v1/duty")["rotas"][0]

    def test_steps_until_somebody_takes_it(self):
        n = self.begin({"rota": rota(), "escalation": policy(
            ("1s", "rota:duty"), ("2s", "person:沈"), ("2s", "channel:desk"))})
        wait_until(lambda: self.escalated(self.shen), 20, "the second step")
        first, second = self.escalated(self.lin), self.escalated(self.shen)
        self.assertEqual(len(first), 1)
        self.assertIn("step 1", first[0])
        self.assertIn("林", first[0])
        self.assertIn("step 2", second[0])
        self.act(n, action="acknowledge")
        time.sleep(3)
        self.assertEqual(self.escalated(self.receiver), [])
        shown = self.d.api("GET", "/api/v1/incidents/%d" % n)["escalation"]
        self.assertEqual(shown["state"], "stopped")
        self.assertEqual(len(self.kinds(n, "escalation.step")), 2)

    def test_an_acknowledgement_that_runs_out_goes_on_one_step_up(self):
        n = self.begin({"escalation": policy(
            ("1s", "person:林"), ("1h", "person:沈"))})
        wait_until(lambda: self.escalated(self.lin), 20, "the first step")
        until = datetime.now(timezone.utc) + timedelta(seconds=3)
        self.act(n, action="acknowledge",
                 until=until.strftime("%Y-%m-%dT%H:%M:%SZ"))
        time.sleep(1)
        self.assertEqual(self.escalated(self.shen), [])
        # it would have been asked again by then, or is made new by hand
        self.act(n, action="reopen")
        wait_until(lambda: self.escalated(self.shen), 20, "the second step")

    def test_steps_survive_kills_and_are_taken_once(self):
        self.begin({"escalation": policy(
            ("3s", "person:林"), ("2s", "person:沈"))})
        for _ in range(3):
            self.d.kill()
            time.sleep(1)
            self.d.start()
        wait_until(lambda: self.escalated(self.shen), 30, "the second step")
        time.sleep(1)
        self.assertEqual(len(self.escalated(self.lin)), 1)
        self.assertEqual(len(self.escalated(self.shen)), 1)

    def test_a_step_that_reaches_nobody_is_an_event(self):
        n = self.begin({"rota": rota(hours="00:00-00:01", days=["mon"])
                        if datetime.now(SHANGHAI).weekday() else
                        rota(hours="00:00-00:01", days=["tue"]),
                        "duty": {"shipped_clocks": False,
                                 "fallback": ["shen"]},
                        "escalation": policy(
                            ("1s", "rota:duty"), ("1h", "person:林"))})
        wait_until(lambda: self.escalated(self.shen), 20, "the fallback")
        self.assertIn("reached nobody", self.escalated(self.shen)[0])
        self.assertIn("rota:duty", self.escalated(self.shen)[0])
        # and the next step does not wait its hour
        wait_until(lambda: self.escalated(self.lin), 20, "the next step")
        self.assertEqual(len(self.kinds(n, "escalation.nobody")), 1)

    def test_a_dead_channel_is_nobody(self):
        self.lin.always = (410, [])
        n = self.begin({"duty": {"shipped_clocks": False,
                                 "fallback": ["desk"]},
                        "escalation": policy(
                            ("1s", "person:林"), ("2s", "person:林"))})
        wait_until(lambda: self.kinds(n, "escalation.nobody"), 30,
                   "the second step to reach nobody")
        wait_until(lambda: self.escalated(self.receiver), 20, "the fallback")

    def test_overrides_and_taking_over(self):
        self.begin({"rota": rota(), "escalation": policy(
            ("1h", "rota:duty"), ("1h", "person:高"))}, items=False)
        self.assertEqual(self.duty()["on_call"], ["林"])
        self.assertEqual(self.duty()["gaps"], [])
        now = datetime.now(SHANGHAI)
        answer = self.d.cli(
            "rota", "replace", "duty", "沈", "--instead", "林",
            "--from", (now - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M"),
            "--until", (now + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
            "--reason", "换班")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        wait_until(lambda: self.duty()["on_call"] == ["沈"], 10, "沈")
        asked = wait_until(lambda: self.shen.delivered("handover"), 20,
                           "沈 to be asked")
        self.assertIn("沈", asked[0]["data"]["text"])
        # nobody takes over: the one before and the next step hear of it
        wait_until(lambda: self.lin.delivered("handover"), 20, "林")
        wait_until(lambda: self.receiver.delivered("handover"), 20, "the desk")
        last = self.duty()["handovers"][0]
        self.assertEqual((last["person"], last["before"], last["state"]),
                         ("沈", "林", "overdue"))
        answer = self.d.cli("rota", "accept", str(last["id"]))
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(self.duty()["handovers"][0]["state"], "accepted")
        answer = self.d.cli("rota", "accept", str(last["id"]))
        self.assertEqual(answer.returncode, 1)
        shown = self.d.cli("rota", "show", "--days", "3")
        self.assertIn("沈", shown.stdout)
        override = self.duty()["overrides"][0]["id"]
        self.assertEqual(
            self.d.cli("rota", "drop", str(override)).returncode, 0)
        wait_until(lambda: self.duty()["on_call"] == ["林"], 10, "林 again")

    def test_the_command_line_says_gaps_and_days(self):
        self.begin({"rota": rota(hours="18:00-08:00"),
                    "key_dates": [{"name": "高考", "from": "06-07",
                                   "until": "06-10", "categories": ["exams"],
                                   "rota": "duty", "extra": ["高"]}]},
                   items=False)
        answer = self.d.cli("rota", "gaps", "--days", "2")
        self.assertEqual(answer.returncode, 1)
        self.assertIn("nobody from", answer.stdout)
        answer = self.d.cli("rota", "at", "2030-06-08T20:00")
        self.assertEqual(answer.stdout, "duty: 林 高\n", answer.stderr)
        answer = self.d.cli("rota", "at", "2030-06-11T20:00")
        self.assertEqual(answer.stdout, "duty: 林\n")
        answer = self.d.cli("calendar", "2030-06-06", "2030-06-07")
        lines = answer.stdout.splitlines()
        self.assertEqual(len(lines), 2)
        self.assertNotIn("高考", lines[0])
        self.assertIn("高考", lines[1])
        self.assertEqual(self.d.cli("calendar", "2026-02-30").returncode, 2)
        checked = self.d.cli("check")
        self.assertIn("nobody is on call from", checked.stderr)

    def test_a_key_date_weighs_and_says_so(self):
        today = datetime.now(SHANGHAI).strftime("%Y-%m-%d")
        n = self.begin({"key_dates": [
            {"name": "开学检查", "from": today, "until": today,
             "categories": ["food"], "weight": 120}]})
        shown = self.d.api("GET", "/api/v1/incidents/%d" % n)["incident"]
        reasons = [e for e in shown["explanation"]
                   if e["rule"] == "category-weight"]
        self.assertEqual(len(reasons), 1, shown["explanation"])
        self.assertIn("开学检查 ×1.20", reasons[0]["text"])
        self.assertEqual(reasons[0]["points"], 15)


if __name__ == "__main__":
    main()
