"""The first crash test: kill -9 at random points, then count.

The demonstration's county plays its script while the whole process group of
tocsind is killed again and again at random moments.  When the script is over
and the desk has gone quiet, the audit counts from three independent places,
the county's own record of what it published, the receiver's record of what it
was told, and the database:

- every publication is one item (none lost, none twice),
- every matching publication is in exactly one incident,
- every incident was told at least once, under one message id,
- no message has two bodies, no signature was wrong,
- the database is whole.

    crash.py [--kills N] [--seed N]
"""
import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from harness import TOCSIN, TOCSIND, Daemon, free_port, wait_until

WORDS = ["呕吐", "食物中毒", "食堂是不是出事", "起火", "火灾", "火情", "追尾",
         "校车和货车撞", "殴打", "霸凌", "扇一个女生"]
RULES = """\
rules:
  - id: crash-words
    title: 演示县的事件
    category: accident
    points: 100
    any: [%s]
""" % ", ".join(WORDS)
SCRIPT_SECONDS = 181


class Audit:
    def __init__(self, folder, record):
        with open(record, encoding="utf-8") as f:
            lines = [json.loads(line) for line in f]
        self.publications = [x for x in lines if "publication" in x]
        self.messages = [x for x in lines if "message" in x]
        self.db = sqlite3.connect(os.path.join(folder, "tocsin.db"))
        self.wrong = []

    def check(self, ok, sentence, *args):
        if not ok:
            self.wrong.append(sentence % args)

    def rows(self, sql, *args):
        return self.db.execute(sql, args).fetchall()

    def items(self):
        """Every publication is one item."""
        stored = {}
        for item, url in self.rows(
                "SELECT item.id, revision.url FROM item JOIN revision"
                " ON revision.id = item.revision"):
            stored.setdefault(url.split("?")[0], []).append(item)
        for p in self.publications:
            p["items"] = stored.get(p["publication"], [])
            self.check(len(p["items"]) == 1, "%s (%s) is %d items",
                       p["publication"], p["title"], len(p["items"]))

    def incidents(self):
        """Every matching publication is in exactly one incident."""
        matching = 0
        for p in self.publications:
            if p["baseline"] or not any(w in p["title"] for w in WORDS):
                continue
            matching += 1
            for item in p["items"]:
                found = self.rows("SELECT incident FROM incident_item"
                                  " WHERE item = ?", item)
                self.check(len(found) == 1, "%s (%s) is in %d incidents",
                           p["publication"], p["title"], len(found))
        self.check(matching >= 12, "only %d publications match", matching)
        quiet = self.rows("SELECT count(*) FROM incident_item JOIN item"
                          " ON item.id = item WHERE item.baseline")
        self.check(quiet[0][0] == 0, "%d items of the baseline are in incidents",
                   quiet[0][0])
        return matching

    def deliveries(self):
        """Every incident was told, under one id; no id has two bodies."""
        told, bodies = {}, {}
        for m in self.messages:
            self.check(m["status"] == 204, "message %s was refused (%s)",
                       m["message"], m["status"])
            body = json.dumps(m.get("body"), sort_keys=True)
            self.check(bodies.setdefault(m["message"], body) == body,
                       "message %s has two bodies", m["message"])
            if (m.get("body") or {}).get("type") == "incident.opened":
                number = m["body"]["data"]["incident"]["id"]
                told.setdefault(number, []).append(m["message"])
        incidents = [n for n, in self.rows("SELECT id FROM incident")]
        for number in incidents:
            ids = set(told.get(number, []))
            self.check(len(ids) == 1, "incident %d was told under %d ids",
                       number, len(ids))
        for number in told:
            self.check(number in incidents, "message of an unknown incident %d",
                       number)
        repeats = len(self.messages) - len(bodies)
        return len(incidents), len(self.messages), repeats

    def run(self):
        whole = self.rows("PRAGMA integrity_check")
        self.check(whole == [("ok",)], "the database is damaged: %r", whole)
        self.items()
        matching = self.incidents()
        incidents, messages, repeats = self.deliveries()
        print("audit: %d publications, %d matching, %d incidents, %d messages "
              "of which %d were repeats" % (len(self.publications), matching,
                                            incidents, messages, repeats))
        for sentence in self.wrong:
            print("WRONG: " + sentence)
        return not self.wrong


