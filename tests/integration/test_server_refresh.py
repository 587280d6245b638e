# SPDX-License-Identifier: Apache-2.0
"""Refresh and verify workers: their life, death, faults of a provider's module; with the demo provider."""
import json
import os
import shutil
import signal
import time
import unittest

import reeve_it
from reeve_it import QUICK


class Case(reeve_it.Case):
    faults = True

    def add(self, reeved, name="demo", **options):
        """A demo provider with its first refresh done; its id."""
        given = {"pods": "20", "vms": "10", "churn": "50"}
        given.update({key: str(value) for key, value in options.items()})
        answer = reeved.post("/api/providers", {"name": name, "type": "demo", "options": given})
        return answer["results"][0]["id"]

    def provider(self, reeved, number):
        return reeved.get(f"/api/providers/{number}")

    def refreshed(self, reeved, number, timeout_s=20):
        return self.until(lambda: self.provider(reeved, number).get("last_refresh_success_date"), "a refresh",
                          timeout_s)

    def refresher(self, reeved, but=(), timeout_s=10):
        return self.until(lambda: set(reeved.children("refresh")) - set(but), "a refresh worker", timeout_s,
                          0.005).pop()

    def newest_change(self):
        return int(self.database().one("SELECT COALESCE(MAX(number), 0) FROM changes") or 0)

    def follows(self, timeout_s=10):
        """The watch brings changes."""
        before = self.newest_change()
        self.until(lambda: self.newest_change() > before, "changes arrive", timeout_s)

    def lease(self, number):
        rows = self.database().query(f"SELECT holder, generation FROM leases WHERE name = 'refresh/{number}'")
        return tuple(int(text) for text in rows[0]) if rows else None

    def processor_s(self, pid):
        with open(f"/proc/{pid}/stat") as file:
            words = file.read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def freeze(self, pid):
        """Between two transactions: inside of one it holds the lease's lock, and nobody could take it over."""
        def frozen():
            os.kill(pid, signal.SIGSTOP)
            if self.database().quiet("reeved refresh"):
                return True
            os.kill(pid, signal.SIGCONT)
            return False

        self.until(frozen, "a moment without a transaction", 20, 0.03)

    def no_duplicates(self):
        for table in ("vms", "container_groups", "hosts"):
            self.assertEqual(self.database().query(
                f"SELECT ems_id, ems_ref FROM {table} WHERE deleted_on IS NULL"
                " GROUP BY ems_id, ems_ref HAVING COUNT(*) > 1"), [], table)


