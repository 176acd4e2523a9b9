# SPDX-License-Identifier: MIT
"""Programs that page themselves beside themselves with the default policy (bench/paging), and real programs' traces: figures,
build/paging.json, pictures, and the tables of docs/paging.md."""
import json
import os
import re
import subprocess
import sys
import tempfile

import machine
import meter
import replay

DOC = os.path.join(meter.TOP, "docs/paging.md")
LINE = re.compile(r"^paging (\S+) (\S+) (\w+=\d+(?: \w+=\d+)*)$", re.M)
MICROSECOND = 1000                              # instructions
ALL = ["scan", "join", "hotscan", "gc", "regen", "plan", "control", "skew", "stream", "isolation", "sweep"]

# The names that `make bench` keeps: (experiment, the baseline's case, our case, what is compared)
RATIOS = {
    "paging.scan.1.02": ("scan.1.02", "clock", "own", "pages"),
    "paging.scan.1.1": ("scan.1.1", "clock", "own", "pages"),
    "paging.scan.2.0": ("scan.2.0", "clock", "own", "pages"),
    "paging.join.1.1": ("join.1.1", "clock", "own", "pages"),
    "paging.hotscan": ("hotscan", "clock", "own", "pages"),
    "paging.gc": ("gc", "clock", "own", "pages"),
    "paging.regen": ("regen", "paged", "own", "time"),
    "paging.plan": ("plan", "naive", "own", "pages"),
    "paging.control": ("control", "clock", "own", "pages"),
}

# What a program knows of the traced one: its best rule.  Where nothing is known, "lru" stands for the default.
RULES = {"sqlite-scan": "rule:1", "sqlite-join": "rule:12:1:130", "mp3-decode": "rule:2:8", "matmul-naive": "rule:2",
         "sqlite-mixed": "rule:12:32", "im-resize": "rule:1:32", "matmul-blocked": "rule:123:8", "sqlite-lookup": "rule:2:8"}


class Row(dict):
    """The counts of one run."""

    @property
    def pages(self):
        return self["first"] + self["again"]

    @property
    def time(self):
        """Microseconds: the modelled disk's, and what the instructions take at 1,000 in one."""
        return self["disk"] + self["instr"] / MICROSECOND


def run(build, names, timeout=900):
    """{(experiment, case): Row}, sweeps with the frames in the case's name"""
    with tempfile.TemporaryDirectory(prefix="paging-") as place:
        archive = os.path.join(place, "bench.cpio")
        subprocess.run([os.path.join(meter.TOP, "tools/archive"), archive, os.path.join(build, "strip/selfpaged")], check=True,
                       stdout=subprocess.DEVNULL)
        done = meter.boot(build, machine.MODULES[:-1] + [archive], {"init": ",".join(["batch run=selfpaged"] + names)}, timeout=timeout)
    assert done.good, done.complaint()
    rows = {}
    for experiment, case, words in LINE.findall(done.text.replace("\r", "")):
        row = Row((name, int(number)) for name, number in (word.split("=") for word in words.split()))
        rows[experiment, f"{case}@{row['frames']}" if experiment == "sweep" else case] = row
    return rows


def figures(rows):
    """[(name, ratio, "ratio")]: the baseline's figure over ours"""
    return [(name, round(getattr(rows[experiment, base], what) / getattr(rows[experiment, ours], what), 2), "ratio")
            for name, (experiment, base, ours, what) in RATIOS.items() if (experiment, ours) in rows]


# ---- traces: the simulator on each, and the booted system beside it ----

AHEAD = ["--ahead=7"]
PAGER_AHEAD = ["--pager", "--ahead=15"]         # what libhurd-mm does with MADV_SEQUENTIAL
SHARES = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 150, 200, 400]       # of a trace's pages, in percent


