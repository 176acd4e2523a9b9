/* SPDX-License-Identifier: MIT */
/* What the task server's files know of each other.  Reading order: main.c, task.c, budget.c, thread.c,
 * create.c, death.c, fault.c, serve.c. */
#ifndef TASK_SERVER_H
#define TASK_SERVER_H

#include <hurd/cap.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <hurd/wortel.h>
#include <l4/types.h>

#define TASKS_MAX       256u        /* records of tasks that run, or are dead and still held */
#define BOOT_TASKS      5u          /* and of those that wortel starts */
#define THREADS_MAX     2048u       /* in all tasks that we create threads for */
#define SLOTS_MAX       128u        /* UTCB slots of a 64 KB area */
#define NAME_MAX        HURD_TASK_NAME_MAX

#define PRIORITY_DEFAULT 100u       /* of a program's threads, its pager too; no program gets more */
#define PRIORITY_BOOT    110u       /* of threads of tasks that wortel started: the shell answers beside any program, ... */
#define PRIORITY_LIMIT   120u       /* ... and may have so much */

struct task;

/* A thread that we know: one of ours (number first_thread + index), or one that wortel started. */
struct thread {
    struct thread *next;            /* in its task, or in the queue of free numbers */
    struct task *task;              /* NULL <=> number is free */
    L4_ThreadId_t id;
    L4_Word_t slot;                 /* UTCB slot, SLOTS_MAX = not ours to know */
    struct task *waits_for;         /* its HURD_TASK_WAIT is not answered yet; NULL: it waits for nobody */
    struct thread *next_waiter;     /* on waits_for->waiters */
};

/* What a task may use of something that we hand out, and what it uses.  The parts of its children are
 * not in here: each was taken out of its owner's limit, and returns there. */
struct budget {
    L4_Word_t limit, used;
};

struct task {
    struct hurd_cap_object object;  /* first: capabilities are on tasks */
    struct task *next;              /* in the list of all tasks, dead ones that are still held, too */
    L4_Word_t id, parent;
    struct task *owner;             /* its part came out of the owner's, it ends with the owner; NULL: wortel's */
    struct budget budget[HURD_BUDGETS];
    struct block *blocks;           /* blocks.c: where its handles on tasks are kept */
    bool dead;
    bool destroyed;                 /* task_destroy() has begun */
    bool boot;                      /* started by wortel: is not destroyed on request */
    char name[NAME_MAX];
    struct thread *threads;
    struct thread *waiters;         /* that wait for its end */
    L4_Word_t thread_count;
    L4_Word_t utcb_base;            /* 0: we cannot create threads there */
    L4_Word_t utcb_slots;
    L4_Word_t slots[SLOTS_MAX / 32];/* bit set: taken */
    bool has_startup, has_image;
    L4_Word_t startup, image;       /* containers of ours, charged to the task's control */
    L4_Word_t status, reason;       /* once dead */
    L4_Word_t counter[5];           /* enum hurd_space_counter, as they were last */
};

#define ID_LAST 0x3FFFu             /* task ids are version fields */

/* Who serves us, from the startup data and wortel's last word. */
extern struct hurd_startup_data *startup_data;
extern L4_ThreadId_t physmem, deva;
extern L4_Word_t wortel_cap, deva_cap;
extern bool have_deva;
extern struct hurd_cap_server server;

/* ---- main.c */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
int l4_errno(int wortel_result);        /* of a hurd_wortel_ stub: an errno */

/* ---- arena.c: memory for what belongs to no program */
void *arena_alloc(size_t size);         /* zeroed, or NULL */
void arena_free(void *block, size_t size);

/* ---- blocks.c: memory for the handles of a task, in blocks that are charged to it, so that a hole in
 * one is its owner's */
void *block_alloc(struct task *owner, size_t size);     /* not cleared; NULL: its budget is used up */
void block_free(void *record, size_t size);
extern L4_Word_t blocks_free;

/* ---- budget.c */
bool budget_take(struct task *t, enum hurd_budget b);   /* one more.  false: that would be too many */
void budget_give(struct task *t, enum hurd_budget b);
/* The child's part, `part` of `whole` of what its owner has left, and no less than a task needs.  EAGAIN,
 * or ENOMEM for memory of the kernel, with nothing changed. */
int budget_split(struct task *child, L4_Word_t part, L4_Word_t whole);
/* The child has ended: all but its record's place goes back to its owner. */
void budget_fold(struct task *child);
void budget_look(struct task *t);       /* what it uses of the kernel's memory, as it is now */
/* What wortel's tasks get.  The root task gets what is left when it starts its first program. */
void budget_boot(struct task *t);

/* ---- task.c: the records */
extern struct task *all_tasks;
extern L4_Word_t records_free;
/* NULL: there is no room for another record. */
struct task *task_new(L4_Word_t id, L4_Word_t parent, const char *name, size_t name_size);
void task_delete(struct task *t);       /* no threads, no capabilities */
struct task *task_find(L4_Word_t id);
L4_Word_t task_free_id(void);           /* 0: none */
void task_count(struct task *t);        /* reads the kernel's counters into t->counter */

/* ---- thread.c */
void threads_init(L4_Word_t first_number);
void threads_adopt(struct task *t, L4_ThreadId_t id);       /* of a task that wortel started */
struct thread *thread_find(L4_ThreadId_t id);
/* One more thread of t, active, its own pager.  0 or errno; *out is valid on 0. */
int thread_create(struct task *t, L4_Word_t utcb, struct thread **out);
void thread_delete(struct thread *thread);
bool thread_is_paged_by_us(L4_ThreadId_t id);   /* false where the kernel cannot tell */
/* Number and slot 0 for a first thread, nothing in the kernel. */
int thread_reserve(struct task *t, struct thread **out);
void thread_unreserve(struct thread *thread);

/* ---- create.c */
int create_init(void);
int task_create(struct hurd_cap_call *call, struct task *parent);
/* The startup fpage of t in our window: its address here, or 0. */
L4_Word_t startup_window(struct task *t);
/* The page at that address of the program of t, which it cannot write to; alike. */
L4_Word_t image_window(struct task *t, L4_Word_t address);

/* ---- death.c */
void task_destroy(struct task *t, L4_Word_t status, enum hurd_task_reason reason);
int wait_add(struct task *t, struct thread *waiter);
int wait_cancel(L4_ThreadId_t waiter);  /* 0, or ESRCH: it was not waiting */
void wait_leave(struct thread *waiter); /* if it waits */
void death_tell(void);                  /* tells deva of those that it does not know, if it listens */
bool death_untold(L4_Word_t id);        /* it is one of them: nobody else may be called so yet */

/* ---- fault.c: messages of the kernel for threads that we page */
int serve_kernel(struct hurd_cap_call *call);

/* ---- serve.c */
extern const struct hurd_cap_class task_class, master_class;
int serve_cancel_wait(L4_ThreadId_t waiter);

#endif