class Refresh(Case):
    def test_provider_gets_a_worker_that_lists_and_follows(self):
        reeved = self.start(*QUICK)
        number = self.add(reeved)
        self.refreshed(reeved, number)
        self.assertEqual(reeved.get("/api/container_groups")["count"], 20)
        self.follows()
        code, seconds = reeved.stop()
        self.assertEqual(code, 0)
        self.assertLess(seconds, 5)
        self.assertEqual(self.database().one("SELECT COUNT(*) FROM leases WHERE holder <> 0"), "0")

    @reeve_it.DEEP_ON_POSTGRES
    def test_requested_refresh_ends_with_its_task(self):
        reeved = self.start(*QUICK)
        number = self.add(reeved)
        self.refreshed(reeved, number)
        answer = reeved.post(f"/api/providers/{number}", {"action": "refresh"})
        task = reeved.wait_task(answer["task_id"])
        self.assertEqual((task["status"], task["state"]), ("Ok", "Finished"))
        self.follows()  # and the watch goes on

    @reeve_it.DEEP_ON_POSTGRES
    def test_running_refresh_can_be_cancelled(self):
        reeved = self.start(*QUICK)
        number = self.add(reeved, fault_file=self.fault("none"), pods=200, vms=300, delay="1s")
        self.refreshed(reeved, number)
        self.fault("slow")
        task_id = reeved.post(f"/api/providers/{number}", {"action": "refresh"})["task_id"]
        self.until(lambda: reeved.get(f"/api/tasks/{task_id}")["state"] == "Active", "it runs")
        worker = self.refresher(reeved)
        time.sleep(0.5)
        reeved.post(f"/api/tasks/{task_id}", {"action": "cancel"})
        task = reeved.wait_task(task_id, 10)
        self.assertEqual((task["status"], task["message"]), ("Error", "cancelled"))
        self.fault("none")
        self.follows()
        self.assertEqual(reeved.children("refresh"), [worker])

    def test_killed_worker_is_replaced_within_a_second_and_goes_on(self):
        reeved = self.start(*QUICK)
        number = self.add(reeved)
        self.refreshed(reeved, number)
        generation = self.lease(number)[1]
        for _ in range(3 if not reeve_it.DEEP else 20):
            victim = self.refresher(reeved)
            start = time.monotonic()
            os.kill(victim, signal.SIGKILL)
            successor = self.refresher(reeved, [victim])
            if _ == 0:
                self.assertLess(time.monotonic() - start, 1)
            self.until(lambda: self.lease(number)[1] > generation, "the successor holds the lease")
            generation = self.lease(number)[1]
            self.follows()
            self.assertIn(successor, reeved.children("refresh"))
        self.no_duplicates()

    def test_crash_of_reeved_in_the_middle_of_it_leaves_nothing_behind(self):
        reeved = self.start(*QUICK)
        number = self.add(reeved, pods=300, vms=300, churn=500)
        for delay in (0.05, 0.2, 0.5):
            self.refresher(reeved)
            time.sleep(delay)
            reeved.kill()
            reeved = self.start(*QUICK)
        self.refreshed(reeved, number)
        self.follows()
        self.no_duplicates()
        self.until(lambda: self.database().one("SELECT COUNT(*) FROM miq_workers") == str(len(reeved.children())),
                   "rows of the dead are gone")
        self.assertEqual(self.database().one("SELECT COUNT(*) FROM miq_queue WHERE state = 'dequeue'"), "0")

    def test_frozen_worker_woken_after_its_lease_writes_nothing(self):
        reeved = self.start(*QUICK, "--set", "workers.lease=2s", "--set", "workers.heartbeat_freq=100ms")
        number = self.add(reeved, churn=200)
        self.refreshed(reeved, number)
        self.follows()
        victim = self.refresher(reeved)
        before = self.lease(number)
        self.freeze(victim)
        now = time.time()
        self.until(lambda: int(self.database().one(
            f"SELECT expires_at FROM leases WHERE name = 'refresh/{number}'")) < time.time() * 1000,
            "its lease runs out", 15)
        self.assertGreater(time.time() - now, 1)
        # Another takes the lease over, as the worker of another server would.
        self.database().query(f"UPDATE leases SET holder = 77, generation = generation + 1,"
                              f" expires_at = {int((time.time() + 3) * 1000)} WHERE name = 'refresh/{number}'")
        newest = self.newest_change()
        os.kill(victim, signal.SIGCONT)
        self.until(lambda: not reeve_it.alive(victim), "it ends by itself")
        self.assertIn("passed", reeved.log())
        written = self.database().query(
            f"SELECT kind FROM changes WHERE number > {newest} AND ems_id = {number} AND kind NOT IN ('worker', 'event_stream')")
        self.assertEqual(written, [])
        # Once that other one is gone too, a successor follows again.
        self.until(lambda: self.lease(number)[0] not in (77, before[0]), "a successor", 20)
        self.follows()
        self.no_duplicates()

    def test_worker_that_waits_for_a_lease_waits_also_after_new_settings(self):
        reeved = self.start(*QUICK)
        number = self.add(reeved)
        self.refreshed(reeved, number)
        victim = self.refresher(reeved)
        hold = "UPDATE leases SET holder = {}, generation = generation + 1, expires_at = {} WHERE name = 'refresh/{}'"
        self.database().query(hold.format(77, int((time.time() + 60) * 1000), number))
        waiting = self.refresher(reeved, [victim])
        self.until(lambda: reeve_it.alive(waiting) and self.database().one(
            f"SELECT pid FROM miq_workers WHERE pid = {waiting}"), "the successor is there")
        reeved.signal(signal.SIGHUP)
        self.until(lambda: "settings read again" in reeved.log(), "new settings")
        time.sleep(0.5)
        before = self.processor_s(waiting)
        time.sleep(1.5)
        self.assertLess(self.processor_s(waiting) - before, 0.3)
        self.database().query(hold.format(0, 0, number))
        self.until(lambda: self.lease(number)[0], "it takes the lease")
        self.follows()
        self.assertIn(waiting, reeved.children("refresh"))

    @reeve_it.DEEP_ON_POSTGRES
    def test_paused_provider_has_no_worker(self):
        reeved = self.start(*QUICK)
        number = self.add(reeved)
        self.refresher(reeved)
        reeved.post(f"/api/providers/{number}", {"action": "pause"})
        self.until(lambda: not reeved.children("refresh"), "no refresh worker")
        reeved.post(f"/api/providers/{number}", {"action": "resume"})
        self.refresher(reeved)

    def test_deleted_provider_goes_with_everything(self):
        reeved = self.start(*QUICK)
        number = self.add(reeved, churn=200)
        self.refreshed(reeved, number)
        answer = reeved.post(f"/api/providers/{number}", {"action": "delete"})
        task = reeved.wait_task(answer.get("task_id") or answer["task_href"])
        self.assertEqual(task["status"], "Ok", task)
        self.until(lambda: not reeved.children("refresh"), "no refresh worker")
        self.assertEqual(self.database().one("SELECT COUNT(*) FROM container_groups"), "0")
        self.assertEqual(self.database().one("SELECT COUNT(*) FROM ext_management_systems"), "0")

    @reeve_it.DEEP_ON_POSTGRES
    def test_a_provider_deleted_thrice_is_deleted_once(self):
        reeved = self.start(*QUICK)
        number = self.add(reeved, vms="1500")
        self.refreshed(reeved, number)
        asked = []
        for _ in range(3):
            answer = reeved.request("POST", f"/api/providers/{number}", {"action": "delete"})
            if answer.status == 404:
                break
            asked.append(answer.json["task_id"])
            time.sleep(0.25)
        # One task, unless it ended in the moment between looking for the provider and asking.
        self.assertLessEqual(len(set(asked)), 2)
        for task in set(asked):
            self.assertEqual(reeved.wait_task(task)["status"], "Ok")
        self.assertNotIn("our lease has passed on", reeved.log())


