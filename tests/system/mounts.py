# SPDX-License-Identifier: MIT
"""A second file system in a directory of the first: look-ups across, what is refused, file servers that die."""
import os
import shutil

from driver import Disks, shell
from files import contents, expect_clean, file_system, halted
from shell import task_id


def two_disks(disks):
    """A root with /mnt and a file, and another file system."""
    images = []
    for name, files in (("first.img", {"here": b"of the first\n", "mnt/below": b"covered\n"}),
                        ("second.img", {"there": b"of the second\n", "sub/deep": b"deep\n"})):
        folder = os.path.join(disks.folder.name, name + ".tree")
        for path, data in files.items():
            os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
            with open(os.path.join(folder, path), "wb") as file:
                file.write(data)
        images.append(disks.image(name))
        file_system(images[-1], "-d", folder)
    return images


def booted(lab, images):
    return shell(lab, "disk root=0.2", (images[0], 0), (images[1], 1))


def silent(vm, *lines):
    for line in lines:
        said = vm.command(line)
        assert said.strip() == "", f"{line}: {said}"


def a_file_system_in_a_directory_is_used_by_paths_through_it(lab):
    with Disks() as disks:
        images = two_disks(disks)
        vm = booted(lab, images)
        silent(vm, "mount /dev/hd1p2 /mnt")
        said = vm.command("mount")
        assert "0.2 on / type ext2 (rw)" in said and "on /mnt type ext2 (rw)" in said, said
        rows = [line.split() for line in vm.command("df").splitlines()[1:] if line.strip()]
        assert [(row[0], row[-1]) for row in rows] == [("0.2", "/"), (said.rpartition(" on /mnt")[0].split()[-1], "/mnt")], rows
        assert all(int(row[1]) == int(row[2]) + int(row[3]) for row in rows), rows
        assert vm.command("ls /mnt").split() == ["lost+found", "sub", "there"]
        assert "of the second" in vm.command("cat /mnt/there")
        assert "of the second" in vm.command("cat /mnt/sub/../there")
        assert "of the first" in vm.command("cat /mnt/sub/../../here")
        silent(vm, "cd /mnt/sub")
        assert "deep" in vm.command("cat deep")
        assert "of the first" in vm.command("cat ../../mnt/../here")
        silent(vm, "cd ..", "cp there sub/copy", "cp /here /mnt/first", "cp there /second", "mv /mnt/first /mnt/sub/moved", "mkdir /mnt/new",
               "ln -s /here /mnt/up", "ln -s mnt/there /down", "ln /mnt/there /mnt/hard", "rm sub/copy")
        assert "of the first" in vm.command("cat up")
        assert "of the second" in vm.command("cat /down")
        assert "of the second" in vm.command("cat /second")
        assert "cross-device" in vm.command("mv /mnt/there /x") and "cross-device" in vm.command("ln /here /mnt/x")
        assert "busy" in vm.command("rmdir /mnt") and "busy" in vm.command("mv /mnt /other")
        assert "/ is busy: a file system is mounted in it; `umount /mnt` first" in vm.command("umount")
        assert "the shell's current directory is in it; `cd /`" in vm.command("umount /mnt")
        silent(vm, "cd /", "umount /mnt")
        assert "covered" in vm.command("cat /mnt/below")
        halted(vm)
        for image in images:
            expect_clean(image)
        assert contents(images[1], "/sub/moved") == b"of the first\n" and contents(images[0], "/second") == b"of the second\n"


def a_mount_that_cannot_be_is_a_sentence(lab):
    with Disks() as disks:
        images = two_disks(disks)
        vm = booted(lab, images)
        for line, wanted in (("mount 1.2 /none", "No such file"), ("mount 1.2 /here", "Not a directory"), ("mount 1.2 mnt", "whole path"),
                             ("mount 1.1 /mnt", "has said why not"), ("mount 1.3 /mnt", "no such partition"), ("mount 3.1 /mnt", "no such disk"),
                             ("mount /dev/hd1.2 /mnt", "a disk is a digit"), ("mount 1.2 /", "0.2 is mounted already in /"), ("mount 0.2 /mnt", "is mounted"),
                             ("umount /mnt", "nothing is mounted in /mnt")):
            said = vm.command(line)
            assert wanted in said, f"{line}: {said}"
        silent(vm, "mount 1.2 /mnt")
        assert "is mounted" in vm.command("mount 1.2 /mnt")
        assert "of the second" in vm.command("cat /mnt/there")
        halted(vm)


def servers(vm):
    return [int(line.split()[0]) for line in vm.command("ps").splitlines() if line.split()[1:2] == ["ext2fs"]]


def killed(vm, which):
    """Kills a file server, the one with the least or the largest number, and waits for the next one."""
    ids = servers(vm)
    mark = vm.mark()
    vm.send(f"kill {which(ids)}")
    vm.expect_since(mark, "init: ext2fs .*is started again", 120)
    vm.send("")
    vm.expect("pecan> ")


