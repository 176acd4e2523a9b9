# SPDX-License-Identifier: MIT
"""The kernel's own stub for gdb, on COM2 (boot option gdb=com2): with gdb, and with packets that gdb would not send."""
import os
import re
import select
import signal
import socket
import struct
import subprocess
import tempfile
import threading

import guest
import machine

from gdb import PASS
from run import surroundings

CHARDEV = ["-chardev", "socket,id=gdb,host=127.0.0.1,port=0,server=on,wait=off,nodelay=on", "-device", "isa-serial,chardev=gdb,iobase=0x2f8,irq=3"]
STOPPED = rb"T05thread:1;"
SECTION = "==== "
PATIENCE = 600          # seconds: behind them the stub hangs, however busy this machine is


def start(lab, kernel="gdb=com2,wait", init="batch", **setup):
    """QEMU with COM2 on a socket: (machine, port)"""
    vm = lab.boot_iso(init=init, kernel=kernel, extra=CHARDEV, **setup)
    port = re.search(r"gdb: filename=\S*tcp:127.0.0.1:(\d+)", vm.ask("info chardev"))[1]
    vm.expect(r"gdb +on COM2\r?\n")
    return vm, int(port)


def at_once(connection):
    """TCP holds small pieces back until the other side has acknowledged the last one, and that may take 40 ms."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


class Wire:
    """The protocol, byte by byte."""

    def __init__(self, port):
        self.socket = at_once(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
        self.rest = b""

    def byte(self):
        if not self.rest:
            self.rest = self.socket.recv(4096)
            assert self.rest, "the line is closed"
        first, self.rest = self.rest[:1], self.rest[1:]
        return first

    def packet(self):
        """The next packet's text; its checksum has to be right."""
        while self.byte() != b"$":
            pass
        text = b""
        while (c := self.byte()) != b"#":
            text += c
        assert int(self.byte() + self.byte(), 16) == sum(text) & 0xFF, text
        return text

    def raw(self, data):
        self.socket.sendall(data)

    def ask(self, text):
        """A packet, and the answer to it."""
        self.raw(b"$" + text + b"#%02x" % (sum(text) & 0xFF))
        assert self.byte() == b"+", text
        answer = self.packet()
        self.raw(b"+")
        return answer

    def close(self):
        self.socket.close()


def gdbstub_repeats_its_last_answer_when_gdb_did_not_understand_it(lab):
    wire = Wire(start(lab)[1])
    wire.raw(b"$?#3f")
    first = wire.packet()
    for _ in range(3):
        wire.raw(b"-")
        assert wire.packet() == first
    wire.raw(b"+")
    assert re.match(STOPPED, first)


def gdbstub_asks_again_for_a_packet_with_a_wrong_checksum(lab):
    wire = Wire(start(lab)[1])
    for bad in (b"$?#00", b"$?#zz", b"$g#3f"):
        wire.raw(bad)
        assert wire.byte() == b"-", bad
    assert re.match(STOPPED, wire.ask(b"?"))


