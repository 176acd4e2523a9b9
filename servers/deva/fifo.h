/* SPDX-License-Identifier: MIT */
/* A queue of bytes of fixed size.  When it is full new bytes are refused and counted: what a user
 * typed first is what the reader gets first. */
#ifndef DEVA_FIFO_H
#define DEVA_FIFO_H

#include <stdbool.h>
#include <stdint.h>

#define FIFO_SIZE 4096u /* a power of two */

struct fifo {
    unsigned head;           /* bytes ever taken; the next one stands at head % FIFO_SIZE */
    unsigned tail;           /* bytes ever put; tail - head <= FIFO_SIZE, also when they wrap */
    unsigned lost;           /* bytes refused because the queue was full */
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
    f->bytes[f->tail++ % FIFO_SIZE] = byte;
    return true;
}

/* Byte i from the front, i < fifo_count().  It stays in the queue until fifo_drop(). */
static inline uint8_t fifo_peek(const struct fifo *f, unsigned i)
{
    return f->bytes[(f->head + i) % FIFO_SIZE];
}

static inline void fifo_drop(struct fifo *f, unsigned count)
{
    f->head += count;
}

#endif
