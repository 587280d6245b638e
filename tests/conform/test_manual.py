#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/writing-a-provider.md, followed to the letter from an empty folder with an installed SDK.

The manual's code carries notes that readers do not see, each in a comment right before its block:

  <!-- FILE -->                       the whole of a file (Makefile, acme_server.py)
  <!-- acme.c: PART -->               a part of acme.c: new ones go to the end, known ones are replaced
  <!-- acme.c: PART above OTHER -->   a new part, before another
  <!-- at file level -->              a piece of C that stands by itself
  <!-- in a function -->              statements

After each step acme.c must build without a warning and pass reeve-conform; after the last one every check of it.
From the environment: REEVE_BUILD (a build folder, to install from), CFLAGS and LDFLAGS (of a sanitized build).
"""
import glob
import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MANUAL = os.path.join(ROOT, "docs", "writing-a-provider.md")
BLOCK = re.compile(r"^<!-- (.*?) -->\n```(\w+)\n(.*?)^```$", re.M | re.S)
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
        cls.prefix = os.path.join(cls.scratch.name, "prefix")
        subprocess.run(["cmake", "--install", os.environ["REEVE_BUILD"], "--component", "sdk", "--prefix", cls.prefix],
                       check=True, stdout=subprocess.DEVNULL)
        config = glob.glob(os.path.join(cls.prefix, "**", "reeve-sdk.pc"), recursive=True)[0]
        cls.environment = dict(os.environ, PKG_CONFIG_PATH=os.path.dirname(config))
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

    def conform(self, port, *arguments):
        options = ["hostname=127.0.0.1", f"port={port}", "security_protocol=non-ssl", "auth_key=open-sesame"]
        return subprocess.run(
            [os.path.join(self.prefix, "bin", "reeve-conform"), "acme.so", *[f"--option={o}" for o in options], *arguments],
            cwd=self.folder, text=True, capture_output=True, timeout=400)

    def start_server(self):
        server = subprocess.Popen([sys.executable, "-B", "acme_server.py", "0"], cwd=self.folder, text=True,
                                  stdout=subprocess.PIPE)
        self.addCleanup(lambda: (server.kill(), server.wait(), server.stdout.close()))
        return server.stdout.readline().split()[-1]

    def test_each_step_leaves_something_that_works(self):
        chapters = re.split(r"^## ", self.manual, flags=re.M)
        steps = [chapter for chapter in chapters if chapter.startswith("Step ")]
        self.assertEqual(len(steps), 9)
        source, port = Source(), None
        for number, step in enumerate(steps):
            changed = False
            for note, _, text in BLOCK.findall(step):
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
                last = number == 7
                done = self.conform(port, *([] if last else ["--group=static", "--group=life", "--group=inventory"]))
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertNotIn("# SKIP", done.stdout)
        self.assertIn("ok 28 - inventory: a refresh lists something (56 objects of 3 kinds)", done.stdout)

        # What the manual shows of a wrong token.
        done = self.conform(port, "--group", "life", "--option", "auth_key=wrong")
        shown = re.search(r"^    (not ok \d+ - life: verify .*)\n    (#   verify: .*)$", self.manual, re.M)
        self.assertIn(shown.group(1) + "\n" + shown.group(2), done.stdout)


if __name__ == "__main__":
    unittest.main()
