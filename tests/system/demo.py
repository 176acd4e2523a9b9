# SPDX-License-Identifier: MIT
"""The demo tells the truth: what it counts, and what it must notice."""
import re

from boot import DEMO_LINE


def run_batch(lab, arguments):
    vm = lab.boot_iso(init="batch demo=" + arguments)
    ending = vm.finish(180)
    assert ending.problem is None, ending.problem
    return ending.status, re.search(DEMO_LINE, vm.text)


def the_demo_counts_more_faults_and_frames_with_more_pages(lab):
    figures = []
    for pages in (64, 160):
        status, line = run_batch(lab, f"--pages={pages}")
        assert status == 0 and line, f"--pages={pages}: status {status}"
        figures.append([int(n) for n in line.groups()])
    (faults, tasks, frames), (more_faults, more_tasks, more_frames) = figures
    assert tasks == more_tasks >= 3, figures
    assert more_faults > faults and more_frames > frames, figures


def the_demo_notices_a_bit_flipped_behind_its_back(lab):
    for page in (1, 5):
        status, line = run_batch(lab, f"--corrupt={page}")
        assert status not in (0, None) and not line, f"--corrupt={page}: status {status}"


def the_demo_notices_frames_that_do_not_come_back(lab):
    status, line = run_batch(lab, "--no-return")
    assert status not in (0, None) and not line, f"status {status}"


def the_demo_runs_again_from_the_shell(lab):
    vm = lab.boot_iso()
    first = vm.expect(DEMO_LINE, 120).groups()
    vm.expect("pecan> ")
    again = re.search(DEMO_LINE, vm.command("run demo", 120))
    assert again and again.groups() == first, f"first {first}, then {again and again.groups()}"
