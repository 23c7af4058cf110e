#!/usr/bin/env python3
"""The house rules that a machine can hold (DESIGN's folders, STYLE's sizes).

    house.py [SOURCE]        check the tree, exit 1 when a rule is broken
    house.py --picture       print who includes whom, as it is
    house.py --self-test     break each rule in a copy and see it found

Each finding is one line, file:line: what is wrong.  There is no list of
exceptions but the ones that stand below with their reason.
"""
import os
import re
import sys
import tempfile

# The road.  A folder may include itself, and of others what stands here: all
# of it, or the named headers.
ALL = None
TYPES = {"feeds": ["condition.h", "item.h", "poll.h", "sitekind.h", "source.h"], "rules": ["verdict.h"],
         "incidents": ["calendar.h", "clock.h", "escalation.h", "incident.h", "report_rows.h", "rota.h",
                       "sheet_rows.h", "silence.h", "written.h"]}
MAY_INCLUDE = {
    "base": {},
    "net": {"base": ALL},
    "feeds": {"base": ALL, "net": ALL},
    "rules": {"base": ALL},
    "incidents": {"base": ALL},
    "store": {"base": ALL, "feeds": TYPES["feeds"], "rules": TYPES["rules"],
              "incidents": TYPES["incidents"]},
    "notify": {"base": ALL, "net": ALL, "incidents": TYPES["incidents"]},
    # what store/view.h gives out holds findings, so their type comes along
    "console": {"base": ALL, "net": ["loop.h"],
                "store": ["conditions.h", "view.h", "view_evidence.h", "view_charts.h", "view_clocks.h", "view_deliveries.h", "view_edits.h", "view_hub.h", "view_items.h", "view_ledger.h", "view_outbox.h", "view_list.h", "view_purge.h", "view_regroup.h", "view_rules.h", "view_teach.h", "view_report.h", "view_silences.h", "view_similar.h", "view_site.h", "view_users.h"], "feeds": ["condition.h", "sitekind.h"],
                "rules": TYPES["rules"], "incidents": TYPES["incidents"]},
    "daemon": {f: ALL for f in ("base", "net", "feeds", "rules", "incidents",
                                "store", "notify", "console")},
    "cli": {f: ALL for f in ("base", "net", "feeds", "rules", "incidents",
                             "store", "notify", "console", "daemon")},
}
FOLDERS = list(MAY_INCLUDE)

# A library's header may be included only here.
LIBRARY = {
    "curl/": ["net"], "sqlite3.h": ["store"], "libxml/": ["feeds"],
    "pcre2.h": ["rules"], "yaml.h": ["base"], "sodium": ["base", "console"],
    "seccomp.h": ["daemon"], "systemd/": ["daemon"], "linux/": ["daemon"],
    "event2/": ["net", "console", "cli"], "openssl/": ["base", "net"],
    "gsf/": ["feeds"], "poppler.h": ["feeds"], "glib.h": ["feeds"],
    "zstd.h": ["base"], "archive.h": ["base"],
    "archive_entry.h": ["base"], "protobuf-c": ["daemon"],
}

BANNED = ("strcpy strcat sprintf vsprintf strncpy strncat strtok gets atoi atol "
          "atoll rand srand system popen alloca gmtime localtime inet_ntoa "
          "strtol strtoul strtoll strtoull strtod").split()
BANNED_RE = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(BANNED))
NUMBER_FILE = "base/num.c"  # the one reader of numbers, may use strto…
# Nothing reads a clock but these two.
CLOCK_RE = re.compile(r"(?<![\w.>])(time|clock_gettime|gettimeofday|clock)\s*\(")
CLOCK_FILES = {"base/clock.c", "net/loop.c"}
SQL_RE = re.compile(r'"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE|'
                    r'PRAGMA|BEGIN IMMEDIATE)\b')
MARK_RE = re.compile(r"\b(TODO|FIXME|XXX)\b|not implemented|unimplemented")

