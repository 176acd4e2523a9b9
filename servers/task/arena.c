/* SPDX-License-Identifier: MIT */
/* Memory for records that belong to no program: the table of clients, and the threads of boot
 * tasks.  The arena has a fixed size, so `task` need not ask another server for memory while it
 * kills a task.  Allocation takes the first hole that fits; a freed block joins the holes beside
 * it.  Records that programs cause are in blocks.c. */
#include "server.h"
#include <hurd/assert.h>
#include <string.h>

#define ARENA_SIZE  (16u << 10)
#define UNIT        16u             /* sizes and addresses are multiples of this */

struct hole {
    struct hole *next;              /* in the order of addresses */
    size_t size;
};

static _Alignas(16) char arena[ARENA_SIZE];
static struct hole *holes;
static bool ready;

static size_t round_up(size_t size)
{
    return size ? (size + UNIT - 1) & ~(size_t)(UNIT - 1) : UNIT;
}

void *arena_alloc(size_t size)
{
    if (!ready) {
        holes = (struct hole *)arena;
        holes->next = NULL;
        holes->size = sizeof arena;
        ready = true;
    }
    if (size > sizeof arena)
        return NULL;
    size = round_up(size);
    for (struct hole **link = &holes; *link; link = &(*link)->next) {
        struct hole *h = *link;
        if (h->size < size)
            continue;
        if (h->size == size) {
            *link = h->next;
        } else {                    /* The hole's end is taken, so the list stays as it is. */
            h->size -= size;
            h = (struct hole *)((char *)h + h->size);
        }
        return memset(h, 0, size);
    }
    return NULL;
}

void arena_free(void *block, size_t size)
{
    struct hole *h = block, **link = &holes, *before = NULL;
    if (!block)
        return;
    while (*link && *link < h) {
        before = *link;
        link = &before->next;
    }
    assert(!*link || (char *)h + round_up(size) <= (char *)*link);      /* not free already */
    assert(!before || (char *)before + before->size <= (char *)h);
    h->size = round_up(size);
    h->next = *link;
    *link = h;
    if (h->next && (char *)h + h->size == (char *)h->next) {
        h->size += h->next->size;
        h->next = h->next->next;
    }
    if (before && (char *)before + before->size == (char *)h) {
        before->size += h->size;
        before->next = h->next;
    }
}
