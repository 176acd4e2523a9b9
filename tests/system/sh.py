# SPDX-License-Identifier: MIT
"""/bin/sh, the shell that programs start."""
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
    assert "No space" in sh(vm, "echo x > /dev/full") and "the tty" in sh(vm, "echo the tty > /dev/tty < /dev/null")
    said(vm, "echo 'echo script $1 | wc' > /script")
    assert re.search(r"^ +1 +2 +10 $", said(vm, "/bin/sh /script ab"), re.M), vm.text[-300:]
    said(vm, "echo 'echo from here' > /text")
    assert "from here\n" in said(vm, "/bin/sh < /text")
    halted(vm)
