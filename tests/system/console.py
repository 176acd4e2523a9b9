# SPDX-License-Identifier: MIT
"""The console's hardware: a PS/2 keyboard that types, and machines on which parts are missing."""
import os
import socket
import tempfile
import time


class Monitor:
    """QEMU's human monitor, which presses keys."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "monitor")
        self.extra = ["-monitor", f"unix:{self.path},server=on,wait=off"]

    def keys(self, *keys):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(self.path)
            for key in keys:
                line.sendall(f"sendkey {key} 20\n".encode())
                time.sleep(0.1)

    def screen(self):
        """The text on the VGA screen, row by row."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(self.path)
            line.settimeout(5)
            line.sendall(b"xp /4000bx 0xb8000\n")
            answer = b""
            while answer.count(b"\n") < 502:
                answer += line.recv(65536)
        cells = [int(byte, 16) for row in answer.decode().split("\n") if ": 0x" in row
                 for byte in row.split(": ")[1].split()]
        return ["".join(chr(c) for c in cells[row * 160:row * 160 + 160:2]).rstrip() for row in range(25)]


def a_ps2_keyboard_types_into_the_shell(lab):
    with tempfile.TemporaryDirectory() as folder:
        monitor = Monitor(folder)
        vm = lab.boot_iso(extra=monitor.extra)
        vm.expect("pecan> ", timeout=120)
        monitor.keys("r", "u", "n", "spc", "shift-h", "backspace", "h", "e", "l", "l", "o", "spc", "shift-minus",
                     "caps_lock", "x", "caps_lock", "1", "ret")
        vm.expect(r"argument 1: _X1\s")
        vm.expect("pecan> ")
        monitor.keys("up", "home", "delete", "r", "end", "2", "ret")
        vm.expect(r"argument 1: _X12\s")
        vm.send("halt")
        assert vm.finish().status == 0


def the_screen_shows_what_the_serial_line_shows(lab):
    with tempfile.TemporaryDirectory() as folder:
        monitor = Monitor(folder)
        vm = lab.boot_iso(extra=monitor.extra)
        vm.expect("pecan> ", timeout=120)
        vm.command("run hello")
        rows = monitor.screen()
        assert "Hello from a task that pages itself." in rows, rows
        assert "pecan> run hello" in rows, rows
        vm.send("halt")
        assert vm.finish().status == 0


def a_machine_without_screen_and_keyboard_boots_to_the_shell(lab):
    vm = lab.boot_iso(machine="pc,i8042=off", extra=["-vga", "none"])
    vm.expect("deva: console on COM1.*no keyboard", timeout=120)
    vm.expect("pecan> ", timeout=120)
    assert "Hello" in vm.command("run hello")
    vm.send("halt")
    assert vm.finish().status == 0


def input_typed_while_a_program_runs_is_read_afterwards(lab):
    vm = lab.boot_iso()
    vm.expect("pecan> ", timeout=120)
    vm.send("run hello 1")
    vm.send("run hello 2")
    vm.expect(r"argument 1: 1\s")
    vm.expect(r"argument 1: 2\s")
    vm.expect("pecan> ")
    vm.send("halt")
    assert vm.finish().status == 0


def readers_of_the_console_are_served_in_the_order_in_which_they_came(lab):
    vm = lab.boot_iso()
    vm.expect("pecan> ", timeout=120)
    vm.send("run typed 4")
    vm.expect("4 readers wait")
    vm.line.send("ab")
    time.sleep(0.3)
    vm.line.send("cdps")
    for number, character in enumerate("abcd", 1):
        vm.expect(f"reader {number} got {character}\\s")
    vm.expect("pecan> ps")      # what nobody waited for is the shell's
    vm.send("")
    vm.expect("pecan> ")
    vm.send("halt")
    assert vm.finish().status == 0
