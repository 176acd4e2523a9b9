# SPDX-License-Identifier: MIT
"""A file server that means harm (tests/guest/hostile): programs and the shell that use it get errors, and keep what is theirs."""
import os
import re
import tempfile

import machine
from driver import Disks, archive_of, modules_with
from guest import echo_of
from mounts import two_disks


def booted(lab, disks, *programs):
    """At the prompt, with the server in /mnt."""
    images = two_disks(disks)
    folder = disks.folder.name
    apps = archive_of(lab, os.path.join(folder, "apps.cpio"), "apps/demo", "apps/hello", "hostile/ext2fs", "visitor", *programs)
    modules = [apps if name == "apps.cpio" else name for name in machine.MODULES]
    extra = [word for place, image in enumerate(images) for word in machine.ide_disk(image, place)]
    vm = lab.boot_modules(modules, options={"init": "disk root=0.2 run=hello"}, memory=64, extra=extra + machine.counted(4))
    vm.expect("pecan> ", 120)
    said = vm.command("mount /dev/hd1p2 /mnt", 60)
    assert said.strip() == "", said
    assert "of the second" in vm.command("cat /mnt/there")
    return vm


def turned(vm, kind):
    """From now on the server is so."""
    vm.command(f"visitor none /mnt {kind}", 60)


def visit(vm, what):
    said = vm.command(f"visitor {what} /mnt", 60)
    assert "visitor: done" in said, said
    return said


def answers_without_sense_are_errors_and_end(lab):
    """Without words, with the largest ones, to be asked again without end."""
    with Disks() as disks:
        vm = booted(lab, disks)
        for kind in ("empty", "huge", "circle"):
            turned(vm, kind)
            visit(vm, "all")
            for line in ("ls /mnt", "ls -l /mnt", "cat /mnt/there", "cp /here /mnt/x", "cp /mnt/there /x", "echo /mnt/*", "/mnt/there", "[ -f /mnt/x ]"):
                vm.command(line)
            for line in vm.command("df").splitlines() + vm.command("mount").splitlines():
                assert line.isascii() and line.isprintable() and len(line) < 100, f"{kind}: {line}"
        assert "of the first" in vm.command("cat /here")
        turned(vm, "good")
        assert "visitor: getcwd: good" in visit(vm, "all")


def a_container_of_the_programs_own_is_no_files(lab):
    with Disks() as disks:
        said = visit(booted(lab, disks), "maps")
        assert "visitor: my container is there" in said and "secret" not in said, said


def a_handle_of_the_programs_own_is_no_image(lab):
    with Disks() as disks:
        said = visit(booted(lab, disks), "image")
        assert "visitor: posix_spawn: Operation not permitted" in said and "visitor: my task is there" in said, said


def a_page_that_never_comes_is_an_error_of_its_program(lab):
    with Disks() as disks:
        said = booted(lab, disks).command("visitor page /mnt", 60)
        assert "no page: Input/output error" in said and "the file begins" not in said, said


def interrupted(vm, line):
    """The shell is back by Ctrl-C; what it said."""
    vm.send(line)
    vm.expect(echo_of(line))
    vm.line.send("\x03")
    vm.expect("pecan> ", 30)
    return vm.before


COMMANDS = ("ls /mnt", "ls -l /mnt", "cat /mnt/there", "cp /here /mnt/x", "cd /mnt", "df", "mount", "sync", "umount /mnt", "echo /mnt/*", "/mnt/there",
            "[ -f /mnt/there ]", "visitor all /mnt")


def ctrl_c_ends_every_command_that_waits_for_a_file_server(lab):
    """One that never answers, and one that needs three seconds for each answer."""
    with Disks() as disks:
        vm = booted(lab, disks)
        for kind in ("late", "mute"):
            interrupted(vm, f"ls /mnt/be-{kind}")
            assert kind == "mute" or "of the second" in vm.command("cat /mnt/there", 60)
            for line in COMMANDS:
                interrupted(vm, line)
        assert "of the first" in vm.command("cat /here")
        vm.send("halt")
        vm.expect(echo_of("halt"))
        vm.line.send("\x03")
        assert vm.finish(60).status == 0


def ctrl_c_in_the_middle_of_an_open_leaves_no_handle(lab):
    """The server makes the handle when the shell does not wait for it any more."""
    def held(vm):
        return int(re.search(r"hostile: init has (\d+) handles", vm.command("visitor none /mnt count", 60))[1])

    with Disks() as disks:
        vm = booted(lab, disks)
        before = held(vm)
        turned(vm, "late")
        for _ in range(3):
            interrupted(vm, "cat /mnt/there")
        turned(vm, "good")
        assert held(vm) == before, f"{held(vm)} handles, {before} before"


def ctrl_c_ends_lists_without_an_end(lab):
    with Disks() as disks:
        vm = booted(lab, disks)
        turned(vm, "endless")
        for line in ("ls /mnt", "ls -l /mnt", "echo /mnt/x*"):
            interrupted(vm, line)
        assert "of the second" in vm.command("cat /mnt/there")


def a_server_that_dies_at_each_request_is_an_error(lab):
    with Disks() as disks:
        vm = booted(lab, disks)
        assert "ls: /mnt/be-dead: Input/output error" in vm.command("ls /mnt/be-dead", 60)
        assert "of the second" in vm.command("cat /mnt/there", 60)      # its next one means well



def a_program_in_the_background_gets_no_console_of_another(lab):
    """Nor the Ctrl-C that is for that one."""
    with tempfile.TemporaryDirectory() as folder:
        vm = lab.boot_modules(modules_with(lab, folder, "thief", "apps/spin", "apps/ask"), options={"init": "run=hello"}, extra=machine.counted(4))
        vm.expect("pecan> ", 120)
        vm.command("run thief &")
        vm.send("run spin")
        vm.expect("spin: until")
        vm.line.send("\x03")
        vm.expect(r"spin \(task \d+\) was killed", 20)
        vm.expect("pecan> ")
        vm.send("run ask")
        vm.expect(r"name\? ")
        vm.send("Ada")
        vm.expect("hello Ada", 20)
