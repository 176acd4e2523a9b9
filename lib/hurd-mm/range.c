/* SPDX-License-Identifier: MIT */
/* The tree of range.h.  No recursion: the path from the root is kept in an array, which bounds the
 * stack that a pager needs.  Only the part of it that is in use is ever written. */
#include "range.h"

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

static void rebalance_path(struct range_path *path)
{
    while (path->length > 0) {
        struct range **link = path->link[--path->length];
        if (*link)
            rebalance(link);
    }
}

/* Above a new leaf: up to the first subtree that is as high as it was before, as every subtree is
 * that had to be rotated. */
static void rebalance_above_leaf(struct range_path *path)
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
    return range_search(root, at);
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

bool range_gap(struct range **root, uintptr_t first, uintptr_t last, struct range_gap *gap)
{
    struct range **link = root, *r;
    int length = 0;
    gap->before = gap->after = NULL;
    while ((r = *link)) {               /* a range that overlaps lies on the way */
        gap->path.link[length++] = link;
        if (last < r->first) {
            gap->after = r;
            link = &r->left;
        } else if (first > r->last) {
            gap->before = r;
            link = &r->right;
        } else {
            return false;
        }
    }
    gap->path.length = length;
    gap->link = link;
    return true;
}

void range_fill_gap(struct range_gap *gap, struct range *range)
{
    range->left = range->right = NULL;
    range->height = 1;
    *gap->link = range;
    rebalance_above_leaf(&gap->path);
}

bool range_insert(struct range **root, struct range *range)
{
    struct range_gap gap;
    if (range->first > range->last || !range_gap(root, range->first, range->last, &gap))
        return false;
    range_fill_gap(&gap, range);
    return true;
}

/* A node with two subtrees changes places with its successor, whose left subtree is empty. */
void range_remove(struct range **root, struct range *range)
{
    struct range_path path;
    struct range **link = root;
    path.length = 0;
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
