# SPDX-License-Identifier: MIT
"""Options on their way to the programs that they are for: through GRUB, behind long paths, and more of them than there is room for."""
import os
import tempfile

import machine


def options_with_quotes_come_through_grub_as_they_are(lab):
    words = "it's,a\"b\"c,back\\\\slash"
    for vm in (lab.boot_iso(init="batch run=hello," + words), lab.boot_modules(options={"init": "batch run=hello," + words})):
        assert vm.finish(60).status == 0
        for number, word in enumerate(words.split(","), 1):
            assert f"argument {number}: {word}\r" in vm.text, vm.text[-300:]


def modules_in_a_long_path(lab, folder, options):
    """Links to all modules in a folder of 500 letters, each with its options."""
    deep = os.path.join(folder, *["w" * 100] * 5)
    os.makedirs(deep)
    parts = []
    for name in machine.MODULES:
        os.symlink(os.path.abspath(machine.module_file(lab.build, name)), os.path.join(deep, name))
        parts.append(f"{deep}/{name} {options.get(name, '')}".strip().replace(",", ",,"))
    return ",".join(parts)


def options_behind_long_paths_arrive_whole(lab):
    with tempfile.TemporaryDirectory(prefix="options-") as folder:
        options = {"kernel": "x" * 300 + " nosep", "init": "batch run=hello," + "y" * 150}
        vm = lab.boot_modules(initrd=modules_in_a_long_path(lab, folder, options))
        assert vm.finish(60).status == 0
    assert "Ipc by trap" in vm.text, vm.text
    assert "argument 1: " + "y" * 150 + "\r" in vm.text, vm.text[-300:]


def options_for_the_kernel_arrive_in_every_form_of_boot_information(lab):
    for form in "", "bootinfo=multiboot":
        vm = lab.boot_modules(options={"loader": form, "kernel": "nosep", "init": "batch"})
        assert vm.finish(60).status == 0
        assert "Ipc by trap" in vm.text, (form, vm.text)
        vm = lab.boot_modules(options={"loader": form + " nosep", "init": "batch"})
        assert vm.finish(60).status == 0
        assert "Ipc by trap" in vm.text, (form, vm.text)


def options_that_do_not_fit_are_one_sentence(lab):
    for size, sentence in (
            (1100, r"wortel: the command line of root is too long\. Halted\."),
            (5000, r"wortel: the boot modules' command lines have more than 4096 characters\. Halted\."),
            (9000, r"loader: The boot menu's lines have more than 8192 characters; please shorten their options\. Halted\.")):
        vm = lab.boot_modules(options={"init": "batch " + "z" * size})
        vm.expect(sentence, 30)


def options_for_the_program_that_do_not_fit_are_one_sentence(lab):
    vm = lab.boot_modules(options={"init": "batch run=hello," + "z" * 700})
    ending = vm.finish(60)
    assert ending.status not in (0, None)
    assert "init: the program's arguments are too long" in vm.text
