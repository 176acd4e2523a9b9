# SPDX-License-Identifier: MIT
"""The longest stretch with interrupts off, over the suites of tests/guest that are root tasks.

usage: bench/irqoff.py BUILD [SUITE...]       BUILD holds a CHECK build: make CHECK=1 BUILD=build/check

kernel/debug/irqoff.c writes each record on port 0xE9; here addresses become names.  The entry and exit code in
assembly, which the clock cannot see, is added as ENTRY."""
import os
import subprocess
import sys
import tempfile

import meter
from meter import machine

SUITES = ["guest-kernel", "raw", "guest-crowd", "adversary_root", "growth"]
SETUP = {"growth": ("kmem=144M", 256)}  # options and megabytes, where a suite wants more than usual
ENTRY = 40              # instructions of the stub, entry.asm and the way out: fewer than this
TIMEOUT = 600
CROSS = os.environ.get("CROSS", "i686-linux-gnu-")


def place(build, address):
    """function (file:line) of a kernel address."""
    out = subprocess.run([CROSS + "addr2line", "-f", "-s", "-e", f"{build}/bin/kernel", hex(address - 1)], stdout=subprocess.PIPE, text=True).stdout.split()
    return f"{out[0]} ({out[1]})" if len(out) > 1 else hex(address)


def records(build, suite, options="", memory=256):
    """[(instructions, vector, from, to)] of one boot, each worse than the one before; and its text."""
    with tempfile.TemporaryDirectory(prefix="irqoff-") as folder:
        path = os.path.join(folder, "records")
        command = machine.qemu(memory=memory, kernel=machine.module_file(build, "loader"), options={"loader": "loader " + options},
                               modules=machine.initrd(build, ["kernel", "sigma0", suite], {}),
                               extra=meter.ICOUNT + meter.QUIET + ["-debugcon", f"file:{path}"])
        try:
            text = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=TIMEOUT).stdout
        except subprocess.TimeoutExpired as late:
            text = late.stdout or b""
        with open(path, encoding="ascii", errors="replace") as lines:
            found = [line.split()[1:] for line in lines if line.startswith("irqoff") and len(line.split()) == 5]
    return [tuple(int(word, 16) for word in words) for words in found], text.decode("latin-1")


def worst(build, suites=SUITES, options=""):
    """(instructions, sentence about where) of the worst stretch of all these boots."""
    best = (0, "nothing ran")
    for suite in suites:
        wants, memory = SETUP.get(suite, ("", 128))
        found, _ = records(build, suite, f"{options} {wants}", memory)
        if not found:
            raise RuntimeError(f"{suite} says nothing: {build} is no CHECK build")
        count, vector, begin, end = found[-1]
        if count + ENTRY > best[0]:
            best = (count + ENTRY, f"{suite}: vector {vector:#x}, from {place(build, begin)} to {place(build, end)}")
    return best


if __name__ == "__main__":
    for name in sys.argv[2:] or SUITES:
        for count, vector, begin, end in records(sys.argv[1], name)[0]:
            if count > 1000:
                print(f"irqoff {name} {count + ENTRY} vector {vector:#x} {place(sys.argv[1], begin)} -> {place(sys.argv[1], end)}")
