# SPDX-License-Identifier: Apache-2.0
"""The queue through whole programs: messages handled by generic workers, whatever becomes of those."""
import json
import os
import random
import re
import signal
import time
import unittest

import queue_it
import reeve_it


class Queue(reeve_it.Case):
    def begin(self, *options):
        reeved = self.start("--set", "workers.poll=100ms", "--set", "server.monitor_poll=200ms", *options)
        self.messages = queue_it.Messages(self.database(), self.folder)
        return reeved

    def test_messages_are_handled_once_each_and_a_crash_costs_only_its_own(self):
        reeved = self.begin("--set", "workers.generic.count=2")
        self.crashes = True
        self.messages.put(40, args={"ms": 1}, again=1)
        once, _ = self.messages.put(1, "crash")
        again, _ = self.messages.put(1, "crash", again=1, attempts=2)
        self.messages.put(40, args={"ms": 1}, again=1)
        self.assertEqual(self.messages.wait(40), {"error": 2})
        ledger = self.messages.ledger()
        self.assertEqual(set(ledger.done.values()), {1})
        self.assertEqual(len(ledger.done), 80)
        self.assertEqual(ledger.begun[once], 1)
        self.assertEqual(ledger.begun[again], 2)
        self.assertIn("signal 11", self.database().one(f"SELECT error FROM miq_queue WHERE id = {once}"))
        self.until(lambda: len(reeved.children("generic")) == 2, "both workers are there again")

    def test_message_over_its_time_ends_as_timeout_and_a_deaf_worker_is_replaced(self):
        reeved = self.begin("--set", "workers.generic.count=1", "--set", "workers.heartbeat_freq=200ms",
                            "--set", "workers.heartbeat_timeout=2s")
        listens, _ = self.messages.put(1, args={"ms": 60000}, timeout=1)
        self.messages.wait(20)
        first = reeved.children("generic")
        deaf, _ = self.messages.put(1, "hang", timeout=1)
        self.messages.wait(40)
        self.until(lambda: reeved.children("generic") not in (first, []), "another worker")
        error = dict(self.database().query("SELECT id, error FROM miq_queue"))
        self.assertIn("timed out after 1 s", error[str(listens)])
        self.assertIn("its heart has not beaten", error[str(deaf)])

    def cli(self, code, *arguments):
        env = {"REEVE_CONFIG": os.path.join(self.folder, "reevectl.yaml")}
        got, out, err = self.run_program("reevectl", *arguments, env=env)
        self.assertEqual(got, code, f"reevectl {' '.join(arguments)}: {err}{out}")
        return out, err

    def test_dead_messages_are_listed_shown_counted_sent_again_and_deleted(self):
        reeved = self.begin("--set", "workers.generic.count=1", "--set", "server.status_log=300ms",
                            "--set", "log.level=debug")
        self.cli(0, "login", "--url", reeved.url, "--password-file", os.path.join(self.home(), "admin-password"))
        first, last = self.messages.put(3, "fail", args={"class": "invalid"}, role="")
        self.assertEqual(self.messages.wait(20), {"error": 3})
        self.messages.put(1)
        self.until(lambda: re.search(r"MiqQueue#delivered.*state=ok delivered_in_s=[\d.e-]+", reeved.log()), "delivered")
        self.assertRegex(reeved.log(), r"MIQ\(MiqQueue.get\).*dequeued_in_s=[\d.e-]+")
        table = self.cli(0, "queue", "list", "--state", "dead", "-o", "table")[0]
        self.assertRegex(table.splitlines()[0], r"^ID +QUEUE +STATE +COMMAND +PRIORITY +ATTEMPTS +AGE +ERROR")
        self.assertEqual(table.count("told to fail"), 3)
        self.assertEqual(json.loads(self.cli(0, "queue", "list", "--state", "working")[0]), [])
        self.assertIn("is no state of a message", self.cli(2, "queue", "list", "--state", "nonsense")[1])
        self.assertRegex(self.cli(0, "queue", "show", str(first))[0], r"Error: +.*told to fail")
        counts = json.loads(self.cli(0, "queue", "counts", "-o", "json")[0])
        self.assertEqual([(row["state"], row["queue_name"], row["count"]) for row in counts], [("error", "generic", 3)])
        self.until(lambda: 'state=error count=3 by_zone_and_role="{\\"nil\\":{\\"nil\\":3}}"' in reeved.log(),
                   "the log has the counts")
        self.assertIn("is deleted", self.cli(0, "queue", "delete", str(first))[1])
        self.cli(3, "queue", "show", str(first))
        self.cli(3, "queue", "retry", str(first))
        self.cli(0, "queue", "retry", str(last))
        self.until(lambda: self.messages.ledger().begun[last] == 2, "it has run again")
        self.messages.wait(10)
        self.assertIn("2 dead messages: deleted", self.cli(0, "queue", "delete", "--all-dead")[1])
        self.assertEqual(self.messages.counts(), {})
        self.cli(2, "queue", "retry")

    def test_tasks_are_listed_shown_logged_and_cancelled(self):
        reeved = self.begin("--set", "workers.generic.count=1")
        self.cli(0, "login", "--url", reeved.url, "--password-file", os.path.join(self.home(), "admin-password"))
        task = self.task(reeved, "Long work", "work", {"ms": 60000})
        self.until(lambda: self.database().one(f"SELECT state FROM miq_tasks WHERE id = {task}") == "Active", "it runs")
        self.assertIn("Long work", self.cli(0, "task", "list", "--state", "active", "-o", "table")[0])
        self.assertEqual(json.loads(self.cli(0, "task", "list", "--state", "queued")[0]), [])
        self.assertRegex(self.cli(0, "task", "show", str(task))[0], r"State: +Active")
        self.cli(0, "task", "cancel", str(task))
        self.cli(1, "task", "wait", str(task), "--timeout", "20s")
        lines = [row["message"] for row in json.loads(self.cli(0, "task", "log", str(task), "-o", "json")[0])]
        self.assertEqual(lines, ["a worker has begun", "somebody asked to end it", "finished: Error: cancelled"])
        self.cli(5, "task", "cancel", str(task))
        self.cli(3, "task", "log", "1")

    def task(self, reeved, name, method, args):
        """A task with its message, as the API makes them."""
        number = 1000000900000
        self.database().query("INSERT INTO miq_tasks (id, name, state, status, message, userid) VALUES"
                              f" ({number}, '{name}', 'Queued', 'Ok', 'Waiting', 'admin')")
        again = "true" if self.database().env else "1"
        self.database().query(
            "INSERT INTO miq_queue (id, queue_name, state, priority, class_name, method_name, args, msg_timeout,"
            f" generation, attempts, retryable, miq_task_id) VALUES ({number + 1}, 'generic', 'ready', 100, 'Test',"
            f" '{method}', '{json.dumps(args)}', 600, 0, 0, {again}, {number})")
        return number


