"""Rules in the daemon: packs, the bureau's own word on them, scores of events."""
import json
import os

from harness import E2E, main, wait_until

TITLE = "红桥小学学生午餐后上吐下泻"
PACK = """pack: {id: county, version: 1, title: 县级, author: 县局, licence: CC0-1.0}
"""
PACK_RULES = """rules:
  - id: county-water
    title: 停水
    category: health
    points: 30
    any: [停水]
    samples: {hits: [全校停水], misses: [节水]}
"""
OWNERS = """owners:
  - name: 红桥小学
    aliases: [红小]
  - name: 云溪县第一中学
"""


def line_of(incident, rule):
    for line in incident["explanation"]:
        if line["rule"] == rule:
            return line
    return None


class Rules(E2E):
    def report(self, route, number=2, title=TITLE, text=""):
        route.set_items([(1, "云溪一中运动会开幕", "三千人参加"),
                         (number, title, text)])

    def make(self, d, name, text):
        os.makedirs(os.path.join(d.folder, os.path.dirname(name)), exist_ok=True)
        d.put(name, text)

    def wait_items(self, d, n):
        """The one incident, once it has n items."""
        wait_until(lambda: d.incidents()[0]["items"] == n, 20, "item %d" % n)
        return d.incidents()[0]

    def test_independent_sources_raise_the_score(self):
        routes, sources = {}, []
        for sid, more in (("a", {"owner": "晨报"}), ("b", {"owner": "晨报"}),
                          ("agg", {"owner": "转载网", "tier": "aggregator"}),
                          ("c", {"owner": "晚报"})):
            routes[sid], source = self.feed(sid)
            source.update(more)
            source.setdefault("tier", "forum")
            sources.append(source)
        d = self.daemon(sources)
        self.wait_baseline(d, *routes)
        self.report(routes["a"])
        self.wait_opened(1)
        self.assertEqual(self.wait_items(d, 1)["score"], 75)
        for n, sid in ((2, "b"), (3, "agg")):
            self.report(routes[sid])
            incident = self.wait_items(d, n)
            self.assertEqual(incident["score"], 75)
            self.assertIsNone(line_of(incident, "corroboration"))
        self.report(routes["c"])
        last = self.wait_items(d, 4)
        self.assertEqual(last["score"], 80)
        self.assertEqual(last["level"], "red")
        self.assertEqual(line_of(last, "corroboration")["points"], 5)
        self.assertEqual(sum(x["points"] for x in last["explanation"]), 80)
        self.assertEqual(len(d.incidents()), 1)

    def test_an_incident_belongs_to_the_school_it_names(self):
        route, source = self.feed()
        source.update(owner="晨报", tier="press")
        d = self.daemon([source], start=False)
        self.make(d, "owners.d/schools.yaml", OWNERS)
        d.start()
        self.wait_baseline(d, "news")
        self.report(route, 2, "多名学生上吐下泻", "记者从红小获悉，红小已停课。")
        self.wait_opened(1)
        self.assertEqual(d.incidents()[0]["owner"], "红桥小学")
        self.report(route, 3, "云溪一中宿舍起火", "")
        self.wait_opened(2)
        self.assertIn("云溪县第一中学", [i["owner"] for i in d.incidents()])
        self.report(route, 4, "某地仓库火灾", "与学校无关")
        self.wait_opened(3)
        self.assertIn("晨报", [i["owner"] for i in d.incidents()])

    def test_the_bureau_has_the_last_word_on_a_pack(self):
        route, source = self.feed()
        source["tier"] = "forum"
        d = self.daemon([source], start=False)
        self.make(d, "rules.d/county/manifest.yaml", PACK)
        self.make(d, "rules.d/county/water.yaml", PACK_RULES)
        self.make(d, "rules.d/local.d/ours.yaml",
                  "overrides:\n  county-water: {points: 85, title: 停水（本县）}\n"
                  "  county-gone: {points: 1}\n")
        checked = d.cli("check")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertIn("local.d/ours.yaml:3:3: there is no rule county-gone",
                      checked.stderr)
        d.start()
        self.assertIn("there is no rule county-gone", d.log())
        self.wait_baseline(d, "news")
        self.report(route, 2, "全校停水三天", "")
        incident = self.wait_opened(1)[0]
        self.assertEqual(incident["explanation"][0]["title"], "停水（本县）")
        self.assertEqual(incident["score"], 85)
        # the pack is replaced by a newer one, and then by a broken one
        before = d.api("GET", "/api/v1/status")["generation"]
        self.make(d, "rules.d/county/water.yaml",
                  PACK_RULES.replace("[停水]", "[停水, 断水]"))
        self.assertEqual(d.cli("reload").returncode, 0)
        newer = d.api("GET", "/api/v1/status")["generation"]
        self.assertGreater(newer, before)
        self.make(d, "rules.d/county/water.yaml",
                  PACK_RULES.replace("any:", "ani:"))
        done = d.cli("reload")
        self.assertEqual(done.returncode, 1)
        self.assertIn("county/water.yaml:6:5: key \"ani\"", done.stderr)
        self.assertEqual(d.api("GET", "/api/v1/status")["generation"], newer)
        self.report(route, 3, "二小断水两天了", "")
        incident = self.wait_opened(2)[1]
        self.assertEqual(incident["score"], 85)

    def test_packs_are_listed(self):
        d = self.daemon([], start=False)
        self.make(d, "rules.d/county/manifest.yaml", PACK)
        listed = d.cli("rules", "packs", "--json")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        packs = {p["id"]: p for p in json.loads(listed.stdout)}
        self.assertEqual(packs["county"]["licence"], "CC0-1.0")
        self.assertIn("tocsin-schools", packs)
        self.make(d, "rules.d/other/manifest.yaml",
                  PACK.replace("county", "other").replace(
                      "}", ", requires: [nowhere]}"))
        listed = d.cli("rules", "packs")
        self.assertEqual(listed.returncode, 1)
        self.assertIn("other/manifest.yaml:1:", listed.stderr)
        self.assertIn("nowhere, which is required, is missing", listed.stderr)
        self.assertIn("county 1", listed.stdout)

    def test_rules_on_trial_say_what_they_would_do(self):
        route, source = self.feed()
        source["tier"] = "forum"
        d = self.daemon([source], start=False)
        d.put("rules.d/test.yaml",
              "rules:\n  - {id: now, title: 停电, category: health, points: 45, "
              "any: [停电]}\n  - {id: trial, title: 试行停电, category: fees, "
              "points: 40, status: test, any: [停电]}\n"
              "  - {id: alone, title: 独, category: fees, points: 90, "
              "status: test, any: [停气]}\n")
        d.start()
        self.wait_baseline(d, "news")
        self.report(route, 2, "全校停电", "")
        self.wait_opened(1)
        incident = d.incidents()[0]
        self.assertEqual(incident["level"], "yellow")
        self.assertEqual(incident["score"], 45)
        self.assertEqual(line_of(incident, "trial")["would"], 40)
        self.assertEqual(line_of(incident, "trial")["points"], 0)
        would = line_of(incident, "test-rules")
        self.assertEqual((would["would_score"], would["would_level"]),
                         (85, "red"))
        self.report(route, 3, "全校停气", "")
        self.wait_polls(route, 3)
        self.assertEqual(len(d.incidents()), 1)


if __name__ == "__main__":
    main()
