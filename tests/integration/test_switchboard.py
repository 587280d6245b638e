# SPDX-License-Identifier: Apache-2.0
"""Events of a provider run through the domain that is shipped: what they are about is read again, an unknown one does
nothing; a path is simulated. The first events wait until that domain is there."""
import os
import re
import unittest

from cli_it import FAILURE, NOT_FOUND, OK, Case

os.environ.pop("REEVE_TEST_UNSHIPPED")


class Switchboard(Case):
    def prepare(self):
        super().prepare()
        self.add_demo("demo", seed=1, events=20)

    def db(self, sql):
        return self.shared.database().query(sql)

    def handled(self):
        rows = self.db("SELECT written, handled FROM event_lanes WHERE name LIKE 'ems %'")
        return rows and int(rows[0][1]) >= 10

    def test_events_are_handled_and_have_their_objects_read_again(self):
        self.until(self.handled, "ten events are handled")
        self.until(lambda: re.search("targets=[1-9]", self.reeved.log()), "a refresh of what events are about")
        self.assertNotIn("cannot be handled", self.reeved.log())

    def test_a_path_is_simulated_for_an_event_and_by_name(self):
        self.until(self.handled, "ten events are handled")
        event = self.db("SELECT id FROM event_streams WHERE event_type = 'VmPoweredOnEvent' ORDER BY id")[0][0]
        out, _ = self.cli(OK, "automate", "simulate", "--event", event, "-o", "table")
        self.assertEqual(out.splitlines()[:4], [
            "/Reeve/System/Process/Event",
            "  /Reeve/System/Event/EmsEvent/Demo/VmPoweredOnEvent",
            "    /Reeve/System/event_handlers/event_action_refresh",
            "      target = src_vm"])
        self.assertEqual(out.splitlines()[-1], "done")
        again, said = self.cli(OK, "automate", "trace", event, "-o", "table")
        self.assertEqual(again, out)
        self.assertIn("has left no run", said)
        answer = self.json("automate", "simulate", "/System/Request/InspectMe", "-a", "x=1", "-o", "json")
        self.assertEqual([step["name"] for step in answer["steps"] if step["kind"] == "method"],
                         ["log_object", "log_workspace"])
        self.assertEqual(self.cli(FAILURE, "automate", "simulate", "/No/Such/path", "-o", "table")[0],
                         "error: no enabled domain has class 'No/Such'\n")
        self.cli(NOT_FOUND, "automate", "trace", "12")


if __name__ == "__main__":
    unittest.main()
