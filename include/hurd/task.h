/* SPDX-License-Identifier: MIT */
/* What tasks say to the task server.  Spec hurd 4.2, 4.6; from 513 up they are Pecan's extensions.
 *
 * Request: label = operation, word 0 = a handle of the sender.  The handle is a task control
 * capability, which is good for one task, or the task master capability (the root file system has
 * it), which is good for every task.  Operations marked M take the master, with a task ID.
 * Reply: label 0 and the words below, or label 0x8000 and one word, an errno:
 *      EBADF   no such handle, or not the sender's
 *      EINVAL  wrong number of words, typed items, a value out of range
 *      ESRCH   the task is dead, or there is no such task or thread
 *      EPERM   the handle does not allow this
 *      ENOSYS  no such operation
 *      EAGAIN  no thread number or slot is free, or the quota is used up
 *      ENOMEM  no kernel memory or no table space is left
 *      EEXIST  that UTCB slot is taken
 *      ENOEXEC the file is no ELF file that `task` can start
 *      E2BIG   argz and envz are too long
 *      EMFILE  the caller holds too many handles
 *      ECHILD  there is no such child
 *      EIO     another server did not reply, or its reply was wrong */
#ifndef HURD_TASK_H
#define HURD_TASK_H

#include <hurd/cap.h>
#include <hurd/startup.h>
#include <l4/types.h>
#include <stdint.h>

#define HURD_TASK_ERROR 0x8000u

#define HURD_TASK_ARGZ_MAX  200u        /* bytes of text in a message */
#define HURD_TASK_TEXT_MAX  8192u       /* of argz and envz together */
#define HURD_TASK_NAME_MAX  16u         /* without a zero at the end if all 16 are used */
#define HURD_TASK_IMAGE_MAX (16u << 20)
#define HURD_TASK_PRIORITY  100u        /* of all threads of programs */

enum hurd_task_op {
    /* 0 task, 1 UTCB location (the start of a block), or 0 or -1: the server chooses -> 0 global id
     * of the thread; 1 UTCB location, only if the server chose it.  The thread is active, its own
     * pager, and waits for ExchangeRegisters to start it; `task` is its scheduler.  EINVAL: outside
     * the UTCB area, or misaligned.  EEXIST: taken.  EAGAIN: no slot, or the quota is used up.
     * ENOMEM. */
    HURD_TASK_THREAD_ALLOC = 512,
    /* 0 task, 1 thread id -> empty.  ESRCH: not a thread of that task.  If it is the last thread,
     * the task ends. */
    HURD_TASK_THREAD_DESTROY = 513,
    /* 0 task, 1 thread id, 2 priority 1..100 -> empty.  EPERM: the priority is above 100; threads
     * of tasks that wortel started may have up to 120.  New threads have 100, pagers of programs
     * too. */
    HURD_TASK_THREAD_PRIORITY = 514,
    /* 0 task or master, 1 task ID (0 = the task of the handle), 2 start index -> 0 total, then two
     * words for each thread, as many as fit (at most 30): global id, HURD_TASK_THREAD_* word.  M */
    HURD_TASK_THREADS = 515,

