/* SPDX-License-Identifier: MIT */
/* ThreadControl: create, activate, modify, delete; interrupts.  Spec 4.3.
 * Before: arch/x86/syscall.c.  After: thread.c, irq.c.  The call checks everything before it
 * changes anything, and the steps for which memory may be out come first. */
#include "ipc.h"
#include "irq.h"
#include "kip.h"
#include "sched.h"
#include "space.h"
#include "syscall.h"

struct thread_args {
    word_t dest, space_id, scheduler, pager, utcb;
};

#define UNCHANGED ((word_t)-1)
#define AGAIN THREAD_AGAIN /* in place of an error: preemption disturbed the call, start anew */

/* Returns the scheduler that a local or global id names, or NULL; an interrupt is no scheduler. */
static struct thread *scheduler_named(struct thread *self, word_t id)
{
    struct thread *t = thread_find(self->space, id);
    return t && t->kind != IPC_INTERRUPT ? t : NULL;
}

/* Returns the space of the thread that SpaceSpecifier names by its global id, or NULL. */
static struct space *space_named(word_t id)
{
    struct thread *t = id_is_local(id) ? NULL : thread_find_global(id);
    return t && t->kind != IPC_INTERRUPT ? t->space : NULL;
}

/* Turns a local id of a pager into the global id.  Returns false if it names no thread.  The pager
 * of a global id need not exist. */
static bool pager_global(struct thread *self, word_t *pager)
{
    if (*pager == L4_ID_NIL || !id_is_local(*pager))
        return true;
    struct thread *t = thread_find(self->space, *pager);
    if (t)
        *pager = t->id;
    return t != NULL;
}

/* Returns true if the call lets dest run: dest is inactive and gets a pager.  A new thread also
 * needs a place for its UTCB. */
static bool activates(const struct thread_args *a, const struct thread *dest)
{
    return a->pager != L4_ID_NIL && (dest || a->utcb != UNCHANGED);
}

static word_t check_utcb(const struct thread_args *a, struct space *space, struct thread *dest)
{
    bool active = dest && dest->utcb;
    if (active && dest->space != space) {
        word_t to = a->utcb == UNCHANGED ? dest->local_id - L4_UTCB_U : a->utcb;
        return thread_utcb_valid(space, to, NULL) ? L4_ERR_OK : L4_ERR_UTCB;
    }
    if (active)
        return a->utcb == UNCHANGED || a->utcb == dest->local_id - L4_UTCB_U ? L4_ERR_OK
                                                                             : L4_ERR_UTCB;
    word_t location = a->utcb == UNCHANGED && dest ? dest->utcb_location : a->utcb;
    if (!activates(a, dest)) /* the kernel only notes the location */
        return a->utcb == UNCHANGED || !space_configured(space) ||
                       thread_utcb_valid(space, a->utcb, dest)
                   ? L4_ERR_OK : L4_ERR_UTCB;
    if (!space_configured(space))
        return L4_ERR_SPACE;
    return thread_utcb_valid(space, location, dest) ? L4_ERR_OK : L4_ERR_UTCB;
}

static word_t create(struct thread *self, const struct thread_args *a)
{
    bool fresh = a->space_id == a->dest;
    struct space *space = fresh ? NULL : space_named(a->space_id);
    struct thread *scheduler = scheduler_named(self, a->scheduler);
    if (a->scheduler == L4_ID_NIL || (!scheduler && a->scheduler != a->dest && !pistachio))
        return pistachio ? L4_ERR_THREAD : L4_ERR_SCHEDULER;
    if (!fresh && !space)
        return L4_ERR_SPACE;
    if (fresh && activates(a, NULL))
        return L4_ERR_SPACE;
    word_t err = fresh ? L4_ERR_OK : check_utcb(a, space, NULL);
    if (err)
        return err;
    if (fresh)
        space = space_create();
    if (!space)
        return L4_ERR_MEMORY;
    struct thread *t = thread_create(space, a->dest, scheduler ? scheduler->id : a->scheduler);
    if (!t) {
        if (fresh)
            space_delete(space);
        return L4_ERR_MEMORY;
    }
    t->utcb_location = a->utcb;
    if (!activates(a, NULL))
        return L4_ERR_OK;
    err = thread_activate(t, a->utcb, a->pager);
    if (err)
        thread_delete(t);
    return err;
}

static word_t modify(struct thread *self, struct thread *t, const struct thread_args *a)
{
    struct space *space = a->space_id == a->dest ? t->space : space_named(a->space_id);
    struct thread *scheduler = NULL;
    if (!space)
        return L4_ERR_SPACE;
    if (a->scheduler != L4_ID_NIL && !(scheduler = scheduler_named(self, a->scheduler)) &&
        a->scheduler != a->dest && !pistachio)
        return L4_ERR_SCHEDULER;
    word_t err = check_utcb(a, space, t);
    if (err)
        return err;
    word_t location = a->utcb != UNCHANGED ? a->utcb
                      : t->utcb            ? t->local_id - L4_UTCB_U
                                           : t->utcb_location;
    if (a->dest != t->id && ipc_forsake(t)) /* the sweep ends the waits for it */
        return AGAIN;
    /* From here on no other thread runs, unless it is before the migration begins: memory that is
     * there for the migration is there for the activation. */
    if (space != t->space) {
        bool stays_inactive = !t->utcb && a->pager == L4_ID_NIL;
        err = thread_migrate(t, space, stays_inactive ? UNCHANGED : location);
        if (err)
            return err;
    }
    if (a->pager != L4_ID_NIL && !t->utcb) {
        word_t old = t->id;
        t->id = a->dest; /* before activation: the UTCB shows the new id */
        thread_sweep_begin();
        err = thread_activate(t, location, a->pager);
        if (err) {
            t->id = old;
            return err;
        }
    } else {
        if (a->dest != t->id)
            thread_rename(t, a->dest);
        if (a->pager != L4_ID_NIL)
            t->utcb->pager = a->pager;
    }
    t->utcb_location = location;
    if (a->scheduler != L4_ID_NIL) {
        t->scheduler = scheduler ? scheduler->id : a->scheduler;
        sched_tell_again(t);
    }
    return L4_ERR_OK;
}

static word_t control(struct thread *self, struct thread_args *a)
{
    if (!self->space->privileged)
        return L4_ERR_PRIVILEGE;
    if (id_is_local(a->dest) || a->dest == L4_ID_ANY)
        return pistachio && a->dest != L4_ID_ANY ? L4_ERR_SPACE : L4_ERR_THREAD;
    word_t number = a->dest >> L4_ID_VERSION_BITS;
    if (number < SYSTEM_BASE)
        return a->pager == L4_ID_NIL ? L4_ERR_THREAD : irq_attach(self, a->dest, a->pager);
    if (number < USER_BASE || number >= thread_number_limit)
        return L4_ERR_THREAD;
    struct thread *t = thread_find_number(number);
    if (a->space_id == L4_ID_NIL && t == self && pistachio)
        return L4_ERR_THREAD;
    if (a->space_id == L4_ID_NIL)
        return t && thread_delete(t) ? AGAIN : L4_ERR_OK;
    if (!pager_global(self, &a->pager))
        return L4_ERR_THREAD;
    return t ? modify(self, t, a) : create(self, a);
}

word_t sys_thread_control(struct thread *self, word_t dest, word_t space, word_t scheduler,
                          word_t pager, word_t utcb_location)
{
    struct thread_args a = {dest, space, scheduler, pager, utcb_location};
    word_t err;
    do
        err = control(self, &a);
    while (err == AGAIN);
    return err ? failed(self, err) : 1;
}
