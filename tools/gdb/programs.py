# SPDX-License-Identifier: MIT
"""Programs: their files in the build folder, which of them a task runs, and whose symbols gdb uses."""
import os
import struct

import gdb

import kernel

BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
KERNEL = os.path.join(BUILD, "bin/kernel")
SAMPLE = 32             # bytes of each page that are compared


class Elf:
    """The little that is asked of an ELF file: its entry and the bytes at an address."""

    def __init__(self, path):
        with open(path, "rb") as source:
            self.data = source.read()
        if self.data[:5] != b"\x7fELF\x01":
            raise gdb.GdbError(f"{path} is no 32-bit ELF file")
        self.entry, offset = struct.unpack_from("<II", self.data, 24)
        size, count = struct.unpack_from("<HH", self.data, 42)
        headers = [struct.unpack_from("<8I", self.data, offset + i * size) for i in range(count)]
        self.segments = [h for h in headers if h[0] == 1]       # PT_LOAD: type offset vaddr paddr filesz memsz flags ...

    def bytes_at(self, address, length):
        for _, offset, vaddr, _, filesz, *_ in self.segments:
            if vaddr <= address < vaddr + filesz:
                start = offset + address - vaddr
                return self.data[start:start + min(length, vaddr + filesz - address)]
        return b""

    def text(self):
        """(first, end) of what is executed."""
        return [(h[2], h[2] + h[4]) for h in self.segments if h[6] & 1]


def paths():
    found = {}
    for folder in ("bin", "bin/apps"):
        path = os.path.join(BUILD, folder)
        if os.path.isdir(path):
            for name in sorted(os.listdir(path)):
                if os.path.isfile(os.path.join(path, name)):
                    found.setdefault(name, os.path.join(path, name))
    return found


def path_of(name):
    found = paths().get(name)
    if not found:
        raise gdb.GdbError(f"there is no program {name} in {BUILD}/bin or {BUILD}/bin/apps; try: programs")
    return found


elves, names = {}, {}


def elf(path):
    stamp = os.path.getmtime(path)
    if elves.get(path, (None, None))[0] != stamp:
        elves[path] = stamp, Elf(path)
    return elves[path][1]


class Sight:
    """The code that a task has, read once for all candidates: the line to the machine may be slow."""

    def __init__(self, space):
        self.space, self.entries, self.seen = space, {}, {}

    def look(self, first, end):
        for page in range(first & ~0xFFF, end, 0x1000):
            if page not in self.entries:
                self.entries.update({p: 0 for p in range(page, page + 0x20000, 0x1000)})
                self.entries.update(self.space.entries(page, page + 0x20000))

    def read(self, addresses):
        """SAMPLE bytes at each, none of which crosses a page."""
        addresses = [at for at in addresses if at not in self.seen]
        if not addresses:
            return
        with kernel.physical():
            for at in addresses:
                self.seen[at] = kernel.read((self.entries[at & ~0xFFF] & ~0xFFF) + at % 0x1000, SAMPLE)

    def matches(self, program):
        """How many of its pages hold the program's code; 0 if one holds other code."""
        wanted = []
        for first, end in program.text():
            self.look(first, end)
            wanted += [page + 0x400 for page in range(first & ~0xFFF, end - 0x400 - SAMPLE, 0x1000) if self.entries[page] and page + 0x400 >= first]
        for part in (wanted[:1], wanted):       # most candidates differ in their first page: the others need not be read
            self.read(part)
            if any(self.seen[at] != program.bytes_at(at, SAMPLE) for at in part):
                return 0
        return len(wanted)


def recognise(space):
    """The program with the most of its code there, if a thread of the task is in that code: a task that hands out memory has the code of
    others in its space as well."""
    best, name, sight = 0, "?", Sight(space)
    started = [t for t in space.members() if t.utcb]
    places = [t.frame_word("eip") for t in started]
    for t in started:                   # in a stub of the KIP: the address to which that returns
        places.append(int.from_bytes(space.read(t.frame_word("esp"), 4), "little"))
    for candidate, path in paths().items():
        try:
            program = elf(path)
        except gdb.GdbError:
            continue
        if candidate == "kernel" or not any(first <= at < end for at in places for first, end in program.text()):
            continue
        count = sight.matches(program)
        if count > best:
            best, name = count, candidate
    return name


def key_of(space):
    members = space.members()
    return space.address, space.directory_phys, members[0].id if members else 0


def learn(space, name):
    """The task runs that program, even if none of its code is mapped at a later look."""
    names[key_of(space)] = name


def name_of(space):
    """The name of the program that a task runs: the one whose code it has."""
    if space.address == kernel.T["kernel_space"]:
        return "kernel"
    if space.sigma0:
        return "sigma0"
    if names.get(key_of(space), "?") == "?":
        learn(space, recognise(space))
    return names[key_of(space)]


def task_of(space):
    """A task's number: the version of its threads."""
    members = space.members()
    return members[0].id & (1 << kernel.ID_VERSION_BITS) - 1 if members else 0


def task_text(space):
    return f"{name_of(space)} (task {task_of(space)})"


def task_find(text):
    """By name, by number, or by the id of one of its threads."""
    found = kernel.spaces()
    if text.isdigit():
        here = [s for s in found if task_of(s) == int(text) and not s.sigma0]
    elif "." in text:
        here = [kernel.thread_find(text).space]
    else:
        here = [s for s in found if name_of(s) == text]
    if not here:
        raise gdb.GdbError(f"there is no task {text} now; `l4 spaces` lists them")
    if len(here) > 1:
        raise gdb.GdbError(f"{text} runs as tasks {', '.join(str(task_of(s)) for s in here)}: say which number")
    return here[0]


# ---- symbols

class Symbols:
    """One program's symbols at a time: all programs share addresses."""

    def __init__(self):
        self.path = None

    def use(self, path):
        if path == self.path:
            return
        self.drop()
        gdb.execute(f"add-symbol-file {path}", to_string=True)
        self.path = path

    def drop(self):
        """Before the machine goes on to another program: at a stop, gdb notes which inlined function begins there, and keeps this note
        when its symbols are removed.  By symbols of another program it would be a wrong function at first, and freed memory then."""
        if self.path:
            gdb.execute(f"remove-symbol-file {self.path}", to_string=True)
            self.path = None

    def use_for(self, space):
        """Those of a task's program, if it is known."""
        name = name_of(space)
        if name in paths() and name != "kernel":
            self.use(path_of(name))
        return name


symbols = Symbols()
