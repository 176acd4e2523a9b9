# SPDX-License-Identifier: MIT
"""What `make debug` and `make gdb` promise, and what docs/debugging.md shows, word for word.

gdb -batch judges by its last command only, and takes a missing -x file for a success.  So every run is one -x file that ends in
`quit 17`, and 17 is the only pass: a command that fails ends the file before.
"""
import os
import re
import threading

import machine

PASS = 17
DOCS = os.path.join(machine.TOP, "docs/debugging.md")
SECTION = "==== "


def documented(title):
    """The (gdb) lines below a title of docs/debugging.md, without the remarks behind them."""
    with open(DOCS) as text:
        part = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text.read(), re.M | re.S)
    lines = re.findall(r"^    \(gdb\) (.*?)(?: {3,}.*)?$", part[1], re.M)
    assert lines, f"docs/debugging.md shows no gdb command below {title}"
    return lines


def port_of(vm):
    return re.search(r"gdb: filename=\S*tcp:127.0.0.1:(\d+)", vm.ask("info chardev"))[1]


def start_stopped(lab, **setup):
    """In virtual time, so each stop finds the others where they are each time; any port: QEMU says which."""
    return lab.boot_iso(init="batch", extra=["-S", "-gdb", "tcp:127.0.0.1:0"] + machine.counted(3), **setup)


def run(lab, lines, stub, timeout=150, name="commands"):
    """gdb as `make gdb` starts it, BUILD as relative as make's; answers (status, what it said)."""
    path = os.path.join(lab.build, "log", f"gdb-{name}-{os.getpid()}-{threading.get_ident()}.gdb")
    with open(path, "w") as out:
        out.write("\n".join(list(lines) + [f"quit {PASS}", ""]))
    done = machine.run(["gdb", "-q", "-nx", "-batch", "-x", "tools/gdb/pecan.py", "-x", os.path.abspath(path)], timeout,
                       [vm.process.pid for vm in lab.machines], cwd=machine.TOP,
                       env=dict(os.environ, BUILD=os.path.relpath(lab.build, machine.TOP), **stub))
    os.remove(path)
    return done


def gdb(lab, *lines):
    vm = start_stopped(lab)
    status, said = run(lab, lines, dict(GDB_PORT=port_of(vm)))
    assert status == PASS, said
    return said


def gdb_stops_at_the_kernels_first_line_with_symbols(lab):
    said = gdb(lab, "info symbol $pc", "bt")
    assert "Temporary breakpoint 1, start () at kernel/arch/x86/boot.asm" in said, said
    assert "start in section" in said, said


def a_reserved_descriptor_in_the_last_page_is_no_memory_for_the_kernel(lab):
    """Another loader may say so.  Before the kernel's first instruction, gdb writes the descriptor into the KIP, at 1 MB."""
    vm = start_stopped(lab)
    info, table = 0x100054, 0x100000
    lines = [f"set $n = *(unsigned short *){info:#x}", f"set $d = {table:#x} + *(unsigned short *){info + 2:#x} + 8 * $n",
             "set {unsigned}$d = 0xfffffc02", "set {unsigned}($d + 4) = 0xfffffc00", f"set {{unsigned short}}{info:#x} = $n + 1",
             "printf \"%d descriptors\\n\", $n + 1", "detach"]
    status, said = run(lab, lines, dict(GDB_PORT=port_of(vm)))
    assert status == PASS and re.search(r"^([4-9]|\d\d) descriptors", said, re.M), said
    ending = vm.finish(120)
    assert ending.status == 0, (ending.problem, vm.text[-400:])


def gdb_stops_at_each_breakpoint_that_the_book_shows(lab):
    """In the order of a boot: physmem's main, then the kernel's ipc_send, then the demo's main; between them many other stops."""
    shown = documented("gdb")
    assert shown[:4] == ["break ipc_send", "pbreak physmem main", "pbreak demo main", "continue"], shown
    rest = shown[4:]
    said = gdb(lab, *shown[:4], "bt", "delete 2", "continue", "bt 1", "continue", "bt", *rest)
    assert re.search(r"^Breakpoint 2, (0x[0-9a-f]+ in )?ipc_send \(", said, re.M), said
    places = [said.find(text) for text in ("ipc_send (", "at servers/physmem/main.c", "at apps/demo/main.c")]
    assert -1 not in places, said
    assert places[1] < places[2], said
    assert len(re.findall(r"^Breakpoint [34], 0x[0-9a-f]+ in \?\? \(\)$", said, re.M)) == 2, "not by symbols of the program before: " + said
    assert re.search(r"symbols of \S*/bin/task", said), said


