"""A storm against a robot as strict as the real one: never above its limit,
red at once, every incident in some message, also over kills."""
import base64
import hashlib
import hmac
import json
import random
import re
import time
import urllib.parse

from harness import E2E, Server, main, reply, wait_until

RULES = """\
rules:
  - {id: leak, title: 漏水, category: building_fire, points: 30, any: [漏水]}
  - {id: fire, title: 起火, category: building_fire, points: 98, any: [起火]}
"""
SECRET = "SEC" + "0123456789abcdef" * 2
TOKEN = "7c41d0a9e5b2f836" * 4
# Characters that stand in no rule and no name of a place.
HAN = [chr(c) for c in range(0x6000, 0x6c00)]


class Robot(Server):
    """A DingTalk robot: signature, 20 a minute, and a penalty for the 21st."""

    LIMIT, WINDOW, PENALTY = 20, 60.0, 600.0

    def __init__(self):
        self.calls = []      # (time, errcode, body)
        self.always = None   # errcode instead of 0
        self.status = 200
        self.until = 0.0     # of a penalty
        self.wrong = []
        super().__init__()

    def handle(self, request):
        now = time.monotonic()
        query = dict(urllib.parse.parse_qsl(request.path.split("?", 1)[1]))
        stamp = query.get("timestamp", "0")
        want = base64.b64encode(hmac.new(
            SECRET.encode(), ("%s\n%s" % (stamp, SECRET)).encode(),
            hashlib.sha256).digest()).decode()
        with self.lock:
            recent = [c for c in self.calls if now - c[0] < self.WINDOW]
            code = self.always or 0
            if query.get("sign") != want:
                self.wrong.append("sign")
            if abs(int(stamp) / 1000 - time.time()) > 3600:
                self.wrong.append("timestamp")
            if self.status == 200 and len(recent) >= self.LIMIT:
                code, self.until = 410100, now + self.PENALTY
            elif now < self.until:
                code = 410100
            body = json.loads(request.body)
            self.calls.append((now, code if self.status == 200 else
                               self.status, body))
            status = self.status
        reply(request, status, json.dumps(
            {"errcode": code, "errmsg": "ok" if code == 0 else
             "refused access_token=" + TOKEN}).encode(),
            [("Content-Type", "application/json")])

    def texts(self):
        """The words of what was accepted, in order of time."""
        with self.lock:
            return [(t, json.dumps(b, ensure_ascii=False))
                    for t, code, b in self.calls if code == 0]

    def incidents(self):
        """How often the page of each incident is linked in what was accepted,
        follow-ups and reminders left out."""
        seen = {}
        for _, text in self.texts():
            for n in set(re.findall(r"/incidents/(\d+)", text)):
                seen[int(n)] = seen.get(int(n), 0) + 1
        return seen

    def most_in_a_minute(self):
        times = [c[0] for c in self.calls]
        return max((sum(1 for u in times if t <= u < t + self.WINDOW)
                    for t in times), default=0)


