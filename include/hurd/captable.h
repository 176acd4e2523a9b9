/* SPDX-License-Identifier: MIT */
/* The tables of a capability server: clients by index and by task, capabilities by index.  Pure
 * data: no L4, so the host tests compile it natively.  The wire side is <hurd/cap.h>. */
#ifndef HURD_CAPTABLE_H
#define HURD_CAPTABLE_H

#include <stddef.h>
#include <stdint.h>

struct hurd_cap_call;
struct hurd_cap_client;
struct hurd_cap_object;

#define HURD_CAP_INDEX_BITS     18u
#define HURD_CAP_CLIENTS_MAX    1024u       /* of 2^14: each array of them is one page */
#define HURD_CAP_CAPS_MAX       8192u       /* of 2^18, for one client that is a boot server ... */
#define HURD_CAP_CAPS_PROGRAM   1024u       /* ... or a program, */
#define HURD_CAP_FIRST_PROGRAM  513u        /* which is any task from this id on */
#define HURD_CAP_OPEN_MAX       256u        /* slots that a task may open for one giver, ... */
#define HURD_CAP_OPEN_FOR       4u          /* ... and for how many at a time; "anybody" is one */

/* A class of objects.  serve() handles requests on an object's capabilities.  unreferenced() is
 * called when the last strong capability is gone: it calls hurd_cap_object_revoke() and frees the
 * object.  admit(), if any, prepares a HURD_CAP_GIVE to that task or vetoes it with an errno;
 * given(), if any, learns that it is done. */
struct hurd_cap_class {
    const char *name;
    unsigned kind;                      /* for HURD_CAP_LIST: a number of the server's */
    int (*serve)(struct hurd_cap_call *call);
    void (*unreferenced)(struct hurd_cap_object *object);
    int (*admit)(struct hurd_cap_object *object, unsigned task);
    void (*given)(struct hurd_cap_object *object, unsigned task);
};

/* First member of every object.  strong = number of capabilities that keep it alive +
 * hurd_cap_object_keep()s. */
struct hurd_cap_object {
    const struct hurd_cap_class *class;
    struct hurd_cap *caps;              /* every row that names this object, weak ones included */
    unsigned strong;
};

#define HURD_CAP_WEAK   1u              /* does not keep the object alive, cannot be given on */
#define HURD_CAP_DEAD   2u              /* destroyed or revoked: waits to be dropped */
#define HURD_CAP_GIFT   4u              /* another task put it here, and the holder never used it */

/* One row: a capability of one client. */
struct hurd_cap {
    struct hurd_cap_object *object;     /* NULL <=> free or HURD_CAP_DEAD */
    struct hurd_cap *next, **link;      /* on object->caps */
    struct hurd_cap_client *client;
    uint32_t index;
    uint16_t refs;                      /* how often the client holds it; 0 <=> row is free */
    uint16_t giver;                     /* task that put it here; 0 = the server by itself */
    uint8_t rights;                     /* the most this client may do; containers: rwx */
    uint8_t flags;
};

struct hurd_cap_table {
    /* Set both before use.  task: for whose rows or records the memory is, or was; 0 = the server's
     * own arrays.  alloc may return NULL: that task, or the server, has no more. */
    void *(*alloc)(unsigned task, size_t bytes);
    void (*free)(unsigned task, void *block, size_t bytes);
    struct hurd_cap_client **by_index;      /* capacity rows, NULL = free */
    struct hurd_cap_client **by_task;       /* the same clients, sorted by task id, count of them */
    unsigned capacity, count;
};

void hurd_cap_object_init(struct hurd_cap_object *object, const struct hurd_cap_class *class);
void hurd_cap_object_keep(struct hurd_cap_object *object);      /* strong + 1, no capability */
void hurd_cap_object_drop(struct hurd_cap_object *object);      /* strong - 1, unreferenced() at 0 */

/* All rows of the object die (or only the weak ones, of one task or of all: task 0).  Returns how
 * many. */
void hurd_cap_object_revoke(struct hurd_cap_object *object);
void hurd_cap_object_disown(struct hurd_cap_object *object);    /* ... and keep it alive no more */
unsigned hurd_cap_object_revoke_weak(struct hurd_cap_object *object, unsigned task);

/* 0 or EBADF.  The row must belong to `task` and be alive. */
int hurd_cap_lookup(struct hurd_cap_table *t, unsigned task, uint32_t handle,
                    struct hurd_cap **cap);

/* A capability for `task`, client row included.  The same object, flags and giver again: same
 * handle, refs + 1, rights added.  A giver that is a program needs an open slot in another's
 * table, and uses it up (in a boot server's: has so many there at most).  0; nothing changed:
 * ENOMEM, EMFILE, EPERM. */
int hurd_cap_insert(struct hurd_cap_table *t, unsigned task, struct hurd_cap_object *object,
                    unsigned rights, unsigned flags, unsigned giver, uint32_t *handle);

/* Drops one reference of a row, dead or alive; *left = those that remain.  0 or EBADF. */
int hurd_cap_remove(struct hurd_cap_table *t, unsigned task, uint32_t handle, unsigned *left);

/* From now on `from` (0 = every program) may put so many rows into the table of `task`.  0, ESRCH
 * (no client), EINVAL, EMFILE: open for too many givers. */
int hurd_cap_consent(struct hurd_cap_table *t, unsigned task, unsigned from, unsigned slots);

/* Could `giver` insert a row for `task`?  0, ESRCH, EPERM, EMFILE. */
int hurd_cap_may_give(struct hurd_cap_table *t, unsigned task, unsigned giver);

/* The next row of `task` that another program put there, dead ones included, from *index on, which
 * is set to its index; NULL at the end. */
const struct hurd_cap *hurd_cap_next_gift(struct hurd_cap_table *t, unsigned task, unsigned *index);

/* The giver takes one reference of a gift back that was not used yet; the last one leaves a dead
 * row with a program, none with a boot server.  0, EBADF, EPERM. */
int hurd_cap_withdraw(struct hurd_cap_table *t, unsigned task, unsigned giver, uint32_t handle);

/* The giver is gone, and with it its gifts: those that no program has used yet die, those to boot
 * servers are dropped for good, used or not, dead or alive. */
void hurd_cap_giver_died(struct hurd_cap_table *t, unsigned giver);

int hurd_cap_knows(struct hurd_cap_table *t, unsigned task);    /* has a client row? */
void hurd_cap_forget(struct hurd_cap_table *t, unsigned task);  /* the task died */
uint32_t hurd_cap_handle(const struct hurd_cap *cap);
unsigned hurd_cap_task(const struct hurd_cap *cap);

/* The task ids in the table in ascending order: the first one >= task, or 0. */
unsigned hurd_cap_next_task(struct hurd_cap_table *t, unsigned task);

#endif
