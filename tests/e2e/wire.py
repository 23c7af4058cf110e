"""An origin that says exactly the bytes a test wants, and rows of the shared
corpus when it lies beside the tree.

Wire      a server on loopback; answer(request) returns the bytes to send, a
          list of byte strings with pauses, or None to close without a word
rows      the rows of one file of ../shared/corpora/attacks/dev, or none
"""
import email.utils
import json
import os
import socket
import ssl
import subprocess
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.environ.get("TOCSIN_SHARED") or os.path.join(
    HERE, "..", "..", "..", "shared")
FEED_TYPE = ("Content-Type", "application/rss+xml")


def rows(name):
    """[{…}] of the corpus file NAME.jsonl; [] when there is no corpus."""
    path = os.path.join(SHARED, "corpora", "attacks", "dev", name + ".jsonl")
    try:
        with open(path, encoding="utf-8") as f:
            return [json.loads(line) for line in f if line.strip()]
    except OSError:
        return []


def date(seconds):
    return email.utils.formatdate(seconds, usegmt=True)


def feed(number=1, ttl="", channel=""):
    """A small feed; another number is another item."""
    return ("<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:sy=\""
            "http://purl.org/rss/1.0/modules/syndication/\"><channel>"
            "<title>云溪日报</title><link>http://news.example/</link>"
            "<description/>%s%s<item><title>第%d条</title><guid "
            "isPermaLink=\"false\">n%d</guid></item></channel></rss>"
            % (ttl, channel, number, number)).encode()


def answer(status=200, headers=(), body=b"", length=True):
    """The bytes of an answer.  A header's value is sent as it is."""
    lines = ["HTTP/1.1 %d x" % status]
    lines += ["%s: %s" % pair for pair in headers]
    if length and status not in (204, 304):
        lines.append("Content-Length: %d" % len(body))
    head = "\r\n".join(lines + ["", ""]).encode("utf-8")
    return head + (b"" if status in (204, 304) else body)


def document(headers=(), number=1, **more):
    return answer(200, [FEED_TYPE] + list(headers), feed(number, **more))


class Request:
    def __init__(self, line, headers, at):
        parts = line.split(" ")
        self.method, self.target = parts[0], parts[1] if len(parts) > 1 else ""
        self.path = self.target.split("?")[0]
        self.headers = headers  # [(name, value)] as they came
        self.at = at

    def header(self, name):
        for n, v in self.headers:
            if n.lower() == name.lower():
                return v
        return None


class Wire:
    def __init__(self, answer, tls=None, host="127.0.0.1"):
        self.answer = answer
        self.lock = threading.Lock()
        self.requests = []
        self.connections = 0
        self.most_at_once = self.at_once = 0
        self.closing = False
        self.tls = tls
        self.socket = socket.create_server((host, 0), backlog=256)
        self.port = self.socket.getsockname()[1]
        self.url = "%s://%s:%d" % ("https" if tls else "http", host, self.port)
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.closing = True
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()

    def accept(self):
        while not self.closing:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(peer,),
                             daemon=True).start()

    def serve(self, peer):
        with self.lock:
            self.connections += 1
        try:
            peer.settimeout(60)
            if self.tls:
                peer = self.tls.wrap_socket(peer, server_side=True)
            with peer, peer.makefile("rb") as lines:
                while self.one(peer, lines):
                    pass
        except OSError:
            pass

    def one(self, peer, lines):
        line = lines.readline(65536).decode("latin-1").rstrip("\r\n")
        if not line:
            return False
        headers = []
        while True:
            h = lines.readline(65536).decode("latin-1").rstrip("\r\n")
            if not h:
                break
            name, _, value = h.partition(":")
            headers.append((name, value.strip(" ")))
        request = Request(line, headers, time.monotonic())
        with self.lock:
            self.requests.append(request)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            said = self.answer(request)
            for part in said if isinstance(said, list) else [said]:
                if part is None:
                    return False
                if isinstance(part, bytes):
                    peer.sendall(part)
                else:
                    time.sleep(part)
        finally:
            with self.lock:
                self.at_once -= 1
        return True

    def of(self, path):
        with self.lock:
            return [r for r in self.requests if r.path == path]


def certificate(folder, days=30):
    """(PEM of the certificate, context) of a server on 127.0.0.1."""
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", cert,
         "-days", str(days), "-subj", "/CN=yunxi test", "-addext",
         "subjectAltName=IP:127.0.0.1"], check=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return cert, context
