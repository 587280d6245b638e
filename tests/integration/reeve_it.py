# SPDX-License-Identifier: Apache-2.0
"""Starts and ends reeved for integration tests, and talks to it. Standard library only.

    import reeve_it

    class MyTest(reeve_it.Case):
        def test_it(self):
            reeved = self.start("--set", "workers.generic.count=1")
            reeved.get("/api/providers")
            self.until(lambda: reeved.children("refresh"), "a refresh worker")

Environment: REEVE_BIN (folder of reeved, reevectl), REEVE_TEST_STORE (sqlite or postgres),
REEVE_TEST_POSTGRES (the env file of the private cluster), REEVE_TEST_TEMPLATE (an SQLite file to copy),
REEVE_TEST_DEEP (longer runs), REEVE_TEST_TLS (every reeved speaks TLS).
"""
import base64
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BIN = os.environ.get("REEVE_BIN", os.path.join(ROOT, "build", "dev", "bin"))
STORE = os.environ.get("REEVE_TEST_STORE", "sqlite")
TEMPLATE = os.environ.get("REEVE_TEST_TEMPLATE", "")
TLS = os.environ.get("REEVE_TEST_TLS", "") not in ("", "0")
DEEP = os.environ.get("REEVE_TEST_DEEP", "") not in ("", "0")
READY_S = 60
LONGEST_SLEEP_S = 0.1
# Of a test or class in which no store has a part, or whose statements tests/contract tries on both.
DEEP_ON_POSTGRES = unittest.skipUnless(DEEP or STORE == "sqlite", "on PostgreSQL under --deep")
# Options of a server that need not be waited for long.
QUICK = ("--set", "workers.generic.count=1", "--set", "server.monitor_poll=100ms", "--set", "refresh.retry_min=100ms", "--set", "refresh.retry_max=500ms")
END_OF_ROWS = "-- these were all of its rows"
# The wrong-password tests of tests/contract pay the full price of a hash; here it would be paid with every request.
os.environ.setdefault("REEVE_TEST_QUICK_PASSWORDS", "1")
# The shipped domain is imported by servers of tests that say SHIPPED (env=reeve_it.SHIPPED): it takes half a second.
SHIPPED = dict(os.environ)
os.environ.setdefault("REEVE_TEST_UNSHIPPED", "1")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, what, timeout_s=20.0, every_s=0.02):
    """Ask until the condition holds; its value. Who has waited for long is asked less often: what is asked costs more than
    what is waited for."""
    end = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout_s} s: {what}")
        time.sleep(every_s)
        every_s = max(every_s, min(every_s * 1.15, LONGEST_SLEEP_S))


def alive(pid):
    """Whether the process runs; a zombie does not."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


class Postgres:
    """A private cluster that the test may stop and start; see tests/peers/postgres."""

    SCRIPTS = os.path.join(ROOT, "tests", "peers", "postgres")

    def __init__(self, run):
        self.run = run
        self.frozen = []
        self.env = {}

    def start(self):
        """It may be crashed: what was committed is with the kernel by then, which lives on. Again: on the same port, or
        nobody would find it."""
        subprocess.run([os.path.join(self.SCRIPTS, "start"), self.run], check=True, stdout=subprocess.DEVNULL,
                       env=dict(os.environ, SETTINGS="synchronous_commit=on", PORT=self.env.get("PGPORT", "")))
        self.env = read_env(os.path.join(self.run, "env"))
        self.running = True

    def stop(self, crash=False):
        env = dict(os.environ, KILL="1") if crash else os.environ
        subprocess.run([os.path.join(self.SCRIPTS, "stop"), self.run], check=True, env=env,
                       stdout=subprocess.DEVNULL)
        self.running = False

    def make_template(self):
        """A schema for its databases to copy, as ctest's fixture does in the cluster that all share."""
        subprocess.run([os.path.join(BIN, "..", "tests", "test_template")], check=True, stdout=subprocess.DEVNULL,
                       env=dict(os.environ, REEVE_TEST_STORE="postgres", REEVE_TEST_POSTGRES=os.path.join(self.run, "env")))

    def processes(self):
        """The server's first process and its children."""
        with open(os.path.join(self.run, "data.path")) as place:
            pid_file = os.path.join(place.read().strip(), "cluster", "postmaster.pid")
        with open(pid_file) as file:
            first = int(file.readline())
        return [first, *children_of(first)]

    def freeze(self):
        """It accepts connections (the kernel does) and says nothing."""
        self.frozen = self.processes()
        for pid in self.frozen:
            os.kill(pid, signal.SIGSTOP)

    def thaw(self):
        while self.frozen:
            try:
                os.kill(self.frozen.pop(), signal.SIGCONT)
            except ProcessLookupError:
                pass

    def remove(self):
        subprocess.run([os.path.join(self.SCRIPTS, "stop"), self.run], check=False,
                       env=dict(os.environ, REMOVE="1"), stdout=subprocess.DEVNULL)


