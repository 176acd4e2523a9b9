/* SPDX-License-Identifier: MIT */
/* Capabilities between tasks: the rules that every server and client of Pecan keeps.
 * Spec: hurd-l4-design.md 4.2, with the defects C1-C9 of 6.4 corrected.
 *
 * A capability is a row in the server's table for one client task.  Its handle is one word:
 *
 *   31              18 17                 0
 *  |   client index   |   capability index  |
 *
 * Each index is the lowest free one from 0 up, so handle 0 is valid.  The server chooses the client
 * index; it is not the task id.  A request carries the handle in word 0.  The server finds the
 * client row by its index, and compares its task id with the version field of the *sender's* thread
 * id, which no thread can forge.  Word k below is untyped word k, that is MR(k+1).
 *
 * Requests hold untyped words only: if there is a typed item, the server replies EINVAL.  The
 * called thread itself replies to each request, with a zero timeout.  It does not reply to messages
 * with labels of 0xff00 and above.  These labels are the kernel's, and a reply would send the
 * faulting thread back to its fault.  There are two forms of refusal:
 *
 *   generic     label 0x8000, word 0 = errno.  EBADF: a bad handle; EINVAL: no words; EOPNOTSUPP:
 *               an unknown label; and all errors of task and deva, if their headers say nothing
 *               else
 *   physmem     label = errno, 0 is success (see <hurd/physmem.h>)
 *
 * The version fields of well-known tasks are below; a task id of 513 or more is a program's. */
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
#define HURD_TASK_FIRST     HURD_CAP_FIRST_PROGRAM  /* and up: what `task` makes */

/* A capability as its holder names it: the server's thread and the handle.  The startup data uses
 * the same two words. */
struct hurd_capability {
    L4_ThreadId_t server;
    L4_Word_t handle;
};

/* Labels that every capability server understands: 0x100 and 0x101 are from 2005, the rest are
 * Pecan's.
 *
 * label                request, -> reply (label 0)
 * HURD_CAP_CANCEL      0 thread id -> nothing.  Ends the request of that thread that still waits.
 *                      ESRCH: there is none, or the thread is not of the caller's task
 * HURD_CAP_GET_ROOT    (none) -> 0 handle of the server's root object; ENOSYS: there is none
 * HURD_CAP_TASK_DIED   0 task id -> 0 more.  All handles of that task are dropped; afterwards the
 *                      id may be used again.  more = 1: there is more to give back; `task` repeats
 *                      the request, and others are served in between.  EPERM: the sender is not
 *                      `task` (version 3)
 * HURD_CAP_GIVE        0 handle, 1 target task [, 2 rights [, 3 HURD_CAP_GIVE_MOVE or 0]]
 *                      -> 0 the handle as the *target* must name it
 *                      EPERM: a weak reference or a capability that cannot be given, or see below;
 *                      ESRCH: see below; EMFILE: the target's table is full
 * HURD_CAP_DROP        0 handle -> 0 how often it is still held.  The last drop destroys the object
 * HURD_CAP_OPEN        0 slots [, 1 giver, 0 = any program] -> nothing.  From now on the giver may
 *                      put so many gifts into the caller's table; the caller pays for them.  0
 *                      closes.  EINVAL: more than 256, or the giver is the caller; ESRCH: the
 *                      caller holds nothing in this server; EMFILE: it is open for four others
 *                      already
 * HURD_CAP_LIST        0 index in the table -> for each gift from this index on, 20 at most, three
 *                      words: handle, giver, HURD_CAP_LIST_ flags with the kind of the object.  An
 *                      index behind the last gift: no words.  The next index to ask for is that of
 *                      the last handle + 1
 * HURD_CAP_TAKE_BACK   0 target task, 1 the handle as the target must name it -> nothing.  The
 *                      giver drops a gift, and the handle is dead.  EPERM: the target has used it;
 *                      EBADF: it is not a gift of the caller
 *
 * The rights of a gift are never more than the giver's.  If one task gives another the same object
 * twice, the handle is the same and its count rises; each is dropped separately.  Gifts of two
 * tasks have two handles.  If the object of a handle is destroyed, or the handle is revoked,
 * requests get EBADF until it is dropped; before that, it is not used again.
 *
 * Gifts.  Some requests put a handle into another task's table: HURD_CAP_GIVE, and the operations
 * of servers that have a target.  They need the target's consent: each uses up a slot that the
 * target has opened (EPERM: there is none).  Boot tasks (ids below 513) need no slot, because they
 * equip the tasks that they start.  A target that holds nothing in this server yet is known to boot
 * tasks only; others get ESRCH.  In a boot server's table, a program has at any time at most as
 * many gifts as the server opened for each program (EMFILE: more).  These are four in the table of
 * `task` at physmem, for HURD_TASK_CREATE, and none in all other tables.  A gift is the giver's
 * until the target uses it.  If the giver dies before, the gift dies, too.  A boot server loses all
 * gifts of a dead task. */
