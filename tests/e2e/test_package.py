"""The Debian package: what is in it, and its life from install to purge.

The life is lived in an overlay over this very system, in a mount namespace of
its own: dpkg's own database, the real library packages, and nothing of it
remains.  Without the right to make one that part is skipped, and says so.
"""
import os
import re
import shutil
import subprocess
import tempfile
import textwrap
import unittest

from harness import PATIENCE, main

BUILD = os.environ["TOCSIN_BUILD"]

# Run in the overlay's root, as root.
LIFE = r"""
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C
mount -t proc proc /proc
ready() { # wait until the daemon answers
    tries=0
    until tocsin status >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || { cat /tmp/log >&2; exit 1; }
        sleep 0.1
    done
}
start() {
    install -d -o tocsin -g tocsin -m 0750 /run/tocsin
    setpriv --reuid tocsin --regid tocsin --clear-groups \
        tocsind --config /etc/tocsin/tocsin.yaml >/tmp/log 2>&1 &
    daemon=$!
    ready
}
stop() {
    kill -TERM $daemon
    wait $daemon || true
}
echo "== install"
dpkg --force-depends -i /tmp/one.deb >/tmp/said 2>&1 || { cat /tmp/said; exit 1; }
grep -q 'tocsin setup' /tmp/said
getent passwd tocsin >/dev/null
[ "$(stat -c '%a %U %G' /etc/tocsin)" = "750 root tocsin" ]
[ "$(stat -c '%a %U %G' /var/lib/tocsin)" = "700 tocsin tocsin" ]
[ -e /etc/systemd/system/multi-user.target.wants/tocsind.service ]
man -w tocsin >/dev/null 2>&1 || ls /usr/share/man/man1/tocsin.1* >/dev/null
echo "== set up and start"
tocsin setup --yes --bureau Bureau --contact desk@yunxi.example --admin li \
    --listen 127.0.0.1:18480 >/tmp/setup || { cat /tmp/setup; exit 1; }
tocsin check
start
tocsin user list | grep -q '^li '
stop
echo "== upgrade"
dpkg --force-depends -i /tmp/two.deb >/tmp/said 2>&1 || { cat /tmp/said; exit 1; }
[ "$(dpkg-query -W -f '${Version}' tocsin)" = 9.9.9 ]
tocsin check
start
tocsin user list | grep -q '^li '
stop
echo "== remove"
dpkg -r tocsin >/tmp/said 2>&1 || { cat /tmp/said; exit 1; }
[ -e /etc/tocsin/tocsin.yaml ] && [ -e /var/lib/tocsin/tocsin.db ]
[ ! -e /usr/bin/tocsin ]
echo "== purge"
dpkg -P tocsin >/tmp/said 2>&1 || { cat /tmp/said; exit 1; }
[ ! -e /etc/tocsin ] && [ ! -e /var/lib/tocsin ]
left=$(find /etc /usr /var/lib /run -name '*tocsin*' -newer /tmp/one.deb \
    ! -path '*/locale/*' | grep -v '^/var/lib/systemd\|/cache/' || true)
[ -z "$left" ] || { echo "left behind: $left"; exit 1; }
echo "== done"
"""


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="tocsin-package-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.one = cls.pack("0.1.0", "one")

    @classmethod
    def pack(cls, version, name):
        out = os.path.join(cls.folder, name)
        env = dict(os.environ, SOURCE_DATE_EPOCH="1764000000")
        done = subprocess.run(
            ["cpack", "-G", "DEB", "-B", out, "-D",
             "CPACK_PACKAGE_VERSION=" + version],
            cwd=BUILD, env=env, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=300 * PATIENCE)
        assert done.returncode == 0, done.stdout
        found = [f for f in os.listdir(out) if f.endswith(".deb")]
        assert len(found) == 1, found
        return os.path.join(out, found[0])

    def deb(self, *args):
        return subprocess.run(["dpkg-deb"] + list(args) + [self.one],
                              stdin=subprocess.DEVNULL, check=True,
                              stdout=subprocess.PIPE, text=True,
                              timeout=60).stdout

    def test_name_and_what_it_needs(self):
        self.assertRegex(os.path.basename(self.one),
                         r"^tocsin_0\.1\.0_[a-z0-9]+\.deb$")
        control = self.deb("--field")
        depends = re.search(r"^Depends: (.*)$", control, re.M).group(1)
        # Versions below these have holes that are known.
        for floor in ("libcurl4 (>= 7.88.1-10+deb12u15)",
                      "libpcre2-16-0 (>= 10.42-1+deb12u2)",
                      "libxml2 (>= 2.9.14+dfsg-1.3~deb12u6)",
                      "libsqlite3-0 (>= 3.40.1-2+deb12u2)", "libseccomp2"):
            self.assertIn(floor, depends)

    def test_what_is_in_it(self):
        listed = self.deb("--contents")
        paths = {line.split()[5].lstrip(".") for line in listed.splitlines()}
        for path in ("/usr/bin/tocsin", "/usr/sbin/tocsind",
                     "/usr/lib/systemd/system/tocsind.service",
                     "/usr/lib/systemd/system/tocsind-outward.service",
                     "/usr/lib/sysusers.d/tocsin.conf",
                     "/usr/lib/tmpfiles.d/tocsin.conf",
                     "/usr/share/bash-completion/completions/tocsin"):
            self.assertIn(path, paths)
        if os.path.isdir(os.path.join(BUILD, "man")):
            for page in ("man1/tocsin.1", "man8/tocsind.8",
                         "man5/tocsin.yaml.5", "man5/tocsin-rules.5"):
                self.assertTrue(any(p.startswith("/usr/share/man/" + page)
                                    for p in paths), page)
        for line in listed.splitlines():
            mode, owner = line.split()[:2]
            self.assertEqual(owner, "root/root", line)
            self.assertNotRegex(mode[4:], "w", line)
        self.assertFalse([p for p in paths if p.startswith("/usr/local")])

    def test_its_life(self):
        if os.geteuid() != 0:
            self.skipTest("a root of its own needs root")
        two = self.pack("9.9.9", "two")
        script = os.path.join(self.folder, "life.sh")
        with open(script, "w", encoding="utf-8") as f:
            f.write(LIFE)
        room = os.path.join(self.folder, "room")
        os.mkdir(room)
        outside = textwrap.dedent("""
            set -eu
            mount --make-rprivate /
            mount -t tmpfs tmpfs {room}
            mkdir {room}/up {room}/work {room}/root
            mount -t overlay overlay {room}/root -o \
                lowerdir=/,upperdir={room}/up,workdir={room}/work || exit 77
            cd {room}/root
            mount -t tmpfs tmpfs tmp
            mount -t tmpfs tmpfs run
            mount --rbind /dev dev
            cp {one} tmp/one.deb
            cp {two} tmp/two.deb
            cp {script} tmp/life.sh
            exec chroot . /bin/sh /tmp/life.sh
            """).format(room=room, one=self.one, two=two, script=script)
        done = subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh",
             "-c", outside], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=240 * PATIENCE)
        if done.returncode == 77 or "unshare failed" in done.stdout:
            self.skipTest("this system gives no mount of its own: "
                          + done.stdout.strip()[-200:])
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("== done", done.stdout)


if __name__ == "__main__":
    main()
