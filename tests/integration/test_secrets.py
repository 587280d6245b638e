# SPDX-License-Identifier: Apache-2.0
"""Secrets of a running server: rotation of the key through crashes, and canaries that must turn up nowhere."""
import base64
import glob
import json
import os
import signal
import subprocess
import tarfile
import urllib.parse

import reeve_it


def forms(secret):
    """What a text may look like in a log, a document, an address or a dump."""
    raw = secret.encode()
    out = {raw, json.dumps(secret)[1:-1].encode(), json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
           urllib.parse.quote(secret, safe="").encode(), urllib.parse.quote_plus(secret).encode(),
           secret.replace("\\", "\\\\").encode(), secret.replace("'", "''").encode(), raw.hex().encode(),
           raw.hex().upper().encode(), base64.b64encode(raw), base64.b64encode(b"admin:" + raw)}
    # In the middle of a longer base64, at any of its three offsets.
    for offset in range(3):
        out.add(base64.b64encode(b"x" * offset + raw)[4:-4])
    return out


class Canaries:
    def __init__(self):
        self.planted = {}

    def plant(self, name, secret=None):
        self.planted[name] = secret or f"Canary{name}\"\\/é<&' {os.urandom(6).hex()}"
        return self.planted[name]

    def found(self, content):
        return [name for name, secret in self.planted.items() if any(form in content for form in forms(secret))]


