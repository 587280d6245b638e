#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: orchard.py REEVE_CONFORM ORCHARD.so [ARGUMENT...]

Runs reeve-conform on the SDK's template against the manager that it is written for: two pages of hosts, two of
machines, behind a token. No check may fail, none may be skipped.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

FAKES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fakes")


def page(items, after):
    return {"json": {"items": items, "next": after}}


def routes():
    hosts = [{"id": f"h{i}", "name": f"host {i}", "address": f"h{i}.orchard.example", "up": i != 3} for i in range(4)]
    machines = [{"id": f"m{i}", "name": f"machine {i}", "state": "running", "started": "2026-01-02T03:04:05Z",
                 "host": {"id": f"h{i % 4}"}} for i in range(50)]
    return {"routes": [
        {"path": "/v1/info", "steps": [{"json": {"id": "orchard-1", "version": "7.1", "user": "reeve"}}]},
        {"path": "/v1/hosts", "query": {"after": "h1"}, "steps": [page(hosts[2:], None)]},
        {"path": "/v1/hosts", "steps": [page(hosts[:2], "h1")]},
        {"path": "/v1/machines", "query": {"after": "m29"}, "steps": [page(machines[30:], None)]},
        {"path": "/v1/machines", "steps": [page(machines[:30], "m29")]},
        *({"path": f"/v1/hosts/{item['id']}", "steps": [{"json": item}]} for item in hosts),
        *({"path": f"/v1/machines/{item['id']}", "steps": [{"json": item}]} for item in machines),
    ]}


def main():
    conform, module, *further = sys.argv[1:]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as script:
        json.dump(routes(), script)
        script.flush()
        server = subprocess.Popen([sys.executable, "-B", os.path.join(FAKES, "http_fault_server.py"), "--script", script.name],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            port = server.stdout.readline().split()[1]
            options = [f"--option={option}" for option in (
                "hostname=127.0.0.1", f"port={port}", "security_protocol=non-ssl", "auth_key=an-orchard-token")]
            done = subprocess.run([conform, *further, *options, module], stdout=subprocess.PIPE, text=True)
        finally:
            server.stdin.close()
            server.wait(10)
    print(done.stdout, end="")
    if re.search(r"# SKIP|^Bail out!", done.stdout, re.M):
        sys.exit("a check was skipped")
    if "emits that one (it does not offer that)" in done.stdout:
        sys.exit("single objects were not tried")
    sys.exit(done.returncode)


main()
