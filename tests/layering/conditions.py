#!/usr/bin/env python3
"""Every kind of condition is explained, has its words, and is seen to open and
to close.

    conditions.py [SOURCE]

The kinds are those of feeds/condition.h.  Each must have

- both rows in docs/conditions.md (when it opens and closes; what to do),
- its name and advice in feeds/condition_words.c, in English and Chinese, and
  the same words in console/texts/en.yaml and zh.yaml,
- its place among the choices of `conditions:` in daemon/config.def,
- a test against a real origin (tests/e2e/test_conditions.py) that sees it open
  and close.

The causes of a failed poll and what polls come to need words on the console.
"""
import os
import re
import sys

ROOT = sys.argv[1] if len(sys.argv) > 1 else os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..")
wrong = []
# Kinds that the whole program is not made to show, and where they are shown.
ELSEWHERE = {"disk-low": ("tests/e2e/test_faults_disk.py",
                          "test_a_full_disk_pauses_fetching"),
             "backup": ("tests/e2e/test_backup.py",
                        "test_one_that_fails_is_a_condition"),
             "restored": ("tests/e2e/test_backup.py",
                          "test_damage_is_restored_and_told"),
             "unsound": ("tests/e2e/test_backup.py",
                         "test_a_broken_invariant_is_told"),
             "unreached": ("tests/e2e/test_rota.py",
                           "test_a_step_that_reaches_nobody_is_an_event"),
             "unreadable": ("tests/daemon/test_duty.c",
                            "a_bad_incident_stops_no_other"),
             "slow-rule": ("tests/rules/test_traps.c",
                           "slow_expressions_are_given_up"),
             "broken": ("tests/e2e/test_storm.py",
                        "test_a_broken_channel_is_announced_by_another"),
             "stuck": ("tests/e2e/test_delivery.py",
                       "test_a_channel_that_takes_nothing_is_announced"),
             "canary": ("tests/e2e/test_delivery.py",
                        "test_one_that_is_missing_is_a_condition")}


def say(sentence, *args):
    wrong.append(sentence % args)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def table(text, name):
    """{NAME: (en, zh)} of a table of condition_words.c."""
    at = text.index(name + "[] = {")
    return {n: (en, zh) for n, en, zh in re.findall(
        r'\[CONDITION_(\w+)\] = WORDS\(\s*"((?:[^"\\]|\\.)*)",'
        r'\s*"((?:[^"\\]|\\.)*)"\)', text[at:text.index("};", at)])}


def texts(lang):
    """The words of the console in lang, of all its files."""
    folder = os.path.join(ROOT, "console", "texts")
    return {key: text for name in sorted(os.listdir(folder))
            if name.endswith(lang + ".yaml")
            for key, text in re.findall(
                r'^(\w+): "(.*)"$', read("console/texts/" + name), re.M)}


def main():
    header = read("feeds/condition.h")
    kinds = dict(re.findall(
        r'X\((\w+),\s*"([a-z-]+)",\s*(?:BLIND|TROUBLE|NOTE),', header))
    causes = re.findall(r'X\((\w+),\s+(?:NETWORK|SERVER|OWN),\s+"', header)
    if len(kinds) < 16 or len(causes) < 14:
        say("the kinds and causes of feeds/condition.h cannot be read")
    words = read("feeds/condition_words.c")
    names, advices = table(words, "names"), table(words, "advices")
    page = {"en": texts("en"), "zh": texts("zh")}
    doc = read("docs/conditions.md")
    doc_opens, _, doc_do = doc.partition("## What to do")
    choices = re.search(r'"(all\|none\|[a-z|-]+)"',
                        read("daemon/config.def")).group(1).split("|")
    e2e = read("tests/e2e/test_conditions.py")

    for name, word in kinds.items():
        key = word.replace("-", "_")
        for i, lang in enumerate(("en", "zh")):
            for kind, have in (("condition", names), ("advice", advices)):
                said = have.get(name, ("", ""))[i]
                shown = page[lang].get(kind + "_" + key)
                if not said or said != shown:
                    say("%s: %s of %s is %r in condition_words.c and %r in "
                        "%s.yaml", word, kind, lang, said, shown, lang)
        if not re.search(r"^\| `%s` \|(?:[^|\n]+\|){3}$" % word, doc_opens,
                         re.M):
            say("%s: docs/conditions.md does not say when it opens and closes",
                word)
        if not re.search(r"^\| `%s` \|[^|\n]+\|$" % word, doc_do, re.M):
            say("%s: docs/conditions.md does not say what to do", word)
        if word not in choices:
            say("%s: no channel can ask for it (daemon/config.def)", word)
        if word in ELSEWHERE:
            path, test = ELSEWHERE[word]
            if test not in read(path):
                say("%s: %s has no %s", word, path, test)
            continue
        # One test function holds the opening and the closing.
        for body in re.split(r"\n    def ", e2e):
            if '"%s"' % word not in body:
                continue
            if re.search(r'(closes|until_closed|trouble)\((d, )?"%s"' % word,
                         body) or re.search(
                    r'edges\("%s".*\[True, False\]' % word, body, re.S) or (
                    "to close" in body and 'opens(d, "%s")' % word in body):
                break
        else:
            say("%s: no test in test_conditions.py sees it open and close",
                word)
    for word in choices:
        if word not in list(kinds.values()) + ["all", "none"]:
            say("%s is offered to channels and is no kind", word)
    for cause in causes:
        for lang in page:
            if "cause_" + cause.lower() not in page[lang]:
                say("cause_%s is not in %s.yaml", cause.lower(), lang)
    for outcome in re.findall(r'return (?:\w+ [^;]*\? )?STR\("([a-z]+)"\)',
                              read("daemon/engine_condition.c")):
        for lang in page:
            if "poll_" + outcome not in page[lang]:
                say("poll_%s is not in %s.yaml", outcome, lang)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
