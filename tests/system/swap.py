# SPDX-License-Identifier: MIT
"""Pages on disk: on each kind of disk, with disks that fail, swap servers that die, and programs that die."""
import os
import re

import machine
from driver import Disks, failing, modules_with
from shell import comes_to, frames_in_use

MEGABYTES, SWAP_END = 64, 2048 + 32 * 2048      # a program of the shell gets a part of the partition
INTACT = "swapcheck: all data intact"


def shell(lab, init, *places, **setup):
    """The system at its prompt, with swapcheck, which is not on the ISO; places: (image, where it is)."""
    drives = [word for image, place in places for word in machine.ide_disk(image, place)]
    vm = lab.boot_modules(machine.MODULES[:-1] + ["tests.cpio"], options={"init": init}, extra=drives + list(setup.pop("extra", ())), **setup)
    vm.expect("pecan> ", 120)
    return vm


def swap_of(vm):
    """What mem says, by name."""
    said = vm.command("mem")
    line = re.search(r"swap: (\d+) pages out, of (\d+) blocks (\d+) free, (\d+) reserved and (\d+) bad;\s+"
                     r"(\d+) pages written, (\d+) read", said)
    assert line, said
    return dict(zip(("out", "blocks", "free", "reserved", "bad", "written", "read"), map(int, line.groups())))


def expect_nothing_left(vm):
    for _ in range(50):                         # a write may be under way
        swap = swap_of(vm)
        if swap["free"] + swap["reserved"] + swap["bad"] == swap["blocks"]:
            break
        vm.command("run hello")
    assert swap["out"] == 0 and swap["free"] + swap["reserved"] + swap["bad"] == swap["blocks"], swap


def pages_go_to_the_ram_disk(lab):
    vm = shell(lab, "swap=ram:16")
    assert "init: 16380 KB of swap on disk 4" in vm.text, vm.text
    said = vm.command("run swapcheck 600 100 1000", 120)
    assert INTACT in said, said
    assert swap_of(vm)["read"] > 300, swap_of(vm)
    expect_nothing_left(vm)


def pages_go_to_a_partition_and_nowhere_else(lab):
    with Disks() as disks:
        for init in ("disk swap", "disk=pio swap=0.1"):
            image = disks.image(init.replace(" ", "") + ".img", MEGABYTES)
            vm = shell(lab, init, (image, 0))
            assert "init: 32764 KB of swap on disk 0.1" in vm.text, vm.text
            said = vm.command("run swapcheck 600 100 600", 240)
            assert INTACT in said, said
            assert swap_of(vm)["read"] > 200, swap_of(vm)
            expect_nothing_left(vm)
            vm.send("halt")
            assert vm.finish().status == 0
            with open(image, "rb") as data:
                head = data.read((2048 + 8) * 512)[512:]        # before the partition, and its first block
                data.seek(SWAP_END * 512)
                assert head == bytes(len(head)) and data.read() == bytes((MEGABYTES * 2048 - SWAP_END) * 512), "written to"


def a_swap_server_is_refused_what_it_may_not_do(lab):
    """tests/guest/swap/server.c in init's place."""
    vm = lab.boot_modules(["swap_server_test" if name == "init" else name for name in machine.MODULES], extra=machine.counted(3))
    vm.expect("# done", 120)
    plan = re.search(r"^1\.\.(\d+)", vm.text, re.M)
    assert "not ok" not in vm.text, vm.text
    assert plan and int(plan[1]) == len(re.findall(r"^ok ", vm.text, re.M)) >= 10, vm.text


def a_disk_without_a_swap_partition_is_left_alone(lab):
    with Disks() as disks:
        vm = shell(lab, "disk swap", (disks.image(), 0), extra=())
        assert "of swap on disk 0.1" in vm.text
        vm = shell(lab, "swap")
        assert "init: no swap: no disk has a swap partition (type 82)" in vm.text, vm.text
        vm = shell(lab, "disk swap=0.4", (disks.image("b.img"), 0))
        assert "init: no swap: there is no such partition" in vm.text, vm.text
        assert "does not go out" in vm.command("run swapcheck")