def start_demo(folder, record, speed, console):
    """Play the county; returns its process once its configuration is there."""
    out = open(os.path.join(folder, "demo.log"), "wb")
    demo = subprocess.Popen(
        [TOCSIN, "demo", "--dir", os.path.join(folder, "county"), "--port", "0",
         "--console", "127.0.0.1:%d" % console, "--speed", str(speed),
         "--record", record],
        stdin=subprocess.DEVNULL, stdout=out, stderr=out,
        start_new_session=True)
    wait_until(lambda: os.path.exists(record) and demo.poll() is None, 20,
               "the demonstration")
    return demo


def published(record):
    with open(record, encoding="utf-8") as f:
        return sum('"baseline":false' in line for line in f)


def is_quiet(daemon):
    """Whether nothing is under way."""
    try:
        status = daemon.api("GET", "/api/v1/status")
    except OSError:
        return False
    return status["deliveries_pending"] == 0


def storm(daemon, record, kills, rng, total):
    """Kill kills times while the script runs; how often a kill fell before
    tocsind was ready."""
    early = 0
    daemon.start()
    wait_until(lambda: published(record) >= 1, 60, "the script to begin")
    for _ in range(kills):
        if rng.random() < 0.6:  # else at any point of its start
            wait_until(daemon.is_ready, 30, "tocsind to be ready")
        time.sleep(rng.choice([rng.uniform(0.02, 0.5), rng.uniform(0.2, 2.0),
                               rng.uniform(1.0, 3.0)]))
        if daemon.process.poll() is not None:
            raise AssertionError("tocsind ended by itself")
        try:
            ready = daemon.is_ready()
        except OSError:
            ready = False
        early += not ready
        daemon.kill()
        daemon.start(wait=False)
    print("storm: %d kills, %d of them before it was ready, %d of %d "
          "publications during it" % (kills, early, published(record), total))


def run(kills, seed, folder):
    rng = random.Random(seed)
    record = os.path.join(folder, "record.jsonl")
    console = free_port()
    # the mean pause of storm() is 1.7 s; the script lasts as long as it
    speed = max(0.5, SCRIPT_SECONDS / (kills * 1.7 + 5))
    demo = start_demo(folder, record, speed, console)
    daemon = None
    try:
        county = os.path.join(folder, "county")
        config = os.path.join(county, "tocsin.yaml")
        wait_until(lambda: os.path.exists(county + "/channels.d/desk.yaml"), 10,
                   "the configuration")
        with open(config, "a", encoding="utf-8") as f:
            f.write("rules: {shipped: false}\n")
        with open(county + "/rules.d/crash.yaml", "w", encoding="utf-8") as f:
            f.write(RULES)
        daemon = Daemon(folder=county)
        total = 45
        storm(daemon, record, kills, rng, total)
        daemon.kill()
        daemon.start()
        with open(folder + "/demo.log", encoding="utf-8") as f:
            wait_until(lambda: "script is over" in f.read() or f.seek(0), 240,
                       "the end of the script")
        time.sleep(7)  # every source is polled once more
        wait_until(lambda: is_quiet(daemon), 120, "the outbox to empty")
        stopped = daemon.stop()
        print("tocsind ended with status %d when it was asked to" % stopped)
        broken = daemon.broken()
        for sentence in broken:
            print("BROKEN: " + sentence)
        return Audit(county, record).run() and stopped == 0 and not broken
    finally:
        if daemon and daemon.process:
            daemon.kill()
        os.killpg(demo.pid, signal.SIGTERM)
        demo.wait(20)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int,
                        default=int(os.environ.get("TOCSIN_KILLS", os.environ.get(
                            "TOCSIN_CRASH_KILLS", "50"))))
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    if not (TOCSIN and TOCSIND):
        print("skipped: TOCSIN and TOCSIND do not name the programs")
        return 77
    seed = options.seed
    if seed is None:
        seed = random.SystemRandom().randrange(1 << 32)
    print("crash test: seed %d, %d kills" % (seed, options.kills), flush=True)
    folder = tempfile.mkdtemp(prefix="tocsin-crash-")
    good = False
    try:
        good = run(options.kills, seed, folder)
    finally:
        if good:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print("what it left is in " + folder)
    return 0 if good else 1


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    sys.exit(main())
