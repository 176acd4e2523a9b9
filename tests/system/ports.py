# SPDX-License-Identifier: MIT
"""Programs of others that `make ports` builds: they run from the file system, and what they write is read outside."""
import bz2
import hashlib
import os
import random
import re

import guest
import machine
from driver import Disks, shell
from files import contents, expect_clean, file_system, halted
from programs import said

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
    path = os.path.join(machine.TOP, "build/ports/bin", name)
    if not os.path.exists(path):
        raise guest.Skip(f"there is no {name}: `make ports` fetches and builds it")
    return path


def tree(disks, *programs):
    """A folder with /bin, for file_system(..., "-d", folder)."""
    folder = os.path.join(disks.folder.name, "tree")
    os.makedirs(os.path.join(folder, "bin"))
    for program in programs:
        with open(program, "rb") as source, open(os.path.join(folder, "bin", os.path.basename(program)), "wb") as copy:
            copy.write(source.read())
        os.chmod(os.path.join(folder, "bin", os.path.basename(program)), 0o755)
    return folder


def put(folder, name, data, mode=0o644):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())
    os.chmod(path, mode)


def lua_runs_scripts_from_files(lab):
    lua = built("lua")
    with Disks() as disks:
        image = disks.image()
        folder = tree(disks, lua)
        put(folder, "test.lua", LUA.replace("SIZE", str(len(MADE))))
        put(folder, "module.lua", "return { answer = 42 }\n")
        put(folder, "script", "#!/bin/lua\nprint('interpreted', ...)\n", 0o755)
        put(folder, "fails.lua", "error('on purpose')\n")
        file_system(image, "-d", folder)
        vm = shell(lab, "disk root=0.2", (image, 0))
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
        image = disks.image()
        folder = tree(disks, bzip2)
        put(folder, "data", data)
        file_system(image, "-d", folder)
        vm = shell(lab, "disk root=0.2", (image, 0))
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
