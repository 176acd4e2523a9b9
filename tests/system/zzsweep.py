# SPDX-License-Identifier: MIT
"""scratch"""
from driver import Disks, shell
from files import file_system, tool, START

N255, N256 = "${A}${A}nnnnn", "${A}${A}nnnnnn"


def sweep(vm, lines):
    for line in lines:
        vm.command(line)


def zzsweep_lines(lab):
    with Disks() as disks:
        image = disks.image()
        file_system(image, "-b", "1024")
        vm = shell(lab, "disk root=0.2", (image, 0))
        sweep(vm, ["A=" + "n" * 125, f"mkdir /{N255}", f"mkdir /{N256}", f"echo x > /{N255}x", f"echo x > {N255}/{N255}/{N255}/f", f"cat {N256}", f"ls {N256}", f"rm {N256}", f"rmdir {N256}",
                   f"mv {N255} {N256}", f"ln {N255} {N256}", f"ln -s x {N256}", f"cd {N256}", f"sha256sum {N256}", f"cp x {N256}", f"sh {N256}", f"run {N256}", f"{N256}", f"mount 0.1 /{N256}", f"rmdir {N255}",
                   "mkdir /d", "echo x > /d/f", "rmdir /d", "rm /d", "rm /d/", "rm /none", "cat /d", "cp /d /e", "cp /none /e", "cp /d/f /d/f", "cat /d/f", "mv /d/f /d/f", "mv /none /x", "mv /d /d/e", "mv /d/f /none/x", "cp /d/f /none/x",
                   "cp /d/f /d/f /none", "cp /d/f /d/f /d/f", "ln /d /e", "ln /d/f /d/f", "ln -s a b c", "ln -s a", "ln a", "mkdir /d", "mkdir /none/x", "mkdir", "rmdir /none", "rmdir /d/f", "rmdir /", "cd /d/f", "cd /none", "cd a b", "sha256sum /d", "sha256sum /none", "sha256sum", "df x", "df", "sync x", "echo x > /d", "echo x > /d/f/x", "echo x > ''",
                   "cat ''", "ls ''", "ls /d/f/x", "ls -l /none", "ls -x", "ls -l -l", "cat -n x", "rm -r /d", "cp -r /d /e", "mkdir -p /x", "mount x", "mount 0", "mount 0.2 x", "mount 9", "mount a b c", "mount ram", "mount ram /d", "mount 0.1 /d", "mount 0.2 /d", "umount /d", "umount x", "umount x y",
                   "hello < /d", "hello < /none", "hello > /d", "/d", "/d/f", "/none", "run /d/f", "run /none", "sh /d", "sh /none", "sh", "test -f", "[ x", "[", "sleep", "sleep -1", "sleep x y", "exit 1 2", "exit x", "set x", "unset", "unset ?", "kill", "kill x", "kill -FOO hello", "kill -9", "kill 0", "kill -9 0 0", "jobs x", "fg 9", "fg x", "bg 9", "bg x", "fg 1 2",
                   "paging frames=x", "paging x", "ps x", "top x", "top 0", "top 1 2", "mem x", "maps", "maps x", "maps 0", "maps 99999999999", "containers x", "containers 1 2", "frames x", "ipcstat x", "ipcstat 0", "irq x", "irq 0", "trace x", "trace on x", "trace on 0", "trace on 99999999", "trace off x", "trace dump x", "trace dump", "disk x", "devices x", "devices start", "devices start 99", "devices start x", "devices stop 99", "devices scan x", "devices x y z",
                   "date x", "beep x", "beep 0", "beep 10000000", "beep 440 x", "beep 440 0", "uptime x", "help x", "help x y", "clear x", "keymap x", "status x", "reboot x", "halt x", "true x", "false x", "run -m", "run -m 10 hello", "run -b", "run -b x hello", "run -q", "run", "1x=3", "x=*", "A=1 B=2", "NAME =3", "$NONE", "''", "hello |", "| hello", "hello && ", "&& hello", "hello ||", "for", "for x", "for x in", "for 1 in 2; do true; done", "if", "fi", "while true; fi", "echo $((1/0))", "echo $((1+))", "echo $((99999999999))", "echo ${x", "echo `ls`", "echo $(ls)", "ls *", "hello 2> /dev/null", "hello 2>&1", "(ls)", "{ ls; }", "case x in esac", "f() { ls; }", "hello <<E", "hello >& x", "hello &> x", "hello > a > b", "hello <", "hello >", "export A=1", "alias x=y", "pwd", "man ls", "cd", "cd ..", "cd -", "cd ~", "less x", "grep x", "vi", "exec hello", "source x", ". x", "more", "touch x", "logout", "exit", "mke2fs 0.1", "free", "kill -l", "history", "!!"])
        vm.command("cp /bin/none /full")
        sweep(vm, ["echo 12345678901234567890123456789012345678901234567890 > /big"] + ["cat /big /big /big /big /big /big /big /big > /big2; mv /big2 /big"] * 6 + ["for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do cat /big >> /bigger; done", "for i in 1 2 3 4 5 6 7 8 9 10; do cat /bigger >> /biggest; done", "df",
                   "cp /big /more", "echo x > /y", "mkdir /full", "ln -s " + "x" * 100 + " /s", "cat /big > /z", "echo x >> /y", "ps > /ps", "help > /helptext", "hello > /hello", "mv /y /w", "sha256sum /y > /sum", "hello | hello > /both", "ln /y /yy", "rm /biggest /bigger", "df"])
        vm.command("umount")
        tool("debugfs", "-w", "-R", "ssv state 2", f"{image}?offset={START}")
        sweep(vm, ["mount 0.2", "echo x > /y", "echo x >> /big", "rm /big", "mkdir /x", "rmdir /d", "mv /big /b", "ln /big /b", "ln -s a /b", "cp /big /b", "hello > /h", "sync", "umount", "umount"])
        vm.close()
        vm = shell(lab, "")
        sweep(vm, ["mount", "mount 0.2", "mount 0.2 /m", "mount ram /m", "umount", "umount /m", "df", "sync", "cd /", "cd", "ls -l", "ls /", "cat x", "rm x", "cp a b", "mkdir x", "ln a b", "echo a > b", "sha256sum x", "sh x", "/bin/x", "run x", "wc x", "env", "test -e /; echo $?", "disk", "hello < x", "hello 2> x", "ls *", "echo *", "date", "beep", "devices", "paging"])


