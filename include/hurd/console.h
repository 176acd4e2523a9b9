/* SPDX-License-Identifier: MIT */
/* The drivers of the console's parts, the serial port, the keyboard and the screen, and deva.
 *
 * deva is the console: it knows lines, readers, the foreground, what a key means, and the picture
 * on the screen.  While no
 * driver of a part runs, deva also drives the part itself.  A driver (class HURD_DEVICE_CONSOLE of
 * hurd/device.h) takes the part over with `drive`.  From then on it gives deva the bytes that the
 * device has received, and gets those that the device shall send.  If the driver ends, or is no
 * good, deva takes the part back.  lib/driver/console.h does all this for a driver.
 *
 * Conventions are as in hurd/deva.h.  The requests are for the device capability:
 *
 *   label  operation   request words                           reply
 *   787    drive       0 device, 1 the driver's pager          none
 *   788    exchange    0 device, 1 done, 2 count,              0 room, 1 count,
 *                      3.. packed bytes                        2.. packed bytes
 *   789    picture     0 device                                0 container in the caller's table
 *                                                              of physmem
 *
 * drive: the calling thread drives the part from now on, and gets its interrupt as after
 *   irq_attach.  It and the pager, a thread of the same task, get HURD_CONSOLE_PRIORITY, so that
 *   keys arrive whatever programs do.  EBUSY: another thread drives it.  EINVAL: the device is no
 *   part of the console.  EPERM: the pager is not of the task.  ENODEV: the machine has no such
 *   part.  EIO: no interrupt.  Ports and memory (memory_map gives the screen's, as a whole) are
 *   mapped, not granted, so that deva can take them away.
 * exchange: the driver sends it and waits for any message in the same IPC.  done: so many bytes of
 *   those that the last reply brought have been sent since the last exchange.  The bytes are what
 *   the device has received, at most as many as the room that is left.  deva replies when it has
 *   something to say; the reply may find the driver at work with an interrupt, so the driver
 *   sends another exchange after each message, whatever message it was.  Room: so many bytes the
 *   driver may send, in all exchanges together, until the next reply.  A reply has bytes only when
 *   all earlier ones are done.  If two periods of HURD_CONSOLE_TICK us go by without an exchange,
 *   or one is wrong, deva takes the part back: EINVAL, or EPERM for each later exchange.
 *
 * picture: the page of memory with the screen's cells, 25 rows of 80, each cell as in the card's
 *   memory.  The driver may map it to read.  EINVAL: the device is not the screen.  ENODEV: the
 *   machine has none.  Or an error of physmem.
 *
 * The keyboard receives scan codes of set 1; to it, deva sends bytes with the lights that shall be
 * on.  The screen receives nothing, so its driver gets no room; to it, deva sends what has changed,
 * struct hurd_console_change, whole ones only.  With the first one, all cells have. */
#ifndef HURD_CONSOLE_H
#define HURD_CONSOLE_H

#include <hurd/deva.h>
#include <stdint.h>

#define HURD_CONSOLE_DRIVE      787
#define HURD_CONSOLE_EXCHANGE   788
#define HURD_CONSOLE_PICTURE    789

#define HURD_CONSOLE_CHUNK      HURD_DEVA_CHUNK /* the most bytes of one exchange, each way */
#define HURD_CONSOLE_PRIORITY   130     /* above programs and the shell, below the servers */
#define HURD_CONSOLE_TICK       1000000u

#define HURD_CONSOLE_LIGHT_NUM  2u
#define HURD_CONSOLE_LIGHT_CAPS 4u

/* The cells [from, to) have changed; from >= to: none has.  The cursor blinks in cell `cursor`, or
 * nowhere if the screen has no such cell. */
struct hurd_console_change {
    uint16_t from, to, cursor;
};

#endif