#define HURD_CAP_CANCEL     0x100u
#define HURD_CAP_GET_ROOT   0x101u
#define HURD_CAP_TASK_DIED  0x102u
#define HURD_CAP_GIVE       0x103u
#define HURD_CAP_DROP       0x104u
#define HURD_CAP_OPEN       0x105u
#define HURD_CAP_LIST       0x106u
#define HURD_CAP_TAKE_BACK  0x107u

#define HURD_CAP_GIVE_MOVE  1u

#define HURD_CAP_LIST_KIND  0x0ffu      /* in physmem: enum hurd_pm_kind; in other servers 0 */
#define HURD_CAP_LIST_DEAD  0x100u      /* the object does not exist any more */
#define HURD_CAP_LIST_WEAK  0x200u
#define HURD_CAP_LIST_USED  0x400u      /* the holder has used it */

struct hurd_cap_gift {
    L4_Word_t handle, giver, flags;
};

#define HURD_CAP_ERROR      0x8000u     /* label of a generic refusal; word 0 = errno */

/* ---- servers: one thread, one loop ---- */


/* A request while it is served, and its reply while it is made.  Valid during serve(). */
struct hurd_cap_call {
    struct hurd_cap_server *server;
    struct hurd_cap_long *more;     /* NULL: serve() is called for the first time; see
                                       HURD_CAP_AGAIN */
    struct hurd_cap *cap;           /* the row that word 0 names; NULL in root() and other() */
    L4_ThreadId_t from;             /* the global id of the sender, to which the reply goes */
    unsigned task;                  /* the sender's version field */
    unsigned label;
    unsigned words;                 /* untyped words of the request */
    unsigned typed;                 /* the typed words of the request: 0 except in other() */
    unsigned passed;                /* not 0: sent in the name of `from` (propagation, spec 5.7).
                                       The thread that sent it does not wait for its end, so
                                       it is served at once or not at all: hurd_cap_lengthen() */
    L4_Word_t arg[63];              /* arg[0 .. words-1] are valid */

    unsigned reply_label;           /* 0 at first */
    unsigned reply_words;           /* 0 at first: reply[0 .. reply_words-1] are untyped, */
    unsigned reply_typed;           /* 0 at first: and so many words of map items follow */
    L4_Word_t reply[63];
};

/* What serve(), root() and other() return.  0: the server sends the reply as it was made.  A
 * positive errno: the server sends this error instead.  HURD_CAP_NO_REPLY: the server sends nothing
 * now; the reply comes later, or never. */
#define HURD_CAP_NO_REPLY   (-1)

/* A long request is served in parts.  serve() calls hurd_cap_lengthen(), does one part, writes what
 * it needs to go on into call->more->progress, and returns HURD_CAP_AGAIN.  Then other requests are
 * served, and later hurd_cap_go_on() has serve() called again, with the same arguments.  The handle
 * is looked up again each time.  So if something goes away between two parts, the request ends with
 * an error. */
#define HURD_CAP_AGAIN      (-2)

/* A request that must wait for something is parked.  serve() returns what hurd_cap_park() returned.
 * When the server calls hurd_cap_resume() with the same key, serve() is called again, with the same
 * arguments, as above.  A parked request must hold nothing that must be given back: if its thread
 * sends another request, or dies, the parked one is dropped; HURD_CAP_CANCEL ends it with
 * ECANCELED. */
#define HURD_CAP_PARKED     (-3)

#define HURD_CAP_LONG_WORDS 8u
#define HURD_CAP_LONG_STATE 6u

enum hurd_cap_long_state { HURD_CAP_TURNS, HURD_CAP_WAITS, HURD_CAP_READY };

struct hurd_cap_long {
    struct hurd_cap_long *next;
    L4_ThreadId_t from;
    L4_MsgTag_t tag;
    enum hurd_cap_long_state state;
    L4_Word_t key;                  /* HURD_CAP_WAITS: what the request waits for */
    int error;                      /* HURD_CAP_READY: not 0, and the request ends with it */
    unsigned unanswered;            /* 1: no thread waits for the reply any more */
    unsigned waited;                /* for the server; 0 at first */
    int (*go_on)(struct hurd_cap_call *call);   /* called instead of serve() when the handle is
                                                   gone */
    L4_Word_t arg[HURD_CAP_LONG_WORDS];
    L4_Word_t progress[HURD_CAP_LONG_STATE];    /* for the server; all zero at first */
};

