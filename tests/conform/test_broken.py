#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""reeve-conform finds what is wrong with broken modules, names it, and survives all of them.

Each case compiles broken.c with one fault and says what must be found. From the environment: CC, CFLAGS,
REEVE_CONFORM (the program), REEVE_SDK_INCLUDE, REEVE_SDK_LIBS (what to link), REEVE_PROVIDER_MAP.
"""
import concurrent.futures
import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
CONFORM = os.environ["REEVE_CONFORM"]
CFLAGS = shlex.split(os.environ.get("CFLAGS", ""))
SANITIZED = any("sanitize" in flag for flag in CFLAGS)
RESULT = re.compile(r"^(not ok|ok) (\d+) - (\w+): ", re.M)
CANARY = "password=correct-horse-battery"

# fault: (groups, further arguments, what is found)
FOUND = {
    "no_symbol": ("static", [], [r"it does not export reeve_provider_entry", r"to do: write REEVE_PROVIDER"]),
    "extra_symbol": ("static", ["--no-map"], [r"it also exports 'broken_helper'"]),
    "undefined": ("static", ["--allow-undefined"], [r"'nobody_has_this' is in none of the libraries"]),
    "magic": ("static", [], [r"its magic number is 0x12345678, not 0x52454556"]),
    "major": ("static", [], [r"it is made for version 2\.0 of the provider interface, this is 1\.0"]),
    "no_sizes": ("static", [], [r"it does not say how long its struct reeve_option is", r"to do: .* build it again"]),
    "double_size": ("abi", [], [r"it is made for version 1\.0 and says that its struct reeve_option is 112 bytes long",
                                  r"; in version 1\.0 that is 56", r"to do: REEVE_PROVIDER\(\.\.\.\) fills in"]),
    "odd_size": ("abi", [], [r"says that its struct reeve_column is 33 bytes long; in version 1\.0 that is 32"]),
    "no_licence": ("static", [], [r"license is missing"]),
    "plain_token": ("static", [], [r"option 'api_token' sounds like a secret"]),
    "no_help": ("static", [], [r"the help of option 'port' is missing"]),
    "constructor": ("static", [], [r"ended by signal 6 \(Aborted\)"]),
    "crash_entry": ("static", [], [r"ended by signal 6 \(Aborted\) in callback reeve_provider_entry"]),
    "copy_host": ("abi", [], [r"ended by signal 11 \(Segmentation fault\) in callback reeve_provider_entry"]),
    "crash_open": ("life", [], [r"ended by signal 11 \(Segmentation fault\) in callback open"]),
    "crash_close": ("life", [], [r"ended by signal 6 \(Aborted\) in callback close"]),
    "hang_open": ("life", ["--timeout", "1"], [r"open did not return within 1 s", r"^Bail out! 4 checks"]),
    "wait_in_open": ("life", [], [r"open waited 1 times"]),
    "exit": ("life", [], [r"ended with status 3 in callback verify"]),
    "no_class": ("life", [], [r"returned 42, which is no error class"]),
    "leak_file": ("life", [], [r"three connections left 3 open files behind"]),
    "leak_memory": ("life", [], [r"LeakSanitizer" if SANITIZED else r"each open and close leaves \d+ bytes behind"]),
    "latin1": ("inventory", [], [r"host 'h-1' holds bytes that are not UTF-8"]),
    "twice": ("inventory", [], [r"vm 'v-6' was emitted twice"]),
    "child_twice": ("inventory", [], [r"has two children with one key, of kind custom_attribute"]),
    "dangling": ("inventory", [], [r"host_id of vm 'v-9' points to 'host h-99', which was not emitted"]),
    "undeclared": ("inventory", [], [r"storage 'v-5': its kind is not in the inventory's list"]),
    "unknown_column": ("inventory", [], [r"unknown column 'hame', did you mean 'name'\?"]),
    "forget_complete": ("inventory", [], [r"kind 'vm' was never declared complete"]),
    "after_complete": ("inventory", [], [r"vm 'v-40' was emitted after its kind was complete"]),
    "counter": ("inventory", [], [r"vm 'v-0' differs in cpu_shares"]),
    "thread": ("inventory", [], [r"the host was called from another thread in refresh"]),
    "watch_returns": ("watch", [], [r"it returned 0 after \d+ ms without being told to end"]),
    "watch_swallows": ("watch", [], [r"watch was told to end with cancelled, and returned 0 \(ok\)"]),
    "refuse_token": ("watch", [], [r"with a token that it does not know it returned -12 \(protocol\)"]),
    "ignore_cancel": ("time", [], [r"watch did not return within 2 s after it was cancelled"]),
    "ignore_failure": ("faults", [], [r"refresh went on for \d+ objects after it was told to end"]),
    "other_class": ("faults", [], [r"refresh was told to end with unavailable, and returned -12 \(protocol\)"]),
    "no_memory_check": ("faults", [], [r"ended by signal 11 \(Segmentation fault\) in callback refresh"]),
    "secret_in_log": ("secrets", [], [r"the value of option 'password' appears in a line of the log"]),
    "secret_in_error": ("secrets", [], [r"the value of option 'password' appears in the text of an error"]),
    "secret_on_stderr": ("secrets", [], [r"the value of option 'password' appears in what it prints"]),
    "secret_in_base64": ("secrets", [], [r"the value of option 'password' appears in base64 in a line of the log"]),
}
EVERYTHING = ["static", "describe", "abi", "life", "inventory", "watch", "faults", "time", "secrets"]


def compile_module(folder, fault, no_map=False, allow_undefined=False):
    """The module of a fault; named broken.so, in a folder of its own."""
    place = os.path.join(folder, fault)
    os.makedirs(place, exist_ok=True)
    module = os.path.join(place, "broken.so")
    link = [] if no_map else [f"-Wl,--version-script={os.environ['REEVE_PROVIDER_MAP']}"]
    if not allow_undefined and not SANITIZED:
        link.append("-Wl,--no-undefined")
    subprocess.run(
        [os.environ.get("CC", "cc"), *CFLAGS, "-g", "-w", "-shared", "-fPIC", "-fvisibility=hidden",
         f'-DFAULT="{fault}"', f"-DFAULT_{fault}", "-D_GNU_SOURCE", f"-I{os.environ['REEVE_SDK_INCLUDE']}",
         "-o", module, os.path.join(HERE, "broken.c"), *link, *shlex.split(os.environ["REEVE_SDK_LIBS"])],
        check=True)
    return module


class Conform(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="reeve-conform-")
        cls.good = compile_module(cls.folder.name, "none")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_conform(self, module, *arguments, groups=(), status=(0, 1)):
        """Runs it; whatever the module does, the program ends by itself with a complete report."""
        command = [CONFORM, *arguments]
        for group in groups:
            command += ["--group", group]
        done = subprocess.run([*command, module], capture_output=True, text=True, timeout=300)
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

    def find(self, fault):
        group, further, findings = FOUND[fault]
        module = compile_module(self.folder.name, fault, no_map="--no-map" in further,
                                allow_undefined="--allow-undefined" in further)
        arguments = [word for word in further if word not in ("--no-map", "--allow-undefined")]
        report = self.run_conform(module, "--option", "hostname=x", "--option", CANARY, *arguments, groups=[group],
                                  status=[1])
        for finding in findings:
            self.assertRegex(report, re.compile(finding, re.M))
        self.assertRegex(report, r"(?m)^#   to do: |Sanitizer|Bail out|sanitizer|^#   ended")

    def test_each_fault_is_found_and_named(self):
        # Most of the time is waiting for those that hang.
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            tries = {fault: pool.submit(self.find, fault) for fault in FOUND}
        for fault, found in tries.items():
            with self.subTest(fault=fault):
                found.result()

    def test_the_broken_parts_do_not_hide_the_good_ones(self):
        module = compile_module(self.folder.name, "crash_close")
        report = self.run_conform(module, "--option", "hostname=x", groups=["static", "life"])
        self.assertNotRegex(report, r"not ok \d+ - static")
        self.assertIn("ok 15 - life: an unknown option is refused by name", report)

    def test_a_module_that_prints_without_end_does_not_fill_the_memory(self):
        module = compile_module(self.folder.name, "loud")
        report = self.run_conform(module, "--option", "hostname=x", "--verbose", groups=["life"])
        self.assertNotIn("not ok", report)
        self.assertLess(len(report), 200000)

    def test_without_its_options_what_needs_a_system_is_skipped(self):
        report = self.run_conform(self.good)
        self.assertNotIn("not ok", report)
        self.assertIn("ok 18 - life: open and close, three times", report)
        self.assertRegex(report, r"ok 28 - inventory: .* # SKIP needs --option for hostname")
        self.assertIn("# skipped checks need a system to talk to", report)

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
        for seed in range(24):
            content = bytearray(whole)
            for step in range(8):  # in the headers and the dynamic tables, which are in front
                content[(seed * 977 + step * 131) % 4096] ^= 1 << (seed + step) % 8
            with open(module, "wb") as file:
                file.write(content)
            self.run_conform(module, "--timeout", "5", groups=["static"])

    def test_what_it_is_not_asked_for_is_refused(self):
        for arguments, answer in [
                (["--optoin", "a=b", self.good], "unknown option '--optoin', did you mean '--option'?"),
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
        for word in ["--option", "--group", "--verbose", "--describe", "--list", "--timeout", "--patience", *EVERYTHING]:
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
        crash = compile_module(self.folder.name, "crash_entry")
        done = subprocess.run([CONFORM, "--describe", crash], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("reeve_provider_entry", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
