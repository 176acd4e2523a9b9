# SPDX-License-Identifier: MIT
"""The power goes while files and directories change: the disk is a server of ours (NBD), which remembers each write, and ends QEMU in the middle of
one that is drawn by lot.  What the disk held after each write before that can then be looked at.  `make powercuts` does more of it."""
import os
import random
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import threading

import machine
from driver import Disks
from files import START, TOOLS, expect_clean, file_system

CUTS_OF_A_BOOT = 25             # places at which the writes of one boot are cut
MARK = re.compile(rb"PECAN-MARK-(\d{6})!")
HELLO, OPTION, REPLY, REQUEST, ANSWER = 0x4e42444d41474943, 0x49484156454F5054, 0x3e889045565a9, 0x25609513, 0x67446698
READ, WRITE, DISCONNECT, FLUSH = 0, 1, 2, 3


def number(name, otherwise):
    return int(os.environ.get(name) or otherwise)


class Recorder:
    """A disk for QEMU: `image` as it was, and a log of (offset, bytes), where None is a flush."""

    def __init__(self, folder, image, end_at=None):
        with open(image, "rb") as file:
            self.before = file.read()
        self.now = bytearray(self.before)
        self.log, self.writes, self.end_at, self.process = [], 0, end_at, None
        self.errors = []                # (kind, first byte, end): requests that touch these fail
        self.path = os.path.join(folder, "disk.sock")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(1)
        self.ready = threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()

    def drive(self):
        return ["-drive", f"if=ide,index=0,media=disk,format=raw,cache=writeback,file=nbd:unix:{self.path}"]

    def watch(self, vm):
        self.process = vm.process
        self.ready.set()
        return vm

    def take(self, count):
        data = b""
        while len(data) < count:
            more = self.line.recv(count - len(data))
            if not more:
                raise ConnectionError
            data += more
        return data

    def greet(self):
        self.line.sendall(struct.pack(">QQH", HELLO, OPTION, 3))
        self.take(4)
        while True:
            _, option, length = struct.unpack(">QII", self.take(16))
            self.take(length)
            if option in (6, 7):        # info, go
                export = struct.pack(">HQH", 0, len(self.now), 1 | 4)
                self.line.sendall(struct.pack(">QIII", REPLY, option, 3, len(export)) + export)
                self.line.sendall(struct.pack(">QIII", REPLY, option, 1, 0))
                if option == 7:
                    return
            else:
                self.line.sendall(struct.pack(">QIII", REPLY, option, 0x80000001, 0))

    def serve(self):
        self.line, _ = self.listener.accept()
        try:
            self.greet()
            self.ready.wait()
            while self.request():
                pass
        except ConnectionError:
            pass
        self.line.close()
        self.listener.close()

    def fails(self, kind, at, length):
        return any(kind == k and at < end and at + length > first for k, first, end in self.errors)

    def request(self):
        """Serves one.  False: the machine has no power any more."""
        _, _, kind, handle, at, length = struct.unpack(">IHHQQI", self.take(28))
        data = self.take(length) if kind == WRITE else b""
        error = 5 if self.fails(kind, at, length) else 0
        answer = struct.pack(">IIQ", ANSWER, error, handle)
        if kind == DISCONNECT:
            return False
        if kind == WRITE and not error:
            self.writes += 1
            if self.writes == self.end_at:
                self.process.kill()
                return False
            self.log.append((at, data))
            self.now[at:at + length] = data
        elif kind == FLUSH:
            self.log.append(None)
        elif kind == READ and not error:
            answer += bytes(self.now[at:at + length])
        self.line.sendall(answer)
        return True

    def cut(self, entries, draw):
        """What the disk holds when the power goes after so many entries of the log.  draw: NULL, or a disk that loses some of the writes
        since its last flush."""
        image = bytearray(self.before)
        flushed = max((i for i in range(entries) if self.log[i] is None), default=0)
        for i in range(entries):
            if self.log[i] and (i < flushed or not draw or draw.random() < 0.5):
                at, data = self.log[i]
                image[at:at + len(data)] = data
        return image


# ---- what the storm said ----

def byte_run(seed, size):
    return bytes((seed * 31 + at * 7 + (at >> 8) * 13) & 255 for at in range(size))


