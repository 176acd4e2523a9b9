# SPDX-License-Identifier: MIT
"""The drivers of the console's parts: the keyboard, the serial port and the screen; and the console while they come and go."""
import random
import re
import tempfile

import machine
from devices import listed, shell
from driver import modules_with


def with_drivers(lab, init="run=hello", **setup):
    """A shell whose console has drivers."""
    vm = shell(lab, init, **setup)
    text = vm.command("devices", 120)
    for device, driver in (("keyboard", "keyboard"), ("com1", "serial"), ("screen", "screen")):
        assert f"driver {driver}: runs" in listed(text, device), text
    return vm


def the_parts_of_the_console_have_drivers(lab):
    vm = with_drivers(lab)
    assert "ports 3f8-3ff  irq 4  driver serial: runs" in listed(vm.command("devices"), "com1")
    assert "port 60  port 64  irq 1  driver keyboard: runs" in listed(vm.command("devices"), "keyboard")
    assert "ports 3d4-3d5  memory b8000-b8fff  driver screen: runs" in listed(vm.command("devices"), "screen")
    vm.press("r", "u", "n", "spc", "shift-h", "backspace", "h", "e", "l", "l", "o", "spc", "shift-minus",
             "caps_lock", "x", "caps_lock", "1", "ret")
    vm.expect(r"argument 1: _X1\s")
    vm.expect("pecan> ")
    vm.press("r", "u", "n", "spc", "s", "p", "i", "n", "ret")
    vm.expect("spin: until")
    vm.press("ctrl-c")
    vm.expect(r"spin \(task \d+\) was killed")
    vm.expect("pecan> ")
    vm.send("run hello " + "x" * 150)
    vm.expect(r"argument 1: x{150}\s")
    assert "it has the device no more" not in vm.text
    vm.send("halt")
    assert vm.finish().status == 0


def modules_of(lab, folder, *drivers):
    return modules_with(lab, folder, "lines", "apps/spin", drivers=list(drivers))


def parts_whose_drivers_are_killed_go_on(lab):
    """By the shell, from outside of the driver: nothing that is typed or printed gets lost."""
    lot = random.Random(13)
    with tempfile.TemporaryDirectory(prefix="pecan-parts-") as folder:
        vm = with_drivers(lab, modules=modules_of(lab, folder, "serial", "keyboard", "screen"))
        begin = vm.mark()
        vm.send("run lines 4000 &")
        at, starts = 0, {"serial": 1, "keyboard": 1, "screen": 1}
        for _ in range(16):
            at += lot.randrange(20, 220)
            vm.expect_since(begin, f"<{at:06d}>", 120)
            name = lot.choice(sorted(starts))
            starts[name] += 1
            mark = vm.mark()
            vm.send(f"kill {name}")
            vm.expect_since(mark, rf"fabrica: {name} has ended \(was killed\); start number {starts[name]}\s", 120)
            vm.press(*"hello", "spc", *str(at), "ret")
            vm.expect_since(mark, rf"argument 1: {at}\s", 120)
        vm.expect_since(begin, "<003999>", 120)
        assert [int(number) for number in re.findall(r"<(\d{6})>", vm.text)] == list(range(4000))
        text = vm.command("devices")
        for name, count in starts.items():
            assert re.search(rf"driver {name}: runs \(task \d+, start number {count}\)", text), text


def a_serial_driver_that_dies_again_and_again_loses_no_output(lab):
    """tests/guest/device/mortal_part.c: what it had not reported is sent again, so a few bytes may come twice."""
    with tempfile.TemporaryDirectory(prefix="pecan-parts-") as folder:
        vm = shell(lab, modules=modules_of(lab, folder, "mortal/serial", "keyboard"))
        vm.command("devices", 120)
        vm.send("run lines 4000")
        vm.expect("<000000>", 120)
        mark = vm.mark()
        vm.expect_since(mark, r"serial has ended \(.*\); start number 13\s", 300)
        vm.expect_since(mark, "<003999>", 300)
        numbers = [int(number) for number in re.findall(r"<(\d{6})>", vm.text)]
        assert list(dict.fromkeys(numbers)) == list(range(4000)), "lines are missing"
        vm.expect_since(mark, "pecan> ")
        vm.line.send("\x15")
        vm.send("run hello " + "x" * 150)
        vm.expect_since(mark, r"argument 1: x{150}\s")


def a_keyboard_driver_that_dies_again_and_again_types_on(lab):
    with tempfile.TemporaryDirectory(prefix="pecan-parts-") as folder:
        vm = shell(lab, modules=modules_of(lab, folder, "mortal/keyboard", "serial"))
        vm.command("devices", 120)
        mark = vm.mark()
        for _ in range(400):
            vm.press("a", "num_lock", "b", "num_lock", "ctrl-u")
            if "start number 13" in vm.text:
                break
            vm.read(0)
        vm.expect_since(mark, r"keyboard has ended \(.*\); start number 13\s", 120)
        for _ in range(10):             # a code that a dead driver had may come late or not at all, and Ctrl may be down until it is pressed
            vm.press("ctrl", "ctrl-e", "ctrl-u", *"hello", "spc", *"again", "ret")
            try:
                vm.expect_since(mark, r"argument 1: again\s", 10)
                return
            except AssertionError:
                pass
        vm.expect_since(mark, r"argument 1: again\s", 10)