MALFORMED = [           # (packet, answer): what is not known gets an empty answer, what is wrong an error
    (b"vMustReplyEmpty", b""), (b"", b""), (b"!", b""), (b"qNothing", b""), (b"Z7,0,1", b""), (b"X0,0:", b""), (b"vCont?", b""),
    (b"m", b"E01"), (b"mzz", b"E01"), (b"m0", b"E01"), (b"m123456789,4", b"E01"), (b"m0,", b"E01"), (b"m0,4", b"E0e"), (b"mfffffffe,8", b"E0e"),
    (b"M0,4:00000000", b"E0e"), (b"M100000,4:zz", b"E01"), (b"M0,ffffffff:00", b"E01"), (b"M100000,1:0011", b"E01"), (b"M0", b"E01"),
    (b"p", b"E01"), (b"pfff", b"E01"), (b"P", b"E01"), (b"P0=12", b"E01"), (b"P0", b"E01"), (b"P22=78563412", b"E16"), (b"P10=00000000", b"E16"),
    (b"G", b"E01"), (b"G00", b"E01"), (b"Z0", b"E01"), (b"Z0,0,1", b"E0e"), (b"Z2,f0100000,100", b"E16"), (b"Z2,f0100000,0", b"E16"),
    (b"z2,f0100000,ffffffff", b"E16"), (b"z1,5,1", b"E16"), (b"H", b"E01"), (b"Hgx", b"E01"), (b"Hg7777", b"E16"), (b"Hc7777", b"E16"), (b"T7777", b"E01"),
    (b"T", b"E01"), (b"qXfer:threads:read::", b"E01"), (b"qXfer:threads:read::0", b"E01"), (b"qXfer:features:read:target.xml:zz,1", b"E01"),
    (b"Z2,f0100000,1", b"OK"), (b"z2,f0100000,4", b"E16"), (b"z2,f0100000,1", b"OK"),           # the other one is still there
    (b"Z2,fffffffe,4", b"E16"), (b"z2,fffffffe,4", b"E16"),                                     # no range goes on at 0
    (b"Qqemu.PhyMemMode:1", b"OK"), (b"Mfffffffe,4:00000000", b"E0e"), (b"Qqemu.PhyMemMode:0", b"OK"),
    (b"qRcmd,zz", b"E01"), (b"qThreadExtraInfo,7777", b"E01"), (b"m" + b"1" * 2000, b"E07"),
]


def gdbstub_answers_every_packet_whatever_is_in_it(lab):
    wire = Wire(start(lab)[1])
    for packet, expected in MALFORMED:
        answer = wire.ask(packet)
        assert answer == expected, (packet, answer, expected)
    assert re.match(STOPPED, wire.ask(b"?")), "and it is still there"


def gdbstub_reads_nothing_behind_the_last_address(lab):
    wire = Wire(start(lab)[1])
    assert wire.ask(b"Qqemu.PhyMemMode:1") == b"OK"
    assert len(wire.ask(b"mfffffff0,10")) == len(wire.ask(b"mfffffff0,20")) == 2 * 16


def gdbstub_reads_all_of_a_long_list_in_pieces(lab):
    wire = Wire(start(lab)[1])
    text, last = b"", b"m"
    while last == b"m":
        answer = wire.ask(b"qXfer:features:read:target.xml:%x,40" % len(text))
        last, text = answer[:1], text + answer[1:]
    assert last == b"l" and text.startswith(b"<?xml") and text.endswith(b"</target>"), text
    assert text.count(b"<reg ") == 36 and wire.ask(b"qXfer:features:read:target.xml:fffff,40") == b"l"


def gdbstub_stops_the_running_machine_at_ctrl_c(lab):
    vm, port = start(lab, kernel="gdb=com2", init="")
    vm.expect("pecan> ", 120)           # without the shell, the machine might be off before the first packet comes
    vm2 = Wire(port)
    assert re.match(rb"T02thread:[0-9a-f]+;", vm2.ask(b"?")), "the first packet stops it, too"
    vm2.raw(b"$c#63")
    assert vm2.byte() == b"+"
    vm2.raw(b"\x03")
    assert re.match(rb"T02thread:[0-9a-f]+;", vm2.packet())


def gdbstub_hears_what_comes_behind_other_bytes(lab):
    """Each line goes out in one piece."""
    vm, port = start(lab, kernel="gdb=com2", init="")
    vm.expect("pecan> ", 120)
    wire = Wire(port)
    wire.raw(b"+$?#3f")
    assert re.match(rb"T02thread:[0-9a-f]+;", wire.packet())
    wire.raw(b"+$c#63\x03")
    assert re.match(rb"T02thread:[0-9a-f]+;", wire.packet())
    wire.raw(b"+$c#63++\x03")
    assert re.match(rb"T02thread:[0-9a-f]+;", wire.packet())


