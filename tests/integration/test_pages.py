# SPDX-License-Identifier: Apache-2.0
"""The operators' other pages, each command as it stands there, on one server with the invented estate."""
import os
import unittest

import manual_it
import reeve_it

# The last ones take something away.
PAGES = ("objects", "queue", "monitoring", "troubleshooting", "security", "settings", "inventory", "workers")


class Pages(reeve_it.Case):
    def test_commands_of_the_operators_pages_do_what_they_say(self):
        reeved = self.start("--set", "server.monitor_poll=100ms", "--set", "key.grace=100ms")
        env = dict(os.environ, REEVE_CONFIG=os.path.join(self.folder, "reevectl.yaml"),
                   PATH=os.environ["REEVE_BIN"] + ":" + os.environ["PATH"])
        manual_it.shell(f"reevectl login --url {reeved.url} --password-file {self.home()}/admin-password\n"
                        "reevectl provider add demo --type demo --wait --timeout 60s", self.folder, env)
        env["auth"] = "X-Auth-Token: " + reeved.get("/api/auth")["auth_token"]
        places = {"$REEVE_URL": reeved.url, "/var/lib/reeve": self.home(), "show prod": "show demo",
                  "refresh prod": "refresh demo", "pause prod": "pause demo", "resume prod": "resume demo"}
        for page in PAGES:
            with self.subTest(page=page):
                _, strange = manual_it.follow(f"docs/operating/{page}.md", self.folder, env, {}, places)
                self.assertEqual(strange, 0)


if __name__ == "__main__":
    unittest.main()