def file_servers_that_die_are_started_again(lab):
    with Disks() as disks:
        images = two_disks(disks)
        vm = booted(lab, images)
        silent(vm, "mount 1.2 /mnt", "cp /here /mnt/kept", "sync", "cd /mnt/sub")
        killed(vm, max)
        assert "of the second" in vm.command("cat /mnt/there") and "of the first" in vm.command("cat /mnt/kept")
        assert "`cd /`" in vm.command("cat deep")           # the current directory was the old server's
        silent(vm, "cd /mnt/sub")
        assert "deep" in vm.command("cat deep") and "of the first" in vm.command("cat /here")
        assert "on /mnt type ext2 (rw)" in vm.command("mount")
        silent(vm, "cd /", "cp /here /mnt/more", "umount /mnt", "mount 1.2 /mnt")
        killed(vm, min)                                     # that of "/", which does not know what was mounted in it
        vm.expect_since(0, "init: 1.2 is mounted in /mnt again", 120)
        assert "of the first" in vm.command("cat /here")
        assert "of the first" in vm.command("cat /mnt/more") and "of the first" in vm.command("cat /mnt/sub/../../here")
        silent(vm, "ln -s /here /mnt/up")
        assert "of the first" in vm.command("cat /mnt/up"), "links from there lead to the new server"
        killed(vm, max)                                     # that of /mnt, started by the new one's name
        assert "of the first" in vm.command("cat /mnt/more") and "of the first" in vm.command("cat /mnt/up")
        silent(vm, "umount /mnt")
        assert "covered" in vm.command("cat /mnt/below")
        halted(vm)
        for image in images:
            expect_clean(image)


def what_was_mounted_in_the_root_is_there_before_the_next_server_of_it_answers(lab):
    """Nobody types a command in between.  The program is the mounted file system's, which lives on."""
    with Disks() as disks:
        images = []
        for name, files in (("first.img", ["mnt/", "link/"]), ("second.img", ["sub/", "there"])):
            folder = os.path.join(disks.folder.name, name + ".tree")
            os.makedirs(folder)
            for file in files:
                if file.endswith("/"):
                    os.makedirs(os.path.join(folder, file))
                else:
                    shutil.copy(os.path.join(lab.build, "strip/storm"), os.path.join(folder, file))
            images.append(disks.image(name))
            file_system(images[-1], "-d", folder)
        vm = booted(lab, images)
        silent(vm, "mount 1.2 /mnt")
        vm.send("/mnt/there find=/mnt/sub &")
        vm.expect("storm: finds /mnt/sub", 120)
        root = min(servers(vm))
        mark = vm.mark()
        vm.send(f"kill {root}")
        vm.expect_since(mark, "storm: then 0", 120)
        vm.expect_since(mark, "init: 1.2 is mounted in /mnt again", 120)
        vm.send("")
        vm.expect("pecan> ")
        mark = vm.mark()
        killed(vm, max)                                     # the next one, which the mounted one is older than
        vm.expect_since(mark, "init: 1.2 is mounted in /mnt again", 120)
        assert vm.command("ls /mnt").split() == ["lost+found", "sub", "there"]
        silent(vm, "umount /mnt", "rmdir /mnt")
        halted(vm)
        for image in images:
            expect_clean(image)


def a_mounted_file_server_dies_in_the_middle_of_work_and_all_goes_on(lab):
    """tests/guest/storm works in /s, which the server covers.  What is open gets EIO, paths wait for the next server."""
    with Disks() as disks:
        images = []
        for name in ("first.img", "second.img"):
            images.append(disks.image(name))
            folder = os.path.join(disks.folder.name, name + ".tree")
            os.makedirs(os.path.join(folder, "s"))
            os.makedirs(os.path.join(folder, "bin"))
            shutil.copy(os.path.join(lab.build, "strip/storm"), os.path.join(folder, "bin"))
            file_system(images[-1], "-d", folder)
        vm = booted(lab, images)
        silent(vm, "mount 1.2 /s", "echo kept > /s/kept", "sync")
        number = task_id(vm, "ext2fs")
        vm.send("storm seed=5 steps=800 &")
        vm.expect(r"\ns 3\b", 120)
        vm.send(f"kill {number}")
        vm.expect("init: ext2fs of /s is started again", 120)
        vm.expect("storm: 800 steps", 240)
        vm.send("")
        vm.expect("pecan> ")
        vm.send("storm hold=/s/kept &")
        vm.expect("storm: holds /s/kept")
        killed(vm, max)
        vm.expect_since(0, "storm: old 5 new 0 relative 116 chdir 0 then 0", 120)
        assert "kept" in vm.command("cat /s/kept")
        silent(vm, "umount /s")
        halted(vm)
        for image in images:
            expect_clean(image)
        assert contents(images[1], "/kept") == b"kept\n"
