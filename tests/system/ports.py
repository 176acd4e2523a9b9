# SPDX-License-Identifier: MIT
"""Programs of others that `make ports` builds: they run from the file system, and what they write is read outside."""
import bz2
import hashlib
import os
import random
import re
import sqlite3
import subprocess
import zlib

import guest
import machine
from driver import Disks, shell
from files import contents, expect_clean, file_system, halted
from programs import said
from shell import said_since

MADE = "".join(f"{i} {i * i}\n" for i in range(1, 3001)).encode()    # what the script writes
LUA = r"""
-- numbers, strings, tables
assert(2^53 == 9007199254740992 and 7 // 2 == 3 and -7 % 3 == 2)
assert(string.format("%.14g|%5.2f|%e|%a", 0.1, math.pi, 12345.678, 1) == "0.1| 3.14|1.234568e+04|0x1p+0")
assert(math.abs(math.sin(1)^2 + math.cos(1)^2 - 1) < 1e-15 and math.sqrt(2)^2 - 2 < 1e-15)
assert(math.log(8, 2) == 3 and math.exp(0) == 1 and math.fmod(7, 3) == 1 and math.floor(-1.5) == -2)
assert(tonumber("0x1.8p3") == 12 and tonumber("1e308") * 10 == math.huge and tonumber("x") == nil)
local t = {}
for i = 1, 20000 do t[i] = (i * 7919) % 20011 end
table.sort(t)
for i = 2, #t do assert(t[i - 1] <= t[i]) end
assert(("a,b,,c"):gsub(",", ";") == "a;b;;c" and ("key = value"):match("(%w+) = (%w+)") == "key")
-- errors and coroutines
assert(not pcall(error, "x") and select(2, pcall(function() local n = nil; n() end)):find("nil value"))
local c = coroutine.wrap(function(a) local b = coroutine.yield(a + 1); return b * 2 end)
assert(c(1) == 2 and c(21) == 42)
-- memory that comes and goes
for i = 1, 50 do local s = string.rep("x", 100000) .. i; assert(#s > 100000) end
collectgarbage()
assert(collectgarbage("count") < 4000)
-- files
local f = assert(io.open("/made", "w"))
for i = 1, 3000 do f:write(i, " ", i * i, "\n") end
f:close()
local sum, lines = 0, 0
for line in io.lines("/made") do local a, b = line:match("(%d+) (%d+)"); sum = sum + b - a * a; lines = lines + 1 end
assert(sum == 0 and lines == 3000)
f = assert(io.open("/made", "r+"))
assert(f:seek("end") == SIZE)
f:seek("set", 2); assert(f:read(1) == "1"); f:close()
assert(select(3, io.open("/none")) == 2 and select(3, io.open("/made/x")) == 20)
assert(os.rename("/made", "/kept") and not os.rename("/made", "/x") and os.remove("/none") == nil)
assert(os.getenv("GREETING") == "good day" and os.getenv("NONE") == nil)
assert(os.date("!%Y-%m-%d", 0) == "1970-01-01" and os.time{year=2000, month=1, day=1, hour=0} == 946684800)
assert(arg[1] == "one" and arg[2] == "two words" and #arg == 2)
package.path = "/?.lua"
assert(require("module").answer == 42)
print("lua says that all is well")
"""


def built(name):
    path = os.path.join(machine.TOP, "build/ports", "tests" if name == "speedtest1" else "bin", name)
    if not os.path.exists(path):
        raise guest.Skip(f"there is no {name}: `make ports` fetches and builds it")
    return path


def tree(disks, *programs, links=()):
    """A folder with /bin, for file_system(..., "-d", folder).  links: names of `files` there."""
    folder = os.path.join(disks.folder.name, "tree")
    os.makedirs(os.path.join(folder, "bin"))
    for program in programs:
        with open(program, "rb") as source, open(os.path.join(folder, "bin", os.path.basename(program)), "wb") as copy:
            copy.write(source.read())
        os.chmod(os.path.join(folder, "bin", os.path.basename(program)), 0o755)
    for name in links:
        os.symlink("files", os.path.join(folder, "bin", name))
    return folder


def booted_from(lab, disks, folder):
    """The shell of a system whose root is the folder, and the image."""
    image = disks.image()
    file_system(image, "-d", folder)
    return shell(lab, "disk root=0.2", (image, 0)), image


def put(folder, name, data, mode=0o644):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())
    os.chmod(path, mode)


