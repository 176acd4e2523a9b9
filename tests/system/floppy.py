# SPDX-License-Identifier: MIT
"""Floppy disks: the driver on the controllers of QEMU, Bochs and v86, disks that are changed, protected, damaged or not there."""
import os
import re
import subprocess

import guest
import machine
from driver import INTACT, Disks, complaints, counted, loses_nothing, modules_with
from files import TOOLS, halted, tool
from shell import comes_to


def floppy_image(disks, name="a.img", kilobytes=1440):
    path = os.path.join(disks.folder.name, name)
    with open(path, "wb") as out:
        out.truncate(kilobytes * 1024)
    return path


def formatted(disks, name="a.img", word="first"):
    """An ext2 floppy with one file, called as it reads."""
    path, folder = floppy_image(disks, name), os.path.join(disks.folder.name, "tree-" + word)
    os.mkdir(folder)
    with open(os.path.join(folder, word), "w") as out:
        out.write(word * 300 + "\n")
    said, status = tool("mke2fs", "-q", "-F", "-t", "ext2", "-d", folder, path)
    assert status == 0, said
    return path


def shell(lab, disks, extra, drivers=None, **setup):
    """The system at its prompt, with the floppy driver started."""
    modules = modules_with(lab, disks.folder.name, "ext2fs", drivers=drivers)
    vm = lab.boot_modules(modules, extra=list(extra), **setup)
    vm.expect("pecan> ", 120)
    vm.command("devices start floppy")
    return vm


def checked(vm, pages=48, seed=1, more=""):
    """diskcheck on the first drive: what it says."""
    return vm.command(f"run -b 5 diskcheck {pages} {seed} {more}", 300)


def a_floppy_is_written_and_read(lab):
    for machines in (dict(machine="pc"), dict(machine="isapc", cpu="486", memory=16)):
        with Disks() as disks:
            image = floppy_image(disks)
            vm = shell(lab, disks, machine.diskette(image), **machines)
            assert re.search(r"^  5 +1 MB  floppy in drive A, 1440 KB \(DMA\)", vm.command("disk"), re.M), vm.text[-500:]
            said = checked(vm, more="2")
            assert INTACT in said, said
            work = counted(said)
            assert work["errors"] == work["resets"] == 0, said
            halted(vm)
            with open(image, "rb") as data:
                written = data.read()
            pages = [written[i:i + 4096] for i in range(0, len(written), 4096)]
            assert sum(page != bytes(4096) for page in pages[:48]) > 30 and not any(written[48 * 4096:])


def each_format_is_known_by_its_last_sector(lab):
    for kilobytes in (2880, 1440, 1200, 720):
        with Disks() as disks:
            extra = machine.diskette(floppy_image(disks, kilobytes=kilobytes))
            if kilobytes == 1200:
                extra += ["-global", "isa-fdc.fdtypeA=120"]
            vm = shell(lab, disks, extra)
            assert f"floppy in drive A, {kilobytes} KB (DMA)" in vm.command("disk"), vm.text[-500:]
            said = vm.command("run -b 5 diskcheck 24 3 1 1", 300)
            assert INTACT in said and counted(said)["errors"] == 0, said


def a_file_system_on_a_floppy_is_mounted(lab):
    with Disks() as disks:
        image = formatted(disks)
        vm = shell(lab, disks, machine.diskette(image))
        vm.command("mount 5")
        assert "firstfirst" in vm.command("cat /first")
        vm.command("cp /first /second")
        vm.command("umount")
        halted(vm)
        said, status = tool("e2fsck", "-fn", image)
        assert status == 0 and "wrong" not in said, said
        done = subprocess.run(["debugfs", "-R", "cat /second", image], env=TOOLS, capture_output=True, text=True)
        assert done.stdout == "first" * 300 + "\n", done


def a_protected_floppy_is_read_only(lab):
    with Disks() as disks:
        image = formatted(disks)
        vm = shell(lab, disks, machine.diskette(image, readonly="on"))
        assert "(DMA, protected)" in vm.command("disk")
        said = checked(vm, 16)
        assert "write: Read-only file system" in said, said
        vm.command("mount 5")
        assert "(ro)" in vm.command("mount") and "firstfirst" in vm.command("cat /first")
        assert "ead-only" in vm.command("cp /first /second")
        vm.command("umount")


def an_empty_drive_has_no_disk(lab):
    with Disks() as disks:
        vm = shell(lab, disks, ["-drive", "if=floppy,index=0"])
        assert "There are no disks" in vm.command("disk")
        assert "there is no such disk" in vm.command("mount 5")
        assert "there is no such disk" in vm.command("mount 6")


