"""A new configuration is taken whole or not at all."""
import json
import os
import random
import signal
import sqlite3
import time

from harness import E2E, main, wait_until

# Two sets that share no rule and no points; every item meets all of a set.
SETS = ({"old-fire": 75, "old-smoke": 5, "old-town": 3},
        {"new-fire": 80, "new-smoke": 7, "new-town": 2, "new-more": 1})
SWAPPING = 6.0  # seconds of reloads, one after another


def rules_of(points):
    return json.dumps({"rules": [
        {"id": name, "title": name, "category": "building_fire",
         "points": n, "any": ["起火"]} for name, n in points.items()]})


class Reload(E2E):
    def test_good_reload_adds_a_source(self):
        _, source = self.feed()
        other, second = self.feed("other")
        d = self.daemon([source])
        before = d.api("GET", "/api/v1/status")["generation"]
        d.put_sources([source, second])
        done = d.cli("reload")
        self.assertEqual(done.returncode, 0, done.stderr)
        wait_until(lambda: other.requests, 20, "a poll of the new source")
        self.wait_baseline(d, "other")
        self.assertGreater(d.api("GET", "/api/v1/status")["generation"], before)
        other.set_items([(1, "旧", ""), (2, "云溪三中宿舍起火", "")])
        self.wait_opened(1)

    def test_bad_reload_changes_nothing_and_says_everything(self):
        route, source = self.feed()
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        before = d.api("GET", "/api/v1/status")["generation"]
        d.put("sources.d/test.yaml",
              "sources:\n  - id: news\n    urll: x\n  - id: Bad Name\n")
        d.put("rules.d/test.yaml", "rules:\n  - id: x\n    nonsense: 1\n")
        done = d.cli("reload")
        self.assertEqual(done.returncode, 1)
        self.assertIn("sources.d/test.yaml:3:5:", done.stderr)
        self.assertIn("sources.d/test.yaml:4:9:", done.stderr)
        self.assertIn("rules.d/test.yaml:", done.stderr)
        self.assertEqual(d.api("GET", "/api/v1/status")["generation"], before)
        route.set_items([(1, "旧", ""), (2, "云溪三中宿舍起火", "")])
        self.wait_opened(1)

    def test_sighup_takes_new_rules(self):
        route, source = self.feed()
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        before = d.api("GET", "/api/v1/status")["generation"]
        d.put("rules.d/test.yaml",
              "rules:\n  - id: new-rule\n    title: 停水\n    category: health\n"
              "    points: 80\n    any: [停水]\n")
        os.kill(d.process.pid, signal.SIGHUP)
        wait_until(lambda: d.api("GET", "/api/v1/status")["generation"] > before,
                   20, "the new generation")
        route.set_items([(1, "旧", ""), (2, "全校停水三天", "")])
        incident = self.wait_opened(1)[0]
        self.assertEqual(incident["explanation"][0]["rule"], "new-rule")

    def test_a_removed_source_is_polled_no_more(self):
        route, source = self.feed()
        other, second = self.feed("other")
        d = self.daemon([source, second])
        self.wait_baseline(d, "news", "other")
        d.put_sources([source])
        self.assertEqual(d.cli("reload").returncode, 0)
        count = len(other.requests)
        self.wait_polls(route, 4)
        self.assertLessEqual(len(other.requests), count + 1)

    def test_swapped_rules_never_mix(self):
        names = ["s%d" % i for i in range(6)]
        # long documents, so that some are being read whenever rules change
        old = [("o%d" % i, "旧闻", "云溪" * 1000) for i in range(150)]
        feeds = [self.feed(name, old) for name in names]
        d = self.daemon([source for _, source in feeds],
                        rules=rules_of(SETS[0]))
        self.wait_baseline(d, *names)
        dice, items, swaps = random.Random(20261120), list(old), 0
        end = time.monotonic() + SWAPPING
        while time.monotonic() < end:
            swaps += 1
            d.put("rules.d/test.yaml", rules_of(SETS[swaps % 2]))
            os.kill(d.process.pid, signal.SIGHUP)
            for _ in range(2):  # items come while rules are being swapped
                text = "".join(chr(dice.randrange(0x4E00, 0x9000))
                               for _ in range(24))
                items.append((len(items), text[:8] + "起火", text))
                for route, _ in feeds:
                    route.set_items(items)
                time.sleep(0.02)
        wait_until(lambda: all(d.source(name)["items"] >= len(items)
                               for name in names), 20, "all items")
        self.check_generations(d, (len(items) - len(old)) * len(feeds))

    def check_generations(self, d, expected):
        """Findings and incidents are of the set of their generation."""
        db = sqlite3.connect("file:%s/tocsin.db?mode=ro" % d.folder, uri=True)
        self.addCleanup(db.close)
        hashes = dict(db.execute("SELECT id, hash FROM generation"))
        by_hash = [hashes[g] for g in sorted(hashes)[:2]]
        self.assertEqual(set(hashes.values()), set(by_hash))
        self.assertGreater(len(hashes), 5)
        found, used = {}, set()
        for revision, rule, points, generation, judged in db.execute(
                "SELECT f.revision, f.rule, f.points, f.generation,"
                " r.generation FROM finding f"
                " JOIN revision r ON r.id = f.revision"):
            self.assertEqual(generation, judged)
            rules = found.setdefault((revision, generation), {})
            rules[rule] = points
        for (revision, generation), rules in found.items():
            number = by_hash.index(hashes[generation])
            self.assertEqual(rules, SETS[number], (revision, generation))
            used.add(number)
        self.assertEqual(len(found), expected)
        self.assertEqual(used, {0, 1})
        self.check_incidents(db, lambda g: by_hash.index(hashes[g]))

    def check_incidents(self, db, number_of):
        """One tells the rules of the set under which its items were found."""
        alone = 0
        for incident, generation, explanation in db.execute(
                "SELECT id, generation, explanation FROM incident"):
            its = [row[0] for row in db.execute(
                "SELECT r.generation FROM incident_item i JOIN revision r"
                " ON r.item = i.item WHERE i.incident = ? ORDER BY r.id",
                (incident,))]
            self.assertEqual(generation, its[0])
            told = {line["rule"] for line in json.loads(explanation)
                    if any(line.get("rule") in points for points in SETS)}
            numbers = {number_of(g) for g in its}
            self.assertTrue(told)
            own = set().union(*(SETS[n] for n in numbers))
            self.assertLessEqual(told, own)
            alone += len(numbers) == 1
        self.assertGreater(alone, 1)

    def test_it_does_not_start_on_a_wrong_configuration(self):
        d = self.daemon([], start=False)
        d.put("tocsin.yaml", "bureau: x\nnonsense: 1\n")
        d.start(wait=False)
        status = d.process.wait(20)
        self.assertNotEqual(status, 0)
        self.assertIn("nonsense", d.log())


if __name__ == "__main__":
    main()
