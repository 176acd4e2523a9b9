# SPDX-License-Identifier: MIT
"""Disks: the drivers, the block protocol, and what happens when one of them fails or goes."""
import os
import re
import shutil
import struct
import subprocess
import tempfile

import guest
import machine
from shell import comes_to, frames_in_use

INTACT = "diskcheck: all data intact"


def disk_image(folder, name="disk.img", megabytes=16):
    path = os.path.join(folder, name)
    subprocess.run([os.path.join(machine.TOP, "tools/disk"), path, str(megabytes)], check=True, stdout=subprocess.DEVNULL)
    return path


class Disks:
    """A folder of images that lives as long as a test."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="pecan-disk-")
        return self

    def __exit__(self, *unused):
        self.folder.cleanup()

    def image(self, name="disk.img", megabytes=16):
        return disk_image(self.folder.name, name, megabytes)


def shell(lab, init, *places, **setup):
    """The system at its prompt; places: (image, where it is)."""
    drives = [word for image, place in places for word in machine.ide_disk(image, place)]
    vm = lab.boot_iso(init=init, extra=drives + list(setup.pop("extra", ())), **setup)
    vm.expect("pecan> ", 120)
    return vm


def counted(said):
    """What diskcheck says of the driver's work, by name."""
    line = re.search(r"diskcheck: driver: (.*)", said)
    assert line, said
    return {name: int(number) for number, name in re.findall(r"(\d+) (\w+)", line[1])}


def pages_of(image, first_sector, pages):
    with open(image, "rb") as data:
        data.seek(first_sector * 512)
        return [data.read(4096) for _ in range(pages)]


def a_disk_is_written_and_read_by_bus_master(lab):
    with Disks() as disks:
        image = disks.image()
        vm = shell(lab, "disk", (image, 0))
        listed = vm.command("disk")
        assert re.search(r"^  0 +16 MB  QEMU HARDDISK \(DMA\)", listed, re.M), listed
        assert re.search(r"^  0\.1 +8 MB  swap, type 82, sectors 2048 to 18431", listed, re.M), listed
        assert re.search(r"^  0\.2 +7 MB  Linux file system, type 83, sectors 18432 to 32767", listed, re.M), listed
        said = vm.command("run -b 0.1 diskcheck 64 1 2")
        assert INTACT in said, said
        work = counted(said)
        assert work["errors"] == work["resets"] == work["timeouts"] == 0, said
        assert work["interrupts"] == work["commands"], said
        vm.send("halt")
        assert vm.finish().status == 0
        written = pages_of(image, 2048, 64)
        assert sum(page != bytes(4096) for page in written) > 40, "nothing is on the disk"
        assert pages_of(image, 18432, 64) == [bytes(4096)] * 64, "the other partition was written to"
        assert pages_of(image, 8, 255) == [bytes(4096)] * 255, "something before the partition was written to"


def a_disk_is_written_and_read_word_by_word(lab):
    with Disks() as disks:
        vm = shell(lab, "disk=pio", (disks.image(), 0))
        assert "QEMU HARDDISK (PIO)" in vm.command("disk")
        said = vm.command("run -b 0.1 diskcheck 64 2 2")
        assert INTACT in said, said
        work = counted(said)
        assert work["errors"] == work["resets"] == work["timeouts"] == 0 and work["interrupts"] > work["commands"], said


def four_drives_are_told_apart(lab):
    with Disks() as disks:
        images = [disks.image(f"disk{i}.img", 4 + i) for i in range(4)]
        drives = [word for place, image in enumerate(images) for word in machine.ide_disk(image, place)]
        vm = lab.boot_modules(options={"init": "disk"}, extra=drives)
        vm.expect("pecan> ", 120)
        listed = vm.command("disk")
        for i in range(4):
            assert re.search(rf"^  {i} +{4 + i} MB  QEMU HARDDISK \(DMA\)", listed, re.M), listed
            assert INTACT in vm.command(f"run -b {i} diskcheck 16 {i + 1}")
        vm.send("halt")
        assert vm.finish().status == 0
        assert len({tuple(pages_of(image, 0, 16)) for image in images}) == 4, "two disks have the same contents"


