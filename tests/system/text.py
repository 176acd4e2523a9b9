# SPDX-License-Identifier: MIT
"""Programs whose text comes from their file page by page: they are larger than the memory for images, their file is written to, replaced,
or cannot be read, they fork, the file server ends."""
import os
import re
import shutil

from driver import Disks, failing, shell
from files import file_system, halted, START, tool
from shell import comes_to, frames_in_use

DISK = "disk root=0.2 run=hello"               # the demo needs more memory than some of the machines have
ALL_RIGHT = r"large: 1024 pages, {} times, 0 wrong, (\d+) asked for"


def disk_with_large(lab, disks, name="disk.img"):
    image, tree = disks.image(name), disks.folder.name + "/tree"
    os.makedirs(tree, exist_ok=True)
    shutil.copy(os.path.join(lab.build, "strip/large"), tree)
    file_system(image, "-d", tree)
    return image


def place_in_file(image, path, offset):
    """The sector of the file system in which this byte is; a block has 1,024 bytes."""
    said, _ = tool("debugfs", "-R", f"bmap {path} {offset // 1024}", f"{image}?offset={START}")
    return int(said.split()[-1]) * 2


def expect_whole(image):
    """No block is lost."""
    said, status = tool("e2fsck", "-fn", f"{image}?offset={START}")
    assert status == 0 and "wrong" not in said and "Unattached" not in said, said


def asked_for(said, passes=2):
    found = re.search(ALL_RIGHT.format(passes), said)
    assert found, said
    return int(found[1])


def waiting(vm, path="/large", more=""):
    """In the background, with half of its pages seen."""
    mark = vm.mark()
    vm.command(f"{path} 2 /go {more} &")
    vm.expect_since(mark, "large: waits for /go")
    return mark


def a_program_larger_than_the_memory_for_images_runs(lab):
    with Disks() as disks:
        vm = shell(lab, DISK, (disk_with_large(lab, disks), 0), memory=16)
        for _ in range(2):
            assert asked_for(vm.command("/large 2", 120)) > 64
        halted(vm)


def programs_share_their_text(lab):
    """Two at a time need no more pages than one, and what one has asked for, the other one finds."""
    with Disks() as disks:
        vm = shell(lab, DISK, (disk_with_large(lab, disks), 0), memory=64)
        first = asked_for(vm.command("/large 1"), 1)
        mark = waiting(vm)
        before = frames_in_use(vm)
        assert asked_for(vm.command("/large 2")) < first / 8, "the pages were there"
        vm.command("/large 2 /go &")
        assert frames_in_use(vm) - before < 256, "its text is 1,024"
        vm.command("echo x > /go")
        vm.expect_since(mark, ALL_RIGHT.format(2) + r"[^$]*" + ALL_RIGHT.format(2))
        halted(vm)


def a_program_goes_on_when_its_file_is_replaced_or_removed(lab):
    with Disks() as disks:
        image = disk_with_large(lab, disks)
        vm = shell(lab, DISK, (image, 0), memory=16)
        for change in ("mv /other /large", "rm /large"):
            mark = waiting(vm)
            assert "Text file busy" in vm.command("echo x > /large")
            vm.command("echo another > /other")
            assert "cp: /other to /large: Text file busy" in vm.command("cp /other /large")
            vm.command(change)
            vm.command("echo x > /go")
            vm.expect_since(mark, ALL_RIGHT.format(2))
            vm.command("rm /go")
            if change.startswith("mv"):
                assert "another" in vm.command("cat /large")
                halted(vm)                      # a file without a name is gone from the disk
                expect_whole(image)
                file_system(image, "-d", disks.folder.name + "/tree")
                vm = shell(lab, DISK, (image, 0), memory=16)
        halted(vm)
        expect_whole(image)


def a_file_system_is_busy_as_long_as_a_program_needs_its_pages(lab):
    with Disks() as disks:
        images = [disk_with_large(lab, disks, name) for name in ("first.img", "second.img")]
        vm = shell(lab, DISK, (images[0], 0), (images[1], 1), memory=64)
        vm.command("mkdir /mnt; mount /dev/hd1p2 /mnt")
        mark = waiting(vm, "/mnt/large", "fork")    # the copy needs pages before its parent does
        assert "busy" in vm.command("umount /mnt")
        vm.command("echo x > /go")
        vm.expect_since(mark, ALL_RIGHT.format(2))
        assert not comes_to(vm, False, lambda vm: "busy" in vm.command("umount /mnt"))
        assert "/mnt" not in vm.command("mount")
        halted(vm)
        expect_whole(images[1])


def a_program_whose_file_server_has_ended_says_so_when_it_needs_a_page(lab):
    with Disks() as disks:
        vm = shell(lab, DISK, (disk_with_large(lab, disks), 0), memory=64)
        mark = waiting(vm)
        vm.command("kill ext2fs")
        vm.expect_since(mark, "init: ext2fs is started again")
        vm.command("echo x > /go")
        vm.expect_since(mark, r"/large: no page of its file: error 5")
        assert asked_for(vm.command("/large 2", 120)) > 64
        vm.expect_since(mark, r"large \(task \d+\) exited with status 135 \(bus error\)")
        halted(vm)


def a_page_that_cannot_be_read_ends_its_program_alone(lab):
    with Disks() as disks:
        image = disk_with_large(lab, disks)
        sector = START // 512 + place_in_file(image, "/large", 3 << 20)
        vm = shell(lab, DISK, memory=16,
                   extra=failing(disks.folder.name, image, errno=5, event="read_aio", iotype="read", sector=sector))
        said = vm.command("/large 1", 120)
        assert re.search(r"/large: no page of its file: error 5", said), said
        assert "exited with status" in vm.command("run hello; /large 1", 120)
        halted(vm)
