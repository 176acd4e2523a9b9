# SPDX-License-Identifier: MIT
"""What the loader cannot boot is one clear sentence, then silence."""
import os
import re
import subprocess

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


UNREAD = r"error: (failure reading sector|attempt to read or write outside of disk)"       # GRUB's words, by the place on the disk


def unread(lab, name):
    """The ISO as a disk of which one sector, in the middle of this module's file, cannot be read."""
    said = subprocess.run(["xorriso", "-indev", lab.iso, "-find", f"/boot/{name}", "-exec", "report_lba"], check=True, capture_output=True, text=True).stdout
    block, size = re.search(r"File data lba: *\d+ , *(\d+) , *(\d+) ,", said).groups()
    rules = os.path.join(lab.build, "log", f"unread-{name}")
    with open(rules, "w") as out:
        out.write(f'[inject-error]\nevent = "read_aio"\niotype = "read"\nerrno = "5"\nsector = "{4 * int(block) + int(size) // 1024}"\n')
    return lab.boot_iso(image=None, extra=["-drive", f"if=ide,media=disk,format=raw,snapshot=on,file=blkdebug:{rules}:{lab.iso}"])


def a_module_that_grub_cannot_read_is_one_sentence(lab):
    """findings/grub-module-unread.sh: GRUB leaves it in the list, whatever its place holds."""
    vm = unread(lab, "sigma0")
    vm.expect(UNREAD, 120)
    vm.expect(r"Pecan did not start\..*Press any key", 120)
    vm.line.send("\r")
    vm.expect(r"Use the .* keys", 120)              # the menu again
    assert "loader: Pecan" not in vm.text, vm.text[-500:]


def programs_that_grub_cannot_read_leave_a_shell_without_programs(lab):
    vm = unread(lab, "apps.cpio")
    vm.expect(UNREAD, 120)
    vm.expect(r"pecan> ", 120)
    assert "halt" in vm.command("help")
