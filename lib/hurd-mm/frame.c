/* SPDX-License-Identifier: MIT */
/* Runs of pages, see frame.h. */
#include <hurd/assert.h>
#include <assert.h>
#include "frame.h"

static struct frame *frame_of(struct range *range)
{
    return (struct frame *)range;       /* its first member */
}

static void frame_remove(struct slab *slab, struct store *store, struct frame *f)
{
    range_remove(&store->frames, &f->range);
    slab_give(slab, f);
}

struct frame *frame_from(struct store *store, uintptr_t offset)
{
    return frame_of(range_from(store->frames, offset));
}

/* True if page `first` of the store, at `offset` in the container, continues the run. */
static bool frame_goes_on(const struct frame *f, uintptr_t first, L4_Word_t container,
                          uintptr_t offset)
{
    return f && f->range.last == first - 1 && f->container == container &&
           frame_offset(f, first) == offset;
}

static bool frame_starts_at(const struct frame *f, uintptr_t first, L4_Word_t container,
                            uintptr_t offset)
{
    return f && f->range.first == first && f->container == container && f->offset == offset;
}

bool frame_add(struct slab *slab, struct store *store, uintptr_t first, uintptr_t last,
               L4_Word_t container, uintptr_t offset)
{
    struct range_gap gap;
    assert_is(first, <=, last);
    if (!range_gap(&store->frames, first, last, &gap))
        return false;
    struct frame *before = frame_of(gap.before), *after = frame_of(gap.after);
    bool joins = frame_starts_at(after, last + 1, container, offset + (last - first) + 1);
    if (frame_goes_on(before, first, container, offset)) {
        if (joins) {
            last = after->range.last;
            frame_remove(slab, store, after);
        }
        before->range.last = last;      /* into a gap: the order stays */
        return true;
    }
    if (joins) {
        after->range.first = first;
        after->offset = offset;
        return true;
    }
    struct frame *f = slab_take_any(slab);  /* range_fill_gap() writes the rest */
    if (!f)
        return false;
    f->range.first = first;
    f->range.last = last;
    f->container = container;
    f->offset = offset;
    range_fill_gap(&gap, &f->range);
    return true;
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
        frame_remove(slab, store, f);
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
