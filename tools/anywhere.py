# SPDX-License-Identifier: MIT
"""Boots of the whole system on many machines, for a list of tools/test (tools/matrix writes one):

    whole EMULATOR cpu=CPU mem=MB medium=cd|floppy|usb|disk [machine=pc|isapc|q35]

A boot passes if the machine gets as far as its memory allows.  Its result is called by what it reached."""
import os
import re

import guest
import machine

STARTS, DEMO_RUNS = 6, 8        # MB, as wortel says it; beside a disk's driver the demo needs more (docs/gaps.md)
PATIENCE = 300
MENU = r"automatically in"
PROMPT = r"pecan> "
SENTENCE = (r"wortel: [^\n]*Pecan starts with\s+6 MB of memory|Pecan did not start\.\s+It starts with\s+6 MB of memory|"
            r"loader: Too little memory: \d+ KB of RAM have no room for \S+ \(\d+ KB\)")
DEMO = r"self-paging demo: .*all data intact"
HALTED = r"wortel: halted with status \d+\."
REACHED = ["nothing", "a sentence that says how much memory it needs", "the shell", "the demo and the shell"]
NOTHING, SAID, SHELL, ALL = range(4)
GEOMETRY = (497, 4, 32)         # of the disk that Bochs starts from: GEOMETRY of `make disk-boot`
DISK, DISK_WITH_GEOMETRY = "images/pecan-disk.img", "images/pecan-disk-{}x{}x{}.img".format(*GEOMETRY)


def exists(row):
    """Can such a machine be had?  isapc has no USB, q35 no floppy drive."""
    return (row["machine"], row["medium"]) not in (("isapc", "usb"), ("q35", "floppy"))


def wanted(emulator, memory, medium):
    """DOSBox may lose a store of the demo (docs/emulators.md)."""
    if memory < STARTS:
        return SAID
    return ALL if emulator != "dosbox" and memory >= DEMO_RUNS + (medium == "disk") else SHELL


def stick(image):
    """A USB stick, at a fast controller: the BIOS gives up transfers that take too long, as they do at a slow one beside a busy host."""
    return ["-device", "usb-ehci", "-drive", f"if=none,id=stick,format=raw,snapshot=on,file={image}", "-device", "usb-storage,drive=stick,bootindex=0"]


class Boot:
    def __init__(self, emulator, build, keys):
        self.emulator, self.build = emulator, build
        self.cpu, self.medium, self.machine, self.memory = keys["cpu"], keys["medium"], keys.get("machine", ""), int(keys["mem"])
        words = [emulator, self.machine, self.cpu, f"{self.memory} MB", self.medium]
        self.title = "whole: " + " ".join(filter(None, words))
        self.log = os.path.join(build, "log", re.sub(r"\W+", "_", self.title) + ".log")

    def select(self, patterns):
        return not patterns or any(p in self.title for p in patterns)

    def needs(self):
        return ["all", "iso", "floppy", "disk-boot", DISK_WITH_GEOMETRY]

    def start(self, lab):
        if self.emulator == "dosbox":
            return lab.boot_dosbox(cpu=self.cpu, memory=self.memory)
        if self.emulator == "v86":
            return lab.boot_v86(memory=self.memory, **({"image": lab.iso} if self.medium == "cd" else {"floppy": lab.floppy}))
        if self.emulator == "bochs":
            how = {"cd": dict(image=lab.iso), "floppy": dict(image=None, floppy=lab.floppy),
                   "disk": dict(image=os.path.join(self.build, DISK_WITH_GEOMETRY), geometry=GEOMETRY)}
            return lab.boot_bochs(cpu=self.cpu, memory=self.memory, **how[self.medium])
        setup = dict(machine=self.machine, memory=self.memory, cpu=None if self.cpu == "default" else self.cpu)
        if self.medium == "floppy":
            return lab.boot_floppy(**setup)
        if self.medium == "disk":
            return lab.boot_iso(image=None, disk=os.path.join(self.build, DISK), **setup, extra=["-snapshot"])
        if self.medium == "usb":
            return lab.boot_iso(image=None, **setup, extra=stick(lab.iso))
        return lab.boot_iso(**setup)

    def reach(self, vm):
        """How far it gets.  The menu is not waited for; a shell has to run a program and to end."""
        ways = f"({MENU})|({SENTENCE})|({DEMO})|({PROMPT})"
        reached, asked = NOTHING, False
        while True:
            found = vm.expect(ways, PATIENCE)
            if found[1] and not asked:
                vm.line.send("\r")
                asked = True
            elif found[2]:
                return SAID
            elif found[3]:
                reached = ALL
            elif found[4]:
                break
        if self.memory >= DEMO_RUNS:            # with less, there may be no programs
            assert "Hello from a task" in vm.command("hello", PATIENCE)
        assert "halt" in vm.command("help", PATIENCE)
        vm.send("halt")
        if self.emulator in ("dosbox", "v86"):          # their guests cannot switch them off
            vm.expect(HALTED, PATIENCE)
        else:
            ending = vm.finish(PATIENCE)
            assert not ending.problem, ending.problem
        return max(reached, SHELL)

    def run(self):
        """(name, passed, notes, skipped)"""
        lab = guest.Lab(self.build, self.log)
        try:
            reached = self.reach(self.start(lab))
            return f"{self.title}: {REACHED[reached]}", reached >= wanted(self.emulator, self.memory, self.medium), [], False
        except guest.Skip as why:
            return f"{self.title}: skipped", True, [f"# {why}"], True
        except Exception as problem:        # whatever went wrong is the boot's failure, not the runner's
            tail = ["# | " + line for line in lab.transcript().splitlines()[-25:]]
            return f"{self.title}: {REACHED[NOTHING]}", False, [f"# {line}" for line in guest.explain(problem)] + tail, False
        finally:
            lab.close()
