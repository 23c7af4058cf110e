"""The API is what its OpenAPI document says, and has what the pages have; the
feed and the calendar are what their RFCs want."""
import base64
import http.client
import json
import os
import re
import sys
import unittest
import xml.etree.ElementTree as tree

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "browser"))
from harness import main  # noqa: E402
from run import Desk  # noqa: E402

ROUTES = os.path.join(HERE, os.pardir, os.pardir, "console", "routes.def")
ATOM = "{http://www.w3.org/2005/Atom}"

# Pages that have no twin under /api/v1, and why.
NO_TWIN = {
    "page_act": "a link of a message, for its reader only",
    "page_board_token": "the board of a token; /api/v1/board takes tokens",
    "page_login": "a form", "page_events": "a stream for open pages",
    "page_static": "files", "page_favicon": "a file",
    "page_hub": "for hubs", "page_healthz": "plain text",
    "page_readyz": "plain text", "page_metrics": "plain text",
}
# What an answer without data of this county has.
MAY_BE_404 = {"/api/v1/rule-edits/{}", "/api/v1/deliveries/{}"}


def faults(schema, value, parts, where="$"):
    """What of value is not as schema has it: a list of sentences.  Stricter
    than JSON Schema: what an object has must stand in it."""
    if schema is True or schema == {}:
        return []
    if "$ref" in schema:
        return faults(parts[schema["$ref"].rsplit("/", 1)[1]], value, parts,
                      where)
    if "anyOf" in schema:
        tried = [faults(one, value, parts, where) for one in schema["anyOf"]]
        return [] if [] in tried else tried[0]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    is_a = {"null": value is None, "boolean": isinstance(value, bool),
            "string": isinstance(value, str),
            "integer": isinstance(value, int) and not isinstance(value, bool),
            "number": isinstance(value, (int, float))
            and not isinstance(value, bool),
            "array": isinstance(value, list),
            "object": isinstance(value, dict)}
    if kinds and not any(is_a[k] for k in kinds):
        return ["%s: %r is no %s" % (where, value, " or ".join(kinds))]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append("%s: %r is none of %s" % (where, value, schema["enum"]))
    if schema.get("format") == "date-time" and isinstance(value, str):
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value):
            found.append("%s: %r is no time in UTC" % (where, value))
    if isinstance(value, list) and "items" in schema:
        for i, one in enumerate(value):
            found += faults(schema["items"], one, parts, "%s[%d]" % (where, i))
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found += ["%s: no %s" % (where, name)
                  for name in schema.get("required", []) if name not in value]
        for name, one in value.items():
            if name in known:
                found += faults(known[name], one, parts, where + "." + name)
            elif schema.get("additionalProperties", True) is False:
                found.append("%s: %s is not documented" % (where, name))
    return found


def table():
    """(method, path, role, handler) of each line of routes.def."""
    with open(ROUTES, encoding="utf-8") as f:
        return re.findall(r'^X\((\w+), "([^"]+)", ROLE_(\w+), (\w+),',
                          f.read(), re.M)


