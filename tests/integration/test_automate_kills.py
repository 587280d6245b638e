# SPDX-License-Identifier: Apache-2.0
"""Workers and servers are killed while machines run: in a state, between two states, in a retry's wait, between the event
and the switchboard. Each event has its run, no once-only state ran twice, what had ended is not run again. What the
states did is counted in a ledger: custom attributes of the event's row. A hundred kills under REEVE_TEST_DEEP."""
import os
import random
import signal
import time
import unittest

import automate_it
import reeve_it

KILLS, EVENTS = (100, 300) if reeve_it.DEEP else (8, 30)
COUNT = """local event = evm.root.event_stream
local function count(state)
  event:custom_set(state, tostring(tonumber(event:custom_get(state) or '0') + 1))
end
"""
MACHINE = {"System/Event/CustomEvent/Chaos": {
    "fields": ["plain: state = METHOD::plain", "pay: state once = METHOD::pay", "poll: state = METHOD::poll; max_retries=90",
               "done: state = METHOD::done"],
    "methods": {
        "plain": COUNT + "count('plain')",
        "pay": COUNT + "count('paid')",
        "poll": COUNT + "count('polled')\nif evm.root.ae_state_retries < 2 then\n"
                        "  evm.root.ae_result = 'retry'; evm.root.ae_retry_interval = 0.2\nend",
        "done": COUNT + "count('done')"},
    "instances": {"tick": {}}}}
OVER = ("finished", "error", "stopped")


def versioned(version):
    return {"System/Event/CustomEvent/Reload": {
        "fields": ["meth1: method = say"], "instances": {"tick": {}},
        "methods": {"say": f"local first = '{version}'\nevm.log('info', 'version ' .. first .. '/' .. '{version}')"}}}


class Killed(reeve_it.Case):
    def begin(self, *options):
        reeved = self.start(*reeve_it.QUICK, *options, env=reeve_it.SHIPPED)
        self.until(lambda: self.database().one("SELECT COUNT(*) FROM miq_ae_domains") == "1", "Reeve's domain is there")
        return reeved

    def emit(self, reeved, source, count):
        answer = reeved.post("/api/event_streams", {"action": "create", "resources": [
            {"event_type": "tick", "source": source, "message": f"event {number}"} for number in range(count)]})
        self.assertEqual(len(answer["results"]), count)

    def runs(self, source):
        return self.database().query(
            "SELECT e.id, r.status, COALESCE(r.error, '') FROM event_streams e LEFT JOIN automate_runs r"
            f" ON r.event_stream_id = e.id WHERE e.source = '{source}'")

    def ledger(self, state):
        return {row[0]: int(row[1]) for row in self.database().query(
            "SELECT resource_id, value FROM custom_attributes WHERE resource_type = 'event_stream'"
            f" AND name = '{state}'")}

    def kill_something(self, reeved, chance):
        """A worker, or all of them with the server."""
        if chance.random() < 0.2:
            reeved.kill()
            return self.start(*reeve_it.QUICK, env=reeve_it.SHIPPED)
        victims = reeved.children(chance.choice(("automate", "automate", "event_handler", "server")))
        for pid in victims[:1]:
            os.kill(pid, signal.SIGKILL)
        return reeved

    def test_whatever_is_killed_each_event_is_handled_and_what_runs_once_runs_at_most_once(self):
        chance = random.Random(int(os.environ.get("REEVE_TEST_SEED", "5")))
        reeved = self.begin()
        self.until(automate_it.put(self.database(), "Acme", MACHINE), "the domain is there")
        emitted = 0
        for kill in range(KILLS):
            while emitted < EVENTS * (kill + 1) // KILLS:
                some = min(5, EVENTS - emitted)
                self.emit(reeved, "Chaos", some)
                emitted += some
            time.sleep(chance.random() * 0.3)
            reeved = self.kill_something(reeved, chance)
            self.until(lambda: os.path.exists(os.path.join(reeved.home, "url")), "the API is there")
            self.until(lambda: reeved.request("GET", "/api/ping", user=None).status == 200, "it answers")
        over = lambda: all(status in OVER for _, status, _ in self.runs("Chaos"))
        try:
            self.until(over, "all runs are over", 60 + KILLS)
        except AssertionError as error:
            left = [row for row in self.runs("Chaos") if row[1] not in OVER]
            asked = ("SELECT queue_name, method_name, state, attempts, handler_id, args, error FROM miq_queue",
                     "SELECT id, written, handled, last_error FROM event_lanes", "SELECT * FROM leases",
                     "SELECT id, type, status, pid FROM miq_workers")
            raise AssertionError("\n".join(map(str, [error, left, *map(self.database().query, asked)]))) from None
        runs = self.runs("Chaos")
        self.assertEqual(len(runs), EVENTS)  # one for each event, and no second one
        self.assertEqual(len({event for event, _, _ in runs}), EVENTS)
        paid, done = self.ledger("paid"), self.ledger("done")
        self.assertEqual([event for event, count in paid.items() if count > 1], [])
        for event, status, error in runs:
            if status == "finished":
                self.assertEqual((paid.get(event), done.get(event, 0) >= 1), (1, True), event)
            else:  # its worker died within the state that may not begin again, or again and again
                self.assertRegex(error, "cut off|killed")
        self.assertGreater(sum(status == "finished" for _, status, _ in runs), EVENTS // 2)
        self.assertEqual(self.database().one("SELECT COUNT(*) FROM miq_queue WHERE state = 'error'"), "0")

    def test_a_method_that_is_changed_while_events_flow_runs_in_one_version_each(self):
        reeved = self.begin()
        versions = 5
        for version in range(versions):
            there = automate_it.put(self.database(), "Acme", versioned(f"v{version}"))
            if version == 0:
                self.until(there, "the first version is there")
            for _ in range(4):
                self.emit(reeved, "Reload", 5)
            self.until(there, "the next version is there")
        self.emit(reeved, "Reload", 1)
        self.until(lambda: all(status == "finished" for _, status, _ in self.runs("Reload")), "all ran")
        traces = [row[0] for row in self.database().query(
            "SELECT t.data FROM automate_traces t JOIN automate_runs r ON r.id = t.run_id"
            " JOIN event_streams e ON e.id = r.event_stream_id ORDER BY e.number")]
        self.assertEqual(len(traces), versions * 20 + 1)
        for trace in traces:
            self.assertEqual(sum(f"version v{one}/v{one}" in trace for one in range(versions)), 1, trace)
        self.assertIn(f"version v{versions - 1}/", traces[-1])  # the last event came after the last version


if __name__ == "__main__":
    unittest.main()
