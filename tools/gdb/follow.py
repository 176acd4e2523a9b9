# SPDX-License-Identifier: MIT
"""Where a thread is, and going on until something happens: a fault, an IPC, the next hop of a message."""
import gdb

import kernel
import programs
import registers
from kernel import T, Thread, current, id_text, page_fault_gate


# ---- where a thread is

def backtrace(limit=24):
    try:
        print(gdb.execute(f"bt {limit}", to_string=True), end="")
    except gdb.error as problem:
        print(f"(the backtrace ends here: {problem})")


def show_thread(t):
    """Its backtrace, from the kernel into its program."""
    name = programs.symbols.use_for(t.space) if t.space.address != T["kernel_space"] else "idle"
    print(f"thread {id_text(t.id)} of {name}: {t.state_text()}")
    if t.runs:
        backtrace()
        return
    if not t.utcb:
        print("it has no UTCB, so it has not run yet")
        return
    inside = registers.kernel_registers(t)
    if inside is None:
        print("it has no stack in the kernel: its wait ends in user mode")
    with registers.as_if(t.space, inside or registers.user_registers(t)):
        backtrace()


# ---- stops

class Stop(gdb.Breakpoint):
    """A breakpoint of ours: it stops when `when()` is true."""

    def __init__(self, address, when):
        super().__init__(f"*{address:#x}", type=registers.breakpoint_type(address), internal=True)
        self.silent, self.when, self.hit = True, when, False

    def stop(self):
        kernel.forget(None)             # the machine has run, and gdb tells nobody before it knows whether it stops
        try:
            self.hit = self.hit or bool(self.when())
        except (gdb.error, gdb.GdbError):
            return False
        return self.hit


def run_until(places, what):
    """Goes on until one of [(address, condition)] stops; answers the address."""
    programs.symbols.drop()
    stops = [Stop(address, when) for address, when in places]
    try:
        gdb.execute("continue", to_string=True)
        hit = [address for stop, (address, _) in zip(stops, places) if stop.is_valid() and stop.hit]
    except gdb.error as problem:
        raise gdb.GdbError(f"the machine ended before {what}: {problem}") from None
    finally:
        for stop in stops:
            if stop.is_valid():
                stop.delete()
    if not hit:
        raise gdb.GdbError(f"something else stopped the machine before {what}")
    return hit[0]


def party(text):
    """A function that says whether a thread is meant: by its id, or by its program's name."""
    if text[0].isdigit():
        raw = kernel.id_parse(text)
        return lambda t: t.id == raw
    programs.path_of(text)
    return lambda t: programs.name_of(t.space) == text


def named(t):
    return f"{id_text(t.id)} ({programs.name_of(t.space)})"


def by_any_id(space, raw):
    """The thread that a thread of this space calls so, or None."""
    for t in space.members() if raw & kernel.LOCAL_MASK == 0 else kernel.threads():
        if raw in (t.id, t.local_id):
            return t
    return None


# ---- entries into the kernel

def ipc_entries():
    """Where an Ipc enters, whichever way; all registers are the caller's there."""
    vector = (T["SYSCALL_VECTOR"] - 0x20) * 4
    return [T["sysenter_fast"], T["sysenter_entry"], T["interrupt_entries"] + vector, T["interrupt_entries"] + vector + 4]


UNMAP_MARK = 1


def ipc_destination():
    """At an entry: to which thread the message goes; None for none (a wait, an Unmap)."""
    at_sysenter = registers.value("eip") in (T["sysenter_fast"], T["sysenter_entry"])
    if at_sysenter and registers.value("edi") == UNMAP_MARK:
        return None
    raw = registers.value("eax")
    return by_any_id(current().space, raw) if raw else None


PROPAGATED = 0x1000


def ipc_in_whose_name():
    """At an entry: the thread in whose name the message goes, if its tag asks for that (propagation); else None."""
    if not registers.value("esi") & PROPAGATED:
        return None
    return by_any_id(current().space, kernel.field(current().utcb, "l4_utcb.sender"))


def describe_message(sender, receiver):
    import l4
    other = ipc_in_whose_name()
    return f"{named(sender)} sends to {named(receiver)}{f' in the name of {named(other)}' if other else ''}: " + \
        l4.tag_text(registers.value("esi"))


