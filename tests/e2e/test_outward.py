"""The core without a network: the roles that connect out run under another
process, and the console's port is handed over, as under systemd's two units."""
import os
import shutil
import signal
import socket
import subprocess
import sys

from harness import Daemon, E2E, TOCSIND, main, wait_until

FIRE = [(1, "旧", ""), (2, "云溪三中宿舍起火", "")]


def can_unshare():
    """Whether a process may be given a network of its own, with nothing in."""
    return shutil.which("unshare") and subprocess.run(
        ["unshare", "--net", "true"], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


class SplitDaemon(Daemon):
    """tocsind in two halves; the core has no network where that can be had."""

    outward = None
    listener = None

    def start_outward(self):
        self.path = os.path.join(self.folder, "outward.sock")
        self.outward_log = open(os.path.join(self.folder, "outward.log"), "ab")
        self.outward = subprocess.Popen(
            [TOCSIND, "--serve-outward", self.path, "--log-level", "debug"],
            stdin=subprocess.DEVNULL, stdout=self.outward_log,
            stderr=self.outward_log, start_new_session=True, cwd="/")
        wait_until(lambda: os.path.exists(self.path), 20, "its socket")

    def start(self, wait=True):
        if self.outward is None:
            self.start_outward()
        if self.listener is None:
            self.listener = socket.socket()
            self.listener.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.listener.bind(("127.0.0.1", self.console_port))
            self.listener.listen(64)
        self.log_file = open(self.log_path, "ab")
        fd = self.listener.fileno()
        command = ("exec 3<&%d; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"" % fd)
        isolate = ["unshare", "--net"] if can_unshare() else []
        self.process = subprocess.Popen(
            isolate + ["/bin/bash", "-c", command, "sh", TOCSIND, "--config",
                       self.config, "--log-level", "debug", "--outward",
                       self.path],
            stdin=subprocess.DEVNULL, stdout=self.log_file,
            stderr=self.log_file, start_new_session=True, cwd="/",
            pass_fds=[fd])
        if wait:
            wait_until(self.is_ready, 30, "tocsind to be ready")
        return self

    def end_outward(self):
        if self.outward and self.outward.poll() is None:
            os.killpg(self.outward.pid, signal.SIGKILL)
            self.outward.wait()
            self.outward_log.close()
        self.outward = None

    def close(self):
        super().close()
        self.end_outward()
        if self.listener:
            self.listener.close()

    def outward_roles(self):
        """{role: pid} under the outward process."""
        core, self.process = self.process, self.outward
        try:
            return self.roles()
        finally:
            self.process = core


class Outward(E2E):
    def split(self):
        route, source = self.feed()
        d = SplitDaemon(self.origin, self.receiver, [source])
        self.daemons.append(d)
        d.start()
        self.wait_baseline(d, "news")
        return route, d

    def test_the_road_through_two_halves(self):
        route, d = self.split()
        self.assertLessEqual({"engine", "parse", "console"}, set(d.roles()))
        self.assertFalse({"fetch", "notify"} & set(d.roles()))
        self.assertEqual(set(d.outward_roles()), {"fetch", "notify"})
        if can_unshare():  # nothing of the core is in the machine's network
            ours = os.readlink("/proc/self/ns/net")
            for pids in d.roles().values():
                for pid in pids:
                    self.assertNotEqual(
                        os.readlink("/proc/%d/ns/net" % pid), ours)
        route.set_items(FIRE)
        self.wait_opened(1)

    def test_what_ends_is_started_again(self):
        route, d = self.split()
        for role in ("fetch", "notify"):
            before = d.outward_roles()[role][0]
            os.kill(before, signal.SIGKILL)
            wait_until(lambda: d.outward_roles().get(role, [before])[0]
                       != before, 20, role + " to come back")
        before = d.roles()["console"][0]
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: d.roles().get("console", [before])[0] != before,
                   20, "the console to come back")
        wait_until(d.is_ready, 30, "the same port to answer")
        d.end_outward()
        d.start_outward()
        wait_until(lambda: set(d.outward_roles()) == {"fetch", "notify"}, 30,
                   "the roles of the new outward process")
        wait_until(d.is_ready, 30, "readiness")
        route.set_items(FIRE)
        self.wait_opened(1, 40)

    def test_the_core_takes_them_with_it(self):
        _, d = self.split()
        pids = [p for ps in d.outward_roles().values() for p in ps]
        self.assertEqual(d.stop(), 0)
        wait_until(lambda: not any(os.path.exists("/proc/%d" % p)
                                   for p in pids), 10, "the roles to end")
        self.assertIsNone(d.outward.poll())
        d.start()
        wait_until(lambda: set(d.outward_roles()) == {"fetch", "notify"}, 30,
                   "the roles of the next core")


if __name__ == "__main__":
    main()
