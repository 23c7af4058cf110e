"""Kills in a burst, at receivers that keep their own books.

A robot as strict as DingTalk's and a webhook answer slowly, cut their answers
in the middle (having taken the message, or not), reset, and refuse in a body
with status 200, while the notify role and the whole daemon are killed again and
again.  Then what the receivers wrote down is laid beside the store:

- every incident is in a message that the robot took, and in one that the webhook
  took, each under one id;
- a message that the store calls delivered was taken, by the receiver's own book;
- no id has two bodies, no signature was wrong;
- in no sixty seconds did the robot see more than its limit.
"""
import json
import os
import random
import re
import signal
import sqlite3
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                ".."))
from fakes.base import Refused, Script  # noqa: E402
from fakes.dingtalk import DingTalk  # noqa: E402
from fakes.webhook import Webhook  # noqa: E402
from harness import E2E, main, wait_until  # noqa: E402

RULES = """\
rules:
  - {id: leak, title: 漏水, category: building_fire, points: 30, any: [漏水]}
  - {id: fire, title: 起火, category: building_fire, points: 98, any: [起火]}
"""
SECRET = "SEC" + "fedcba9876543210" * 2
HAN = [chr(c) for c in range(0x6000, 0x6c00)]
INCIDENTS = 60
LIMIT = 20


class Audit(E2E):
    def setUp(self):
        super().setUp()
        self.random = random.Random(int(os.environ.get("AUDIT_SEED", "11")))
        self.robot = DingTalk(secret=SECRET, limit=LIMIT)
        self.hook = Webhook()
        for fake in (self.robot, self.hook):
            self.addCleanup(fake.close)
        self.route, source = self.feed()
        self.news = [(1, "云溪一中运动会开幕", "三千人参加")]
        self.receiver, receiver = None, self.receiver
        self.d = self.daemon([source], start=False, rules=RULES, settings={
            "notify": {"min_level": "blue", "group_wait": "1s",
                       "canary": "none", "act_links": False},
            "allow_addresses": ["127.0.0.1/32:%d" % p for p in (
                self.origin.port, self.robot.port, self.hook.port)]})
        self.receiver = receiver
        self.d.put("robot", SECRET, 0o600)
        self.d.put("hook", self.hook.secret, 0o600)
        self.d.put("channels.d/desk.yaml", json.dumps({"channels": [
            {"id": "robot", "kind": "dingtalk", "insecure_http": True,
             "url": self.robot.url, "secret": {"file": "robot"}},
            {"id": "hook", "kind": "webhook", "insecure_http": True,
             "url": self.hook.url, "secret": {"file": "hook"}}]}))
        self.d.start()
        self.wait_baseline(self.d, "news")

    def publish(self, n, word):
        for _ in range(n):
            name = "".join(self.random.sample(HAN, 12))
            self.news.append((len(self.news) + 1, name + word,
                              "".join(self.random.sample(HAN, 40))))
        self.route.set_items(self.news)

    def trouble(self):
        """An answer of the kinds that leave a sender in doubt."""
        return self.random.choice([
            Script(slow=self.random.uniform(0.2, 1.5)),
            Script(cut=True, taken=True), Script(cut=True),
            Script(reset=True, taken=True), Script(reset=True),
            Refused(-1, "system busy"), None, None])

    def kill_notify(self):
        for pid in self.d.roles().get("notify", []):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def storm(self):
        for turn in range(6):
            with self.robot.lock:
                self.robot.script += [s for s in (
                    self.trouble() for _ in range(4)) if s]
            with self.hook.lock:
                self.hook.script += [s for s in (
                    self.trouble() for _ in range(6))
                    if s and not isinstance(s, Refused)]
            self.publish(INCIDENTS // 6 - 1, "漏水")
            self.publish(1, "起火")
            time.sleep(self.random.uniform(0.3, 1.5))
            if turn % 2:
                self.kill_notify()
            else:
                self.d.kill()
                self.d.start(wait=False)
                wait_until(self.d.is_ready, 30, "tocsind to be ready")
            time.sleep(self.random.uniform(0.1, 1.0))

    # --- the books ---

    def rows(self, sql, *args):
        db = sqlite3.connect(os.path.join(self.d.folder, "tocsin.db"))
        try:
            return db.execute(sql, args).fetchall()
        finally:
            db.close()

    def pages(self, fake):
        """The incidents whose pages are in what was taken."""
        return {int(n) for a in fake.taken() for n in re.findall(
            r"/incidents/(\d+)", a.body.decode("utf-8", "replace"))}

    def worst(self, fake, seconds=60):
        times = [a.mono for a in fake.arrivals]
        return max((sum(1 for u in times if t <= u < t + seconds)
                    for t in times), default=0)

    def test_the_books_agree(self):
        self.storm()
        with self.robot.lock:
            self.robot.script = []
        with self.hook.lock:
            self.hook.script = []
        wait_until(lambda: len(self.rows("SELECT id FROM incident"))
                   >= INCIDENTS, 60, "all incidents")
        incidents = {n for n, in self.rows("SELECT id FROM incident")}
        wait_until(lambda: not self.rows(
            "SELECT id FROM delivery WHERE state <> 'delivered'"), 240,
            "an empty outbox")
        self.d.stop()
        self.assertEqual(incidents - self.pages(self.robot), set())
        self.assertEqual(incidents - self.pages(self.hook), set())
        # One id, one body; and each incident was opened under one id.
        bodies, opened = {}, {}
        for a in self.hook.arrivals:
            mid = a.headers["webhook-id"]
            self.assertEqual(bodies.setdefault(mid, a.body), a.body)
            told = json.loads(a.body)
            if told["type"] == "incident.opened":
                opened.setdefault(
                    told["data"]["incident"]["id"], set()).add(mid)
        self.assertTrue(all(len(ids) == 1 for ids in opened.values()))
        # What counts as sent was taken.
        taken = {a.headers["webhook-id"] for a in self.hook.taken()}
        sent = {m for m, in self.rows(
            "SELECT message_id FROM delivery WHERE channel = 'hook'"
            " AND state = 'delivered' AND folded IS NULL")}
        self.assertEqual(sent - taken, set())
        robot = self.rows(
            "SELECT count(*) FROM delivery WHERE channel = 'robot'"
            " AND state = 'delivered' AND folded IS NULL")[0][0]
        self.assertLessEqual(robot, len(self.robot.taken()))
        said = self.rows(
            "SELECT count(*) FROM attempt JOIN delivery ON delivery.id ="
            " attempt.delivery WHERE channel = 'robot' AND class = 'delivered'")
        self.assertLessEqual(said[0][0], len(self.robot.taken()))
        # Never above the limit, and nothing wrong in what was sent.
        self.assertLessEqual(self.worst(self.robot), LIMIT)
        self.assertNotIn(410100, self.robot.codes())
        self.assertNotIn(310000, self.robot.codes())


if __name__ == "__main__":
    main()
