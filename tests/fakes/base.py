"""What all fakes share: a server, a clock, scripts and rate windows."""
import collections
import http.server
import json
import socket
import struct
import threading
import time


class Clock:
    """Seconds since 1970 that may run faster and be off."""

    def __init__(self, speed=1.0, skew=0.0):
        self.speed, self.skew = speed, skew
        self.start, self.mono = time.time(), time.monotonic()

    def now(self):
        return (self.start + self.skew
                + (time.monotonic() - self.mono) * self.speed)

    def advance(self, seconds):
        self.skew += seconds


class Refused(Exception):
    """What a platform says instead of yes."""

    def __init__(self, code, words="", status=200, headers=(), body=None):
        super().__init__("%s %s" % (code, words))
        self.code, self.words, self.status = code, words, status
        self.headers, self.body = list(headers), body


class Script:
    """One answer that a test decides on.

    slow     seconds before the answer
    cut      the connection ends in the middle of the body
    reset    the connection is reset without an answer
    refusal  a Refused; None: the call is judged as ever
    taken    the message counts as taken although the answer is lost
    """

    def __init__(self, refusal=None, slow=0, cut=False, reset=False,
                 taken=False):
        self.refusal, self.slow = refusal, slow
        self.cut, self.reset, self.taken = cut, reset, taken


class Window:
    """At most limit calls in any seconds; too many is a penalty."""

    def __init__(self, limit, seconds=60.0, penalty=0.0):
        self.limit, self.seconds, self.penalty = limit, seconds, penalty
        self.calls = collections.deque()
        self.until = 0.0
        self.worst = 0      # most calls ever seen in one window

    def allows(self, now):
        """Count a call at now; whether it is within the limit."""
        while self.calls and self.calls[0] <= now - self.seconds:
            self.calls.popleft()
        if now < self.until:
            return False
        self.calls.append(now)
        self.worst = max(self.worst, len(self.calls))
        if self.limit and len(self.calls) > self.limit:
            self.until = now + self.penalty
            return False
        return True


class Arrival:
    """One call: when, what, and what was made of it."""

    def __init__(self, fake, request):
        self.mono, self.now = time.monotonic(), fake.clock.now()
        self.method, self.path = request.command, request.path
        self.headers = {k.lower(): v for k, v in request.headers.items()}
        self.body, self.json = request.body, None
        self.taken, self.code = False, None

    def parse(self):
        """The body as a JSON object, strictly UTF-8; ValueError."""
        self.json = json.loads(self.body.decode("utf-8"))
        if not isinstance(self.json, dict):
            raise ValueError("no object")
        return self.json


class Fake:
    """A platform.  Subclasses say check(arrival), which raises Refused or
    returns, success(arrival) and failure(refused), which give (status,
    headers, body), and words(arrival), the text that people would see."""

    def __init__(self, clock=None, windows=()):
        self.clock = clock or Clock()
        self.windows = list(windows)
        self.script = []        # Script or Refused, for the next calls
        self.always = None      # the same, for every call
        self.arrivals = []
        self.lock = threading.Lock()
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

            do_GET = do_POST = do_PUT = do_OPTIONS = answer

            def log_message(self, *args):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            request_queue_size = 128

            def handle_error(self, request, client_address):
                """A client that hangs up is part of the tests."""

        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.port = self.http.server_address[1]
        self.root = "http://127.0.0.1:%d" % self.port
        threading.Thread(target=self.http.serve_forever, args=(0.05,),
                         daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    # --- what subclasses say --------------------------------------------------

    def check(self, arrival):
        raise NotImplementedError

    def over(self, window):
        """The Refused of a call too many."""
        raise NotImplementedError

    def success(self, arrival):
        return 200, [], b"ok"

    def failure(self, refused):
        return refused.status, refused.headers, refused.words.encode()

    def words(self, arrival):
        return arrival.body.decode("utf-8", "replace")

    # --- judging ----------------------------------------------------------------

    def judge(self, arrival, script):
        """The Refused that answers the call, or None."""
        for window in self.windows:
            if not window.allows(arrival.now):
                return self.over(window)
        if script and script.refusal:
            return script.refusal
        try:
            self.check(arrival)
        except Refused as refused:
            return refused
        return None

    def handle(self, request):
        with self.lock:
            arrival = Arrival(self, request)
            script = self.always
            if script is None and self.script:
                script = self.script.pop(0)
            if isinstance(script, Refused):
                script = Script(script)
            refused = self.judge(arrival, script)
            lost = bool(script and (script.cut or script.reset))
            arrival.taken = refused is None and (not lost or script.taken)
            arrival.code = refused.code if refused else 0
            self.arrivals.append(arrival)
        status, headers, body = (self.failure(refused) if refused
                                 else self.success(arrival))
        if refused and refused.body is not None:
            body = refused.body
        self.send(request, status, headers, body, script)

    @staticmethod
    def send(request, status, headers, body, script):
        if script and script.slow:
            time.sleep(script.slow)
        if script and script.reset:
            request.connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            request.close_connection = True
            request.connection.close()
            return
        if script and script.cut and not body:
            request.wfile.write(b"HTTP/1.1 2")  # nothing else to cut
            request.close_connection = True
            return
        request.send_response(status)
        for name, value in headers:
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if script and script.cut:
            request.wfile.write(body[:len(body) // 2])
            request.close_connection = True
            return
        request.wfile.write(body)

    # --- what tests ask -----------------------------------------------------------

    def taken(self):
        with self.lock:
            return [a for a in self.arrivals if a.taken]

    def accepted(self):
        """The texts of the messages that were taken, in order."""
        return [self.words(a) for a in self.taken()]

    def codes(self):
        """What each call was answered with; 0 is yes."""
        with self.lock:
            return [a.code for a in self.arrivals]


class JsonFake(Fake):
    """A platform that answers JSON, with status 200 unless it says more."""

    def answer(self, value, status=200):
        return (status, [("Content-Type", "application/json")],
                json.dumps(value, ensure_ascii=False).encode())
