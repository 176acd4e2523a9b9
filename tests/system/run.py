# SPDX-License-Identifier: MIT
"""What `make run` and `make bochs` do when nobody sits at the terminal."""
import os
import re
import shlex
import subprocess
import tempfile

import guest
import machine
from boot import DEMO_LINE


def surroundings(lab, **settings):
    """What people set in their environment is for them; a test sets its own."""
    mine = ("MEM", "CPU", "LOADER", "KERNEL", "INIT", "DISK", "GDB_PORT", "GDB_STUB")
    return {name: value for name, value in os.environ.items() if name not in mine} | {"BUILD": os.path.abspath(lab.build)} | settings


def verb(lab, *command, **settings):
    done = subprocess.run(command, cwd=machine.TOP, env=surroundings(lab, **settings),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
    return done.returncode, done.stdout


def run_without_a_terminal_shows_the_demo_and_succeeds(lab):
    status, said = verb(lab, "tools/qemu", "run")
    assert status == 0 and re.search(DEMO_LINE, said), f"status {status}: {said[-500:]}"
    assert "pecan> " not in said, "there is nobody to type"


def run_without_a_terminal_fails_when_the_demo_does(lab):
    status, said = verb(lab, "tools/qemu", "run", INIT="demo=--corrupt=3")
    assert status not in (0, 124) and not re.search(DEMO_LINE, said), f"status {status}: {said[-500:]}"


def run_without_a_terminal_ends_with_a_panic_at_once(lab):
    """The status is not that of the time limit."""
    status, said = verb(lab, "tools/qemu", "run", LOADER="kmem=64k")
    assert status == 1, said[-500:]
    assert re.search(r"qemu: the system stands still: panic: no room for kernel memory", said), said[-500:]
    assert "panic: halted" in said, "the report is cut"


def run_reports_an_nmi(lab):
    """In user mode and in the kernel's idle loop; the report says where it came."""
    vm = lab.boot_iso(init="")
    vm.expect("pecan> ", 120)
    vm.ask("nmi")
    vm.expect(r"panic: NMI \(memory, bus, or somebody's button\): eip [0-9a-f]+ esp [0-9a-f]+ thread ")


def run_without_a_terminal_ends_at_once_when_the_system_halts(lab):
    """Too little memory for GRUB, the loader, or physmem."""
    for megabytes in ("4", "3"):
        status, said = verb(lab, "tools/qemu", "run", MEM=megabytes)
        assert status == 1, said[-500:]
        assert re.search(r"qemu: the system stands still: ((loader|wortel): .* Halted\.|Pecan did not start\.)", said), said[-500:]


def debugging_md():
    with open(os.path.join(machine.TOP, "docs/debugging.md")) as text:
        return text.read()


def the_books_line_for_a_suite_by_hand_ends_qemu(lab):
    """With one test of another suite: all tests of `raw` take a minute."""
    first, second = re.search(r"^    (qemu-system-i386 .*) \\\n        (-initrd .*)$", debugging_md(), re.M).groups()
    words = shlex.split(f"{first} {second}".replace("build/bin/raw", "build/bin/guest-kernel only=yield_lets_equals_run").replace("build/", lab.build + "/"))
    status, said = machine.run(words, 120, cwd=machine.TOP)
    assert status is not None and machine.verdict(status) == 0 and "ok 1 - yield_lets_equals_run" in said, (status, said[-500:])


def symbolised(lab, report):
    done = subprocess.run([os.path.join(machine.TOP, "tools/symbolise")], input=report, text=True, cwd=machine.TOP, stdout=subprocess.PIPE,
                          env=dict(os.environ, BUILD=os.path.abspath(lab.build)))
    assert done.returncode == 0
    return done.stdout


def symbolise_names_the_callers_of_a_panic(lab):
    said = symbolised(lab, verb(lab, "tools/qemu", "run", LOADER="kmem=64k")[1])
    names = re.findall(r"^    f0[0-9a-f]{6}  (\S+) at (\S+):\d+$", said, re.M)
    assert ("memory_start", "kernel/arch/x86/boot.c") in names, said[-900:]
    assert any(place == "kernel/arch/x86/boot.asm" for _, place in names), said[-900:]


def symbolise_names_the_line_at_which_a_program_ended(lab):
    said = symbolised(lab, verb(lab, "tools/qemu", "run", INIT="run=segfault")[1])
    place = re.search(r"^    00[0-9a-f]{6}  main at apps/segfault/segfault.c:(\d+)$", said, re.M)
    assert place, said[-900:]
    with open(os.path.join(machine.TOP, "apps/segfault/segfault.c")) as source:
        assert "= " in source.read().splitlines()[int(place[1]) - 1], place[0]


def symbolise_shows_the_callers_of_a_line_that_faulted(lab):
    """segfault's main() was called by the startup code."""
    said = symbolised(lab, verb(lab, "tools/qemu", "run", INIT="run=segfault")[1])
    callers = re.search(r"code addresses on the stack, its callers among them:.*\n((?:    00[0-9a-f]{6}  .*\n)+)", said)
    assert callers and re.search(r"start_main at lib/hurd-mm/start.c:\d+", callers[1]), said[-1500:]


def symbolise_knows_the_reports_of_all_that_write_one(lab):
    """Of the task server and of wortel; addresses without a report are nobody's."""
    entry = subprocess.run(["nm", os.path.join(lab.build, "bin/physmem")], text=True, stdout=subprocess.PIPE).stdout
    main = re.search(r"^([0-9a-f]+) T main$", entry, re.M)[1]
    for report in (f"task 2 (physmem): exception 6, error 0x0, thread 0x00034001: killed\n  eip {main}  esp 0\n",
                   f"physmem: exception 6, error 0x0, ip {int(main, 16):#x}, sp 0x0, flags 0x0\n",
                   f"task 2 (physmem): segmentation violation at 0x00000000, write, ip 0x{main}, thread 0x1: killed\n"):
        assert re.search(rf"^    {main}  main at servers/physmem/\w+.c:\d+$", symbolised(lab, report), re.M), report
    assert "  main at" not in symbolised(lab, f"eip {main}\n")


def bochs_without_a_terminal_takes_the_menu_entry_that_powers_off(lab):
    status, said = verb(lab, "tools/bochs")
    assert re.search(DEMO_LINE, said), f"status {status}: {said[-500:]}"


def usb(device, image, answer=""):
    done = subprocess.run(["tools/usb", device, image], cwd=machine.TOP, input=answer, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def usb_refuses_what_is_no_stick_and_names_dd(lab):
    for device, reason in (("", "usage: make usb DEV="), ("/dev/null", "is not a block device"), (lab.iso, "is not a block device")):
        status, said = usb(device, lab.iso)
        assert status == 2 and reason in said and f"dd if={lab.iso} of=" in said, said


def usb_writes_the_iso_to_a_loop_device_after_a_yes(lab):
    with tempfile.NamedTemporaryFile(prefix="stick-") as stick:
        stick.truncate(64 << 20)
        made = subprocess.run(["losetup", "--find", "--show", stick.name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if made.returncode:
            raise guest.Skip("no loop devices here: " + made.stdout.strip())
        device = made.stdout.strip()
        try:
            status, said = usb(device, lab.iso, "no\n")
            assert status == 1 and "nothing was written" in said and not any(stick.read(1 << 16)), said
            status, said = usb(device, lab.iso, "yes\n")
            assert status == 0, said
        finally:
            subprocess.run(["losetup", "-d", device])
        with open(lab.iso, "rb") as iso:
            data = iso.read()
        stick.seek(0)
        assert stick.read(len(data)) == data
        vm = lab.boot_iso(init="batch", image=stick.name)
        assert vm.finish(120).status == 0
    status, said = usb(device, lab.iso)
    assert status == 2 and ("no file stands behind" in said or "lsblk does not know" in said), said
