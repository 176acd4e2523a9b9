# SPDX-License-Identifier: MIT
"""What the running kernel's memory says: threads, spaces, page tables, mappings.

The numbers come from the table that the kernel carries for debuggers (kernel/debug/table.c), so a stripped kernel will do.  Nothing here
changes the machine.
"""
import contextlib
import struct

import gdb

MAGIC = b"Pecan debug tabl"
VERSION = 1
IMAGE, IMAGE_SIZE = 0xF0100000, 0x20000
PAGE = 4096
PRESENT, WRITE, USER, LARGE = 1, 2, 4, 0x80
ACCESSED, DIRTY = 0x20, 0x40
ID_VERSION_BITS = 14
LOCAL_MASK = 0x3F
NEVER = 2 ** 64 - 1
KINDS = ("", "a page fault", "an IO fault", "an exception", "the end of its time", "its start", "an interrupt")


KERNEL_HALF = 0xC0000000
LINE = 256
in_physical = False
lines = {}                      # of the kernel's memory, as long as the machine stands still: the way to it may be slow


def forget(event):
    lines.clear()


gdb.events.cont.connect(forget)
gdb.events.stop.connect(forget)
gdb.events.memory_changed.connect(forget)


def line_of(address):
    if address not in lines:
        lines[address] = bytes(gdb.selected_inferior().read_memory(address, LINE))
    return lines[address]


def read(address, length):
    """Bytes of the current space, of the kernel's half always."""
    try:
        first = address & -LINE
        if address >= KERNEL_HALF and length <= LINE and not in_physical:
            data = b"".join(line_of(at) for at in range(first, address + length, LINE))
            return data[address - first:address - first + length]
    except gdb.MemoryError:
        pass                    # not all of the line is there
    try:
        return bytes(gdb.selected_inferior().read_memory(address, length))
    except gdb.MemoryError:
        raise gdb.GdbError(f"no memory at {address:#x}") from None


def word(address):
    return struct.unpack("<I", read(address, 4))[0]


class Table:
    """The kernel's names and values: T["thread.state"]."""

    def __init__(self):
        self.address, self.values, self.checked = None, {}, False
        gdb.events.stop.connect(self._forget)

    def _forget(self, event):
        self.checked = False

    def _find(self):
        """The image ends somewhere; what is behind it need not be mapped."""
        image = b""
        try:
            for page in range(IMAGE, IMAGE + IMAGE_SIZE, PAGE):
                image += read(page, PAGE)
        except gdb.GdbError:
            pass
        at = image.find(MAGIC)
        return IMAGE + at if at >= 0 else None

    def load(self):
        if self.checked:
            return
        try:
            self.checked = bool(self.address) and read(self.address, len(MAGIC)) == MAGIC
        except gdb.GdbError:
            pass
        if self.checked:
            return
        self.address = self._find()
        if not self.address:
            raise gdb.GdbError("the kernel is not there yet: first let it run past its first lines (break sched_idle, continue)")
        version, count = struct.unpack("<II", read(self.address + 16, 8))
        if version != VERSION:
            raise gdb.GdbError(f"this kernel's table for debuggers has version {version}; these commands know version {VERSION} only")
        values = struct.unpack(f"<{count}I", read(self.address + 24, 4 * count))
        text = read(self.address + 24 + 4 * count, 32 * count).partition(b"\0")[0]
        self.values, self.checked = dict(zip(text.decode("ascii").split(), values)), True

    def __getitem__(self, name):
        self.load()
        return self.values[name]


T = Table()
PAGE_FAULT_VECTOR = 14


def page_fault_gate():
    return T["exception_entries"] + 4 * PAGE_FAULT_VECTOR


def field(base, name):
    return word(base + T[name])


def byte(base, name):
    return read(base + T[name], 1)[0]


def long(base, name):
    return struct.unpack("<Q", read(base + T[name], 8))[0]


def entries(head, offset):
    """The structures on a list, by the offset of their node."""
    node, seen = word(head), 0
    while node != head:
        if not node or seen > 100000:
            raise gdb.GdbError(f"the list at {head:#x} is broken, or not made yet")
        yield node - offset
        node, seen = word(node), seen + 1


# ---- ids

