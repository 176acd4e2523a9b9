/* SPDX-License-Identifier: MIT */
/* Capabilities between tasks: what every server and client of Pecan agrees on.
 * Spec: hurd-l4-design.md 4.2, with the defects C1-C9 of 6.4 put right.
 *
 * A capability is a row in the server's table for one client task.  Its handle is one word:
 *
 *   31              18 17                 0
 *  |   client index   |   capability index  |     both: the lowest free one from 0 up, so 0 is valid
 *
 * The client index is chosen by the server and is not the task id.  A request carries the handle in
 * word 0; the server finds the client row by index and compares its task id with the version field
 * of the *sender's* thread id, which nobody can forge.  Word k below is untyped word k, that is
 * MR(k+1).
 *
 * Requests hold untyped words only: a typed item makes the server answer EINVAL.  Every request is
 * answered, by the called thread itself, with a send timeout of zero; messages with labels of
 * 0xff00 and above, which are the kernel's, are not: an answer would restart a thread that faults
 * again.  There are two ways to say no:
 *
 *   generic     label 0x8000, word 0 = errno: bad handle (EBADF), no words (EINVAL), unknown label
 *               (EOPNOTSUPP), and all errors of task and deva unless their headers say otherwise
 *   physmem     label = errno, 0 is success (see <hurd/physmem.h>)
 *
 * Version fields of well-known tasks are below; a task id of 513 or more belongs to a program. */
#ifndef HURD_CAP_H
#define HURD_CAP_H

#include <hurd/captable.h>
#include <l4/types.h>
#include <l4/items.h>

#define HURD_TASK_WORTEL    1u
#define HURD_TASK_PHYSMEM   2u
#define HURD_TASK_TASK      3u
#define HURD_TASK_DEVA      4u
#define HURD_TASK_ROOT      5u      /* init */
#define HURD_TASK_INIT      HURD_TASK_ROOT
#define HURD_TASK_FIRST     513u    /* the first id that task gives to a program */
#define HURD_TASK_FIRST_FREE HURD_TASK_FIRST

/* A capability as its holder names it: server thread and handle (startup data uses the same two
 * words). */
struct hurd_capability {
    L4_ThreadId_t server;
    L4_Word_t handle;
};

/* Labels that every capability server understands: 0x100 and 0x101 are from 2005, the rest are ours.
 *
 * label                request, -> reply (label 0)
 * HURD_CAP_CANCEL      0 thread id -> nothing
 *                      ESRCH: no request of that thread is pending, or it is not of the caller's task
 * HURD_CAP_GET_ROOT    (none) -> 0 handle of the server's root object; ENOSYS where there is none
 * HURD_CAP_TASK_DIED   0 task id -> 0 more.  All handles of that task are dropped; the id may be
 *                      used again afterwards.  more = 1: there is more to give back, and the request
 *                      is to be repeated: others are served in between.  EPERM unless the sender is `task` (version 3)
 * HURD_CAP_GIVE        0 handle, 1 target task [, 2 rights [, 3 HURD_CAP_GIVE_MOVE or 0]]
 *                      -> 0 the handle as the *target* must name it
 *                      EPERM: a weak reference, not for others, or see below; ESRCH: see below;
 *                      EMFILE: its table is full
 * HURD_CAP_DROP        0 handle -> 0 how often it is still held.  The last handle destroys the object
 * HURD_CAP_OPEN        0 slots [, 1 giver, 0 = any program] -> nothing.  From now on the giver may
 *                      put so many gifts into the caller's table, for what they cost there; 0
 *                      closes.  EINVAL: more than 256, or oneself; ESRCH: the caller holds nothing
 *                      here; EMFILE: open for four others already
 * HURD_CAP_LIST        0 index in the table -> for each gift from there on, 20 at most, three
 *                      words: handle, giver, HURD_CAP_LIST_ flags and the kind of object, as the
 *                      server counts them.  More than there are: no words.  The next index is that
 *                      of the last handle + 1
 * HURD_CAP_TAKE_BACK   0 target task, 1 the handle as the target must name it -> nothing.  The
 *                      giver drops a gift, and the handle is dead.  EPERM: it has been used; EBADF:
 *                      not a gift of the caller
 *
 * Rights given are never more than the giver's.  The same object given twice by one task to another
 * yields the same handle again with its count raised: each is dropped separately.  What two tasks
 * give has two handles.  A handle whose object was destroyed, or that was revoked, answers EBADF
 * until it is dropped, and is not reused before.
 *
 * Gifts.  Everything that puts a handle into another task's table (HURD_CAP_GIVE, and the
 * operations of servers that have a target) needs the target's consent: each uses up a slot that
 * the target has opened (EPERM without).  Boot tasks (ids below 513) need none, because they equip
 * the tasks that they start.  A target that holds nothing yet in this server is known to boot
 * tasks only: others get ESRCH.  In a boot server's table a program has as many gifts at a time as
 * that server opened for each (EMFILE beyond): four in that of `task` at physmem, for
 * HURD_TASK_CREATE, and none anywhere else.  A gift is the giver's until the target uses it the
 * first time.  If the giver dies before, it dies as well; a boot server loses all that a dead task
 * gave it. */
