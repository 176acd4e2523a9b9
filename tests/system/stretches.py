# SPDX-License-Identifier: MIT
"""Interrupts are never off for long, whatever a user asks for: design and figures in docs/bench.md."""
import os
import sys

import machine

sys.path.insert(0, os.path.join(machine.TOP, "bench"))
import irqoff  # noqa: E402


def short(lab, suite):
    record = irqoff.measure_again(lab.build, suite)
    assert not record.judge(), "; ".join(record.judge())
    assert record.worst() <= irqoff.LIMIT, record.describe(record.stretches[-1])


def irqoff_the_longest_calls_are_interrupted_in_time(lab):
    short(lab, "guest-stretch")


def irqoff_ten_thousand_threads_are_served_with_interruptions(lab):
    short(lab, "guest-crowd")


def irqoff_a_record_is_judged(lab):
    lines = ["irqoff 00001388 00000035 f0100000 f0100010", "late 00000346"]
    assert irqoff.Record(lab.build, "x", lines, "", True).worst() == 5000 + irqoff.ENTRY
    assert not irqoff.Record(lab.build, "x", lines, "", True).judge()
    for bad, good in ((lines[:1] + ["late 00002000"], True), (lines + ["missed 00000001 f0100000 f0100010"], True), ([], True), (lines, False)):
        assert irqoff.Record(lab.build, "x", bad, "", good).judge(), bad
