# SPDX-License-Identifier: MIT
"""Budgets: bench/figures says what a call may cost, docs/gaps.md which figures are over that for now, and how far.

A row of docs/gaps.md is `| bench | NAME takes up to NUMBER | ...`."""
import os
import re

import meter

GAPS = os.path.join(meter.TOP, "docs/gaps.md")


def gaps():
    """{name: the most that it takes for now}"""
    with open(GAPS, encoding="utf-8") as lines:
        found = re.findall(r"^\| bench \| (\S+) takes up to ([\d,.]+) ", lines.read(), re.M)
    return {name: float(number.replace(",", "")) for name, number in found}


def over(row, value):
    """Is the value worse than its budget?  (threads, ratio: the more the better)"""
    return row.budget is not None and (value < row.budget if row.unit in ("threads", "ratio") else value > row.budget)


def judge(values, table=None, listed=None):
    """Sentences about {name: value} that do not keep to the table and to the gaps."""
    table, listed = table or meter.table(), gaps() if listed is None else listed
    wrong = [f"docs/gaps.md lists {name}, which has no budget" for name in listed if name not in table or table[name].budget is None]
    for name, value in values.items():
        if name not in table:
            continue
        bad, most = over(table[name], value), listed.get(name)
        if bad and most is None:
            wrong.append(f"{name} is {value:.10g}, over its budget of {table[name].budget:.10g}, and docs/gaps.md does not list it")
        elif bad and value > most:
            wrong.append(f"{name} is {value:.10g}, more than the {most:.10g} in docs/gaps.md")
        elif not bad and most is not None:
            wrong.append(f"{name} is {value:.10g}, within its budget: its row in docs/gaps.md can go")
    return wrong
