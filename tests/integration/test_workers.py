# SPDX-License-Identifier: Apache-2.0
"""Workers that are watched: what happens to them is an event, shortage ends them in order, work is finished first."""
import json
import os
import signal
import subprocess
import unittest

import reeve_it

MEMINFO = "MemTotal: 8000000 kB\nMemFree: {free} kB\nSwapTotal: 1000 kB\nSwapFree: {swap} kB\n"


class Workers(reeve_it.Case):
    def events(self, event):
        rows = self.database().query("SELECT full_data, message FROM event_streams"
                                     f" WHERE event_type = '{event}' ORDER BY id")
        return [dict(json.loads(row[0]), message=row[1]) for row in rows]

    def event_of(self, event, pid):
        return self.until(lambda: [one for one in self.events(event) if one.get("pid") == pid], f"{event} of {pid}")[0]

    def setting(self, key, value):
        region = self.database().one("SELECT id FROM miq_regions")
        number = int(self.database().one("SELECT COUNT(*) FROM settings_changes")) + 1
        self.database().query("INSERT INTO settings_changes (id, resource_type, resource_id, key, value)"
                              f" VALUES ({number}, 'region', {region}, '{key}', '{value}')")

    def put(self, number, method, args, again):
        flag = {True: "true", False: "false"}[again] if self.database().env else str(int(again))
        self.database().query(
            "INSERT INTO miq_queue (id, queue_name, state, priority, class_name, method_name, args, msg_timeout,"
            f" generation, attempts, retryable) VALUES ({number}, 'generic', 'ready', 100, 'Test', '{method}',"
            f" '{json.dumps(args)}', 600, 0, 0, {flag})")

    def test_start_kill_memory_and_age_of_a_worker_are_events_with_type_and_pid(self):
        reeved = self.start("--set", "server.monitor_poll=100ms", "--set", "workers.generic.count=1",
                            "--set", "workers.priority.restart_interval=3s")
        self.all_workers(reeved, 4)
        first, old = reeved.children("generic")[0], reeved.children("priority")[0]
        self.assertEqual(self.event_of("evm_worker_start", first)["type"], "generic")
        os.kill(first, signal.SIGKILL)
        self.assertIn("signal 9", self.event_of("evm_worker_killed", first)["reason"])
        second = self.until(lambda: reeved.children("generic"), "another")[0]
        self.event_of("evm_worker_start", second)
        self.setting("workers.generic.memory_threshold", "8MiB")
        self.assertEqual(self.event_of("evm_worker_memory_exceeded", second)["type"], "generic")
        self.event_of("evm_worker_stop", second)
        self.assertEqual(self.event_of("evm_worker_uptime_exceeded", old)["type"], "priority")
        self.assertEqual(len(self.events("evm_server_start")), 1)

    def test_swap_that_is_short_ends_workers_in_order_and_starts_none(self):
        path = os.path.join(self.folder, "meminfo")

        def write(free, swap):
            with open(path + ".new", "w") as out:
                out.write(MEMINFO.format(free=free, swap=swap))
            os.rename(path + ".new", path)

        write(100000, 1000)
        reeved = self.start("--set", f"server.memory_info={path}", "--set", "server.monitor_poll=100ms",
                            "--set", "workers.generic.count=1")
        before = reeved.children("priority") + reeved.children("api") + reeved.children("server")
        write(0, 100)
        self.until(lambda: not reeved.children("generic"), "the generic worker goes first", 15)
        self.assertEqual(reeved.children("priority") + reeved.children("api") + reeved.children("server"), before)
        told = self.until(lambda: self.events("evm_worker_stop"), "it is an event")
        self.assertIn("the machine is short of memory", told[-1]["reason"])
        self.assertIn("no worker is started", reeved.log())
        write(100000, 1000)
        self.until(lambda: reeved.children("generic"), "it comes back", 15)

    def test_stop_finishes_a_message_that_cannot_be_begun_again_and_gives_the_others_back(self):
        reeved = self.start("--set", "workers.poll=50ms", "--set", "workers.priority.count=0")
        ledger = os.path.join(self.folder, "ledger")
        self.put(7, "work", {"ms": 4500, "ledger": ledger}, again=False)
        self.put(8, "work", {"ms": 600000}, again=True)
        self.until(lambda: self.database().one("SELECT COUNT(*) FROM miq_queue WHERE state = 'dequeue'") == "2",
                   "both are at work")
        reeved.stop(30)
        with open(ledger) as lines:
            self.assertIn("done 7", lines.read())
        self.assertEqual(self.database().query("SELECT id, state FROM miq_queue"), [["8", "ready"]])
        self.assertEqual(self.database().one("SELECT status FROM miq_servers"), "stopped")
        self.assertEqual(len(self.events("evm_server_stop")), 1)

    def test_server_over_its_memory_says_so_and_ends_with_code_1(self):
        reeved = self.start("--set", "server.monitor_poll=100ms")
        self.setting("server.memory_threshold", "8MiB")
        self.until(lambda: reeved.process.poll() is not None, "it ends", 20)
        self.assertEqual(reeved.process.returncode, 1)
        self.assertIn("server.memory_threshold", self.events("evm_server_memory_exceeded")[0]["message"])
        self.assertEqual(self.database().one("SELECT status FROM miq_servers"), "stopped")

    def test_roles_start_and_end_workers_and_a_person_may_restart_and_kill_them(self):
        reeved = self.start("--set", "server.monitor_poll=100ms", "--set", "workers.generic.count=1")
        roles = reeved.call("GET", "/api/server_roles?expand=resources")
        self.assertEqual(roles["count"], 20)
        env = {"REEVE_CONFIG": os.path.join(self.folder, "reevectl.yaml")}

        def cli(*arguments, code=0):
            done = self.run_program("reevectl", *arguments, env=env)
            self.assertEqual(done[0], code, done)
            return done[1] + done[2]

        cli("login", "--url", reeved.url, "--password-file", os.path.join(self.home(), "admin-password"))
        cli("provider", "add", "estate", "--type", "demo", "--option", "pods=5", "--wait")
        first = self.until(lambda: reeved.children("refresh"), "its refresh worker")[0]
        cli("server", "role", "remove", "ems_inventory")
        self.until(lambda: not reeved.children("refresh"), "it ends with the role", 5)
        cli("server", "role", "add", "ems_inventory")
        second = self.until(lambda: reeved.children("refresh"), "and comes back with it", 5)[0]
        self.assertNotEqual(first, second)
        self.until(lambda: self.database().one(
            f"SELECT COUNT(*) FROM miq_workers WHERE pid = {second}") == "1", "its row")
        cli("provider", "pause", "estate")
        self.until(lambda: not reeved.children("refresh"), "it ends with the provider", 5)
        self.assertIn("did you mean 'reporting'?", cli("server", "role", "add", "reportin", code=1))
        self.assertIn("no other server", cli("server", "role", "remove", "web_services", code=5))

        generic = reeved.children("generic")[0]
        self.assertIn("is replaced", cli("worker", "restart", str(generic)))
        other = self.until(lambda: [pid for pid in reeved.children("generic") if pid != generic], "another")[0]
        self.assertIn("a person asked", self.event_of("evm_worker_stop", generic)["reason"])
        self.event_of("evm_worker_start", other)
        cli("worker", "kill", "generic")
        self.until(lambda: [pid for pid in reeved.children("generic") if pid != other], "a third")
        self.assertIn("a person asked", self.event_of("evm_worker_killed", other)["reason"])
        self.assertIn("did you mean", cli("worker", "kill", "priorty", code=3))

        status = json.loads(cli("status"))
        self.assertEqual(len([row for row in status["roles"] if row["active"]]), 11)
        self.assertEqual([row["name"] for row in status["providers"]], ["estate"])
        self.assertIn("'estate' is paused", status["hints"][0])
        self.assertEqual(status["queue"]["error"], 0)
        text = cli("status", "-o", "table")
        for part in ("roles ", "web_services", "PRIVATE MEMORY", "waiting", "estate", "what to look at"):
            self.assertIn(part, text)
        self.assertIn("priority", cli("worker", "top", "-o", "table"))
        self.assertEqual({row["type"] for row in json.loads(cli("worker", "top"))} - {"event_handler"},
                         {"server", "api", "generic", "priority"})
        self.assertIn("Private bytes", cli("worker", "show", "server", "-o", "table"))

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_started_as_root_it_becomes_the_user_and_no_worker_can_read_the_key(self):
        os.chmod(self.folder, 0o711)
        reeved = self.start("--user", "nobody", "--set", "server.monitor_poll=100ms")
        key = os.stat(os.path.join(self.home(), "key"))
        self.assertEqual((key.st_uid, key.st_mode & 0o777), (0, 0o600))
        nobody = os.stat(os.path.join(self.home(), "reeve.db")).st_uid
        self.assertNotEqual(nobody, 0)
        for pid in [reeved.pid] + reeved.children():
            with open(f"/proc/{pid}/status") as lines:
                status = dict(line.split(":", 1) for line in lines)
            self.assertEqual(set(status["Uid"].split()), {str(nobody)}, pid)
            self.assertEqual(int(status["CapEff"], 16), 0, pid)
            if pid != reeved.pid:
                self.assertEqual(status["NoNewPrivs"].strip(), "1", pid)
            with open(f"/proc/{pid}/limits") as lines:
                self.assertRegex(lines.read(), "Max core file size +[01] ")
        read = subprocess.run(["cat", os.path.join(self.home(), "key")], user=nobody, capture_output=True, check=False)
        self.assertNotEqual(read.returncode, 0)
        # The key is in use all the same: a secret is sealed, and opened for the worker of its provider.
        reeved.call("POST", "/api/providers", {"name": "estate", "type": "demo", "options": {"pods": 5}})
        self.until(lambda: reeved.children("refresh"), "a refresh worker")

    def test_full_file_system_raises_its_event_and_figures_are_kept_and_logged(self):
        reeved = self.start("--set", "server.disk_usage_max=1", "--set", "server.status_log=300ms",
                            "--set", "server.monitor_poll=100ms", "--set", "workers.lease=1s",
                            "--set", "workers.heartbeat_freq=100ms")
        self.until(lambda: self.events("evm_server_db_disk_high_usage"), "the home's")
        row = self.until(lambda: self.database().query(
            "SELECT unique_set_size, cpu_time, system_memory_used, warnings, last_heartbeat FROM miq_servers"
            " WHERE unique_set_size > 0 AND warnings LIKE '%file system%'"), "the server's own figures")[0]
        self.assertGreater(int(row[2]), 1 << 20)
        for text in ("log_system_status: memory", "log_system_status: MiqServer: local=Y, master=Y",
                     "log_system_status: MiqWorker", "uss="):
            self.until(lambda t=text: t in reeved.log(), text)
        self.until(lambda: self.database().one("SELECT last_heartbeat FROM miq_servers") != row[4], "it beats")


if __name__ == "__main__":
    unittest.main()