    /* 0 caller's task, 1 image: container handle, 2 offset of the ELF file in it, 3 its bytes, 4
     * memory control handle, 5 argz bytes | envz bytes << 16, 6.. argz and behind it envz, strings
     * with their zeroes (argz[0] names the task) -> 0 task ID, 1 its task control handle (the
     * caller's), 2 its first thread.
     * Text of more than HURD_TASK_ARGZ_MAX bytes, and HURD_TASK_TEXT_MAX at most, lies in a
     * container: word 6 is its handle, word 7 its offset, a multiple of 4 KB.  Words 1, 4 and that
     * word 6 are handles in the table that `task` has at physmem.  This caller must have put
     * them there, by container_share and control_split with target 3.  EPERM: it did not, or they
     * are of the wrong kind.  `task` consumes these handles whatever happens, except after E2BIG
     * and EINVAL (and after EINVAL too, if the text in the container does not end with a zero).
     * All memory of the new task is charged to the control.  Of all else that is counted (enum
     * hurd_budget), the task gets the same part of what the caller has left.  EAGAIN, or ENOMEM for
     * memory of the kernel: this part is too little for a task. */
    HURD_TASK_CREATE = 520,
    /* 0 task, 1 exit status -> empty; no reply if it was the caller's own task.  Kills the task
     * (reason killed) and all tasks that it started: see LET_GO.  M: 2 words and the master handle;
     * word 1 is the task ID, the status is 0. */
    HURD_TASK_DESTROY = 521,
    /* 0 own task, 1 status 0..255, or HURD_TASK_BY_SIGNAL | signal: then the reason is
     * signalled.  No reply.  All tasks that it started are killed first.  EPERM: the handle is
     * not that of the caller's own task. */
    HURD_TASK_EXIT = 522,
    /* 0 task, 1 flags (HURD_TASK_NOHANG) -> 0 status, 1 reason.  The reply comes when the task is
     * dead.  EAGAIN: it lives, and NOHANG is set.  EDEADLK: it is the caller's own task.  Any
     * number of threads may wait.  HURD_TASK_UNTRACED, with NOHANG only: of a task that is stopped,
     * 0 the signal, 1 stopped, each time. */
    HURD_TASK_WAIT = 523,
    /* 0 task or master, 1 task ID (0 = the task of the handle) -> struct hurd_task_info.  M.  Works
     * on a dead task as long as a task holds a handle on it: the counters are its last ones. */
    HURD_TASK_INFO = 524,
    /* 0 master, 1 start index -> 0 total, then task IDs, as many as fit (at most 60).  EPERM: the
     * handle is not the master. */
    HURD_TASK_LIST = 525,
    /* 0 handle -> empty.  Gives the handle up; a child lives on.  EPERM: the caller's own task, or
     * the master. */
    HURD_TASK_RELEASE = 526,
    /* 0 task or master, 1 task ID (0 = the task of the handle) -> limit and used of each of enum
     * hurd_budget.  M */
    HURD_TASK_BUDGET = 527,
    /* 0 handle of a child -> empty.  From now on the child ends not with the caller, but with the
     * caller's own owner.  The caller does not get back the part that it gave the child.  EPERM:
     * the caller did not start it, or wortel started the caller, so it has no owner. */
    HURD_TASK_LET_GO = 528,
    /* 0 own task, 1 number of children -> empty.  Of all that is counted, the task keeps what it
     * uses, and what so many children need at the least, those included that it has and that live;
     * its owner gets the rest.  Memory is physmem's: HURD_PM_CONTROL_GIVE_BACK.  EINVAL: more than
     * HURD_TASK_CHILDREN_MOST.  EPERM: not the caller's own task, or wortel started it. */
    HURD_TASK_GIVE_BACK = 543,
    /* 0 own task, 1 least, 2 most -> 0 frames.  More memory for a task that FORK or SPAWN made, out
     * of what its parent has unused, and the parent's parent, as long as these were made so, too,
     * and the program with which that began.  The nearest comes first; `task` asks on until it has
     * the least, and takes the most at most.  No task gives so much that the caller would have more
     * than twice what the giver has left.  With the frames comes memory of the kernel.  All of it
     * is the caller's parent's when the caller ends.  ENOMEM: there are less than the least; what
     * there was is the caller's all the same.  EINVAL: the least is more than the most.  EPERM: not
     * the caller's own task.  `task` does not block. */
    HURD_TASK_GROW = 546,
    /* 0 any task handle, 1 task ID -> 0 ID of the head of its tree: of all tasks above it, and
     * itself, the one that a task of wortel's started.  So a server knows what belongs to one
     * program.  A task that wortel started is its own head.  ESRCH: there is no such task. */
    HURD_TASK_HEAD = 545,

