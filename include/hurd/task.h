/* SPDX-License-Identifier: MIT */
/* What tasks say to the task server.  Spec hurd 4.2, 4.6; from 513 up: our extensions.
 *
 * Request: label = operation, word 0 = a handle of the sender: a task control capability (one
 * task), or the task master capability (root file system: every task; operations marked M take it
 * with a task ID).
 * Reply: label 0 and the words below, or label 0x8000, u = 1, word 0 = errno:
 *      EBADF   no such handle, or not the sender's
 *      EINVAL  wrong number of words, typed items, a value out of range
 *      ESRCH   the task is dead, no such task or thread
 *      EPERM   the handle does not allow this
 *      ENOSYS  no such operation
 *      EAGAIN  no thread number or slot, quota reached
 *      ENOMEM  out of kernel memory or table space
 *      EEXIST  that UTCB slot is taken
 *      ENOEXEC not an ELF file that we can start
 *      E2BIG   argz too long
 *      EMFILE  the caller holds too many handles
 *      EIO     another server failed to answer */
#ifndef HURD_TASK_H
#define HURD_TASK_H

#include <hurd/cap.h>
#include <l4/types.h>

#define HURD_TASK_ERROR 0x8000u

#define HURD_TASK_ARGZ_MAX  200u
#define HURD_TASK_NAME_MAX  16u         /* not terminated when all 16 are used */
#define HURD_TASK_IMAGE_MAX (16u << 20)

enum hurd_task_op {
    /* 0 task, 1 UTCB location (start of a block) or 0 or -1: the server chooses
     * -> 0 global id: active, pager = itself, waiting to be started by ExchangeRegisters; scheduler
     * = task;
     *    1 UTCB location, only when the server chose.
     * EINVAL outside the UTCB area or misaligned, EEXIST taken, EAGAIN no slot or quota, ENOMEM. */
    HURD_TASK_THREAD_ALLOC = 512,
    /* 0 task, 1 thread id -> empty.  ESRCH not a thread of that task.  The last thread: destroys
     * the task. */
    HURD_TASK_THREAD_DESTROY = 513,
    /* 0 task, 1 thread id, 2 priority 1..100 -> empty.  EPERM above: only threads of tasks that wortel
     * started may have up to 120.  New threads have 100, a program's pager too. */
    HURD_TASK_THREAD_PRIORITY = 514,
    /* 0 task or master, 1 task ID (0 = the task of the handle), 2 start index
     * -> 0 total, then for each thread as fit (<= 30): global id, HURD_TASK_THREAD_* word.   M */
    HURD_TASK_THREADS = 515,

    /* 0 caller's task, 1 image: container handle, 2 offset of the ELF file in it, 3 its bytes, 4
     * memory control handle, 5 argz bytes n <= 200, 6.. argz (argz[0] names the task).  Handles 1
     * and 4 are handles in task's client table of physmem: container_share and control_split with
     * target 3 by this caller (else EPERM; of the wrong kind: EPERM as well), and are consumed, whatever
     * the outcome, but for E2BIG and EINVAL.  All memory of the task is charged to 4, and of all else that
     * is counted (enum hurd_budget) it gets the same part of what the caller has left.  EAGAIN, or ENOMEM
     * for memory of the kernel: that is too little for a task.
     * -> 0 task ID, 1 its task control handle (the caller's), 2 its first thread. */
    HURD_TASK_CREATE = 520,
    /* 0 task, 1 exit status: kills the task (reason killed), and all that it started: see LET_GO. ->
     * empty; no reply when it was the caller's own.  M: 2 words and the master handle: word 1 = task
     * ID, status 0. */
    HURD_TASK_DESTROY = 521,
    /* 0 own task, 1 status 0..255.  No reply.  All that it started is killed first.  EPERM when the
     * handle is not the caller's own task. */
    HURD_TASK_EXIT = 522,
    /* 0 task, 1 flags (HURD_TASK_NOHANG) -> 0 status, 1 reason.  Answered when the task is dead.
     * EAGAIN with NOHANG.  EDEADLK on oneself.  Any number of threads may wait. */
    HURD_TASK_WAIT = 523,
    /* 0 task or master, 1 task ID (0 = the task of the handle) -> struct hurd_task_info.   M
     * Works on a dead task as long as the handle is held: the counters are its last ones. */
    HURD_TASK_INFO = 524,
    /* 0 master, 1 start index -> 0 total, then task IDs as fit (<= 60).  EPERM without the
     * master. */
    HURD_TASK_LIST = 525,
    /* 0 handle -> empty.  Gives the handle up; a child lives on.  EPERM for one's own task or the
     * master. */
    HURD_TASK_RELEASE = 526,
    /* 0 task or master, 1 task ID (0 = the task of the handle) -> limit and used of each of enum
     * hurd_budget.   M */
    HURD_TASK_BUDGET = 527,
    /* 0 handle of a child -> empty.  The child does not end with the caller any more, but with the
     * caller's own owner; the part that it got is the caller's loss for good.  EPERM: not started by the
     * caller, or the caller is a task that wortel started: nobody is above it. */
    HURD_TASK_LET_GO = 528,

