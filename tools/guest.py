# SPDX-License-Identifier: MIT
"""Boots for tests: a machine whose serial line a program reads, with every way of ending told apart."""
import errno
import fcntl
import filecmp
import glob
import importlib
import inspect
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

import pexpect
import pexpect.fdpexpect

import asserts
import machine

SILENCE = int(os.environ.get("TEST_SILENCE", "15"))     # seconds (of a machine.Stopwatch) without a word: it hangs
AGAIN = SILENCE / 5                                     # the same, behind the words behind which another one hung
STOP = "TEST_STOP" in os.environ                        # a suite's first failure is its end
PROMPT = "pecan> "
MORE = "-- more: space, enter or q --"
hung = set()                                            # the last words of machines that hung
stop = threading.Event()                                # nobody wants the rest of the results


class Skip(Exception):
    """Raised by a test that cannot run here; says why."""


class Ending:
    """How a run ended: status as the system reported it (None: not at all), problem as a sentence (None: none)."""

    def __init__(self, status=None, problem=None):
        self.status, self.problem = status, problem


class Hang(AssertionError):
    """A machine that has said nothing for too long."""


def echo_of(line):
    """What is seen of a line that is typed: whole lines of a program may come in between its characters, and before its end."""
    lines = r"(?:[^\n]*\n)*?"
    echo = lines.join(re.escape(c) for c in line)
    return rf"{echo}\s*?\n|(?:(?<=\n)|(?<={re.escape(PROMPT)})){echo}{lines}\s*?\n"


