# SPDX-License-Identifier: Apache-2.0
"""reevectl doctor against mistakes that are made on purpose; what it makes of others is in tests/unit/cli/test_doctor.c."""
import http.server
import json
import os
import signal
import subprocess
import threading
import unittest

import reeve_it

QUICK = ("--set", "server.monitor_poll=100ms")


class Other(http.server.BaseHTTPRequestHandler):
    """A web server that is not ours."""

    def do_GET(self):
        body = b"<html>welcome</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class Doctor(reeve_it.Case):
    def setUp(self):
        super().setUp()
        self.config = os.path.join(self.folder, "config.yaml")
        self.env = dict(os.environ, HOME=self.folder, REEVE_CONFIG=self.config)
        for name in ("REEVE_URL", "REEVE_TOKEN", "REEVE_CA"):
            self.env.pop(name, None)

    def login(self, reeved):
        code, _, says = self.run_program("reevectl", "login", "--url", reeved.url, "--user", "admin",
                                         "--password-file", os.path.join(reeved.home, "admin-password"), env=self.env)
        self.assertEqual(code, 0, says)

    def examine(self, *arguments):
        """Exit code, and {check: finding} of the worst of each."""
        code, out, says = self.run_program("reevectl", "doctor", *arguments, env=self.env)
        self.assertNotIn("Sanitizer", says)
        order = ("ok", "warning", "failed")
        found = {}
        for one in json.loads(out):
            before = found.get(one["check"])
            if before is None or order.index(one["state"]) > order.index(before["state"]):
                found[one["check"]] = one
            self.assertEqual(bool(one["advice"]), one["state"] != "ok", one)
        return code, found

    def finds(self, check, state, says, *arguments):
        code, found = self.examine(*arguments)
        self.assertIn(check, found)
        self.assertEqual(found[check]["state"], state, found[check])
        self.assertIn(says, found[check]["found"])
        self.assertEqual(code, 1 if any(one["state"] == "failed" for one in found.values()) else 0)
        return found[check]

    @reeve_it.DEEP_ON_POSTGRES
    def test_the_way_to_the_server(self):
        self.assertIn("reevectl login", self.finds("configuration", "failed", "no server is known")["advice"])
        dead = f"http://127.0.0.1:{reeve_it.free_port()}"
        self.assertIn("is reeved running", self.finds("server", "failed", "cannot reach", "--url", dead)["advice"])
        other = http.server.HTTPServer(("127.0.0.1", 0), Other)
        thread = threading.Thread(target=other.serve_forever, daemon=True)
        thread.start()
        try:
            self.finds("server", "failed", "no Reeve server", "--url", f"http://127.0.0.1:{other.server_port}")
        finally:
            other.shutdown()
            other.server_close()
        reeved = self.start(*QUICK)
        self.finds("login", "failed", "", "--url", reeved.url)
        self.login(reeved)
        os.chmod(self.config, 0o644)
        self.finds("configuration", "failed", "others can read")

    @reeve_it.DEEP_ON_POSTGRES
    @unittest.skipIf(reeve_it.TLS, "made by the test itself")
    def test_certificates(self):
        certificate, key = reeve_it.make_certificate(self.folder, days=5)
        reeved = self.start(*QUICK, "--tls-certificate", certificate, "--tls-key", key)
        self.assertIn("--ca FILE", self.finds("server", "failed", "not signed by an authority that is trusted here",
                                              "--url", reeved.url)["advice"])
        self.env["REEVE_CA"] = certificate
        self.login(reeved)
        self.finds("certificate", "warning", "ends in 5 days")

    def test_the_server_and_its_rows(self):
        reeved = self.start(*QUICK)
        self.login(reeved)
        code, found = self.examine()
        wrong = {name for name, one in found.items() if one["state"] == "failed"} - {"disk"}
        # The tests' PostgreSQL is not durable, and the doctor says so.
        self.assertEqual(wrong, {"database settings"} if reeve_it.STORE == "postgres" else set())
        if reeve_it.STORE == "postgres":
            self.assertIn("fsync is off", found["database settings"]["found"])
        for check in ("configuration", "server", "ready", "login", "version", "clock", "key", "open files", "workers",
                      "queue", "provider"):
            self.assertEqual(found[check]["state"], "ok", found[check])
        self.assertEqual(found["ready"]["found"], "the server is ready")
        self.assertIn(found["disk"]["state"], ("ok", "warning", "failed"))

        os.chmod(os.path.join(reeved.home, "key"), 0o640)
        self.finds("key", "failed", "others can read the file")
        os.rename(os.path.join(reeved.home, "key"), os.path.join(reeved.home, "key.away"))
        self.finds("key", "failed", "there is no file")
        os.rename(os.path.join(reeved.home, "key.away"), os.path.join(reeved.home, "key"))
        os.chmod(os.path.join(reeved.home, "key"), 0o600)

        for pid in reeved.children("api"):
            subprocess.run(["prlimit", "--pid", str(pid), "--nofile=300:300"], check=True)
        self.finds("open files", "warning", "may have 300")

        # One that nobody may take, one that was given up.
        for number, (state, role) in enumerate((("ready", "'smartproxy'"), ("error", "NULL"))):
            self.database().query(
                "INSERT INTO miq_queue (id, queue_name, state, priority, class_name, method_name, role, generation,"
                f" attempts, created_on) VALUES ({1999999000000 + number}, 'elsewhere', '{state}', 100, 'Nothing', 'do',"
                f" {role}, 0, 0, 1000)")
        self.finds("queue roles", "failed", "'smartproxy', which no server has active")
        self.finds("queue", "warning", "queue 'elsewhere' has waited")
        self.finds("dead letters", "warning", "1 messages failed for good")

        # A worker that is killed again and again.
        for _ in range(4):
            pids = self.until(lambda: reeved.children("generic"), "a worker", 20)
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            self.until(lambda: not set(reeved.children("generic")) & set(pids), "it is gone")
        self.finds("workers", "failed", "end again and again")
        code, text, _ = self.run_program("reevectl", "doctor", "-o", "table", env=self.env)
        self.assertEqual(code, 1)
        self.assertRegex(text, r"(?m)^failed +workers .*\n +-> ")

    @reeve_it.DEEP_ON_POSTGRES
    def test_providers_in_trouble(self):
        reeved = self.start(*QUICK)
        self.login(reeved)
        answer = reeved.post("/api/providers", {"name": "estate", "type": "demo", "options": {"pods": "3", "vms": "3"}})
        number = answer["results"][0]["id"]
        self.until(lambda: reeved.get(f"/api/providers/{number}").get("last_refresh_success_date"), "a refresh")
        reeved.post(f"/api/providers/{number}", {"action": "pause"})
        self.assertIn("reevectl provider resume estate",
                      self.finds("provider", "warning", "'estate' is paused")["advice"])


if __name__ == "__main__":
    reeve_it.main()