class Story:
    """Files by their paths after each sync, and which paths each round between two syncs touches."""

    def __init__(self, said):
        self.synced, self.touched = [], [set()]
        now = {}
        # a change that failed, or the last one, which may have been broken off, touches its files and tells nothing more
        for line, failed in re.findall(r"^(?:pecan> )?([wtums] [^\r\n]*)\r?\n(! \d+)?", said, re.M):
            kind, *words = line.split(" ")
            if kind == "s":
                assert not failed, line + failed
                self.synced.append(dict(now))
                self.touched.append(set())
                continue
            self.touched[-1].update(word for word in words if word.startswith("/"))
            self.change(now, kind, words, failed)

    @staticmethod
    def change(now, kind, words, failed):
        """None in `now`: what the file holds is not known, nor whether there is one."""
        if failed == "! 2":
            pass                        # ENOENT
        elif failed:
            now.update(dict.fromkeys((word for word in words if word.startswith("/"))))
        elif kind == "w":
            now[words[0]] = (int(words[2]), int(words[1]), int(words[1]))
        elif kind == "t":
            if now[words[0]]:
                seed, size, _ = now[words[0]]
                now[words[0]] = (seed, min(size, int(words[1])), int(words[1]))
        elif kind == "u":
            now.pop(words[0])
        elif words[0] != words[1]:
            now[words[1]] = now.pop(words[0])

    @staticmethod
    def contents(file):
        seed, bytes_of_it, size = file
        return byte_run(seed, bytes_of_it) + bytes(size - bytes_of_it)


# ---- what the disk holds ----

