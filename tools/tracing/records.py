# SPDX-License-Identifier: MIT
"""The kernel's records (include/l4/pecan.h, "trace"), out of a dump of RAM or out of the lines of `trace dump`."""
import re
import struct

KINDS = ("begin", "send", "receive", "map", "fault", "trap", "irq", "call", "unmap", "exit", "switch", "event")
SIZE = 32
PAGE = 4096
WINDOW = 0xF0000000             # what the kernel adds to a physical address
MAGIC = b"Pecan debug tabl"
VERSION = 1
BOOT_TASKS = {1: "wortel", 2: "physmem", 3: "task", 4: "deva", 5: "init"}      # include/hurd/startup.h
EVENT_TASK_BEGIN = 1            # include/l4/trace.h
PROC_DESC_PTR = 0xBC            # include/l4/const.h


class Wrong(Exception):
    """A sentence for the user."""


class Record:
    """One record: time in ticks, kind, detail, thread, and five values."""

    def __init__(self, words):
        low, second, self.thread, *self.value = words
        kind = second & 0xFF
        if kind >= len(KINDS):
            raise Wrong(f"there is no kind of record {kind}: these records are damaged, or of another kernel")
        self.kind, self.detail = KINDS[kind], second >> 8 & 0xFF
        self.time = low | (second >> 16) << 32

    @property
    def task(self):
        return self.thread & 0x3FFF

    @property
    def number(self):
        return self.thread >> 14


class Trace:
    """Records, the oldest first; how many ticks a microsecond has; names of tasks."""

    def __init__(self, records, khz, names):
        if not records:
            raise Wrong("there are no records: was the trace turned on?")
        self.records, self.names = records, dict(BOOT_TASKS)
        self.ticks_per_us = khz / 1000 if khz else 1
        self.names.update(names)
        for record in records:
            if record.kind == "event" and record.value[0] == EVENT_TASK_BEGIN:
                text = struct.pack("<3I", *record.value[2:5]).split(b"\0")[0]
                self.names[record.value[1]] = text.decode("ascii", "replace")

    def task_name(self, thread):
        """Of a thread id.  Threads of the first version are sigma0's and wortel's."""
        if thread == 0:
            return "idle"
        if thread & 0x3FFF == 1 and thread >> 14 == 48:
            return "sigma0"
        task = thread & 0x3FFF
        name = self.names.get(task, "")
        return name if name[:1].isalpha() else f"task {task}"               # the demo's tasks are called 0, 1, 2

    def thread_name(self, thread):
        return "idle" if thread == 0 else f"{self.task_name(thread)} {thread >> 14}.{thread & 0x3FFF}"


class Ram:
    """A file with the machine's physical memory from address 0 on, and the kernel's table for debuggers in it."""

    def __init__(self, path):
        with open(path, "rb") as source:
            self.data = source.read()
        at = self.data.find(MAGIC, 0x100000)
        if at < 0:
            raise Wrong(f"{path} is no dump of RAM with Pecan's kernel in it")
        version, count = struct.unpack_from("<II", self.data, at + 16)
        if version != VERSION:
            raise Wrong(f"this kernel's table for debuggers has version {version}; this program knows version {VERSION} only")
        values = struct.unpack_from(f"<{count}I", self.data, at + 24)
        text = self.data[at + 24 + 4 * count:].partition(b"\0")[0] if count else b""
        self.table = dict(zip(text.decode("ascii").split(), values))

    def words(self, address, count, physical=False):
        at = address if physical else address - WINDOW
        if at < 0 or at + 4 * count > len(self.data):
            raise Wrong(f"address {address:#x} is not in the dump")
        return struct.unpack_from(f"<{count}I", self.data, at)

    def __getitem__(self, name):
        if name not in self.table:
            raise Wrong(f"this kernel's table for debuggers has no {name}")
        return self.table[name]


def from_ram(ram):
    following, at, pages_list, rounds, pages, _on, counter = ram.words(ram["trace"], 7)
    if not pages:
        raise Wrong("the trace was not on: boot with KERNEL=trace, or type `trace on`")
    pages_of = ram.words(pages_list, pages)
    place = (at - pages_list) // 4 * (PAGE // SIZE) + (following & PAGE - 1) // SIZE
    flat = [words for page in pages_of for words in zip(*[iter(ram.words(page, PAGE // 4))] * 8)]
    ordered = (flat[place:] if rounds else []) + flat[:place]
    return make(ordered, khz_of(ram) if counter else 0, {})


def khz_of(ram):
    """The internal frequency that the kernel interface page gives."""
    kip = ram["the_kip"]
    where = kip + ram.words(kip + PROC_DESC_PTR, 1)[0] 
    return ram.words(where, 2)[1]


LINE = re.compile(r"trace:((?: [0-9a-f]+){8})\s*$")
SPEED = re.compile(r"trace: (\d+) kHz")
TASK = re.compile(r"trace: task (\d+) (\S+)")


def from_text(text):
    """What `trace dump` printed.  Other lines may be between."""
    words, names, khz = [], {}, 0
    for line in text.splitlines():
        found, task, speed = LINE.search(line), TASK.search(line), SPEED.search(line)
        khz = int(speed[1]) if speed else khz
        if found:
            words.append([int(word, 16) for word in found[1].split()])
        elif task:
            names[int(task[1])] = task[2]
    return make(words, khz, names)


def make(words, khz, names):
    records = [Record(w) for w in words]
    for record in records:
        if record.kind == "begin" and record.value[0]:
            khz = record.value[1]
    return Trace(records, khz, names)
