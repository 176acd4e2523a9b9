# SPDX-License-Identifier: MIT
"""Programs made elsewhere, of one instruction and without our library: their end is told, and the machine goes on."""
import os
import re
import struct
import subprocess
import threading

import machine

LINK, CODE = 0x400000, 0x80
UD2 = b"\x0f\x0b"
LOOP = b"\xeb\xfe"


def elf(code):
    """A program of one page that holds its headers and the code."""
    header = b"\x7fELF\1\1\1" + bytes(9)
    header += struct.pack("<HHIIIIIHHHHHH", 2, 3, 1, LINK + CODE, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    header += struct.pack("<8I", 1, 0, LINK, LINK, 4096, 4096, 5, 4096)
    return (header.ljust(CODE, b"\0") + code).ljust(4096, b"\0")


def boot_with_bare_programs(lab, **setup):
    """The system, with the programs `ud2` and `loop` beside hello in its archive."""
    folder = os.path.join(os.path.abspath(lab.build), "bare", threading.current_thread().name)
    os.makedirs(folder, exist_ok=True)
    programs, archive = {"ud2": UD2, "loop": LOOP}, os.path.join(folder, "archive.cpio")
    for name, code in programs.items():
        with open(os.path.join(folder, name), "wb") as out:
            out.write(elf(code))
    programs = [os.path.join(folder, name) for name in programs]
    apps = [os.path.join(lab.build, "strip/apps", name) for name in ("demo", "hello")]
    subprocess.run([os.path.join(machine.TOP, "tools/archive"), archive, *programs, *apps], check=True, stdout=subprocess.DEVNULL)
    return lab.boot_modules(modules=machine.MODULES[:-1] + [archive], **setup)


def a_program_of_one_invalid_instruction_ends_the_batch_with_its_status(lab):
    vm = boot_with_bare_programs(lab, options={"init": "batch run=ud2"})
    ending = vm.finish(60)
    assert re.search(r"\(ud2\): exception 6", vm.text), vm.text
    assert ending.status not in (None, 0), ending.problem or "the batch says success"


def a_program_of_one_invalid_instruction_leaves_the_shell_alone(lab):
    vm = boot_with_bare_programs(lab)
    vm.expect("pecan> ", 120)
    for name, said in ("ud2", r"ud2 \(task \d+\) was ended by exception 6"), ("hello", "Hello"), ("ud2", "exception 6"):
        text = vm.command(f"run {name}")
        assert re.search(said, text), text


def a_program_without_a_pager_keeps_its_text_when_another_copy_of_it_ends(lab):
    vm = boot_with_bare_programs(lab)
    vm.expect("pecan> ", 120)
    tasks = [int(re.search(r"loop runs as task (\d+)", vm.command("run loop &"))[1]) for _ in range(3)]
    for ended in (0, 2):
        text = vm.command(f"kill {tasks[ended]}") + vm.command("run hello")
        assert "Hello" in text and "violation" not in text, text
    assert re.findall(r"^ *(\d+)  loop ", vm.command("ps"), re.M) == [str(tasks[1])], vm.text
