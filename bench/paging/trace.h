/* SPDX-License-Identifier: MIT */
/* A trace in its binary form, as `pagesim --pack` writes it and replay.c plays it.
 *
 *      struct trace_header, then places bytes: the class of the page at each place, 0xff for none,
 *      then count references, each a number of 7 bits a byte, lowest first, bit 7: more follow:
 *      0, and a place behind it: the page was unmapped;
 *      else 1 + 2 * way + write, way from the last reference's place: 0, 1, -1, 2, -2, ... as 0, 1,
 *      2, 3, 4, ...
 *
 * A place is a page of a store in which neighbours in the traced program are neighbours, and other
 * pages are not. */
#ifndef BENCH_TRACE_H
#define BENCH_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#define TRACE_MAGIC     0x43415254u     /* "TRAC" */
#define TRACE_NO_PAGE   0xffu

struct trace_header {
    uint32_t magic, pages, places, count;
};

struct trace_reader {
    const unsigned char *at;
    uint32_t place;
    bool write, unmap;
};

static inline const unsigned char *trace_classes(const struct trace_header *t)
{
    return (const unsigned char *)(t + 1);
}

static inline struct trace_reader trace_start(const struct trace_header *t)
{
    return (struct trace_reader){.at = trace_classes(t) + t->places};
}

static inline uint32_t trace_number(struct trace_reader *r)
{
    uint32_t number = 0, shift = 0;
    do {
        number |= (*r->at & 0x7fu) << shift;
        shift += 7;
    } while (*r->at++ & 0x80);
    return number;
}

/* The next reference into *r.  An unmapped page is the answer; otherwise r->place. */
static inline uint32_t trace_next(struct trace_reader *r)
{
    uint32_t number = trace_number(r);
    r->unmap = number == 0;
    if (r->unmap)
        return trace_number(r);
    uint32_t way = (number - 1) / 2;
    r->write = (number - 1) % 2;
    r->place += way % 2 ? way / 2 + 1 : 0u - way / 2;
    return r->place;
}

#endif
