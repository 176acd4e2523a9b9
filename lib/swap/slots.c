/* SPDX-License-Identifier: MIT */
/* The map of slots: a record for each, and a bit map for finding free ones in a row.  The functions
 * check everything; a call that is refused has changed nothing. */
#include "slots.h"

#include <hurd/assert.h>
#include <errno.h>
#include <string.h>

enum { WORD_BITS = 32, LOOK_MOST = 256 /* slots, from the first free one on */ };
#define ALL_BUSY 0xFFFFFFFFu

static uint32_t words_of(uint32_t count)
{
    return (count + WORD_BITS - 1) / WORD_BITS;
}

size_t slots_bytes(uint32_t count)
{
    return count * sizeof(struct slot) + words_of(count) * sizeof(uint32_t);
}

static bool is_busy(const struct slots *s, uint32_t slot)
{
    return s->busy[slot / WORD_BITS] >> slot % WORD_BITS & 1;
}

static void set_busy(struct slots *s, uint32_t slot, bool busy)
{
    uint32_t bit = 1u << slot % WORD_BITS;
    if (busy)
        s->busy[slot / WORD_BITS] |= bit;
    else
        s->busy[slot / WORD_BITS] &= ~bit;
}

void slots_init(struct slots *s, void *memory, uint32_t count, uint32_t reserved)
{
    memset(memory, 0, slots_bytes(count));
    slots_lay(s, memory, count, reserved);
}

void slots_lay(struct slots *s, void *memory, uint32_t count, uint32_t reserved)
{
    memset(s, 0, sizeof *s);
    s->slot = memory;
    s->busy = (uint32_t *) (s->slot + count);
    s->count = count;
    for (uint32_t i = 0; i < count && i < reserved; i++) {
        s->slot[i].state = SLOT_BAD;
        set_busy(s, i, true);
        s->bad++;
    }
    for (uint32_t i = count; i < words_of(count) * WORD_BITS; i++)
        set_busy(s, i, true);   /* so no search finds a slot behind the end */
    s->free = count - s->bad;
    s->next = s->bad;
}

/* ---- free ones in a row ---- */

/* The first free slot in [from, end), or `end`. */
static uint32_t free_from(const struct slots *s, uint32_t from, uint32_t end)
{
    while (from < end) {
        if (s->busy[from / WORD_BITS] == ALL_BUSY)
            from = (from / WORD_BITS + 1) * WORD_BITS;
        else if (is_busy(s, from))
            from++;
        else
            return from;
    }
    return end;
}

struct row { uint32_t first, count; };

/* Returns the first row of `want` slots that begins in [from, end); if there is none, the longest
 * row; on a large disk, of the first ones. */
static struct row row_between(struct slots *s, uint32_t from, uint32_t end, uint32_t want)
{
    struct row best = { 0, 0 };
    const uint32_t begin = free_from(s, from, end);
    for (uint32_t first = begin; first < end && first - begin < LOOK_MOST; ) {
        uint32_t behind = first + 1, was = first;
        while (behind < s->count && behind - first < want && !is_busy(s, behind))
            behind++;
        if (behind - first > best.count)
            best = (struct row) { first, behind - first };
        if (best.count == want)
            break;
        first = free_from(s, behind, end);
        s->looked += first - was;
    }
    return best;
}

static struct row row_find(struct slots *s, uint32_t want)
{
    struct row row = row_between(s, s->next, s->count, want);
    if (row.count == want || (row.count && s->count - row.first > LOOK_MOST))
        return row;
    struct row before = row_between(s, 0, s->next, want);
    return before.count > row.count ? before : row;
}

/* ---- references ---- */

static void charge(struct slots *s, struct slots_account *account, uint32_t count)
{
    account->used += count;
    s->references += count;
}

static uint32_t quota_left(const struct slots_account *account)
{
    return account->used < account->quota ? account->quota - account->used : 0;
}

int slots_alloc(struct slots *s, struct slots_account *account, uint32_t want, uint32_t *first,
                uint32_t *got)
{
    uint32_t left = quota_left(account);
    if (want == 0)
        return EINVAL;
    if (left == 0)
        return ENOMEM;
    if (s->free == 0)
        return ENOSPC;
    struct row row = row_find(s, want < left ? want : left);
    assert(row.count > 0 && row.first + row.count <= s->count);
    for (uint32_t i = row.first; i < row.first + row.count; i++) {
        s->slot[i] = (struct slot) { 1, SLOT_WRITING, s->slot[i].used + 1 };
        set_busy(s, i, true);
    }
    s->free -= row.count;
    s->next = row.first + row.count;
    charge(s, account, row.count);
    *first = row.first;
    *got = row.count;
    return 0;
}