class Machine:
    """A running emulator and the far end of its serial line.  All limits are seconds that it has had.

    All that it says is kept in `text`.  `heard` is the place in it behind the last match: expect() goes on from there, so it finds
    only what comes later.  What may have come before the end of a command, or after it, is for expect_since() with a mark()."""

    SLOWNESS = 1

    def __init__(self, process, line, log, on_close=()):
        self.process, self.line, self.on_close = process, line, on_close
        self.text, self.booted = "", False
        self.heard, self.match, self.before = 0, None, ""
        self.log = open(log, "a")
        self.clock = machine.Stopwatch(process.pid)
        self.last_word = self.clock.seconds()
        line.logfile_read = self

    def write(self, data):              # pexpect's log: everything the machine says
        self.text += data
        self.log.write(data)
        self.last_word = self.clock.seconds()
        self.booted = self.booted or PROMPT in self.text[-len(data) - len(PROMPT):]

    def flush(self):
        self.log.flush()

    def last_line(self):
        lines = self.text[-4000:].rstrip().splitlines() or [""]
        return re.sub(r"[0-9a-f]*[0-9]+[0-9a-f]*", "N", lines[-1])

    def find(self, patterns):
        """The pattern that matches first behind the place `heard`, by its index, or None.  What is before its match, and the match,
        are kept, and `heard` goes behind it."""
        found = [(match.start(), index, match) for index, match in
                 enumerate(re.compile(pattern, re.S).search(self.text, self.heard) for pattern in patterns) if match]
        if not found:
            return None
        start, index, self.match = min(found, key=lambda one: one[:2])
        self.before, self.heard = self.text[self.heard:start], self.match.end()
        return index

    def read(self, seconds):
        """Reads what has come, or waits for it so long; answers whether there was anything.  Raises pexpect.EOF at the machine's end."""
        try:
            return bool(self.line.read_nonblocking(1 << 16, seconds))
        except pexpect.TIMEOUT:
            return False

    def listen(self, patterns, end, silence):
        """Waits for the first of some patterns; answers its index.  Raises Hang at the time `end` or after so many seconds without
        a word (None: any), pexpect.EOF at the machine's end."""
        while not stop.is_set():
            index = self.find(patterns)
            if index is not None:
                return index
            if self.read(0.5):
                if self.clock.seconds() <= end:
                    continue
                index = self.find(patterns)
                if index is not None:
                    return index
                raise Hang("no end")    # it talks on and on
            now, quiet = self.clock.seconds(), self.clock.seconds() - self.last_word
            if self.read(0):            # it was this program that had no processor
                continue
            if silence is not None and quiet > silence:
                raise Hang(f"silent for {silence:g} seconds")
            if now > end:
                raise Hang("no end")
        raise Hang("stopped")

    def patience(self):
        """How long it may be silent: not long behind the words behind which another one hung."""
        return self.SLOWNESS * (AGAIN if self.last_line() in hung else SILENCE)

    def hangs(self):
        hung.add(self.last_line())

    def read_panic(self):
        """The rest of the kernel's report, if it comes."""
        try:
            while "panic: halted" not in self.before:
                self.listen(["\n"], self.clock.seconds() + 30, 5)
        except (Hang, pexpect.EOF):
            pass

    def expect(self, pattern, timeout=60):
        """Waits for a regular expression; answers the match.  The end of the machine is a failure that shows its words; so is silence
        before its first prompt."""
        end = self.clock.seconds() + timeout * self.SLOWNESS
        try:
            while self.listen([pattern, r"((?:panic: |(?:loader|wortel): [^\n]* Halted\.)[^\n]*)\n"], end,
                              None if self.booted else self.patience()):
                last = self.match[1].strip()
                if machine.last_words(last):
                    self.read_panic()
                    raise AssertionError(f"the machine ended before {pattern!r}: {last}")
        except Hang as why:
            if not self.booted and "silent" in str(why):
                self.hangs()
                raise AssertionError(f"{why} before the first prompt; no {pattern!r}") from None
            raise AssertionError(f"no {pattern!r} within {timeout} seconds") from None
        except pexpect.EOF:
            raise AssertionError(f"the machine ended before {pattern!r}") from None
        return self.match

    def mark(self):
        """This moment, for expect_since(): behind all that was matched until now."""
        return self.heard

    def expect_since(self, mark, pattern, timeout=60):
        """Waits for a regular expression that may have come already, before or behind other matches since a mark."""
        heard, self.heard = self.heard, mark
        match = self.expect(pattern, timeout)
        self.heard = max(heard, self.heard)
        return match

    def send(self, line):
        self.line.send(line + "\r")

    def command(self, line, timeout=60):
        """Types a command at the shell's prompt; answers what it printed, all pages of it.  Lines of a program in the background may be among it, or
        come later: see expect_since()."""
        self.send(line)
        self.expect(echo_of(line), timeout)
        said = ""
        while self.expect(f"{re.escape(PROMPT)}|{MORE}", timeout)[0] == MORE:
            said += self.before
            self.line.send(" ")
            self.expect(re.escape("\r\033[K"), timeout)    # it is gone again
        return (said + self.before).replace("\r", "")

    def finish(self, timeout=60, silence=None, last_line=None):
        """Reads to the machine's end, or to a last line; answers an Ending."""
        end = self.clock.seconds() + timeout * self.SLOWNESS
        try:
            while True:
                self.listen(["\n"], end, silence or self.patience())
                said = self.before.strip()
                if last_line and said == last_line:
                    return Ending()
                if STOP and said.startswith("not ok"):
                    return Ending(problem="ended at its first failure")
                if said.startswith("panic: "):
                    self.read_panic()
                    return Ending(problem=said)
                if machine.last_words(said):
                    return Ending(problem=said)
        except Hang as why:
            if "silent" in str(why):
                self.hangs()
            return Ending(problem=str(why) if "silent" in str(why) else f"no end after {timeout} seconds")
        except pexpect.EOF:
            return self.ending()

    def ending(self):
        if not machine.watch(self.process, 60):
            return Ending(problem="the emulator closed the line and went on")
        code = self.process.returncode
        status = machine.verdict(code)
        return Ending(status, None if status is not None else f"the machine ended without a verdict (QEMU's status {code})")

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.line.close()
        for action in self.on_close:
            action()
        self.log.close()


