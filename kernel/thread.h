/* SPDX-License-Identifier: MIT */
/* Threads.  A thread's control block (TCB) and kernel stack are in one block of 2 KB; its UTCB and
 * its FPU state are elsewhere.  A function blocks only if its comment says "Blocks". */
#ifndef KERNEL_THREAD_H
#define KERNEL_THREAD_H

#include <l4/const.h>
#include <l4/utcb.h>

#include "list.h"

#define THREAD_BLOCK 2048
#define STACK_CANARY 0x57ACCA11u

struct space;

enum thread_state {
    THREAD_INACTIVE,  /* it exists, has no UTCB, does not run */
    THREAD_READY,     /* it runs, or is on a ready queue */
    THREAD_SENDING,   /* it is on partner->senders, and waits for partner to receive */
    THREAD_RECEIVING, /* it waits for a message; `accepts` says from which threads */
    THREAD_STOPPED,   /* halted, or out of quantum: it waits for ExchangeRegisters or Schedule */
    THREAD_INTERRUPT, /* an interrupt without a message to send */
    THREAD_ENGAGED,   /* in a string copy: it waits until the other thread has copied, or has got
                         the page that it lacks */
};

/* The purpose of a thread's IPC: its own call, or a message that the kernel writes for it.
 * IPC_START: a new thread waits for the start message of its pager. */
enum ipc_kind {
    IPC_USER, IPC_PAGE_FAULT, IPC_IO_FAULT, IPC_EXCEPTION, IPC_PREEMPTION, IPC_START, IPC_INTERRUPT
};

#define IPC_OK 0 /* errors are L4_IPC_TIMEOUT ..  (spec 5.9) */
#define IPC_PENDING (-1) /* there is no result yet */
#define IPC_RETRY (-2)   /* it must try again: search its queue, or find its receiver anew */
#define IPC_GONE (-3)    /* the partner does not exist any more */

#define KMSG_WORDS (L4_EXCEPTION_WORDS + 1)

struct thread {
    word_t id;              /* global id, at offset 0; it reads as nil in an unused block */
    word_t local_id;        /* user address of MR0; valid  <=>  state != THREAD_INACTIVE */
    struct l4_utcb *utcb;   /* kernel address of the UTCB, NULL while inactive */
    struct space *space;
    paddr_t directory;      /* space->directory_phys, for the fast path */
    void *kernel_sp;        /* where arch_switch_to() left the stack; NULL while the thread runs,
                               and in a wait that the fast path may end: its stack is dropped */

    uint8_t state;          /* enum thread_state; read it by thread_state() */
    uint8_t priority;
    uint8_t sensitive_priority;
    bool halted;            /* it executes no user instructions (the H flag of ExchangeRegisters) */
    bool in_kernel;         /* it was preempted at a preemption point */
    bool replies;           /* for compat=pistachio: its Ipc began with a send phase, and no
                               timeout can end it */
    bool searches;          /* it is in its receive phase but READY: it searches its sender queue */

    /* IPC.  Arguments and results of the call in progress: */
    union {
        struct {
            enum ipc_kind kind;
            word_t from_spec;      /* FromSpecifier as given; nil: no receive phase */
            word_t timeouts;
            word_t virtual_sender; /* the thread in whose name it sends: global id, or nil */
            int send_result;       /* IPC_PENDING until the send phase is over, then its result */
            int receive_result;    /* the same for the receive phase */
            word_t error_offset;   /* goes with either result */
            word_t sender;         /* of a receive phase: the apparent sender, by the id that this
                                      thread may use */
            word_t intended;       /* the thread that the message named, if it was redirected:
                                      global id; nil: not redirected */
            word_t redirected_to;  /* ... and the thread that got the message */
        };
        word_t call[10]; /* all of it: a fault in the middle of a call puts it aside */
    };
    word_t accepts;         /* valid while RECEIVING or searching: a global id, L4_ID_ANY or
                               L4_ID_ANYLOCAL; see accepts_of() */
    word_t fast_from;       /* stands for `accepts` while the fast path may deliver to this thread,
                               else nil */
    word_t obstacles;       /* why this thread may not wait by the fast path: OBSTACLE_* below */
    word_t proxies;         /* the number of queued senders that propagate: see must_search() */
    struct thread *partner; /* valid while SENDING: the receiver */
    /* A string copy between this thread and another one; valid while `engaged` is not NULL: */
    struct thread *engaged; /* the other thread */
    bool runs_copy;         /* this thread is the runner; else the other one is */
    bool copy_sends;        /* the bytes are this thread's */
    uint8_t transfer_error; /* of the runner: why it must stop, or IPC_OK */
    word_t copy_fault;      /* not of the runner: the page to ask for; 0: none */
    word_t kmsg[KMSG_WORDS]; /* message and reply of kinds other than IPC_USER */

