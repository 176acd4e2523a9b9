# SPDX-License-Identifier: MIT
"""The console's hardware: a PS/2 keyboard that types, and machines on which parts are missing."""
import os
import re
import subprocess

import machine
from boot import DEMO_LINE
from shell import comes_to, shell


def shell_with_keys(lab, **setup):
    """In virtual time: a key is down for 20 ms of the time in which it is read, so the keyboard's 16 bytes are never full."""
    return shell(lab, extra=machine.counted(4), **setup)


def the_keyboards_layout_can_be_changed(lab):
    vm = shell_with_keys(lab, init="keymap=de")
    assert "layout is de" in vm.command("keymap")
    vm.press("k", "e", "z", "m", "a", "p", "spc", "f", "r", "ret")      # the American names of the keys
    vm.expect(r"keymap fr\s")
    vm.expect("pecan> ")
    assert "there is no layout dvorak" in vm.command("keymap dvorak")
    assert "layout is fr" in vm.command("keymap")
    vm.press("h", "q", "l", "t", "ret")
    assert vm.finish(60).status == 0


def ctrl_alt_del_starts_the_machine_again(lab):
    vm = shell_with_keys(lab, reboots=True)
    vm.press("ctrl-alt-delete")
    vm.expect(DEMO_LINE, 120)
    vm.expect("pecan> ", 120)
    vm.send("halt")
    assert vm.finish(60).status == 0


def a_ps2_keyboard_types_shifted_locked_and_edited_lines(lab):
    vm = shell_with_keys(lab)
    vm.press("r", "u", "n", "spc", "shift-h", "backspace", "h", "e", "l", "l", "o", "spc", "shift-minus",
             "caps_lock", "x", "caps_lock", "1", "ret")
    vm.expect(r"argument 1: _X1\s")
    vm.expect("pecan> ")
    vm.press("up", "home", "delete", "r", "end", "2", "ret")
    vm.expect(r"argument 1: _X12\s")
    vm.expect("pecan> ")
    vm.press("r", "u", "n", "spc", "s", "p", "i", "n", "ret")
    vm.expect("spin: until")
    vm.press("ctrl-c")
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


def a_screen_without_a_keyboard_says_how_to_go_on(lab):
    screen = "\n".join(shell(lab, machine="pc,i8042=off").screen())
    assert "no keyboard" in screen and re.search(r"deva: type at COM1, or: the BIOS can .* USB keyboard .*\n.*USB legacy support", screen), screen


def input_typed_while_a_program_runs_is_read_afterwards(lab):
    vm = shell(lab)
    vm.send("run hello 1")
    vm.send("run hello 2")
    vm.expect(r"argument 1: 1\s")
    vm.expect(r"argument 1: 2\s")
    vm.expect("pecan> ")


def readers_of_the_console_are_served_in_the_order_in_which_they_came(lab):
    vm = shell(lab, extra=machine.counted(4))   # they come 10 ms of its time apart
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


def a_program_reads_lines_that_are_shown_and_mended_while_they_are_typed(lab):
    vm = shell(lab)
    vm.send("run ask 6")
    for keys, shown, name in (("Anna\r", "Anna", "Anna"), ("Bo\n", "Bo", "Bo"), ("Cay\x7f\bid\r", "C", "Cid"),
                              ("wrong\x15Dora\r", "wrong", "Dora"), ("Eve Adam\x17Ott\r", "Eve Adam", "Eve Ott"),
                              ("\x1b[A\x1b[[Efin\r", "fin", "fin")):
        vm.expect(r"name\? ")
        vm.line.send(keys)
        vm.expect(shown)
        vm.expect(rf"hello {name}\.\s")
    vm.expect("pecan> ")
    vm.send("run ask 9")
    vm.expect(r"name\? ")
    vm.line.send("x\x04")
    vm.line.send("\r\x04")
    vm.expect(r"hello x\.")     # a line without a newline: fgets waits for its end
    vm.expect("nobody")
    vm.expect("pecan> ")


def lines_typed_ahead_go_to_the_task_that_asks_and_the_rest_to_the_shell(lab):
    vm = shell(lab)
    vm.send("run ask 2")
    vm.line.send("first\rsecond\rrun hello third\r")
    vm.expect(r"hello first\.")
    vm.expect(r"hello second\.")
    vm.expect(r"argument 1: third\s")


def a_ps2_keyboard_types_lines_for_a_program(lab):
    vm = shell_with_keys(lab)
    vm.send("run ask 2")
    vm.expect(r"name\? ")
    vm.press("shift-x", "y", "backspace", "z", "ret")
    vm.expect("Xy")
    vm.expect(r"hello Xz\.")
    vm.press("ctrl-d")
    vm.expect("nobody")


def a_line_longer_than_a_message_arrives_whole(lab):
    vm = shell(lab)
    vm.send("run ask 7")
    vm.expect(r"name\? ")
    vm.line.send("a" * 79 + "b" * 79 + "c" * 79 + "d" * 79 + "e\r")    # fgets takes 79 at a time
    for letter in "abcd":
        vm.expect(rf"hello {letter * 79}\.\s")
    vm.expect(r"hello e\.\s")