def lua_runs_scripts_from_files(lab):
    lua = built("lua")
    with Disks() as disks:
        folder = tree(disks, lua)
        put(folder, "test.lua", LUA.replace("SIZE", str(len(MADE))))
        put(folder, "module.lua", "return { answer = 42 }\n")
        put(folder, "script", "#!/bin/lua\nprint('interpreted', ...)\n", 0o755)
        put(folder, "fails.lua", "error('on purpose')\n")
        vm, image = booted_from(lab, disks, folder)
        said(vm, "GREETING='good day'")
        answer = said(vm, "lua /test.lua one 'two words'")
        assert "lua says that all is well" in answer, answer
        assert re.search(r"^interpreted\ta\tb$", said(vm, "/script a b"), re.M), vm.text[-400:]
        answer = said(vm, "lua /fails.lua")
        assert "lua: /fails.lua:1: on purpose" in answer and "exited with status 1" in answer, answer
        assert re.search(r"^7$", said(vm, "lua -e 'print(3 + 4)'"), re.M), vm.text[-400:]
        said(vm, "echo 'for i = 1, 3 do print(i * i) end' > /in.lua")
        said(vm, "lua - < /in.lua > /squares")
        assert "1\n4\n9\n" in said(vm, "cat /squares")
        vm.send("lua")
        vm.expect("> ")
        vm.send("= 6 * 7")
        vm.expect("42")
        vm.line.send("\x04")
        vm.expect("pecan> ")
        halted(vm)
        expect_clean(image)
        assert contents(image, "/kept") == MADE


def bzip2_gives_back_what_it_took(lab):
    bzip2 = built("bzip2")
    numbers = random.Random(4)
    words = [bytes(numbers.choices(b"abcdefghij \n", k=numbers.randrange(2, 12))) for _ in range(500)]
    data = b"".join(numbers.choices(words, k=60000)) + numbers.randbytes(100000)
    with Disks() as disks:
        folder = tree(disks, bzip2)
        put(folder, "data", data)
        vm, image = booted_from(lab, disks, folder)
        wanted = hashlib.sha256(data).hexdigest()
        assert wanted in said(vm, "sha256sum /data")
        answer = vm.command("bzip2 -k -1 /data", 120)
        assert "bzip2:" not in answer.replace("bzip2 -k", ""), answer
        said(vm, "rm /data")
        vm.command("bzip2 -d -k /data.bz2", 120)
        assert wanted in said(vm, "sha256sum /data")
        vm.command("bzip2 -t /data.bz2", 120)
        assert re.search(r"status 0", said(vm, "echo status $?")), vm.text[-400:]
        answer = said(vm, "bzip2 -t /bin/bzip2")
        assert "bad magic number" in answer, answer
        halted(vm)
        expect_clean(image)
        assert bz2.decompress(contents(image, "/data.bz2")) == data


BIG_START = 3 << 20             # of the file system that big_image() makes, in bytes


def big_image(disks, folder):
    path = os.path.join(disks.folder.name, "big.img")
    subprocess.run([os.path.join(machine.TOP, "tools/disk"), f"--ext2={folder}", path, "48", "2"], check=True, stdout=subprocess.DEVNULL)
    return path


def minigzip_gives_ten_megabytes_back(lab):
    minigzip = built("minigzip")
    numbers = random.Random(7)
    words = [bytes(numbers.choices(b"abcdefghij \n", k=numbers.randrange(2, 12))) for _ in range(500)]
    data = (b"".join(numbers.choices(words, k=300000)) * 6)[:10 << 20]
    assert len(data) == 10 << 20
    with Disks() as disks:
        folder = tree(disks, minigzip)
        put(folder, "data", data)
        image = big_image(disks, folder)
        vm = shell(lab, "disk root=0.2", (image, 0))
        wanted = hashlib.sha256(data).hexdigest()
        assert wanted in vm.command("sha256sum /data", 300)
        vm.command("minigzip -1 /data", 600)
        vm.command("cp /data.gz /kept.gz", 300)
        assert "No such file" in said(vm, "cat /data")
        vm.command("minigzip -d /data.gz", 600)
        assert wanted in vm.command("sha256sum /data", 300), vm.text[-400:]
        halted(vm)
        expect_clean(image, BIG_START)
        assert zlib.decompress(contents(image, "/kept.gz", BIG_START), 31) == data