def totals_agree(image):
    """e2fsck -fn prints wrong totals of the superblock and ends with 0, so we add the groups up ourselves."""
    blocks, free_blocks, free_inodes, first, shift, per_group = (struct.unpack_from("<I", image, START + 1024 + at)[0]
                                                                for at in (4, 12, 16, 20, 24, 32))
    groups, table = -(-(blocks - first) // per_group), START + ((first + 1) << 10 + shift)
    counts = [struct.unpack_from("<HH", image, table + 32 * group + 12) for group in range(groups)]
    assert sum(c[0] for c in counts) == free_blocks and sum(c[1] for c in counts) == free_inodes, (counts, free_blocks, free_inodes)


def repair(path):
    """e2fsck -p: it asks nothing, and there is nothing left for -fn."""
    done = subprocess.run(["e2fsck", "-p", f"{path}?offset={START}"], env=TOOLS, capture_output=True, text=True, errors="replace")
    assert done.returncode <= 1 and "MANUALLY" not in done.stdout, done.stdout
    expect_clean(path)
    with open(path, "rb") as file:
        totals_agree(file.read())


def expect_synced(path, folder, story, last):
    """All that the sync `last` wrote and that nothing has touched since, byte for byte."""
    out = os.path.join(folder, "out")
    shutil.rmtree(out, ignore_errors=True)
    os.mkdir(out)
    subprocess.run(["debugfs", "-R", f"rdump /s {out}", f"{path}?offset={START}"], env=TOOLS, capture_output=True, check=True)
    for name in {*story.synced[last], *story.touched[0], *(n for round_of in story.touched for n in round_of)} - story.touched[last + 1]:
        file = out + name
        if name in story.synced[last] and story.synced[last][name] is None:
            continue
        if name not in story.synced[last]:
            assert not os.path.lexists(file), f"{name} is there"
            continue
        with open(file, "rb") as found:
            assert found.read() == story.contents(story.synced[last][name]), f"{name} is not as it was synced"


def marks(log):
    """For each sync, the entry of the log at which the disk is known to hold it."""
    found = {}
    for place, entry in enumerate(log):
        mark = entry and MARK.search(entry[1])
        if mark and int(mark[1]) not in found:
            found[int(mark[1])] = place
    return [found[n] for n in sorted(found)]


def storm(lab, disks, folder, words, end_at=None, block=1024, errors=(), memory=64, more=(), extra=(), init=""):
    """Runs the program `storm` with these words.  Returns the disk, what it said, and how that ended."""
    image = disks.image()
    file_system(image, "-b", str(block), *more)
    archive = os.path.join(folder, "apps.cpio")
    paths = [os.path.join(lab.build, "strip", name) for name in ("storm", "ext2fs")]
    subprocess.run([os.path.join(machine.TOP, "tools/archive"), archive, *paths], check=True, stdout=subprocess.DEVNULL)
    modules = [archive if name == "apps.cpio" else name for name in machine.MODULES]
    disk = Recorder(folder, image, end_at)
    disk.errors += errors
    vm = disk.watch(lab.boot_modules(modules, options={"init": f"batch disk root=0.2 {init} run=storm,{words}"}, memory=memory, extra=[*disk.drive(), *extra]))
    ending = vm.finish(300, 120)
    return disk, vm.text.replace("\r", ""), ending


def cuts_of_a_boot(lab, seed, count):
    draw = random.Random(seed)
    with Disks() as disks, tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        block = draw.choice((1024, 4096))
        end_at = draw.randrange(250, 500 if block == 4096 else 1000)     # most storms write more
        disk, said, ending = storm(lab, disks, folder, f"seed={seed},steps=120", end_at, block)
        assert disk.writes == end_at or ending.status == 0, f"{disk.writes} writes of {end_at}: {ending.problem} {said[-1500:]}"
        story, known = Story(said), marks(disk.log)
        assert len(known) > 2 and len(known) <= len(story.synced), (known, len(story.synced), said[-1000:])
        path = os.path.join(folder, "cut.img")
        places = [len(disk.log)] + [draw.randrange(known[0], len(disk.log) + 1) for _ in range(count - 1)]
        for turn, place in enumerate(places):
            with open(path, "wb") as file:
                file.write(disk.cut(place, draw if turn % 2 else None))
            last = sum(at < place for at in known) - 1
            try:
                repair(path)
                if last >= 0:
                    expect_synced(path, folder, story, last)
            except AssertionError as problem:
                raise AssertionError(f"seed {seed}, cut after {place} of {len(disk.log)} entries, sync {last}: {problem}") from problem


def the_power_goes_in_a_storm_and_what_was_synced_is_there(lab):
    """POWERCUTS=500, SEED=1"""
    cuts, seed = number("POWERCUTS", 12), number("SEED", 1)
    while cuts > 0:
        cuts_of_a_boot(lab, seed, min(cuts, CUTS_OF_A_BOOT))
        cuts, seed = cuts - CUTS_OF_A_BOOT, seed + 1


# ---- other ways to fail ----

def at_the_end(disk, said, folder):
    """The disk of a storm that came to its end; all of it that is known to be there is there."""
    story, known = Story(said), marks(disk.log)
    path = os.path.join(folder, "end.img")
    with open(path, "wb") as file:
        file.write(disk.now)
    repair(path)
    if known:
        expect_synced(path, folder, story, len(known) - 1)
    return re.findall(r"^! (\d+)", said, re.M), known


def a_disk_that_fails_at_any_place_is_an_error_and_no_hang(lab):
    """ERRORS=50, SEED=1"""
    draw, failed, wanted = random.Random(number("SEED", 1)), 0, number("ERRORS", 2)
    for tries in range(10 * wanted):
        if failed == wanted:
            break
        kind, place = draw.choice((READ, WRITE)), START + draw.randrange(1 << 20) // 512 * 512
        with Disks() as disks, tempfile.TemporaryDirectory() as folder:
            disk, said, ending = storm(lab, disks, folder, f"seed={draw.randrange(1000)},steps=60", errors=[(kind, place, place + 16384)])
            if "is not mounted" in said:
                continue                # what every mount reads
            assert ending.problem is None and ending.status == 0, f"{kind} {place}: {ending.problem} {said[-1500:]}"
            errors, _ = at_the_end(disk, said, folder)
            assert set(errors) <= {"2", "5", "30"}, (kind, place, errors)       # ENOENT, EIO, EROFS
            failed += "5" in errors
    assert failed == wanted, f"{tries} places, and {failed} errors came to the program"


def a_full_disk_is_an_error_and_stays_whole(lab):
    with Disks() as disks, tempfile.TemporaryDirectory() as folder:
        disk, said, ending = storm(lab, disks, folder, "seed=3,steps=160,full=60000")
        assert ending.problem is None and ending.status == 0, f"{ending.problem} {said[-1500:]}"
        errors, known = at_the_end(disk, said, folder)
        assert set(errors) <= {"2", "28"} and errors.count("28") > 5 and len(known) > 20, (errors, known)


def a_hundred_clients_at_once_get_their_own_bytes(lab):
    """CLIENTS=100"""
    clients = number("CLIENTS", 100)
    with Disks() as disks, tempfile.TemporaryDirectory() as folder:
        disk, said, ending = storm(lab, disks, folder, f"crowd={clients}", memory=128, init="files")
        assert f"storm: {clients} clients, 0 not well" in said, said[-1500:]
        assert ending.problem is None and ending.status == 0, ending.problem
        path = os.path.join(folder, "end.img")
        with open(path, "wb") as file:
            file.write(disk.now)
        expect_clean(path)


def a_name_costs_as_much_in_a_directory_of_10000_names_as_in_one_of_10(lab):
    with Disks() as disks, tempfile.TemporaryDirectory() as folder:
        _, said, ending = storm(lab, disks, folder, "measure=10000", more=("-I", "128", "-N", "10400"), extra=machine.counted(0, "on"))
        assert ending.problem is None and ending.status == 0, f"{ending.problem} {said[-1500:]}"
        costs = [[int(n) for n in line] for line in re.findall(r"names: (\d+) to look up, (\d+) to make, (\d+) to remove", said)]
        assert len(costs) == 4, said[-1500:]
        for small, large in zip(costs[0], costs[-1]):
            assert large < 2 * small, costs