def gdbstub_takes_a_breakpoint_back_whichever_thread_it_looks_at(lab):
    """gdb knows one space.  There are 64 places: none is lost."""
    vm, port = start(lab, kernel="gdb=com2", init="")
    vm.expect("pecan> ", 120)
    wire = Wire(port)
    wire.ask(b"?")
    threads = wire.ask(b"qfThreadInfo")[1:].split(b",")
    first, second = (next(t for t in threads if int(t, 16) & 0x3FFF == task) for task in (2, 3))

    def code(thread):
        assert wire.ask(b"Hg" + thread) == b"OK"
        return wire.ask(b"m401000,50")
    before = [code(first), code(second)]
    assert before[0] != before[1], "two programs"
    for address in range(0x401000, 0x401046):
        assert code(first) == before[0] and wire.ask(b"Z0,%x,1" % address) == b"OK", address
        assert code(second) == before[1] and wire.ask(b"z0,%x,1" % address) == b"OK", address
    assert [code(first), code(second)] == before


def address_of(lab, program, name):
    names = subprocess.run(["nm", os.path.join(lab.build, "bin", program)], text=True, stdout=subprocess.PIPE, check=True).stdout
    return int(re.search(rf"^([0-9a-f]+) \w {name}$", names, re.M)[1], 16)


def code_at(lab, program, address, count):
    """The bytes that the program's file has for that address."""
    with open(os.path.join(lab.build, "bin", program), "rb") as file:
        data = file.read()
    first, = struct.unpack_from("<I", data, 28)
    for offset, start, _, size in (struct.unpack_from("<4I", data, first + 32 * i + 4) for i in range(data[44])):
        if start <= address < start + size:
            return data[offset + address - start:][:count]
    raise AssertionError(f"{program} has no {address:#x}")


def gdbstub_forgets_a_step_when_the_machine_stops_elsewhere(lab):
    """A program steps over a write to a new page of its stack, and its pager stops at a breakpoint: then the step is over, and the
    program does not get the exception of its end."""
    vm, port = start(lab, kernel="gdb=com2", init="")
    vm.expect("pecan> ", 120)
    main, call = address_of(lab, "apps/hello", "main"), address_of(lab, "kernel", "sysenter_fast")
    wire = Wire(port)

    def goes_on(packet=b"c"):
        wire.raw(b"$" + packet + b"#%02x" % (sum(packet) & 0xFF))
        assert wire.byte() == b"+"

    def stops():
        text = wire.packet()
        wire.raw(b"+")
        assert re.match(rb"T05", text), text
    wire.ask(b"?")
    assert wire.ask(b"Z1,%x,1" % main) == b"OK"
    goes_on()
    vm.send("hello")
    stops()
    while bytes.fromhex(wire.ask(b"m%x,20" % main).decode()) != code_at(lab, "apps/hello", main, 32):
        goes_on()                                               # another program has code there
        stops()
    esp, = struct.unpack("<I", bytes.fromhex(wire.ask(b"p4").decode()))
    code = wire.ask(b"m%x,6" % main)
    write = b"\xa2" + struct.pack("<I", esp - 0x8000) + b"\x90"       # mov [esp - 0x8000], al; nop
    assert wire.ask(b"M%x,6:" % main + write.hex().encode()) == b"OK" and wire.ask(b"z1,%x,1" % main) == b"OK"
    assert wire.ask(b"Z1,%x,1" % call) == b"OK"
    goes_on(b"s")
    stops()
    assert wire.ask(b"p8") == struct.pack("<I", call).hex().encode(), "in the pager's request"
    assert wire.ask(b"z1,%x,1" % call) == b"OK" and wire.ask(b"Z1,%x,1" % (main + 6)) == b"OK"
    goes_on()
    stops()
    assert wire.ask(b"p8") == struct.pack("<I", main + 6).hex().encode()
    assert wire.ask(b"M%x,6:" % main + code) == b"OK" and wire.ask(b"z1,%x,1" % (main + 6)) == b"OK"
    assert wire.ask(b"P8=" + struct.pack("<I", main).hex().encode()) == b"OK"
    mark = vm.mark()
    goes_on()
    vm.expect_since(mark, "Hello from a task that pages itself", 120)


