# SPDX-License-Identifier: MIT
"""What a task says before it ends by its own fault: children of mm_test, run from the shell."""
import re

import machine
from shell import said_since


def shell_with_tests(lab, **setup):
    vm = lab.boot_modules(modules=machine.MODULES[:-1] + ["tests.cpio"], **setup)
    vm.expect("pecan> ", 120)
    return vm


def last_words(vm, child, argument=0):
    text = vm.command(f"run mm_test argument={argument} child={child}")
    assert re.search(r"^  eip [0-9a-f]{8} esp [0-9a-f]{8} .*\n  eax", text, re.M), "no registers: " + text
    assert re.search(r"^  eip .* thread \d+\.\d+$", text, re.M), "no thread: " + text
    assert re.search(r"^  region [0-9a-f]{8}-[0-9a-f]{8} ", text, re.M), "no regions: " + text
    return text


def a_double_free_is_called_so(lab):
    vm = shell_with_tests(lab)
    for size in (50, 50000):
        text = vm.command(f"run mm_test argument={size} child=double_free")
        assert re.search(r"double free: block [0-9a-f]{8}, in a call from 004[0-9a-f]{5}", text), text
        assert "status 134" in text, text


def a_stack_overflow_is_called_so(lab):
    vm = shell_with_tests(lab)
    for child in ("stack", "thread_stack"):
        text = last_words(vm, child)
        assert re.search("segmentation violation, write at [0-9a-f]{8}: stack overflow", text), text
    for child in ("null", "hole", "none"):
        assert "stack overflow" not in last_words(vm, child)


def a_last_line_without_its_end_is_printed(lab):
    assert re.search(r"# this line has no end$", shell_with_tests(lab).command("run mm_test child=unfinished"), re.M)


def a_string_of_which_a_page_is_refused_ends_in_a_report(lab):
    vm = shell_with_tests(lab)
    assert "segmentation violation, read at" in last_words(vm, "string_hole", 0)
    assert "segmentation violation, write at" in last_words(vm, "string_hole", 1)


def a_lock_that_a_thread_has_already_ends_in_a_report(lab):
    """Its handler prints in the midst of fwrite()."""
    text = shell_with_tests(lab).command("run mm_test child=lock_twice")
    assert re.search(r"mm_test \(task \d+\): it waits for a lock that it has itself: [0-9a-f]{8}, in a call from 004", text), text
    assert "status 134" in text, text


def a_death_by_lack_of_memory_is_called_so(lab):
    for init in "", "swap=ram:4":
        vm = shell_with_tests(lab, options={"init": init})
        for child in "hog", "spent":
            text = vm.command(f"run mm_test child={child}", 120)
            assert re.search(r"mm_test \(task \d+\): segmentation violation.*: no page: out of memory", text), text
            assert "status 139" in text, text


def lines_of_reports_stay_whole_beside_each_other(lab):
    """Six tasks end by their own fault at the same time, with short time slices."""
    vm = lab.boot_modules(options={"init": "run=hello"}, extra=machine.counted(8))
    vm.expect("pecan> ", 120)
    mark = vm.mark()
    vm.command("i=; while [ $i != aaaaaa ]; do segfault &; i=a$i; done", 120)
    said = said_since(vm, mark, r"(?s)(.*exited with status 139){6}").replace("\r", "")
    callers = re.findall("code addresses.*", said)
    assert len(callers) == 6, said
    for line in callers:
        assert re.fullmatch("code addresses on the stack, its callers among them:( 004[0-9a-f]{5})+", line), line
