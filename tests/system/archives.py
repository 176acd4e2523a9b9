# SPDX-License-Identifier: MIT
"""Archives of programs that other tools have made."""
import gzip
import os
import shutil
import subprocess
import tempfile

import machine


class Folder:
    """A folder with some programs in it, to be packed by cpio."""

    def __init__(self, lab):
        self.temporary = tempfile.TemporaryDirectory(prefix="pecan-archive-")
        self.path = self.temporary.name
        for name in ("demo", "hello"):
            shutil.copyfile(os.path.join(lab.build, "strip/apps", name), os.path.join(self.path, name))

    def pack(self, names, *options):
        done = subprocess.run(["cpio", "-o", *options], input="\n".join(names).encode(), cwd=self.path, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return done.stdout


def boot_with(lab, archive):
    path = os.path.abspath(lab.log + ".cpio")
    with open(path, "wb") as out:
        out.write(archive)
    try:
        vm = lab.boot_modules(machine.MODULES[:-1] + [path])
        vm.expect("pecan> ", 120)
    finally:
        os.unlink(path)
    return vm


def greets(vm, name):
    assert "Hello from a task" in vm.command(f"run {name}"), name


def an_archive_in_the_posix_form_is_read(lab):
    vm = boot_with(lab, Folder(lab).pack(["demo", "hello"], "-H", "odc"))
    vm.command("ls")
    greets(vm, "hello")


def an_archive_as_gnu_cpio_makes_it_is_read(lab):
    vm = boot_with(lab, Folder(lab).pack(["demo", "hello"]))
    greets(vm, "hello")


def links_dots_and_a_second_archive_are_read(lab):
    folder = Folder(lab)
    os.link(os.path.join(folder.path, "hello"), os.path.join(folder.path, "hard"))
    os.symlink("./hello", os.path.join(folder.path, "soft"))
    vm = boot_with(lab, folder.pack([".", "./demo"], "-H", "newc") + folder.pack(["hello", "hard", "soft"], "-H", "newc"))
    assert "all data intact" in vm.text     # the demo was found behind its ./
    listed = [line.split()[2] for line in vm.command("ls").splitlines()]
    assert listed == ["demo", "hello", "hard", "soft"], listed
    for name in ("hello", "hard", "soft", "./hello"):
        greets(vm, name)


def a_compressed_archive_is_one_sentence_that_says_what_to_do(lab):
    vm = boot_with(lab, gzip.compress(Folder(lab).pack(["demo", "hello"], "-H", "newc")))
    assert "init: the archive of programs: it is compressed: unpack it with gunzip first" in vm.text


def an_archive_of_what_cannot_be_in_it_is_one_sentence(lab):
    tool = os.path.join(machine.TOP, "tools/archive")
    out = os.path.abspath(lab.log + ".cpio")
    for paths, words in (([f"{lab.build}/strip/init", f"{lab.build}/bin/init"], "would both be called init"),
                         ([lab.build], "is not a file"), ([f"{lab.build}/nothing"], "is not a file")):
        done = subprocess.run([tool, out, *paths], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 1 and words in done.stdout and "\n" not in done.stdout.strip(), done.stdout
        assert not os.path.exists(out)
