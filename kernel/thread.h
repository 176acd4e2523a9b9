/* SPDX-License-Identifier: MIT */
/* Threads: control block and kernel stack in one block of 2 KB; UTCB and FPU state are apart. */
#ifndef KERNEL_THREAD_H
#define KERNEL_THREAD_H

#include <l4/const.h>
#include <l4/utcb.h>

#include "list.h"

#define THREAD_BLOCK 2048
#define STACK_CANARY 0x57ACCA11u

struct space;

enum thread_state {
    THREAD_INACTIVE,  /* exists, has no UTCB, does not run */
    THREAD_READY,     /* running, or on a ready queue */
    THREAD_SENDING,   /* on partner->senders, waits for partner to receive */
    THREAD_RECEIVING, /* waits for a message from whom `accepts` says */
    THREAD_STOPPED,   /* halted, or out of quantum: waits for ExchangeRegisters or Schedule */
    THREAD_INTERRUPT, /* an interrupt source with nothing to say */
    THREAD_ENGAGED,   /* in a transfer: the partner copies, or we wait for its page */
};

/* What a thread's IPC is about: its own call, or a message that the kernel writes for it. */
enum ipc_kind {
    IPC_USER, IPC_PAGE_FAULT, IPC_IO_FAULT, IPC_EXCEPTION, IPC_PREEMPTION, IPC_START, IPC_INTERRUPT
};

#define IPC_OK 0 /* errors are L4_IPC_TIMEOUT ..  (spec 5.9) */
#define IPC_PENDING (-1)
#define IPC_RETRY (-2) /* woken to look once more: for a sender, or for who gets the message */
#define IPC_GONE (-3)  /* the partner does not exist any more */

#define KMSG_WORDS (L4_EXCEPTION_WORDS + 1)

struct thread {
    word_t id;              /* global id; at offset 0, so that the zero page names nobody */
    word_t local_id;        /* user address of MR0; valid  <=>  state != THREAD_INACTIVE */
    struct l4_utcb *utcb;   /* kernel address of the UTCB, NULL while inactive */
    struct space *space;
    paddr_t directory;      /* space->directory_phys, for the fast path */
    void *kernel_sp;        /* where arch_switch left the stack; NULL while it runs, and in a wait
                               that the fast path may end: its stack is dropped */

    uint8_t state;          /* enum thread_state; read it by thread_state() */
    uint8_t priority;
    uint8_t sensitive_priority;
    bool halted;            /* H: does not execute user instructions */
    bool in_kernel;         /* preempted at a preemption point */
    bool replies;           /* its Ipc began with a send phase, no timeout can end it: for compat=pistachio */
    bool looks;             /* READY, and in its receive phase: goes through its queue for whom it `accepts` */

    /* IPC.  Arguments of the call in progress: */
    union {
        struct {
            enum ipc_kind kind;
            word_t from_spec;      /* FromSpecifier as given, nil = no receive phase */
            word_t timeouts;
            word_t virtual_sender; /* global id, or nil: whom we propagate for */
            int send_result;       /* IPC_PENDING until the send phase is over, then its error */
            int receive_result;    /* the same for the receive phase */
            word_t error_offset;   /* goes with either result */
            word_t sender;         /* of a receive phase: apparent sender as we may name it */
            word_t intended;       /* global id of whom our message was for, nil = not redirected */
            word_t redirected_to;  /* ... and of who got it */
        };
        word_t call[10]; /* all of it: a fault in the middle of a call puts it aside */
    };
    word_t accepts;         /* RECEIVING: a global id, L4_ID_ANY or L4_ID_ANYLOCAL; see accepts_of() */
    word_t fast_from;       /* stands for `accepts` while the fast path may deliver to us, else nil */
    word_t obstacles;       /* why self may not block by the fast path: queued senders, FPU in use */
    word_t proxies;         /* queued senders that propagate: see must_look() */
    struct thread *partner; /* SENDING: the receiver */
    /* A string copy between us and another thread; valid while `engaged` is not NULL: */
    struct thread *engaged; /* the other one */
    bool runs_copy;         /* we copy, it is ENGAGED unless its page is missing */
    bool copy_sends;        /* the bytes are ours */
    uint8_t transfer_error; /* of the runner: why it must stop */
    word_t copy_fault;      /* of the other: the page to ask for, 0 = none */
    word_t kmsg[KMSG_WORDS]; /* message and reply of kinds other than IPC_USER */

    struct list_node senders;   /* threads that are SENDING with partner == this, oldest first */
    struct list_node in_queue;  /* on partner->senders <=> SENDING; a ready queue <=> READY, not running */
    struct list_node in_wheel;  /* on the timer wheel  <=>  a timeout is armed */
    uint64_t expires;           /* us, by the clock: its time is over; valid while on the wheel */
    uint64_t deadline;          /* the tick at which that will be so, or nearly; the same */
    struct list_node in_all;    /* on all_threads, from creation to deletion */

    word_t scheduler;       /* global id */
    uint16_t timeslice;     /* as given to Schedule, a period */
    uint8_t delay_max;      /* ticks for which a preemption may be delayed */
    uint8_t delay_left;     /* of them, since the last preemption */
    bool delays;            /* a preemption is pending */
    bool quantum_told;      /* the scheduler has heard of the end of the quantum */
    uint64_t quantum_left;  /* us, TIMEOUT_NEVER = no limit; 0: does not run */
    uint32_t slice_left;    /* us, from a preemption until it runs again; 0 = a fresh slice */
    word_t works_for;       /* READY, not running: global id of whose slice it was on, nil = its own */
    uint32_t debt;          /* us that others spent for it when its slice was over */

