# SPDX-License-Identifier: Apache-2.0
"""Names of objects in completions of reevectl, from a server and from what is remembered of it."""
import os
import stat
import time

import reeve_it


class Completion(reeve_it.Case):
    def setUp(self):
        super().setUp()
        self.reeved = self.start("--set", "server.monitor_poll=200ms")
        self.env = dict(os.environ, HOME=self.folder, REEVE_CONFIG=os.path.join(self.folder, "config.yaml"))
        self.env.pop("XDG_CACHE_HOME", None)
        code, _, says = self.run_program("reevectl", "login", "--url", self.reeved.url, "--user", "admin",
                                         "--password-file", os.path.join(self.reeved.home, "admin-password"),
                                         env=self.env)
        self.assertEqual(code, 0, says)
        answer = self.reeved.post("/api/providers", {"name": "my estate", "type": "demo",
                                                     "options": {"pods": "3", "vms": "3", "churn": "0"}})
        number = answer["results"][0]["id"]
        self.until(lambda: self.reeved.get(f"/api/providers/{number}").get("last_refresh_success_date"), "a refresh")

    def offered(self, *words):
        code, out, _ = self.run_program("reevectl", "complete", "--", *words, env=self.env)
        self.assertEqual(code, 0)
        return [line.split("\t")[0] for line in out.splitlines()[1:]]

    def test_names_come_from_the_server_and_for_some_seconds_from_memory(self):
        names = sorted(one["name"] for one in
                       self.reeved.get("/api/vms?expand=resources&attributes=name")["resources"])
        self.assertEqual(len(names), 3)
        self.assertEqual(self.offered("get", "vms", ""), names)
        self.assertEqual(self.offered("get", "vm/" + names[0][:-1])[0], "vm/" + names[0])
        self.assertEqual(self.offered("provider", "show", "my"), ["my estate"])
        self.assertEqual(self.offered("provider", "add", ""), [])
        self.assertEqual(self.offered("get", "pods", "--provider=my"), ["--provider=my estate"])
        self.reeved.stop()
        self.assertEqual(self.offered("get", "vms", ""), names)
        folder = os.path.join(self.folder, ".cache", "reeve")
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
            os.utime(path, (1, 1))  # old
        self.assertEqual(self.offered("get", "vms", ""), [])

    def test_a_server_that_says_nothing_delays_a_completion_by_a_second(self):
        self.reeved.signal(19)  # with its workers: nobody answers
        pids = self.reeved.children()
        for pid in pids:
            os.kill(pid, 19)
        try:
            start = time.monotonic()
            self.assertEqual(self.offered("get", "vms", ""), [])
            self.assertLess(time.monotonic() - start, 5)
        finally:
            for pid in [*pids, self.reeved.pid]:
                os.kill(pid, 18)


if __name__ == "__main__":
    reeve_it.main()