    /* 0 own task, 1 memory control handle, 2 container handle, 3 ip, 4..6 text, 7 its offset, then
     * up to HURD_STARTUP_RANGES ranges of 3 words -> 0 task ID, 1 its task control handle (the
     * caller's), 2 its first thread.
     * The new task is a copy of the caller: of its startup fpage, with the same image.  The
     * container becomes its memory.  It has two threads.  The first one goes on as struct
     * hurd_startup_resume in the copy of the startup fpage says: there `task` puts words 3 and
     * following, the new task's handles and the second thread's id.  EINVAL: too few words, or too
     * many.
     * Words 1 and 2 are handles in the table that `task` has at physmem, as with CREATE; the
     * container charges that control.  Errors as with CREATE.  EPERM also: wortel started the
     * caller. */
    HURD_TASK_FORK = 529,
    /* 0 own task, 1 id of a task that it made by FORK, or HURD_TASK_OF_GROUP | group: any of
     * these in the group, or 0: any of them, 2 flags -> 0 task ID, 1 status, 2 reason.  The
     * reply comes when the child is dead; its handle is released.  With HURD_TASK_UNTRACED also
     * when it stops, with HURD_TASK_RESUMED when it goes on, each time once; the handle stays
     * then.  With HURD_TASK_KEEP what was told is told again.  With HURD_TASK_LIVING, deaths do
     * not count; then UNTRACED or RESUMED must be there.  ECHILD: there is no such child, or its
     * handle was released before.  EAGAIN: nothing of this is so, and HURD_TASK_NOHANG is set.
     * EPERM: not the caller's own task. */
    HURD_TASK_WAIT_CHILD = 530,
    /* 0 own task, 1 to 3 image as with CREATE, 4 container handle or 0, 5.. as with CREATE.
     * No reply if it succeeds.  The task goes on with another program: its threads and its memory
     * go, a new first thread begins in the new program.  The task keeps its ID, its memory control,
     * its console, its children, the handles that it has in `task`, and those in servers that do
     * not hear of it (servers of files); the container of word 4, whose handle the new program
     * finds in its startup data (`kept`).  Threads that wait for the task go on waiting.
     * The handles of words 1, 4 and 6 are gifts, and consumed, as with CREATE.  ENOMEM: the memory
     * control does not suffice for both images, or not for the program.  EPERM also: wortel started
     * the caller.  If memory of the kernel is missing when the old program is gone, the task
     * ends (reason killed). */
    HURD_TASK_EXEC = 535,

    /* 0 own task, 1 container handle, 2 offset of an ELF file in it, a multiple of 4 KB, 3 its
     * bytes [, 4 number] -> 0 image handle [, 1 handle of the image's container].
     * `task` makes a copy (copy-on-write) of these pages; it charges the caller's memory control.
     * The handle is the caller's, to be given to others (HURD_CAP_GIVE) and dropped.  A task that
     * has it may name it in CREATE and EXEC: word 1 is the image handle, in the table of `task`
     * itself, word 2 HURD_TASK_IMAGE_HELD, word 3 is 0.  Then nothing is copied: all these tasks
     * share the pages.  They exist as long as a task has a handle, or began with them.  CREATE and
     * EXEC consume the caller's handle as they do the one of physmem.
     * With word 4, `task` looks at the first page only and copies nothing: the image's container is
     * empty, and the caller's as well (a strong handle).  Before the image handle is used, the
     * caller puts the pages there that are needed before a program's pager runs: all but those of
     * read-only segments with the flag ELF_LATER (lib/startup/elf.h).  Programs find the calling
     * thread and word 4 in their startup data (`image_pages`) and ask that thread for pages that
     * are missing (HURD_FS_IMAGE).
     * Word 1 is a gift, as with CREATE, and consumed, except after EINVAL.  EAGAIN: the caller has
     * HURD_TASK_IMAGES of them, or `task` has no room.  ENOENT, ESTALE: pages are missing.  ENOMEM:
     * the control has too few frames.  EPERM also: wortel started the caller. */
    HURD_TASK_IMAGE = 538,
    /* 0 image handle -> 0 tasks that began with the image, and handles beside the caller's: 0 means
     * that nobody needs its pages. */
    HURD_TASK_IMAGE_USERS = 542,
    /* CREATE of a task that counts as one made by FORK: WAIT_CHILD waits for it, and its end is a
     * signal HURD_TASK_CHILD. */
    HURD_TASK_SPAWN = 539,

