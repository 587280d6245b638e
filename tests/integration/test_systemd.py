# SPDX-License-Identifier: Apache-2.0
"""reeved under a service manager: what it tells it, and the unit by systemd's own verifier."""
import os
import re
import signal
import socket
import subprocess
import time
import unittest

import reeve_it

UNIT = os.path.join(reeve_it.ROOT, "packaging", "systemd", "reeved.service.in")


class Manager:
    """The socket that systemd would have."""

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.seen = []

    def read(self):
        """What has come since the start: (time, lines)."""
        self.socket.setblocking(False)
        while True:
            try:
                self.seen.append((time.monotonic(), self.socket.recv(65536).decode().split("\n")))
            except BlockingIOError:
                return self.seen

    def count(self, line):
        return sum(line in lines for _, lines in self.read())

    def last_status(self):
        found = [line for _, lines in self.read() for line in lines if line.startswith("STATUS=")]
        return found[-1] if found else ""


class Notify(reeve_it.Case):
    def managed(self, *options, watchdog_ms=None, name=None):
        manager = Manager(name or os.path.join(self.folder, "notify"))
        self.addCleanup(manager.socket.close)
        env = dict(os.environ, NOTIFY_SOCKET=manager.path.replace("\0", "@"))
        if watchdog_ms:
            env["WATCHDOG_USEC"] = str(watchdog_ms * 1000)
        return manager, self.launch(*options, env=env)

    def test_it_tells_that_it_is_ready_reloads_and_stops_which_may_take_its_time(self):
        manager, reeved = self.managed("--set", "server.monitor_poll=200ms")
        reeved.ready()
        self.until(lambda: manager.count("READY=1"), "READY")
        self.assertIn(f"STATUS=serving at {reeved.url}", manager.read()[0][1])
        self.until(lambda: re.search(r"(\d+) of \1 workers run", manager.last_status()), "all workers run")
        reeved.signal(signal.SIGHUP)
        self.until(lambda: manager.count("READY=1") == 2, "READY again")
        reload = next(lines for _, lines in manager.read() if "RELOADING=1" in lines)
        stamp = int(next(line for line in reload if line.startswith("MONOTONIC_USEC="))[15:])
        self.assertLess(abs(stamp / 1e6 - time.monotonic()), 30)
        for worker in reeved.children():
            with open(f"/proc/{worker}/environ", "rb") as file:
                self.assertNotIn(b"NOTIFY_SOCKET", file.read())
        os.kill(reeved.children("server")[0], signal.SIGSTOP)  # so that the stop takes a second
        self.assertEqual(reeved.stop()[0], 0)
        self.assertEqual(manager.count("STOPPING=1"), 1)
        self.assertGreaterEqual(manager.count("EXTEND_TIMEOUT_USEC=15000000"), 2)
        self.assertEqual(manager.count("WATCHDOG=1"), 0)

    def test_an_abstract_socket_will_do(self):
        manager, reeved = self.managed(name=f"\0reeve-test-{os.getpid()}")
        reeved.ready()
        self.until(lambda: manager.count("READY=1"), "READY")

    def test_the_watchdog_hears_nothing_while_the_server_worker_hangs(self):
        manager, reeved = self.managed("--set", "server.monitor_poll=200ms", "--set", "workers.heartbeat_freq=100ms",
                                       "--set", "workers.lease=1h", watchdog_ms=1000)
        reeved.ready()
        start = manager.count("WATCHDOG=1")
        self.until(lambda: manager.count("WATCHDOG=1") > start + 4, "beats")
        worker = reeved.children("server")[0]
        os.kill(worker, signal.SIGSTOP)
        try:
            time.sleep(1.5)
            silent = manager.count("WATCHDOG=1")
            time.sleep(1)
            self.assertEqual(manager.count("WATCHDOG=1"), silent)
        finally:
            os.kill(worker, signal.SIGCONT)
        self.until(lambda: manager.count("WATCHDOG=1") > silent + 2, "beats again")

    def test_a_server_that_cannot_start_never_says_that_it_is_ready(self):
        manager, reeved = self.managed("--listen", "0.0.0.0:0")  # without TLS: refused
        self.assertEqual(reeved.wait(), 1)
        self.assertEqual(manager.count("READY=1"), 0)


