"""What the programs may call at all, and how they are linked."""
import os
import re
import subprocess
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
NEVER = {"system", "popen", "dlopen", "setuid", "setgid", "setreuid", "seteuid",
         "execvp", "execlp", "execl", "execvpe", "posix_spawn", "posix_spawnp",
         "strcpy", "strcat", "sprintf", "vsprintf", "gets", "mktemp", "tmpnam"}
MAY_START = {"execve", "fork"}  # tocsind: itself


def output(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, check=True,
                          stdout=subprocess.PIPE, text=True).stdout


class Binary(unittest.TestCase):
    def test_calls(self):
        for name in ("tocsind", "tocsin"):
            calls = {line.split()[-1].split("@")[0] for line in output(
                "nm", "-D", "--undefined-only",
                os.environ[name.upper()]).splitlines()}
            self.assertEqual(calls & NEVER, set(), name)
            if name == "tocsind":
                starts = {c for c in calls if c.startswith("exec") or
                          c in ("fork", "vfork")}
                self.assertLessEqual(starts, MAY_START)
            self.assertIn("__stack_chk_fail", calls, name)

    def test_links(self):
        for name in ("tocsind", "tocsin"):
            path = os.environ[name.upper()]
            self.assertIn("DYN (Position-Independent Executable",
                          output("readelf", "-h", path), name)
            self.assertRegex(output("readelf", "-d", path),
                             r"FLAGS.*(BIND_NOW|NOW)", name)
            segments = output("readelf", "-lW", path)
            self.assertIn("GNU_RELRO", segments, name)
            self.assertRegex(segments, r"GNU_STACK.*\sRW\s", name)
            self.assertNotRegex(segments, r"LOAD.*RWE", name)

    def test_one_place_makes_requests(self):
        places = set()
        for folder, names, files in os.walk(TOP):
            names[:] = [n for n in names if n not in ("build", ".git", "tests",
                                                      "bench")]
            for file in files:
                if not file.endswith(".c"):
                    continue
                path = os.path.join(folder, file)
                with open(path, encoding="utf-8") as f:
                    if re.search(r"\bcurl_easy_init\(", f.read()):
                        places.add(os.path.relpath(path, TOP))
        # the fetcher's, and that of the command line to its own daemon
        self.assertEqual(places, {"net/http.c", "net/http_local.c"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
