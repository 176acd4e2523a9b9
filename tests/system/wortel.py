# SPDX-License-Identifier: MIT
"""The root server: wortel_test in the place of each server that it serves, and boots with modules missing or broken."""
import os

import machine
from driver import archive_of


def in_the_place_of(lab, name, test="wortel_test", **others):
    """A test as that module: it prints TAP and ends the machine."""
    places = {name: test, **others}
    vm = lab.boot_modules([places.get(m, m) for m in machine.MODULES], options={"init": "batch"})
    ending = vm.finish(60)
    bad = [line for line in vm.text.splitlines() if line.startswith(("not ok", "# tests/"))]
    assert not bad, "; ".join(bad)
    assert ending.status == 0, ending.problem or f"status {ending.status}"
    assert "# done" in vm.text


def wortel_serves_and_refuses_physmem(lab):
    """physmem may not switch the machine off: its last line is all there is."""
    vm = lab.boot_modules(["wortel_test" if m == "physmem" else m for m in machine.MODULES])
    vm.expect("# done", 60)
    assert "not ok" not in vm.text, vm.text


def wortel_serves_and_refuses_task(lab):
    in_the_place_of(lab, "task")


def wortel_serves_and_refuses_deva(lab):
    in_the_place_of(lab, "deva")


def wortel_serves_and_refuses_the_root_task(lab):
    in_the_place_of(lab, "init")


def physmem_shares_its_frames_if_wortel_asks_for_no_controls(lab):
    """As a wortel of 2005 does."""
    in_the_place_of(lab, "task", "shared_test", wortel="wortel_2005")


def one_sentence(lab, initrd, *words, **setup):
    vm = lab.boot_modules(initrd=initrd, **setup)
    line = vm.expect(r"wortel: ([^\n]*) Halted\.", 30)[1]
    for word in words:
        assert word in line, f"{word!r} is not in {line!r}"


def files(lab, *names):
    return ",".join(machine.module_file(lab.build, name) for name in names)


def wortel_names_each_missing_module_in_one_sentence(lab):
    for n, name in [(3, "physmem"), (4, "task"), (5, "deva"), (6, "deva-store"), (7, "root task")]:
        one_sentence(lab, files(lab, *machine.MODULES[:n]), name, "missing")


def wortel_names_each_broken_module_in_one_sentence(lab):
    for name in ["physmem", "task", "deva", "init"]:
        modules = ["apps.cpio" if m == name else m for m in machine.MODULES]
        one_sentence(lab, files(lab, *modules), "broken")


def wortel_names_an_empty_module_in_one_sentence(lab):
    """Loaders give such a module other addresses (docs/emulators.md); here it has one between its neighbours."""
    nothing = os.path.join(lab.build, "log", f"nothing-{os.path.basename(lab.log)}")
    open(nothing, "w").close()
    for name in ["physmem", "deva-store", "apps.cpio"]:
        given = [nothing if m == name else machine.module_file(lab.build, m) for m in machine.MODULES]
        one_sentence(lab, ",".join(given), "is empty")


def modules_that_nobody_uses_are_told_and_do_no_harm(lab):
    vm = lab.boot_modules(machine.MODULES + ["deva-store", os.path.abspath(f"{lab.build}/strip/apps/hello"), "physmem", "task", "init"])
    vm.expect("wortel: boot module 'deva-store' is one too many", 60)
    vm.expect("wortel: boot module 'hello' is one too many")
    vm.expect("wortel: 3 more boot modules are too many")
    vm.expect("pecan> ", 120)
    assert "Hello" in vm.command("run hello")


def with_few_programs(lab, *more):
    """The modules, with archives that do not grow with the number of programs and drivers that there are."""
    apps = archive_of(lab, os.path.abspath(lab.log + ".cpio"), *(f"apps/{name}" for name in ("demo", "hello", *more)))
    store = archive_of(lab, os.path.abspath(lab.log + "-deva-store"), "fabrica", "ide", "drivers.txt")
    return [{"apps.cpio": apps, "deva-store": store}.get(name, name) for name in machine.MODULES]


def five_megabytes_are_enough_for_the_shell(lab):
    vm = lab.boot_modules(with_few_programs(lab), memory=5)
    vm.expect("pecan> ", 120)
    assert "Hello" in vm.command("run hello")


def eight_megabytes_are_enough_if_the_loader_packs_all_programs(lab):
    """As QEMU does: then a module lies where physmem has its place, and there is no block of its size for it."""
    vm = lab.boot_modules(memory=8, options={"init": "batch"})
    ending = vm.finish(60)
    assert ending.status == 0, ending.problem or f"status {ending.status}"
    assert "all data intact" in vm.text


