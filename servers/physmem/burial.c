/* SPDX-License-Identifier: MIT */
/* Controls that go in parts, because there may be very many containers and controls below them.
 * The hops before are request_control.c (which control) and control.c; stretch.c calls bury().
 *
 * A control that is destroyed is condemned.  Its burial goes from the leaves of its tree up: it
 * condemns the containers of a control, and when the reaper has given back the last of them, the
 * control folds.  Nothing is added to a tree meanwhile, because nobody can make a container or a
 * child there: control_dying(). */
#include <hurd/assert.h>

#include "container.h"
#include "stretch.h"

#define STEPS   16u                 /* containers and controls of one part: 10,000 instructions */

unsigned chores;
uint32_t condemned, buried;

static struct control *first, **last = &first;      /* condemned: each of them is kept */
static struct control *at;          /* of the first one's tree, and kept; NULL: nowhere yet */
static struct container *next;      /* of the control `at`: those before it are doomed */

static struct control *unheld;      /* by next_unheld: nothing keeps them, they will fold */

bool control_dying(const struct control *c)
{
    while (c && !c->condemned)
        c = c->parent;
    return c != NULL;
}

void control_condemn(struct control *top)
{
    assert(!control_dying(top) && top->parent);
    hurd_cap_object_keep(&top->object);
    top->condemned = true;
    top->next_dying = NULL;
    *last = top;
    last = &top->next_dying;
    condemned++;
    chores++;
}

void bury_forget(const struct container *c)
{
    if (next == c)
        next = c->next;
}

/* ---- one burial ------------------------------------------------------------------------------ */

/* What was to fold folds when the burial leaves it. */
static void enter(struct control *c)
{
    hurd_cap_object_keep(&c->object);
    control_fold_now(c);
    at = c;
    next = c->containers;
}

/* Nothing is charged to c any more.  Post: c has folded, or a part of its records is with its
 * parent; `at` is its parent, or nowhere. */
static void leave(struct control *c)
{
    struct control *parent = c->parent;
    hurd_cap_object_disown(&c->object);
    account_evict(c);
    at = NULL;
    if (c != first) {
        enter(parent);
        next = NULL;                /* all of them were doomed before */
    } else {
        if (!(first = c->next_dying))
            last = &first;
        buried++;
        chores--;
        hurd_cap_object_drop(&c->object);
    }
    assert_is(c->object.strong, ==, 1);
    hurd_cap_object_drop(&c->object);
}

/* Returns how many steps it counts for; 0: first the reaper must go on. */
static unsigned step(void)
{
    struct control *c = at;
    struct container *k = next;
    if (!c) {
        enter(first);
    } else if (k) {
        bool held = container_held(k);      /* then all accounts are looked through */
        next = k->next;
        if (!k->doomed)
            container_condemn(k);
        return held ? STEPS : 1;
    } else if (c->children) {
        enter(c->children);
        hurd_cap_object_drop(&c->object);   /* its child keeps it */
    } else if (c->containers) {
        return 0;
    } else {
        leave(c);
    }
    return 1;
}

/* ---- long chains ----------------------------------------------------------------------------- */

void control_fold_later(struct control *c)
{
    c->next_unheld = unheld;
    c->unheld_link = &unheld;
    if (unheld)
        unheld->unheld_link = &c->next_unheld;
    unheld = c;
    chores++;
}

void control_fold_now(struct control *c)
{
    if (!c->unheld_link)
        return;
    *c->unheld_link = c->next_unheld;
    if (c->next_unheld)
        c->next_unheld->unheld_link = c->unheld_link;
    c->unheld_link = NULL;
    chores--;
}

/* ---- a part ---------------------------------------------------------------------------------- */

void bury(void)
{
    if (unheld)
        control_fold(unheld);
    for (unsigned done = 0, steps; first && done < STEPS && (steps = step()); )
        done += steps;
}
