# SPDX-License-Identifier: MIT
"""Programs that page themselves, beside themselves with the default policy (bench/paging)."""
import os
import sys

import machine
from bench import skip_walkers

sys.path.insert(0, os.path.join(machine.TOP, "bench"))
import budgets  # noqa: E402
import experiments  # noqa: E402
import meter  # noqa: E402


def paging_own_policies_keep_to_their_budgets(lab):
    """Each program also looks at every word that it reads; `# done` is its word for that."""
    skip_walkers(lab.build)
    rows = experiments.run(lab.build, ["scan", "join", "hotscan", "gc", "regen"])
    table = meter.table()
    ratios = {name: value for name, value, _ in experiments.figures(rows)}
    assert set(ratios) == {name for name in table if name.startswith("paging.")} - {"paging.plan", "paging.control"}, ratios
    wrong = budgets.judge(ratios, table)
    assert not wrong, "; ".join(wrong)
    assert rows["scan.1.1", "clock"].pages == 20 * 1100 and rows["scan.1.1", "own"]["first"] == 1100, rows


def paging_own_rules_lose_where_there_is_no_rule(lab):
    skip_walkers(lab.build)
    rows = experiments.run(lab.build, ["skew", "regen"])
    assert rows["skew", "own"].pages > 2 * rows["skew", "clock"].pages, rows
    assert rows["regen.dear", "own"].time > 2 * rows["regen.dear", "paged"].time, rows


def paging_a_stream_with_frames_of_its_own_meets_its_deadlines(lab):
    skip_walkers(lab.build)
    rows = experiments.run(lab.build, ["stream"])
    assert rows["stream", "own"]["late"] == 0 and rows["stream", "clock"]["late"] > 10, rows


def paging_an_aggressor_costs_a_victim_nothing_unless_one_pager_has_both(lab):
    skip_walkers(lab.build)
    rows = {case: row for (_, case), row in experiments.run(lab.build, ["isolation"]).items()}
    alone, beside = rows["own.alone"].pages, rows["own.beside"].pages
    assert abs(beside - alone) * 50 <= alone, rows
    assert rows["own.beside"]["instr"] > rows["own.alone"]["instr"] + 1000000, rows     # the aggressor was not asleep
    assert rows["central.beside"].pages > 1.5 * rows["central.alone"].pages, rows
