# SPDX-License-Identifier: MIT
"""A machine of 16 MB with a disk: a root file system, swap, all drivers, and memory for programs beside them."""
import os
import re

from driver import Disks, shell
from files import file_system, tree
from shell import comes_to, frames_in_use, left_for_programs, task_id

DISK = "disk swap root=0.2"
DEMO = "the demo served .* all data intact|self-paging demo: .* all data intact"


def guaranteed(vm, name):
    """Frames that the last task of that name is guaranteed, and those of them that it has used or promised."""
    found = re.findall(rf"^ *\d+  {name} +(\d+) +(\d+)", vm.command("mem"), re.M)
    assert found, f"mem does not show {name}"
    return tuple(map(int, found[-1]))


def left(vm):
    """KB of frames, and of kernel memory, that programs may have."""
    frames, used = guaranteed(vm, "init")
    return (frames - used) * 4, int(re.search(r"(\d+) KB of kernel memory", left_for_programs(vm))[1])


def small_machine(lab, disks, **setup):
    image, _ = disks.image(), tree(disks.folder.name)
    file_system(image, "-d", os.path.join(disks.folder.name, "tree"))
    return shell(lab, DISK, (image, 0), memory=16, **setup)


def drivers_that_run(vm):
    return set(re.findall(r"driver (\w+): runs", vm.command("devices", 120)))


ALL = {"ide", "rtc", "speaker", "keyboard", "serial", "screen"}


def sixteen_megabytes_have_a_root_swap_and_memory_for_programs(lab):
    with Disks() as disks:
        vm = small_machine(lab, disks)
        assert re.search(DEMO, vm.text), vm.text
        assert "KB of swap on disk 0.1" in vm.text
        assert "a small file" in vm.command("cat /readme")
        assert drivers_that_run(vm) == ALL
        frames, kernel = left(vm)
        assert frames >= 2560 and kernel >= 400, f"{frames} KB, and {kernel} KB of kernel memory"
        said = vm.command("paging", 240)
        assert re.search("every byte right", said), said
        before = guaranteed(vm, "fabrica")
        assert "Cannot allocate" not in vm.command("devices start floppy", 120)
        assert "floppy" in drivers_that_run(vm) and guaranteed(vm, "fabrica")[0] < before[0], "no driver was kept room for"


def a_framework_that_gave_memory_back_finds_enough_to_start_again(lab):
    """With a program that has taken its part meanwhile."""
    with Disks() as disks:
        vm = small_machine(lab, disks)
        for _ in range(3):
            vm.command("spin &")
        mark, first = vm.mark(), task_id(vm, "fabrica")
        vm.command("kill fabrica")
        vm.expect_since(mark, r"init: fabrica has ended \(was killed\); start number 2", 120)
        assert comes_to(vm, ALL, drivers_that_run) == ALL, vm.text[-2000:]
        assert task_id(vm, "fabrica") != first
        assert comes_to(vm, True, lambda vm: guaranteed(vm, "fabrica")[0] < 256)
        assert "a small file" in vm.command("cat /readme", 120)


def eight_megabytes_say_once_that_there_is_no_memory_for_swap(lab):
    with Disks() as disks:
        vm = shell(lab, "disk swap run=hello", (disks.image(), 0), memory=8)
        assert len(re.findall(r"init: no swap on disk 0\.1: it takes memory, and programs have only \d+ KB", vm.text)) == 1, vm.text
        assert "Hello from a task" in vm.text and "swapper" not in vm.text
        assert "Hello from a task" in vm.command("hello")
