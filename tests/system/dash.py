# SPDX-License-Identifier: MIT
"""dash, the shell of Debian's scripts, which `make ports` builds: scripts, and jobs at the console."""
import re

from driver import Disks
from files import expect_clean, halted
from ports import booted_from, built, put, tree
from programs import said
from sh import NAMES

# What the script prints stands behind each part.  cat, ls, sleep and others are apps/files.
PARTS = [
    ("echo $((7 / 2)) $((-7 % 3)) $((1 << 40)) $((0x1f | 010)) $((5 > 3 ? 1 : 2))", "3 -1 1099511627776 31 1"),
    ("i=0; while [ $i -lt 500 ]; do i=$((i + 1)); done; echo $i", "500"),
    ("v=/usr/lib/libx.so.1; echo ${v##*/} ${v%.*} ${v%%.*} ${#v} ${v:+set} ${none:-default}",
     "libx.so.1 /usr/lib/libx.so /usr/lib/libx 18 set default"),
    ('IFS=:; set -- a:b:c; for w in $1; do echo "w=$w"; done; unset IFS', "w=a\nw=b\nw=c"),
    ('IFS=: read -r p q <<EOF\nx:y:z\nEOF\necho "$p $q"', "x y:z"),
    ('set -- -a -b val rest; while getopts ab: o; do echo "$o ${OPTARG-}"; done; shift $((OPTIND - 1)); echo "$*"',
     "a \nb val\nrest"),
    ("fact() { if [ $1 -le 1 ]; then echo 1; else echo $(($1 * $(fact $(($1 - 1))))); fi; }; fact 4", "24"),
    ("nest() { if [ $1 -eq 0 ]; then echo in | cat; else echo $(nest $(($1 - 1))) $1; fi; }; nest 12",
     "in 1 2 3 4 5 6 7 8 9 10 11 12"),
    ("f() { local x=$1; x=$x$x; return 3; }; x=1; f 2; echo $? $x", "3 1"),
    ("cat <<EOF\n${v##*/} $((1 + 1)) `echo \\`echo tick\\``\nEOF\ncat <<'EOF'\n$v\nEOF", "libx.so.1 2 tick\n$v"),
    ("s=0123456789abcdef; s=$s$s$s$s; s=$s$s$s$s; s=$s$s$s$s; s=$s$s$s$s; echo ${#s}; cat <<EOF > /big\n$s$s$s\nEOF\n"
     "wc < /big; echo $s | wc", "4096\n      1       1   12289 \n      1       1    4097 "),
    ("echo one two | cat | cat | { read a b; echo $b $a; }", "two one"),
    ("false | true; echo $?; ! true; echo $?; (exit 5); echo $?; nosuch 2> /dev/null; echo $?", "0\n1\n5\n127"),
    ("trap 'echo trapped' USR1; kill -USR1 $$; trap - USR1; trap", "trapped"),
    ("(trap 'echo term; exit 9' TERM; sleep 100 & wait) & p=$!; sleep 1; kill $p; wait $p; echo $?", "term\n9"),
    ("sleep 100 & kill -9 $!; wait $! 2> /dev/null; echo $?; sleep 0 & wait $!; echo $?", "137\n0"),
    ("echo 'libf() { echo in lib; }' > /lib.sh; . /lib.sh; eval libf; unset -f libf; alias l='echo aliased'; eval l", "in lib\naliased"),
    ("(: ${nope:?message}) 2>&1; echo $?; readonly r=1; (r=2) 2> /dev/null; echo $?", "/script: N: nope: message\n2\n2"),
    ("mkdir /d; cd /d; for n in f1 f2 .h; do : > $n; done; echo f* [fg]1 f? .h* *z; cd ..; echo /*d/f[!1]; pwd", "f1 f2 f1 f1 f2 .h *z\n/d/f2\n/"),
    ("case foo.c in *.[ch]) echo C;; *) echo other;; esac; test -s /big -a ! -e /nope -a -d /d && echo yes", "C\nyes"),
    ("exec 4> /four; echo four >&4; exec 4>&- 5< /four; read x <&5; echo $x; exec 5<&-", "four"),
    ("printf '%5s|%-5s|%05d|%x\\n' ab cd 42 255; kill -l 15; command -v cat; type cd", "   ab|cd   |00042|ff\nTERM\n/bin/cat\ncd is a shell builtin"),
    ("umask 077; : > /private; ls -l /private | { read mode rest; echo $mode; }; ulimit -n", "-rw-------\n64"),
    ("set -x; : traced; set +x 2> /dev/null; set -e; true && echo on; export E=1; env | { while read l; do case $l in E=*) echo $l; esac; done; }", "on\nE=1"),
    ("trap 'echo bye' EXIT; set -- $first \"$second\"; echo $0 $# \"$2\"; exec 2> /dev/null; exit 7", "/script 2 two words\nbye"),
]


