# SPDX-License-Identifier: Apache-2.0
"""Methods that run in a server: for events, for people, with their traces; stopped, killed, overridden."""
import base64
import http.server
import os
import signal
import socket
import threading
import time
import unittest

import automate_it
import cli_it
import reeve_it
from cli_it import FAILURE, OK, USAGE

SOURCE = "System/Event/CustomEvent/CI"
CALLS = ["meth1: method = on_done"]


def domain_of_events(text):
    return {SOURCE: {"fields": CALLS, "methods": {"on_done": text}, "instances": {"build_done": {}}}}


JOBS = {"Ops/Jobs": {
    "fields": ["act: method"],
    "methods": {
        "hello": "evm.log('info', 'hello ' .. tostring(evm.root.who)); evm.object.said = 'yes'",
        "fails": "local function deep()\n  error('the disk is full')\nend\ndeep()",
        "spins": "while true do end",
        "asks": "local a = http.post(evm.root.url, {pod = 'web'}, {headers = {['x-from'] = 'reeve'}})\n"
                "evm.log('info', a.status .. ' ' .. a.body)\n"
                "local ok, why = pcall(http.get, 'http://127.0.0.1:1/')\nevm.log('info', tostring(why))",
        "mails": "evm.execute('send_email', 'ops@example.com', 'reeve@example.com', 'A pod fails', 'web-1')",
        "tags": "evm.root.container_group:custom_set('touched', 'by automate')"},
    "instances": {name: {"act": name} for name in ("hello", "fails", "spins", "tags", "asks", "mails")}},
    "Ops/Machine": {
        "fields": ["first: state = METHOD::begin", "second: state = METHOD::poll; max_retries=50",
                   "third: state = METHOD::finish"],
        "methods": {
            "begin": "evm.set_state_var('count', 0)",
            "poll": "local n = evm.get_state_var('count') + 1; evm.set_state_var('count', n)\n"
                    "if n < 4 then evm.root.ae_result = 'retry'; evm.root.ae_retry_interval = 0.5 end",
            "finish": "evm.log('info', 'counted to ' .. evm.get_state_var('count'))"},
        "instances": {"go": {}}},
    "Ops/Outside": {
        "fields": ["pin: attribute = hush; datatype=password", "ask: state = METHOD::ask; max_retries=50"],
        "methods": {
            "ask": "evm.root.ae_result, evm.root.ae_retry_interval = 'retry', 0.3\n"
                   "if not evm.state_var_exist('automate_workspace_guid') then\n"
                   "  local answer = http.post(evm.root.url, evm.publish_workspace { how = 'fast' })\n"
                   "  evm.log('info', answer.status)\n"
                   "elseif evm.take_workspace() then\n"
                   "  evm.root.ae_result = 'ok'\n"
                   "  evm.log('info', evm.root.owner .. ' says ' .. #evm.root:decrypt('token'))\n"
                   "end"},
        "instances": {"go": {}}}}


class Listener(http.server.BaseHTTPRequestHandler):
    """Answers with what it was sent."""
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        answer = f"{self.headers['x-from']} {body.decode()}".encode()
        self.send_response(201)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class MailSink:
    """As much of SMTP as one mail needs."""
    def __enter__(self):
        self.mails = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def serve(self):
        connection, _ = self.server.accept()
        with connection, connection.makefile("rwb", 0) as talk:
            talk.write(b"220 sink\r\n")
            for line in talk:
                word = line.strip().upper()
                if word == b"DATA":
                    talk.write(b"354 go on\r\n")
                    lines = []
                    while (got := talk.readline()) not in (b".\r\n", b""):
                        lines.append(got.decode())
                    self.mails.append("".join(lines))
                talk.write(b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n")

    def __exit__(self, *_):
        self.server.close()


LISTENER = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)


