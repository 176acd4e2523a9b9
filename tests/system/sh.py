# SPDX-License-Identifier: MIT
"""/bin/sh, the shell that programs start."""
import hashlib
import os
import re

from driver import Disks, shell
from files import file_system, halted
from ports import tree
from programs import said


def sh(vm, text, *words):
    return said(vm, f"/bin/sh -c '{text}' {' '.join(words)}")


def with_shell(lab, disks, *names):
    """The system with /bin/sh and these programs in /bin."""
    image = disks.image()
    folder = tree(disks, *(f"{lab.build}/strip/{name}" for name in ("apps/sh", "apps/wc") + names))
    os.mkdir(os.path.join(folder, "etc"))
    file_system(image, "-d", folder)
    return shell(lab, "disk root=0.2", (image, 0))


def system_and_popen_start_the_shell(lab):
    with Disks() as disks:
        vm = with_shell(lab, disks, "commands")
        answer = said(vm, "commands")
        assert "commands: all is well" in answer, answer
        halted(vm)


NAMES = ("cat", "cp", "echo", "ln", "ls", "mkdir", "mv", "rm", "rmdir", "sha256sum", "sleep")     # of apps/files: FILES_NAMES of tools/images.mk


def scripts_have_commands_on_files(lab):
    with Disks() as disks:
        image = disks.image()
        folder = tree(disks, f"{lab.build}/strip/apps/sh", f"{lab.build}/strip/apps/files", f"{lab.build}/strip/apps/wc")
        for name in NAMES:
            os.symlink("files", os.path.join(folder, "bin", name))
        file_system(image, "-d", folder)
        vm = shell(lab, "disk root=0.2", (image, 0))
        sh(vm, "mkdir /d /d/sub; cd /d; echo one > 1.txt; /bin/echo two > 2.txt; cp 1.txt 2.txt sub")
        sh(vm, "cd /d; mv 2.txt moved; ln -s moved soft; ln moved hard")
        assert sorted(sh(vm, "ls /d").split()[-5:]) == ["1.txt", "hard", "moved", "soft", "sub"], vm.text[-300:]
        assert "sub/1.txt\nsub/2.txt\n" in sh(vm, "cd /d; ls sub/*")
        assert "one\ntwo\n" in sh(vm, "cd /d; cat 1.txt sub/2.txt") and "two\n" in sh(vm, "cat < /d/soft | cat")
        assert re.search(r"^lrwxrwxrwx .* soft -> moved$", sh(vm, "ls -l /d"), re.M), vm.text[-300:]
        sums = [line.split()[0] for line in sh(vm, "cd /d; sha256sum 1.txt sub/1.txt").splitlines() if line.endswith("1.txt")]
        assert sums[0] == sums[1] == hashlib.sha256(b"one\n").hexdigest(), sums
        sh(vm, "cd /d; rm hard soft sub/*; rmdir sub")
        assert re.search(r"^slept$", sh(vm, "sleep 1 && echo slept"), re.M), vm.text[-300:]
        assert sorted(sh(vm, "ls /d").split()[-2:]) == ["1.txt", "moved"], vm.text[-300:]
        for line, wanted in (("cp /d/1.txt /d/1.txt", "File exists; both are the same file"),
                             ("rm /d", "Is a directory; `rmdir` removes an empty one"),
                             ("rm -r /d", "there is no option -r; a file of that name is ./-r"), ("cat /none", "cat: /none: No such file"),
                             ("cat /d", "Is a directory; `ls` shows"), ("mv /d", "mv: words are missing behind it"),
                             ("cat /d/1.txt > /dev/full", "cat: output: No space"),
                             ("sleep", "sleep: say a number"), ("sleep x", "sleep: say a number"), ("sleep -1", "sleep: say a number"),
                             ("rmdir /d/1.txt", "`rm` removes a file")):
            answer = sh(vm, line)
            assert wanted in answer and "exited with status 1" in answer, f"{line}: {answer}"
        assert "one\n" in sh(vm, "cat /d/1.txt"), "it was not copied into itself"
        assert "say the name of a command: " + " ".join(NAMES) in said(vm, "run /bin/files nonsense")
        assert "1.txt" in said(vm, "/bin/files ls /d")
        said(vm, "cp /d/1.txt /d/1.txt")
        assert "one\n" in said(vm, "cat /d/1.txt") and "both are the same file" in said(vm, "cp /d/1.txt /d/1.txt")
        halted(vm)


