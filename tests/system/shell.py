# SPDX-License-Identifier: MIT
"""The shell's commands, and bad neighbours."""
import re

import machine
from boot import DEMO_LINE


def shell(lab, **setup):
    vm = lab.boot_iso(**setup)
    vm.expect("pecan> ", 120)
    return vm


def frames_of_others(vm):
    """Frames in use, without those of init, which reads more of its own text with each new command."""
    text = vm.command("mem")
    return int(re.search(r"(\d+) in use", text)[1]) - int(re.search(r"^ *\d+  init +\d+ +\d+ +(\d+)", text, re.M)[1])


def free_frames(vm):
    return int(re.search(r"(\d+) free", vm.command("mem"))[1])


def left_for_programs(vm):
    """Tasks, threads, kernel memory and handles."""
    return re.search(r"left for programs: (.*\n.*)", vm.command("mem"))[1].strip()


def frames_in_use(vm):
    """Without bookkeeping, which physmem keeps at its largest."""
    return int(re.search(r"(\d+) in use", vm.command("mem"))[1])


def comes_to(vm, wanted, look, tries=50):
    """What look(vm) sees, at last: the end of a task is heard before physmem has freed all that was its."""
    for _ in range(tries):
        seen = look(vm)
        if seen == wanted:
            break
        vm.command("run hello")                 # some time passes
    return seen


def said_since(vm, mark, pattern, tries=50):
    """What was said since a mark.  The shell tells of the end of a program in the background before a prompt: perhaps not the next one."""
    for _ in range(tries):
        if re.search(pattern, vm.text[mark:]):
            break
        vm.command("")
    return vm.text[mark:]


def task_id(vm, name):
    """The last task of that name in `ps`."""
    found = re.findall(rf"^ *(\d+)  {name}\b", vm.command("ps"), re.M)
    assert found, f"ps does not show {name}"
    return int(found[-1])


def halt(vm):
    vm.send("halt")
    ending = vm.finish()
    assert ending.status == 0, ending.problem or ending.status


def ps_shows_the_boot_tasks_and_their_threads_with_ipc_state(lab):
    text = shell(lab).command("ps")
    for name in ("wortel", "physmem", "task", "deva", "init"):
        assert re.search(rf"^ *\d+  {name}\b", text, re.M), f"no {name}"
    assert re.search(r"thread +\d+\.\d+", text), "no threads"
    assert re.search("wait|receiv", text), "nobody waits for a message"


def ps_says_for_which_threads_others_wait_and_how_long_tasks_ran(lab):
    text = shell(lab).command("ps")
    assert re.search(r"TIME ms\n", text), text
    assert re.search(r"thread +\d+\.5 +waiting for \d+\.3, task$", text, re.M), text        # init asks `task` just then
    times = re.findall(r"^ +\d+  \w+ +\d+ +\d+ +\d+ KB +\d+ +\d+ +(\d+)$", text, re.M)
    assert len(times) == 5 and sum(map(int, times)) > 0, text


def top_shows_first_what_used_the_processor_most(lab):
    vm = shell(lab)
    vm.command("spin &")
    said = vm.command("top 2")
    rows = re.findall(r"^ +\d+  (\w+) +(\d+)%", said, re.M)
    assert len(rows) == 12 and rows[6][0] == "spin" and int(rows[6][1]) > 0, said
    vm.send("top")
    vm.expect("any key ends this")
    vm.line.send("x")
    vm.expect("pecan> ")
    for wrong in ("0", "1001", "often"):
        assert f"{wrong} is no number from 1 to 1000" in vm.command(f"top {wrong}")


def mem_adds_up(lab):
    text = shell(lab).command("mem")
    owns, free, used, books = (int(n) for n in re.search(
        r"owns (\d+) frames of 4 KB \(\d+ KB\):\s+(\d+) free, (\d+) in use, (\d+) bookkeeping", text).groups())
    assert owns == free + used + books, text
    assert owns > 8000, "most of 64 MB belongs to physmem"


def run_prints_what_the_program_prints(lab):
    text = shell(lab).command("run hello")
    assert re.search("hello", text, re.I), text


def programs_leave_no_frames_behind(lab):
    vm = shell(lab)
    vm.command("run hello")
    before, left = free_frames(vm), left_for_programs(vm)
    for _ in range(3):
        vm.command("run hello")
    assert comes_to(vm, before, free_frames) == before
    assert comes_to(vm, left, left_for_programs) == left


