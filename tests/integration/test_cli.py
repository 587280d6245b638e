# SPDX-License-Identifier: Apache-2.0
"""What reevectl prints, and to whom it talks: objects of invented estates of the demo provider, in all its formats;
login, tokens, certificates."""
import csv
import io
import json
import os
import re
import ssl
import subprocess
import termios
import threading
import time
import unittest

import reeve_it
from cli_it import (CONFLICT, DENIED, FAILURE, NOT_FOUND, OK, QUICK, SOME_FAILED, UNREACHABLE, USAGE, Case,
                    Terminal)


def in_order(rows):
    return sorted(rows, key=lambda row: (row["namespace"], row["name"], int(row["id"])))


class Get(Case):
    def prepare(self):
        super().prepare()
        self.add_demo("one", seed=1)
        self.add_demo("two", seed=2, pods=7, vms=3)

    def api(self, path):
        return self.reeved.get(path)["resources"]

    def test_json_is_an_array_of_the_apis_documents(self):
        wanted = in_order(self.api("/api/container_groups?expand=resources"))
        self.assertEqual(len(wanted), 37)
        self.assertEqual(self.json("get", "pods"), wanted)
        self.assertEqual(self.json("get", "pods", "--all"), wanted)
        self.assertEqual(self.json("get", "container_groups", "-A", "-o", "json"), wanted)
        out, _ = self.cli(OK, "get", "pods", "-o", "jsonl")
        self.assertEqual([json.loads(line) for line in out.splitlines()], wanted)

    def test_yaml_says_the_same_as_json(self):
        out, _ = self.cli(OK, "get", "vms", "--columns", "name,power_state,template", "-o", "yaml")
        rows = self.json("get", "vms", "--columns", "name,power_state,template")
        texts = []
        for row in rows:
            for index, (key, value) in enumerate(row.items()):
                value = str(value).lower() if isinstance(value, bool) else value
                quoted = value if re.fullmatch("[A-Za-z/][A-Za-z0-9/_.:-]*", value) and \
                    value not in ("on", "off", "yes", "no", "true", "false") or value in ("true", "false") else f'"{value}"'
                texts.append(("- " if index == 0 else "  ") + f"{key}: {quoted}\n")
        self.assertEqual(out, "".join(texts))

    def test_csv_has_the_values_of_the_api(self):
        out, _ = self.cli(OK, "get", "vms", "-o", "csv")
        rows = list(csv.DictReader(io.StringIO(out)))
        wanted = {row["id"]: row for row in self.api("/api/vms?expand=resources&attributes=name,power_state,host.name")}
        self.assertEqual(len(rows), 13)
        for row in rows:
            self.assertEqual(row["name"], wanted[row["id"]]["name"])
            self.assertEqual(row["power_state"], wanted[row["id"]]["power_state"])
            self.assertEqual(row["host.name"], wanted[row["id"]]["host"]["name"])

    def test_names_are_kubectls_and_can_be_got_again(self):
        out, _ = self.cli(OK, "get", "pods", "-o", "name")
        wanted = [f"pod/{row['name']}" for row in in_order(self.api("/api/container_groups?expand=resources"))]
        self.assertEqual(out.splitlines(), wanted)
        only_once = [name for name in wanted if wanted.count(name) == 1]
        again, _ = self.cli(OK, "get", *only_once[:3], "-o", "name")
        self.assertEqual(again.splitlines(), only_once[:3])
        self.assertEqual(self.cli(OK, "get", "nodes", "--provider", "two", "-o", "name")[0].splitlines()[0],
                         "node/node-001")

    def test_tables_have_kubectls_columns(self):
        out, _ = self.cli(OK, "get", "pods", "-o", "table")
        lines = out.splitlines()
        self.assertRegex(lines[0], r"^NAMESPACE +NAME +READY +STATUS +RESTARTS +AGE$")
        self.assertEqual(len(lines), 38)
        starts = [match.start() for match in re.finditer(r"\S+", lines[0])]
        for line in lines[1:]:  # every cell begins below its title
            for start in starts:
                self.assertTrue(line[start - 1:start].strip() == "" and line[start] != " ", line)
        wide, _ = self.cli(OK, "get", "pods", "-o", "wide")
        self.assertRegex(wide, r"^.* AGE +IP +NODE +NOMINATED NODE +READINESS GATES +PROVIDER +ID\n")
        bare, _ = self.cli(OK, "get", "pods", "-o", "table", "--no-headers")
        self.assertEqual(len(bare.splitlines()), 37)

    def test_a_namespace_narrows_and_loses_its_column(self):
        namespace = self.json("get", "pods")[0]["namespace"]
        rows = self.json("get", "pods", "-n", namespace)
        self.assertTrue(rows)
        self.assertEqual({row["namespace"] for row in rows}, {namespace})
        out, _ = self.cli(OK, "get", "pods", "-n", namespace, "-o", "table")
        self.assertRegex(out, "^NAME ")
        self.assertEqual(len(self.json("get", "pods", "-A", "-n", namespace)), 37)
        self.assertEqual(len(self.json("get", "vms", "-n", namespace)), 13)  # they are in none
        self.assertTrue(self.json("get", "containers", "-n", namespace))
        out, err = self.cli(OK, "get", "pods", "-n", "nowhere", "-o", "table")
        self.assertEqual((out, err), ("", "nothing found in namespace nowhere\n"))
        self.assertEqual(self.json("get", "pods", "-n", "nowhere"), [])

    def test_filters_order_and_limits_are_the_apis(self):
        on = self.json("get", "vms", "--filter", "power_state=on")
        self.assertEqual({row["power_state"] for row in on}, {"on"})
        both = self.json("get", "vms", "-l", "power_state=on", "-l", f"name={on[0]['name']}")
        self.assertIn(on[0]["id"], [row["id"] for row in both])
        wild = self.json("get", "vms", "-l", f"name='{on[0]['name'][:4]}*'")
        self.assertTrue(all(row["name"].startswith(on[0]["name"][:4]) for row in wild))
        ids = [int(row["id"]) for row in self.json("get", "vms", "--sort-by", "id", "--descending")]
        self.assertEqual(ids, sorted(ids, reverse=True))
        self.assertEqual(len(self.json("get", "vms", "--limit", "4")), 4)
        self.assertEqual([row["name"] for row in self.json("get", "vms", "--limit", "4")],
                         [row["name"] for row in self.json("get", "vms")][:4])
        self.assertEqual(len(self.json("get", "vms", "--provider", "two")), 3)

    def test_columns_are_what_was_asked_for(self):
        rows = self.json("get", "pods", "--columns", "name,container_node.name", "--limit", "2")
        self.assertEqual(set(rows[0]), {"href", "id", "name", "container_node"})
        out, _ = self.cli(OK, "get", "pods", "--columns", "name,container_node.name", "-o", "table", "--limit", "2")
        self.assertRegex(out, r"^NAME +CONTAINER-NODE.NAME\n")
        out, _ = self.cli(OK, "get", "pods", "--columns", "name,phase", "-o", "csv", "--limit", "1")
        self.assertRegex(out, r"^name,phase\n[a-z0-9-]+,[A-Za-z]+\n$")

    def test_objects_are_found_by_name_path_and_id(self):
        pod = self.json("get", "pods", "--provider", "one")[0]
        where = ("-n", pod["namespace"], "--provider", "one")
        self.assertEqual(self.json("get", "pod", pod["name"], *where), pod)
        self.assertEqual(self.json("get", f"pod/{pod['name']}", *where), pod)
        self.assertEqual(self.json("get", "po", pod["id"]), pod)
        out, _ = self.cli(OK, "get", f"po/{pod['id']}", "-o", "yaml")
        self.assertIn(f"\nname: {pod['name']}\n", out)
        two = self.json("get", "pods", *[row["id"] for row in self.json("get", "pods")[:2]])
        self.assertEqual(len(two), 2)

    def test_what_is_not_there_says_so(self):
        self.assertIn("no pod is called 'nope'", self.cli(NOT_FOUND, "get", "pod", "nope")[1])
        self.assertIn("no deployment is called 'x'", self.cli(NOT_FOUND, "get", "deployment/x")[1])
        self.assertIn("did you mean 'pod", self.cli(NOT_FOUND, "get", "podz")[1])
        self.assertIn("reevectl kinds lists them", self.cli(NOT_FOUND, "get", "zzzzzzzz")[1])
        self.cli(NOT_FOUND, "get", "pod", "1000000000000000")
        out, err = self.cli(SOME_FAILED, "get", "pods", self.json("get", "pods")[0]["id"], "nope", "-o", "name")
        self.assertEqual(len(out.splitlines()), 1)
        self.assertIn("'nope'", err)
        self.assertIn("no provider is called 'three'", self.cli(NOT_FOUND, "get", "pods", "--provider", "three")[1])

    def test_a_name_that_is_not_unique_is_a_conflict(self):
        names = [row["name"] for row in self.json("get", "nodes")]
        twice = [name for name in names if names.count(name) > 1][0]
        _, err = self.cli(CONFLICT, "get", "node", twice)
        self.assertRegex(err, rf"more than one node is called '{twice}': .*\(id \d+\), .*\(id \d+\)")
        self.assertIn("hint: ", err)
        self.assertEqual(self.json("get", "node", twice, "--provider", "two")["name"], twice)

    def test_mistakes_get_the_servers_hint(self):
        _, err = self.cli(FAILURE, "get", "pods", "--filter", "phse=Running")
        self.assertIn("phse", err)
        self.assertIn("did you mean 'phase'?", err)
        self.cli(FAILURE, "get", "pods", "--columns", "nonsense")
        self.cli(FAILURE, "get", "pods", "--sort-by", "nonsense")
        self.cli(FAILURE, "get", "pods", "--filter", "no operator")

    def test_describe_shows_an_object_and_what_belongs_to_it(self):
        pod = self.json("get", "pods", "--provider", "one")[0]
        out, _ = self.cli(OK, "describe", "pod", pod["id"])
        self.assertRegex(out, rf"(?m)^name: +{pod['name']}$")
        self.assertRegex(out, r"(?m)^containers \(1\):$")
        self.assertNotIn("href", out)
        node, _ = self.cli(OK, "describe", f"node/{pod['container_node_id']}")
        self.assertIn("container_conditions (1):", node)
        vm, _ = self.cli(OK, "describe", "vm", self.json("get", "vms")[0]["id"])
        self.assertRegex(vm, r"(?m)^name: ")
        whole = self.json("describe", "pod", pod["id"], "-o", "json")
        self.assertEqual(len(whole["containers"]), 1)
        self.cli(NOT_FOUND, "describe", "pod", "nope")
        self.cli(USAGE, "describe", "pod")
        self.cli(USAGE, "describe", "pod", pod["id"], "-o", "csv")

    def test_every_kind_can_be_listed_and_has_a_table(self):
        for kind in self.cli(OK, "kinds", "-o", "name")[0].split():
            self.cli(OK, "get", kind.split("/")[1], "-o", "wide", "--limit", "3")

    def test_status_shows_server_workers_providers_and_inventory(self):
        out, _ = self.cli(OK, "status", "-o", "table")
        self.assertIn(self.reeved.url, out)
        for part in ("roles ", "workers (", "PRIVATE MEMORY", "queue", "waiting", "providers (2)", "inventory"):
            self.assertIn(part, out)
        self.assertRegex(out, r"container_groups +37\b")
        whole = self.json("status", "-o", "json")
        self.assertEqual(whole["inventory"]["container_groups"], 37)
        self.assertEqual([row["name"] for row in whole["providers"]], ["one", "two"])
        self.assertEqual(whole["inventory"], {name: count for name, count in self.reeved.get("/api/counts")["counts"].items()
                                              if count})

    def test_status_asks_for_six_things_however_many_kinds_there_are(self):
        _, told = self.cli(OK, "status", "--verbose")
        asked = re.findall(r"(?:GET|POST) \S*(/api/[^\s?:]*)", told)
        self.assertEqual(sorted(asked),
                         ["/api/assigned_server_roles", "/api/counts", "/api/miq_queue", "/api/providers",
                          "/api/servers", "/api/workers"])

    def test_db_status_is_told_by_a_server_elsewhere(self):
        told = self.json("db", "status")
        self.assertEqual(told["region"], 1)
        self.assertGreater(told["bytes"], 100000)
        table = self.cli(OK, "db", "status", "-o", "table")[0]
        self.assertIn("TABLE", table)
        self.assertRegex(table, r"(?m)^last_backup +never$")
        self.assertRegex(table, r"(?m)^changes\.rows +\d+$")

    def test_a_table_without_rows_says_so(self):
        for words in (("settings", "history", "api.body_max"), ("settings", "list", "--changed", "purge")):
            self.assertEqual(self.cli(OK, *words, "-o", "table"), ("", "nothing found\n"), words)
            self.assertEqual(self.json(*words), [])

    def test_a_pipe_gets_json_and_a_terminal_a_table(self):
        self.assertEqual(len(self.json("get", "nodes", "--provider", "one")), 5)
        code, text = Terminal(["get", "nodes", "--provider", "one"], self.env).finish()
        self.assertEqual(code, OK)
        self.assertRegex(text, "\033\\[1mNAME\033\\[0m")
        code, text = Terminal(["get", "nodes"], dict(self.env, NO_COLOR="1")).finish()
        self.assertRegex(text, r"^NAME +STATUS +ROLES +AGE +VERSION\r\n")
        code, text = Terminal(["get", "nodes", "--color", "never", "-o", "json"], self.env).finish()
        self.assertEqual(len(json.loads(text)), 10)
        out, _ = self.cli(OK, "get", "nodes", "-o", "table", "--color", "always")
        self.assertIn("\033[1mNAME", out)

    def test_worker_top_draws_again_and_again_until_q(self):
        terminal = Terminal(["worker", "top", "--interval", "100ms"], self.env)

        def is_read_by_lines():
            return bool(termios.tcgetattr(terminal.master)[3] & termios.ICANON)

        terminal.expect("private memory")
        terminal.type("x")  # no key of its own: it goes on
        terminal.text = ""
        terminal.expect("private memory")
        self.assertFalse(is_read_by_lines())
        terminal.type("q")
        terminal.process.wait(5)
        self.assertTrue(is_read_by_lines())
        code, text = terminal.finish(5)
        self.assertEqual((code, text[-14:]), (OK, "\033[?25h\033[?1049l"))

    def test_worker_top_ends_when_its_terminal_is_gone(self):
        terminal = Terminal(["worker", "top", "--interval", "100ms"], self.env)
        terminal.expect("private memory")
        os.close(terminal.master)
        terminal.process.wait(5)

    def test_environment_and_flags_need_no_file(self):
        token = self.reeved.get("/api/auth")["auth_token"]
        only = {"REEVE_CONFIG": self.path("none.yaml"), "REEVE_URL": self.reeved.url, "REEVE_TOKEN": token}
        out, _ = self.cli(OK, "get", "nodes", "-o", "name", env=only)
        self.assertEqual(len(out.split()), 10)
        self.assertFalse(os.path.exists(self.path("none.yaml")))
        self.cli(OK, "get", "nodes", "--url", self.reeved.url, env=dict(only, REEVE_URL="http://127.0.0.1:1"))
        self.cli(OK, "get", "nodes", env=dict(only, HOME="", REEVE_CONFIG=""))

    def test_this_machine_is_reached_without_a_proxy(self):
        away = "http://127.0.0.1:1"
        self.cli(OK, "get", "nodes", env={"http_proxy": away, "https_proxy": away, "ALL_PROXY": away, "no_proxy": ""})

    def test_every_request_is_shown_when_asked(self):
        _, err = self.cli(OK, "get", "nodes", "-v", "--limit", "1")
        self.assertRegex(err, r"reevectl: GET http://.*/api/container_nodes\?.*: 200, \d+ ms")
        self.assertNotIn("token", err.lower())

    def test_a_closed_pipe_ends_it_quietly(self):
        line = f"{os.path.join(reeve_it.BIN, 'reevectl')} get pods | head -c 1"
        done = subprocess.run(["bash", "-c", line], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=60, check=False)
        self.assertEqual(done.stdout, b"[")
        self.assertEqual(done.stderr, b"")

    def test_a_full_disk_is_said(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([os.path.join(reeve_it.BIN, "reevectl"), "get", "pods"], env=self.env, stdout=full,
                                  stderr=subprocess.PIPE, timeout=60, text=True, check=False)
        self.assertEqual(done.returncode, FAILURE)
        self.assertIn("No space left on device", done.stderr)


class Access(Case):
    def login(self, code, *more, **others):
        return self.cli(code, "login", "--url", self.reeved.url, *more, **others)

    def test_login_keeps_a_token_and_no_password(self):
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        password = self.reeved.read("admin-password")
        self.assertNotIn(password, text)
        self.assertRegex(text, r'token: "?[0-9a-f]{64}')
        self.assertEqual(os.stat(self.config).st_mode & 0o777, 0o600)

    def test_passwords_come_from_standard_input_too(self):
        env = {"REEVE_CONFIG": self.path("stdin.yaml")}
        self.login(OK, "--password-file", "-", env=env, stdin=self.reeved.read("admin-password") + "\n")
        self.cli(OK, "get", "servers", env=env)
        self.login(FAILURE, "--password-file", "-", env=env, stdin="\n")

    def test_a_terminal_is_asked_and_shows_no_password(self):
        terminal = Terminal(["login", "--url", self.reeved.url],
                            dict(self.env, REEVE_CONFIG=self.path("asked.yaml")))
        terminal.expect("password: ")
        time.sleep(0.2)  # the echo is switched off behind the question
        terminal.type(self.reeved.read("admin-password") + "\n")
        code, text = terminal.finish()
        self.assertEqual(code, OK, text)
        self.assertIn("logged in", text)
        self.assertNotIn(self.reeved.read("admin-password"), text)

    def test_a_wrong_password_or_token_is_denied(self):
        wrong = self.path("wrong")
        with open(wrong, "w", encoding="ascii") as file:
            file.write("not it\n")
        _, err = self.login(DENIED, "--password-file", wrong, env={"REEVE_CONFIG": self.path("wrong.yaml")})
        self.assertIn("admin-password", err)
        self.assertFalse(os.path.exists(self.path("wrong.yaml")))
        _, err = self.cli(DENIED, "get", "pods", env={"REEVE_TOKEN": "0" * 64})
        self.assertIn("reevectl login", err)

    def test_without_login_nothing_works(self):
        _, err = self.cli(DENIED, "get", "pods", env={"REEVE_CONFIG": self.path("never.yaml")})
        self.assertIn("reevectl login", err)
        self.cli(DENIED, "get", "pods", env={"REEVE_CONFIG": self.path("never.yaml"), "REEVE_URL": self.reeved.url})

    def test_a_stored_token_is_shown_to_its_own_server_only(self):
        _, err = self.cli(UNREACHABLE, "get", "pods", "--url", f"http://127.0.0.1:{reeve_it.free_port()}")
        self.assertIn("cannot reach", err)
        port = reeve_it.urllib.parse.urlsplit(self.reeved.url).port
        _, err = self.cli(DENIED, "get", "pods", "--url", f"http://localhost:{port}")

    def test_logout_ends_the_token_here_and_there(self):
        env = {"REEVE_CONFIG": self.path("logout.yaml")}
        self.login(OK, "--password-file", self.path("home/admin-password"), env=env)
        with open(self.path("logout.yaml"), encoding="utf-8") as file:
            token = re.search(r'token: "?([0-9a-f]+)', file.read()).group(1)
        self.cli(OK, "logout", env=env)
        self.cli(DENIED, "get", "servers", env=env)
        answer = self.reeved.request("GET", "/api", headers={"X-Auth-Token": token})
        self.assertEqual(answer.status, 401)
        self.assertIn("not logged in", self.cli(OK, "logout", env=env)[1])

    def test_a_certificate_must_be_trusted(self):
        with open(self.path("key.pem"), "wb") as key, open(self.path("cert.pem"), "wb") as cert:
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
                            "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key.name, "-out",
                            cert.name], check=True, stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert.name, key.name)
        with reeve_it.socket.create_server(("127.0.0.1", 0)) as listening:
            def serve():
                for _ in range(2):
                    plain = listening.accept()[0]
                    try:
                        with context.wrap_socket(plain, server_side=True) as peer:
                            peer.recv(65536)
                            peer.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 36\r\n\r\n'
                                         b'{"count":0,"pages":0,"resources":[]}')
                    except (ssl.SSLError, OSError):
                        plain.close()  # the first client hangs up

            threading.Thread(target=serve, daemon=True).start()
            env = {"REEVE_URL": f"https://127.0.0.1:{listening.getsockname()[1]}", "REEVE_TOKEN": "x"}
            _, err = self.cli(UNREACHABLE, "get", "pods", env=env)
            self.assertIn("REEVE_CA", err)
            self.cli(OK, "get", "pods", env=dict(env, REEVE_CA=cert.name))

    def test_what_is_no_reeve_server_is_noticed(self):
        with reeve_it.socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen(1)

            def serve():
                with listening.accept()[0] as peer:
                    peer.recv(65536)
                    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>")

            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            _, err = self.cli(FAILURE, "get", "pods", env={"REEVE_URL": url, "REEVE_TOKEN": "x"})
            thread.join(10)
        self.assertIn("is that a Reeve server?", err)


class Large(Case):
    """More rows than a page of the API holds."""

    options = (*QUICK, "--set", "api.page_size=50", "--set", "api.page_size_max=50")

    def prepare(self):
        super().prepare()
        self.add_demo("large", pods=130, vms=1)

    def test_all_pages_are_read_once_each(self):
        ids = [row["id"] for row in self.json("get", "pods", "--all")]
        self.assertEqual(len(ids), 130)
        self.assertEqual(len(set(ids)), 130)
        rows = self.json("get", "pods", "--all", "--columns", "namespace,name")
        self.assertEqual(rows, in_order(rows))
        backwards = self.json("get", "pods", "--all", "--sort-by", "name", "--descending")
        names = [row["name"] for row in backwards]
        self.assertEqual(names, sorted(names, reverse=True))
        self.assertEqual(len(self.json("get", "pods", "--limit", "120")), 120)
        self.assertEqual(len(self.json("get", "pods", "--all", "--filter", "name='*'", "--filter", "or name='*'")), 130)


if __name__ == "__main__":
    unittest.main()
