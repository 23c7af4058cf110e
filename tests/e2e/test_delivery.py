"""Receivers that fail: at least once, one id, and nothing is lost."""
import json
import os
import signal
import time

from harness import E2E, Receiver, main, wait_until

ITEMS = [(1, "旧", ""), (2, "云溪三中宿舍起火", "消防已到场")]


class Delivery(E2E):
    def begin(self, **more):
        self.route, source = self.feed()
        self.d = self.daemon([source], **more)
        self.wait_baseline(self.d, "news")

    def deliveries(self, state=None):
        path = "/api/v1/deliveries" + ("?state=" + state if state else "")
        return self.d.api("GET", path)["deliveries"]

    def test_500_is_tried_again_under_the_same_id(self):
        self.begin()
        self.receiver.script = [(500, [])]
        self.route.set_items(ITEMS)
        self.wait_opened(1, 40)
        attempts = self.receiver.attempts
        self.assertGreaterEqual(len(attempts), 2)
        self.assertEqual(len({a["id"] for a in attempts}), 1)
        self.assertEqual(len({a["bytes"] for a in attempts}), 1)
        self.assertEqual(self.receiver.wrong, [])
        wait_until(lambda: self.deliveries()[0]["state"] == "delivered", 10,
                   "the delivery")
        self.assertEqual(self.deliveries()[0]["attempts"], 2)

    def test_429_waits_as_long_as_it_is_told(self):
        self.begin()
        self.receiver.script = [(429, [("Retry-After", "7")])]
        self.route.set_items(ITEMS)
        self.wait_opened(1, 60)
        first, second = self.receiver.attempts[:2]
        self.assertGreaterEqual(second["at"] - first["at"], 6.9)

    def test_410_makes_a_dead_letter_that_can_be_sent_again(self):
        self.begin()
        self.receiver.always = (410, [])
        self.route.set_items(ITEMS)
        dead = wait_until(lambda: self.deliveries("dead"), 30, "a dead letter")
        self.assertIn("410", dead[0]["last_error"])
        self.assertIn("asked never to be called again", self.d.log())
        self.receiver.always = None
        self.d.api("POST", "/api/v1/deliveries/%d/resend" % dead[0]["id"], {},
                   expect=(200, 201, 202))
        self.wait_opened(1, 30)
        self.assertEqual(len({a["id"] for a in self.receiver.attempts}), 1)

    def test_a_channel_that_takes_nothing_is_announced(self):
        """Said elsewhere after the named time, and over with the first yes."""
        other = Receiver()
        self.addCleanup(other.close)
        self.route, source = self.feed()
        self.d = self.daemon([source], start=False, settings={
            "notify": {"stuck_after": "2s"}, "allow_addresses": [
                "127.0.0.1/32:%d" % p for p in
                (self.origin.port, self.receiver.port, other.port)]})
        self.d.put("other", other.secret, 0o600)
        with open(self.d.folder + "/channels.d/desk.yaml") as f:
            channels = json.load(f)
        channels["channels"].append({
            "id": "other", "kind": "webhook", "insecure_http": True,
            "url": other.url + "/hook", "secret": {"file": "other"}})
        self.d.put("channels.d/desk.yaml", json.dumps(channels))
        self.d.start()
        self.wait_baseline(self.d, "news")
        self.receiver.always = (503, [])
        self.route.set_items(ITEMS)
        told = wait_until(lambda: other.delivered("channel.condition"), 60,
                          "the announcement")[0]["data"]
        self.assertEqual(told["condition"]["subject"], "desk")
        self.assertEqual(told["condition"]["kind"], "stuck")
        self.assertIn("503", told["reason"])
        rows = self.d.api("GET", "/api/v1/deliveries")["channels"]
        self.assertEqual([c["state"] for c in rows if c["id"] == "desk"],
                         ["stuck"])
        self.receiver.always = None
        wait_until(lambda: [b for b in other.delivered("channel.condition")
                            if not b["data"]["condition"]["open"]], 60,
                   "its end")
        self.wait_opened(1, 20)

    def test_an_outbox_survives_a_kill(self):
        self.begin()
        self.receiver.always = (503, [])
        self.route.set_items(ITEMS)
        wait_until(lambda: self.receiver.attempts, 20, "an attempt")
        self.d.kill()
        self.receiver.always = None
        self.d.start()
        self.wait_opened(1, 60)
        self.assertEqual(len({a["id"] for a in self.receiver.attempts}), 1)

    def test_a_test_message(self):
        self.begin()
        self.d.api("POST", "/api/v1/channels/desk/test", {},
                   expect=(200, 201, 202))
        wait_until(lambda: self.receiver.delivered("test"), 20, "the message")
        self.assertEqual(self.receiver.wrong, [])

    def test_an_incident_that_nobody_took_is_told_again(self):
        self.begin(settings={"notify": {"repeat_interval": "5s"}})
        self.route.set_items(ITEMS)
        self.wait_opened(1, 30)
        again = wait_until(lambda: self.receiver.delivered(
            "incident.reminded"), 60, "a reminder")[0]["data"]
        self.assertEqual(again["reason"], "repeat interval elapsed")
        number = again["incident"]["id"]
        self.d.api("POST", "/api/v1/incidents/%d/actions" % number,
                   {"action": "acknowledge"})
        time.sleep(1)
        n = len(self.receiver.delivered("incident.reminded"))
        time.sleep(20)
        self.assertEqual(len(self.receiver.delivered("incident.reminded")), n)


