# SPDX-License-Identifier: Apache-2.0
"""Messages for tests: put and counted by tests/support/queue_tool, written down in a ledger by the commands of class
"Test" (core/server/test_commands.h).

    messages = queue_it.Messages(database, folder)
    messages.put(100, ms=5, again=1)
    messages.wait(30)
    self.assertEqual(messages.ledger().done_once(), 100)
"""
import collections
import json
import os
import subprocess

import reeve_it

TOOL = os.path.join(os.path.dirname(os.path.abspath(reeve_it.BIN)), "tests", "queue_tool")


class Ledger:
    """What was handled: `begun` and `done` count the lines of each message's id."""

    def __init__(self, path):
        self.begun, self.done = collections.Counter(), collections.Counter()
        self.pids = set()
        if not os.path.exists(path):
            return
        with open(path) as lines:
            for line in lines:
                word, number, _, _, pid = line.split()[:5]
                (self.begun if word == "begin" else self.done)[int(number)] += 1
                self.pids.add(int(pid))


class Messages:
    def __init__(self, database, folder):
        self.database = database
        self.path = os.path.join(folder, "ledger")

    def run(self, *arguments):
        done = subprocess.run([TOOL, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env=dict(os.environ, REEVE_STORE=self.database.url))
        if done.returncode:
            raise AssertionError(done.stderr)
        return {name: int(count) for name, count in (line.split() for line in done.stdout.splitlines())}

    def put(self, count, method="work", args=None, ledger=True, **values):
        """The ids from the first to the last. args: of the command; values: those of queue_tool put."""
        args = dict(args or {}, **({"ledger": self.path} if ledger else {}))
        out = self.run("put", count, f"method={method}", "args=" + json.dumps(args),
                       *(f"{name}={value}" for name, value in values.items()))
        return out["first"], out["last"]

    def counts(self):
        """State to number; what is not there is 0."""
        return collections.Counter(self.run("counts"))

    def wait(self, seconds):
        return collections.Counter(self.run("wait", seconds))

    def ledger(self):
        return Ledger(self.path)
