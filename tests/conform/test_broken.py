#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""reeve-conform finds what is wrong with broken modules, names it, and survives all of them.

Each case names faults of broken.c and says what must be found. From the environment: REEVE_CONFORM (the program),
REEVE_BROKEN (a folder of modules: "none", whose faults the variable BROKEN chooses, and those whose file is at fault),
REEVE_SANITIZED (1: they are built with sanitizers).
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

HERE = os.path.dirname(os.path.abspath(__file__))
CONFORM = os.environ["REEVE_CONFORM"]
MODULES = os.environ["REEVE_BROKEN"]
SANITIZED = os.environ.get("REEVE_SANITIZED") == "1"
RESULT = re.compile(r"^(not ok|ok) (\d+) - (\w+): ", re.M)
# The modules crash as they are told to: nobody wants to know in which line, and to find it takes long.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":symbolize=0"
CANARY = "password=correct-horse-battery"

# fault: (group, words of the checks that find it, further arguments, what is found)
FOUND = {
    "no_symbol": ("static", "exports", [], [r"it does not export reeve_provider_entry", r"to do: write REEVE_PROVIDER"]),
    "extra_symbol": ("static", "exports", [], [r"it also exports 'broken_helper'"]),
    "undefined": ("static", "what it needs", [], [r"'nobody_has_this' is in none of the libraries"]),
    "magic": ("static", "prologue", [], [r"its magic number is 0x12345678, not 0x52454556"]),
    "major": ("static", "prologue", [], [r"it is made for version 2\.\d of the provider interface, this is 1\.\d"]),
    "no_sizes": ("static", "loads", [], [r"it does not say how long its struct reeve_option is", r"to do: .* build it again"]),
    "double_size": ("abi", "how long", [], [r"it is made for version 1\.\d and says that its struct reeve_option is 112 bytes long",
                                  r"; in version 1\.\d that is 56", r"to do: REEVE_PROVIDER\(\.\.\.\) fills in"]),
    "odd_size": ("abi", "how long", [], [r"says that its struct reeve_column is 33 bytes long; in version 1\.\d that is 32"]),
    "no_licence": ("static", "which licence", [], [r"license is missing"]),
    "plain_token": ("static", "secret options", [], [r"option 'api_token' sounds like a secret"]),
    "no_help": ("static", "every option", [], [r"the help of option 'port' is missing"]),
    "constructor": ("static", "loads", [], [r"ended by signal 6 \(Aborted\)"]),
    "crash_entry": ("static", "loads", [], [r"ended by signal 6 \(Aborted\) in callback reeve_provider_entry"]),
    "copy_host": ("abi", "functions", [], [r"ended by signal 11 \(Segmentation fault\) in callback reeve_provider_entry"]),
    "crash_open": ("life", "three times", [], [r"ended by signal 11 \(Segmentation fault\) in callback open"]),
    "crash_close": ("life", "three times", [], [r"ended by signal 6 \(Aborted\) in callback close"]),
    "hang_open": ("life", "", ["--timeout", "1"], [r"open did not return within 1 s", r"^Bail out! 4 checks"]),
    "slow_pages": ("inventory", "lists something", ["--timeout", "1"],
                   [r"refresh did not return within 1 s, [1-3] objects so far$", r"to do: raise --timeout, or ask the system for larger pages"]),
    "silent_after": ("inventory", "lists something", ["--timeout", "1"],
                     [r"refresh did not return within 1 s$", r"to do: let every wait go through reeve_wait"]),
    "wait_in_open": ("life", "waits", [], [r"open waited 1 times"]),
    "exit": ("life", "proves", [], [r"ended with status 3 in callback verify"]),
    "no_class": ("life", "proves", [], [r"returned 42, which is no error class"]),
    "leak_file": ("life", "left open", [], [r"three connections left 3 open files behind"]),
    "leak_memory": ("life", "left behind", [], [r"LeakSanitizer" if SANITIZED else r"each open and close leaves \d+ bytes behind"]),
    "latin1": ("inventory", "UTF-8", [], [r"host 'h-1' holds bytes that are not UTF-8"]),
    "twice": ("inventory", "emitted once", [], [r"vm 'v-6' was emitted twice"]),
    "child_twice": ("inventory", "different keys", [], [r"has two children with one key, of kind custom_attribute"]),
    "dangling": ("inventory", "links", [], [r"host_id of vm 'v-9' points to 'host h-91', which was not emitted"]),
    "pointer": ("inventory", "emits the same", [], [r"vm 'v-at-0x\w+' is in one listing only; every listing has such a vm"]),
    "no_target": ("inventory", "asked for one", [], [r"asked for vm 'v-0' alone, it did not emit it"]),
    "complete_one": ("inventory", "asked for one", [], [r"asked for one object, it declared 'vm' complete"]),
    "undeclared": ("inventory", "is taken", [], [r"storage 'v-5': its kind is not in the inventory's list"]),
    "unknown_column": ("inventory", "is taken", [], [r"unknown column 'hame', did you mean 'name'\?"]),
    "forget_complete": ("inventory", "declared complete", [], [r"kind 'vm' was never declared complete"]),
    "after_complete": ("inventory", "declared complete", [], [r"vm 'v-40' was emitted after its kind was complete"]),
    "counter": ("inventory", "emits the same", [], [r"vm 'v-0' differs in cpu_shares"]),
    "thread": ("inventory", "", [], [r"the host was called from another thread in refresh"]),
    "watch_returns": ("watch", "tokens", [], [r"it returned 0 after \d+ ms without being told to end"]),
    "watch_swallows": ("watch", "tokens", [], [r"watch was told to end with cancelled, and returned 0 \(ok\)"]),
    "refuse_token": ("watch", "does not know", [], [r"with a token that it does not know it returned -12 \(protocol\)"]),
    "event_bad_source": ("static", "loads", [], [r"its events have no source made of \[A-Z0-9_\]"]),
    "event_no_help": ("events", "documented", [], [r"event type 'TICKED': its help is missing"]),
    "event_undeclared": ("events", "hands over", [], [r"\d+ events are of types that it does not declare, the first is 'GONE_SOUR'"]),
    "event_latin1": ("events", "hands over", [], [r"\d+ events hold bytes that are not UTF-8"]),
    "event_twice": ("events", "hands over", [], [r"\d+ events of one connection have the type, ref and time of another"]),
    "event_no_token": ("events", "hands over", [], [r"it handed over \d+ events, and no token"]),
    "event_column": ("events", "hands over", [], [r"column 'source' is kept by core"]),
    "event_returns": ("events", "hands over", [], [r"it returned 0 after \d+ ms without being told to end"]),
    "event_repeats": ("events", "own token", [], [r"it handed over \d+ events again that came before it, the first is TICKED 'e-0' 17"]),
    "event_any_token": ("events", "does not know", [], [r"with a token that it does not know it returned -12 \(protocol\)"]),
    "event_ignore_failure": ("events", "cannot be stored", [], [r"events did not return within 2 s after an event had failed with unavailable"]),
    "event_swallows": ("events", "is cancelled", [], [r"events was told to end with cancelled, and returned 0 \(ok\)"]),
    "ignore_cancel": ("time", "watch comes back", [], [r"watch did not return within 2 s after it was cancelled"]),
    "ignore_failure": ("faults", "not available", [], [r"refresh went on for \d+ objects after it was told to end"]),
    "other_class": ("faults", "not available", [], [r"refresh was told to end with unavailable, and returned -12 \(protocol\)"]),
    "damaged": ("faults", "not available", [], [r"a refresh after a failed one lacks vm 'v-20'$"]),
    "damaged_module": ("faults", "not available", [], [r"a refresh after a failed one lacks vm 'v-20', and so does another connection"]),
    "drop_three": ("faults", "refused", [], [r"one object was refused, and 2 are missing"]),
    "forgetful": ("faults", "loses nothing", [], [r"reeve_alloc \d+ failed, refresh returned 0, and 1 objects are missing: vm 'v-\d+'"]),
    "no_memory_check": ("faults", "loses nothing", [], [r"ended by signal 11 \(Segmentation fault\) in callback refresh"]),
    "secret_in_log": ("secrets", "given", [], [r"the value of option 'password' appears in a line of the log"]),
    "secret_in_error": ("secrets", "given", [], [r"the value of option 'password' appears in the text of an error"]),
    "secret_on_stderr": ("secrets", "given", [], [r"the value of option 'password' appears in what it prints"]),
    "session_in_log": ("secrets", "given", [], [r"a secret of a session \(reeve_secret_new\) appears in a line of the log"]),
    "secret_in_base64": ("secrets", "given", [], [r"the value of option 'password' appears in base64 in a line of the log"]),
}
# The same when the system changes with every listing.
FOUND_IN_CHURN = {
    "dangling": ("inventory", "links", [], [r"host_id of vm 'v-\d+' points to 'host h-9\d', which was not emitted"]),
    "twice": ("inventory", "emitted once", [], [r"vm 'v-\d*6' was emitted twice"]),
    "counter": ("inventory", "emits the same", [], [r"vm 'v-\d+' differs in cpu_shares"]),
    "pointer": ("inventory", "emits the same", [], [r"vm 'v-at-0x\w+' is in one listing only; every listing has such a vm"]),
    "damaged": ("faults", "not available", [], [r"a refresh after a failed one lacks vm 'v-\d+'$"]),
    "drop_three": ("faults", "refused", [], [r"one object was refused, and 2 are missing"]),
    "forgetful": ("faults", "loses nothing", [], [r"reeve_alloc \d+ failed, refresh returned 0, and 1 objects are missing: vm 'v-\d+'"]),
    "ignore_failure": ("faults", "not available", [], [r"refresh went on for \d+ objects after it was told to end"]),
}
EVERYTHING = ["static", "describe", "abi", "life", "inventory", "watch", "events", "faults", "time", "secrets"]


