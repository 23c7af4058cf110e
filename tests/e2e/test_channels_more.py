"""Pushes, mail, and what other programs read: taken exactly when they say so."""
import glob
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                ".."))
from fakes.alertmanager import Alertmanager  # noqa: E402
from fakes.bark import Bark  # noqa: E402
from fakes.base import Refused, Script  # noqa: E402
from fakes.cloudevents import CloudEvents  # noqa: E402
from fakes.ntfy import Ntfy  # noqa: E402
from fakes.smtp import Smtp  # noqa: E402
from fakes.template import TEMPLATE, Template  # noqa: E402
from harness import E2E, main, wait_until  # noqa: E402

ITEMS = [(1, "旧", ""), (2, "云溪三中宿舍起火", "消防已到场，学生已疏散")]
LI, WANG = "li@yunxi.example", "wang@yunxi.example"
HTTP = ("alertmanager", "bark", "cloudevents", "ntfy", "template")


class Kinds(E2E):
    def setUp(self):
        super().setUp()
        self.fakes = {}
        for fake in (Ntfy(limit=0), Bark(), Alertmanager(), CloudEvents(),
                     Template()):
            self.add(fake)

    def add(self, fake):
        self.fakes[fake.kind] = fake
        self.addCleanup(fake.close)
        return fake

    def mail(self, **more):
        return self.add(Smtp(**more))

    def begin(self, *kinds, start=True, options=None):
        self.route, source = self.feed()
        ports = [self.origin.port] + [self.fakes[k].port for k in kinds]
        settings = {"allow_addresses": ["127.0.0.1/32:%d" % p for p in ports]}
        if "smtp" in kinds:
            settings["notify"] = {"trust": self.fakes["smtp"].ca}
        self.receiver, receiver = None, self.receiver
        self.d = self.daemon([source], start=False, settings=settings)
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
            row = {"id": "duty-" + kind, "kind": kind, "url": fake.url}
            if kind != "smtp":
                row["insecure_http"] = True
            if kind == "template":
                self.d.put("push.mustache", TEMPLATE)
                row.update({"template": "push.mustache", "method": "PUT",
                            "headers": ["X-App: tocsin {secret}"],
                            "success": {"pointer": "/result/code",
                                        "equals": 0}})
            if kind == "smtp":
                row.update({"from": "云溪县教育局 <desk@yunxi.example>",
                            "to": [LI, WANG]})
                if fake.user:
                    row["user"] = fake.user
            if fake.secret and (kind != "smtp" or fake.user):
                self.d.put(kind + ".secret", fake.secret, 0o600)
                row["secret"] = {"file": kind + ".secret"}
            row.update(options.get(kind, {}))
            rows.append(row)
        self.d.put("channels.d/kinds.yaml",
                   json.dumps({"channels": rows}, ensure_ascii=False))

    def deliveries(self, kind=None):
        rows = self.d.api("GET", "/api/v1/deliveries?limit=200")["deliveries"]
        return [r for r in rows if kind is None
                or r["channel"] == "duty-" + kind]

    def wait_delivered(self, *kinds):
        for kind in kinds:
            wait_until(lambda: [r for r in self.deliveries(kind)
                                if r["state"] == "delivered"], 20,
                       "a delivery on " + kind)

    def attempt(self, kind, *args):
        done = self.d.cli("try", "channel", "duty-" + kind, *args)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return json.loads(done.stdout)

    def check_hidden(self, secrets, kinds, paths=()):
        """paths: parts of addresses, which check --print may show."""
        seen = [self.d.log()]
        for path in ("/api/v1/deliveries", "/api/v1/incidents/1",
                     "/api/v1/channels", "/metrics", "/deliveries",
                     "/incidents/1"):
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
        printed = self.d.cli("check", "--print").stdout
        for secret in secrets:
            self.assertNotIn(secret, printed)
        for text in seen:
            for secret in list(secrets) + list(paths):
                self.assertNotIn(secret, text)