def a_machine_with_two_drives_tells_them_apart(lab):
    with Disks() as disks:
        first, second = formatted(disks), formatted(disks, "b.img", "second")
        vm = shell(lab, disks, machine.diskette(first) + machine.diskette(second, 1))
        listed = vm.command("disk")
        assert "floppy in drive A, 1440 KB" in listed and "floppy in drive B, 1440 KB" in listed, listed
        for drive, word in ((5, "first"), (6, "second"), (5, "first")):
            vm.command(f"mount {drive}")
            assert word in vm.command(f"cat /{word}")
            vm.command("umount")


def nothing_is_written_to_a_disk_that_was_put_in_meanwhile(lab):
    with Disks() as disks:
        first, second = formatted(disks), formatted(disks, "b.img", "second")
        with open(second, "rb") as data:
            before = data.read()
        vm = shell(lab, disks, machine.diskette(first))
        vm.command("mount 5")
        vm.command("cp /first /copy")
        vm.ask(f"change floppy0 {second} raw")
        vm.command("sync")
        said = vm.command("cp /first /other") + vm.command("sync") + vm.command("umount")
        assert "nput/output error" in said or "/O error" in said, said
        assert vm.ask("info block floppy0") and open(second, "rb").read() == before, "the second disk was written to"
        assert "floppy in drive A, 1440 KB" in vm.command("disk")
        vm.ask("eject floppy0")
        vm.command("disk")
        assert "floppy in drive" not in vm.command("disk")


def the_new_disk_is_what_is_mounted_next(lab):
    with Disks() as disks:
        first, second = formatted(disks), formatted(disks, "b.img", "second")
        vm = shell(lab, disks, machine.diskette(first))
        for image, word in ((second, "first"), (first, "second"), (second, "first")):
            vm.command("mount 5")
            assert word * 20 in vm.command(f"cat /{word}")
            vm.command("umount")
            vm.ask(f"change floppy0 {image} raw")


def the_motor_stops_when_there_is_nothing_to_do(lab):
    with Disks() as disks:
        vm = shell(lab, disks, machine.diskette(floppy_image(disks)) + machine.counted(6))

        def motor(vm):
            return int(re.search(r"= (0x[0-9a-f]+)", vm.ask("i /1xb 0x3f2"))[1], 16) & 0x10
        assert motor(vm) == 0
        vm.command("disk")
        assert motor(vm) == 0x10
        assert comes_to(vm, 0, motor, 200) == 0
        assert INTACT in checked(vm, 4)


def failing(folder, image, **error):
    """QEMU's arguments for a floppy on which this goes wrong."""
    rules = os.path.join(folder, "rules")
    with open(rules, "w") as out:
        out.write("[inject-error]\n" + "".join(f'{name} = "{value}"\n' for name, value in error.items()))
    return ["-drive", f"if=floppy,index=0,format=raw,file=blkdebug:{rules}:{image}"]


def a_floppy_sector_that_cannot_be_written_is_an_error_for_its_page_alone(lab):
    with Disks() as disks:
        vm = shell(lab, disks, failing(disks.folder.name, floppy_image(disks), errno=5, event="write_aio", iotype="write",
                                       sector=8 * 10 + 7))
        said = checked(vm, 32, more="1 2")
        assert complaints(said) == [("10", "write")], said
        assert ", 0 wrong" in said and counted(said)["errors"] >= 3, said


def a_floppy_sector_that_qemu_cannot_read_is_zeros_without_an_error(lab):
    """QEMU 7.2's controller does not pass the error on: docs/emulators.md.  The driver cannot know."""
    with Disks() as disks:
        vm = shell(lab, disks, failing(disks.folder.name, floppy_image(disks), errno=5, event="read_aio", iotype="read",
                                       sector=8 * 10 + 3))
        said = checked(vm, 32)
        assert not complaints(said) and "page 10: " in said and counted(said)["errors"] == 0, said


def a_floppy_error_that_does_not_come_back_is_nobodys_business(lab):
    with Disks() as disks:
        vm = shell(lab, disks, failing(disks.folder.name, floppy_image(disks), errno=5, event="write_aio", iotype="write",
                                       sector=8 * 10 + 7, once="on"))
        said = checked(vm, 32)
        assert INTACT in said and counted(said)["errors"] == 1, said


def a_floppy_driver_that_dies_again_and_again_loses_nothing(lab):
    """tests/guest/disk/mortal.c, as for IDE.  DEATHS=1000 make test T=floppy_driver_that_dies """
    wanted = int(os.environ.get("DEATHS", "20"))
    with Disks() as disks:
        extra = machine.diskette(floppy_image(disks)) + machine.counted(3, sleep="off")
        vm = shell(lab, disks, extra, drivers=["mortal/floppy"])
        loses_nothing(vm, wanted, lambda seed: f"run -b 5 diskcheck 32 {seed} 4 2")