def kill_ends_one_task_and_gives_its_frames_back(lab):
    vm = shell(lab)
    before = free_frames(vm)
    vm.command("run spin &")
    vm.command("run spin &")
    victim = task_id(vm, "spin")
    vm.command(f"kill {victim}")
    assert task_id(vm, "spin") != victim, "the other one is alive"
    vm.command(f"kill {task_id(vm, 'spin')}")
    assert not re.search(r"^ *\d+  spin", vm.command("ps"), re.M)
    assert comes_to(vm, before, free_frames) == before


def kill_refuses_the_system_and_the_absent(lab):
    vm = shell(lab)
    for task in ("physmem", "1", "4"):
        assert "part of the system" in vm.command(f"kill {task}")
    assert "no task" in vm.command("kill 9999")
    assert "there is no such command" in vm.command("nonsense")


def a_segmentation_violation_ends_that_task_alone_and_is_reported(lab):
    vm = shell(lab)
    text = vm.command("run segfault")
    assert re.search("segmentation violation", text, re.I), text
    assert re.search("eip", text, re.I) and re.search("esp", text, re.I), "no registers: " + text
    assert re.search("hello", vm.command("run hello"), re.I), "the system goes on"


def the_demo_runs_beside(lab, neighbour, frames=None):
    """The demo is well while a bad neighbour runs, and the shell after it."""
    vm = shell(lab)
    vm.command(f"run {'-m %d ' % frames if frames else ''}{neighbour} &")
    assert re.search(DEMO_LINE, vm.command("run demo", 180)), "the demo failed"
    assert re.search("hello", vm.command("run hello", 120), re.I)
    vm.send("halt")
    assert vm.finish(60).status == 0


def a_memory_hog_harms_nobody(lab):
    the_demo_runs_beside(lab, "hog")


def a_bomb_of_threads_harms_nobody(lab):
    the_demo_runs_beside(lab, "bomb")


def garbage_sent_to_every_server_harms_nobody(lab):
    the_demo_runs_beside(lab, "garbage")


def a_busy_loop_harms_nobody(lab):
    the_demo_runs_beside(lab, "spin")


def shell_help_names_every_command(lab):
    vm = shell(lab)
    text = vm.command("help")
    for name in "help ps mem maps disk uptime clear ls run kill reboot halt".split():
        assert re.search(rf"^  {name}\b", text, re.M), name
        more = vm.command(f"help {name}")
        assert re.search(rf"^{name}( [^:]*)?: \w", more, re.M), more
    lines = (text + vm.command("ls")).splitlines()
    assert max(len(line) for line in lines) <= 80, "wider than a screen"
    assert "says hello" in vm.command("help hello")
    assert "there is no command or program nobody" in vm.command("help nobody")
    halt(vm)


def no_command_prints_lines_wider_than_a_screen(lab):
    """Not devices: its lines say what the machine has.  paging draws over its line; reboot, halt and exit end what the test talks to."""
    vm = shell(lab, init="swap=ram:4", memory=128)
    names = re.findall(r"^  (\S+)", vm.command("help"), re.M)
    given = {"maps": " init", "top": " 1", "irq": " 1", "ipcstat": " 1", "keymap": " nobody", "run": " -x", "fg": " 7"}
    assert set(given) <= set(names), names
    lines = vm.command("ls | ls").splitlines()
    for name in names:
        if name not in ("devices", "paging", "reboot", "halt", "exit", "clear"):
            lines += vm.command(name + given.get(name, "")).splitlines()
        lines += vm.command(f"help {name}").splitlines()
    assert len(lines) > 150, "commands say little"
    wide = [line for line in lines if len(line) > 80]
    assert wide == [], "wider than a screen"


def shell_names_start_programs(lab):
    vm = shell(lab)
    assert "argument 1: a b" in vm.command("hello 'a b'")
    assert re.search(r"spin runs as task \d+", vm.command("spin &"))
    vm.command("kill spin")
    halt(vm)


def shell_ls_says_what_programs_do(lab):
    vm = shell(lab)
    text = vm.command("ls")
    assert re.search(r"^ +\d+ KB  hello +the smallest program", text, re.M), text
    assert re.search(r"^ +\d+ KB  ramdisk +a driver: ", text, re.M), text
    assert "programs.txt" not in text
    assert "no such command or program" in vm.command("programs.txt")
    halt(vm)


