/* SPDX-License-Identifier: MIT */
/* <search.h> but for the table: rows, queues, and trees.  The trees are not balanced: what comes in
 * order makes a list of them. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows ---- */

void *lfind(const void *key, const void *base, size_t *count, size_t size,
            int (*compare)(const void *, const void *))
{
    const char *element = base;
    for (size_t i = 0; i < *count; i++, element += size)
        if (compare(key, element) == 0)
            return (void *)(size_t)element;
    return NULL;
}

void *lsearch(const void *key, void *base, size_t *count, size_t size,
              int (*compare)(const void *, const void *))
{
    void *found = lfind(key, base, count, size, compare);
    return found ? found : memcpy((char *)base + size * (*count)++, key, size);
}

/* ---- queues ---- */

struct element {
    struct element *next, *before;
};

void insque(void *element, void *before)
{
    struct element *e = element, *b = before;
    *e = (struct element){b ? b->next : NULL, b};
    if (b)
        b->next = e;
    if (e->next)
        e->next->before = e;
}

void remque(void *element)
{
    struct element *e = element;
    if (e->before)
        e->before->next = e->next;
    if (e->next)
        e->next->before = e->before;
}

/* ---- trees ---- */

struct node {
    const void *key;                    /* first: programs look at it */
    struct node *left, *right;
};

/* The link that leads to the key's node, or to where it would be.  *parent: NULL at the root. */
static struct node **link_of(const void *key, struct node **link, struct node **parent,
                             int (*compare)(const void *, const void *))
{
    int order;
    *parent = NULL;
    while (*link && (order = compare(key, (*link)->key)) != 0) {
        *parent = *link;
        link = order < 0 ? &(*link)->left : &(*link)->right;
    }
    return link;
}

void *tsearch(const void *key, void **root, int (*compare)(const void *, const void *))
{
    struct node *parent, **link;
    if (!root)
        return NULL;
    link = link_of(key, (struct node **)root, &parent, compare);
    if (!*link && (*link = calloc(1, sizeof **link)))
        (*link)->key = key;
    return *link;
}

void *tfind(const void *key, void *const *root, int (*compare)(const void *, const void *))
{
    struct node *parent, *top = root ? *root : NULL;
    return *link_of(key, &top, &parent, compare);
}

void *tdelete(const void *restrict key, void **restrict root,
              int (*compare)(const void *, const void *))
{
    struct node *parent, **link, *gone;
    if (!root)
        return NULL;
    link = link_of(key, (struct node **)root, &parent, compare);
    gone = *link;
    if (!gone)
        return NULL;
    if (gone->left && gone->right) {    /* the next one in order takes its place */
        struct node **next = &gone->right;
        while ((*next)->left)
            next = &(*next)->left;
        struct node *heir = *next;
        *next = heir->right;
        heir->left = gone->left;
        heir->right = gone->right;
        *link = heir;
    } else {
        *link = gone->left ? gone->left : gone->right;
    }
    free(gone);
    return parent ? parent : (void *)root;
}

static void walk(const struct node *n, void (*visit)(const void *, VISIT, int), int depth)
{
    if (!n->left && !n->right) {
        visit(n, leaf, depth);
        return;
    }
    visit(n, preorder, depth);
    if (n->left)
        walk(n->left, visit, depth + 1);
    visit(n, postorder, depth);
    if (n->right)
        walk(n->right, visit, depth + 1);
    visit(n, endorder, depth);
}

void twalk(const void *root, void (*visit)(const void *node, VISIT order, int depth))
{
    if (root && visit)
        walk(root, visit, 0);
}
