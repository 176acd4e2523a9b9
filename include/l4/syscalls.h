/* SPDX-License-Identifier: MIT */
/* The addresses of the system calls: KIP base + link.  L4_Init() finds them once.  Spec 3.2.  crt0
 * calls L4_Init() before main(); a program with start-up code of its own must call it. */
#ifndef L4_SYSCALLS_H
#define L4_SYSCALLS_H

#include <l4/types.h>

struct l4_links {
    L4_Word_t space_control, thread_control, processor_control, memory_control;
    L4_Word_t ipc, lipc, unmap, exchange_registers;
    L4_Word_t system_clock, thread_switch, schedule;
    L4_Word_t kip;
};
extern struct l4_links __L4_Links;
L4_STATIC_ASSERT(offsetof(struct l4_links, ipc) == 16 && offsetof(struct l4_links, schedule) == 40,
                 "same order as in the KIP, from 0xD0");

/* Fills in the links from the kernel interface page.  A program calls it before its first system
 * call, unless its startup code does so.  The second one is the same, by its old name. */
void L4_Init(void);
void __L4_Init(void);

#endif
