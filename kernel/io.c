/* SPDX-License-Identifier: MIT */
/* IO ports as mappings: each node is a range of ports that one space got from one other node.
 * Ranges are few, so plain lists do.  Nodes form trees: a node's range lies inside its parent's. */
#include "io.h"

#include "arch.h"
#include "fpage.h"

#define PORT_LAST 0xFFFFu

struct io_node {
    struct io_node *next_in_space; /* list space->io */
    struct io_node *parent, *first_child, *next_sibling;
    struct space *space;
    word_t first, last;
};

static struct slab io_nodes;

void io_init(void)
{
    slab_init(&io_nodes, sizeof(struct io_node));
}

static struct io_node *io_node_create(struct space *s, struct io_node *parent, word_t first,
                                      word_t last)
{
    if (!arch_io_reserve(s) || !space_charge(s, sizeof(struct io_node)))
        return NULL;
    struct io_node *n = slab_alloc(&io_nodes);
    if (!n) {
        space_uncharge(s, sizeof(struct io_node));
        return NULL;
    }
    memset(n, 0, sizeof *n);
    n->space = s;
    n->first = first;
    n->last = last;
    n->parent = parent;
    n->next_in_space = s->io;
    s->io = n;
    if (parent) {
        n->next_sibling = parent->first_child;
        parent->first_child = n;
    }
    return n;
}

static void unlink_from(struct io_node **list, struct io_node *n, size_t next)
{
    while (*list != n)
        list = (struct io_node **)((char *)*list + next);
    *list = *(struct io_node **)((char *)n + next);
}

static void io_node_free(struct io_node *n)
{
    unlink_from(&n->space->io, n, offsetof(struct io_node, next_in_space));
    if (n->parent)
        unlink_from(&n->parent->first_child, n, offsetof(struct io_node, next_sibling));
    space_uncharge(n->space, sizeof(struct io_node));
    slab_free(&io_nodes, n);
}

/* The bitmap says what the nodes say, for these ports. */
static void io_refresh(struct space *s, word_t first, word_t last)
{
    if (!s->io_table)
        return;
    arch_io_set(s, first, last, false);
    for (struct io_node *n = s->io; n; n = n->next_in_space) {
        word_t a = n->first > first ? n->first : first, b = n->last < last ? n->last : last;
        if (a <= b)
            arch_io_set(s, a, b, true);
    }
}

bool io_give_all(struct space *sigma0)
{
    if (!io_node_create(sigma0, NULL, 0, PORT_LAST))
        return false;
    io_refresh(sigma0, 0, PORT_LAST);
    return true;
}

/* ---- cutting a hole into a subtree */

static bool overlaps(const struct io_node *n, word_t first, word_t last)
{
    return n->first <= last && first <= n->last;
}

static void io_cut(struct io_node *n, word_t first, word_t last, bool own_too);

/* The part of n above the hole becomes a node of its own, with the children that lie there.  When
 * memory is out that part is lost too: revoking more than asked is safe. */
static void io_split(struct io_node *n, word_t first, word_t last)
{
    struct io_node *upper = io_node_create(n->space, n->parent, last + 1, n->last);
    if (!upper)
        io_cut(n, last + 1, n->last, false); /* no child may reach beyond its parent */
    for (struct io_node **at = &n->first_child, *c; (c = *at);) {
        if (c->first > last && upper) {
            *at = c->next_sibling;
            c->parent = upper;
            c->next_sibling = upper->first_child;
            upper->first_child = c;
        } else {
            at = &c->next_sibling;
        }
    }
    n->last = first - 1;
}

/* n itself loses [first, last]; its children have lost it already. */
static void io_trim(struct io_node *n, word_t first, word_t last)
{
    struct space *s = n->space;
    word_t a = n->first > first ? n->first : first, b = n->last < last ? n->last : last;
    if (n->first >= first && n->last <= last)
        io_node_free(n);
    else if (n->first >= first)
        n->first = last + 1;
    else if (n->last <= last)
        n->last = first - 1;
    else
        io_split(n, first, last);
    io_refresh(s, a, b);
}

/* The next child of n that the hole touches; trimming one may replace the list. */
static struct io_node *touched_child(const struct io_node *n, word_t first, word_t last)
{
    struct io_node *c = n->first_child;
    while (c && !overlaps(c, first, last))
        c = c->next_sibling;
    return c;
}

/* Takes [first, last] from all below n, children before parents, without recursion. */
static void io_cut(struct io_node *n, word_t first, word_t last, bool own_too)
{
    struct io_node *at = n;
    for (;;) {
        struct io_node *child = touched_child(at, first, last);
        if (child) {
            at = child;
            continue;
        }
        if (at == n)
            break;
        struct io_node *parent = at->parent;
        io_trim(at, first, last);
        at = parent;
    }
    if (own_too)
        io_trim(n, first, last);
}

/* ---- map, grant, unmap */

static bool window_accepts(word_t window, word_t *first, word_t *last)
{
    if (!fpage_is_io(window))
        return fpage_is_complete(window);
    word_t a = io_fpage_first(window), b = io_fpage_last(window);
    *first = *first > a ? *first : a;
    *last = *last < b ? *last : b;
    return true;
}

static bool holds_already(struct space *to, struct io_node *parent, word_t first, word_t last)
{
    for (struct io_node *n = to->io; n; n = n->next_in_space)
        if (n->parent == parent && n->first <= first && n->last >= last)
            return true;
    return false;
}

int io_map(struct space *from, word_t fpage, struct space *to, word_t window, bool grant)
{
    word_t first = io_fpage_first(fpage), last = io_fpage_last(fpage);
    if (!window_accepts(window, &first, &last))
        return L4_IPC_OVERFLOW;
    if (first > last || from == to || arch_ports_open)
        return IPC_OK;
    for (struct io_node *n = from->io, *next; n; n = next) {
        next = n->next_in_space;
        if (!overlaps(n, first, last))
            continue;
        word_t a = n->first > first ? n->first : first, b = n->last < last ? n->last : last;
        if (!grant && holds_already(to, n, a, b))
            continue;
        /* a granted node hangs where the granter's did, so that only its givers may revoke it */
        struct io_node *child = io_node_create(to, grant && n->parent ? n->parent : n, a, b);
        if (!child)
            return L4_IPC_OVERFLOW;
        io_refresh(to, a, b);
        if (grant && n->parent)
            io_cut(n, a, b, true);
    }
    return IPC_OK;
}

void io_unmap(struct space *s, word_t fpage, bool flush)
{
    word_t first = io_fpage_first(fpage), last = io_fpage_last(fpage);
    for (;;) {
        struct io_node *n = s->io;
        while (n && !(overlaps(n, first, last) && (flush || touched_child(n, first, last))))
            n = n->next_in_space;
        if (!n)
            return;
        io_cut(n, first, last, flush);
    }
}

void io_release(struct space *s)
{
    while (s->io)
        io_cut(s->io, 0, PORT_LAST, true);
    arch_io_release(s);
}