def gdbstub_stops_in_a_panic_and_the_machine_stays(lab):
    """Kernel code that goes on at address 0."""
    vm, port = start(lab)
    wire = Wire(port)
    assert wire.ask(b"P8=00000000") == b"OK"
    wire.raw(b"$c#63")
    assert wire.byte() == b"+"
    assert re.match(rb"T05thread:", wire.packet())
    wire.raw(b"+")
    vm.expect(r"panic: exception 14 in the kernel: error 0 eip 0 cr2 0 thread")
    assert len(wire.ask(b"g")) > 300


def gdbstub_stops_at_an_assertion_and_the_panic_names_its_line(lab):
    """The kernel goes on where an assertion of mdb.c that does not hold would bring it."""
    kernel = os.path.join(lab.build, "bin/kernel")
    with open(kernel, "rb") as file:
        data = file.read()
    names = subprocess.run(["nm", kernel], text=True, stdout=subprocess.PIPE, check=True).stdout
    first, text = (int(re.search(rf"^([0-9a-f]+) \w {name}$", names, re.M)[1], 16) for name in ("__asserts_start", "__text_start"))
    words = re.search(rb"....(w->root \(mdb\.c:(\d+)\))\0", data, re.S)
    offset, = struct.unpack("<i", words[0][:4])
    segments = [struct.unpack_from("<8I", data, struct.unpack_from("<I", data, 28)[0] + 32 * i) for i in range(3)]
    at = next(s[2] + words.start() - s[1] for s in segments if s[1] <= words.start() < s[1] + s[4])
    assert first <= at, "it is in the table"
    assert text < at + offset < first, "it is in the code"
    vm, port = start(lab)
    wire = Wire(port)
    assert wire.ask(b"P8=" + struct.pack("<I", at + offset).hex().encode()) == b"OK"
    wire.raw(b"$c#63")
    assert wire.byte() == b"+"
    assert re.match(rb"T05thread:", wire.packet())
    wire.raw(b"+")
    vm.expect(rf"panic: assertion failed: w->root \(mdb.c:{words[2].decode()}\)")


def gdbstub_reboots_the_machine(lab):
    vm, port = start(lab)
    assert Wire(port).ask(b"qRcmd," + b"reboot".hex().encode()) == b"OK"
    assert machine.watch(vm.process, 300), "it goes on"    # -no-reboot: a reset is the end


def gdbstub_is_not_there_without_its_option(lab):
    """And its line is for a driver then; a gdb on the line gets nothing."""
    vm = lab.boot_iso(extra=CHARDEV)
    port = int(re.search(r"gdb: filename=\S*tcp:127.0.0.1:(\d+)", vm.ask("info chardev"))[1])
    vm.expect(re.escape(guest.PROMPT), 120)
    assert "gdb " not in vm.text
    wire = Wire(port)
    wire.raw(b"+$?#3f")
    assert "physmem" in vm.command("ps")
    wire.socket.setblocking(False)
    try:
        assert not wire.socket.recv(1), "an answer"
    except BlockingIOError:
        pass


def gdbstub_that_stands_by_costs_the_demo_nothing(lab):
    vm, _ = start(lab, kernel="gdb=com2")
    assert vm.finish(120).status == 0


# ---- with gdb

SESSION = [
    ("connect", ["info threads", "bt"]),
    ("hbreak", ["hbreak syscall_ipc", "continue", "bt", "delete"]),
    ("break", ["break sys_thread_control", "continue", "bt", "monitor trace on", "delete"]),
    ("stepkernel", ["stepi", "stepi", "info registers eip"]),
    ("finish", ["break sys_thread_control", "continue", "delete", "info threads"]),
    ("user", ["pbreak physmem main", "continue", "bt"]),
    ("stepuser", ["delete", "stepi", "stepi", "next", "bt 1"]),
    ("monitor", ["monitor ps", "monitor ptab 401000", "monitor ptab", "monitor help", "monitor trace", "monitor trace on 64", "monitor trace on x",
                 "monitor trace on 999999", "monitor trace off", "monitor trace of"]),
    ("watch", ["watch -l *(unsigned *)&timer.now", "continue", "continue", "delete"]),
    ("watchlong", ["watch timer.now", "continue", "delete"]),
    ("rwatch", ["awatch -l *(unsigned *)&timer.now", "continue", "delete"]),
    ("space", ["python [t.switch() for t in gdb.selected_inferior().threads() if t.name == '50.1']", "info registers cs eip", "x/8xb 0x301000"]),
    ("write", ["set var *(char *)0xf0100010 = *(char *)0xf0100010", "echo written\\n"]),
    ("many", ["python [gdb.execute(f'hbreak *{0xf0101000 + n:#x}') for n in range(5)]",
              "python\ntry: gdb.execute('continue')\nexcept gdb.error as why: print('refused:', why)\nend", "delete"]),
    ("end", ["detach"]),
]
KNOWING = ("l4", ["python [t.switch() for t in gdb.selected_inferior().threads() if t.name == '51.2']", "l4 threads", "l4 thread 50.1",
                  "l4 mdb 0x401000 physmem", "l4 trace on 64", "l4 trace off"])