def id_text(raw):
    """As people say it: 50.1 is thread 50, version 1."""
    if raw in (0, 0xFFFFFFFF, 0xFFFFFFC0):
        return {0: "nobody", 0xFFFFFFFF: "anybody", 0xFFFFFFC0: "anybody in its space"}[raw]
    if raw & LOCAL_MASK == 0:
        return f"local {raw:x}"
    return f"{raw >> ID_VERSION_BITS}.{raw & (1 << ID_VERSION_BITS) - 1}"


def id_parse(text):
    """50.1, 0xc8001, or 50: whatever version it has now."""
    number, dot, version = text.partition(".")
    try:
        if dot:
            return int(number) << ID_VERSION_BITS | int(version)
        value = int(text, 0)
    except ValueError:
        raise gdb.GdbError(f"{text} is no thread id: say 50.1, 50 or 0xc8001") from None
    if value >= 1 << 18:
        return value
    found = Thread(T["TCB_BASE"] + value * T["THREAD_BLOCK"])
    return found.id


# ---- threads and spaces

class Thread:
    def __init__(self, block):
        self.block = block

    def __eq__(self, other):
        return isinstance(other, Thread) and self.block == other.block

    def __hash__(self):
        return self.block

    def __getattr__(self, name):
        return field(self.block, "thread." + name)

    @property
    def space(self):
        return Space(field(self.block, "thread.space"))

    @property
    def state(self):
        return T["THREAD_RECEIVING"] if self.fast_from else byte(self.block, "thread.state")

    @property
    def receives_from(self):
        return self.fast_from or self.accepts

    @property
    def frame(self):
        """The registers with which it entered the kernel, at the top of its stack."""
        return self.block + T["THREAD_BLOCK"] - T["sizeof.trapframe"]

    def frame_word(self, name):
        return field(self.frame, "trapframe." + name)

    @property
    def runs(self):
        return self == current()

    def partner_id(self):
        state = self.state
        if state == T["THREAD_SENDING"]:
            return word(self.partner + T["thread.id"])
        if state == T["THREAD_RECEIVING"]:
            return self.receives_from
        if state == T["THREAD_ENGAGED"]:
            return word(self.engaged + T["thread.id"])
        return 0

    def timeout_text(self):
        node = self.block + T["thread.in_wheel"]
        if word(node) == node:
            return "-"
        ticks = long(T["timer"], "timer.now")
        left = long(self.block, "thread.expires") - ticks * 1000
        return f"{max(left, 0) / 1000:.0f} ms"

    def state_text(self):
        state, partner = self.state, id_text(self.partner_id())
        names = {T["THREAD_INACTIVE"]: "not started", T["THREAD_READY"]: "ready", T["THREAD_STOPPED"]: "stopped",
                 T["THREAD_INTERRUPT"]: "interrupt"}
        if self.runs:
            return "runs"
        kind = self.kind if state in (T["THREAD_SENDING"], T["THREAD_RECEIVING"], T["THREAD_ENGAGED"]) else 0
        about = f", {KINDS[kind]}" if 0 < kind < len(KINDS) else ""
        if state == T["THREAD_SENDING"]:
            return f"sends to {partner}{about}"
        if state == T["THREAD_RECEIVING"] and self.partner_id() in (self.id, self.local_id):
            return "sleeps" if not kind else "waits for its start"
        if state == T["THREAD_RECEIVING"]:
            return f"waits for {partner}{about}"
        if state == T["THREAD_ENGAGED"]:
            return f"copies a string with {partner}"
        return names.get(state, f"state {state}") + (", halted" if byte(self.block, "thread.halted") else "")