def programs_have_a_shell(lab):
    with Disks() as disks:
        shell_works(with_shell(lab, disks, "apps/env"))


def shell_works(vm):
    assert re.search(r"^ +1 +2 +4 $", sh(vm, "echo a b | wc"), re.M), vm.text[-400:]
    assert "yes\n" in sh(vm, "if [ -d /bin ] && ! [ -e /none ]; then echo yes; else echo no; fi")
    assert "1 2 3 \n" in sh(vm, "for i in 1 2 3; do echo -n $i \"\"; done; echo")
    assert "6 x\n" in sh(vm, "i=$((2 * 3)); export NAME=x; echo $i $NAME")
    assert "first second 2\n" in sh(vm, "echo $1 $2 $#", "name", "first", "second")
    assert "GREETING=hi" in sh(vm, "export GREETING=hi; env")
    assert "nobody: No such file" in sh(vm, "nobody; echo $?") and re.search("^127$", vm.text.replace("\r", ""), re.M)
    sh(vm, "cd /etc; echo to a file > /out; echo more >> /out; pwd >> /out; wc < /out > /counted")
    assert "to a file\nmore\n/etc\n" in said(vm, "cat /out") and re.search(r"^ +3 +5 +20 $", said(vm, "cat /counted"), re.M)
    assert "exited with status 7" in sh(vm, "exit 7; echo not this")
    answer = sh(vm, "echo before; if true; then echo open")
    assert "its `fi` or `done` is missing" in answer and "before\n" not in answer and "status 2" in answer, answer
    assert "No such file" in said(vm, "/bin/sh /none")
    said(vm, "cp /bin/wc /lost; echo '#!/nosuch' > /lost")
    assert "/lost: its first line names the interpreter /nosuch, and there is no such file" in sh(vm, "/lost"), vm.text[-300:]
    assert "127" in sh(vm, "/lost; echo $?")
    assert sh(vm, "echo lost > /dev/null; wc < /dev/null > /dev/null").count("\n") <= 2, vm.text[-300:]
    sh(vm, "cd /etc; echo a > a.x; echo b > b.x; cat /none 2> err; wc b.x /none > both 2>&1; echo sent 2> e2 >&2")
    assert "a.x b.x\n/etc/a.x /etc/b.x *.y\n" in sh(vm, "cd /etc; echo *.x; echo /e*/[ab].x *.y")
    assert "cat: No such file" in said(vm, "cat /etc/err") and "sent\n" in said(vm, "cat /etc/e2")
    assert "b.x" in said(vm, "cat /etc/both") and "/none: No such file" in said(vm, "cat /etc/both")
    assert "none: No such file" not in sh(vm, "none 2> /dev/null; nobody 2>&1 | wc")
    assert re.search(r"^ +1 +\d+ +\d+ $", vm.text[-200:].replace("\r", ""), re.M)
    assert "No space" in sh(vm, "echo x > /dev/full") and "the tty" in sh(vm, "echo the tty > /dev/tty < /dev/null")
    said(vm, "echo 'echo script $1 | wc' > /script")
    assert re.search(r"^ +1 +2 +10 $", said(vm, "/bin/sh /script ab"), re.M), vm.text[-300:]
    said(vm, "echo 'echo from here' > /text")
    assert "from here\n" in said(vm, "/bin/sh < /text")
    halted(vm)
