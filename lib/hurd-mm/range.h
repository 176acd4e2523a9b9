/* SPDX-License-Identifier: MIT */
/* A balanced tree (AVL) of ranges [first, last] that do not overlap.  The last byte is inclusive,
 * so that a range may end with the address space, and comparisons never subtract. */
#ifndef MM_RANGE_H
#define MM_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct range {
    struct range *left, *right;
    uintptr_t first, last;
    int height;                 /* of the subtree: 1 for a leaf */
};

/* The range that holds `at`, or NULL.  range_search() is the same inline: for each fault. */
struct range *range_find(struct range *root, uintptr_t at);
static inline struct range *range_search(struct range *root, uintptr_t at)
{
    for (struct range *r = root; r;) {
        if (at > r->last)
            r = r->right;
        else if (at < r->first)
            r = r->left;
        else
            return r;
    }
    return NULL;
}

/* The lowest range that ends at `at` or above: range_find()'s result, or else the next one up. */
struct range *range_from(struct range *root, uintptr_t at);

/* The lowest range.  Pre: there is one. */
struct range *range_first(struct range *root);

/* The highest range that starts at `at` or below. */
struct range *range_upto(struct range *root, uintptr_t at);

/* The lowest range that shares a byte with [first, last], or NULL. */
struct range *range_overlap(struct range *root, uintptr_t first, uintptr_t last);

/* A place in the tree where nothing is: its neighbours, and the way to it.  An AVL tree of 2^32
 * nodes is at most 46 high. */
enum { RANGE_PATH_MAX = 48 };
struct range_path {
    struct range **link[RANGE_PATH_MAX];    /* link[0] = &root, link[i + 1] a field of *link[i] */
    int length;
};
struct range_gap {
    struct range *before, *after;       /* NULL: the tree has none there */
    struct range **link;
    struct range_path path;
};
/* False: something is in [first, last], and the gap is not valid. */
bool range_gap(struct range **root, uintptr_t first, uintptr_t last, struct range_gap *gap);
/* Pre: the tree has not changed since range_gap(), and that was asked for this range. */
void range_fill_gap(struct range_gap *gap, struct range *range);

/* False, and nothing changed, when it overlaps a range that is there. */
bool range_insert(struct range **root, struct range *range);

/* The range must be in the tree. */
void range_remove(struct range **root, struct range *range);

#endif
