# SPDX-License-Identifier: Apache-2.0
"""reeved from its command line to its end: files, refusals, restart, clean stop, the database going away."""
import json
import os
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time
import unittest

import reeve_it


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@reeve_it.DEEP_ON_POSTGRES
class CommandLine(reeve_it.Case):
    def refused(self, *arguments):
        code, out, error = self.run_program("reeved", *arguments)
        self.assertEqual(out, "")
        return code, error

    def test_help_teaches_and_ends_well(self):
        code, out, _ = self.run_program("reeved", "--help")
        self.assertEqual(code, 0)
        for word in ("--home", "--listen", "--store", "--allow-plain-http", "admin-password", "Examples"):
            self.assertIn(word, out)

    def test_version_and_settings_are_shown(self):
        code, out, _ = self.run_program("reeved", "--version")
        self.assertEqual((code, out.split()[0]), (0, "reeved"))
        code, out, _ = self.run_program("reeved", "--settings")
        self.assertEqual(code, 0)
        self.assertIn("workers.generic.count", out)

    def test_unknown_option_names_the_nearest(self):
        code, error = self.refused("--hmoe", "x")
        self.assertEqual(code, 2)
        self.assertIn("unknown option '--hmoe', did you mean '--home'?", error)

    def test_mistaken_command_lines_are_refused(self):
        for arguments, says in (
                ((), "--home DIR is missing"),
                (("--home",), "needs a value"),
                (("--home", self.home(), "stray"), "unexpected 'stray'"),
                (("--home", self.home(), "--allow-plain-http=1"), "takes no value"),
                (("--home", self.home(), "--set", "x"), "KEY=VALUE"),
                (("--home", self.home(), "--store", "a", "--store-file", "b"), "exclude each other")):
            code, error = self.refused(*arguments)
            self.assertEqual(code, 2, arguments)
            self.assertIn(says, error)

    def fails(self, *arguments):
        code, _, error = self.run_program("reeved", "--home", self.home(), *arguments)
        self.assertEqual(code, 1, error)
        return error

    def test_unknown_setting_names_the_nearest(self):
        os.mkdir(self.home(), 0o700)
        with open(os.path.join(self.home(), "reeve.yaml"), "w") as out:
            out.write("workers:\n  genric:\n    count: 3\n")
        error = self.fails("--listen", "127.0.0.1:0")
        self.assertIn("workers.genric.count", error)
        self.assertIn("did you mean 'workers.generic.count'?", error)
        self.assertIn("reeve.yaml", error)

    def test_setting_out_of_range_is_refused(self):
        self.assertIn("out of range", self.fails("--set", "workers.generic.count=1000"))
        self.assertIn("log.level", self.fails("--log-level", "loud"))

    def test_settings_that_do_not_fit_each_other_are_refused_by_both_names(self):
        for given, other in (("refresh.retry_min=1m", "refresh.retry_max"),
                             ("refresh.retry_max=500ms", "refresh.retry_min"),
                             ("api.page_size_max=10", "api.page_size"),
                             ("workers.heartbeat_timeout=1s", "workers.heartbeat_freq"),
                             ("workers.lease=300ms", "workers.heartbeat_freq")):
            error = self.fails("--listen", "127.0.0.1:0", "--set", given)
            self.assertIn("do not fit", error)
            self.assertIn("'%s'" % given.split("=")[0], error)
            self.assertIn("'%s'" % other, error)

    def test_taken_port_is_said_with_what_to_do(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            error = self.fails("--listen", "127.0.0.1:%d" % taken.getsockname()[1])
        self.assertIn("another program listens", error)
        self.assertIn("--listen", error)

    def test_off_loopback_needs_so_many_words(self):
        error = self.fails("--listen", "0.0.0.0:0")
        self.assertIn("unencrypted", error)
        self.assertIn("--allow-plain-http", error)
        reeved = self.start("--listen", "0.0.0.0:0", "--allow-plain-http")
        self.assertTrue(reeved.url.startswith("http://127.0.0.1:"))
        self.assertEqual(reeved.request("GET", "/healthz").status, 200)

    def test_addresses_that_are_none_are_refused(self):
        for listen in ("7400", "127.0.0.1", "127.0.0.1:port", "127.0.0.1:70000", "::1:7400", ":7400"):
            self.assertIn("listen", self.fails("--listen", listen))

    def test_store_url_of_an_unknown_kind_is_refused(self):
        self.assertIn("postgresql://", self.fails("--store", "mysql://x/y"))

    def test_home_that_others_can_write_is_refused(self):
        os.mkdir(self.home())
        os.chmod(self.home(), 0o777)
        self.assertIn("can be written by others", self.fails())

    def test_home_below_nothing_is_refused(self):
        code, _, error = self.run_program("reeved", "--home", self.home() + "/a/b")
        self.assertEqual(code, 1)
        self.assertIn("parent folder", error)

    def test_key_that_others_can_read_is_refused(self):
        reeved = self.start()
        reeved.stop()
        os.chmod(os.path.join(self.home(), "key"), 0o644)
        self.assertIn("key", self.fails("--listen", "127.0.0.1:0"))


class Life(reeve_it.Case):
    def test_a_lost_key_ends_the_start_and_all_works_when_it_is_back(self):
        token = "a-token-for-prometheus"
        headers = {"X-Forwarded-For": "192.0.2.1", "Authorization": "Bearer " + token}
        reeved = self.start()
        server = reeved.get("/api")["server_info"]["server_href"].split("/")[-1]
        reeved.call("PATCH", f"/api/servers/{server}/settings", {"api.metrics_token": token})
        reeved.stop()
        key = os.path.join(self.home(), "key")
        os.rename(key, key + ".copy")
        code, _, error = self.run_program("reeved", "--home", self.home(), "--store-file", self.home() + ".store",
                                          "--listen", "127.0.0.1:0")
        self.assertEqual(code, 1, error)
        self.assertIn("its 1 stored secrets need the key", error)
        self.assertFalse(os.path.exists(key))  # its place is free
        os.rename(key + ".copy", key)
        self.assertEqual(self.start().request("GET", "/metrics", user=None, headers=headers).status, 200)

    @reeve_it.DEEP_ON_POSTGRES
    def test_changed_setting_or_key_that_is_read_at_start_only_is_told_of(self):
        reeved = self.start()
        with open(os.path.join(self.home(), "reeve.yaml"), "a") as file:
            file.write("zone: elsewhere\n")
        with open(os.path.join(self.home(), "key"), "w") as file:
            file.write("reeve-key-1 " + "A" * 43 + "=\n")
        os.kill(reeved.pid, signal.SIGHUP)
        self.until(lambda: "settings read again" in reeved.log(), "settings read again")
        setting, key = [line for line in reeved.log().splitlines() if "at the next start only" in line]
        self.assertIn("setting=zone", setting)
        self.assertIn("a changed key file takes effect", key)

    @reeve_it.DEEP_ON_POSTGRES
    def test_short_lease_does_not_end_the_server_worker(self):
        reeved = self.start("--set", "workers.lease=1s", "--set", "workers.heartbeat_freq=200ms",
                            "--set", "server.monitor_poll=300ms")
        worker = self.until(lambda: reeved.children("server"), "the server worker")
        time.sleep(3)
        self.assertEqual(reeved.children("server"), worker)

    def test_first_start_makes_its_files(self):
        self.database(empty=True)
        reeved = self.start()
        home = self.home()
        self.assertEqual(mode(home), 0o700)
        for name in ("key", "admin-password", "reeve.yaml", "store-url"):
            self.assertEqual(mode(os.path.join(home, name)), 0o600, name)
        self.assertEqual(int(reeved.read("pid")), reeved.pid)
        self.assertRegex(reeved.read("guid"), r"^[0-9a-f-]{36}$")
        self.assertRegex(reeved.url, r"^http://127\.0\.0\.1:\d+$")
        self.assertGreaterEqual(len(reeved.read("admin-password")), 20)
        # Everything in the template is a comment: it changes nothing.
        with open(os.path.join(home, "reeve.yaml")) as template:
            self.assertTrue(all(line.startswith("#") for line in template))
        self.assertNotIn(reeved.read("admin-password"), reeved.log())

    def test_password_of_the_store_is_not_seen_in_the_list_of_processes(self):
        if not self.database().env:
            self.skipTest("the URL of SQLite has none")
        os.makedirs(self.home("other"), 0o700)
        database = self.database("other")
        process = subprocess.Popen(
            [os.path.join(reeve_it.BIN, "reeved"), "--home", self.home("other"), "--listen", "127.0.0.1:0",
             "--store", database.url], stderr=subprocess.PIPE)
        try:
            self.until(lambda: os.path.exists(os.path.join(self.home("other"), "url")), "ready", 60)
            with open(f"/proc/{process.pid}/cmdline", "rb") as cmdline:
                self.assertNotIn(database.env["PGPASSWORD"].encode(), cmdline.read())
            self.assertEqual(mode(os.path.join(self.home("other"), "store-url")), 0o600)
        finally:
            process.terminate()
            _, log = process.communicate(timeout=20)
        self.assertNotIn(database.env["PGPASSWORD"].encode(), log)
        # The next start needs no --store: it is remembered.
        process = subprocess.Popen([os.path.join(reeve_it.BIN, "reeved"), "--home", self.home("other"),
                                    "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE)
        try:
            self.until(lambda: os.path.exists(os.path.join(self.home("other"), "url")), "ready again", 60)
        finally:
            process.terminate()
            process.communicate(timeout=20)
        self.assertFalse(os.path.exists(os.path.join(self.home("other"), "reeve.db")))

    @reeve_it.DEEP_ON_POSTGRES
    def test_second_start_is_refused_while_one_runs(self):
        reeved = self.start()
        second = self.launch()
        self.assertEqual(second.wait(), 1)
        self.assertIn("another reeved (pid %d)" % reeved.pid, second.log())
        self.assertEqual(reeved.request("GET", "/healthz").status, 200)

    @reeve_it.DEEP_ON_POSTGRES
    def test_restart_keeps_who_we_are(self):
        reeved = self.start()
        guid, password = reeved.read("guid"), reeved.read("admin-password")
        before = self.database().query("SELECT id, guid FROM miq_servers")
        reeved.stop()
        self.assertFalse(os.path.exists(os.path.join(self.home(), "url")))
        again = self.start()
        self.assertEqual((again.read("guid"), again.read("admin-password")), (guid, password))
        self.assertEqual(self.database().query("SELECT id, guid FROM miq_servers"), before)
        self.assertEqual(again.get("/api/servers")["count"], 1)
        self.assertEqual(self.database().query("SELECT COUNT(*) FROM zones WHERE name = 'default'"), [["1"]])
        self.assertEqual(self.database().one("SELECT COUNT(*) FROM server_roles"), "20")
        self.assertEqual(self.database().one("SELECT COUNT(*) FROM assigned_server_roles"), "11")

    def test_server_that_its_database_has_forgotten_makes_itself_known_again(self):
        """It was restored, or has failed over, to a state from before the server's first start."""
        reeved = self.start("--set", "server.monitor_poll=200ms")
        before, guid = reeved.children(), reeved.read("guid")
        key = reeved.read("key")
        self.database().query_all(["DELETE FROM assigned_server_roles", "DELETE FROM miq_servers", "DELETE FROM users"])
        self.until(lambda: "does not know this server any more" in reeved.log(), "it says so")
        self.until(lambda: reeved.children() and not set(reeved.children()) & set(before), "all workers are new")
        self.until(lambda: reeved.request("GET", "/api/servers").status == 200, "the API answers again")
        self.assertEqual(self.database().query("SELECT guid FROM miq_servers"), [[guid]])
        self.assertEqual(reeved.read("key"), key)
        self.until(lambda: reeved.children("generic"), "work goes on")
        self.until(lambda: {row["guid"] for row in reeved.get("/api/servers?expand=resources")["resources"]} == {guid},
                   "it is the same server")

    def test_worker_whose_row_the_database_has_lost_is_replaced(self):
        """Else nobody renewed what it holds, and nobody freed it."""
        reeved = self.start("--set", "server.monitor_poll=100ms", "--set", "server.heartbeat_freq=200ms")
        self.until(lambda: self.all_have_rows(reeved), "all have rows")
        before = reeved.children("generic") + reeved.children("server")
        # One by one: the server, which writes to several at once, may come from the other end.
        for row in self.database().query("SELECT id FROM miq_workers WHERE type IN ('generic', 'server')"):
            self.database().query(f"DELETE FROM miq_workers WHERE id = {row[0]}")
        self.until(lambda: not set(before) & set(reeved.children()), "they are replaced")
        self.until(lambda: self.all_have_rows(reeved), "all have rows again")

    def all_have_rows(self, reeved):
        pids = {int(row[0]) for row in self.database().query("SELECT pid FROM miq_workers")}
        return len(reeved.children("generic")) == 2 and pids == set(reeved.children())

    def test_api_worker_that_cannot_be_written_down_says_what_it_waits_for(self):
        reeved = self.start()
        before = reeved.children("api")
        with self.database().locked("miq_workers"):
            os.kill(before[0], signal.SIGKILL)
            self.until(lambda: reeved.children("api") and reeved.children("api") != before, "there is another")
            answer = reeved.request("GET", "/api/servers")
            self.assertEqual(answer.status, 503)
            self.assertIn("has waited for its database since 20", answer.json["error"]["message"])
            self.assertEqual(reeved.request("GET", "/healthz").status, 200)
        self.until(lambda: reeved.request("GET", "/api/servers").status == 200, "the API answers again")

    def test_clean_stop_is_quick_and_written_down(self):
        reeved = self.start()
        self.assertEqual(self.database().one("SELECT status FROM miq_servers"), "started")
        code, seconds = reeved.stop()
        self.assertEqual(code, 0)
        self.assertLess(seconds, 5)
        self.assertEqual(self.database().one("SELECT status FROM miq_servers"), "stopped")
        self.assertEqual(self.database().one("SELECT COUNT(*) FROM miq_workers"), "0")
        statuses = [row[0] for row in self.database().query(
            "SELECT c.columns FROM changes c WHERE c.kind = 'server' AND c.columns LIKE '%\"status\"%'"
            " ORDER BY c.number")]
        # Old values: what it was before each change.
        passed = [status for row in statuses for status in ("starting", "started", "quiesce") if f'"{status}"' in row]
        self.assertEqual(passed, ["starting", "started", "quiesce"])

    @reeve_it.DEEP_ON_POSTGRES
    def test_clean_stop_does_not_wait_for_a_frozen_worker(self):
        reeved = self.start()
        self.all_workers(reeved)
        os.kill(reeved.children("generic")[0], signal.SIGSTOP)
        os.kill(reeved.children("api")[0], signal.SIGSTOP)
        code, seconds = reeved.stop()
        self.assertEqual(code, 0)
        self.assertLess(seconds, 5)

    def test_crash_takes_the_workers_along_and_leaves_nothing_held(self):
        reeved = self.start()
        reeved.kill()
        again = self.start()
        self.until(lambda: self.database().one("SELECT COUNT(*) FROM miq_workers") == str(len(again.children())),
                   "rows of the dead are gone")
        self.assertEqual(self.database().query("SELECT name, holder FROM leases WHERE holder <> 0 AND holder NOT IN"
                                               " (SELECT id FROM miq_workers)"), [])

    def test_ready_again_after_a_stop_in_the_middle_of_the_start(self):
        self.database(empty=True)
        for delay in (0, 0.02, 0.1, 0.3):
            reeved = self.launch()
            time.sleep(delay)
            if reeved.process.poll() is None:
                reeved.process.kill()
            reeved.wait()
        self.start()

    @reeve_it.DEEP_ON_POSTGRES
    def test_newer_database_is_refused(self):
        reeved = self.start()
        reeved.stop()
        self.database().query("UPDATE schema_info SET value = value + 1000 WHERE name = 'version'")
        refused = self.launch()
        self.assertEqual(refused.wait(60), 1)
        self.assertIn("newer release", refused.log())
        self.assertFalse(os.path.exists(os.path.join(self.home(), "url")))

    @reeve_it.DEEP_ON_POSTGRES
    def test_other_region_than_the_databases_is_refused(self):
        self.database(empty=True)
        reeved = self.start("--set", "region=7")
        self.assertTrue(self.database().one("SELECT id FROM miq_servers").startswith("70000000"))
        reeved.stop()
        refused = self.launch("--set", "region=8")
        self.assertEqual(refused.wait(60), 1)
        self.assertIn("region 7", refused.log())
        self.start()  # without the setting it is what it is

    @reeve_it.DEEP_ON_POSTGRES
    def test_log_as_json(self):
        reeved = self.start("--log-format", "json")
        reeved.stop()
        lines = [json.loads(line) for line in reeved.log().splitlines()]
        self.assertIn("ready", [line["msg"] for line in lines])


class LostDatabase(reeve_it.Case):
    """The database goes away and comes back. A cluster of its own, so that others are not disturbed."""

    @classmethod
    def setUpClass(cls):
        if reeve_it.STORE == "sqlite":
            raise unittest.SkipTest("SQLite is a file")
        place = tempfile.TemporaryDirectory(prefix="reeve-it-")
        cls.addClassCleanup(place.cleanup)
        cls.postgres = reeve_it.Postgres(os.path.join(place.name, "cluster"))
        cls.addClassCleanup(cls.postgres.remove)
        cls.postgres.start()
        cls.postgres.make_template()

    def setUp(self):
        super().setUp()
        if not self.postgres.running:
            self.postgres.start()

    def tearDown(self):
        self.postgres.thaw()
        super().tearDown()

    def database(self, name="home", cluster=None, empty=False):
        return super().database(name, cluster or self.postgres, empty)

    def test_database_that_is_not_there_at_start_is_waited_for(self):
        self.database(empty=True)
        self.postgres.stop()
        reeved = self.launch()
        self.until(lambda: "the database is not available; trying again" in reeved.log(), "it says so", 30)
        self.assertIsNone(reeved.process.poll())
        self.told_why_it_waits(reeved)
        self.postgres.start()
        self.until(lambda: reeved.request("GET", "/readyz", user=None).status == 200, "it is ready", 60)
        self.assertEqual(reeved.get("/api/servers")["count"], 1)
        self.assertEqual(reeved.log().count("worker ended"), 0)  # the one that explained goes on

    def told_why_it_waits(self, reeved):
        """Also by an API worker that has never had a database: at once, to the caller and to reevectl beside the home."""
        self.until(lambda: os.path.exists(os.path.join(reeved.home, "url")), "its address is known", 30)
        place = f"{self.postgres.env['PGHOST']}:{self.postgres.env['PGPORT']}/"
        self.until(lambda: place in reeved.request("GET", "/api/servers", user=None).body.decode(), "it says why", 30)
        near = reeved.request("GET", "/api/servers", user=None)
        stranger = reeved.request("GET", "/api/servers", user=None, headers={"X-Forwarded-For": "192.0.2.7"})
        for answer in (near, stranger):
            self.assertEqual((answer.status, answer.headers["Retry-After"]), (503, "5"))
            self.assertTrue(answer.json["error"]["hint"])
            self.assertRegex(answer.json["error"]["message"], "^the server has waited for its database since 20")
        self.assertNotIn(self.postgres.env["PGPORT"], stranger.body.decode())
        self.assertNotIn(self.postgres.env["PGPASSWORD"], near.body.decode())
        self.assertEqual(reeved.request("GET", "/healthz", user=None).status, 200)
        self.assertEqual(reeved.request("GET", "/readyz", user=None).status, 503)
        self.assertIn("\nreeve_store_up 0\n", reeved.request("GET", "/metrics", user=None).body.decode())
        env = dict(os.environ, HOME=self.folder, REEVE_HOME=reeved.home)
        code, out, _ = self.run_program("reevectl", "doctor", "--insecure", env=env)
        self.assertEqual(code, 1)
        self.assertIn(place, out)

    def test_api_worker_that_starts_without_a_database_says_so(self):
        reeved = self.start()
        self.postgres.stop(crash=True)
        before = reeved.children("api")
        os.kill(before[0], signal.SIGKILL)
        self.until(lambda: reeved.children("api") and reeved.children("api") != before, "there is another", 30)
        self.told_why_it_waits(reeved)
        self.postgres.start()
        self.until(lambda: reeved.request("GET", "/api/servers").status == 200, "the API answers again", 30)

    def told_of_the_outage(self, reeved):
        """Where it is, for who is near or was logged in; since when, for everybody; and what the log says, for who can
        read the home."""
        place = f"{self.postgres.env['PGHOST']}:{self.postgres.env['PGPORT']}/"
        afar = {"X-Forwarded-For": "192.0.2.7"}
        self.assertEqual(reeved.request("GET", "/api/servers").status, 503)  # it meets a connection that has gone
        near = reeved.request("GET", "/api/servers", user=None, headers={"Authorization": "Basic eDp5"})
        stranger = reeved.request("GET", "/api/servers", user=None, headers=dict(afar, Authorization="Basic eDp5"))
        known = reeved.request("GET", "/api/servers", headers=afar)
        for answer in (near, stranger, known):
            self.assertEqual((answer.status, answer.headers["Retry-After"]), (503, "5"))
            self.assertIn("unavailable since 20", answer.json["error"]["message"])
            self.assertTrue(answer.json["error"]["hint"])
        self.assertIn(place, near.json["error"]["message"])
        self.assertIn(place, known.json["error"]["message"])
        self.assertNotIn(self.postgres.env["PGPORT"], stranger.body.decode())
        self.assertNotIn(self.postgres.env["PGPASSWORD"], near.body.decode() + known.body.decode())
        header = {"X-Reeve-Local-Token": reeved.read("local-token")}
        diagnostics = reeved.request("GET", "/api/diagnostics", user=None, headers=header)
        self.assertEqual(diagnostics.status, 200)
        self.assertIn(place, diagnostics.json["database"]["error"])
        self.assertIn("trying again", str(diagnostics.json["log"]))
        header["Authorization"] = "Basic eDp5"
        self.assertEqual(reeved.request("GET", "/api/servers", user=None, headers=header).status, 503)  # nothing else
        header["X-Reeve-Local-Token"] = "0" * 64
        self.assertEqual(reeved.request("GET", "/api/diagnostics", user=None, headers=header).status, 503)
        env = dict(os.environ, HOME=self.folder, REEVE_HOME=reeved.home)
        code, out, says = self.run_program("reevectl", "log", "recent", env=env)
        self.assertEqual(code, 0, says)
        self.assertIn(("warning", "server"), {(line["level"], line["worker"]) for line in json.loads(out)})

    def test_database_that_goes_away_comes_back_to_a_live_server(self):
        reeved = self.start("--set", "server.monitor_poll=200ms")
        self.all_workers(reeved)
        workers = reeved.children("generic")
        reeved.get("/api/servers")
        self.postgres.stop(crash=True)
        self.until(lambda: "trying again" in reeved.log(), "it says so", 30)
        self.told_of_the_outage(reeved)
        self.assertEqual(reeved.request("GET", "/healthz").status, 200)
        self.postgres.start()
        self.until(lambda: reeved.request("GET", "/api/servers").status == 200, "the API answers again", 30)
        self.until(lambda: "well again" in reeved.log(), "it says that too", 30)
        self.assertEqual(reeved.children("generic"), workers)  # nobody had to be replaced
        code, seconds = reeved.stop()
        self.assertEqual(code, 0)
        self.assertLess(seconds, 5)

    def timed(self, reeved, path):
        start = time.monotonic()
        answer = reeved.request("GET", path, user=None)
        return answer.status, answer.body.decode(), time.monotonic() - start

    def test_database_that_says_nothing_is_told_of_and_probes_are_answered(self):
        reeved = self.start("--set", "store_timeout=2s", "--set", "server.monitor_poll=200ms")
        workers = self.all_workers(reeved)
        self.assertEqual(self.timed(reeved, "/readyz")[:2], (200, "ok\n"))
        self.assertIn("\nreeve_store_up 1\n", self.timed(reeved, "/metrics")[1])
        own = reeved.get("/api")["server_info"]["server_href"].rsplit("/", 1)[1]
        reeved.call("PATCH", f"/api/servers/{own}/settings", {"api.metrics_token": "a-token-for-prometheus"})
        prometheus = {"X-Forwarded-For": "192.0.2.1", "Authorization": "Bearer a-token-for-prometheus"}
        self.until(lambda: reeved.request("GET", "/metrics", user=None, headers=prometheus).status == 200, "the token")
        self.postgres.freeze()
        waiting = threading.Thread(target=lambda: reeved.request("GET", "/api/servers"), daemon=True)
        waiting.start()  # not for as long as a statement may take
        slowest, begun = 0, time.monotonic()
        while waiting.is_alive():
            status, _, seconds = self.timed(reeved, "/healthz")
            self.assertEqual(status, 200)
            slowest = max(slowest, seconds)
            time.sleep(0.05)
        self.assertLess(slowest, 2)
        self.assertLess(time.monotonic() - begun, 10)
        status, text, seconds = self.timed(reeved, "/readyz")
        self.assertEqual(status, 503)
        self.assertRegex(text, "^not ready: the database has been unavailable since 20\\S*\n$")
        self.assertLess(seconds, 12)
        status, text, seconds = self.timed(reeved, "/metrics")
        self.assertEqual(status, 200)
        self.assertLess(seconds, 12)
        for words in ("\nreeve_store_up 0\n", "\nprocess_resident_memory_bytes ", "\nreeve_workers{",
                      "\nreeve_worker_processes{",
                      "\nreeve_store_figures_age_seconds "):
            self.assertIn(words, text)
        self.assertIn(b"\nreeve_store_up 0\n", reeved.request("GET", "/metrics", user=None, headers=prometheus).body)
        self.assertEqual(reeved.request("GET", "/api/servers").status, 503)
        self.assertIn('msg="the database does not answer"', reeved.log())
        self.postgres.thaw()
        self.until(lambda: self.timed(reeved, "/readyz")[0] == 200, "it is ready again", 60)
        self.until(lambda: "\nreeve_store_up 1\n" in self.timed(reeved, "/metrics")[1], "the store is up", 30)
        self.until(lambda: 'msg="the database answers again"' in reeved.log(), "it says so", 30)
        self.until(lambda: "well again" in reeved.log(), "the server worker too", 30)
        self.assertEqual(reeved.children(), workers, reeved.log()[-8000:])  # nobody had to be replaced

    def test_clean_stop_without_database_is_quick(self):
        reeved = self.start()
        self.postgres.stop(crash=True)
        code, seconds = reeved.stop()
        self.assertEqual(code, 0)
        self.assertLess(seconds, 5.5)


if __name__ == "__main__":
    unittest.main()