MAX_C_LINES, MAX_H_LINES = 900, 250
MAX_FUNCTION_LINES, MAX_BRANCHES = 100, 20
BRANCH_RE = re.compile(r"\b(if|for|while|case)\b|\?")


def strip(text):
    """The code of a C file: comments and the insides of strings blanked."""
    def blank(match):
        s = match.group(0)
        if s.startswith(("/*", "//")):
            return re.sub(r"[^\n]", " ", s)
        return s[0] + re.sub(r"[^\n]", " ", s[1:-1]) + s[-1]
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
                  blank, text, flags=re.S)


def functions(code):
    """(name, first line, last line) of each function definition."""
    lines = code.split("\n")
    found, name = [], None
    for i, line in enumerate(lines):
        m = re.match(r"([a-z_]\w*)\(", line)
        if m:
            name, first = m.group(1), i + 1
        elif line == "{" and name:
            begin = i
        elif line == "}" and name:
            found.append((name, first, i + 1, "\n".join(lines[begin:i])))
            name = None
        elif line.startswith("#") or line.endswith(";") and line[:1].strip():
            name = None
    return found


class House:
    def __init__(self, root):
        self.root = root
        self.wrong = []
        self.edges = {}

    def say(self, path, line, sentence, *args):
        self.wrong.append("%s:%d: %s" % (path, line, sentence % args))

    def sources(self):
        for folder in FOLDERS:
            for at, dirs, names in os.walk(os.path.join(self.root, folder)):
                dirs.sort()
                for name in sorted(names):
                    if name.endswith((".c", ".h")):
                        path = os.path.join(at, name)
                        yield folder, os.path.relpath(path, self.root)

    def check_include(self, folder, path, line, name, quoted):
        if not quoted:
            for library, homes in LIBRARY.items():
                if name.startswith(library) and folder not in homes:
                    self.say(path, line, "<%s> belongs to %s only", name,
                             " and ".join(h + "/" for h in homes))
            return
        other, _, header = name.partition("/")
        if other not in MAY_INCLUDE:
            self.say(path, line, "\"%s\" is to be named with its folder", name)
            return
        self.edges.setdefault((folder, other), set()).add(header)
        if other == folder:
            return
        allowed = MAY_INCLUDE[folder].get(other, [])
        if other not in MAY_INCLUDE[folder]:
            self.say(path, line, "%s/ may not include %s/", folder, other)
        elif allowed is not ALL and header not in allowed:
            self.say(path, line, "%s/ may include only %s of %s/", folder,
                     ", ".join(allowed), other)

    def check_words(self, folder, path, text, code):
        for i, line in enumerate(code.split("\n"), 1):
            m = BANNED_RE.search(line)
            if m and not (path == NUMBER_FILE and m.group(1)[:5] == "strto"):
                self.say(path, i, "%s() is banned", m.group(1))
            m = CLOCK_RE.search(line)
            if m and path not in CLOCK_FILES:
                self.say(path, i, "%s() reads a clock; time is an argument",
                         m.group(1))
        for i, line in enumerate(text.split("\n"), 1):
            if SQL_RE.search(line) and folder != "store":
                self.say(path, i, "SQL stands in store/ only")
            if MARK_RE.search(line):
                self.say(path, i, "an unfinished mark")

    def check_sizes(self, path, text, code):
        lines = text.count("\n")
        cap = MAX_C_LINES if path.endswith(".c") else MAX_H_LINES
        if lines > cap:
            self.say(path, lines, "%d lines; at most %d", lines, cap)
        for name, first, last, body in functions(code):
            if last - first + 1 > MAX_FUNCTION_LINES:
                self.say(path, first, "%s has %d lines; at most %d", name,
                         last - first + 1, MAX_FUNCTION_LINES)
            branches = len(BRANCH_RE.findall(body))
            if branches > MAX_BRANCHES:
                self.say(path, first, "%s has %d branches; at most %d", name,
                         branches, MAX_BRANCHES)

    def check_folders(self):
        """Every folder that is there says what it is."""
        for folder in FOLDERS + ["systemd", "docs", "scripts", "bench"]:
            if not os.path.isdir(os.path.join(self.root, folder)):
                continue
            if not os.path.isfile(os.path.join(self.root, folder,
                                                 "README.md")):
                self.say(folder + "/README.md", 0, "the folder has no README.md")

    def run(self):
        for folder, path in self.sources():
            with open(os.path.join(self.root, path), encoding="utf-8") as f:
                text = f.read()
            code = strip(text)
            for i, line in enumerate(text.split("\n"), 1):
                m = re.match(r'\s*#\s*include\s*(["<])([^">]+)', line)
                if m:
                    self.check_include(folder, path, i, m.group(2),
                                       m.group(1) == '"')
            self.check_words(folder, path, text, code)
            self.check_sizes(path, text, code)
        self.check_folders()
        return self.wrong

    def picture(self):
        for (a, b), headers in sorted(
                self.edges.items(), key=lambda e: (FOLDERS.index(e[0][0]),
                                                   FOLDERS.index(e[0][1]))):
            if a != b:
                print("%-10s -> %-10s %s" % (a, b, " ".join(sorted(headers))))


