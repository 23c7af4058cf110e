"""A new configuration is taken whole or not at all."""
import os
import signal

from harness import E2E, main, wait_until


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

    def test_it_does_not_start_on_a_wrong_configuration(self):
        d = self.daemon([], start=False)
        d.put("tocsin.yaml", "bureau: x\nnonsense: 1\n")
        d.start(wait=False)
        status = d.process.wait(20)
        self.assertNotEqual(status, 0)
        self.assertIn("nonsense", d.log())


if __name__ == "__main__":
    main()
