/* SPDX-License-Identifier: MIT */
/* The tables of a capability server: clients by index and by task, capabilities by index.  Only
 * data, no L4, so host tests compile it natively.  The protocol is in <hurd/cap.h>.
 * A task id of 0 means "no task". */
#ifndef HURD_CAPTABLE_H
#define HURD_CAPTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hurd_cap_call;
struct hurd_cap_client;
struct hurd_cap_object;

#define HURD_CAP_INDEX_BITS     18u
#define HURD_CAP_CLIENTS_MAX    1024u       /* of 2^14 possible ones, because each array of
                                               clients is one page */
#define HURD_CAP_CAPS_MAX       8192u       /* of 2^18 possible ones; for one client that is a
                                               boot server, */
#define HURD_CAP_CAPS_PROGRAM   1024u       /* or for one that is a program: */
#define HURD_CAP_FIRST_PROGRAM  513u        /* programs are tasks with this id or a higher one */
#define HURD_CAP_OPEN_MAX       256u        /* slots that a task may open for one giver, */
#define HURD_CAP_OPEN_FOR       4u          /* and for how many givers at a time; "any program"
                                               counts as one */

/* A class of objects.  serve() handles the requests on an object's capabilities.  unreferenced() is
 * called when the last strong capability has gone: it calls hurd_cap_object_revoke() and frees the
 * object.  admit() may be NULL; it prepares a HURD_CAP_GIVE to that task, or refuses it with an
 * errno.  given() may be NULL; it is called when the capability has been given. */
struct hurd_cap_class {
    const char *name;
    unsigned kind;                      /* for HURD_CAP_LIST: a number that the server chooses */
    int (*serve)(struct hurd_cap_call *call);
    void (*unreferenced)(struct hurd_cap_object *object);
    int (*admit)(struct hurd_cap_object *object, unsigned task);
    void (*given)(struct hurd_cap_object *object, unsigned task);
};

/* The first member of every object.  strong = the number of capabilities that keep it alive + the
 * number of hurd_cap_object_keep() calls. */
struct hurd_cap_object {
    const struct hurd_cap_class *class;
    struct hurd_cap *caps;              /* all rows that name this object, weak ones included */
    unsigned strong;
};

#define HURD_CAP_WEAK   1u              /* it does not keep the object alive, and cannot be given
                                           on */
#define HURD_CAP_DEAD   2u              /* destroyed or revoked: it waits to be dropped */
#define HURD_CAP_GIFT   4u              /* another task put it here, and the holder has not used
                                           it yet */

/* One row: a capability of one client. */
struct hurd_cap {
    struct hurd_cap_object *object;     /* NULL  <=>  the row is free or HURD_CAP_DEAD */
    struct hurd_cap *next, **link;      /* on object->caps */
    struct hurd_cap_client *client;
    uint32_t index;
    uint16_t refs;                      /* how often the client holds it; 0  <=>  the row is free */
    uint16_t giver;                     /* the task that put it here; 0: the server itself */
    uint8_t rights;                     /* the most that this client may do; for containers: rwx */
    uint8_t flags;
};

struct hurd_cap_table {
    /* Set both before use.  task: the task for whose rows or records the memory is; 0: for the
     * server's own arrays.  alloc may return NULL: the task, or the server, has no more memory. */
    void *(*alloc)(unsigned task, size_t bytes);
    void (*free)(unsigned task, void *block, size_t bytes);
    struct hurd_cap_client **by_index;      /* `capacity` entries; NULL: free */
    struct hurd_cap_client **by_task;       /* the same clients, sorted by task id; `count`
                                               entries */
    unsigned capacity, count;
};

/* For a table that lies on the server's heap (malloc), whatever task it is for. */
void *hurd_cap_heap_alloc(unsigned task, size_t bytes);
void hurd_cap_heap_free(unsigned task, void *block, size_t bytes);

void hurd_cap_object_init(struct hurd_cap_object *object, const struct hurd_cap_class *class);
/* strong + 1, without a capability */
void hurd_cap_object_keep(struct hurd_cap_object *object);
/* strong - 1; calls unreferenced() at 0 */
void hurd_cap_object_drop(struct hurd_cap_object *object);

/* hurd_cap_object_revoke() makes all rows of the object dead.  hurd_cap_object_revoke_weak() does
 * so with the weak rows only, of one task or of all tasks (task 0), and returns how many. */
void hurd_cap_object_revoke(struct hurd_cap_object *object);
/* as revoke; and they keep it alive no more */
void hurd_cap_object_disown(struct hurd_cap_object *object);
unsigned hurd_cap_object_revoke_weak(struct hurd_cap_object *object, unsigned task);

/* Finds a row.  Returns 0; EBADF: `task` has no such row, or it is dead. */
int hurd_cap_lookup(struct hurd_cap_table *t, unsigned task, uint32_t handle,
                    struct hurd_cap **cap);

/* Inserts a capability for `task`; a new client gets its row.  If the same giver gives the same
 * object with the same flags again, the handle is the same: refs + 1, and the rights are added.  If
 * the giver is a program, it needs an open slot in the table of another task, and uses it up; in a
 * boot server's table it may have a number of gifts at a time.  Returns 0; or with nothing changed
 * ENOMEM, EMFILE, EPERM. */
int hurd_cap_insert(struct hurd_cap_table *t, unsigned task, struct hurd_cap_object *object,
                    unsigned rights, unsigned flags, unsigned giver, uint32_t *handle);

/* Drops one reference of a row, dead or alive.  Post: *left references remain.  Returns 0 or
 * EBADF. */
int hurd_cap_remove(struct hurd_cap_table *t, unsigned task, uint32_t handle, unsigned *left);

/* From now on `from` (0: every program) may put `slots` rows into the table of `task`.  Returns 0;
 * ESRCH: `task` is no client; EINVAL; EMFILE: it is open for too many givers. */
int hurd_cap_consent(struct hurd_cap_table *t, unsigned task, unsigned from, unsigned slots);

/* Returns 0 if `giver` could insert a row for `task`; else ESRCH, EPERM or EMFILE. */
int hurd_cap_may_give(struct hurd_cap_table *t, unsigned task, unsigned giver);

/* Finds the next row of `task` that another program put there, dead ones included.  The search
 * begins at *index.  Post: *index is the row's index.  Returns NULL at the end. */
const struct hurd_cap *hurd_cap_next_gift(struct hurd_cap_table *t, unsigned task, unsigned *index);

/* The giver takes back one reference of a gift that has not been used yet.  If it was the last one,
 * a program keeps a dead row, a boot server keeps none.  Returns 0, EBADF or EPERM. */
int hurd_cap_withdraw(struct hurd_cap_table *t, unsigned task, unsigned giver, uint32_t handle);

/* The giver is gone, and its gifts go: gifts to programs that have not used them die; gifts to boot
 * servers are dropped, used or not, dead or alive. */
void hurd_cap_giver_died(struct hurd_cap_table *t, unsigned giver);

/* true: the task has a row of its own */
int hurd_cap_knows(struct hurd_cap_table *t, unsigned task);
/* The task has died: its rows go, all of them, or so many at most.  Returns true if some are
 * left. */
void hurd_cap_forget(struct hurd_cap_table *t, unsigned task);
bool hurd_cap_forget_part(struct hurd_cap_table *t, unsigned task, unsigned rows);
uint32_t hurd_cap_handle(const struct hurd_cap *cap);
unsigned hurd_cap_task(const struct hurd_cap *cap);

/* Returns the lowest task id in the table that is >= task, or 0. */
unsigned hurd_cap_next_task(struct hurd_cap_table *t, unsigned task);

#endif
