/* SPDX-License-Identifier: MIT */
/* Signals between the pager and the thread that caused one. */
#ifndef MM_HANDLER_H
#define MM_HANDLER_H

#include <hurd/signals.h>
#include <l4/types.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* A signal on its way to the handler, or a context on its way back into the registers: in wired
 * memory, for an instant. */
struct delivery {
    L4_Word_t state;                    /* enum delivery_state */
    L4_ThreadId_t thread;
    L4_Word_t registers[12];            /* in the order of the exception message, spec x2 6.3 */
    L4_Word_t address, ip;
    int signal, code, error;
    int from;                           /* the task that sent it; valid if it arrived */
    bool arrived;                       /* from outside: the thread may be anywhere */
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

/* ---- signals from outside ---- */

struct signals {
    L4_ThreadId_t target;               /* global id */
    volatile unsigned held;             /* signal_hold(): calls without their release */
    volatile bool wanted;               /* a signal waits for the end of that */
    volatile sigset_t pending;
    struct signal_wait wait;
    int (*raise)(int signal);           /* NULL: the program has never called sigaction() */
};
extern struct signals signals;

/* What has come; set 0: nothing new.  EAGAIN: ask again soon.  Ends or stops the task if that is
 * what a signal does. */
struct hurd_task_arrived;
int handler_arrives(const struct hurd_task_arrived *arrived);

/* arrive.c: the thread that brings signals to the pager is there, or it is made now.  EAGAIN,
 * ENOMEM. */
int signal_thread_needed(void);
void signal_thread_forked(void);

int handler_action(int signal, const L4_Word_t *new, struct sigaction *old);
int handler_stack(L4_ThreadId_t from, const L4_Word_t *new, stack_t *old);
int handler_mask(L4_ThreadId_t from, sigset_t set, bool change, sigset_t *old);

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
