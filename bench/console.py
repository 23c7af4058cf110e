#!/usr/bin/env python3
"""How long the console's answers take on a large store, while polling runs.

    console.py BUILD [--items N --incidents N] [--rounds N] [--store FILE]

A store is filled by bench_console_fill (some minutes; --store keeps it for the
next run), a real tocsind is started on it, whose sources publish all the time,
and every page is asked in turns, in an order by chance with a seed.  What is
told is time on the wall as a browser on this machine has it, whole answers; and
how long the console ran for it, which a busy machine hardly changes.
"""
import argparse
import gzip
import http.client
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET_MS = 50
MAX_BYTES = 100 * 1024
PASSWORD = "correct-horse-2026"
SOURCES = 20
PUBLISH_SECONDS = 0.1  # one source after the other has another item
DEEP_PAGES = 20


def options():
    p = argparse.ArgumentParser()
    p.add_argument("build")
    p.add_argument("--items", type=int, default=1000000)
    p.add_argument("--incidents", type=int, default=100000)
    p.add_argument("--rounds", type=int, default=100)
    p.add_argument("--seconds", type=int, default=300)
    p.add_argument("--store")
    p.add_argument("--only", help="a regular expression of paths")
    return p.parse_args()


ARGS = options()
os.environ.setdefault("TOCSIN", os.path.abspath(ARGS.build + "/cli/tocsin"))
os.environ.setdefault("TOCSIND", os.path.abspath(ARGS.build + "/daemon/tocsind"))
sys.path.insert(0, os.path.join(HERE, os.pardir, "tests", "e2e"))
from harness import Daemon, Origin, wait_until  # noqa: E402


def fill(path):
    """A store at path, unless there is one."""
    if os.path.exists(path):
        return
    began = time.monotonic()
    subprocess.run([ARGS.build + "/bench/bench_console_fill", path,
                    str(int(time.time() * 1000)), str(ARGS.items),
                    str(ARGS.incidents)], check=True, stderr=sys.stderr)
    print("filled in %.0f s, %.1f GB" % (time.monotonic() - began,
                                         os.path.getsize(path) / 1e9))


class Press(threading.Thread):
    """Publishes one item after the other until it is told to stop."""

    def __init__(self, origin):
        super().__init__(daemon=True)
        self.origin, self.stopped = origin, threading.Event()
        self.routes = [origin.route("/%d.xml" % i) for i in range(SOURCES)]
        self.items = [[(0, "校园开放日", "")] for _ in self.routes]
        for route, items in zip(self.routes, self.items):
            route.set_items(items)

    def run(self):
        n = int(time.time())  # never an item of an earlier run
        while not self.stopped.wait(PUBLISH_SECONDS):
            n += 1
            i = n % SOURCES
            title = ("%d号小学食堂食物中毒" if n % 50 == 0
                     else "第%d届教学成果评选揭晓") % n
            with self.origin.lock:
                self.items[i] = self.items[i][-20:] + [(n, title, "上吐下泻")]
                self.routes[i].set_items(self.items[i])


class Client:
    def __init__(self, port):
        self.port, self.cookie, self.http = port, "", None

    def ask(self, method, path, body=None, headers=()):
        if self.http is None:
            self.http = http.client.HTTPConnection("127.0.0.1", self.port,
                                                   timeout=60)
        try:
            self.http.request(method, path, body, {
                "Accept": "text/html", "Accept-Language": "zh",
                "Cookie": self.cookie, **dict(headers)})
            answer = self.http.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException):
            self.http = None
            raise
        if answer.will_close:
            self.http = None
        return answer, data

    def log_in(self):
        form = urllib.parse.urlencode({"user": "chief", "password": PASSWORD})
        answer, _ = self.ask("POST", "/login", form, {
            "Content-Type": "application/x-www-form-urlencoded"}.items())
        self.cookie = answer.getheader("Set-Cookie").split(";")[0]


