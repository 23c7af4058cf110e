"""What the tests of the whole program share.

Origin    a web server on loopback whose answers a test scripts
Receiver  a receiver of Standard Webhooks that checks every signature
Daemon    a real tocsind on a folder of its own, ended by its process group

Only the standard library is used.  Everything waits with a bound, listens on
ports of the system's choice, and ends what it started by its id.
"""
import base64
import hashlib
import hmac
import html
import http.client
import http.server
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

TOCSIN = os.environ.get("TOCSIN", "")
TOCSIND = os.environ.get("TOCSIND", "")
# Sanitized builds are slower; every wait is stretched by this.
PATIENCE = float(os.environ.get("TOCSIN_TEST_PATIENCE", "1"))
# seccomp's lists do not hold what a sanitizer's own run-time calls, so a
# sanitized build runs without them.
SANITIZED = os.environ.get("TOCSIN_TEST_SANITIZED") == "1"


def wait_until(check, seconds, what):
    """Return check()'s first true value; fail after a bounded time."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("waited %.0f s in vain for %s"
                                 % (seconds * PATIENCE, what))
        time.sleep(0.05)


def free_port():
    """A port of loopback that nobody listens on now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """An HTTP server in a thread; handle(request) answers."""

    def __init__(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                self.body = self.rfile.read(length) if length else b""
                try:
                    outer.handle(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            do_GET = do_POST = answer

            def log_message(self, *args):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            request_queue_size = 128

            def handle_error(self, request, client_address):
                """A client that hangs up is part of the tests."""

        self.lock = threading.Lock()
        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.port = self.http.server_address[1]
        self.url = "http://127.0.0.1:%d" % self.port
        threading.Thread(target=self.http.serve_forever, args=(0.05,),
                         daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()


def reply(request, status, body=b"", headers=()):
    request.send_response(status)
    for name, value in headers:
        request.send_header(name, value)
    if status != 304:
        request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    if status != 304:
        request.wfile.write(body)


def rss(items, title="云溪日报", encoding="UTF-8"):
    """An RSS 2.0 document of (number, title, text) items, newest last."""
    rows = []
    for number, item_title, text in reversed(items):
        rows.append("<item><title>%s</title><link>http://news.example/%s</link>"
                    "<guid isPermaLink=\"false\">n%s</guid>"
                    "<description>%s</description></item>"
                    % (html.escape(item_title), number, number,
                       html.escape(text)))
    return ("<?xml version=\"1.0\" encoding=\"%s\"?>\n<rss version=\"2.0\">"
            "<channel><title>%s</title><link>http://news.example/</link>"
            "<description/>%s</channel></rss>\n"
            % (encoding, html.escape(title), "".join(rows))).encode(encoding)


class Route:
    """One path of an Origin; tests change its fields at any time."""

    def __init__(self, body=b"", content_type="application/rss+xml"):
        self.body = body
        self.content_type = content_type
        self.etag = True           # send and honour a strong ETag
        self.modified = None       # value of Last-Modified, or None
        self.script = []           # (status, headers, body) to answer first
        self.status = 200
        self.headers = []
        self.requests = []         # (monotonic time, headers) in order
        self.statuses = []         # what was answered

    def set_items(self, items, encoding="UTF-8", **more):
        self.body = rss(items, encoding=encoding, **more)


class Origin(Server):
    def __init__(self):
        self.routes = {}
        super().__init__()

    def route(self, path, *args, **more):
        self.routes[path] = Route(*args, **more)
        return self.routes[path]

    def handle(self, request):
        path = request.path.split("?")[0]
        with self.lock:
            route = self.routes.get(path)
            if route is None:
                return reply(request, 404)
            route.requests.append((time.monotonic(), dict(
                (k.lower(), v) for k, v in request.headers.items())))
            if route.script:
                status, headers, body = route.script.pop(0)
            else:
                status, headers, body = self.usual(route, request)
            route.statuses.append(status)
        reply(request, status, body, headers)

    @staticmethod
    def usual(route, request):
        headers = [("Content-Type", route.content_type)] + route.headers
        if route.status != 200:
            return route.status, headers, b""
        etag = '"%s"' % hashlib.sha256(route.body).hexdigest()[:16]
        if route.etag:
            headers.append(("ETag", etag))
        if route.modified:
            headers.append(("Last-Modified", route.modified))
        if route.etag and request.headers.get("If-None-Match") == etag:
            return 304, headers, b""
        if (route.modified and not route.etag
                and request.headers.get("If-Modified-Since") == route.modified):
            return 304, headers, b""
        return 200, headers, route.body


class Receiver(Server):
    """Checks signatures; answers 204 unless a script says otherwise."""

    def __init__(self):
        self.key = secrets.token_bytes(32)
        self.secret = "whsec_" + base64.b64encode(self.key).decode()
        self.script = []     # (status, headers) for the next attempts
        self.always = None   # (status, headers) for every attempt, or None
        self.attempts = []   # dicts in order
        self.wrong = []      # what was wrong with a message
        super().__init__()

    def handle(self, request):
        headers = request.headers
        mid = headers.get("webhook-id", "")
        stamp = headers.get("webhook-timestamp", "")
        signed = ("%s.%s." % (mid, stamp)).encode() + request.body
        mac = base64.b64encode(
            hmac.new(self.key, signed, hashlib.sha256).digest()).decode()
        with self.lock:
            if "v1," + mac not in headers.get("webhook-signature", "").split():
                self.wrong.append("wrong signature of " + mid)
            if not stamp.isdigit() or abs(int(stamp) - time.time()) > 300:
                self.wrong.append("wrong timestamp %r of %s" % (stamp, mid))
            if self.always:
                status, extra = self.always
            elif self.script:
                status, extra = self.script.pop(0)
            else:
                status, extra = 204, []
            try:
                body = json.loads(request.body)
            except ValueError:
                body = {}
                self.wrong.append("no JSON in " + mid)
            self.attempts.append({"id": mid, "at": time.monotonic(),
                                  "status": status, "body": body,
                                  "bytes": request.body})
        reply(request, status, b"", extra)

    def delivered(self, kind=None):
        """Bodies that were answered 2xx, first of each id, in order."""
        seen, out = set(), []
        with self.lock:
            for a in self.attempts:
                if 200 <= a["status"] < 300 and a["id"] not in seen:
                    if kind is None or a["body"].get("type") == kind:
                        seen.add(a["id"])
                        out.append(a["body"])
        return out

    def opened(self):
        return [b["data"]["incident"] for b in self.delivered("incident.opened")]


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=20):
        super().__init__("localhost", timeout=timeout)
        self.unix_path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.unix_path)


RULES = """\
rules:
  - id: test-poison
    title: 疑似食物中毒
    category: food
    points: 75
    all:
      - any: [食物中毒, 上吐下泻]
    none: [演练]
  - id: test-fire
    title: 火灾
    category: building_fire
    points: 75
    any: [起火, 火灾]
    none: [演练]
"""


class Daemon:
    """tocsind on a temporary folder.

    sources: list of dicts for sources.d; receiver: where its one channel
    points to; settings: {section: {key: value}} over the defaults below.
    """

    def __init__(self, origin=None, receiver=None, sources=(), settings=None,
                 rules=RULES, folder=None):
        self.folder = folder or tempfile.mkdtemp(prefix="tocsin-e2e-")
        self.origin, self.receiver = origin, receiver
        self.config = os.path.join(self.folder, "tocsin.yaml")
        self.socket = os.path.join(self.folder, "console.sock")
        self.log_path = os.path.join(self.folder, "tocsind.log")
        self.console_port = free_port()
        self.process = None
        if folder is None:
            self.write(sources, settings, rules)

    # --- configuration ------------------------------------------------------

    def write(self, sources, settings=None, rules=RULES):
        ports = {s.port for s in (self.origin, self.receiver) if s}
        main = {
            "bureau": "云溪县教育局", "contact": "desk@yunxi.example",
            "database": "tocsin.db",
            "allow_addresses": ["127.0.0.1/32:%d" % p for p in sorted(ports)],
            "rules": {"shipped": False},
            "notify": {"min_level": "yellow"},
            "console": {"listen": "127.0.0.1:%d" % self.console_port,
                        "socket": "console.sock"},
            "fetch": {"interval": "500ms", "interval_min": "500ms",
                      "host_gap": "0s", "per_host": 8},
            "parse": {"parsers": 2},
        }
        for section, values in (settings or {}).items():
            if isinstance(values, dict):
                main.setdefault(section, {}).update(values)
            else:
                main[section] = values
        for name in ("sources.d", "channels.d", "rules.d"):
            os.makedirs(os.path.join(self.folder, name), exist_ok=True)
        self.put("tocsin.yaml", json.dumps(main, ensure_ascii=False, indent=1))
        self.put_sources(sources)
        self.put("rules.d/test.yaml", rules)
        channels = []
        if self.receiver:
            self.put("secret", self.receiver.secret, 0o600)
            channels.append({"id": "desk", "kind": "webhook",
                             "url": self.receiver.url + "/hook",
                             "secret": {"file": "secret"},
                             "insecure_http": True})
        self.put("channels.d/desk.yaml",
                 json.dumps({"channels": channels}, ensure_ascii=False))

    def put_sources(self, sources):
        rows = []
        for s in sources:
            row = {"title": s["id"], "kind": "feed"}
            row.update(s)
            rows.append(row)
        self.put("sources.d/test.yaml",
                 json.dumps({"sources": rows}, ensure_ascii=False, indent=1))

    def put(self, name, text, mode=0o644):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, mode)

    # --- life ---------------------------------------------------------------

    def start(self, wait=True):
        self.log_file = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            [TOCSIND, "--config", self.config, "--log-level", "debug"],
            stdin=subprocess.DEVNULL, stdout=self.log_file,
            stderr=self.log_file, start_new_session=True, cwd="/")
        if wait:
            wait_until(self.is_ready, 30, "tocsind to be ready")
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError("tocsind ended with status %d at its start"
                                 % self.process.returncode)
        try:
            return self.api("GET", "/readyz", raw=True)[0] == 200
        except OSError:
            return False

    def kill(self):
        """kill -9 of the whole process group, as a power cut would."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.log_file.close()

    def stop(self):
        """Ask it to end; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30 * PATIENCE)
        finally:
            self.kill()

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        elif self.process:
            self.kill()  # roles that outlived their parent
        shutil.rmtree(self.folder, ignore_errors=True)

    def roles(self):
        """{role: [pid…]} of its children."""
        found = {}
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                with open("/proc/%s/stat" % name) as f:
                    parent = int(f.read().rsplit(")", 1)[1].split()[1])
                with open("/proc/%s/cmdline" % name, "rb") as f:
                    words = f.read().decode(errors="replace").split("\0")
            except (OSError, IndexError):
                continue
            if parent != self.process.pid:
                continue
            for i, word in enumerate(words):
                if word == "--role":
                    found.setdefault(words[i + 1], []).append(int(name))
                elif word.startswith("--role="):
                    found.setdefault(word[7:], []).append(int(name))
        return found

    def log(self):
        try:
            with open(self.log_path, encoding="utf-8", errors="replace") as f:
                return f.read()
        except OSError:
            return ""

    def broken(self):
        """What is broken of the invariants, as sentences."""
        done = subprocess.run(
            [TOCSIN, "check", "--invariants", "--json", "--database",
             os.path.join(self.folder, "tocsin.db")], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=120 * PATIENCE)
        if done.returncode == 0:
            return []
        if not done.stdout:
            return [done.stderr]
        return ["%s: %s" % (i["invariant"], e)
                for i in json.loads(done.stdout)["invariants"]
                for e in i["examples"]]

    # --- asking it ----------------------------------------------------------

    def api(self, method, path, body=None, raw=False, expect=(200, 201)):
        c = UnixConnection(self.socket)
        try:
            data = None if body is None else json.dumps(body).encode()
            c.request(method, path, data,
                      {"Accept": "application/json",
                       "Content-Type": "application/json"})
            answer = c.getresponse()
            text = answer.read()
        finally:
            c.close()
        if raw:
            return answer.status, text
        if answer.status not in expect:
            raise AssertionError("%s %s: %d %s" % (
                method, path, answer.status, text.decode(errors="replace")))
        return json.loads(text)

    def incidents(self):
        return self.api("GET", "/api/v1/incidents?state=all")["incidents"]

    def source(self, sid):
        for s in self.api("GET", "/api/v1/sources")["sources"]:
            if s["id"] == sid:
                return s
        raise AssertionError("no source " + sid)

    def conditions(self, sid):
        return [c["kind"] for c in self.source(sid)["conditions"]]

    def cli(self, *args, **more):
        return subprocess.run(
            [TOCSIN] + list(args) + ["--config", self.config],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=60 * PATIENCE, text=True, **more)


