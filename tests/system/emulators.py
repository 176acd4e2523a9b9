# SPDX-License-Identifier: MIT
"""Emulators that lack what QEMU and Bochs have.  docs/emulators.md says what; in both `lock; nop` raises no exception."""
import os
import tempfile

import guest
import machine
from boot import DEMO_LINE

HALTED = r"wortel: halted with status %s\."     # neither can be switched off by its guest
PATIENCE = 300


def boots_to_a_shell_that_works(vm, after=DEMO_LINE, status="0"):
    vm.expect("automatically in", PATIENCE)
    vm.line.send("\r")
    vm.expect(after, PATIENCE)
    vm.expect("pecan> ", PATIENCE)
    assert "Hello from a task" in vm.command("run hello", PATIENCE)
    vm.send("run ask")
    vm.expect(r"name\? ", PATIENCE)
    vm.send("Bob")
    vm.expect(r"hello Bob\.", PATIENCE)
    vm.expect("pecan> ", PATIENCE)
    vm.send("halt")
    vm.expect(HALTED % status, PATIENCE)


def boots_to_the_shell_of_dosbox(vm):
    """DOSBox may lose a store of the demo (docs/emulators.md), and then the demo and the whole run end with a status of their own."""
    boots_to_a_shell_that_works(vm, after=r"demo: 3 tasks", status=r"\d+")


def the_floppy_boots_in_dosbox_on_a_486(lab):
    vm = lab.boot_dosbox(cpu="486_slow")
    boots_to_the_shell_of_dosbox(vm)
    assert "cpuid fpu\r" in vm.text and "PS/2 keyboard" in vm.text, "not the machine that was meant"


def the_floppy_boots_in_dosbox_on_a_pentium(lab):
    vm = lab.boot_dosbox(cpu="pentium_slow")
    boots_to_the_shell_of_dosbox(vm)
    assert "cpuid fpu tsc\r" in vm.text, "not the machine that was meant"


def the_iso_boots_in_v86(lab):
    boots_to_a_shell_that_works(lab.boot_v86(image=lab.iso))


def the_floppy_boots_in_v86(lab):
    boots_to_a_shell_that_works(lab.boot_v86(floppy=lab.floppy, memory=16))


def a_kernel_without_a_second_way_to_its_kip_is_one_sentence(lab):
    with open(machine.module_file(lab.build, "kernel"), "rb") as source:
        kernel = source.read()
    signature = bytes.fromhex("44b3000000724400")       # L4_PECAN_SIGNATURE as a descriptor: include/l4/pecan.h
    assert kernel.count(signature) == 1
    with tempfile.TemporaryDirectory(prefix="pecan-v86-") as folder:
        path = os.path.join(folder, "kernel")
        with open(path, "wb") as out:
            out.write(kernel.replace(signature, bytes(8)))
        image = guest.make_iso(lab.build, folder, [path, "sigma0", "wortel"], {})
        vm = lab.boot_v86(image=image)
        vm.expect(r"l4: On this machine `lock; nop` raises no exception, and the kernel offers no other way", PATIENCE)
