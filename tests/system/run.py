# SPDX-License-Identifier: MIT
"""What `make run` and `make bochs` do when nobody sits at the terminal."""
import os
import re
import subprocess

import machine
from boot import DEMO_LINE


def verb(lab, *command, **environment):
    done = subprocess.run(command, cwd=machine.TOP, env=dict(os.environ, BUILD=os.path.abspath(lab.build), **environment), timeout=180,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
    return done.returncode, done.stdout


def run_without_a_terminal_shows_the_demo_and_succeeds(lab):
    status, said = verb(lab, "tools/qemu", "run")
    assert status == 0 and re.search(DEMO_LINE, said), f"status {status}: {said[-500:]}"
    assert "pecan> " not in said, "there is nobody to type"


def run_without_a_terminal_fails_when_the_demo_does(lab):
    status, said = verb(lab, "tools/qemu", "run", INIT="demo=--corrupt=3")
    assert status not in (0, 124) and not re.search(DEMO_LINE, said), f"status {status}: {said[-500:]}"


def bochs_without_a_terminal_takes_the_menu_entry_that_powers_off(lab):
    status, said = verb(lab, "tools/bochs")
    assert re.search(DEMO_LINE, said), f"status {status}: {said[-500:]}"
