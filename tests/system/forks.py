# SPDX-License-Identifier: MIT
"""fork() as the shell shows it, with and without the policy server."""
import re

from driver import shell


def forks_well(vm):
    said = vm.command("forks")
    assert re.search(r"child (\d+) of (\d+): number 2, shared 3", said), said
    assert re.search(r"parent \d+ of \d+: number 1, shared 3, the child's status 4", said), said


def a_program_forks_in_the_shell(lab):
    forks_well(shell(lab, ""))


def the_policy_server_runs_beside_programs(lab):
    vm = shell(lab, "policy")
    forks_well(vm)
    assert re.search(r"^ *\d+ +policy ", vm.command("ps"), re.M), vm.text
