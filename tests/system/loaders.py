# SPDX-License-Identifier: MIT
"""docs/boot-loaders.md, tried: what it shows is what these loaders get."""
import os
import re
import shutil
import subprocess
import tempfile

import machine

DOCS = os.path.join(machine.TOP, "docs/boot-loaders.md")
ISOLINUX = "/usr/lib/ISOLINUX/isolinux.bin"
SYSLINUX = "/usr/lib/syslinux/modules/bios"


def example(title):
    """The indented lines of that chapter."""
    with open(DOCS) as text:
        chapter = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text.read(), re.M | re.S)[1]
    return re.findall(r"^    (.*)$", chapter, re.M)


def modules_into(lab, folder):
    for name in ["loader"] + machine.MODULES:
        shutil.copy(machine.module_file(lab.build, name), os.path.join(folder, name))


def batch(line):
    return re.sub(r"(\binit\b)", r"\1 batch", line)


def expect_demo(vm, modules):
    assert f"{modules} modules" in vm.expect(r"loader: Pecan, [^\n]*\n", 120)[0]
    ending = vm.finish(120)
    assert ending.status == 0 and "all data intact" in vm.text, (ending.problem, vm.text[-400:])


def isolinux_starts_pecan_in_8_megabytes(lab):
    with tempfile.TemporaryDirectory() as folder:
        cd = os.path.join(folder, "cd")
        os.makedirs(os.path.join(cd, "isolinux"))
        for path in (ISOLINUX, *(f"{SYSLINUX}/{name}.c32" for name in ("ldlinux", "libcom32", "mboot"))):
            shutil.copy(path, os.path.join(cd, "isolinux"))
        modules_into(lab, cd)
        *menu, make = example("ISOLINUX and PXELINUX")
        with open(os.path.join(cd, "isolinux/isolinux.cfg"), "w") as out:
            print("\n".join(map(batch, menu)), file=out)
        subprocess.run(make.split(), cwd=folder, check=True, capture_output=True)
        expect_demo(lab.boot_with("-cdrom", os.path.join(folder, "pecan-isolinux.iso"), memory=8), 9)


def ipxe_starts_pecan_without_drivers_in_9_megabytes(lab):
    with tempfile.TemporaryDirectory() as folder:
        modules_into(lab, folder)
        *script, run = example("iPXE, from the network")
        with open(os.path.join(folder, "pecan.ipxe"), "w") as out:
            print("\n".join(map(batch, script)), file=out)
        words = run.replace("build/iso/boot", folder).split()
        expect_demo(lab.boot_with(*words[words.index("-boot"):], memory=9), 8)
