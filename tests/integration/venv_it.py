# SPDX-License-Identifier: Apache-2.0
"""For tests that need packages: goes on in the virtual environment of tests/peers/python, which it makes when it is
not there (scripts/test has made it before).

    import venv_it
    venv_it.enter()
    import schemathesis
"""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def enter():
    """Returns in the environment's python: the same program, started again with the same arguments."""
    done = subprocess.run([os.path.join(ROOT, "tests", "peers", "python", "install")], check=True,
                          stdout=subprocess.PIPE, text=True)
    python = done.stdout.strip()
    if os.path.dirname(os.path.abspath(sys.executable)) != os.path.dirname(python):
        os.execv(python, [python, "-B", *sys.argv])
