# SPDX-License-Identifier: MIT
"""Files that are mapped: while the file server ends, and with a disk to swap to."""
import re

from driver import Disks
from report import shell_with_tests
from swap import MEGABYTES, expect_nothing_left, shell


def a_dead_file_server_is_a_signal_to_tasks_that_have_mapped_its_files(lab):
    vm = shell_with_tests(lab, options={"init": "root=ram"}, memory=64)
    mark = vm.mark()
    vm.command("run mapped_test watch &")
    vm.expect_since(mark, "watch: it is mapped")
    mark = vm.mark()
    vm.command("kill ext2fs")
    vm.expect_since(mark, "watch: signal 7, error 5, then 7, 5, read 5, unmapped 0")
    assert "Hello" in vm.command("run hello")


def private_copies_of_mapped_pages_go_to_swap_and_come_back(lab):
    """64 changed pages with 16 frames, looked at three times."""
    with Disks() as disks:
        vm = shell(lab, "disk swap root=ram", (disks.image("private.img", MEGABYTES), 0), memory=64)
        said = vm.command("run mapped_test only=private_copies_go", 240)
        assert re.search(r"^ok 1 - private_copies_go_to_swap", said, re.M), said
        out, back = map(int, re.search(r"private pages: (\d+) out, (\d+) in", said).groups())
        assert out >= 48 and back >= 48, said
        expect_nothing_left(vm)


def large_copies_need_no_sse(lab):
    """Neither from the processor, nor from the kernel, which saves no such registers then."""
    for setup in (dict(cpu="pentium", options={"init": "root=ram"}), dict(options={"init": "root=ram", "kernel": "nofxsr"})):
        vm = shell_with_tests(lab, memory=64, **setup)
        said = vm.command("run mapped_test only=a_large_copy", 120)
        assert re.search(r"^ok 1 - a_large_copy", said, re.M), said
        vm.close()