def judge_trace(build, name, path):
    """Counts at half of the memory, a curve over the memory, and the booted system: a dictionary, and sentences."""
    rule = RULES.get(name, "lru")
    half = {c.policy: c.faults for c in replay.simulate(build, path, ["50%"], ["opt", "lru", "clock", "2q", "arc", rule])}
    frames = replay.known()[name].frames
    ahead = replay.simulate(build, path, ["50%"], ["lru"], *AHEAD)[0]
    munmap = replay.simulate(build, path, ["50%"], ["lru"], "--unmap")[0]
    curve = {}
    for c in replay.simulate(build, path, [f"{share}%" for share in SHARES], ["opt", "lru", rule]):
        curve.setdefault(c.policy, []).append(c.faults)
    runs = [f"clock@{n}" for n in frames] + ([f"{rule}@{frames[1]}"] if rule != "lru" else [])
    runs.append(f"clock+ahead@{frames[1]}")
    pager = {"alone": replay.simulate(build, path, ["50%"], ["clock"], "--pager")[0]._asdict(),
             "ahead": replay.simulate(build, path, ["50%"], ["clock"], *PAGER_AHEAD)[0]._asdict()}
    wrong = replay.differences(build, name, path) + replay.compare(build, name, path, runs)
    lru = replay.simulate(build, path, ["50%"], ["lru"])[0]
    return {"rule": rule, "half": half, "curve": curve, "ahead": ahead._asdict(), "munmap": munmap._asdict(), "disk": lru.microseconds,
            "pager": pager, "replayed": runs}, wrong


def traces(build):
    """({name: what judge_trace() says}, sentences)"""
    result, wrong = {}, []
    for name, path in replay.files().items():
        result[name], sentences = judge_trace(build, name, path)
        wrong += sentences
        print(f"# trace {name}: {len(result[name]['replayed'])} replays, {'as simulated' if not sentences else 'WRONG'}")
    return result, wrong


# ---- pictures ----

COLORS = ["#c64", "#48a", "#4a8", "#a4a"]


def picture(title, across, series, names):
    """Curves: across is the shares of memory, series {name: [faults]}; the axis upwards is logarithmic."""
    import math
    top = max(max(values) for values in series.values())
    low = max(1, min(min(values) for values in series.values()))
    span = math.log(top / low) or 1
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="560" height="300" font-family="sans-serif" font-size="12">',
           f'<text x="10" y="16">{title}</text>',
           '<line x1="70" y1="260" x2="540" y2="260" stroke="#333"/><line x1="70" y1="30" x2="70" y2="260" stroke="#333"/>',
           f'<text x="8" y="40">{top}</text><text x="8" y="260">{low}</text>']
    step = 470 / max(1, len(across) - 1)
    for i, share in enumerate(across):
        out.append(f'<text x="{62 + step * i:.0f}" y="276">{share}</text>')
    out.append('<text x="200" y="294">memory, in percent of what is used</text>')
    for (name, values), color in zip(series.items(), COLORS):
        points = " ".join(f"{70 + step * i:.0f},{260 - 225 * math.log(max(value, low) / low) / span:.0f}" for i, value in enumerate(values))
        row = list(series).index(name)
        out.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>'
                   f'<text x="450" y="{40 + 16 * row}" fill="{color}">{names.get(name, name)}</text>')
    return "\n".join(out + ["</svg>"]) + "\n"


def sweep_of(rows):
    """(percentages, {case: [pages that came in]}) of the loop over one table"""
    found = sorted({row["frames"] for (experiment, _), row in rows.items() if experiment == "sweep"})
    series = {case: [rows["sweep", f"{case}@{frames}"].pages for frames in found] for case in ("clock", "2q", "own")}
    return [round(frames / 4) for frames in found], series


def draw(build, rows, judged):
    """{file name: picture}"""
    across, series = sweep_of(rows)
    out = {"paging-scan.svg": picture("pages that came in: 400 pages, ten times over", across, series, {"own": "keeps the front"})}
    for name in ("sqlite-scan", "sqlite-join"):
        if name in judged:
            curve = judged[name]["curve"]
            out[f"paging-{name}.svg"] = picture(f"faults of {name}", SHARES, curve,
                                                {"opt": "the best that can be", "lru": "LRU", judged[name]["rule"]: "region rule"})
    for name, text in out.items():
        with open(os.path.join(build, name), "w", encoding="utf-8") as file:
            file.write(text)
    return out


