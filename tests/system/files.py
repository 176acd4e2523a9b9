# SPDX-License-Identifier: MIT
"""Files: the ext2 server on a disk and on a RAM disk, written in the system and read outside, and the other way round."""
import hashlib
import os
import re
import shutil
import subprocess
import time

import machine
from driver import Disks, shell

SWAP, MEGABYTES = 8, 16
START = (1 + SWAP) << 20        # of the file system, in bytes
DAY = 86400
TOOLS = dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin",
             E2FSCK_TIME=str(int(time.time()) + DAY))   # the system's clock may go faster than the host's


def tool(*words):
    """Output and status of one of e2fsprogs."""
    done = subprocess.run(words, env=TOOLS, capture_output=True, text=True, errors="replace")
    return done.stdout, done.returncode


def file_system(image, *options):
    """Makes one in the second partition."""
    said, status = tool("mke2fs", "-q", "-F", "-t", "ext2", "-E", f"offset={START}", *options, image, f"{MEGABYTES - 1 - SWAP}m")
    assert status == 0, said


def expect_clean(image, start=START):
    """e2fsck has nothing to say: its status alone would be 0 for wrong totals."""
    said, status = tool("e2fsck", "-fn", f"{image}?offset={start}")
    assert status == 0 and "wrong" not in said and len(said.splitlines()) == 6, said


def contents(image, path, start=START):
    done = subprocess.run(["debugfs", "-R", f"cat {path}", f"{image}?offset={start}"], env=TOOLS, capture_output=True)
    return done.stdout


