/* SPDX-License-Identifier: MIT */
/* Each interrupt of a shared line goes to all its drivers, in the order in which they attached.
 * Invariant: a line is masked  <=>  `masked` is set  <=>  a driver has still to be reached, has
 * still to say that it is done, or the line is switched off.  Before: interrupts.c. */
#include "omega0.h"

#include <errno.h>
#include <stddef.h>

enum { VERSION_MASK = 0x3fff, DOUBLINGS = 10 };

enum sharer_state {
    IDLE,
    DUE,                        /* the interrupt must be sent to it */
    AT_WORK,                    /* it has the interrupt, and the line waits for it */
    LATE,                       /* it has the interrupt, and the line does not wait any more */
};

struct omega0_calls omega0_calls;

static struct line {
    struct sharer {
        uint32_t thread;        /* 0: this place is free; the places in use come first */
        enum sharer_state state;
    } sharer[OMEGA0_SHARERS];
    bool masked;
    bool claimed;               /* a driver has called this interrupt its own */
    uint64_t since;             /* when the interrupt came */
    unsigned unclaimed;         /* interrupts in a row that no driver wanted */
    unsigned storms;            /* in a row */
    uint64_t off_until;         /* 0: it is not switched off */
} lines[OMEGA0_LINES];

static unsigned masked;         /* how many lines are */

bool omega0_masked(void)
{
    return masked > 0;
}

static struct sharer *sharer_find(struct line *l, uint32_t thread)
{
    for (struct sharer *s = l->sharer; s < l->sharer + OMEGA0_SHARERS; s++) {
        if (s->thread == thread)
            return s;
    }
    return NULL;
}

int omega0_attach(unsigned line, uint32_t thread, bool *first)
{
    struct line *l = &lines[line];
    if (sharer_find(l, thread))
        return EBUSY;
    struct sharer *room = sharer_find(l, 0);
    if (!room)
        return ENOSPC;
    *first = room == l->sharer;
    *room = (struct sharer) { thread, IDLE };
    l->unclaimed = l->storms = 0;
    return 0;
}

uint32_t omega0_thread_of(unsigned line, unsigned task)
{
    uint32_t thread;
    for (unsigned i = 0; i < OMEGA0_SHARERS && (thread = lines[line].sharer[i].thread); i++) {
        if ((thread & VERSION_MASK) == task)
            return thread;
    }
    return 0;
}

bool omega0_shared(unsigned line)
{
    return lines[line].sharer[0].thread != 0;
}

/* ---- one interrupt ---- */

static void line_unmask(struct line *l)
{
    l->masked = false;
    masked--;
    l->off_until = 0;
    omega0_calls.unmask((unsigned) (l - lines));
}

static void line_off(struct line *l, uint64_t now)
{
    uint32_t us = HURD_DEVICE_STORM_PAUSE << (l->storms < DOUBLINGS ? l->storms : DOUBLINGS);
    l->storms++;
    l->unclaimed = 0;
    l->off_until = now + us;
    omega0_calls.complain((unsigned) (l - lines), us);
}

static bool line_waits(const struct line *l)
{
    for (unsigned i = 0; i < OMEGA0_SHARERS; i++) {
        if (l->sharer[i].state == DUE || l->sharer[i].state == AT_WORK)
            return true;
    }
    return false;
}

/* Ends the interrupt if no driver is waited for any more. */
static void line_settle(struct line *l, uint64_t now)
{
    if (!l->masked || l->off_until || line_waits(l))
        return;
    l->unclaimed = l->claimed ? 0 : l->unclaimed + 1;
    if (l->claimed)
        l->storms = 0;
    if (l->unclaimed >= HURD_DEVICE_STORM)
        line_off(l, now);
    else
        line_unmask(l);
}

static void line_send(struct line *l)
{
    for (unsigned i = 0; i < OMEGA0_SHARERS; i++) {
        struct sharer *s = &l->sharer[i];
        if (s->state == DUE && omega0_calls.send(s->thread, (unsigned) (l - lines)))
            s->state = AT_WORK;
    }
}

void omega0_interrupt(unsigned line, uint64_t now)
{
    struct line *l = &lines[line];
    masked += !l->masked;
    l->masked = true;
    l->claimed = false;
    l->since = now;
    for (unsigned i = 0; i < OMEGA0_SHARERS; i++) {
        struct sharer *s = &l->sharer[i];
        if (s->thread && s->state != LATE)
            s->state = DUE;
    }
    line_send(l);
    line_settle(l, now);
}

void omega0_done(unsigned line, uint32_t thread, bool mine, uint64_t now)
{
    struct line *l = &lines[line];
    struct sharer *s = thread ? sharer_find(l, thread) : NULL;
    if (!s || (s->state != AT_WORK && s->state != LATE))
        return;
    s->state = IDLE;
    l->claimed |= mine;
    line_settle(l, now);
}

int omega0_detach(unsigned line, uint32_t thread, uint64_t now, bool *last)
{
    struct line *l = &lines[line];
    struct sharer *s = thread ? sharer_find(l, thread) : NULL;
    if (!s)
        return EPERM;
    for (; s < l->sharer + OMEGA0_SHARERS - 1; s++)
        *s = s[1];
    *s = (struct sharer) { 0, IDLE };
    *last = !omega0_shared(line);
    l->unclaimed = l->storms = 0;
    if (!*last) {
        line_settle(l, now);
        return 0;
    }
    if (l->masked)
        line_unmask(l);         /* so the next driver finds the line as a new one */
    return 0;
}

/* ---- time ---- */

static void line_late(struct line *l, uint64_t now)
{
    for (unsigned i = 0; i < OMEGA0_SHARERS; i++) {
        struct sharer *s = &l->sharer[i];
        s->state = s->state == AT_WORK ? LATE : s->state == DUE ? IDLE : s->state;
    }
    line_settle(l, now);
}

/* Returns the us until the line wants something. */
static uint32_t line_pass(struct line *l, uint64_t now)
{
    if (!l->masked)
        return UINT32_MAX;
    if (l->off_until) {
        if (now < l->off_until)
            return (uint32_t) (l->off_until - now);
        line_unmask(l);
        return UINT32_MAX;
    }
    line_send(l);
    if (now - l->since >= HURD_DEVICE_IRQ_PATIENCE) {
        line_late(l, now);
        return l->off_until ? (uint32_t) (l->off_until - now) : UINT32_MAX;
    }
    uint32_t us = (uint32_t) (l->since + HURD_DEVICE_IRQ_PATIENCE - now);
    for (unsigned i = 0; i < OMEGA0_SHARERS; i++) {
        if (l->sharer[i].state == DUE)
            return us < OMEGA0_RETRY ? us : OMEGA0_RETRY;
    }
    return us;
}

uint32_t omega0_pass(uint64_t now)
{
    uint32_t least = UINT32_MAX;
    for (unsigned i = 0; i < OMEGA0_LINES; i++) {
        uint32_t us = line_pass(&lines[i], now);
        least = us < least ? us : least;
    }
    return least;
}
