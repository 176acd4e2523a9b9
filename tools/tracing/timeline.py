# SPDX-License-Identifier: MIT
"""A trace as a picture: one lane for each task, dark where its programs run, light where the kernel works for it."""
import story
import svg

COLUMNS = 900
LANE = 24
IDLE = "idle"


def columns(trace):
    """{task: [share of user code, share of the kernel] for each column}"""
    first, last = trace.records[0].time, trace.records[-1].time
    width = max((last - first) / COLUMNS, 1)
    lanes = {}
    for s in story.stretches(trace):
        name = trace.task_name(s.thread)
        shares = lanes.setdefault(name, [[0.0, 0.0] for _ in range(COLUMNS)])
        at, end = (s.start - first) / width, (s.end - first) / width
        while at < end:
            column = min(int(at), COLUMNS - 1)
            piece = min(end, column + 1) - at if column + 1 < COLUMNS else end - at
            shares[column][0 if s.user else 1] += piece
            at += piece
    return lanes, last - first


def runs(levels):
    """Columns of the same level beside each other: (first, length, level)."""
    first = 0
    for i in range(1, len(levels) + 1):
        if i == len(levels) or levels[i] != levels[first]:
            yield first, i - first, levels[first]
            first = i


def picture(trace):
    lanes, ticks = columns(trace)
    lanes.pop(IDLE, None)
    colours, top = svg.colours_of(list(lanes)), 66
    out = [svg.text(svg.MARGIN, 28, "Which task runs when", "title"),
           svg.text(svg.MARGIN, 47, f"{ticks:,.0f} ticks from the left to the right; full height: programs; half height: the kernel for them", "small")]
    for i, (name, shares) in enumerate(lanes.items()):
        y = top + i * LANE
        out += [svg.text(svg.MARGIN, y + 14, name),
                f'<line class="lane" x1="{svg.NAMES}" x2="{svg.NAMES + COLUMNS}" y1="{y + 18}" y2="{y + 18}"/>']
        for part, height in ((0, 18), (1, 9)):
            for first, length, level in runs([min(4, round(share[part] * 4 + 0.3)) for share in shares]):
                if level:
                    out.append(svg.box(svg.NAMES + first, y + 18 - height, length, height, colours[name] if part == 0 else "#3c4656",
                                       f' opacity="{0.25 * level:g}"'))
    return svg.frame(top + len(lanes) * LANE + 16, out)
