# SPDX-License-Identifier: Apache-2.0
"""Pages of the manual, followed to the letter. What stands right before a block in a comment, which readers do not
see, says what it is:

  <!-- file: PATH -->   the whole of a file
  <!-- run -->          what a reader types, into a pipe
  <!-- type -->         the same at a terminal: lists are tables there
  <!-- text: WHY -->    nothing that a test can run; tests/lint/blocks.sh lets no block stand without a note
  <!-- shows -->        what the commands before it print; a number stands for any number, "..." for any lines, or for
                        the rest of one
  <!-- any: A B -->     in what follows, A and B stand for any word
  <!-- exits: CODE -->  what is typed next does not end with 0
  <!-- WORD -->         before one of the others: the test does something of its own first (hooks[WORD])
"""
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BLOCK = re.compile(r"((?:^<!-- [^\n]*? -->\n)+)```(\w*)\n(.*?)^```$", re.M | re.S)
ANY_BLOCK = re.compile(r"^```\w*\n.*?^```$", re.M | re.S)
PROGRESS = re.compile("[^\n]*\x1b\\[K") # bars that were drawn over
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def read(page):
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        return file.read()


def plain(line):
    return re.sub(r"\s+", " ", NUMBER.sub("0", line)).strip()


def ended(text, printed, code, expected):
    if code != expected:
        raise AssertionError(f"$ {text}\n{printed}\nexit code {code}, not {expected}")
    return printed


def shell(text, folder, env, code=0, timeout_s=90):
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=folder, env=env, timeout=timeout_s, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False)
    return ended(text, done.stdout, done.returncode, code)


def terminal(text, folder, env, code=0, timeout_s=90):
    """shell() at a terminal that is wide enough for every table."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 400, 0, 0))
    with open(ours, "rb", 0) as screen:
        typed = subprocess.Popen(["timeout", str(timeout_s), "bash", "-euo", "pipefail", "-c", text], cwd=folder, stdout=theirs,
                                 stderr=theirs, stdin=subprocess.DEVNULL, env=dict(env, NO_COLOR="1", TERM="xterm"))
        os.close(theirs)
        printed = b""
        while True:
            try:
                piece = screen.read(65536)
            except OSError: # the last one has closed it
                break
            printed += piece
    return ended(text, PROGRESS.sub("", printed.decode().replace("\r\n", "\n")), typed.wait(), code)


def pattern(line, words):
    """What a line of the page fits."""
    text = re.escape(plain(line.removesuffix("...")))
    for word in words:
        text = text.replace(re.escape(plain(word)), r"\S+")
    return re.compile(text + (".*" if line.endswith("...") else ""))


def missing(shown, printed, words=()):
    """Lines of the page that were not printed, in their order."""
    have, at = [plain(line) for line in printed.splitlines()], 0
    for line in shown.splitlines():
        if not line.strip() or line.strip() == "...":
            continue
        want = pattern(line, words)
        while at < len(have) and not want.fullmatch(have[at]):
            at += 1
        if at == len(have):
            return line
        at += 1
    return None


class Reader:
    """Who does what a page says, block after block."""

    def __init__(self, page, folder, env, hooks):
        self.page, self.folder, self.env, self.hooks = page, folder, env, hooks
        self.printed, self.code, self.words = "", 0, ()

    def type(self, run, text):
        self.printed = run(text, self.folder, self.env, self.code)
        self.code = 0
        if os.environ.get("REEVE_MANUAL_PRINT"): # what a page should show
            print(f"$ {text}{self.printed}", flush=True)

    def compare(self, text):
        line = missing(text, self.printed, self.words)
        self.words = ()
        if line is not None:
            raise AssertionError(f"{self.page} shows\n{line}\nwhich is not in\n{self.printed}")

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def heed(self, note, text):
        word, _, rest = note.partition(": ")
        if note in self.hooks:
            self.hooks[note]()
        elif note in ("run", "type"):
            self.type(shell if note == "run" else terminal, text)
        elif note == "shows":
            self.compare(text)
        elif word == "file":
            self.write(rest, text)
        elif word == "any":
            self.words = rest.split()
        elif word == "exits":
            self.code = int(rest)
        elif word != "text":
            raise AssertionError(f"{self.page}: what is <!-- {note} -->?")


def follow(page, folder, env, hooks, replace=None):
    """How many blocks said what they are, and how many did not. replace: texts of the page (an address) that are others
    here."""
    text, seen, reader = read(page), 0, Reader(page, folder, env, hooks)
    for old, new in (replace or {}).items():
        text = text.replace(old, new)
    for block in BLOCK.finditer(text):
        seen += 1
        for note in re.findall(r"<!-- (.*?) -->", block.group(1)):
            reader.heed(note, block.group(3))
    return seen, len(ANY_BLOCK.findall(text)) - seen


def commands_of(page, title):
    """Lines that begin with "$ " in the section of this title; what follows a line's backslash belongs to it."""
    section = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", read(page), re.M | re.S).group(1)
    return re.findall(r"^    \$ ((?:[^\n]*\\\n)*[^\n]*)$", section, re.M)
