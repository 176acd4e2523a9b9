/* SPDX-License-Identifier: MIT */
/* Runs of pages, see frame.h. */
#include <hurd/assert.h>
#include <assert.h>
#include "frame.h"

static struct frame *frame_of(struct range *range)
{
    return (struct frame *)range;       /* its first member */
}

struct frame *frame_find(struct store *store, uintptr_t offset)
{
    return frame_of(range_find(store->frames, offset));
}

struct frame *frame_from(struct store *store, uintptr_t offset)
{
    return frame_of(range_from(store->frames, offset));
}

uintptr_t frame_offset(const struct frame *frame, uintptr_t offset)
{
    return frame->offset + (offset - frame->range.first);
}

/* The run that a new one at [first, last] would continue, or be continued by. */
static struct frame *frame_before(struct store *store, uintptr_t first, L4_Word_t container,
                                  uintptr_t offset)
{
    struct frame *f = first ? frame_find(store, first - 1) : NULL;
    return f && f->container == container && frame_offset(f, first) == offset ? f : NULL;
}

static struct frame *frame_after(struct store *store, uintptr_t last, L4_Word_t container,
                                 uintptr_t end)
{
    struct frame *f = last != UINTPTR_MAX ? frame_find(store, last + 1) : NULL;
    return f && f->container == container && f->offset == end ? f : NULL;
}

bool frame_add(struct slab *slab, struct store *store, uintptr_t first, uintptr_t last,
               L4_Word_t container, uintptr_t offset)
{
    assert_is(first, <=, last);
    if (range_overlap(store->frames, first, last))
        return false;
    struct frame *before = frame_before(store, first, container, offset);
    struct frame *after = frame_after(store, last, container, offset + (last - first) + 1);
    if (before) {
        if (after) {
            last = after->range.last;
            range_remove(&store->frames, &after->range);
            slab_give(slab, after);
        }
        before->range.last = last;      /* into a gap: the order stays */
        return true;
    }
    if (after) {
        after->range.first = first;
        after->offset = offset;
        return true;
    }
    struct frame *f = slab_take(slab);
    if (!f)
        return false;
    f->range.first = first;
    f->range.last = last;
    f->container = container;
    f->offset = offset;
    bool inserted = range_insert(&store->frames, &f->range);
    assert(inserted);                   /* nothing overlaps: tested above */
    return inserted;
}

/* One run reaches beyond both ends. */
bool frame_cuts(struct store *store, uintptr_t first, uintptr_t last)
{
    struct frame *f = frame_find(store, first);
    return f && f->range.first < first && f->range.last > last;
}

bool frame_take(struct slab *slab, struct store *store, uintptr_t first, uintptr_t last,
                struct frame *taken)
{
    struct frame *f = frame_of(range_overlap(store->frames, first, last));
    if (!f)
        return false;
    *taken = *f;
    if (taken->range.first < first) {
        taken->offset = frame_offset(f, first);
        taken->range.first = first;
    }
    if (taken->range.last > last)
        taken->range.last = last;
    uintptr_t end = f->range.last;
    bool keeps_tail = end > taken->range.last;
    if (f->range.first < taken->range.first) {
        f->range.last = taken->range.first - 1;
        if (keeps_tail) {
            uintptr_t tail = taken->range.last + 1;
            struct frame *t = slab_take(slab);
            assert(t);                  /* the caller reserved it */
            t->range.first = tail;
            t->range.last = end;
            t->container = f->container;
            t->offset = frame_offset(f, tail);
            range_insert(&store->frames, &t->range);
        }
    } else if (keeps_tail) {
        f->offset = frame_offset(f, taken->range.last + 1);
        f->range.first = taken->range.last + 1;
    } else {
        range_remove(&store->frames, &f->range);
        slab_give(slab, f);
    }
    return true;
}

uintptr_t frame_count(struct store *store, uintptr_t first, uintptr_t last, bool out)
{
    uintptr_t bytes = 0;
    for (struct frame *f = frame_from(store, first); f && f->range.first <= last;) {
        uintptr_t from = f->range.first > first ? f->range.first : first;
        uintptr_t to = f->range.last < last ? f->range.last : last;
        if (frame_is_out(f) == out)
            bytes += to - from + 1;
        if (f->range.last == UINTPTR_MAX)
            break;
        f = frame_from(store, f->range.last + 1);
    }
    return bytes / HURD_MM_PAGE;
}