BROKEN = {
    "may not include": ("base/x.c", '#include "net/loop.h"\n'),
    "may include only": ("console/x.c", '#include "net/http.h"\n'),
    "belongs to": ("daemon/x.c", "#include <curl/curl.h>\n"),
    "with its folder": ("base/x.c", '#include "buf.h"\n'),
    "is banned": ("base/x.c", "void\nf(void)\n{\n    strcpy(a, b);\n}\n"),
    "reads a clock": ("feeds/x.c", "void\nf(void)\n{\n    time(NULL);\n}\n"),
    "SQL stands": ("daemon/x.c", 'char *s = "SELECT 1";\n'),
    "unfinished mark": ("base/x.c", "/* TO" "DO */\n"),
    "lines; at most 900": ("base/x.c", "\n" * 901),
    "lines; at most 250": ("base/x.h", "\n" * 251),
    "f has 103 lines": ("base/x.c", "int\nf(void)\n{\n" + "\n" * 100 + "}\n"),
    "f has 21 branches": ("base/x.c", "int\nf(void)\n{\n" + "    if (a)\n" * 21
                          + "}\n"),
    "has no README": ("base/x.c", ""),
}


def self_test():
    """Each rule is broken once; a rule that is not found is itself broken."""
    bad = 0
    for expected, (path, text) in BROKEN.items():
        with tempfile.TemporaryDirectory() as root:
            for folder in FOLDERS:
                os.mkdir(os.path.join(root, folder))
            with open(os.path.join(root, path), "w", encoding="utf-8") as f:
                f.write(text)
            if not any(expected in w for w in House(root).run()):
                print("the rule \"%s\" does not bite" % expected)
                bad += 1
    with tempfile.TemporaryDirectory() as root:
        os.mkdir(os.path.join(root, "base"))
        with open(os.path.join(root, "base/x.c"), "w", encoding="utf-8") as f:
            f.write('/* strcpy( SELECT */\nchar *s = "strcpy(";\n'
                    'int\nf(void)\n{\n    return my_time(3);\n}\n')
        if any(w.startswith("base/x.c") for w in House(root).run()):
            print("a rule bites where nothing is wrong")
            bad += 1
    return bad


def main():
    if "--self-test" in sys.argv:
        return 1 if self_test() else 0
    roots = [a for a in sys.argv[1:] if not a.startswith("-")]
    house = House(roots[0] if roots else os.path.dirname(
        os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    wrong = house.run()
    if "--picture" in sys.argv:
        house.picture()
        return 0
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