def read_env(path):
    out = {}
    with open(path) as lines:
        for line in lines:
            key, equals, value = line.strip().partition("=")
            if equals:
                out[key] = value.strip("'\"")
    return out


def psql(texts, *more, env=None):
    """Rows of each statement, as lists of strings."""
    arguments = ["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", *more]
    for sql in texts:
        arguments += ["-c", sql, "-c", f"SELECT '{END_OF_ROWS}'"]
    done = subprocess.run(arguments, env=dict(os.environ, **(env or {})), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    out = [[]]
    for line in done.stdout.splitlines():
        if line == END_OF_ROWS:
            out.append([])
        else:
            out[-1].append(line.split("\t"))
    return out[:-1]


class Session:
    """A psql that stays: to start one and to log in costs more than what a test asks."""

    def __init__(self, env):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            ["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1"], env=dict(os.environ, **env),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)

    def query(self, sql):
        """Rows, or None when the session has ended."""
        rows = []
        try:
            print(sql.rstrip().rstrip(";") + f";\nSELECT '{END_OF_ROWS}';", file=self.process.stdin, flush=True)
        except BrokenPipeError:
            return None
        for line in self.process.stdout:
            if line == END_OF_ROWS + "\n":
                return rows
            rows.append(line.rstrip("\n").split("\t"))
        return None

    def close(self):
        """What it has said of errors."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
        with self.errors:
            self.errors.seek(0)
            return self.errors.read()


class Database:
    """One database of its own; `url` for --store, `query` to look into it from outside."""

    count = 0

    def __init__(self, home, cluster=None, empty=False):
        self.home = home
        self.env = None
        self.session = None
        self.asking = threading.Lock()
        if STORE == "sqlite" and cluster is None:
            path = os.path.join(home, "reeve.db")
            self.url = "sqlite:" + path
            if not empty and os.path.exists(TEMPLATE):
                self.copy_template(path)
            return
        self.env = cluster.env if cluster else read_env(os.environ["REEVE_TEST_POSTGRES"])
        Database.count += 1
        self.name = f"reeve_it_{os.getpid()}_{Database.count}"
        copied = not empty and self.psql("postgres", "SELECT 1 FROM pg_database WHERE datname = 'reeve_template'")
        self.psql("postgres", f'CREATE DATABASE "{self.name}"' + (" TEMPLATE reeve_template STRATEGY FILE_COPY" if copied else ""))
        if copied:
            self.psql(self.name, "UPDATE schema_info SET value = value + (random() * 1000000)::bigint "
                                 "WHERE name = 'epoch'")
        self.url = "postgresql://%s:%s@%s:%s/%s" % (
            self.env["PGUSER"], self.env["PGPASSWORD"], self.env["PGHOST"], self.env["PGPORT"], self.name)

    def copy_template(self, path):
        """A copy of the schema that ctest's fixture has left is far quicker than a new one."""
        os.makedirs(self.home, mode=0o700, exist_ok=True)
        with open(TEMPLATE, "rb") as made, open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            shutil.copyfileobj(made, out)
        self.query("UPDATE schema_info SET value = value + abs(random()) % 1000000 WHERE name = 'epoch'")

    def psql(self, database, sql):
        return psql([sql], env=dict(self.env, PGDATABASE=database))[0]

    def ask(self, sql):
        while True:
            known = self.session
            self.session = known or Session(dict(self.env, PGDATABASE=self.name))
            rows = self.session.query(sql)
            if rows is not None:
                return rows
            error = self.end_session()
            if not known or "connection" not in error:  # else the server has been away meanwhile
                raise RuntimeError(error)

    def end_session(self):
        session, self.session = self.session, None
        return session.close() if session else ""

    def query(self, sql):
        """Rows as lists of strings; NULL is an empty string."""
        if self.env:
            with self.asking:
                return self.ask(sql)
        with sqlite3.connect(self.url[len("sqlite:"):], timeout=20) as connection:
            rows = connection.execute(sql).fetchall()
        connection.close()
        return [["" if value is None else str(value) for value in row] for row in rows]

    def query_all(self, texts):
        """query() of each, by one session."""
        if self.env:
            return psql(texts, env=dict(self.env, PGDATABASE=self.name))
        return [self.query(sql) for sql in texts]

    def one(self, sql):
        rows = self.query(sql)
        return rows[0][0] if rows else None

    def quiet(self, application):
        """Whether no process of this name is in a transaction now (SQLite: no process at all)."""
        if self.env:
            return self.one("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()"
                            f" AND application_name = '{application}' AND state <> 'idle'") == "0"
        connection = sqlite3.connect(self.url[len("sqlite:"):], timeout=0.3, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            return True
        except sqlite3.OperationalError:
            return False
        finally:
            connection.close()

    @contextlib.contextmanager
    def locked(self, table):
        """Nobody else writes to the table (SQLite: to the database) meanwhile."""
        if self.env is None:
            with contextlib.closing(sqlite3.connect(self.url[len("sqlite:"):], timeout=20, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                yield
            return
        env = dict(os.environ, **dict(self.env, PGDATABASE=self.name))
        other = subprocess.Popen(["psql", "-X", "-q", "-A", "-t"], env=env, stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True)
        with other:
            print(f"BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE; SELECT 'mine';", file=other.stdin, flush=True)
            while "mine" not in other.stdout.readline():
                pass
            yield
            other.stdin.close()

    def drop(self):
        self.end_session()
        if self.env:
            try:
                self.psql("postgres", f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
            except RuntimeError:
                pass  # the cluster is gone, and the database with it


def make_certificate(folder, name="server", names="DNS:localhost,IP:127.0.0.1", days=60):
    """A self-signed certificate and its key; their paths."""
    certificate, key = (os.path.join(folder, f"{name}.{end}") for end in ("crt", "key"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", str(days), "-subj", "/CN=" + name, "-addext", "subjectAltName=" + names,
                    "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
    os.chmod(key, 0o600)
    return certificate, key


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


class Reeved:
    """One running reeved."""

    def __init__(self, home, database, options=(), env=None):
        self.home = home
        self.database = database
        self.tls = None  # a client's context
        self.log_path = os.path.join(home, "..", os.path.basename(home) + ".log")
        self.log_start = os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0
        # By a file: a test's password has no business in the list of processes either.
        store_file = os.path.join(home, "..", os.path.basename(home) + ".store")
        with open(os.open(store_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(database.url + "\n")
        arguments = [os.path.join(BIN, "reeved"), "--home", home, "--store-file", store_file]
        if not any(str(one).startswith("--listen") for one in options):
            arguments += ["--listen", "127.0.0.1:0"]
        if TLS and not any(str(one).startswith("--tls") for one in options):
            certificate, key = make_certificate(os.path.dirname(home), os.path.basename(home))
            arguments += ["--tls-certificate", certificate, "--tls-key", key]
            self.tls = ssl.create_default_context(cafile=certificate)
        faults = os.path.join(os.path.dirname(home), "faults")
        if os.path.isdir(faults):
            arguments += ["--set", "workers.fence_read=" + faults]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(arguments + list(options), stderr=log, stdout=log,
                                            stdin=subprocess.DEVNULL, env=env)
        self.pid = self.process.pid

    def log(self):
        """What this one has logged so far."""
        with open(self.log_path, "rb") as log:
            log.seek(self.log_start)
            return log.read().decode("utf-8", "replace")

    def ready(self, timeout_s=READY_S):
        def there():
            if self.process.poll() is not None:
                raise AssertionError(f"reeved ended with {self.process.returncode}:\n{self.log()}")
            return os.path.exists(os.path.join(self.home, "url"))

        try:
            until(there, "reeved is ready", timeout_s)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log()[-4000:]}") from None
        return self

    @property
    def url(self):
        return self.read("url")

    def read(self, name):
        with open(os.path.join(self.home, name)) as file:
            return file.read().strip()

    def connect(self, timeout_s=30, receive_bytes=None):
        """A socket to the API, with TLS where it speaks that. receive_bytes: of the kernel's buffer."""
        where = urllib.parse.urlsplit(self.url)
        client = socket.socket()
        if receive_bytes:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        client.settimeout(timeout_s)
        client.connect((where.hostname, where.port))
        return self.tls.wrap_socket(client, server_hostname=where.hostname) if self.tls else client

    def request(self, method, path, body=None, headers=None, user="admin", password=None, timeout_s=30):
        """An Answer. body: something for JSON, or bytes."""
        where = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=timeout_s)
        connection.sock = self.connect(timeout_s)
        headers = dict(headers or {})
        if user and "Authorization" not in headers and "X-Auth-Token" not in headers:
            pair = f"{user}:{password or self.read('admin-password')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def call(self, method, path, body=None, **more):
        answer = self.request(method, path, body, **more)
        if answer.status >= 400:
            raise AssertionError(f"{method} {path}: {answer.status} {answer.body.decode('utf-8', 'replace')}")
        return answer.json if answer.body else None

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body, **more):
        return self.call("POST", path, body, **more)

    def delete(self, path, **more):
        return self.call("DELETE", path, **more)

    def wait_task(self, task_id, timeout_s=60):
        """The task when it is finished."""
        task_id = str(task_id).rsplit("/", 1)[-1]

        def finished():
            task = self.get(f"/api/tasks/{task_id}")
            return task if task["state"] == "Finished" else None

        return until(finished, f"task {task_id} is finished", timeout_s, 0.05)

    def workers(self):
        """Kind ("server", "generic", "refresh", "api", ...) of each worker, by pid."""
        out = {}
        for pid in children_of(self.pid):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")  # a zombie has none
            except OSError:
                continue
            if b"--worker" in words:
                out[pid] = words[words.index(b"--worker") + 1].decode()
        return out

    def children(self, kind=None):
        """pids of the workers of a kind, or of all."""
        return sorted(pid for pid, of in self.workers().items() if kind in (None, of))

    def signal(self, number):
        os.kill(self.pid, number)

    def wait(self, timeout_s=20):
        """Exit code."""
        return self.process.wait(timeout_s)

    def stop(self, timeout_s=20):
        """A clean stop; exit code and seconds."""
        start = time.monotonic()
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            return self.wait(timeout_s), time.monotonic() - start
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"reeved did not stop:\n{self.log()[-4000:]}") from None

    def kill(self):
        """As a crash; waits until the workers are gone too."""
        workers = self.children()
        self.process.kill()
        self.process.wait()
        until(lambda: not any(alive(pid) for pid in workers), "workers die with reeved", 10)
        if os.path.exists(os.path.join(self.home, "url")):
            os.unlink(os.path.join(self.home, "url"))  # so that ready() waits for the next one's


class Case(unittest.TestCase):
    """A test with a folder of its own, whose reeveds end with it. What a sanitizer finds fails it; a test that
    makes a module crash sets `crashes`."""

    crashes = False
    faults = False  # whether demo providers read faults from a file

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="reeve-it-")
        if self.faults:
            os.mkdir(os.path.join(self.folder, "faults"))
        self.databases = {}
        self.running = []
        self.number = 0

    def tearDown(self):
        logs = []
        for reeved in self.running:
            if reeved.process.poll() is None:
                try:
                    reeved.stop()
                except AssertionError as error:
                    logs.append(str(error))
            logs.append(reeved.log())
        for database in self.databases.values():
            database.drop()
        shutil.rmtree(self.folder, ignore_errors=True)
        for log in logs:
            if self.crashes:
                log = re.sub(r"ERROR: AddressSanitizer: SEGV", "", log)
            broken = re.search(r"(ERROR: (Address|Leak)Sanitizer|runtime error:|assertion).*", log)
            self.assertIsNone(broken, log[-8000:])

    def home(self, name="home"):
        return os.path.join(self.folder, name)

    def fault(self, word):
        """What goes wrong with demo providers whose fault_file is the path that comes out."""
        path = os.path.join(self.folder, "faults", "fault")
        with open(path + ".new", "w") as out:
            out.write(word + "\n")
        os.rename(path + ".new", path)
        return path

    def database(self, name="home", cluster=None, empty=False):
        """That of a home. empty: without the tables that are else copied to save time."""
        if name not in self.databases:
            self.databases[name] = Database(self.home(name), cluster, empty)
        return self.databases[name]

    def launch(self, *options, home="home", env=None):
        """Start, without waiting."""
        os.makedirs(self.home(home), mode=0o700, exist_ok=True)
        if self.crashes:  # as it is told to: nobody wants to know in which line, and to find it takes long
            env = dict(env or os.environ)
            env["ASAN_OPTIONS"] = env.get("ASAN_OPTIONS", "") + ":symbolize=0"
        reeved = Reeved(self.home(home), self.database(home), options, env)
        self.running.append(reeved)
        return reeved

    def start(self, *options, home="home", env=None):
        """Start, and wait until it is ready."""
        return self.launch(*options, home=home, env=env).ready()

    def all_workers(self, reeved, count=5):
        """pids, when there are so many and each has its row."""
        rows = lambda: sorted(int(row[0]) for row in self.database().query("SELECT pid FROM miq_workers"))
        return self.until(lambda: len(reeved.children()) == count and rows() == reeved.children() and reeved.children(),
                          "a row of each worker, and of no other")

    def run_program(self, program, *arguments, env=None, timeout_s=60, stdin=None):
        """A program of the build that ends by itself: code, stdout, stderr."""
        done = subprocess.run([os.path.join(BIN, program), *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=timeout_s,
                              env=dict(os.environ, **(env or {})), input=stdin)
        return done.returncode, done.stdout, done.stderr

    def until(self, condition, what, timeout_s=20.0, every_s=0.02):
        return until(condition, what, timeout_s, every_s)


main = unittest.main
