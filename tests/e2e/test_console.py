"""A person logs in with a browser's requests and acknowledges an incident."""
import http.client
import re
import urllib.parse

from harness import E2E, main, wait_until

PASSWORD = "correct-horse-2026"


class Console(E2E):
    def setUp(self):
        super().setUp()
        self.route, source = self.feed()
        self.d = self.daemon([source])
        self.wait_baseline(self.d, "news")
        self.d.put("password", PASSWORD, 0o600)
        done = self.d.cli("user", "add", "wang", "--password-file",
                          self.d.folder + "/password")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.cookie = None

    def ask(self, method, path, form=None, headers=None):
        c = http.client.HTTPConnection("127.0.0.1", self.d.console_port,
                                       timeout=20)
        h = {"Accept": "text/html"}
        if self.cookie:
            h["Cookie"] = self.cookie
        h.update(headers or {})
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            h["Content-Type"] = "application/x-www-form-urlencoded"
        c.request(method, path, body, h)
        answer = c.getresponse()
        text = answer.read().decode()
        c.close()
        return answer, text

    def log_in(self, password=PASSWORD):
        answer, text = self.ask("GET", "/login")
        self.assertEqual(answer.status, 200)
        for value in answer.msg.get_all("Set-Cookie") or []:
            self.cookie = value.split(";")[0]
        form = dict(re.findall(
            r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', text))
        form.update({"user": "wang", "name": "wang", "password": password})
        answer, text = self.ask("POST", "/login", form)
        for value in answer.msg.get_all("Set-Cookie") or []:
            self.cookie = value.split(";")[0]
            self.attributes = value
        return answer

    def test_log_in_and_acknowledge(self):
        self.route.set_items([(1, "旧", ""), (2, "云溪三中宿舍起火", "")])
        incident = self.wait_opened(1)[0]
        answer, _ = self.ask("GET", "/incidents/%d" % incident["id"])
        self.assertIn(answer.status, (302, 303, 401))

        answer = self.log_in()
        self.assertIn(answer.status, (302, 303))
        self.assertIn("HttpOnly", self.attributes)
        self.assertIn("SameSite=Strict", self.attributes)
        answer, text = self.ask("GET", "/")
        if answer.status in (302, 303):
            answer, text = self.ask("GET", answer.getheader("Location"))
        self.assertEqual(answer.status, 200)
        self.assertIn("云溪三中宿舍起火", text)
        self.assertIn("default-src", answer.getheader("Content-Security-Policy"))

        answer, text = self.ask("GET", "/incidents/%d" % incident["id"])
        self.assertEqual(answer.status, 200)
        self.assertIn("起火", text)
        csrf = re.search(r'name="csrf"[^>]*value="([^"]+)"', text).group(1)
        path = "/incidents/%d/actions" % incident["id"]
        answer, _ = self.ask("POST", path, {"action": "acknowledge"})
        self.assertIn(answer.status, (400, 403))
        answer, _ = self.ask("POST", path, {"action": "acknowledge",
                                            "csrf": csrf})
        self.assertIn(answer.status, (200, 302, 303))
        shown = self.d.api("GET", "/api/v1/incidents/%d" % incident["id"])
        self.assertNotEqual(shown["incident"]["state"], "new")
        self.assertIn("wang", [e["by"] for e in shown["timeline"]])

    def test_a_wrong_password_is_refused(self):
        answer = self.log_in("wrong-password")
        self.assertNotIn(answer.status, (302, 303))

    def test_health_and_metrics(self):
        for path in ("/healthz", "/readyz", "/metrics"):
            answer, text = self.ask("GET", path)
            self.assertEqual(answer.status, 200, path)
        self.assertIn("tocsin_", text)

    def test_another_host_name_is_refused(self):
        answer, _ = self.ask("GET", "/login", headers={"Host": "evil.example"})
        self.assertIn(answer.status, (400, 403, 421))

    def test_live_updates(self):
        self.log_in()
        c = http.client.HTTPConnection("127.0.0.1", self.d.console_port,
                                       timeout=30)
        c.request("GET", "/events", headers={"Cookie": self.cookie,
                                             "Accept": "text/event-stream"})
        answer = c.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertIn("text/event-stream", answer.getheader("Content-Type"))
        self.route.set_items([(1, "旧", ""), (2, "云溪三中宿舍起火", "")])
        line = b""
        while not line.startswith(b"event: incident"):
            line = answer.fp.readline()
            self.assertTrue(line, "the stream ended")
        c.close()


if __name__ == "__main__":
    main()
