# SPDX-License-Identifier: Apache-2.0
"""reevectl for tests: its exit codes, on a terminal of its own or read line by line, and a server that the tests of a
class share.

    class MyTest(cli_it.Case):
        def prepare(self):
            super().prepare()
            self.add_demo("one", pods=3)

        def test_it(self):
            self.assertEqual(len(self.json("get", "pods")), 3)
"""
import json
import os
import pty
import select
import signal
import subprocess
import threading
import time

import reeve_it
from reeve_it import QUICK

OK, FAILURE, USAGE, NOT_FOUND, DENIED, CONFLICT, TIMED_OUT, UNREACHABLE, SOME_FAILED = range(9)
INTERRUPTED = 130


class Terminal:
    """A program with a terminal of its own as stdin, stdout and stderr, or as one of them."""

    def __init__(self, arguments, env, stdout=True, stderr=True):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [os.path.join(reeve_it.BIN, "reevectl"), *arguments], env=env, stdin=slave,
            stdout=slave if stdout else subprocess.DEVNULL, stderr=slave if stderr else subprocess.DEVNULL,
            start_new_session=True)
        os.close(slave)
        self.text = ""

    def read(self, seconds):
        """What has come, at most after so long."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if ready:
            try:
                self.text += os.read(self.master, 65536).decode("utf-8", "replace")
            except OSError:  # the other end was closed
                return False
        return bool(ready)

    def type(self, text):
        os.write(self.master, text.encode())

    def expect(self, part, seconds=10):
        end = time.monotonic() + seconds
        while part not in self.text:
            if time.monotonic() > end:
                raise AssertionError(f"'{part}' has not come: {self.text!r}")
            self.read(0.1)

    def finish(self, seconds=30):
        """Exit code and all that was printed."""
        end = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.05)
        while self.read(0):
            pass
        code = self.process.wait(1)
        os.close(self.master)
        return code, self.text


class Lines:
    """A program whose lines are read as they come, with the time of each."""

    def __init__(self, arguments, env):
        self.process = subprocess.Popen([os.path.join(reeve_it.BIN, "reevectl"), *arguments], env=env,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        self.lines = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append((time.time(), line))

    def end(self, number=signal.SIGINT, seconds=10):
        """Exit code."""
        self.process.send_signal(number)
        code = self.process.wait(seconds)
        self.reader.join(seconds)
        self.process.stdout.close()
        self.errors = self.process.stderr.read()
        self.process.stderr.close()
        return code


class Case(reeve_it.Case):
    """One server for all tests of a class: most of them only look."""

    options = QUICK
    server_env = None  # of the server; None: ours

    @classmethod
    def setUpClass(cls):
        cls.shared = reeve_it.Case()
        cls.shared.faults = True
        cls.shared.setUp()
        try:
            cls.reeved = cls.shared.start(*cls.options, env=cls.server_env)
            cls.config = os.path.join(cls.shared.folder, "reevectl.yaml")
            cls.env = dict(os.environ, REEVE_CONFIG=cls.config, NO_COLOR="", TERM="xterm")
            cls.env.pop("REEVE_URL", None)
            cls.env.pop("REEVE_TOKEN", None)
            cls.prepare(cls())
        except BaseException:
            cls.shared.tearDown()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.shared.tearDown()

    def setUp(self):
        pass

    def tearDown(self):
        pass

    def prepare(self):
        self.cli(OK, "login", "--url", self.reeved.url, "--password-file", self.path("home/admin-password"))

    def path(self, name):
        return os.path.join(self.shared.folder, name)

    def cli(self, code, *arguments, env=None, timeout_s=60, stdin=None):
        """Run reevectl, which must end with this code: stdout and stderr."""
        got, out, err = self.run_program("reevectl", *arguments, env=dict(self.env, **(env or {})),
                                         timeout_s=timeout_s, stdin=stdin)
        self.assertEqual(got, code, f"reevectl {' '.join(arguments)}: {err}{out[:2000]}")
        self.assertNotRegex(err, "Sanitizer|runtime error")
        return out, err

    def json(self, *arguments):
        return json.loads(self.cli(OK, *arguments)[0])

    def add_demo(self, name, *more, **options):
        """Its id."""
        given = {"pods": 30, "vms": 10, "churn": 0, **options}
        words = [word for item in given.items() for word in ("--option", f"{item[0]}={item[1]}")]
        self.cli(OK, "provider", "add", name, "--type", "demo", *words, "--wait", *more)
        return self.json("get", "provider", name)["id"]
