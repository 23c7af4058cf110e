"""Everything that is done is in the ledger, and a ledger that was changed says
where."""
import json
import os
import shutil
import sqlite3

from harness import E2E, main, wait_until


class Ledger(E2E):
    def setUp(self):
        super().setUp()
        self.route, source = self.feed()
        self.d = self.daemon([source])
        self.wait_baseline(self.d, "news")
        self.route.set_items([(1, "旧", ""), (2, "云溪三中宿舍起火", "")])
        self.incident = self.wait_opened(1)[0]["id"]

    def entries(self, **query):
        path = "/api/v1/ledger?limit=200" + "".join(
            "&%s=%s" % q for q in query.items())
        return self.d.api("GET", path)["entries"]

    def act(self, action, **more):
        self.d.api("POST", "/api/v1/incidents/%d/actions" % self.incident,
                   dict(more, action=action))

    def test_every_act_is_in_it(self):
        self.d.put("password", "correct-horse-2026", 0o600)
        done = self.d.cli("user", "add", "wang", "--password-file",
                          self.d.folder + "/password")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.act("acknowledge")
        self.act("note", reason="已联系学校")
        self.act("snooze", until="2h")
        self.act("assign", assignee="wang")
        self.act("resolve", reason="已处置", cause="responded")
        self.d.api("POST", "/api/v1/sources/news/probe", {}, expect=(200, 409))
        self.assertEqual(self.d.cli("reload").returncode, 0)
        self.d.api("POST", "/api/v1/channels/desk/test", {})
        for password, status in (("wrong-horse-2026", 401),
                                 ("correct-horse-2026", 200)):
            got, _ = self.d.api("POST", "/api/v1/login", {
                "user": "wang", "password": password}, raw=True)
            self.assertEqual(got, status)
        kinds = [e["kind"] for e in self.entries()]
        for kind in ("user.added", "incident.opened", "incident.acknowledge",
                     "incident.note", "incident.snooze", "incident.assign",
                     "incident.close", "config.loaded", "config.reload",
                     "channel.tested", "login.failed", "session.opened"):
            self.assertIn(kind, kinds)
        note = self.entries(kind="incident.note")[0]
        self.assertEqual(note["text"]["text"], "已联系学校")
        self.assertTrue(note["by"])
        self.assertTrue(note["from"])
        self.assertEqual(note["incident"], self.incident)
        self.assertEqual(len(note["hash"]), 64)
        self.assertTrue(all(e["kind"].startswith("incident.")
                            for e in self.entries(kind="incident")))
        self.assertTrue(self.d.api("GET", "/api/v1/ledger/verify")["ok"])

    def copy(self, *statements):
        """A copy of the stopped daemon's database, changed behind its back."""
        path = os.path.join(self.d.folder, "copy.db")
        for end in ("", "-wal", "-shm"):
            if os.path.exists(path + end):
                os.unlink(path + end)
        for end in ("", "-wal"):
            if os.path.exists(self.d.folder + "/tocsin.db" + end):
                shutil.copy(self.d.folder + "/tocsin.db" + end, path + end)
        db = sqlite3.connect(path)
        db.execute("DROP TRIGGER ledger_is_final")
        db.execute("DROP TRIGGER ledger_is_kept")
        for s in statements:
            db.execute(s)
        db.commit()
        db.close()
        return path

    def verify(self, *statements):
        path = self.copy(*statements)
        done = self.d.cli("ledger", "verify", path, "--json")
        said = self.d.cli("ledger", "verify", path)
        self.assertEqual(done.returncode, said.returncode)
        return done.returncode, json.loads(done.stdout), said.stdout

    def test_what_was_changed_is_named(self):
        for i in range(12):
            self.act("note", reason="第 %d 条" % i)
        self.assertEqual(self.d.stop(), 0)
        status, good, said = self.verify()
        self.assertEqual((status, good["ok"]), (0, True), said)
        last = good["last"]
        self.assertGreater(last, 12)
        self.assertIn("%d:%s" % (last, good["head"]), said)
        for fault, entry, statements in (
                ("altered", 4, ["UPDATE ledger SET text = text || ' '"
                                " WHERE id = 4"]),
                ("altered", 7, ["UPDATE ledger SET by = by || '.'"
                                " WHERE id = 7"]),
                ("altered", 5, ["UPDATE ledger SET at = at + 1 WHERE id = 5"]),
                ("missing", 6, ["DELETE FROM ledger WHERE id = 6"]),
                ("cut", last, ["DELETE FROM ledger WHERE id = %d" % last]),
                ("altered", last + 1, [
                    "INSERT INTO ledger SELECT id + 1, at, kind, incident, by,"
                    " origin, text, hash, text_hash FROM ledger WHERE id = %d" % last]),
                ("altered", 6, [
                    "UPDATE ledger SET id = id + 1000 WHERE id > 5",
                    "INSERT INTO ledger SELECT 6, at, kind, incident, by,"
                    " origin, text, hash, text_hash FROM ledger WHERE id = 5",
                    "UPDATE ledger SET id = id - 999 WHERE id > 1000"])):
            status, answer, said = self.verify(*statements)
            self.assertEqual((status, answer["fault"], answer["entry"]),
                             (1, fault, entry), statements)
            self.assertIn("entry %d " % entry, said)
        # A ledger written anew as a whole holds by itself, but not against
        # what was noted.
        path = self.copy()
        anchor = "%d:%s" % (last, good["head"])
        done = self.d.cli("ledger", "verify", path, "--anchor", anchor)
        self.assertEqual(done.returncode, 0, done.stdout)
        done = self.d.cli("ledger", "verify", path, "--anchor",
                          "%d:%s" % (last, "0" * 64))
        self.assertEqual(done.returncode, 1)

    def test_it_is_listed_and_taken_along(self):
        self.act("note", reason='=1+1, "quoted"\nnext line')
        done = self.d.cli("ledger", "list", "--kind", "incident.note")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("incident.note", done.stdout)
        self.assertNotIn("incident.opened", done.stdout)
        done = self.d.cli("ledger", "export")
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([r["id"] for r in rows], list(range(1, len(rows) + 1)))
        # the first backup may have been made meanwhile
        self.assertIn("incident.note", [r["kind"] for r in rows[-2:]])
        done = self.d.cli("ledger", "export", "--csv", "--incident",
                          str(self.incident))
        self.assertTrue(done.stdout.startswith("entry,at,kind"))
        self.assertIn('""text"":', done.stdout)
        for words in (["nonsense"], ["list", "--since", "soon"],
                      ["list", "--limit", "x"], ["verify", "a", "b"]):
            self.assertEqual(self.d.cli("ledger", *words).returncode, 2, words)
        self.assertEqual(
            self.d.cli("ledger", "verify", "/nonexistent.db").returncode, 1)


if __name__ == "__main__":
    main()
