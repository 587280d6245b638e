# SPDX-License-Identifier: Apache-2.0
"""Where provider modules come from: the installed folder, those of modules.path, and what is put there meanwhile."""
import os
import shutil
import signal
import unittest

import reeve_it

BUILT = os.path.dirname(reeve_it.BIN)
DEMO = os.path.join(BUILT, "lib", "reeve", "providers", "demo.so")
ORCHARD = os.path.join(BUILT, "tests", "conform", "orchard.so")


class Modules(reeve_it.Case):
    def extra(self, name="extra"):
        folder = os.path.join(self.folder, name)
        os.mkdir(folder)
        return folder

    def types(self, reeved):
        return [kind["name"] for kind in reeved.get("/api/provider_types")["types"]]

    def refusal(self, reeved, kind):
        answer = reeved.request("POST", "/api/providers", {"name": "x", "type": kind, "options": {}})
        self.assertEqual(answer.status, 400)
        error = answer.json["error"]
        return error["message"] + " / " + str(error.get("hint"))

    def test_a_further_folder_keeps_the_installed_ones(self):
        folder = self.extra()
        shutil.copy(ORCHARD, folder)
        reeved = self.start("--set", f"modules.path=/nowhere/at/all:{folder}")
        self.assertIn("orchard", self.types(reeved))
        self.assertIn("demo", self.types(reeved))
        self.assertRegex(reeved.log(), 'msg="no provider modules" .*folder=/nowhere/at/all')

    def test_the_first_of_two_of_one_name_counts_and_the_other_is_named(self):
        first, second = self.extra("first"), self.extra("second")
        shutil.copy(DEMO, first)
        shutil.copy(DEMO, second)
        reeved = self.start("--set", f"modules.path={first}:{second}")
        self.assertEqual(self.types(reeved).count("demo"), 1)
        for hidden in (os.path.join(second, "demo.so"), DEMO):
            self.assertRegex(reeved.log(), "provider module is hidden by another of its name.* "
                                           f"file={os.path.realpath(hidden)} by={first}/demo.so")
        number = reeved.post("/api/providers", {"name": "demo", "type": "demo", "options": {"vms": "3"}})["results"][0]["id"]
        self.until(lambda: reeved.get(f"/api/providers/{number}").get("last_refresh_success_date"), "a refresh")
        with open(f"/proc/{reeved.children('refresh')[0]}/maps") as maps:
            self.assertIn(f"{first}/demo.so", maps.read())

    def test_a_module_that_is_installed_meanwhile_is_seen(self):
        folder = self.extra()
        reeved = self.start("--set", f"modules.path={folder}")
        self.assertRegex(self.refusal(reeved, "orchard"),
                         "unknown provider type 'orchard'; installed are .*demo.* / .* is seen a few seconds later")
        shutil.copy(ORCHARD, folder)
        self.until(lambda: "orchard" in self.types(reeved), "the module", 10)
        self.assertNotIn("unknown provider type", self.refusal(reeved, "orchard"))
        os.remove(os.path.join(folder, "orchard.so"))
        self.until(lambda: "orchard" not in self.types(reeved), "the module is gone", 10)

    def test_a_module_that_cannot_be_used_is_told_from_none(self):
        folder = self.extra()
        with open(os.path.join(folder, "acme.so"), "wb") as out:
            out.write(b"this is no shared object")
        reeved = self.start("--set", f"modules.path={folder}")
        self.assertRegex(self.refusal(reeved, "acme"),
                         "the module of provider type 'acme' cannot be used: .*acme.so.*invalid ELF header|file too short")

    def test_a_folder_is_named_from_the_root(self):
        reeved = self.launch("--set", "modules.path=lib")
        self.assertEqual(reeved.wait(), 1)
        self.assertIn("setting 'modules.path': folder 'lib' is not absolute", reeved.log())

    def test_a_changed_path_counts_after_a_hup(self):
        folder = self.extra()
        shutil.copy(ORCHARD, folder)
        reeved = self.start()
        self.assertNotIn("orchard", self.types(reeved))
        with open(os.path.join(reeved.home, "reeve.yaml"), "a") as out:
            out.write(f"\nmodules:\n  path: {folder}\n")
        reeved.signal(signal.SIGHUP)
        self.until(lambda: "orchard" in self.types(reeved), "the module", 10)


if __name__ == "__main__":
    unittest.main()