class E2E(unittest.TestCase):
    """One origin, one receiver, and daemons that end with the test."""

    # Whether the invariants (tocsin check) are to hold at the end.
    invariants = os.environ.get("TOCSIN_TEST_INVARIANTS") == "1"

    def setUp(self):
        self.origin = Origin()
        self.addCleanup(self.origin.close)
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self.daemons = []
        self.addCleanup(self.close_daemons)

    def close_daemons(self):
        failed = self._outcome and any(
            error for _, error in getattr(self._outcome, "errors", []) if error)
        result = getattr(self._outcome, "result", None)
        failed = failed or bool(result and (result.failures or result.errors))
        for d in self.daemons:
            if failed:
                tail = d.log().splitlines()[-60:]
                print("--- log of %s\n%s" % (self.id(), "\n".join(tail)),
                      file=sys.stderr)
            log = d.log()
            broken = d.broken() if self.invariants and d.process else []
            d.close()
            self.assertEqual(broken, [], "invariants of the database")
            for sign in ("ERROR: AddressSanitizer", "runtime error:"):
                self.assertNotIn(sign, log)

    def daemon(self, sources, start=True, **more):
        d = Daemon(self.origin, self.receiver, sources, **more)
        self.daemons.append(d)
        return d.start() if start else d

    def feed(self, sid="news", items=((1, "云溪一中运动会开幕", "三千人参加"),)):
        """A route and the source that polls it."""
        route = self.origin.route("/%s.xml" % sid)
        route.set_items(list(items))
        return route, {"id": sid, "url": "%s/%s.xml" % (self.origin.url, sid)}

    def wait_baseline(self, daemon, *sids):
        for sid in sids:
            wait_until(lambda: daemon.source(sid)["last_success"], 20,
                       "the first poll of " + sid)

    def wait_opened(self, n, seconds=20):
        return wait_until(lambda: len(self.receiver.opened()) >= n
                          and self.receiver.opened(), seconds,
                          "%d incident.opened" % n)

    def wait_polls(self, route, n, seconds=20):
        """n further requests of route."""
        want = len(route.requests) + n
        wait_until(lambda: len(route.requests) >= want, seconds,
                   "%d more polls" % n)


def main():
    if not (TOCSIN and TOCSIND and os.access(TOCSIND, os.X_OK)):
        print("skipped: TOCSIN and TOCSIND do not name the programs")
        sys.exit(77)
    unittest.main(verbosity=2)
