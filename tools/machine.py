# SPDX-License-Identifier: MIT
"""Machines that boot Pecan: what QEMU and Bochs are told, and how their ends are read.

The runners (tools/qemu, tools/bochs) and the tests (tools/test, tests/system) all come here, so a machine looks the same
whichever of them starts it.  A machine's end is one number, see verdict().
"""
import glob
import os
import shutil
import re
import select
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
QEMU = "qemu-system-i386"
EXIT_PORT = 0xF4        # isa-debug-exit: writing v ends QEMU with status (v << 1) | 1
EXIT_BASE = 0x20        # our values are 0x20 | status: QEMU's own error status 1 never looks like one of them



def counted(shift, sleep="off"):
    """Virtual time: an instruction takes 2^shift ns and a sleep takes none of ours, whatever else this machine does.  The clock chip
    has to be told so, it would go by the host's time.  Two runs are alike to the last instruction; a tick is 960,000 >> shift of them.
    With sleep="on" a sleep takes its time: a driver that has nothing to do but wait for a disk waits as long as this machine does."""
    return ["-accel", "tcg", "-icount", f"shift={shift},sleep={sleep}", "-rtc", "base=2000-01-01,clock=vm"]


REPEATABLE, SLOWLY = counted(6), counted(1)

# The modules behind the loader, in the order of the boot contract: the first three are the loader's business, the rest wortel's.
MODULES = ["kernel", "sigma0", "wortel", "physmem", "task", "deva", "deva-store", "init", "apps.cpio"]
ARCHIVES = ("apps.cpio", "tests.cpio", "deva-store")


def verdict(qemu_status):
    """The status that the system wrote when it ended, 0 for good; None when it ended in any other way."""
    value = qemu_status >> 1
    if qemu_status & 1 and value & ~0x1F == EXIT_BASE:
        return value & 0x1F
    return None


# What the system says last, when it will say no more: the kernel's panic, and the sentences of the menu, the loader and wortel.
LAST_WORDS = re.compile(r"(panic: .*)|(Pecan did not start\. .*)|((?:loader|wortel): .* Halted\.)|(wortel: halted with status .*)")


def last_words(line):
    """The line again when the machine stands still behind it, else None."""
    line = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line).strip("\r\n\0 ")     # GRUB clears the screen before it says something
    return line if LAST_WORDS.fullmatch(line) else None


class Stopwatch:
    """The seconds that some processes, and the processes that they started, have had together: those in which one of them waited for
    a processor are not its fault."""

    def __init__(self, *pids):
        self.pids, self.waited, self.threads = pids, 0.0, {}
        self.started = time.monotonic()

    def _family(self, pid):
        """The folders of the threads of a process, and of the processes that it started, one list for each process."""
        threads, children = glob.glob(f"/proc/{pid}/task/*"), []
        for thread in threads:
            children += read_words(thread + "/children")
        return [threads] + [family for child in children for family in self._family(child)]

    def seconds(self):
        for threads in [family for pid in self.pids for family in self._family(pid)]:
            most = 0
            for path in threads:
                words = read_words(path + "/schedstat")
                if len(words) > 1:              # the thread has not gone
                    most = max(most, int(words[1]) - self.threads.get(path, 0))
                    self.threads[path] = int(words[1])
            self.waited += most / 1e9
        return time.monotonic() - self.started - self.waited


def read_words(path):
    try:
        with open(path) as text:
            return text.read().split()
    except OSError:
        return []


def watch(process, limit, beside=()):
    """Waits for a process's end while it, and those beside it (by number), have at most `limit` seconds: has it ended?  If not, it is killed."""
    clock = Stopwatch(process.pid, *beside)
    while clock.seconds() < limit:
        try:
            process.wait(0.2)
            return True
        except subprocess.TimeoutExpired:
            pass
    process.kill()
    process.wait()
    return False


def accept(listener, process, limit=60):
    """The connection that a process makes to a listening socket; None if it ends, or has had `limit` seconds, before."""
    clock = Stopwatch(process.pid)
    listener.settimeout(0.5)
    while process.poll() is None and clock.seconds() < limit:
        try:
            return listener.accept()[0]
        except TimeoutError:
            pass
    return None