    struct list_node in_space; /* on space->threads */
    void *fpu;              /* saved state, NULL until first use */
    word_t utcb_location;   /* while inactive: as ThreadControl gave it, or all ones */
    word_t canary;          /* the stack ends here */
};

static_assert(offsetof(struct thread, id) == 0, "thread_find reads the id at offset 0");
static_assert(sizeof(struct thread) <= 320, "the rest of the block is the kernel stack");

#define OBSTACLE_SENDER 1u        /* one for each on `senders` */
#define OBSTACLE_SENDERS 0x07FFFFFFu
#define OBSTACLE_COMPAT 0x08000000u   /* compat=pistachio: the shortest ways do not know what is different then */
#define OBSTACLE_QUANTUM 0x10000000u  /* its time counts: quantum_left is not TIMEOUT_NEVER */
#define OBSTACLE_OVERTIME 0x20000000u /* the slice that it works on, a client's, is over: sched.h */
#define OBSTACLE_FPU 0x80000000u  /* the FPU holds our state and TS is clear */
#define OBSTACLE_REDIRECTED 0x40000000u /* our space has a redirector */

extern struct list_node all_threads; /* through in_all; interrupt sources are not on it */

void thread_init(void);

/* The states proper.  While fast_from is set, `state` says READY and means RECEIVING: the fast path
 * has one word less to write, twice. */
static inline enum thread_state thread_state(const struct thread *t)
{
    return t->fast_from ? THREAD_RECEIVING : (enum thread_state)t->state;
}

/* t is in a receive phase, be it that it still looks through its queue. */
static inline_path bool thread_receives(const struct thread *t)
{
    return t->looks || thread_state(t) == THREAD_RECEIVING;
}

/* From whom t, in its receive phase, takes a message. */
static inline word_t accepts_of(const struct thread *t)
{
    return t->fast_from ? t->fast_from : t->accepts;
}

/* The fast path shall not deliver to t any more; it goes on waiting, with a stack. */
void thread_leave_fast(struct thread *t);

/* The block of a thread number; an unused number reads as id 0 and must not be written. */
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

/* The existing thread (or interrupt source) of a global id, or NULL.  Block 0 has an owner, interrupt
 * 0: nil names nobody. */
static inline struct thread *thread_find_global(word_t id)
{
    struct thread *t = thread_block(id >> L4_ID_VERSION_BITS);
    return t->id == id ? t : NULL;
}
struct thread *thread_find_local(struct space *space, word_t id);
/* The same for an id as a thread of `space` may write it: local ids name threads of that space. */
static inline struct thread *thread_find(struct space *space, word_t id)
{
    return unlikely(id_is_local(id)) ? thread_find_local(space, id) : thread_find_global(id);
}
/* The existing thread of that number, whatever its version, or NULL. */
struct thread *thread_find_number(word_t number);

/* Creates an inactive thread in `space`.  NULL when memory or quota is out. */
struct thread *thread_create(struct space *space, word_t id, word_t scheduler);
/* Gives the thread its UTCB and makes it wait for its start message.  0 or L4_ERR_*. */
word_t thread_activate(struct thread *t, word_t utcb_location, word_t pager);
/* location is an aligned place in space's UTCB area that no thread but `except` uses. */
bool thread_utcb_valid(struct space *space, word_t location, const struct thread *except);
/* Ends a thread and, with its last thread, its space.  Does not return if t is the caller.  True: not
 * done, disturbed by preemption; t may be gone, look it up and ask again. */
bool thread_delete(struct thread *t);
/* Gives t another version: all IPC with the old id ends.  Spec 4.3. */
bool thread_rename(struct thread *t, word_t id); /* true: as above */
/* Moves t to another space; its own IPC ends.  `location` is valid there, or all ones if t is inactive
 * and stays so.  0, L4_ERR_MEMORY with nothing changed, or THREAD_AGAIN as above. */
word_t thread_migrate(struct thread *t, struct space *to, word_t location);
#define THREAD_AGAIN ((word_t)-1)
/* A tick: ends waits for threads that are gone, as many as fit.  Deletion and renaming do not look for
 * those who wait for the old id; this walk over all threads finds them a little later.  It also finds those whose
 * message waits in the wrong place since a redirector has changed. */
bool thread_sweep(void); /* true: not at the end yet */
void thread_sweep_begin(void);
/* Frees what the last deletion of a running thread left; called on another stack. */
void thread_bury(void);
extern struct remains {
    struct thread *thread; /* deleted itself */
    struct space *space;   /* its own, if it was the last one in there */
} remains;
static inline void thread_reap(void)
{
    if (unlikely(remains.thread))
        thread_bury();
}

/* First kernel code of an activated thread, on its own stack. */
void thread_start(void);
/* Stops until ExchangeRegisters lets it go on.  Blocks. */
void thread_stop(struct thread *self);
/* Last step before user mode: honours a pending halt and a pending preemption.  May block. */
void thread_exit_kernel(struct thread *self);
extern uint8_t sched_wanted; /* sched.h */
static inline void thread_leave_kernel(struct thread *self)
{
    if (unlikely(self->halted || sched_wanted || CONFIG_CHECK))
        thread_exit_kernel(self);
}

/* The name by which `viewer` knows t: local inside one space, else global.  Spec 1.1. */
static inline word_t thread_name_for(const struct thread *t, const struct space *viewer)
{
    return t->space == viewer && t->utcb ? t->local_id : t->id;
}

#endif
