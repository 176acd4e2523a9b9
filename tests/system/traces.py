# SPDX-License-Identifier: MIT
"""Traces of real programs: the simulator's counts are the known ones, and the booted system's are the simulator's."""
import os
import sys

import machine
from bench import skip_walkers

sys.path.insert(0, os.path.join(machine.TOP, "bench"))
import replay  # noqa: E402


def traces_are_counted_by_the_simulator_as_is_known(lab):
    """With TRACES=FOLDER: of all traces there."""
    files = replay.files()
    assert {"sqlite-scan", "sqlite-join", "mp3-decode"} <= set(files), files
    assert len(replay.known()) == 19
    wrong = [sentence for name, path in files.items() for sentence in replay.differences(lab.build, name, path)]
    assert not wrong, "; ".join(wrong)


def traces_a_scan_of_a_data_base_faults_as_simulated(lab):
    skip_walkers(lab.build)
    wrong = replay.compare(lab.build, "sqlite-scan", os.path.join(replay.KEPT, "sqlite-scan.trace.xz"),
                           ["random:7@1398", "clock@699", "rule:1@1398", "clock+ahead@699"])
    assert not wrong, "; ".join(wrong)


def traces_a_nested_loop_join_faults_as_simulated(lab):
    skip_walkers(lab.build)
    wrong = replay.compare(lab.build, "sqlite-join", os.path.join(replay.KEPT, "sqlite-join.trace.xz"), ["rule:12:1:130@722", "rule:12:1:130+ahead@722"])
    assert not wrong, "; ".join(wrong)


def traces_a_decoder_with_write_backs_faults_as_simulated(lab):
    skip_walkers(lab.build)
    wrong = replay.compare(lab.build, "mp3-decode", os.path.join(replay.KEPT, "mp3-decode.trace.xz"),
                           ["clock@1247", "2q@390", "mru:8@779", "clock+ahead@1247", "2q+ahead@390"])
    assert not wrong, "; ".join(wrong)


def traces_a_region_rule_comes_near_the_best_that_can_be(lab):
    for name, rule in (("sqlite-scan", "rule:1"), ("sqlite-join", "rule:12:1:130")):
        best, ours, clock = replay.simulate(lab.build, os.path.join(replay.KEPT, name + ".trace.xz"), ["50%"], ["opt", rule, "clock"])
        assert ours.faults <= 1.1 * best.faults < clock.faults, (name, best, ours, clock)