class Storm(E2E):
    def setUp(self):
        super().setUp()
        self.random = random.Random(7)
        self.robot = Robot()
        self.addCleanup(self.robot.close)
        self.route, self.source = self.feed()
        self.news = [(1, "云溪一中运动会开幕", "三千人参加")]

    def read(self, name):
        with open("%s/%s" % (self.d.folder, name), encoding="utf-8") as f:
            return json.load(f)

    def begin(self, **notify):
        settings = {"notify": dict({
            "min_level": "blue", "group_wait": "1s", "canary": "none"},
            **notify)}
        self.d = self.daemon([self.source], start=False, rules=RULES,
                             settings=settings)
        main_file = self.read("tocsin.yaml")
        main_file["allow_addresses"].append(
            "127.0.0.1/32:%d" % self.robot.port)
        self.d.put("tocsin.yaml", json.dumps(main_file, ensure_ascii=False))
        self.d.put("robot", SECRET, 0o600)
        channels = self.read("channels.d/desk.yaml")
        channels["channels"].append({
            "id": "group", "kind": "dingtalk", "insecure_http": True,
            "url": self.robot.url + "/robot/send?access_token=" + TOKEN,
            "secret": {"file": "robot"}})
        self.d.put("channels.d/desk.yaml", json.dumps(channels))
        self.d.start()
        self.wait_baseline(self.d, "news")

    def publish(self, n, word):
        for _ in range(n):
            name = "".join(self.random.sample(HAN, 12))
            self.news.append((len(self.news) + 1, "%s%s" % (name, word),
                              "".join(self.random.sample(HAN, 40))))
        self.route.set_items(self.news)

    def opened(self, n, seconds=60):
        return wait_until(
            lambda: len(self.receiver.opened()) >= n and self.receiver.opened(),
            seconds, "%d incidents" % n)

    def deliveries(self, **query):
        path = "/api/v1/deliveries?limit=200&" + urllib.parse.urlencode(query)
        return self.d.api("GET", path)["deliveries"]

    def line(self, channel):
        """How a channel is, as the page of deliveries has it."""
        rows = self.d.api("GET", "/api/v1/deliveries")["channels"]
        return next((c for c in rows if c["id"] == channel), {})

    def test_500_blue_and_then_one_red(self):
        self.begin()
        self.publish(500, "漏水")
        self.opened(500, 60)
        wait_until(lambda: len(self.robot.texts()) >= 5, 60, "digests")
        self.publish(1, "起火")
        red = wait_until(lambda: [i for i in self.receiver.opened()
                                  if i["level"] == "red"], 20, "the red one")
        at = time.monotonic()
        wait_until(lambda: red[0]["id"] in self.robot.incidents(), 10,
                   "red at the robot")
        self.assertLess(time.monotonic() - at, 10)
        wait_until(lambda: len(self.robot.incidents()) == 501, 90,
                   "every incident at the robot")
        time.sleep(2)
        # Each of them once, and the limit was never met.
        self.assertEqual(set(self.robot.incidents().values()), {1})
        self.assertEqual({c[1] for c in self.robot.calls}, {0})
        self.assertLessEqual(self.robot.most_in_a_minute(), 20)
        self.assertEqual(self.robot.wrong, [])
        self.assertIn("另有", self.robot.texts()[3][1])

    def test_by_hand_and_by_itself_there_is_one_limit(self):
        self.begin()
        tries = [self.d.cli("try", "channel", "group") for _ in range(24)]
        codes = [t.returncode for t in tries]
        self.assertEqual(codes[:3], [0, 0, 0], tries[0].stderr)
        self.assertEqual(codes[-1], 1)
        self.assertIn("limit is used up", tries[-1].stderr)
        self.publish(1, "起火")
        wait_until(lambda: self.robot.incidents(), 20, "red at the robot")
        self.assertEqual({c[1] for c in self.robot.calls}, {0})
        self.assertLessEqual(self.robot.most_in_a_minute(), 20)

    def test_kills_in_a_storm(self):
        self.begin()
        self.publish(200, "漏水")
        for _ in range(4):
            before = len(self.robot.calls)
            wait_until(lambda: len(self.robot.calls) > before
                       or len(self.robot.incidents()) == 200, 70, "a message")
            self.d.kill()
            self.d.start()
        wait_until(lambda: len({i["id"] for i in self.receiver.opened()})
                   == 200, 60, "every incident at the desk")
        wait_until(lambda: len(self.robot.incidents()) == 200, 150,
                   "every incident at the robot")
        self.assertEqual({c[1] for c in self.robot.calls}, {0})
        self.assertLessEqual(self.robot.most_in_a_minute(), 20)

    def test_too_many_lets_the_channel_wait(self):
        self.begin()
        self.receiver.script = [(429, [("Retry-After", "4")])]
        self.publish(1, "漏水")
        wait_until(lambda: self.receiver.attempts, 20, "an attempt")
        self.publish(9, "漏水")
        wait_until(lambda: self.receiver.delivered("digest"), 30, "a digest")
        first, second = self.receiver.attempts[:2]
        self.assertGreaterEqual(second["at"] - first["at"], 3.9)
        told = self.receiver.delivered("digest")[0]["data"]
        self.assertEqual(len({i["id"] for i in told["incidents"]}), 10)
        self.assertEqual(len(told["incidents"]), 10)
        self.assertEqual(told["more"], 0)
        self.assertEqual(len(self.receiver.attempts), 2)
        wait_until(lambda: not self.deliveries(state="pending"), 30,
                   "an empty outbox")
        # What the digest said counts as delivered, and says by what.
        rows = [d for d in self.deliveries(state="delivered")
                if d["channel"] == "desk"]
        self.assertEqual(sum(1 for d in rows if d["folded"]), 10)

    def test_a_robot_that_is_away_is_asked_seldom_and_gets_all(self):
        self.begin()
        self.robot.status = 500
        self.publish(30, "漏水")
        self.opened(30)
        wait_until(lambda: len(self.robot.calls) >= 3, 20, "attempts")
        time.sleep(10)
        tries = len(self.robot.calls)
        self.assertLessEqual(tries, 9)
        with self.robot.lock:
            self.robot.status = 200
            self.robot.calls = []
        wait_until(lambda: len(self.robot.incidents()) == 30, 60,
                   "every incident at the robot")
        time.sleep(1)
        self.assertEqual(set(self.robot.incidents().values()), {1})
        wait_until(lambda: not self.deliveries(state="pending"), 30,
                   "an empty outbox")

    def test_a_broken_channel_is_announced_by_another(self):
        self.begin()
        self.robot.always = 300005
        self.publish(1, "起火")
        wait_until(lambda: self.robot.calls, 20, "an attempt")
        told = wait_until(lambda: self.receiver.delivered("channel.condition"),
                          60, "the announcement")[0]["data"]
        self.assertEqual(told["condition"]["subject"], "group")
        self.assertEqual(told["condition"]["kind"], "broken")
        self.assertIn("300005", told["reason"])
        self.assertNotIn(TOKEN, json.dumps(told))
        self.assertEqual(self.line("group")["state"], "broken")
        # More incidents: no attempt at it, and nothing is lost.
        self.publish(5, "起火")
        self.opened(6)
        time.sleep(3)
        self.assertEqual(len(self.robot.calls), 1)
        self.robot.always = None
        self.d.api("POST", "/api/v1/channels/group/test", {},
                   expect=(200, 201, 202))
        wait_until(lambda: len(self.robot.incidents()) == 6, 30,
                   "what had waited")
        self.assertEqual(set(self.robot.incidents().values()), {1})
        self.assertEqual(self.line("group")["state"], "open")
        wait_until(lambda: [b for b in self.receiver.delivered(
            "channel.condition") if not b["data"]["condition"]["open"]], 20,
            "its end")
        self.assertNotIn(TOKEN, self.d.log())

    def test_what_is_refused_is_sent_plainer_and_then_kept(self):
        self.begin()
        self.robot.always = 430102
        self.publish(1, "起火")
        dead = wait_until(lambda: self.deliveries(state="dead"), 30,
                          "a dead letter")
        self.assertEqual(len(self.robot.calls), 2)
        quoted = self.news[-1][1][:8]
        self.assertIn(quoted, json.dumps(self.robot.calls[0][2],
                                         ensure_ascii=False))
        self.assertNotIn(quoted, json.dumps(self.robot.calls[1][2],
                                            ensure_ascii=False))
        self.assertIn("430102", dead[0]["last_error"])
        self.assertNotIn(TOKEN, json.dumps(dead))
        self.robot.always = None
        answer = self.d.cli("deliveries", "resend", "--dead")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        wait_until(lambda: self.robot.incidents(), 20, "it")
        wait_until(lambda: not self.deliveries(state="dead"), 20,
                   "no dead letters")


if __name__ == "__main__":
    main()