def servers_that_only_init_can_start_say_so(lab):
    vm = shell(lab)
    for name in ("policy", "swapper"):
        assert f"{name}: init starts this server, if it has the option `" in vm.command(name)


def shell_uptime_goes_on(lab):
    vm = shell(lab)
    seconds = []
    for _ in range(2):
        days, hours, minutes, rest = map(int, re.search(r"(\d+) days (\d+):(\d+):(\d+)\.\d+ since", vm.command("uptime")).groups())
        seconds.append(((days * 24 + hours) * 60 + minutes) * 60 + rest)
        vm.command("run diskcheck")         # any program: time passes
    assert seconds[0] <= seconds[1] < 3600, seconds
    halt(vm)


def shell_tab_completes_names(lab):
    vm = shell(lab)
    vm.line.send("run hel\t'by Tab'\r")
    vm.expect(r"argument 1: by Tab\s")
    vm.expect("pecan> ")
    vm.line.send("he\t")                        # hello and help
    vm.expect("hel")
    vm.line.send("\t")
    vm.expect(r"help +hello|hello +help")
    vm.expect(r"pecan> hel")
    vm.line.send("p halt\r")
    vm.expect("switches the machine off")
    vm.expect("pecan> ")
    vm.line.send("maps phys\t\r")
    vm.expect("maps physmem ")
    vm.expect("pecan> ")
    halt(vm)


def shell_tab_completes_paths(lab):
    vm = shell(lab, init="root=ram")
    for line in ("mkdir /alpha", "echo found > /alpha/word", "echo > /alpha/work", "echo > '/alpha/w w'", "echo > /alpha/.hidden",
                 "cp /alpha/word /bin/wordy"):
        assert vm.command(line).strip() == "", line
    vm.line.send("cat /al\two\t")               # word and work
    vm.expect("cat /alpha/wor")
    vm.line.send("\t")
    vm.expect(r"word +work|work +word")
    vm.expect(r"pecan> cat /alpha/wor")
    vm.line.send("d\t;cd /alp\t\r")
    vm.expect("d ;cd /alpha/")
    vm.expect(r"found\s")
    vm.expect("pecan> ")
    for typed, shown in (("cat wo\td\t", "cat word "), ("cat <word\t", "cat <word "), ("echo a >wo\tk\t", "echo a >work "),
                         ("cat .h\t", "cat .hidden "), ("wordy\t", "wordy "), ("true; wordy\t", "true; wordy "),
                         ("cat ./wo\td\t", "cat ./word "), ("cat nothing/x\t", "cat nothing/x\a"), ("cat ../alp\t", "cat ../alpha/")):
        vm.line.send(typed + "#\x03")
        vm.expect(re.escape(shown) + "#")
        vm.expect("pecan> ")
    halt(vm)


