# SPDX-License-Identifier: MIT
"""One page fault of a trace that a task served itself: which threads it passed, and how long each of them took."""
import records
import story
import svg

LONGEST = 60            # records from the trap to the restarted instruction


def served_itself(first, rest):
    """The records of the fault, if its thread goes on at the same instruction, and only threads of its task and physmem ran until
    then; else None."""
    threads = {first.thread}
    for i, r in enumerate(rest[:LONGEST]):
        if r.kind == "irq" or r.task not in (first.task, PHYSMEM):
            return None
        threads.add(r.thread)
        if r.kind == "exit" and r.thread == first.thread:
            whole = any(t & 0x3FFF == PHYSMEM for t in threads) and len(threads) == 3
            return [first] + rest[:i + 1] if whole and r.value[0] == first.value[2] else None
    return None


PHYSMEM = 2


def find(trace):
    """The middle one of those with the fewest records, as most are: no thread does anything for the first time then."""
    found = []
    for i, r in enumerate(trace.records):
        if r.kind == "fault" and r.task > PHYSMEM:
            path = served_itself(r, trace.records[i + 1:i + 1 + LONGEST])
            if path:
                found.append(path)
    if not found:
        raise records.Wrong("no page fault in this trace was served by its own task with physmem's help")
    shortest = [path for path in found if len(path) == min(map(len, found))]
    return shortest[len(shortest) // 2]


def lane_of(record, first, trace):
    if record.thread == first.thread:
        return f"{trace.task_name(record.thread)}: thread"
    return "physmem" if record.task == PHYSMEM else f"{trace.task_name(record.thread)}: pager"


def hops(path, trace):
    """Stretches in the kernel and in programs, one after the other."""
    out = []
    for record, after in zip(path, path[1:]):
        user = record.kind in story.LEAVES
        lane = lane_of(record, path[0], trace) if user else "kernel"
        ticks = after.time - record.time
        if out and out[-1].lane == lane:
            out[-1].count += ticks
            out[-1].records += 1
        else:
            out.append(svg.Hop(lane, ticks, story.what(after if user else record, trace)))
            out[-1].records = 1
    return out


def picture(trace):
    path = find(trace)
    way = hops(path, trace)
    for hop in way:
        if hop.words == "goes on":
            hop.words = "switches to another thread"
    lanes = []
    for lane in ("kernel", lane_of(path[0], path[0], trace), *(hop.lane for hop in way)):
        if lane not in lanes:
            lanes.append(lane)
    first = path[0]
    return svg.path(f"A page fault of {trace.task_name(first.thread)}, which serves it itself",
                    f"{'write to' if first.value[1] & 2 else 'read of'} {first.value[0]:08x} at {first.value[2]:08x}; ticks; each of the "
                    f"{len(path)} records takes 25 to 90 ticks of its own", lanes, way,
                    lane_of(first, first, trace))
