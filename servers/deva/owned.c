/* SPDX-License-Identifier: MIT */
/* Ranges are compared by differences, because the last one may end at 4 GB. */
#include "owned.h"

#include <stddef.h>

enum { PORTS = 0x10000, PAGE_MASK = 0xfff, LINES = 16, IRQ_TIMER = 0, IRQ_CASCADE = 2 };

static bool overlap(const struct hurd_resource *a, const struct hurd_resource *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == HURD_RESOURCE_IRQ)
        return a->base == b->base;
    return b->base - a->base < a->size || a->base - b->base < b->size;
}

static bool resource_valid(const struct hurd_resource *r)
{
    switch (r->kind) {
    case HURD_RESOURCE_PORTS:
        return r->size > 0 && r->base < PORTS && r->size <= PORTS - r->base;
    case HURD_RESOURCE_MEMORY:
        return r->size > 0 && !((r->base | r->size) & PAGE_MASK) && r->size - 1 <= ~r->base;
    case HURD_RESOURCE_IRQ:
        return r->base < LINES && r->base != IRQ_TIMER && r->base != IRQ_CASCADE && r->size <= 1;
    default:
        return false;
    }
}

bool owned_valid(const struct hurd_device *d)
{
    if (d->count > HURD_DEVICE_RESOURCES)
        return false;
    for (unsigned i = 0; i < d->count; i++) {
        if (!resource_valid(&d->resource[i]))
            return false;
        for (unsigned k = 0; k < i; k++) {
            if (overlap(&d->resource[i], &d->resource[k]))
                return false;
        }
    }
    return true;
}

bool owned_has(const struct hurd_device *d, enum hurd_resource_kind kind, L4_Word_t base,
               L4_Word_t size)
{
    for (unsigned i = 0; i < d->count; i++) {
        const struct hurd_resource *r = &d->resource[i];
        if (r->kind == (L4_Word_t) kind && base - r->base < r->size && size > 0 &&
            size <= r->size - (base - r->base))
            return true;
    }
    return false;
}

const struct hurd_resource *owned_line(const struct hurd_device *d, L4_Word_t line)
{
    for (unsigned i = 0; i < d->count; i++) {
        if (d->resource[i].kind == HURD_RESOURCE_IRQ && d->resource[i].base == line)
            return &d->resource[i];
    }
    return NULL;
}

bool owned_conflict(const struct hurd_device *a, const struct hurd_device *b)
{
    for (unsigned i = 0; i < a->count; i++) {
        for (unsigned k = 0; k < b->count; k++) {
            const struct hurd_resource *x = &a->resource[i], *y = &b->resource[k];
            bool shared = x->kind == HURD_RESOURCE_IRQ && x->size && y->size;
            if (overlap(x, y) && !shared)
                return true;
        }
    }
    return false;
}
