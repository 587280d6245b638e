# SPDX-License-Identifier: Apache-2.0
"""Workers: counted, replaced, watched, cleaned up after."""
import os
import signal
import time
import unittest

import reeve_it


class Workers(reeve_it.Case):
    def count(self, reeved, kind, number, timeout_s=10):
        self.until(lambda: len(reeved.children(kind)) == number, f"{number} {kind} workers", timeout_s)

    def test_killed_worker_of_each_type_is_replaced_within_a_second(self):
        reeved = self.start()
        self.all_workers(reeved)
        for kind in ("generic", "api", "server"):
            victim = reeved.children(kind)[0]
            before = set(reeved.children(kind))
            start = time.monotonic()
            os.kill(victim, signal.SIGKILL)
            self.until(lambda: set(reeved.children(kind)) - before, f"a new {kind} worker", 5, 0.005)
            self.assertLess(time.monotonic() - start, 1, kind)
        self.until(lambda: reeved.request("GET", "/api/servers").status == 200, "the API answers")
        self.all_workers(reeved)

    def test_worker_that_keeps_dying_is_started_slower_and_slower_and_told_of_once(self):
        reeved = self.start("--set", "workers.generic.count=1", "--set", "server.monitor_poll=200ms")
        times = []
        for _ in range(5):
            victim = self.until(lambda: reeved.children("generic"), "a generic worker")[0]
            times.append(time.monotonic())
            os.kill(victim, signal.SIGKILL)
            self.until(lambda: not reeve_it.alive(victim), "it is dead")
        gaps = [later - earlier for earlier, later in zip(times, times[1:])]
        self.assertGreater(gaps[3], 0.35)  # at once, 100 ms, 200 ms, 400 ms
        self.assertLess(gaps[0], 0.5)
        self.until(lambda: self.database().one("SELECT COUNT(*) FROM event_streams WHERE event_type ="
                                               " 'evm_worker_crash_loop'") == "1", "it is an event, once")
        self.assertEqual(reeved.log().count("worker ends again and again"), 1)
        self.until(lambda: reeved.children("generic"), "it is tried on")

    def test_number_of_workers_follows_the_setting(self):
        reeved = self.start("--set", "server.monitor_poll=200ms")
        self.count(reeved, "generic", 2)
        region = self.database().one("SELECT id FROM miq_regions")
        self.setting(region, "4")
        self.count(reeved, "generic", 4)
        first = reeved.children("generic")
        self.setting(region, "1")
        self.count(reeved, "generic", 1)
        self.assertEqual(reeved.children("generic")[0], min(first))  # the newest go first
        self.until(lambda: self.database().one("SELECT COUNT(*) FROM miq_workers WHERE type = 'generic'") == "1",
                   "one row")

    def setting(self, region, value):
        self.database().query("DELETE FROM settings_changes")
        self.database().query("INSERT INTO settings_changes (id, resource_type, resource_id, key, value)"
                              f" VALUES (1, 'region', {region}, 'workers.generic.count', '{value}')")

    def test_settings_file_is_read_again_on_hup(self):
        reeved = self.start("--set", "server.monitor_poll=200ms")
        self.count(reeved, "generic", 2)
        path = os.path.join(self.home(), "reeve.yaml")
        with open(path, "w") as out:
            out.write("workers:\n  generic:\n    count: 3\n")
        reeved.signal(signal.SIGHUP)
        self.count(reeved, "generic", 3)
        with open(path, "w") as out:
            out.write("workers:\n  generic:\n    cuont: 1\n")
        reeved.signal(signal.SIGHUP)
        self.until(lambda: "the old ones stay" in reeved.log(), "the mistake is said")
        self.count(reeved, "generic", 3)

    def test_silent_worker_is_killed_and_replaced_by_a_pace_that_is_set_while_all_run(self):
        reeved = self.start()
        server = reeved.children("server")
        self.settings(reeved, {"workers.heartbeat_timeout": "1500ms", "workers.heartbeat_freq": "200ms"})
        for kind in ("generic", "api"):
            self.until(lambda k=kind: reeved.children(k), f"there is a {kind} worker")  # a slow one was replaced
            victim = reeved.children(kind)[0]
            # One that is still starting may be silent for longer.
            self.until(lambda v=victim: self.database().one(
                f"SELECT COUNT(*) FROM miq_workers WHERE pid = {v} AND status = 'ready'") == "1", f"{kind} is ready")
            os.kill(victim, signal.SIGSTOP)
            self.until(lambda: victim not in reeved.children(kind), f"the frozen {kind} worker is gone", 10)
        self.until(lambda: len(reeved.children()) == 5, "all are there again")
        self.assertIn("its heart has not beaten", reeved.log())
        self.assertEqual(reeved.children("server"), server)  # it has kept the new pace

    def settings(self, reeved, values):
        server = reeved.get("/api/servers?expand=resources")["resources"][0]["id"]
        reeved.call("PATCH", f"/api/servers/{server}/settings", values)

    def test_frozen_server_worker_is_replaced_before_leases_run_out(self):
        reeved = self.start("--set", "workers.lease=4s")
        victim = reeved.children("server")[0]
        os.kill(victim, signal.SIGSTOP)
        self.until(lambda: reeved.children("server") not in ([victim], []), "another server worker", 10)

    def test_old_worker_is_replaced(self):
        reeved = self.start("--set", "workers.restart_interval=2s", "--set", "workers.generic.count=1",
                            "--set", "workers.heartbeat_timeout=2s")
        first = self.until(lambda: reeved.children("generic"), "a generic worker")
        self.until(lambda: reeved.children("generic") not in (first, []), "a younger one", 15)

    def test_worker_over_its_memory_is_replaced(self):
        reeved = self.start()
        self.all_workers(reeved)
        first = reeved.children("generic")
        region = self.database().one("SELECT id FROM miq_regions")
        self.database().query("INSERT INTO settings_changes (id, resource_type, resource_id, key, value)"
                              f" VALUES (1, 'region', {region}, 'workers.memory_threshold', '8MiB')")
        self.until(lambda: not set(first) & set(reeved.children("generic")), "others", 15)
        self.database().query("DELETE FROM settings_changes")
        self.assertIn("it holds too much memory", reeved.log())

    def test_process_figures_are_kept(self):
        self.start("--set", "server.heartbeat_freq=300ms", "--set", "workers.lease=2s")

        def kept():
            rows = self.database().query(
                "SELECT type, memory_usage, proportional_set_size, unique_set_size, memory_size, cpu_time"
                " FROM miq_workers ORDER BY type")
            return rows if len(rows) == 5 and all(row[1] for row in rows) else None

        for row in self.until(kept, "figures of five workers"):
            resident, proportional, unique, virtual = (int(text) for text in row[1:5])
            self.assertGreater(resident, 1 << 20)
            self.assertGreaterEqual(resident, proportional)
            self.assertGreaterEqual(proportional, unique)
            self.assertGreater(unique, 0)
            self.assertGreater(virtual, resident)
            self.assertGreaterEqual(float(row[5]), 0)

    def test_heartbeat_of_the_server_moves(self):
        self.start("--set", "server.heartbeat_freq=300ms")
        first = self.database().one("SELECT last_heartbeat FROM miq_servers")
        self.until(lambda: self.database().one("SELECT last_heartbeat FROM miq_servers") != first, "it beats")

    def test_message_that_no_worker_knows_is_dead_with_its_reason(self):
        self.start("--set", "workers.poll=100ms")
        self.put(5, "generic", "Nobody", "nothing")
        self.until(lambda: self.database().one("SELECT state FROM miq_queue WHERE id = 5") == "error", "dead", 10)
        self.assertIn("Nobody.nothing", self.database().one("SELECT error FROM miq_queue WHERE id = 5"))

    def put(self, number, queue, class_name, method, more="", values=""):
        self.database().query(
            "INSERT INTO miq_queue (id, queue_name, state, priority, class_name, method_name, args, msg_timeout,"
            f" generation, attempts{more}) VALUES ({number}, '{queue}', 'ready', 100, '{class_name}', '{method}',"
            f" '{{}}', 600, 0, 0{values})")

    def test_message_of_a_server_that_is_gone_comes_back_at_its_leases_end(self):
        self.start("--set", "workers.poll=100ms", "--set", "server.monitor_poll=200ms")
        self.put(5, "elsewhere", "Nobody", "nothing")
        now = int(time.time() * 1000)
        again = "true" if self.database().env else "1"
        self.database().query(
            f"UPDATE miq_queue SET state = 'dequeue', handler_id = 12345, lease_expires_on = {now + 5000},"
            f" attempts = 1, retryable = {again}, generation = 1 WHERE id = 5")
        time.sleep(0.8)
        self.assertEqual(self.database().one("SELECT state FROM miq_queue WHERE id = 5"), "dequeue")
        self.until(lambda: self.database().one("SELECT state FROM miq_queue WHERE id = 5") == "ready", "it is back", 15)


if __name__ == "__main__":
    unittest.main()