# ---- tables ----

def table_of_programs(rows):
    lines = ["| experiment | case | frames | first touches | re-faults | disk reads | pages written | million instructions | disk, s | late |",
             "|---|---|---|---|---|---|---|---|---|---|"]
    for (experiment, case), r in rows.items():
        if experiment != "sweep":
            lines.append(f"| {experiment} | {case} | {r['frames']} | {r['first']} | {r['again']} | {r['reads']} | {r['written']} "
                         f"| {r['instr'] / 1e6:.1f} | {r['disk'] / 1e6:.2f} | {r['late'] or '-'} |")
    return lines


def table_of_sweep(rows):
    across, series = sweep_of(rows)
    lines = ["| memory, percent of the table | " + " | ".join(str(share) for share in across) + " |", "|---" * (len(across) + 1) + "|"]
    return lines + [f"| {name} | " + " | ".join(str(n) for n in values) + " |" for name, values in series.items()]


def table_of_traces(judged):
    lines = ["| trace | rule | OPT | LRU | CLOCK | 2Q | ARC | rule's | LRU that knows munmap | LRU reading 7 ahead: faults | disk, s: LRU / reading ahead |",
             "|---|---|---|---|---|---|---|---|---|---|---|"]
    for name, t in judged.items():
        h, rule = t["half"], t["rule"]
        lines.append(f"| {name} | {rule if rule != 'lru' else '-'} | {h['opt']} | {h['lru']} | {h['clock']} | {h['2q']} | {h['arc']} "
                     f"| {h[rule] if rule != 'lru' else '-'} | {t['munmap']['faults']} | {t['ahead']['faults']} "
                     f"| {t['disk'] / 1e6:.1f} / {t['ahead']['microseconds'] / 1e6:.1f} |")
    return lines


def table_of_reading_ahead(judged):
    lines = ["| trace | frames | CLOCK: requests | disk, s | reading ahead: requests | pages | disk, s |", "|---|---|---|---|---|---|---|"]
    for name, t in judged.items():
        alone, ahead = t["pager"]["alone"], t["pager"]["ahead"]
        lines.append(f"| {name} | {alone['frames']} | {alone['reads']} | {alone['microseconds'] / 1e6:.1f} | {ahead['reads']} "
                     f"| {ahead['fetched']} | {ahead['microseconds'] / 1e6:.1f} |")
    return lines


def record(build, rows, judged, pictures):
    """The tables in docs/paging.md, each between its marks, and the pictures beside it."""
    with open(DOC, encoding="utf-8") as source:
        text = source.read()
    for mark, lines in (("programs", table_of_programs(rows)), ("sweep", table_of_sweep(rows)), ("traces", table_of_traces(judged)),
                        ("ahead", table_of_reading_ahead(judged))):
        text = re.sub(rf"(<!-- {mark} -->\n).*?(<!-- end -->)", lambda m: m[1] + "\n".join(lines) + "\n" + m[2], text, flags=re.S)
    with open(DOC, "w", encoding="utf-8") as out:
        out.write(text)
    for name, picture_text in pictures.items():
        with open(os.path.join(meter.TOP, "docs", name), "w", encoding="utf-8") as out:
            out.write(picture_text)


def measure(build):
    """([(name, value, unit)], all is as it should be).  RECORD=1 writes docs/paging.md."""
    try:
        rows = run(build, ALL)
        judged, wrong = traces(build)
    except AssertionError as problem:
        print(f"paging: {problem}", file=sys.stderr)
        return [], False
    for sentence in wrong:
        print(f"paging: {sentence}", file=sys.stderr)
    pictures = draw(build, rows, judged)
    with open(os.path.join(build, "paging.json"), "w", encoding="utf-8") as out:
        json.dump({"programs": {f"{experiment} {case}": row for (experiment, case), row in rows.items()}, "traces": judged}, out, indent=1)
        out.write("\n")
    if os.environ.get("RECORD"):
        record(build, rows, judged, pictures)
    for line in table_of_programs(rows) + table_of_sweep(rows):
        print("# " + line)
    return figures(rows), not wrong
