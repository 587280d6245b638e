# SPDX-License-Identifier: Apache-2.0
"""Pages of the manual, followed to the letter. What stands right before a block in a comment, which readers do not
see, says what it is:

  <!-- file: PATH -->   the whole of a file
  <!-- run -->          what a reader types, into a pipe
  <!-- type -->         the same at a terminal: lists are tables there
  <!-- text: WHY -->    nothing that a test can run; tests/lint/blocks.sh lets no block stand without a note
  <!-- shows -->        what the commands before it print; a number stands for any number, "..." for any lines, or for
                        the rest of one
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


def shell(text, folder, env, timeout_s=90):
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=folder, env=env, timeout=timeout_s, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise AssertionError(f"$ {text}\n{done.stdout}\nexit code {done.returncode}")
    return done.stdout


def terminal(text, folder, env, timeout_s=90):
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
        printed, code = PROGRESS.sub("", printed.decode().replace("\r\n", "\n")), typed.wait()
    if code:
        raise AssertionError(f"$ {text}\n{printed}\nexit code {code}")
    return printed


def missing(shown, printed):
    """Lines of the page that were not printed, in their order."""
    have, at = [plain(line) for line in printed.splitlines()], 0
    for line in shown.splitlines():
        if not line.strip() or line.strip() == "...":
            continue
        want = plain(line.removesuffix("..."))
        fits = [i for i in range(at, len(have)) if have[i] == want or (line.endswith("...") and have[i].startswith(want))]
        if not fits:
            return line
        at = fits[0] + 1
    return None


def follow(page, folder, env, hooks, replace=None):
    """How many blocks said what they are, and how many did not. replace: texts of the page (an address) that are others
    here."""
    text, printed, seen = read(page), "", 0
    for old, new in (replace or {}).items():
        text = text.replace(old, new)
    for block in BLOCK.finditer(text):
        seen += 1
        for note in re.findall(r"<!-- (.*?) -->", block.group(1)):
            if note in hooks:
                hooks[note]()
            elif note in ("run", "type"):
                printed = (shell if note == "run" else terminal)(block.group(3), folder, env)
                if os.environ.get("REEVE_MANUAL_PRINT"): # what a page should show
                    print(f"$ {block.group(3)}{printed}", flush=True)
            elif note == "shows":
                line = missing(block.group(3), printed)
                if line is not None:
                    raise AssertionError(f"{page} shows\n{line}\nwhich is not in\n{printed}")
            elif note.startswith("text: "):
                pass
            elif note.startswith("file: "):
                path = os.path.join(folder, note[6:])
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(block.group(3))
            else:
                raise AssertionError(f"{page}: what is <!-- {note} -->?")
    return seen, len(ANY_BLOCK.findall(text)) - seen


def commands_of(page, title):
    """Lines that begin with "$ " in the section of this title; what follows a line's backslash belongs to it."""
    section = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", read(page), re.M | re.S).group(1)
    return re.findall(r"^    \$ ((?:[^\n]*\\\n)*[^\n]*)$", section, re.M)
