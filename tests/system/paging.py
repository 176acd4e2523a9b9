# SPDX-License-Identifier: MIT
"""A program that uses three times its memory: at boot, in the shell, on a disk, and beside a physmem that takes mappings away."""
import re

import driver
from boot import DEMO_LINE
from run import verb
from shell import shell

LINE = (r"paging: (\d+) pages in (\d+) frames, every byte right: (\d+) pages out, (\d+) in, (\d+) faults, "
        r"(\d+) frames and (\d+) disk blocks back")


def checked(said):
    """The line's numbers, which have to fit together."""
    line = re.search(LINE, said)
    assert line, said[-900:]
    pages, frames, went, came, faults, returned, blocks = map(int, line.groups())
    assert pages == 3 * frames and went > pages - frames and came > pages - frames, line[0]
    assert went - came == blocks, f"what is on disk at the end is what went and did not come back: {line[0]}"
    assert returned > frames and faults > pages, line[0]
    return went, came


def run_without_a_terminal_shows_paging_after_the_demo(lab):
    status, said = verb(lab, "tools/qemu", "run")
    assert status == 0 and re.search(DEMO_LINE, said), said[-500:]
    checked(said)


def run_without_a_terminal_leaves_paging_out_where_memory_is_small(lab):
    status, said = verb(lab, "tools/qemu", "run", MEM="8")
    assert status == 0 and "paging: left out: too little memory" in said, said[-500:]


def shell_shows_a_picture_of_paging_in_one_line(lab):
    vm = shell(lab)
    said = vm.command("paging frames=128", 200)
    checked(said)
    assert re.search(r"\[K\S[^\n]* core \d+ disk \d+ \(clock \d+, mru \d+, stack \d+\), /s: \d+ faults[^\n]*paging: ", said), said[-900:]
    again = vm.command("paging", 200)
    checked(again)
    assert "frames=5" not in vm.command("paging frames=5"), "too few, and it is said"


def paging_works_on_a_disk(lab):
    with driver.Disks() as disks:
        vm = driver.shell(lab, "disk swap", (disks.image(), 0))
        checked(vm.command("paging frames=128", 300))


def paging_works_while_physmem_takes_mappings_away(lab):
    vm = shell(lab, init="revoke=20")
    checked(vm.command("paging frames=100", 300))
