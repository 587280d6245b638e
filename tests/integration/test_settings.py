# SPDX-License-Identifier: Apache-2.0
"""Settings of a running server, from the command line and the API: what changes, changes at once."""
import json
import os

import reeve_it


class Settings(reeve_it.Case):
    def cli(self, reeved, *words, code=0, stdin=None):
        config = os.path.join(self.folder, "cli.yaml")
        if not os.path.exists(config):
            arguments = ["login", "--url", reeved.url, "--user", "admin", "--password-file",
                         os.path.join(reeved.home, "admin-password")]
            done = self.run_program("reevectl", *arguments, env={"REEVE_CONFIG": config})
            self.assertEqual(done[0], 0, done[2])
        done = self.run_program("reevectl", *words, env={"REEVE_CONFIG": config}, stdin=stdin)
        self.assertEqual(done[0], code, done)
        return done

    def test_changes_reach_all_workers_without_a_restart_and_are_remembered(self):
        reeved = self.start("--set", "server.monitor_poll=20s")  # nobody looks by himself
        self.all_workers(reeved)
        before = reeved.children("generic")

        _, _, said = self.cli(reeved, "settings", "set", "workers.generic.count=4")
        self.assertIn("workers.generic.count = 4 (server)", said)
        self.until(lambda: len(reeved.children("generic")) == 4, "four generic workers", 10)
        self.assertTrue(set(before) <= set(reeved.children("generic")))

        self.assertNotIn("level=debug", reeved.log())
        self.cli(reeved, "settings", "set", "log.level=debug", "--region")

        def debugs():
            reeved.get("/api/zones")
            return "level=debug msg=request worker=api topic=api" in reeved.log()
        self.until(debugs, "the API worker logs more")
        self.cli(reeved, "settings", "unset", "log.level", "--region")
        self.until(lambda: not self.grows(reeved, "level=debug msg=request"), "it logs less again")

        # What is refused leaves everything as it was.
        _, _, said = self.cli(reeved, "settings", "set", "workers.poll=5s", "workers.generic.count=65", code=1)
        self.assertIn("'workers.generic.count': '65' is out of range, 0 to 64", said)
        self.assertEqual(self.cli(reeved, "settings", "get", "workers.poll")[1], "3s\n")

        self.cli(reeved, "settings", "unset", "workers")
        self.until(lambda: len(reeved.children("generic")) == 2, "two again", 10)

        _, table, _ = self.cli(reeved, "settings", "list", "server", "--show-origin", "-o", "table")
        self.assertRegex(table, r"server\.monitor_poll +20s +file +2s +- +- +- +20s")
        rows = json.loads(self.cli(reeved, "settings", "list", "workers.generic")[1])
        self.assertEqual(rows[0]["maximum"], 64)
        history = json.loads(self.cli(reeved, "settings", "history", "workers.generic.count")[1])
        self.assertEqual([(row["userid"], row["details"]["old"], row["details"]["new"]) for row in history],
                         [("admin", "4", None), ("admin", "2", "4")])
        self.assertEqual(json.loads(self.cli(reeved, "settings", "history", "workers.generic")[1]), history)
        _, _, said = self.cli(reeved, "settings", "history", "workers.generik", code=3)
        self.assertIn("there is no setting 'workers.generik'", said)
        # A long value does not push the others out of the window; with -o wide it is whole.
        topics = ",".join(["queue=info"] * 40)
        self.cli(reeved, "settings", "set", "log.topics=" + topics)
        _, table, _ = self.cli(reeved, "settings", "history", "-o", "table")
        self.assertRegex(table, r'log\.topics +"" +queue=info,queue=info,queue=i\.\.\.\n')
        self.assertRegex(table, r"workers\.generic\.count +4 +\(unset\)\n")
        self.assertLess(max(map(len, table.splitlines())), 120)
        self.assertIn(topics, self.cli(reeved, "settings", "history", "-o", "wide")[1])

    def grows(self, reeved, text):
        count = reeved.log().count(text)
        reeved.get("/api/zones")
        return reeved.log().count(text) > count


if __name__ == "__main__":
    reeve_it.main()
