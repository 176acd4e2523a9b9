# SPDX-License-Identifier: MIT
"""The specification's checklist and the tests that cite it, and the list of faults to seed; no machine is started."""
import os
import subprocess

import machine


def every_must_of_the_specification_is_cited_by_a_test(lab):
    """docs/spec section 9: a number that no test names is a gap."""
    tool = os.path.join(machine.TOP, "tools/conformance")
    done = subprocess.run([tool, "--uncited"], capture_output=True, text=True)
    assert done.returncode == 0, f"without a test: {done.stdout}{done.stderr}"


def the_conformance_page_lists_no_test_that_is_gone(lab):
    """docs/conformance.md is generated."""
    tool = os.path.join(machine.TOP, "tools/conformance")
    done = subprocess.run([tool, "--stale"], capture_output=True, text=True)
    assert done.returncode == 0, f"`make conformance` again, please: {done.stdout}{done.stderr}"


def every_fault_that_mutants_seed_fits_the_code(lab):
    """A script that changes no line any more tests nothing."""
    done = subprocess.run([os.path.join(machine.TOP, "tools/mutants"), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
