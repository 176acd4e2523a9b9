# SPDX-License-Identifier: MIT
"""Which task owns each frame: the page tables of all spaces in a dump of RAM, as a picture with a small square for each frame."""
import records
import svg

PAGE, PRESENT, LARGE = 4096, 1, 0x80
USER_TABLES = 768               # directory entries below 3 GB
COLUMNS, CELL = 160, 5
VIRTUAL, CONVENTIONAL, RESERVED = 0x200, 1, 2           # memory descriptors of the KIP: X.2, 3.2
KERNEL_IMAGE = 0x100000
COLOURS = {"kernel": "#3c4656", "wortel": "#8c6bb1", "sigma0": "#b9a7cf", "physmem, free or kept": "#e8dcc8", "physmem": "#c77d2e",
           "task": "#b4565f", "deva": "#2f9e6e", "init": "#3b7dd8", "several tasks": "#111111", "nobody": "#ffffff"}
OTHERS = ("#5aa9e6", "#f2b134", "#7fc8a9", "#e07a9a", "#8d99ae", "#a4c639", "#c08497", "#6d9dc5")


def threads(ram):
    """Addresses of all threads' blocks: (id, space)."""
    head, link = ram["all_threads"], ram["thread.in_all"]
    node = ram.words(head, 1)[0]
    while node != head:
        block = node - link
        yield at_block(ram, block, "thread.id"), at_block(ram, block, "thread.space")
        node = at_block(ram, block, "thread.in_all")


def at_block(ram, block, field):
    """A word of a thread's block, which lies in the region that the kernel maps by tables."""
    return ram.words(physical(ram, block + ram[field]), 1, True)[0]


def physical(ram, address):
    directory = ram.words(ram["kernel_space"] + ram["space.directory_phys"], 1)[0]
    entry = ram.words(directory + (address >> 22) * 4, 1, True)[0]
    if entry & LARGE:
        return (entry & 0xFFC00000) + (address & 0x3FFFFF)
    return (ram.words((entry & -PAGE) + (address >> 12 & 1023) * 4, 1, True)[0] & -PAGE) + address % PAGE


def mapped(ram, space):
    """The frames that a space's tables name."""
    directory = ram.words(space + ram["space.directory_phys"], 1)[0]
    frames = set()
    for entry in ram.words(directory, USER_TABLES, True):
        if entry & PRESENT:
            frames.update(word // PAGE for word in ram.words(entry & -PAGE, 1024, True) if word & PRESENT)
    return frames


def kernel_frames(ram):
    """Its image and its pool: memory descriptors that the kernel adds to the KIP."""
    kip = ram["the_kip"]
    info = ram.words(kip + 0x54, 1)[0]
    words = ram.words(kip + (info >> 16), 2 * (info & 0xFFFF))
    frames = set()
    for low, high in zip(words[::2], words[1::2]):
        if not low & VIRTUAL and low & 15 == RESERVED and (low & ~0x3FF) >= KERNEL_IMAGE:
            frames.update(range((low & ~0x3FF) // PAGE, ((high | 0x3FF) + 1) // PAGE))
    return frames


def owners(ram, names):
    """{frame: whose it is}.  sigma0 and physmem hand memory on, so a task that has the page counts more than they do."""
    trace = records.Trace([None], 0, {}) if names is None else names
    spaces = {}
    for thread, space in threads(ram):
        spaces.setdefault(space, thread)
    whose = {}
    for space, thread in spaces.items():
        name = trace.task_name(thread)
        for frame in mapped(ram, space):
            whose.setdefault(frame, set()).add(name)
    out = {frame: one_of(tasks) for frame, tasks in whose.items()}
    out.update(dict.fromkeys(kernel_frames(ram), "kernel"))
    return out


def one_of(tasks):
    for giver in ("sigma0", "wortel", "physmem"):
        if len(tasks) > 1:
            tasks = tasks - {giver}
    if tasks == {"physmem"}:
        return "physmem, free or kept"
    return next(iter(tasks)) if len(tasks) == 1 else "several tasks"


def rows(ram, whose):
    """Squares of one owner beside each other as one rectangle: (row, column, length, owner)."""
    total = len(ram.data) // PAGE
    for start in range(0, total, COLUMNS):
        line = [whose.get(frame, "nobody") for frame in range(start, min(start + COLUMNS, total))]
        first = 0
        for i in range(1, len(line) + 1):
            if i == len(line) or line[i] != line[first]:
                yield start // COLUMNS, first, i - first, line[first]
                first = i


def legend(counts, colours, top):
    left, out = svg.MARGIN + COLUMNS * CELL + 24, []
    for i, (owner, count) in enumerate(sorted(counts.items(), key=lambda item: -item[1])):
        y = top + 14 + 20 * i
        out += [svg.box(left, y - 10, 12, 12, colours[owner], ' stroke="#999"'), svg.text(left + 18, y, f"{owner}: {count:,}")]
    return out


def picture(ram, trace=None):
    try:
        trace = trace or records.from_ram(ram)      # it knows the tasks' names
    except records.Wrong:
        trace = records.Trace.__new__(records.Trace)
        trace.names = dict(records.BOOT_TASKS)
    whose = owners(ram, trace)
    total, top = len(ram.data) // PAGE, 62
    rest, colours, counts, out = iter(OTHERS * 40), dict(COLOURS), {}, []
    for row, column, length, owner in rows(ram, whose):
        colours.setdefault(owner, None)
        colours[owner] = colours[owner] or next(rest)
        counts[owner] = counts.get(owner, 0) + length
        if owner != "nobody":
            out.append(svg.box(svg.MARGIN + column * CELL, top + row * CELL, length * CELL, CELL, colours[owner]))
    height = max(top + (total + COLUMNS - 1) // COLUMNS * CELL, top + 20 * len(counts) + 20)
    out.insert(0, svg.box(svg.MARGIN, top, COLUMNS * CELL, (total + COLUMNS - 1) // COLUMNS * CELL, "#fff", ' stroke="#999"'))
    head = [svg.text(svg.MARGIN, 28, "Which task owns each frame", "title"),
            svg.text(svg.MARGIN, 47, f"{total:,} frames of 4 KB, {COLUMNS} in a row, address 0 at the top left; by the page tables of all spaces", "small")]
    return svg.frame(height + svg.MARGIN, head + out + legend(counts, colours, top))
