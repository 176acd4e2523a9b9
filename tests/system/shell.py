# SPDX-License-Identifier: MIT
"""The shell's commands, and bad neighbours."""
import re

from boot import DEMO_LINE


def shell(lab, **setup):
    vm = lab.boot_iso(**setup)
    vm.expect("pecan> ", 120)
    return vm


def free_frames(vm):
    return int(re.search(r"(\d+) free", vm.command("mem"))[1])


def task_id(vm, name):
    """The last task of that name in `ps`."""
    found = re.findall(rf"^ *(\d+)  {name}\b", vm.command("ps"), re.M)
    assert found, f"ps does not show {name}"
    return int(found[-1])


def ps_shows_the_boot_tasks_and_their_threads_with_ipc_state(lab):
    text = shell(lab).command("ps")
    for name in ("wortel", "physmem", "task", "deva", "init"):
        assert re.search(rf"^ *\d+  {name}\b", text, re.M), f"no {name}"
    assert re.search(r"thread +\d+\.\d+", text), "no threads"
    assert re.search("wait|receiv", text), "nobody waits for a message"


def mem_adds_up(lab):
    text = shell(lab).command("mem")
    owns, free, used, books = (int(n) for n in re.search(
        r"owns (\d+) frames of 4 KB \(\d+ KB\): (\d+) free, (\d+) in use, (\d+) bookkeeping", text).groups())
    assert owns == free + used + books, text
    assert owns > 8000, "most of 64 MB belongs to physmem"


def maps_shows_the_regions_of_a_program(lab):
    vm = shell(lab)
    vm.command("run spin &")
    text = vm.command(f"maps {task_id(vm, 'spin')}")
    assert re.search(r"00400000-\w+ r-?x|00400000-\w+ r.x", text), text


def run_prints_what_the_program_prints(lab):
    text = shell(lab).command("run hello")
    assert re.search("hello", text, re.I), text


def programs_leave_no_frames_behind(lab):
    vm = shell(lab)
    vm.command("run hello")
    before = free_frames(vm)
    for _ in range(3):
        vm.command("run hello")
    assert free_frames(vm) == before


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
    assert free_frames(vm) == before


def kill_refuses_the_system_and_the_absent(lab):
    vm = shell(lab)
    for task in ("physmem", "1", "4"):
        assert "part of the system" in vm.command(f"kill {task}")
    assert "no task" in vm.command("kill 9999")
    assert "help" in vm.command("nonsense")


def a_segmentation_violation_ends_that_task_alone_and_is_reported(lab):
    vm = shell(lab)
    text = vm.command("run segfault")
    assert re.search("segmentation violation", text, re.I), text
    assert re.search("eip", text, re.I) and re.search("esp", text, re.I), "no registers: " + text
    assert re.search("hello", vm.command("run hello"), re.I), "the system goes on"


def reboot_resets_the_machine(lab):
    """QEMU is told to end at a reset, so the end without a verdict is what a reset looks like."""
    vm = shell(lab)
    vm.send("reboot")
    ending = vm.finish(30)
    assert ending.status is None and "status 0" in ending.problem, ending.problem


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


def the_ps2_keyboard_and_the_screen_are_a_console_too(lab):
    vm = shell(lab)
    vm.type_keys("help\n")
    vm.expect("maps TASK", 30)
    screen = vm.screen()
    assert "pecan> help" in screen and "maps TASK" in screen, screen
