# SPDX-License-Identifier: MIT
"""Page reference traces of real programs: what is known of them, the simulator, and their replay in the booted system.

bench/replay.py FILE.trace.xz: the trace's text, to stdout."""
import collections
import functools
import glob
import lzma
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KEPT = os.path.join(TOP, "bench/traces")        # those in the repository, and a table for all
PERCENT = (25, 50, 80)
Known = collections.namedtuple("Known", "frames opt lru written clock fifo")        # each a list, for PERCENT of the pages
Counts = collections.namedtuple("Counts", "policy frames faults first fetched reads evicted written microseconds")


def folder():
    """TRACES in the environment is a folder with more of them."""
    return os.environ.get("TRACES") or KEPT


def files():
    """{name: file}"""
    return {os.path.basename(path)[:-len(".trace.xz")]: path for path in sorted(glob.glob(os.path.join(folder(), "*.trace.xz")))}


def known():
    """{name: Known}, out of the table "Expected faults" in bench/traces/README.md"""
    table = {}
    with open(os.path.join(KEPT, "README.md"), encoding="utf-8") as lines:
        for line in lines:
            cells = [cell.strip() for cell in line.split("|")[1:-1]]
            if len(cells) == 7 and re.fullmatch(r"\d+ / \d+ / \d+", cells[1]):
                table[cells[0]] = Known(*([int(number) for number in cell.split("/")] for cell in cells[1:]))
    return table


@functools.lru_cache(1)
def text_of(path):
    with lzma.open(path) as trace:
        return trace.read()


def simulate(build, path, frames, policies, *options):
    """[Counts]: for each number of frames (or percentage, "50%") each policy."""
    done = subprocess.run([os.path.join(build, "tools/pagesim"), *options, ",".join(str(n) for n in frames), *policies], check=True,
                          input=text_of(path), stdout=subprocess.PIPE)
    rows = [line.split() for line in done.stdout.decode().splitlines()]
    return [Counts(row[0], *(int(word) for word in row[1:])) for row in rows]


def differences(build, name, path):
    """Sentences: where the simulator does not give what is known of a trace."""
    want, wrong = known()[name], []
    got = simulate(build, path, [f"{n}%" for n in PERCENT], ["opt", "lru", "clock", "fifo"])
    for place, percent in enumerate(PERCENT):
        for policy in ("opt", "lru", "clock", "fifo"):
            counts = [c for c in got if c.policy == policy][place]
            pairs = [("frames", counts.frames, want.frames), ("faults", counts.faults, getattr(want, policy))]
            if policy == "lru":
                pairs.append(("write-backs", counts.written, want.written))
            wrong += [f"{name}, {policy} at {percent} %: {number} {what}, not {known[place]}"
                      for what, number, known in pairs if number != known[place]]
    return wrong


# ---- in the booted system ----

LINE = re.compile(r"^replay (\S+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)$", re.M)


def replay(build, name, runs):
    """Plays the trace with each of "POLICY@FRAMES"; ({run: Counts}, {run: instructions}).  A policy that goes by the slots of the
    library's pool has to be the first: slots stay when a run ends."""
    import machine
    import meter
    with tempfile.TemporaryDirectory(prefix="replay-") as place:
        archive = os.path.join(place, "bench.cpio")
        subprocess.run([os.path.join(TOP, "tools/archive"), archive, os.path.join(build, f"strip/replay-{name}")], check=True,
                       stdout=subprocess.DEVNULL)
        done = meter.boot(build, machine.MODULES[:-1] + [archive], {"init": ",".join([f"batch run=replay-{name}"] + runs)}, timeout=1200)
    assert done.good, done.complaint()
    counts, took = {}, {}
    for match in LINE.finditer(done.text.replace("\r", "")):
        policy, *numbers = match.groups()
        frames, fetched, first, reads, evicted, written, instructions = (int(n) for n in numbers)
        counts[f"{policy}@{frames}"] = Counts(policy, frames, fetched, first, fetched, reads, evicted, written, 0)
        took[f"{policy}@{frames}"] = instructions
    assert list(counts) == runs, f"{name}: {list(counts)} instead of {runs}"
    return counts, took


def compare(build, name, path, runs):
    """Sentences: where the booted system is more than 1 % away from the simulator with a pager's sampling."""
    counts, _ = replay(build, name, runs)
    wrong = []
    for run, got in counts.items():
        policy, ahead, _ = got.policy.partition("+")
        want = simulate(build, path, [got.frames], [policy], "--pager", *(["--ahead=15"] if ahead else []))[0]
        for what in ("reads", "fetched", "first", "evicted", "written"):
            ours, theirs = getattr(got, what), getattr(want, what)
            if abs(ours - theirs) * 100 > theirs:
                wrong.append(f"{name}, {run}: {ours} {what} in the system, {theirs} in the simulator")
    return wrong


if __name__ == "__main__":
    with lzma.open(sys.argv[1]) as trace:
        shutil.copyfileobj(trace, sys.stdout.buffer)
