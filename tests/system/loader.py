# SPDX-License-Identifier: MIT
"""What the loader cannot boot is one clear sentence, then silence."""
import os

import machine


def one_sentence(lab, initrd, *words, **setup):
    vm = lab.boot_modules(initrd=initrd, **setup)
    line = vm.expect(r"loader: ([^\n]*) Halted\.", 30)[1]
    for word in words:
        assert word.lower() in line.lower(), f"{word!r} is not in {line!r}"
    return line


def damaged(lab, name, change):
    """A module's file after change(bytearray)."""
    with open(machine.module_file(lab.build, name), "rb") as source:
        data = bytearray(source.read())
    data = change(data) or data
    path = os.path.join(lab.build, "log", f"damaged-{name}-{os.path.basename(lab.log)}")
    with open(path, "wb") as out:
        out.write(data)
    return path


def files(lab, *names):
    return ",".join(machine.module_file(lab.build, name) for name in names)


def no_modules_at_all_is_one_sentence(lab):
    one_sentence(lab, "")


def a_missing_root_task_is_one_sentence(lab):
    one_sentence(lab, files(lab, "kernel", "sigma0"))


def a_kernel_that_is_not_elf_is_one_sentence(lab):
    path = damaged(lab, "kernel", lambda data: data.__setitem__(slice(0, 4), b"nope"))
    one_sentence(lab, path + "," + files(lab, "sigma0", "wortel"), "kernel")


def a_truncated_sigma0_is_one_sentence(lab):
    path = damaged(lab, "sigma0", lambda data: data[:len(data) // 2])
    one_sentence(lab, files(lab, "kernel") + "," + path + "," + files(lab, "wortel"), "sigma0")


def a_kernel_without_an_information_page_is_one_sentence(lab):
    def erase(data):
        at = data.find(b"L4\xe6K")
        assert at >= 0
        data[at:at + 4] = b"none"
    path = damaged(lab, "kernel", erase)
    one_sentence(lab, path + "," + files(lab, "sigma0", "wortel"), "kernel")


def three_megabytes_are_too_little_in_one_sentence(lab):
    one_sentence(lab, files(lab, "kernel", "sigma0", "wortel"), "memory", memory=3)
