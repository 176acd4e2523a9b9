# SPDX-License-Identifier: MIT
"""What `make gdb` loads: connects to `make debug`, stops at the kernel's first line, and knows about programs, threads and tasks.

    program NAME            use the symbols of a program: physmem, task, demo, ... (one at a time: they share addresses)
    pbreak NAME LOCATION    stop at LOCATION in that program only, not in others that have code at the same address
    programs                what there is
    l4                      lists the commands about threads, spaces, mappings, faults
    hurd                    lists those about physmem and the pagers

Environment: BUILD (build) is the folder of what runs, GDB_PORT (1234) or GDB_STUB (host:port, or a device) where the stub is.
"""
import os
import socket
import sys

import gdb

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kernel                                       # noqa: E402
import programs                                     # noqa: E402
import unwind                                       # noqa: E402,F401
import printers                                     # noqa: E402,F401
import l4                                           # noqa: E402,F401
import hurd                                         # noqa: E402,F401
import registers                                    # noqa: E402
from programs import KERNEL, Elf, path_of, symbols  # noqa: E402

KERNEL_OFFSET = 0xF0000000
PORT = os.environ.get("GDB_PORT", "1234")
STUB = os.environ.get("GDB_STUB") or "127.0.0.1:" + PORT
BOOT_OBJECT = os.path.join(programs.BUILD, "obj/kernel/kernel/arch/x86/boot.asm.o")
PAGING = 1 << 31


class ProgramBreakpoint(gdb.Breakpoint):
    """A breakpoint that holds in one program: elsewhere the same address carries other code."""

    def __init__(self, path, address):
        self.path, self.name, self.address = path, os.path.basename(path), address
        self.code = Elf(path).bytes_at(address, 32)
        super().__init__(f"*{address:#x}", type=registers.breakpoint_type(address))

    def stop(self):
        kernel.forget(None)
        try:
            here = bytes(gdb.selected_inferior().read_memory(self.address, len(self.code))) == self.code
            if here:
                programs.learn(kernel.current().space, self.name)
            return here
        except gdb.MemoryError:
            pass            # a processor looks for breakpoints before it looks for the page
        if self.type != gdb.BP_HARDWARE_BREAKPOINT:
            return False    # QEMU comes here again, with the page; a step by the kernel's stub ends behind it
        try:
            return programs.name_of(kernel.current().space) == self.name
        except (gdb.error, gdb.GdbError):
            return False


def show_program(event):
    """After a stop, the symbols below the kernel's are those of the program that runs, so that a backtrace ends in its code."""
    for breakpoint in getattr(event, "breakpoints", ()):
        if isinstance(breakpoint, ProgramBreakpoint):
            if symbols.path != breakpoint.path:
                symbols.use(breakpoint.path)
                gdb.execute("frame")    # gdb has said where, by the symbols of another program
            return
    try:
        symbols.use_for(kernel.current().space)
    except (gdb.error, gdb.GdbError):
        pass                            # the kernel is not up yet


class BeforeContinue(gdb.Command):
    """What gdb does before `continue`: a `pbreak` in another program must not be announced by the symbols of this one."""

    def __init__(self):
        super().__init__("pecan-before-continue", gdb.COMMAND_OBSCURE)
        gdb.execute("define hook-continue\npecan-before-continue\nend")

    def invoke(self, argument, from_tty):
        if any(isinstance(b, ProgramBreakpoint) and b.enabled and b.path != symbols.path for b in gdb.breakpoints()):
            symbols.drop()


class Program(gdb.Command):
    """program NAME: use the symbols of a program."""

    def __init__(self):
        super().__init__("program", gdb.COMMAND_FILES)

    def invoke(self, argument, from_tty):
        symbols.use(path_of(argument.strip()))
        print(f"symbols of {symbols.path}")