def with_dash(lab, disks, script):
    """The system with dash and the commands on files in /bin, and a script."""
    folder = tree(disks, built("dash"), *(f"{lab.build}/strip/apps/{name}" for name in ("files", "wc", "env", "true")), links=NAMES)
    put(folder, "script", script, 0o755)
    return booted_from(lab, disks, folder)


def dash_runs_a_script(lab):
    script = "#!/bin/dash\nfirst=$1 second=$2\n" + "".join(part + "\n" for part, _ in PARTS)
    with Disks() as disks:
        vm, image = with_dash(lab, disks, script)
        answer = vm.command("/script one 'two words'", 120).replace("\r", "")
        answer = re.sub(r"/script: \d+:", "/script: N:", answer)
        wanted = [line for _, text in PARTS for line in text.split("\n")]
        lines = [line for line in answer.split("\n") if not line.startswith("+ ")]
        for number, line in enumerate(wanted):
            assert number < len(lines) and lines[number] == line, f"line {number + 1} is not {line!r}: {answer}"
        assert "script (task" in answer and "exited with status 7" in answer, answer
        assert re.search(r"^7$", said(vm, "dash -c 'echo $(($1 + 4))' x 3"), re.M), vm.text[-400:]
        said(vm, "echo 'echo from input' > /in")
        assert re.search(r"^from input$", said(vm, "dash < /in"), re.M), vm.text[-400:]
        answer = said(vm, "dash -c 'if; then'")
        assert "Syntax error" in answer and "exited with status 2" in answer, answer
        halted(vm)
        expect_clean(image)


def typed(vm, line, wanted):
    """Types a line at dash's prompt, and waits for what it says."""
    mark = vm.mark()
    vm.line.send(line if line < " " else line + "\r")
    return vm.expect_since(mark, wanted)


def reads(vm, command, before=r"\n"):
    """Has `command`, a cat, in the foreground: what is typed earlier is the shell's."""
    typed(vm, command, before)
    typed(vm, "a line", r"a line\s+a line\s")


def dash_controls_jobs_at_the_console(lab):
    with Disks() as disks:
        vm, image = with_dash(lab, disks, "#!/bin/dash\nkill -TSTP $$\necho goes on\n")
        vm.send("dash")
        vm.expect("# ")
        typed(vm, "echo $-", r"\nsmi\s+# ")
        # each is a group of its own: the shell gets the console back after any number of them
        typed(vm, "i=0; while [ $i -lt 20 ]; do sleep 0; i=$((i+1)); done; echo $i jobs", r"\n20 jobs\s+# ")
        typed(vm, "sleep 100 &", "# ")
        typed(vm, "jobs", r"\[1\] \+ Running +sleep 100\s+# ")
        reads(vm, "cat | cat")
        typed(vm, "\x1a", r"\[2\] \+ Stopped +cat \| cat\s+# ")
        typed(vm, "jobs", r"\[2\] \+ Stopped +cat \| cat\s+\[1\] - Running +sleep 100\s+# ")
        typed(vm, "kill %1; wait %1; echo $?", r"143\s+\[1\] - Terminated +sleep 100\s+# ")
        reads(vm, "fg", r"\ncat \| cat\s")
        typed(vm, "\x04", "# ")
        typed(vm, "cat &", "# ")
        typed(vm, "sleep 1", r"\[1\] \+ Stopped \(tty input\) +cat\s+# ")
        reads(vm, "fg", r"\ncat\s")
        typed(vm, "\x03", "# ")
        typed(vm, "echo $?", r"\n130\s+# ")
        typed(vm, "trap 'echo interrupted' INT", "# ")
        reads(vm, "cat; echo after")
        typed(vm, "\x03", r"interrupted\s+after\s+# ")
        typed(vm, "trap - INT; echo loop; while :; do :; done", r"\nloop\s")
        typed(vm, "\x03", "# ")
        typed(vm, "/script", r"Stopped +/script\s+# ")
        typed(vm, "fg", r"goes on\s+# ")
        typed(vm, "echo read; read x y; echo $y $x", r"\nread\s")
        typed(vm, "1 2", r"\n2 1\s+# ")
        typed(vm, "exit 4", r"exited with status 4\s+pecan> ")
        halted(vm)
        expect_clean(image)
