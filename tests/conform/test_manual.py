#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/writing-a-provider.md, followed to the letter from an empty folder with an installed SDK.

The manual's code carries notes that readers do not see, each in a comment right before its block:

  <!-- FILE -->                       the whole of a file (Makefile, acme_server.py)
  <!-- WORDS --> before sh            what a reader types, run as it stands but for the build folder and Acme's port
  <!-- acme.c: PART -->               a part of acme.c: new ones go to the end, known ones are replaced
  <!-- acme.c: PART above OTHER -->   a new part, before another
  <!-- at file level -->              a piece of C that stands by itself
  <!-- in a function -->              statements

After each step acme.c must build without a warning and pass reeve-conform; after step 8 every check of it. The chapter
on single objects adds to it. Step 9 runs it in an installed server.
From the environment: REEVE_BUILD (a build folder, to install from), CFLAGS and LDFLAGS (of a sanitized build).
"""
import glob
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MANUAL = os.path.join(ROOT, "docs", "writing-a-provider.md")
BLOCK = re.compile(r"^<!-- ([^\n]*?) -->\n```(\w+)\n(.*?)^```$", re.M | re.S)
ANY_BLOCK = re.compile(r"^```(\w+)\n", re.M)
FUNCTION = """
int snippet(struct reeve_call *call, const struct reeve_config *config, struct reeve_http *http,
            struct reeve_inventory *inv, struct reeve_object *obj, const struct reeve_json *item, int fd);
