"""Links to act: from a message, on a phone, without a log-in."""
import base64
import http.client
import re
import urllib.parse

from harness import E2E, main

ITEMS = [(1, "旧", ""), (2, "云溪三中宿舍起火", "消防已到场，电话13912345678")]


class ActLinks(E2E):
    def begin(self, **settings):
        self.route, source = self.feed()
        self.d = self.daemon([source], start=False,
                             settings={"notify": settings})
        self.d.start()
        self.wait_baseline(self.d, "news")
        self.route.set_items(ITEMS)
        self.incident = self.wait_opened(1)[0]
        self.acts = {a["act"]: a for a in self.incident.get("acts", [])}

    def http(self, method, url, body=None, lang="zh-CN", **headers):
        c = http.client.HTTPConnection("127.0.0.1", self.d.console_port,
                                       timeout=20)
        try:
            path = urllib.parse.urlsplit(url).path
            headers.setdefault("Accept", "text/html")
            headers["Accept-Language"] = lang
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
                body = urllib.parse.urlencode(body)
            c.request(method, path, body, headers)
            answer = c.getresponse()
            return answer.status, answer.read().decode(), answer
        finally:
            c.close()

    def state(self):
        return self.d.incidents()[0]["state"]

    def ledger(self):
        n = self.incident["id"]
        return self.d.api("GET", "/api/v1/incidents/%d" % n)["timeline"]

    def test_a_get_asks_and_only_a_post_acts_once(self):
        self.begin()
        self.assertEqual(set(self.acts),
                         {"acknowledge", "snooze", "false_alarm"})
        self.assertEqual(self.acts["acknowledge"]["label"], "确认收到")
        url = self.acts["acknowledge"]["url"]
        for method in ("GET", "HEAD", "GET"):  # as previews do
            status, page, answer = self.http(method, url)
            self.assertEqual(status, 200)
            self.assertIsNone(answer.getheader("Set-Cookie"))
        self.assertIn("云溪三中宿舍起火", page)
        self.assertIn("desk", page)
        self.assertIn("<form method=\"post\"", page)
        self.assertEqual(self.state(), "new")
        self.assertIn("Acknowledge", self.http("GET", url, lang="en")[1])
        status, page, _ = self.http("POST", url, {})
        self.assertEqual(status, 200)
        self.assertIn("已确认收到", page)
        self.assertEqual(self.state(), "acknowledged")
        done = [e for e in self.ledger() if e["kind"] == "incident.acknowledge"]
        self.assertEqual([e["by"] for e in done], ["link of desk"])
        # It was used: neither asks nor acts again.
        self.d.api("POST", "/api/v1/incidents/%d/actions" % self.incident["id"],
                   {"action": "reopen"})
        for method, body in (("GET", None), ("POST", {})):
            status, page, _ = self.http(method, url, body)
            self.assertEqual(status, 410)
            self.assertIn("已经用过", page)
        self.assertIn("used already", self.http("GET", url, lang="en")[1])
        self.assertEqual(self.state(), "new")
        # Another act of the same message is its own, and survives a restart.
        self.d.stop()
        self.d.start()
        self.assertEqual(self.http("POST", self.acts["snooze"]["url"], {})[0],
                         200)
        self.assertEqual(self.state(), "snoozed")

    def test_a_false_alarm_says_why(self):
        self.begin()
        url = self.acts["false_alarm"]["url"]
        self.assertEqual(self.http("POST", url, {"reason": "  "})[0], 422)
        self.assertEqual(self.state(), "new")
        status, _, _ = self.http("POST", url,
                                 {"reason": "是演练 13912345678"})
        self.assertEqual(status, 200)
        incident = self.d.incidents()[0]
        self.assertEqual(incident["state"], "false_alarm")
        self.assertIn("是演练", incident["reason"])
        self.assertNotIn("13912345678", incident["reason"])
        # It is over: the others mean nothing now.
        status, page, _ = self.http("POST", self.acts["acknowledge"]["url"], {})
        self.assertEqual(status, 409)
        self.assertIn("未作更改", page)

    def test_an_altered_link_does_nothing(self):
        self.begin()
        url = self.acts["acknowledge"]["url"]
        token = url.rsplit("/", 1)[1]
        raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        wrong = []
        for at in (1, 9, 17, 20, 27, len(raw) - 1):
            other = bytearray(raw)
            other[at] ^= 1
            wrong.append(base64.urlsafe_b64encode(bytes(other)).decode()
                         .rstrip("="))
        wrong += [token[:-1], token + "A", token + "=", token[:40], "x" * 90]
        for t in wrong:
            for method, body in (("GET", None), ("POST", {})):
                status, page, _ = self.http(method, "/act/" + t, body)
                self.assertIn(status, (404, 429), t)
        self.assertEqual(self.state(), "new")
        # Who tries on is made to wait, as at the log-in.
        status, _, answer = self.http("GET", "/act/" + "y" * 90)
        self.assertEqual(status, 429)
        self.assertGreater(int(answer.getheader("Retry-After")), 0)
        self.assertNotIn(token, self.d.log())

    def test_links_outlive_a_reload_and_may_be_off(self):
        self.begin(act_links_expiry="1m")
        url = self.acts["acknowledge"]["url"]
        self.assertEqual(self.http("GET", url)[0], 200)
        # The key is kept: what was sent stays good over a reload.
        self.d.api("POST", "/api/v1/reload", {})
        self.assertEqual(self.http("GET", url)[0], 200)
        with open(self.d.config, encoding="utf-8") as f:
            text = f.read()
        self.d.put("tocsin.yaml", text.replace('"act_links_expiry": "1m"',
                                               '"act_links": false'))
        self.d.api("POST", "/api/v1/reload", {})
        self.route.set_items(ITEMS + [(3, "云溪五中食物中毒", "多人上吐下泻")])
        opened = self.wait_opened(2)
        self.assertNotIn("acts", opened[1])

    def test_another_page_cannot_post(self):
        self.begin()
        url = self.acts["acknowledge"]["url"]
        status, _, _ = self.http("POST", url, {}, Origin="https://evil.example")
        self.assertEqual(status, 403)
        self.assertEqual(self.state(), "new")
        page = self.http("GET", url)[1]
        self.assertIsNone(re.search(r"139\d{8}", page))


if __name__ == "__main__":
    main()