    /* task -> physmem, deva (sender's version is 3): 0 task ID.  That task is gone: reclaim.  ->
     * empty. */
    HURD_TASK_DEATH = HURD_CAP_TASK_DIED,
};

#define HURD_TASK_NOHANG 1u

/* What is counted for each task.  A child's limits are taken out of its owner's, as its memory is, and
 * go back when it ends: so a program and all that it starts, and so on, never use more than the program
 * got.  What wortel's tasks need is kept back. */
enum hurd_budget {
    HURD_BUDGET_TASKS,      /* tasks, itself included, and dead ones that somebody still holds */
    HURD_BUDGET_THREADS,
    HURD_BUDGET_KERNEL,     /* pages of kernel memory; HURD_TASK_UNKNOWN where the kernel does not count */
    HURD_BUDGET_HANDLES,    /* KB of `task`'s tables for its handles */
    HURD_BUDGETS
};

enum hurd_task_reason {
    HURD_TASK_EXITED = 0,       /* status as given to EXIT */
    HURD_TASK_KILLED = 1,       /* status as given to DESTROY */
    HURD_TASK_FAULTED = 2,      /* a fault that nobody could serve; status 139 */
    HURD_TASK_EXCEPTION = 3,    /* an exception that nobody handled; status 128 + vector */
};

#define HURD_TASK_UNKNOWN (~0ul)

/* HURD_TASK_INFO reply, 13 words.  Kernel memory and faults: HURD_TASK_UNKNOWN on a kernel that
 * does not count them. */
struct hurd_task_info {
    L4_Word_t task, parent;
    L4_Word_t state;                    /* 1 alive, 2 dead */
    L4_Word_t threads;
    L4_Word_t kmem, kmem_quota;         /* bytes; quota 0 = none */
    L4_Word_t faults_own;               /* faults served by a pager of the task's own space */
    L4_Word_t faults_other;             /* faults that went to any other pager */
    char name[HURD_TASK_NAME_MAX];
    L4_Word_t status;                   /* once dead: status | reason << 8 */
};
_Static_assert(sizeof(struct hurd_task_info) == 13 * 4, "thirteen words");

/* HURD_TASK_THREADS, second word of each pair: the result of Schedule, and flags. */
#define HURD_TASK_THREAD_STATE      0x0ffu  /* 1 dead 2 inactive 3 running 4 pending send 5 sending
                                               6 waiting 7 receiving; 0 unknown */
#define HURD_TASK_THREAD_PAGER      0x100u  /* `task` pages it: it is the task's own pager thread */

/* ---- client stubs, lib/hurd-cap/task_client.c: 0 or an errno (EIO when the IPC failed).  `server`
 * and `task` are those of the startup data; nobody else's. ---- */
/* A thread of the caller's task gets the caller's exception handler: without one it would halt at
 * its first exception, and nobody would know. */
int hurd_task_thread_alloc(L4_ThreadId_t server, L4_Word_t task, L4_Word_t utcb,
                           L4_ThreadId_t *thread);
int hurd_task_thread_destroy(L4_ThreadId_t server, L4_Word_t task, L4_ThreadId_t thread);
int hurd_task_thread_priority(L4_ThreadId_t server, L4_Word_t task, L4_ThreadId_t thread,
                              L4_Word_t prio);
/* pairs: room for 2 * 30 words.  *n pairs were written, *total threads exist. */
int hurd_task_threads(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, L4_Word_t start,
                      L4_Word_t *pairs, L4_Word_t *n, L4_Word_t *total);
struct hurd_task_created { L4_Word_t id, handle; L4_ThreadId_t thread; };
int hurd_task_create(L4_ThreadId_t server, L4_Word_t task, L4_Word_t image, L4_Word_t offset,
                     L4_Word_t size, L4_Word_t control, const char *argz, L4_Word_t argz_len,
                     struct hurd_task_created *created);
int hurd_task_destroy(L4_ThreadId_t server, L4_Word_t task, L4_Word_t status_or_id);
void hurd_task_exit(L4_ThreadId_t server, L4_Word_t task, L4_Word_t status)
    __attribute__((noreturn));
int hurd_task_wait(L4_ThreadId_t server, L4_Word_t task, L4_Word_t flags, L4_Word_t *status,
                   L4_Word_t *reason);
int hurd_task_info(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, struct hurd_task_info *info);
int hurd_task_list(L4_ThreadId_t server, L4_Word_t master, L4_Word_t start, L4_Word_t *ids,
                   L4_Word_t *n, L4_Word_t *total); /* ids: room for 60 */
int hurd_task_release(L4_ThreadId_t server, L4_Word_t task);
struct hurd_task_budget { L4_Word_t limit, used; };
int hurd_task_budget(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id,
                     struct hurd_task_budget budget[HURD_BUDGETS]);
int hurd_task_let_go(L4_ThreadId_t server, L4_Word_t child);

#endif