class Api(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.desk = Desk()
        try:
            cls.desk.fill()
            cls.api = cls.desk.daemon.api
            cls.document = cls.api("GET", "/api/v1/openapi.json")
            cls.parts = cls.document["components"]["schemas"]
        except BaseException:
            cls.desk.close()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.desk.close()

    def operations(self):
        """{(METHOD, path with {})}: operation."""
        return {(method.upper(), re.sub(r"{[\w-]*}", "{}", path)): operation
                for path, methods in self.document["paths"].items()
                for method, operation in methods.items()}

    def test_the_table_and_the_document_have_the_same(self):
        routes = {(m, p): role for m, p, role, _ in table()
                  if p.startswith("/api/v1/")}
        operations = self.operations()
        self.assertEqual(set(routes), set(operations))
        for key, role in routes.items():
            operation = operations[key]
            self.assertEqual(operation["x-role"], role.lower(), key)
            answers = [a for s, a in operation["responses"].items()
                       if s != "default"]
            content = list(answers[0]["content"].values())[0]
            self.assertNotEqual(content["schema"], True,
                                "%s %s has no schema" % key)
        ids = [o["operationId"] for o in operations.values()]
        self.assertEqual(len(ids), len(set(ids)))
        with open(os.path.join(os.path.dirname(ROUTES), "static", "api.json"),
                  encoding="utf-8") as f:
            written = {tuple(k.split(" "))
                       for k in json.load(f)["operations"]}
        self.assertEqual(written - set(routes), set(), "of no route")

    def test_every_reference_leads_somewhere(self):
        def walk(value):
            if isinstance(value, dict):
                if isinstance(value.get("$ref"), str):
                    at = self.document
                    for part in value["$ref"][2:].split("/"):
                        self.assertIn(part, at, value["$ref"])
                        at = at[part]
                for one in value.values():
                    walk(one)
            elif isinstance(value, list):
                for one in value:
                    walk(one)

        walk(self.document)

    def examples(self):
        ids = [i["id"] for i in self.desk.daemon.incidents()]
        least = min(ids)
        detail = self.api("GET", "/api/v1/incidents/%d" % least)
        evidence = self.api("GET", "/api/v1/incidents/%d/evidence" % least)
        silences = self.api("GET", "/api/v1/silences")["silences"]
        versions = self.api("GET", "/api/v1/rules/bus-late")["versions"]
        return {"incidents": least, "sources": "gone", "sites": "school",
                "silences": silences[0]["id"],
                "evidence": evidence["evidence"][0]["id"], "reports": "week",
                "channels": "desk", "rules": "test-fire",
                "lists": "bus-people", "rule-tests": self.desk.test,
                "rule-edits": versions[0]["version"],
                "deliveries": detail["deliveries"][0]["id"],
                "items": detail["items"][0]["id"]}

    def test_answers_are_as_documented(self):
        of, wrong, asked = self.examples(), [], 0
        for (method, path), operation in sorted(self.operations().items()):
            content = operation["responses"].get("200", {}).get("content", {})
            if method != "GET" or "application/json" not in content:
                continue
            parts = path.split("/")
            filled = "/".join(str(of[parts[i - 1]]) if p == "{}" else p
                              for i, p in enumerate(parts))
            if path == "/api/v1/rule-editor":
                filled += "?object=rule:bus-late"
            status, text = self.desk.daemon.api("GET", filled, raw=True)
            if status != 200:
                if path not in MAY_BE_404:
                    wrong.append("%s: %d" % (filled, status))
                continue
            asked += 1
            wrong += ["%s: %s" % (path, f) for f in faults(
                content["application/json"]["schema"], json.loads(text),
                self.parts)]
        self.assertEqual(wrong, [])
        self.assertGreater(asked, 20)

    def test_what_is_not_documented_is_found(self):
        answer = self.api("GET", "/api/v1/incidents")
        schema = self.operations()[("GET", "/api/v1/incidents")][
            "responses"]["200"]["content"]["application/json"]["schema"]
        answer["incidents"][0]["secret"] = 1
        del answer["incidents"][0]["level"]
        answer["incidents"][0]["opened"] = "yesterday"
        said = " ".join(faults(schema, answer, self.parts))
        for words in ("secret is not documented", "no level", "no time"):
            self.assertIn(words, said)

    def test_every_page_has_its_twin(self):
        twins = {handler for m, p, _, handler in table()
                 if p.startswith("/api/v1/")}
        alone = sorted({handler for m, p, _, handler in table()
                        if m == "GET" and not p.startswith("/api/")
                        and handler not in twins and handler not in NO_TWIN})
        self.assertEqual(alone, [])

    def test_errors_are_objects(self):
        error = self.document["components"]["schemas"]["Error"]
        for path, status in (("/api/v1/incidents/999999", 404),
                             ("/api/v1/incidents?level=purple", 422)):
            got, text = self.desk.daemon.api("GET", path, raw=True)
            self.assertEqual(got, status, path)
            self.assertEqual(faults(error, json.loads(text), self.parts), [])

    # --- the feed -----------------------------------------------------------

    def feed(self, query=""):
        status, text = self.desk.daemon.api(
            "GET", "/api/v1/incidents.atom" + query, raw=True)
        self.assertEqual(status, 200)
        return tree.fromstring(text)

    def test_the_feed_is_atom(self):
        feed = self.feed("?state=all")
        self.assertEqual(feed.tag, ATOM + "feed")
        for name in ("id", "title", "updated", "author"):
            self.assertEqual(len(feed.findall(ATOM + name)), 1, name)
        self.assertIn("self", [e.get("rel") for e in feed.findall(ATOM + "link")])
        entries = feed.findall(ATOM + "entry")
        self.assertEqual(len(entries), len(self.desk.daemon.incidents()))
        ids = [e.findtext(ATOM + "id") for e in entries]
        self.assertEqual(len(ids), len(set(ids)))
        newest = max(e.findtext(ATOM + "updated") for e in entries)
        self.assertEqual(feed.findtext(ATOM + "updated"), newest)
        for e in entries:
            self.assertTrue(e.findtext(ATOM + "title").startswith("["))
            self.assertRegex(e.findtext(ATOM + "updated"),
                             r"^\d{4}-\d\d-\d\dT[\d:.]+Z$")
            self.assertTrue(e.find(ATOM + "link").get("href").endswith(
                e.findtext(ATOM + "id").rsplit("/", 1)[1]))

    def test_the_feed_takes_the_filters_of_the_list(self):
        only = self.feed("?state=all&category=food").findall(ATOM + "entry")
        every = self.feed("?state=all").findall(ATOM + "entry")
        self.assertTrue(0 < len(only) < len(every))
        for e in only:
            self.assertEqual(e.find(ATOM + "category").get("term"), "food")
        status, _ = self.desk.daemon.api(
            "GET", "/api/v1/incidents.atom?level=purple", raw=True)
        self.assertEqual(status, 422)

    def test_readers_bring_a_token_as_a_password(self):
        def ask(path, password):
            c = http.client.HTTPConnection(
                "127.0.0.1", self.desk.daemon.console_port, timeout=20)
            pair = base64.b64encode(("x:" + password).encode()).decode()
            c.request("GET", path, headers={"Authorization": "Basic " + pair})
            answer = c.getresponse()
            text = answer.read()
            c.close()
            return answer, text

        token = self.desk.board  # may only read
        for path in ("/api/v1/incidents.atom", "/api/v1/duty.ics"):
            answer, _ = ask(path, token)
            self.assertEqual(answer.status, 200, path)
            answer, text = ask(path, "wrong" + token)
            self.assertEqual(answer.status, 401, path)
            self.assertIn("Basic", answer.getheader("WWW-Authenticate"))
            self.assertNotIn(b"VEVENT", text)
        # nothing else takes one
        self.assertEqual(ask("/api/v1/incidents", token)[0].status, 401)

    # --- the calendar -------------------------------------------------------

    def calendar(self, query=""):
        status, raw = self.desk.daemon.api(
            "GET", "/api/v1/duty.ics" + query, raw=True)
        self.assertEqual(status, 200)
        self.assertNotIn(b"\n", raw.replace(b"\r\n", b""), "bare line ends")
        for line in raw.split(b"\r\n"):
            self.assertLessEqual(len(line), 75, line)
            line.decode()  # no character is cut in two
        lines = raw.decode().replace("\r\n ", "").split("\r\n")
        self.assertEqual((lines[0], lines[-1]), ("BEGIN:VCALENDAR", ""))
        events, one, open_parts = [], None, []
        for line in lines[:-1]:
            name, _, value = line.partition(":")
            if name == "BEGIN":
                open_parts.append(value)
                one = {} if value == "VEVENT" else one
            elif name == "END":
                self.assertEqual(open_parts.pop(), value)
                if value == "VEVENT":
                    events.append(one)
            elif open_parts[-1] == "VEVENT":
                self.assertNotIn(name, one)
                one[name] = value
        self.assertEqual(open_parts, [])
        return events

    def test_the_calendar_is_icalendar(self):
        events = self.calendar()
        self.assertGreater(len(events), 2)
        for e in events:
            for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"):
                self.assertIn(name, e)
            self.assertRegex(e["DTSTART"], r"^\d{8}T\d{6}Z$")
            self.assertLess(e["DTSTART"], e["DTEND"])
        uids = [e["UID"] for e in events]
        self.assertEqual(len(uids), len(set(uids)))
        self.assertEqual([e["UID"] for e in self.calendar()], uids)
        shen = self.calendar("?person=%E6%B2%88")
        self.assertTrue(0 < len(shen) < len(events))
        for e in shen:
            self.assertIn("沈", e["SUMMARY"])


if __name__ == "__main__":
    main()
