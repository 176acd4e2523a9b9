/* SPDX-License-Identifier: MIT */
/* What programs share that do something by lot: the lot, and a count of the answers to messages. */
#ifndef TESTS_LOT_H
#define TESTS_LOT_H

#include <stdint.h>
#include <stdio.h>

enum { LOT_ERRNOS = 128 };

struct lot_tally {
    unsigned long answers[LOT_ERRNOS];      /* by error; 0: success */
    unsigned long unanswered, strange;
};

static uint32_t lot_state;

static inline void lot_seed(uint32_t seed)
{
    lot_state = seed * 2654435761u | 1;
}

/* Returns: one of 0 ... limit - 1. */
static inline uint32_t draw(uint32_t limit)
{
    lot_state ^= lot_state << 13;
    lot_state ^= lot_state >> 17;
    lot_state ^= lot_state << 5;
    return lot_state % limit;
}

/* One line, which tests/system reads. */
static inline void lot_report(const char *name, unsigned long rounds, const struct lot_tally *t)
{
    printf("%s: %lu messages, %lu unanswered, %lu strange; answers:", name, rounds, t->unanswered, t->strange);
    for (int i = 0; i < LOT_ERRNOS; i++) {
        if (t->answers[i])
            printf(" %d:%lu", i, t->answers[i]);
    }
    printf("\n");
}

#endif
