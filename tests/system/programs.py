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
        with open(tree + "/lost", "w") as file:
            file.write("#! /nosuch -e\n")
        os.chmod(tree + "/lost", 0o755)
        file_system(image, "-d", tree)
        vm = shell(lab, "disk root=0.2", (image, 0))
        for line in ("sh /script one 'two three'", "/script one 'two three'"):
            answer = said(vm, line)
            assert re.search(r"/script has 2 words: one, two three\n", answer), answer
            assert "nonsense: there is no such command" in answer and "last 127" in answer, answer
        assert said(vm, "sh /forever").count("too many scripts") == 1
        answer = said(vm, "sh /wrong")
        assert "/wrong, line 2: a quote is not closed, at `echo 'open`" in answer and "before" not in answer, answer
        assert "No such file" in said(vm, "sh /none")
        answer = said(vm, "/interpreted more")
        assert "/script\n" in answer and "/interpreted\n" in answer and "more: No such file" in answer, answer
        assert "/loop: its first line names the interpreter /loop, and that is not a program" in said(vm, "/loop")
        assert "/lost: its first line names the interpreter /nosuch, and there is no such file" in said(vm, "/lost")
        halted(vm)
        expect_clean(image)


def pipes_lead_from_one_program_to_the_next(lab):
    vm = shell(lab, "root=ram")
    assert re.search(r"^ +1 +3 +14 $", said(vm, "echo one two three | wc"), re.M), vm.text[-400:]
    assert re.search(r"^ +2 +10 +54 $", said(vm, "hello word | wc"), re.M), vm.text[-400:]
    assert re.search(r"^ +1 +3 +25 $", said(vm, "hello a b | wc | wc"), re.M), vm.text[-400:]
    said(vm, "hello a | wc > /counted")
    assert re.search(r"^ +2 +10 +51 $", said(vm, "cat /counted"), re.M), vm.text[-400:]
    size = int(re.search(r"^-.* (\d+) \d{4}-.* wc$", said(vm, "ls -l /bin"), re.M)[1])
    assert re.search(rf" {size} $", said(vm, "cat /bin/wc | wc"), re.M), "more than a pipe holds"
    said(vm, "cat /bin/wc /bin/wc | hello")
    assert "pecan> " in vm.text[-10:], "a reader that reads nothing stops the writer"
    assert "nothing stands behind the |" in said(vm, "hello |")
    lines = said(vm, "help").count("\n")
    assert re.search(rf"^ +{lines} +\d+ +\d+ $", said(vm, "help | wc"), re.M), (lines, vm.text[-400:])
    assert "only programs take part" in said(vm, "hello | ls")
    assert "nobody: there is no such command" in said(vm, "hello | nobody")
    assert "No such file" in said(vm, "hello | wc < /none")
    for line in ("cat /bin/wc | spin", "hello | spin", "hello a | wc | spin"):
        for late in (False, True):
            since = len(vm.text)
            vm.send(line + "; echo af''ter")
            if late:
                vm.expect("until Ctrl-C", 60)
            vm.line.send("\x03")
            vm.expect("pecan> ", 60)
            assert "after" not in vm.text[since:], vm.text[since:]
    said(vm, "wc /none | hello")
    assert said(vm, "echo status $?").strip().endswith("status 0")
    halted(vm)


def patterns_stand_for_names(lab):
    vm = shell(lab, "root=ram")
    said(vm, "mkdir /p /p/sub; cd /p; for i in b a c; do echo text $i > $i.txt; done; echo dot > .hidden; echo deep > sub/deep.txt")
    assert said(vm, "echo *").endswith("a.txt b.txt c.txt sub\n"), vm.text[-300:]
    assert "text b\ntext c\ntext a\ntext b\ntext c\n" in said(vm, "cat [!a]*.txt /p/?.txt") and "text c\n" in said(vm, "cat /*/c.txt")
    assert "sub/deep.txt\n" in said(vm, "echo */*") and ".hidden\n" in said(vm, "echo .h*")
    assert "'*' none* [a\n" in said(vm, "echo \"'*'\" none* [a")
    assert "a.txt is\nb.txt is\nc.txt is\n" in said(vm, "for f in *.txt; do echo $f is; done")
    assert re.search(r"^ +3 +6 +21 $", said(vm, "cat *.txt | wc"), re.M), vm.text[-300:]
    assert "c.txt" in said(vm, "hello ?.t*")
    said(vm, "rm *.txt sub/*")
    assert sorted(said(vm, "ls .").split()) == [".hidden", "sub"], vm.text[-300:]
    said(vm, "for i in 0 1 2 3 4 5 6 7 8 9 a b c; do for k in 0 1 2 3 4 5 6 7 8 9; do echo > $i$k; done; done")
    assert "a pattern stands for too many names, at `echo *`" in said(vm, "echo *")
    said(vm, "rm 0* 1* 2* 3*; rm *")        # the directory sub stays
    assert sorted(said(vm, "ls .").split()) == [".hidden", "sub"], vm.text[-300:]