#define HURD_CAP_CANCEL     0x100u
#define HURD_CAP_GET_ROOT   0x101u
#define HURD_CAP_TASK_DIED  0x102u
#define HURD_CAP_GIVE       0x103u
#define HURD_CAP_DROP       0x104u
#define HURD_CAP_OPEN       0x105u
#define HURD_CAP_LIST       0x106u
#define HURD_CAP_TAKE_BACK  0x107u

#define HURD_CAP_GIVE_MOVE  1u

#define HURD_CAP_LIST_KIND  0x0ffu      /* physmem: enum hurd_pm_kind; elsewhere 0 */
#define HURD_CAP_LIST_DEAD  0x100u      /* the object is gone */
#define HURD_CAP_LIST_WEAK  0x200u
#define HURD_CAP_LIST_USED  0x400u      /* the holder has used it */

struct hurd_cap_gift {
    L4_Word_t handle, giver, flags;
};

#define HURD_CAP_ERROR      0x8000u     /* label of the generic error reply; word 0 = errno, u = 1 */

/* ---- servers: one thread, one loop -------------------------------------------------------------
 * */

/* A request while it is being served, and the reply while it is being built.  Valid during serve().
 * */
struct hurd_cap_call {
    struct hurd_cap_server *server;
    struct hurd_cap_long *more;     /* NULL: the first time; see HURD_CAP_AGAIN */
    struct hurd_cap *cap;           /* the row that word 0 named; NULL in root() and other() */
    L4_ThreadId_t from;             /* global id of the sender, to reply to */
    unsigned task;                  /* its version field */
    unsigned label;
    unsigned words;                 /* untyped words of the request */
    unsigned typed;                 /* typed words of the request: 0 except in other() */
    L4_Word_t arg[63];              /* arg[0 .. words-1]; the rest is undefined */

    unsigned reply_label;           /* preset to 0 */
    unsigned reply_words;           /* preset to 0: reply[0 .. reply_words-1] untyped, ... */
    unsigned reply_typed;           /* preset to 0: ... followed by so many words of map items */
    L4_Word_t reply[63];
};

/* What serve(), root() and other() return: 0 sends the reply as built; a positive errno discards it
 * and sends the error in the server's style; HURD_CAP_NO_REPLY sends nothing: the server answers
 * later, or never. */
#define HURD_CAP_NO_REPLY   (-1)

/* A long request is served in stretches.  serve() calls hurd_cap_lengthen(), does a part, writes
 * down in call->more->progress what it needs to go on, and returns HURD_CAP_AGAIN: others are served,
 * and later hurd_cap_go_on() has serve() called again with the same arguments.  The handle is
 * looked up anew each time, so whatever goes away between two stretches ends the request with an
 * error. */
#define HURD_CAP_AGAIN      (-2)

/* A request that has to wait for something is parked: serve() returns what hurd_cap_park() said, and
 * is called again, as above, when hurd_cap_resume() is told that the thing (a number of the
 * server's) has happened.  A parked request must hold nothing that has to be given back: when its
 * thread asks for something else, or dies, it is dropped, and HURD_CAP_CANCEL ends it with ECANCELED. */
#define HURD_CAP_PARKED     (-3)

#define HURD_CAP_LONG_WORDS 8u
#define HURD_CAP_LONG_STATE 6u

enum hurd_cap_long_state { HURD_CAP_TURNS, HURD_CAP_WAITS, HURD_CAP_READY };

struct hurd_cap_long {
    struct hurd_cap_long *next;
    L4_ThreadId_t from;
    L4_MsgTag_t tag;
    enum hurd_cap_long_state state;
    L4_Word_t key;                  /* WAITS: what for */
    int error;                      /* READY, and this is the answer: see HURD_CAP_CANCEL */
    unsigned unanswered;            /* 1: nobody waits for the answer any more */
    unsigned waited;                /* the server's; 0 at first */
    int (*go_on)(struct hurd_cap_call *call);   /* instead of serve(): when the handle is gone */
    L4_Word_t arg[HURD_CAP_LONG_WORDS];
    L4_Word_t progress[HURD_CAP_LONG_STATE];    /* the server's; all zero at first */
};

