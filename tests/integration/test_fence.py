# SPDX-License-Identifier: Apache-2.0
"""What a provider's module cannot do to the server that runs it (prowler.c tries)."""
import os
import signal

import reeve_it

MODULES = os.path.join(os.path.dirname(reeve_it.BIN), "tests", "integration", "prowler")


class Fence(reeve_it.Case):
    def add(self, reeved, name, home, files):
        made = reeved.post("/api/providers", {"name": name, "type": "prowler", "options": {
            "home": home, "files": ":".join(files)}})["results"][0]
        return reeved.get(f"/api/providers/{made['id']}")

    def file(self, *parts):
        path = os.path.join(self.folder, *parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as out:
            out.write("secret\n")
        return path

    def fences(self):
        return self.database().query("SELECT fence FROM miq_workers WHERE fence IS NOT NULL AND stopped_on IS NULL ORDER BY id")

    def test_a_module_reads_no_file_of_a_home_starts_no_program_and_does_not_reach_the_supervisor_unless_that_is_allowed(self):
        reeved = self.start("--set", f"modules.path={MODULES}", "--set", "server.monitor_poll=100ms")
        files = [os.path.join(reeved.home, name) for name in ("key", "guid", "admin-password", "reeve.yaml")]
        files += [reeved.log_path, *(self.file(*parts) for parts in (("other", "key"), ("home", "server.key"), ("home", "backups", "one")))]
        # While it is proved, and while it lists.
        made = self.add(reeved, "prowler", reeved.home, files)
        self.assertEqual(made["api_version"], "nothing")
        self.until(lambda: reeved.get(f"/api/providers/{made['id']}").get("last_refresh_success_date"), "a refresh")
        self.assertEqual(self.database().query("SELECT name FROM vms"), [["nothing"]])
        self.assertEqual(self.fences(), [["files,calls"]])
        self.assertIn("\nreeve_workers_unfenced 0\n", reeved.request("GET", "/metrics").body.decode())

        with open(os.path.join(reeved.home, "reeve.yaml"), "a") as out:
            out.write("\nworkers:\n  fence: off\n")
        reeved.signal(signal.SIGHUP)
        bait = self.file("bait", "key")
        loot = self.until(lambda: self.loose(reeved, bait), "the setting is in force")["api_version"]
        self.assertIn(bait, loot)
        self.assertIn("a program", loot)
        self.until(lambda: ["off"] in self.fences(), "a worker without a fence")

    def loose(self, reeved, bait):
        if not os.path.exists(bait):
            self.file("bait", "key")
        made = self.add(reeved, f"loose{self.number}", os.path.dirname(bait), [bait])
        self.number += 1
        return made if made["api_version"] != "nothing" else None


if __name__ == "__main__":
    reeve_it.main()
