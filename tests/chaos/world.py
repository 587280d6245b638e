# SPDX-License-Identifier: Apache-2.0
"""The world of a chaos run: a store of its own, a reeved that is started again when it ends (as systemd would), a
clock that can be wrong. Nothing in here asserts; see check.py."""
import mmap
import os
import random
import shutil
import signal
import socket
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
        os.mkdir(self.path, 0o755)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_mib}m,mode=0755", "reeve-chaos", self.path],
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


def lasting_port():
    """A port for a server that comes and goes: below those that the kernel lends to clients, of which one might have it
    when the server comes back."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Cluster(reeve_it.Postgres):
    """A durable PostgreSQL that may be stopped, frozen, and failed over to another port, where a standby is made when
    it is time. Clients know both ports from the start. `place`: a folder for its data, on a disk that can be full."""

    def __init__(self, run, place):
        super().__init__(run)
        os.mkdir(run)
        self.ports = [lasting_port(), lasting_port()]
        self.data = [os.path.join(place, f"data{i}") for i in (0, 1)]
        self.env = {}
        self.now = 0  # which of the two is the primary
        for data in self.data:
            os.mkdir(data, 0o700)
            self.own(data)
        self.place()

    def own(self, path):
        if os.getuid() == 0:
            shutil.chown(path, "postgres", "postgres")

    def place(self):
        with open(os.path.join(self.run, "data.path"), "w") as out:
            out.write(self.data[self.now] + "\n")

    def start(self):
        env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        env.update(DURABLE="1", PORT=str(self.ports[self.now]), MAX_CONNECTIONS="100", SETTINGS="wal_level=replica")
        subprocess.run([os.path.join(self.SCRIPTS, "start"), self.run], check=True, env=env, stdout=subprocess.DEVNULL)
        self.env.update(reeve_it.read_env(os.path.join(self.run, "env")))  # others hold it, too

    def start_again(self):
        """A server that has ended by itself, as its own unit would."""
        with open(os.path.join(self.run, "pid")) as file:
            if not reeve_it.alive(int(file.read())):
                self.start()

    def url(self, database):
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        return (f"postgresql://{self.env['PGUSER']}:{self.env['PGPASSWORD']}@{hosts}/{database}"
                "?target_session_attrs=read-write&connect_timeout=5")

    def tool(self, program, *arguments):
        """A program of PostgreSQL, as its user."""
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--inh-caps=-all", "--"]
        folder = os.environ.get("PGBIN", "/usr/lib/postgresql/15/bin")
        done = subprocess.run([*(as_user if os.getuid() == 0 else []), os.path.join(folder, program), *arguments],
                              env=dict(os.environ, **self.env), cwd="/", stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}")

    def ask(self, sql):
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-c", sql], env=dict(os.environ, **self.env),
                              stdout=subprocess.PIPE, text=True)
        return done.stdout.strip()

    def fail_over(self):
        """The primary dies with its machine; a standby that had everything takes its place at another port."""
        other = 1 - self.now
        copy = os.path.join(self.data[other], "cluster")
        self.tool("pg_basebackup", "-D", copy, "-R", "-c", "fast")
        self.begin_standby(other, copy)
        reeve_it.until(lambda: self.ask("SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'"),
                       "the standby follows", 60, 0.2)
        self.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.ask("SELECT pg_reload_conf()")
        reeve_it.until(lambda: self.ask("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"),
                       "the standby has all of it", 60, 0.2)
        for pid in self.processes():
            signal_to(pid, signal.SIGKILL)
        shutil.rmtree(os.path.join(self.data[self.now], "cluster"), ignore_errors=True)
        shutil.copy(os.path.join(self.data[self.now], "password"), self.data[other])
        self.own(os.path.join(self.data[other], "password"))
        self.tool("pg_ctl", "-D", copy, "-w", "promote")
        self.now = other
        self.place()
        with open(os.path.join(copy, "postmaster.pid")) as file, open(os.path.join(self.run, "pid"), "w") as out:
            out.write(file.readline())
        self.env["PGPORT"] = str(self.ports[self.now])
        return f"PostgreSQL failed over to port {self.ports[self.now]}"

    def begin_standby(self, other, copy):
        """Start the standby: the settings that the scripts give to the primary, but for the port."""
        log = os.path.join(self.data[other], "log")
        try:
            self.tool("pg_ctl", "-D", copy, "-w", "-l", log, "-o",
                      f"-p {self.ports[other]} -c listen_addresses=127.0.0.1 -c"
                      f" unix_socket_directories={self.data[other]} -c max_connections=100", "start")
        except RuntimeError as error:
            with open(log, encoding="utf-8") as said:
                raise RuntimeError(f"{error}\n{said.read()[-4000:]}") from None


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
        self.port = lasting_port()
        self.wanted = False  # whether reeved should run
        self.restarts = 0
        self.still = False  # whether the estate has been told to change no more
        self.lock = threading.Lock()
        self.keeper = threading.Thread(target=self.keep, daemon=True)

    def open(self):
        if self.options.store == "sqlite":
            reeve_it.STORE = "sqlite"
            self.database = reeve_it.Database(self.home)
        elif self.options.store == "postgres":
            reeve_it.STORE = "postgres"
            self.cluster = Cluster(os.path.join(self.folder, "postgres"), self.disk.path)
            self.cluster.start()
            self.database = reeve_it.Database(self.home, self.cluster, empty=True)
            self.database.url = self.cluster.url(self.database.name)
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

    def victim(self):
        """(pid, kind) of some worker of any kind, or (None, None)."""
        all_of_them = sorted(self.reeved.workers().items(), key=lambda one: (one[1], one[0]))
        return self.random.choice(all_of_them) if all_of_them else (None, None)


class Foreign:
    """A database that somebody else runs: faults of its server are left out."""

    def __init__(self, url):
        self.url = url
        self.env = None

    def query(self, sql):
        return self.query_all([sql])[0]

    def query_all(self, texts):
        if self.url.startswith("sqlite:"):
            return [reeve_it.Database.query(self, sql) for sql in texts]
        return reeve_it.psql(texts, "-d", self.url)

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
