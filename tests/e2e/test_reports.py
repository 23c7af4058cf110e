"""Reports: kept when their time is over, sent once, the same bytes for ever,
in five forms, on the command line and on the console.

A day cannot be waited for: what happened is moved into yesterday while the
daemon is down.
"""
import base64
import csv
import datetime
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
import zipfile
from xml.etree import ElementTree

from harness import E2E, UnixConnection, main, wait_until

ZONE = datetime.timezone(datetime.timedelta(hours=8))  # Asia/Shanghai
FORMS = ("html", "md", "csv", "json", "docx")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SHIFTS = {  # what has a time, of what one incident is made from
    "generation": ("at",), "item": ("first_seen", "last_seen"),
    "revision": ("seen",), "incident_item": ("at",), "source_state": ("added",),
    "incident": ("first_seen", "last_seen", "opened", "acknowledged", "closed"),
    "delivery": ("created", "finished"),
}


def yesterday():
    return (datetime.datetime.now(ZONE) - datetime.timedelta(days=1)).date()


class Reports(E2E):
    def setUp(self):
        now = datetime.datetime.now(ZONE)
        if now.hour == 0 and now.minute < 15:
            self.skipTest("yesterday is not over for long enough")
        super().setUp()
        self.out = tempfile.mkdtemp(prefix="tocsin-reports-")
        self.addCleanup(shutil.rmtree, self.out)

    def past_day(self, **settings):
        """A daemon that is down, with one incident of yesterday noon."""
        route, source = self.feed()
        d = self.daemon([source], settings=settings)
        self.wait_baseline(d, "news")
        route.set_items([(1, "旧", ""), (2, "云溪三中宿舍起火", "无人受伤")])
        self.incident = self.wait_opened(1)[0]["id"]
        wait_until(lambda: d.api("GET", "/api/v1/status")[
            "deliveries_pending"] == 0, 20, "the message to be accepted")
        d.stop()
        noon = datetime.datetime.combine(
            yesterday(), datetime.time(12), ZONE).timestamp() * 1000
        db = sqlite3.connect(d.folder + "/tocsin.db")
        opened = db.execute("SELECT opened FROM incident").fetchone()[0]
        for table, columns in SHIFTS.items():
            for column in columns:
                by = int(noon - opened) - (400 * 86400000 if table in (
                    "generation", "source_state") else 0)
                db.execute("UPDATE %s SET %s = %s + ?"
                           % (table, column, column), (by,))
        db.commit()
        db.close()
        return d

    def report(self, d, form, *more):
        path = os.path.join(self.out, "r." + form)
        done = d.cli("report", "--format", form, "-o", path, *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(path, "rb") as f:
            return f.read()

    def kept(self, d):
        return [r["range"] for r in d.api("GET", "/api/v1/reports")["reports"]]

    def test_forms(self):
        d = self.past_day()
        day = yesterday().isoformat()
        first = {form: self.report(d, form, "--range", "day") for form in FORMS}
        figures = json.loads(first["json"])
        self.assertEqual(figures["figures"]["range"]["name"], day)
        self.assertEqual(figures["figures"]["volume"]["incidents"], 1)
        self.assertEqual(figures["figures"]["volume"]["matches"], 1)
        self.assertEqual(
            hashlib.sha256(json.dumps(
                figures["figures"], ensure_ascii=False,
                separators=(",", ":")).encode()).hexdigest(),
            figures["hash"])
        page = first["html"].decode()
        self.assertIn("云溪三中宿舍起火", page)
        self.assertIn(figures["hash"], page)
        self.assertIn("@page{size:A4", page)
        self.assertIsNone(re.search(
            r'(src|href)="(?!http://127|/)|url\((?!#)|<script', page))
        rows = list(csv.DictReader(
            io.StringIO(first["csv"].decode("utf-8-sig"))))
        self.assertIn(("volume", "1"), [(r["section"], r["value"])
                                        for r in rows])
        self.assertTrue(first["md"].startswith("# ".encode()))
        self.check_docx(first["docx"])
        # What is done afterwards changes nothing, nor does a purge once it
        # is kept; and every way leads to the same bytes.
        d.start()
        wait_until(lambda: day in self.kept(d), 60, "yesterday to be kept")
        d.api("POST", "/api/v1/incidents/%d/actions" % self.incident,
              {"action": "resolve", "reason": "已扑灭"})
        status, api = d.api("GET", "/api/v1/reports/day", raw=True)
        self.assertEqual((status, api), (200, first["json"]))
        for form in FORMS:
            self.assertEqual(self.report(d, form, "--range", day), first[form],
                             form)
            status, body = d.api(
                "GET", "/reports/%s?lang=zh&format=%s" % (day, form), raw=True)
            self.assertEqual((status, body), (200, first[form]), form)
        d.stop()
        db = sqlite3.connect(d.folder + "/tocsin.db")
        for table in ("finding", "incident_item", "delivery"):
            db.execute("DELETE FROM attempt")
            db.execute("DELETE FROM " + table)
        db.create_function("search_words", 2, lambda a, b: "")
        db.execute("UPDATE incident SET title = ''")
        db.commit()
        db.close()
        for form in FORMS:
            self.assertEqual(self.report(d, form, "--range", "day"),
                             first[form], form)

    def check_docx(self, data):
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            self.assertIsNone(z.testzip())
            parts = {n: ElementTree.fromstring(z.read(n))
                     for n in z.namelist()}
        types = {e.get("PartName"): e.get("ContentType")
                 for e in parts["[Content_Types].xml"] if e.get("PartName")}
        for name in types:
            self.assertIn(name[1:], parts)
        for rels, folder in (("_rels/.rels", ""),
                             ("word/_rels/document.xml.rels", "word/")):
            for r in parts[rels]:
                self.assertIn(folder + r.get("Target"), parts)
        document = parts["word/document.xml"]
        text = "".join(t.text or "" for t in document.iter(W + "t"))
        self.assertIn("云溪三中宿舍起火", text)
        self.assertIn("概述", text)
        styles = {s.get(W + "styleId") for s in parts["word/styles.xml"]}
        for s in document.iter(W + "pStyle"):
            self.assertIn(s.get(W + "val"), styles)
        for table in document.iter(W + "tbl"):
            columns = len(list(table.find(W + "tblGrid")))
            for row in table.findall(W + "tr"):
                cells = row.findall(W + "tc")
                self.assertEqual(len(cells), columns)
                for cell in cells:  # Word wants a paragraph in each
                    self.assertEqual(cell[-1].tag, W + "p")
        begins = [c.get(W + "fldCharType") for c in document.iter(
            W + "fldChar")]
        self.assertEqual(begins.count("begin"), begins.count("end"))

    def test_docx_opens(self):
        office = shutil.which("soffice") or shutil.which("libreoffice")
        if not office:
            self.skipTest("LibreOffice is not installed")
        d = self.past_day()
        self.report(d, "docx", "--range", "day")
        subprocess.run([office, "--headless", "--convert-to", "pdf",
                        "--outdir", self.out, self.out + "/r.docx"],
                       check=True, timeout=120, stdout=subprocess.DEVNULL)
        self.assertTrue(os.path.getsize(self.out + "/r.pdf") > 10000)

    def test_sent_once(self):
        d = self.past_day(
            console={"url": "https://desk.yunxi.example"},
            reports=[{"id": "morning", "range": "day", "at": "00:05",
                      "channels": ["desk"]},
                     {"id": "later", "range": "week", "at": "Sun 23:59"}])
        d.start()

        def reports():
            return [m for m in self.receiver.delivered("report")]
        # Not within a minute of a full or half hour, so it may take two.
        got = wait_until(reports, 150, "the report of yesterday")
        at = time.time() % 1800
        self.assertTrue(60 <= at <= 1745, at)
        data = got[0]["data"]
        self.assertIn("涉教信息监测日报", data["title"])
        self.assertIn("1 起事件", data["text"])
        self.assertIn("没有人认领", data["text"])
        self.assertEqual(data["url"],
                         "https://desk.yunxi.example/reports/%s?format=html"
                         "&lang=zh" % yesterday().isoformat())
        self.assertIn(yesterday().isoformat(), self.kept(d))
        d.stop()
        d.start()
        wait_until(lambda: len(self.kept(d)) >= 4, 90,
                   "day, week, month and quarter to be kept")
        self.assertEqual(
            len([m for m in reports() if m["data"]["report"]["range"]
                 == yesterday().isoformat()]), 1)
        self.assertEqual(d.cli("ledger", "verify").returncode, 0)

    def test_asked_for(self):
        d = self.past_day()
        for wrong in ("fortnight", "2026-13", "2026-W54", "2026-02-30", "x" * 90):
            self.assertEqual(
                d.cli("report", "--range", wrong).returncode, 2, wrong)
        done = d.cli("report", "--range", "day", "--format", "pdf")
        self.assertEqual(done.returncode, 2)
        self.assertIn("docx", done.stderr)
        d.start()
        for wrong in ("fortnight", "2026-13", "2999-01", "day?format=pdf"):
            status, _ = d.api("GET", "/api/v1/reports/" + wrong, raw=True)
            self.assertEqual(status, 422, wrong)
        # Days that nobody has a schedule for are kept once an operator looks.
        days = "%s..%s" % ((yesterday() - datetime.timedelta(days=1))
                           .isoformat(), yesterday().isoformat())
        status, first = d.api("GET", "/api/v1/reports/" + days, raw=True)
        self.assertEqual(status, 200)
        wait_until(lambda: days in self.kept(d), 30, "these days to be kept")
        self.assertEqual(d.api("GET", "/api/v1/reports/" + days, raw=True)[1],
                         first)
        page = d.api("GET", "/reports/this-week?lang=en&format=html",
                     raw=True)[1].decode()
        self.assertIn("The period is not over", page)

    def test_policy(self):
        """The page's own style applies, and nothing else."""
        d = self.past_day()
        d.start()

        c = UnixConnection(d.socket)
        c.request("GET", "/reports/day", headers={"Accept": "text/html"})
        answer = c.getresponse()
        page = answer.read().decode()
        c.close()
        self.assertEqual(answer.status, 200)
        style = re.search(r"<style>(.*?)</style>", page, re.S).group(1)
        want = base64.b64encode(hashlib.sha256(style.encode()).digest())
        policy = answer.getheader("Content-Security-Policy")
        self.assertIn("'sha256-%s'" % want.decode(), policy)
        self.assertNotIn("unsafe", policy)
        self.assertNotIn(" style=", page)


if __name__ == "__main__":
    main()
