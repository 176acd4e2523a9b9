# SPDX-License-Identifier: MIT
"""The shell, as somebody on the serial line sees it."""
import re

DEMO = r"self-paging demo: (\d+) faults served by (\d+) tasks themselves, (\d+) frames returned, all data intact"


def shell(lab, **setup):
    vm = lab.boot_iso(**setup)
    vm.expect("pecan> ", timeout=120)
    return vm


def free_frames(vm):
    return int(re.search(r"(\d+) free", vm.command("mem")).group(1))


def settled_free_frames(vm):
    """What is free once `task` and physmem have buried a dead task: the same twice in a row."""
    before = free_frames(vm)
    for _ in range(20):
        now = free_frames(vm)
        if now == before:
            break
        before = now
    return before


def halt(vm):
    vm.send("halt")
    ending = vm.finish()
    assert ending.status == 0, ending.problem or ending.status


def shell_help_names_every_command(lab):
    vm = shell(lab)
    text = vm.command("help")
    for name in "help ps mem maps ls run kill reboot halt".split():
        assert re.search(rf"^  {name}\b", text, re.M), name
    halt(vm)


def shell_says_what_is_wrong_with_a_command(lab):
    vm = shell(lab)
    for line, answer in [
        ("nonsense", "nonsense: no such command; `help` lists them"),
        ("hello", "hello is a program: `run hello`"),
        ("run", "run: say which program"),
        ("run nobody", "run: nobody: there is no such program"),
        ("run -m hello", "run: -m wants a number of frames"),
        ("run -m 0 hello", "run: -m wants a number of frames"),
        ("run -m 99999999 hello", "run: hello: not enough memory is left"),
        ("run 'hello", "a quote is not closed"),
        ("& run", "nothing stands before the &"),
        ("maps", "maps: say which task"),
        ("maps nobody", "there is no task nobody"),
        ("maps 400", "there is no task 400"),
        ("maps 0", "there is no task 0"),
        ("kill", "kill: say which task"),
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


def ps_shows_tasks_with_their_threads_and_ipc_states(lab):
    vm = shell(lab)
    text = vm.command("ps")
    for task, name in [(3, "task"), (4, "deva"), (5, "init")]:
        assert re.search(rf"^ +{task}  {name} ", text, re.M), name
    threads = re.findall(r"thread +\d+\.(\d+) +(\w[\w ]*)(, pager)?", text)
    assert any(task == "5" and pager for task, _, pager in threads), threads
    assert any(task == "4" and state == "waiting" for task, state, _ in threads), threads
    halt(vm)


def a_program_gives_all_its_memory_back(lab):
    vm = shell(lab)
    vm.command("run hello")         # whatever is only fetched once
    before = settled_free_frames(vm)
    for _ in range(5):
        assert "Hello from a task that pages itself." in vm.command("run hello")
    vm.command("run segfault")
    assert settled_free_frames(vm) == before
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
    said = vm.command("kill spin") + vm.command("") + vm.command("")
    assert re.search(r"spin \(task \d+\) was killed", said), said
    assert not re.search(r"^ +\d+  spin ", vm.command("ps"), re.M)
    halt(vm)


def ctrl_c_ends_the_program_in_the_foreground(lab):
    vm = shell(lab)
    vm.send("run spin")
    vm.expect("run spin\\s*\n")
    vm.line.send("\x03")
    vm.expect(r"spin \(task \d+\) was killed")
    vm.expect("pecan> ")
    halt(vm)


def a_null_pointer_ends_that_task_alone(lab):
    vm = shell(lab)
    said = vm.command("run segfault")
    assert "took it" not in said and "segfault (task" in said, said
    assert "Hello" in vm.command("run hello")
    halt(vm)


def reboot_starts_the_machine_again(lab):
    vm = shell(lab, reboots=True)
    vm.send("reboot")
    vm.expect(DEMO, timeout=120)
    vm.expect("pecan> ")
    halt(vm)


def demo_beside(lab, neighbour, **setup):
    vm = shell(lab, **setup)
    vm.command(f"run {neighbour} &")
    said = vm.command("run demo", timeout=240)
    assert re.search(DEMO, said), said
    name = neighbour.split()[-1] if neighbour.startswith("-m") else neighbour.split()[0]
    if name != "garbage":
        vm.command(f"kill {name}")
    assert "Hello" in vm.command("run hello")
    halt(vm)


def demo_is_unharmed_beside_a_memory_hog(lab):
    demo_beside(lab, "hog")


def demo_is_unharmed_beside_a_fork_bomb_of_threads(lab):
    demo_beside(lab, "bomb")


def demo_is_unharmed_beside_a_task_that_sends_garbage_to_every_server(lab):
    demo_beside(lab, "garbage 20000")


def demo_is_unharmed_beside_a_task_that_never_sleeps(lab):
    demo_beside(lab, "spin")


def every_server_survives_garbage(lab):
    vm = shell(lab)
    for seed in range(1, 6):
        said = vm.command(f"run garbage 3000 {seed}", timeout=240)
        assert re.search(r"garbage: 3000 messages sent, \d+ answered", said), said
    assert re.search(r"^ +5  init ", vm.command("ps"), re.M)
    assert "free" in vm.command("mem")
    assert re.search(DEMO, vm.command("run demo", timeout=240))
    halt(vm)