@reeve_it.DEEP_ON_POSTGRES
class Troubles(Case):
    """A provider that says no, or nothing."""

    def test_wrong_credentials_stop_the_worker_until_they_are_proved_again(self):
        reeved = self.start(*QUICK)
        number = self.add(reeved, fault_file=self.fault("none"))
        self.refreshed(reeved, number)
        self.fault("auth")
        answer = reeved.post(f"/api/providers/{number}", {"action": "refresh"})
        task = reeved.wait_task(answer["task_id"])
        self.assertEqual(task["status"], "Error")
        self.assertIn("refuses these credentials", task["message"])
        self.until(lambda: not reeved.children("refresh"), "no refresh worker")
        self.assertIn("refuses these credentials", self.provider(reeved, number)["last_refresh_error"])
        self.assertEqual(reeved.get("/api/container_groups")["count"], 20)  # the old inventory is kept
        self.fault("none")
        reeved.post(f"/api/providers/{number}", {"action": "verify"})
        self.refresher(reeved)
        self.until(lambda: not self.provider(reeved, number).get("last_refresh_error"), "the error is gone")

    def test_refused_credentials_are_tried_again_seldom(self):
        reeved = self.start(*QUICK, "--set", "refresh.auth_retry=3s")
        number = self.add(reeved, fault_file=self.fault("none"))
        self.refreshed(reeved, number)
        self.fault("auth")
        reeved.post(f"/api/providers/{number}", {"action": "refresh"})
        hint = self.until(lambda: self.provider(reeved, number).get("last_refresh_hint"), "the advice is shown")
        self.assertRegex(hint, r"tried again at \d{4}-\d\d-\d\dT.*Z; at once: reevectl provider refresh")
        self.until(lambda: not reeved.children("refresh"), "no refresh worker")
        refusals = lambda: reeved.log().count("refuses these credentials")
        before = refusals()
        time.sleep(1.5)
        self.assertEqual(refusals(), before)  # though it may be tried every 100 ms
        self.until(lambda: refusals() > before, "it is tried again", 10)
        self.until(lambda: not reeved.children("refresh"), "no refresh worker")
        self.assertRegex(reeved.log(), "again_in_ms=(3000|29..)")
        self.fault("none")
        self.until(lambda: not self.provider(reeved, number).get("last_refresh_error"), "it works again", 15)
        self.follows()

    def test_refresh_that_somebody_asks_for_is_tried_at_once_with_refused_credentials(self):
        reeved = self.start(*QUICK)
        number = self.add(reeved)
        self.refreshed(reeved, number)
        self.database().query(f"UPDATE authentications SET status = 'Invalid' WHERE resource_id = {number}")
        self.until(lambda: not reeved.children("refresh"), "no refresh worker")
        answer = reeved.post(f"/api/providers/{number}", {"action": "refresh"})
        task = reeved.wait_task(answer["task_id"], 10)
        self.assertEqual(task["status"], "Ok")

    def test_failed_refresh_waits_before_the_next_also_after_new_settings(self):
        reeved = self.start("--set", "server.monitor_poll=100ms", "--set", "refresh.retry_min=5s")
        number = self.add(reeved, fault_file=self.fault("none"))
        self.refreshed(reeved, number)
        reeved.signal(signal.SIGHUP)
        self.until(lambda: "settings read again" in reeved.log(), "new settings")
        self.fault("unavailable")
        task_id = reeved.post(f"/api/providers/{number}", {"action": "refresh"})["task_id"]
        self.assertEqual(reeved.wait_task(task_id)["status"], "Error")
        failures = lambda: [line for line in reeved.log().splitlines() if "refresh failed" in line]
        self.until(failures, "it fails")
        self.assertNotIn('hint=""', failures()[0])
        time.sleep(1)  # the news themselves may end a wait
        before = len(failures())
        time.sleep(2.5)
        self.assertLessEqual(len(failures()) - before, 1)

    def test_unreachable_provider_recovers_by_itself(self):
        reeved = self.start(*QUICK)
        number = self.add(reeved, fault_file=self.fault("none"))
        self.refreshed(reeved, number)
        self.fault("unavailable")
        reeved.post(f"/api/providers/{number}", {"action": "refresh"})
        self.until(lambda: self.provider(reeved, number).get("last_refresh_error"), "the error is shown")
        self.fault("none")
        self.until(lambda: not self.provider(reeved, number).get("last_refresh_error"), "the error is gone")
        self.follows()


