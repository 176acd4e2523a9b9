/* SPDX-License-Identifier: MIT */
/* Who drives which disk, and whose which sectors are. */
#ifndef DEVA_BLOCK_H
#define DEVA_BLOCK_H

#include <hurd/cap.h>

/* Requests on the master capability. */
int block_serve_register(struct hurd_cap_call *call);
int block_serve_check(struct hurd_cap_call *call);
int block_serve_grant(struct hurd_cap_call *call);

void block_forget_task(unsigned task);

#endif
