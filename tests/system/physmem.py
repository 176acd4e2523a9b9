# SPDX-License-Identifier: MIT
"""physmem takes mappings away at random (init's option revoke=N): nobody may notice."""
import re

from boot import DEMO_LINE


def the_demo_survives_the_loss_of_mappings_at_every_request(lab):
    vm = lab.boot_iso(init="batch revoke=1")
    ending = vm.finish(180)
    assert ending.problem is None, ending.problem
    line = re.search(DEMO_LINE, vm.text)
    assert ending.status == 0 and line, f"status {ending.status}"
    faults = int(line.group(1))
    assert faults > 450, f"only {faults} faults: were mappings taken away at all?"