class Canary(E2E):
    """The daily message, and the heartbeat."""

    def begin(self, **notify):
        self.route, source = self.feed()
        self.d = self.daemon([source], settings={"notify": dict({
            "canary": "00:00", "canary_every": "10s"}, **notify)})
        self.wait_baseline(self.d, "news")

    def line(self):
        return self.d.api("GET", "/api/v1/deliveries")["channels"][0]

    def test_it_reaches_every_channel_and_makes_no_incident(self):
        self.begin()
        told = wait_until(lambda: self.receiver.delivered("canary"), 40,
                          "the daily message")[0]["data"]
        self.assertEqual(told["channel"], "desk")
        self.assertGreaterEqual(told["rules"], 1)
        self.assertIn("没有发生任何事件", told["text"])
        wait_until(lambda: self.line()["canary_accepted"], 20, "its mark")
        self.assertEqual(self.d.incidents(), [])
        text = self.d.api("GET", "/metrics", raw=True)[1].decode()
        self.assertIn('tocsin_channel_canary_accepted_timestamp_seconds'
                      '{channel="desk"}', text)

    def test_one_that_is_missing_is_a_condition(self):
        self.receiver.always = (503, [])
        self.begin(canary_within="3s")
        wait_until(lambda: self.receiver.attempts, 40, "an attempt")
        wait_until(lambda: "not accepted in time" in self.d.log(), 40,
                   "the condition")
        self.receiver.always = None
        wait_until(lambda: self.line()["canary_accepted"], 60, "the end")

    def test_the_heartbeat_goes_on_while_all_is_well(self):
        beat = self.origin.route("/beat")
        self.begin(canary="none", heartbeat_interval="5s",
                   heartbeat_url=self.origin.url + "/beat")
        wait_until(lambda: len(beat.requests) >= 2, 40, "two beats")
        answer = wait_until(lambda: self.d.api(
            "GET", "/api/v1/deliveries").get("heartbeat"), 20, "its mark")
        self.assertIsNotNone(answer["ok"])
        for pid in self.d.roles()["engine"]:
            os.kill(pid, signal.SIGSTOP)
        n = len(beat.requests)
        time.sleep(8)
        self.assertLessEqual(len(beat.requests), n + 1)
        for pid in self.d.roles()["engine"]:
            os.kill(pid, signal.SIGCONT)


if __name__ == "__main__":
    main()
