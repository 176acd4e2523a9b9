/* SPDX-License-Identifier: MIT */
/* Fpage arithmetic: pure functions on words.  Spec 1.2, 1.3, 5.11. */
#ifndef KERNEL_FPAGE_H
#define KERNEL_FPAGE_H

#include <l4/const.h>

#include "types.h"

static inline word_t fpage_size_field(word_t f)
{
    return (f & L4_FPAGE_SIZE_MASK) >> L4_FPAGE_SIZE_SHIFT;
}

static inline bool fpage_is_complete(word_t f)
{
    return (f & ~0xFu) == L4_FPAGE_COMPLETE;
}

static inline bool fpage_is_io(word_t f)
{
    return fpage_size_field(f) == L4_FPAGE_IO_TYPE;
}

/* The size less one: all bits below it; 0 for a page that holds nothing. */
static inline word_t fpage_mask(word_t f)
{
    word_t s = fpage_size_field(f);
    if (s >= 12 && s <= 32)
        return ~(word_t)0 >> (32 - s);
    return fpage_is_complete(f) ? ~(word_t)0 : 0;
}

static inline word_t fpage_base(word_t f)
{
    return f & L4_FPAGE_BASE_MASK & ~fpage_mask(f);
}

static inline word_t fpage_rights(word_t f)
{
    return f & L4_FPAGE_RWX;
}

/* What one map item moves: mask + 1 bytes from one address to another. */
struct transfer {
    vaddr_t from, to;
    word_t mask; /* 0: nothing */
};

/* "The smaller page is placed in the larger one by the send base."  Spec 5.11. */
static inline struct transfer fpage_transfer(word_t send, word_t window, word_t send_base)
{
    word_t s = fpage_mask(send), r = fpage_mask(window), smaller = s & r;
    vaddr_t from = (send & ~s) | (send_base & s), to = (window & ~r) | (send_base & r);
    return (struct transfer){from & ~smaller, to & ~smaller, smaller};
}

/* ---- IO fpages */
static inline word_t io_fpage_log2(word_t f)
{
    return f >> L4_FPAGE_IO_SIZE_SHIFT & 0x3F;
}

/* What lies beyond 2^16 covers all ports. */
static inline word_t io_fpage_mask(word_t f)
{
    word_t s = io_fpage_log2(f);
    return s < 16 ? ((word_t)1 << s) - 1 : 0xFFFF;
}

static inline word_t io_fpage_first(word_t f)
{
    return f >> L4_FPAGE_IO_PORT_SHIFT & ~io_fpage_mask(f);
}

static inline word_t io_fpage_last(word_t f)
{
    return f >> L4_FPAGE_IO_PORT_SHIFT | io_fpage_mask(f);
}

#endif
