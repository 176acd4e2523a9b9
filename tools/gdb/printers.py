# SPDX-License-Identifier: MIT
"""How gdb prints the system's words: ids, fpages, tags, times, lists, threads."""
import gdb
import gdb.printing

import kernel

IDS = ("id", "local_id", "from_spec", "virtual_sender", "sender", "intended", "redirected_to", "accepts", "fast_from", "scheduler", "works_for",
       "redirector")


def raw(value):
    return int(value["raw"]) & 0xFFFFFFFF


def id_words(number):
    text = kernel.id_text(number)
    return f"thread {text}" if "." in text else f"thread {text}" if text.startswith("local") else text


def fpage_words(word):
    size = word >> 4 & 0x3F
    access = "".join(c if word & bit else "-" for bit, c in ((4, "r"), (2, "w"), (1, "x")))
    if word & ~15 == 0x10:
        return f"all memory {access}"
    if size == 2:
        first, log2 = word >> 16, word >> 10 & 0x3F
        return f"ports {first:#x}-{first + (1 << log2) - 1:#x}"
    if size < 10:
        return f"empty fpage {access}" if word & ~15 else "nil fpage"
    base = word & ~((1 << size) - 1) & 0xFFFFFC00
    return f"{base:08x}-{base + (1 << size) - 1:08x} {access}"


def time_words(word):
    if word in (0, 0x400):
        return "never" if word == 0 else "at once"
    if word & 0x8000:
        return f"point {word & 0x3FF} * 2^{word >> 11 & 15} us"
    return f"{(word & 0x3FF) << (word >> 10 & 31)} us"


class Word:
    def __init__(self, text):
        self.text = text

    def to_string(self):
        return self.text


class ListNode:
    """How many nodes follow it, not where they are."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        start = int(self.value.address) if self.value.address else 0
        node, count = self.value["next"], 0
        while int(node) and int(node) != start and count < 10000:
            node, count = node.dereference()["next"], count + 1
        return "on no list" if count == 0 else f"in a list of {count + 1} nodes, next {int(self.value['next']):#x}"


class Structure:
    """A structure of the kernel, its ids in words."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        number = int(self.value["id"]) if "id" in [f.name for f in self.value.type.fields()] else None
        return id_words(number) if number is not None else ""

    def children(self):
        yield from self._fields(self.value)

    def _fields(self, value):
        for f in value.type.fields():
            if f.name is None:
                yield from self._fields(value[f])
            elif f.name in IDS:
                yield f.name, id_words(int(value[f]) & 0xFFFFFFFF)
            elif f.name != "call":
                yield f.name, value[f]


def tag_words(word):
    import l4
    return l4.tag_text(word)


def make():
    printers = gdb.printing.RegexpCollectionPrettyPrinter("pecan")
    for name, words in (("L4_ThreadId_t", id_words), ("L4_Fpage_t", fpage_words), ("L4_MsgTag_t", tag_words), ("L4_Time_t", time_words)):
        printers.add_printer(name, f"^{name}$", lambda value, words=words: Word(words(raw(value))))
    printers.add_printer("list_node", "^list_node$", ListNode)
    printers.add_printer("thread", "^thread$", lambda v: Structure(v) if "kernel_sp" in [f.name for f in v.type.fields()] else None)
    return printers


gdb.printing.register_pretty_printer(None, make(), replace=True)