def errors_go_where_they_are_sent(lab):
    vm = shell(lab, "root=ram")
    assert said(vm, "cat /none 2> /e").strip() == "" and "cat: /none: No such file" in said(vm, "cat /e")
    assert said(vm, "cat /none 2>> /e; ls /none /welcome > /o 2>&1").strip() == ""
    assert said(vm, "cat /e").count("/none: No such file") == 2
    answer = said(vm, "cat /o")
    assert "ls: /none: No such file" in answer and "/welcome" in answer, answer
    assert "No such file" not in said(vm, "wc /none 2> /dev/null") and "No such file" in said(vm, "wc /none > /o")
    said(vm, "wc /none /welcome > /o 2>&1")
    answer = said(vm, "cat /o")
    assert "/none: No such file" in answer and re.search(r"/welcome\n", answer), answer
    assert re.search(r"^ +1 +\d+ +\d+ $", said(vm, "cat /none 2>&1 | wc"), re.M), vm.text[-300:]
    assert re.search(r"^ +1 +\d+ +\d+ $", said(vm, "wc /none 2>&1 | wc"), re.M), vm.text[-300:]
    assert "to errors\n" in said(vm, "echo to errors >&2 | wc")
    assert re.search("^ +0 +0 +0 $", vm.text.replace("\r", ""), re.M)
    assert "word" in said(vm, "hello word >&2 | wc").partition("\n")[2]
    said(vm, "echo both 2> /e >&2")
    assert "both" in said(vm, "cat /e")
    assert "its output stays on the console" in said(vm, "sh /x 2> /e")
    assert "two files for the same thing" in said(vm, "hello 2> /e 2>&1")
    vm.send("halt")
    vm.finish()
    vm = shell(lab, "")
    assert "No file system is mounted" in said(vm, "hello 2> /dev/null")
    assert "x\n" in said(vm, "echo x >&2") and "word" in said(vm, "hello word >&2").partition("\n")[2]


def lists_of_the_shell_go_to_files(lab):
    vm = shell(lab, "root=ram")
    assert said(vm, "uptime > /list; mem >> /list").strip() == ""
    text = said(vm, "cat /list")
    assert re.search(r"since the kernel started\n.*physmem owns \d+ frames", text, re.S), text
    assert "there is no task nobody" in said(vm, "maps nobody > /list"), "a mistake is for the console"
    assert said(vm, "test -s /list || echo empty").strip() == "empty"
    for question, answer in (("-e /bin/wc", 0), ("-f /bin/wc", 0), ("-d /bin", 0), ("-d /bin/wc", 1), ("-f /bin", 1), ("-e /nothing", 1)):
        assert said(vm, f"test {question}; echo $?").strip() == str(answer), question
    assert "/: Is a directory" in said(vm, "ps > /")
    said(vm, "help > /help; help >> /help")
    assert vm.command("cat /help") == 2 * vm.command("help"), "both page by page"
    halted(vm)


def scripts_have_conditions_loops_and_an_end(lab):
    vm = shell(lab, "root=ram")
    for line in ("for name in \"$1\" b", "do", "  if test $name = b; then", "    exit 3", "  fi", "  echo name $name", "done", "echo never"):
        said(vm, f"echo '{line}' >> /script")
    assert said(vm, "sh /script a; echo status $?").split() == ["name", "a", "status", "3"]
    said(vm, "echo 'echo one' > /wrong; echo 'if true' >> /wrong; echo 'fi' >> /wrong")
    assert "/wrong, line 3: `fi` stands without its `if` and `then`, at `fi`" in said(vm, "sh /wrong")
    said(vm, "echo 'while true; do' > /wrong")
    assert "/wrong, line 1: its `fi` or `done` is missing, at `while true; do`" in said(vm, "sh /wrong")
    said(vm, "echo 'while true; do sh /again; done' > /again")
    vm.send("sh /again")
    vm.expect("too many scripts that call scripts")
    vm.line.send("\x03")
    vm.expect("pecan> ")
    halted(vm)


def disk_with(lab, disks, *programs):
    """A disk whose file system has these programs in /, and the shell of a machine that has mounted it."""
    image, tree = disks.image(), disks.folder.name + "/tree"
    os.makedirs(tree)
    for name in programs:
        shutil.copy(os.path.join(lab.build, "strip/apps", name), tree)
    file_system(image, "-d", tree)
    return shell(lab, "disk root=0.2", (image, 0))


def a_program_starts_another_one(lab):
    with Disks() as disks:
        vm = disk_with(lab, disks, "starts", "wc")
        answer = said(vm, "/starts /wc /wc")
        assert re.search(r" /wc\n", answer) and re.search(r"^task \d+, /wc, ended with status 0$", answer, re.M), answer
        answer = said(vm, "/starts /nobody")
        assert "/nobody: No such file" in answer and "ended with status 127" in answer, answer
        assert "say which program" in said(vm, "/starts")
        halted(vm)


def programs_find_each_other_by_a_name(lab):
    with Disks() as disks:
        vm = disk_with(lab, disks, "mailbox")
        assert "there is none" in said(vm, "/mailbox hello")
        mark = vm.mark()
        said(vm, "/mailbox &")
        vm.expect_since(mark, "waits for words")
        said(vm, "/mailbox hello")
        vm.expect_since(mark, r'mailbox: "hello" from task \d+')
        assert "no thread with a name: File exists" in said(vm, "/mailbox")
        said(vm, "/mailbox end")
        vm.expect_since(mark, "its thread has ended")
        assert "there is none" in said(vm, "/mailbox again"), "its end frees the name"
        halted(vm)
