"""Roles that die, and documents that kill them."""
import os
import signal
import time

from harness import E2E, SANITIZED, main, rss, wait_until

FIRE = [(1, "旧", ""), (2, "云溪三中宿舍起火", "")]


class Roles(E2E):
    def test_all_roles_run_locked_down(self):
        _, source = self.feed()
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        # notify is not needed for a poll, and may be late
        wait_until(lambda: d.log().count("a role is at work") >= 7, 20,
                   "every role to be locked down")
        roles = d.roles()
        self.assertEqual(set(roles), {"engine", "fetch", "parse", "notify",
                                      "console", "keeper"})
        self.assertEqual(len(roles["parse"]), 2)
        for role, pids in roles.items():
            for pid in pids:
                with open("/proc/%d/status" % pid) as f:
                    status = f.read()
                self.assertIn("NoNewPrivs:\t1", status, role)
                if not SANITIZED:
                    self.assertIn("Seccomp:\t2", status, role)
                with open("/proc/%d/environ" % pid, "rb") as f:
                    self.assertNotIn(b"HOME=", f.read(), role)

    def test_each_role_is_started_again(self):
        route, source = self.feed()
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        for role in ("fetch", "parse", "notify", "console", "keeper", "engine"):
            before = d.roles()[role]
            for pid in before:
                os.kill(pid, signal.SIGKILL)

            def is_back():
                now = d.roles().get(role, [])
                return len(now) == len(before) and not set(now) & set(before)

            wait_until(is_back, 20, role + " to come back")
            self.assertIsNone(d.process.poll())
            wait_until(d.is_ready, 30, "readiness after " + role)
        wait_until(d.is_ready, 30, "readiness")
        route.set_items(FIRE)
        self.wait_opened(1, 40)

    def test_a_poll_whose_parser_died_is_repeated(self):
        route, source = self.feed()
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        for pid in d.roles()["parse"]:
            os.kill(pid, signal.SIGSTOP)
        route.set_items(FIRE)
        wait_until(lambda: route.statuses[-1] == 200, 20, "the document")
        time.sleep(0.3)
        for pid in d.roles()["parse"]:
            os.kill(pid, signal.SIGKILL)
        self.wait_opened(1, 60)
        self.assertEqual(len(d.incidents()), 1)

    def test_a_document_that_hangs_the_parser_is_quarantined(self):
        route, source = self.feed()
        poison, second = self.feed("poison")
        d = self.daemon([source, second],
                        settings={"parse": {"cpu": "20ms"}})
        self.wait_baseline(d, "news", "poison")
        body = rss([(i, "第%d条" % i, "词" * 600) for i in range(4000)])
        self.assertLess(len(body), 8 << 20)
        poison.body = body
        wait_until(lambda: d.conditions("poison"), 90, "the quarantine")
        self.assertIn("quarantine", " ".join(
            c["kind"] + " " + (c["text"] or "")
            for c in d.source("poison")["conditions"]))
        route.set_items(FIRE)
        self.wait_opened(1)

    def test_stop_ends_every_process(self):
        _, source = self.feed()
        d = self.daemon([source])
        self.wait_baseline(d, "news")
        pids = [p for ps in d.roles().values() for p in ps]
        self.assertEqual(d.stop(), 0)
        wait_until(lambda: not any(os.path.exists("/proc/%d" % p)
                                   for p in pids), 10, "the roles to end")


if __name__ == "__main__":
    main()