class ProgramBreak(gdb.Command):
    """pbreak NAME LOCATION: stop at LOCATION (a function or file:line) in that program only."""

    def __init__(self):
        super().__init__("pbreak", gdb.COMMAND_BREAKPOINTS)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        if len(words) != 2:
            raise gdb.GdbError("pbreak NAME LOCATION")
        path = path_of(words[0])
        symbols.use(path)
        program = Elf(path)
        found = gdb.Breakpoint(words[1], internal=True)
        addresses = [place.address for place in found.locations if place.address and place.address < KERNEL_OFFSET
                     and program.bytes_at(place.address, 1)]
        found.delete()
        if not addresses:
            raise gdb.GdbError(f"{words[1]} is not in {words[0]}")
        ProgramBreakpoint(path, addresses[0])


class Programs(gdb.Command):
    """programs: what can be named."""

    def __init__(self):
        super().__init__("programs", gdb.COMMAND_FILES)

    def invoke(self, argument, from_tty):
        print(" ".join(programs.paths()))


def fail(sentence):
    """The reason, and the end: nothing of what follows makes sense without a machine."""
    print("make gdb: " + sentence, file=sys.stderr)
    gdb.execute("quit 1")


def look_for_files():
    for path in (KERNEL, BOOT_OBJECT):
        if not os.path.exists(path):
            fail(f"there is no {path}: `make` builds it, and BUILD= names another folder")


def look_for_stub():
    """gdb itself would try again for 15 seconds, and not say what to do."""
    host, _, port = STUB.rpartition(":")
    if not port.isdigit():
        return
    with socket.socket() as probe:          # bind, not connect: a stub counts visitors
        try:
            probe.bind((host, int(port)))
        except OSError:
            return
    fail(f"nobody listens at {STUB}: first type `make debug` in another terminal")


def connect():
    gdb.execute("set tcp auto-retry off")
    gdb.execute("set remotetimeout 60")     # a busy machine must not make gdb ask twice: it would take the answers for those of others
    try:
        gdb.execute(f"target remote {STUB}", to_string=True)
    except gdb.error as problem:
        hint = ""
        if "too long" in str(problem) or "architecture" in str(problem).lower():
            hint = ": the machine has a 64-bit processor; Pecan wants qemu-system-i386, which `make debug` starts"
        fail(f"{STUB} does not answer as a PC with a 32-bit processor ({problem}){hint}")


def processor():
    try:
        gdb.execute("set architecture i386", to_string=True)
    except gdb.error:
        fail("this gdb knows no i386: install gdb-multiarch and type `make gdb GDB=gdb-multiarch`")


def load_kernel():
    """The kernel starts with paging off: boot.asm, which does that, has its symbols at its physical address as well.  The kernel is
    one unit, so gdb's index leaves its inlined functions out: -readnow reads all."""
    global physical_symbols
    gdb.execute(f"file -readnow {KERNEL}")
    entry = Elf(KERNEL).entry
    bss = int(gdb.parse_and_eval("(unsigned long)&idle_block")) - KERNEL_OFFSET
    gdb.execute(f"add-symbol-file {BOOT_OBJECT} -s .text {entry:#x} -s .bss {bss:#x}", to_string=True)
    physical_symbols = True
    return entry


physical_symbols = False        # are they loaded?


def paging():
    try:
        return bool(int(gdb.parse_and_eval("$cr0")) & PAGING)
    except gdb.error:
        return True


def forget_physical(event):
    """With paging on, low addresses are programs'."""
    global physical_symbols
    if physical_symbols and paging():
        physical_symbols = False
        gdb.execute(f"remove-symbol-file {BOOT_OBJECT}", to_string=True)


def to_first_line(entry):
    """Only a machine that has not booted goes there."""
    if paging():
        print("The machine runs already: stopped where it is.", end="  ")
    else:
        gdb.execute(f"thbreak *{entry:#x}", to_string=True)
        gdb.execute("continue")
        print("Stopped at the kernel's first line.", end="  ")
    print("programs, pbreak NAME LOCATION, l4, hurd list more.")


def main():
    for setting in ("confirm off", "pagination off", "disassembly-flavor intel", "backtrace past-main on"):
        gdb.execute(f"set {setting}")
    processor()
    look_for_files()
    look_for_stub()
    entry = load_kernel()
    Program(), ProgramBreak(), Programs(), BeforeContinue()
    gdb.events.stop.connect(show_program)
    gdb.events.stop.connect(forget_physical)
    connect()
    to_first_line(entry)


main()