def a_machine_without_disks_says_so(lab):
    vm = shell(lab, "disk")
    assert "ide: there are no disks" in vm.text
    assert "There are no disks" in vm.command("disk")
    assert "there is no such disk" in vm.command("run -b 0.1 diskcheck")
    assert "say which disk" in vm.command("run diskcheck")


def a_ram_disk_speaks_the_same_protocol(lab):
    vm = shell(lab, "ramdisk=4")
    assert re.search(r"^  4 +4 MB  RAM \(until it ends\)", vm.command("disk"), re.M)
    for seed in (1, 2):
        assert INTACT in vm.command(f"run -b 4 diskcheck 64 {seed} 2")


def a_program_that_used_a_disk_leaves_no_frames_behind(lab):
    with Disks() as disks:
        vm = shell(lab, "disk ramdisk=4", (disks.image(), 0))
        for disk in ("0.1", "4"):
            vm.command(f"run -b {disk} diskcheck 64 1 4")   # from now on all pages of the RAM disk have been written
            vm.command(f"run -b {disk} diskcheck 64 1 4")
            before = frames_in_use(vm)
            for _ in range(3):
                vm.command(f"run -b {disk} diskcheck 64 1 4")
            vm.command("disk")
            # some are of buffers that are forgotten at the next request
            assert comes_to(vm, True, lambda vm: abs(frames_in_use(vm) - before) <= 8), "frames went away"


def disks_are_named_by_digits(lab):
    vm = shell(lab, "ramdisk=1")
    for name, answer in (("x", "a disk is a digit"), ("9", "a disk is a digit"), ("4.5", "a disk is a digit"), ("4.", "a disk is a digit"),
                         ("4.11", "a disk is a digit"), ("0", "there is no such disk"), ("4.1", "there is no partition table")):
        said = vm.command(f"run -b {name} diskcheck")
        assert answer in said, said


def a_driver_that_is_killed_is_started_again(lab):
    with Disks() as disks:
        vm = shell(lab, "disk", (disks.image(), 0))
        for life in (2, 3):
            vm.command("kill ide")
            assert INTACT in vm.command("run -b 0.1 diskcheck 16")
            assert f"start number {life}" in vm.text


# What probe.c is told: docs/emulators.md.  Lines that are alike everywhere, then those that are not.
ALIKE = [
    "identify of the absent one: interrupt no, status 00",
    r"read of 4: data (at once|later), 4 interrupts, last status 58, then 50, one more no",
    "write of 4: data at once, interrupt before it no, 4 interrupts, last status 50",
    "flush: interrupt yes, status 50",
    r"reset in a read: .* error 01, signature 01 01 00 00",
    "interrupts off: none, on again with one pending: none",
]
QEMU = [
    "status of drive 0: 50, alternate 50", "status of drive 1: 00", "status of drive 3: 00",
    "words 49 53 63 80 83 88: 0b00 0007 0007 00f0 7400 203f",
    "unknown command: interrupt yes, status 41, error 04",
    "read beyond the end: interrupt yes, status 41, error 04, later 41",
    "write beyond the end: interrupt no, status 58, error 00",
]
MASTER = [
    "bus master: yes",
    "set features, mode 42: interrupt yes, status 50",
    "dma of 4: interrupt yes, master 04, status 50, master after the status 04, stopped 00",
    "dma, table too long: interrupt yes, master 05, status 50",
    "dma, master not started: interrupt no, master 00, status 58",
]
PC = QEMU + MASTER + ["dma, table too short: interrupt no, master 00, status 50"]
BOCHS = MASTER + [
    "status of drive 1: 00", "status of drive 2: 50", "status of drive 3: 00",
    "words 49 53 63 80 83 88: 0300 0007 0007 007e 7400 003f",
    "unknown command: interrupt yes, status 51, error 04",
    "read beyond the end: interrupt yes, status 51, error 04, later 51",
    "write beyond the end: interrupt yes, status 51, error 04",
    "dma, table too short: interrupt yes, master 04, status 50",
]
V86 = [
    "status of drive 0: 51", "status of drive 1: 00", "status of drive 3: 00", "bus master: yes",
    "words 49 53 63 80 83 88: 0200 0007 0407 0000 7400 0000",
    "unknown command: interrupt yes, status 41, error 04",
    "read beyond the end: interrupt yes, status ff, error 00, later ff",
    "write beyond the end: interrupt yes, status ff, error 00, later ff",
]


