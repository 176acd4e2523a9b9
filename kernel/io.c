/* SPDX-License-Identifier: MIT */
/* IO ports as mappings: each node is a range of ports that one space got from one other node.
 * Before: transfer.c and spacecontrol.c.  After: arch/x86/paging.c, for the bitmap.
 *
 * Nodes form trees: a node's range lies inside its parent's range.  A space has few ranges, so they
 * are on a plain list, and a function goes through the list without a pause.  A tree may have any
 * size: a cut through a tree goes on in small steps. */
#include "io.h"

#include "arch.h"
#include "fpage.h"
#include "sched.h"

#define PORT_LAST 0xFFFFu
#define RANGES 64 /* a space has at most so many */
#define SLICE 32u /* a range loses at most so many ports at a time, if the space has other ranges:
                     the bits of a word of the bitmap */
#define STEPS 64  /* steps to other nodes between two preemption points */

static struct slab io_nodes;
static word_t changes = 1; /* counts changes of nodes: after a pause, a cut that sees another number
                              starts anew */

void io_init(void)
{
    slab_init(&io_nodes, sizeof(struct io_node));
}

static struct io_node *io_node_create(struct space *s, struct io_node *parent, word_t first,
                                      word_t last)
{
    word_t ranges = 0;
    for (struct io_node *n = s->io; n; n = n->next_in_space)
        ranges++;
    if (ranges == RANGES || !space_charge(s, sizeof(struct io_node)))
        return NULL;
    struct io_node *n = slab_alloc(&io_nodes);
    if (!n) {
        space_uncharge(s, sizeof(struct io_node));
        return NULL;
    }
    *n = (struct io_node){.next_in_space = s->io, .parent = parent, .space = s,
                          .first = first, .last = last};
    s->io = n;
    list_init(&n->children);
    list_init(&n->in_parent);
    if (parent)
        list_add_tail(&parent->children, &n->in_parent);
    return n;
}

static void io_node_free(struct io_node *n)
{
    struct io_node **at = &n->space->io;
    while (*at != n)
        at = &(*at)->next_in_space;
    *at = n->next_in_space;
    list_remove(&n->in_parent);
    space_uncharge(n->space, sizeof(struct io_node));
    slab_free(&io_nodes, n);
}

static inline word_t higher(word_t a, word_t b)
{
    return a > b ? a : b;
}
static inline word_t lower(word_t a, word_t b)
{
    return a < b ? a : b;
}

/* Returns the first node of a space, from n on, that holds some of these ports; NULL if there is
 * none. */
static struct io_node *holder(struct io_node *n, word_t first, word_t last)
{
    while (n && (n->first > last || first > n->last))
        n = n->next_in_space;
    return n;
}

/* `to` gets ports of parent: a new range, or more of a range that it has from parent already.
 * Returns false if `to` has too many ranges, or memory is out. */
static bool io_give(struct space *to, struct io_node *parent, word_t first, word_t last)
{
    struct io_node *n = to->io;
    while (n && (n->parent != parent || n->first > last + 1 || first > n->last + 1))
        n = n->next_in_space;
    if (!n && !(n = io_node_create(to, parent, first, last)))
        return false;
    n->first = lower(n->first, first);
    n->last = higher(n->last, last);
    arch_io_set(to, first, last, true);
    changes++;
    return true;
}

bool io_give_all(struct space *sigma0)
{
    return arch_io_reserve(sigma0) && io_give(sigma0, NULL, 0, PORT_LAST);
}

/* ---- cutting a hole into the trees below a space */

/* Post: c stands at the next range of the space, from n on, that the cut concerns; c->root is NULL
 * if there is none. */
static void begin_at(struct io_cut *c, struct io_node *n)
{
    n = holder(n, c->first, c->last);
    while (c->given && n && !n->parent) /* sigma0 keeps the roots */
        n = holder(n->next_in_space, c->first, c->last);
    c->root = c->at = n;
    c->child = n ? n->children.next : NULL;
    c->end = c->last;
    c->upper = NULL;
}

/* Post: for these ports, the bitmap says what the nodes say. */
static void io_refresh(struct space *s, word_t first, word_t last)
{
    arch_io_set(s, first, last, false);
    for (struct io_node *n = s->io; (n = holder(n, first, last)); n = n->next_in_space)
        arch_io_set(s, higher(n->first, first), lower(n->last, last), true);
}

/* c->at has a hole in its middle.  The part above the hole becomes a node of its own and gets the
 * children that lie there.  If memory is out, that part goes, too: it is safe to revoke more than
 * the caller asked for. */
