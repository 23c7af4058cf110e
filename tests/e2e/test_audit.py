"""The audit of the crash test bites: each fault it looks for is seeded once."""
import json
import os
import shutil
import sqlite3
import tempfile
import unittest

from crash import Audit

TABLES = """
CREATE TABLE item(id INTEGER PRIMARY KEY, revision INTEGER, baseline INTEGER);
CREATE TABLE revision(id INTEGER PRIMARY KEY, item INTEGER, url TEXT);
CREATE TABLE incident(id INTEGER PRIMARY KEY);
CREATE TABLE incident_item(item INTEGER, incident INTEGER);
"""


class Faults(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="tocsin-audit-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.record = []
        self.db = sqlite3.connect(os.path.join(self.folder, "tocsin.db"))
        self.db.executescript(TABLES)
        for n in range(1, 21):
            self.record.append({"publication": "http://c/%d.html" % n,
                                "title": "第%d起火灾" % n, "baseline": n == 1})
            self.add_item(n, "http://c/%d.html?from=rss" % n, n == 1)
        for n in range(2, 21):
            self.db.execute("INSERT INTO incident VALUES(?)", (n,))
            self.db.execute("INSERT INTO incident_item VALUES(?, ?)", (n, n))
            self.add_message("msg_%d" % n, n)

    def add_item(self, n, url, baseline=False):
        self.db.execute("INSERT INTO item VALUES(?, ?, ?)", (n, n, baseline))
        self.db.execute("INSERT INTO revision VALUES(?, ?, ?)", (n, n, url))

    def add_message(self, mid, incident, status=204, kind="incident.opened"):
        self.record.append({"message": mid, "status": status, "body": {
            "type": kind, "data": {"incident": {"id": incident}}}})

    def faults(self):
        self.db.commit()
        path = os.path.join(self.folder, "record.jsonl")
        with open(path, "w", encoding="utf-8") as f:
            for line in self.record:
                f.write(json.dumps(line) + "\n")
        audit = Audit(self.folder, path)
        audit.run()
        audit.db.close()
        return " | ".join(audit.wrong)

    def test_a_good_record_is_good(self):
        self.add_message("msg_2", 2)  # a repeat under the same id
        self.assertEqual(self.faults(), "")

    def test_a_lost_publication(self):
        self.db.execute("DELETE FROM revision WHERE id = 5")
        self.assertIn("is 0 items", self.faults())

    def test_a_publication_stored_twice(self):
        self.add_item(99, "http://c/5.html")
        self.assertIn("is 2 items", self.faults())

    def test_a_matching_publication_in_no_incident(self):
        self.db.execute("DELETE FROM incident_item WHERE item = 7")
        self.assertIn("in 0 incidents", self.faults())

    def test_a_publication_in_two_incidents(self):
        self.db.execute("INSERT INTO incident_item VALUES(7, 8)")
        self.assertIn("in 2 incidents", self.faults())

    def test_an_alarm_from_the_baseline(self):
        self.db.execute("INSERT INTO incident_item VALUES(1, 8)")
        self.assertIn("baseline", self.faults())

    def test_an_incident_nobody_was_told_of(self):
        self.record = [x for x in self.record if x.get("message") != "msg_9"]
        self.assertIn("incident 9 was told under 0 ids", self.faults())

    def test_an_incident_told_under_two_ids(self):
        self.add_message("msg_other", 9)
        self.assertIn("incident 9 was told under 2 ids", self.faults())

    def test_one_id_with_two_bodies(self):
        self.add_message("msg_9", 10)
        self.assertIn("msg_9 has two bodies", self.faults())

    def test_a_message_that_was_refused(self):
        self.add_message("msg_x", 9, 401, "incident.raised")
        self.assertIn("was refused", self.faults())

    def test_a_message_of_an_incident_that_was_rolled_back(self):
        self.add_message("msg_77", 77)
        self.assertIn("unknown incident 77", self.faults())


if __name__ == "__main__":
    unittest.main(verbosity=2)
