"""The real daemon against the shared hostile origin, for a bounded time, judged
by the shared auditor: politeness, safety, delivery.

Three origins: a strict one (well-behaved, changing and rate-limiting feeds,
asked one at a time), a hostile one (everything else it has, with the corpus's
documents), and one that publishes and receives webhooks.  Skipped in a tree
that has no such origin beside it.
"""
import json
import os
import re
import subprocess
import sys
import time
import unittest
import urllib.parse
import urllib.request

from harness import PATIENCE, E2E, main, wait_until
from wire import SHARED

TOOLS = os.path.join(SHARED, "tools")
CORPUS = os.path.join(SHARED, "corpora", "attacks")
SECONDS = float(os.environ.get("TOCSIN_HOSTILE_SECONDS", "75"))
INTERVAL_S = 4
SECRET = "whsec_" + "dG9jc2luLXRvY3Npbi10b2NzaW4tdG9jc2luIQ=="

STRICT = [
    "/feed/static", "/feed/static?items=1&use=etag", "/feed/static?use=lm",
    "/feed/static?use=none", "/feed/static?gz=1&items=30",
    "/feed/static?cc=max-age%3D9&items=2", "/feed/grow?key=g",
    "/feed/rotate?key=r", "/feed/truncate?key=t", "/feed/dupguid",
    "/feed/changeguid?key=c", "/feed/edit?key=e", "/feed/reorder?key=o",
    "/feed/newetag?key=n", "/feed/backwards?key=b", "/feed/always304",
    "/rl/429?key=a&times=2&ra=6",
    "/rl/429?key=b&times=2&ra=none", "/rl/503burst?key=s&good=2&bad=2&ra=5",
    "/rl/bucket?key=k&gap=3", "/gone", "/cookie", "/auth", "/redir/perm?key=p",
    "/status/404", "/status/500", "/status/503?ra=7", "/status/204",
]
# The origin notes no validators of never304 nor of flap's broken answers, so its
# auditor cannot judge them: they are asked elsewhere.
HOSTILE = [
    "/feed/never304", "/feed/flap?key=f&p=0.5",
    "/slow/drip?secs=20", "/slow/headers?secs=20", "/slow/first?delay=20",
    "/slow/never?secs=20", "/slow/stall?secs=20", "/inf/body?secs=20",
    "/inf/chunked?secs=20", "/inf/items?secs=20", "/inf/headers?secs=20",
    "/inf/1xx?secs=20", "/inf/gzip?secs=20", "/bomb/gzip?mb=100",
    "/bomb/gzip?mb=100&layers=2", "/bomb/gzip?mb=100&layers=5",
    "/redir/loop", "/redir/self", "/redir/chain?n=4", "/redir/chain?n=10",
    "/http09", "/close", "/rst?after=0", "/rst?after=500",
    "/auth?xorigin=1",
] + ["/len/" + k for k in ("short", "long", "neg", "two", "huge", "none")] \
  + ["/chunk/" + k for k in ("garbage", "nofinal", "overflow", "zero", "ext")] \
  + ["/redir/trap?form=" + k for k in (
      "dotted", "short", "decimal", "hex", "octal", "mapped", "localhost",
      "userinfo", "backslash", "fragment", "proto", "zero")] \
  + ["/redir/" + k for k in (
      "file", "metadata", "metadata6", "alibaba", "gopher", "dict", "ftp", "js",
      "data", "private", "zero", "empty", "garbage", "crlf", "long")] \
  + ["/status/%d" % s for s in (206, 226, 300, 304, 400, 401, 403, 420, 451,
                                502, 520, 599)]
PAGES = ["/page/list?key=l", "/feed/pub?key=none&fmt=html"]
SCHOOLS = [
    "青石镇中心小学", "白马镇第二中学", "云岭乡希望小学", "石桥镇职业高中",
    "柳林街道实验幼儿园", "东山镇第三小学", "南溪镇寄宿学校", "北塔乡完全小学",
    "凤凰镇外国语学校", "双河镇第一中学", "金沙镇特殊教育学校", "红旗农场子弟小学",
    "桃源镇民族中学", "龙潭镇艺术学校", "松坪乡教学点", "清泉镇体育学校",
    "古城街道第五小学", "新港镇附属幼儿园", "梅岭镇九年制学校", "杨柳镇第四中学",
    "竹园乡中心幼儿园", "黄土镇高级中学", "长滩镇师范附小", "落星镇第六小学"]
