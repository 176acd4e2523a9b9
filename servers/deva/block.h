/* SPDX-License-Identifier: MIT */
/* Which thread drives which disk, and which task may use which sectors. */
#ifndef DEVA_BLOCK_H
#define DEVA_BLOCK_H

#include <hurd/cap.h>

/* Requests on the master capability.  Each function returns what serve() returns (hurd/cap.h). */
int block_serve_register(struct hurd_cap_call *call);
int block_serve_check(struct hurd_cap_call *call);
int block_serve_grant(struct hurd_cap_call *call);

void block_forget_task(unsigned task);

#endif