struct hurd_cap_server {
    struct hurd_cap_table table;
    struct hurd_cap_long *longs;            /* the requests that have more parts, or are parked */
    unsigned turns, ready;                  /* how many of them are in each of these states */
    unsigned boot_turns;                    /* so many of `turns` are of boot tasks */
    unsigned last_turn;                     /* the task whose request went on last */
    struct hurd_cap_long *now;              /* the one that goes on now; it is not in the list */

    /* All may be NULL.  root: it is called first for each request.  It serves labels for which word
     * 0 is no handle (GET_ROOT, making an object without a capability); for other labels it returns
     * EOPNOTSUPP, and the loop goes on.  other: for all messages with labels of 0xff00 and above,
     * and all from senders of version 1 (interrupts, sigma0, wortel).  If it returns EOPNOTSUPP,
     * the message is served as a request; if it returns 0, the reply is sent, which acknowledges an
     * interrupt.  cancel: ends the request of that thread whose reply would come later; it returns
     * 0 or ESRCH.  cap is NULL in root and other. */
    int (*root)(struct hurd_cap_call *call);
    int (*other)(struct hurd_cap_call *call);
    int (*cancel)(L4_ThreadId_t thread);
    void (*task_dies)(unsigned task);       /* called before the task's handles go */
    bool (*forget)(unsigned task);          /* a part of them goes.  true: call it again.  NULL:
                                               they go at once */
    unsigned (*task_died)(unsigned task);   /* called after that.  1: call it again */
    unsigned dying;                         /* the task that has more to give back; 0: none */
    bool forgotten;                         /* its handles are gone */

    unsigned errors_in_label;               /* 1: a refusal is as physmem's: label = errno */
    unsigned requests;                      /* the messages served so far, modulo 2^32 */
};

/* hurd_cap_server_loop() serves for ever, and never blocks on a client.  A server that has more to
 * do between requests writes the loop itself, around hurd_cap_serve().  hurd_cap_serve() serves the
 * message that is in the message registers.  It returns 1 if they hold a reply then. */
void hurd_cap_server_loop(struct hurd_cap_server *server) __attribute__((noreturn));
int hurd_cap_serve(struct hurd_cap_server *server, L4_ThreadId_t from, L4_MsgTag_t tag);

/* From now on the call may return HURD_CAP_AGAIN; its task is charged for that.  Returns 0; ENOMEM:
 * the task cannot pay; EAGAIN: an older request of this thread still goes on, although the thread
 * does not wait for its reply any more, or the request was passed on by another thread; EINVAL: the
 * request has more than HURD_CAP_LONG_WORDS words. */
int hurd_cap_lengthen(struct hurd_cap_call *call);

/* Serves one part of a long request; the tasks take turns.  Pre: server->turns is not 0.  Returns 1
 * if the message registers hold the reply to *from.  If a thread sends another request, it does not
 * wait for the old one any more: the old one goes on, without a reply. */
int hurd_cap_go_on(struct hurd_cap_server *server, L4_ThreadId_t *from);

/* The same for the first request of a boot task.  Pre: server->boot_turns is not 0. */
int hurd_cap_go_on_boot(struct hurd_cap_server *server, L4_ThreadId_t *from);

/* Parks the request until hurd_cap_resume() is called with `key`.  Returns HURD_CAP_PARKED, or an
 * errno as hurd_cap_lengthen() does. */
int hurd_cap_park(struct hurd_cap_call *call, L4_Word_t key);

/* All requests that are parked for this key become ready, in the order in which they came.  The
 * server's loop serves one of them after each message. */
void hurd_cap_resume(struct hurd_cap_server *server, L4_Word_t key);

/* Serves one request that is ready.  Pre: server->ready is not 0.  Returns as hurd_cap_go_on(). */
int hurd_cap_go_on_ready(struct hurd_cap_server *server, L4_ThreadId_t *from);

/* For operations with a target: returns 0 if this caller may put something into that task's table;
 * else ESRCH, EPERM or EMFILE. */
int hurd_cap_target_allowed(struct hurd_cap_call *call, L4_Word_t task);

/* ---- clients.  All functions block until the server replies.  They return 0 or an errno. ---- */


/* Sends one request of `n` words.  Up to `max` words of the reply go to `out`, and their number to
 * *got (NULL: the caller does not need it).  Returns 0 or an errno, for both forms of refusal; EIO:
 * the IPC itself failed.  A refusal with the label HURD_CAP_ERROR leaves `out` as it was.  Acceptor
 * and XferTimeouts are as the caller has set them, so the reply can have no map items. */
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

/* For servers that open their table for a few clients at a time.  `use` asks for a slot and gives
 * what it is for.  While it returns EPERM, others took the slot: it is called again after a pause,
 * 200 times at most.  Returns what it returned last. */
int hurd_cap_slot_use(int (*use)(void *what), void *what);

#endif
