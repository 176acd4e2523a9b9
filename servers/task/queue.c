/* SPDX-License-Identifier: MIT */
/* Signals that wait one by one, with a value.  All tasks share one array, in the order in which the
 * signals came.  What one sender has in it is limited; a program and all that it started have at
 * most half of what is left.  So no number of signals takes memory.  Before: signal.c.  After: the
 * receiver's library (lib/hurd-mm/recipient.c) learns which signals are new, and takes them one by
 * one when a handler runs. */
#include "server.h"
#include <errno.h>
#include <string.h>

enum { ROOM = 8 * HURD_TASK_QUEUE_MAX, PART = 2 };

static struct queued {
    L4_Word_t value;
    uint16_t from, to;              /* tasks; the sender may be dead */
    uint16_t head;                  /* of the sender's tree, which may be dead, too */
    uint8_t signal;
    bool valued;                    /* the sender gave a value */
    bool is_new;                    /* the receiver does not know that there is one */
} queue[ROOM];
static unsigned count;

static void remove_at(unsigned i)
{
    memmove(queue + i, queue + i + 1, (--count - i) * sizeof *queue);
}

/* The first one at `i` or behind; `count`: there is none. */
static unsigned find(const struct task *to, L4_Word_t signal, unsigned i)
{
    while (i < count && !(queue[i].to == to->id && queue[i].signal == signal))
        i++;
    return i;
}

static L4_Word_t head_of(L4_Word_t from)
{
    const struct task *t = task_find(from);
    return t ? task_head(t)->id : from;
}

bool queue_has_room(L4_Word_t from)
{
    const L4_Word_t head = head_of(from);
    unsigned its = 0, its_trees = 0;
    for (unsigned i = 0; i < count; i++) {
        its += queue[i].from == from;
        its_trees += queue[i].head == head;
    }
    return its < HURD_TASK_QUEUE_MAX && its_trees < (ROOM - count) / PART;
}

void queue_add(const struct task *to, const struct signal *s)
{
    unsigned at = s->number <= HURD_TASK_SIGNALS ? find(to, s->number, 0) : count;
    if (at < count)
        remove_at(at);
    queue[count++] = (struct queued){
        .value = s->value, .from = (uint16_t)s->from, .to = (uint16_t)to->id,
        .head = (uint16_t)head_of(s->from),
        .signal = (uint8_t)s->number, .valued = s->valued,
        .is_new = s->number > HURD_TASK_SIGNALS && s->from != to->id};
}

L4_Word_t queue_news(const struct task *to, bool told)
{
    L4_Word_t news = 0;
    for (unsigned i = 0; i < count; i++) {
        if (queue[i].to != to->id || !queue[i].is_new)
            continue;
        news |= 1ul << (queue[i].signal - HURD_TASK_SIGNALS - 2);
        queue[i].is_new = !told;
    }
    return news;
}

void queue_forget(const struct task *to)
{
    for (unsigned i = count; i-- > 0;)
        if (queue[i].to == to->id)
            remove_at(i);
}

int serve_signal_take(struct hurd_cap_call *call, const struct task *self)
{
    if (call->words != 2)
        return EINVAL;
    if (self->id != call->task)
        return EPERM;
    L4_Word_t number = call->arg[1] & ~(L4_Word_t)HURD_TASK_LOOK;
    unsigned at = find(self, number, 0);
    if (at == count)
        return EAGAIN;
    call->reply[0] = queue[at].from;
    call->reply[1] = queue[at].value;
    call->reply[2] = queue[at].valued ? HURD_TASK_VALUED : 0;
    call->reply_words = 3;
    if (find(self, number, at + 1) < count)
        call->reply[2] |= HURD_TASK_MORE;
    if (number == call->arg[1])
        remove_at(at);
    return 0;
}