class Runs(cli_it.Case):
    server_env = reeve_it.SHIPPED
    options = cli_it.QUICK + ("--set", "automate.method_instructions=1000000000000",
                                "--set", f"automate.http_hosts=127.0.0.1:{LISTENER.server_port}")

    def prepare(self):
        super().prepare()
        threading.Thread(target=LISTENER.serve_forever, daemon=True).start()
        self.add_demo("estate", seed=1)
        self.until(lambda: self.shared.database().one("SELECT COUNT(*) FROM miq_ae_domains") == "1", "Reeve's is there")
        for name, classes, priority in (("Base", domain_of_events("evm.log('info', 'the base ran')"), 1),
                                        ("Acme", domain_of_events("evm.log('info', 'the override ran')"), 2),
                                        ("Work", JOBS, 3)):
            self.until(automate_it.put(self.shared.database(), name, classes, priority), f"{name} is imported")

    def run_of_event(self, event):
        rows = lambda: self.json("automate", "runs", "--event", event, "-o", "json")
        self.until(lambda: rows() and rows()[0]["status"] == "finished", f"event {event} ran")
        return rows()[0]

    def test_an_event_runs_the_override_and_the_one_below_when_its_domain_is_off(self):
        database = self.shared.database()
        first = self.cli(OK, "event", "emit", "build_done", "--source", "CI")[0].strip()
        run = self.run_of_event(first)
        trace, _ = self.cli(OK, "automate", "trace", first, "-o", "table")
        self.assertIn("/Acme/System/Event/CustomEvent/CI/build_done", trace)
        self.assertIn("the override ran", trace)
        self.assertEqual(run["methods"], 1)
        off = "FALSE" if database.env else "0"
        database.query(f"UPDATE miq_ae_domains SET enabled = {off} WHERE name = 'Acme'")
        database.query("UPDATE schema_info SET value = value + 1 WHERE name = 'automate_generation'")
        second = self.cli(OK, "event", "emit", "build_done", "--source", "CI")[0].strip()
        self.run_of_event(second)
        self.assertIn("the base ran", self.cli(OK, "automate", "trace", second, "-o", "table")[0])
        self.cli(OK, "automate", "run", "--event", second, "--wait")
        self.assertEqual(self.cli(OK, "automate", "trace", second, "-o", "table")[0].count("the base ran"), 2)
        self.assertIn("there is no event 77", self.cli(cli_it.NOT_FOUND, "automate", "run", "--event", "77")[1])

    def test_a_path_runs_for_a_person_who_sees_how_it_went(self):
        out, _ = self.cli(OK, "automate", "run", "/Ops/Jobs/hello", "-a", "who=ada", "--wait")
        trace, _ = self.cli(OK, "automate", "trace", out.strip(), "-o", "table")
        self.assertRegex(trace, r"method .*hello +ok +[0-9.]+ ms")
        self.assertIn("| info  hello ada", trace)
        steps = self.json("automate", "trace", out.strip(), "-o", "json")[0]["trace"]
        self.assertTrue(all(step["at"] >= 0 for step in steps))
        self.assertIn("method", [step["kind"] for step in steps])
        out, err = self.cli(FAILURE, "automate", "run", "/Ops/Jobs/fails", "--wait")
        self.assertIn("the disk is full", err)
        run = self.json("automate", "trace", out.strip(), "-o", "json")[0]
        self.assertEqual(run["error_place"], "Work/Ops/Jobs/fails:2")
        self.assertEqual(run["status"], "error")
        self.cli(USAGE, "automate", "runs", "--status", "done")
        _, err = self.cli(FAILURE, "automate", "run", "/No/Such/path", "--wait")
        self.assertIn("/No/Such/path", err)

    def test_a_path_runs_about_an_object(self):
        pod = self.json("get", "pods", "--limit", "1", "--columns", "id,name,namespace", "-o", "json")[0]
        self.cli(OK, "automate", "run", "/Ops/Jobs/tags", "--target", f"pod/{pod['name']}", "-n", pod["namespace"], "--wait")
        self.assertEqual(self.shared.database().one("SELECT value FROM custom_attributes WHERE name = 'touched'"
                                                    f" AND resource_id = {pod['id']}"), "by automate")

    def test_a_method_asks_a_host_that_the_operator_allows_and_no_other(self):
        out, _ = self.cli(OK, "automate", "run", "/Ops/Jobs/asks", "-a", f"url=http://127.0.0.1:{LISTENER.server_port}/",
                          "--wait")
        trace, _ = self.cli(OK, "automate", "trace", out.strip(), "-o", "table")
        self.assertIn('201 reeve {"pod":"web"}', trace)
        self.assertIn("127.0.0.1:1", trace)
        self.assertIn("an operator allows it", trace)

    def test_a_mail_needs_a_server_that_takes_it_and_goes_there(self):
        _, err = self.cli(FAILURE, "automate", "run", "/Ops/Jobs/mails", "--wait")
        self.assertIn("smtp.host", err)
        with MailSink() as sink:
            self.cli(OK, "settings", "set", "smtp.host=127.0.0.1", f"smtp.port={sink.port}", "smtp.security=none", "--region")
            run = lambda: self.run_program("reevectl", "automate", "run", "/Ops/Jobs/mails", "--wait", env=self.env)
            self.until(lambda: run()[0] == OK, "the setting is in force and the mail is taken")
            self.assertIn("To: ops@example.com", sink.mails[0])
            self.assertIn("Subject: A pod fails", sink.mails[0])
            self.assertIn(base64.b64encode(b"web-1").decode(), sink.mails[0])

    def test_a_stopped_run_ends_within_a_second_and_its_status_says_who(self):
        out, _ = self.cli(OK, "automate", "run", "/Ops/Jobs/spins")
        status = lambda: self.json("get", "automate_runs", out.strip(), "-o", "json")["status"]
        self.until(lambda: status() == "running", "it is at work")
        self.assertIn(out.strip(), self.cli(OK, "automate", "runs", "--status", "running", "-o", "table")[0])
        self.assertEqual([run["id"] for run in self.json("automate", "runs", "--limit", "1", "-o", "json")], [out.strip()])
        self.cli(OK, "automate", "stop", out.strip())
        began = time.monotonic()
        self.until(lambda: status() == "stopped", "it has ended")
        self.assertLess(time.monotonic() - began, 3)
        self.assertEqual(self.json("automate", "trace", out.strip(), "-o", "json")[0]["error"], "stopped by admin")
        self.cli(cli_it.CONFLICT, "automate", "stop", out.strip())

    def test_a_machine_goes_on_when_its_workers_are_killed(self):
        out, _ = self.cli(OK, "automate", "run", "/Ops/Machine/go")
        row = lambda: self.json("get", "automate_runs", out.strip(), "-o", "json")
        self.until(lambda: row().get("ae_state_retries"), "it waits")
        for pid in self.reeved.children("automate"):
            os.kill(pid, signal.SIGKILL)
        self.until(lambda: row()["status"] == "finished", "it has ended")
        self.assertIn("counted to 4", self.cli(OK, "automate", "trace", out.strip(), "-o", "table")[0])

    def test_a_program_outside_reads_a_runs_workspace_and_answers(self):
        out, _ = self.cli(OK, "automate", "run", "/Ops/Outside/go", "-a", f"url=http://127.0.0.1:{LISTENER.server_port}/")
        guid = lambda: self.shared.database().one("SELECT guid FROM miq_ae_workspaces")
        self.until(guid, "its workspace is published")
        path = f"/api/automate_workspaces/{guid()}"
        root = self.reeved.request("GET", path).json["input"]["objects"]["root"]
        self.assertEqual(root["pin"], "password::********")
        self.assertEqual(self.json("get", "automate_workspaces", guid(), "-o", "json")["input"]["objects"]["root"], root)
        ask = lambda **body: self.reeved.request("POST", path, body).json
        self.assertEqual(ask(action="decrypt", object="root", attribute="pin")["value"], "hush")
        ask(action="encrypt", object="root", attribute="token", value="s3cret")
        ask(action="edit", objects={"root": {"owner": "ada"}})
        self.until(lambda: self.json("get", "automate_runs", out.strip(), "-o", "json")["status"] == "finished", "it has ended")
        self.assertIn("ada says 6", self.cli(OK, "automate", "trace", out.strip(), "-o", "table")[0])

    def test_two_workers_run_two_methods_at_once_behind_a_fence(self):
        ids = [self.cli(OK, "automate", "run", "/Ops/Jobs/spins")[0].strip() for _ in range(2)]
        running = lambda: {row["id"] for row in self.json("automate", "runs", "--status", "running", "-o", "json")}
        self.until(lambda: set(ids) <= running(), "both are at work")
        self.cli(OK, "automate", "stop", *ids)
        workers = self.json("worker", "list", "--filter", "type=automate", "-o", "json")
        self.assertGreaterEqual(len(workers), 2)


if __name__ == "__main__":
    unittest.main()
