"""Chat robots: what their platforms say is what counts."""
import glob
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                ".."))
from fakes.base import Refused, Script  # noqa: E402
from fakes.dingtalk import DingTalk  # noqa: E402
from fakes.feishu import Feishu, card_colour  # noqa: E402
from fakes.slack import Mattermost, Slack  # noqa: E402
from fakes.webhook import Webhook  # noqa: E402
from fakes.wecom import WeCom  # noqa: E402
from harness import E2E, main, wait_until  # noqa: E402

ITEMS = [(1, "旧", ""), (2, "云溪三中宿舍起火", "消防已到场，学生已疏散")]
SECRETS = {"dingtalk": "SEC9f8e7d6c5b4a39281706f5e4d3c2b1a0",
           "feishu": "Fs0a1b2c3d4e5f60718293"}

# What each code is to mean.  Every one of the tables is here.
CODES = {
    "dingtalk": {
        -1: "transient", 310000: "dead_target", 410100: "rate",
        130101: "rate", 300001: "dead_target", 300005: "dead_target",
        400101: "dead_target", 400102: "dead_target", 400106: "dead_target",
        400013: "dead_target", 40035: "bad_payload", 43004: "bad_payload",
        400105: "bad_payload", 460101: "bad_payload", 101002: "bad_payload",
        430101: "bad_payload", 430102: "bad_payload", 430103: "bad_payload",
        430104: "bad_payload", 777777: "transient"},
    "wecom": {
        -1: "transient", 45009: "rate", 45033: "rate", 93000: "dead_target",
        40008: "bad_payload", 40058: "bad_payload", 44004: "bad_payload",
        45002: "bad_payload", 45008: "bad_payload", 45034: "bad_payload",
        40007: "bad_payload", 40003: "bad_payload", 46004: "bad_payload",
        777777: "transient"},
    "feishu": {
        11232: "rate", 19001: "dead_target", 19002: "bad_payload",
        19021: "dead_target", 19022: "dead_target", 19024: "dead_target",
        777777: "transient"},
}
ODD = [  # answers that are none, of any robot
    (Refused(0, body=b"<html>ok</html>"), "transient"),
    (Refused(0, body=b""), "transient"),
    (Refused(0, body=b"{}"), "transient"),
    (Refused(0, body=b"[0]"), "transient"),
    (Refused(0, status=502, body=b"<html>bad gateway</html>"), "transient"),
    (Refused(0, status=429, headers=[("Retry-After", "7")], body=b""), "rate"),
    (Refused(0, status=302, headers=[("Location", "http://127.0.0.1:9/")],
             body=b""), "transient"),
    (Script(cut=True), "transient"),
    (Script(reset=True), "transient"),
]


