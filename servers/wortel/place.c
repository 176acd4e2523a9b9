/* SPDX-License-Identifier: MIT */
/* Moves boot modules, so that each has whole pages of its own, outside the place of physmem.
 *
 * With Pecan's own loader nothing needs to move.  Other loaders put modules at any byte, next to
 * each other, or at physmem's place. */
#include "wortel.h"
#include <string.h>

static L4_Word_t log2_up(L4_Word_t size)
{
    L4_Word_t log2 = 12;
    while (log2 < 31 && (1ul << log2) < size)
        log2++;
    return log2;
}

static bool overlap(L4_Word_t a, L4_Word_t a_end, L4_Word_t b, L4_Word_t b_end)
{
    return a < b_end && b < a_end;
}

/* Moves a module to whole pages of its own, outside [from, to).  Its old place is not used again,
 * because other modules may share the pages.  TODO(wortel): physmem could have the pages that no
 * module shares. */
static void move_module(struct module *m, L4_Word_t from, L4_Word_t to)
{
    L4_Word_t size = m->end - m->start, log2 = log2_up(size);
    for (int tries = 0; tries < 16; tries++) {
        L4_Word_t at = memory_any(log2);
        if (at == 0)
            break;
        if (overlap(at, at + (1ul << log2), from, to)) {
            memory_unused(at, from < at ? at : from);
            memory_unused(to, at + (1ul << log2));
            continue;
        }
        memcpy((void *)at, (const void *)m->start, size);
        memory_unused(page_up(at + size), at + (1ul << log2));
        m->start = at;
        m->end = at + size;
        return;
    }
    boot_fail("not enough memory to move boot module '%s'.", m->name);
}

/* Post: every module has its pages for itself, with zeroes behind its end.  If two modules share a
 * page, one of them starts in the middle of that page, and it moves. */
void place_modules(L4_Word_t from, L4_Word_t to)
{
    for (unsigned i = 0; i < module_count; i++) {
        struct module *m = &modules[i];
        if (m->start != page_down(m->start) || overlap(m->start, page_up(m->end), from, to))
            move_module(m, from, to);
    }
    for (unsigned i = 0; i < module_count; i++)
        memset((void *)modules[i].end, 0, page_up(modules[i].end) - modules[i].end);
}
