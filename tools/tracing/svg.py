# SPDX-License-Identifier: MIT
"""Drawing: a path through several lanes, as SVG.  No colours alone carry a meaning, and nothing is loaded from elsewhere."""
from xml.sax.saxutils import escape

WIDTH, MARGIN, NAMES = 1080, 20, 150
LANE, BAR, LINE = 56, 26, 19
COLOURS = {"kernel": "#7a869a", "physmem": "#c77d2e"}
OTHERS = ("#3b7dd8", "#2f9e6e", "#9a5fb4", "#b4565f")
STYLE = ("text{font-family:sans-serif;font-size:13px;fill:#222} .small{font-size:11px;fill:#444} .title{font-size:16px;font-weight:bold} "
         ".number{font-size:12px;fill:#fff;text-anchor:middle} .lane{stroke:#ddd} .way{stroke:#555;fill:none;marker-end:url(#tip)}")


class Hop:
    """A part of the path: in which lane, how many instructions, and what happens, in words.  part: (instructions of it, words) or None."""

    def __init__(self, lane, count, words, part=None):
        self.lane, self.count, self.words, self.part = lane, count, words, part


def colours_of(lanes):
    rest = iter(OTHERS * len(lanes))
    return {lane: COLOURS.get(lane) or next(rest) for lane in lanes}


def text(x, y, words, kind=""):
    return f'<text x="{x:.1f}" y="{y:.1f}"' + (f' class="{kind}"' if kind else "") + f">{escape(words)}</text>"


def box(x, y, width, height, colour, more=""):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"{more}/>'


def frame(height, inside):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}">\n'
            f"<style>{STYLE}</style>\n"
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path d="M0 0L8 4L0 8z" fill="#555"/></marker>'
            '<pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            '<rect width="2.5" height="6" fill="#fff" opacity="0.45"/></pattern></defs>\n'
            f'{box(0, 0, WIDTH, height, "#fff")}\n' + "\n".join(inside) + "\n</svg>\n")


def arrow(x, start, end):
    return f'<path class="way" d="M{x:.1f} {start:.1f}L{x:.1f} {end:.1f}"/>'


def path(title, subtitle, lanes, hops, around):
    """The picture of hops through lanes, to scale, and below it the hops in words.  `around` is the lane from which the path comes and to
    which it goes back."""
    out = [text(MARGIN, 28, title, "title"), text(MARGIN, 47, subtitle, "small")]
    top, colours = 66, colours_of(lanes)
    total = sum(hop.count for hop in hops) or 1
    scale = (WIDTH - NAMES - 2 * MARGIN) / total
    for i, lane in enumerate(lanes):
        y = top + i * LANE
        out.append(f'<line class="lane" x1="{NAMES + MARGIN}" x2="{WIDTH - MARGIN}" y1="{y + LANE / 2:.1f}" y2="{y + LANE / 2:.1f}"/>')
        out.append(text(MARGIN, y + LANE / 2 + 4, lane))
    x, before = NAMES + MARGIN, None
    for number, hop in enumerate(hops, 1):
        y, width = top + lanes.index(hop.lane) * LANE + (LANE - BAR) / 2, hop.count * scale
        if before is not None:
            start, end = (before + BAR, y) if y > before else (before, y + BAR)
            out.append(arrow(x, start, end))
        out.append(box(x, y, max(width, 1), BAR, colours[hop.lane]))
        if hop.part:
            out.append(box(x + (hop.count - hop.part[0]) / 2 * scale, y, hop.part[0] * scale, BAR, "url(#stripes)"))
        out.append(text(x + width / 2, y + 17, str(number), "number") if width > 10 else text(x, y - 3, str(number), "small"))
        x, before = x + width, y
    home, first = top + (lanes.index(around) + 0.5) * LANE, top + (lanes.index(hops[0].lane) + 0.5) * LANE
    out += [arrow(NAMES + MARGIN, home, first + BAR / 2), arrow(x, before + BAR, home)]
    out += [text(NAMES + MARGIN + 6, home + 14, "faults", "small"), text(x - 52, home + 14, "goes on", "small")]
    y = top + len(lanes) * LANE + 18
    for number, hop in enumerate(hops, 1):
        out.append(box(MARGIN, y - 11, 12, 12, colours[hop.lane]))
        out.append(text(MARGIN + 20, y, f"{number}"))
        out.append(f'<text x="{MARGIN + 92}" y="{y:.1f}" text-anchor="end">{hop.count:,}</text>')
        out.append(text(MARGIN + 104, y, f"{hop.lane}: {hop.words}"))
        y += LINE
        if hop.part:
            out.append(box(MARGIN, y - 11, 12, 12, colours[hop.lane]))
            out.append(box(MARGIN, y - 11, 12, 12, "url(#stripes)"))
            out.append(text(MARGIN + 104, y, f"of these {hop.part[0]:,}: {hop.part[1]}"))
            y += LINE
    out.append(f'<text x="{MARGIN + 92}" y="{y + 4:.1f}" text-anchor="end" font-weight="bold">{sum(h.count for h in hops):,}</text>')
    out.append(text(MARGIN + 104, y + 4, "from the trap to the instruction again"))
    return frame(y + 24, out)
