# SPDX-License-Identifier: MIT
"""From the user half of a system call to its caller: the KIP's stub, and the functions of lib/l4/syscalls.asm, have no call frame
information.  The same from the kernel's first instruction of a SYSENTER or a page fault, where `l4 ipc` and `l4 fault` stop: all registers are still
the caller's.  (From other places in the kernel gdb goes to the user half by itself: kernel/arch/x86/unwind.inc.)"""
import gdb
from gdb.unwinder import Unwinder

import kernel
import programs
import registers
from kernel import T, page_fault_gate

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
        if pc >= kernel.KERNEL_HALF:
            return self.entered(pending, pc)
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

    def entered(self, pending, pc):
        """At the kernel's first instruction.  Behind SYSENTER, EBX and EBP are the caller's EIP and ESP; a page fault's are on the stack."""
        try:
            if pc in (T["sysenter_fast"], T["sysenter_entry"]):
                eip, sp = (int(pending.read_register(name)) & 0xFFFFFFFF for name in ("ebx", "ebp"))
            elif pc == page_fault_gate():
                frame = int(pending.read_register("esp")) & 0xFFFFFFFF
                eip, sp = kernel.word(frame + 4), kernel.word(frame + 16)
            else:
                return None
            if not self.is_stub(eip):
                return self.unwound(pending, pc, sp, dict(eip=eip, esp=sp))
            return self.unwound(pending, pc, sp, dict(eip=eip, esp=sp + 4, ebp=kernel.word(sp)))
        except (gdb.error, gdb.GdbError):
            return None

    def is_stub(self, eip):
        """Is the caller's own EBP on its stack?  The page of the code may be missing: then the program's file says so."""
        try:
            code = kernel.read(eip, len(registers.STUB_END))
        except gdb.GdbError:
            code = programs.symbols.path and programs.elf(programs.symbols.path).bytes_at(eip, len(registers.STUB_END))
        return code == registers.STUB_END

    def in_kip(self, pc):
        base, size = kernel.current().space.area("kip")
        return base <= pc < base + size

    def saved(self, pending, pc, sp):
        """Behind a SAVE, before its RESTORE_AND_RETURN."""
        if RESTORE not in kernel.read(pc, LONGEST):
            return None
        saved = {name: kernel.word(sp + 4 * i) for i, name in enumerate(("ebp", "edi", "esi", "ebx"))}
        return self.caller(pending, pc, sp + 16, saved)

    def caller(self, pending, pc, sp, saved):
        return self.unwound(pending, pc, sp, dict(saved, eip=kernel.word(sp), esp=sp + 4))

    def unwound(self, pending, pc, sp, saved):
        """The caller has these registers; those that are not named are as they are here."""
        pointer, word = pending.read_register("esp").type, gdb.lookup_type("int")
        info = pending.create_unwind_info(Id(gdb.Value(sp).cast(pointer), gdb.Value(pc).cast(pointer)))
        for name, number in saved.items():
            info.add_saved_register(name, gdb.Value(number).cast(word if name not in ("eip", "esp") else pending.read_register(name).type))
        for name in ("ebx", "esi", "edi", "ebp"):
            if name not in saved:
                info.add_saved_register(name, pending.read_register(name))
        return info


gdb.unwinder.register_unwinder(None, Stubs(), replace=True)
