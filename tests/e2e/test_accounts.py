"""Accounts on a running daemon: the last admin stays, a second factor is asked
for, tokens may do only what they are for, what was wrong at a reload is shown,
and the thread that hashes works in its sandbox."""
import base64
import hashlib
import hmac
import http.client
import json
import struct
import time

from harness import E2E, main

PASSWORD = "correct-horse-2026"


def code_of(secret, steps=0):
    key = base64.b32decode(secret)
    count = int(time.time()) // 30 + steps
    mac = hmac.new(key, struct.pack(">Q", count), hashlib.sha1).digest()
    at = mac[-1] & 15
    number = struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff
    return "%06d" % (number % 1000000)


class Accounts(E2E):
    def setUp(self):
        super().setUp()
        self.route, source = self.feed()
        self.d = self.daemon([source], settings={
            "proxy_user": {"header": "X-Remote-User", "from": ["127.0.0.2"],
                           "create": "viewer"}})
        self.wait_baseline(self.d, "news")
        self.d.put("password", PASSWORD, 0o600)
        self.user("add", "wang", "--role", "admin", "--password-file",
                  self.d.folder + "/password")

    def user(self, *args, expect=0):
        done = self.d.cli("user", *args)
        self.assertEqual(done.returncode, expect, done.stderr + done.stdout)
        return done.stdout + done.stderr

    def ask(self, method, path, body=None, source=None, **headers):
        c = http.client.HTTPConnection(
            "127.0.0.1", self.d.console_port, timeout=20,
            source_address=(source, 0) if source else None)
        h = {k.replace("_", "-"): v for k, v in headers.items()}
        data = None
        if body is not None:
            h["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        c.request(method, path, data, {k: v.encode() if isinstance(v, str)
                                       else v for k, v in h.items()})
        answer = c.getresponse()
        text = answer.read().decode()
        c.close()
        try:
            return answer, json.loads(text)
        except ValueError:
            return answer, text

    def log_in(self, name="wang", expect=200, **more):
        answer, value = self.ask(
            "POST", "/api/v1/login",
            {"user": name, "password": PASSWORD, **more})
        self.assertEqual(answer.status, expect, value)
        if expect != 200:
            return value
        return {"Cookie": answer.headers["Set-Cookie"].split(";")[0],
                "X_CSRF_Token": value["csrf"]}

    def test_the_last_admin_stays(self):
        for args in (("disable", "wang"), ("remove", "wang"),
                     ("role", "wang", "--role", "editor")):
            self.assertIn("last admin", self.user(*args, expect=1))
        me = self.log_in()
        answer, _ = self.ask("POST", "/api/v1/users/wang",
                             {"disabled": True}, **me)
        self.assertEqual(answer.status, 409)
        self.user("add", "li", "--role", "admin", "--password-file",
                  self.d.folder + "/password")
        self.user("role", "wang", "--role", "editor")
        answer, _ = self.ask("GET", "/api/v1/account", **me)
        self.assertEqual(answer.status, 401)  # the role of before is over
        self.assertIn("last admin", self.user("disable", "li", expect=1))
        self.assertIn("editor", self.user("list"))
        self.user("disable", "wang")
        self.log_in(expect=401)
        self.user("enable", "wang")
        me = self.log_in()
        self.user("password", "wang", "--generate")
        answer, _ = self.ask("GET", "/api/v1/account", **me)
        self.assertEqual(answer.status, 401)
        self.user("remove", "wang")
        self.log_in(expect=401)
        kinds = {e["kind"] for e in self.d.api(
            "GET", "/api/v1/ledger?limit=200")["entries"]}
        for kind in ("user.added", "user.role", "user.disabled",
                     "user.enabled", "user.password", "user.removed",
                     "session.opened", "login.failed"):
            self.assertIn(kind, kinds)

    def test_a_second_factor(self):
        me = self.log_in()
        _, factor = self.ask("GET", "/api/v1/account/factor", **me)
        secret = factor["secret"]
        answer, value = self.ask(
            "POST", "/api/v1/account/factor",
            {"secret": secret, "code": code_of(secret, -1),
             "current": PASSWORD}, **me)
        self.assertEqual(answer.status, 201, value)
        codes = value["codes"]
        self.assertEqual(len(set(codes)), 10)
        self.assertEqual(self.log_in(expect=401)["need"], "code")
        code = code_of(secret)
        self.log_in(code=code)
        self.log_in(code=code, expect=401)  # good once
        self.log_in(code=codes[3])
        self.log_in(code=codes[3], expect=401)
        entries = self.d.api("GET", "/api/v1/ledger?limit=200")["entries"]
        said = json.dumps(entries)
        for word in [secret, PASSWORD] + codes:
            self.assertNotIn(word, said)
            self.assertNotIn(word, self.d.log())
        self.assertIn("user.recovery_used", {e["kind"] for e in entries})
        self.user("reset-factor", "wang")
        answer, _ = self.ask("GET", "/api/v1/account", **me)
        self.assertEqual(answer.status, 401)
        self.log_in()

    def test_tokens(self):
        feeder = self.user("token", "wang/feed", "--role", "feeder",
                           "--days", "30").strip()
        reader = self.user("token", "wang/read", "--role", "operator",
                           "--only", "read").strip()
        with_feeder = {"Authorization": "Bearer " + feeder}
        with_reader = {"Authorization": "Bearer " + reader}
        self.assertEqual(self.ask("GET", "/api/v1/incidents",
                                  **with_feeder)[0].status, 403)
        answer, _ = self.ask("POST", "/api/v1/items?source=none",
                             {"title": "x"}, **with_feeder)
        self.assertEqual(answer.status, 404)
        self.assertEqual(self.ask("GET", "/api/v1/incidents",
                                  **with_reader)[0].status, 200)
        self.assertEqual(self.ask("POST", "/api/v1/sources/news/probe", {},
                                  **with_reader)[0].status, 403)
        said = self.user("tokens", "wang")
        self.assertIn("feed", said)
        self.assertNotIn(feeder, said)
        self.user("revoke", "wang/feed")
        self.assertEqual(self.ask("GET", "/api/v1/incidents",
                                  **with_feeder)[0].status, 401)

    def test_settings_show_what_a_reload_said(self):
        me = self.log_in()
        _, value = self.ask("GET", "/api/v1/settings", **me)
        self.assertGreater(value["store"]["store_bytes"], 0)
        with open(self.d.folder + "/tocsin.yaml", "a") as f:
            f.write("\nnonsense: 1\n")
        answer, _ = self.ask("POST", "/api/v1/reload", {}, **me)
        self.assertEqual(answer.status, 422)
        _, value = self.ask("GET", "/api/v1/settings", **me)
        self.assertFalse(value["reload"]["ok"])
        self.assertRegex(value["reload"]["errors"][0],
                         r"tocsin\.yaml:\d+:\d+: ")
        self.assertEqual(
            [s["current"] for s in value["sessions"]], [True])

    def test_a_proxy_vouches(self):
        answer, _ = self.ask("GET", "/api/v1/account", X_Remote_User="zhao")
        self.assertEqual(answer.status, 400)
        answer, value = self.ask("GET", "/api/v1/account", source="127.0.0.2",
                                 X_Remote_User="zhao")
        self.assertEqual((answer.status, value["role"]), (200, "viewer"))
        self.assertIn("zhao", self.user("list"))
        answer, value = self.ask("GET", "/api/v1/account", source="127.0.0.2",
                                 X_Remote_User="wang")
        self.assertEqual(value["role"], "admin")


if __name__ == "__main__":
    main()
