# SPDX-License-Identifier: MIT
"""What calls cost keeps to the budgets of bench/figures, but for the rows of docs/gaps.md."""
import os
import subprocess
import sys
import tempfile

import guest
import machine

sys.path.insert(0, os.path.join(machine.TOP, "bench"))
import budgets  # noqa: E402
import growth  # noqa: E402
import meter  # noqa: E402
import steps  # noqa: E402

ROOT = ["kernel", "sigma0", "bench"]


def skip_walkers(build):
    if os.path.basename(os.path.normpath(build)) == "check":
        raise guest.Skip("the invariant walkers are not what calls cost")


def within_budget(lab, boot, names):
    """The figures of one boot; names maps what the program says to what the table says."""
    skip_walkers(lab.build)
    done = boot()
    assert done.good, done.complaint()
    table = meter.table()
    seen = {names(name): value for name, value, unit in done.figures if names(name) in table and table[names(name)].unit == unit}
    wrong = budgets.judge(seen, table)
    assert not wrong, "; ".join(wrong)
    return set(seen)


def bench_calls_of_the_kernel_keep_to_their_budgets(lab):
    seen = within_budget(lab, lambda: meter.boot(lab.build, ROOT, {}), lambda name: name)
    assert {"ipc.inter.0", "fault.pager", "unmap.batch", "task.destroy", "mem.mapping"} <= seen, seen


def bench_the_plain_path_keeps_to_its_budget(lab):
    seen = within_budget(lab, lambda: meter.boot(lab.build, ROOT, {"loader": "loader nofast"}), {"ipc.inter.0": "ipc.plain.0"}.get)
    assert seen == {"ipc.plain.0"}, seen


def bench_paging_keeps_to_its_budgets(lab):
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        archive = os.path.join(folder, "bench.cpio")
        subprocess.run([os.path.join(machine.TOP, "tools/archive"), archive, os.path.join(lab.build, "strip/pages")], check=True,
                       stdout=subprocess.DEVNULL)
        modules = machine.MODULES[:-1] + [archive]
        seen = within_budget(lab, lambda: meter.boot(lab.build, modules, {"init": "init batch run=pages"}), lambda name: name)
    assert {"rpc.null", "mm.fault.owned", "mm.fault.physmem", "mm.touch"} <= seen, seen


def bench_starting_programs_keeps_to_its_budgets(lab):
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        archive = os.path.join(folder, "bench.cpio")
        parts = [os.path.join(lab.build, name) for name in ("strip/execs", "strip/ramdisk", "strip/ext2fs")]
        subprocess.run([os.path.join(machine.TOP, "tools/archive"), archive] + parts + [meter.root_image(lab.build, folder)], check=True,
                       stdout=subprocess.DEVNULL)
        modules = machine.MODULES[:-1] + [archive]
        seen = within_budget(lab, lambda: meter.boot(lab.build, modules, {"init": "init batch run=execs root=ram"}), lambda name: name)
    assert {"exec.fork", "exec.spawn"} <= seen, seen


def bench_pages_from_disks_keep_to_their_budgets(lab):
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        archive, disk = os.path.join(folder, "bench.cpio"), os.path.join(folder, "disk.img")
        programs = [os.path.join(lab.build, "strip", name) for name in ("blocks", "ramdisk")]
        subprocess.run([os.path.join(machine.TOP, "tools/archive"), archive] + programs, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([os.path.join(machine.TOP, "tools/disk"), disk, "8"], check=True, stdout=subprocess.DEVNULL)
        for kind, init in (("ram", "ramdisk=4 use=4"), ("dma", "disk use=0.1"), ("pio", "disk=pio use=0.1")):
            seen = within_budget(lab, lambda: meter.boot(lab.build, machine.MODULES[:-1] + [archive], {"init": "batch run=blocks " + init},
                                                         disk=disk), lambda name: name)
            assert {f"block.{kind}.read", f"block.{kind}.write", f"block.{kind}.read4"} <= seen, seen


def bench_files_keep_to_their_budgets(lab):
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        archive, disk = os.path.join(folder, "bench.cpio"), meter.disk_of_files(folder)
        programs = [os.path.join(lab.build, "strip", name) for name in ("filespeed", "ext2fs")]
        subprocess.run([os.path.join(machine.TOP, "tools/archive"), archive] + programs, check=True, stdout=subprocess.DEVNULL)
        seen = within_budget(lab, lambda: meter.boot(lab.build, machine.MODULES[:-1] + [archive],
                                                     {"init": "init batch run=filespeed disk root=0.2"}, disk=disk), lambda name: name)
    assert {"file.read4", "file.read64", "file.open", "file.stat", "file.fault", "file.cold"} <= seen, seen


def bench_budgets_are_asserted(lab):
    table = {words[0]: meter.Row(words) for words in (["call", "instr", "50", "-"], ["many", "threads", "50", "-"], ["free", "instr", "-", "-"])}
    assert budgets.judge({"call": 50, "many": 50, "free": 1e9}, table, {}) == []
    assert budgets.judge({"call": 51}, table, {}) == ["call is 51, over its budget of 50, and docs/gaps.md does not list it"]
    assert budgets.judge({"many": 49}, table, {}) == ["many is 49, over its budget of 50, and docs/gaps.md does not list it"]
    assert budgets.judge({"call": 60}, table, {"call": 60}) == []
    assert budgets.judge({"call": 61}, table, {"call": 60}) == ["call is 61, more than the 60 in docs/gaps.md"]
    assert budgets.judge({"call": 50}, table, {"call": 60}) == ["call is 50, within its budget: its row in docs/gaps.md can go"]
    assert budgets.judge({}, table, {"free": 60}) == ["docs/gaps.md lists free, which has no budget"]


def bench_growth_is_told_from_flat_and_logarithmic(lab):
    assert growth.verdict([(10, 54.5), (100, 54.5), (1000, 56)]) == "flat"
    assert growth.verdict([(10, 100), (100, 130), (1000, 160), (10000, 195)]) == "logarithmic"
    assert growth.verdict([(10, 10), (100, 100), (1000, 1000)]) == "grows"
    assert growth.verdict([(10, 500), (100, 505), (1000, 560), (10000, 1100)]) == "grows"


def bench_costs_are_flat_or_logarithmic(lab):
    skip_walkers(lab.build)
    _, wrong = growth.measure(lab.build)
    assert not wrong, "; ".join(wrong)


def bench_an_ipc_between_spaces_loads_cr3_once_and_no_segment(lab):
    skip_walkers(lab.build)
    for name, writes in (("ipc.inter.0", 2), ("ipc.intra.0", 0)):       # there and back
        with steps.Lab(lab.build) as stopped:
            trace = stopped.instructions(stopped.follow(name))
        assert 100 < len(trace) < 200, f"{name}: {len(trace)} instructions is no round trip by the fast path"
        assert steps.count(trace, steps.CR3) == steps.count(trace, steps.FLUSH) == writes, name
        assert steps.count(trace, steps.SEGMENT) == 0, name
