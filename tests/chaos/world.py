# SPDX-License-Identifier: Apache-2.0
"""The world of a chaos run: a store of its own, a reeved that is started again when it ends (as systemd would), a
clock that can be wrong. Nothing in here asserts; see check.py."""
import mmap
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "integration"))
import reeve_it  # noqa: E402  (its place is known only now)

# What is shortened, so that half an hour sees many faults: a silent worker is replaced after ten seconds instead of two
# minutes. Everything else is as it comes.
SETTINGS = ("workers.heartbeat_timeout=10s", "workers.lease=10s", "store_timeout=10s", "refresh.retry_max=5s",
            "queue.retry_delay=1s", "workers.generic.count=3")


class Wall:
    """The wall clock of all processes of this reeved, by way of a file (core/base/clock.c)."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "clock")
        with open(self.path, "wb") as out:
            out.write(struct.pack("=q", 0))
        with open(self.path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 8)

    def wrong_by(self, seconds):
        self.map[:8] = struct.pack("=q", int(seconds * 1000))


class Tmpfs:
    """A file system that can be filled. Where it cannot be mounted, `path` is None."""

    def __init__(self, folder, name, size_mib):
        self.path = os.path.join(folder, name)
        os.mkdir(self.path, 0o700)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_mib}m,mode=0700", "reeve-chaos", self.path],
                              stderr=subprocess.DEVNULL)
        self.mounted = done.returncode == 0

    def fill(self):
        with open(os.path.join(self.path, "ballast"), "wb") as out:
            try:
                while True:
                    out.write(b"\0" * (1 << 20))
                    out.flush()
            except OSError:
                pass

    def free(self):
        try:
            os.unlink(os.path.join(self.path, "ballast"))
        except FileNotFoundError:
            pass

    def remove(self):
        if self.mounted:
            subprocess.run(["umount", "-l", self.path], stderr=subprocess.DEVNULL)


class Cluster(reeve_it.Postgres):
    """A durable PostgreSQL that may be stopped, frozen, and (with a standby) failed over."""

    def __init__(self, run):
        super().__init__(run)
        self.port = reeve_it.free_port()

    def start(self):
        env = dict(os.environ, DURABLE="1", PORT=str(self.port), MAX_CONNECTIONS="100")
        for name in list(env):
            if name.startswith("PG"):
                del env[name]
        subprocess.run([os.path.join(self.SCRIPTS, "start"), self.run], check=True, env=env, stdout=subprocess.DEVNULL)
        self.env = reeve_it.read_env(os.path.join(self.run, "env"))


class World:
    def __init__(self, options, say):
        self.options = options
        self.say = say
        self.random = random.Random(options.seed)
        self.folder = tempfile.mkdtemp(prefix="reeve-chaos-")
        os.chmod(self.folder, 0o755)  # PostgreSQL runs as another user
        self.disk = Tmpfs(self.folder, "disk", options.disk)
        self.home = os.path.join(self.disk.path, "home")
        os.mkdir(self.home, 0o700)
        self.wall = Wall(self.folder)
        self.cluster = None
        self.database = None
        self.reeved = None
        self.port = reeve_it.free_port()
        self.wanted = False  # whether reeved should run
        self.restarts = 0
        self.prepare = None  # preexec of the next reeved
        self.lock = threading.Lock()
        self.keeper = threading.Thread(target=self.keep, daemon=True)

    def open(self):
        if self.options.store == "sqlite":
            reeve_it.STORE = "sqlite"
            self.database = reeve_it.Database(self.home)
        elif self.options.store == "postgres":
            reeve_it.STORE = "postgres"
            self.cluster = Cluster(os.path.join(self.folder, "postgres"))
            os.mkdir(self.cluster.run)
            self.cluster.start()
            self.database = reeve_it.Database(self.home, self.cluster, empty=True)
        else:
            self.database = Foreign(self.options.store)
        self.wanted = True
        self.launch()
        self.keeper.start()
        self.reeved.ready(120)

    def launch(self):
        options = [word for one in SETTINGS + tuple(self.options.set) for word in ("--set", one)]
        env = dict(os.environ, REEVE_TEST_CLOCK=self.wall.path)
        url = os.path.join(self.home, "url")
        if os.path.exists(url):
            os.unlink(url)
        self.reeved = reeve_it.Reeved(self.home, self.database, [f"--listen=127.0.0.1:{self.port}", *options], env)

    def keep(self):
        """Start it again when it has ended, after a second, as a unit with Restart=always does."""
        while self.wanted:
            with self.lock:
                if self.wanted and self.reeved.process.poll() is not None:
                    self.restarts += 1
                    time.sleep(1)
                    self.launch()
            time.sleep(0.2)

    def close(self):
        """A clean stop; the exit code of reeved."""
        with self.lock:
            self.wanted = False
        code = 1
        try:
            code, _ = self.reeved.stop(60)
        except AssertionError as error:
            self.say(str(error)[:500])
        return code

    def remove(self):
        with self.lock:
            self.wanted = False
        if self.cluster:
            self.cluster.thaw()
        if self.reeved and self.reeved.process.poll() is None:
            for pid in self.reeved.children():
                resume(pid)
            self.reeved.process.kill()
            self.reeved.process.wait()
        if self.cluster:
            self.cluster.remove()
        self.disk.remove()
        if not self.options.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def workers(self, kind=None):
        try:
            return self.reeved.children(kind)
        except OSError:
            return []

    def victim(self, kinds=None):
        """(pid, kind) of some worker, or (None, None)."""
        all_of_them = [(pid, kind) for kind in kinds or ("server", "generic", "refresh", "api")
                       for pid in self.workers(kind)]
        return self.random.choice(all_of_them) if all_of_them else (None, None)


class Foreign:
    """A database that somebody else runs: faults of its server are left out."""

    def __init__(self, url):
        self.url = url
        self.env = None

    def query(self, sql):
        if self.url.startswith("sqlite:"):
            return reeve_it.Database.query(self, sql)
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", self.url,
                               "-c", sql], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def one(self, sql):
        rows = self.query(sql)
        return rows[0][0] if rows else None


def signal_to(pid, number):
    try:
        os.kill(pid, number)
        return True
    except (ProcessLookupError, TypeError):
        return False


def resume(pid):
    signal_to(pid, signal.SIGCONT)