int snippet(struct reeve_call *call, const struct reeve_config *config, struct reeve_http *http,
            struct reeve_inventory *inv, struct reeve_object *obj, const struct reeve_json *item, int fd)
{
    int status = 0;
    (void)call, (void)config, (void)http, (void)inv, (void)obj, (void)item, (void)fd;
    %s
    return status;
}
"""
# Where a step touches a part of the module only, the groups that look at it; else all of them run.
NEW_IN = {1: ["static", "life"], 2: ["life"], 3: ["static", "inventory"], 4: ["inventory"], 5: ["inventory"],
          6: ["inventory", "time"], 7: ["static", "inventory"]}
INCLUDES = "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <reeve/reeve.h>\n"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Source:
    """acme.c in parts."""

    def __init__(self):
        self.names, self.texts = [], {}

    def put(self, note, text):
        name, _, other = note.partition(" above ")
        if name not in self.texts:
            self.names.insert(self.names.index(other) if other else len(self.names), name)
        self.texts[name] = text

    def text(self):
        return "\n".join(self.texts[name] for name in self.names)


class Manual(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.manual = read(MANUAL)
        cls.scratch = tempfile.TemporaryDirectory(prefix="reeve-manual-")
        cls.folder = os.path.join(cls.scratch.name, "acme")
        os.mkdir(cls.folder)
        # ~ of the manual.
        cls.environment = dict(os.environ, HOME=cls.scratch.name)
        cls.prefix = os.path.join(cls.scratch.name, "reeve")
        installing = dict((note, text) for note, _, text in BLOCK.findall(cls.manual))["the SDK and a server"]
        installing = installing.replace("build/release", '"$REEVE_BUILD"')
        done = subprocess.run(["bash", "-euc", installing + 'printf "%s\\n" "$PATH" "$PKG_CONFIG_PATH"'],
                              env=cls.environment, check=True, stdout=subprocess.PIPE, text=True)
        cls.environment["PATH"], cls.environment["PKG_CONFIG_PATH"] = done.stdout.splitlines()[-2:]
        cls.include = os.path.join(cls.prefix, "include")

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def compile(self, text):
        """A warning is an error; what a snippet leaves unused is not."""
        return subprocess.run(
            ["cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-unused", f"-I{self.include}", "-fsyntax-only",
             "-xc", "-"], input=text, text=True, capture_output=True)

    def test_every_block_of_code_is_tried(self):
        tried = len(BLOCK.findall(self.manual))
        self.assertEqual(tried, len(ANY_BLOCK.findall(self.manual)), "a block has no note in front of it")
        self.assertGreater(tried, 30)

    def test_pieces_compile(self):
        for note, language, text in BLOCK.findall(self.manual):
            if language != "c" or note not in ("at file level", "in a function"):
                continue
            with self.subTest(text=text[:60]):
                done = self.compile(INCLUDES + (text if note == "at file level" else FUNCTION % text))
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_names_are_those_of_the_headers(self):
        headers = "".join(read(path) for path in glob.glob(os.path.join(self.include, "reeve", "*.h")))
        for name in sorted(set(re.findall(r"\b(?:reeve|REEVE)_[A-Za-z0-9_]*[A-Za-z0-9]\b", self.manual))):
            with self.subTest(name=name):
                self.assertRegex(headers + "reeve_add_provider acme_", name)

    def build(self):
        done = subprocess.run(
            ["make", f"CFLAGS={os.environ.get('CFLAGS', '')} -O1 -g -Werror", f"LDFLAGS={os.environ.get('CFLAGS', '')}"],
            cwd=self.folder, env=self.environment, text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def conform(self, port, *arguments, leaks=True):
        options = ["hostname=127.0.0.1", f"port={port}", "security_protocol=non-ssl", "auth_key=open-sesame"]
        return subprocess.run(
            [os.path.join(self.prefix, "bin", "reeve-conform"), "acme.so", *[f"--option={o}" for o in options], *arguments],
            cwd=self.folder, text=True, capture_output=True, timeout=400,
            env=self.environment if leaks else dict(self.environment, ASAN_OPTIONS="detect_leaks=0"))

    def start_server(self):
        server = subprocess.Popen([sys.executable, "-B", "acme_server.py", "0"], cwd=self.folder, text=True,
                                  stdout=subprocess.PIPE)
        self.addCleanup(lambda: (server.kill(), server.wait(), server.stdout.close()))
        return server.stdout.readline().split()[-1]

    def type(self, text, timeout_s=120):
        """What a shell answers; one that does not end is ended then."""
        with tempfile.TemporaryFile("w+") as answer:
            shell = subprocess.Popen(["bash", "-euo", "pipefail", "-c", text], cwd=self.folder, env=self.environment,
                                     stdout=answer, stderr=subprocess.STDOUT, start_new_session=True)
            try:
                code = shell.wait(timeout_s)
            except subprocess.TimeoutExpired:
                os.killpg(shell.pid, signal.SIGINT)
                code = shell.wait(20)
            answer.seek(0)
            return code, answer.read()

    def stop_reeved(self):
        path = os.path.join(self.scratch.name, "acme-home", "pid")
        if not os.path.exists(path):
            return
        pid = int(read(path))
        self.type(re.search(r"\(`(kill .*?)`\)", self.manual).group(1))
        end = time.monotonic() + 20
        while os.path.exists(f"/proc/{pid}") and time.monotonic() < end:
            time.sleep(0.05)
        log = read(os.path.join(self.scratch.name, "acme.log"))
        self.assertNotRegex(log, "Sanitizer|runtime error:")

    def follow_the_last_step(self, step, port):
        """In the order of the manual, whose blocks of sh these are."""
        blocks = {note: text.replace("port=8443", f"port={port}") for note, language, text in BLOCK.findall(step)
                  if language == "sh"}
        self.assertEqual(list(blocks), ["a server", "a provider", "a watch", "events", "installed with pkg-config",
                                        "installed with CMake"])
        self.addCleanup(self.stop_reeved)
        for note, text in blocks.items():
            with self.subTest(block=note):
                code, answer = self.type(text, 5 if note == "a watch" else 120)
                self.assertTrue(code == 0 or note == "a watch", answer)
                self.look_at(note, answer)

    def look_at(self, note, answer):
        module = os.path.join(self.prefix, "lib", "reeve", "providers", "acme.so")
        if note == "a provider":
            self.assertRegex(answer, r"(?m)^acme: Acme$")
            self.assertEqual(len(re.findall(r'"name": "machine \d+"', answer)), 50, answer)
            self.assertEqual(len(re.findall(r'"name": "rack \d+"', answer)), 2, answer)
            self.assertRegex(answer, r"(?m)^kind/acme_rack$")
            self.assertRegex(answer, r'"acme_racks": 2')
        elif note == "a watch":
            # Off a terminal each row and each change is a line of JSON.
            self.assertRegex(answer, r'(?m)^\{"type":"updated".*"name":"machine 0"')
        elif note == "events":
            self.assertRegex(answer, r"vm_or_template_id")
        elif note.startswith("installed"):
            os.unlink(module)  # there it is; the next way may put it there again

    def add_single_objects(self, source, chapter, port):
        for note, _, text in BLOCK.findall(chapter):
            source.put(note[len("acme.c: "):], text)
        self.write("acme.c", source.text())
        self.build()
        done = self.conform(port, "--group=inventory")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^ok \d+ - inventory: asked for one object it emits that one$")

    def test_each_step_leaves_something_that_works(self):
        chapters = re.split(r"^## ", self.manual, flags=re.M)
        steps = [chapter for chapter in chapters if chapter.startswith("Step ")]
        self.assertEqual(len(steps), 10)
        source, port = Source(), None
        for number, step in enumerate(steps):
            changed = False
            for note, language, text in BLOCK.findall(step):
                if language == "sh":
                    continue
                if note.startswith("acme.c: "):
                    source.put(note[len("acme.c: "):], text)
                    changed = True
                else:
                    self.write(note, text)
            if number == 0:
                port = self.start_server()
            if not changed:
                continue
            with self.subTest(step=number):
                self.write("acme.c", source.text())
                self.build()
                done = self.conform(port, *[f"--group={group}" for group in NEW_IN.get(number, ())],
                                    leaks=number not in NEW_IN)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertNotIn("# SKIP", done.stdout)
        self.assertIn("ok 28 - inventory: a refresh lists something (56 objects of 3 kinds)", done.stdout)

        # What the manual shows of a wrong token.
        done = self.conform(port, "--group", "life", "--option", "auth_key=wrong")
        shown = re.search(r"^    (not ok \d+ - life: verify .*)\n    (#   verify: .*)$", self.manual, re.M)
        self.assertIn(shown.group(1) + "\n" + shown.group(2), done.stdout)
        self.add_single_objects(source, next(c for c in chapters if c.startswith("Single objects")), port)
        self.follow_the_last_step(steps[9], port)


if __name__ == "__main__":
    unittest.main()
