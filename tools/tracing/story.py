# SPDX-License-Identifier: MIT
"""What the records say: which thread ran when, in user mode or in the kernel, and which message went from where to where."""
ENTERS = ("send", "fault", "trap", "irq", "call", "unmap", "event")
LEAVES = ("receive", "exit")
NOBODY, LOCAL_MASK = 0, 0x3F
PROPAGATED = 0x1000                     # in a tag, of the sender and of the receiver
PAGE_FAULT_LABEL = 0xFFE                # of the upper 12 bits of a label: X.2, 5.7
CALLS = ("Unmap", "ExchangeRegisters", "ThreadControl", "SystemClock", "ThreadSwitch", "Schedule", "SpaceControl",
         "ProcessorControl", "MemoryControl")
CAP_LABEL = {0: ""}


def rights(bits):
    return "".join(letter if bits & bit else "-" for letter, bit in (("r", 4), ("w", 2), ("x", 1)))


def label_text(tag):
    """A tag's label in words, as far as X.2 knows it."""
    label = tag >> 16
    if label >> 4 == PAGE_FAULT_LABEL:
        return f"page fault {rights(label & 7)}"
    return {0: "answer"}.get(label, f"label {label:#x}")


class Stretch:
    """A time in which one thread had the processor, all of it in user mode or all in the kernel."""

    def __init__(self, first, user):
        self.thread, self.start, self.user, self.records, self.end = first.thread, first.time, user, [first], first.time

    @property
    def ticks(self):
        return self.end - self.start


class Message:
    """An IPC that arrived: from the record of its sending (or of the fault) to that of its receiving."""

    def __init__(self, sent, received):
        self.sent, self.received = sent, received


def stretches(trace):
    """The records as stretches.  What follows a record that leaves the kernel is user code, all else is the kernel."""
    out, now = [], None
    for record in trace.records:
        user = record.kind in LEAVES and not (record.kind == "exit" and record.detail)
        if now:
            now.end = record.time
        if now and now.thread == record.thread and now.user == user and not (record.kind in ENTERS and now.user):
            now.records.append(record)
        else:
            now = Stretch(record, user)
            out.append(now)
    return out


def is_local(thread):
    return thread != NOBODY and not thread & LOCAL_MASK


def messages(trace):
    """Each receive that succeeded finds the latest send that may be meant: by id, or, as a local id names a thread of the receiver's
    own task, by task and label."""
    waiting, out = {}, []
    for record in trace.records:
        if record.kind == "send" and record.value[0] != NOBODY:
            waiting[record.thread] = record
        elif record.kind == "fault":
            waiting[record.thread] = record
        elif record.kind == "receive" and record.value[1] != NOBODY:
            sender = find_propagator(waiting, record) if record.value[2] & PROPAGATED else find_sender(waiting, record)
            if sender:
                out.append(Message(waiting.pop(sender.thread), record))
    return out


def find_sender(waiting, received):
    name, tag = received.value[1], received.value[2]
    fits = [r for r in waiting.values() if r.thread != received.thread and fits_tag(r, tag)]
    if is_local(name):
        fits = [r for r in fits if r.task == received.task]
    else:
        fits = [r for r in fits if r.thread == name]
    return max(fits, key=lambda r: r.time, default=None)


def find_propagator(waiting, received):
    """The sender that the receiver knows is the one in whose name the message came: a record does not say which thread sent it."""
    fits = [r for r in waiting.values() if r.kind == "send" and r.value[2] & PROPAGATED and fits_tag(r, received.value[2]) and
            (is_local(r.value[0]) and r.task == received.task or r.value[0] == received.thread)]
    return max(fits, key=lambda r: r.time, default=None)


def fits_tag(sent, tag):
    """Flags apart, the receiver's tag is the sender's; the kernel makes that of a fault."""
    if sent.kind == "fault":
        return tag >> 20 == PAGE_FAULT_LABEL
    return sent.value[2] >> 16 == tag >> 16 and sent.value[2] & 0x3F == tag & 0x3F


def what(record, trace):
    """A record in words."""
    v = record.value
    if record.kind == "send":
        if v[0] == NOBODY:
            return "receives" if v[1] != NOBODY else "event"
        to = "its own task" if is_local(v[0]) else trace.task_name(v[0])
        return f"to {to}{' in the name of another' if v[2] & PROPAGATED else ''}: {label_text(v[2])}"
    if record.kind == "fault":
        return f"page fault, {'write' if v[1] & 2 else 'read'} {v[0]:08x}"
    if record.kind == "call":
        return CALLS[record.detail] if record.detail < len(CALLS) else f"call {record.detail}"
    if record.kind == "trap":
        return f"exception {record.detail}"
    if record.kind == "irq":
        return "tick" if record.detail == 0 else f"interrupt {record.detail}"
    if record.kind == "event":
        return f"event {v[0]:#x}"
    return {"unmap": "Unmap", "switch": "goes on", "receive": "user", "exit": "user"}.get(record.kind, record.kind)
