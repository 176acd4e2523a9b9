# SPDX-License-Identifier: MIT
"""Programs that print without end (tests/guest/hostile/flooder.c): the shell answers, and Ctrl-C works.  All times are of the machine's
clock, in which an instruction takes 16 ns; the machine stands still while keys are typed, so this machine's speed is nothing to it."""
import fcntl
import os
import re
import struct
import subprocess
import tempfile
import termios
import time

import machine
from driver import modules_with

MS = 1000
TICKS = 1193.182 / 1193                 # in a millisecond
HELP, CTRL_C = 100, 1000                # ms: what was promised


def clock(lab, vm):
    """Of the kernel, in ms.  Pre: the machine stands still."""
    symbols = subprocess.run(["nm", "-S", os.path.join(lab.build, "bin/kernel")], capture_output=True, text=True, check=True).stdout
    address, size = (int(word, 16) for word in re.search(r"^(\w+) (\w+) \w timer$", symbols, re.M).groups())
    return int(re.search(r": 0x(\w+)", vm.ask(f"x /1wx {address + size - 8:#x}"))[1], 16) / TICKS


def typed(lab, vm, key):
    """Types a key when the machine stands still; answers the time of that."""
    vm.ask("stop")
    while vm.read(0.2):
        pass
    vm.heard = len(vm.text)
    begin = clock(lab, vm)
    vm.line.send(key)
    while struct.unpack("i", fcntl.ioctl(vm.process.stdin, termios.FIONREAD, b"1234"))[0]:
        time.sleep(0.01)
    vm.ask("cont")
    return begin


def until(vm, begin):
    h, m, s, us = map(int, vm.expect(r"(\d\d):(\d\d):(\d\d)\.(\d{6}) since", 300).groups())
    return (h * 3600 + m * 60 + s) * 1000 + us / MS - begin


def answer(lab, vm, line):
    """How long it takes from the Return key until all of this is done."""
    vm.line.send(line + ";~")
    vm.expect("~", 120)                 # the shell has got all of it
    took = until(vm, typed(lab, vm, "\r"))
    vm.expect("such command", 120)
    vm.expect("pecan> ", 120)
    return took


def prompted(lab, vm, key):
    """How long it takes until the shell prompts.  `fl watch` runs."""
    begin = typed(lab, vm, key)
    vm.expect("pecan> ", 120)
    return int(vm.expect(r"now: (\d+) us", 300)[1]) / MS - begin


def floods_of(lab, kind, threads):
    """In the background, and in the foreground."""
    with tempfile.TemporaryDirectory(prefix="pecan-floods-") as folder:
        vm = lab.boot_modules(modules_with(lab, folder, "fl"), options={"init": "run=hello"}, extra=machine.counted(4))
        vm.expect("pecan> ", 120)
    vm.command("devices", 120)          # now the console's parts have drivers
    vm.send(f"fl {kind} {threads} &")
    vm.expect("floods: ", 120)
    vm.read(1)
    behind = answer(lab, vm, "help;uptime")
    ended = answer(lab, vm, "kill fl;uptime")
    vm.send("fl watch &")
    vm.expect("now: ")
    vm.send(f"fl {kind} {threads}")
    vm.expect("floods: ", 120)
    in_front = prompted(lab, vm, "\x03")
    assert behind <= HELP and ended <= HELP and in_front <= CTRL_C, f"{kind}: help {behind} ms, kill {ended} ms, Ctrl-C {in_front} ms"


def the_shell_answers_beside_floods_of_lines(lab):
    floods_of(lab, "lines", 24)


def the_shell_answers_beside_floods_of_characters(lab):
    floods_of(lab, "chars", 24)


def the_shell_answers_beside_floods_of_escape_sequences(lab):
    """Those that change the whole screen, and those that make no sense."""
    for kind in ("erase", "insert", "rows", "garbage"):
        floods_of(lab, kind, 24)


def the_shell_answers_beside_floods_of_control_characters(lab):
    floods_of(lab, "controls", 24)


def the_shell_answers_beside_floods_of_questions(lab):
    floods_of(lab, "peeks", 24)
