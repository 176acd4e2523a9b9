# SPDX-License-Identifier: MIT
"""The longest stretch with interrupts off, over the suites of tests/guest, the benchmarks and the whole system.

usage: bench/irqoff.py BUILD [SUITE...]

The kernel is kernel-check, which every build has: kernel/debug/irqoff.c writes each record on port 0xE9; here addresses become names.  The entry and exit code in
assembly, which the clock cannot see, is added as ENTRY.  The clock itself is watched: see judge()."""
import os
import subprocess
import sys
import tempfile

import meter
from meter import machine

SYSTEM = ["kernel", "sigma0", "wortel", "physmem", "task", "deva", "deva-store", "init", "apps.cpio"]
SETUP = {               # what differs: modules, kernel options, options of modules, megabytes
    "growth": dict(kernel="kmem=144M", memory=256),
    "guest-crowd": dict(memory=256),
    "guest-stretch": dict(memory=256),
    "adversary_root": dict(memory=64),
    "adversary": dict(modules=[name if name != "task" else "adversary" for name in SYSTEM[:-1]], memory=64),
    "fuzz": dict(options={"fuzz": "seed=1 calls=100000"}, memory=64),
    "system": dict(modules=SYSTEM, options={"init": "init batch"}, memory=64),
}
SUITES = ["guest-stretch", "guest-kernel", "raw", "guest-crowd", "adversary_root", "fuzz", "bench", "growth", "system"]
ENTRY = 40              # instructions of the stub, entry.asm and the way out: fewer than this
GRAIN = 838             # a count of the PIT
LIMIT = 5000            # docs/bench.md
TIMEOUT = 900
NO_WALKERS = "walk=4000000000"  # they are not what we measure
CROSS = os.environ.get("CROSS", "i686-linux-gnu-")


class Record:
    """What one boot had to say."""

    def __init__(self, build, suite, lines, text, good):
        self.kernel, self.suite, self.text, self.good = f"{build}/bin/kernel-check", suite, text, good
        words = [(line.split()[0], [int(word, 16) for word in line.split()[1:]]) for line in lines if line.strip()]
        self.stretches = [tuple(numbers) for what, numbers in words if what == "irqoff"]
        self.missed = [tuple(numbers) for what, numbers in words if what == "missed"]
        self.late = max([numbers[0] for what, numbers in words if what == "late"], default=0)

    def place(self, address):
        """function (file:line) of a kernel address."""
        out = subprocess.run([CROSS + "addr2line", "-f", "-s", "-e", self.kernel, hex(address - 1)], stdout=subprocess.PIPE, text=True).stdout.split()
        return f"{out[0]} ({out[1]})" if len(out) > 1 else hex(address)

    def describe(self, stretch):
        count, vector, begin, end = stretch
        return f"{self.suite}: {count + ENTRY} instructions, vector {vector:#x}, from {self.place(begin)} to {self.place(end)}"

    def worst(self):
        return max((count for count, *_ in self.stretches), default=0) + ENTRY

    def judge(self):
        """Sentences about what is wrong with the clock itself.  Beginnings and ends alternate, and no tick of the PIT, which knows
        nothing of the kernel, has waited longer than the longest stretch that was noted."""
        wrong = [f"{self.suite}: a beginning or an end was missed between {self.place(a)} and {self.place(b)}" for _, a, b in self.missed]
        if not self.good:
            wrong.append(f"{self.suite} did not end well: " + self.text[-300:])
        if not self.stretches:
            wrong.append(f"{self.suite} says nothing: no clock")
        if self.late > self.worst() + GRAIN:
            wrong.append(f"{self.suite}: a tick waited {self.late} instructions, and the clock saw {self.worst()} at most")
        return wrong


def measure(build, suite):
    """One boot of the suite."""
    setup = SETUP.get(suite, {})
    modules = ["kernel-check" if name == "kernel" else name for name in setup.get("modules", ["kernel", "sigma0", suite])]
    options = setup.get("options", {})
    with tempfile.TemporaryDirectory(prefix="irqoff-") as folder:
        path = os.path.join(folder, "records")
        command = machine.qemu(memory=setup.get("memory", 128), kernel=machine.module_file(build, "loader"),
                               options={"loader": f"loader {NO_WALKERS} {setup.get('kernel', '')}"}, modules=machine.initrd(build, modules, options),
                               extra=meter.ICOUNT + meter.QUIET + ["-debugcon", f"file:{path}"])
        status, text, _ = machine.collect(command, TIMEOUT)
        with open(path, encoding="ascii", errors="replace") as lines:
            return Record(build, suite, list(lines), text, status == 0)


def measure_again(build, suite, tries=10):
    """On a busy machine QEMU may bring a tick late, and then the record is not to be trusted; what the kernel does is the same again."""
    for _ in range(tries):
        record = measure(build, suite)
        if not record.judge():
            break
    return record


def worst(build, suites=SUITES):
    """The worst stretch of all these boots: instructions, a sentence about where it was, sentences about what is wrong."""
    records = [measure_again(build, suite) for suite in suites]
    record = max(records, key=Record.worst)
    where = record.describe(record.stretches[-1]) if record.stretches else "nothing ran"
    return record.worst(), where, [sentence for each in records for sentence in each.judge()]


if __name__ == "__main__":
    for name in sys.argv[2:] or SUITES:
        seen = measure(sys.argv[1], name)
        print("\n".join([seen.describe(stretch) for stretch in seen.stretches if stretch[0] > 2000]
                        + [f"{name}: ticks waited {seen.late} instructions at most"] + seen.judge()), flush=True)
