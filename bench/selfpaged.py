# SPDX-License-Identifier: MIT
"""One page fault of the demo that the demo's own pager serves, instruction by instruction: the whole system under QEMU's gdb stub.

All programs but the kernel's lie at the same addresses, so the address space (CR3) and the code at the place say which one runs."""
import os
import re
import subprocess

import meter
import steps
from meter import machine
import svg              # tools/tracing

FAULT_VECTOR, ENTRY_BYTES = 14, 4
CR3 = 21                # its number among the registers of QEMU's stub
ESP = 4
KERNEL_HALF = 0xC0000000
WARM = 20               # the fault that is followed: by then everybody has run, and records, page tables exist
LIMIT = 100000
SAMPLE = 16


class Hop:
    """Instructions without a change between the kernel, a program and another one: [(program, address)]."""

    def __init__(self, who):
        self.who, self.path = who, []


def store_of(program):
    """The address of the demo's first store to each page."""
    listing = steps.run(steps.CROSS + "objdump", "-d", "-l", "--no-show-raw-insn", program.path)
    line = next(n for n, text in enumerate(open(os.path.join(meter.TOP, "apps/demo/worker.c"), encoding="utf-8"), 1)
                if re.match(r"\s+\*p = word_at", text))
    found = re.search(rf"worker\.c:{line}\b[^\n]*\n +([0-9a-f]+):\s+mov +%\w+,", listing)
    return int(found[1], 16)


class System(steps.Lab):
    """A stopped machine with the whole system in it."""

    def __init__(self, build):
        self.build = build
        self.programs = {name: steps.Program(os.path.join(build, "bin", name))
                         for name in ("apps/demo", "physmem", "task", "wortel", "deva", "init", "sigma0")}
        self.spaces = {}
        super().__init__(build, modules=machine.MODULES, options={"init": "batch"})
        self.stub.ask("qXfer:features:read:target.xml:0,ffb")           # before that, QEMU answers no `p`

    def word(self, address):
        return int.from_bytes(bytes.fromhex(self.stub.ask(f"m{address:x},4")), "little")

    def register(self, number):
        return int.from_bytes(bytes.fromhex(self.stub.ask(f"p{number:x}"))[:4], "little")

    def place(self, address):
        kip = self.kernel.symbols["the_kip"]
        return self.kernel, address if address >= kip else kip + (address & 0xFFF)

    def program_at(self, eip):
        """Which program runs there; the stub looks at the loaded space."""
        space = self.register(CR3)
        if space not in self.spaces:
            code = bytes.fromhex(self.stub.ask(f"m{eip:x},{SAMPLE:x}"))
            self.spaces[space] = next((p for p in self.programs.values() if code_at(p, eip) == code), None)
        return self.spaces[space]

    def fault(self):
        """The hops of one fault, from the kernel's first instruction to the last one before the faulting instruction runs again."""
        entry = self.kernel.symbols["exception_entries"] + FAULT_VECTOR * ENTRY_BYTES
        store, seen = store_of(self.programs["apps/demo"]), 0
        while seen < WARM:
            self.stub.run_to(entry)
            seen += self.word(self.register(ESP) + 4) == store
        at, hops, stepped = self.stub.eip(), [], 0
        while at != store:
            who = self.who_at(at)
            if not hops or hops[-1].who != who:
                hops.append(Hop(who))
            hops[-1].path.append(self.place(at) if who == "kernel" else (self.program_at(at), at))
            at = self.stub.step()
            stepped += 1
            if stepped > LIMIT:
                raise RuntimeError("the fault does not come to its end")
        return hops

    def who_at(self, at):
        """A call's stub lies in the KIP's page of the program: it counts for the kernel, as in the other tours."""
        if at >= KERNEL_HALF:
            return "kernel"
        program = self.program_at(at)
        return os.path.basename(program.path) if program and at in program.functions else "kernel"


# ---- in words

THREAD, PAGER = "demo: thread", "demo: pager"
HAPPENS = ("the trap, and the message that it becomes for the pager", "finds the region; notes the frame; asks for a page, mapped",
           "the request, in the name of the thread", "finds a frame for it", "the reply, with a map item; the thread goes on")
CLEARS = "memset"


def lane_of(hops, i):
    """The demo's own code is its pager's: the thread that faulted stands still."""
    return PAGER if hops[i].who == "demo" else hops[i].who


def picture(hops):
    way = []
    for i, hop in enumerate(hops):
        clears = functions(hop.path).get(CLEARS, 0)
        way.append(svg.Hop(lane_of(hops, i), len(hop.path), HAPPENS[i] if len(hops) == len(HAPPENS) else "",
                           (clears, "clears the frame") if clears > len(hop.path) / 4 else None))
    return svg.path("A task serves its own page fault", "The demo writes to a page of its memory for the first time. Widths are numbers of "
                    "instructions, counted one by one (make tour).", ["kernel", THREAD, PAGER, "physmem"], way, THREAD)


def code_at(program, address):
    """What the file has there."""
    with open(program.path, "rb") as source:
        data = source.read()
    offset = int.from_bytes(data[28:32], "little")
    size, count = int.from_bytes(data[42:44], "little"), int.from_bytes(data[44:46], "little")
    for i in range(count):
        kind, place, first, _, length = (int.from_bytes(data[offset + i * size + 4 * k:offset + i * size + 4 * k + 4], "little") for k in range(5))
        if kind == 1 and first <= address < first + length:
            return data[place + address - first:place + address - first + SAMPLE]
    return b""


def functions(path):
    """{function: instructions}, in the order of their first instruction, by the symbols."""
    count, name = {}, None
    for program, address in path:
        name = steps.label(program.functions.get(address, "?") if program else "?", name)
        count[name] = count.get(name, 0) + 1
    return count
