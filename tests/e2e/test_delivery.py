"""Receivers that fail: at least once, one id, and nothing is lost."""
from harness import E2E, main, wait_until

ITEMS = [(1, "旧", ""), (2, "云溪三中宿舍起火", "消防已到场")]


class Delivery(E2E):
    def begin(self):
        self.route, source = self.feed()
        self.d = self.daemon([source])
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
        self.receiver.always = None
        self.d.api("POST", "/api/v1/deliveries/%d/resend" % dead[0]["id"], {},
                   expect=(200, 201, 202))
        self.wait_opened(1, 30)
        self.assertEqual(len({a["id"] for a in self.receiver.attempts}), 1)

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


if __name__ == "__main__":
    main()
