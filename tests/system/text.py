# SPDX-License-Identifier: MIT
"""Programs whose text comes from their file page by page: they are larger than the memory for images, their file is written to, replaced,
or cannot be read, the file server ends."""
import os
import re
import shutil

from driver import Disks, failing, shell
from files import expect_clean, file_system, halted, START

ALL_RIGHT = r"large: 1024 pages, {} times, 0 wrong, (\d+) asked for"


def disk_with_large(lab, disks):
    image, tree = disks.image(), disks.folder.name + "/tree"
    os.makedirs(tree)
    shutil.copy(os.path.join(lab.build, "strip/large"), tree)
    file_system(image, "-d", tree)
    return image


def asked_for(said, passes=2):
    found = re.search(ALL_RIGHT.format(passes), said)
    assert found, said
    return int(found[1])


def waiting(vm):
    """In the background, with half of its pages seen."""
    mark = vm.mark()
    vm.command("/large 2 /go &")
    vm.expect_since(mark, "large: waits for /go")
    return mark


def a_program_larger_than_the_memory_for_images_runs(lab):
    with Disks() as disks:
        vm = shell(lab, "disk root=0.2", (disk_with_large(lab, disks), 0), memory=16)
        for _ in range(2):
            assert asked_for(vm.command("/large 2", 120)) > 64
        halted(vm)
