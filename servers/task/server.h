/* SPDX-License-Identifier: MIT */
/* What the files of the task server know of each other.  Reading order: main.c, task.c, budget.c,
 * grow.c, thread.c, image.c, held.c, create.c, fork.c, exec.c, death.c, fault.c, queue.c, signal.c,
 * groups.c, stop.c, serve.c.
 * A function blocks only if its comment says "Blocks"; a call to wortel or physmem does not count,
 * because these two always reply.
 * Functions return 0 or an errno where nothing else is said. */
#ifndef TASK_SERVER_H
#define TASK_SERVER_H

#include <hurd/cap.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <hurd/wortel.h>
#include <l4/types.h>

#define TASKS_MAX       256u        /* records of tasks: tasks that run, and dead tasks on which
                                       some task holds a handle */
#define BOOT_TASKS      5u          /* the tasks that wortel starts have records beside these */
#define HELD_MAX        48u         /* images that tasks hold for others, of all tasks together */
#define THREADS_MAX     2048u       /* of all tasks together; threads that wortel started do not
                                       count */
#define SLOTS_MAX       128u        /* UTCB slots of an area of 64 KB */
#define NAME_MAX        HURD_TASK_NAME_MAX
#define COUNTERS        5u          /* the first ones of enum hurd_space_counter */

#define PRIORITY_DEFAULT HURD_TASK_PRIORITY     /* of all threads of programs, pagers too; no
                                       program gets more from us */
#define PRIORITY_BOOT    110u       /* of the threads of tasks that wortel started, so the shell
                                       answers beside any program */
#define PRIORITY_LIMIT   120u       /* the highest priority that those tasks may choose */

struct task;

/* A thread that `task` knows.  Either `task` created it, and then its number is first_number + its
 * index in the pool; or wortel started it. */
struct thread {
    struct thread *next;            /* in the list of its task, or in the queue of free numbers */
    struct task *task;              /* NULL  <=>  the number is free */
    L4_ThreadId_t id;
    L4_Word_t slot;                 /* its UTCB slot; SLOTS_MAX: `task` does not know the slot */
    struct task *waits_for;         /* its HURD_TASK_WAIT has no reply yet; NULL: it waits for no
                                       task.  Its own task: it waits for a child */
    L4_Word_t child, flags;         /* words 1 and 2 of WAIT_CHILD.  Valid in such a wait */
    bool wants_signals;             /* it waits for its own task's signals, not for a child */
    struct thread *next_waiter;     /* on waits_for->waiters */
};

/* What a task may use of one thing that `task` hands out, and what it uses.  The parts of the
 * task's children are not in here: each part was taken out of its owner's limit, and returns
 * there. */
struct budget {
    L4_Word_t limit, used;
};

/* A program's pages, in a container of `task`'s that nobody writes to.  A task and its copies by
 * fork() share it, and all tasks that began with the same held image.  It is charged to the control
 * of the task for which it was made; physmem keeps a control as long as a container charges it. */
struct image {
    L4_Word_t container;
    L4_Word_t size;                 /* in bytes, whole pages */
    L4_Word_t users;                /* tasks and held images; 0: the record is free */
};

struct held_image;                  /* held.c */