class BochsMachine(Machine):
    """Bochs ends through its shutdown port, which carries no status: what was said has to tell."""

    SLOWNESS = 4                        # it interprets

    def ending(self):
        return Ending() if machine.watch(self.process, 60) else Ending(problem="Bochs closed the line and went on")


class QemuMachine(Machine):
    """QEMU, with its monitor on a socket: somebody to press keys and to look at the screen."""

    def __init__(self, process, line, log, monitor):
        super().__init__(process, line, log)
        self.monitor = pexpect.fdpexpect.fdspawn(monitor.detach(), encoding="utf-8", codec_errors="replace")
        self.greeted = False

    def _answer(self):
        end = self.clock.seconds() + 120
        while self.clock.seconds() < end:
            try:
                self.monitor.expect(re.escape("(qemu) "), timeout=0.5)
                return self.monitor.before
            except pexpect.TIMEOUT:
                pass
        raise AssertionError("QEMU's monitor does not answer")

    def ask(self, command):
        """One command of QEMU's monitor; answers its text."""
        if not self.greeted:
            self._answer()
            self.greeted = True
        self.monitor.send(command + "\n")
        return self._answer()

    def press(self, *keys):
        """Keys by QEMU's names, as on the PS/2 keyboard, each for 20 ms of the machine's time."""
        for key in keys:
            self.ask(f"sendkey {key} 20")

    def screen(self):
        """The text on the VGA screen, 25 rows."""
        rows = re.findall(r"^[0-9a-f]+: (.*)", self.ask("xp /2000hx 0xb8000"), re.M)
        words = re.findall(r"0x([0-9a-f]{4})\b", " ".join(rows))
        text = "".join(chr(int(word, 16) & 0xFF) for word in words)
        return [text[i:i + 80].rstrip(" \0") for i in range(0, len(text), 80)]

    def close(self):
        self.monitor.close()
        super().close()


class TalkingMachine(Machine):
    """An emulator of which nothing is known but what it says."""

    def ending(self):
        return Ending(problem="the machine ended")


