# SPDX-License-Identifier: MIT
"""Quotas keep others calm: tests/guest/adversary/calm.c with a clock that counts instructions."""
import os
import re
import sys

import machine

sys.path.insert(0, os.path.join(machine.TOP, "bench"))
import meter  # noqa: E402

SUITE, ATTEMPT = "adversary_root", "the_worst_of_ten_thousand_calls"
LONGEST = 100000          # instructions that a request may wait for those of others


def calm_the_worst_of_ten_thousand_calls_is_at_most_twice_its_usual_cost(lab):
    options = {SUITE: "only=" + ATTEMPT}
    command = machine.qemu(memory=64, kernel=machine.module_file(lab.build, "loader"), options=options,
                           modules=machine.initrd(lab.build, ["kernel", "sigma0", SUITE], options), extra=meter.ICOUNT + meter.QUIET)
    status, text, _ = machine.collect(command, 120)
    assert status == 0, text[-600:]
    found = {name: (int(usual), int(worst)) for name, usual, worst in re.findall(r"# calm (\w+) (\d+) (\d+)", text)}
    assert {"ipc", "map"} <= set(found), text[-600:]
    for name, (usual, worst) in found.items():
        assert worst <= 2 * usual, f"{name}: {worst} instructions, {usual} without a task that takes all it can"


def calm_no_call_of_physmem_waits_for_a_boot_tasks_long_request(lab):
    """calm_test in the place of the root task: 4 MB, a thousand containers or handles at a time, and a
    program that wants a short answer meanwhile."""
    modules = ["calm_test" if name == "init" else name for name in machine.MODULES]
    command = machine.qemu(memory=64, kernel=machine.module_file(lab.build, "loader"), options={},
                           modules=machine.initrd(lab.build, modules, {}), extra=meter.ICOUNT + meter.QUIET)
    status, text, _ = machine.collect(command, 600)
    assert status == 0 and "# done" in text and "not ok" not in text, text[-1500:]
    usual, worst, gap, calls = map(int, re.search(r"# calm physmem (\d+) (\d+) gap (\d+) of (\d+) calls", text).groups())
    assert calls >= 10000, text[-600:]
    assert worst - usual <= LONGEST, f"a call waited for {worst} instructions, usually {usual}"
    assert gap <= LONGEST, f"{gap} instructions from one answer to the next"


def calm_no_call_of_physmem_waits_for_a_greedy_programs_requests(lab):
    """greedy_test in the place of the root task: what a call waits for that comes at any moment."""
    modules = ["greedy_test" if name == "init" else name for name in machine.MODULES]
    command = machine.qemu(memory=64, kernel=machine.module_file(lab.build, "loader"), options={},
                           modules=machine.initrd(lab.build, modules, {}), extra=meter.ICOUNT + meter.QUIET)
    status, text, _ = machine.collect(command, 300)
    assert status == 0 and "# done, 0 errors" in text, text[-1500:]
    found = re.findall(r"# greedy (\w+): usual (\d+) worst (\d+) calls (\d+) refused (\d+)", text)
    assert len(found) == 8, text[-1500:]
    for name, usual, worst, calls, refused in found:
        assert int(calls) >= 90 and refused == "0", f"{name}: {calls} calls, error {refused}"
        assert int(worst) - int(usual) <= LONGEST, f"{name}: a call waited for {worst} instructions, usually {usual}"
