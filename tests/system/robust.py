# SPDX-License-Identifier: MIT
"""Hard to break: tasks that end anywhere, messages by lot, much work in little memory.  `make robust` does more of each."""
import os
import re
import subprocess
import tempfile

import machine


def number(name, otherwise):
    return int(os.environ.get(name) or otherwise)


def seed():
    return number("SEED", 1)


def run(lab, program, init, arguments, memory, silence):
    """The program in place of the demo, in virtual time; what it says, if it is content."""
    with tempfile.TemporaryDirectory() as folder:
        archive = os.path.join(folder, "apps.cpio")
        paths = [os.path.join(lab.build, "strip", name) for name in (program, "ramdisk", "swapper", "ext2fs")]
        subprocess.run([os.path.join(machine.TOP, "tools/archive"), archive, *paths, os.path.join(lab.build, "root.img")], check=True,
                       stdout=subprocess.DEVNULL)
        modules = [archive if name == "apps.cpio" else name for name in machine.MODULES]
        words = ",".join([program, *arguments])
        vm = lab.boot_modules(modules, options={"init": f"batch {init} run={words}"}, memory=memory, extra=machine.counted(3))
        ending = vm.finish(silence * 400, silence)
    said = vm.text.replace("\r", "")
    assert ending.problem is None, f"{ending.problem}\n{said[-2000:]}"
    assert ending.status == 0, said[-2000:]
    assert "has ended" not in said and "started again" not in said and "assertion failed" not in said, said[-2000:]
    return said


def tasks_that_end_at_any_ipc_leave_nothing_behind(lab):
    """tests/guest/deaths.  DEATHS=10000"""
    deaths = number("DEATHS", 200)
    said = run(lab, "deaths_test", "swap=ram:4:20:2", [f"deaths={deaths}", f"seed={seed()}"], 64, 120)
    assert f"# {deaths} deaths" in said and len(re.findall("^ok ", said, re.M)) == 2, said[-2000:]


def messages_by_lot_harm_no_server(lab):
    """tests/guest/chatter.  MESSAGES=10000000"""
    messages = number("MESSAGES", 100000)
    said = run(lab, "chatter_test", "swap=ram:2 root=ram files", [f"messages={messages}", f"seed={seed()}"], 64, 120)
    sent = int(re.search(r"# (\d+) messages of", said)[1])
    assert sent >= messages and len(re.findall("^ok ", said, re.M)) == 5, said[-2000:]


def twenty_tasks_in_almost_all_memory_lose_no_word(lab):
    """tests/guest/soak, while pages move.  LIVES=2000"""
    lives = number("LIVES", 24)
    said = run(lab, "soak", f"swap=ram:24 shake={2 * seed()}", [f"lives={lives}", f"seed={seed()}", *os.environ.get("SOAK", "").split()], 96, 120)
    assert f"soak: {lives} tasks, 0 not well, all frames and blocks are back" in said, said[-2000:]
    assert int(re.search(r"physmem has moved (\d+) pages", said)[1]) > 100, said[-500:]


def a_failed_assert_in_physmem_names_the_place_and_the_values_and_stops_the_machine(lab):
    modules = ["broken/physmem" if name == "physmem" else name for name in machine.MODULES]
    vm = lab.boot_modules(modules, options={"init": "batch"})
    ending = vm.finish(120)
    found = re.search(r"tests/guest/broken/physmem.c:(\d+): __wrap_unsteady_begin: assertion failed: "
                      r"control_root->pages == 0x12345, with 0x[0-9a-f]+ and 0x12345\r?\n", vm.text)
    assert found, vm.text[-1500:]
    assert "wortel: the system cannot go on without this server" in vm.text
    assert ending.status == 2, f"{ending.status} {ending.problem}"


def a_failed_assert_in_a_pager_ends_its_task_with_one_line(lab):
    with tempfile.TemporaryDirectory() as folder:
        archive = os.path.join(folder, "apps.cpio")
        paths = [os.path.join(lab.build, "strip", name) for name in ("apps/hello", "broken/pager")]
        subprocess.run([os.path.join(machine.TOP, "tools/archive"), archive, *paths], check=True, stdout=subprocess.DEVNULL)
        vm = lab.boot_modules([archive if name == "apps.cpio" else name for name in machine.MODULES], options={"init": "run=hello"})
        vm.expect("pecan> ", 120)
        said = vm.command("run pager").replace("\r", "")
    lines = [line for line in said.splitlines() if line.strip() and "run pager" not in line and "pecan>" not in line]
    assert re.fullmatch(r"tests/guest/broken/pager.c:\d+: __wrap_map_remove: assertion failed: map->range.first < 16, "
                        r"with 0x30000000 and 0x10", lines[0]), said
    assert len(lines) == 2 and "exited with status 134" in lines[1], said