def a_partition_in_which_a_system_sleeps_is_left_alone(lab):
    with Disks() as disks:
        image = disks.image()
        with open(image, "r+b") as data:
            data.seek(2048 * 512 + 4096 - 10)
            data.write(b"S1SUSPEND\0")
        vm = shell(lab, "disk swap", (image, 0))
        assert "another system has been put to sleep in this partition" in vm.text, vm.text
        assert "of swap on disk" not in vm.text and "does not go out" in vm.command("run swapcheck")


def a_block_that_cannot_be_written_is_not_used_again(lab):
    with Disks() as disks:
        error = dict(event="write_aio", iotype="write", sector=2048 + 8 * 30)
        vm = shell(lab, "disk swap", extra=failing(disks.folder.name, disks.image(megabytes=MEGABYTES), errno=5, **error))
        said = vm.command("run swapcheck 1000 100 300", 240)     # more than the window keeps
        assert INTACT in said, said
        assert swap_of(vm)["bad"] == 1, swap_of(vm)
        expect_nothing_left(vm)


def a_block_that_cannot_be_read_is_an_error_for_its_page(lab):
    with Disks() as disks:
        error = dict(event="read_aio", iotype="read", sector=2048 + 8 * 30)
        vm = shell(lab, "disk swap", extra=failing(disks.folder.name, disks.image(megabytes=MEGABYTES), errno=5, **error))
        said = vm.command("run swapcheck 1000 100 2000", 240)
        assert "does not come in: I/O error" in said or "does not come in: Input/output error" in said, said
        assert ", 0 wrong, 0 left on disk" in said, said
        expect_nothing_left(vm)


def a_program_that_is_killed_leaves_nothing_on_disk(lab):
    vm = shell(lab, "swap=ram:16:2000:100")
    vm.command("run swapcheck 200 40 100", 240)
    before, written = frames_in_use(vm), swap_of(vm)["written"]
    for i in range(6):
        vm.send(f"run swapcheck 400 64 100000 {i} &")
        vm.expect(r"swapcheck runs as task (\d+)")
        vm.expect("pecan> ")
        for _ in range(i):
            vm.command("run hello")                             # some time passes
        vm.command("kill swapcheck")
    expect_nothing_left(vm)

    def kept(vm):                               # the RAM disk keeps what was written
        return frames_in_use(vm) - before <= swap_of(vm)["written"] - written + 16
    assert comes_to(vm, True, kept), "frames went away"


def a_swap_server_that_is_killed_loses_nothing(lab):
    vm = shell(lab, "swap=ram:16:2000:100")
    for i in range(4):
        mark = vm.mark()
        vm.send(f"run swapcheck 300 64 400 {i} &")
        vm.expect(r"swapcheck runs as task (\d+)")
        vm.expect("pecan> ")
        vm.command("run hello")
        vm.command("kill swapper")
        vm.expect_since(mark, "start number", 240)
        vm.expect_since(mark, INTACT, 240)
    vm.command("run hello")
    expect_nothing_left(vm)


def a_swap_server_that_dies_again_and_again_loses_nothing(lab):
    """tests/guest/swap/mortal.c: each of its lives ends somewhere else.  DEATHS=1000 make test T=swap_server_that_dies"""
    wanted = int(os.environ.get("DEATHS", "20"))
    with Disks() as disks:
        modules = modules_with(lab, disks.folder.name, "ramdisk", "mortal/swapper", "apps/swapcheck")
        vm = lab.boot_modules(modules, options={"init": "swap=ram:16"}, extra=machine.counted(3))
        vm.expect("pecan> ", 120)
        seed = deaths = 0
        while deaths < wanted:
            seed += 1
            said = vm.command(f"run swapcheck 400 64 400 {seed}", 300)
            assert INTACT in said, said
            deaths = len(re.findall(r"start number \d+", vm.text))
        expect_nothing_left(vm)
