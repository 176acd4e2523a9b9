# SPDX-License-Identifier: MIT
"""physmem moves pages to other frames at random, all the time (init's option shake=SEED): nobody may notice."""
import re

import machine

from boot import DEMO_LINE


def good_end(vm, least, status=0):
    """Its words, if it came to a good end and pages have moved."""
    ending = vm.finish(600)
    assert ending.problem is None, ending.problem
    assert ending.status <= status, f"status {ending.status}"
    moved = int(re.search(r"physmem has moved (\d+) pages", vm.text).group(1))
    assert moved >= least, f"only {moved} pages have moved"
    return vm.text


def boot(lab, init):
    return lab.boot_modules(modules=machine.MODULES[:-1] + ["tests.cpio"], options={"init": init})


def passes(said):
    assert "# done" in said and re.search(r"^ok 1 ", said, re.M) and not re.search(r"^not ok", said, re.M), said


def the_demo_does_not_notice_that_pages_move(lab):
    assert re.search(DEMO_LINE, good_end(lab.boot_iso(init="batch shake=5"), 500))


# A test of advice, and why it failed: each line says that it counted more faults than advice leaves.
MORE_FAULTS = re.compile(r"((?:^# \S+: (?:faults_of\(|counters\(\)\.faults is).*\n)+)"
                         r"^not (ok \d+ - (?:madvise_|mmap_populate_takes_no_faults|vm_allocate_now_takes_no_faults))", re.M)


def more_faults_only(found):
    counts = re.findall(r" is (\d+) \(\w+\), wanted (\d+) ", found[1])
    assert len(counts) == len(found[1].splitlines()) and all(int(seen) > int(wanted) for seen, wanted in counts), found[0]
    return found[2]


# A loop under CLOCK, which found a page that had moved, and had been faulted for, in its turn of the clock.
FEWER_FETCHES = re.compile(r"^# \S+: loop_fetches\(&hurd_policy_clock, .* is (\d+) \(\w+\), wanted (\d+) .*\nnot (ok \d+ - a_loop_over_more_than_there_is)",
                           re.M)


def fewer_fetches_only(found):
    assert int(found[1]) < int(found[2]), found[0]
    return found[3]


def programs_that_page_themselves_do_not_notice_that_pages_move(lab):
    """But a page that moves faults once more, so tests that count the faults which advice saves may count too many; and the fault looks
    like a use to CLOCK, which then spares a page in a loop that never hits otherwise."""
    said = good_end(boot(lab, "batch shake=20 run=mm_test"), 5000, status=1).replace("\r", "")
    passes(FEWER_FETCHES.sub(fewer_fetches_only, MORE_FAULTS.sub(more_faults_only, said)))


def clients_of_physmem_do_not_notice_that_pages_move(lab):
    """Not those tests that look at a window of which no pager takes care: it loses its mappings, as it must."""
    vm = boot(lab, "init shake=8")
    vm.expect("pecan> ", 180)
    for part in ("long_request", "control_split", "a_control", "first_control", "container_create", "unlocked", "gifts", "a_gift_needs",
                 "a_gift_goes", "statistics", "nobody_but_the_owner"):
        passes(vm.command(f"run physmem_test only={part}", 300))
    assert int(re.search(r"(\d+) pages moved", vm.command("mem")).group(1)) > 1000


def programs_that_fork_do_not_notice_that_pages_move(lab):
    passes(good_end(boot(lab, "batch shake=9 swap=ram:4 run=fork_test"), 500).replace("\r", ""))
