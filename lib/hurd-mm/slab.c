/* SPDX-License-Identifier: MIT */
/* Records of one size on pages, see slab.h. */
#include <hurd/assert.h>
#include <string.h>
#include "slab.h"

struct slab_free {
    struct slab_free *next;
};

void slab_give(struct slab *slab, void *record)
{
    struct slab_free *f = record;
    assert(f && f != slab->free);           /* not given twice in a row */
    f->next = slab->free;
    slab->free = f;
    slab->count++;
}

void slab_add_page(struct slab *slab, void *page, size_t bytes)
{
    for (size_t i = bytes / slab->size; i > 0; i--)
        slab_give(slab, (char *)page + (i - 1) * slab->size);
}

bool slab_reserve(struct slab *slab, size_t n)
{
    while (slab->count < n + SLAB_OWN) {
        void *page = slab->new_page ? slab->new_page(slab) : NULL;
        if (!page)
            return slab->count >= n;
        slab_add_page(slab, page, 4096);
    }
    return true;
}

void *slab_take(struct slab *slab)
{
    struct slab_free *f = slab->free;
    if (!f)
        return NULL;
    slab->free = f->next;
    slab->count--;
    return memset(f, 0, slab->size);
}
