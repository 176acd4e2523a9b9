# SPDX-License-Identifier: MIT
"""The `l4` commands: what the kernel knows, in words."""
import os
import struct
import sys

import gdb

import follow
import kernel
import programs
import traceswitch
from kernel import T, Thread, id_text

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tracing"))
import records      # noqa: E402
import story        # noqa: E402

USAGE = {}


def command(name, usage, doc):
    """Registers a function of the words behind `l4 NAME`."""
    USAGE[name] = f"l4 {(name + ' ' + usage).strip():<26}{doc}"

    def decorate(function):
        class Command(gdb.Command):
            def __init__(self):
                super().__init__("l4 " + name, gdb.COMMAND_STATUS)

            def invoke(self, argument, from_tty):
                words = gdb.string_to_argv(argument)
                least = sum(not w.startswith("[") for w in usage.split())
                if not least <= len(words) <= len(usage.split()):
                    raise gdb.GdbError(f"l4 {name} {usage}: {doc}")
                function(*words)
        Command.__doc__ = f"l4 {name} {usage}: {doc}."
        Command()
        return function
    return decorate


class Prefix(gdb.Command):
    def __init__(self):
        super().__init__("l4", gdb.COMMAND_STATUS, gdb.COMPLETE_NONE, True)
        self.__doc__ = "l4: what the kernel knows."

    def invoke(self, argument, from_tty):
        if argument:
            raise gdb.GdbError(f"l4 knows no {argument.split()[0]}; it knows {', '.join(USAGE)}")
        print("\n".join(USAGE.values()))


Prefix()


def table(rows):
    """Rows of words, in columns."""
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())


def number(text):
    try:
        return int(gdb.parse_and_eval(text)) & 0xFFFFFFFF
    except gdb.error:
        raise gdb.GdbError(f"{text} is no address") from None


@command("threads", "", "all threads: id, program, task, priority, what it does, with which thread, until when")
def threads():
    rows = [("ID", "PROGRAM", "TASK", "PRIO", "STATE", "PARTNER", "TIMEOUT")]
    idle = kernel.word(T["idle_thread"])
    for t in kernel.threads():
        name = "idle" if t.block == idle else programs.name_of(t.space)
        partner = t.partner_id()
        rows.append((id_text(t.id), name, "-" if t.block == idle else programs.task_of(t.space), kernel.byte(t.block, "thread.priority"),
                     t.state_text(), id_text(partner) if partner else "-", t.timeout_text()))
    table(rows)


@command("thread", "ID", "where a thread is: in the kernel, then in its program")
def thread(text):
    t = kernel.thread_find(text)
    follow.show_thread(t)


@command("spaces", "", "all address spaces: task, program, threads, kernel memory, faults")
def spaces():
    rows = [("TASK", "PROGRAM", "THREADS", "DIRECTORY", "KERNEL MEMORY", "OWN FAULTS", "OTHERS", "REDIRECTOR")]
    for s in kernel.spaces():
        quota = f" of {s.kmem_quota // 1024} KB" if s.kmem_quota else ""
        rows.append((programs.task_of(s), programs.name_of(s), s.thread_count, f"{s.directory_phys:08x}",
                     f"{s.kmem_used // 1024} KB{quota}", s.faults_self, s.faults_other, id_text(s.redirector)))
    table(rows)


def runs_of_pages(space):
    """[first, last, flags] of pages that look alike and follow each other."""
    runs = []
    for v, entry in space.pages():
        flags = ("rw" if entry & kernel.WRITE else "r-", bool(space.sigma0) and entry & ~0xFFF == v)
        if runs and runs[-1][1] + 1 == v and runs[-1][2] == flags:
            runs[-1][1] = v + 0xFFF
        else:
            runs.append([v, v + 0xFFF, flags])
    return runs


def what_is(space, v):
    for name, what in (("kip", "KIP"), ("utcb", "UTCBs")):
        base, size = space.area(name)
        if size and base <= v < base + size:
            return what
    return ""


@command("task", "TASK", "one task: its address space; uses the symbols of its program")
def task(text):
    space = programs.task_find(text)
    name = programs.symbols.use_for(space)
    print(f"task {programs.task_of(space)}: {name}, {space.thread_count} threads: " + ", ".join(id_text(t.id) for t in space.members()))
    for first, last, (access, direct) in runs_of_pages(space):
        print(f"  {first:08x}-{last:08x} {access} {(last + 1 - first) // 4096:5} pages{' 1:1' if direct else ''}  {what_is(space, first)}".rstrip())


