# SPDX-License-Identifier: MIT
"""Quotas keep others calm: tests/guest/adversary/calm.c with a clock that counts instructions."""
import os
import re
import sys

import machine

sys.path.insert(0, os.path.join(machine.TOP, "bench"))
import meter  # noqa: E402

SUITE, ATTEMPT = "adversary_root", "the_worst_of_ten_thousand_calls"


def calm_the_worst_of_ten_thousand_calls_is_at_most_twice_its_usual_cost(lab):
    options = {SUITE: "only=" + ATTEMPT}
    command = machine.qemu(memory=64, kernel=machine.module_file(lab.build, "loader"), options=options,
                           modules=machine.initrd(lab.build, ["kernel", "sigma0", SUITE], options), extra=meter.ICOUNT + meter.QUIET)
    status, text, _ = machine.collect(command, 120)
    assert status == 0, text[-600:]
    found = {name: (int(usual), int(worst)) for name, usual, worst in re.findall(r"# calm (\w+) (\d+) (\d+)", text)}
    assert {"ipc", "map"} <= set(found), text[-600:]
    for name, (usual, worst) in found.items():
        assert worst <= 2 * usual, f"{name}: {worst} instructions, {usual} without anybody who takes all he can"
