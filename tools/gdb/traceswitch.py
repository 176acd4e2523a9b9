# SPDX-License-Identifier: MIT
"""Turns the kernel's trace on and off: by the stub on COM2 itself, or, with an emulator's stub, by a call of the kernel's function.

The call is made where the clock's interrupt enters the kernel.  There no list of the kernel's is half changed, and interrupts are off.
"""
import gdb

import follow
import registers
from kernel import T

ROOM = 64                               # bytes of the kernel's stack that stay as they are
NAMES = registers.NAMES + ("eflags",)


def call(function, argument):
    """Calls a function of the kernel, with one argument in EAX.  Post: the machine stands at a tick of the clock, as if nothing had
    been.  Answers EAX."""
    tick = T["interrupt_entries"]
    follow.run_until([(tick, lambda: True)], "a tick of the clock")
    before = {name: registers.value(name) for name in NAMES}
    stack = (before["esp"] - ROOM & -16) - 4
    gdb.selected_inferior().write_memory(stack, tick.to_bytes(4, "little"))
    for name, value in (("esp", stack), ("eax", argument), ("eip", function)):
        gdb.execute(f"set ${name} = {value:#x}")
    try:
        follow.run_until([(tick, lambda: registers.value("esp") == stack + 4)], "the kernel's function returned")
        return registers.value("eax")
    finally:
        for name, value in before.items():
            gdb.execute(f"set ${name} = {value:#x}")


def turn(pages):
    if registers.is_kernels_stub():
        gdb.execute(f"monitor trace on {pages * 4}" if pages else "monitor trace off")
    elif not call(T["trace_set"], pages) & 0xFF:
        raise gdb.GdbError("the kernel has no memory for so many records")
    else:
        print(f"the trace is {'on' if pages else 'off'}")
