# SPDX-License-Identifier: MIT
"""What everything in this room shares: the table of figures, and machines whose clock counts instructions.

QEMU with `-icount shift=0` gives its virtual clock one nanosecond an instruction, and the guest's time-stamp counter reads that
clock.  The first benchmark of each program proves it on itself."""
import os
import re
import shutil
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "tools"))
import machine  # noqa: E402  tools/machine.py

FIGURES = os.path.join(TOP, "bench/figures")
ICOUNT = machine.counted(0)
QUIET = ["-display", "none", "-serial", "stdio", "-monitor", "none"]
LINE = re.compile(r"bench (\S+) ([0-9.]+) (\S+)\s*$")


class Row:
    """A line of the table; a number that nobody has is None."""

    def __init__(self, words):
        self.name, self.unit = words[:2]
        self.budget, self.beside = (None if word == "-" else float(word) for word in words[2:4])


def table():
    with open(FIGURES, encoding="utf-8") as lines:
        return {row.name: row for row in (Row(line.split()) for line in lines if line.strip() and line[0] != "#")}


class Run:
    """One boot that has ended: its figures as [(name, value, unit)], its text, and whether it ended well."""

    def __init__(self, text, good):
        self.text, self.good = text, good
        self.figures = []
        for line in text.replace("\r", "").splitlines():
            match = LINE.search(line)
            if match:
                self.figures.append((match[1], float(match[2]), match[3]))

    def complaint(self):
        """What went wrong, for a person."""
        lines = self.text.replace("\r", "").splitlines()
        return "\n".join([line for line in lines if line.startswith(("not ok", "panic"))] + ["its last lines:"] + lines[-8:])


def root_image(build, folder):
    """The root's file system with /bin/true, which the ISO's has not; answers its path."""
    path = os.path.join(folder, "root.img")
    subprocess.run([os.path.join(TOP, "tools/rootimage"), path, os.path.join(TOP, "boot/root"), os.path.join(build, "strip/apps/true")], check=True)
    return path


def disk_of_files(folder):
    """A disk with what filespeed.c reads: directories of many entries, and a file that is in no cache; answers its path."""
    disk, tree = os.path.join(folder, "files.img"), os.path.join(folder, "files")
    shutil.rmtree(tree, ignore_errors=True)
    for entries in (10, 100, 1000, 10000):
        os.makedirs(f"{tree}/d{entries}")
        for number in range(entries):
            with open(f"{tree}/d{entries}/{number}", "wb"):
                pass
    with open(f"{tree}/cold", "wb") as file:
        file.write(os.urandom(4 << 20))
    if os.path.exists(disk):
        os.remove(disk)
    subprocess.run([os.path.join(TOP, "tools/disk"), f"--ext2={tree}", disk, "64", "8"], check=True, stdout=subprocess.DEVNULL)
    return disk


def boot(build, modules, options, loader="loader", memory=128, timeout=60, disk=None):
    """Boots these modules with the clock that counts, to their end."""
    command = machine.qemu(memory=memory, kernel=machine.module_file(build, loader), options=options,
                           modules=machine.initrd(build, modules, options), extra=ICOUNT + QUIET + (machine.ide_disk(disk) if disk else []))
    status, text, _ = machine.collect(command, timeout)
    return Run(text, status == 0 and not re.search(r"^not ok|^panic", text, re.M))