def gdbs_backtrace_of_the_kernel_ends_in_the_program_that_called(lab):
    said = gdb(lab, "pbreak physmem main", "continue", "delete", "break ipc_send", "continue", "bt")
    frames = re.findall(r"^#\d+ .*", said, re.M)
    assert any("syscall_ipc" in f for f in frames), said
    assert "signal handler called" in said and any("at servers/wortel/" in f for f in frames[-4:]), said      # it answers physmem
    assert "_start" in frames[-1], said


def gdb_without_a_machine_says_so_at_once(lab):
    """gdb itself would try for 15 seconds, fifty times over: a run that does so does not end within the limit."""
    status, said = run(lab, [], dict(GDB_PORT="1"), timeout=60)
    assert status == 1 and "nobody listens at 127.0.0.1:1: first type `make debug`" in said, said


def gdb_without_the_programs_says_which_file_is_missing(lab):
    status, said = machine.run(["gdb", "-q", "-nx", "-batch", "-x", "tools/gdb/pecan.py"], 60, cwd=machine.TOP,
                               env=dict(os.environ, BUILD="build/nowhere"))
    assert status == 1 and "build/nowhere/bin/kernel: `make` builds it" in said, said


def gdb_names_the_right_qemu_when_the_processor_has_64_bits(lab):
    if not os.path.exists("/usr/bin/qemu-system-x86_64"):
        return
    vm = start_stopped(lab, program="qemu-system-x86_64")
    status, said = run(lab, [], dict(GDB_PORT=port_of(vm)))
    assert status == 1 and "qemu-system-i386" in said, said


def make_gdb_refuses_a_file_that_is_not_there(lab):
    status, said = machine.run(["make", "-s", "gdb", "X=/nowhere.gdb"], 300, cwd=machine.TOP)
    assert status not in (0, None) and "there is no file /nowhere.gdb" in said, said


# ---- the commands, all in one session

def trying(command):
    """A command that is to be refused, without ending the file."""
    return f"python\ntry: gdb.execute({command!r})\nexcept gdb.error as why: print('refused:', why)\nend"


def shown(name, number):
    """A value of a type of the system, printed."""
    return f"python t = gdb.lookup_type('{name}'); print('=', gdb.Value(({number}).to_bytes(t.sizeof, 'little'), t))"