SQL = """
CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT UNIQUE, value REAL);
CREATE INDEX by_value ON t(value);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
  INSERT INTO t SELECT i, printf('name %05d', i * 7919 % 2003), i * 0.5 FROM n;
BEGIN; DELETE FROM t WHERE id % 3 = 0; ROLLBACK;
BEGIN; UPDATE t SET value = -value WHERE id % 5 = 0; COMMIT;
SELECT count(*), sum(value), min(name), max(name) FROM t;
SELECT id, name, value FROM t WHERE value BETWEEN 100 AND 101 ORDER BY value;
SELECT a.id, b.id FROM t a JOIN t b ON b.value = -a.value / 2 WHERE a.id < 40 ORDER BY a.id LIMIT 5;
SELECT upper(substr(name, 6)), length(hex(randomblob(8))), round(value * 3.14159, 3) FROM t WHERE id = 11;
SELECT json_extract('{"a":[1,2,{"b":"deep"}]}', '$.a[2].b'), strftime('%Y-%m-%d', 86400 * 365.25 * 30, 'unixepoch');
INSERT INTO t(name) VALUES ('name 00001');
PRAGMA integrity_check;
VACUUM;
PRAGMA page_count;
"""


def sqlite_answers_as_elsewhere(lab):
    program = built("sqlite3")
    with Disks() as disks:
        folder = tree(disks, program)
        os.mkdir(os.path.join(folder, "tmp"))
        put(folder, "script.sql", SQL)
        image = big_image(disks, folder)
        vm = shell(lab, "disk root=0.2", (image, 0))
        vm.command("sqlite3 /db < /script.sql > /answers", 300)
        assert "UNIQUE constraint failed: t.name" in vm.text, vm.text[-400:]
        assert re.search(r"^2000\|", said(vm, "sqlite3 /db 'SELECT count(*), sum(id) FROM t'"), re.M), vm.text[-400:]
        assert "3.40.1" in said(vm, "sqlite3 -version")
        halted(vm)
        expect_clean(image, BIG_START)
        answers = contents(image, "/answers", BIG_START).decode().splitlines()
        outside = os.path.join(disks.folder.name, "db")
        with open(outside, "wb") as file:
            file.write(contents(image, "/db", BIG_START))
        db = sqlite3.connect(outside)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        total = sum(i * 0.5 * (-1 if i % 5 == 0 else 1) for i in range(1, 2001))
        assert db.execute("SELECT sum(value) FROM t").fetchone() == (total,)
        assert answers[0].startswith(f"2000|{total}|name 0000"), answers[0]
        assert answers[1:3] == [f"{i}|name {i * 7919 % 2003:05}|{i * 0.5}" for i in (201, 202)], answers
        assert "deep|2000-01-01" in answers, answers
        assert "ok" in answers, answers


def sqlite_obeys_the_locks_of_another(lab):
    """One holds a transaction open in the background, until it is killed; what it has not committed is gone then."""
    program = built("sqlite3")
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n;"
    with Disks() as disks:
        folder = tree(disks, program)
        put(folder, "begin.sql", "BEGIN IMMEDIATE; INSERT INTO t VALUES (1000);\n" + endless + "\n")
        image = big_image(disks, folder)
        vm = shell(lab, "disk root=0.2", (image, 0))
        said(vm, "sqlite3 /db 'CREATE TABLE t(x)'")
        said(vm, "sqlite3 /db < /begin.sql &")
        inserted = 0
        while "database is locked" not in said(vm, "sqlite3 /db 'INSERT INTO t VALUES (2)'"):
            inserted += 1               # the other one had not begun yet
            assert inserted < 50, vm.text[-400:]
        assert re.search(f"^{inserted}$", said(vm, "sqlite3 /db 'SELECT count(*) FROM t'"), re.M), vm.text[-400:]
        mark, killed = vm.mark(), "was killed by signal 15"
        said(vm, "kill -TERM sqlite3")
        assert killed in said_since(vm, mark, killed), vm.text[mark:]
        said(vm, "sqlite3 /db 'INSERT INTO t VALUES (2)'")
        answer = said(vm, "sqlite3 /db 'SELECT count(*), max(x) FROM t; PRAGMA integrity_check'")
        assert re.search(rf"^{inserted + 1}\|2$", answer, re.M) and "ok" in answer, answer
        halted(vm)
        expect_clean(image, BIG_START)


def sqlites_own_speed_test_runs_through(lab):
    program = built("speedtest1")
    with Disks() as disks:
        folder = tree(disks, program)
        image = big_image(disks, folder)
        vm = shell(lab, "disk root=0.2", (image, 0))
        answer = vm.command("speedtest1 --size 1 --verify /st.db", 900)
        assert "TOTAL" in answer and "Verification Hash" in answer, answer[-600:]
        halted(vm)
        expect_clean(image, BIG_START)


