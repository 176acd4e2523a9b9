# SPDX-License-Identifier: MIT
"""A root task that touches what it cannot have: sigma0 says what that is."""
import os

import machine
from bare import elf


def root(lab, code, options=""):
    """The modules of a machine whose root task is that code, with options for the kernel."""
    path = os.path.join(os.path.abspath(lab.build), "log", f"root-{os.path.basename(lab.log)}")
    with open(path, "wb") as out:
        out.write(elf(code))
    kernel, sigma0 = (machine.module_file(lab.build, name) for name in ("kernel", "sigma0"))
    return ",".join([f"{kernel} {options}".strip(), sigma0, path])


def root_says(lab, code, sentence):
    lab.boot_modules(initrd=root(lab, code)).expect(sentence, 30)


def read(address):
    return b"\xa1" + address.to_bytes(4, "little")


def write(address):
    return b"\xa3" + address.to_bytes(4, "little")


def sigma0_names_what_a_page_fault_cannot_have(lab):
    for code, sentence in (
            (read(0), r"sigma0: null dereference by thread c8001 at ip 400080: read of 0, where sigma0 never gives a page\."),
            (write(0x80000000), r"sigma0: page fault by thread c8001 at ip 400080: write to 80000000, device memory, which a thread gets only by a request"),
            (read(0xFEE00000), r"read of fee00000, device memory"),
            (read(0x100000), r"read of 100000, the kernel's memory"),
            (read(0x40000), r"read of 40000, another thread's memory\.  The thread stays blocked")):
        root_says(lab, code, sentence)


def sigma0_names_the_port_that_it_cannot_give(lab):
    """Every other port is a range of its own, and a space can have 64."""
    root_says(lab, b"\xba\x01\x10\0\0" b"\xec" b"\x83\xc2\x02" b"\xeb\xfa",
              r"sigma0: thread c8001 at ip 400085 wants port 1081 \(1 of them\), which it cannot get; the boot option ports=open ")
