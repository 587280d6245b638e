# SPDX-License-Identifier: Apache-2.0
"""What goes on while things break: messages are put, a provider is edited. What was acknowledged is kept, so that
check.py can ask for it afterwards."""
import collections
import json
import os
import re
import subprocess
import threading
import time

from world import reeve_it

TOOL = os.path.join(os.path.dirname(os.path.abspath(reeve_it.BIN)), "tests", "queue_tool")
BATCH = 20
PUT_TIMEOUT_S = 30


class Ledger:
    """Lines of core/server/test_commands.h, by target: how often it was begun and done."""

    def __init__(self, path):
        self.begun, self.done = collections.Counter(), collections.Counter()
        with open(path, "a+") as lines:
            lines.seek(0)
            for line in lines:
                words = line.split()
                (self.begun if words[0] == "begin" else self.done)[int(words[6])] += 1


class Messages:
    """Batches of messages, each with a target of its own. A batch is `again` or `once`."""

    def __init__(self, world):
        self.world = world
        self.path = os.path.join(world.folder, "ledger")
        self.acknowledged = {}  # target -> "again" or "once"
        self.unsure = {}        # the put failed: perhaps they are there
        self.next = 1

    def put(self, count, again, method="work", args=None):
        first = self.next
        self.next += count
        word = "again" if again else "once"
        args = json.dumps(dict(args or {}, ledger=self.path))
        try:
            done = subprocess.run(
                [TOOL, "put", str(count), f"method={method}", "args=" + args, f"target={first}", f"again={int(again)}",
                 f"batch={count}", "attempts=5"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                timeout=PUT_TIMEOUT_S, env=dict(os.environ, REEVE_STORE=self.world.database.url,
                                                REEVE_TEST_CLOCK=self.world.wall.path))
            ok = done.returncode == 0
        except subprocess.TimeoutExpired:
            ok = False
        kept = self.acknowledged if ok else self.unsure
        kept.update((target, word) for target in range(first, first + count))
        return ok

    def step(self):
        self.put(BATCH, True, args={"ms": self.world.random.choice((0, 0, 1, 5, 20))})
        self.put(BATCH // 4, False, args={"ms": self.world.random.choice((0, 1, 20))})

    def ledger(self):
        return Ledger(self.path)


class Edits:
    """A provider gets one name after the other; the last acknowledged one, or a later one, must stand in the end."""

    def __init__(self, world, provider):
        self.world = world
        self.path = f"/api/providers/{provider}"
        self.number = 0
        self.acknowledged = 0
        self.count = 0

    def step(self):
        self.number += 1
        try:
            answer = self.world.reeved.request("POST", self.path, timeout_s=20, body={
                "action": "edit", "resource": {"name": f"chaos-{self.number}"}})
        except (OSError, AssertionError, ValueError):
            return
        except Exception as error:  # http.client's many ways to say that the other side went away
            if type(error).__module__ != "http.client":
                raise
            return
        if answer.status == 200:
            self.acknowledged = self.number
            self.count += 1

    def stands(self):
        name = self.world.reeved.get(self.path)["name"]
        found = re.fullmatch(r"chaos-(\d+)", name)
        return self.acknowledged == 0 or (found and self.acknowledged <= int(found.group(1)) <= self.number)


class Loop(threading.Thread):
    """step() again and again, until told to end."""

    def __init__(self, thing, every_s):
        super().__init__(daemon=True)
        self.thing, self.every_s = thing, every_s
        self.over = threading.Event()
        self.broken = None

    def run(self):
        while not self.over.is_set():
            started = time.monotonic()
            try:
                self.thing.step()
            except Exception as error:  # told in the end; the run goes on
                self.broken = error
            self.over.wait(max(0.05, self.every_s - (time.monotonic() - started)))

    def end(self):
        self.over.set()
        self.join(60)
