# SPDX-License-Identifier: MIT
"""The ISO and the floppy on the machines that Pecan knows, up to the shell."""
import difflib
import os
import re

import machine

DEMO_LINE = r"self-paging demo: (\d+) faults served by (\d+) tasks themselves, (\d+) frames returned, all data intact"
FLOORS = ["loader", "kernel", "sigma0", "wortel", "physmem", "task", "deva"]


def boots_to_the_shell(vm, timeout=120):
    """The demo's line, then a shell that answers and switches the machine off."""
    vm.expect(DEMO_LINE, timeout)
    vm.expect("pecan> ", timeout)
    assert "halt" in vm.command("help", timeout)
    vm.send("halt")
    ending = vm.finish(timeout)
    assert ending.status == 0, ending.problem or f"status {ending.status}"


def the_iso_reports_every_floor_and_ends_in_success(lab):
    vm = lab.boot_iso(init="batch")
    ending = vm.finish(120)
    assert ending.status == 0, ending.problem or f"status {ending.status}"
    last = -1
    for floor in FLOORS:
        line = re.search(rf"^{floor}:? ", vm.text, re.M)
        assert line and line.start() > last, f"no line of {floor} in its turn"
        last = line.start()
    assert re.search(DEMO_LINE, vm.text), "no demo line"


def skeleton(text):
    """The words of a transcript: numbers, what the processor has and what a thread does at that moment may differ."""
    text = re.sub(r"\b[0-9a-f]*\d[0-9a-f]*\b", "#", text.replace("\r", ""))
    text = re.sub(r"^ *cpu .*", "cpu", text, flags=re.M)
    text = re.sub(r"\b(waiting|ready|running)\b", "does", text)
    text = re.sub(r" for #\.#, \w+$", "", text, flags=re.M)
    text = re.sub(r"(callers among them:).*", r"\1", text)      # so many as the compiler leaves on the stack
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


def figures(text):
    """The decimal numbers of each line of a transcript, but for times, which are the host's, and ids of threads."""
    lines = [line for line in text.replace("\r", "").split("\n") if line.strip()]
    lines = [re.sub(r"^( +\d+ .* KB .*) \d+ *$", r"\1", line) for line in lines]         # `ps`: the last column is the time
    return [[int(number) for number in re.findall(r"(?<![\w.-])(?:[1-9]\d{0,5}|0)(?![\w.-])", line)] for line in lines]


def is_near(shown, said):
    return abs(shown - said) <= max(4, said // 10)


def the_readme_shows_what_is_said(lab):
    with open(os.path.join(machine.TOP, "README.md")) as readme:
        shown = re.search(r"\n((?:    .*\n)+)", readme.read().split("## What you see")[1])[1]
    commands = re.findall(r"pecan> (.*)", shown)
    assert "ps" in commands and commands[-1] == "halt", commands
    vm = lab.boot_iso()
    vm.expect("pecan> ", 120)
    for command in commands[:-1]:
        vm.command(command)
    vm.send("halt")
    assert vm.finish(60).status == 0
    said = skeleton(vm.text[vm.text.index("loader:"):])
    assert said == skeleton(shown), "\n".join(difflib.unified_diff(skeleton(shown), said, "README.md", "said", lineterm="", n=0))
    lines = zip(said, figures(shown), figures(vm.text[vm.text.index("loader:"):]))
    old = [(line, a, b) for line, shows, says in lines for a, b in zip(shows, says, strict=True) if not is_near(a, b)]
    assert not old, f"README.md has old figures (line, shown, said): {old}"


def the_iso_boots_to_a_shell_that_halts(lab):
    boots_to_the_shell(lab.boot_iso())


def the_iso_boots_on_plain_paths(lab):
    boots_to_the_shell(lab.boot_iso(kernel="nosep nofast"))


def the_iso_boots_in_8_megabytes(lab):
    boots_to_the_shell(lab.boot_iso(memory=8))


def the_iso_boots_in_3_gigabytes_and_a_half(lab):
    boots_to_the_shell(lab.boot_iso(memory=3584))


def the_iso_boots_on_a_pentium(lab):
    boots_to_the_shell(lab.boot_iso(cpu="pentium"))


def the_iso_boots_on_a_pentium_3_without_its_novelties(lab):
    boots_to_the_shell(lab.boot_iso(cpu="pentium3,-sep,-pge,-pse,-tsc"))


def the_iso_boots_with_every_feature_hidden(lab):
    boots_to_the_shell(lab.boot_iso(kernel="nocpuid notsc nopse nopge nosep nofxsr"))


def the_iso_boots_as_an_ide_disk(lab):
    vm = lab.boot_iso(extra=["-drive", f"format=raw,snapshot=on,if=none,id=hd,file={lab.iso}",
                             "-device", "ide-hd,drive=hd,bootindex=0"])
    boots_to_the_shell(vm)


def the_floppy_boots_on_an_isa_486_with_8_megabytes(lab):
    boots_to_the_shell(lab.boot_floppy(machine="isapc", cpu="486", memory=8))


def the_iso_boots_in_bochs(lab):
    vm = lab.boot_bochs()
    vm.expect("automatically in", 120)
    vm.line.send("\r")
    vm.expect(DEMO_LINE, 240)
    vm.expect("pecan> ", 60)
    vm.send("halt")
    ending = vm.finish(60)
    assert ending.problem is None, ending.problem


def a_machine_without_a_serial_port_boots(lab):
    """Nothing to read but the verdict."""
    vm = lab.boot_iso(init="batch", serial=False)
    ending = vm.finish(120, silence=120)
    assert ending.status == 0, ending.problem or f"status {ending.status}"


def a_machine_with_4_megabytes_is_told_how_many_pecan_needs(lab):
    """From each medium: in one sentence, of GRUB's menu, of the loader or of wortel."""
    disk = os.path.join(lab.build, "images/pecan-disk.img")
    sentence = (r"wortel: (not enough memory|boot module '[a-z -]+' is missing): .*Pecan starts with\s+6 MB of memory|Pecan did not start\.\s+It starts with\s+6 MB of memory|"
                r"loader: Too little memory: \d+ KB of RAM have no room for \S+ \(\d+ KB\)")
    for vm in (lab.boot_iso(memory=4), lab.boot_iso(image=None, disk=disk, memory=4), lab.boot_modules(memory=4), lab.boot_floppy(memory=4)):
        vm.finish(30)                   # the floppy's menu waits for a key, and does not end
        assert re.search(sentence, vm.text, re.S), vm.text[-600:]
