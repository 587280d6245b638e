# SPDX-License-Identifier: Apache-2.0
"""The event worker of a provider: what the demo estate tells of becomes rows, each once, whatever ends the worker."""
import os
import shutil
import signal
import unittest

import api_it
import reeve_it

SMALL = {**api_it.ESTATE, "seed": 1}


class Catcher(reeve_it.Case):
    crashes = True
    faults = True

    def start_with(self, *options, **demo):
        reeved = self.start(*reeve_it.QUICK, *options)
        return reeved, api_it.add_demo(reeved, "demo", **{**SMALL, **demo})

    def count(self):
        return int(self.database().one("SELECT COUNT(*) FROM event_streams WHERE source = 'DEMO'"))

    def until_more(self, than):
        self.until(lambda: self.count() > than, f"more than {than} events")
        return self.count()

    def lane(self):
        """written, token, last_error, whether connected."""
        return self.database().query("SELECT written, token, last_error, CASE WHEN connected_on IS NULL THEN 0 ELSE 1 END"
                                     " FROM event_lanes WHERE name LIKE 'ems %'")[0]

    def check_ledger(self):
        """Every step of the estate is there once, in the order of the lane, and the token is behind the last."""
        (written, token, _, _), rows = self.lane(), self.database().query(
            "SELECT ems_ref, number FROM event_streams WHERE source = 'DEMO' ORDER BY number")
        self.assertEqual([row[0] for row in rows], [f"event-1-{step}" for step in range(len(rows))])
        self.assertEqual([int(row[1]) for row in rows], list(range(1, len(rows) + 1)))
        self.assertGreaterEqual(len(rows), int(written))
        self.assertGreaterEqual(len(rows), int(token))

    def test_events_are_caught_linked_and_none_is_lost_or_doubled_when_the_worker_dies(self):
        reeved, provider = self.start_with(events=300)
        seen = self.until_more(0)
        for _ in range(2):
            seen = self.until_more(seen + 20)
            for pid in reeved.children("event"):
                os.kill(pid, signal.SIGKILL)
        seen = self.until_more(seen + 20)
        reeved.post(f"/api/providers/{provider['id']}", {"action": "pause"})
        self.until(lambda: not reeved.children("event"), "the event worker's end")
        self.check_ledger()
        rows = self.database().query(
            "SELECT COUNT(*), COUNT(e.vm_or_template_id), COUNT(e.host_id), COUNT(e.target_id), MIN(e.chain_id),"
            " COUNT(v.id) FROM event_streams e LEFT JOIN vms v ON v.id = e.vm_or_template_id AND v.name = e.vm_name"
            " WHERE e.source = 'DEMO' AND e.vm_name IS NOT NULL")[0]
        self.assertEqual(len({int(rows[at]) for at in (0, 1, 2, 3, 5)}), 1, rows)
        metrics = reeved.request("GET", "/metrics").body.decode()
        self.assertRegex(metrics, r'reeve_events_caught_total\{provider="demo"\} \d\d')

        count = self.count()
        reeved.post(f"/api/providers/{provider['id']}", {"action": "resume"})
        self.until_more(count)
        self.assertEqual(self.lane()[3], "1")
        # Another option: no events, and no worker for them.
        reeved.call("PATCH", f"/api/providers/{provider['id']}", [{"action": "edit", "path": "options", "value": {"events": 0}}])
        self.until(lambda: not reeved.children("event"), "no worker without events")
        self.check_ledger()

        task = reeved.delete(f"/api/providers/{provider['id']}")
        self.until(lambda: self.database().query("SELECT 1 FROM ext_management_systems") == [], f"the provider is gone: {task}")
        self.assertEqual(self.database().query("SELECT 1 FROM event_lanes WHERE name LIKE 'ems %'"), [])

    def test_a_storm_at_one_provider_loses_nothing_and_delays_no_other(self):
        seconds, storm = (60, 1000) if reeve_it.DEEP else (2, 400)
        reeved, provider = self.start_with(events=storm)
        quiet = api_it.add_demo(reeved, "quiet", **{**SMALL, "seed": 2, "events": 20})
        of = lambda one: f"FROM event_streams WHERE source = 'DEMO' AND ems_id = {one['id']}"
        count = lambda one: int(self.database().one(f"SELECT COUNT(*) {of(one)}"))
        self.until(lambda: count(provider) > storm * seconds and count(quiet) > 20 * (seconds - 1), "a storm", 5 * seconds + 30)
        for one in (provider, quiet):
            reeved.post(f"/api/providers/{one['id']}", {"action": "pause"})
        self.until(lambda: not reeved.children("event"), "the event workers' end")
        for seed, one in ((1, provider), (2, quiet)):
            refs = [row[0] for row in self.database().query(f"SELECT ems_ref {of(one)} ORDER BY number")]
            self.assertEqual(refs, [f"event-{seed}-{step}" for step in range(len(refs))])
            self.until(lambda: self.database().query(
                f"SELECT 1 FROM event_lanes WHERE ems_id = {one['id']} AND written = handled AND written = {len(refs)}"), "all handled", 60)
        # From what the estate calls now until it is in the store; both are this machine's clock.
        lags = sorted(int(row[0]) for row in self.database().query(f"SELECT created_on - timestamp {of(quiet)}"))
        self.assertLess(lags[len(lags) * 9 // 10], 1000, lags)

    @unittest.skipUnless(reeve_it.STORE == "postgres" and reeve_it.DEEP, "on PostgreSQL, under --deep: leases must end")
    def test_another_server_of_the_zone_goes_on_where_a_dead_one_stood(self):
        lease = ("--set", "workers.lease=3s")
        reeved, provider = self.start_with(*lease, events=100)
        os.makedirs(self.home("second"), mode=0o700)
        shutil.copy(os.path.join(reeved.home, "key"), self.home("second"))
        self.databases["second"] = self.database()
        other = self.start(*reeve_it.QUICK, *lease, home="second")
        before = self.until_more(100)
        # Each has a worker for it; one of them holds the lease.
        self.until(lambda: reeved.children("event") and other.children("event"), "a worker of each server")
        holder = lambda: int(self.database().one("SELECT w.pid FROM leases l JOIN miq_workers w ON w.id = l.holder"
                                                 f" WHERE l.name = 'event/{provider['id']}'") or 0)
        first, rest = (reeved, other) if holder() in reeved.children("event") else (other, reeved)
        first.process.kill()
        self.until(lambda: holder() in rest.children("event"), "the other takes over", 30)
        self.until_more(self.count() + 100)
        self.assertGreater(self.count(), before)
        rest.post(f"/api/providers/{provider['id']}", {"action": "pause"}, password=reeved.read("admin-password"))
        self.until(lambda: not rest.children("event"), "the event worker's end")
        self.check_ledger()

    def test_what_crashes_in_events_is_named_in_the_quarantine_of_the_whole_provider(self):
        path = self.fault("none")
        reeved, provider = self.start_with("--set", "workers.quarantine.crashes=2", events=50, fault_file=path)
        self.until_more(0)
        # The connection breaks: on the lane's record, until it works again.
        self.fault("drop")
        self.until(lambda: "dropped the connection" in self.lane()[2], "the failure on the record")
        self.fault("none")
        self.until(lambda: self.lane()[2:] == ["", "1"], "the failure is over")
        self.fault("crash_events")
        shown = self.until(lambda: reeved.get(f"/api/providers/{provider['id']}").get("quarantine_reason"), "quarantine")
        self.assertIn("demo.events", shown)
        self.until(lambda: not reeved.children("event") + reeved.children("refresh"), "neither worker runs")
        self.check_ledger()


if __name__ == "__main__":
    reeve_it.main()
