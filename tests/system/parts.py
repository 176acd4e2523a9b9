# SPDX-License-Identifier: MIT
"""The drivers of the console's parts: the keyboard and the serial port; and the console while they come and go."""
import random
import re
import tempfile

import machine
from devices import listed, shell
from driver import modules_with


def with_drivers(lab, init="run=hello", **setup):
    """A shell whose keyboard and serial port have drivers."""
    vm = shell(lab, init, **setup)
    text = vm.command("devices", 120)
    for device, driver in (("keyboard", "keyboard"), ("com1", "serial")):
        assert f"driver {driver}: runs" in listed(text, device), text
    return vm


def the_keyboard_and_the_serial_port_have_drivers(lab):
    vm = with_drivers(lab)
    assert "ports 3f8-3ff  irq 4  driver serial: runs" in listed(vm.command("devices"), "com1")
    assert "port 60  port 64  irq 1  driver keyboard: runs" in listed(vm.command("devices"), "keyboard")
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
