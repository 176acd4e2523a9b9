# SPDX-License-Identifier: MIT
"""Programs that start from files, and what they get: arguments, variables, files, scripts."""
import os
import re
import shutil

from driver import Disks, shell
from files import expect_clean, file_system, halted


def said(vm, line):
    """What the command says, without the echo of the line."""
    return vm.command(line).replace("\r", "")


def programs_start_from_the_file_system(lab):
    vm = shell(lab, "root=ram")
    assert "wc" in said(vm, "ls /bin")
    assert re.search(r"^ +2 +4 +19 $", said(vm, "echo 'one two three' > /a; echo four >> /a; wc < /a"), re.M), vm.text[-400:]
    assert re.search(r"^ +2 +4 +19 /a$", said(vm, "wc /a"), re.M), vm.text[-400:]
    assert re.search(r"^ +2 +4 +19 /a$", said(vm, "/bin/wc /a"), re.M), vm.text[-400:]
    assert "No such file" in said(vm, "wc /none")
    assert "exited with status 1" in vm.text
    said(vm, "cp /bin/wc /count")
    assert "no x bit" not in said(vm, "/count /a"), "cp keeps the mode"
    assert "is not a program" in said(vm, "/etc"), vm.text[-400:]
    said(vm, "cp /welcome /plain")
    assert "no x bit" in said(vm, "/plain"), vm.text[-400:]
    assert "no such program" in said(vm, "run /none") or "no such" in vm.text
    halted(vm)


def programs_that_know_nothing_of_files_are_redirected(lab):
    vm = shell(lab, "root=ram")
    assert "Hello" not in said(vm, "hello one > /h; hello two >> /h")
    assert said(vm, "cat /h").count("Hello from a task") == 2
    assert re.search(r"argument 1: one\n.*\nargument 1: two\n", said(vm, "cat /h")), vm.text[-400:]
    said(vm, "echo Ada > /names; echo Grace >> /names")
    answer = said(vm, "ask 2 < /names")
    assert "Ada" in answer and "Grace" in answer, answer
    said(vm, "ask 2 < /names > /greeted")
    assert "Ada" in said(vm, "cat /greeted")
    assert "No such file" in said(vm, "ask < /none")
    assert "Is a directory" in said(vm, "hello > /etc")
    halted(vm)


def variables_reach_programs(lab):
    vm = shell(lab, "root=ram")
    said(vm, "GREETING='good day'; X=1")
    assert said(vm, "echo $GREETING to ${X}a '$X'").strip().endswith("good day to 1a $X")
    assert "GREETING=good day\nX=1\n" in said(vm, "env")
    assert "GREETING=good day\nX=1\n" in said(vm, "set")
    said(vm, "unset X")
    assert "X=1" not in said(vm, "env")
    said(vm, "wc /none")
    assert said(vm, "echo status $?").strip().endswith("status 1")
    said(vm, "hello > /h")
    assert said(vm, "echo status $?").strip().endswith("status 0")
    long = "x" * 60
    for number in range(4):
        said(vm, f"L{number}={long}")
    assert said(vm, "env").count(long) == 4, "more than a message holds"
    halted(vm)


def scripts_are_read_from_files(lab):
    with Disks() as disks:
        image = disks.image()
        tree = disks.folder.name + "/tree"
        os.makedirs(tree)
        with open(tree + "/script", "w") as file:
            file.write("#!/bin/sh\n# a comment\necho $0 has $# words: $1, $2\n\nwc /script > /counted; echo $?\nnonsense\necho last $?\n")
        os.chmod(tree + "/script", 0o755)
        with open(tree + "/forever", "w") as file:
            file.write("sh /forever\n")
        with open(tree + "/wrong", "w") as file:
            file.write("echo before\necho 'open\necho after\n")
        shutil.copy(os.path.join(lab.build, "strip/apps/wc"), tree + "/wc")
        with open(tree + "/interpreted", "w") as file:
            file.write("#! /wc /script\nanything\n")
        os.chmod(tree + "/interpreted", 0o755)
        with open(tree + "/loop", "w") as file:
            file.write("#!/loop\n")
        os.chmod(tree + "/loop", 0o755)
        file_system(image, "-d", tree)
        vm = shell(lab, "disk root=0.2", (image, 0))
        for line in ("sh /script one 'two three'", "/script one 'two three'"):
            answer = said(vm, line)
            assert re.search(r"/script has 2 words: one, two three\n", answer), answer
            assert "nonsense: there is no such command" in answer and "last 127" in answer, answer
        assert said(vm, "sh /forever").count("too many scripts") == 1
        answer = said(vm, "sh /wrong")
        assert "before" in answer and "a quote is not closed" in answer and "after" not in answer, answer
        assert "No such file" in said(vm, "sh /none")
        answer = said(vm, "/interpreted more")
        assert "/script\n" in answer and "/interpreted\n" in answer and "more: No such file" in answer, answer
        assert "not a program for this system" in said(vm, "/loop")
        halted(vm)
        expect_clean(image)