def words(daemon):
    """Words of 1, 2, 3 and 5 characters that the store has."""
    rows = daemon.api("GET", "/api/v1/incidents?state=all&limit=50")["incidents"]
    text = "".join(re.findall("[\u4e00-\u9fff]{6,}", " ".join(
        r["title"] for r in rows)))
    chance = random.Random(7)
    return {n: [text[at:at + n] for at in
                (chance.randrange(len(text) - n) for _ in range(20))]
            for n in (1, 2, 3, 5)}


def deep(client, path):
    """The address of a page that is DEEP_PAGES further on."""
    for _ in range(DEEP_PAGES):
        _, data = client.ask("GET", path)
        found = re.search(r'rel="next" href="([^"]+)"', data.decode())
        if not found:
            break
        path = found.group(1).replace("&amp;", "&")
        if path.startswith("?"):
            path = "/incidents" + path
    return path


def questions(daemon, client, have):
    """(name, [address…]): what is asked, by turns."""
    q = urllib.parse.quote
    last = daemon.api("GET", "/api/v1/incidents?state=all")["incidents"][0]["id"]
    chance = random.Random(11)
    some = [chance.randrange(1, ARGS.incidents) for _ in range(50)]
    asked = [(p, [p]) for p in have if "{}" not in p]
    asked += [
        ("/incidents?state=all", ["/incidents?state=all"]),
        ("/incidents?state=all, deep", [deep(client, "/incidents?state=all")]),
        ("/incidents by level", ["/incidents?state=all&level=" + v for v in
                                 ("red", "orange,red", "blue")]),
        ("/incidents by category", ["/incidents?state=all&category=" + v
                                    for v in ("food", "fees", "privacy")]),
        ("/incidents by source", ["/incidents?state=all&source=bench-%03d" % i
                                  for i in range(0, 500, 25)]),
        ("/incidents by assignee", ["/incidents?state=all&assignee=duty"]),
        ("/incidents by days", ["/incidents?state=all&from=2025-06-01"
                                "&to=2025-06-30"]),
        ("/incidents by rule", ["/incidents?state=all&rule=" + v
                                for v in ("food", "fees", "privacy")]),
        ("/incidents by tag", ["/incidents?state=all&tag=none"]),
        ("/incidents by deadline", ["/incidents?state=all&sort=clock"]),
        ("/incidents by words and source", [
            "/incidents?state=all&source=bench-%03d&q=%s" % (i, q("学校"))
            for i in range(0, 500, 25)]),
        ("/incidents?q= of a sign", ["/incidents?state=all&q=" + q("，")]),
        ("/incidents/N, new", ["/incidents/%d" % (last - i)
                               for i in range(20)]),
        ("/incidents/N, any", ["/incidents/%d" % i for i in some]),
        ("/incidents/N/told", ["/incidents/%d/told" % i for i in some]),
        ("/incidents/N/teach", ["/incidents/%d/teach" % i for i in some]),
        ("/incidents/N/evidence", ["/incidents/%d/evidence" % i
                                   for i in some]),
        ("/sources/ID", ["/sources/bench-%03d" % i for i in range(0, 500, 9)]),
        ("/deliveries?state=dead", ["/deliveries?state=dead"]),
        ("/ledger by incident", ["/ledger?incident=%d" % i for i in some]),
        ("/ledger?q=", ["/ledger?q=" + q("学校")]),
        ("/ledger by kind", ["/ledger?kind=incident.closed"]),
    ]
    for n, list_of in words(daemon).items():
        for page in ("/incidents", "/items"):
            if page in have:
                asked.append(("%s?q=, %d characters" % (page, n),
                              ["%s?state=all&q=%s" % (page, q(w))
                               for w in list_of]))
    if "/items" in have:
        asked += [("/items by source", ["/items?source=bench-%03d" % i
                                        for i in range(0, 500, 25)]),
                  ("/items by level", ["/items?level=red", "/items?level=blue"]),
                  ("/items published", ["/items?pfrom=2025-02-01"
                                        "&pto=2025-02-10"]),
                  ("/items gone", ["/items?gone=1"]),
                  ("/items?q= of a number", ["/items?q=2026"]),
                  ("/items by source and q", [
                      "/items?source=bench-003&q=" + q("学生")])]
    return [(name, list_of) for name, list_of in asked
            if not ARGS.only or re.search(ARGS.only, name)]