COMMANDS = [            # (section, lines)
    ("early", [trying("l4 threads")]),
    ("start", ["pbreak demo main", "continue", "bt"]),
    ("help", ["l4"]),
    ("unknown", [trying("l4 thraeds")]),
    ("threads", ["l4 threads"]),
    ("spaces", ["l4 spaces"]),
    ("thread", ["l4 thread 51.2"]),
    ("again", ["info registers eip cr3", "l4 thread 57.4", "info registers eip cr3"]),
    ("nothread", [trying("l4 thread 4000.1"), trying("l4 thread abc")]),
    ("task", ["l4 task physmem"]),
    ("tasknumber", ["l4 task 2"]),
    ("notask", [trying("l4 task nosuch"), trying("l4 task 4000")]),
    ("ptab", ["l4 ptab demo"]),
    ("ptabpage", ["l4 ptab demo 0x401000", "l4 ptab demo 0x300000"]),
    ("mdb", ["l4 mdb 0x401000 demo"]),
    ("mdbnone", [trying("l4 mdb 0x300000 demo")]),
    ("kip", ["l4 kip"]),
    ("utcb", ["l4 utcb 55.3"]),
    ("queue", ["l4 queue", "l4 queue 51.2"]),
    ("frames", ["hurd frames"]),
    ("containers", ["hurd containers"]),
    ("maps", ["hurd maps demo"]),
    ("mapsnone", [trying("hurd maps physmem")]),
    ("printid", ["program demo", "print mm.pager", "program task", shown("L4_ThreadId_t", 0xFFFFFFFF)]),
    ("printfpage", [shown("L4_Fpage_t", 0x400137), shown("L4_Fpage_t", 0)]),
    ("printtag", [shown("L4_MsgTag_t", 0xFFE60002)]),
    ("printtime", [shown("L4_Time_t", 0x400), shown("L4_Time_t", 0x4FA)]),
    ("printthread", ["print *(struct thread *)(0xc0000000 + 51 * 2048)"]),
    ("printlist", ["print all_threads"]),
    ("notrace", [trying("l4 trace")]),
    ("nofollow", [trying("l4 follow")]),
    ("nofault", [trying("l4 fault nosuch")]),
    ("fault", ["delete", "l4 fault demo"]),
    ("faultplace", ["bt"]),
    ("hop1", ["l4 follow"]),
    ("hop2", ["l4 follow"]),
    ("hop3", ["l4 follow"]),
    ("afterhops", [trying("l4 follow")]),
    ("textfaults", ["l4 fault demo", "hurd maps demo"] * 6),
    ("ipc", ["l4 ipc demo physmem"]),
    ("ipcplace", ["bt"]),
    ("user", ["l4 user physmem", "info registers cs"]),
    ("version", ["python kernel.T.checked = False", "python kernel.T.address = None", "python kernel.VERSION = 2", trying("l4 threads"), "python kernel.VERSION = 1"]),
    ("end", ["l4 threads"]),
]
session = {}
lock = threading.Lock()


def section(lab, name):
    """What gdb said to a part of COMMANDS; the first test that asks boots for all of them."""
    with lock:
        if lab.build not in session:
            lines = [line for title, part in COMMANDS for line in [f"echo {SECTION}{title}\\n"] + part]
            vm = start_stopped(lab)
            session[lab.build] = run(lab, lines, dict(GDB_PORT=port_of(vm)), name="session")
            lab.close()
            with open(os.path.join(lab.build, "log/gdb-session.txt"), "w") as out:
                out.write(session[lab.build][1])
    status, said = session[lab.build]
    parts = dict(part.partition("\n")[::2] for part in said.split(SECTION)[1:])
    assert name in parts, f"the session ended with status {status} before this:\n{said[-3000:]}"
    return parts[name]


def rows(text):
    return [line.split() for line in text.splitlines() if re.match(r"\d+\.\d+ ", line)]


def gdb_commands_all_run_to_the_end_of_the_file(lab):
    section(lab, "end")
    assert session[lab.build][0] == PASS, session[lab.build][1][-2000:]


def gdb_commands_say_so_before_the_kernel_is_up(lab):
    assert "refused: the kernel is not there yet" in section(lab, "early")


def gdb_ends_a_programs_backtrace_in_its_start(lab):
    assert re.search(r"#0 .*main .*apps/demo/main.c.*\n.*\n.*_start", section(lab, "start"))


def gdb_l4_alone_lists_its_commands(lab):
    said = section(lab, "help")
    for word in ("threads", "thread ID", "task TASK", "spaces", "ptab", "mdb ADDR", "kip", "utcb ID", "queue", "ipc A B", "fault TASK", "follow", "user TASK", "trace [N|on|off] [KB]"):
        assert f"l4 {word}" in said, word


def gdb_l4_refuses_what_it_does_not_know(lab):
    assert "refused: l4 knows no thraeds" in section(lab, "unknown")


def gdb_l4_threads_shows_which_thread_does_what(lab):
    found = {row[0]: row for row in rows(section(lab, "threads"))}
    assert found["48.1"][1] == "sigma0" and found["50.1"][1] == "wortel" and found["51.2"][1:3] == ["physmem", "2"], found
    assert found["55.3"][1] == "task" and found["57.4"][1] == "deva" and found["58.5"][1] == "init", found
    assert sum("runs" in row for row in found.values()) == 1, found
    assert [row[1] for row in found.values() if "runs" in row] == ["demo"], found
    assert "waits for anybody" in " ".join(found["51.2"]), found
    assert "sleeps" in found["58.5"] and found["58.5"][-1] == "ms", found


