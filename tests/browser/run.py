#!/usr/bin/env python3
"""Real daemons, a real browser: starts both, and runs the tests of this folder.

    TOCSIN=… TOCSIND=… run.py FILE.test.mjs…     run these
    TOCSIN=… TOCSIND=… run.py --serve            only serve, to look at it

BROWSER_MODULES  where the npm packages are (installed when they are missing)
BROWSER_SHOTS    where pictures are kept

The tests are told by WORLD, a JSON file, where the console is, who may log in,
and where to publish.  Exit 77, with the reason, when there is no browser, no npm
or no network; a failed
installation is a failure, and on a CI (the variable CI is set) always.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "e2e"))
from harness import (Daemon, Origin, PATIENCE, Receiver, Server,  # noqa: E402
                     TOCSIN, TOCSIND, reply, wait_until)

INSTALL_SECONDS = 240
PING_SECONDS = 30
TESTS_SECONDS = 420
MIN_INCIDENTS = 6  # some of the news below may be one event's
PASSWORD = "correct-horse-2026"
PEOPLE = (("duty", "operator"), ("chief", "admin"), ("editor", "editor"),
          ("guest", "viewer"))
# One event each: no two of one school, so that no two are one incident.
NEWS = [
    ("云溪二小多名学生食物中毒", "午餐后多名学生上吐下泻，已送往县人民医院。"),
    ("青石镇中心小学食堂起火", "一间食堂起火，火势已扑灭，没有人受伤。"),
    ("白鹭中学宿舍火灾，学生已疏散", "凌晨一间宿舍火灾，三百名学生疏散到操场。"),
    ("城东幼儿园疑似食物中毒", "十一名幼儿上吐下泻，市场监管部门到场。"),
    ("柳河高级中学实验室起火", "化学实验室起火，两人受轻伤送医。"),
    ("梅岭小学校门口商铺火灾", "商铺火灾，浓烟飘入校园，提前放学。"),
    ("石桥职高实训楼起火", "实训楼一台设备起火，消防已到场。"),
    ("双塔小学春游后数人食物中毒", "春游返程后数名学生上吐下泻，正在观察。"),
    ("<b>枫林</b>中学“火灾” & 谣言", "网传枫林中学火灾 <script>alert(1)</script>，校方否认。"),
    ("东湖实验学校食堂食物中毒" + "，家长要求公布检测结果" * 8, "上吐下泻。"),
    ("https://example.org/averyveryverylongaddresswithoutanybreak" * 3 + " 起火",
     "A title that has no place to break: 起火"),
]


EDITED = """rules:
  - id: bus-late
    title: 校车晚点
    category: transport
    points: 60
    all:
      - any: [校车晚点, 校车迟到]
      - any: [{list: bus-people}]
    samples:
      hits: ["校车晚点半小时，学生在站台等候"]
      misses: ["校车准时"]
"""
# An own site, which hides links when it has been watched for a while.
SCHOOL = """<!doctype html><html lang="zh"><head><meta charset="utf-8">
<title>青石镇中心小学</title></head><body><h1>青石镇中心小学</h1>
<ul class="news"><li><a href="/school/">春季运动会圆满结束</a>
<span>%s</span></li><li><a href="/school/">开学典礼隆重举行</a>
<span>%s</span></li></ul>%s</body></html>
"""
HIDDEN = """<div style="position:absolute;left:-9999px">
<a href="https://bet.example/">真人投注 网上赌场</a></div>
"""
LISTED = """lists:
  bus-people: [学生, 家长]