struct hurd_cap_server {
    struct hurd_cap_table table;
    struct hurd_cap_long *longs;            /* requests that go on, or are parked */
    unsigned turns, ready;                  /* how many of them are in that state */
    unsigned last_turn;                     /* of which task the last one was that went on */
    struct hurd_cap_long *now;              /* the one that is going on now, which is not among them */

    /* All optional.  root: asked first for each request, for labels where word 0 is no handle
     * (object creation without a capability, GET_ROOT): return EOPNOTSUPP for labels that are not
     * yours, and the loop goes on. other: everything with a label of 0xff00 and above, and
     * everything from senders of version 1 (interrupts, sigma0, wortel).  EOPNOTSUPP: serve it as a
     * request after all; 0 replies (acknowledges an interrupt). cancel: end the deferred reply of
     * that thread, 0 or ESRCH.  cap is NULL in both. */
    int (*root)(struct hurd_cap_call *call);
    int (*other)(struct hurd_cap_call *call);
    int (*cancel)(L4_ThreadId_t thread);
    void (*task_dies)(unsigned task);       /* before its handles go */
    unsigned (*task_died)(unsigned task);   /* after that.  1: not done yet, it wants to be called again */
    unsigned dying;                         /* the task for which it has said so; 0: none */

    unsigned errors_in_label;               /* 1: errors as physmem says them, label = errno */
    unsigned requests;                      /* messages served so far, modulo 2^32 */
};

/* Serves for ever; never blocks on a client.  A server with more to do between requests writes the
 * loop itself around hurd_cap_serve(), which takes the message in the message registers and returns
 * 1 when they hold a reply. */
void hurd_cap_server_loop(struct hurd_cap_server *server) __attribute__((noreturn));
int hurd_cap_serve(struct hurd_cap_server *server, L4_ThreadId_t from, L4_MsgTag_t tag);

/* The call becomes one that may return HURD_CAP_AGAIN, at the cost of its task.  0; ENOMEM: the
 * task cannot pay; EAGAIN: another request of this thread, to which it does not wait for an answer
 * any more, still goes on; EINVAL: it has more than HURD_CAP_LONG_WORDS words. */
int hurd_cap_lengthen(struct hurd_cap_call *call);

/* A stretch of a long request, while server->turns is not 0: in turn by tasks.  1: the message registers hold the
 * reply to *from.  A thread that sends another request does not wait for the old one any more:
 * that one goes on, without an answer. */
int hurd_cap_go_on(struct hurd_cap_server *server, L4_ThreadId_t *from);

/* The request waits for that key: HURD_CAP_PARKED, or an errno as hurd_cap_lengthen() has it. */
int hurd_cap_park(struct hurd_cap_call *call, L4_Word_t key);

/* All that wait for the key are ready to be served again, in the order in which they came.  The server serves them,
 * one by one between two messages, as it is they who waited longest. */
void hurd_cap_resume(struct hurd_cap_server *server, L4_Word_t key);

/* One of them, while server->ready is not 0; as hurd_cap_go_on(). */
int hurd_cap_go_on_ready(struct hurd_cap_server *server, L4_ThreadId_t *from);

/* May this caller put something into that task's table?  0, ESRCH, EPERM, EMFILE: for operations
 * with a target. */
int hurd_cap_target_allowed(struct hurd_cap_call *call, L4_Word_t task);

/* ---- clients
 * -------------------------------------------------------------------------------------- */

/* One request of `n` words, reply words (at most `max`) into `out`, how many into *got (NULL: don't
 * care). Returns 0 or an errno in either style; EIO when the IPC itself fails.  Acceptor and
 * XferTimeouts are as the caller had them: use it for requests whose replies have no map items. */
int hurd_cap_rpc(L4_ThreadId_t server, unsigned label, unsigned n, const L4_Word_t *in,
                 unsigned max, L4_Word_t *out, unsigned *got);

int hurd_cap_give(L4_ThreadId_t server, L4_Word_t handle, unsigned task, unsigned rights,
                  unsigned flags, L4_Word_t *theirs);
int hurd_cap_drop(L4_ThreadId_t server, L4_Word_t handle);
int hurd_cap_open(L4_ThreadId_t server, unsigned slots, unsigned from);
int hurd_cap_list(L4_ThreadId_t server, L4_Word_t start, struct hurd_cap_gift *gifts, unsigned max,
                  unsigned *n);
int hurd_cap_take_back(L4_ThreadId_t server, unsigned task, L4_Word_t theirs);
int hurd_cap_task_died(L4_ThreadId_t server, unsigned task);    /* for the task server */

#endif
