# SPDX-License-Identifier: Apache-2.0
"""reevectl support-bundle: what is in it, and what is not."""
import json
import os
import stat
import tarfile

import reeve_it


class Bundle(reeve_it.Case):
    def setUp(self):
        super().setUp()
        self.env = dict(os.environ, HOME=self.folder, REEVE_CONFIG=os.path.join(self.folder, "config.yaml"))
        self.env.pop("REEVE_URL", None)

    def bundle(self, *arguments):
        path = os.path.join(self.folder, f"bundle{len(os.listdir(self.folder))}.tar.gz")
        code, out, says = self.run_program("reevectl", "support-bundle", path, *arguments, env=self.env)
        self.assertEqual((code, out.strip()), (0, path), says)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        files = {}
        with tarfile.open(path) as tar:
            for member in tar:
                self.assertRegex(member.name, r"^reeve-support-\d{8}T\d{6}Z/[a-z0-9.-]+$")
                files[member.name.split("/")[1]] = tar.extractfile(member).read()
        return files, says

    def login(self, reeved):
        code, _, says = self.run_program("reevectl", "login", "--url", reeved.url, "--user", "admin",
                                         "--password-file", os.path.join(reeved.home, "admin-password"), env=self.env)
        self.assertEqual(code, 0, says)
        with open(self.env["REEVE_CONFIG"]) as file:
            return next(line.split(":", 1)[1].strip().strip('"') for line in file if "token:" in line)

    def test_it_holds_what_a_helper_needs_and_no_secret(self):
        reeved = self.start("--set", "server.monitor_poll=200ms")
        token = self.login(reeved)
        answer = reeved.post("/api/providers", {"name": "estate", "type": "demo", "options": {"pods": "3", "vms": "3"}})
        number = answer["results"][0]["id"]
        self.until(lambda: reeved.get(f"/api/providers/{number}").get("last_refresh_success_date"), "a refresh")
        os.kill(reeved.children("generic")[0], 9)  # of which there is a warning in the log
        self.until(lambda: "worker ended" in json.dumps(reeved.get("/api/diagnostics")["log"]), "the end is told")
        log = os.path.join(self.folder, "some.log")
        with open(log, "w") as file:
            file.write(f"line one\nGET / X-Auth-Token: {token}\nlast line\n")
        files, _ = self.bundle("--log", log)
        for name in ("contents.json", "diagnostics.json", "doctor.json", "metrics.txt", "readyz.txt", "server.json",
                     "servers.json", "workers.json", "providers.json", "tasks.json", "failed-messages.json", "log-1.txt"):
            self.assertIn(name, files)
            if name.endswith(".json"):
                json.loads(files[name])
        contents = json.loads(files["contents.json"])
        self.assertEqual(set(contents["files"]), set(files) - {"contents.json"})
        self.assertEqual({name: len(text) for name, text in files.items() if name != "contents.json"},
                         contents["files"])
        self.assertIn(b"worker ended", files["diagnostics.json"])
        self.assertIn(b"reeve_queue_done_total", files["metrics.txt"])
        self.assertIn(b"estate", files["providers.json"])
        self.assertGreater(json.loads(files["diagnostics.json"])["database"]["schema_version"], 0)
        self.assertIn(b"last line\n", files["log-1.txt"])
        with open(os.path.join(reeved.home, "key"), "rb") as file:
            key = file.read().strip()
        secrets = [token.encode(), reeved.read("admin-password").encode(), key]
        if ":" in reeved.database.url.split("@")[0][13:]:
            secrets.append(reeved.database.url.split("@")[0].rsplit(":", 1)[1].encode())
        for name, text in files.items():
            for secret in secrets:
                self.assertNotIn(secret, text, name)

    @reeve_it.DEEP_ON_POSTGRES
    def test_without_a_server_it_says_what_is_missing(self):
        log = os.path.join(self.folder, "large.log")
        with open(log, "w") as file:
            for i in range(200000):
                file.write(f"line {i} of a log that is longer than a bundle takes of one\n")
        files, says = self.bundle("--url", f"http://127.0.0.1:{reeve_it.free_port()}", "--log", log, "--log", "/nonexistent")
        contents = json.loads(files["contents.json"])
        self.assertIn("cannot reach", contents["missing"]["diagnostics.json"])
        self.assertIn("/nonexistent", contents["missing"]["log-2.txt"])
        self.assertIn("not in the bundle: metrics.txt", says)
        text = files["log-1.txt"].decode()
        self.assertLess(len(text), 9 << 20)
        self.assertTrue(text.startswith("line "))
        self.assertTrue(text.endswith("line 199999 of a log that is longer than a bundle takes of one\n"))

    @reeve_it.DEEP_ON_POSTGRES
    def test_a_file_that_is_there_stays_unless_it_is_said(self):
        path = os.path.join(self.folder, "there")
        with open(path, "w") as file:
            file.write("mine")
        dead = f"http://127.0.0.1:{reeve_it.free_port()}"
        code, _, says = self.run_program("reevectl", "support-bundle", path, "--url", dead, env=self.env)
        self.assertEqual(code, 5, says)
        self.assertIn("--overwrite", says)
        with open(path) as file:
            self.assertEqual(file.read(), "mine")
        code, _, says = self.run_program("reevectl", "support-bundle", path, "--url", dead, "--overwrite", env=self.env)
        self.assertEqual(code, 0, says)


if __name__ == "__main__":
    reeve_it.main()
