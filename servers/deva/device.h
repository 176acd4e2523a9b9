/* SPDX-License-Identifier: MIT */
/* Device capabilities, and which thread drives which device: hurd/device.h. */
#ifndef DEVA_DEVICE_H
#define DEVA_DEVICE_H

#include <hurd/cap.h>

/* Requests on the master capability, and on any (find).  Each function returns what serve() returns
 * (hurd/cap.h). */
int device_serve_grant(struct hurd_cap_call *call);
int device_serve_archive(struct hurd_cap_call *call);
int device_serve_find(struct hurd_cap_call *call);

void device_forget_task(unsigned task);

#endif
