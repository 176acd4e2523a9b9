/* SPDX-License-Identifier: MIT */
/* A queue of bytes with a fixed size.  A full queue refuses new bytes and counts them: the reader
 * gets what was typed first. */
#ifndef DEVA_FIFO_H
#define DEVA_FIFO_H

#include <hurd/assert.h>
#include <stdbool.h>
#include <stdint.h>

#define FIFO_SIZE 4096u /* a power of two */

struct fifo {
    unsigned head;           /* counts the bytes taken; the next one is at head % FIFO_SIZE */
    unsigned tail;           /* counts the bytes put; tail - head <= FIFO_SIZE, even when both
                                wrap around */
    unsigned lost;           /* counts the bytes that were refused */
    uint8_t bytes[FIFO_SIZE];
};

static inline unsigned fifo_count(const struct fifo *f)
{
    return f->tail - f->head;
}

static inline bool fifo_put(struct fifo *f, uint8_t byte)
{
    if (fifo_count(f) == FIFO_SIZE) {
        f->lost++;
        return false;
    }
    assert_is(fifo_count(f), <, FIFO_SIZE);
    f->bytes[f->tail++ % FIFO_SIZE] = byte;
    return true;
}

/* Returns byte i from the front.  Pre: i < fifo_count().  The byte stays in the queue until
 * fifo_drop(). */
static inline uint8_t fifo_peek(const struct fifo *f, unsigned i)
{
    return f->bytes[(f->head + i) % FIFO_SIZE];
}

static inline void fifo_drop(struct fifo *f, unsigned count)
{
    assert_is(count, <=, fifo_count(f));
    f->head += count;
}

#endif