class Channels(E2E):
    def setUp(self):
        super().setUp()
        self.fakes = {}
        for fake in (DingTalk(secret=SECRETS["dingtalk"], keywords=["舆情"],
                              limit=0),
                     WeCom(limit=0),
                     Feishu(secret=SECRETS["feishu"], a_second=0, a_minute=0),
                     Slack(), Mattermost(), Webhook()):
            self.fakes[fake.kind] = fake
            self.addCleanup(fake.close)

    def begin(self, *kinds, start=True, options=None):
        self.route, source = self.feed()
        ports = [self.origin.port] + [self.fakes[k].port for k in kinds]
        self.receiver, receiver = None, self.receiver
        self.d = self.daemon([source], start=False, settings={
            "allow_addresses": ["127.0.0.1/32:%d" % p for p in ports]})
        self.receiver = receiver
        self.d.put("channels.d/desk.yaml", json.dumps({"channels": []}))
        self.write_channels(kinds, options or {})
        if start:
            self.d.start()
            self.wait_baseline(self.d, "news")

    def write_channels(self, kinds, options):
        rows = []
        for kind in kinds:
            fake = self.fakes[kind]
            row = {"id": "duty-" + kind, "kind": kind, "url": fake.url,
                   "insecure_http": True}
            if getattr(fake, "secret", None):
                self.d.put(kind + ".secret", fake.secret, 0o600)
                row["secret"] = {"file": kind + ".secret"}
            if getattr(fake, "keywords", None):
                row["keywords"] = fake.keywords
            row.update(options.get(kind, {}))
            rows.append(row)
        self.d.put("channels.d/robots.yaml",
                   json.dumps({"channels": rows}, ensure_ascii=False))

    def deliveries(self, kind=None):
        rows = self.d.api("GET", "/api/v1/deliveries?limit=200")["deliveries"]
        return [r for r in rows if kind is None
                or r["channel"] == "duty-" + kind]

    def attempt(self, kind, *args):
        done = self.d.cli("try", "channel", "duty-" + kind, *args)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return json.loads(done.stdout)

    # --- the table -------------------------------------------------------------

    def test_every_code_has_its_class(self):
        kinds = ("dingtalk", "wecom", "feishu")
        self.begin(*kinds, start=False)
        for kind in kinds:
            fake = self.fakes[kind]
            for code, wanted in CODES[kind].items():
                fake.script.append(fake.refuse(code))
                got = self.attempt(kind)
                self.assertEqual(got["verdict"], wanted, (kind, got))
                self.assertIn(str(code), got["answer"]["code"])
            for script, wanted in ODD:
                fake.script.append(script)
                got = self.attempt(kind)
                self.assertEqual(got["verdict"], wanted, (kind, got))
            self.assertEqual(self.attempt(kind)["verdict"], "delivered")
            self.assertEqual(len(fake.taken()), 1)

    def test_codes_that_depend_on_words(self):
        self.begin("dingtalk", "feishu", start=False)
        fake = self.fakes["dingtalk"]
        fake.script.append(fake.refuse(300001, "msgtype is null"))
        self.assertEqual(self.attempt("dingtalk")["verdict"], "bad_payload")
        fake = self.fakes["feishu"]
        fake.script += [Refused(9499, "too many request", 400),
                        Refused(9499, "Bad Request", 400)]
        self.assertEqual(self.attempt("feishu")["verdict"], "rate")
        self.assertEqual(self.attempt("feishu")["verdict"], "bad_payload")
        fake.legacy = True
        self.assertEqual(self.attempt("feishu")["verdict"], "delivered")
        fake.empty = True
        self.assertEqual(self.attempt("feishu")["verdict"], "transient")

    def test_every_event_in_every_form_is_taken(self):
        kinds = ("dingtalk", "wecom", "feishu", "slack", "mattermost",
                 "webhook")
        self.begin(*kinds, start=False)
        for kind in kinds:
            for event in ("opened", "digest", "source.condition", "test"):
                for form in (("full", "plain", "safe")
                             if event == "digest" else ("full",)):
                    got = self.attempt(kind, "--event", event, "--form", form)
                    self.assertEqual(got["verdict"], "delivered", got)
        self.assertEqual(self.fakes["wecom"].escaped, 0)

    # --- the daemon ----------------------------------------------------------------

    def test_one_incident_reaches_every_robot(self):
        kinds = ("dingtalk", "wecom", "feishu", "slack", "mattermost",
                 "webhook")
        self.begin(*kinds, options={
            "wecom": {"mentions": ["zhangsan"]},
            "feishu": {"mentions": ["all"]}})
        self.route.set_items(ITEMS)
        for kind in kinds:
            wait_until(self.fakes[kind].taken, 20, "a message on " + kind)
            self.assertIn("云溪三中宿舍起火",
                          self.fakes[kind].accepted()[0])
            self.assertEqual(self.fakes[kind].codes()[0], 0)
        self.assertIn("<@zhangsan>", self.fakes["wecom"].accepted()[0])
        self.assertIn("<at id=all>", self.fakes["feishu"].accepted()[0])
        self.assertIn(card_colour(self.fakes["feishu"].taken()[0]),
                      ("orange", "red"))
        wait_until(lambda: all(r["state"] == "delivered"
                               for r in self.deliveries()), 10, "the rows")

    def test_a_refusal_is_never_a_delivery(self):
        self.begin("wecom", "dingtalk")
        for fake in (self.fakes["wecom"], self.fakes["dingtalk"]):
            fake.always = fake.refuse(93000 if fake.kind == "wecom" else 400102)
        self.route.set_items(ITEMS)
        for kind, words in (("wecom", "93000"), ("dingtalk", "400102")):
            wait_until(lambda: [r for r in self.deliveries(kind)
                                if words in (r.get("last_error") or "")], 20,
                       "the refusal of " + kind)
        self.assertEqual(
            [r for r in self.deliveries() if r["state"] == "delivered"], [])
        self.assertEqual(self.fakes["wecom"].taken(), [])

    def test_a_moderated_message_comes_without_foreign_words(self):
        self.begin("dingtalk")
        fake = self.fakes["dingtalk"]
        fake.unsafe_hosts = ["news.example", "宿舍起火"]
        self.route.set_items(ITEMS)
        wait_until(fake.taken, 30, "the safe form")
        self.assertIn(430101, fake.codes())
        self.assertNotIn("起火", fake.accepted()[0])
        self.assertIn("建筑消防", fake.accepted()[0])

    def test_a_message_that_is_too_long_comes_again_shorter(self):
        self.begin("wecom")
        fake = self.fakes["wecom"]
        fake.script.append(fake.refuse(40058))
        self.route.set_items(ITEMS)
        wait_until(fake.taken, 30, "the plain form")
        self.assertEqual(fake.taken()[0].json["msgtype"], "text")
        self.assertIn("云溪三中宿舍起火", fake.accepted()[0])

    def test_signatures_are_of_the_attempt(self):
        self.begin("dingtalk", "feishu")
        for kind in ("dingtalk", "feishu"):
            self.fakes[kind].script.append(
                Script(Refused(0, status=503, body=b"")))
        self.route.set_items(ITEMS)
        for kind in ("dingtalk", "feishu"):
            fake = self.fakes[kind]
            wait_until(fake.taken, 30, "the second attempt on " + kind)
        paths = {a.path for a in self.fakes["dingtalk"].arrivals}
        signs = {a.json["sign"] for a in self.fakes["feishu"].taken()}
        self.assertEqual(len(paths), 2)
        self.assertEqual(len(signs), 1)

    def test_a_clock_that_is_off_is_told_of_as_such(self):
        self.begin("feishu", "dingtalk", start=False)
        for kind in ("feishu", "dingtalk"):
            self.fakes[kind].clock.skew = 4000
            got = self.attempt(kind)
            self.assertEqual(got["verdict"], "dead_target")
            self.assertIn("时钟", got["answer"]["text"])

    # --- what nobody may see --------------------------------------------------------

    def test_tokens_are_nowhere(self):
        kinds = ("dingtalk", "wecom", "feishu", "slack")
        self.begin(*kinds)
        for kind in kinds:
            fake = self.fakes[kind]
            # A platform that repeats the whole request.
            fake.always = Refused(123456, "you sent %s %s" % (
                fake.url, getattr(fake, "secret", "")))
        self.route.set_items(ITEMS)
        for kind in kinds:
            wait_until(lambda: [r for r in self.deliveries(kind)
                                if r["attempts"] > 0], 20, "an attempt")
        seen = [self.d.log()]
        for path in ("/api/v1/deliveries", "/api/v1/incidents/1",
                     "/api/v1/channels", "/api/v1/channels/duty-dingtalk",
                     "/metrics", "/deliveries", "/incidents/1",
                     "/settings/channels/duty-wecom"):
            status, text = self.d.api("GET", path, raw=True)
            self.assertEqual(status, 200, path)
            seen.append(text.decode(errors="replace"))
        for kind in kinds:
            for args in ([], ["--dry-run", "--event", "opened"]):
                done = self.d.cli("try", "channel", "duty-" + kind, *args)
                seen += [done.stdout, done.stderr]
        for path in glob.glob(os.path.join(self.d.folder, "tocsin.db*")):
            with open(path, "rb") as f:
                seen.append(f.read().decode(errors="replace"))
        hidden = [SECRETS["dingtalk"], SECRETS["feishu"],
                  self.fakes["dingtalk"].token, self.fakes["wecom"].key,
                  self.fakes["feishu"].token, "abcdefghijklmnopqrst"]
        hidden += [a.path.split("sign=")[1]
                   for a in self.fakes["dingtalk"].arrivals]
        hidden += [json.loads(a.body)["sign"]
                   for a in self.fakes["feishu"].arrivals]
        for text in seen:
            for secret in hidden:
                self.assertNotIn(secret, text)

    def test_previews_are_on_the_console(self):
        self.begin("dingtalk")
        shown = self.d.api("GET", "/api/v1/channels/duty-dingtalk")
        types = {p["type"]: p for p in shown["previews"]}
        self.assertIn("查看", types["digest"]["zh"]["text"] + "查看")
        self.assertTrue(types["incident.opened"]["zh"]["title"]
                        .startswith("【橙色】"))
        self.assertTrue(types["incident.opened"]["en"]["title"]
                        .startswith("[Orange]"))
        self.d.api("POST", "/api/v1/channels/duty-dingtalk/test", {},
                   expect=(200, 201, 202))
        wait_until(self.fakes["dingtalk"].taken, 20, "the test")
        self.assertIn("测试", self.fakes["dingtalk"].accepted()[0])
        self.assertEqual(self.d.api(
            "GET", "/api/v1/channels/no-such", raw=True)[0], 404)


if __name__ == "__main__":
    main()
