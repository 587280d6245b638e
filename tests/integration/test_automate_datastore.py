# SPDX-License-Identifier: Apache-2.0
"""The datastore of automate over REST and reevectl: one server for all tests, each with domains of its own."""
import base64
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

import reeve_it

DATA = os.path.join(reeve_it.ROOT, "tests", "data", "automate")
MAKE = os.path.join(reeve_it.ROOT, "tests", "support", "make_domain.py")


def zipped(folder):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(place, name)
                archive.write(path, os.path.relpath(path, folder))
    return base64.b64encode(out.getvalue()).decode()


class Api(reeve_it.Case):
    def setUp(self):
        super().setUp()
        self.reeved = self.start()

    def import_(self, folder, **more):
        body = {"action": "import", "data": zipped(folder), "encoding": "base64", **more}
        task = self.reeved.wait_task(self.reeved.post("/api/automate_domains", body)["results"][0]["task_id"])
        return task

    def domain(self, name):
        return next(one for one in self.reeved.get("/api/automate_domains?expand=resources")["resources"]
                    if one["name"] == name)

    def act(self, path, action, status=200, **more):
        answer = self.reeved.request("POST", path, {"action": action, **more})
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    def test_everything(self):
        self.imported_listed_and_exported()
        self.the_browser_counts_in_order()
        self.passwords_are_stars()
        self.one_method_and_one_instance_are_changed()
        self.locked_and_refused()
        self.mistakes_are_told_with_file_and_line()

    def imported_listed_and_exported(self):
        task = self.import_(DATA, enable=True)
        self.assertEqual((task["status"], task["results"]["classes"]), ("Ok", 4), task)
        self.assertEqual(self.import_(DATA)["results"]["changed"], 0)
        acme = self.domain("Acme")
        self.assertEqual((acme["enabled"], acme["priority"], acme["source"]), (True, 1, "user"))
        answer = self.reeved.request("GET", "/api/automate_domains/%s/export" % acme["id"])
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        names = zipfile.ZipFile(io.BytesIO(answer.body)).namelist()
        self.assertIn("Acme/System/Event/EmsEvent/Demo.class/__methods__/note_start.lua", names)
        document = self.reeved.request("GET", "/api/automate_domains/%s/export?format=yaml" % acme["id"])
        body = {"action": "import", "data": document.body.decode(), "as": "Copy"}
        task = self.reeved.wait_task(self.reeved.post("/api/automate_domains", body)["results"][0]["task_id"])
        self.assertEqual(task["status"], "Ok", task)
        self.assertEqual(task["results"]["unknown_passwords"], 1)
        self.assertFalse(self.domain("Copy")["enabled"])
        copy = self.reeved.request("GET", "/api/automate_domains/%s/export?format=yaml" % self.domain("Copy")["id"])
        rest = lambda body: body[body.index(b"  Integration:"):body.index(b"  __domain__.yaml:")]
        expected = rest(document.body).replace(b"password:\n              value: '********'", b"password: {}")
        self.assertTrue(expected == rest(copy.body))
        self.act("/api/automate_domains/" + self.domain("Copy")["id"], "delete")

    def the_browser_counts_in_order(self):
        count = lambda path: self.reeved.get("/api/automate" + path)["subcount"]
        self.assertEqual(count(""), 1)
        self.assertEqual([count("/acme?depth=%d" % depth) for depth in (0, 1, -1)], [1, 3, 13])
        self.assertEqual(count("?depth=-1"), 13)
        machines = self.reeved.get("/api/automate?depth=-1&search_options=state_machines")["resources"]
        self.assertEqual([one["fqname"] for one in machines],
                         ["/Acme", "/Acme/Integration", "/Acme/Integration/Steps", "/Acme/Integration/Steps/playbook"])
        one = self.reeved.get("/api/automate/ACME/system/event/emsevent/demo/VM_started")["resources"][0]
        self.assertEqual((one["klass"], one["domain_fqname"]), ("MiqAeInstance", "/System/Event/EmsEvent/Demo/vm_started"))
        self.assertEqual(self.reeved.request("GET", "/api/automate/acme/nothing").status, 404)
        self.assertEqual(self.reeved.request("GET", "/api/automate?depth=x").status, 400)

    def passwords_are_stars(self):
        values = self.reeved.get("/api/automate_values?expand=resources")["resources"]
        self.assertIn("********", [one.get("value") for one in values])
        self.assertNotIn("sesame", json.dumps(values))
        self.assertNotIn("sealed_value", json.dumps(values))
        row = self.database().one("SELECT sealed_value FROM miq_ae_values WHERE value = '********'")
        self.assertTrue(row.startswith("v1:"), row)
        self.assertEqual(self.import_(DATA)["results"]["changed"], 0)

    def one_method_and_one_instance_are_changed(self):
        find = lambda rows, name: self.reeved.get("/api/%s?expand=resources&filter[]=name=%s" % (rows, name))["resources"][0]
        method = find("automate_methods", "note_start")
        self.act("/api/automate_methods/" + method["id"], "edit", data="return 3")
        self.assertEqual(find("automate_methods", "note_start")["data"], "return 3")
        self.assertEqual(find("automate_methods", "note_start")["updated_by"], "admin")
        instance = find("automate_instances", "vm_started")
        self.act("/api/automate_instances/" + instance["id"], "edit", fields={"REL1": "/System/other", "meth1": None})
        values = self.reeved.get("/api/automate_instances/%s/automate_values?expand=resources" % instance["id"])["resources"]
        self.assertEqual([one["value"] for one in values], ["/System/other"])
        answer = self.act("/api/automate_instances/" + instance["id"], "edit", 400, fields={"nothing": "x"})
        self.assertIn("no field 'nothing'", answer["error"]["message"])
        made = self.act("/api/automate_instances", "create", class_id=instance["class_id"], name="vm_stopped",
                        fields={"rel1": "/x"})["results"][0]
        path = made["href"][made["href"].index("/api/"):]
        self.act("/api/automate_instances", "create", 400, class_id=instance["class_id"], name="VM_STOPPED")
        self.act(path, "delete")

    def locked_and_refused(self):
        acme = "/api/automate_domains/" + self.domain("Acme")["id"]
        self.act(acme, "lock")
        task = self.import_(DATA)
        self.assertEqual(task["status"], "Error")
        self.assertIn("domain 'Acme' is locked", task["message"])
        self.assertIn("reevectl automate unlock Acme", task["message"])
        instance = self.reeved.get("/api/automate_instances?expand=resources")["resources"][0]
        self.act("/api/automate_instances/" + instance["id"], "edit", 403, fields={})
        self.act(acme, "unlock")
        self.assertEqual(self.import_(DATA)["results"]["changed"], 2)
        self.act("/api/automate_domains", "create", name="Second")
        second = "/api/automate_domains/" + self.domain("Second")["id"]
        self.act(second, "set_priority", priority=1)
        self.assertEqual((self.domain("Second")["priority"], self.domain("Acme")["priority"]), (1, 2))
        self.act(second, "set_priority", 400, priority=0)
        self.act(second, "delete")
        self.assertEqual(self.domain("Acme")["priority"], 1)
        self.assertEqual(self.reeved.get("/api/miq_queue")["count"], 0)

    def mistakes_are_told_with_file_and_line(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(DATA, folder, dirs_exist_ok=True)
            with open(folder + "/Acme/Integration/Mail.class/_default.yaml", "a", encoding="utf-8") as file:
                file.write("  - nothing:\n      value: 1\n")
            task = self.import_(folder)
            self.assertIn("Acme/Integration/Mail.class/_default.yaml:11: class Integration/Mail has no field", task["message"])
            with open(folder + "/Acme/__domain__.yaml", "w", encoding="utf-8") as file:
                file.write("object_type: [")
            answer = self.act("/api/automate_domains", "import", 400, data=zipped(folder), encoding="base64")
            self.assertIn("Acme/__domain__.yaml:2:", answer["error"]["message"])
        answer = self.act("/api/automate_domains", "import", 400, data="UEsDBA==", encoding="base64")
        self.assertIn("its directory is missing: is the file whole?", answer["error"]["message"])


class Cli(reeve_it.Case):
    def setUp(self):
        super().setUp()
        self.reeved = self.start()
        self.env = dict(os.environ, REEVE_URL=self.reeved.url, REEVE_TOKEN=self.token(), REEVE_CONFIG="/nonexistent")

    def token(self):
        return self.reeved.get("/api/auth")["auth_token"]

    def ctl(self, *arguments, code=0, stderr=False, timeout_s=60):
        done = subprocess.run([os.path.join(reeve_it.BIN, "reevectl"), *arguments], env=self.env, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout_s, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stderr if code or stderr else done.stdout

    def test_files_in_and_out(self):
        work = os.path.join(self.folder, "work")
        os.mkdir(work)
        self.ctl("automate", "import", DATA + "/Acme", "--enable")
        self.assertRegex(self.ctl("automate", "ls", "-o", "table"), r"NAME +PLACE +ENABLED +SOURCE.*\nAcme +1 +\S+ +user ")
        names = self.ctl("automate", "ls", "/acme/integration", "-o", "jsonl").splitlines()
        self.assertEqual([json.loads(line)["name"] for line in names], ["Mail", "Steps"])
        self.assertEqual(self.ctl("automate", "tree", "Acme/Integration"),
                         "Integration/\n  Mail/\n    .default\n  Steps/\n    playbook\n")
        self.assertIn("machine was started", self.ctl("automate", "cat", "Acme/System/Event/EmsEvent/Demo/note_start"))
        self.assertIn("object_type: instance", self.ctl("automate", "cat", "/acme/system/event/emsevent/demo/.MISSING"))
        self.assertIn("did you mean 'Acme'", self.ctl("automate", "cat", "Acmee", code=3))
        copy = lambda name: subprocess.run([os.path.join(reeve_it.BIN, "reevectl"), "automate", "copy", "/System/Event/EmsEvent/Demo/vm_started",
                                            os.path.join(self.folder, "copies", name)], env=self.env, text=True, stderr=subprocess.PIPE,
                                           stdout=subprocess.DEVNULL, check=True).stderr
        self.assertRegex(copy("Mine"), "automate import \\S+ --enable\n")
        # Out, in under another name, and out again: the same but for what is the domain's own.
        self.ctl("automate", "export", "Acme", work)
        for carrier in ("acme.zip", "acme.yaml"):
            file = os.path.join(self.folder, carrier)
            self.ctl("automate", "export", "Acme", file)
            self.ctl("automate", "import", file)
        again = os.path.join(self.folder, "again")
        self.ctl("automate", "export", "Acme", again)
        self.assertEqual(subprocess.run(["diff", "-r", work, again], check=False).returncode, 0)
        method = work + "/Acme/System/Event/EmsEvent/Demo.class/__methods__/note_start.lua"
        with open(method, "w", encoding="utf-8") as file:
            file.write("return 'changed'\n")
        self.ctl("automate", "import", work)
        self.assertEqual(self.ctl("automate", "cat", "Acme/System/Event/EmsEvent/Demo/note_start"), "return 'changed'\n")
        self.ctl("automate", "lock", "Acme")
        self.assertIn("is locked", self.ctl("automate", "import", work, code=1))
        self.ctl("automate", "unlock", "acme")
        self.ctl("automate", "create", "Second", "--title", "The second")
        self.ctl("automate", "priority", "Second", "1")
        self.ctl("automate", "disable", "Acme")
        rows = self.reeved.get("/api/automate_domains?expand=resources&sort_by=priority")["resources"]
        self.assertEqual([(row["name"], row["enabled"]) for row in rows], [("Second", False), ("Acme", False)])
        self.ctl("automate", "rm", "Second", "Acme")
        self.assertEqual(self.reeved.get("/api/automate_domains")["count"], 0)
        self.assertEqual(self.reeved.get("/api/automate_values")["count"], 0)

    @unittest.skipUnless(reeve_it.DEEP, "takes minutes: under --deep")
    def test_a_domain_of_a_hundred_thousand_instances_is_imported_with_default_limits(self):
        work = os.path.join(self.folder, "big")
        subprocess.run([sys.executable, MAKE, work, "Big", "81", "122", "100000", "292"], check=True)
        self.ctl("automate", "import", work, "--enable", timeout_s=900)
        domain = next(row for row in self.reeved.get("/api/automate_domains?expand=resources")["resources"]
                      if row["name"] == "Big")
        self.assertEqual(domain["enabled"], True)
        self.assertEqual(self.database().one("SELECT COUNT(*) FROM miq_ae_instances"), "100000")
        self.assertEqual(self.reeved.get("/api/miq_queue?filter[]=state=error")["subcount"], 0)

    def test_a_saved_file_is_in_force_and_a_mistake_is_told(self):
        work = os.path.join(self.folder, "work")
        shutil.copytree(DATA, work)
        watch = subprocess.Popen([os.path.join(reeve_it.BIN, "reevectl"), "automate", "watch", work, "--enable"],
                                 env=self.env, text=True, stderr=subprocess.PIPE)
        self.addCleanup(lambda: (watch.kill(), watch.wait(), watch.stderr.close()))
        self.assertRegex(watch.stderr.readline(), r"in force after \d+ ms: \d+ rows changed")
        self.assertIn("watching", watch.stderr.readline())
        methods = work + "/Acme/System/Event/EmsEvent/Demo.class/__methods__"
        with open(methods + "/note_start.lua", "w", encoding="utf-8") as file:
            file.write("return 1\n")
        self.assertRegex(watch.stderr.readline(), r"in force after \d+ ms: 1 row changed")
        self.assertEqual(self.ctl("automate", "cat", "Acme/System/Event/EmsEvent/Demo/note_start"), "return 1\n")
        with open(methods + "/note_start.yaml", "a", encoding="utf-8") as file:
            file.write("broken")
        self.assertIn("note_start.yaml:", watch.stderr.readline())
        # A folder that is new is watched too.
        shutil.copy(DATA + "/Acme/System/Event/EmsEvent/Demo.class/__methods__/note_start.yaml", methods)
        self.assertIn("nothing has changed", watch.stderr.readline())
        # Nor is a method put into force that does not compile; who imports it all the same is told.
        with open(methods + "/note_start.lua", "w", encoding="utf-8") as file:
            file.write("\nif x\n")
        self.assertRegex(watch.stderr.readline(), r"note_start\.lua:\d: 'then' expected")
        self.assertEqual(self.ctl("automate", "cat", "Acme/System/Event/EmsEvent/Demo/note_start"), "return 1\n")
        self.assertRegex(self.ctl("automate", "import", work, stderr=True), r"note_start\.lua:\d: 'then' expected")
        with open(methods + "/note_start.lua", "w", encoding="utf-8") as file:
            file.write("return 1\n")
        self.assertRegex(watch.stderr.readline(), r"in force after \d+ ms: 1 row changed")
        shutil.copytree(work + "/Acme/System/About.class", work + "/Acme/Other/About.class")
        self.assertRegex(watch.stderr.readline(), r"in force after \d+ ms: 3 rows changed")
        watch.terminate()
        self.assertEqual(watch.wait(10), 143)


if __name__ == "__main__":
    unittest.main()
