# SPDX-License-Identifier: MIT
"""What `make gdb` loads: connects to `make debug`, stops at the kernel's first line, and knows about programs.

    program NAME            use the symbols of a program: physmem, task, demo, ... (one at a time: they share addresses)
    pbreak NAME LOCATION    stop at LOCATION in that program only, whoever else runs at the same address
    programs                what there is

The kernel is linked at its virtual address, 0xf0000000 above the physical one; it starts with paging off, so its symbols are
loaded at both.  A program's breakpoint looks at the code bytes under it before it stops: every program starts at 0x400000.
"""
import os
import struct
import time

import gdb

BUILD = os.environ.get("BUILD", "build")
KERNEL = os.path.join(BUILD, "bin/kernel")
KERNEL_OFFSET = 0xF0000000
STUB = "127.0.0.1:" + os.environ.get("GDB_PORT", "1234")


class Elf:
    """The little that is asked of an ELF file: its entry and the bytes at an address."""

    def __init__(self, path):
        with open(path, "rb") as source:
            self.data = source.read()
        self.entry, offset = struct.unpack_from("<II", self.data, 24)
        size, count = struct.unpack_from("<HH", self.data, 42)
        headers = [struct.unpack_from("<8I", self.data, offset + i * size) for i in range(count)]
        self.segments = [h for h in headers if h[0] == 1]       # PT_LOAD: type offset vaddr paddr filesz ...

    def bytes_at(self, address, length):
        for _, offset, vaddr, _, filesz, *_ in self.segments:
            if vaddr <= address < vaddr + filesz:
                start = offset + address - vaddr
                return self.data[start:start + min(length, vaddr + filesz - address)]
        return b""


def program_path(name):
    for folder in ("bin", "bin/apps"):
        path = os.path.join(BUILD, folder, name)
        if os.path.isfile(path):
            return path
    raise gdb.GdbError(f"no program {name} in {BUILD}/bin or {BUILD}/bin/apps; try: programs")


loaded = None       # the program whose symbols are in use, as a path


def use_program(path):
    global loaded
    if path == loaded:
        return
    if loaded:
        gdb.execute(f"remove-symbol-file {loaded}", to_string=True)
    gdb.execute(f"add-symbol-file {path}", to_string=True)
    loaded = path


class ProgramBreakpoint(gdb.Breakpoint):
    """A breakpoint that holds in one program: elsewhere the same address carries other code."""

    def __init__(self, path, address):
        self.path, self.address = path, address
        self.code = Elf(path).bytes_at(address, 32)
        super().__init__(f"*{address:#x}")

    def stop(self):
        try:
            here = bytes(gdb.selected_inferior().read_memory(self.address, len(self.code)))
        except gdb.MemoryError:
            return False
        return here == self.code


def show_program(event):
    """After a stop at a program's breakpoint, source and symbols are that program's."""
    for breakpoint in getattr(event, "breakpoints", ()):
        if isinstance(breakpoint, ProgramBreakpoint):
            use_program(breakpoint.path)


class Program(gdb.Command):
    """program NAME: use the symbols of a program."""

    def __init__(self):
        super().__init__("program", gdb.COMMAND_FILES)

    def invoke(self, argument, from_tty):
        use_program(program_path(argument.strip()))
        print(f"symbols of {loaded}")


class ProgramBreak(gdb.Command):
    """pbreak NAME LOCATION: stop at LOCATION (a function or file:line) in that program only."""

    def __init__(self):
        super().__init__("pbreak", gdb.COMMAND_BREAKPOINTS)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        if len(words) != 2:
            raise gdb.GdbError("pbreak NAME LOCATION")
        path = program_path(words[0])
        use_program(path)
        found = gdb.Breakpoint(words[1], internal=True)
        addresses = [place.address for place in found.locations if place.address and place.address < KERNEL_OFFSET
                     and Elf(path).bytes_at(place.address, 1)]
        found.delete()
        if not addresses:
            raise gdb.GdbError(f"{words[1]} is not in {words[0]}")
        ProgramBreakpoint(path, addresses[0])


class Programs(gdb.Command):
    """programs: what can be named."""

    def __init__(self):
        super().__init__("programs", gdb.COMMAND_FILES)

    def invoke(self, argument, from_tty):
        for folder in ("bin", "bin/apps"):
            path = os.path.join(BUILD, folder)
            if os.path.isdir(path):
                print(" ".join(sorted(n for n in os.listdir(path) if os.path.isfile(os.path.join(path, n)))))


def connect():
    for _ in range(50):
        try:
            gdb.execute(f"target remote {STUB}", to_string=True)
            return
        except gdb.error:
            time.sleep(0.2)
    raise gdb.GdbError(f"no stub at {STUB}: is `make debug` running in another terminal?")


def main():
    for setting in ("confirm off", "pagination off", "architecture i386", "disassembly-flavor intel"):
        gdb.execute(f"set {setting}")
    gdb.execute(f"file {KERNEL}")
    gdb.execute(f"add-symbol-file {KERNEL} -o {2 ** 64 - KERNEL_OFFSET:#x}", to_string=True)   # gdb computes in 64 bits
    Program(), ProgramBreak(), Programs()
    gdb.events.stop.connect(show_program)
    connect()
    entry = Elf(KERNEL).entry
    if entry >= KERNEL_OFFSET:
        entry -= KERNEL_OFFSET
    gdb.execute(f"thbreak *{entry:#x}", to_string=True)
    gdb.execute("continue")
    print("Stopped at the kernel's first line.  programs, program NAME, pbreak NAME LOCATION; help pbreak.")


main()