# ---- controllers ----

# What floppyprobe.c is told: docs/emulators.md.
ALIKE = [
    "reset: interrupt yes, then 80", r"after the reset: sense c0 00\nafter the reset: sense c1 00\nafter the reset: sense c2 00\n"
    r"after the reset: sense c3 00\nafter the reset: sense 80",
    "controller: yes", "after the driver's reset: sense 80", "unknown command: interrupt no, 80", "changed, motor on: 80",
    "changed, after a step: 00", "seek 1: sense 20 01", "recalibrate: sense 20 00", "drive status: interrupt no, 38",
    "rate 0, read id: interrupt yes, 00 00 00 00", "read id on cylinder 10: interrupt yes, 04 00 00 0a 01",
    "read id on cylinder 79: interrupt yes, 00 00 00 4f", "what was read: what was written",
    r"read sector 18: interrupt yes, [02]0 00 00 0b 00 01", r"read sector 19: interrupt yes, 40 (80|04)",
    "read 2 from sector 18: interrupt yes, [02]0 00", "read cylinder 11 with the heads on 10: interrupt yes, [02]0 00 00 0b",
]
QEMU = [
    "status at first: 80, changed 80", "reset, status inside 80: interrupt no", "version: interrupt no, 90",
    "drive status, motor off: interrupt no, 38", "drive status, drive 1: interrupt no, 79", "recalibrate, motor off: sense 20 00",
    "recalibrate drive 1: sense 21 00", "rate 1, read id: interrupt yes, 40 01", "seek 90: sense 20 4f",
    "read 4: interrupt yes, 00 00 00 0a 00 05", "read at another rate: interrupt yes, 40 01",
    "by hand: interrupt yes, status f0, 512 bytes, interrupt no, 00 00 00 0a 00 01",
]
BOCHS = [
    "status at first: 00, changed 00", "reset, status inside 00: interrupt yes", "version: interrupt no, 80",
    "recalibrate, motor off: sense 70 00", "recalibrate drive 1: sense 71 00",
    "rate 1, read id: interrupt yes, 00", "seek 90: sense 20 5a", "read 4: interrupt yes, 00 00 00 0a 00 05",
    "read at another rate: interrupt yes, 00", "by hand: interrupt no, status e0, 0 bytes, interrupt no",
]
V86 = [
    "status at first: 80, changed 80", "reset, status inside 80: interrupt no", "version: interrupt no, 90",
    "drive status, motor off: interrupt no, 38", "recalibrate drive 1: sense 21 00", "rate 1, read id: interrupt yes, 00",
    "seek 90: sense 20 4f", "read 4: interrupt yes, 00 00 00 0a 00 02", "read at another rate: interrupt yes, 00",
    "by hand: interrupt no, status 90, 0 bytes, interrupt no",
]


def the_controller_answers(vm, lines, patience=120, pages=16):
    """The probe's lines, then the driver on what the probe has left."""
    vm.expect("pecan> ", 4 * patience)
    told = vm.command("run -d floppyprobe", patience)
    for line in ALIKE + lines:
        assert re.search("^" + line, told, re.M), f"not so: {line}\n{told}"
    vm.command("devices start floppy", patience)
    assert "floppy in drive A, 1440 KB (DMA)" in vm.command("disk", patience)
    said = vm.command(f"run -b 5 diskcheck {pages} 1 1", patience)
    assert INTACT in said and counted(said)["errors"] == 0, said


def qemus_controller_answers_as_the_book_says(lab):
    with Disks() as disks:
        modules = modules_with(lab, disks.folder.name, "floppyprobe")
        the_controller_answers(lab.boot_modules(modules, extra=machine.diskette(floppy_image(disks))), QEMU)


def bochs_controller_answers_as_the_book_says(lab):
    with Disks() as disks:
        image = guest.make_iso(lab.build, disks.folder.name, modules_with(lab, disks.folder.name, "floppyprobe"), {})
        the_controller_answers(lab.boot_bochs(image=image, diskette=floppy_image(disks)), BOCHS)


def v86s_controller_answers_as_the_book_says(lab):
    with Disks() as disks:
        image = guest.make_iso(lab.build, disks.folder.name, modules_with(lab, disks.folder.name, "floppyprobe"), {})
        the_controller_answers(lab.boot_v86(image=image, diskette=floppy_image(disks)), V86)
