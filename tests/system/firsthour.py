# SPDX-License-Identifier: MIT
"""docs/first-hour.md, replayed: each transcript in it is what a machine says, but for numbers."""
import os
import re
import shutil
import subprocess
import tempfile

import gdb
import guest
import machine
from link import CROSS

DOCS = os.path.join(machine.TOP, "docs/first-hour.md")
BIG = {"docs", "findings", "build", ".git", "tests"}


def chapter(number):
    with open(DOCS) as text:
        return re.search(rf"^## {number}\. [^\n]*\n(.*?)(?=^## )", text.read(), re.M | re.S)[1]


def transcript(number, prompt):
    """[(command, lines that are shown below it)]"""
    out = []
    for line in re.findall(r"^    (.*)$", chapter(number), re.M):
        if line.startswith(prompt):
            out.append((line[len(prompt):], []))
        elif out:
            out[-1][1].append(line)
    assert out, (number, prompt)
    return out


def skeleton(line):
    """A line without what may differ: numbers, and the width of columns."""
    return " ".join(re.sub(r"\b[0-9a-f]*\d[0-9a-f]*\b", "#", line).split())


def shows(said, lines):
    """The lines are there, in this order; others may be between them, and "..." says so."""
    heard = iter([skeleton(line) for line in said.replace("\r", "").splitlines()])
    for line in lines:
        if line == "...":
            continue
        assert any(skeleton(line) == other for other in heard), (line, said)


def booted(lab, **setup):
    vm = lab.boot_iso(**setup)
    vm.expect("pecan> ", 120)
    return vm


def first_hour_looks_around(lab):
    vm = booted(lab)
    for command, lines in transcript(1, "pecan> "):
        shows(vm.command(command), lines)


def first_hour_follows_a_fault_in_gdb(lab):
    parts = transcript(2, "(gdb) ")
    vm = gdb.start_stopped(lab)
    lines = [line for i, (command, _) in enumerate(parts) for line in (f"echo ==== {i}\\n", command)]
    status, said = gdb.run(lab, lines, dict(GDB_PORT=gdb.port_of(vm)), name="hour")
    assert status == gdb.PASS, said
    for i, (command, shown) in enumerate(parts):
        shows(said.partition(f"==== {i}\n")[2].partition("==== ")[0], shown)


def first_hour_draws_pictures(lab):
    """With the build under test, and in a folder of its own."""
    commands = [command for command, _ in transcript(3, "$ ")]
    assert len(commands) == 4, commands
    with tempfile.TemporaryDirectory(prefix="pecan-hour-") as folder:
        for command in commands:
            words = command.split()
            done = subprocess.run([os.path.join(machine.TOP, words[0]), *words[1:]], cwd=folder, timeout=400, stdin=subprocess.DEVNULL,
                                  env=dict(os.environ, BUILD=os.path.abspath(lab.build)), stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)
            assert done.returncode == 0, (command, done.stdout)
        with open(os.path.join(folder, "fault.svg")) as picture:
            text = picture.read()
        assert text.count('class="number"') == 5 and "physmem" in text, text[:400]
        assert os.path.getsize(os.path.join(folder, "boot.svg")) > 5000
        assert os.path.getsize(os.path.join(folder, "trace.json")) > 100000


def shell_with(lab, source):
    """A shell in whose archive there is one program, `first`, made of that C text."""
    with tempfile.TemporaryDirectory(prefix="pecan-hour-") as folder:
        program, archive = os.path.join(folder, "first"), os.path.join(folder, "apps.cpio")
        with open(program + ".c", "w") as out:
            out.write(source)
        libraries = [os.path.join(lab.build, f"lib/lib{name}.a") for name in ("hurd-mm", "c", "hurd-cap", "l4")]
        subprocess.run([CROSS + "gcc", "-m32", "-march=i486", "-O2", "-Wall", "-Werror", "-ffreestanding", "-fno-pic", "-fno-pie", "-no-pie",
                        "-nostdinc", "-isystem", os.path.join(machine.TOP, "lib/libc-mini/include"), "-isystem", compiler_headers(),
                        "-I", os.path.join(machine.TOP, "include"), "-nostdlib", "-static",
                        "-T", os.path.join(machine.TOP, "lib/hurd-mm/program.lds"), "-Wl,-m,elf_i386,--build-id=none",
                        program + ".c", "-Wl,--start-group", *libraries, "-Wl,--end-group", "-o", program], check=True)
        subprocess.run([os.path.join(machine.TOP, "tools/archive"), archive, program], check=True, stdout=subprocess.DEVNULL)
        modules = [archive if name == "apps.cpio" else name for name in machine.MODULES]
        vm = lab.boot_modules(modules, options={"init": ""})
        vm.expect("pecan> ", 120)
        return vm


def first_hour_writes_a_program(lab):
    source = re.search(r"```c\n(.*?)```", chapter(4), re.S)[1]
    assert len(source.splitlines()) <= 20, "it says twenty lines"
    vm = shell_with(lab, source)
    for command, lines in transcript(4, "pecan> "):
        shows(vm.command(command), lines)


def the_librarys_header_shows_a_store_that_works(lab):
    """The example of <hurd/mm.h>, with what a C program needs around it."""
    with open(os.path.join(machine.TOP, "include/hurd/mm.h")) as header:
        example = re.search(r"A store whose page n .*?\n \*\n(.*?)\n \*\n", header.read(), re.S)[1]
    lines = [re.sub(r"^ \*      |  now fetch.*$", "", line) for line in example.splitlines()]
    end = lines.index("}") + 1
    source = ["#include <hurd/mm.h>", "#include <stdio.h>", "#include <string.h>", *lines[:end],
              "int main(void) {", *lines[end:], "return 0; }"]
    said = shell_with(lab, "\n".join(source) + "\n").command("first")
    assert said.strip() == "7", said


def compiler_headers():
    return subprocess.run([CROSS + "gcc", "-print-file-name=include"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def first_hour_breaks_the_scheduler(lab):
    """With the line changed as the text says, the test that it names fails; the other transcripts say that it passes otherwise."""
    old, new = (re.search(rf"^    \{sign} (.*)$", chapter(5), re.M)[1] for sign in "-+")
    (command, lines), = transcript(5, "$ ")
    name = re.search(r"fast\]: (\w+)$", lines[0])[1]
    assert re.search(r"T=(\w+)", command)[1] in name
    with tempfile.TemporaryDirectory(prefix="pecan-hour-") as folder:
        tree = os.path.join(folder, "tree")
        shutil.copytree(machine.TOP, tree, ignore=lambda path, names: [n for n in names if path == machine.TOP and n in BIG])
        path = os.path.join(tree, "kernel/sched.c")
        with open(path) as source:
            text = source.read()
        assert text.count(old) == 1, old
        with open(path, "w") as out:
            out.write(text.replace(old, new))
        subprocess.run(["make", "-s", "build/bin/kernel"], cwd=tree, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        ending, said = guest.run_qemu(lab.build, [os.path.join(tree, "build/bin/kernel"), "sigma0", "guest-kernel"],
                                      {"guest-kernel": "only=" + name}, lab.log + ".broken", {"memory": 64}, 200)
    assert ending.status == 1 and f"not ok 1 - {name}" in said, (ending.problem, said[-500:])
