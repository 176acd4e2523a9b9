# SPDX-License-Identifier: MIT
"""The example of <hurd/policy.h>: the same loop under each policy, by the fetches that it counts."""
import re

from shell import shell


def a_programs_own_policy_beats_the_librarys_on_its_own_loop(lab):
    said = shell(lab).command("run policies")
    fetched = {name: int(n) for name, n in re.findall(r"^ +(\w+) +(\d+) pages fetched", said, re.M)}
    assert fetched["clock"] == fetched["fifo"] == 1100, said    # ten rounds of 110, every one a miss
    assert fetched["scan"] == 110 + 9 * 11, said                # a hundred stay, but one frame is for the others
    assert fetched["scan"] < fetched["mru"] < 1100 and 110 < fetched["2q"] <= 1100, said
    assert 200 < fetched["random"] < 500, said
