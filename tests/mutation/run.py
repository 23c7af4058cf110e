#!/usr/bin/env python3
"""Seed faults, and see that the tests catch them.

    tests/mutation/run.py --check             every fault still has its place
    tests/mutation/run.py [NAME…]             seed these, or all
    tests/mutation/run.py --fast [NAME…]      without those that need a daemon

Works on a copy of the tree in build/mutation, with one build of it.  The named
test passes on the copy as it is, then each fault is seeded alone, what depends
on it is built, and the test must fail; it is told when it does not.  The exit
status is 0 when every fault was caught.
"""
import argparse
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from faults import FAULTS  # noqa: E402

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
WORK = os.path.join(TOP, "build", "mutation")
TREE, BUILD = os.path.join(WORK, "tree"), os.path.join(WORK, "build")
TEST_SECONDS = 150
BUILD_SECONDS = 1500


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def check():
    """Names of faults whose place is gone, and of tests that are not there."""
    wrong = []
    for fault in FAULTS:
        if read(os.path.join(TOP, fault.path)).count(fault.old) != 1:
            wrong.append("%s: %s does not hold what it takes away, once"
                         % (fault.name, fault.path))
        folder, name = fault.test.split("_", 1)
        if not os.path.exists(os.path.join(
                TOP, "tests", folder,
                "test_%s.%s" % (name, "py" if folder == "e2e" else "c"))):
            wrong.append("%s: no test %s" % (fault.name, fault.test))
    return wrong


def copy_tree():
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others",
         "--exclude-standard"], cwd=TOP, check=True,
        stdout=subprocess.PIPE).stdout.decode().split("\0")
    shutil.rmtree(TREE, ignore_errors=True)
    for name in filter(None, names):
        source, to = os.path.join(TOP, name), os.path.join(TREE, name)
        if not os.path.isfile(source):
            continue
        os.makedirs(os.path.dirname(to), exist_ok=True)
        shutil.copy2(source, to)


def run(command, seconds, log):
    with open(os.path.join(WORK, log), "ab") as out:
        try:
            return subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                timeout=seconds, cwd=TREE,
                env=dict(os.environ, CCACHE_BASEDIR=TREE,
                         CCACHE_NOHASHDIR="1")).returncode
        except subprocess.TimeoutExpired:
            return -1


def build(test):
    if test == "e2e_liar":
        targets = ["tocsin", "tocsind", "tocsind_liar"]
    elif test.startswith("e2e_"):
        targets = ["tocsin", "tocsind"]
    else:
        targets = ["test_" + test]
    return run(["nice", "ninja", "-C", BUILD] + targets, BUILD_SECONDS,
               "build.log") == 0


def passes(test):
    return run(["nice", "ctest", "--test-dir", BUILD, "-R", "^%s$" % test,
                "--no-tests=error", "--output-on-failure", "--timeout",
                str(TEST_SECONDS)], TEST_SECONDS + 60, "tests.log") == 0


def seed(fault):
    """What came of it: "caught", or a sentence."""
    path = os.path.join(TREE, fault.path)
    whole = read(path)
    if whole.count(fault.old) != 1:
        return "its place is gone"
    write(path, whole.replace(fault.old, fault.new))
    try:
        if not build(fault.test):
            return "does not build"
        return "NOT caught" if passes(fault.test) else "caught"
    finally:
        write(path, whole)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    wrong = check()
    for line in wrong:
        print(line)
    if args.check or wrong:
        print("%d faults, %d out of place" % (len(FAULTS), len(wrong)))
        return 1 if wrong else 0
    faults = [f for f in FAULTS if not args.names or f.name in args.names]
    if args.fast:
        faults = [f for f in faults if not f.test.startswith("e2e_")]
    os.makedirs(WORK, exist_ok=True)
    copy_tree()
    launcher = (["-DCMAKE_C_COMPILER_LAUNCHER=ccache"]
                if shutil.which("ccache") else [])
    if run(["cmake", "--preset", "dev", "-B", BUILD] + launcher, 300,
           "build.log") != 0:
        print("the copy cannot be configured; see build/mutation/build.log")
        return 1
    missed = 0
    sound = {}
    for fault in faults:
        if fault.test not in sound:
            sound[fault.test] = build(fault.test) and passes(fault.test)
        came = (seed(fault) if sound[fault.test]
                else "its test does not pass as it is")
        missed += came != "caught"
        print("%-28s %-18s %s" % (fault.name, fault.test, came), flush=True)
    print("%d seeded, %d not caught" % (len(faults), missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
