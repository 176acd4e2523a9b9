# SPDX-License-Identifier: MIT
"""What calls cost may not creep up: bench/figures holds the recorded figures."""
import os
import sys

import guest
import machine

sys.path.insert(0, os.path.join(machine.TOP, "bench"))
import growth  # noqa: E402
import meter  # noqa: E402
import steps  # noqa: E402

ROOT = ["kernel", "sigma0", "bench"]


def skip_walkers(build):
    if os.path.basename(os.path.normpath(build)) == "check":
        raise guest.Skip("the invariant walkers are not what calls cost")


def allowed(recorded):
    """More than a little is a lot: the meter itself is exact, but a change elsewhere may cost an instruction or two."""
    return recorded * 1.02 + 2


def compare(lab, kernel_options, names):
    """The figures of one boot against the recorded ones; names maps what the program says to what the table says."""
    skip_walkers(lab.build)
    done = meter.boot(lab.build, ROOT, {"loader": "loader " + kernel_options})
    assert done.good, done.complaint()
    table = meter.table()
    seen = {names(name): value for name, value, unit in done.figures if names(name) in table and table[names(name)].unit == unit}
    worse = [f"{name}: {value:g}, recorded {table[name].recorded:g}" for name, value in seen.items()
             if table[name].recorded is not None and value > allowed(table[name].recorded)]
    assert seen, "no figures at all"
    assert not worse, "; ".join(worse)


def bench_calls_cost_no_more_than_recorded(lab):
    compare(lab, "", lambda name: name)


def bench_growth_is_told_from_flat_and_logarithmic(lab):
    assert growth.verdict([(10, 54.5), (100, 54.5), (1000, 56)]) == "flat"
    assert growth.verdict([(10, 100), (100, 130), (1000, 160), (10000, 195)]) == "logarithmic"
    assert growth.verdict([(10, 10), (100, 100), (1000, 1000)]) == "grows"
    assert growth.verdict([(10, 500), (100, 505), (1000, 560), (10000, 1100)]) == "grows"


def bench_the_plain_path_costs_no_more_than_recorded(lab):
    compare(lab, "nofast", {"ipc.inter.0": "ipc.plain.0"}.get)


def bench_costs_are_flat_or_logarithmic(lab):
    skip_walkers(lab.build)
    _, wrong = growth.measure(lab.build)
    assert not wrong, "; ".join(wrong)


def bench_an_ipc_between_spaces_loads_cr3_once_and_no_segment(lab):
    skip_walkers(lab.build)
    for name, writes in (("ipc.inter.0", 2), ("ipc.intra.0", 0)):       # there and back
        with steps.Lab(lab.build) as stopped:
            trace = stopped.instructions(stopped.follow(name))
        assert 100 < len(trace) < 200, f"{name}: {len(trace)} instructions is no round trip by the fast path"
        assert steps.count(trace, steps.CR3) == steps.count(trace, steps.FLUSH) == writes, name
        assert steps.count(trace, steps.SEGMENT) == 0, name
