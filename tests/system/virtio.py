# SPDX-License-Identifier: MIT
"""The disk of a virtual machine: the virtio driver in QEMU's pc and q35."""
import os
import re

import machine
from driver import INTACT, Disks, complaints, counted, loses_nothing, modules_with, pages_of
from files import contents, expect_clean, file_system, halted


def virtio_disk(image, **how):
    """QEMU's arguments for an image as a virtio disk."""
    words = "".join(f",{name}={value}" for name, value in how.items())
    return ["-drive", f"if=none,id=v,format=raw,file={image}{words}", "-device", "virtio-blk-pci,drive=v"]


def shell(lab, disks, extra, drivers=None, **setup):
    """The system at its prompt, with the driver started."""
    vm = lab.boot_modules(modules_with(lab, disks.folder.name, "ext2fs", drivers=drivers), extra=list(extra), **setup)
    vm.expect("pecan> ", 120)
    vm.command("devices start virtio")
    return vm


def a_virtio_disk_is_written_and_read(lab):
    for kind in ("pc", "q35"):
        with Disks() as disks:
            image = disks.image()
            vm = shell(lab, disks, virtio_disk(image), machine=kind)
            listed = vm.command("disk")
            assert re.search(r"^  7 +16 MB  virtio \(DMA\)", listed, re.M) and re.search(r"^  7\.2 +7 MB ", listed, re.M), listed
            assert re.search(r"scsi +00:\S+ 1af4:1001 class 010000 INTA  ports .* driver virtio: runs", vm.command("devices"))
            said = vm.command("run -b 7.1 diskcheck 64 1 4 4")
            assert INTACT in said, said
            work = counted(said)
            assert work["errors"] == work["resets"] == work["timeouts"] == 0, said     # requests are merged behind a disk that is slower
            halted(vm)
            written = pages_of(image, 2048, 64)
            assert sum(page != bytes(4096) for page in written) > 40, "nothing is on the disk"
            assert pages_of(image, 18432, 64) == [bytes(4096)] * 64, "the other partition was written to"


def a_virtio_disk_has_files(lab):
    with Disks() as disks:
        image = disks.image()
        file_system(image)
        vm = shell(lab, disks, virtio_disk(image))
        vm.command("mount 7.2")
        vm.command("echo to be found outside > /note")
        vm.command("umount")
        halted(vm)
        expect_clean(image)
        assert contents(image, "/note") == b"to be found outside\n"


def a_virtio_disk_that_may_not_be_written_is_protected(lab):
    with Disks() as disks:
        vm = shell(lab, disks, virtio_disk(disks.image(), readonly="on"))
        assert "virtio (DMA, protected)" in vm.command("disk")
        assert "write: Read-only file system" in vm.command("run -b 7.1 diskcheck 16"), vm.text[-500:]


def a_virtio_sector_that_fails_is_an_error_for_its_page_alone(lab):
    for kind in ("read", "write"):
        with Disks() as disks:
            rules = os.path.join(disks.folder.name, "rules")
            with open(rules, "w") as out:
                out.write(f'[inject-error]\nevent = "{kind}_aio"\niotype = "{kind}"\nerrno = "5"\nsector = "{2048 + 8 * 5 + 3}"\n')
            drive = ["-drive", f"if=none,id=v,format=raw,rerror=report,werror=report,file=blkdebug:{rules}:{disks.image()}",
                     "-device", "virtio-blk-pci,drive=v"]
            said = shell(lab, disks, drive).command("run -b 7.1 diskcheck 64 5 2 2", 120)
            assert complaints(said) == [("5", kind)] and ", 0 wrong" in said, said
            assert counted(said)["errors"] >= 3, said


def a_virtio_driver_that_dies_again_and_again_loses_nothing(lab):
    """tests/guest/disk/mortal.c, as for IDE.  DEATHS=1000 make test T=virtio_driver_that_dies"""
    wanted = int(os.environ.get("DEATHS", "30"))
    with Disks() as disks:
        extra = virtio_disk(disks.image()) + machine.counted(3, sleep="on")
        vm = shell(lab, disks, extra, drivers=["mortal/virtio"])
        loses_nothing(vm, wanted, lambda seed: f"run -b 7.1 diskcheck 64 {seed} 4 4")