@command("ptab", "[TASK] [ADDR]", "the page table entries of a task (of the one that runs), or the one of an address")
def ptab(text=None, address=None):
    space = programs.task_find(text) if text else kernel.current().space
    if address is None:
        for slot in range(T["USER_LIMIT"] >> 22):
            e = kernel.word(space.directory + 4 * slot)
            if e & kernel.PRESENT:
                pages = sum(1 for p in struct.unpack("<1024I", kernel.read(kernel.window(e & ~0xFFF), 4096)) if p & kernel.PRESENT)
                print(f"{slot << 22:08x}-{(slot << 22) + 0x3FFFFF:08x} table at {e & ~0xFFF:08x}, {pages} pages")
        return
    v = number(address)
    e = space.entry(v)
    if not e & kernel.PRESENT:
        print(f"{v & ~0xFFF:08x} is not mapped in {programs.task_text(space)}")
        return
    words = ["rw" if e & kernel.WRITE else "r-"]
    words += [name for bit, name in ((kernel.ACCESSED, "accessed"), (kernel.DIRTY, "written"), (0x08, "write-through"), (0x10, "uncached")) if e & bit]
    print(f"{v & ~0xFFF:08x} is frame {e & ~0xFFF:08x}, {' '.join(words)}, in {programs.task_text(space)}")


@command("mdb", "ADDR [TASK]", "which task mapped a frame to which; with a task, the frame of its page at ADDR")
def mdb(address, text=None):
    v = number(address)
    space = programs.task_find(text) if text else next(s for s in kernel.spaces() if s.sigma0)
    node = kernel.mdb_node(space, v)
    if not node:
        raise gdb.GdbError(f"nobody mapped a page at {v & ~0xFFF:08x} to {programs.task_text(space)}")
    for depth, at in kernel.mdb_tree(node):
        where, page, entry = kernel.mdb_place(at)
        if depth == 0:
            print(f"frame {entry & ~0xFFF:08x}")
        mark = "   <- this page" if at == node and text else ""
        print(f"{'  ' * (depth + 1)}{programs.task_text(where)} at {page:08x} {'rw' if entry & kernel.WRITE else 'r-'}{mark}")


@command("kip", "", "the kernel interface page: version, limits, memory")
def kip():
    at = T["the_kip"]
    version, = struct.unpack("<I", kernel.read(at + 0x04, 4))
    clock, thread_info = kernel.word(at + 0xC0), kernel.word(at + 0xC4)
    print(f"API {version >> 24:x}.{version >> 16 & 0xFF:02x}, thread numbers of {thread_info & 0xFF} bits, system threads from "
          f"{thread_info >> 8 & 0xFFF}, user threads from {thread_info >> 20}")
    print(f"clock: read to {clock & 0xFFFF} us, scheduled to {clock >> 16} us; system calls at", end=" ")
    names = ("SpaceControl", "ThreadControl", "ProcessorControl", "MemoryControl", "Ipc", "Lipc", "Unmap", "ExchangeRegisters",
             "SystemClock", "ThreadSwitch", "Schedule")
    print(", ".join(f"{name} {kernel.word(at + 0xD0 + 4 * i):x}" for i, name in enumerate(names)))
    info = kernel.word(at + 0x54)
    kinds = {1: "conventional", 2: "reserved", 3: "dedicated", 4: "shared", 14: "boot loader's", 15: "architecture's"}
    for i in range(info & 0xFFFF):
        low, high = struct.unpack("<2I", kernel.read(at + (info >> 16) + 8 * i, 8))
        if low & 15:
            print(f"  {low & ~0x3FF:08x}-{high | 0x3FF:08x} {kinds.get(low & 15, low & 15)}{' virtual' if low & 0x200 else ''}")


def tag_text(tag):
    """A message's first word."""
    label, u, t = tag >> 16, tag & 0x3F, tag >> 6 & 0x3F
    known = {0xFFE: "page fault", 0xFF8: "IO fault", 0xFFB: "exception", 0xFFD: "preemption", 0xFFF: "interrupt"}
    named = known.get(label >> 4, "")
    flags = "".join(c for bit, c in ((0x8000, "E"), (0x4000, "X"), (0x2000, "r"), (0x1000, "p")) if tag & bit)
    access = "".join(c for bit, c in ((4, "r"), (2, "w"), (1, "x")) if label & bit) if named == "page fault" else ""
    return f"label {label:#x}{f' ({named}{chr(32) + access if access else str()})' if named else ''}, {u} words" + (f", {t} of typed items" if t else "") + \
        (f", flags {flags}" if flags else "")