def run(command, limit, beside=(), **keys):
    """A program with nobody there: (its status, what it said).  The status is None if it did not end within the limit of watch()."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, **keys)
        ended = watch(process, limit, beside)
        out.seek(0)
        said = out.read().decode(errors="replace")
        return (process.returncode, said) if ended else (None, said + f"\n(no end within {limit} seconds)")


class Hang(Exception):
    """A machine that will not end by itself."""


def relay(process, limit, silence):
    """Copies what a machine says to our stdout until its end, or until it has said its last words; answers these, or None.  Raises
    Hang after `limit` seconds, or after `silence` without a word before the servers are up."""
    clock, heard, up, last, rest = Stopwatch(process.pid), 0, False, None, b""
    while True:
        ready = select.select([process.stdout], [], [], 0.5)[0]
        now = clock.seconds()
        data = os.read(process.stdout.fileno(), 65536) if ready else b""
        if ready and not data:
            return last
        if data:
            heard = now
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                word = last_words(line.decode(errors="replace"))
                last = last or word
                if word and (not word.startswith("panic: ") or word.startswith("panic: halted")):
                    return last
                up = up or line.startswith(b"deva: console")
        elif last and now - heard > 5:      # the rest of its report does not come
            return last
        if now > limit:
            raise Hang(f"no end after {limit} seconds")
        if not up and now - heard > silence:
            raise Hang(f"silent for {silence} seconds")


def collect(command, limit):
    """Runs a machine with nobody there for at most `limit` seconds of its own: (its verdict, what it said, whether it ended)."""
    status, said = run(command, limit)
    return verdict(status) if status is not None else None, said, status is not None


def module_file(build, name):
    """Where a module's image is: programs are stripped, archives are as they are, and a name may be a path."""
    if os.path.isabs(name):
        return name
    path = os.path.join(build, name if name in ARCHIVES else "strip/" + name)
    return os.path.join(build, "bin/" + name) if not os.path.exists(path) else path


def initrd(build, modules, options=None):
    """QEMU's -initrd argument: each module as "file options", its commas doubled."""
    parts = []
    for name in modules:
        words = [module_file(build, name)]
        if options and options.get(name):
            words.append(options[name])
        parts.append(" ".join(words).replace(",", ",,"))
    return ",".join(parts)


def qemu(memory=64, machine="pc", cpu=None, image=None, disk=None, floppy=None, kernel=None, modules=None, options=None,
         reboots=False, program=QEMU, extra=()):
    """QEMU's command line without anything about consoles: image is an ISO, disk a raw image that boots, floppy a FAT image; else kernel and
    modules (an initrd() string) are put in memory by QEMU itself.  options: {"loader": ..., "kernel": ..., "init": ...}."""
    options = options or {}
    args = [program, "-m", str(memory), "-M", machine, "-net", "none",
            "-device", f"isa-debug-exit,iobase={EXIT_PORT:#x},iosize=1"]
    if cpu:
        args += ["-cpu", cpu]
    if not reboots:
        args += ["-no-reboot"]
    if image or disk:
        board = [options.get(name) or "-" for name in ("loader", "kernel", "init")]
        board = [text.replace(",", ",,") for text in board]
        args += ["-boot", "d", "-cdrom", image] if image else ["-boot", "c"] + ide_disk(disk)
        args += ["-smbios", "type=2,manufacturer=Pecan,product={},version={},serial={}".format(*board)]
    if floppy:
        args += ["-boot", "a", "-drive", f"if=floppy,format=raw,readonly=on,file={floppy}"]
    if kernel:
        args += ["-kernel", kernel]
        if modules:
            args += ["-initrd", modules]
        args += ["-append", options.get("loader") or ""]
    return args + list(extra)


def ide_disk(image, place=0):
    """QEMU's arguments for a raw image as an IDE disk: 0 and 1 on the first channel, 2 (where the CD is by default) and 3 on the second."""
    return ["-drive", f"if=ide,index={place},media=disk,format=raw,cache=unsafe,file={image.replace(',', ',,')}"]


def diskette(image, place=0, **how):
    """QEMU's arguments for an image in a floppy drive; how: readonly="on"."""
    words = "".join(f",{name}={value}" for name, value in how.items())
    return ["-drive", f"if=floppy,index={place},format=raw,cache=unsafe,file={image.replace(',', ',,')}{words}"]


