# SPDX-License-Identifier: MIT
"""Files that are mapped, while the file server ends."""
from report import shell_with_tests


def a_dead_file_server_is_a_signal_to_those_who_have_mapped_its_files(lab):
    vm = shell_with_tests(lab, options={"init": "root=ram"}, memory=64)
    mark = vm.mark()
    vm.command("run mapped_test watch &")
    vm.expect_since(mark, "watch: it is mapped")
    mark = vm.mark()
    vm.command("kill ext2fs")
    vm.expect_since(mark, "watch: signal 7, error 5, then 7, 5, read 5, unmapped 0")
    assert "Hello" in vm.command("run hello")