struct task {
    struct hurd_cap_object object;  /* the first member, because capabilities are on tasks */
    struct task *next;              /* in the list of all tasks; dead tasks with handles on them
                                       are in it */
    L4_Word_t id, parent;
    struct task *owner;             /* the task from which its part came and with which it ends;
                                       NULL for tasks that wortel started */
    struct budget budget[HURD_BUDGETS];
    struct block *blocks;           /* blocks.c: the memory of its handles on tasks */
    bool dead;
    bool destroyed;                 /* task_destroy() has begun */
    bool boot;                      /* wortel started it, so no request destroys it */
    char name[NAME_MAX];
    struct thread *threads;
    struct thread *waiters;         /* the threads that wait for its end */
    L4_Word_t thread_count;
    L4_Word_t utcb_base;            /* 0: `task` cannot create threads in it */
    L4_Word_t utcb_slots;
    L4_Word_t slots[SLOTS_MAX / 32];/* bit set: the slot is taken */
    bool has_startup, has_control;
    L4_Word_t startup;              /* `task`'s container, charged to the task's control */
    struct image *image;            /* NULL: wortel started it, or it is not made yet */
    L4_Word_t control;              /* `task`'s handle on the task's memory control */
    struct hurd_startup_cap console;/* the task's console; server 0: it has none */
    bool copied;                    /* its startup fpage is a copy of its parent's */
    bool forked;                    /* FORK or SPAWN made it: its parent waits for it by its id: */
    L4_Word_t child_handle;         /* the parent's handle on it; valid while `forked` */
    L4_Word_t status, reason;       /* valid once it is dead */
    bool takes_signals;             /* it has asked for signals, and they wait in the set: */
    L4_Word_t signals;              /* bit n - 1: signal n.  If it takes none: what will end it when
                                       it goes on */
    uint16_t signal_from[HURD_TASK_SIGNALS + 1];    /* of struct hurd_task_arrived */
    bool stopped;
    L4_Word_t stop_signal;          /* valid while it is stopped */
    L4_Word_t news;                 /* HURD_TASK_STOPPED, HURD_TASK_WENT_ON: its parent has not
                                       asked since; 0: nothing new.  Valid while it lives */
    bool told;                      /* during SIGNAL_GROUP: it has got the signal */
    L4_Word_t group, session;       /* ids of tasks that may be dead */
    bool group_untold;              /* deva does not know its group yet */
    L4_Word_t counter[COUNTERS];    /* by enum hurd_space_counter, as read last */
};

#define ID_LAST 0x3FFFu             /* task ids are version fields */

/* The servers that `task` calls, from the startup data and from wortel's last message. */
extern struct hurd_startup_data *startup_data;
extern L4_ThreadId_t physmem, deva;
extern L4_Word_t wortel_cap, deva_cap;
extern bool have_deva;
extern struct hurd_cap_server server;

/* ---- main.c */
/* Prints through wortel. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
int l4_errno(int wortel_result);        /* the errno for the result of a hurd_wortel_ function */

/* ---- arena.c: memory for records that belong to no program */
void *arena_alloc(size_t size);         /* Returns zeroed memory, or NULL. */
void arena_free(void *block, size_t size);

/* ---- blocks.c: memory for the handles of a task, in blocks that are charged to the task.  A hole
 * in a block can be used by the block's owner only. */
/* Returns memory that is not cleared; NULL: the owner's budget is used up. */
void *block_alloc(struct task *owner, size_t size);
void block_free(void *record, size_t size);
extern L4_Word_t blocks_free;

/* ---- budget.c */
/* Counts one more; false: the limit is reached */
bool budget_take(struct task *t, enum hurd_budget b);
void budget_give(struct task *t, enum hurd_budget b);
/* Takes the child's limits out of its owner's: the fraction `part` / `whole` of what the owner has
 * left, and at least what a task needs.  Returns 0, or with nothing changed EAGAIN, or ENOMEM for
 * memory of the kernel. */
int budget_split(struct task *child, L4_Word_t part, L4_Word_t whole);
/* More for t of one thing, from those above it (budget_giver), as far as there is more. */
void budget_draw(struct task *t, enum hurd_budget b, L4_Word_t wanted);
/* The task above t that gives when t runs short: the one that forked it.  NULL: nobody does. */
struct task *budget_giver(const struct task *t);
/* Pre: the child has ended.  Post: its limits went back to its owner, except the place of its
 * record. */
void budget_fold(struct task *child);
/* Post: t has what it uses, and what so many children need that it has not yet; its owner has the
 * rest.  Pre: t has an owner. */
