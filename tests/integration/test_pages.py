# SPDX-License-Identifier: Apache-2.0
"""The README, the operators' other pages and that of the REST API, each command as it stands there, on one server with the invented
estate."""
import os
import re
import unittest

import manual_it
import reeve_it

# The last ones take something away.
PAGES = ("objects", "queue", "monitoring", "troubleshooting", "security", "settings", "inventory", "workers")


class Pages(reeve_it.Case):
    def five_minutes_of_the_readme(self, env, places):
        typed = [command for command in manual_it.commands_of("README.md", "Five minutes")
                 if re.match("curl|reevectl (get|status|worker|doctor)", command) and "--watch" not in command]
        self.assertGreater(len(typed), 7)
        for command in typed:
            for old, new in places.items():
                command = command.replace(old, new)
            manual_it.shell(command, self.folder, env)

    def the_page_of_the_api(self, reeved, env):
        """An answer of 400 or more is a mistake of the page."""
        with open(os.path.join(self.folder, ".curlrc"), "w", encoding="utf-8") as file:
            file.write("fail-with-body\n")
        provider, server = (self.database().one(f"SELECT id FROM {table}") for table in ("ext_management_systems", "miq_servers"))
        task = self.database().one("SELECT MIN(id) FROM miq_tasks")
        places = {"http://127.0.0.1:7400": reeved.url, "HOME/": self.home() + "/", '"prod"},{"id":"1000000000102"': f'"demo"}},{{"id":"{provider}"',
                  "tasks/ID": f"tasks/{task}", "servers/ID/settings\" -d": f"servers/{server}/settings\" -d"}
        _, strange = manual_it.follow("docs/api.md", self.folder, dict(env, CURL_HOME=self.folder), {}, places)
        self.assertEqual(strange, 0)

    def test_commands_of_the_operators_pages_do_what_they_say(self):
        reeved = self.start("--set", "server.monitor_poll=100ms", "--set", "key.grace=100ms")
        env = dict(os.environ, REEVE_CONFIG=os.path.join(self.folder, "reevectl.yaml"),
                   PATH=os.environ["REEVE_BIN"] + ":" + os.environ["PATH"])
        manual_it.shell(f"reevectl login --url {reeved.url} --password-file {self.home()}/admin-password\n"
                        "reevectl provider add demo --type demo --wait --timeout 60s", self.folder, env)
        env.update(auth="X-Auth-Token: " + reeved.get("/api/auth")["auth_token"], REEVE_URL=reeved.url)
        places = {"/var/lib/reeve": self.home(), "show prod": "show demo",
                  "refresh prod": "refresh demo", "pause prod": "pause demo", "resume prod": "resume demo"}
        self.five_minutes_of_the_readme(env, {"build/home": self.home(), "http://127.0.0.1:7400": reeved.url})
        for page in PAGES:
            with self.subTest(page=page):
                _, strange = manual_it.follow(f"docs/operating/{page}.md", self.folder, env, {}, places)
                self.assertEqual(strange, 0)
        self.the_page_of_the_api(reeved, env)


if __name__ == "__main__":
    unittest.main()