class Http(Kinds):
    def test_one_incident_reaches_every_kind(self):
        self.begin(*HTTP)
        self.route.set_items(ITEMS)
        for kind in HTTP:
            wait_until(self.fakes[kind].taken, 20, "a message on " + kind)
            self.assertIn("云溪三中宿舍起火", self.fakes[kind].accepted()[0])
            self.assertEqual(self.fakes[kind].codes(), [0])
        self.wait_delivered(*HTTP)
        alert = self.fakes["alertmanager"].taken()[0].json["alerts"][0]
        self.assertEqual(alert["labels"]["category"], "building_fire")
        self.assertEqual(self.fakes["ntfy"].taken()[0].json["priority"], 4)
        self.assertEqual(self.fakes["bark"].taken()[0].json["level"],
                         "timeSensitive")
        event = self.fakes["cloudevents"].taken()[0].json
        self.assertEqual(event["type"], "incident.opened")
        self.assertEqual(event["subject"], "incident/1")
        # Over: the same alert, resolved.
        self.d.api("POST", "/api/v1/incidents/1/actions",
                   {"action": "resolve", "cause": "resolved"})
        wait_until(lambda: len(self.fakes["alertmanager"].taken()) > 1, 20,
                   "the resolved alert")
        over = self.fakes["alertmanager"].taken()[1].json["alerts"][0]
        self.assertEqual(over["status"], "resolved")
        self.assertEqual(over["fingerprint"], alert["fingerprint"])

    def test_every_event_in_every_form_is_taken(self):
        self.begin(*HTTP, start=False)
        for kind in HTTP:
            for event in ("opened", "raised", "closed", "digest",
                          "source.condition", "test"):
                for form in ("full", "plain", "safe"):
                    got = self.attempt(kind, "--event", event, "--form", form)
                    self.assertEqual(got["verdict"], "delivered", got)

    def test_what_answers_mean(self):
        rows = {
            "ntfy": [(Ntfy.refuse(42901), "rate"),
                     (Ntfy.refuse(42908), "rate"),
                     (Ntfy.refuse(40301), "dead_target"),
                     (Ntfy.refuse(41301), "bad_payload"),
                     (Ntfy.refuse(50001), "transient")],
            "bark": [(Bark.refuse(400, "failed to get device token: no"),
                      "dead_target"),
                     (Bark.refuse(500, "push failed: timeout", 500),
                      "transient"),
                     (Bark.refuse(500, "push failed: PayloadTooLarge"),
                      "bad_payload")],
            "cloudevents": [
                (CloudEvents.refuse(415), "dead_target"),
                (CloudEvents.refuse(429, "no", [("Retry-After", "9")]),
                 "rate"), (CloudEvents.refuse(410), "gone"),
                (CloudEvents.refuse(500), "transient")],
            "alertmanager": [
                (Alertmanager.refuse(400), "bad_payload"),
                (Alertmanager.refuse(429), "rate"),
                (Alertmanager.refuse(502), "transient")],
            "template": [(Template.refuse(7), "transient"),
                         (Template.refuse(7, "no", 429), "rate"),
                         (Template.refuse(7, "no", 403), "dead_target")],
        }
        odd = [(Refused(0, body=b"<html>ok</html>"), ("ntfy", "bark",
                                                       "template")),
               (Refused(0, body=b""), ("ntfy", "bark", "template")),
               (Script(reset=True), HTTP), (Script(cut=True),
                                            ("ntfy", "bark", "template"))]
        self.begin(*HTTP, start=False)
        for kind in HTTP:
            for refused, wanted in rows[kind]:
                self.fakes[kind].script.append(refused)
                got = self.attempt(kind)
                self.assertEqual(got["verdict"], wanted, (kind, got))
            for script, kinds in odd:
                if kind in kinds:
                    self.fakes[kind].script.append(script)
                    got = self.attempt(kind)
                    self.assertEqual(got["verdict"], "transient", (kind, got))
            self.assertEqual(self.attempt(kind)["verdict"], "delivered")

    def test_a_template_is_checked_before_it_is_used(self):
        self.begin("template", start=False)
        for text, words in (('{"a": "{{headline}}"', "JSON"),
                            ('{"a": {{headline}}}', "line 1"),
                            ('{"a": "{{#headline}}"}', "headline")):
            self.d.put("push.mustache", text)
            done = self.d.cli("check")
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn(words, done.stderr)
        self.d.put("push.mustache", TEMPLATE)
        done = self.d.cli("check")
        self.assertEqual(done.returncode, 0, done.stderr)
        # What is printed can be read back.
        done = self.d.cli("check", "--print")
        self.assertIn("success: {", done.stdout)
        self.assertNotIn(self.fakes["template"].secret, done.stdout)

    def test_tokens_are_nowhere(self):
        self.begin(*HTTP)
        for kind in HTTP:
            fake = self.fakes[kind]
            fake.always = Refused(77, "you sent %s %s" % (fake.url,
                                                         fake.secret), 500)
        self.route.set_items(ITEMS)
        for kind in HTTP:
            wait_until(lambda: [r for r in self.deliveries(kind)
                                if r["attempts"] > 0], 20, "an attempt")
        self.check_hidden([self.fakes[k].secret for k in HTTP], HTTP,
                          [self.fakes["ntfy"].topic])