def gdb_l4_spaces_lists_every_task_once(lab):
    said = section(lab, "spaces")
    assert re.search(r"^2 +physmem +4 +[0-9a-f]{8} ", said, re.M), said
    names = re.findall(r"^\d+ +(\w+) ", said, re.M)
    assert len(names) == len(set(names)) == 7, names


def gdb_l4_thread_goes_from_its_wait_into_its_program(lab):
    said = section(lab, "thread")
    assert "thread 51.2 of physmem: waits for anybody" in said, said
    assert re.search(r"#0 .* in L4_Ipc .*include/l4/ipc.h", said) and re.search(r"#\d .*main \(\) at servers/physmem/main.c", said), said


def gdb_l4_thread_puts_the_registers_back(lab):
    eips = re.findall(r"^eip +(\w+)", section(lab, "again"), re.M)
    cr3s = re.findall(r"^cr3 +(\w+)", section(lab, "again"), re.M)
    assert len(eips) == 2 and eips[0] == eips[1] and cr3s[0] == cr3s[1], section(lab, "again")
    assert "at servers/deva/main.c" in section(lab, "again")


def gdb_l4_thread_refuses_threads_that_do_not_exist(lab):
    assert "refused: there is no thread 4000.1" in section(lab, "nothread")
    assert "refused: abc is no thread id" in section(lab, "nothread")


def gdb_l4_task_shows_the_address_space(lab):
    said = section(lab, "task")
    assert "task 2: physmem, 4 threads: 51.2, 52.2, 53.2, 54.2" in said and re.search(r"1 pages  KIP$", said, re.M), said
    assert section(lab, "tasknumber") == said


def gdb_l4_task_refuses_tasks_that_do_not_exist(lab):
    assert "refused: there is no task nosuch now" in section(lab, "notask")
    assert "refused: there is no task 4000 now" in section(lab, "notask")


def gdb_l4_ptab_lists_the_page_tables(lab):
    assert re.search(r"^00400000-007fffff table at [0-9a-f]{8}, \d+ pages$", section(lab, "ptab"), re.M)


def gdb_l4_ptab_explains_one_page(lab):
    said = section(lab, "ptabpage")
    assert re.search(r"00401000 is frame [0-9a-f]{8}, r\S .*in demo \(task 513\)", said), said
    assert "00300000 is not mapped in demo (task 513)" in said, said


def gdb_l4_mdb_shows_which_task_mapped_a_frame_to_which(lab):
    said = section(lab, "mdb")
    frame = re.search(r"00401000 is frame ([0-9a-f]{8})", section(lab, "ptabpage"))[1]
    chain = re.findall(r"^( +)(\w+) \(task \d+\) at ([0-9a-f]{8})", said, re.M)
    assert said.startswith(f"frame {frame}"), said
    assert [c[1] for c in chain[:3]] == ["sigma0", "wortel", "physmem"] and chain[-1][1] == "demo" and "<- this page" in said, said
    assert all(c[2] == frame for c in chain[:3]) and [len(c[0]) for c in chain[:3]] == [2, 4, 6], said


def gdb_l4_mdb_refuses_a_page_that_nobody_mapped(lab):
    assert "refused: nobody mapped a page at 00300000 to demo" in section(lab, "mdbnone")


def gdb_l4_kip_reads_the_kernel_interface_page(lab):
    said = section(lab, "kip")
    assert "API 84.05, thread numbers of 17 bits" in said and re.search(r"00100000-0[0-9a-f]+ conventional", said), said


def gdb_l4_utcb_shows_pager_and_message(lab):
    said = section(lab, "utcb")
    assert re.search(r"^pager +50\.1$", said, re.M) and re.search(r"^MR0 [0-9a-f]{8}: label 0x", said, re.M), said


def gdb_l4_queue_names_the_thread_that_runs(lab):
    said = section(lab, "queue")
    assert re.search(r"^runs: \d+\.513, priority 100$", said, re.M) and "0 wait to send to 51.2" in said, said


