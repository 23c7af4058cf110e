"""A mail server: STARTTLS first, log-in, each recipient answered by itself."""
import base64
import email
import email.header
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time


def make_authority(folder):
    """ca.pem, and cert.pem with key.pem for localhost that it has signed."""
    def openssl(*args):
        subprocess.run(["openssl"] + list(args), cwd=folder, check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out",
            "ca.pem", "-days", "2", "-subj", "/CN=yunxi test authority")
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem", "-out",
            "cert.csr", "-subj", "/CN=localhost")
    with open(os.path.join(folder, "ext"), "w") as f:
        f.write("subjectAltName=DNS:localhost\n")
    openssl("x509", "-req", "-in", "cert.csr", "-CA", "ca.pem", "-CAkey",
            "ca.key", "-CAcreateserial", "-out", "cert.pem", "-days", "2",
            "-extfile", "ext")


class Mail:
    """A message that was offered: its envelope, its bytes, what was said."""

    def __init__(self, sender, accepted, raw, code):
        self.sender, self.accepted_for, self.raw = sender, accepted, raw
        self.code = code
        self.message = email.message_from_bytes(raw)

    def header(self, name):
        return str(email.header.make_header(
            email.header.decode_header(self.message[name] or "")))

    def text(self, kind="text/plain"):
        for part in self.message.walk():
            if part.get_content_type() == kind:
                return part.get_payload(decode=True).decode("utf-8")
        return ""


class Smtp:
    """starttls, login: what it wants before MAIL.  replies: {command: [reply,
    …]} to be given instead of the usual, each once; recipients: {address:
    reply}.  A reply of None never comes, of "" closes the connection."""
    kind = "smtp"

    def __init__(self, starttls=True, user="desk", password="sm-t0ken-123456",
                 implicit=False):
        self.starttls, self.implicit = starttls, implicit
        self.user, self.secret = user, password
        self.replies, self.recipients, self.always = {}, {}, {}
        self.offered, self.commands, self.wrong = [], [], []
        self.slow = 0
        self.lock = threading.Lock()
        self.folder = tempfile.mkdtemp(prefix="tocsin-smtp-")
        make_authority(self.folder)
        self.ca = os.path.join(self.folder, "ca.pem")
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(os.path.join(self.folder, "cert.pem"),
                                     os.path.join(self.folder, "key.pem"))
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.url = "%s://localhost:%d" % ("smtps" if implicit else "smtp",
                                          self.port)
        threading.Thread(target=self.serve, daemon=True).start()

    def close(self):
        self.listener.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def serve(self):
        while True:
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            conn.settimeout(60)
            threading.Thread(target=self.talk, args=(conn,),
                             daemon=True).start()

    def talk(self, conn):
        session = None
        try:
            if self.implicit:
                conn = self.context.wrap_socket(conn, server_side=True)
            session = Session(self, conn)
            session.run()
        except (OSError, EOFError):
            pass
        finally:
            if session:
                session.file.close()
                session.conn.close()
            conn.close()

    def reply(self, command, usual):
        with self.lock:
            if command in self.always:
                return self.always[command]
            queue = self.replies.get(command)
            return queue.pop(0) if queue else usual

    def taken(self):
        with self.lock:
            return [m for m in self.offered if m.code == 250]

    def accepted(self):
        return ["%s\n%s" % (m.header("Subject"), m.text())
                for m in self.taken()]


