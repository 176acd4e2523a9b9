/* SPDX-License-Identifier: MIT */
/* The master capability: who holds it disposes of devices. */
#ifndef DEVA_MASTER_H
#define DEVA_MASTER_H

#include <hurd/cap.h>

extern struct hurd_cap_server deva;     /* main.c */

void master_init(void);

/* Lets deva itself use these ports: 0 or an errno. */
int master_take_ports(L4_Word_t io_fpage);

/* The capability that `wortel` or a client asked for, in the table of `task`: 0 or an errno. */
int master_give_console(unsigned task, L4_Word_t *handle);
int master_give_master(unsigned task, L4_Word_t *handle);

/* The request console_inject, once it is known that the caller may. */
int master_inject_console(struct hurd_cap_call *call);

#endif