def session(with_commands):
    return SESSION[:-1] + [KNOWING] * with_commands + SESSION[-1:]


def gdb_says(lab, stub, lines):
    with tempfile.NamedTemporaryFile("w", suffix=".gdb") as out:
        out.write("\n".join(lines + [f"quit {PASS}", ""]))
        out.flush()
        return machine.run(["gdb", "-q", "-nx", "-batch", "-x", "tools/gdb/pecan.py", "-x", out.name], 1200,
                           [vm.process.pid for vm in lab.machines], cwd=machine.TOP,
                           env=dict(os.environ, BUILD=os.path.relpath(lab.build, machine.TOP), GDB_STUB=stub))


def gdb_session(lab, port, name, with_commands):
    lines = [line for title, part in session(with_commands) for line in [f"echo {SECTION}{title}\\n"] + part]
    status, said = gdb_says(lab, f"127.0.0.1:{port}", lines)
    with open(os.path.join(lab.build, "log", f"gdbstub-{name}.txt"), "w") as out:
        out.write(said)
    return status, said


def judge(lab, port, name, with_commands=False):
    """What gdb 13 finds is the same in every emulator."""
    status, said = gdb_session(lab, port, name, with_commands)
    parts = dict(part.partition("\n")[::2] for part in said.split(SECTION)[1:])
    assert status == PASS, said[-3000:]
    assert re.search(r'Thread 1 "idle" \(runs\) .*boot_main', parts["connect"]) and '"48.1" (ready)' in parts["connect"], parts["connect"]
    assert re.search(r"hit Breakpoint \d+, syscall_ipc", parts["hbreak"]) and "signal handler called" in parts["hbreak"], parts["hbreak"]
    assert re.search(r"hit Breakpoint \d+, .*sys_thread_control", parts["break"]), parts["break"]
    assert re.search(r"^eip +0xf010", parts["stepkernel"], re.M), parts["stepkernel"]
    assert re.search(r'"51.2" \((ready|waits|not started)', parts["finish"]), parts["finish"]
    assert parts["watch"].count("Old value") == 2 and "Old value" in parts["watchlong"], parts["watch"] + parts["watchlong"]
    assert "Value = " in parts["rwatch"] or "Old value" in parts["rwatch"], parts["rwatch"]
    assert re.search(r"hit Breakpoint \d+, main .*servers/physmem/main.c", parts["user"]), parts["user"]
    assert re.search(r"main.*servers/physmem/main.c|servers/physmem/main.c:\d+", parts["stepuser"]), parts["stepuser"]
    monitor = parts["monitor"]
    assert re.search(r"^51.2  priority \d+  space [0-9a-f]{8}  runs$", monitor, re.M), monitor
    assert "the kernel is at work" in parts["break"], parts["break"]
    traces = re.findall(r"^(?:the trace is |trace, |the kernel has no memory).*$", monitor, re.M)
    assert [re.sub(r"\d+", "N", said) for said in traces] == [
        "the trace is off, N records were written", "the trace is on, N records were written", "trace, trace on [KB] or trace off",
        "the kernel has no memory for so many records", "the trace is on, N records were written",
        "the trace is off, N records were written", "trace, trace on [KB] or trace off"], monitor
    assert re.search(r"^00401000 is at 00401000, in the space of 51\.2$", monitor, re.M) and "ptab ADDRESS, in hexadecimal" in monitor, monitor
    with open(os.path.join(lab.build, "bin/wortel"), "rb") as wortel:
        code = wortel.read()[0x1000:0x1008]
    assert " ".join(re.findall(r"0x(\w\w)\b", parts["space"].partition("0x301000")[2])) == code.hex(" "), parts["space"]
    assert "written" in parts["write"], parts["write"]
    if with_commands:
        known = parts["l4"]
        assert known.count("the kernel is at work") == 2, known
        assert re.search(r"^51.2 +physmem +2 .* runs", known, re.M) and "at servers/wortel/" in known and "<- this page" in known, known
    assert "too many hardware breakpoints" in parts["many"] or "refused: " in parts["many"], parts["many"]


