# SPDX-License-Identifier: MIT
"""One call, instruction by instruction: a machine stopped by QEMU's gdb stub at the middle one of a benchmark's samples, then stepped
until the call is over.  Every executed address is looked up in the disassembly of the kernel and of the benchmark, so what is
counted (CR3 writes, segment loads, instructions of a function) is counted where it happens."""
import os
import re
import socket
import subprocess
import tempfile

import meter
from meter import machine

CROSS = os.environ.get("CROSS", "i686-linux-gnu-")
WARM = 21               # the sample that is stepped: by then everybody has run, page tables exist.  Odd: a touch that faults comes by twice
EIP = 8                 # its place among gdb's registers
LIMIT = 200000


class Program:
    """An ELF file: its symbols, and what stands at an address."""

    def __init__(self, path):
        self.path, self.symbols, self.text, self.functions = path, {}, {}, {}
        for line in run(CROSS + "nm", path).splitlines():
            words = line.split()
            if len(words) == 3:
                self.symbols[words[2]] = int(words[0], 16)
        function = "?"
        for line in run(CROSS + "objdump", "-D", "-j", ".text", "-j", ".text.mm", "-j", ".kip", "--no-show-raw-insn", "-M", "intel", path).splitlines():
            named = re.match(r"[0-9a-f]+ <([^>]+)>:", line)
            if named:
                function = named[1]
            found = re.match(r" *([0-9a-f]+):\s+(.*)", line)
            if found:
                address = int(found[1], 16)
                self.text[address] = re.sub(r"\s+", " ", found[2].split("#")[0]).strip()
                self.functions[address] = function


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, errors="replace").stdout


class Stub:
    """gdb's remote protocol, the six words of it that are needed."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")

    def ask(self, text):
        self.socket.sendall(b"$%s#%02x" % (text.encode(), sum(text.encode()) & 255))
        while True:
            byte = self.file.read(1)
            if not byte:
                raise RuntimeError("the machine is gone")
            if byte == b"$":
                answer = b"".join(iter(lambda: self.file.read(1), b"#"))
                self.file.read(2)
                self.socket.sendall(b"+")
                return answer.decode()

    def eip(self):
        return int.from_bytes(bytes.fromhex(self.ask("g")[8 * EIP:8 * EIP + 8]), "little")

    def run_to(self, address, times=1):
        self.ask(f"Z0,{address:x},1")
        for _ in range(times):
            self.ask("s")                       # off the breakpoint, if this is it
            if not self.ask("c").startswith(("T", "S")):
                raise RuntimeError(f"it ended before it came to {address:#x}")
        self.ask(f"z0,{address:x},1")

    def step(self):
        self.ask("s")
        return self.eip()


class Lab:
    """A stopped machine with the benchmarks in it."""

    def __init__(self, build, kernel_options="", modules=("kernel", "sigma0", "bench"), options=None):
        self.kernel = Program(os.path.join(build, "bin/kernel"))
        self.bench = Program(os.path.join(build, "bin/bench"))
        self.folder = tempfile.TemporaryDirectory(prefix="steps-")
        path = os.path.join(self.folder.name, "gdb")
        options = dict(options or {}, loader="loader " + kernel_options)
        command = machine.qemu(memory=128, kernel=machine.module_file(build, "loader"), options=options,
                               modules=machine.initrd(build, list(modules), options),
                               extra=meter.ICOUNT + ["-display", "none", "-serial", "null", "-monitor", "none", "-S",
                                                     "-chardev", f"socket,path={path},server=on,wait=on,id=gdb", "-gdb", "chardev:gdb"])
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.stub = self._connect(path)

    def _connect(self, path):
        while self.process.poll() is None:
            try:
                return Stub(path)
            except (FileNotFoundError, ConnectionRefusedError):
                pass
        raise RuntimeError("QEMU does not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()

    def place(self, address):
        """(program, address in it): the KIP's stubs run at the user's address of the page."""
        if address in self.bench.text:
            return self.bench, address
        kip = self.kernel.symbols["the_kip"]
        if address >= self.kernel.symbols["the_kip"]:
            return self.kernel, address
        return self.kernel, kip + (address & 0xFFF)

    def follow(self, name, begin="measured", end="measured_end", warm=WARM):
        """Addresses executed from one label of the benchmark called `name` to another: the first one is `begin`'s."""
        self.stub.run_to(self.bench.symbols["bench." + name])
        self.stub.run_to(self.bench.symbols[begin], warm)
        at, stop, trace = self.stub.eip(), self.bench.symbols[end], []
        while at != stop or not trace:
            trace.append(at)
            at = self.stub.step()
            if len(trace) > LIMIT:
                raise RuntimeError(f"{name} does not come to its end")
        return trace

    def instructions(self, trace):
        """The trace as [(program, address, function, instruction)]."""
        out = []
        for address in trace:
            program, at = self.place(address)
            out.append((program, at, program.functions.get(at, "?"), program.text.get(at, "?")))
        return out


SEGMENT = re.compile(r"(mov|pop) [defgs]s\b|l[defgs]s |(jmp|call) far|retf")
CR3 = re.compile(r"mov cr3,")
FLUSH = re.compile(r"mov cr[034],|invlpg|invpcid")


INNER = ("", "entered", "framed", "leaving", "results_loaded")  # labels in the middle of a path: entry.asm


def label(symbol, before):
    """What an instruction is counted for: its symbol up to a dot, or what was before it, if the symbol only marks a place."""
    name = symbol.lstrip(".").split(".")[0]
    return before or name if name in INNER or name.startswith("@") else name


def count(instructions, what):
    """How many of the kernel's instructions are of that kind."""
    return sum(1 for program, _, _, text in instructions if program.path.endswith("/kernel") and what.match(text))