def tree(folder):
    """Some files for mke2fs -d, and what they hold."""
    files = {"readme": b"a small file\n", "sub/big": os.urandom(300000), "sub/empty": b"", "sub/deeper/x": b"x" * 5000}
    for name, data in files.items():
        path = os.path.join(folder, "tree", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
    os.symlink("sub/big", os.path.join(folder, "tree", "link"))
    return os.path.join(folder, "tree"), files


def halted(vm):
    vm.send("halt")
    assert vm.finish().status == 0


def files_made_in_the_system_are_read_outside(lab):
    with Disks() as disks:
        image = disks.image()
        file_system(image)
        vm = shell(lab, "disk root=0.2", (image, 0))
        assert "0.2 on / type ext2 (rw)" in vm.command("mount")
        for line in ("mkdir /a", "mkdir /a/b", "echo some words > /a/words", "echo more of them >> /a/words", "cp /a/words /a/b",
                     "mv /a/b/words /a/b/moved", "ln /a/words /hard", "ln -s a/words /soft", "echo gone > /gone", "rm /gone",
                     "echo old > /x", "echo new > /y", "mv /y /x", "mkdir /empty", "rmdir /empty"):
            said = vm.command(line)
            assert said.strip() == "", f"{line}: {said}"
        assert "some words\nmore of them" in vm.command("cat /soft"), vm.text[-500:]
        listed = vm.command("ls -l /")
        assert re.search(r"^drwxr-xr-x +3 .* a\r?$", listed, re.M), listed
        assert re.search(r"^-rw-r--r-- +2 +0 +0 +24 .* hard\r?$", listed, re.M), listed
        assert re.search(r"^l.* soft -> a/words\r?$", listed, re.M), listed
        assert "No such file" in vm.command("cat /gone")
        assert "Invalid argument" in vm.command("mv /a /a/b/c")
        for line in ("mv /a/b /b", "mv /b /a/b"):
            said = vm.command(line)
            assert said.strip() == "", f"{line}: {said}"
        halted(vm)
        expect_clean(image)
        assert contents(image, "/a/words") == b"some words\nmore of them\n"
        assert contents(image, "/a/b/moved") == b"some words\nmore of them\n"
        assert contents(image, "/x") == b"new\n"


def names_are_shown_without_control_characters(lab):
    """On the console only: what reads a pipe or a file gets the names as they are."""
    with Disks() as disks:
        image = disks.image()
        folder, _ = tree(disks.folder.name)
        for name in (b"clear\033[2J", b"two\nlines", "m\u00e4rz".encode()):
            with open(os.path.join(folder.encode(), name), "wb"):
                pass
        os.symlink("\033]0;title\a", os.path.join(folder, "odd"))
        file_system(image, "-d", folder)
        vm = shell(lab, "disk root=0.2", (image, 0))
        assert {"clear?[2J", "two?lines", "m\u00e4rz"} <= set(vm.command("ls /").split()), vm.text[-500:]
        listed = vm.command("ls -l /")
        assert "odd -> ?]0;title?" in listed and "\033" not in listed, listed
        vm.command("ls / > /names")
        halted(vm)
        assert {b"clear\033[2J", b"two", b"lines"} <= set(contents(image, "/names").split(b"\n"))


def files_made_outside_are_read_in_the_system(lab):
    with Disks() as disks:
        image = disks.image()
        folder, files = tree(disks.folder.name)
        file_system(image, "-d", folder)
        vm = shell(lab, "disk", (image, 0))
        assert "nothing is mounted" in vm.command("mount")
        assert "No file system" in vm.command("ls /")
        vm.command("mount 0.2")
        assert sorted(vm.command("ls /").split()) == ["link", "lost+found", "readme", "sub"]
        for name, data in files.items():
            assert hashlib.sha256(data).hexdigest() in vm.command(f"sha256sum /{name}"), name
        vm.command("cd /sub")
        assert hashlib.sha256(files["sub/big"]).hexdigest() in vm.command("sha256sum ../link")
        vm.command("cp big copy")
        vm.command("sync")
        assert "Filesystem" in vm.command("df")
        vm.command("umount")
        assert "nothing is mounted" in vm.command("mount")
        halted(vm)
        expect_clean(image)
        assert contents(image, "/sub/copy") == files["sub/big"]


def what_was_synced_survives_when_the_plug_is_pulled(lab):
    with Disks() as disks:
        image = disks.image()
        folder, files = tree(disks.folder.name)
        file_system(image, "-d", folder)
        vm = shell(lab, "disk root=0.2", (image, 0))
        for line in ("cp /sub/big /kept", "echo first > /changed", "sync"):
            vm.command(line)
        for number in range(6):
            vm.command(f"cp /sub/big /more{number}")
            vm.command(f"mv /more{number} /changed")
            vm.command(f"mkdir /d{number}")
        vm.send("cp /sub/big /changed")
        vm.close()
        said, status = tool("e2fsck", "-p", f"{image}?offset={START}")
        assert status <= 1 and "MANUALLY" not in said, said
        expect_clean(image)
        assert contents(image, "/kept") == files["sub/big"]
        vm = shell(lab, "disk root=0.2", (image, 0))
        assert hashlib.sha256(files["sub/big"]).hexdigest() in vm.command("sha256sum /kept")


def one_that_was_not_unmounted_is_repaired_or_mounted_read_only(lab):
    with Disks() as disks:
        image = disks.image()
        file_system(image)
        tool("debugfs", "-w", "-R", "ssv state 0", f"{image}?offset={START}")
        vm = shell(lab, "disk root=0.2", (image, 0))
        assert "it was not unmounted, and is repaired" in vm.text, vm.text[-800:]
        assert "(rw)" in vm.command("mount")
        halted(vm)
        expect_clean(image)
        tool("debugfs", "-w", "-R", "ssv state 2", f"{image}?offset={START}")
        vm = shell(lab, "disk root=0.2", (image, 0))
        assert "read-only, because it was not unmounted" in vm.text, vm.text[-800:]
        assert "(ro)" in vm.command("mount")
        assert "Read-only file system" in vm.command("mkdir /x")


def a_ram_disk_is_the_root(lab):
    vm = shell(lab, "root=ram")
    assert "Pecan" in vm.command("cat /welcome")
    assert "pecan" in vm.command("cat /etc/hostname")
    vm.command("cp /welcome /etc/copy")
    sums = vm.command("sha256sum /welcome /etc/copy").split()
    assert sums[0] == sums[2], sums


def a_machine_without_memory_for_it_says_so(lab):
    vm = shell(lab, "root=ram", memory=16)
    assert re.search(r"root=ram is not mounted: it takes \d+ KB, and \d+ KB are left", vm.text), vm.text[-800:]


def what_cannot_be_mounted_is_refused_by_name(lab):
    with Disks() as disks:
        image = disks.image()
        said, status = tool("mke2fs", "-q", "-F", "-t", "ext4", "-E", f"offset={START}", image, "7m")
        assert status == 0, said
        vm = shell(lab, "disk root=0.2", (image, 0))
        assert "extent" in vm.text and "is not mounted" in vm.text, vm.text[-800:]
        assert "no ext2" in vm.command("mount 0.1")
        assert "no such partition" in vm.command("mount 0.3")


def what_needs_a_root_says_how_to_get_one(lab):
    with Disks() as disks:
        image = disks.image()
        file_system(image)
        vm = shell(lab, "disk", (image, 0))
        for line, wanted in (("cat x | wc", "Pipes need a file system: `mount DISK`"), ("hello | nobody", "Pipes need a file system"),
                             ("wc x", "wc: this program is in /bin of a file system, and none is mounted: `mount ram`"),
                             ("nobody x", "nobody: there is no such command or program"),
                             ("hello > /dev/null", "No file system is mounted: `mount DISK`"), ("ls /", "No file system is mounted"),
                             ("cat x", "No file system is mounted"), ("echo x > y", "No file system is mounted"),
                             ("mount 0.2 /mnt", "there is no directory /mnt, because nothing is mounted: `mount DISK` first")):
            said = vm.command(line)
            assert wanted in said, f"{line}: {said}"
        assert vm.command("mount 0.2 /").strip() == ""
        assert "0.2 on / type ext2 (rw)" in vm.command("mount")
        vm.command("mkdir /d; echo x > /f; A=" + "n" * 125)
        for line, wanted in (("mkdir /${A}${A}nnnnnn", "File name too long; a name has 255 bytes at most"),
                             ("ln /d /e", "`ln -s` makes a link to it"),
                             ("cp /f /f /f", "cp: /f is no directory, where several files could go"),
                             ("mv /d /d/e", "a directory does not go into itself"),
                             ("mount ram /d", "the RAM disk with its few files can be the root only"),
                             ("cp /f /f", "both are the same file"),
                             ("ls -x", "ls: there is no option -x; a file of that name is ./-x"),
                             ("rm /d", "`rmdir` removes an empty one")):
            said = vm.command(line)
            assert wanted in said, f"{line}: {said}"
        assert vm.command("cat /f").strip() == "x", "it was not copied into itself"
        assert "No space" in vm.command("echo x > /dev/full") and vm.command("mv /f /g; mv /g /f").strip() == "", "the error is forgotten"
        assert vm.command("mkdir /${A}${A}nnnnn; rmdir /${A}${A}nnnnn").strip() == ""
        for line, wanted in (("hello | nobody", "nobody: there is no such command or program"),
                             ("echo x | hello &", "a command of the shell's own may begin it, in the foreground"),
                             ("mount 0.2 /", "0.2 is mounted already in /; `mount DISK DIRECTORY`"),
                             ("umount /mnt", "nothing is mounted in /mnt; `mount` says what is")):
            said = vm.command(line)
            assert wanted in said, f"{line}: {said}"
        halted(vm)


def what_is_mounted_or_swapped_to_is_given_to_no_program(lab):
    with Disks() as disks:
        image = disks.image()
        file_system(image)
        vm = shell(lab, "disk swap root=0.2", (image, 0))
        assert "a part of it is used for swapping" in vm.command("run -b 0.1 diskcheck 16")
        assert "a part of it is mounted" in vm.command("run -b 0.2 diskcheck 16")
        assert "a part of it is" in vm.command("run -b 0 diskcheck 16"), "the whole disk holds both"
        assert "mounted already" in vm.command("mount 0.1")
        vm.command("umount")
        assert "a part of it is used for swapping" in vm.command("mount 0.1")
        assert "all data intact" in vm.command("run -b 0.2 diskcheck 16", 120), "it is free again"
        vm.send("halt")
        assert vm.finish(60).status == 0


def the_null_device_is_there_on_every_disk(lab):
    with Disks() as disks:
        image = disks.image()
        file_system(image)              # without /dev
        vm = shell(lab, "disk root=0.2", (image, 0))
        null_device_works(vm)
        assert "No such file" in vm.command("ls /dev")
        vm.command("umount")
        for command in ("mknod n c 1 3", "mknod t c 4 3", "mknod b b 1 3", "ssv state 2"):      # it becomes read-only
            tool("debugfs", "-w", "-R", command, f"{image}?offset={START}")
        vm.command("mount 0.2")
        assert "(ro)" in vm.command("mount")
        null_device_works(vm)
        assert vm.command("echo lost > /n; cat n").strip() == "", "a node of that number is the same file"
        for name in ("t", "b"):
            assert "No such device or address; no program opens this device" in vm.command(f"cat /{name}"), name
            assert re.search(rf"^[bc].* /{name}\r?$", vm.command(f"ls -l /{name}"), re.M), vm.text[-200:]
        halted(vm)
    vm = shell(lab, "root=ram")
    null_device_works(vm)
    listed = vm.command("ls -l /dev").replace("\r", "")
    assert re.findall(r"^(\S+) .* (\w+)$", listed, re.M) == [("crw-rw-rw-", name) for name in ("null", "zero", "full")], listed
    assert vm.command("cd /dev; echo lost > null; cat null; cd /").strip() == ""


def null_device_works(vm):
    for line in ("echo lost > /dev/null", "cat /dev/null", "hello lost > /dev/null", "ps >> /dev/null", "hello < /dev/null > /dev/null"):
        said = vm.command(line)
        assert said.strip() == "", f"{line}: {said}"
    assert re.search(r"^crw-rw-rw- +1 .* /dev/null\r?$", vm.command("ls -l /dev/null"), re.M), vm.text[-300:]
    assert "No space" in vm.command("echo x > /dev/full")
    assert "lost" not in vm.command("cat /dev/null")


def files_get_the_time_of_day(lab):
    with Disks() as disks:
        image = disks.image()
        file_system(image)
        vm = shell(lab, "disk root=0.2", (image, 0), extra=["-rtc", "base=2031-05-06T07:08:09"])
        vm.command("date")              # the clock's driver serves
        vm.command("echo x > /x")
        assert re.search(r"2031-05-06 07:0\d x", vm.command("ls -l /")), vm.text[-500:]
        halted(vm)
        said, status = tool("e2fsck", "-p", f"{image}?offset={START}")      # to the host, that day is still to come
        assert status <= 1 and "MANUALLY" not in said, said


def what_is_written_with_o_sync_is_on_the_disk(lab):
    with Disks() as disks:
        image = disks.image()
        path, _ = tree(disks.folder.name)
        os.makedirs(os.path.join(path, "bin"))
        shutil.copy(os.path.join(lab.build, "strip/storm"), os.path.join(path, "bin"))
        file_system(image, "-d", path)
        vm = shell(lab, "disk root=0.2", (image, 0))
        vm.send("storm lasting=/sub/lasting")
        vm.expect("storm: wrote /sub/lasting")
        vm.process.kill()
        said, status = tool("e2fsck", "-p", f"{image}?offset={START}")
        assert status <= 1 and "MANUALLY" not in said, said
        wanted = bytearray(b"abcdefghijklmnopqrstuvwxyz"[i % 26] for i in range(5000))
        wanted[4094:4098] = b"OVER"
        assert contents(image, "/sub/lasting") == wanted


def a_file_server_that_ends_is_started_again(lab):
    with Disks() as disks:
        image = disks.image()
        path, _ = tree(disks.folder.name)
        os.makedirs(os.path.join(path, "bin"))
        os.mkdir(os.path.join(path, "s"))
        shutil.copy(os.path.join(lab.build, "strip/storm"), os.path.join(path, "bin"))
        file_system(image, "-d", path)
        vm = shell(lab, "disk root=0.2", (image, 0))
        vm.command("echo kept > /kept")
        vm.command("sync")
        vm.command("cd /sub")
        vm.send("storm hold=/kept &")
        vm.expect("storm: holds /kept")
        vm.send("kill ext2fs")
        vm.expect("init: ext2fs is started again", 120)
        # EIO for what was open, none for a new open, ESTALE for a path in a directory of the old server
        vm.expect("storm: old 5 new 0 relative 116 chdir 0 then 0", 120)
        vm.send("")
        vm.expect("pecan> ")
        assert "kept" in vm.command("cat /kept")
        assert "the current directory has gone with its file server: `cd /`" in vm.command("cat deeper/x")
        vm.command("cd /sub")
        assert "xxxxx" in vm.command("cat deeper/x")
        assert "(rw)" in vm.command("mount")
        vm.command("echo more > /more")
        for _ in range(3):
            vm.send("kill ext2fs")
            vm.expect("init: ext2fs is started again", 120)
        vm.command("umount")
        assert "nothing is mounted" in vm.command("mount")
        halted(vm)
        expect_clean(image)
        assert contents(image, "/kept") == b"kept\n"
