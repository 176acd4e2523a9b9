#!/bin/sh
# SPDX-License-Identifier: MIT
# Unicorn's hooks: which reads, writes, instructions and exceptions of a 32-bit program they tell.
. "$(dirname "$0")/lib.sh"
packages python3-unicorn=2.0.1.post1-1 libunicorn2=2.0.1.post1-1+b1
expected "each access once, in the program's order; an exception that nobody corrects comes again and again, or ends with an error"
cat > trace.py <<'E2'
import sys
from unicorn import Uc, UcError, UC_ARCH_X86, UC_MODE_32, UC_HOOK_CODE, UC_HOOK_INTR, UC_HOOK_MEM_READ, UC_HOOK_MEM_WRITE
from unicorn.x86_const import *

machine = Uc(UC_ARCH_X86, UC_MODE_32)
machine.mem_map(0, 0x100000)
code = bytes.fromhex(sys.argv[2])
machine.mem_write(0x1000, code)
machine.reg_write(UC_X86_REG_ESP, 0x8000)
seen = []
if "x" in sys.argv[1]:
    machine.hook_add(UC_HOOK_CODE, lambda _, address, size, data: seen.append(f"x{address:x}"))
if "m" in sys.argv[1]:
    machine.hook_add(UC_HOOK_MEM_READ, lambda _, kind, address, size, value, data: seen.append(f"r{address:x}/{size}"))
    machine.hook_add(UC_HOOK_MEM_WRITE, lambda _, kind, address, size, value, data: seen.append(f"w{address:x}/{size}"))
machine.hook_add(UC_HOOK_INTR, lambda _, number, data: seen.append(f"exception {number}"))
try:
    machine.emu_start(0x1000, 0x1000 + len(code), timeout=2000000)
except UcError as error:
    seen.append(str(error))
print(*seen, f"EIP={machine.reg_read(UC_X86_REG_EIP):x}")
E2
trace() { LD_LIBRARY_PATH=root/usr/lib/x86_64-linux-gnu PYTHONPATH=root/usr/lib/python3/dist-packages python3 trace.py "$@"; }
observed "mov [1FFE], eax, over two pages" "w1ffe/4 EIP=1005" "$(trace m a3fe1f0000)"
observed "INSD: two writes" "w3000/4 w3000/4 EIP=1006" "$(trace m bf003000006d)"
observed "PUSHAD: EDI's place first, EAX's last" "w7fe0/4 w7fe4/4 w7fe8/4 w7fec/4 w7ff0/4 w7ff4/4 w7ff8/4 w7ffc/4 EIP=1001" "$(trace m 60)"
observed "INC of a byte of the next instruction: all of it twice" "x1000 r1007/1 w1007/1 x1000 r1007/1 w1007/1 x1006 EIP=1008" \
    "$(trace xm fe05071000000400)"
observed "DIV by zero: once, then a double fault, then the end, without an error" "exception 0 exception 8 EIP=1002" "$(trace - 31c9f7f140)"
observed "INT3: once; the program goes on" "exception 3 EIP=1002" "$(trace - cc40)"
observed "UD2: no exception, but an error" "Invalid instruction (UC_ERR_INSN_INVALID) EIP=1000" "$(trace - 0f0b40)"
observed "SYSENTER, which nothing was set up for: nothing" "EIP=1003" "$(trace - 0f3440)"
finish
