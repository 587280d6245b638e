# SPDX-License-Identifier: Apache-2.0
"""The queue through whole programs: messages handled by generic workers, whatever becomes of those."""
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


if __name__ == "__main__":
    unittest.main()