class Space:
    def __init__(self, address):
        self.address = address

    def __eq__(self, other):
        return isinstance(other, Space) and self.address == other.address

    def __hash__(self):
        return self.address

    def __getattr__(self, name):
        return field(self.address, "space." + name)

    def area(self, name):
        at = self.address + T["space." + name]
        return word(at + T["area.base"]), word(at + T["area.size"])

    def members(self):
        return [Thread(t) for t in entries(self.address + T["space.threads"], T["thread.in_space"])]

    @property
    def sigma0(self):
        return bool(byte(self.address, "space.is_sigma0"))

    def entry_address(self, v):
        """Where the page table entry of v is in the kernel's memory; None: there is no table."""
        entry = word(self.directory + (v >> 22) * 4)
        if not entry & PRESENT or entry & LARGE:
            return None
        return window(entry & ~0xFFF) + (v >> 12 & 1023) * 4

    def entry(self, v):
        at = self.entry_address(v)
        return word(at) if at else 0

    def entries(self, first, end):
        """The page table entries of the pages in [first, end), by address; those that are not zero."""
        found = {}
        for slot in range(first >> 22, (end - 1 >> 22) + 1):
            low, high = max(first, slot << 22), min(end, (slot + 1) << 22)
            at, count = self.entry_address(low), (high - (low & ~0xFFF) + PAGE - 1) // PAGE
            words = struct.unpack(f"<{count}I", read(at, 4 * count)) if at else ()
            found.update(((low & ~0xFFF) + i * PAGE, w) for i, w in enumerate(words) if w & PRESENT)
        return found

    def mapped(self):
        """The addresses of its pages."""
        return {v for v, _ in self.pages()}

    def pages(self):
        """(address, entry) of all its user pages."""
        tables = struct.unpack(f"<{T['USER_LIMIT'] >> 22}I", read(self.directory, (T["USER_LIMIT"] >> 22) * 4))
        for slot, entry in enumerate(tables):
            if not entry & PRESENT or entry & LARGE:
                continue
            for page, e in enumerate(struct.unpack("<1024I", read(window(entry & ~0xFFF), PAGE))):
                if e & PRESENT:
                    yield slot << 22 | page << 12, e

    def read(self, v, length):
        """Its memory, whichever space is loaded; what is not mapped is the end."""
        return self.read_pieces([(v, length)])[0]

    def read_pieces(self, pieces):
        """The same for several (address, length)."""
        frames = []
        for v, length in pieces:
            parts, at = [], v
            while at < v + length:
                part = min(PAGE - at % PAGE, v + length - at)
                entry = self.entry(at)
                if not entry & PRESENT:
                    break
                parts.append(((entry & ~0xFFF) + at % PAGE, part))
                at += part
            frames.append(parts)
        with physical():
            return [b"".join(read(at, part) for at, part in parts) for parts in frames]


def window(address):
    """Where the kernel sees a physical address of its own pages."""
    return T["KERNEL_WINDOW"] + address


@contextlib.contextmanager
def physical():
    """Inside, read() reads physical memory: the kernel's window shows the kernel's own pages only."""
    global in_physical
    gdb.execute("maintenance packet Qqemu.PhyMemMode:1", to_string=True)
    in_physical = True
    try:
        yield
    finally:
        in_physical = False
        gdb.execute("maintenance packet Qqemu.PhyMemMode:0", to_string=True)


def current():
    """The thread that has the processor."""
    return Thread(word(T["current"]) - T["THREAD_BLOCK"])


def threads():
    return [Thread(t) for t in entries(T["all_threads"], T["thread.in_all"])]


def spaces():
    """Each space once, in the order of its first thread."""
    found = []
    for thread in threads():
        if thread.block != word(T["idle_thread"]) and thread.space not in found:
            found.append(thread.space)
    return found


def thread_find(text):
    raw = id_parse(text)
    for thread in threads():
        if thread.id == raw:
            return thread
    raise gdb.GdbError(f"there is no thread {text}; `l4 threads` lists them")


# ---- mappings

def mdb_node(space, v):
    at = space.entry_address(v)
    if not at or not word(at) & PRESENT:
        return None
    nodes = field(kpage(at), "kpage.table.nodes")
    return word(at + nodes) if nodes else None


def kpage(address):
    return T["KPAGES_WINDOW"] + (address - T["KERNEL_WINDOW"]) // PAGE * 16


def mdb_place(node):
    """(space, address, entry) of a node."""
    entry = field(node, "mapping.entry")
    table = kpage(entry)
    return Space(field(table, "kpage.table.space")), field(table, "kpage.table.vaddr") + (entry & 0xFFF) // 4 * PAGE, word(entry)


def mdb_parent(node):
    return field(node, "mapping.parent_bits") & ~15


def mdb_tree(node):
    """(depth, node) of all nodes of the same frame."""
    while mdb_parent(node):
        node = mdb_parent(node)
    depths = {}
    while node:
        depths[node] = depths[mdb_parent(node)] + 1 if mdb_parent(node) in depths else 0
        yield depths[node], node
        node = field(node, "mapping.next")
