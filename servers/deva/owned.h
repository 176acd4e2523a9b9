/* SPDX-License-Identifier: MIT */
/* What a device owns, and whether a request stays within it: pure questions about resources. */
#ifndef DEVA_OWNED_H
#define DEVA_OWNED_H

#include <stdbool.h>

#include <hurd/device.h>

/* True if each resource can be one of a device, and no two of them overlap. */
bool owned_valid(const struct hurd_device *d);

/* True if the device owns all of this: ports and memory within one resource, or the line. */
bool owned_has(const struct hurd_device *d, enum hurd_resource_kind kind, L4_Word_t base,
               L4_Word_t size);

/* The resource of that line; NULL: the line is not the device's. */
const struct hurd_resource *owned_line(const struct hurd_device *d, L4_Word_t line);

/* True if both own a port or a byte of memory, or a line that one of them does not share. */
bool owned_conflict(const struct hurd_device *a, const struct hurd_device *b);

#endif