    struct list_node senders;   /* its sender queue: threads that are SENDING with partner == this,
                                   the oldest first */
    struct list_node in_queue;  /* on partner->senders  <=>  SENDING;
                                   on a ready queue  <=>  READY and not running */
    struct list_node in_wheel;  /* on the timer wheel  <=>  a timeout is armed */
    uint64_t expires;           /* when the timeout is over: us, by the clock; valid on the wheel */
    uint64_t deadline;          /* the tick at which that is so, or nearly; valid on the wheel */
    struct list_node in_all;    /* on all_threads, from creation to deletion */

    word_t scheduler;       /* global id */
    uint16_t timeslice;     /* as given to Schedule, a period */
    uint8_t delay_max;      /* ticks for which a preemption may be delayed */
    uint8_t delay_left;     /* the rest of them, since the last preemption */
    bool delays;            /* it delays a preemption */
    bool quantum_told;      /* its scheduler has been told of the end of the quantum */
    uint64_t quantum_left;  /* us; TIMEOUT_NEVER: no limit; 0: it does not run */
    uint32_t slice_left;    /* us, from a preemption until it runs again; 0: a fresh slice */
    word_t works_for;       /* valid while READY and not running: the owner (global id) of the slice
                               on which it worked; nil: it worked on its own slice */
    uint32_t debt;          /* us that servers have worked for it in overtime (sched.h) */

    struct list_node in_space; /* on space->threads */
    void *fpu;              /* saved state, NULL until first use */
    word_t utcb_location;   /* while inactive: as ThreadControl gave it, or all ones */
    word_t canary;          /* STACK_CANARY; the kernel stack must not grow down to here */
};

static_assert(offsetof(struct thread, id) == 0, "thread_find reads the id at offset 0");
static_assert(sizeof(struct thread) <= 320, "the rest of the block is the kernel stack");

#define OBSTACLE_SENDER 1u              /* counted once for each thread on `senders` */
#define OBSTACLE_SENDERS 0x07FFFFFFu    /* the mask of this count */
#define OBSTACLE_COMPAT 0x08000000u     /* compat=pistachio is on: the fast paths do not know it */
#define OBSTACLE_QUANTUM 0x10000000u    /* its time counts: quantum_left is not TIMEOUT_NEVER */
#define OBSTACLE_OVERTIME 0x20000000u   /* its time is a client's debt: overtime, see sched.h */
#define OBSTACLE_FPU 0x80000000u        /* the FPU holds its state, and TS is clear */
#define OBSTACLE_REDIRECTED 0x40000000u /* its space has a redirector */

extern struct list_node all_threads; /* through in_all; interrupts are not on it */

void thread_init(void);

/* Returns t's state.  While fast_from is set, `state` says READY but means RECEIVING: this saves
 * the fast path two writes. */
static inline enum thread_state thread_state(const struct thread *t)
{
    return t->fast_from ? THREAD_RECEIVING : (enum thread_state)t->state;
}

/* Returns true if t is in a receive phase: it waits, or still searches its sender queue. */
static inline bool thread_receives(const struct thread *t)
{
    return t->searches || thread_state(t) == THREAD_RECEIVING;
}

/* Pre: t is in a receive phase.  Returns the thread or wildcard from which t takes a message. */
static inline word_t accepts_of(const struct thread *t)
{
    return t->fast_from ? t->fast_from : t->accepts;
}

/* Post: the fast path will not deliver to t; if t waits, it goes on waiting, with a stack. */
void thread_leave_fast(struct thread *t);

/* Returns the block of a thread number.  The block of an unused number reads as id 0, and must not
 * be written. */
#define THREAD_BLOCKS 0xC0000000u /* where they start; arch/x86/layout.h */
static inline struct thread *thread_block(word_t number)
{
    return (struct thread *)(THREAD_BLOCKS + number * THREAD_BLOCK);
}

static inline word_t thread_number(const struct thread *t)
{
    return (word_t)((const char *)t - (const char *)thread_block(0)) / THREAD_BLOCK;
}

static inline bool id_is_local(word_t id)
{
    return (id & L4_ID_LOCAL_MASK) == 0;
}

/* Returns the existing thread (or interrupt) of a global id, or NULL; NULL for nil, too, because
 * block 0 belongs to interrupt 0, whose id is not nil. */
