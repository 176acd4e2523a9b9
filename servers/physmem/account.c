/* SPDX-License-Identifier: MIT */
/* What is counted for each of 2^14 task ids, in tables of 32 made on first use. */
#include <string.h>

#include "control.h"
#include "slab.h"

#define TABLE_TASKS 32u

static struct account *tables[(1u << 14) / TABLE_TASKS];

struct account *account_of(unsigned task)
{
    struct account **table = &tables[task / TABLE_TASKS];
    if (!*table) {
        *table = slab_alloc(TABLE_TASKS * sizeof(struct account));
        if (!*table)
            return NULL;
        memset(*table, 0, TABLE_TASKS * sizeof(struct account));
    }
    return &(*table)[task % TABLE_TASKS];
}