class Unit(reeve_it.Case):
    def unit(self):
        """The unit with a program that is there."""
        with open(UNIT) as file:
            text = file.read().replace("@REEVE_BINDIR@", reeve_it.BIN)
        path = os.path.join(self.folder, "reeved.service")
        with open(path, "w") as file:
            file.write(text)
        return path

    def test_an_installed_unit_starts_the_program_of_the_prefix_that_it_was_installed_to(self):
        script = os.path.join(os.path.dirname(reeve_it.BIN), "packaging", "cmake_install.cmake")
        subprocess.run(["cmake", f"-DCMAKE_INSTALL_PREFIX={self.folder}", "-DCMAKE_INSTALL_COMPONENT=server", "-P", script],
                       check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(self.folder, "lib", "systemd", "system", "reeved.service")) as file:
            self.assertIn(f"\nExecStart={self.folder}/bin/reeved --home ", file.read())

    def systemd(self, *arguments):
        done = subprocess.run(["systemd-analyze", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, env=dict(os.environ, SYSTEMD_PAGER="cat"))
        return done.returncode, done.stdout

    def test_systemd_verifies_the_unit(self):
        code, text = self.systemd("verify", "--man=no", self.unit())
        mine = [line for line in text.splitlines() if "reeved.service" in line]
        self.assertEqual((code, mine), (0, []), text)

    def test_systemd_makes_the_user(self):
        done = subprocess.run(["systemd-sysusers", "--dry-run", os.path.join(os.path.dirname(UNIT), "reeve.sysusers.conf")],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, "(?i)creat.* user 'reeve' .*Reeve server")

    def test_systemd_finds_the_unit_well_protected(self):
        """Exposure of at most 1.5 of 10."""
        code, text = self.systemd("security", "--offline=true", "--threshold=15", self.unit())
        self.assertEqual(code, 0, text)

    @unittest.skipUnless(reeve_it.DEEP, "only with --deep")
    def test_what_the_unit_forbids_reeved_does_not_need(self):
        """The names of all system calls of a run against the unit's filter."""
        allowed = self.filter()
        trace = os.path.join(self.folder, "trace")
        reeved = self.start()
        tracer = subprocess.Popen(["strace", "-f", "-qq", "-c", "-o", trace, "-p", str(reeved.pid)])
        time.sleep(1)
        reeved.post("/api/providers", {"name": "demo", "type": "demo", "options": {"pods": "5", "vms": "5"}})
        self.until(lambda: reeved.children("refresh"), "a refresh worker")
        time.sleep(2)
        reeved.stop()
        tracer.wait(20)
        with open(trace) as file:
            used = {line.split()[-1] for line in file if re.match(r"\s*\d", line)} - {"total"}
        self.assertGreater(len(used), 20)
        if os.geteuid() == 0:
            used -= {"fchown", "capset"}  # SQLite keeps the owner of a database's files; fences take root's rights away
        self.assertLessEqual(used, allowed)

    def filter(self):
        def names(group):
            _, text = self.systemd("syscall-filter", group)
            out = set()
            for word in re.findall(r"^    (\S+)", text, re.M)[0:]:
                if word.startswith("@"):
                    out |= names(word)
                elif word != "#":
                    out.add(word)
            return out

        with open(UNIT) as file:
            lines = re.findall(r"^SystemCallFilter=(.*)$", file.read(), re.M)
        allowed = set()
        for line in lines:
            groups = set().union(*(names(word) if word[0] == "@" else {word} for word in line.lstrip("~").split()))
            allowed = allowed - groups if line.startswith("~") else allowed | groups
        return allowed


if __name__ == "__main__":
    reeve_it.main()