    /* 0 task or master, 1 task ID (0 = the task of the handle), 2 signal (0: only the check) [,
     * 3 value] -> empty; no reply if it ends the caller.  M, without word 3.  With the handle of
     * the caller's own task, word 1 may name any task that the caller started, or that such a
     * task started, and so on.  A task that FORK or SPAWN made may name all that its parent may,
     * and the parent.  HURD_TASK_KILL ends the task, HURD_TASK_STOP stops it,
     * HURD_TASK_CONT makes it go on. Other signals wait for the task in a set, each once, if the
     * task takes signals (SIGNAL_WAIT); else those of HURD_TASK_IGNORED do nothing, those of
     * HURD_TASK_STOPS stop it, and all others end it (reason signalled); while it is stopped, it
     * gets none of them.  STOPS and CONT take each other out of the set.  Signals from
     * HURD_TASK_REALTIME on, and all but CHILD and CONT that come with a value, are also in a
     * queue, for SIGNAL_TAKE: the former each time, of the latter the last one.  The set does
     * not tell a task of what it puts into its own queue.  EAGAIN: what the sender has in queues
     * is HURD_TASK_QUEUE_MAX, or it and all tasks of its tree (HEAD) have half of what is left.
     * EINVAL: no such signal.  EPERM: the task is none of those, or wortel started it.  ESRCH:
     * there is no such task; a dead child that was not waited for counts as one. In a stopped
     * task, no thread executes an instruction at user level but its pager: the thread whose own
     * pager is `task`, unless it is the task's first one.  IPCs and faults of the others go on to
     * their end. */
    HURD_TASK_SIGNAL = 531,
    /* 0 own task, 1 group (0: the caller's own), 2 signal -> empty.  SIGNAL to all tasks of the
     * group to which the caller may send it: itself, and what it started; a task for which the
     * queue has no room gets none.  EAGAIN: there is none for the first one.  ESRCH: there is
     * none. */
    HURD_TASK_SIGNAL_GROUP = 532,
    /* 0 own task, 1 flags (HURD_TASK_NOHANG) -> struct hurd_task_arrived.  From the first such
     * request on, the task takes signals, and so does a copy that FORK makes of it.  The reply
     * comes when there is one.  One thread waits: a second one gets EBUSY.  EAGAIN: there is
     * none, and NOHANG is set.  EPERM: not the caller's own task. */
    HURD_TASK_SIGNAL_WAIT = 533,
    /* 0 own task, 1 signal -> 0 the task that sent it, 1 its value, 2 flags (HURD_TASK_VALUED,
     * HURD_TASK_MORE: another one is in the queue).  Takes the oldest one of this signal out of
     * the own queue, and with signal | HURD_TASK_LOOK leaves it there.  EAGAIN: there is none.
     * EPERM: not the caller's own task. */
    HURD_TASK_SIGNAL_TAKE = 544,
    /* 0 own task, 1 task ID (0: the caller), 2 group (0: the task's own id; HURD_TASK_ASK: as it
     * is; HURD_TASK_SESSION: a session and a group of its own) -> 0 group, 1 session.
     * A task begins in the group and the session of the task that started it.  EPERM: the task is
     * neither the caller nor started by it; the group is of another session; or the task leads a
     * session.  ESRCH: there is no such task. */
    HURD_TASK_GROUP = 534,
    /* 0 own task, 1 signal: HURD_TASK_STOP or one of HURD_TASK_STOPS -> empty.  Stops the task;
     * what it handles or blocks does not matter.  So a library does what such a signal does by
     * default. EINVAL: another signal.  EPERM: not the caller's own task, or wortel started it. */
    HURD_TASK_STOP_SELF = 536,

    /* 0 task or master, 1 task ID (0 = the task of the handle) -> 0 milliseconds of processor time,
     * as ticks of the clock found it running, modulo 2^32; HURD_TASK_UNKNOWN: the kernel does not
     * count it.  M */
    HURD_TASK_TIME = 540,
    /* 0 task or master, 1 task ID (0 = the task of the handle), 2 thread id -> 0 the id of the
     * thread to which, or from which, it waits: L4_PECAN_PARTNER of <l4/pecan.h>.
     * HURD_TASK_UNKNOWN: the kernel does not say.  ESRCH: not a thread of that task.  M */
    HURD_TASK_PARTNER = 541,

    /* 0 own task, 1 thread id of that task or nil, 2..5 a name of 1 to HURD_TASK_NAME_MAX bytes,
     * packed, with zeroes behind -> empty.  From now on NAME_FIND finds that thread, until it ends
     * or the task names another one; nil: nobody.  The first task has the name: a name says
     * nothing about which task a client can trust.  EEXIST: another task has it.  ESRCH: not a
     * thread of that task.  EAGAIN: the task has HURD_TASK_NAMES names, or the table is full.
     * EPERM: not the caller's own task. */
    HURD_TASK_NAME_SET = 550,
    /* 0 any task handle, 1..4 a name -> 0 the thread's id.  ESRCH: nobody has that name. */
    HURD_TASK_NAME_FIND = 551,

