# SPDX-License-Identifier: Apache-2.0
"""Backups of a server at work, restored elsewhere; homes that move; and what is refused."""
import json
import os
import subprocess
import unittest

import queue_it
import reeve_it

TABLES = ("container_groups", "containers", "vms", "container_nodes")


class Keeping(reeve_it.Case):
    def db(self, word, *arguments, code=0):
        """reevectl db: its JSON, and what it said on stderr."""
        got, out, said = self.run_program("reevectl", "db", word, *arguments)
        self.assertEqual(got, code, said)
        return json.loads(out) if out else None, said

    def to(self, name):
        """Another database of the engine, empty, and the options that name it as a target or a store."""
        database = self.database(name, empty=True)
        path = os.path.join(self.folder, name + ".url")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(database.url + "\n")
        os.makedirs(self.home(name), mode=0o700, exist_ok=True)
        return database, path

    def busy(self):
        reeved = self.start("--set", "workers.poll=100ms", "--set", "server.monitor_poll=200ms")
        answer = reeved.post("/api/providers", {"type": "demo", "name": "demo", "options": {
            "pods": 400, "vms": 200, "churn": 200}})
        ems = answer["results"][0]["id"] if "results" in answer else answer["id"]
        self.until(lambda: self.database().one("SELECT COUNT(*) FROM container_groups") == "400", "pods are there")
        self.until(lambda: int(self.database().one("SELECT COUNT(*) FROM changes")) > 3000, "it changes")
        return reeved, ems

    def rows(self, database, table, columns):
        names = ", ".join(f'"{name}"' for name in columns)
        return {row[0]: dict(zip(columns, row)) for row in database.query(f'SELECT {names} FROM "{table}"')}

    def columns(self, database, table):
        if database.env:
            found = database.query("SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'"
                                   f" AND table_name = '{table}'")
        else:
            found = database.query(f"SELECT name FROM pragma_table_info('{table}')")
        names = sorted(row[0] for row in found)
        return ["id"] + [name for name in names if name != "id"]

    def check_moment(self, source, restored, number):
        """What was restored is the source as it was at this number of the feed, and nothing else."""
        later = {}
        for kind, row, op, old in source.query(
                f"SELECT kind, row_id, op, columns FROM changes WHERE number > {number} ORDER BY number"):
            first = later.setdefault(row, {"ops": [], "old": {}})
            first["ops"].append(op)
            for name, value in (json.loads(old) if old else {}).items():
                first["old"].setdefault(name, value)
        self.assertGreater(len(later), 20)  # else nothing happened meanwhile
        compared = 0
        for table in TABLES:
            columns = self.columns(source, table)
            now, then = self.rows(source, table, columns), self.rows(restored, table, columns)
            for row in now.keys() | then.keys():
                if row not in later:
                    self.assertEqual(now.get(row), then.get(row), (table, row))
                elif later[row]["ops"][0] == "1":  # created after it
                    self.assertNotIn(row, then)
                else:
                    self.assertIn(row, then)
                    for name, value in later[row]["old"].items():
                        if isinstance(value, (str, int)) and not isinstance(value, bool):
                            self.assertEqual(then[row][name], str(value), (table, row, name))
                            compared += 1
        self.assertGreater(compared, 10)

    def test_a_backup_under_load_restores_to_the_database_of_one_moment(self):
        reeved, _ = self.busy()
        messages = queue_it.Messages(self.database(), self.folder)
        messages.put(200, args={"ms": 5}, again=1)
        file = os.path.join(self.folder, "backup")
        taken, said = self.db("backup", file, "--home", reeved.home)
        self.assertIn("key", said)
        number = int(taken["cursor"].split("-")[1])
        self.until(lambda: int(self.database().one("SELECT MAX(number) FROM changes")) > number + 400, "it went on")
        reeved.stop()
        restored, url = self.to("restored")
        answer, _ = self.db("restore", file, "--store-file", url)
        self.assertEqual(answer["digest"], taken["digest"])
        self.assertEqual(restored.one("SELECT MAX(number) FROM changes"), str(number))
        self.check_moment(self.database(), restored, number)
        # It is a database to go on with: the same server, its clients' old positions are gone.
        again = self.start(home="restored")
        answer = again.request("GET", "/api/container_groups", password=reeved.read("admin-password"), headers={
            "Accept": "text/event-stream", "Last-Event-ID": taken["cursor"]})
        self.assertEqual(answer.status, 410, answer.body)

    @unittest.skipUnless(reeve_it.DEEP, "deep: what is copied is held by the contract suites every day")
    def test_a_home_moves_to_another_database_and_goes_on_there(self):
        reeved, ems = self.busy()
        _, url = self.to("moved")
        _, said = self.db("copy", "--home", reeved.home, "--to-file", url, "--switch", code=5)
        self.assertIn("another reeved", said)
        reeved.stop()
        before = self.database().one("SELECT MAX(number) FROM changes")
        answer, said = self.db("copy", "--home", reeved.home, "--to-file", url, "--switch")
        self.assertGreater(answer["rows"], 1000)
        self.assertNotIn("PGPASSWORD" if not self.database().env else self.database().env["PGPASSWORD"] + "@", said)
        moved = self.database("moved")
        self.assertEqual(reeved.read("store-url"), moved.url)
        log = open(os.path.join(self.folder, "moved.log"), "wb")
        process = subprocess.Popen([os.path.join(reeve_it.BIN, "reeved"), "--home", reeved.home, "--listen",
                                    "127.0.0.1:0"], stderr=log, stdout=log)
        try:
            self.until(lambda: os.path.exists(os.path.join(reeved.home, "url")), "it is ready", 60)
            self.until(lambda: int(moved.one("SELECT MAX(number) FROM changes")) > int(before) + 50, "it changes there")
            self.assertEqual(moved.one("SELECT COUNT(*) FROM ext_management_systems"), "1")
            self.assertEqual(moved.one("SELECT id FROM ext_management_systems"), str(ems))
        finally:
            process.terminate()
            process.wait(20)
            log.close()
        self.assertEqual(self.database().one("SELECT MAX(number) FROM changes"), before)

    @unittest.skipUnless(reeve_it.DEEP and reeve_it.STORE == "sqlite", "deep, and about a file")
    def test_with_little_room_left_providers_wait_and_the_rest_goes_on(self):
        disk = os.path.join(self.folder, "disk")
        os.mkdir(disk)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m,mode=0700", "reeve-test", disk],
                                 stderr=subprocess.DEVNULL, check=False).returncode == 0
        if not mounted:
            self.skipTest("no file system may be mounted here")
        try:
            self.databases["home"] = reeve_it.Database(disk)
            reeved = self.start("--set", "server.monitor_poll=200ms")
            reeved.post("/api/providers", {"type": "demo", "name": "demo", "options": {"pods": 20, "churn": 0}})
            self.until(lambda: reeved.children("refresh"), "it is read")
            ballast = os.path.join(disk, "ballast")
            free = os.statvfs(disk)
            with open(ballast, "wb") as out:
                out.write(b"\0" * (free.f_bavail * free.f_frsize - (12 << 20)))
            self.until(lambda: not reeved.children("refresh"), "nobody reads it")
            self.assertIn("little room is left", reeved.log())
            self.assertEqual(len(reeved.get("/api/providers")["resources"]), 1)
            told, _ = self.db("status", "--store", self.database().url)
            self.assertIsNotNone(told["low_space_since"], reeved.log()[-3000:])
            os.unlink(ballast)
            self.until(lambda: reeved.children("refresh"), "it is read again")
            reeved.stop()
        finally:
            subprocess.run(["umount", "-l", disk], check=False)

    def test_a_restore_asks_before_anything_is_lost(self):
        reeved = self.start("--set", "maintenance.interval=1s")
        self.until(lambda: "the database was maintained" in reeved.log(), "its schedule is kept", 30)
        file = os.path.join(self.folder, "backup")
        _, said = self.db("backup", file, "--home", reeved.home, "--with-key")
        self.assertIn("every stored credential", said)
        _, said = self.db("backup", file, "--home", reeved.home, "--with-key", "--overwrite", "-q")
        self.assertEqual(said, "")  # a job of the night says nothing while all is well
        _, said = self.db("restore", file, "--home", reeved.home, "--overwrite", code=5)
        self.assertIn("another reeved", said)
        reeved.stop()
        _, said = self.db("restore", file, "--home", reeved.home, code=5)
        self.assertIn("not empty", said)
        key = reeved.read("key")
        os.unlink(os.path.join(reeved.home, "key"))
        self.db("restore", file, "--home", reeved.home, "--overwrite")
        self.assertEqual(reeved.read("key"), key)
        kept = [name for name in os.listdir(reeved.home) if "before-restore" in name]
        self.assertEqual(len(kept), 0 if self.database().env else 1)
        with open(os.path.join(reeved.home, "reeve.yaml"), "w") as yaml:
            yaml.write("region: 7\n")
        _, said = self.db("restore", file, "--home", reeved.home, "--overwrite", code=5)
        self.assertIn("region", said)
        with open(file, "r+b") as out:
            out.truncate(os.path.getsize(file) - 100)
        _, said = self.db("inspect", file, code=1)
        self.assertIn("truncated at byte", said)


if __name__ == "__main__":
    unittest.main()