def the_place_of_a_module_that_moved_is_used(lab):
    """Programs lie in the middle of memory, and move. All frames are physmem's then, as without them."""
    frames = []
    for modules in (machine.MODULES, machine.MODULES[:-1]):
        vm = lab.boot_modules(modules, memory=32)
        frames.append(int(vm.expect(r"physmem: (\d+) frames", 60)[1]))
    assert 0 <= frames[1] - frames[0] <= 4, frames


def any_program_may_stand_in_the_place_of_the_drivers(lab):
    """As in menus of 2005, which repeat `task` there."""
    vm = lab.boot_modules(["task" if m == "deva-store" else m for m in machine.MODULES])
    vm.expect("pecan> ", 120)
    assert "Hello" in vm.command("run hello")


def a_menu_without_drivers_or_programs_starts_the_shell(lab):
    for left_out in (["deva-store"], ["deva-store", "apps.cpio"]):
        vm = lab.boot_modules([m for m in machine.MODULES if m not in left_out])
        vm.expect("pecan> ", 120)
        assert "missing" not in vm.text and "broken" not in vm.text, vm.text
        assert "there is no driver framework" in vm.command("devices")


def wortel_says_that_four_megabytes_are_too_little_for_physmem(lab):
    one_sentence(lab, files(lab, *with_few_programs(lab)), "not enough memory", memory=4)


def kernel_with(lab, **changes):
    """The path of a kernel in which bytes stand in the place of others: name=(old, new)."""
    with open(machine.module_file(lab.build, "kernel"), "rb") as source:
        data = source.read()
    for old, new in changes.values():
        assert old in data and len(old) == len(new), old
        data = data.replace(old, new)
    path = os.path.join(os.path.abspath(lab.build), "log", "changed-kernel-" + os.path.basename(lab.log))
    with open(path, "wb") as out:
        out.write(data)
    return path


def wortel_takes_2_megabytes_at_a_time_where_the_kernel_has_pages_of_4(lab):
    """The word at 0xC8 of the kernel interface page, PageInfo, tells of them."""
    with open(machine.module_file(lab.build, "kernel"), "rb") as source:
        data = source.read()
    kip = data[data.index(b"L4\xe6K\x00\x00"):][:0xcc]
    assert kip[0xc8:] == (0x1006).to_bytes(4, "little"), kip[0xc8:]
    path = kernel_with(lab, page_info=(kip, kip[:0xc8] + (0x401006).to_bytes(4, "little")))
    vm = lab.boot_modules([path] + ["wortel_test" if m == "physmem" else m for m in machine.MODULES[1:]])
    vm.expect("# pages of 4 MB: yes", 60)
    vm.expect("# done", 60)
    assert "not ok" not in vm.text, vm.text


def the_servers_do_without_the_extensions_of_our_kernel(lab):
    """A kernel that announces none of them, as another X.2 kernel would; all ports are open then."""
    path = kernel_with(lab, **{name: (name.encode(), b"x" + name[1:].encode()) for name in ("spaceinfo", "pagerexregs", "ioflexpages")})
    vm = lab.boot_modules([path] + machine.MODULES[1:], options={path: "ports=open", "init": "batch"})
    ending = vm.finish(60)
    assert ending.status == 0, ending.problem or f"status {ending.status}"
    assert "all data intact" in vm.text


def wortel_reads_the_multiboot_form_of_boot_information_too(lab):
    vm = lab.boot_modules(options={"loader": "bootinfo=multiboot", "init": "batch"})
    ending = vm.finish(60)
    assert ending.status == 0, ending.problem or f"status {ending.status}"


def four_bombs_of_threads_leave_kernel_memory_to_others_in_8_megabytes(lab):
    vm = lab.boot_modules(with_few_programs(lab, "bomb"), memory=8)
    vm.expect("pecan> ", 60)
    for _ in range(4):
        vm.send("run -m 130 bomb &")
        vm.expect(r"bomb: \d+ threads started, then: ", 60)
    vm.send("run -m 200 hello")
    vm.expect("Hello from a task", 60)
    vm.send("halt")
    vm.finish(60)


def wortel_boots_without_programs(lab):
    """apps.cpio is not needed to reach the root task."""
    modules = ["wortel_test" if m == "deva" else m for m in machine.MODULES[:-1]]
    vm = lab.boot_modules(modules)
    vm.expect("# done", 60)