    /* task -> deva, one way: 0 task ID, 1 its group, from now on. */
    HURD_TASK_GROUP_IS = 537,
    /* task -> physmem, deva (the sender's version is 3): 0 task ID -> empty.  That task is gone:
     * the server reclaims what it had. */
    HURD_TASK_DEATH = HURD_CAP_TASK_DIED,
};

#define HURD_TASK_FORK_WORDS 8u         /* of FORK, before the ranges */
#define HURD_TASK_NOHANG    1u
#define HURD_TASK_UNTRACED  2u
#define HURD_TASK_LIVING    4u
#define HURD_TASK_RESUMED   8u
#define HURD_TASK_KEEP      16u
#define HURD_TASK_VALUED    1u      /* of SIGNAL_TAKE */
#define HURD_TASK_MORE      2u
#define HURD_TASK_LOOK      0x100u
#define HURD_TASK_OF_GROUP  0x10000u
#define HURD_TASK_NAMES  4u /* of one task */
#define HURD_TASK_CHILDREN_MOST 256u    /* of GIVE_BACK */

#define HURD_TASK_IMAGES     16u    /* that one task made with IMAGE, and that exist */
#define HURD_TASK_IMAGE_HELD (~0ul)

#define HURD_TASK_BY_SIGNAL 0x100u
#define HURD_TASK_SIGNALS   31u         /* the last one of a set; the numbers are those of Linux */
#define HURD_TASK_REALTIME  34u         /* from here on, signals queue */
#define HURD_TASK_SIGNAL_LAST 64u
#define HURD_TASK_QUEUE_MAX 32u         /* that one sender has in queues */
#define HURD_TASK_KILL      9u
#define HURD_TASK_CHILD     17u         /* a task that this one made by FORK has died, stopped, or
                                           gone on */
#define HURD_TASK_CONT      18u
#define HURD_TASK_STOP      19u
#define HURD_TASK_IGNORED   (1u << (HURD_TASK_CHILD - 1) | 1u << 22 | 1u << 27)     /* URG, WINCH */
#define HURD_TASK_STOPS     (7u << 19)  /* TSTP, TTIN, TTOU: what stops a task that does not handle
                                           them */
#define HURD_TASK_ASK       (~0ul)
#define HURD_TASK_SESSION   (~1ul)

/* What is counted for each task.  A child's limits are taken out of its owner's, like its memory,
 * and return there when the child ends.  So a program and all tasks below it never use more than
 * the program got.  `task` keeps back what wortel's tasks need. */
enum hurd_budget {
    HURD_BUDGET_TASKS,      /* the task itself; a dead task counts as long as a task holds a
                               handle on it */
    HURD_BUDGET_THREADS,
    HURD_BUDGET_KERNEL,     /* pages of kernel memory; HURD_TASK_UNKNOWN if the kernel does not
                               count */
    HURD_BUDGET_HANDLES,    /* KB of `task`'s tables that its handles take */
    HURD_BUDGETS
};

enum hurd_task_reason {
    HURD_TASK_EXITED = 0,       /* the status is that of EXIT */
    HURD_TASK_KILLED = 1,       /* the status is that of DESTROY */
    HURD_TASK_FAULTED = 2,      /* a fault that no pager could serve; the status is 139 */
    HURD_TASK_EXCEPTION = 3,    /* an exception that no handler took; the status is 128 + vector */
    HURD_TASK_SIGNALLED = 4,    /* a signal, or a fault that the task's own pager found: the status
                                   is 128 + signal */
    HURD_TASK_STOPPED = 5,      /* it is not dead.  The status is the signal */
    HURD_TASK_WENT_ON = 6,      /* the status is HURD_TASK_CONT */
};

/* The reply of HURD_TASK_SIGNAL_WAIT, 18 words. */
struct hurd_task_arrived {
    L4_Word_t set;                      /* bit n - 1: signal n */
    L4_Word_t queued;                   /* bit n - 33: new ones of signal n are in the queue */
    uint16_t from[HURD_TASK_SIGNALS + 1];   /* by signal, valid for those of the set: the task that
                                               sent the last one; with HURD_TASK_CHILD the child,
                                               and above bit HURD_TASK_FROM_KIND an enum
                                               hurd_task_child_news; with others
                                               HURD_TASK_FROM_QUEUE there: take its value */
};
_Static_assert(sizeof(struct hurd_task_arrived) == 18 * 4, "eighteen words");
#define HURD_TASK_FROM_KIND 14
#define HURD_TASK_FROM_QUEUE 1u
enum hurd_task_child_news { HURD_TASK_CHILD_EXITED, HURD_TASK_CHILD_KILLED, HURD_TASK_CHILD_STOPPED,
                            HURD_TASK_CHILD_WENT_ON };