def until_ipc(a, b):
    def between():
        receiver, senders = ipc_destination(), [t for t in (current(), ipc_in_whose_name()) if t]
        return receiver and any(a(sender) and b(receiver) or b(sender) and a(receiver) for sender in senders)
    run_until([(place, between) for place in ipc_entries()], "an IPC between the two")
    print(describe_message(current(), ipc_destination()))


def in_user_mode():
    return registers.value("cs") & 3 == 3


def until_user(space):
    """Its threads go on at these addresses; others may run at the same ones."""
    number = programs.task_of(space)
    places = {behind_stub(space, t.frame_word("eip")) for t in space.members() if t.utcb and not t.runs}
    if not places:
        raise gdb.GdbError(f"task {number} has no thread that waits or is ready")
    run_until([(p, lambda: current().space == space and in_user_mode()) for p in places], f"task {number} ran")
    programs.symbols.use_for(space)
    print(f"thread {named(current())} in user mode")
    backtrace(8)


# ---- a fault, and its way

class Journey:
    """A fault under way: which thread faulted where, which one has the message now."""

    def __init__(self, thread, address, ip):
        self.thread, self.address, self.ip, self.holder = thread, address, ip, thread
        self.hops = 0


journey = None


def frame_of_entry():
    """At a gate with an error code: (error, eip, cs)."""
    sp = registers.value("esp")
    return kernel.word(sp), kernel.word(sp + 4), kernel.word(sp + 8)


def until_fault(text):
    global journey
    gate = page_fault_gate()
    names = programs.paths()

    def wanted():
        if frame_of_entry()[2] & 3 != 3:
            return False
        space = current().space
        if text in names:
            return programs.name_of(space) == text
        return str(programs.task_of(space)) == text and not space.sigma0
    if not text.isdigit() and text not in names:
        raise gdb.GdbError(f"{text} is neither a task's number nor a program; try: programs")
    run_until([(gate, wanted)], f"a page fault of {text}")
    error, ip, _ = frame_of_entry()
    journey = Journey(current(), registers.value("cr2"), ip)
    programs.symbols.use_for(current().space)
    place = gdb.execute(f"info symbol {ip:#x}", to_string=True).split(" in section")[0].strip()
    pager = kernel.field(current().utcb, "l4_utcb.pager")
    print(f"thread {named(current())}: page fault, {'write' if error & 2 else 'read'} at {journey.address:08x}, "
          f"eip {ip:08x} ({place}); its pager is {id_text(by_any_id(current().space, pager).id)}")


def hop():
    """From the thread that has the message to the next one.  If a pager passes the fault on, the next one answers in its place."""
    global journey
    if not journey:
        raise gdb.GdbError("first `l4 fault TASK`")
    if journey.hops == 0:
        receiver = by_any_id(journey.thread.space, kernel.field(journey.thread.utcb, "l4_utcb.pager"))
        print(f"the kernel writes the message of {named(journey.thread)} to its pager {named(receiver)}")
    else:
        holder = journey.holder
        run_until([(p, lambda: current() == holder and ipc_destination()) for p in ipc_entries()], "the next message")
        receiver = ipc_destination()
        print(describe_message(holder, receiver))
    journey.hops += 1
    journey.holder = receiver
    arrive(receiver)


def behind_stub(space, place):
    """Where a program goes on: behind the end of its stub, at which its stack is one word deeper than gdb knows."""
    return place + len(registers.STUB_END) if space.read(place, len(registers.STUB_END)) == registers.STUB_END else place


def arrive(receiver):
    """To the first instruction of the receiver behind its wait."""
    global journey
    place = behind_stub(receiver.space, receiver.frame_word("eip"))
    run_until([(place, lambda: current() == receiver and in_user_mode())], f"{named(receiver)} got it")
    programs.symbols.use_for(receiver.space)
    if receiver == journey.thread:
        again = "runs" if place == journey.ip else "ran"
        print(f"back in {named(receiver)}: the instruction at {journey.ip:08x} {again} again, after {journey.hops} messages")
        journey = None
    backtrace(6)