# ips: instructions in a second of its own time.  A tick of the clock comes after 33,000 of them, as on a slow Pentium; with more, tests that wait for
# ticks last longer.
BOCHSRC = """\
config_interface: textconfig
display_library: {display}
memory: guest={memory}, host={memory}
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/vgabios/vgabios.bin
cpu: model={cpu}, count=1, ips=33000000, reset_on_triple_fault=0
clock: sync=none
pci: enabled=1, chipset=i440fx
{drive}
com1: enabled=1, mode={serial}
com2: {com2}
keyboard: type=mf, serial_delay=250
mouse: enabled=0
sound: driver=dummy
speaker: enabled=0
private_colormap: enabled=0
log: {log}
panic: action=fatal
error: action=report
info: action=ignore
debug: action=ignore
"""


def bochs(folder, serial, image=None, floppy=None, memory=64, cpu="bx_generic", display='rfb, options="timeout=0"', disk=None,
          com2=None, geometry=None, diskette=None):
    """Writes Bochs' configuration into folder; answers the command line.  serial is com1's mode, for example
    "file, dev=out.txt" or "term, dev=/dev/pts/3", com2 that of the second port, which there is only then; disk a raw image, on the
    second channel; diskette an image beside a CD that boots.  geometry (cylinders, heads, sectors): image is a disk with these, on the
    first channel.  Debian's Bochs has its debugger built in: a script says continue."""
    if geometry:
        drive = (f"ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14\n"
                 f"ata0-master: type=disk, mode=flat, path={os.path.abspath(image)}, cylinders={geometry[0]}, heads={geometry[1]}, spt={geometry[2]}, "
                 "translation=none\nboot: disk")
    elif image:
        drive = (f"ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14\n"
                 f"ata0-master: type=cdrom, path={os.path.abspath(image)}, status=inserted\nboot: cdrom")
    else:
        drive = f"floppya: 1_44={os.path.abspath(floppy)}, status=inserted, write_protected=1\nboot: floppy"
    if diskette:
        drive += f"\nfloppya: 1_44={os.path.abspath(diskette)}, status=inserted"
    if disk:
        drive += (f"\nata1: enabled=1, ioaddr1=0x170, ioaddr2=0x370, irq=15\n"
                  f"ata1-master: type=disk, mode=flat, path={os.path.abspath(disk)}")
    with open(os.path.join(folder, "bochsrc"), "w") as out:
        out.write(BOCHSRC.format(display=display, memory=memory, cpu=cpu, drive=drive, serial=serial, com2=f"enabled=1, mode={com2}" if com2 else "enabled=0",
                                 log=os.path.join(folder, "bochs.log")))
    with open(os.path.join(folder, "debugger.rc"), "w") as out:
        out.write("c\n")
    return ["bochs", "-q", "-f", os.path.join(folder, "bochsrc"), "-rc", os.path.join(folder, "debugger.rc")]


DOSBOXRC = """\
[sdl]
output=surface
[dosbox]
memsize={memory}
[cpu]
core=normal
cputype={cpu}
cycles=fixed 30000
[serial]
serial1=nullmodem server:127.0.0.1 port:{port} transparent:1
serial2=disabled
[autoexec]
boot {floppy}
"""


def dosbox(folder, port, floppy, memory=16, cpu="486_slow"):
    """Writes DOSBox' configuration and a copy of the floppy, which it opens for writing, into folder; answers the command line and
    its environment.  COM1 calls a TCP port of this machine; there is no window."""
    copy = os.path.join(folder, "floppy.img")
    shutil.copyfile(floppy, copy)
    path = os.path.join(folder, "dosbox.conf")
    with open(path, "w") as out:
        out.write(DOSBOXRC.format(memory=memory, cpu=cpu, port=port, floppy=copy))
    return ["dosbox", "-conf", path], dict(os.environ, SDL_VIDEODRIVER="dummy", SDL_AUDIODRIVER="dummy", HOME=folder)


NODE_FOLDER = os.path.join(TOP, "build/emulators")       # what tools/package.json names, in node_modules


def v86(image=None, floppy=None, memory=64, disk=None, diskette=None):
    """Node's command line for v86, whose package guest.node_get() fetches.  diskette: a floppy's image beside a CD that boots."""
    drive = ["cdrom", image] if image else ["fda", floppy]
    return ["node", os.path.join(TOP, "tools/v86.mjs"), os.path.join(NODE_FOLDER, "node_modules/v86")] + drive + \
        [str(memory), disk or "-", diskette or "-"]