#define HURD_TASK_UNKNOWN (~0ul)

enum hurd_task_state { HURD_TASK_STATE_ALIVE = 1, HURD_TASK_STATE_DEAD, HURD_TASK_STATE_STOPPED };

/* The reply of HURD_TASK_INFO, 13 words.  Kernel memory and faults are HURD_TASK_UNKNOWN if the
 * kernel does not count them. */
struct hurd_task_info {
    L4_Word_t task, parent;
    L4_Word_t state;                    /* enum hurd_task_state */
    L4_Word_t threads;
    L4_Word_t kmem, kmem_quota;         /* in bytes; quota 0: there is none */
    L4_Word_t faults_own;               /* served by a pager in the task's own space */
    L4_Word_t faults_other;             /* sent to any other pager */
    char name[HURD_TASK_NAME_MAX];
    L4_Word_t status;                   /* valid if it is dead or stopped: status | reason << 8 */
};
_Static_assert(sizeof(struct hurd_task_info) == 13 * 4, "thirteen words");

/* HURD_TASK_THREADS, the second word of each pair: the result of Schedule, and flags. */
#define HURD_TASK_THREAD_STATE      0x0ffu  /* 1 dead 2 inactive 3 running 4 pending send 5 sending
                                               6 waiting 7 receiving; 0 unknown */
#define HURD_TASK_THREAD_PAGER      0x100u  /* `task` is its pager: so it is the task's own pager
                                               thread */

/* ---- functions for clients, lib/hurd-cap/task_client.c.  They return 0 or an errno (EIO if the
 * IPC failed).  Each blocks until `task` replies.  `server` and `task` must be those of the startup
 * data.  ---- */
/* A thread of the caller's own task gets the caller's exception handler.  Without a handler it
 * would halt at its first exception, and no task would know. */
int hurd_task_thread_alloc(L4_ThreadId_t server, L4_Word_t task, L4_Word_t utcb,
                           L4_ThreadId_t *thread);
int hurd_task_thread_destroy(L4_ThreadId_t server, L4_Word_t task, L4_ThreadId_t thread);
int hurd_task_thread_priority(L4_ThreadId_t server, L4_Word_t task, L4_ThreadId_t thread,
                              L4_Word_t prio);
/* pairs has room for 2 * 30 words.  Post: *n pairs were written; *total threads exist. */
int hurd_task_threads(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, L4_Word_t start,
                      L4_Word_t *pairs, L4_Word_t *n, L4_Word_t *total);
struct hurd_task_created { L4_Word_t id, handle; L4_ThreadId_t thread; };
int hurd_task_create(L4_ThreadId_t server, L4_Word_t task, L4_Word_t image, L4_Word_t offset,
                     L4_Word_t size, L4_Word_t control, const char *argz, L4_Word_t argz_len,
                     struct hurd_task_created *created);
/* The same with an environment; and text that is too long for a message lies at `offset` in
 * `container`, a handle in the table of `task`, which is used up, too.  Else 0. */
struct hurd_task_text {
    const char *argz;                   /* envz stands behind it */
    L4_Word_t argz_len, envz_len;       /* bytes; envz_len may be 0 */
    L4_Word_t container, offset;
};
int hurd_task_create_text(L4_ThreadId_t server, L4_Word_t task, L4_Word_t image, L4_Word_t offset,
                          L4_Word_t size, L4_Word_t control, const struct hurd_task_text *text,
                          struct hurd_task_created *created);
/* The same for SPAWN. */
int hurd_task_spawn(L4_ThreadId_t server, L4_Word_t task, L4_Word_t image, L4_Word_t offset,
                    L4_Word_t size, L4_Word_t control, const struct hurd_task_text *text,
                    struct hurd_task_created *created);
/* Sends the first part of *resume, up to text_offset.  EINVAL also: more ranges than there are. */
int hurd_task_fork(L4_ThreadId_t server, L4_Word_t task, L4_Word_t control, L4_Word_t memory,
                   const struct hurd_startup_resume *resume, struct hurd_task_created *created);