void budget_give_back(struct task *t, L4_Word_t children);
void budget_look(struct task *t);       /* reads what it uses of the kernel's memory now */
/* Sets the limits of a task that wortel started.  The root task gets what is left when it starts
 * its first program. */
void budget_boot(struct task *t);

/* ---- grow.c */
/* Frames for t from those above it: at least so many, at most so many.  ENOMEM: fewer came.
 * Post: *got of them are t's, whatever it returns. */
int task_grow(struct task *t, L4_Word_t least, L4_Word_t most, L4_Word_t *got);

/* ---- task.c: the records */
extern struct task *all_tasks;
extern L4_Word_t records_free;
/* Returns NULL if there is no room for another record. */
struct task *task_new(L4_Word_t id, L4_Word_t parent, const char *name, size_t name_size);
/* Pre: t has no threads, and no task holds a handle on it. */
void task_delete(struct task *t);
struct task *task_find(L4_Word_t id);
void task_set_name(struct task *t, const char *name, size_t size);
L4_Word_t task_free_id(void);           /* 0: there is none */
void task_count(struct task *t);        /* reads the kernel's counters into t->counter */

/* ---- thread.c */
void threads_init(L4_Word_t first_number);
/* id: a thread of a task that wortel started */
void threads_adopt(struct task *t, L4_ThreadId_t id);
struct thread *thread_find(L4_ThreadId_t id);
/* Creates one more thread of t: active, its own pager.  Post: on success, *out is the thread. */
int thread_create(struct task *t, L4_Word_t utcb, struct thread **out);
void thread_delete(struct thread *thread);
bool thread_is_paged_by_us(L4_ThreadId_t id);   /* false if the kernel cannot tell */
/* Takes a number, and UTCB slot 0, for the first thread of t.  Does nothing in the kernel. */
int thread_reserve(struct task *t, struct thread **out);
void thread_unreserve(struct thread *thread);

/* ---- image.c */
/* Makes an image, an empty container that charges `control`.  It has one user. */
int image_new(L4_Word_t control, L4_Word_t size, struct image **image);
void image_share(struct task *t, struct image *image);
/* One user less.  The last user's container goes. */
void image_drop(struct image *image);
/* t has no image any more. */
void image_leave(struct task *t);

/* ---- held.c */
extern const struct hurd_cap_class held_class;
/* Serves HURD_TASK_IMAGE. */
int task_image(struct hurd_cap_call *call, struct task *t);
/* The held image that this handle of a task names.  EBADF; EPERM: it names something else. */
int held_find(L4_Word_t task, L4_Word_t handle, struct held_image **held);

/* ---- create.c */
int create_init(void);
/* Serves HURD_TASK_CREATE and HURD_TASK_SPAWN.  Post: after an error, the task does not exist.
 * Blocks, for 1.4 s at most: for deva and for the new thread. */
int task_create(struct hurd_cap_call *call, struct task *parent);
/* Puts the new task's name into the kernel's trace: as much of it as three words hold. */
void task_tell_trace(const struct task *t);
/* Maps one page of t's startup fpage into a window of `task`, without `writes` for reading only.
 * Returns its address there, or 0. */
L4_Word_t startup_page_window(struct task *t, L4_Word_t offset, bool writes);
/* The same for a page of t's program: `address` is in t, and t must have no right to write
 * there. */
L4_Word_t image_window(struct task *t, L4_Word_t address);

/* ---- fork.c */
/* Serves HURD_TASK_FORK.  Post: after an error, the task does not exist.  Blocks, as
 * task_create(). */
int task_fork(struct hurd_cap_call *call, struct task *parent);
/* Serves HURD_TASK_WAIT_CHILD. */
int task_wait_child(struct hurd_cap_call *call, struct task *parent);
/* t has died, stopped or gone on: a thread of its parent that waits for this gets its reply. */
void fork_child_changed(struct task *t);