def a_driver_of_the_console_that_is_no_good_is_replaced(lab):
    """tests/guest/device/bad_part.c: it loops, with a higher priority than the shell; it sleeps; it says nonsense; its sixth life is good."""
    with tempfile.TemporaryDirectory(prefix="pecan-parts-") as folder:
        vm = shell(lab, "run=hello drivers=patience=2", modules=modules_of(lab, folder, "bad/serial", "keyboard"))
        vm.send("devices")
        vm.expect("serial has ended .*start number 6", 600)
        vm.line.send("\r")
        assert "argument 1: good" in vm.command("hello good", 120)
        assert vm.text.count("deva: the driver of the serial port does not answer: it has the device no more") == 2, vm.text
        assert vm.text.count("deva: the driver of the serial port says what makes no sense: it has the device no more") == 3, vm.text
        assert vm.text.count("fabrica: serial does not answer, and is ended") == 2, vm.text
        assert "driver serial: runs" in listed(vm.command("devices"), "com1")


# ---- the screen ----

def picture(text):
    """What a screen shows on which all of this was printed."""
    rows, column = [[]], 0
    for char in re.sub(r"\x1b\[K", "", text):
        if char == "\n":
            rows.append([])
        column = {"\n": 0, "\r": 0, "\b": max(column - 1, 0)}.get(char, column)
        if char < " ":
            continue
        if column == 80:
            rows.append([])
            column = 0
        rows[-1][column:column + 1] = char
        column += 1
    return ["".join(row).rstrip() for row in rows[-25:]]


def comes_to_show(vm, right):
    """The screen is told last, and the machine goes on while we look."""
    for _ in range(300):
        vm.read(0)
        if right(vm.screen()):
            return
    raise AssertionError(vm.screen())


def shows_all(vm):
    comes_to_show(vm, lambda screen: screen == picture(vm.text))


def a_screen_whose_driver_is_killed_shows_all(lab):
    """While it is written on, and looked back on."""
    lot = random.Random(14)
    with tempfile.TemporaryDirectory(prefix="pecan-parts-") as folder:
        vm = with_drivers(lab, modules=modules_of(lab, folder, "serial", "keyboard", "screen"))
        for start in range(2, 14):
            begin = vm.mark()
            vm.send("run lines 60 &")
            vm.expect_since(begin, f"<{lot.randrange(60):06d}>", 120)
            vm.send("kill screen")
            vm.expect_since(begin, rf"fabrica: screen has ended \(0\); start number {start}\s", 120)
            vm.expect_since(begin, "<000059>", 120)
            vm.command("")
            shows_all(vm)
            first = picture(vm.text)[0]
            vm.press("shift-pgup")
            comes_to_show(vm, lambda screen: screen[24] == first)
        vm.command("status on")
        vm.command("kill screen")
        comes_to_show(vm, lambda screen: "frames free" in screen[24])
        vm.command("status off")
        vm.command("")                  # now the last row has text again
        shows_all(vm)
        vm.command("devices stop screen")
        shows_all(vm)
        assert "it has the device no more" not in vm.text


def a_screens_driver_that_dies_again_and_again_leaves_nothing_out(lab):
    with tempfile.TemporaryDirectory(prefix="pecan-parts-") as folder:
        vm = shell(lab, modules=modules_of(lab, folder, "mortal/screen", "serial"))
        vm.command("devices", 120)
        mark = vm.mark()
        for _ in range(100):
            vm.command("run lines 30", 120)
            shows_all(vm)
            if "start number 13" in vm.text:
                break
        vm.expect_since(mark, r"screen has ended \(\d+\); start number 13\s")


def a_screens_driver_that_is_no_good_is_replaced(lab):
    """tests/guest/device/bad_part.c: as above; and it writes nonsense on the screen, even when the screen is not its own any more."""
    with tempfile.TemporaryDirectory(prefix="pecan-parts-") as folder:
        vm = shell(lab, "run=hello drivers=patience=2", modules=modules_of(lab, folder, "bad/screen", "serial"))
        vm.send("devices")
        vm.expect("screen has ended .*start number 6", 600)
        vm.line.send("\r")
        assert "argument 1: good" in vm.command("hello good", 120)
        shows_all(vm)
        assert vm.text.count("deva: the driver of the screen does not answer: it has the device no more") == 2, vm.text
        assert vm.text.count("deva: the driver of the screen says what makes no sense: it has the device no more") == 3, vm.text
        assert vm.text.count("fabrica: screen does not answer, and is ended") == 2, vm.text
        assert "was not taken back" not in vm.text
        assert "driver screen: runs" in listed(vm.command("devices"), "screen")


def v86s_parts_of_the_console_have_drivers(lab):
    """Its serial port makes interrupts of its own kind: pc/uart.h."""
    vm = lab.boot_v86(image=lab.iso)
    vm.expect("automatically in", 300)
    vm.line.send("\r")
    vm.expect("pecan> ", 300)
    text = vm.command("devices", 300)
    for device, driver in (("com1", "serial"), ("keyboard", "keyboard"), ("screen", "screen")):
        assert f"driver {driver}: runs" in listed(text, device), text
    for word in ("one", "two"):
        assert f"argument 1: {word}" in vm.command(f"run hello {word}", 120)
        vm.command("kill serial", 120)
    assert "it has the device no more" not in vm.text
