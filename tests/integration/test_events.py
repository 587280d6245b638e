# SPDX-License-Identifier: Apache-2.0
"""Events at the command line: reading, following and making them, and that they are handled."""
import json
import os
import re
import time
import unittest

import cli_it
from cli_it import OK


class Events(cli_it.Case):
    def prepare(self):
        super().prepare()
        self.add_demo("estate", seed=1)

    def emit(self, *arguments):
        return self.cli(OK, "event", "emit", *arguments)[0].strip()

    def test_an_event_is_made_shown_listed_and_in_the_timeline_of_its_object(self):
        pod = self.json("get", "pods", "--limit", "1")[0]
        target = ("--target", f"pod/{pod['name']}", "-n", pod["namespace"])
        first = self.emit("deploy_begin", "-m", "shop 2.1", "--time", "2026-01-02T03:04:05Z", *target)
        data = self.path("data.json")
        with open(data, "w", encoding="utf-8") as out:
            out.write('{"took": 42}')
        second = self.emit("deploy_done", "--source", "CI", "--data", f"@{data}", *target)
        shown, _ = self.cli(OK, "event", "show", second, "-o", "table")
        for part in ("deploy_done", "CI", "container_group", pod["id"], "took: 42"):
            self.assertIn(part, shown)
        self.assertEqual(self.json("event", "show", f"event_stream/{second}", "-o", "json")["full_data"], {"took": 42})
        timeline = self.json("timeline", "pod", pod["name"], "-n", pod["namespace"], "--type", "deploy_*")
        self.assertEqual([row["id"] for row in timeline], [first, second])
        self.assertEqual(self.json("timeline", f"pod/{pod['name']}", "-n", pod["namespace"], "--type", "deploy_*",
                                   "--since", "1h")[0]["id"], second)
        self.assertEqual(self.json("event", "list", "--until", "2026-01-03", "--provider", "estate")[0]["id"], first)
        table, _ = self.cli(OK, "event", "list", "-o", "table", "--source", "CI")
        self.assertIn("deploy_done", table)
        self.assertIn("estate", table)
        _, err = self.cli(cli_it.USAGE, "event", "list", "--since", "soon")
        self.assertIn("neither a time nor a duration", err)
        self.cli(cli_it.NOT_FOUND, "event", "emit", "x", "--target", "pod/no-such")

    def test_the_timeline_of_a_machine_has_what_it_came_of_too(self):
        vm = self.json("get", "vms", "--limit", "1")[0]
        first = self.emit("moved_1", "--target", f"vm/{vm['name']}", "--time", "2026-01-02T00:00:00Z")
        last = self.emit("moved_3", "--target", f"vm/{vm['name']}", "--time", "2026-01-04T00:00:00Z")
        middle = self.emit("moved_2", "--time", "2026-01-03T00:00:00Z")
        self.shared.database().query(f"UPDATE event_streams SET dest_vm_or_template_id = {vm['id']}"
                                     f" WHERE id IN ({middle}, {first})")
        rows = self.json("timeline", "vm", vm["name"], "--type", "moved_*")
        self.assertEqual([row["id"] for row in rows], [first, middle, last])
        rows = self.json("timeline", "vm", vm["name"], "--type", "moved_*", "--limit", "2")
        self.assertEqual([row["id"] for row in rows], [middle, last])
        csv, _ = self.cli(OK, "timeline", "vm", vm["name"], "--type", "moved_*", "--columns", "event_type", "-o", "csv")
        self.assertEqual(csv.split(), ["event_type", "moved_1", "moved_2", "moved_3"])

    def test_tail_shows_an_event_within_a_second_and_goes_on_after_the_servers_restart(self):
        before = self.emit("tail_before")
        tail = cli_it.Lines(["event", "tail", "--lines", "1", "--type", "tail_*", "-o", "jsonl"], self.env)
        seen = lambda: [json.loads(line)["id"] for _, line in tail.lines]
        self.until(lambda: seen() == [before], "the last event")
        made = time.time()
        during = self.emit("tail_during")
        self.until(lambda: seen() == [before, during], "the new one")
        self.assertLess(tail.lines[1][0] - made, 3)
        self.emit("other")
        for pid in self.reeved.children("api"):
            os.kill(pid, 9)
        after = None
        def emitted():
            nonlocal after
            code, out, _ = self.run_program("reevectl", "event", "emit", "tail_after", env=self.env)
            after = out.strip()
            return code == OK
        self.until(emitted, "the API is there again")
        self.until(lambda: seen() == [before, during, after], "what came after the restart", 30)
        tail.end()

    def test_the_list_of_events_that_are_not_kept_is_shown_and_changed(self):
        self.cli(OK, "event", "blacklist", "add", "Noisy*", "--provider", "estate")
        self.cli(cli_it.CONFLICT, "event", "blacklist", "add", "Noisy*", "--provider", "estate")
        self.cli(OK, "event", "blacklist", "disable", "Noisy*")
        row = [row for row in self.json("event", "blacklist", "list") if row["event_name"] == "Noisy*"][0]
        self.assertEqual((row["enabled"], row["ems_id"]), (False, self.json("get", "provider", "estate")["id"]))
        table, _ = self.cli(OK, "event", "blacklist", "list", "-o", "table")
        self.assertRegex(table, r"Noisy\* +<any> +estate +False +False")
        self.cli(OK, "event", "blacklist", "rm", "Noisy*")
        self.cli(cli_it.NOT_FOUND, "event", "blacklist", "rm", "Noisy*")

    def test_events_are_handled_by_a_worker_that_is_there_while_there_are_some(self):
        self.emit("to_be_handled")
        waiting = lambda: self.database_one("SELECT SUM(written - handled) FROM event_lanes")
        self.until(lambda: waiting() == "0", "nothing waits")
        self.assertEqual(len(self.reeved.children("event_handler")), 1)
        metrics = lambda: self.reeved.request("GET", "/metrics").body.decode()
        self.until(lambda: re.search(r"reeve_events_handled_total [1-9]", metrics()), "the handler is counted")
        self.assertRegex(metrics(), r'reeve_events_waiting\{lane="server"\} \d')
        self.assertEqual(self.json("get", "event_lanes", "--filter", "name=server")[0]["name"], "server")

    def test_a_storm_in_one_lane_does_not_keep_another_waiting(self):
        storm, now, provider = 15000, int(time.time() * 1000), self.json("get", "provider", "estate")["id"]
        self.until(lambda: self.database_one("SELECT COUNT(*) FROM event_lanes WHERE written > handled") == "0",
                   "nothing waits")
        for sql in (
                "INSERT INTO event_lanes (id, name, ems_id, written, handled) VALUES (1, 'ems 1', 1, 0, 0)",
                "INSERT INTO event_streams (id, event_type, type, source, timestamp, ems_id, lane_id, number, created_on)"
                f" WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {storm})"
                f" SELECT i, 'StormEvent', 'EmsEvent', 'DEMO', {now}, {provider}, 1, i, {now} FROM n",
                f"UPDATE event_lanes SET written = {storm} WHERE id = 1"):
            self.shared.database().query(sql)
        left = lambda: int(self.database_one("SELECT written - handled FROM event_lanes WHERE id = 1"))
        self.emit("begin_the_storm")  # wakes the handler
        self.until(lambda: left() < storm, "the storm is handled")
        began = time.time()
        event = self.emit("in_the_storm")
        handled = ("SELECT COUNT(*) FROM event_streams e JOIN event_lanes l ON l.id = e.lane_id"
                   f" WHERE e.id = {event} AND l.handled >= e.number")
        self.until(lambda: self.database_one(handled) == "1", "the other lane's event")
        took, rest = time.time() - began, left()
        self.assertGreater(rest, 0, f"after {took} s")
        self.until(lambda: left() == 0, "the end of the storm", 120)

    def database_one(self, sql):
        return self.shared.database().one(sql)


if __name__ == "__main__":
    unittest.main()