def vi_edits_a_file(lab):
    program = built("vi")
    with Disks() as disks:
        folder = tree(disks, program)
        os.mkdir(os.path.join(folder, "tmp"))
        put(folder, "note", "first line\nsecond line\nthird line\n")
        vm, image = booted_from(lab, disks, folder)
        said(vm, "TERM=ansi")
        vm.line.send("vi /note\r")
        vm.expect("third line")
        vm.line.send("jdd")                         # the second line goes
        vm.line.send("Ain the end\x1b")            # behind the third
        vm.line.send(":s/third/last/\r")
        vm.line.send(":wq\r")
        vm.expect("pecan> ", 60)
        answer = said(vm, "cat /note")
        halted(vm)
        expect_clean(image)
        assert contents(image, "/note") == b"first line\nlast linein the end\n", answer


# What ed is told, and what it says.
ED = """a
first line
second line
third (line)
fourth
.
1,3n
/^t.*(/s/\\(third\\) (\\(.*\\))/\\2 \\1/
p
g/i/s/i/I/g
,p
2t$
3m0
v/I/d
?sec
s/second/x/
,n
1,2j
w /out
r !echo read from a command
g/[[:alpha:]]*$/s//<&>/
,p
u
s/\\([a-z]\\)\\1/[&]/p
!echo and a shell
$=
q
q
"""
ED_SAYS = """1 first line
2 second line
3 third (line)
line third
fIrst lIne
second lIne
lIne thIrd
fourth
second lIne
1 lIne thIrd
2 fIrst lIne
3 x lIne
4 second lIne
40
20
lIne thIrdfIrst <lIne>
x <lIne>
second <lIne>
read from a <command>
read from a co[mm]and
and a shell
!
4
?"""


def ed_edits_by_a_script(lab):
    ed = built("ed")
    with Disks() as disks:
        folder = tree(disks, ed, f"{lab.build}/strip/apps/sh", f"{lab.build}/strip/apps/files")
        os.mkdir(os.path.join(folder, "tmp"))
        put(folder, "in", ED)
        vm, image = booted_from(lab, disks, folder)
        answer = said(vm, "ed < /in").replace("\t", " ")
        assert answer.lstrip().startswith(ED_SAYS) and "exited with status 1" in answer, answer
        vm.send("ed -p: /out")
        vm.expect("40\\s+:")
        for line in ("$d", "1s/I/[&]/2", "/x/c", "two", "lines", ".", "wq"):
            vm.send(line)
        vm.expect("33\\s+pecan> ")
        halted(vm)
        expect_clean(image)
        assert contents(image, "/out") == b"lIne th[I]rdfIrst lIne\ntwo\nlines\n"


AWK = r"""
BEGIN { FS = ":"; OFS = "-"; printf "%.3f %d %s\n", atan2(0, -1), 2 ^ 31, sprintf("%5.1e|%c|%-4s|", 12345.678, 65, "ab") }
/^#/ { next }
NF > 2 { count[$1] += $3; $2 = toupper($2); print NR, $0; lines++ }
function fact(n) { return n <= 1 ? 1 : n * fact(n - 1) }
END {
    for (name in count) names[++n] = name
    for (i = 1; i <= n; i++) for (j = i; j > 1 && names[j - 1] > names[j]; j--) { t = names[j]; names[j] = names[j - 1]; names[j - 1] = t }
    for (i = 1; i <= n; i++) printf "%s=%d%s", names[i], count[names[i]], i < n ? " " : "\n"
    text = "the cat sat on the mat"; print gsub(/[cm]at/, "<&>", text), text
    print match("xxabbbc", /ab+/), RSTART, RLENGTH, substr("hello", 2, 3), index("foobar", "bar"), length("four")
    print split("a1b22c", parts, /[0-9]+/), parts[3], fact(10), int(-3.7), (exp(1) > 2.718281828), (sqrt(2) * sqrt(2) < 2.0000001)
    while (("echo from a command; echo twice" | getline line) > 0) print "got", line
    print "sorted by nobody" | "cat"; close("cat")
    print "into a file" > "/made"; close("/made"); while ((getline line < "/made") > 0) print line
    if (!("x" in count) && !((1, 2) in grid)) { grid[1, 2] = 1; for (k in grid) { split(k, two, SUBSEP); print two[1] two[2] } }
    print system("exit 3"), ENVIRON["GREETING"], ARGC, v
    exit 5
}
"""
AWK_SAYS = """3.142 2147483647 1.2e+04|A|ab  |
2-one-ALPHA-3
3-two-BETA-4
5-one-GAMMA-5
one=8 two=4
2-the <cat> sat on the <mat>
3-3-4-ell-4-4
3-c-3628800--3-1-1
got-from a command
got-twice
sorted by nobody
into a file
12
3-good day-2-7
"""


