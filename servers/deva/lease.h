/* SPDX-License-Identifier: MIT */
/* What deva and the driver of one of the console's parts owe each other: bytes to send, bytes that
 * were received, and signs of life.  Pure bookkeeping; parts.c does the IPC.  hurd/console.h. */
#ifndef DEVA_LEASE_H
#define DEVA_LEASE_H

#include "fifo.h"

#include <hurd/console.h>
#include <l4/types.h>

struct lease {
    bool lent;                  /* a driver has the part; if not, only `in` and `out` are valid */
    bool receives;              /* the device has something to say; if not, its driver gets no
                                   room */
    bool ready;                 /* the driver waits for a message of deva */
    bool heard;                 /* an exchange came since the last tick */
    unsigned silent;            /* ticks in a row without an exchange */
    unsigned room;              /* so many bytes the driver may still give us; room + in_count <=
                                   HURD_CONSOLE_CHUNK */
    unsigned given;             /* the first bytes of `out`: the driver has them, and has not sent
                                   them yet */
    unsigned in_count;
    uint8_t in[HURD_CONSOLE_CHUNK];     /* received, and not yet taken by the console */
    struct fifo out;
};

enum { LEASE_WORDS = 2 + HURD_CONSOLE_CHUNK / 4 };

/* A driver takes the part.  receives: of the device.  Pre: it is not lent. */
void lease_begin(struct lease *l, bool receives);
/* It is not lent any more.  Post: `out` has all bytes that are not known to be sent; `in` is as it
 * was. */
void lease_end(struct lease *l);

/* An exchange has come: its words, and their number.  Returns false, and changes nothing, if the
 * driver may not say that. */
bool lease_hear(struct lease *l, const L4_Word_t *words, unsigned count);

/* The console has taken the first `count` bytes of `in`. */
void lease_taken(struct lease *l, unsigned count);

/* Fills words[] with what deva has to say.  Returns their number; 0: nothing, or the driver does
 * not wait.  always: say something in any case.  Then lease_told() is told whether it arrived. */
unsigned lease_tell(const struct lease *l, bool always, L4_Word_t words[LEASE_WORDS]);
void lease_told(struct lease *l, const L4_Word_t *words, bool arrived);

/* A period has passed.  Returns false if the driver has said nothing for too long. */
bool lease_tick(struct lease *l);

#endif