class StoreTrouble(Case):
    """SQLite's file cannot be written for a while."""

    def setUp(self):
        super().setUp()
        if reeve_it.STORE != "sqlite":
            self.skipTest("about SQLite's file")

    def everything_works(self, reeved, number, workers):
        self.until(lambda: "well again" in reeved.log(), "it says that it is well again", 40)
        self.until(lambda: reeved.request("GET", "/readyz").status == 200, "it is ready", 40)
        self.follows(20)
        task_id = reeved.post(f"/api/providers/{number}", {"action": "refresh"})["task_id"]
        self.assertEqual(reeved.wait_task(task_id)["status"], "Ok")
        self.no_duplicates()
        for kind in ("server", "generic", "api"):  # nobody had to be replaced
            self.assertEqual(reeved.children(kind), workers[kind])

    def test_database_locked_by_another_program_is_waited_for(self):
        import sqlite3
        reeved = self.start(*QUICK, "--set", "workers.lease=40s")
        number = self.add(reeved)
        self.refreshed(reeved, number)
        workers = {kind: reeved.children(kind) for kind in ("server", "generic", "api")}
        other = sqlite3.connect(self.database().url[len("sqlite:"):], timeout=20, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        self.until(lambda: "does not do what it should; trying again" in reeved.log(), "the server worker says so", 40)
        self.assertIn("locked", reeved.log())
        self.assertEqual(reeved.request("GET", "/api/providers").status, 200)  # reading goes on
        other.execute("ROLLBACK")
        other.close()
        self.everything_works(reeved, number, workers)

    def test_full_disk_is_said_and_loses_nothing(self):
        import resource
        reeved = self.start(*QUICK, "--set", "server.heartbeat_freq=200ms", "--set", "workers.lease=40s")
        number = self.add(reeved, churn=200)
        self.refreshed(reeved, number)
        self.follows()
        workers = {kind: reeved.children(kind) for kind in ("server", "generic", "api")}
        # Files may not grow: what a full disk does to a writer, without filling one.
        size = 64 * 1024
        for pid in reeved.children():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        self.until(lambda: "trying again" in reeved.log(), "it says so", 40)
        self.assertEqual(reeved.request("GET", "/api/providers").status, 200)
        self.until(lambda: reeved.request("GET", "/readyz").status == 503, "it is not ready to write", 30)
        self.assertIn("has written no heartbeat for", reeved.request("GET", "/readyz").body.decode())
        self.assertEqual(reeved.request("GET", "/healthz").status, 200)
        self.assertIn("\nreeve_store_up 1\n", reeved.request("GET", "/metrics").body.decode())
        for pid in reeved.children():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        self.everything_works(reeved, number, workers)


    def test_worker_that_starts_on_a_full_disk_waits_for_room(self):
        import resource
        reeved = self.start(*QUICK, "--set", "server.heartbeat_freq=200ms", "--set", "workers.lease=40s")
        number = self.add(reeved, churn=200)
        self.refreshed(reeved, number)
        self.follows()
        everybody = [reeved.pid, *reeved.children()]
        for pid in everybody:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (64 * 1024, resource.RLIM_INFINITY))
        self.until(lambda: "trying again" in reeved.log(), "it says so", 40)
        victim = self.refresher(reeved)
        os.kill(victim, signal.SIGKILL)
        successor = self.refresher(reeved, [victim])
        self.until(lambda: "the worker cannot be written down; trying again" in reeved.log(), "it says so")
        time.sleep(4)
        self.assertEqual(reeved.children("refresh"), [successor])
        self.assertEqual(reeved.log().count("worker cannot be written down"), 1)
        for pid in [*everybody, successor]:
            if reeve_it.alive(pid):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        self.until(lambda: "the worker is written down" in reeved.log(), "there is room again", 40)
        self.follows(20)
        self.no_duplicates()


