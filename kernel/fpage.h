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

/* log2 of the size in bytes; 32 for the complete space, 0 for a page that holds nothing. */
static inline word_t fpage_log2(word_t f)
{
    if (fpage_is_complete(f))
        return 32;
    word_t s = fpage_size_field(f);
    return s < 12 || s > 32 ? 0 : s;
}

/* All bits below 2^log2, log2 in 0..32. */
static inline word_t size_mask(word_t log2)
{
    return log2 >= 32 ? ~(word_t)0 : ((word_t)1 << log2) - 1;
}

static inline word_t fpage_base(word_t f)
{
    return f & L4_FPAGE_BASE_MASK & ~size_mask(fpage_log2(f));
}

static inline word_t fpage_rights(word_t f)
{
    return f & L4_FPAGE_RWX;
}

/* What one map item moves: 2^log2 bytes from one address to another. */
struct transfer {
    vaddr_t from, to;
    word_t log2; /* 0: nothing */
};

/* "The smaller page is placed in the larger one by the send base."  Spec 5.11. */
static inline struct transfer fpage_transfer(word_t send, word_t window, word_t send_base)
{
    word_t s = fpage_log2(send), r = fpage_log2(window);
    struct transfer t = {fpage_base(send), fpage_base(window), s < r ? s : r};
    if (s < r)
        t.to += send_base & size_mask(r) & ~size_mask(s);
    else if (s > r)
        t.from += send_base & size_mask(s) & ~size_mask(r);
    return t;
}

/* ---- IO fpages */
static inline word_t io_fpage_log2(word_t f)
{
    return f >> L4_FPAGE_IO_SIZE_SHIFT & 0x3F;
}

static inline word_t io_fpage_first(word_t f)
{
    word_t s = io_fpage_log2(f);
    return f >> L4_FPAGE_IO_PORT_SHIFT & ~size_mask(s < 16 ? s : 16);
}

/* The last port, clipped to the port space; log2 beyond 16 covers everything. */
static inline word_t io_fpage_last(word_t f)
{
    word_t s = io_fpage_log2(f);
    return io_fpage_first(f) + size_mask(s < 16 ? s : 16);
}

#endif
