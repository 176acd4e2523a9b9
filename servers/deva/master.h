/* SPDX-License-Identifier: MIT */
/* The master capability: its holders control the devices. */
#ifndef DEVA_MASTER_H
#define DEVA_MASTER_H

#include <stdbool.h>

#include <hurd/cap.h>

extern struct hurd_cap_server deva;     /* main.c */

void master_init(void);

/* Gives deva itself these ports.  Returns 0 or an errno.  Blocks until wortel replies. */
int master_take_ports(L4_Word_t io_fpage);

/* True if the word is an IO fpage; then *first and *count are its ports. */
bool master_ports_valid(L4_Word_t fpage, unsigned *first, unsigned *count);
/* Serves ports_map.  The second function's pre: the caller may have these ports, which are valid;
 * they may also be deva's own. */
int master_serve_ports(struct hurd_cap_call *call);
int master_map_ports(struct hurd_cap_call *call);

/* Both functions put a capability into the table of `task`.  They return 0 or an errno. */
int master_give_console(unsigned task, L4_Word_t *handle);
int master_give_master(unsigned task, L4_Word_t *handle);

/* Serves console_inject.  Pre: the caller may send this request. */
int master_inject_console(struct hurd_cap_call *call);

#endif
