/* SPDX-License-Identifier: MIT */
/* The tree of range.h.  No recursion: the path from the root is kept in an array, which bounds the
 * stack that a pager needs.  An AVL tree of 2^32 nodes is at most 46 high. */
#include <stddef.h>
#include "range.h"

enum { PATH_MAX = 48 };

struct path {
    struct range **link[PATH_MAX];      /* link[0] = &root, link[i + 1] is a field of *link[i] */
    int length;
};

static int height(const struct range *r)
{
    return r ? r->height : 0;
}

static void update_height(struct range *r)
{
    int left = height(r->left), right = height(r->right);
    r->height = 1 + (left > right ? left : right);
}

static void rotate_right(struct range **link)
{
    struct range *top = *link, *new_top = top->left;
    top->left = new_top->right;
    new_top->right = top;
    update_height(top);
    update_height(new_top);
    *link = new_top;
}

static void rotate_left(struct range **link)
{
    struct range *top = *link, *new_top = top->right;
    top->right = new_top->left;
    new_top->left = top;
    update_height(top);
    update_height(new_top);
    *link = new_top;
}

/* One node whose subtrees are balanced and differ by 2 at most. */
static void rebalance(struct range **link)
{
    struct range *r = *link;
    int lean = height(r->left) - height(r->right);
    if (lean > 1) {
        if (height(r->left->left) < height(r->left->right))
            rotate_left(&r->left);
        rotate_right(link);
    } else if (lean < -1) {
        if (height(r->right->right) < height(r->right->left))
            rotate_right(&r->right);
        rotate_left(link);
    } else {
        update_height(r);
    }
}

static void rebalance_path(struct path *path)
{
    while (path->length > 0) {
        struct range **link = path->link[--path->length];
        if (*link)
            rebalance(link);
    }
}

/* Above a new leaf: up to the first subtree that is as high as it was before, as every subtree is
 * that had to be rotated. */
static void rebalance_above_leaf(struct path *path)
{
    while (path->length > 0) {
        struct range **link = path->link[--path->length], *r = *link;
        int left = height(r->left), right = height(r->right), higher = left > right ? left : right;
        if (left - right > 1 || right - left > 1) {
            rebalance(link);
            return;
        }
        if (r->height == higher + 1)
            return;
        r->height = higher + 1;
    }
}

struct range *range_find(struct range *root, uintptr_t at)
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

struct range *range_from(struct range *root, uintptr_t at)
{
    struct range *best = NULL;
    for (struct range *r = root; r;) {
        if (r->last >= at) {
            best = r;
            r = r->left;
        } else {
            r = r->right;
        }
    }
    return best;
}

struct range *range_first(struct range *root)
{
    while (root->left)
        root = root->left;
    return root;
}

struct range *range_upto(struct range *root, uintptr_t at)
{
    struct range *best = NULL;
    for (struct range *r = root; r;) {
        if (r->first <= at) {
            best = r;
            r = r->right;
        } else {
            r = r->left;
        }
    }
    return best;
}

struct range *range_overlap(struct range *root, uintptr_t first, uintptr_t last)
{
    struct range *r = range_from(root, first);
    return r && r->first <= last ? r : NULL;
}

bool range_insert(struct range **root, struct range *range)
{
    struct path path = {.length = 0};
    struct range **link = root, *r;
    if (range->first > range->last)
        return false;
    while ((r = *link)) {               /* a range that overlaps lies on the way */
        path.link[path.length++] = link;
        if (range->last < r->first)
            link = &r->left;
        else if (range->first > r->last)
            link = &r->right;
        else
            return false;
    }
    range->left = range->right = NULL;
    range->height = 1;
    *link = range;
    rebalance_above_leaf(&path);
    return true;
}

/* A node with two subtrees changes places with its successor, whose left subtree is empty. */
void range_remove(struct range **root, struct range *range)
{
    struct path path = {.length = 0};
    struct range **link = root;
    while (*link != range) {
        path.link[path.length++] = link;
        link = range->first < (*link)->first ? &(*link)->left : &(*link)->right;
    }
    if (!range->left || !range->right) {
        *link = range->left ? range->left : range->right;
        rebalance_path(&path);
        return;
    }
    int at = path.length;
    path.link[path.length++] = link;
    struct range **next_link = &range->right;
    while ((*next_link)->left) {
        path.link[path.length++] = next_link;
        next_link = &(*next_link)->left;
    }
    struct range *next = *next_link;
    *next_link = next->right;
    next->left = range->left;
    next->right = range->right;
    *link = next;
    if (path.length > at + 1)
        path.link[at + 1] = &next->right;       /* was &range->right */
    rebalance_path(&path);
}
