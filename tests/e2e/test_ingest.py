"""Items that are brought: POST /api/v1/items and tocsin ingest."""
import json
import os
import subprocess

from harness import E2E, PATIENCE, TOCSIN, main, wait_until

HOTLINE = {"id": "hotline", "kind": "push", "title": "校园热线",
           "tier": "own"}


class Ingest(E2E):
    def post(self, d, items, source="hotline", expect=(200,)):
        # Right after the start no parser may be up: busy, and asked again.
        path = "/api/v1/items?source=" + source
        answers = []

        def taken():
            answers.append(d.api("POST", path, items, raw=True))
            return answers[-1][0] != 503

        wait_until(taken, 30, "somebody to take what is brought")
        self.assertIn(answers[-1][0], expect)
        return json.loads(answers[-1][1])

    def ingest(self, d, text, *args):
        return subprocess.run(
            [TOCSIN, "ingest", "--config", d.config, "--source", "hotline",
             *args], input=text, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=60 * PATIENCE, text=True)

    def test_a_call_opens_an_incident(self):
        d = self.daemon([HOTLINE])
        answer = self.post(d, {"title": "家长来电：孩子食物中毒",
                               "text": "白杨小学午餐后多名学生上吐下泻",
                               "published": "2026-11-25T04:00:00Z"})
        self.assertEqual(answer["received"], 1)
        self.assertEqual(answer["items"][0]["outcome"], "new")
        number = answer["items"][0]["incident"]
        self.assertIn("食物中毒", self.wait_opened(1)[0]["title"])
        shown = d.api("GET", "/api/v1/incidents/%d" % number)
        self.assertEqual(shown["items"][0]["title"], "家长来电：孩子食物中毒")
        # brought again it is the same; another under the same title is not
        again = self.post(d, {"title": "家长来电：孩子食物中毒",
                              "text": "白杨小学午餐后多名学生上吐下泻",
                              "published": "2026-11-25T04:00:00Z"})
        self.assertEqual((again["received"], again["known"]), (1, 1))
        other = self.post(d, [{"title": "家长来电：孩子食物中毒",
                               "text": "另一位家长反映同一件事"}])
        self.assertEqual(other["items"][0]["outcome"], "new")
        self.assertEqual(d.source("hotline")["items"], 2)
        self.assertEqual(self.receiver.wrong, [])

    def test_what_is_wrong_is_named_and_nothing_taken(self):
        d = self.daemon([HOTLINE])
        answer = self.post(d, [{"title": "好"}, {"titel": "x"},
                               {"title": "y", "url": "ftp://a"},
                               {"author": "somebody", "title": "z"}, 7,
                               {"text": ["list"]}], expect=(422,))
        self.assertEqual({e["item"] for e in answer["errors"]},
                         {2, 3, 4, 5, 6})
        self.assertEqual(d.source("hotline")["items"], 0)
        self.assertEqual(d.api("POST", "/api/v1/items", {"title": "a"},
                               raw=True)[0], 422)
        self.assertEqual(d.api("POST", "/api/v1/items?source=nobody",
                               {"title": "a"}, raw=True)[0], 404)

    def test_the_command_brings_lines(self):
        d = self.daemon([HOTLINE])
        rows = [{"id": "n%d" % i, "title": "来电%d" % i, "text": "内容" * 400}
                for i in range(300)]
        rows[120]["title"] = "宿舍起火"
        lines = [json.dumps(r, ensure_ascii=False) for r in rows]
        lines.insert(50, "{broken")
        lines.insert(200, json.dumps({"name": "x"}))
        done = self.ingest(d, "\n".join(lines))
        self.assertEqual(done.returncode, 1)
        self.assertIn("standard input:51:1: ", done.stderr)
        self.assertIn("standard input:201:1: ", done.stderr)
        self.assertIn("300 taken", done.stdout)
        self.assertIn("2 wrong", done.stdout)
        self.assertEqual(d.source("hotline")["items"], 300)
        self.assertIn("起火", self.wait_opened(1)[0]["title"])
        path = os.path.join(d.folder, "again.jsonl")
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(json.dumps(r, ensure_ascii=False)
                              for r in rows))
        done = self.ingest(d, "", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("300 taken, 0 of them new", done.stdout)
        self.assertEqual(len(self.receiver.opened()), 1)

    def test_many_wrong_lines_lose_no_good_one(self):
        d = self.daemon([HOTLINE])
        lines = [json.dumps({"id": "n%d" % i, "title": "来电%d" % i}
                            | ({"one": 1, "two": 2, "three": 3}
                               if i % 2 else {}), ensure_ascii=False)
                 for i in range(300)]
        done = self.ingest(d, "\n".join(lines))
        self.assertEqual(done.returncode, 1)
        self.assertIn("150 taken, 150 of them new or changed, 150 wrong.",
                      done.stdout)
        named = [int(line.split(":")[1]) for line in done.stderr.splitlines()]
        self.assertEqual(sorted(named), list(range(2, 301, 2)))
        self.assertEqual(d.source("hotline")["items"], 150)

    def test_lines_that_could_not_be_sent_are_named(self):
        d = self.daemon([HOTLINE])
        done = subprocess.run(
            [TOCSIN, "ingest", "--config", d.config, "--source", "nobody"],
            input="{\"title\": \"a\"}\n" * 500, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=60 * PATIENCE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("0 taken", done.stdout)
        self.assertIn("lines 1 to 400 were not taken, nor was any after them",
                      done.stderr)

    def test_lines_that_nobody_answers_are_named(self):
        d = self.daemon([HOTLINE])
        d.kill()
        done = self.ingest(d, "{\"title\": \"a\"}\n" * 3)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("0 taken", done.stdout)
        self.assertIn("lines 1 to 3 were not taken, nor was any after them",
                      done.stderr)

    def test_every_wrong_item_is_named_once(self):
        d = self.daemon([HOTLINE])
        answer = self.post(d, [{"title": "a", "x": 1, "y": 2, "z": 3}
                               for i in range(40)], expect=(422,))
        self.assertEqual([e["item"] for e in answer["errors"]],
                         list(range(1, 41)))

    def test_accepted_means_stored(self):
        d = self.daemon([HOTLINE])
        taken = []
        for i in range(5):
            self.post(d, {"id": "k%d" % i, "title": "第%d个来电" % i})
            taken.append(i)
            if i == 4:
                d.kill()
        d.start()
        self.assertEqual(d.source("hotline")["items"], len(taken))

    def test_a_source_that_is_polled_takes_none(self):
        route, source = self.feed()
        d = self.daemon([source, HOTLINE])
        self.wait_baseline(d, "news")
        status, _ = d.api("POST", "/api/v1/items?source=news", {"title": "a"},
                          raw=True)
        self.assertEqual(status, 403)
        wait_until(lambda: route.requests, 10, "a poll")
        # nor is a source that is brought ever polled
        status, _ = d.api("POST", "/api/v1/sources/hotline/probe", {},
                          raw=True)
        self.assertGreaterEqual(status, 400)


if __name__ == "__main__":
    main()