def archive_of(lab, path, *names):
    """An archive of programs, and of files of the build that have a dot in their names."""
    files = [os.path.join(lab.build, name if "." in name or os.path.isabs(name) else f"strip/{name}") for name in names]
    subprocess.run([os.path.join(machine.TOP, "tools/archive"), path] + files, check=True, stdout=subprocess.DEVNULL)
    return path


def modules_with(lab, folder, *programs, drivers=None):
    """The system with these programs beside the usual ones; with these drivers in place of the usual ones."""
    apps = archive_of(lab, os.path.join(folder, "apps.cpio"), "apps/demo", "apps/hello", "apps/diskcheck", *programs)
    modules = [apps if name == "apps.cpio" else name for name in machine.MODULES]
    if drivers:
        store = archive_of(lab, os.path.join(folder, "deva-store"), "fabrica", "drivers.txt", *drivers)
        modules = [store if name == "deva-store" else name for name in modules]
    return modules


def probe_modules(lab, folder):
    """With the probe."""
    return modules_with(lab, folder, "diskprobe")


def the_drive_answers(vm, drive, lines, how, pages, patience=120):
    """The probe's lines, then the driver, started by hand, on the drive that the probe has upset.  The probe wants to see PCI itself, so
    the framework starts after it."""
    vm.expect("pecan> ", 4 * patience)
    told = vm.command(f"run -d diskprobe {drive}", patience)
    for line in ALIKE + lines:
        assert re.search("^" + line, told, re.M), f"not so: {line}\n{told}"
    mark = vm.mark()
    vm.command("devices start ide", patience)
    vm.expect_since(mark, rf"ide: disk {drive} is [^\n]*, {how}", patience)     # before the prompt, or behind it
    said = vm.command(f"run -b {drive}.1 diskcheck {pages}", patience)
    assert INTACT in said, said
    work = counted(said)
    assert work["errors"] == work["resets"] == work["timeouts"] == 0, said


def qemus_drives_answer_as_the_book_says(lab):
    with Disks() as disks:
        modules = probe_modules(lab, disks.folder.name)
        the_drive_answers(lab.boot_modules(modules, extra=machine.ide_disk(disks.image())), 0, PC, "DMA", 64)


def qemus_drives_on_an_isa_machine_answer_as_the_book_says(lab):
    with Disks() as disks:
        modules = probe_modules(lab, disks.folder.name)
        vm = lab.boot_modules(modules, machine="isapc", cpu="486", memory=32, extra=machine.ide_disk(disks.image()))
        the_drive_answers(vm, 0, QEMU + ["bus master: no"], "PIO", 32)


def bochs_drives_answer_as_the_book_says(lab):
    with Disks() as disks:
        image = guest.make_iso(lab.build, disks.folder.name, probe_modules(lab, disks.folder.name), {})
        the_drive_answers(lab.boot_bochs(image=image, disk=disks.image()), 2, BOCHS, "DMA", 16)


def v86s_drives_answer_as_the_book_says(lab):
    with Disks() as disks:
        image = guest.make_iso(lab.build, disks.folder.name, probe_modules(lab, disks.folder.name), {})
        the_drive_answers(lab.boot_v86(image=image, disk=disks.image()), 0, V86, "PIO", 16)


# ---- drives that fail: QEMU's blkdebug ----

def failing(folder, image, place=0, **error):
    """QEMU's arguments for a disk on which this goes wrong.  An event makes the rule count from then on, for each iotype unless it names
    one; the guess had been that an event is all that fails."""
    rules = os.path.join(folder, "rules")
    with open(rules, "w") as out:
        out.write("[inject-error]\n" + "".join(f'{name} = "{value}"\n' for name, value in error.items()))
    return ["-drive", f"if=ide,index={place},media=disk,format=raw,file=blkdebug:{rules}:{image}"]


def failing_disk(lab, init="disk", **error):
    with Disks() as disks:
        vm = shell(lab, init, extra=failing(disks.folder.name, disks.image(), errno=5, **error))
        return vm, vm.command("run -b 0.1 diskcheck 64 5 2 2", 120)


def complaints(said):
    return sorted(set(re.findall(r"page (\d+): (\w+) error", said)))


