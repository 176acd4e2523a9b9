/* SPDX-License-Identifier: MIT */
/* A balanced tree (AVL) of ranges [first, last] that do not overlap.  The last byte is inclusive,
 * so that a range may end with the address space, and comparisons never subtract. */
#ifndef MM_RANGE_H
#define MM_RANGE_H

#include <stdbool.h>
#include <stdint.h>

struct range {
    struct range *left, *right;
    uintptr_t first, last;
    int height;                 /* of the subtree: 1 for a leaf */
};

/* The range that holds `at`, or NULL. */
struct range *range_find(struct range *root, uintptr_t at);

/* The lowest range that ends at `at` or above: range_find()'s result, or else the next one up. */
struct range *range_from(struct range *root, uintptr_t at);

/* The lowest range.  Pre: there is one. */
struct range *range_first(struct range *root);

/* The highest range that starts at `at` or below. */
struct range *range_upto(struct range *root, uintptr_t at);

/* The lowest range that shares a byte with [first, last], or NULL. */
struct range *range_overlap(struct range *root, uintptr_t first, uintptr_t last);

/* False, and nothing changed, when it overlaps a range that is there. */
bool range_insert(struct range **root, struct range *range);

/* The range must be in the tree. */
void range_remove(struct range **root, struct range *range);

#endif
