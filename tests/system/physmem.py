# SPDX-License-Identifier: MIT
"""physmem takes mappings away at random (init's option revoke=N): nobody may notice."""
import re

import machine

from boot import DEMO_LINE


def the_demo_survives_the_loss_of_mappings_at_every_request(lab):
    vm = lab.boot_iso(init="batch revoke=1")
    ending = vm.finish(180)
    assert ending.problem is None, ending.problem
    line = re.search(DEMO_LINE, vm.text)
    assert ending.status == 0 and line, f"status {ending.status}"
    faults = int(line.group(1))
    assert faults > 450, f"only {faults} faults: were mappings taken away at all?"


def what_a_program_pages_itself_survives_the_loss_of_mappings(lab):
    vm = lab.boot_modules(modules=machine.MODULES[:-1] + ["tests.cpio"], options={"init": "init revoke=1"})
    vm.expect("pecan> ", 180)
    for part in ("changed_pages", "a_handler", "a_write_barrier", "four_threads", "eviction_makes", "mremap_moves", "msync"):
        said = vm.command(f"run mm_test only={part}", 300)
        assert "# done" in said and not re.search(r"^not ok", said, re.M), said
        assert re.search(r"^ok 1 ", said, re.M), f"{part} names no test: {said}"