def a_sector_that_cannot_be_read_is_an_error_for_its_page_alone(lab):
    for init in ("disk", "disk=pio"):
        vm, said = failing_disk(lab, init, event="read_aio", iotype="read", sector=2048 + 8 * 5 + 3)
        assert complaints(said) == [("5", "read")], said
        assert ", 0 wrong" in said and "exited with status 1" in said, said
        assert int(re.search(r"(\d+) pages verified", said)[1]) > 100, said
        work = counted(said)
        assert work["errors"] >= 3 and work["resets"] == work["errors"] and work["timeouts"] == 0, said
        vm.command("run hello")


def a_sector_that_cannot_be_written_is_an_error_for_its_page_alone(lab):
    for init in ("disk", "disk=pio"):
        vm, said = failing_disk(lab, init, event="write_aio", iotype="write", sector=2048 + 8 * 40 + 7)
        assert complaints(said) == [("40", "write")], said
        assert ", 0 wrong" in said and "exited with status 1" in said, said


def an_error_that_does_not_come_back_is_nobodys_business(lab):
    for init in ("disk", "disk=pio"):
        for kind in ("read", "write"):
            vm, said = failing_disk(lab, init, event=f"{kind}_aio", iotype=kind, sector=2048 + 8 * 9, once="on")
            assert INTACT in said, said
            assert counted(said)["errors"] == 1, said


def a_flush_that_fails_is_an_error(lab):
    vm, said = failing_disk(lab, event="flush_to_disk", iotype="flush")
    assert complaints(said) == [("0", "flush"), ("32", "flush")], said     # each of the two threads flushes


# ---- drivers that die ----

def loses_nothing(vm, wanted, check):
    """Runs check(seed) beside a driver that dies, until it has died so often; answers (deaths, how often a client noticed)."""
    deaths, gone, seed, before = 0, 0, 0, None
    while deaths < wanted:
        seed += 1
        said = vm.command(check(seed), 300)
        assert INTACT in said, said
        gone += int(re.search(r"(\d+) drivers gone", said)[1])
        before = before or frames_in_use(vm)
        deaths = len(re.findall(r"start number \d+", vm.text))
    assert gone > 0, "nobody noticed"
    assert comes_to(vm, True, lambda vm: abs(frames_in_use(vm) - before) <= 16), "frames went away"
    return deaths, gone


def a_driver_that_dies_again_and_again_loses_nothing(lab):
    """tests/guest/disk/mortal.c: each of its lives ends somewhere else.  DEATHS=1000 make test T=dies_again"""
    wanted = int(os.environ.get("DEATHS", "30"))
    with Disks() as disks:
        modules = modules_with(lab, disks.folder.name, drivers=["mortal/ide"])
        for init in ("disk", "disk=pio"):
            image = machine.ide_disk(disks.image(init + ".img"))
            vm = lab.boot_modules(modules, options={"init": init}, extra=image + machine.counted(3, sleep="on"))
            vm.expect("pecan> ", 120)
            deaths, gone = loses_nothing(vm, wanted, lambda seed: f"run -b 0.1 diskcheck 64 {seed} 4 4")
            assert gone >= deaths, "not everybody noticed"


