/* SPDX-License-Identifier: MIT */
/* Devices keep their numbers and their places in the table, also when they are gone. */
#include "tree.h"

#include <stdio.h>
#include <string.h>

struct node tree[HURD_BUS_DEVICES];
unsigned tree_count;

struct node *tree_add(unsigned parent, enum hurd_bus_kind bus, const char *name)
{
    if (tree_count == HURD_BUS_DEVICES)
        return NULL;
    struct node *n = &tree[tree_count];
    *n = (struct node) { .number = tree_count++, .parent = parent, .bus = bus, .present = true,
                         .seen = true };
    snprintf(n->name, sizeof n->name, "%s", name);
    return n;
}

bool tree_own(struct node *n, enum hurd_resource_kind kind, L4_Word_t base, L4_Word_t size)
{
    if (n->count == HURD_DEVICE_RESOURCES)
        return false;
    n->resource[n->count++] = (struct hurd_resource) { kind, base, size };
    return true;
}

struct node *tree_find(enum hurd_bus_kind bus, uint16_t address)
{
    for (unsigned i = 0; i < tree_count; i++) {
        if (tree[i].present && tree[i].bus == bus && tree[i].address == address)
            return &tree[i];
    }
    return NULL;
}

static bool shares_page(const struct node *n, const struct hurd_resource *r)
{
    for (unsigned i = 0; i < tree_count; i++) {
        if (&tree[i] == n || !tree[i].present)
            continue;
        for (unsigned k = 0; k < tree[i].count; k++) {
            const struct hurd_resource *o = &tree[i].resource[k];
            if (o->kind == HURD_RESOURCE_MEMORY &&
                (o->base - r->base < r->size || r->base - o->base < o->size))
                return true;
        }
    }
    return false;
}

void tree_part_pages(void)
{
    bool shared[HURD_BUS_DEVICES][HURD_DEVICE_RESOURCES] = {{ false }};
    for (unsigned i = 0; i < tree_count; i++) {
        for (unsigned k = 0; k < tree[i].count; k++)
            shared[i][k] = tree[i].present && tree[i].resource[k].kind == HURD_RESOURCE_MEMORY &&
                           shares_page(&tree[i], &tree[i].resource[k]);
    }
    for (unsigned i = 0; i < tree_count; i++) {
        unsigned kept = 0;
        for (unsigned k = 0; k < tree[i].count; k++) {
            if (!shared[i][k])
                tree[i].resource[kept++] = tree[i].resource[k];
        }
        tree[i].count = kept;
    }
}
