"""A parse role that was taken over: what it says that it may not say, nobody
believes, and nothing of it stops the house (tests/attack/liar.c)."""
import os
import sqlite3
import sys
import time
import unittest

import harness
from harness import E2E, rss, wait_until

# The house takes nothing of these.
REFUSED = ["forged-polls", "seen", "many-items", "big-text", "big-title",
           "identity", "script", "bytes", "rule", "children", "answer",
           "generation", "as-console", "as-notify", "as-fetch", "numbers"]
# Of its own document a parser can say what it likes; the rest is not believed.
HARMLESS = ["sites", "unasked"]


class Liar(E2E):
    def items_of(self, d, source):
        db = sqlite3.connect("file:%s?mode=ro" %
                             os.path.join(d.folder, "tocsin.db"), uri=True)
        try:
            return [row[0] for row in db.execute(
                "SELECT r.title FROM revision r JOIN item i ON r.item = i.id"
                " WHERE i.source = ?", (source,))]
        finally:
            db.close()

    def test_no_lie_is_believed(self):
        routes, sources = {}, []
        for name in REFUSED + HARMLESS:
            routes[name], source = self.feed(name)
            sources.append(source)
        honest, source = self.feed("news")
        d = self.daemon(sources + [source])
        self.wait_baseline(d, "news", *routes)
        engine = d.roles()["engine"]
        news = [(1, "云溪一中运动会开幕", "三千人参加")]
        for number, (name, route) in enumerate(routes.items()):
            before = len(route.statuses)
            route.body = rss([(1, "旧", ""), (2, "将成为谎言", "")],
                             title="LIE " + name)
            wait_until(lambda: 200 in route.statuses[before:], 30, name)
            time.sleep(0.3)
            route.body = rss([(1, "旧", "")])
            # the others still have their turn
            title = "第%d条真消息" % number
            news.append((number + 2, title, ""))
            honest.set_items(news)
            wait_until(lambda: title in self.items_of(d, "news"), 40,
                       "an honest item after the lie of " + name)
            self.assertEqual(d.roles()["engine"], engine, name)
        for name in REFUSED:
            for title in self.items_of(d, name):
                self.assertNotIn("伪造", title, name)
        # and none became the item of another source
        self.assertEqual([t for t in self.items_of(d, "news") if "伪造" in t],
                         [])
        self.assertIn("broke the protocol", d.log())
        self.assertEqual([i for i in d.incidents() if
                          (i.get("source") or "") in REFUSED], [])


if __name__ == "__main__":
    harness.TOCSIND = os.environ.get("TOCSIND_LIAR", "")
    if not os.access(harness.TOCSIND, os.X_OK):
        print("skipped: TOCSIND_LIAR does not name the program")
        sys.exit(77)
    unittest.main(verbosity=2)