class Mail(Kinds):
    def test_a_mail_arrives_and_its_thread_with_it(self):
        fake = self.mail()
        self.begin("smtp")
        self.route.set_items(ITEMS)
        wait_until(fake.taken, 20, "a mail")
        self.wait_delivered("smtp")
        first = fake.taken()[0]
        self.assertEqual(first.sender, "desk@yunxi.example")
        self.assertEqual(first.accepted_for, [LI, WANG])
        self.assertIn("云溪三中宿舍起火", first.header("Subject"))
        self.assertIn("云溪县教育局", first.header("From"))
        self.assertIn("云溪三中宿舍起火", first.text())
        self.assertIn("<html", first.text("text/html"))
        self.assertEqual(first.header("Auto-Submitted"), "auto-generated")
        self.assertTrue(all(byte < 128 for byte in first.raw))
        self.d.api("POST", "/api/v1/incidents/1/actions",
                   {"action": "resolve", "cause": "resolved"})
        wait_until(lambda: len(fake.taken()) > 1, 20, "the second mail")
        second = fake.taken()[1]
        self.assertEqual(second.header("References"),
                         first.header("Message-ID"))
        self.assertEqual(second.header("In-Reply-To"),
                         first.header("Message-ID"))
        self.assertEqual(fake.wrong, [])
        self.assertLess(fake.commands.index("STARTTLS"),
                        fake.commands.index("AUTH …"))

    def test_what_would_be_sent_is_shown(self):
        fake = self.mail()
        self.begin("smtp", "template", start=False)
        shown = self.attempt("smtp", "--dry-run", "--event", "raised")
        self.assertEqual(shown["request"]["to"], [LI, WANG])
        self.assertIn("References", shown["request"]["headers"])
        self.assertNotIn(fake.secret, json.dumps(shown))
        shown = self.attempt("template", "--dry-run", "--event", "opened")
        self.assertEqual(shown["request"]["body"]["level"], "orange")
        self.assertNotIn("token", shown["message"]["text"])
        self.assertEqual(fake.commands, [])

    def test_one_of_two_is_refused_and_named(self):
        fake = self.mail()
        fake.recipients[WANG] = "550 5.1.1 no such user here"
        self.begin("smtp", start=False)
        got = self.attempt("smtp")
        self.assertEqual(got["verdict"], "delivered", got)
        self.assertIn(WANG, got["answer"]["text"])
        self.assertIn("550", got["answer"]["text"])
        self.assertEqual(fake.taken()[0].accepted_for, [LI])
        fake.recipients[LI] = "553 5.1.3 nor here"
        self.assertEqual(self.attempt("smtp")["verdict"], "dead_target")
        fake.recipients[LI] = "451 4.7.1 greylisted, come again"
        self.assertEqual(self.attempt("smtp")["verdict"], "transient")

    def test_a_greylist_delays_and_does_not_lose(self):
        fake = self.mail()
        fake.replies["RCPT"] = ["451 4.7.1 greylisted, come again"] * 2
        self.begin("smtp")
        self.route.set_items(ITEMS)
        wait_until(fake.taken, 40, "the mail")
        self.wait_delivered("smtp")
        self.assertEqual(len(fake.taken()), 1)
        self.assertEqual(self.deliveries("smtp")[0]["attempts"], 2)

    def test_who_was_refused_stands_on_the_incident(self):
        fake = self.mail()
        fake.recipients[WANG] = "550 5.1.1 no such user here"
        self.begin("smtp")
        self.route.set_items(ITEMS)
        self.wait_delivered("smtp")
        shown = json.dumps(self.d.api("GET", "/api/v1/incidents/1"),
                           ensure_ascii=False)
        self.assertIn("550 5.1.1 no such user here", shown)
        self.assertIn(WANG, shown)

    def test_what_replies_mean(self):
        fake = self.mail()
        self.begin("smtp", start=False)
        for command, reply, wanted in (
                ("greeting", "554 5.3.2 closed", "dead_target"),
                ("greeting", "421 4.3.2 busy", "transient"),
                ("greeting", "", "transient"),
                ("AUTH", "535 5.7.8 no", "dead_target"),
                ("AUTH", "454 4.7.0 later", "transient"),
                ("MAIL", "550 5.7.1 not you", "dead_target"),
                ("DATA", "451 4.3.0 later", "transient"),
                ("BODY", "452 4.3.1 disk full", "transient"),
                ("BODY", "554 5.7.1 spam", "bad_payload"),
                ("BODY", "", "transient")):
            fake.replies[command] = [reply]
            got = self.attempt("smtp")
            self.assertEqual(got["verdict"], wanted, (command, reply, got))
            if reply:
                self.assertIn(reply[:3], json.dumps(got))
        self.assertEqual(fake.taken(), [])
        self.assertEqual(self.attempt("smtp")["verdict"], "delivered")

    def test_without_starttls_nothing_is_sent(self):
        fake = self.mail(starttls=False, user="")
        self.begin("smtp", start=False)
        got = self.attempt("smtp")
        self.assertEqual(got["verdict"], "transient")
        self.assertIn("STARTTLS", json.dumps(got))
        self.assertEqual([c for c in fake.commands if c.startswith("MAIL")], [])
        self.write_channels(["smtp"], {"smtp": {"insecure_smtp": True}})
        self.assertEqual(self.attempt("smtp")["verdict"], "delivered")

    def test_a_certificate_of_nobody_is_refused(self):
        fake = self.mail()
        other = Smtp()
        self.addCleanup(other.close)
        self.begin("smtp", start=False)
        fake.ca, ca = other.ca, fake.ca
        self.d.close()
        self.begin("smtp", start=False)
        got = self.attempt("smtp")
        self.assertEqual(got["verdict"], "transient", got)
        self.assertNotIn("AUTH …", fake.commands)
        fake.ca = ca

    def test_smtps_from_the_first_byte(self):
        fake = self.mail(implicit=True)
        self.begin("smtp", start=False)
        self.assertEqual(self.attempt("smtp")["verdict"], "delivered")
        self.assertNotIn("STARTTLS", fake.commands)

    def test_a_slow_server_holds_up_nobody(self):
        fake = self.mail()
        self.begin("smtp", "ntfy")
        fake.always["BODY"] = None   # never an answer to the message
        fake.always["QUIT"] = None
        self.route.set_items(ITEMS)
        wait_until(lambda: fake.offered or "DATA" in fake.commands, 20,
                   "the mail")
        self.route.set_items(ITEMS + [(3, "云溪二中学生食物中毒送医", "")])
        wait_until(lambda: len(self.fakes["ntfy"].taken()) >= 2, 15,
                   "the pushes")

    def test_the_password_is_nowhere(self):
        fake = self.mail()
        fake.always["BODY"] = "451 4.0.0 you said " + fake.secret
        self.begin("smtp")
        self.route.set_items(ITEMS)
        wait_until(lambda: [r for r in self.deliveries("smtp")
                            if r["attempts"] > 0], 20, "an attempt")
        self.check_hidden([fake.secret], ["smtp"])
        self.assertEqual(fake.wrong, [])


if __name__ == "__main__":
    main()
