/* SPDX-License-Identifier: MIT */
/* Signals between the pager and the thread that caused one. */
#ifndef MM_HANDLER_H
#define MM_HANDLER_H

#include <hurd/signals.h>
#include <hurd/task.h>
#include <l4/types.h>
#include <l4/const.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include "slab.h"

enum { SIGNALS_OF_SET = HURD_TASK_SIGNALS };    /* those behind it queue */

/* What a signal tells. */
struct signal_news {
    int code, from;                     /* from: the task that sent it; valid if it arrived */
    L4_Word_t value;
    bool queued;                        /* `task` has the value still: signal_fetch() */
};

/* A signal on its way to the handler, or a context on its way back into the registers: in wired
 * memory, for an instant. */
struct delivery {
    L4_Word_t state;                    /* enum delivery_state */
    L4_ThreadId_t thread;
    L4_Word_t registers[12];            /* in the order of the exception message, spec x2 6.3 */
    L4_Word_t address, ip;
    int signal, error;
    struct signal_news news;
    volatile sigset_t *origin;          /* where it waited: it arrived, and the thread may be
                                           anywhere; NULL: the thread caused it */
    unsigned access;
    sigset_t mask;                      /* of the thread, before */
    stack_t stack;
    struct sigaction action;
};
enum delivery_state { DELIVERY_FREE, DELIVERY_TAKEN, DELIVERY_TRAPS, DELIVERY_RUNS };

enum { DELIVERIES = 8 };
extern struct delivery deliveries[DELIVERIES];

/* ---- handler.c, in the pager ---- */

/* A fault that nothing can serve.  True: a handler will be told.  error: 0, or why there is no
 * page; mapped: something is there. */
bool handler_fault(L4_ThreadId_t from, uintptr_t address, uintptr_t ip, unsigned access, int error,
                   bool mapped);
/* The exception in the message registers.  True: they hold the reply to it now. */
bool handler_exception(L4_ThreadId_t from);
/* No handler is told of the thread's exception, whose message is in the message registers: they
 * hold the reply now, by which it goes on at ip, or first in the handler of a signal that came. */
void handler_goes_on(L4_ThreadId_t from, L4_Word_t ip);
/* Nor of its fault, which is broken off: the same, without a reply. */
void handler_breaks_off(L4_ThreadId_t from, L4_Word_t ip);

/* A handler that will be told of a signal; NULL: the task ends.  LATER: all deliveries are in use,
 * for an instant. */
#define LATER ((struct delivery *)1)
struct delivery *handler_prepare(L4_ThreadId_t from, int signal);
/* It was sent to handler_trap, but has made a fault or an exception of its own before: that comes
 * first, and the signal waits again. */
void handler_take_back(L4_ThreadId_t thread);
/* It was, and has not come there yet. */
bool handler_is_on_its_way(L4_ThreadId_t thread);

extern struct sigaction signal_actions[NSIG];

/* The program wants no status of its children: those that end leave none. */
static inline bool signal_children_go(void)
{
    const struct sigaction *a = &signal_actions[SIGCHLD];
    return a->sa_handler == SIG_IGN || a->sa_flags & SA_NOCLDWAIT;
}

/* ---- signals from outside, and what each thread has: recipient.c ---- */

/* The pager makes these records, in wired memory, and writes to them, but for `held` and `wait`,
 * which the thread itself changes. */
struct signal_thread {
    struct signal_thread *next;
    L4_ThreadId_t thread;               /* global id; nil: the record is free */
    struct signal_rest *rest;
    sigset_t mask;
    volatile sigset_t pending;          /* for this thread alone */
    struct signal_wait wait;
    volatile uint8_t held;              /* signal_hold(): calls without their release */
    volatile bool wanted;               /* a signal waits for the end of that */
    bool takes;                         /* what comes for the whole task: not the library's own
                                           threads */
};
struct signal_rest {                    /* a record of its own */
    sigset_t awaited;                   /* it sleeps until one of them comes */
    uintptr_t stack_base, stack_size;   /* for handlers; size 0: none */
};
_Static_assert(sizeof(struct signal_thread) <= SLAB_RECORD, "one size of records");

