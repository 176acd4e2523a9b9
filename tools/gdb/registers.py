# SPDX-License-Identifier: MIT
"""A look at the machine as another thread sees it: its registers and its address space, put back afterwards."""
import contextlib

import gdb

import kernel

NAMES = ("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip")
STUB_END = b"\x89\xe9\x5d"      # mov ecx, ebp; pop ebp: behind a program's Ipc (<l4/ipc.h>)
SWITCHED = ("edi", "esi", "ebx", "ebp", "eip")          # what switch_stacks() leaves on a stack


def value(name):
    return int(gdb.parse_and_eval("$" + name)) & 0xFFFFFFFF


def stub_writes_cr3():
    try:
        value("cr3")
        return True
    except gdb.error:
        return False


def is_kernels_stub():
    """Is it kernel/debug/gdb.c that answers, and not an emulator?"""
    try:
        return '"kernel"' in gdb.execute("maintenance packet qPecan", to_string=True)
    except gdb.error:
        return False


def breakpoint_type(address):
    """QEMU's breakpoints are at virtual addresses, in any space.  The kernel's stub writes an INT3 into the page of one space; in
    programs, only the debug registers mean an address."""
    return gdb.BP_HARDWARE_BREAKPOINT if address < 0xC0000000 and is_kernels_stub() else gdb.BP_BREAKPOINT


def user_registers(thread):
    """With which it goes on in user mode, as far as a backtrace needs them."""
    registers = {}
    registers["eip"] = thread.frame_word("eip")
    registers["esp"] = thread.frame_word("esp")
    at = thread.frame + kernel.T["trapframe.edi"]
    for place, name in enumerate(("edi", "esi", "ebp", None, "ebx", "edx", "ecx", "eax")):
        if name:
            registers[name] = kernel.word(at + 4 * place)
    if thread.space.read(registers["eip"], 3) == STUB_END:
        pushed = thread.space.read(registers["esp"], 4)
        if len(pushed) == 4:
            registers["ebp"] = int.from_bytes(pushed, "little")
            registers["esp"] += 4
    return registers


def kernel_registers(thread):
    """With which it goes on in the kernel; None: it waits without a stack there."""
    sp = thread.kernel_sp
    if not sp:
        return None
    registers = {name: kernel.word(sp + 4 * i) for i, name in enumerate(SWITCHED)}
    registers["esp"] = sp + 4 * len(SWITCHED)
    return registers


@contextlib.contextmanager
def as_if(space, registers=None):
    """Inside, gdb reads memory in that space and unwinds from those registers."""
    if not stub_writes_cr3():
        raise gdb.GdbError("this stub has no CR3, so it shows no other address space: `thread find` and `thread N` go there")
    gdb.execute("select-frame 0", to_string=True)
    wanted = dict(registers or {}, cr3=space.directory_phys)
    kept = {name: value(name) for name in wanted}
    try:
        for name, number in wanted.items():
            gdb.execute(f"set var ${name} = {number:#x}", to_string=True)
        yield
    finally:
        gdb.execute("select-frame 0", to_string=True)
        for name in reversed(list(kept)):
            gdb.execute(f"set var ${name} = {kept[name]:#x}", to_string=True)