def shell_says_what_is_wrong_with_a_command(lab):
    vm = shell(lab)
    for line, answer in [
        ("nonsense", "nonsense: there is no such command or program; `help` and `ls` list them"),
        ("run", "run: say run .OPTIONS. PROGRAM"),
        ("run -d", "run: say which program"),
        ("run -x hello", "run: there is no option -x"),
        ("ps -a", "ps: takes no arguments"),
        ("ps &", "ps: only programs run in the background"),
        ("help a b", "help: say help .COMMAND."),
        ("ls | hello", "Pipes need a file system: `mount DISK` mounts one, `mount ram` makes one"),
        ("hello | ls", "only programs take part in a pipeline"),
        ("sh x | hello", "only programs take part in a pipeline"),
        ("| hello", "nothing stands before the |"),
        ("hello > x", "No file system is mounted"),
        ("hello > x > y", "there are two files for the same thing"),
        ("hello <", "a file's name belongs behind < and >"),
        ("ps > x", "No file system is mounted"),
        ("top > x", "top: its output stays on the console"),
        ("ps < x", "only programs read from files"),
        ("; ls", "nothing stands before the ;"),
        ("echo ${x", "a brace is not closed, at `echo "),
        ("if true; then hello; fi; fi", "`fi` stands without its `if` and `then`, at `fi`"),
        ("test a b c d", "test: a begins a question with too many words"),
        ("test -q a", "test: -q is no question about one word"),
        ("test 1 -is 1", "test: -is is no question about two words"),
        ("test 1 -eq x", "test: x is no number"),
        ("[ a", r"\[: the last word must be \]"),
        ("sleep x", "sleep: x is no number of seconds"),
        ("exit", "There is nothing above this shell"),
        ("exit 256", "exit: 256 is no status from 0 to 255"),
        ("unset x", "there is no variable x"),
        ("run nobody", "run: nobody: there is no such program"),
        ("run -m hello", "run: -m wants a number of frames"),
        ("run -m 0 hello", "run: -m wants a number of frames"),
        ("run -m 99999999 hello", "run: hello: not enough memory is left"),
        ("run -m 10 hello", "run: hello: not enough memory is left for 10 frames, or it needs more"),
        ("run -b", "run: -b wants a disk or partition; `disk` lists them"),
        ("$NOTHING", "The command's name is empty: perhaps a variable has no value"),
        ("A=1 B=2", "A=1: an assignment is a command of its own: `A=1; B=2`"),
        ("paging x", "paging: say frames=N"),
        ("paging frames=x", "paging: say frames=N"),
        ("umount", "umount: nothing is mounted"),
        ("/bin/wc", "No file system is mounted: `mount DISK`"),
        ("echo $(ps)", "are not known here"),
        ("hello 2>&3", "only 2>&1 and >&2 join two streams"),
        ("run 'hello", "a quote is not closed"),
        ("& run", "nothing stands before the &"),
        ("maps", "maps: say maps TASK"),
        ("maps nobody", "there is no task nobody"),
        ("maps 400", "there is no task 400"),
        ("maps 0", "there is no task 0"),
        ("kill", r"kill: say kill \[-SIGNAL\] TASK"),
        ("kill 16000", "there is no task 16000"),
        ("kill physmem", r"kill: task 2 \(physmem\) is part of the system"),
        ("kill 5", "kill: task 5"),
    ]:
        said = vm.command(line)
        assert re.search(answer, said), f"{line!r} said {said!r}"
    assert vm.command("").strip() == ""
    halt(vm)


def shell_line_can_be_edited(lab):
    vm = shell(lab)
    vm.line.send("run helXX\x7f\x7flo 'two words' x\x01\x05\x7fthree\r")
    vm.expect(r"argument 1: two words\s+argument 2: three\s")
    vm.expect("pecan> ")
    vm.line.send("rubbish\x03")
    vm.expect("pecan> ")
    vm.line.send("\x1b[A\r")        # the line before the one given up
    vm.expect(r"argument 2: three\s")
    halt(vm)


def maps_shows_the_regions_of_another_task(lab):
    vm = shell(lab)
    vm.command("run spin &")
    for name in ["spin", "init", "5"]:
        text = vm.command(f"maps {name}")
        regions = re.findall(r"^([0-9a-f]{8})-([0-9a-f]{8}) ([r-][w-][x-])", text, re.M)
        assert len(regions) >= 3, text
        ends = [int(end, 16) for _, end, _ in regions]
        starts = [int(start, 16) for start, _, _ in regions]
        assert starts == sorted(starts) and all(e < s for e, s in zip(ends, starts[1:])), text
        assert any("x" in rights for _, _, rights in regions), text
    vm.command("kill spin")
    halt(vm)


def a_background_program_runs_until_it_is_killed(lab):
    vm = shell(lab)
    assert re.search(r"spin runs as task \d+", vm.command("run spin &"))
    assert re.search(r"^ +\d+  spin ", vm.command("ps"), re.M)
    mark, killed = vm.mark(), r"spin \(task \d+\) was killed"
    vm.command("kill spin")
    assert re.search(killed, said_since(vm, mark, killed)), vm.text[mark:]
    assert not re.search(r"^ +\d+  spin ", vm.command("ps"), re.M)
    halt(vm)


def ctrl_c_ends_the_program_in_the_foreground(lab):
    vm = shell(lab)
    vm.send("run spin")
    vm.expect("spin: until")            # before, it is perhaps not in the foreground yet
    vm.line.send("\x03")
    vm.expect(r"spin \(task \d+\) was killed")
    vm.expect("pecan> ")
    halt(vm)


def reboot_starts_the_machine_again(lab):
    vm = shell(lab, reboots=True)
    vm.send("reboot")
    vm.expect(DEMO_LINE, timeout=120)
    vm.expect("pecan> ")
    halt(vm)


