/* SPDX-License-Identifier: MIT */
/* The console's parts that may have a driver of their own: hurd/console.h. */
#ifndef DEVA_PARTS_H
#define DEVA_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include <hurd/cap.h>
#include <hurd/device.h>

/* In the order in which their drivers are told what is new: when the last word of a text is on the
 * serial line, the screen shows it already. */
enum part { PART_SCREEN, PART_SERIAL, PART_KEYBOARD, PARTS };

/* The part to which all of this device's resources belong; PARTS: there is none. */
enum part part_of(const struct hurd_device *is);
/* One of these ports, or of these bytes of memory, is a part's. */
bool part_has(enum hurd_resource_kind kind, L4_Word_t base, L4_Word_t size);

/* Serve the requests of hurd/console.h for the device `is`. */
int part_serve_drive(struct hurd_cap_call *call, const struct hurd_device *is);
int part_serve_exchange(struct hurd_cap_call *call, const struct hurd_device *is);
int part_serve_picture(struct hurd_cap_call *call, const struct hurd_device *is);
/* Serves memory_map, whose range is the part's. */
int part_serve_memory(struct hurd_cap_call *call);

bool part_lent(enum part part);
/* Gives the part's driver a byte to send.  Returns false if no driver has the part (any more).  If
 * the driver is far behind, blocks until it has sent something, for 2 s at most; then the byte is
 * lost, and the next ones are not waited for until the driver goes on. */
bool part_put(enum part part, uint8_t byte);

bool parts_need_pass(void);     /* a part is lent, or was taken back just now */
/* The thread has sent a request; if it is a driver, it does not wait for news of its part. */
void parts_spoken(L4_ThreadId_t from);
void parts_forget_task(unsigned task);
/* Gives the console what was received, tells drivers what is new, and looks whether they are alive.
 * Pre: deva owes no client a reply.  Returns the us until the next call; UINT32_MAX: there is no
 * need for one. */
uint32_t parts_pass(void);

#endif
