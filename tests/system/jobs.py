# SPDX-License-Identifier: MIT
"""Job control: what Ctrl-Z stops, what goes on, and which task has the console meanwhile."""
import re

import machine
from driver import Disks, shell as disk_shell
from files import file_system, halted
from ports import tree
from programs import said
from shell import halt, said_since, shell


def stop(vm, name):
    """Ctrl-Z for the job in the foreground."""
    vm.line.send("\x1a")
    vm.expect(rf"\] {name} is stopped")
    vm.expect("pecan> ")


def ctrl_z_stops_a_program_and_fg_lets_it_go_on(lab):
    vm = shell(lab, extra=machine.counted(4))
    vm.send("spin")
    vm.expect("spin: until")
    stop(vm, "spin")
    assert "status 148" in vm.command("echo status $?"), "what Ctrl-Z leaves"
    assert re.search(r"^\[1\] stopped +spin \(task \d+\)", vm.command("jobs"), re.M), vm.text[-300:]
    assert re.search(r"^ +\d+  spin (.*\n)+? +thread .*, stopped", said(vm, "ps"), re.M), vm.text[-900:]
    assert "no such job" in vm.command("fg 7")
    assert "Hello" in vm.command("hello"), "the console is the shell's again"
    assert "spin runs" in vm.command("bg")
    assert re.search(r"^\[1\] runs +spin", vm.command("jobs"), re.M)
    vm.send("fg")
    vm.expect("spin")
    stop(vm, "spin")
    vm.send("fg %1")
    vm.expect("spin")
    vm.line.send("\x03")
    vm.expect(r"spin \(task \d+\) was killed by signal 2")
    vm.expect("pecan> ")
    assert vm.command("jobs").strip() == ""
    assert "no such job" in vm.command("fg") and "no such job" in vm.command("bg 1")
    halt(vm)


def a_stopped_reader_gets_its_line_when_it_has_the_console_again(lab):
    vm = shell(lab, extra=machine.counted(4))
    vm.send("ask")
    vm.expect("name\\? ")
    vm.line.send("Gra")
    stop(vm, "ask")
    vm.send("ask")
    vm.expect("name\\? ")
    vm.line.send("Ada\r")
    vm.expect("hello Ada\\.")
    vm.expect("pecan> ")
    vm.send("fg")
    vm.expect("ask")
    vm.line.send("Grace\r")
    vm.expect("hello Grace\\.")
    vm.expect("pecan> ")
    halt(vm)


def a_reader_in_the_background_is_stopped(lab):
    vm = shell(lab, extra=machine.counted(4))
    mark = vm.mark()
    vm.command("ask 2 &")
    assert "ask is stopped" in said_since(vm, mark, "is stopped")
    mark = vm.mark()
    vm.command("bg")
    assert "ask is stopped" in said_since(vm, mark, r"ask runs[^$]*is stopped")
    vm.send("fg")
    vm.expect("ask")
    vm.line.send("Ada\r")
    vm.expect("hello Ada\\.")
    stop(vm, "ask")
    mark = vm.mark()
    vm.command("bg")                    # it waited for input when it was stopped
    assert "ask is stopped" in said_since(vm, mark, r"ask runs[^$]*is stopped")
    vm.send("fg")
    vm.expect("ask")
    vm.line.send("Grace\r")
    vm.expect("hello Grace\\.")
    vm.expect("pecan> ")
    halt(vm)


def kill_stops_and_continues_what_runs_in_the_background(lab):
    vm = shell(lab, extra=machine.counted(4))
    vm.command("spin &")
    mark = vm.mark()
    vm.command("kill -STOP spin")
    assert "spin is stopped" in said_since(vm, mark, "is stopped")
    vm.command("kill -TERM spin")
    assert re.search(r"stopped +spin", vm.command("jobs")), "what it gets waits"
    mark = vm.mark()
    vm.command("kill -CONT spin")
    assert "was killed by signal 15" in said_since(vm, mark, "was killed"), vm.text[-300:]
    vm.command("spin &")
    vm.command("kill -STOP spin")
    mark = vm.mark()
    vm.command("kill spin")
    assert "was killed" in said_since(vm, mark, "was killed"), vm.text[-300:]
    halt(vm)


def a_pipeline_is_one_job(lab):
    vm = disk_shell(lab, "root=ram", extra=machine.counted(4))
    vm.send("spin | wc")
    vm.line.send("\x1a")
    vm.expect(r"\] spin \| wc is stopped")
    vm.expect("pecan> ")
    said(vm, "kill spin")
    mark = vm.mark()
    vm.send("fg")
    vm.expect_since(mark, r"\n +\d+ +\d+ +\d+ ")
    vm.expect("pecan> ")
    mark = vm.mark()
    said(vm, "hello a | wc > /counted &")
    assert "exited with status 0" in said_since(vm, mark, "exited with"), vm.text[-300:]
    assert re.search(r"^ +2 +10 +51 $", said(vm, "cat /counted"), re.M), vm.text[-300:]
    assert "in the foreground" in said(vm, "echo a | wc &")
    halted(vm)


def with_typing(lab, disks):
    """The system with the program `typing` in /bin."""
    image = disks.image()
    file_system(image, "-d", tree(disks, f"{lab.build}/strip/typing"))
    return disk_shell(lab, "disk root=0.2", (image, 0), extra=machine.counted(4))


def a_password_is_not_shown_and_keys_may_be_no_signals(lab):
    with Disks() as disks:
        vm = with_typing(lab, disks)
        vm.send("typing secret")
        vm.expect("word\\? ")
        mark = vm.mark()
        vm.line.send("sesame\r")
        vm.expect_since(mark, "\nemases")
        assert "sesame" not in vm.text[mark:], vm.text[mark:]
        vm.expect("pecan> ")
        vm.send("typing keys")
        vm.expect("keys\\? ")
        for key, said_of in (("\x03", "<3>"), ("\x1a", "<26>"), ("x", "<120>")):
            vm.line.send(key)
            vm.expect(said_of)
        vm.expect("pecan> ")
        answer = said(vm, "typing inherits /bin/typing")
        assert "child: not shown" in answer and "parent: no signals" in answer, answer
        assert "child: shown" in said(vm, "typing modes"), "the shell has set the modes back"
        halted(vm)


def a_line_reaches(vm, reader):
    vm.expect("line\\? ")
    vm.line.send(f"for the {reader}\r")
    vm.expect(f"{reader}: for the {reader}")


def a_reader_in_the_background_may_handle_its_signal(lab):
    with Disks() as disks:
        vm = with_typing(lab, disks)
        vm.send("typing behind")
        vm.expect("reader: ignored -1 5\r*\n")
        vm.expect("reader: handled -1 4, signal 21")
        vm.expect("shell: the child is stopped, signal 21")
        a_line_reaches(vm, "reader")
        vm.expect("shell: the child has ended, signal 0")
        vm.expect("pecan> ")
        halted(vm)


def a_program_gives_the_console_to_its_child(lab):
    with Disks() as disks:
        vm = with_typing(lab, disks)
        vm.send("typing shell")
        vm.expect("child: behind")
        vm.expect("shell: the child is stopped, signal 22")
        a_line_reaches(vm, "child")
        vm.line.send("\x1a")
        vm.expect("shell: the child is stopped, signal 20")
        vm.line.send("\x03")
        vm.expect("shell: the child has ended, signal 2")
        vm.expect("shell: in front")
        vm.expect("pecan> ")
        halted(vm)
