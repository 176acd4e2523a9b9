/* SPDX-License-Identifier: MIT */
/* Device memory for drivers. */
#ifndef DEVA_DEVMEM_H
#define DEVA_DEVMEM_H

#include <hurd/cap.h>

int devmem_serve_map(struct hurd_cap_call *call);

#endif