class PipeLine(pexpect.fdpexpect.fdspawn):
    """A serial line over two pipes.  Not a socket: QEMU writes byte by byte, a socket charges each byte as a whole packet and is full
    after some 300 of them, and then QEMU's serial port drops what nobody has read yet."""

    PIPE_BYTES = 1 << 20

    def __init__(self, process):
        super().__init__(process.stdout.fileno(), encoding="utf-8", codec_errors="replace")
        self.process = process
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, self.PIPE_BYTES)

    def send(self, text):
        try:
            self.process.stdin.write(text.encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass                        # the machine has ended: the next expect() says so

    def close(self):
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                pipe.close()
            except BrokenPipeError:
                pass


def start_qemu(log, serial=True, **setup):
    ours, qemus = socket.socketpair()   # not a path: some are too long for a socket
    extra = list(setup.pop("extra", ())) + ["-display", "none", "-serial", "stdio" if serial else "none",
                                            "-chardev", f"socket,id=monitor,fd={qemus.fileno()}", "-mon", "monitor"]
    process = subprocess.Popen(machine.qemu(extra=extra, **setup), pass_fds=[qemus.fileno()],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    qemus.close()
    return QemuMachine(process, PipeLine(process), log, ours)


def call_of(listener, process):
    """The connection that an emulator makes for its serial line."""
    line = machine.accept(listener, process)
    if line:
        return line
    process.kill()
    raise AssertionError(f"{process.args[0]} does not start: its serial line is not there (status {process.wait()})")


def start_bochs(log, **setup):
    folder = tempfile.TemporaryDirectory(prefix="bochs-")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serial = f"socket-client, dev=127.0.0.1:{listener.getsockname()[1]}"
        command = machine.bochs(folder.name, serial, **setup)
        with open(os.path.join(folder.name, "out"), "w") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        ours = call_of(listener, process)
    line = pexpect.fdpexpect.fdspawn(ours.detach(), encoding="utf-8", codec_errors="replace")
    return BochsMachine(process, line, log, [folder.cleanup])


def start_dosbox(log, **setup):
    if not shutil.which("dosbox"):
        raise Skip("dosbox is not installed: `make emulators` brings it")
    folder = tempfile.TemporaryDirectory(prefix="dosbox-")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command, environment = machine.dosbox(folder.name, listener.getsockname()[1], **setup)
        with open(os.path.join(folder.name, "out"), "w") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment)
        ours = call_of(listener, process)
    line = pexpect.fdpexpect.fdspawn(ours.detach(), encoding="utf-8", codec_errors="replace")
    return TalkingMachine(process, line, log, [folder.cleanup])


def node_get():
    """Fetches the packages of tools/package.json once; why they are not there, or None."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            return f"v86 needs {program}, which is not installed: `make emulators` brings it"
    os.makedirs(machine.NODE_FOLDER, exist_ok=True)
    wanted = os.path.join(machine.TOP, "tools/package.json")
    done = os.path.join(machine.NODE_FOLDER, "fetched.json")
    with open(os.path.join(machine.NODE_FOLDER, "lock"), "w") as lock:   # two tests may want it at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(done) and filecmp.cmp(wanted, done, shallow=False):
            return None
        shutil.copyfile(wanted, os.path.join(machine.NODE_FOLDER, "package.json"))
        status, said = machine.run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--fetch-retries=0",
                                    "--fetch-timeout=20000"], 90, cwd=machine.NODE_FOLDER)
        if status is None:
            return "npm did not get v86 within 90 seconds"
        if status != 0:
            return "npm cannot get v86: " + said.strip().splitlines()[-1]
        shutil.copyfile(wanted, done)
    return None


def start_v86(log, **setup):
    missing = node_get()
    if missing:
        raise Skip(missing)
    process = subprocess.Popen(machine.v86(**setup), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return TalkingMachine(process, PipeLine(process), log)


def run_to_end(started, timeout, last_line=None):
    try:
        return started.finish(timeout, last_line=last_line), started.text
    finally:
        started.close()


def fresh(log):
    os.makedirs(os.path.dirname(log), exist_ok=True)
    open(log, "w").close()
    return log


def run_qemu(build, modules, options, log, setup, timeout):
    """The loader with these modules, put into memory by QEMU."""
    return run_to_end(start_qemu(fresh(log), kernel=os.path.join(build, "bin/loader"),
                                 modules=machine.initrd(build, modules, options), options=options, **setup), timeout)


def run_bochs(build, modules, options, log, memory, timeout, cpu="bx_generic"):
    """The same in Bochs, which needs a CD (GRUB without a menu) and knows no isa-debug-exit: "# done" is the end."""
    with tempfile.TemporaryDirectory(prefix="pecan-iso-") as folder:
        image = make_iso(build, folder, modules, options)
        return run_to_end(start_bochs(fresh(log), image=image, memory=memory, cpu=cpu), timeout, "# done")


def pattern_files(build):
    """Modules in which word number i is i, for a boot suite to find intact: one page, not whole pages, and many."""
    paths = []
    for size in (4096, 5000, 300000):
        path = os.path.abspath(os.path.join(build, f"pattern-{size}"))
        if not os.path.exists(path):
            with tempfile.NamedTemporaryFile(dir=build, delete=False) as out:
                out.write(b"".join(i.to_bytes(4, "little") for i in range(size // 4)))
            os.rename(out.name, path)   # two suites may do this at once
        paths.append(path)
    return paths


def make_iso(build, folder, modules, options):
    os.makedirs(os.path.join(folder, "cd/boot/grub"))
    lines = ["serial --unit=0 --speed=115200", f"multiboot /boot/loader loader {options.get('loader', '')}"]
    for name in ["loader"] + modules:
        file = os.path.basename(name)
        shutil.copyfile(machine.module_file(build, name), os.path.join(folder, "cd/boot", file))
        if name != "loader":
            lines.append(f"module /boot/{file} {file} {options.get(name, '')}")
    with open(os.path.join(folder, "cd/boot/grub/grub.cfg"), "w") as out:
        out.write("\n".join(lines + ["boot"]) + "\n")
    image = os.path.join(folder, "cd.iso")
    subprocess.run(["grub-mkrescue", "-d", "/usr/lib/grub/i386-pc", "-o", image, "--install-modules=multiboot iso9660 biosdisk normal serial boot search minicmd",
                    "--locales=", "--fonts=", "--themes=", os.path.join(folder, "cd")],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return image


def run_host(program, log, timeout):
    """A program of this machine; its status counts."""
    environment = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1")
    with open(fresh(log), "w") as out:
        def start(*command):
            return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        try:
            process = start(program)
        except OSError as error:
            if error.errno != errno.ENOEXEC:
                raise
            process = start("qemu-i386", program)       # 32-bit words, and a kernel without them: tools/words32
    clock, ending = machine.Stopwatch(process.pid), None
    while not ending:
        try:
            ending = Ending(process.wait(0.5))
        except subprocess.TimeoutExpired:
            if stop.is_set() or clock.seconds() > timeout:
                process.kill()
                process.wait()
                ending = Ending(problem=f"no end after {timeout} seconds")
    with open(log, errors="replace") as said:
        return ending, said.read()


class Lab:
    """What a system test works with: it starts machines, and what they say is kept for the failure report."""

    def __init__(self, build, log):
        self.build, self.log, self.machines = build, fresh(log), []
        self.iso = os.path.join(build, "images/pecan.iso")
        self.floppy = os.path.join(build, "images/pecan-floppy.img")

    def _keep(self, started):
        self.machines.append(started)
        return started

    def boot_iso(self, init="", kernel="", loader="", **setup):
        setup.setdefault("image", self.iso)
        return self._keep(start_qemu(self.log, options=dict(init=init, kernel=kernel, loader=loader), **setup))

    def boot_with(self, *words, **setup):
        """A machine that has what these words of QEMU's command line give it."""
        return self._keep(start_qemu(self.log, extra=words, **setup))

    def boot_floppy(self, **setup):
        setup.setdefault("floppy", self.floppy)
        return self._keep(start_qemu(self.log, **setup))

    def boot_bochs(self, **setup):
        setup.setdefault("image", self.iso)
        return self._keep(start_bochs(self.log, **setup))

    def boot_dosbox(self, **setup):
        setup.setdefault("floppy", self.floppy)
        return self._keep(start_dosbox(self.log, **setup))

    def boot_v86(self, **setup):
        return self._keep(start_v86(self.log, **setup))

    def boot_modules(self, modules=None, options=None, initrd=None, first="loader", **setup):
        """The loader (or what stands first) with modules by name, or with a ready initrd string, put into memory by QEMU."""
        if initrd is None:
            initrd = machine.initrd(self.build, machine.MODULES if modules is None else modules, options)
        return self._keep(start_qemu(self.log, kernel=os.path.join(self.build, "bin", first), modules=initrd,
                                     options=options, **setup))

    def transcript(self):
        return "".join(m.text for m in self.machines)

    def close(self):
        for started in self.machines:
            started.close()


SYSTEM = os.path.join(machine.TOP, "tests/system")


def explain(problem):
    return asserts.explain(problem, machine.TOP, SYSTEM)


def system_tests(folder):
    """The functions of test files whose only parameter is called lab, in the order of the files."""
    found = []
    asserts.install(folder)
    for path in sorted(glob.glob(os.path.join(folder, "*.py"))):
        module = importlib.import_module(os.path.basename(path)[:-3])
        for value in vars(module).values():
            if (inspect.isfunction(value) and value.__module__ == module.__name__
                    and list(inspect.signature(value).parameters) == ["lab"]):
                found.append(value)
    return found
