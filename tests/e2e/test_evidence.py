"""What is kept of an incident: the bytes as received, and what they prove."""
import hashlib
import io
import json
import os
import sqlite3
import subprocess
import tempfile
import zipfile

from harness import E2E, UnixConnection, main, wait_until

STORY = (1, "云溪县某小学多名学生食物中毒",
         "午餐后上吐下泻，<script>alert(1)</script>学校已送医。")


class Evidence(E2E):
    def feed(self, **more):
        route = self.origin.route("/feed")
        route.set_items([(0, "校园开放日", "欢迎家长")])
        route.headers = [("Set-Cookie", "session=s3cret"),
                         ("X-Served-By", "yunxi-1")]
        return route, {"id": "news", "url": self.origin.url + "/feed", **more}

    def baseline(self, d):
        wait_until(lambda: d.source("news")["items"] >= 1, 20, "the baseline")

    def evidence(self, d, number):
        return d.api("GET", "/api/v1/incidents/%d/evidence" % number)

    def archive(self, d, number):
        status, raw = d.api(
            "GET", "/api/v1/incidents/%d/evidence/archive" % number, raw=True)
        self.assertEqual(status, 200)
        return zipfile.ZipFile(io.BytesIO(raw))

    def test_the_bytes_outlive_the_page(self):
        route, source = self.feed()
        d = self.daemon([source])
        self.baseline(d)
        with self.origin.lock:
            route.set_items([(0, "校园开放日", "欢迎家长"), STORY])
            served = route.body
        number = self.wait_opened(1)[0]["id"]
        with self.origin.lock:
            route.status = 404
        shown = self.evidence(d, number)["evidence"]
        self.assertEqual(len(shown), 1)
        self.assertEqual(shown[0]["sha256"],
                         hashlib.sha256(served).hexdigest())
        self.assertEqual(shown[0]["bytes"], len(served))
        status, raw = d.api("GET", "/api/v1/evidence/%d/file"
                            % shown[0]["id"], raw=True)
        self.assertEqual((status, raw), (200, served))
        piece = d.api("GET", "/api/v1/evidence/%d" % shown[0]["id"])
        self.assertEqual(piece["about"]["url"], self.origin.url + "/feed")
        self.assertIn("X-Served-By: yunxi-1".lower(),
                      piece["about"]["headers"].lower())
        self.assertNotIn("s3cret", json.dumps(piece))
        self.assertIn("送医", piece["original"]["text"])
        # who looked is in the ledger
        wait_until(lambda: [e for e in d.api(
            "GET", "/api/v1/incidents/%d" % number)["timeline"]
            if e["kind"] == "evidence.seen"], 10, "the ledger's entry")

    def test_the_archive_can_be_checked(self):
        route, source = self.feed()
        d = self.daemon([source])
        self.baseline(d)
        with self.origin.lock:
            route.set_items([(0, "校园开放日", "欢迎家长"), STORY])
            served = route.body
        number = self.wait_opened(1)[0]["id"]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "out.zip")
            done = d.cli("evidence", "export", str(number), "--out", path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
            zipfile.ZipFile(path).extractall(folder)
            done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"],
                                  cwd=folder, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            with open(os.path.join(folder, "manifest.json"), "rb") as f:
                manifest = json.load(f)
            self.assertEqual(manifest["incident"], number)
            piece = manifest["pieces"][0]
            with open(os.path.join(folder, piece["file"]), "rb") as f:
                self.assertEqual(f.read(), served)
            with open(os.path.join(folder, "ledger.json"), "rb") as f:
                self.assertIn("incident.opened",
                              [e["kind"] for e in json.load(f)])
            # one altered byte is found
            name = os.path.join(folder, piece["file"])
            with open(name, "r+b") as f:
                f.write(b"!")
            done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"],
                                  cwd=folder, capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
        done = d.cli("evidence", "list", str(number))
        self.assertIn(piece["sha256"], done.stdout)

    def test_an_article_is_evidence_too_and_documents_are_kept_once(self):
        page = ("<html><head><title>事故通报</title></head><body><article>"
                "<h1>白杨小学火灾</h1>" + "<p>今日上午教学楼起火，师生已疏散，"
                "无人受伤，消防正在处置，原因待查。</p>" * 6
                + "</article></body></html>").encode()
        route, source = self.feed(articles="always")
        for path in ("/a1", "/a2"):
            self.origin.route(path, page,
                              content_type="text/html; charset=utf-8")
        d = self.daemon([source])
        self.baseline(d)
        both = ("<rss version=\"2.0\"><channel><title>n</title>%s</channel>"
                "</rss>" % "".join(
                    "<item><guid>g%d</guid><title>%s</title><link>%s/a%d</link>"
                    "</item>" % (i, t, self.origin.url, i) for i, t in
                    ((1, "白杨小学教学楼起火"), (2, "白杨小学教学楼起火 续")))
                ).encode()
        with self.origin.lock:
            route.body = both
        number = self.wait_opened(1)[0]["id"]
        wait_until(lambda: len(self.evidence(d, number)["evidence"]) >= 4, 30,
                   "lists and articles")
        kinds = [e["kind"] for e in self.evidence(d, number)["evidence"]]
        self.assertEqual(sorted(kinds),
                         ["article", "article", "listing", "listing"])
        zipped = self.archive(d, number)
        documents = [n for n in zipped.namelist()
                     if n.startswith("documents/")]
        self.assertEqual({zipped.read(n) for n in documents}, {both, page})
        self.assertEqual(len(documents), 2)
        self.assertEqual(d.stop(), 0)
        with sqlite3.connect(os.path.join(d.folder, "tocsin.db")) as db:
            self.assertEqual(db.execute(
                "SELECT count(*) FROM evidence_document").fetchone()[0], 2)

    def test_nothing_is_kept_of_what_is_in_no_incident(self):
        route, source = self.feed()
        d = self.daemon([source])
        self.baseline(d)
        with self.origin.lock:
            route.set_items([(0, "校园开放日", "欢迎家长"),
                             (1, "秋季运动会", "圆满结束")])
        wait_until(lambda: d.source("news")["items"] == 2, 20, "the item")
        self.assertEqual(d.stop(), 0)
        with sqlite3.connect(os.path.join(d.folder, "tocsin.db")) as db:
            self.assertEqual(db.execute(
                "SELECT count(*) FROM evidence_document").fetchone()[0], 0)

    def test_a_kill_loses_none(self):
        route, source = self.feed()
        d = self.daemon([source])
        self.baseline(d)
        for n in range(3):
            with self.origin.lock:
                route.set_items([(100 + n, "第%d小学学生食物中毒" % n,
                                  "午餐后上吐下泻 %d" % n)])
            wait_until(lambda: sum(i["items"] for i in d.incidents()) > n, 20,
                       "news")
            d.kill()
            d.start()
        items = pieces = 0
        for incident in d.incidents():
            items += incident["items"]
            pieces += len(self.evidence(d, incident["id"])["evidence"])
        self.assertGreaterEqual(items, 3)
        self.assertEqual(items, pieces)

    def test_the_page_shows_text_and_runs_nothing(self):
        route, source = self.feed()
        d = self.daemon([source])
        self.baseline(d)
        with self.origin.lock:
            route.body = (b"<rss version='2.0'><channel><title>n</title><item>"
                          b"<guid>x</guid><title>\xe9\xa3\x9f\xe7\x89\xa9\xe4"
                          b"\xb8\xad\xe6\xaf\x92</title><description>"
                          b"&lt;script&gt;alert(2)&lt;/script&gt;"
                          b"</description></item></channel></rss>"
                          b"<script>alert(1)</script>")
        number = self.wait_opened(1)[0]["id"]
        piece = self.evidence(d, number)["evidence"][0]["id"]
        for path in ("/evidence/%d", "/evidence/%d/file"):
            c = UnixConnection(d.socket)
            c.request("GET", path % piece, None, {"Accept": "text/html"})
            answer = c.getresponse()
            text = answer.read().decode()
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.headers["X-Content-Type-Options"],
                             "nosniff")
            if path.endswith("file"):
                self.assertIn("attachment",
                              answer.headers["Content-Disposition"])
                self.assertEqual(answer.headers["Content-Type"],
                                 "application/octet-stream")
                self.assertIn("sandbox", ", ".join(
                    answer.headers.get_all("Content-Security-Policy")))
            else:
                self.assertNotIn("<script>alert", text)
                self.assertIn("&lt;script&gt;alert(1)", text)
            c.close()

    def test_holds_and_assessments(self):
        route, source = self.feed()
        d = self.daemon([source])
        self.baseline(d)
        with self.origin.lock:
            route.set_items([STORY])
        number = str(self.wait_opened(1)[0]["id"])
        self.assertEqual(d.cli("evidence", "hold", number).returncode, 2)
        done = d.cli("evidence", "hold", number, "--reason", "调查中")
        self.assertEqual(done.returncode, 0, done.stderr)
        keeping = self.evidence(d, int(number))["keeping"]
        self.assertEqual(keeping["hold"], "调查中")
        self.assertEqual(d.cli("evidence", "assess", number).returncode, 1)
        done = d.cli("evidence", "release", number, "--reason", "已结束")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIsNone(self.evidence(d, int(number))["keeping"]["hold"])
        d.cli("incidents", "resolve", number, "--reason", "已处置")
        done = d.cli("evidence", "assess", number)
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = d.api("GET", "/api/v1/incidents/" + number)
        kinds = [e["kind"] for e in shown["timeline"]]
        for kind in ("incident.held", "incident.released",
                     "incident.assessed"):
            self.assertIn(kind, kinds)
        self.assertEqual(d.cli("evidence", "list", "9999").returncode, 1)


if __name__ == "__main__":
    main()
