# SPDX-License-Identifier: MIT
"""Resources add up: a program, and all that it starts, takes all it can of one kind; its neighbour has what was promised."""
import os
import re
import tempfile

import machine
from driver import Disks, modules_with
from files import file_system
from shell import comes_to

ANSWER = 20             # seconds for the shell on a busy machine; virtual time would be 0.1


def what_is_taken(vm):
    """Frames in use, and what is left of everything else.  init learns new commands; deva, the file server and the disk's driver keep
    room for as many clients as there were, and pages of files: what these have is counted apart, and bounded."""
    text = vm.command("mem")
    used = int(re.search(r"(\d+) in use", text)[1])
    own = {name: int(pages) for name, pages in re.findall(r"^ *\d+  (deva|init|ext2fs|ide) +\d+ +\d+ +(\d+)", text, re.M)}
    assert own["deva"] < 320, text          # its archive of drivers is 167 of them
    assert own.get("ext2fs", 0) < 640, text         # its guarantee
    return used - sum(own.values()), re.search(r"left for programs: (.*\n.*)", text)[1].strip()


FILES = ("ramdisk", "ext2fs", "root.img")


def glutton(lab, kind, memory=64, init="", programs=(), slack=0, **setup):
    """Everything comes back, too, when the glutton is ended, but for `slack` frames."""
    with tempfile.TemporaryDirectory(prefix="pecan-greed-") as folder:
        modules = modules_with(lab, folder, "apps/glutton", "apps/neighbour", *programs)
        vm = lab.boot_modules(modules, options={"init": init}, memory=memory, **setup)
        vm.expect("pecan> ", 120)
    vm.command("run neighbour")
    before = what_is_taken(vm)
    mark = vm.mark()
    vm.command(f"run glutton {kind} &", 120)
    vm.expect_since(mark, rf"glutton: {kind}: \d+ children, \d+ taken, then: [^\n]*\n", 120)
    vm.command("help", ANSWER)
    said = vm.command("run neighbour", 240)
    assert "all that was promised" in said, said
    assert "status" not in said, said
    assert "was killed" in vm.command("kill glutton", ANSWER)
    assert "glutton" not in vm.command("ps", ANSWER)
    def nearly(vm):
        frames, rest = what_is_taken(vm)
        return before if abs(frames - before[0]) <= slack and rest == before[1] else (frames, rest)

    after = comes_to(vm, before, nearly)
    assert after == before, f"{before} before, {after} after"
    return vm.text.split("runs as task", 1)[1]


def a_tree_that_takes_all_tasks_harms_nobody(lab):
    glutton(lab, "tasks")


def a_tree_that_takes_all_threads_harms_nobody(lab):
    glutton(lab, "threads")


def a_tree_that_takes_all_kernel_memory_harms_nobody(lab):
    glutton(lab, "kernel")


def a_tree_that_takes_all_kernel_memory_harms_nobody_in_8_megabytes(lab):
    glutton(lab, "kernel", memory=8)


def a_tree_that_takes_all_handles_harms_nobody(lab):
    glutton(lab, "handles")


def a_tree_that_takes_all_memory_controls_harms_nobody(lab):
    glutton(lab, "controls")


def a_tree_that_takes_all_groups_of_shared_pages_harms_nobody(lab):
    glutton(lab, "groups")


def a_tree_that_leaves_holes_between_records_harms_nobody(lab):
    glutton(lab, "holes")


def a_tree_that_takes_some_of_each_kind_harms_nobody(lab):
    glutton(lab, "mixed")


def a_tree_that_gives_to_everybody_harms_nobody(lab):
    glutton(lab, "gifts")


def threads_that_wait_for_a_task_harm_nobody(lab):
    glutton(lab, "waits")


def threads_that_wait_for_the_console_harm_nobody(lab):
    glutton(lab, "readers")


def threads_that_keep_physmem_busy_harm_nobody(lab):
    glutton(lab, "requests")


def threads_that_keep_task_busy_harm_nobody(lab):
    glutton(lab, "images")


def messages_that_want_no_answer_harm_nobody(lab):
    said = glutton(lab, "messages")
    for server in ("sigma0:", "wortel:", "task ", "physmem:"):
        assert not re.search(rf"^{server}", said, re.M), f"{server} prints for anybody"


def a_pager_that_spins_harms_nobody(lab):
    glutton(lab, "pager")


def of_files(lab, kind, **setup):
    """The file server lives, and the shell has its files."""
    said = glutton(lab, kind, 256, setup.pop("init", "root=ram"), FILES, **setup)
    assert re.search(r"glutton: \w+: (\d+) children", said)[1] == "50", said
    assert "init: ext2fs" not in said, said


def a_tree_that_opens_all_files_harms_nobody(lab):
    """On a disk, because the RAM disk has too few inodes.  Its driver and the file server share pages, which are counted twice."""
    with Disks() as disks:
        image = disks.image()
        tree = os.path.join(disks.folder.name, "tree")
        os.makedirs(os.path.join(tree, "tmp"))
        with open(os.path.join(tree, "welcome"), "w") as file:
            file.write("welcome")
        file_system(image, "-d", tree)
        of_files(lab, "files", init="disk root=0.2", slack=8, extra=machine.ide_disk(image, 0))


def a_tree_that_takes_all_pipes_harms_nobody(lab):
    of_files(lab, "pipes")


def a_tree_that_takes_all_locks_harms_nobody(lab):
    of_files(lab, "locks")
