/* SPDX-License-Identifier: MIT */
/* Records of one size on pages, see slab.h. */
#include <hurd/assert.h>
#include <string.h>
#include "slab.h"

struct slab_free {
    struct slab_free *next;
};

enum { PAGE = 4096 };

/* The last bytes of a page. */
struct slab_tail {
    uint32_t free;              /* records of the page that are not in use */
};

static struct slab_tail *tail_of(const void *record)
{
    uintptr_t page = (uintptr_t)record & ~(uintptr_t)(PAGE - 1);
    return (struct slab_tail *)(page + PAGE - sizeof(struct slab_tail));
}

size_t slab_per_page(const struct slab *slab)
{
    return (PAGE - sizeof(struct slab_tail)) / slab->size;
}

void slab_give(struct slab *slab, void *record)
{
    struct slab_free *f = record;
    assert(f && f != slab->free);           /* not given twice in a row */
    f->next = slab->free;
    slab->free = f;
    slab->count++;
    tail_of(f)->free++;
}

void slab_add_page(struct slab *slab, void *page, size_t bytes)
{
    size_t n = bytes / slab->size < slab_per_page(slab) ? bytes / slab->size : slab_per_page(slab);
    for (; slab->fresh_left; slab->fresh_left--, slab->fresh += slab->size) {
        slab->count--;                  /* slab_give() counts them again */
        tail_of(slab->fresh)->free--;
        slab_give(slab, slab->fresh);
    }
    slab->fresh = page;
    slab->fresh_left = n;
    slab->count += n;
    tail_of(page)->free = n;
}

bool slab_page_is_free(const struct slab *slab, const void *page)
{
    return tail_of(page)->free == slab_per_page(slab);
}

size_t slab_cut(struct slab *slab, const void *first, const void *last)
{
    size_t n = 0;
    if (slab->fresh_left && (uintptr_t)slab->fresh >= (uintptr_t)first &&
        (uintptr_t)slab->fresh <= (uintptr_t)last) {
        n = slab->fresh_left;
        slab->fresh_left = 0;
    }
    for (struct slab_free **link = &slab->free; *link;) {
        struct slab_free *f = *link;
        if ((uintptr_t)f < (uintptr_t)first || (uintptr_t)f > (uintptr_t)last) {
            link = &f->next;
            continue;
        }
        *link = f->next;
        n++;
    }
    assert_is(slab->count, >=, n);
    slab->count -= n;
    return n;
}

bool slab_reserve(struct slab *slab, size_t n)
{
    while (slab->count < n + SLAB_OWN) {
        void *page = slab->new_page ? slab->new_page(slab) : NULL;
        if (!page)
            return slab->count >= n;
        slab_add_page(slab, page, PAGE);
    }
    return true;
}

void *slab_take_any(struct slab *slab)
{
    struct slab_free *f = slab->free;
    if (!f && !slab->fresh_left)
        return NULL;
    if (f) {
        slab->free = f->next;
    } else {
        f = (struct slab_free *)slab->fresh;
        slab->fresh += slab->size;
        slab->fresh_left--;
    }
    slab->count--;
    tail_of(f)->free--;
    return f;
}

void *slab_take(struct slab *slab)
{
    void *record = slab_take_any(slab);
    return record ? memset(record, 0, slab->size) : NULL;
}