static void io_split(struct io_cut *c)
{
    struct io_node *n = c->at;
    if (c->upper) { /* the children have moved */
        n->last = c->end;
        c->upper = NULL;
        return;
    }
    c->child = n->children.next; /* go through the children once more */
    c->upper = io_node_create(n->space, n->parent, c->end + 1, n->last);
    if (!c->upper)
        c->end = n->last; /* no child may reach beyond its parent */
}

/* c->at loses some ports of the hole.  Pre: its children have lost them already. */
static void io_trim(struct io_cut *c)
{
    struct io_node *n = c->at;
    struct space *s = n->space;
    word_t a = higher(n->first, c->first), b = lower(n->last, c->end);
    changes++;
    if (n->first < a && b < n->last) {
        io_split(c);
        return;
    }
    bool top = n->first < a, alone = !s->io->next_in_space;
    if (top) {
        a = alone ? a : higher(a, b & ~(SLICE - 1));
        n->last = a - 1;
    } else {
        b = alone ? b : lower(b, a | (SLICE - 1));
        n->first = b + 1;
    }
    bool empty = n->first > n->last;
    if (empty || n->first > c->end || c->first > n->last) {
        struct io_node *next = n->next_in_space;
        c->at = n->parent;
        c->child = n->in_parent.next;
        c->end = c->last;
        bool whole = n == c->root;
        if (empty)
            io_node_free(n); /* before the step: n may be a child of the next root */
        if (whole)
            begin_at(c, next);
    }
    io_refresh(s, a, b);
}

/* Performs one step of the cut.  Returns true if the cut is done. */
static bool io_cut_some(struct io_cut *c)
{
    if (c->changes != changes)
        begin_at(c, c->space->io);
    for (int steps = 0; steps < STEPS && c->root; steps++) {
        struct io_node *child = list_entry(c->child, struct io_node, in_parent);
        if (c->child == &c->at->children) { /* nothing is left below it */
            if (c->at == c->root && !c->flush) {
                begin_at(c, c->root->next_in_space);
                continue;
            }
            if (!steps)
                io_trim(c);
            break;
        }
        c->child = child->in_parent.next;
        if (child->first <= c->end && c->first <= child->last) {
            c->at = child;
            c->child = child->children.next;
        } else if (c->upper && child->first > c->end) {
            list_remove(&child->in_parent);
            list_add_tail(&c->upper->children, &child->in_parent);
            child->parent = c->upper;
            changes++;
        }
    }
    c->changes = changes;
    return !c->root;
}

/* ---- map, grant, unmap */

static bool window_accepts(word_t window, word_t *first, word_t *last)
{
    if (!fpage_is_io(window))
        return fpage_is_complete(window);
    *first = higher(*first, io_fpage_first(window));
    *last = lower(*last, io_fpage_last(window));
    return true;
}

int io_map(struct space *from, word_t fpage, struct space *to, word_t window, bool grant,
           struct io_cut *c)
{
    word_t first = io_fpage_first(fpage), last = io_fpage_last(fpage);
    if (!window_accepts(window, &first, &last))
        return L4_IPC_OVERFLOW;
    if (first > last || from == to || arch_ports_open)
        return IPC_OK;
    bool anew = c->changes != changes;
    if (c->given && !anew)
        return io_cut_some(c) ? IPC_OK : IPC_PENDING;
    struct io_node *n = holder(anew ? from->io : c->root, first, last);
    if (n && !to->io_table) /* making it takes a stretch of its own */
        return arch_io_reserve(to) ? IPC_PENDING : L4_IPC_OVERFLOW;
    /* a granted node gets the granter's parent: only the givers of the granter can revoke it */
    if (n && !io_give(to, grant && n->parent ? n->parent : n, higher(n->first, first),
                      lower(n->last, last)))
        return L4_IPC_OVERFLOW;
    *c = (struct io_cut){.space = from, .first = first, .last = last, .flush = true,
                         .changes = changes};
    c->root = n ? holder(n->next_in_space, first, last) : NULL;
    if (!c->root && grant) {
        c->given = true;
        begin_at(c, from->io);
    }
    return c->root ? IPC_PENDING : IPC_OK;
}

bool io_unmap(struct space *s, word_t fpage, bool flush)
{
    struct io_cut c = {.space = s, .first = io_fpage_first(fpage), .last = io_fpage_last(fpage),
                       .flush = flush};
    while (!io_cut_some(&c))
        if (preempt_point() == OTHERS_RAN)
            return true;
    return false;
}