def keys_of_other_terminals_move_in_the_shells_line_or_do_nothing(lab):
    vm = shell(lab)
    vm.line.send("un hellx\x1b[[A\x1b\x1b[A\x1b[24;2~\x7f\x1b[1~r\x1b[4~o 1x\x1b[7~\x1b[8~\x1b[D\x1b[3;5~\r")
    vm.expect(r"argument 1: 1\s")


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
        assert "not ok" not in said and "SKIP" not in said and re.search(r"ok \d+ - driver_that_leaves", said), said
    assert "SKIP no device access" in vm.command("run driver_test")


def boot_with_program(lab, name, deva="deva", **setup):
    """The system with this program alone in its archive."""
    archive = os.path.abspath(lab.log + ".cpio")
    subprocess.run([os.path.join(machine.TOP, "tools/archive"), archive, f"{lab.build}/strip/{name}"], check=True,
                   stdout=subprocess.DEVNULL)
    modules = [{"apps.cpio": archive, "deva": deva}.get(module, module) for module in machine.MODULES]
    return lab.boot_modules(modules, **setup)


def the_screen_understands_what_programs_send_to_terminals(lab):
    vm = boot_with_program(lab, "escapes", options={"init": "run=escapes"})
    vm.expect("pecan> ", 120)
    wanted = ["1 sgr0: plain", "2 title: after", "3 colour: red after", "4 charset: x", "5 save: x", "6 picture: x",
              "7 dcs: x", "8 utf8: \x82 \xc4 x", "            Xef"]     # \x82, \xc4: the card's letter and line
    assert vm.screen()[:9] == wanted, vm.screen()[:9]


def tasks_begin_and_end_while_deva_hangs(lab):
    vm = boot_with_program(lab, "late_test", deva="deva-sleepy", options={"init": "batch run=late_test"},
                           extra=machine.REPEATABLE)
    ending = vm.finish(120)
    assert "before 7, after 7, hung 1" in vm.text, "deva was not what it should be"
    took = [int(ms) for ms in re.findall(r"child \d: status 8 after (\d+) ms", vm.text)]
    assert len(took) == 4 and took[0] < 1000 and max(took[1:]) < 200, took
    assert ending.status == 0, ending.problem


def ctrl_c_takes_back_what_was_typed_before_it(lab):
    vm = shell(lab)
    vm.send("run ask")
    vm.expect(r"name\? ")
    vm.line.send("half a li")
    vm.expect("half a li")
    vm.line.send("\x03")
    vm.expect(r"\^C\s+ask \(task \d+\) was killed")
    vm.expect("pecan> ")
    assert "Hello" in vm.command("run hello")
    vm.send("run spin")
    vm.expect("spin: until")
    vm.line.send("run hello 1\rrun hello 2\r\x03")
    vm.expect(r"spin \(task \d+\) was killed")
    vm.expect("pecan> ")
    said = vm.command("run hello 3")
    assert "argument 1: 3" in said and "argument 1: 1" not in vm.text, said


def a_long_text_that_is_pasted_arrives_whole(lab):
    vm = shell(lab)
    for number in range(150):
        vm.line.send(f"no{number}\r")
    for number in range(150):
        vm.expect(rf"no{number}: there is no such command")
    vm.send("run hello " + "x" * 150)
    vm.expect(r"argument 1: x{150}\s")


def has_the_first(screen):
    return any("the_first" in row for row in screen)


def shift_with_page_up_shows_what_has_left_the_screen(lab):
    vm = shell_with_keys(lab)
    for command in ("hello the_first", "help", "help"):
        vm.command(command)
    assert not has_the_first(vm.screen())
    for _ in range(4):
        before = vm.screen()
        vm.press("shift-pgup")
        after = next(screen for screen in iter(vm.screen, None)         # when the key is up again, and all rows are drawn
                     if has_the_first(screen) or screen != before and screen[24] == before[0])
        if has_the_first(after):
            break
    else:
        raise AssertionError(after)
    vm.press("shift-pgdn")
    vm.command("hello now")
    assert "argument 1: now" in vm.screen(), vm.screen()


def status_line_shows_free_frames_until_it_is_turned_off(lab):
    vm = shell(lab, init="status", extra=machine.counted(4))
    assert "line is on" in vm.command("status")
    vm.command("help")
    screen = comes_to(vm, True, lambda vm: bool(re.match(r" \d+ tasks   \d+ of \d+ frames free   \d+ faults/s", vm.screen()[24])))
    assert screen, vm.screen()
    assert vm.screen()[23].startswith("pecan>"), vm.screen()
    assert "frames free" not in vm.text, "the serial line shows it, too"
    for _ in range(10):                         # what a program faults when it starts shows for a second of the machine's time
        vm.command("spin &")
        if any(not vm.screen()[24].endswith(" 0 faults/s") for _ in range(20)):
            break
    else:
        raise AssertionError(vm.screen())
    vm.command("status off")
    assert "frames free" not in vm.screen()[24]
    vm.command("help")
    assert vm.screen()[24].startswith("pecan>"), vm.screen()
    assert "say status on or status off" in vm.command("status maybe")