def mawk_runs_programs(lab):
    mawk = built("mawk")
    with Disks() as disks:
        folder = tree(disks, mawk, f"{lab.build}/strip/apps/sh", f"{lab.build}/strip/apps/files", links=("cat", "echo"))
        put(folder, "test.awk", AWK)
        put(folder, "data", "# nothing\none:alpha:3\ntwo:beta:4\nshort\none:gamma:5\n")
        vm, image = booted_from(lab, disks, folder)
        said(vm, "GREETING='good day'")
        answer = said(vm, "mawk -v v=7 -f /test.awk /data")
        assert answer.lstrip().startswith(AWK_SAYS) and "exited with status 5" in answer, answer
        said(vm, "mawk '{ n += $1 * $1 } END { print n }' < /data > /sum")
        assert re.search(r"^0$", said(vm, "cat /sum"), re.M), vm.text[-400:]
        answer = said(vm, "mawk 'BEGIN { print 1 +* }'")
        assert "syntax error" in answer and "exited with status 2" in answer, answer
        halted(vm)
        expect_clean(image)


BC = """2^200
scale=30
4*a(1)
e(1)
s(1)^2+c(1)^2
define f(n) { if (n <= 1) return 1; return n * f(n-1); }
f(30)
sqrt(2)
obase=16; 255; obase=10
ibase=2; 1010
ibase=A
for (i = 0; i < 3; i++) print i, " ", i^3, "\\n"
x[3]=7; x[3]+1
length(123456); scale(1.234)
quit
"""
BC_SAYS = """1606938044258990275541962092341162602522202993782792835301376
3.141592653589793238462643383276
2.718281828459045235360287471352
.999999999999999999999999999997
265252859812191058636308480000000
1.414213562373095048801688724209
FF
10
0 0
1 1
2 8
8
6
3
"""
DC = """20k 2v p
16o FF A i 255 p 10 o
[la1+dsap la5>y]sy 3sa lyx
2 100 ^ p
!echo a command
q
"""
DC_SAYS = """1.41421356237309504880
FF
4
5
1267650600228229401496703205376
a command
"""


def bc_and_dc_calculate(lab):
    with Disks() as disks:
        folder = tree(disks, built("bc"), built("dc"), f"{lab.build}/strip/apps/sh", f"{lab.build}/strip/apps/files")
        put(folder, "in.bc", BC)
        put(folder, "in.dc", DC)
        vm, image = booted_from(lab, disks, folder)
        answer = said(vm, "bc -q -l /in.bc")
        assert answer.lstrip().startswith(BC_SAYS), answer
        answer = said(vm, "dc /in.dc")
        assert answer.lstrip().startswith(DC_SAYS), answer
        said(vm, "echo '6 * 7; 1 / 0' > /in")
        assert re.search(r"^42\n.*[Dd]ivide by zero", said(vm, "bc < /in"), re.M), vm.text[-400:]
        vm.send("bc -q")
        for line, wanted in (("2^10", "\n1024"), ("x = 5", ""), ("x * x", "\n25")):
            vm.send(line)
            vm.expect(re.escape(line) + r"\s+" + wanted.strip())
        vm.line.send("\x04")
        vm.expect("pecan> ")
        halted(vm)
        expect_clean(image)


def less_shows_a_file_and_a_pipe(lab):
    with Disks() as disks:
        folder = tree(disks, built("less"), f"{lab.build}/strip/apps/sh", f"{lab.build}/strip/apps/files", links=("cat", "echo"))
        put(folder, "long", "".join(f"line {i} of many\n" for i in range(1, 301)))
        vm, image = booted_from(lab, disks, folder)
        said(vm, "TERM=ansi")
        for command in ("less /long", "cat /long | less"):
            mark = vm.mark()
            vm.send(command)
            vm.expect_since(mark, r"line 1 of many\s[^$]*line 20 of many")
            for keys, wanted in (("G", "line 300 of many"), ("g", "line 1 of many"), (" ", "line 40 of many"),
                                 ("/^line 2.7\r", r"7mline 207\S* of"), ("n", r"7mline 217\S* of"), ("?1[5]0 *of\r", r"7m150 of"),
                                 ("/none\r", "Pattern not found"), ("\r", ":"), ("123g", "line 123 of many"),
                                 ("&^line 2.* of\r", r"line 222\S* of"), ("&\r", ":")):
                mark = vm.mark()
                vm.line.send(keys)
                vm.expect_since(mark, wanted)
            mark = vm.mark()
            vm.line.send("q")
            vm.expect_since(mark, "pecan> ")
        assert "No such file" in said(vm, "less /none")
        said(vm, "less /long > /copy")
        halted(vm)
        expect_clean(image)
        assert contents(image, "/copy") == contents(image, "/long")