def gdb_hurd_frames_adds_up(lab):
    total, free, bound, meta = map(int, re.search(r"(\d+) frames: (\d+) free, (\d+) bound, (\d+) for", section(lab, "frames")).groups())
    assert total == free + bound + meta > 10000, section(lab, "frames")


def gdb_hurd_containers_adds_up_to_what_the_controls_hold(lab):
    pages = re.search(r"^(\d+) containers, (\d+) pages$", section(lab, "containers"), re.M)
    held = [int(row.split()[-3]) for row in section(lab, "frames").splitlines()[2:]]
    assert int(pages[2]) == sum(held) > 0, section(lab, "containers")


def gdb_hurd_maps_shows_the_regions_of_a_program(lab):
    said = section(lab, "maps")
    assert re.search(r"^  00401000-[0-9a-f]{8} r-x container +(\d+) of \1 pages mapped  permanent$", said, re.M), said
    assert re.search(r"rw- anonymous", said), said


def gdb_hurd_maps_needs_no_page_that_may_be_unmapped(lab):
    """While the demo starts its tasks, physmem takes its text and constants away: one of the next faults is there."""
    maps = section(lab, "textfaults").split(" regions\n")[1:]
    text = [re.search(r"^  00401000-[0-9a-f]{8} r-x container +(\d+) of (\d+) pages mapped  permanent$", said, re.M) for said in maps]
    assert len(maps) == 6 and all(text) and any(int(found[1]) < int(found[2]) for found in text), section(lab, "textfaults")
    assert all(re.search(r"rw- anonymous", said) for said in maps), section(lab, "textfaults")


def gdb_hurd_maps_refuses_a_task_that_does_not_page_itself(lab):
    assert "refused: physmem (task 2) has no map" in section(lab, "mapsnone")


def gdb_prints_ids_as_words(lab):
    said = section(lab, "printid")
    assert re.search(r"= thread \d+\.513$", said, re.M) and "= anybody" in said, said


def gdb_prints_fpages_tags_and_times_as_words(lab):
    assert "= 00400000-0047ffff rwx" in section(lab, "printfpage"), section(lab, "printfpage")
    assert "= nil fpage" in section(lab, "printfpage")
    assert "= label 0xffe6 (page fault rw), 2 words" in section(lab, "printtag"), section(lab, "printtag")
    assert "= at once" in section(lab, "printtime") and "= 500 us" in section(lab, "printtime"), section(lab, "printtime")


def gdb_prints_threads_and_lists_as_words(lab):
    said = section(lab, "printthread")
    assert "thread 51.2" in said and "scheduler = thread 55.3" in said and "fast_from = anybody" in said, said
    assert re.search(r"in a list of \d+ nodes", section(lab, "printlist")), section(lab, "printlist")


def gdb_l4_trace_says_how_to_get_one(lab):
    assert "refused: there is no trace: `l4 trace on`, the boot option `trace`" in section(lab, "notrace")


def gdb_l4_trace_shows_the_last_records(lab):
    vm = start_stopped(lab, kernel="trace")
    status, said = run(lab, ["pbreak demo main", "continue", "l4 trace 0", "l4 trace 30"], dict(GDB_PORT=port_of(vm)), name="trace")
    assert status == PASS, said
    rows = re.findall(r"^(\d+) +(\S.*?\d\.\d+|idle) +(\w+) .*$", said.split("records ")[1], re.M)
    assert len(rows) == 30 and [int(row[0]) for row in rows] == sorted(int(row[0]) for row in rows), said
    assert {"send", "receive"} <= {row[2] for row in rows} and "the trace is on" in said, said


def gdb_l4_trace_is_turned_on_and_off_while_the_machine_stands(lab):
    vm = start_stopped(lab)
    lines = ["pbreak demo main", "continue", "delete", "l4 trace on 64", "l4 ipc demo physmem", "l4 trace 10", "l4 trace off", "l4 trace 5",
             "l4 trace on 1000000"]
    status, said = run(lab, lines[:-1] + [trying(lines[-1])], dict(GDB_PORT=port_of(vm)), name="traceon")
    assert status == PASS, said
    assert said.index("the trace is on") < said.index("the trace is off"), said
    parts = said.split("records ")
    assert "the trace is on" in parts[1] and "the trace is off" in parts[2], said
    rows = re.findall(r"^(\d+) +(\S.*?\d\.\d+|idle) +(\w+) .*$", parts[1], re.M)
    assert 3 <= len(rows) <= 10 and "records 0 to" in said, said
    assert "refused: the kernel has no memory for so many records" in said, said
    ended = vm.finish(120)
    assert ended.status == 0, f"the machine did not go on as if nothing had been: {ended.problem}"


