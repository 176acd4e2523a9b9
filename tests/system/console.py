# SPDX-License-Identifier: MIT
"""The console's hardware: a PS/2 keyboard that types, and machines on which parts are missing."""
import machine
from shell import shell


def a_ps2_keyboard_types_shifted_locked_and_edited_lines(lab):
    vm = shell(lab, extra=machine.counted(4))   # a key is down for 20 ms of the time in which it is read
    vm.press("r", "u", "n", "spc", "shift-h", "backspace", "h", "e", "l", "l", "o", "spc", "shift-minus",
             "caps_lock", "x", "caps_lock", "1", "ret")
    vm.expect(r"argument 1: _X1\s")
    vm.expect("pecan> ")
    vm.press("up", "home", "delete", "r", "end", "2", "ret")
    vm.expect(r"argument 1: _X12\s")
    vm.expect("pecan> ")
    vm.press("r", "u", "n", "spc", "s", "p", "i", "n", "ret", "ctrl-c")
    vm.expect(r"spin \(task \d+\) was killed")


def the_screen_shows_what_the_serial_line_shows(lab):
    vm = shell(lab)
    vm.command("run hello")
    screen = vm.screen()
    assert "Hello from a task that pages itself." in screen and "pecan> run hello" in screen, screen


def a_machine_without_screen_and_keyboard_boots_to_the_shell(lab):
    vm = shell(lab, machine="pc,i8042=off", extra=["-vga", "none"])
    assert "no keyboard" in vm.text
    assert "Hello" in vm.command("run hello")
    vm.send("halt")
    assert vm.finish().status == 0


def input_typed_while_a_program_runs_is_read_afterwards(lab):
    vm = shell(lab)
    vm.send("run hello 1")
    vm.send("run hello 2")
    vm.expect(r"argument 1: 1\s")
    vm.expect(r"argument 1: 2\s")
    vm.expect("pecan> ")


def readers_of_the_console_are_served_in_the_order_in_which_they_came(lab):
    vm = shell(lab)
    vm.send("run typed 4")
    vm.expect("4 readers wait")
    vm.line.send("ab")
    for number, character in enumerate("abcd", 1):
        vm.expect(rf"reader {number} got {character}\s")
        if number == 2:
            vm.line.send("cdps")
    vm.expect("pecan> ps")      # what nobody waited for is the shell's


def a_program_in_the_background_takes_no_input_from_the_shell(lab):
    vm = shell(lab)
    vm.send("run typed 32 &")
    vm.expect("32 readers wait")
    assert "Hello" in vm.command("run hello")
    assert "typed" in vm.command("ps")
    vm.command("kill typed")


def ctrl_c_ends_a_program_that_waits_for_input(lab):
    vm = shell(lab)
    vm.send("run typed 2")
    vm.expect("2 readers wait")
    vm.line.send("x\x03")
    vm.expect(r"typed \(task \d+\) was killed")
    vm.expect("pecan> ")
    assert "Hello" in vm.command("run hello")


def a_driver_that_ends_leaves_its_interrupt_to_the_next_one(lab):
    vm = lab.boot_modules(modules=machine.MODULES[:-1] + ["tests.cpio"])
    vm.expect("pecan> ", 120)
    for _ in range(2):
        said = vm.command("run -d driver_test")
        assert "not ok" not in said and "SKIP" not in said and "ok 10 - driver_that_leaves" in said, said
    assert "SKIP no device access" in vm.command("run driver_test")


def a_long_text_that_is_pasted_arrives_whole(lab):
    vm = shell(lab)
    for number in range(150):
        vm.line.send(f"no{number}\r")
    for number in range(150):
        vm.expect(rf"no{number}: no such command")
    vm.send("run hello " + "x" * 150)
    vm.expect(r"argument 1: x{150}\s")