def every_server_survives_garbage_with_good_handles(lab):
    """The sender may destroy itself that way, but takes nothing along."""
    vm = shell(lab)
    vm.command("run hello")
    before = frames_in_use(vm)
    for seed in range(1, 9):
        said = vm.command(f"run garbage 2000 {seed} wild", timeout=240)
        assert "garbage" in said, said
    assert "Hello" in vm.command("run hello")
    assert comes_to(vm, before, frames_in_use) == before
    assert re.search(DEMO_LINE, vm.command("run demo", timeout=240))
    halt(vm)


def every_server_survives_garbage(lab):
    vm = shell(lab)
    for seed in range(1, 6):
        said = vm.command(f"run garbage 3000 {seed}", timeout=240)
        assert re.search(r"garbage: 3000 messages sent, \d+ answered", said), said
    assert re.search(r"^ +5  init ", vm.command("ps"), re.M)
    assert "free" in vm.command("mem")
    assert re.search(DEMO_LINE, vm.command("run demo", timeout=240))
    halt(vm)


def everything_works_while_physmem_takes_mappings_away_at_random(lab):
    vm = shell(lab, init="revoke=2")
    assert "Hello" in vm.command("run hello")
    assert re.search(DEMO_LINE, vm.command("run demo", timeout=240))
    assert "deva" in vm.command("ps") and "free" in vm.command("mem") and "r-x" in vm.command("maps init")
    halt(vm)


def all_bad_neighbours_at_once_harm_nobody(lab):
    vm = shell(lab)
    vm.command("run hello")
    before = frames_of_others(vm)
    for neighbour in ("hog", "bomb", "garbage 1000000", "spin"):
        vm.command(f"run {neighbour} &")
    assert re.search(DEMO_LINE, vm.command("run demo", timeout=240))
    for name in ("hog", "bomb", "garbage", "spin"):
        vm.command(f"kill {name}")
    assert "Hello" in vm.command("run hello")
    assert comes_to(vm, before, frames_of_others) == before
    halt(vm)


def statuses(vm, *lines):
    """$? behind each of these lines."""
    return [int(re.search(r"status (\d+)", vm.command(f"{line}; echo status $?"))[1]) for line in lines]


def every_command_has_a_status(lab):
    vm = shell(lab)
    assert statuses(vm, "true", "false", "ps", "maps nobody", "nonsense", "hello", "run nobody", "x=1", "kill 1") == \
        [0, 1, 0, 1, 127, 0, 127, 0, 1]
    assert statuses(vm, "test a", "test", "test -z a", "test a = a", "[ a != a ]", "test ! a", "[ 10 -gt 9 ]", "[ -3 -ge 0x2 ]",
                    "test 1 -eq x", "[ a", "test -e /", "! true", "! false") == [0, 1, 1, 0, 1, 1, 0, 1, 2, 2, 1, 1, 0]


def the_shell_has_conditions_and_loops(lab):
    vm = shell(lab)
    assert vm.command("if [ a = b ]; then echo no; elif true; then echo yes; fi").split() == ["yes"]
    assert vm.command("for i in 1 2 3; do test $i = 2 && continue; echo got $i; done").split("\n")[:2] == ["got 1", "got 3"]
    assert vm.command("x=; while [ $x != aaa ]; do x=a$x; done; echo $x").strip() == "aaa"
    assert "argument 1: from a loop" in vm.command("for p in hello; do $p 'from a loop'; done")
    assert vm.command("i=0; while [ $i -lt 3 ]; do i=$((i + 1)); done; echo $i $((i * -2))").strip() == "3 -6"
    assert "a division by zero, at `echo" in vm.command("echo $((1 / 0))")
    assert vm.command("false && echo no || echo yes").strip() == "yes"
    vm.send("while true")
    vm.expect(r"\n> ")
    vm.send("do echo $x; break")
    vm.expect(r"\n> ")
    vm.send("done")
    vm.expect(r"\naaa\s")
    vm.expect("pecan> ")
    vm.send("if true")
    vm.expect(r"\n> ")
    vm.line.send("\x03")
    vm.expect("pecan> ")
    assert vm.command("echo on").strip() == "on"


def ctrl_c_leaves_every_loop(lab):
    vm = shell(lab)
    for loop, started in (("while true; do true; done", ""), ("while true; do echo round; done", r"round\s+round"),
                          ("while true; do sleep 1; done", ""), ("while true; do spin; done", "spin: until"), ("while true; do top; done", "any key ends this"),
                          ("for i in 1 2; do while true; do hello; done; done", "Hello"), ("until false; do nonsense; done", "no such command")):
        vm.send(loop)
        vm.expect(r"done\s")
        if started:
            vm.expect(started)
        vm.line.send("\x03")
        vm.expect("pecan> ")
    vm.send("sleep 5; echo never")
    vm.expect("never")
    vm.line.send("\x03")
    vm.expect("pecan> ")
    assert not re.search(r"^never", vm.before, re.M), vm.before
    assert vm.command("echo typed").strip() == "typed"