/* UTCB areas of tasks are of 64 KB. */
enum { SIGNAL_SLOTS = 65536 >> L4_UTCB_BLOCK_LOG2 };
static inline unsigned signal_slot(L4_ThreadId_t local)
{
    return local.raw >> L4_UTCB_BLOCK_LOG2 & (SIGNAL_SLOTS - 1);
}

struct signals {
    struct signal_thread first;         /* of the program's first thread; all others follow it */
    struct signal_rest first_rest;
    struct signal_thread *slot[SIGNAL_SLOTS];   /* by the place of the thread's UTCB, if its thread
                                                   is the one that is there */
    volatile sigset_t pending;          /* for any thread that takes them */
    volatile bool breaks;               /* some wait was interrupted: arrive.c has to end it */
    int (*raise)(int signal);           /* NULL: the program has never called sigaction() */
    struct {                            /* for reports: the last page that did not come, and */
        uintptr_t address;              /* whose fault a handler was told of */
        int error;                      /* 0: none so far */
    } lost;
};
extern struct signals signals;

sigset_t signal_bit(int signal);         /* Pre: it is one */
/* NULL: it has no record.  In any thread. */
struct signal_thread *signal_find(L4_ThreadId_t thread);

/* In the pager.  NULL: there is no memory for a record. */
struct signal_thread *signal_thread_of(L4_ThreadId_t from);
/* A thread of the program that has not run yet gets its maker's mask.  ENOMEM. */
int signal_thread_begins(L4_ThreadId_t maker, L4_ThreadId_t new);
void signal_thread_ends(L4_ThreadId_t from);
void signals_forked(L4_ThreadId_t parent, L4_ThreadId_t child);
/* What has come; set 0: nothing new.  EAGAIN: ask again soon.  Ends or stops the task if that is
 * what a signal does. */
struct hurd_task_arrived;
int signals_arrive(const struct hurd_task_arrived *arrived);
int signals_deliver(void);
sigset_t signals_awaited(void);         /* some thread waits for them; any thread may ask */
/* The thread waits for a reply to its exception, and may run a handler first.  NULL: none. */
struct delivery *signal_meanwhile(L4_ThreadId_t thread);
void signal_action_changed(int signal);
int signal_send(L4_ThreadId_t thread, int signal);
/* The rest of its news, from `task`.  False: it was taken meanwhile. */
bool signal_fetch(int signal, struct signal_news *news);
/* signal 0: there is none. */
int signal_take(L4_ThreadId_t from, sigset_t set, bool waits, int *signal,
                struct signal_news *news);
int signal_mask(L4_ThreadId_t from, sigset_t set, bool change, sigset_t *old);

/* ---- arrive.c, await.c, handler_run.c: in threads of the program ---- */

/* The thread that brings signals to the pager is there, or it is made now.  EAGAIN, ENOMEM. */
int signal_thread_needed(void);
void signal_thread_forked(void);
struct signal_thread *signal_self(void);        /* the calling thread's; NULL: it has none */
/* A wait that the pager has interrupted is ended soon. */
void signal_breaks_tell(void);
/* A request of <signal.h> to the pager: its error. */
int signal_request(unsigned op, int n, const L4_Word_t *in, int max, L4_Word_t *out);
/* They come to the task from itself; queued: their values are in the queue of `task`. */
void signal_arrive(sigset_t set, bool queued);
/* One that queues, and for which the task does something.  value NULL: without one. */
int signal_queue_own(int number, const union sigval *value);
/* raise(); personal: a signal that is blocked waits for the calling thread, not for any. */
int signal_raise(int number, bool personal);

int handler_action(int signal, const L4_Word_t *new, struct sigaction *old);
int handler_stack(L4_ThreadId_t from, const L4_Word_t *new, stack_t *old);

/* ---- handler_entry.asm, in the thread ---- */
void handler_trap(void);                /* an instruction that raises #UD: now come the registers */
void handler_entry(void);               /* EAX: the delivery; calls handler_run() on its stack */
_Noreturn void handler_return(struct delivery *delivery);       /* its registers become ours */
void handler_return_trap(void);         /* where that raises #UD, EAX: the delivery */
/* handler_run.c: 512 bytes, aligned to 16.  fpu_save() may leave a fresh FPU. */
void fpu_save(void *area);
void fpu_load(const void *area);
bool handler_has_fxsr(void);
void handler_fxsave(void *area);
void handler_fxrstor(const void *area);

#endif
