# SPDX-License-Identifier: Apache-2.0
"""Inventory at work in a server: single objects, labels, credentials, the end of a provider; with the demo provider."""
import os
import unittest

import reeve_it

QUICK = (*reeve_it.QUICK, "--set", "refresh.auth_check_retry=1s")


class Inventory(reeve_it.Case):
    faults = True

    def start_with_demo(self, **options):
        reeved = self.start(*QUICK)
        given = {"pods": "20", "vms": "10", "churn": "20", "fault_file": self.fault("none")}
        given.update(options)
        answer = reeved.post("/api/providers", {"name": "demo", "type": "demo", "options": given})
        number = answer["results"][0]["id"]
        self.until(lambda: reeved.get(f"/api/providers/{number}").get("last_refresh_success_date"), "a refresh", 20)
        return reeved, number

    def reevectl(self, reeved, *words):
        env = {"REEVE_CONFIG": os.path.join(self.folder, "cli.yaml")}
        login = ["login", "--url", reeved.url, "--user", "admin", "--password-file",
                 os.path.join(reeved.home, "admin-password")]
        for arguments in (login, words):
            code, out, err = self.run_program("reevectl", *arguments, env=env)
            self.assertEqual(code, 0, out + err)
        return out

    def follows(self):
        newest = "SELECT COALESCE(MAX(number), 0) FROM changes"
        before = int(self.database().one(newest))
        self.until(lambda: int(self.database().one(newest)) > before, "changes arrive", 10)

    def test_single_objects_are_refreshed_beside_the_watch_and_requests_join(self):
        reeved, number = self.start_with_demo()
        hosts = [row["id"] for row in reeved.get("/api/hosts?expand=resources&attributes=name")["resources"]]
        one = reeved.post(f"/api/hosts/{hosts[0]}", {"action": "refresh"})
        task = reeved.wait_task(one["task_id"])
        self.assertEqual((task["status"], task["results"]["targets"]), ("Ok", 1))
        self.follows()
        name = reeved.get(f"/api/hosts/{hosts[1]}")["name"]
        self.reevectl(reeved, "refresh", "host", name, "--wait")
        many = reeved.post("/api/hosts", {"action": "refresh", "resources": [{"id": host} for host in hosts]})
        tasks = {result["task_id"] for result in many["results"]}
        self.assertLess(len(tasks), len(hosts))  # one runs, the others wait in one message
        for each in tasks:
            self.assertEqual(reeved.wait_task(each)["status"], "Ok")
        self.assertEqual(self.database().one("SELECT COUNT(*) FROM hosts WHERE deleted_on IS NOT NULL"), "0")
        self.follows()
        # A timer comes beside the watch, too.
        last = reeved.get(f"/api/providers/{number}")["last_refresh_date"]
        self.reevectl(reeved, "settings", "set", "refresh.full_interval=2s")
        self.until(lambda: reeved.get(f"/api/providers/{number}")["last_refresh_date"] > last, "a full refresh", 20)
        self.reevectl(reeved, "settings", "unset", "refresh.full_interval")
        self.follows()

    def test_labels_credentials_and_deletion(self):
        reeved, number = self.start_with_demo()
        self.reevectl(reeved, "mapping", "add", "team", "--kind", "ContainerProject", "--category", "Team")
        self.until(lambda: self.database().one("SELECT COUNT(*) FROM taggings WHERE taggable_type = "
                                               "'container_project'") == "6", "projects have their tags", 10)
        project = reeved.get("/api/container_projects?expand=resources&attributes=name")["resources"][0]["id"]
        self.assertRegex(self.reevectl(reeved, "describe", "project", project, "-o", "table"),
                         r"(?s)\nlabels:\n  team=(\w+)\n.*\ntags:\n  /managed/\S*/\1\n")
        self.reevectl(reeved, "mapping", "add", "tier", "--value", "web", "--kind", "pods")
        self.assertRegex(self.reevectl(reeved, "mapping", "list", "-o", "table"), r"tier +web +container_group +/managed/")
        self.reevectl(reeved, "mapping", "remove",
                      self.database().one("SELECT id FROM container_label_tag_mappings WHERE label_name = 'tier'"))
        self.assertEqual(self.database().one("SELECT COUNT(*) FROM container_label_tag_mappings"), "1")
        status = f"SELECT status FROM authentications WHERE resource_id = {number} AND authtype = 'default'"
        self.assertEqual(self.database().one(status), "Valid")
        self.fault("unavailable")
        self.until(lambda: self.database().one(status) == "Unreachable", "it cannot be reached", 10)
        checks = status.replace("status", "COALESCE(failed_checks, 0)", 1)
        self.until(lambda: int(self.database().one(checks)) >= 1, "it is tried again", 15)
        self.fault("none")
        self.until(lambda: self.database().one(status) == "Valid", "it is well again", 15)
        self.fault("auth")
        self.until(lambda: self.database().one(status) == "Invalid", "it is refused", 10)
        self.assertEqual(reeved.get(f"/api/providers/{number}?attributes=authentication_status")
                         ["authentication_status"], "Invalid")
        self.assertEqual(self.database().one("SELECT COUNT(*) FROM event_streams WHERE event_type IN "
                                             "('ems_auth_unreachable', 'ems_auth_invalid')"), "2")
        answer = reeved.post(f"/api/providers/{number}", {"action": "delete"})
        self.assertEqual(reeved.wait_task(answer["task_id"])["status"], "Ok")
        for table in ("vms", "container_groups", "custom_attributes", "taggings", "ext_management_systems"):
            self.assertEqual(self.database().one(f"SELECT COUNT(*) FROM {table}"), "0", table)


if __name__ == "__main__":
    unittest.main()