def a_long_list_stops_at_each_page(lab):
    vm = shell(lab)
    more = "-- more: space, enter or q --"
    vm.send("help")
    vm.expect(more)
    assert vm.before.count("\n") == 24, vm.before         # the echo of what was typed, and 23 rows
    vm.line.send("x\r")
    vm.expect(more)
    assert vm.before.count("\n") == 1, vm.before
    vm.line.send(" ")
    vm.expect(more)
    assert vm.before.count("\n") == 23, vm.before
    vm.line.send("q")
    vm.expect("pecan> ")
    assert "\n" not in vm.before, vm.before
    assert statuses(vm, "help") == [0]
    text = vm.command("help")
    assert "Programs" in text and "help wc" in text.replace("| ", ""), text
    for line in ("LINES=0", "help"):
        vm.send(line)
        vm.expect("pecan> ")
    assert more not in vm.before and vm.before.count("\n") > 40
    vm.command("LINES=100")
    vm.send("help")
    vm.expect("pecan> ")
    assert more not in vm.before
    vm.command("LINES=24")
    vm.send("uptime; help")                             # not alone
    vm.expect("pecan> ")
    assert more not in vm.before


def containers_and_frames_add_up(lab):
    vm = shell(lab)
    vm.command("spin &")
    vm.command("sleep 1")                       # it has all its containers then
    text = vm.command("containers")
    rows = re.findall(r"^ *(\d+)  (\S+) +(\d+) +(\d+) +\d+ +\d+ +\d+(?:  wired|  ends)*$", text, re.M)
    count, pages = map(int, re.search(r"^(\d+) containers, (\d+) pages$", text, re.M).groups())
    assert len(rows) == count and sum(int(row[3]) for row in rows) == pages, text
    assert {"init", "spin"} <= {row[1] for row in rows}, text
    ours = vm.command("containers spin")
    found = re.findall(r"^ *\d+  spin .*$", ours, re.M)
    assert found and len(found) == sum(row[1] == "spin" for row in rows) == int(re.search(r"(\d+) containers", ours)[1]), ours
    assert "there is no task nobody" in vm.command("containers nobody")
    frames = vm.command("frames")
    parts = {name: int(number) for number, name in re.findall(r"^ *(\d+) +\d+\.\d%  (\S+) *#*$", frames, re.M)}
    total = int(re.search(r"(\d+) frames of 4 KB", frames)[1])
    assert 0 < parts["(free)"] < total and parts["spin"] > 10 and parts["(records)"] < total, frames
    vm.command("kill spin")
    halt(vm)


def ipcstat_and_irq_count_in_the_kernels_trace(lab):
    vm = shell(lab, extra=machine.counted(4))
    text = vm.command("ipcstat")
    pairs = {(a, b): (int(messages), int(faults)) for a, b, messages, faults in
             re.findall(r"^ *\d+  (\S+) +\d+  (\S+) +(\d+) +(\d+)$", text, re.M)}
    assert pairs[("init", "deva")][0] >= 5 and pairs[("deva", "init")][0] >= 5, text      # it looks for Ctrl-C ten times a second
    vm.command("policies &")
    text = vm.command("ipcstat 2")
    assert re.search(r"^ *\d+  policies +\d+  policies +\d+ +[1-9]\d*$", text, re.M), "a task serves its own faults: " + text
    text = vm.command("irq")
    assert int(re.search(r"^ +0 +(\d+)  the kernel: its clock$", text, re.M)[1]) > 500, text
    assert "on: a ring of 64 KB" in vm.command("trace on 64")
    text = vm.command("irq")
    assert re.search(r"^ +4 +\d+  task \d+, deva$", text, re.M), "what was typed came by the serial line: " + text
    assert re.search(r"it wrote \d+ records", vm.command("trace off"))
    for command in ("irq", "ipcstat"):
        for wrong in ("0", "11", "often"):
            assert f"{command}: {wrong} is no number of seconds from 1 to 10" in vm.command(f"{command} {wrong}")
