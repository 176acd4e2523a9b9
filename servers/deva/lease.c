/* SPDX-License-Identifier: MIT */
/* Invariants while the part is lent: given <= the bytes in `out`, and the driver was promised no
 * more room than `in` has.  Before: parts.c. */
#include "lease.h"

#include <string.h>

enum {
    HEAD = 3,                   /* words of an exchange before its bytes */
    ROOM_LOW = HURD_CONSOLE_CHUNK / 4,  /* with less room, the driver gets more */
    SILENT_MOST = 2,
};

void lease_begin(struct lease *l, bool receives)
{
    assert(!l->lent);
    l->receives = receives;
    l->lent = l->heard = true;
    l->ready = false;
    l->silent = l->room = l->given = 0;
}

void lease_end(struct lease *l)
{
    l->lent = l->ready = false;
    l->given = l->room = 0;
}

bool lease_hear(struct lease *l, const L4_Word_t *words, unsigned count)
{
    if (count < HEAD || words[1] > l->given || words[2] > l->room ||
        count != HEAD + (words[2] + 3) / 4)
        return false;
    fifo_drop(&l->out, words[1]);
    l->given -= words[1];
    l->room -= words[2];
    assert_is(l->in_count + words[2], <=, sizeof l->in);
    for (unsigned i = 0; i < words[2]; i++)
        l->in[l->in_count++] = (uint8_t) (words[HEAD + i / 4] >> i % 4 * 8);
    l->ready = l->heard = true;
    return true;
}

void lease_taken(struct lease *l, unsigned count)
{
    assert_is(count, <=, l->in_count);
    l->in_count -= count;
    memmove(l->in, l->in + count, l->in_count);
}

unsigned lease_tell(const struct lease *l, bool always, L4_Word_t words[LEASE_WORDS])
{
    bool more_room = l->receives && l->in_count == 0 && l->room < ROOM_LOW;
    unsigned count = l->given ? 0 : fifo_count(&l->out);
    if (!l->lent || !l->ready || !(count || more_room || always))
        return 0;
    if (count > HURD_CONSOLE_CHUNK)
        count = HURD_CONSOLE_CHUNK;
    memset(words, 0, LEASE_WORDS * sizeof words[0]);
    words[0] = more_room ? HURD_CONSOLE_CHUNK : l->room;
    words[1] = count;
    for (unsigned i = 0; i < count; i++)
        words[2 + i / 4] |= (L4_Word_t) fifo_peek(&l->out, i) << i % 4 * 8;
    return 2 + (count + 3) / 4;
}

/* Whether or not the driver got it, its next message is an exchange. */
void lease_told(struct lease *l, const L4_Word_t *words, bool arrived)
{
    l->ready = false;
    if (!arrived)
        return;
    l->room = words[0];
    l->given += words[1];
}

bool lease_tick(struct lease *l)
{
    l->silent = l->heard ? 0 : l->silent + 1;
    l->heard = false;
    return l->silent < SILENT_MOST;
}