@reeve_it.DEEP_ON_POSTGRES
class Faults(Case):
    def state(self, reeved, number):
        return reeved.get(f"/api/providers/{number}?attributes=state")["state"]

    def test_hanging_module_is_killed_and_others_go_on(self):
        reeved = self.start(*QUICK, "--set", "workers.heartbeat_timeout=3s", "--set", "workers.heartbeat_freq=100ms")
        well = self.add(reeved, "well")
        ill = self.add(reeved, "ill", pods=200, fault_file=self.fault("none"))
        self.refreshed(reeved, well)
        self.refreshed(reeved, ill)
        before = reeved.children("refresh")
        self.fault("hang")
        reeved.post(f"/api/providers/{ill}", {"action": "refresh"})
        self.until(lambda: self.state(reeved, ill) == "hanging", "its state says so long before it is killed")
        self.assertEqual(reeved.children("refresh"), before)
        self.assertEqual(self.state(reeved, well), "ok")
        self.until(lambda: len(set(before) - set(reeved.children("refresh"))) == 1, "the hanging one is killed", 20)
        self.assertIn("its heart has not beaten", reeved.log())
        self.fault("none")
        self.until(lambda: len(reeved.children("refresh")) == 2, "it is replaced")
        self.assertEqual(len(set(before) & set(reeved.children("refresh"))), 1)

    def test_five_crashes_put_a_provider_in_quarantine_until_it_is_verified(self):
        self.crashes = True
        reeved = self.start(*QUICK)
        well = self.add(reeved, "well")
        ill = self.add(reeved, "ill", fault_file=self.fault("none"))
        self.refreshed(reeved, well)
        self.refreshed(reeved, ill)
        self.fault("crash_open")
        for pid in reeved.children("refresh"):
            os.kill(pid, signal.SIGKILL)
        reason = self.until(lambda: self.provider(reeved, ill).get("quarantine_reason"), "quarantine", 30)
        self.assertIn("crashed 5 times in demo.open", reason)
        self.until(lambda: len(reeved.children("refresh")) == 1, "only the well one runs")
        self.assertFalse(self.provider(reeved, well).get("quarantine_reason"))
        self.assertEqual(reeved.request("GET", "/healthz").status, 200)
        self.assertEqual(self.state(reeved, ill), "quarantine")
        self.fault("none")
        reeved.post(f"/api/providers/{ill}", {"action": "verify"})
        self.until(lambda: len(reeved.children("refresh")) == 2, "it runs again")
        self.assertFalse(self.provider(reeved, ill).get("quarantine_reason"))

    def refusal(self, reeved, **options):
        given = {key: str(value) for key, value in options.items()}
        answer = reeved.request("POST", "/api/providers", {"name": "x", "type": "demo", "options": given})
        self.assertGreaterEqual(answer.status, 400)
        self.assertEqual(reeved.get("/api/providers")["count"], 0)
        return answer.json["error"]["message"]

    def test_what_fails_its_proof_is_not_stored_and_says_why(self):
        self.crashes = True
        reeved = self.start(*QUICK, "--set", "verify.timeout=6s")
        self.assertIn("refuses these credentials", self.refusal(reeved, fault="auth"))
        self.assertIn("cannot be reached", self.refusal(reeved, fault="unavailable"))
        self.assertIn("unknown option 'pdos'", self.refusal(reeved, pdos=1))
        self.assertIn("did you mean 'pods'", self.refusal(reeved, pdos=1))
        message = self.refusal(reeved, fault="crash_verify")
        self.assertIn("signal 11", message)
        self.assertIn("demo.verify", message)
        start = time.monotonic()
        self.assertIn("not verified within 6 s", self.refusal(reeved, fault="hang_verify"))
        self.assertLess(time.monotonic() - start, 15)
        self.assertEqual(reeved.children("refresh"), [])

    def test_secrets_are_in_no_log_no_store_and_no_answer(self):
        reeved = self.start(*QUICK, "--log-level", "debug")
        number = self.add(reeved, password="canary-5d41402abc")
        self.refreshed(reeved, number)
        reeved.post(f"/api/providers/{number}", {"action": "verify"})
        self.assertNotIn("canary-5d41402abc", json.dumps(self.provider(reeved, number)))
        envelope = self.database().query(
            "SELECT password, secret_options, auth_key FROM authentications")
        self.assertIn("v1:", str(envelope))
        self.assertNotIn("canary", str(envelope))
        for table in ("changes", "miq_queue", "miq_tasks", "endpoints", "ext_management_systems"):
            self.assertNotIn("canary", str(self.database().query(f"SELECT * FROM {table}")), table)
        for pid in [reeved.pid] + reeved.children():
            for name in ("cmdline", "environ"):
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    self.assertNotIn(b"canary", file.read())
        reeved.stop()
        self.assertNotIn("canary", reeved.log())

    def test_stored_secrets_prove_an_edit_without_being_given_again(self):
        reeved = self.start(*QUICK)
        number = self.add(reeved, password="canary-5d41402abc")
        self.refreshed(reeved, number)
        before = self.database().query("SELECT password, secret_options, auth_key FROM authentications")
        reeved.post(f"/api/providers/{number}", {"action": "edit", "options": {"pods": "30"}})
        self.until(lambda: reeved.get("/api/container_groups?filter[]=name!=x")["count"] >= 20, "it lists")
        after = self.database().query("SELECT password, secret_options, auth_key FROM authentications")
        self.assertEqual(before, after)

    def test_stored_secrets_go_nowhere_else_without_being_given_again(self):
        reeved = self.start(*QUICK)
        number = self.add(reeved, password="canary-5d41402abc")
        path = f"/api/providers/{number}"
        for body in ({"action": "verify", "options": {"fault_file": "/elsewhere"}},
                     {"action": "edit", "options": {"fault_file": "/elsewhere"}}):
            answer = reeved.request("POST", path, body)
            self.assertEqual(answer.status, 400)
            self.assertIn("secret 'password' must be given again", answer.json["error"]["message"])
        reeved.post(path, {"action": "edit", "options": {"fault_file": "/elsewhere", "password": "another"}})
        reeved.post(path, {"action": "edit", "options": {"fault_file": None, "password": None}})
        options = reeved.get(path + "?attributes=options")["options"]
        self.assertNotIn("fault_file", options)
        self.assertEqual(self.database().query("SELECT password FROM authentications"), [[""]])
        reeved.post(path, {"action": "verify", "options": {"fault_file": "/elsewhere"}})

    def test_broken_module_is_named_and_the_server_runs(self):
        modules = os.path.join(self.folder, "modules")
        os.makedirs(os.path.join(modules, "providers"))
        built = os.path.join(os.path.dirname(reeve_it.BIN), "lib", "reeve")
        for name in ("store_sqlite.so", "store_postgres.so"):
            os.symlink(os.path.join(built, name), os.path.join(modules, name))
        os.symlink(os.path.join(built, "providers", "demo.so"), os.path.join(modules, "providers", "demo.so"))
        with open(os.path.join(modules, "providers", "broken.so"), "wb") as out:
            out.write(b"this is no shared object")
        os.symlink(os.path.join(built, "store_sqlite.so"), os.path.join(modules, "providers", "other.so"))
        reeved = self.start(*QUICK, "--module-dir", modules)
        self.assertIn("module=broken", reeved.log())
        self.assertNotIn('hint=""', reeved.log())
        self.assertIn("module=other", reeved.log())
        self.refreshed(reeved, self.add(reeved))

    def test_module_that_broke_since_ends_requests_with_the_reason(self):
        modules = os.path.join(self.folder, "modules")
        os.makedirs(os.path.join(modules, "providers"))
        built = os.path.join(os.path.dirname(reeve_it.BIN), "lib", "reeve")
        for name in ("store_sqlite.so", "store_postgres.so"):
            os.symlink(os.path.join(built, name), os.path.join(modules, name))
        module = os.path.join(modules, "providers", "demo.so")
        os.symlink(os.path.join(built, "providers", "demo.so"), module)
        reeved = self.start("--set", "server.monitor_poll=200ms", "--module-dir", modules)
        number = self.add(reeved)
        self.refreshed(reeved, number)
        os.unlink(module)
        with open(module, "wb") as out:
            out.write(b"this is no shared object")
        victim = self.refresher(reeved)
        os.kill(victim, signal.SIGKILL)
        self.refresher(reeved, [victim])
        task_id = reeved.post(f"/api/providers/{number}", {"action": "refresh"})["task_id"]
        task = reeved.wait_task(task_id, 10)
        self.assertEqual(task["status"], "Error")
        self.assertIn("demo", task["message"])
        tries = lambda: reeved.log().count("provider cannot be connected")
        before, start = tries(), time.monotonic()
        time.sleep(4)
        # 1 s doubling, whatever wakes the worker meanwhile.
        self.assertLessEqual(tries() - before, 3 + (time.monotonic() - start - 4) / 2)
        os.unlink(module)
        shutil.copy(os.path.join(built, "providers", "demo.so"), module)
        task_id = reeved.post(f"/api/providers/{number}", {"action": "refresh"})["task_id"]
        self.assertEqual(reeved.wait_task(task_id)["status"], "Ok")


if __name__ == "__main__":
    unittest.main()