class Session:
    def __init__(self, server, conn):
        self.server, self.conn = server, conn
        self.secure, self.known = server.implicit, False
        self.sender, self.to = None, []
        self.file = conn.makefile("rb")

    def say(self, reply):
        if reply is None:
            time.sleep(60)
        if not reply:
            raise EOFError
        if self.server.slow:
            time.sleep(self.server.slow)
        self.conn.sendall(reply.encode() + b"\r\n")

    def line(self):
        line = self.file.readline(4096)
        if not line.endswith(b"\r\n"):
            if line:
                self.server.wrong.append("a line without CRLF")
            raise EOFError
        return line

    def run(self):
        self.say(self.server.reply("greeting", "220 mail.yunxi.example ESMTP"))
        while True:
            line = self.line().decode("latin-1").rstrip("\r\n")
            word = line.split(" ")[0].upper()
            with self.server.lock:
                self.server.commands.append(
                    "AUTH …" if word == "AUTH" else line)
            handler = getattr(self, "do_" + word.lower(), None)
            if handler is None:
                self.say("500 5.5.2 no such command")
            else:
                handler(line)
            if word == "QUIT":
                return

    def do_ehlo(self, line):
        rows = ["mail.yunxi.example", "SIZE 10485760"]
        if self.server.starttls and not self.secure:
            rows.append("STARTTLS")
        if self.secure and self.server.user:
            rows.append("AUTH PLAIN LOGIN")
        rows.append("ENHANCEDSTATUSCODES")
        self.say("\r\n".join("250%s%s" % (" " if i + 1 == len(rows) else "-", r)
                             for i, r in enumerate(rows)))

    def do_starttls(self, line):
        self.say(self.server.reply("STARTTLS", "220 2.0.0 ready"))
        self.file.close()
        self.conn = self.server.context.wrap_socket(self.conn, server_side=True)
        self.file = self.conn.makefile("rb")
        self.secure = True

    def do_auth(self, line):
        if not self.secure:
            self.server.wrong.append("a password in the clear")
        words = line.split(" ")
        given = base64.b64decode(words[2]) if len(words) > 2 else b""
        wanted = ("\0%s\0%s" % (self.server.user, self.server.secret)).encode()
        if words[1].upper() != "PLAIN" or given != wanted:
            return self.say("535 5.7.8 authentication failed")
        self.known = True
        self.say(self.server.reply("AUTH", "235 2.7.0 ok"))

    def do_mail(self, line):
        if self.server.starttls and not self.secure:
            return self.say("530 5.7.0 Must issue a STARTTLS command first")
        if self.server.user and not self.known:
            return self.say("530 5.7.0 Authentication required")
        self.sender, self.to = line[len("MAIL FROM:<"):].split(">")[0], []
        self.say(self.server.reply("MAIL", "250 2.1.0 ok"))

    def do_rcpt(self, line):
        address = line[len("RCPT TO:<"):].split(">")[0]
        reply = self.server.reply("RCPT", self.server.recipients.get(
            address, "250 2.1.5 ok"))
        if reply and reply.startswith("250"):
            self.to.append(address)
        self.say(reply)

    def do_data(self, line):
        if not self.to:
            return self.say("503 5.5.1 no recipients")
        reply = self.server.reply("DATA", "354 go on")
        self.say(reply)
        if not reply.startswith("354"):
            return
        raw = b""
        while True:
            line = self.line()
            if line == b".\r\n":
                break
            raw += line[1:] if line.startswith(b".") else line
        self.say(self.judge(raw))

    def judge(self, raw):
        head = raw.split(b"\r\n\r\n")[0]
        usual = "250 2.0.0 queued as 4F1A2B"
        if any(byte > 127 for byte in head):
            usual = "554 5.6.0 8-bit header"
        for name in (b"From:", b"Date:", b"Message-ID:", b"Subject:"):
            if head.count(b"\r\n" + name) + head.startswith(name) != 1:
                usual = "554 5.6.0 %s is needed once" % name.decode()
        if any(len(row) > 998 for row in raw.split(b"\r\n")):
            usual = "500 5.5.2 line too long"
        reply = self.server.reply("BODY", usual)
        with self.server.lock:
            self.server.offered.append(
                Mail(self.sender, list(self.to), raw,
                     int(reply[:3]) if reply else 0))
        return reply

    def do_quit(self, line):
        self.say(self.server.reply("QUIT", "221 2.0.0 bye"))
