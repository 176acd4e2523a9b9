/* SPDX-License-Identifier: MIT */
/* Doubly linked circular lists.  A node that is on no list points to itself. */
#ifndef KERNEL_LIST_H
#define KERNEL_LIST_H

#include "types.h"

struct list_node {
    struct list_node *next, *prev;
};

static inline void list_init(struct list_node *n)
{
    n->next = n->prev = n;
}

static inline bool list_empty(const struct list_node *head)
{
    return head->next == head;
}

static inline void list_insert_before(struct list_node *pos, struct list_node *n)
{
    n->next = pos;
    n->prev = pos->prev;
    pos->prev->next = n;
    pos->prev = n;
}

static inline void list_add_tail(struct list_node *head, struct list_node *n)
{
    list_insert_before(head, n);
}

static inline void list_add_head(struct list_node *head, struct list_node *n)
{
    list_insert_before(head->next, n);
}

/* Harmless for a node that is on no list. */
static inline void list_remove(struct list_node *n)
{
    n->prev->next = n->next;
    n->next->prev = n->prev;
    list_init(n);
}

/* Moves all of `from` behind what is on `to`. */
static inline void list_append(struct list_node *to, struct list_node *from)
{
    from->prev->next = to;
    from->next->prev = to->prev;
    to->prev->next = from->next;
    to->prev = from->prev;
    list_init(from);
}

#define list_entry(node, type, member) container_of(node, type, member)
#define list_for_each(n, head) for (struct list_node *n = (head)->next; n != (head); n = n->next)

#endif
