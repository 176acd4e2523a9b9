# SPDX-License-Identifier: MIT
"""The `hurd` commands: what physmem and the library's pagers know.  Their structures come out of the debugging information of
these programs, which are linked without LTO."""
import gdb

import kernel
import programs
import registers

PAGE = 4096


class Prefix(gdb.Command):
    """hurd: what physmem and the pagers know: hurd containers, hurd frames, hurd maps TASK."""

    def __init__(self):
        super().__init__("hurd", gdb.COMMAND_STATUS, gdb.COMPLETE_NONE, True)

    def invoke(self, argument, from_tty):
        if argument:
            raise gdb.GdbError("hurd knows containers, frames and maps")
        print("hurd containers          physmem's containers: which control pays, how many pages, pins\n"
              "hurd frames              physmem's count of frames, and the controls that guarantee them\n"
              "hurd maps TASK           the regions of a task that pages itself")


def within(space):
    """Inside, expressions are about that task."""
    name = programs.symbols.use_for(space)
    if name == "?":
        raise gdb.GdbError("the program of this task is not in the build folder")
    return registers.as_if(space)


def variable(name):
    """A variable of the program in use, not of the kernel: they may share names."""
    symbol = gdb.lookup_static_symbol(name) or gdb.lookup_global_symbol(name)
    objfile = next((o for o in gdb.objfiles() if o.filename == programs.symbols.path), None)
    if objfile:
        symbol = objfile.lookup_global_symbol(name) or objfile.lookup_static_symbol(name) or symbol
    if not symbol:
        raise gdb.GdbError(f"{programs.symbols.path} has no variable {name}")
    return symbol.value()


def chain(first, link):
    seen = 0
    while int(first):
        yield first.dereference()
        first, seen = first.dereference()[link], seen + 1
        if seen > 100000:
            raise gdb.GdbError(f"the list through {link} has no end")


def owner(task):
    """Which program a task id is, if it lives."""
    for space in kernel.spaces():
        if not space.sigma0 and programs.task_of(space) == task:
            return f"{programs.name_of(space)} ({task})"
    return f"task {task}"


def controls():
    return list(chain(variable("control_all"), "all_next"))


class Containers(gdb.Command):
    """hurd containers: physmem's containers: which task made them and which one pays, how many pages, pins."""

    def __init__(self):
        super().__init__("hurd containers", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        physmem = programs.task_find("physmem")
        rows = []
        with within(physmem):
            for control in controls():
                for c in chain(control["containers"], "next"):
                    rows.append((int(c.address), int(c["task"]), int(control["task"]), int(c["pages"]), int(c["pins"]),
                                 "wired" if int(c["wired"]) else "doomed" if int(c["doomed"]) else ""))
        print("CONTAINER  MADE BY              PAID BY                 PAGES   PINS")
        for at, maker, payer, pages, pins, note in rows:
            print(f"{at:08x}   {owner(maker):20} {owner(payer):20} {pages:8} {pins:6}  {note}".rstrip())
        print(f"{len(rows)} containers, {sum(row[3] for row in rows)} pages")


class Frames(gdb.Command):
    """hurd frames: physmem's count of frames, and what each control guarantees and holds."""

    def __init__(self):
        super().__init__("hurd frames", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        rows = []
        with within(programs.task_find("physmem")):
            ledger = variable("ledger")
            counts = {name: int(ledger[name]) for name in ("total", "free", "bound", "meta", "guaranteed", "promised")}
            for c in controls():
                rows.append((int(c["task"]), int(c["guarantee"]), int(c["books"]), int(c["pages"]), int(c["meta"]["pages"]), int(c["count"])))
        print(f"{counts['total']} frames: {counts['free']} free, {counts['bound']} bound, {counts['meta']} for physmem's records; "
              f"{counts['guaranteed']} guaranteed, {counts['promised']} promised or bound in containers")
        print("CONTROL OF            GUARANTEE   BOOKS   PAGES RECORDS CONTAINERS")
        for task, *numbers in rows:
            print(f"{owner(task):20} {numbers[0]:10} {numbers[1]:7} {numbers[2]:7} {numbers[3]:7} {numbers[4]:10}")


def tree(root):
    """The nodes of a tree of ranges, in order."""
    if int(root):
        yield from tree(root["left"])
        yield root
        yield from tree(root["right"])


def constant(pointer, member):
    """A member of a constant structure, out of the program's file: the page of the constant may not be mapped now."""
    target = pointer.type.target().strip_typedefs()
    place = next(f for f in target.fields() if f.name == member)
    at = int(pointer) + place.bitpos // 8
    return gdb.Value(programs.elf(programs.symbols.path).bytes_at(at, place.type.sizeof), place.type)


class Maps(gdb.Command):
    """hurd maps TASK: the regions of a task that pages itself, as its pager keeps them."""

    def __init__(self):
        super().__init__("hurd maps", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        if len(words) != 1:
            raise gdb.GdbError("hurd maps TASK")
        space = programs.task_find(words[0])
        rows = []
        with within(space):
            try:
                mm = variable("mm")
                root = mm["space"]["maps"]
            except (gdb.error, gdb.GdbError):
                raise gdb.GdbError(f"{programs.task_text(space)} has no map: it does not page itself") from None
            pointer = gdb.lookup_type("struct map").pointer()
            for node in tree(root):
                region = node.cast(pointer).dereference()
                kind = str(constant(region["store"].dereference()["class"], "kind")).rpartition("_")[2].lower()
                access = int(region["is"]["rights"])
                rows.append((int(region["range"]["first"]), int(region["range"]["last"]), access, kind, int(region["is"]["permanent"]),
                             int(region["is"]["locked"])))
        present = space.mapped()
        print(f"{programs.task_text(space)}: {len(rows)} regions")
        for first, last, access, kind, permanent, locked in rows:
            pages = sum(1 for v in present if first <= v <= last)
            letters = "".join(c if access & bit else "-" for bit, c in ((4, "r"), (2, "w"), (1, "x")))
            notes = " ".join(n for n, on in (("permanent", permanent), ("locked", locked)) if on)
            print(f"  {first:08x}-{last:08x} {letters} {kind:10} {pages:5} of {(last + 1 - first) // PAGE} pages mapped  {notes}".rstrip())


Prefix(), Containers(), Frames(), Maps()