/* True if the slot's contents exist: in memory or on the disk. */
static bool holds_something(const struct slots *s, uint32_t slot)
{
    return slot < s->count &&
           (s->slot[slot].state == SLOT_WRITING || s->slot[slot].state == SLOT_WRITTEN);
}

int slots_hold(struct slots *s, struct slots_account *account, uint32_t slot)
{
    if (!holds_something(s, slot))
        return EBADF;
    if (quota_left(account) == 0)
        return ENOMEM;
    if (s->slot[slot].references == SLOT_REFERENCES)
        return EAGAIN;
    s->slot[slot].references++;
    charge(s, account, 1);
    return 0;
}

static void set_free(struct slots *s, uint32_t slot)
{
    assert_is(s->slot[slot].references, ==, 0);
    assert(is_busy(s, slot));
    s->slot[slot].state = SLOT_FREE;
    set_busy(s, slot, false);
    s->free++;
}

int slots_drop(struct slots *s, struct slots_account *account, uint32_t slot)
{
    if (slot >= s->count || s->slot[slot].references == 0 || account->used == 0)
        return EBADF;
    account->used--;
    s->references--;
    if (--s->slot[slot].references > 0)
        return 0;
    if (s->slot[slot].state == SLOT_WRITING)
        s->slot[slot].state = SLOT_DOOMED;
    else if (s->slot[slot].state == SLOT_WRITTEN)
        set_free(s, slot);
    return 0;
}

/* ---- writes ---- */

int slots_written(struct slots *s, uint32_t slot, bool ok)
{
    if (slot >= s->count)
        return EBADF;
    uint8_t *state = &s->slot[slot].state;
    if (*state != SLOT_WRITING && *state != SLOT_DOOMED)
        return EBADF;
    if (!ok) {
        *state = SLOT_BAD;
        s->bad++;
    } else if (*state == SLOT_DOOMED) {
        set_free(s, slot);
    } else {
        *state = SLOT_WRITTEN;
    }
    return 0;
}

int slots_rewrite(struct slots *s, uint32_t slot)
{
    if (!holds_something(s, slot))
        return EBADF;
    if (s->slot[slot].state == SLOT_WRITING)
        return EBUSY;
    if (s->slot[slot].references > 1)
        return EPERM;
    s->slot[slot].state = SLOT_WRITING;
    return 0;
}

enum slot_state slots_state(const struct slots *s, uint32_t slot)
{
    return slot < s->count ? (enum slot_state) s->slot[slot].state : SLOT_BAD;
}

/* ---- the walker ---- */

static const char *slot_problem(const struct slots *s, uint32_t i)
{
    const struct slot *slot = &s->slot[i];
    if (is_busy(s, i) != (slot->state != SLOT_FREE))
        return "the bit map does not agree with a slot";
    switch (slot->state) {
    case SLOT_FREE:
    case SLOT_DOOMED:
        return slot->references ? "a slot that nobody may have is held" : NULL;
    case SLOT_WRITING:
    case SLOT_WRITTEN:
        return slot->references ? NULL : "a slot is in use and nobody holds it";
    case SLOT_BAD:
        return NULL;
    default:
        return "a slot is in no state";
    }
}

const char *slots_problem(const struct slots *s, const struct slots_account *accounts, size_t count)
{
    uint32_t free = 0, bad = 0;
    uint64_t references = 0, used = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        const char *problem = slot_problem(s, i);
        if (problem)
            return problem;
        free += s->slot[i].state == SLOT_FREE;
        bad += s->slot[i].state == SLOT_BAD;
        references += s->slot[i].references;
    }
    for (size_t i = 0; i < count; i++)
        used += accounts[i].used;
    if (free != s->free || bad != s->bad)
        return "the numbers of free and bad slots are wrong";
    if (references != s->references)
        return "the number of references is wrong";
    return used == references ? NULL : "accounts do not pay for all references, or for more";
}
