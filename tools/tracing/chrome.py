# SPDX-License-Identifier: MIT
"""Records as Chrome's trace events, which Perfetto's page (ui.perfetto.dev) and chrome://tracing open, and the rules of that format.

A task is a process, a thread a thread.  A stretch of time with the processor is a slice, a message a flow, and there are counters."""
import bisect
import json

import story

COUNTED = {"fault": "page faults", "send": "messages", "irq": "interrupts", "switch": "switches"}
BUCKET_US = 1000


def us(trace, ticks):
    return round((ticks - trace.records[0].time) / trace.ticks_per_us, 3)


def slices(trace):
    for s in story.stretches(trace):
        first = s.records[0]
        name = "user" if s.user else story.what(first, trace)
        args = {"ticks": s.ticks}
        if not s.user:
            args["records"] = [f"{r.kind} {' '.join(f'{v:x}' for v in r.value)}" for r in s.records]
        yield {"name": name, "cat": "user" if s.user else "kernel", "ph": "X", "ts": us(trace, s.start),
               "dur": round(s.ticks / trace.ticks_per_us, 3), "pid": s.thread & 0x3FFF, "tid": s.thread >> 14, "args": args}


def flows(trace):
    for number, message in enumerate(story.messages(trace)):
        for record, phase in ((message.sent, "s"), (message.received, "f")):
            event = {"name": "ipc", "cat": "ipc", "ph": phase, "id": number, "ts": us(trace, record.time),
                     "pid": record.task, "tid": record.number}
            if phase == "f":
                event["bp"] = "e"
            yield event


def counters(trace):
    """How many of each kind there were in each millisecond."""
    buckets = {}
    for record in trace.records:
        if record.kind in COUNTED and not (record.kind == "send" and record.value[0] == story.NOBODY):
            at = int(us(trace, record.time) // BUCKET_US)
            buckets.setdefault(at, dict.fromkeys(COUNTED, 0))[record.kind] += 1
    for at in range(max(buckets, default=-1) + 1):
        counts = buckets.get(at, dict.fromkeys(COUNTED, 0))
        for kind, name in COUNTED.items():
            yield {"name": f"{name} a millisecond", "ph": "C", "ts": at * BUCKET_US, "pid": 0, "tid": 0,
                   "args": {name: counts[kind]}}


def names(trace):
    for thread in sorted({record.thread for record in trace.records}):
        pid, tid = thread & 0x3FFF, thread >> 14
        yield {"name": "process_name", "ph": "M", "ts": 0, "pid": pid, "tid": tid, "args": {"name": trace.task_name(thread)}}
        yield {"name": "thread_name", "ph": "M", "ts": 0, "pid": pid, "tid": tid, "args": {"name": trace.thread_name(thread)}}


def events(trace):
    timed = [*slices(trace), *flows(trace), *counters(trace)]
    timed.sort(key=lambda e: (e["ts"], "XsfC".index(e["ph"])))
    return [*names(trace), *timed]


def write(trace, out):
    """One event a line: the file can be looked at, and compared."""
    lines = ",\n".join(json.dumps(event, sort_keys=True) for event in events(trace))
    out.write('{"displayTimeUnit": "ns", "traceEvents": [\n' + lines + "\n]}\n")


# ---- the rules of the format ("Trace Event Format"), for what is written above

NUMBER = (int, float)
FIELDS = {"X": ("dur",), "s": ("id",), "f": ("id", "bp"), "C": ("args",), "M": ("args",)}


def problems(text):
    """What is wrong with a file, as sentences; none if it keeps the rules."""
    try:
        found = json.loads(text)
    except ValueError as why:
        return [f"it is no JSON: {why}"]
    listed = found.get("traceEvents") if isinstance(found, dict) else found
    if not isinstance(listed, list) or not listed:
        return ["it has no list of traceEvents"]
    wrong = []
    for number, event in enumerate(listed):
        wrong += [f"event {number}: {sentence}" for sentence in shape(event)]
    return wrong or nesting(listed) + arrows(listed) + named(listed)


def shape(event):
    """Each event by itself."""
    if not isinstance(event, dict):
        return ["it is no object"]
    phase = event.get("ph")
    if phase not in FIELDS:
        return [f"there is no phase {phase!r}"]
    wrong = [f"{field} is missing" for field in ("name", "ts", "pid", "tid", *FIELDS[phase]) if field not in event]
    for field in ("ts", "dur"):
        value = event.get(field, 0)
        if not isinstance(value, NUMBER) or isinstance(value, bool) or value < 0:
            wrong.append(f"{field} is {value!r}, no time")
    wrong += [f"{field} is no whole number" for field in ("pid", "tid") if not isinstance(event.get(field, 0), int)]
    args = event.get("args", {})
    if not isinstance(args, dict):
        wrong.append("args is no object")
    elif phase == "C" and (not args or not all(isinstance(v, NUMBER) for v in args.values())):
        wrong.append("a counter has something else than numbers")
    elif phase == "M" and not isinstance(args.get("name"), str):
        wrong.append("a name is missing")
    if phase == "f" and event.get("bp") not in ("e", None):
        wrong.append("bp is no e")
    return wrong


def of_threads(listed):
    out = {}
    for event in listed:
        if event["ph"] == "X":
            out.setdefault((event["pid"], event["tid"]), []).append((event["ts"], event["ts"] + event["dur"]))
    return {thread: sorted(spans) for thread, spans in out.items()}


SLACK = 0.0015          # times are rounded to three places


def nesting(listed):
    """Slices of one thread do not overlap."""
    wrong = []
    for thread, spans in of_threads(listed).items():
        wrong += [f"slices of {thread} overlap at {second[0]}" for first, second in zip(spans, spans[1:]) if second[0] < first[1] - SLACK]
    return wrong


def arrows(listed):
    """A flow has one start and one end, in that order, each in a slice of its thread."""
    wrong, spans, ends = [], of_threads(listed), {}
    for event in listed:
        if event["ph"] in "sf":
            ends.setdefault((event.get("cat"), event["name"], event["id"]), []).append(event)
            where = spans.get((event["pid"], event["tid"]), [])
            if not any(first - SLACK <= event["ts"] <= last + SLACK for first, last in near(where, event["ts"])):
                wrong.append(f"flow {event['id']}: no slice at {event['ts']}")
    for key, both in ends.items():
        if sorted(e["ph"] for e in both) != ["f", "s"]:
            wrong.append(f"flow {key[2]} has not one start and one end")
        elif next(e["ts"] for e in both if e["ph"] == "s") > next(e["ts"] for e in both if e["ph"] == "f"):
            wrong.append(f"flow {key[2]} ends before it starts")
    return wrong


def near(spans, at):
    """The slices that may hold that time."""
    place = bisect.bisect_right(spans, (at + SLACK, float("inf")))
    return spans[max(0, place - 3):place]


def named(listed):
    """Every thread with a slice has a name."""
    have = {(e["pid"], e["tid"]) for e in listed if e["ph"] == "M" and e["name"] == "thread_name"}
    return [f"thread {thread} has no name" for thread in of_threads(listed) if thread not in have]