class Secrets(reeve_it.Case):
    crashes = True  # of a module, as it is told to
    faults = True

    def token_works(self, reeved, token):
        answer = reeved.request("GET", "/metrics", user=None,
                                headers={"X-Forwarded-For": "192.0.2.1", "Authorization": "Bearer " + token})
        return answer.status == 200

    def own(self, reeved):
        return reeved.get("/api")["server_info"]["server_href"].split("/api/")[1]

    def keys(self):
        with open(os.path.join(self.home(), "key")) as file:
            return file.read().splitlines()

    def sealed_with(self):
        rows = self.database().query("SELECT password FROM authentications WHERE password IS NOT NULL")
        rows += self.database().query("SELECT sealed_value FROM settings_changes WHERE sealed_value IS NOT NULL")
        return {row[0].split(":")[1] for row in rows}

    def add_provider(self, reeved, password):
        made = reeved.post("/api/providers", {"type": "demo", "name": "estate", "options": {
            "password": password, "churn": 0, "vms": 60, "pods": 60, "fault_file": self.fault("none")}})
        return made["results"][0]["id"]

    def verified(self, reeved, provider):
        return reeved.post(f"/api/providers/{provider}", {"action": "verify"})["success"]

    def test_the_key_is_rotated_through_crashes_and_every_secret_stays_readable(self):
        reeved = self.start("--set", "key.grace=3s", "--set", "workers.poll=200ms", "--set", "workers.generic.count=1")
        provider = self.add_provider(reeved, "of the provider")
        reeved.call("PATCH", f"/api/{self.own(reeved)}/settings", {"api": {"metrics_token": "the-token-of-sixteen"}})
        before = self.sealed_with()
        self.assertEqual((len(before), len(self.keys())), (1, 1))

        task = reeved.post(f"/api/{self.own(reeved)}", {"action": "rotate_key"})["task_id"]
        self.until(lambda: len(self.keys()) == 2, "a second key")
        self.assertTrue(self.token_works(reeved, "the-token-of-sixteen"))
        self.until(lambda: before.isdisjoint(self.sealed_with()), "everything is sealed anew")
        os.kill(reeved.children("generic")[0], signal.SIGKILL)
        self.assertTrue(self.token_works(reeved, "the-token-of-sixteen"))
        self.assertTrue(self.verified(reeved, provider))
        reeved.kill()
        self.assertEqual(len(self.keys()), 2)

        reeved = self.start("--set", "key.grace=100ms", "--set", "workers.poll=200ms", "--set", "server.monitor_poll=200ms")
        self.assertTrue(self.token_works(reeved, "the-token-of-sixteen"))
        done = reeved.wait_task(task, 40)
        self.assertEqual(done["status"], "Ok", done)
        self.assertEqual(len(self.keys()), 1)
        self.assertTrue(before.isdisjoint(self.sealed_with()))
        self.assertEqual(os.stat(os.path.join(self.home(), "key")).st_mode & 0o7777, 0o600)
        self.assertTrue(self.token_works(reeved, "the-token-of-sixteen"))
        self.assertFalse(self.token_works(reeved, "another"))
        self.assertTrue(self.verified(reeved, provider))
        events = [row[0] for row in self.database().query("SELECT event FROM audit_events ORDER BY id")]
        self.assertIn("key_rotate_initiated", events)
        self.assertIn("key_rotated", events)

    def processes(self, reeved):
        """What everybody on the machine, or every process of this user, could read of them."""
        out = {}
        for pid in [reeved.pid, *reeved.children()]:
            for name in ("cmdline", "environ"):
                try:
                    with open(f"/proc/{pid}/{name}", "rb") as file:
                        out[f"/proc/{pid}/{name}"] = file.read()
                except OSError:
                    pass
        return out

    def documents(self, reeved):
        out = {}
        for collection in reeved.get("/api")["collections"]:
            path = f"/api/{collection['name']}"
            out[path] = reeved.request("GET", path + "?expand=resources").body
        for path in ("/api/settings", "/api/settings?expand=resources", "/metrics", "/api/openapi.json", "/api"):
            out[path] = reeved.request("GET", path).body
        return out

    def kept(self):
        """The database as it lies on the disk, and every file of the home but those that are secrets."""
        out = {}
        if self.database().env:
            env = dict(os.environ, **dict(self.database().env, PGDATABASE=self.database().name))
            out["pg_dump"] = subprocess.run(["pg_dump", "--inserts"], env=env, check=True, stdout=subprocess.PIPE).stdout
        for path in glob.glob(os.path.join(self.home(), "**"), recursive=True):
            if os.path.isfile(path) and os.path.basename(path) not in ("key", "admin-password", "store-url", "reeve.yaml"):
                with open(path, "rb") as file:
                    out[path] = file.read()
        return out

    def bundle(self, reeved, canaries):
        """The files of a support bundle, with the server's log."""
        path = os.path.join(self.folder, "bundle.tar.gz")
        env = {"HOME": self.folder, "REEVE_CONFIG": os.path.join(self.folder, "config.yaml")}
        self.reevectl(env, "login", "--url", reeved.url, "--user", "admin", "--password-file",
                      os.path.join(reeved.home, "admin-password"))
        with open(env["REEVE_CONFIG"]) as file:
            canaries.plant("Login", next(line.split('"')[1] if '"' in line else line.split()[1]
                                         for line in file if "token:" in line))
        self.reevectl(env, "support-bundle", path, "--log", reeved.log_path)
        with tarfile.open(path) as tar:
            return {"bundle " + member.name.split("/")[1]: tar.extractfile(member).read() for member in tar}

    def backup(self, reeved):
        """A backup's file, which has what is sealed as it is in the database."""
        path = os.path.join(self.folder, "backup")
        self.reevectl({}, "db", "backup", path, "--home", reeved.home, "--store-file", reeved.home + ".store")
        with open(path, "rb") as file:
            content = file.read()
        sealed = [row[0].encode() for row in self.database().query(
            "SELECT password FROM authentications WHERE password IS NOT NULL UNION ALL"
            " SELECT sealed_value FROM settings_changes WHERE sealed_value IS NOT NULL")]
        self.assertEqual([one in content for one in sealed], [True, True])
        return {"backup": content}

    def reevectl(self, env, *arguments):
        code, _, said = self.run_program("reevectl", *arguments, env=env)
        self.assertEqual(code, 0, said)

    def work(self, reeved, canaries):
        """Whatever may let a secret slip; what is seen of the processes meanwhile."""
        provider = self.add_provider(reeved, canaries.plant("Provider"))
        own = self.own(reeved)
        seen = {}
        token = canaries.plant("Setting", f"CanarySetting\"\\/<&'{os.urandom(6).hex()}")  # what a header can carry
        reeved.call("PATCH", f"/api/{own}/settings", {"api": {"metrics_token": token}})
        canaries.plant("Session", reeved.get("/api/auth")["auth_token"])
        headers = {"X-Auth-Token": canaries.planted["Session"]}
        reeved.get("/api/providers", headers=headers)
        reeved.request("GET", "/api/zones", password=canaries.plant("WrongPassword"))
        reeved.request("GET", "/api/zones", headers={"X-Auth-Token": canaries.plant("WrongToken", "canary" + os.urandom(9).hex())})
        wrong = canaries.plant("Refused")
        answers = [
            reeved.request("POST", "/api/providers", {"type": "demo", "name": "other", "options": {"pasword": wrong}}),
            reeved.request("POST", "/api/providers", {"type": "demo", "name": "other", "password": wrong, "options": {
                "fault": "auth"}}),
            reeved.request("POST", f"/api/providers/{provider}", {"action": "edit", "options": {
                "password": wrong, "vms": "many"}}),
            reeved.request("PATCH", f"/api/{own}/settings", {"api": {"metrics_token": wrong, "page_size": "many"}}),
            reeved.request("POST", f"/api/providers/{provider}", {"action": "verify", "password": wrong}),
            reeved.request("POST", f"/api/providers/{provider}", {"action": "edit", "options": {
                "password": canaries.plant("Edited")}}),
        ]
        for number, answer in enumerate(answers):
            seen[f"answer {number}"] = answer.body
        self.until(lambda: reeved.get(f"/api/providers/{provider}").get("last_inventory_date"), "a first refresh")
        seen.update(self.processes(reeved))
        # A module that crashes while it has the secret.
        self.fault("crash")
        victims = reeved.children("refresh")
        reeved.post(f"/api/providers/{provider}", {"action": "refresh"})
        self.until(lambda: not set(victims) & set(reeved.children("refresh")), "the refresh worker has crashed")
        self.fault("none")
        task = reeved.post(f"/api/{own}", {"action": "rotate_key"})["task_id"]
        self.assertEqual(reeved.wait_task(task)["status"], "Ok")
        self.assertTrue(self.token_works(reeved, canaries.planted["Setting"]))
        seen.update(self.processes(reeved))
        return seen

    def test_a_secret_is_in_no_log_dump_core_file_argument_environment_queue_row_or_answer(self):
        canaries = Canaries()
        os.makedirs(self.home(), 0o700, exist_ok=True)
        with open(os.path.join(self.home(), "reeve.yaml"), "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            # Another store than the one that is used, which the command line names.
            file.write(f"store: postgresql://reeve:{canaries.plant('Store', 'canary' + os.urandom(9).hex())}@127.0.0.1:1/none\n")
        reeved = self.start("--log-level", "debug", "--set", "key.grace=0", "--set", "workers.poll=200ms")
        canaries.plant("Admin", reeved.read("admin-password"))
        seen = self.work(reeved, canaries)
        seen.update(self.documents(reeved))
        canaries.plant("Key", self.keys()[0].split()[1])
        bundle = self.bundle(reeved, canaries)
        self.assertIn("bundle log-1.txt", bundle)
        self.assertIn(b"metrics_token", bundle["bundle settings.json"])
        self.assertIn(b"@127.0.0.1:1/none", bundle["bundle settings.json"])  # the URL is there, its password is not
        seen.update(bundle)
        seen.update(self.backup(reeved))
        while_running = self.kept()
        with open(f"/proc/{reeved.children('api')[0]}/limits") as limits:
            cores = next(line for line in limits if line.startswith("Max core file size"))
        self.assertEqual(cores.split()[5], "1")  # the hard limit, which the kernel takes for none
        reeved.stop()
        seen.update({"running " + path: content for path, content in while_running.items()})
        seen.update(self.kept())
        seen["log"] = reeved.log().encode()
        self.assertGreater(len(seen), 60)
        self.assertIn(b"level=debug", seen["log"])
        found = {place: names for place, names in ((place, canaries.found(content)) for place, content in seen.items()) if names}
        self.assertEqual(found, {})
        # They are found where they are, in each form.
        for name, secret in canaries.planted.items():
            for form in forms(secret):
                self.assertEqual(canaries.found(b"..." + form + b"..."), [name])


if __name__ == "__main__":
    reeve_it.main()