/* Returns only if it fails.  `kept`: a handle in the table of `task`, or 0. */
int hurd_task_exec(L4_ThreadId_t server, L4_Word_t task, L4_Word_t image, L4_Word_t offset,
                   L4_Word_t size, L4_Word_t kept, const struct hurd_task_text *text);
/* *image: the handle, in the table of `task`.  `container`: a handle in the table of `task` at
 * physmem. */
int hurd_task_image(L4_ThreadId_t server, L4_Word_t task, L4_Word_t container, L4_Word_t offset,
                    L4_Word_t size, L4_Word_t *image);
/* The same with word 4, from the thread that serves the pages.  *pages: the handle of the image's
 * container. */
int hurd_task_image_empty(L4_ThreadId_t server, L4_Word_t task, L4_Word_t container,
                          L4_Word_t size, L4_Word_t number, L4_Word_t *image, L4_Word_t *pages);
int hurd_task_image_users(L4_ThreadId_t server, L4_Word_t image, L4_Word_t *users);
struct hurd_task_ended { L4_Word_t id, status, reason; };
int hurd_task_wait_child(L4_ThreadId_t server, L4_Word_t task, L4_Word_t child, L4_Word_t flags,
                         struct hurd_task_ended *ended);
int hurd_task_destroy(L4_ThreadId_t server, L4_Word_t task, L4_Word_t status_or_id);
void hurd_task_exit(L4_ThreadId_t server, L4_Word_t task, L4_Word_t status)
    __attribute__((noreturn));
/* Writes the end of a sentence: how a task ended, "exited with status 3".  Returns text. */
#define HURD_TASK_OUTCOME 64
const char *hurd_task_outcome(L4_Word_t status, L4_Word_t reason, char text[HURD_TASK_OUTCOME]);
int hurd_task_wait(L4_ThreadId_t server, L4_Word_t task, L4_Word_t flags, L4_Word_t *status,
                   L4_Word_t *reason);
int hurd_task_info(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, struct hurd_task_info *info);
/* ids has room for 60.  Post: *n ids were written; *total tasks exist. */
int hurd_task_list(L4_ThreadId_t server, L4_Word_t master, L4_Word_t start, L4_Word_t *ids,
                   L4_Word_t *n, L4_Word_t *total);

int hurd_task_release(L4_ThreadId_t server, L4_Word_t task);
struct hurd_task_budget { L4_Word_t limit, used; };
int hurd_task_budget(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id,
                     struct hurd_task_budget budget[HURD_BUDGETS]);
int hurd_task_give_back(L4_ThreadId_t server, L4_Word_t task, L4_Word_t children);
int hurd_task_grow(L4_ThreadId_t server, L4_Word_t task, L4_Word_t least, L4_Word_t most,
                   L4_Word_t *frames);
int hurd_task_time(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, L4_Word_t *ms);
int hurd_task_partner(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, L4_ThreadId_t thread,
                      L4_Word_t *partner);
/* The name is cut to HURD_TASK_NAME_MAX bytes. */
int hurd_task_name_set(L4_ThreadId_t server, L4_Word_t task, L4_ThreadId_t thread,
                       const char *name);
int hurd_task_name_find(L4_ThreadId_t server, L4_Word_t task, const char *name,
                        L4_ThreadId_t *thread);
int hurd_task_head(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, L4_Word_t *head);
int hurd_task_let_go(L4_ThreadId_t server, L4_Word_t child);
int hurd_task_signal(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, L4_Word_t signal);
int hurd_task_signal_queue(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, L4_Word_t signal,
                           L4_Word_t value);
int hurd_task_signal_take(L4_ThreadId_t server, L4_Word_t task, L4_Word_t signal,
                          L4_Word_t result[3]);
int hurd_task_signal_group(L4_ThreadId_t server, L4_Word_t task, L4_Word_t group, L4_Word_t signal);
int hurd_task_signal_wait(L4_ThreadId_t server, L4_Word_t task, L4_Word_t flags,
                          struct hurd_task_arrived *arrived);
int hurd_task_stop_self(L4_ThreadId_t server, L4_Word_t task, L4_Word_t signal);
int hurd_task_group(L4_ThreadId_t server, L4_Word_t task, L4_Word_t id, L4_Word_t group,
                    L4_Word_t result[2]);

#endif
