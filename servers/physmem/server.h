/* SPDX-License-Identifier: MIT */
/* What main.c, boot.c and request.c share. */
#ifndef PHYSMEM_SERVER_H
#define PHYSMEM_SERVER_H

#include <hurd/cap.h>
#include <stdbool.h>

extern struct hurd_cap_server server;

/* Long requests of programs are done in stretches (stretch.h), at a program's priority. */
extern bool takes_turns;

extern unsigned debug_revoke_period;    /* 0: off.  See HURD_PM_DEBUG_REVOKE */

/* request_quick.c: serves a request that needs no more than a page of one's own, from a pager that
 * passed on a fault.  True: the message registers hold the reply to `from`.  False: nothing has
 * changed. */
bool quick_map(L4_ThreadId_t from, L4_MsgTag_t tag);

/* One line on the console, through wortel.  Boot time only: it is an IPC a character. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Everything of spec hurd 1.4, steps 7 to 10.  Returns how many threads we have beside this one. */
unsigned boot(void);

#endif