def gdb_l4_follow_wants_a_fault_first(lab):
    assert "refused: first `l4 fault TASK`" in section(lab, "nofollow")


def gdb_l4_fault_refuses_what_is_no_task(lab):
    assert "refused: nosuch is neither a task's number nor a program" in section(lab, "nofault")


def gdb_l4_fault_stops_at_the_next_page_fault(lab):
    assert re.search(r"^thread \d+\.\d+ \(demo\): page fault, (read|write) at [0-9a-f]{8}, eip [0-9a-f]{8} \(.*\); its pager is ", section(lab, "fault"), re.M)


def gdb_goes_from_the_kernels_first_instruction_to_the_caller(lab):
    """Where `l4 fault` and `l4 ipc` stop, no frame of the kernel is there yet."""
    fault, ipc = section(lab, "faultplace"), section(lab, "ipcplace")
    assert re.search(r"^#0 +exception_entries .*\n(#\d.*\n)*#\d+ .*main \(argc=1, .*apps/demo/main.c", fault, re.M), fault
    assert re.search(r"^#0 +sysenter_\w+ .*\n#1 .* in L4_Ipc .*\n(#\d.*\n)*#\d+ .*(_start|pager_main) \(", ipc, re.M), ipc


def gdb_l4_fault_knows_the_program_of_a_breakpoint(lab):
    """At the demo's next fault, physmem has taken all its code away, so nothing there says what runs."""
    said = gdb(lab, "pbreak demo main", "continue", "delete", "l4 fault demo")
    assert re.search(r"^thread \S+ \(demo\): page fault, ", said, re.M), said


def gdb_l4_follow_goes_through_pager_and_physmem_and_back(lab):
    thread = re.search(r"^thread (\S+) \(demo\)", section(lab, "fault"), re.M)[1]
    hops = [section(lab, f"hop{n}") for n in (1, 2, 3)]
    known = re.escape(thread)
    assert re.search(rf"the kernel writes the message of {known} ", hops[0]) and "pager_main () at lib/hurd-mm/pager.c" in hops[0], hops[0]
    assert re.search(rf"\(demo\) sends to 51.2 \(physmem\) in the name of {known} \(demo\): .*, flags p", hops[1]) and "main () at servers/physmem/main.c" in hops[1], hops[1]
    assert re.search(r"^#0 +L4_Ipc .* at include/l4/ipc.h", hops[1], re.M), "not by the symbols of the program before: " + hops[1]
    assert re.search(rf"51.2 \(physmem\) sends to {known} \(demo\): .* of typed items", hops[2]), hops[2]
    address = re.search(r"eip (\w+)", section(lab, "fault"))[1]
    assert f"back in {thread} (demo): the instruction at {address} runs again, after 3 messages" in hops[2], hops[2]
    assert "refused: first `l4 fault TASK`" in section(lab, "afterhops")


def gdb_l4_ipc_stops_at_the_next_message_between_two(lab):
    said = section(lab, "ipc")
    assert re.search(r"(\(demo\) sends to \S+ \(physmem\)( in the name of \S+ \(demo\))?|\(physmem\) sends to \S+ \(demo\)): label", said), said


def gdb_l4_user_stops_in_the_programs_own_code(lab):
    said = section(lab, "user")
    assert re.search(r"^thread \S+ \(physmem\) in user mode", said, re.M) and "servers/physmem/main.c" in said, said
    assert int(re.search(r"^cs +0x(\w+)", said, re.M)[1], 16) & 3 == 3, said


def gdb_commands_refuse_a_table_of_another_version(lab):
    assert "refused: this kernel's table for debuggers has version 1; these commands know version 2 only" in section(lab, "version")
