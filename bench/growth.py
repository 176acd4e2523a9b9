# SPDX-License-Identifier: MIT
"""How costs grow with how much there is: runs the program `growth`, judges every curve, draws them.

A curve is flat when its highest point is at most a tenth (and four instructions) above its lowest, logarithmic when ten times as
much never adds more than twice what the first ten times added.  Anything else grows, and is a failure."""
import os
import re
import subprocess
import tempfile

import meter

MODULES = ["kernel", "sigma0", "growth"]
MEMORY = 256
KERNEL_MEMORY = "144M"
SYSTEM_MEMORY = 640     # megabytes: room for a task of 100,000 frames

# The curves: name of the figures, what they are, and what is counted on the horizontal axis.
CURVES = {
    "ipc.inter": ("IPC between spaces", "threads alive"),
    "ipc.intra": ("IPC in one space", "threads alive"),
    "ipc.timeout": ("IPC with timeouts armed", "sleepers"),
    "tick": ("timer interrupt", "sleepers"),
    "thread": ("ThreadControl: one comes, one goes", "threads alive"),
    "siblings.map": ("map a page, call and answer", "siblings"),
    "siblings.unmap.one": ("unmap one of them", "siblings"),
    "siblings.unmap.each": ("unmap all of them, each", "siblings"),
    "chain.map": ("map the deepest page on, call and answer", "depth"),
    "chain.unmap.leaf": ("unmap the deepest", "depth"),
    "chain.unmap.each": ("unmap the whole chain, each", "depth"),
    "fault.frames": ("a fault that the task itself serves", "frames that it has"),
    "fault.containers": ("the same", "containers that it has"),
}
WIDTH, HEIGHT, COLUMNS = 300, 120, 3


def curves(figures):
    """{name: [(n, value)]} out of growth.NAME.N."""
    found = {}
    for name, value, _ in figures:
        match = re.fullmatch(r"growth\.(.*)\.(\d+)", name)
        if match:
            found.setdefault(match[1], []).append((int(match[2]), value))
    return found


def verdict(points):
    """How it grows, in one word."""
    values = [value for _, value in sorted(points)]
    if max(values) <= 1.1 * min(values) + 4 or values == sorted(values, reverse=True):
        return "flat"
    steps = [b - a for a, b in zip(values, values[1:])]
    if max(steps) <= max(2 * steps[0], 0.1 * values[0]):
        return "logarithmic"
    return "grows"


def draw_one(name, points, x, y):
    """One small picture: n to the right by powers of ten, instructions upwards from 0."""
    title, axis = CURVES[name]
    top = max(value for _, value in points) * 1.25
    at = [(x + 30 + (len(str(n)) - 2 + (0 if str(n)[0] == "1" else 0.7)) * 65, y + HEIGHT - 30 - value / top * (HEIGHT - 55), n, value)
          for n, value in sorted(points)]
    line = " ".join(f"{px:.0f},{py:.0f}" for px, py, _, _ in at)
    out = [f'<text x="{x + 10}" y="{y + 14}" font-weight="bold">{title}</text>',
           f'<line x1="{x + 10}" y1="{y + HEIGHT - 30}" x2="{x + WIDTH - 20}" y2="{y + HEIGHT - 30}" stroke="#999"/>',
           f'<polyline points="{line}" fill="none" stroke="#286" stroke-width="2"/>']
    for px, py, n, value in at:
        out += [f'<circle cx="{px:.0f}" cy="{py:.0f}" r="3" fill="#286"/>',
                f'<text x="{px:.0f}" y="{py - 6:.0f}" text-anchor="middle">{value:g}</text>',
                f'<text x="{px:.0f}" y="{y + HEIGHT - 17}" text-anchor="middle" fill="#666">{n}</text>']
    out.append(f'<text x="{x + WIDTH - 20}" y="{y + HEIGHT - 5}" text-anchor="end" fill="#666">{axis}: {verdict(points)}</text>')
    return out


def draw(found, path):
    names = [name for name in CURVES if name in found]
    rows = (len(names) + COLUMNS - 1) // COLUMNS
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH * COLUMNS}" height="{(HEIGHT + 10) * rows + 20}" '
           'font-family="sans-serif" font-size="10">', f'<rect width="{WIDTH * COLUMNS}" height="{(HEIGHT + 10) * rows + 20}" fill="#fff"/>']
    for i, name in enumerate(names):
        out += draw_one(name, found[name], i % COLUMNS * WIDTH, 10 + i // COLUMNS * (HEIGHT + 10))
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out + ["</svg>"]) + "\n")


def system(build):
    """The program `pages` of an ordinary task, in the whole system, as a Run."""
    with tempfile.TemporaryDirectory(prefix="growth-") as folder:
        archive = os.path.join(folder, "bench.cpio")
        subprocess.run([os.path.join(meter.TOP, "tools/archive"), archive, os.path.join(build, "strip/pages")], check=True,
                       stdout=subprocess.DEVNULL)
        return meter.boot(build, meter.machine.MODULES[:-1] + [archive], {"init": "init batch run=pages,grow"}, memory=SYSTEM_MEMORY)


def measure(build):
    """(figures, what is wrong: a list of sentences)"""
    boots = [meter.boot(build, MODULES, {"loader": f"loader kmem={KERNEL_MEMORY}"}, memory=MEMORY), system(build)]
    figures = [figure for done in boots for figure in done.figures]
    found, wrong = curves(figures), [done.complaint() for done in boots if not done.good]
    wrong += [f"no curve {name}" for name in CURVES if len(found.get(name, [])) < 3]
    wrong += [f"{name} grows: {points}" for name, points in found.items() if verdict(points) == "grows"]
    if found:
        draw({name: points for name, points in found.items() if name in CURVES}, f"{build}/growth.svg")
    return figures, wrong


def table(figures):
    """The same as lines of Markdown."""
    found = curves(figures)
    lines = ["| | 10 | 100 | 1,000 | 10,000 | 50,000 | 100,000 | |", "|---|---|---|---|---|---|---|---|"]
    for name, (title, axis) in CURVES.items():
        values = dict(found.get(name, []))
        cells = " | ".join(f"{values[n]:g}" if n in values else "" for n in (10, 100, 1000, 10000, 50000, 100000))
        lines.append(f"| {title}, by {axis} | {cells} | {verdict(found[name]) if name in found else 'not measured'} |")
    return lines
