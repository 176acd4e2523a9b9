/* SPDX-License-Identifier: MIT */
/* The trace: a ring of records of what enters and leaves the kernel.  Off by default; the boot
 * option `trace` turns it on, and so does the extension "trace" (include/l4/pecan.h), which also
 * says what a record holds.
 *
 *   trace.c          the ring, on and off, and what is recorded
 *   trace_entry.asm  the ways from the kernel's code to trace.c and back
 *
 * There is no trace point in the kernel's code.  While the trace is on, the first bytes of some
 * instructions in entry.asm and fastpath.asm are a jump to trace_entry.asm, which records, does
 * what stood there, and goes back behind it.  While it is off, these instructions are as they
 * were. */
#ifndef KERNEL_TRACE_H
#define KERNEL_TRACE_H

#include "../syscall.h"

/* The boot option behind its name: nothing, or = and the size of the ring in KB. */
void trace_option(const char *value);
/* What the option asks for, when there are threads.  Says on the console what it does. */
void trace_boot(void);
/* For debuggers, while the machine stands in user mode or at the entry of an interrupt: there, no
 * list of the kernel's is half changed.  Turns the trace on with a new ring of so many pages, or
 * off (0); then its records stay.  Returns false if the ring is too large for the kernel's
 * memory. */
bool trace_set(word_t pages);
word_t trace_written(bool *on); /* how many records; and whether it is on */
/* The extension "trace".  Pre: self is privileged.  Returns what SpaceControl returns. */
word_t trace_control(struct thread *self, struct space_control *a);

#endif
