# SPDX-License-Identifier: MIT
"""The kernel's trace (include/l4/pecan.h) and tools/trace, from real runs: records out of RAM and over the serial line."""
import json
import os
import re
import subprocess
import threading
import sys

import machine

sys.path[:0] = [os.path.join(machine.TOP, "bench"), os.path.join(machine.TOP, "tools/tracing")]
import chrome       # noqa: E402
import fault        # noqa: E402
import meter        # noqa: E402
import records      # noqa: E402
import story        # noqa: E402
from bench import skip_walkers      # noqa: E402

DEMO = r"self-paging demo: (\d+) faults served by 3 tasks themselves"
CODE = 0xF0100000


def path_of(lab, name):
    return os.path.abspath(os.path.join(lab.build, "log", f"{name}-{os.getpid()}-{threading.get_ident()}"))


def save(vm, path, first=0, size=64 << 20):
    """Machine memory into a file, read."""
    vm.ask("stop")
    vm.ask(f'pmemsave {first:#x} {size:#x} "{path}"')
    vm.ask("cont")
    with open(path, "rb") as source:
        return source.read()


def tool(lab, *words):
    done = subprocess.run([os.path.join(machine.TOP, "tools/trace"), *words], cwd=machine.TOP, stdin=subprocess.DEVNULL, timeout=300,
                          env=dict(os.environ, BUILD=lab.build), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def demo_trace(lab):
    """A whole boot up to the demo's end, and how many faults the demo counted."""
    vm = lab.boot_modules(options={"kernel": "trace=2048"}, extra=machine.counted(0))
    vm.expect(r"trace +on, a ring of 65408 records|trace +on, a ring of 65536 records")
    faults = int(vm.expect(DEMO, timeout=200)[1])
    path = path_of(lab, "trace-demo")
    save(vm, path)
    try:
        return records.from_ram(records.Ram(path)), faults
    finally:
        os.remove(path)


def trace_of_a_boot_has_every_fault_of_the_demo_and_a_picture_of_one(lab):
    """The demo's workers count their own faults; the trace has at least those, each with its pager's answer."""
    trace, counted = demo_trace(lab)
    workers = {record.task for record in trace.records if trace.task_name(record.thread) in ("task 514", "task 515", "task 516")}
    faults = [r for r in trace.records if r.kind == "fault" and r.task in workers]
    assert len(workers) == 3 and len(faults) >= counted, (workers, len(faults), counted)
    served = [m for m in story.messages(trace) if m.sent.kind == "fault" and m.sent.task in workers]
    own = [m for m in served if m.received.task == m.sent.task]
    assert len(own) >= counted and len(served) <= len(faults), (len(own), len(served), len(faults), counted)
    lanes = [hop.lane.rpartition(" ")[2] for hop in fault.hops(fault.find(trace), trace)]
    assert lanes == ["kernel", "pager", "kernel", "physmem", "kernel"], lanes
    passed = [m for m in story.messages(trace) if m.sent.kind == "send" and m.sent.value[2] & story.PROPAGATED]
    assert len(passed) > counted / 2 and all(m.received.thread == m.sent.value[0] for m in passed), (len(passed), counted)
    named = {m.received.value[1] for m in passed if m.sent.task in workers}
    assert named and named <= {r.thread for r in faults}, named
    times = [record.time for record in trace.records]
    assert times == sorted(times)


def trace_as_chrome_events_keeps_the_rules_of_the_format(lab):
    """And the rules can be broken: each mistake below is found."""
    trace, _ = demo_trace(lab)
    events = chrome.events(trace)
    assert chrome.problems(json.dumps({"traceEvents": events})) == []
    phases = {e["ph"] for e in events}
    assert phases == set("XsfCM"), phases
    names = {e["args"]["name"] for e in events if e["ph"] == "M" and e["name"] == "process_name"}
    assert {"wortel", "physmem", "task", "deva", "init", "demo", "sigma0"} <= names, names
    for mistake in mistakes(events):
        assert chrome.problems(json.dumps({"traceEvents": mistake(json.loads(json.dumps(events)))})), mistake.__name__
    assert chrome.problems("{") and chrome.problems("[]") and chrome.problems('{"events": []}')


def mistakes(events):
    first = {phase: next(i for i, e in enumerate(events) if e["ph"] == phase) for phase in "XsfCM"}

    def change(phase, field, value):
        def apply(all_events):
            if value is None:
                del all_events[first[phase]][field]
            else:
                all_events[first[phase]][field] = value
            return all_events
        apply.__name__ = f"{field} of {phase} is {value}"
        return apply

    def overlap(all_events):
        slices = [e for e in all_events if e["ph"] == "X"]
        again = next(e for e in slices if [(o["pid"], o["tid"]) for o in slices].count((e["pid"], e["tid"])) > 1)
        again["dur"] = 1e9
        return all_events

    def lost_end(all_events):
        return [e for e in all_events if not (e["ph"] == "f" and e["id"] == events[first["f"]]["id"])]

    def nameless(all_events):
        return [e for e in all_events if not (e["ph"] == "M" and e["name"] == "thread_name")]
    return [change("X", "ph", "Z"), change("X", "ts", "soon"), change("X", "ts", -1), change("X", "dur", None), change("X", "pid", "one"),
            change("s", "id", 1 << 30), change("s", "tid", 9999), change("f", "ts", 0), change("f", "bp", "x"), change("C", "args", {}),
            change("C", "args", {"faults": "many"}), change("M", "args", {}), overlap, lost_end, nameless]


def trace_of_a_ring_that_is_full_has_the_last_records_in_order(lab):
    vm = lab.boot_modules(options={"kernel": "trace=16"}, extra=machine.counted(0))
    vm.expect(r"trace +on, a ring of 512 records")
    vm.expect(DEMO, timeout=200)
    path = path_of(lab, "trace-small")
    save(vm, path)
    trace = records.from_ram(records.Ram(path))
    os.remove(path)
    times = [record.time for record in trace.records]
    assert len(times) == 512 and times == sorted(times) and trace.ticks_per_us > 1, (len(times), trace.ticks_per_us)
    assert not chrome.problems(json.dumps({"traceEvents": chrome.events(trace)}))


def trace_that_is_off_leaves_the_kernels_code_as_it_was(lab):
    """The bytes of the code before, while it is on, and after."""
    vm = lab.boot_iso()
    vm.expect("pecan> ")
    path, code = path_of(lab, "trace-code"), (CODE - records.WINDOW, 0x10000)
    before = save(vm, path, *code)
    assert "the kernel's trace is on: a ring of 64 KB" in vm.command("trace on 64")
    during = save(vm, path, *code)
    assert re.search(r"off; it wrote [1-9]\d+ records", vm.command("trace off"))
    after = save(vm, path, *code)
    os.remove(path)
    changed = sum(a != b for a, b in zip(before, during))
    assert before == after and 50 < changed < 300, (before == after, changed)


def trace_goes_over_the_serial_line(lab):
    vm = lab.boot_iso()
    vm.expect("pecan> ")
    vm.command("trace on 256")
    vm.command("hello")
    said = vm.command("trace dump 3000", timeout=300)
    assert said.rstrip().endswith("trace: end"), said[-200:]
    trace = records.from_text(said)
    assert 200 < len(trace.records) <= 3000 and trace.ticks_per_us > 1, (len(trace.records), trace.ticks_per_us)
    assert {"fault", "send", "receive", "map", "switch", "event", "exit"} <= {r.kind for r in trace.records}
    assert "hello" in trace.names.values(), trace.names
    assert not chrome.problems(json.dumps({"traceEvents": chrome.events(trace)}))
    assert re.search(r"^\d+ records were written", vm.command("trace"), re.M)


def trace_command_refuses_what_it_cannot_do(lab):
    vm = lab.boot_iso()
    vm.expect("pecan> ")
    for line, answer in (("trace on 3", "3 is no size: say a number of KB from 4 to 4092"), ("trace on much", "much is no size"),
                         ("trace on 4093", "4093 is no size"), ("trace on 4092", "the kernel has no memory for so many records"),
                         ("trace dump some", "some is no number of records"), ("trace up", "say trace, trace on"),
                         ("trace off now", "say trace, trace on")):
        said = vm.command(line)
        assert answer in said, (line, said)
    assert "it wrote 0 records" in vm.command("trace off")


def trace_of_a_486_has_no_counter_and_no_fast_path(lab):
    vm = lab.boot_modules(options={"kernel": "trace=512"}, cpu="486", extra=machine.counted(6))
    vm.expect(DEMO, timeout=300)
    path = path_of(lab, "trace-486")
    save(vm, path)
    trace = records.from_ram(records.Ram(path))
    os.remove(path)
    assert trace.ticks_per_us == 1 and not any(r.detail for r in trace.records if r.kind == "send")
    assert not chrome.problems(json.dumps({"traceEvents": chrome.events(trace)}))


def trace_without_the_fast_path_or_the_counter_works(lab):
    for options in ("nofast trace=512", "notsc trace=512", "nosep trace=512"):
        vm = lab.boot_modules(options={"kernel": options}, extra=machine.counted(0))
        vm.expect(DEMO, timeout=300)
        path = path_of(lab, "trace-plain")
        save(vm, path)
        trace = records.from_ram(records.Ram(path))
        os.remove(path)
        fast = sum(r.kind == "send" and r.detail == 1 for r in trace.records)
        assert not fast and len(trace.records) > 5000, (options, fast, len(trace.records))
        vm.close()


def trace_costs_an_ipc_at_most_as_much_again(lab):
    """Off, it costs nothing: that is what the other budgets of the benchmarks say."""
    skip_walkers(lab.build)
    done = meter.boot(lab.build, ["kernel", "sigma0", "bench"], {"loader": "loader trace"})
    figures = {name: value for name, value, _ in done.figures}
    assert done.good, done.complaint()
    for name in ("ipc.inter.0", "ipc.inter.63", "ipc.intra.0"):
        budget = meter.table()[name].budget
        assert budget < figures[name] <= 2 * budget, (name, figures[name])


def trace_tool_says_what_is_wrong_with_a_file(lab):
    empty, text = path_of(lab, "trace-empty"), path_of(lab, "trace-text")
    with open(empty, "wb") as out:
        out.write(bytes(0x200000))
    with open(text, "w") as out:
        out.write("trace: 1 ff 1 0 0 0 0 0\n")
    for words, answer in ((("list", empty), "no dump of RAM with Pecan's kernel"), (("list", text), "no kind of record 255"),
                          (("json", os.devnull), "there are no records"), (("check", text), "it is no JSON"), (("list", "/nowhere"), "No such file")):
        status, said = tool(lab, *words)
        assert status == 1 and answer in said, (words, status, said)
    status, said = tool(lab, "dance", text)
    assert status == 1 and "tools/trace record FILE" in said
    os.remove(empty)
    os.remove(text)