def messages_by_lot_harm_no_driver(lab):
    """tests/guest/disk/stray.c.  MESSAGES=5000000 make test T=messages_by_lot"""
    messages = int(os.environ.get("MESSAGES", "100000"))
    with Disks() as disks:
        modules = modules_with(lab, disks.folder.name, "ramdisk", "stray")
        vm = lab.boot_modules(modules, options={"init": "disk ramdisk=4"}, extra=machine.ide_disk(disks.image()))
        vm.expect("pecan> ", 120)
        for disk, share in (("4", 0.8), ("0.1", 0.2)):
            said = vm.command(f"run -b {disk} stray {int(messages * share)} {messages}", 60 + messages // 500)
            assert ", 0 unanswered, 0 strange" in said and "exited" not in said, said
            for error in (0, 1, 3, 9, 14, 22, 95):      # done, EPERM, ESRCH, EBADF, EFAULT, EINVAL, EOPNOTSUPP
                assert re.search(rf" {error}:\d", said), f"nobody was told {error}: {said}"
            assert INTACT in vm.command(f"run -b {disk} diskcheck")
        assert "has ended" not in vm.text, "a driver ended"


def clients_that_are_killed_in_the_middle_leave_nothing_behind(lab):
    with Disks() as disks:
        vm = shell(lab, "disk ramdisk=4:2000:100", (disks.image(), 0))
        for disk in ("0.1", "4"):
            vm.command(f"run -b {disk} diskcheck 64 1 8")
            before = frames_in_use(vm)
            for i in range(8):
                vm.send(f"run -b {disk} diskcheck 64 {i} 8 1000 &")
                vm.expect(r"diskcheck runs as task (\d+)")
                vm.expect("pecan> ")
                vm.command("run hello")         # some time passes
                vm.command("kill diskcheck")
            assert INTACT in vm.command(f"run -b {disk} diskcheck 64 1 8")
            vm.command("disk")
            assert comes_to(vm, True, lambda vm: abs(frames_in_use(vm) - before) <= 16), f"{before} frames before, {frames_in_use(vm)} after"
        assert "has ended" not in vm.text, "a driver ended"


def a_ram_disk_that_cannot_be_says_so_and_the_system_goes_on(lab):
    for size, answer in (("4000", "cannot start ramdisk"), ("0", "ramdisk: say how many megabytes"), ("x", "ramdisk: say how many megabytes"),
                         ("4:1:9999999", "ramdisk: say how many megabytes")):
        vm = shell(lab, f"ramdisk={size}")
        assert answer in vm.text, vm.text
        assert "There are no disks" in vm.command("disk")


def a_disk_boots_and_its_other_partition_can_be_used(lab):
    """`make run DISK=boot`"""
    with Disks() as disks:
        image = os.path.join(disks.folder.name, "boot.img")
        shutil.copyfile(os.path.join(lab.build, "images/pecan-disk.img"), image)
        for _ in range(2):      # the second time behind what the first has written
            vm = lab.boot_iso(image=None, disk=image, init="disk")
            vm.expect("pecan> ", 120)
            listed = vm.command("disk")
            assert re.search(r"^  0\.1 +32 MB  swap, type 82", listed, re.M) and re.search(r"^  0\.2 +31 MB  FAT, type 0e", listed, re.M), listed
            assert INTACT in vm.command("run -b 0.1 diskcheck")
            vm.send("halt")
            assert vm.finish().status == 0


def a_disk_with_a_geometry_boots_in_bochs_and_in_qemu(lab):
    """`make disk-boot GEOMETRY=497/4/32`: partitions begin and end with cylinders."""
    cylinders, heads, sectors = geometry = (497, 4, 32)
    with Disks() as disks:
        image = os.path.join(disks.folder.name, "boot.img")
        shutil.copyfile(os.path.join(lab.build, "images/pecan-disk-497x4x32.img"), image)
        assert os.path.getsize(image) == cylinders * heads * sectors * 512
        with open(image, "rb") as disk:
            table = disk.read(512)
        for record in (table[446:462], table[462:478]):
            first, count = struct.unpack("<II", record[8:])
            assert first % (heads * sectors) == count % (heads * sectors) == 0, record
            for place, chs in ((first, record[1:4]), (first + count - 1, record[5:8])):
                head, sector, cylinder = chs[0], chs[1] & 63, chs[2] | (chs[1] & 0xC0) << 2
                assert (cylinder * heads + head) * sectors + sector - 1 == place, (place, chs)
        vm = lab.boot_bochs(image=image, geometry=geometry)
        vm.expect("pecan> ", 300)
        assert "Hello" in vm.command("hello", 120)
        vm = lab.boot_iso(image=None, disk=image, init="disk")
        vm.expect("pecan> ", 120)
        listed = vm.command("disk")
        assert re.search(r"^  0\.1 +4 MB  swap, type 82", listed, re.M) and re.search(r"^  0\.2 +26 MB  FAT, type 0e", listed, re.M), listed


def a_machine_with_a_disk_ends_in_success_without_a_terminal(lab):
    with Disks() as disks:
        vm = lab.boot_iso(init="batch disk use=0.1 run=diskcheck,64,3", extra=machine.ide_disk(disks.image()))
        assert vm.finish(120).status == 0
        assert INTACT in vm.text
