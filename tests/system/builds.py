# SPDX-License-Identifier: MIT
"""Pecan is built where others build: in other environments, with other tools, with more and with broken programs."""
import glob
import os
import re
import shutil
import subprocess
import tempfile

import guest
import machine

PARTS = ("Makefile", "include", "lib", "kernel", "boot", "servers", "apps", "tests", "tools", "bench", "docs")
OURS = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "T", "CONFIG", "FIRST", "CHECK", "WERROR")      # of the make that runs these tests


def copy_tree(source, target, *without):
    """Files may go while they are copied: those which other tests write for a moment."""
    try:
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(*without))
    except shutil.Error as problem:
        lasting = [why for why in problem.args[0] if os.path.lexists(why[0])]
        assert not lasting, lasting


class Tree:
    """A copy of the source tree, with what is already built in it: make has little left to do."""

    def __init__(self, lab):
        self.folder = tempfile.TemporaryDirectory(prefix="tree-")
        self.path = self.folder.name
        for name in PARTS:
            source, target = os.path.join(machine.TOP, name), os.path.join(self.path, name)
            copy_tree(source, target, "__pycache__") if os.path.isdir(source) else shutil.copy2(source, target)
        copy_tree(lab.build, self.path + "/build/test", "log", "bare", "*.iso", "*.img", "memory*")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def append(self, path, text):
        os.makedirs(os.path.dirname(os.path.join(self.path, path)), exist_ok=True)
        with open(os.path.join(self.path, path), "a") as out:
            out.write(text)

    def make(self, *goals, environment=None, before=(), **settings):
        """Its status, and what it said."""
        variables = {name: value for name, value in os.environ.items() if name not in OURS} | (environment or {})
        done = subprocess.run([*before, "make", "-C", self.path, *goals, *(f"{name}={value}" for name, value in settings.items())],
                              env=variables, stdin=subprocess.DEVNULL, text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def image(self, name):
        return os.path.join(self.path, "build/test/images", name)


def builds_beside_grubs_for_other_firmware(lab):
    """An empty folder stands for them: grub-mkrescue fails in it unless it is told where to look."""
    if subprocess.run(["unshare", "-rm", "true"], stderr=subprocess.DEVNULL).returncode:
        raise guest.Skip("no name spaces of mounts here")
    with Tree(lab) as tree:
        os.makedirs(tree.path + "/grub/x86_64-efi")
        shutil.copytree("/usr/lib/grub/i386-pc", tree.path + "/grub/i386-pc")
        script = f'mount --bind {tree.path}/grub /usr/lib/grub && exec "$@"'
        status, said = tree.make("iso", before=("unshare", "-rm", "sh", "-c", script, "sh"), BUILD="build/test")
        assert status == 0, said[-600:]
        assert os.path.exists(tree.image("pecan.iso"))


def builds_and_tests_with_strange_variables_exported(lab):
    """Each means something to somebody else's scripts; and a folder for temporary files may have a long name."""
    with Tree(lab) as tree:
        long = os.path.join(tree.path, *["build-job-" * 10] * 2)
        os.makedirs(long)
        os.makedirs(tree.path + "/elsewhere/tools")
        strange = dict(CDPATH=tree.path + "/elsewhere", CPU="Ryzen 7", QEMU="yes", MEM="lots", LOADER="grub", KERNEL="6.1.0", INIT="systemd",
                       BUILD="release", CHECK="1", WERROR="-Wno-error", GDB_PORT="none", TMPDIR=long, POSIXLY_CORRECT="1", CFLAGS="-m64")
        names = ["the_screen_shows_what", "the_demo_notices_a_bit", "run_without_a_terminal_shows", "gdb_stops_at_the_kernels"]
        status, said = tree.make("test", environment=strange, T=" ".join(names))
        assert status == 0, said[-1500:]
        ran = re.findall(r"^ok \d+ - (?!.*SKIP).*", said, re.M)
        assert all(any(name in line for line in ran) for name in names), said[-1500:]
        assert f"\n{len(ran)} passed, 0 failed" in said, said[-1500:]


def builds_from_a_clone_with_other_line_ends(lab):
    if not os.path.isdir(os.path.join(machine.TOP, ".git")) and not os.path.isfile(os.path.join(machine.TOP, ".git")):
        raise guest.Skip("not a git checkout")
    with tempfile.TemporaryDirectory(prefix="clone-") as folder:
        done = subprocess.run(["git", "-c", "core.autocrlf=true", "clone", "-q", machine.TOP, folder + "/pecan"], stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise guest.Skip("git does not clone: " + done.stderr.strip().splitlines()[-1])
        for name in ("Makefile", "tools/archive", "tools/doctor", "kernel/arch/x86/entry.asm", "tests/fuzz-host/corpus/fuzz_mdb.hex"):
            with open(f"{folder}/pecan/{name}", "rb") as source:
                assert b"\r" not in source.read(), name


def builds_with_the_machines_own_compiler(lab):
    """CROSS= on a 64-bit PC: what it makes boots."""
    if "x86_64" not in subprocess.run(["gcc", "-dumpmachine"], stdout=subprocess.PIPE, text=True).stdout:
        raise guest.Skip("not a 64-bit PC")
    with Tree(lab) as tree:
        shutil.rmtree(tree.path + "/build")
        status, said = tree.make("iso", CROSS="", BUILD="build/test")
        assert status == 0, said[-900:]
        ending = lab.boot_iso(init="batch", image=tree.image("pecan.iso")).finish(120)
        assert ending.status == 0, ending.problem


def builds_with_fifty_programs_more(lab):
    """The ISO has room for them; the floppy says which programs it leaves out, and boots."""
    with Tree(lab) as tree:
        for number in range(50):
            tree.append(f"apps/many{number:02}/main.c", f'#include <stdio.h>\nint main(void)\n{{\n    puts("I am number {number}");\n    return 0;\n}}\n')
        status, said = tree.make("iso", "floppy", BUILD="build/test")
        assert status == 0, said[-900:]
        assert os.path.getsize(tree.image("pecan.iso")) > 1 << 21
        left = re.search(r"no room for (\d+) programs: (.*)", said)
        assert left and int(left[1]) == len(left[2].split()) > 0 and "demo" not in left[2].split(), said[-900:]
        assert "up to date" not in said, said[-900:]        # nobody asked
        vm = lab.boot_iso(init="batch run=many49", image=tree.image("pecan.iso"))
        assert vm.finish(120).status == 0
        assert "I am number 49" in vm.text
        vm = lab.boot_floppy(floppy=tree.image("pecan-floppy.img"))
        vm.expect("pecan> ", 120)
        listed = vm.command("ls")
        assert "hello" in listed and left[2].split()[-1] not in listed, listed


def builds_without_the_one_program_that_does_not_compile(lab):
    with Tree(lab) as tree:
        tree.append("apps/hello/hello.c", "#error broken\n")
        status, said = tree.make("iso", BUILD="build/test")
        assert status != 0
        assert "make: does not build, so it is not among the programs: apps/hello" in said, said[-600:]
        vm = lab.boot_iso(image=tree.image("pecan.iso"))
        vm.expect("pecan> ", 120)
        assert "hello: there is no such program" in vm.command("run hello")
        assert "demo" in vm.command("ls")
        assert tree.make(BUILD="build/test")[0] != 0        # `make` builds all or fails
        status, said = tree.make("run", BUILD="build/test")
        assert status != 0
        assert re.search("all data intact.*make: does not build, so it is not among the programs: apps/hello\n", said, re.S), said[-600:]


def builds_a_host_test_again_when_a_header_of_one_of_its_sources_changes(lab):
    """A header that the test and its first source have, one that its second source has; another test has neither."""
    with Tree(lab) as tree:
        line, keymap = (f"build/test/host/{name}" for name in ("line", "keymap"))
        shutil.rmtree(tree.path + "/build/test/host", ignore_errors=True)
        assert tree.make(line, keymap, BUILD="build/test")[0] == 0
        for header in ("servers/deva/line.h", "lib/terminal/sequence.h"):
            assert tree.make("-q", line, BUILD="build/test")[0] == 0, "built again for nothing"
            later = os.stat(os.path.join(tree.path, line)).st_mtime + 2
            os.utime(os.path.join(tree.path, header), (later, later))
            assert tree.make("-q", line, BUILD="build/test")[0] == 1, f"{header} changes, and the test stays as it is"
            assert tree.make("-q", keymap, BUILD="build/test")[0] == 0
            os.utime(os.path.join(tree.path, header), (later - 100, later - 100))


def builds_come_from_lines_that_fit(lab):
    """100 columns in the kernel and the public headers, 140 in libraries, servers and the loader; tables of make have longer lines."""
    rooms = {"kernel": 100, "include": 100, "lib": 140, "servers": 140, "boot": 140}
    long = [f"{path}:{number}" for room, most in rooms.items() for path in sorted(glob.glob(f"{machine.TOP}/{room}/**/*", recursive=True))
            if path.endswith((".c", ".h", ".asm", ".inc", ".lds"))
            for number, line in enumerate(open(path, encoding="utf-8"), 1) if len(line.rstrip("\n")) > most]
    assert not long, long