"""


def skip(why):
    print("skipped: " + why)
    sys.exit(77)


def find_browser():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    return skip("there is no Chromium (scripts/deps --test installs it)")


def is_offline(npm, folder):
    """Whether npm reaches no registry at all: then nothing can be installed,
    and nothing is wrong."""
    try:
        done = subprocess.run([npm, "ping"], cwd=folder, timeout=PING_SECONDS,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def not_installed(npm, folder, why):
    """Skip where there is no network; else fail, and always on a CI."""
    if not os.environ.get("CI") and is_offline(npm, folder):
        skip("npm reaches no registry (%s)" % why)
    print("failed: " + why)
    sys.exit(1)


def install_modules(folder):
    """The packages that package-lock.json names, in folder."""
    with open(os.path.join(HERE, "package-lock.json"), encoding="utf-8") as f:
        lock = f.read()
    stamp = os.path.join(folder, "installed.json")
    if os.path.exists(stamp):
        with open(stamp, encoding="utf-8") as f:
            if f.read() == lock:
                return
    npm = shutil.which("npm")
    if not npm:
        skip("there is no npm (scripts/deps --test installs it)")
    os.makedirs(folder, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(os.path.join(HERE, name), folder)
    try:
        done = subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            cwd=folder, timeout=INSTALL_SECONDS, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except subprocess.TimeoutExpired:
        not_installed(npm, folder,
                      "npm ci did not end within %d s" % INSTALL_SECONDS)
    if done.returncode:
        not_installed(npm, folder,
                      "npm ci failed: " + done.stdout.strip()[-300:])
    with open(stamp, "w", encoding="utf-8") as f:
        f.write(lock)


class Desk(Server):
    """A county, a daemon, and a door by which a test publishes."""

    def __init__(self):
        self.origin, self.receiver = Origin(), Receiver()
        self.items = [(0, "云溪一中运动会开幕", "三千人参加")]
        self.news = self.origin.route("/news.xml")
        self.news.set_items(self.items)
        self.origin.route("/gone.xml").status = 500
        self.school = self.origin.route(
            "/school/", content_type="text/html; charset=utf-8")
        self.school.body = self.school_page("")
        super().__init__()
        self.daemon = Daemon(self.origin, self.receiver, [
            {"id": "news", "url": self.origin.url + "/news.xml",
             "title": "云溪日报", "tags": ["media"]},
            {"id": "gone", "url": self.origin.url + "/gone.xml",
             "title": "第三中学", "owner": "第三中学"},
            {"id": "school", "url": self.origin.url + "/school/",
             "title": "青石镇中心小学网站", "kind": "site",
             "owner": "青石镇中心小学"}],
            settings=self.settings())
        try:
            self.daemon.start()
        except AssertionError:
            print(self.daemon.log())
            raise
        for name, role in PEOPLE:
            self.daemon.put("password", PASSWORD, 0o600)
            done = self.daemon.cli(
                "user", "add", name, "--role", role, "--password-file",
                self.daemon.folder + "/password")
            if done.returncode:
                raise SystemExit(done.stderr)

    @staticmethod
    def settings():
        return {
            "sites": {"requests_per_hour": 36000},
            "people": [{"name": "林", "user": "duty", "channels": ["desk"]},
                       {"name": "沈", "channels": ["desk"]}],
            "rota": [{"name": "duty", "layers": [
                {"members": ["林", "沈"], "from": "2026-01-01",
                 "length": "weekly"}]}],
            "owners": [{"name": "第三中学",
                        "contacts": [{"name": "办公室", "mobile": "13800000000"}]}],
        }

    @staticmethod
    def school_page(more):
        today = time.strftime("%Y-%m-%d")
        return (SCHOOL % (today, today, more)).encode()

    def publish(self, title, text):
        with self.origin.lock:
            self.items.append((len(self.items), title, text))
            self.news.set_items(self.items)

    def handle(self, request):
        """POST /publish {"title","text"}."""
        item = json.loads(request.body)
        self.publish(item["title"], item.get("text", ""))
        reply(request, 204)

    def fill(self):
        """What a desk has after some days."""
        api = self.daemon.api
        wait_until(lambda: self.daemon.source("news")["last_success"], 30,
                   "the first poll")
        for title, text in NEWS:
            self.publish(title, text)
        wait_until(lambda: self.daemon.source("news")["items"] > len(NEWS), 60,
                   "%d items" % len(NEWS))
        wait_until(lambda: len(self.daemon.incidents()) >= MIN_INCIDENTS, 30,
                   "%d incidents" % MIN_INCIDENTS)
        ids = sorted(i["id"] for i in self.daemon.incidents())
        act = "/api/v1/incidents/%d/actions"
        api("POST", act % ids[0], {"action": "acknowledge"})
        api("POST", act % ids[0], {"action": "note", "reason": "已致电学校"})
        api("POST", act % ids[1], {"action": "false_alarm",
                                   "reason": "演练，非真实火情"})
        api("POST", "/api/v1/silences", {
            "reason": "装修期间多次误报", "until": "2h", "category": "food",
            "title": "石桥"}, expect=(200, 201, 422))
        self.fill_rules(api)
        self.board = api("POST", "/api/v1/tokens", {
            "name": "wall", "role": "viewer", "only": "read",
            "user": "chief"})["token"]
        with self.origin.lock:
            self.school.body = self.school_page(HIDDEN)
        api("POST", "/api/v1/sites/school/check", {}, expect=(200, 409))
        wait_until(lambda: api("GET", "/api/v1/sites/school")["open"], 60,
                   "what the site hides")
        api("POST", "/api/v1/users", {"name": "temp", "role": "viewer",
                                      "password": PASSWORD},
            expect=(200, 201, 422))

    @staticmethod
    def fill_rules(api):
        """A list and a rule as somebody edits them, and a back-test."""
        for subject, text in (("list:bus-people", LISTED),
                              ("rule:bus-late", EDITED)):
            api("POST", "/api/v1/rule-editor", {
                "do": "save", "object": subject, "text": text, "base": 0,
                "note": "新增"})
        Desk.test = api("POST", "/api/v1/rule-editor", {
            "do": "test", "object": "rule:bus-late", "text": EDITED,
            "days": 2})["test"]
        wait_until(lambda: not api(
            "GET", "/api/v1/rule-tests/%d" % Desk.test)["running"], 30,
            "the back-test")

    def close(self):
        self.daemon.close()
        self.origin.close()
        self.receiver.close()
        super().close()


def describe(desk, browser):
    return {"browser": browser,
            "desk": "http://127.0.0.1:%d" % desk.daemon.console_port,
            "publish": desk.url + "/publish", "password": PASSWORD,
            "board": desk.board, "test": desk.test,
            "people": {role: name for name, role in PEOPLE},
            "patience": PATIENCE}


def main():
    if not (TOCSIN and TOCSIND and os.access(TOCSIND, os.X_OK)):
        skip("TOCSIN and TOCSIND do not name the programs")
    tests = [os.path.join(HERE, name) for name in sys.argv[1:]]
    serve = sys.argv[1:] == ["--serve"]
    browser = find_browser()
    node = shutil.which("node") or shutil.which("nodejs")
    if not node:
        skip("there is no node (scripts/deps --test installs it)")
    with tempfile.TemporaryDirectory(prefix="tocsin-browser-") as folder:
        modules = os.environ.get("BROWSER_MODULES", folder + "/modules")
        if not serve:
            install_modules(modules)
        desk = Desk()
        try:
            desk.fill()
            world = os.path.join(folder, "world.json")
            with open(world, "w", encoding="utf-8") as f:
                json.dump(describe(desk, browser), f, ensure_ascii=False)
            if serve:
                print(json.dumps(describe(desk, browser)), flush=True)
                sys.stdin.read()
                return 0
            done = subprocess.run(
                [node, "--test", "--test-reporter=spec"] + tests,
                stdin=subprocess.DEVNULL, timeout=TESTS_SECONDS * PATIENCE,
                env={**os.environ, "WORLD": world, "BROWSER_MODULES": modules,
                     "BROWSER_SHOTS": os.environ.get("BROWSER_SHOTS",
                                                     folder)})
            if done.returncode:
                print("--- the daemon's log ends\n" + "\n".join(
                    desk.daemon.log().splitlines()[-30:]))
            return done.returncode
        finally:
            desk.close()


if __name__ == "__main__":
    sys.exit(main())