NOT_ASKED = ("/api/", "/events", "/static/", "/favicon", "/act/", "/websub/",
             "/login")


def routes(daemon):
    return [r["path"] for r in daemon.api("GET", "/api/v1/routes")["routes"]
            if r["method"] == "GET" and not r["path"].startswith(NOT_ASKED)]


def on_cpu(pid):
    """Seconds that a process of one thread has run."""
    with open("/proc/%d/schedstat" % pid) as f:
        return int(f.read().split()[0]) / 1e9


def measure(client, asked, pid):
    chance = random.Random(3)
    times = {name: [] for name, _ in asked}
    cpu = {name: [] for name, _ in asked}
    sizes = {name: (0, 0) for name, _ in asked}
    end = time.monotonic() + ARGS.seconds
    for turn in range(ARGS.rounds):
        for name, addresses in chance.sample(asked, len(asked)):
            address = addresses[turn % len(addresses)]
            before, began = on_cpu(pid), time.perf_counter()
            answer, data = client.ask("GET", address)
            took = (time.perf_counter() - began) * 1000
            cpu[name].append((on_cpu(pid) - before) * 1000)
            if answer.status != 200:
                sys.exit("%s: %d" % (address, answer.status))
            times[name].append(took)
            if len(data) > sizes[name][0]:
                sizes[name] = (len(data), len(gzip.compress(data, 6)))
        if time.monotonic() > end:
            break
    return times, cpu, sizes


def at(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))]


def tell(times, cpu, sizes):
    print("\n| page | asked | CPU p50 ms | CPU p99 ms | p50 ms | p99 ms "
          "| kB | gzip kB |")
    print("| --- |" + " --: |" * 7)
    over = 0
    for name, values in sorted(times.items(), key=lambda v: -at(v[1], .99)):
        late = at(values, .99) > TARGET_MS or sizes[name][1] > MAX_BYTES
        over += late
        print("| `%s`%s | %d | %.1f | %.1f | %.1f | %.1f | %.0f | %.0f |" % (
            name, " **" if late else "", len(values), at(cpu[name], .5),
            at(cpu[name], .99), at(values, .5), at(values, .99), sizes[name][0] / 1024,
            sizes[name][1] / 1024))
    every = [v for values in times.values() for v in values]
    print("\nall: %d answers, p50 %.1f ms, p99 %.1f ms; %d rows of %d over "
          "%d ms or %d kB" % (len(every), at(every, .5), at(every, .99), over,
                              len(times), TARGET_MS, MAX_BYTES // 1024))


def main():
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        store = os.path.abspath(ARGS.store or folder + "/store.db")
        fill(store)
        origin = Origin()
        press = Press(origin)
        daemon = Daemon(origin, None, [
            {"id": "live-%d" % i, "url": "%s/%d.xml" % (origin.url, i)}
            for i in range(SOURCES)], settings={
                "database": store, "fetch": {"interval": "1s",
                                             "interval_min": "1s"}})
        try:
            print("load at the start: %.1f" % os.getloadavg()[0])
            began = time.monotonic()
            daemon.start(wait=False)
            wait_until(daemon.is_ready, 300, "tocsind to be ready")
            print("ready after %.1f s" % (time.monotonic() - began))
            daemon.put("password", PASSWORD, 0o600)
            daemon.cli("user", "add", "chief", "--role", "admin",
                       "--password-file", daemon.folder + "/password")
            press.start()
            client = Client(daemon.console_port)
            client.log_in()
            asked = questions(daemon, client, routes(daemon))
            numbers = daemon.api("GET", "/api/v1/status")
            times, cpu, sizes = measure(
                client, asked, daemon.roles()["console"][0])
            after = daemon.api("GET", "/api/v1/status")
            print("%d items, %d incidents; %d items were found meanwhile" % (
                after["items"], after["incidents"],
                after["items"] - numbers["items"]))
            tell(times, cpu, sizes)
            print("load at the end: %.1f" % os.getloadavg()[0])
        except BaseException:
            print("\n".join(daemon.log().splitlines()[-20:]))
            raise
        finally:
            press.stopped.set()
            daemon.close()
            origin.close()


if __name__ == "__main__":
    main()