class QueueUnderKills(reeve_it.Case):
    """Done when every message was handled, or given up and counted, whoever was killed meanwhile."""

    WORKERS, EACH, EVERY_S, TAKES_MS = (8, 5000, 1.0, 20) if reeve_it.DEEP else (4, 400, 0.4, 5)

    def kill_until(self, done, reeved):
        """A generic worker at random, again and again."""
        chance, kills = random.Random(7), 0
        end = time.monotonic() + 900
        while not done():
            if time.monotonic() > end:
                raise AssertionError(f"not done: {self.messages.counts()}")
            victims = reeved.children("generic")
            if victims:
                try:
                    os.kill(chance.choice(victims), signal.SIGKILL)
                    kills += 1
                except ProcessLookupError:
                    pass
            time.sleep(self.EVERY_S)
        return kills

    def test_each_is_handled_or_given_up_and_once_only_at_most_once_while_workers_are_killed(self):
        reeved = self.start("--set", "workers.poll=200ms", "--set", "server.monitor_poll=500ms",
                            "--set", f"workers.generic.count={self.WORKERS}")
        self.messages = queue_it.Messages(self.database(), self.folder)
        self.until(lambda: len(reeved.children("generic")) == self.WORKERS, "all workers", 60)
        again = range_of(self.messages.put(self.EACH, args={"ms": self.TAKES_MS}, again=1, attempts=20))
        once = range_of(self.messages.put(self.EACH, args={"ms": self.TAKES_MS}))
        kills = self.kill_until(lambda: not (self.messages.counts().keys() & {"ready", "dequeue"}), reeved)
        self.assertGreaterEqual(kills, 2)
        ledger = self.messages.ledger()
        dead = {int(row[0]) for row in self.database().query("SELECT id FROM miq_queue WHERE state = 'error'")}
        for number in (*again, *once):
            self.assertTrue(ledger.done[number] or number in dead, f"message {number} is lost")
        self.assertLessEqual(max(ledger.begun[number] for number in once), 1)
        self.assertLessEqual(len(dead & set(once)), kills)
        self.assertEqual(self.messages.counts()["error"], len(dead))
        print(f"{kills} kills, {len(dead)} given up,"
              f" {sum(ledger.begun[number] - 1 for number in again if ledger.begun[number])} begun again")


def range_of(pair):
    return range(pair[0], pair[1] + 1)


if __name__ == "__main__":
    unittest.main()