FEEDS = 6


class Origin:
    def __init__(self, folder, name, *more):
        self.log = os.path.join(folder, name + ".jsonl")
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(TOOLS, "hostile_origin.py"), "--log",
             self.log, "--max-seconds", "900", "--cap-mb", "24", "--corpus",
             CORPUS] + list(more), stdout=subprocess.PIPE, text=True)
        said = json.loads(self.process.stdout.readline())
        self.port = said["port"]
        self.url = "http://127.0.0.1:%d" % self.port

    def post(self, path, body):
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()

    def events(self):
        with open(self.log, encoding="ascii") as f:
            return [json.loads(line) for line in f]

    def audit(self, mode, *more):
        """What the auditor says: its exit status and its lines."""
        done = subprocess.run(
            [sys.executable, os.path.join(TOOLS, "audit_log.py"), mode,
             self.log] + list(more), stdout=subprocess.PIPE, text=True,
            timeout=120)
        return done.returncode, done.stdout


def documents():
    """(path, kind) of the corpus's documents, by half."""
    out = []
    with open(os.path.join(CORPUS, "dev", "manifest.jsonl"),
              encoding="utf-8") as f:
        for line in f:
            row = json.loads(line)
            out.append(("/corpus/dev/" + row["id"],
                        "list" if row["kind"] == "html" else "feed"))
    return out