def gdbstub_works_with_gdb_in_qemu(lab):
    vm, port = start(lab)
    judge(lab, port, "qemu", True)
    assert vm.finish(120).status == 0, "behind detach the machine goes on as if nothing had been"


def documented(port):
    """What docs/debugging.md tells a reader to type: QEMU's command, and gdb's stub.  The port is a free one."""
    with open(os.path.join(machine.TOP, "docs/debugging.md")) as page:
        lines = re.search(r"^    (KERNEL=gdb=com2,wait .*)\n    GDB_STUB=(\S+) make gdb", page.read(), re.M)
    return [text.replace("4444", str(port)) for text in lines.groups()]


def gdbstub_works_as_the_page_on_debugging_says(lab):
    """Its command for QEMU leaves COM1 to the terminal."""
    command, stub = documented(free_port())
    ours, theirs = os.openpty()
    qemu = subprocess.Popen(command, shell=True, cwd=machine.TOP, env=surroundings(lab), stdin=theirs, stdout=theirs, stderr=theirs,
                            start_new_session=True)
    os.close(theirs)
    try:
        said = b""
        while not re.search(rb"gdb +on COM2\r*\n", said):
            ready = select.select([ours], [], [], PATIENCE)[0]
            assert ready, f"nothing more comes: {said[-500:]}"
            said += os.read(ours, 4096)
        status, said = gdb_says(lab, stub, ["info threads", "bt"])
        assert status == PASS and re.search(r'Thread 1 "idle" \(runs\) .*boot_main', said), said[-3000:]
    finally:
        os.killpg(qemu.pid, signal.SIGKILL)
        qemu.wait()
        os.close(ours)


def relay(a, b):
    while True:
        try:
            data = a.recv(4096)
            a.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)    # Bochs sends each byte by itself, and waits for this
            if not data:
                return
            b.sendall(data)
        except OSError:
            return


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Patient:
    """Bochs' COM2 is a TCP server, and Bochs does not begin before somebody connects to it: that is done here, and gdb comes later."""

    def __init__(self, port):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, args=[port], daemon=True).start()

    def _serve(self, port):
        bochs = None
        while not bochs:
            try:
                bochs = socket.create_connection(("127.0.0.1", port), timeout=1)
            except OSError:
                threading.Event().wait(0.2)
        at_once(bochs).settimeout(None)
        gdb = at_once(self.listener.accept()[0])
        threading.Thread(target=relay, args=[bochs, gdb], daemon=True).start()
        relay(gdb, bochs)


def gdbstub_works_with_gdb_in_bochs(lab):
    with tempfile.TemporaryDirectory(prefix="pecan-iso-") as folder:
        image = guest.make_iso(lab.build, folder, machine.MODULES, {"kernel": "gdb=com2,wait", "init": "batch"})
        port = free_port()
        wire = Patient(port)
        vm = lab.boot_bochs(image=image, com2=f"socket-server, dev=127.0.0.1:{port}")
        vm.expect(r"gdb +on COM2\r?\n", 120)
        judge(lab, wire.port, "bochs")
        vm.expect("self-paging demo: .*all data intact", 300)