IN_THE_FILE = ["no_symbol", "extra_symbol", "undefined", "constructor"]


def module_of(fault="none"):
    return os.path.join(MODULES, fault if fault in IN_THE_FILE else "none", "broken.so")


class Conform(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="reeve-conform-")
        cls.good = module_of()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_conform(self, module, *arguments, groups=(), faults="", status=(0, 1)):
        """Runs it; whatever the module does, the program ends by itself with a complete report."""
        command = [CONFORM, *arguments]
        for group in groups:
            command += ["--group", group]
        done = subprocess.run([*command, module], capture_output=True, text=True, timeout=300,
                              env=dict(os.environ, BROKEN=faults))
        report = done.stdout
        self.assertIn(done.returncode, status, done.stderr + report)
        self.assertNotIn("Sanitizer", done.stderr)
        if done.returncode == 2:
            return report + done.stderr
        planned = int(re.search(r"^1\.\.(\d+)$", report, re.M).group(1))
        results = RESULT.findall(report)
        if "Bail out!" not in report:
            self.assertEqual([int(number) for _, number, _ in results], list(range(1, planned + 1)), report)
            self.assertRegex(report.splitlines()[-1 if "skipped checks" not in report else -2],
                             r"^# \d+ passed, \d+ failed, \d+ skipped")
        self.assertEqual(done.returncode, 1 if any(word == "not ok" for word, _, _ in results) else 0, report)
        return report

    def test_a_good_module_passes_everything(self):
        report = self.run_conform(self.good, "--option", "hostname=x", "--option", CANARY)
        self.assertNotIn("not ok", report)
        self.assertNotIn("# SKIP", report)
        self.assertIn("ok 28 - inventory: a refresh lists something (43 objects of 2 kinds)", report)

    def find(self, fault, group, words, arguments, findings, churn=""):
        check = ["--check", words] if words else []
        report = self.run_conform(module_of(fault), "--option", "hostname=x", "--option", CANARY, *check, *arguments,
                                  groups=[group], faults=f"{fault} {churn}", status=[1])
        for finding in findings:
            self.assertRegex(report, re.compile(finding, re.M))
        self.assertRegex(report, r"(?m)^#   to do: |Sanitizer|Bail out|sanitizer|^#   ended")
        return report

    def find_all(self, cases):
        # Most of the time is waiting for those that hang.
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            tries = {case: pool.submit(self.find, *case_arguments) for case, case_arguments in cases.items()}
        for case, found in tries.items():
            with self.subTest(fault=case):
                found.result()

    def test_each_fault_is_found_and_named(self):
        self.find_all({fault: (fault, *what) for fault, what in FOUND.items()})

    def test_a_fault_is_found_in_a_system_that_changes(self):
        self.find_all({fault: (fault, *what, "churn") for fault, what in FOUND_IN_CHURN.items()})

    def test_a_system_that_changes_is_not_held_against_its_provider(self):
        report = self.run_conform(self.good, "--option", "hostname=x", groups=["life", "inventory", "faults", "time"],
                                  faults="churn")
        self.assertNotIn("not ok", report)
        for title in ["every object is emitted once", "links lead to objects", "a second refresh emits the same",
                      "another connection emits the same", "asked for one object it emits that one"]:
            self.assertRegex(report, f"ok \\d+ - inventory: {title} # SKIP the system changes while it is listed: ")
        self.assertRegex(report, r"refresh ends when the store is not available \(the system changed: "
                                 r"(host|vm) '[hv]-\d+' is gone\)")
        self.assertNotIn("# skipped checks need", report)
        self.assertNotIn("needs --option", report)

    def test_a_system_that_changes_slowly_is_not_held_against_its_provider(self):
        # One goes and one comes between two listings that were the same; and one goes in each of two processes.
        for faults, processes in ("slow", 1), ("ebb", 2):
            listings = os.path.join(self.folder.name, faults)
            with open(listings, "w", encoding="ascii") as file:
                file.write("0\n")
            with unittest.mock.patch.dict(os.environ, LISTINGS=listings), self.subTest(faults=faults):
                report = self.run_conform(self.good, "--option", "hostname=x", "--check", "not available", "--verbose",
                                          groups=["faults"], faults=faults)
                self.assertRegex(report, r"(?m)^ok 1 - .* \(the system changed: "
                                         rf"vm 'v-{processes - 1}' is gone\)$")

    def test_a_listing_may_begin_anew(self):
        report = self.run_conform(self.good, "--option", "hostname=x", groups=["inventory"], faults="begin_again")
        self.assertNotIn("not ok", report)
        self.assertNotIn("# SKIP", report)
        self.assertIn("a refresh lists something (43 objects of 2 kinds)", report)

    def test_the_broken_parts_do_not_hide_the_good_ones(self):
        report = self.run_conform(self.good, "--option", "hostname=x", groups=["static", "life"], faults="crash_close")
        self.assertNotRegex(report, r"not ok \d+ - static")
        self.assertIn("ok 15 - life: an unknown option is refused by name", report)

    def test_a_module_that_prints_without_end_does_not_fill_the_memory(self):
        report = self.run_conform(self.good, "--option", "hostname=x", "--verbose", "--check", "three times", faults="loud")
        self.assertNotIn("not ok", report)
        self.assertLess(len(report), 200000)

    def test_without_its_options_what_needs_a_system_is_skipped(self):
        report = self.run_conform(self.good)
        self.assertNotIn("not ok", report)
        self.assertIn("ok 18 - life: open and close, three times", report)
        self.assertRegex(report, r"ok 28 - inventory: .* # SKIP needs --option for hostname")
        self.assertIn("# skipped checks need a system to talk to", report)

    def test_checks_can_be_chosen_by_words_of_their_titles(self):
        report = self.run_conform(self.good, "--option", "hostname=x", "--check", "links lead", "--check", "the same")
        self.assertRegex(report, r"(?s)1\.\.3\nok 1 - inventory: links .*\nok 2 - .* a second .*\nok 3 - .* another ")

    def test_a_wrong_option_is_a_failure_not_a_skip(self):
        report = self.run_conform(self.good, "--option", "hostnme=x", groups=["inventory"], status=[1])
        self.assertIn("unknown option 'hostnme', did you mean 'hostname'?", report)

    def test_damaged_files_are_refused(self):
        with open(self.good, "rb") as file:
            whole = file.read()
        place = os.path.join(self.folder.name, "damaged")
        os.makedirs(place, exist_ok=True)
        module = os.path.join(place, "broken.so")
        cuts = [0, 1, 4, 15, 63, 64, 65, 200, 700, 4096, 5000]
        for content in [whole[:cut] for cut in cuts] + [b"#!/bin/sh\n", b"\x7fELF" + b"\xff" * 500]:
            with open(module, "wb") as file:
                file.write(content)
            with self.subTest(size=len(content)):
                report = self.run_conform(module, groups=["static"], status=[1])
                self.assertRegex(report, r"not ok \d+ - static: it loads|not ok 6 - ")

    def test_flipped_bytes_never_end_the_program(self):
        with open(self.good, "rb") as file:
            whole = bytearray(file.read())
        place = os.path.join(self.folder.name, "flipped")
        os.makedirs(place, exist_ok=True)
        module = os.path.join(place, "broken.so")
        # What reads the file without loading it, and a loader that must not fall for it.
        checks = ["shared object", "exports", "what it needs", "run path", "prologue", "loads"]
        for seed in range(24):
            content = bytearray(whole)
            for step in range(8):  # in the headers and the dynamic tables, which are in front
                content[(seed * 977 + step * 131) % 4096] ^= 1 << (seed + step) % 8
            with open(module, "wb") as file:
                file.write(content)
            self.run_conform(module, "--timeout", "5", *[f"--check={words}" for words in checks], groups=["static"])

    def test_what_it_is_not_asked_for_is_refused(self):
        for arguments, answer in [
                (["--optoin", "a=b", self.good], "unknown option '--optoin', did you mean '--option'?"),
                (["--check", "lynx", self.good], "no check has these words in its title (--list prints them): 'lynx'"),
                (["--group", "inventry", self.good], "there is no group 'inventry', did you mean 'inventory'?"),
                (["--option", "hostname", self.good], "an option is given as NAME=VALUE, not 'hostname'"),
                (["--option", "hostname=@/nowhere", self.good], "option 'hostname': "),
                (["--timeout", "soon", self.good], "--timeout needs a number from 1 to 3600, not 'soon'"),
                (["--group"], "a value is missing behind '--group'"),
                ([self.good, self.good], "one module at a time"),
                (["/nowhere.so"], "module '/nowhere.so': No such file"),
                ([], "no module is given")]:
            with self.subTest(arguments=arguments):
                done = subprocess.run([CONFORM, *arguments], capture_output=True, text=True)
                self.assertEqual(done.returncode, 2)
                self.assertIn(answer, done.stderr)

    def test_help_describes_every_option_and_group(self):
        done = subprocess.run([CONFORM, "--help"], capture_output=True, text=True, check=True)
        for word in ["--option", "--group", "--check", "--verbose", "--describe", "--list", "--timeout", "--patience", *EVERYTHING]:
            self.assertIn(word, done.stdout)
        done = subprocess.run([CONFORM, "--list"], capture_output=True, text=True, check=True)
        self.assertEqual(re.findall(r"^(\w+): ", done.stdout, re.M), EVERYTHING)

    def test_the_manual_page_names_every_option_and_group(self):
        with open(os.path.join(HERE, "..", "..", "docs", "man", "reeve-conform.1"), encoding="utf-8") as file:
            page = file.read()
        done = subprocess.run([CONFORM, "--help"], capture_output=True, text=True, check=True)
        options = set(re.findall(r"--([a-z]+)", done.stdout))
        self.assertEqual(options, set(re.findall(r"^\.It Fl -([a-z]+)", page, re.M)))
        self.assertEqual(EVERYTHING, re.findall(r"^\.It Cm (\w+)", page, re.M))

    def test_the_manifest_is_json(self):
        import json
        done = subprocess.run([CONFORM, "--describe", self.good], capture_output=True, text=True, check=True)
        manifest = json.loads(done.stdout)
        self.assertEqual(manifest["name"], "broken")
        self.assertEqual([option["name"] for option in manifest["options"]], ["hostname", "password"])
        done = subprocess.run([CONFORM, "--describe", self.good], capture_output=True, text=True,
                              env=dict(os.environ, BROKEN="crash_entry"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("reeve_provider_entry", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