class Hostile(E2E):
    def setUp(self):
        super().setUp()
        self.folder = self.enterContext(
            __import__("tempfile").TemporaryDirectory(prefix="tocsin-hostile-"))
        self.strict, self.wild, self.desk = [
            Origin(self.folder, name) for name in ("strict", "wild", "desk")]
        for origin in (self.strict, self.wild, self.desk):
            self.addCleanup(origin.close)

    def start_daemon(self):
        sources = [{"id": "s%d" % i, "url": self.strict.url + p}
                   for i, p in enumerate(STRICT)]
        sources += [{"id": "w%d" % i, "url": self.wild.url + p}
                    for i, p in enumerate(HOSTILE)]
        sources += [{"id": "l%d" % i, "kind": "list", "url": self.wild.url + p}
                    for i, p in enumerate(PAGES)]
        sources += [{"id": "d%d" % i, "kind": kind, "url": self.wild.url + path,
                     "interval": "1h"}
                    for i, (path, kind) in enumerate(documents())]
        sources += [{"id": "k%d" % i, "url": "%s/feed/pub?key=k%d"
                     % (self.desk.url, i)} for i in range(FEEDS)]
        ports = (self.strict.port, self.wild.port, self.desk.port)
        d = self.daemon(sources, start=False, settings={
            "allow_addresses": ["127.0.0.1/32:%d" % p for p in ports],
            "fetch": {"interval": "%ds" % INTERVAL_S, "scope": "url",
                      "interval_min": "%ds" % INTERVAL_S, "host_gap": "10ms",
                      "per_host": 1, "concurrent": 96, "total_timeout": "6s",
                      "first_byte_timeout": "4s", "connect_timeout": "3s"}})
        d.put("secret", SECRET, 0o600)
        d.put("channels.d/desk.yaml", json.dumps({"channels": [
            {"id": "desk", "kind": "webhook", "insecure_http": True,
             "url": self.desk.url + "/hook/fail?key=h&times=3&code=503",
             "secret": {"file": "secret"}}]}))
        return d.start()

    def publish(self, turn):
        """One item that matters and one that does not, in each feed.  The
        auditor looks for an item's id in what arrives, so its title has it."""
        for i in range(FEEDS):
            school = SCHOOLS[turn * FEEDS + i]
            what = ("%s学生食物中毒" if i % 2 else "%s宿舍起火") % school
            self.desk.post("/ctl/publish", {"key": "k%d" % i, "items": [
                {"title": "%s tcx-item-k%d-%d" % (what, i, 2 * turn),
                 "desc": what, "match": True},
                {"title": "%s秋季运动会 tcx-item-k%d-%d"
                 % (school, i, 2 * turn + 1), "desc": "秋高气爽",
                 "match": False}]})

    def test_all_of_it(self):
        d = self.start_daemon()
        parent = d.process.pid
        for i in range(FEEDS):
            wait_until(lambda: d.source("k%d" % i)["last_success"], 60,
                       "a baseline")
        end = time.monotonic() + SECONDS
        turn = 0
        while time.monotonic() < end:
            if turn < len(SCHOOLS) // FEEDS:
                self.publish(turn)
            turn += 1
            time.sleep(min(SECONDS / 6, max(0, end - time.monotonic())))
        # what was published last may still be on its way: the hook says 503 at first
        self.wait_delivered(90)
        self.assertEqual(d.process.pid, parent)
        self.assertIsNone(d.process.poll())
        self.check_memory(d)
        self.check_schedule()
        self.assertEqual(d.stop(), 0)
        self.check_verdicts()

    def wait_delivered(self, seconds):
        end = time.monotonic() + seconds * PATIENCE
        while time.monotonic() < end:
            if self.desk.audit("delivery", "--allow-group", "--secret",
                               SECRET)[0] == 0:
                return
            time.sleep(2)

    def check_memory(self, d):
        for role, pids in d.roles().items():
            for pid in pids:
                try:
                    with open("/proc/%d/status" % pid, encoding="utf-8") as f:
                        kib = int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1))
                except (OSError, AttributeError):
                    continue
                self.assertLess(kib, 512 * 1024, "%s has used so much" % role)

    def check_schedule(self):
        """The well-behaved feed was asked all the time, whatever went on."""
        at = [e["t"] for e in self.strict.events()
              if e["ev"] == "request" and e["path"] == "/feed/static"
              and e["query"] == ""]
        gaps = [b - a for a, b in zip(at, at[1:])]
        self.assertGreaterEqual(len(at), SECONDS / INTERVAL_S / 2.5)
        self.assertLess(max(gaps), INTERVAL_S * 3 * PATIENCE)

    def check_verdicts(self):
        verdicts = [
            ("politeness", self.strict.audit(
                "politeness", "--min-interval", str(INTERVAL_S), "--ua-regex",
                "^tocsin/", "--max-parallel", str(len(STRICT)))),
            ("safety", self.strict.audit("safety")),
            ("safety", self.wild.audit("safety")),
            ("safety", self.desk.audit("safety")),
            ("delivery", self.desk.audit("delivery", "--allow-group",
                                         "--secret", SECRET)),
        ]
        for name, (status, said) in verdicts:
            print(name, said.splitlines()[0])
        for name, (status, said) in verdicts:
            self.assertEqual(status, 0, "%s: %s" % (name, said[:3000]))
        asked = {e["path"] for e in self.wild.events() if e["ev"] == "request"}
        missed = {p.split("?")[0] for p in HOSTILE + PAGES} - asked
        # an answer that never ends may have no line in the log yet
        self.assertLessEqual(len(missed), 12, missed)


class Strict(Hostile):
    """The strict origin alone, one request at a time for the whole host."""

    def start_daemon(self):
        return self.daemon(
            [{"id": "s%d" % i, "url": self.strict.url + p}
             for i, p in enumerate(STRICT)],
            settings={"allow_addresses": ["127.0.0.0/8"],
                      "fetch": {"interval": "%ds" % INTERVAL_S,
                                "interval_min": "%ds" % INTERVAL_S,
                                "host_gap": "20ms", "per_host": 1,
                                "connect_timeout": "3s",
                                "first_byte_timeout": "4s",
                                "total_timeout": "6s"}})

    def test_all_of_it(self):
        self.start_daemon()
        time.sleep(SECONDS / 2)
        for mode, more in (("politeness", (
                "--min-interval", str(INTERVAL_S), "--ua-regex", "^tocsin/",
                "--max-parallel", "1")), ("safety", ())):
            status, said = self.strict.audit(mode, *more)
            print(mode, said.splitlines()[0])
            self.assertEqual(status, 0, "%s: %s" % (mode, said[:3000]))


if __name__ == "__main__":
    if not os.path.exists(os.path.join(TOOLS, "hostile_origin.py")):
        print("skipped: no hostile origin at %s" % TOOLS)
        sys.exit(77)
    main()