@command("utcb", "ID", "a thread's control registers and its message")
def utcb(text):
    t = kernel.thread_find(text)
    at = t.utcb
    if not at:
        raise gdb.GdbError(f"thread {id_text(t.id)} has no UTCB: it is not started")
    for name in ("pager", "exception_handler", "sender"):
        print(f"{name:18}{id_text(kernel.field(at, 'l4_utcb.' + name))}")
    for name in ("handle", "error", "flags", "br0", "xfer_timeouts"):
        print(f"{name:18}{kernel.field(at, 'l4_utcb.' + name):08x}")
    mr = at + T["l4_utcb.mr"]
    tag = kernel.word(mr)
    print(f"MR0 {tag:08x}: {tag_text(tag)}")
    count = min(63, (tag & 0x3F) + (tag >> 6 & 0x3F))
    words = struct.unpack(f"<{count}I", kernel.read(mr + 4, 4 * count))
    for i in range(0, count, 8):
        print(f"MR{i + 1:<3}" + " ".join(f"{w:08x}" for w in words[i:i + 8]))


@command("queue", "[ID]", "the ready threads by priority; of a thread: those that wait to send to it")
def queue(text=None):
    if text:
        t = kernel.thread_find(text)
        waiting = [Thread(b) for b in kernel.entries(t.block + T["thread.senders"], T["thread.in_queue"])]
        print(f"{len(waiting)} wait to send to {id_text(t.id)}" + "".join(f"\n  {id_text(w.id)} {programs.name_of(w.space)}" for w in waiting))
        return
    c = kernel.current()
    print(f"runs: {id_text(c.id)}, priority {kernel.byte(c.block, 'thread.priority')}")
    for p in reversed(range(T["PRIORITIES"])):
        head = T["ready"] + T["ready.queue"] + 8 * p
        for b in kernel.entries(head, T["thread.in_queue"]):
            t = Thread(b)
            print(f"{p:3}   {id_text(t.id)} {programs.name_of(t.space)}")


@command("user", "TASK", "goes on until this task runs in user mode")
def user(text):
    follow.until_user(programs.task_find(text))


@command("ipc", "A B", "goes on until the next IPC between two threads (ids, or names of programs)")
def ipc(a, b):
    follow.until_ipc(follow.party(a), follow.party(b))


@command("fault", "TASK", "goes on until this task's next page fault")
def fault(text):
    follow.until_fault(text)


@command("follow", "", "behind `l4 fault`: to the next thread that has the message")
def follow_on():
    follow.hop()


@command("trace", "[N|on|off] [KB]", "the last N (20) records of the kernel's trace; turns it on, with a ring of KB (256), or off")
def trace(what="20", kb="256"):
    if what in ("on", "off"):
        traceswitch.turn(number(kb) * 1024 // kernel.PAGE if what == "on" else 0)
    else:
        show_trace(what)


def show_trace(count):
    """tools/tracing says what a record means; here only its place is known."""
    place, page_of_list, pages_list, rounds, pages, on, _ = struct.unpack("<7I", kernel.read(T["trace"], 28))
    if not pages:
        raise gdb.GdbError("there is no trace: `l4 trace on`, the boot option `trace`, or `trace on` in Pecan's shell")
    each = kernel.PAGE // records.SIZE
    last = (rounds * pages + (page_of_list - pages_list) // 4) * each + place % kernel.PAGE // records.SIZE
    first = max(0, last - min(number(count), pages * each))
    found = []
    for n in range(first, last):
        page = kernel.word(pages_list + n // each % pages * 4)
        found.append(records.Record(struct.unpack("<8I", kernel.read(page + n % each * records.SIZE, records.SIZE))))
    if not found:
        return
    trace = records.Trace(found, 0, {})
    print(f"records {first} to {last - 1}, the trace is {'on' if on else 'off'}")
    table([("TICKS", "THREAD", "RECORD", "")] +
          [(r.time - found[0].time, trace.thread_name(r.thread), r.kind, story.what(r, trace)) for r in found])
