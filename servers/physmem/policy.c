/* SPDX-License-Identifier: MIT */
/* The buffer that physmem shares with the policy server.  The hop before is extra.c; beside it,
 * policy_request.c lets the policy server wait for news.
 *
 * physmem never waits for the policy server and believes nothing that it reads.  An answer is a
 * limit: it can only refuse extra pages, or have some asked back, and never makes a promise.  It
 * counts only beside the serial number of this control.  What physmem has written into the buffer,
 * it does not read again. */
#include "policy.h"

#include "container.h"
#include "control.h"
#include "swap.h"

_Alignas(1 << POLICY_LOG2) volatile struct policy_entry policy_buffer[POLICY_ENTRIES];
_Static_assert(sizeof policy_buffer == 1 << POLICY_LOG2, "the buffer is one fpage");

unsigned policy_task;

static struct {
    struct control *control;            /* NULL: the entry is free */
    uint32_t serial;
} entries[POLICY_ENTRIES];              /* the first one is not used: it stands for all */
static bool changed;

static void change(void)
{
    changed = true;
    machine_wake(POLICY_KEY);
}

uint32_t policy_most(const struct control *c)
{
    if (!policy_task || !c->policy)
        return UINT32_MAX;
    const volatile struct policy_entry *e = &policy_buffer[c->policy];
    uint32_t answer = e->answer, most = e->most;
    return answer == entries[c->policy].serial ? most : UINT32_MAX;
}

static unsigned entry_free(void)
{
    unsigned i = 1;
    while (i < POLICY_ENTRIES && entries[i].control)
        i++;
    return i < POLICY_ENTRIES ? i : 0;
}

/* A control without an entry, because all are taken, has no limit. */
static void entry_take(struct control *c)
{
    static uint32_t serial;
    unsigned i = entry_free();
    if (!i)
        return;
    c->policy = i;
    entries[i].control = c;
    entries[i].serial = ++serial ? serial : ++serial;
    policy_buffer[i].serial = entries[i].serial;
}

void policy_note(struct control *c, uint32_t pages)
{
    if (!policy_task)
        return;
    if (!c->policy)
        entry_take(c);
    if (!c->policy)
        return;
    volatile struct policy_entry *e = &policy_buffer[c->policy];
    e->guarantee = c->guarantee;
    e->extra = c->extra;
    e->wanted = pages < UINT32_MAX - c->extra ? c->extra + pages : UINT32_MAX;
    e->task = c->task;
    change();
}

static void entry_clear(unsigned i)
{
    entries[i].control = NULL;
    policy_buffer[i] = (struct policy_entry) { 0 };
}

void policy_forget(struct control *c)
{
    if (!c->policy)
        return;
    entry_clear(c->policy);
    c->policy = 0;
    change();
}

void policy_attach(unsigned task)
{
    for (unsigned i = 0; i < POLICY_ENTRIES; i++) {
        if (entries[i].control)
            entries[i].control->policy = 0;
        entry_clear(i);
    }
    policy_task = task;
    for (struct control *c = extra_holders; c; c = c->extra_next)
        policy_note(c, 0);
    change();
}

bool policy_news(uint32_t *used)
{
    bool news = changed;
    *used = 0;
    for (unsigned i = 1; i < POLICY_ENTRIES; i++)
        *used += entries[i].control != NULL;
    policy_buffer[0].guarantee = extra_room() + ledger.extra;
    policy_buffer[0].extra = ledger.extra;
    policy_buffer[0].wanted = *used;
    changed = false;
    return news;
}
