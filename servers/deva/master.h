/* SPDX-License-Identifier: MIT */
/* The master capability: its holders control the devices. */
#ifndef DEVA_MASTER_H
#define DEVA_MASTER_H

#include <hurd/cap.h>

extern struct hurd_cap_server deva;     /* main.c */

void master_init(void);

/* Gives deva itself these ports.  Returns 0 or an errno.  Blocks until wortel replies. */
int master_take_ports(L4_Word_t io_fpage);

/* Both functions put a capability into the table of `task`.  They return 0 or an errno. */
int master_give_console(unsigned task, L4_Word_t *handle);
int master_give_master(unsigned task, L4_Word_t *handle);

/* Serves console_inject.  Pre: the caller may send this request. */
int master_inject_console(struct hurd_cap_call *call);

#endif