/* ---- queue.c */
/* A signal, as it is sent. */
struct signal {
    L4_Word_t number, from, value;
    bool valued;                    /* with word 3 of HURD_TASK_SIGNAL */
};
/* For one more signal of this task. */
bool queue_has_room(L4_Word_t from);
/* One of a set replaces the one of before.  Pre: queue_has_room(). */
void queue_add(const struct task *to, const struct signal *s);
/* As `queued` of struct hurd_task_arrived; told: they are no news any more. */
L4_Word_t queue_news(const struct task *to, bool told);
void queue_forget(const struct task *to);
/* Serves HURD_TASK_SIGNAL_TAKE. */
int serve_signal_take(struct hurd_cap_call *call, const struct task *self);

/* ---- signal.c */
/* Serve HURD_TASK_SIGNAL for a task that the caller may signal, and the two requests of a task
 * about itself. */
int signal_send(struct hurd_cap_call *call, struct task *t);
int serve_signal(struct hurd_cap_call *call, struct task *handle_of);
bool signal_is_one(L4_Word_t number);
int serve_signal_group(struct hurd_cap_call *call, struct task *self);
int serve_signal_wait(struct hurd_cap_call *call, struct task *self);
/* t has died, stopped or gone on: the task that made it by FORK learns of it, if it takes
 * signals. */
void signal_child_changed(const struct task *t);
/* t has gone on.  Post: it has got the signals that came meanwhile, which may have ended it. */
void signal_gone_on(struct task *t);

/* ---- groups.c */
bool task_is_below(const struct task *t, const struct task *top);   /* t is it, or below it */
/* The task above it from which FORK and SPAWN have made it and those between; itself, if
 * TASK_CREATE made it, or it was let go. */
const struct task *task_family(const struct task *t);
const struct task *task_head(const struct task *t);                 /* HURD_TASK_HEAD */
int serve_head(struct hurd_cap_call *call);
int serve_group(struct hurd_cap_call *call, struct task *self);
/* Tells deva of the groups that it does not know yet, if deva listens. */
void groups_tell(void);
void group_forget(struct task *t);       /* t dies */

/* ---- stop.c */
/* Post: t is stopped, and its parent knows.  Does nothing if it was before. */
void task_stop(struct task *t, L4_Word_t signal);
/* Post: t is not stopped.  Signals that came meanwhile may have ended it. */
void task_go_on(struct task *t);
/* t is stopped, and has threads that do not know it. */
void task_stop_threads(struct task *t);
/* Serves HURD_TASK_STOP_SELF. */
int serve_stop_self(struct hurd_cap_call *call, struct task *self);

/* ---- exec.c */
/* Serves HURD_TASK_EXEC.  Blocks, for 1 s at most: for the new thread. */
int task_exec(struct hurd_cap_call *call, struct task *t);

/* ---- death.c */
/* Destroys a container that `task` charged to a task's control.  Otherwise its frames would go back
 * to the control's creator. */
void container_drop(L4_Word_t container);
/* Post: t is dead, and all tasks that it started are. */
void task_destroy(struct task *t, L4_Word_t status, enum hurd_task_reason reason);
int wait_add(struct task *t, struct thread *waiter);
int wait_cancel(L4_ThreadId_t waiter);  /* Returns 0; ESRCH: the thread was not waiting. */
void wait_leave(struct thread *waiter); /* Post: the thread waits for no task. */
/* Tells deva of the deaths that it does not know yet, if deva listens. */
void death_tell(void);
/* true: deva does not know yet that task `id` died, so no new task may get this id */
bool death_untold(L4_Word_t id);

/* ---- fault.c: messages of the kernel about threads whose pager or exception handler `task` is */
int serve_kernel(struct hurd_cap_call *call);

/* ---- serve.c */
extern const struct hurd_cap_class task_class, master_class;
int serve_cancel_wait(L4_ThreadId_t waiter);

/* ---- names.c: the operations NAME_SET and NAME_FIND */
int name_set(struct hurd_cap_call *call, struct task *t);
int name_find(struct hurd_cap_call *call);

#endif
