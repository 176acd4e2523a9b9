# SPDX-License-Identifier: MIT
"""From the user half of a system call to its caller: the KIP's stub, and the functions of lib/l4/syscalls.asm, have no call frame
information.  (From the kernel to the user half gdb goes by itself: kernel/arch/x86/unwind.inc.)"""
import gdb
from gdb.unwinder import Unwinder

import kernel

RET = 0xC3
RESTORE = bytes((0x5D, 0x5F, 0x5E, 0x5B, RET))      # pop ebp, edi, esi, ebx; ret
LONGEST = 96                                        # bytes from a call in syscalls.asm to its end


class Id:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class Stubs(Unwinder):
    def __init__(self):
        super().__init__("pecan system calls")

    def __call__(self, pending):
        pc = int(pending.read_register("eip")) & 0xFFFFFFFF
        if pc >= 0xC0000000:
            return None
        sp = int(pending.read_register("esp")) & 0xFFFFFFFF
        try:
            if kernel.read(pc, 1)[0] == RET and self.in_kip(pc):
                return self.caller(pending, pc, sp, {})
            name = gdb.find_pc_line(pc).symtab
            if name and name.filename.endswith("syscalls.asm"):
                return self.saved(pending, pc, sp)
        except (gdb.error, gdb.GdbError):
            pass
        return None

    def in_kip(self, pc):
        base, size = kernel.current().space.area("kip")
        return base <= pc < base + size

    def saved(self, pending, pc, sp):
        """Behind a SAVE, before its RESTORE_AND_RETURN."""
        if RESTORE not in kernel.read(pc, LONGEST):
            return None
        registers = {name: kernel.word(sp + 4 * i) for i, name in enumerate(("ebp", "edi", "esi", "ebx"))}
        return self.caller(pending, pc, sp + 16, registers)

    def caller(self, pending, pc, sp, registers):
        pointer, word = pending.read_register("esp").type, gdb.lookup_type("int")
        info = pending.create_unwind_info(Id(gdb.Value(sp).cast(pointer), gdb.Value(pc).cast(pointer)))
        registers = dict(registers, eip=kernel.word(sp), esp=sp + 4)
        for name, number in registers.items():
            info.add_saved_register(name, gdb.Value(number).cast(word if name not in ("eip", "esp") else pending.read_register(name).type))
        for name in ("ebx", "esi", "edi", "ebp"):
            if name not in registers:
                info.add_saved_register(name, pending.read_register(name))
        return info


gdb.unwinder.register_unwinder(None, Stubs(), replace=True)