static inline struct thread *thread_find_global(word_t id)
{
    struct thread *t = thread_block(id >> L4_ID_VERSION_BITS);
    return t->id == id ? t : NULL;
}
/* Returns the thread of `space` with that local id, or NULL. */
struct thread *thread_find_local(struct space *space, word_t id);
/* The same for t's space, and sooner; NULL also if the UTCB is in another page than t's. */
struct thread *thread_beside(const struct thread *t, word_t id);
/* Returns the thread that a thread of `space` means by `id`, local or global, or NULL. */
static inline struct thread *thread_find(struct space *space, word_t id)
{
    return unlikely(id_is_local(id)) ? thread_find_local(space, id) : thread_find_global(id);
}
/* Returns the existing thread of that number, whatever its version, or NULL. */
struct thread *thread_find_number(word_t number);

/* Creates an inactive thread in `space`.
 * Pre: `id` is global, and no thread has its number.
 * Returns NULL if memory or the quota of `space` is out. */
struct thread *thread_create(struct space *space, word_t id, word_t scheduler);
/* Gives t its UTCB.
 * Pre: t is inactive; thread_utcb_valid() is true for the location.
 * Post: t waits for its start message from `pager`.
 * Returns L4_ERR_OK, or L4_ERR_MEMORY if memory or the quota of t's space is out. */
word_t thread_activate(struct thread *t, word_t utcb_location, word_t pager);
/* Returns true if `location` is an aligned place in the UTCB area of `space`, and no thread but
 * `except` uses it. */
bool thread_utcb_valid(struct space *space, word_t location, const struct thread *except);
/* Deletes t and, with its last thread, its space.
 * Post: waits for t end soon, by thread_sweep().
 * Returns true if preemption disturbed it before it was done: t may be gone, and the caller looks
 * it up and calls again.  Does not return if t is current.  Blocks. */
bool thread_delete(struct thread *t);
/* Gives t another version.  Spec 4.3.
 * Pre: ipc_forsake() has ended the sends to t.
 * Post: all IPC with the old id has ended, or ends soon, by thread_sweep(). */
void thread_rename(struct thread *t, word_t id);
/* Moves t to another space.
 * Pre: `location` is valid in `to`, or all ones if t is inactive and stays inactive.
 * Post: t's own IPC has ended.
 * Returns L4_ERR_OK; L4_ERR_MEMORY, and t is where it was; or THREAD_AGAIN if preemption disturbed
 * it, and the caller looks t up and calls again.  Blocks. */
word_t thread_migrate(struct thread *t, struct space *to, word_t location) __attribute__((cold));
#define THREAD_AGAIN ((word_t)-1)
/* One stretch of the sweep, a pass over all threads.  Deletion and renaming do not search for the
 * threads that wait for the old id; the sweep finds them a little later, and ends their waits.  It
 * also finds the threads whose messages wait in the wrong place, because a redirector has changed.
 * Returns true if the sweep is not at its end. */
bool thread_sweep(void) __attribute__((cold)); /* few ticks need it */
/* Post: the sweep will visit all threads, each at least once more. */
void thread_sweep_begin(void);
/* Pre: the last deleted thread was running then; current is another thread.
 * Post: what that deletion left is freed. */
void thread_bury(void);
extern struct remains {
    struct thread *thread; /* the thread that has deleted itself, or NULL */
    struct space *space;   /* its space, if it was the last thread there, else NULL */
} remains;
static inline void thread_reap(void)
{
    if (unlikely(remains.thread))
        thread_bury();
}

/* The first kernel code of an activated thread, on its own stack.
 * Pre: the wait for the start message is over.
 * Post: if a start message has come, the user registers are as it says.
 * Blocks: if a message came that does not fit, the thread waits again. */
void thread_start(void);
/* self stops until ExchangeRegisters or Schedule lets it go on.  Blocks. */
void thread_stop(struct thread *self);
/* The last step before user mode.
 * Post: self is not halted, has a quantum left, and no preemption or timeout is due.  Blocks. */
void thread_exit_kernel(struct thread *self);
extern uint8_t sched_wanted; /* sched.h */
static inline void thread_leave_kernel(struct thread *self)
{
    if (unlikely(self->halted || sched_wanted || CONFIG_CHECK))
        thread_exit_kernel(self);
}

/* Returns the id by which threads of `viewer` know t: local in t's own space, else global.
 * Spec 1.1. */
static inline word_t thread_name_for(const struct thread *t, const struct space *viewer)
{
    return t->space == viewer && t->utcb ? t->local_id : t->id;
}

#endif
