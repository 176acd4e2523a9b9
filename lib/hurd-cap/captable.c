/* SPDX-License-Identifier: MIT */
/* The tables of a capability server.  Before: server.c, which reads requests.
 *
 * Invariants: a row is on object->caps  <=>  row->object != NULL.  `strong` is the number of rows
 * without HURD_CAP_WEAK plus the number of hurd_cap_object_keep() calls.  A dead row keeps its
 * index until the client drops it, so an old handle never names something new.  Callbacks
 * (unreferenced) may make rows of any client dead, but they never free a row. */
#include <hurd/assert.h>
#include <errno.h>
#include <hurd/captable.h>
#include <stdbool.h>
#include <string.h>

#define CHUNK_ROWS      16u

struct chunk {
    uint16_t used;                          /* bit i set <=> rows[i].refs > 0 */
    uint16_t given;                         /* bit i set <=> it is used, and a gift: is_gift() */
    struct hurd_cap rows[CHUNK_ROWS];
};

struct hurd_cap_client {
    unsigned task, index;
    struct chunk **chunks;                  /* `capacity` entries; NULL: the chunk has no used
                                               row */
    unsigned capacity;
    unsigned first_free;                    /* all chunks below this one are full */
    unsigned gifts;                         /* the number of rows with HURD_CAP_GIFT */
    struct consent {
        uint16_t from;                      /* 0: every program */
        uint16_t slots;                     /* the slots that are still open; 0: the entry is not
                                               in use */
    } consent[HURD_CAP_OPEN_FOR];
};

/* ---- objects ---- */

void hurd_cap_object_init(struct hurd_cap_object *object, const struct hurd_cap_class *class)
{
    object->class = class;
    object->caps = NULL;
    object->strong = 0;
}

void hurd_cap_object_keep(struct hurd_cap_object *object)
{
    object->strong++;
}

void hurd_cap_object_drop(struct hurd_cap_object *object)
{
    assert_is(object->strong, >, 0);
    if (--object->strong == 0)
        object->class->unreferenced(object);
}

static void row_link(struct hurd_cap *row, struct hurd_cap_object *object)
{
    row->object = object;
    row->next = object->caps;
    row->link = &object->caps;
    if (row->next)
        row->next->link = &row->next;
    object->caps = row;
}

static void row_unlink(struct hurd_cap *row)
{
    assert(*row->link == row);
    *row->link = row->next;
    if (row->next)
        row->next->link = row->link;
    row->object = NULL;
}

/* Does not look at `strong`: for objects that are being destroyed. */
static void row_kill(struct hurd_cap *row)
{
    row_unlink(row);
    row->flags |= HURD_CAP_DEAD;
}

void hurd_cap_object_revoke(struct hurd_cap_object *object)
{
    while (object->caps)
        row_kill(object->caps);
}

unsigned hurd_cap_object_revoke_weak(struct hurd_cap_object *object, unsigned task)
{
    unsigned killed = 0;
    for (struct hurd_cap *row = object->caps, *next; row; row = next) {
        next = row->next;
        if (!(row->flags & HURD_CAP_WEAK) || (task && row->client->task != task))
            continue;
        row_kill(row);
        killed++;
    }
    return killed;
}

/* ---- clients ---- */

/* Returns the position of the first client whose task id is not less than `task`. */
static unsigned client_position(const struct hurd_cap_table *t, unsigned task)
{
    unsigned low = 0, high = t->count;
    while (low < high) {
        unsigned mid = low + (high - low) / 2;
        if (t->by_task[mid]->task < task)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static struct hurd_cap_client *client_find(const struct hurd_cap_table *t, unsigned task)
{
    unsigned at = client_position(t, task);
    return at < t->count && t->by_task[at]->task == task ? t->by_task[at] : NULL;
}

/* Returns a copy of `old` (old_n pointers) with room for new_n; the new ones are NULL.  Post: `old`
 * is freed.  Returns NULL, with nothing done, if there is no memory. */
static void *grow_pointers(struct hurd_cap_table *t, unsigned task, void *old, unsigned old_n,
                           unsigned new_n)
{
    char *new = t->alloc(task, new_n * sizeof(void *));
    if (!new)
        return NULL;
    memset(new, 0, new_n * sizeof(void *));
    if (old) {
        memcpy(new, old, old_n * sizeof(void *));
        t->free(task, old, old_n * sizeof(void *));
    }
    return new;
}

static int table_grow(struct hurd_cap_table *t)
{
    unsigned capacity = t->capacity ? 2 * t->capacity : 16;
    if (capacity > HURD_CAP_CLIENTS_MAX)
        return EMFILE;
    void *by_task = t->alloc(0, capacity * sizeof(void *));
    if (!by_task)
        return ENOMEM;
    void *by_index = grow_pointers(t, 0, t->by_index, t->capacity, capacity);
    if (!by_index) {
        t->free(0, by_task, capacity * sizeof(void *));
        return ENOMEM;
    }
    t->by_index = by_index;
    if (t->by_task) {
        memcpy(by_task, t->by_task, t->count * sizeof(void *));
        t->free(0, t->by_task, t->capacity * sizeof(void *));
    }
    t->by_task = by_task;
    t->capacity = capacity;
    return 0;
}

static int client_create(struct hurd_cap_table *t, unsigned task, struct hurd_cap_client **client)
{
    if (t->count == t->capacity) {
        int err = table_grow(t);
        if (err)
            return err;
    }
    struct hurd_cap_client *c = t->alloc(task, sizeof *c);
    if (!c)
        return ENOMEM;
    *c = (struct hurd_cap_client) { .task = task };
    while (t->by_index[c->index])
        c->index++;
    t->by_index[c->index] = c;
    unsigned at = client_position(t, task);
    memmove(&t->by_task[at + 1], &t->by_task[at], (t->count - at) * sizeof t->by_task[0]);
    t->by_task[at] = c;
    t->count++;
    *client = c;
    return 0;
}

int hurd_cap_knows(struct hurd_cap_table *t, unsigned task)
{
    return client_find(t, task) != NULL;
}

unsigned hurd_cap_next_task(struct hurd_cap_table *t, unsigned task)
{
    unsigned at = client_position(t, task);
    return at < t->count ? t->by_task[at]->task : 0;
}

/* ---- rows ---- */

uint32_t hurd_cap_handle(const struct hurd_cap *cap)
{
    return (uint32_t) cap->client->index << HURD_CAP_INDEX_BITS | cap->index;
}

unsigned hurd_cap_task(const struct hurd_cap *cap)
{
    return cap->client->task;
}

/* Returns the row that a handle names for this task, dead or alive; NULL if the row is free or not
 * the task's. */
static struct hurd_cap *row_find(struct hurd_cap_table *t, unsigned task, uint32_t handle)
{
    unsigned client_index = handle >> HURD_CAP_INDEX_BITS;
    unsigned index = handle & ((1u << HURD_CAP_INDEX_BITS) - 1);
    if (client_index >= t->capacity)
        return NULL;
    struct hurd_cap_client *c = t->by_index[client_index];
    if (!c || c->task != task || index / CHUNK_ROWS >= c->capacity)
        return NULL;
    struct chunk *chunk = c->chunks[index / CHUNK_ROWS];
    if (!chunk || !(chunk->used >> index % CHUNK_ROWS & 1))
        return NULL;
    return &chunk->rows[index % CHUNK_ROWS];
}

int hurd_cap_lookup(struct hurd_cap_table *t, unsigned task, uint32_t handle, struct hurd_cap **cap)
{
    struct hurd_cap *row = row_find(t, task, handle);
    if (!row || !row->object)
        return EBADF;
    if (row->flags & HURD_CAP_GIFT) {           /* the holder uses the gift: it is a gift no more */
        row->flags &= ~HURD_CAP_GIFT;
        row->client->gifts--;
    }
    *cap = row;
    return 0;
}

/* Returns the lowest free row of the client.  It is not marked as used yet. */
static int row_free(struct hurd_cap_table *t, struct hurd_cap_client *c, struct hurd_cap **row)
{
    unsigned at = c->first_free;
    unsigned max = c->task < HURD_CAP_FIRST_PROGRAM ? HURD_CAP_CAPS_MAX : HURD_CAP_CAPS_PROGRAM;
    while (at < c->capacity && c->chunks[at] && c->chunks[at]->used == (1u << CHUNK_ROWS) - 1)
        at++;
    c->first_free = at;
    if (at >= max / CHUNK_ROWS)
        return EMFILE;
    if (at == c->capacity) {
        unsigned capacity = c->capacity ? 2 * c->capacity : 4;
        void *chunks = grow_pointers(t, c->task, c->chunks, c->capacity, capacity);
        if (!chunks)
            return ENOMEM;
        c->chunks = chunks;
        c->capacity = capacity;
    }
    struct chunk *chunk = c->chunks[at];
    if (!chunk) {
        chunk = t->alloc(c->task, sizeof *chunk);
        if (!chunk)
            return ENOMEM;
        memset(chunk, 0, sizeof *chunk);
        c->chunks[at] = chunk;
    }
    unsigned bit = 0;
    while (chunk->used >> bit & 1)
        bit++;
    *row = &chunk->rows[bit];
    (*row)->index = at * CHUNK_ROWS + bit;
    (*row)->client = c;
    return 0;
}

/* The row becomes free.  If it was the last one in its chunk, the chunk is freed. */
static void row_release(struct hurd_cap_table *t, struct hurd_cap *row)
{
    struct hurd_cap_client *c = row->client;
    unsigned at = row->index / CHUNK_ROWS;
    struct chunk *chunk = c->chunks[at];
    assert(!row->object && chunk->used >> row->index % CHUNK_ROWS & 1);
    row->refs = 0;
    if (row->flags & HURD_CAP_GIFT)
        c->gifts--;
    chunk->used &= (uint16_t)~(1u << row->index % CHUNK_ROWS);
    chunk->given &= chunk->used;
    if (at < c->first_free)
        c->first_free = at;
    if (!chunk->used) {
        c->chunks[at] = NULL;
        t->free(c->task, chunk, sizeof *chunk);
    }
}

/* ---- consent ---- */

/* True if a program puts something into another task's table.  Boot tasks may: they equip the tasks
 * that they start. */
static bool is_gift(const struct hurd_cap_client *c, unsigned giver)
{
    return giver >= HURD_CAP_FIRST_PROGRAM && giver != c->task;
}

/* Returns the consent that this giver may use: one for this giver, else one for every program. */
static struct consent *consent_find(struct hurd_cap_client *c, unsigned giver)
{
    struct consent *anybody = NULL;
    for (unsigned i = 0; i < HURD_CAP_OPEN_FOR; i++) {
        struct consent *consent = &c->consent[i];
        if (consent->slots && consent->from == giver)
            return consent;
        if (consent->slots && consent->from == 0)
            anybody = consent;
    }
    return anybody;
}

/* Returns the next used row of a client from *index on, or the next gift; NULL at the end. */
static struct hurd_cap *row_next(struct hurd_cap_client *c, bool gift, unsigned *index)
{
    for (; *index / CHUNK_ROWS < c->capacity; *index = (*index | (CHUNK_ROWS - 1)) + 1) {
        struct chunk *chunk = c->chunks[*index / CHUNK_ROWS];
        unsigned rest = chunk ? (gift ? chunk->given : chunk->used) >> *index % CHUNK_ROWS : 0;
        if (rest) {
            *index += (unsigned)__builtin_ctz(rest);
            return &chunk->rows[*index % CHUNK_ROWS];
        }
    }
    return NULL;
}

/* Returns the next used row of a client that `giver` put there, from *index on; NULL at the end.
 * giver 0: any other program. */
static struct hurd_cap *row_given(struct hurd_cap_client *c, unsigned giver, unsigned *index)
{
    struct hurd_cap *row;
    while ((row = row_next(c, giver == 0 || is_gift(c, giver), index))) {
        if (giver == 0 || row->giver == giver)
            return row;
        ++*index;
    }
    return NULL;
}

static int gift_refuse(struct hurd_cap_client *c, unsigned giver)
{
    unsigned given = 0;
    if (!is_gift(c, giver))
        return 0;
    const struct consent *consent = consent_find(c, giver);
    if (!consent)
        return EPERM;
    if (c->task >= HURD_CAP_FIRST_PROGRAM)
        return 0;
    for (unsigned index = 0; row_given(c, giver, &index); index++)
        given++;
    return given < consent->slots ? 0 : EMFILE;
}

/* A gift uses up a slot.  In a boot server's table it does not: there the slots are for each giver
 * at any time. */
static void gift_count(struct hurd_cap_client *c, unsigned giver)
{
    if (is_gift(c, giver) && c->task >= HURD_CAP_FIRST_PROGRAM)
        consent_find(c, giver)->slots--;        /* there is one: gift_refuse() was asked */
}

int hurd_cap_consent(struct hurd_cap_table *t, unsigned task, unsigned from, unsigned slots)
{
    struct hurd_cap_client *c = client_find(t, task);
    struct consent *consent = NULL;
    if (!c)
        return ESRCH;
    if (slots > HURD_CAP_OPEN_MAX || from == task || from > UINT16_MAX)
        return EINVAL;
    for (unsigned i = 0; i < HURD_CAP_OPEN_FOR; i++) {
        if (c->consent[i].slots && c->consent[i].from == from) {
            consent = &c->consent[i];
            break;
        }
        if (!c->consent[i].slots)
            consent = &c->consent[i];
    }
    if (!consent)
        return EMFILE;
    *consent = (struct consent) { from, slots };
    return 0;
}

int hurd_cap_may_give(struct hurd_cap_table *t, unsigned task, unsigned giver)
{
    struct hurd_cap_client *c = client_find(t, task);
    return c ? gift_refuse(c, giver) : ESRCH;
}

/* ---- insert and remove ---- */

/* Returns the row in which the next reference would be counted.  Gifts of two givers are two rows;
 * what the server itself gave counts as the task's own. */
static struct hurd_cap *row_of(struct hurd_cap_object *object, const struct hurd_cap_client *c,
                               unsigned weak, unsigned giver)
{
    for (struct hurd_cap *row = object->caps; row; row = row->next)
        if (row->client == c && (row->flags & HURD_CAP_WEAK) == weak
            && (row->giver == giver || (row->giver == 0 && giver == c->task)))
            return row;
    return NULL;
}

/* Makes a new row of the client and puts it on the object's list. */
static int row_make(struct hurd_cap_table *t, struct hurd_cap_client *c,
                    struct hurd_cap_object *object, unsigned flags, unsigned giver,
                    struct hurd_cap **row)
{
    int err = row_free(t, c, row);
    if (err)
        return err;
    struct hurd_cap *r = *row;
    struct chunk *chunk = c->chunks[r->index / CHUNK_ROWS];
    uint16_t bit = (uint16_t)(1u << r->index % CHUNK_ROWS);
    chunk->used |= bit;
    if (is_gift(c, giver))
        chunk->given |= bit;
    r->refs = 0;
    r->rights = 0;
    r->giver = giver;
    r->flags = flags & HURD_CAP_WEAK;
    if (giver != 0 && giver != c->task) {
        r->flags |= HURD_CAP_GIFT;
        c->gifts++;
    }
    row_link(r, object);
    if (!(flags & HURD_CAP_WEAK))
        hurd_cap_object_keep(object);
    return 0;
}

int hurd_cap_insert(struct hurd_cap_table *t, unsigned task, struct hurd_cap_object *object,
                    unsigned rights, unsigned flags, unsigned giver, uint32_t *handle)
{
    struct hurd_cap_client *c = client_find(t, task);
    int err = c ? 0 : client_create(t, task, &c);
    if (!err)
        err = gift_refuse(c, giver);
    if (err)
        return err;
    struct hurd_cap *row = row_of(object, c, flags & HURD_CAP_WEAK, giver);
    if (row && row->refs == UINT16_MAX)
        return EMFILE;
    if (!row)
        err = row_make(t, c, object, flags, giver, &row);
    if (err)
        return err;
    row->refs++;
    row->rights |= rights;
    gift_count(c, giver);
    *handle = hurd_cap_handle(row);
    return 0;
}

/* Takes the row away from its client.  If it was the object's last strong row, the object goes,
 * too. */
static void row_drop(struct hurd_cap_table *t, struct hurd_cap *row)
{
    struct hurd_cap_object *object = row->object;
    int strong = object && !(row->flags & HURD_CAP_WEAK);
    if (object)
        row_unlink(row);
    row_release(t, row);
    if (strong)
        hurd_cap_object_drop(object);
}

int hurd_cap_remove(struct hurd_cap_table *t, unsigned task, uint32_t handle, unsigned *left)
{
    struct hurd_cap *row = row_find(t, task, handle);
    if (!row)
        return EBADF;
    assert_is(row->refs, >, 0);
    *left = --row->refs;
    if (*left == 0)
        row_drop(t, row);
    return 0;
}

/* ---- gifts ---- */

const struct hurd_cap *hurd_cap_next_gift(struct hurd_cap_table *t, unsigned task, unsigned *index)
{
    struct hurd_cap_client *c = client_find(t, task);
    return c ? row_given(c, 0, index) : NULL;
}

/* The row stays with its client, dead.  It does not keep the object alive any more. */
static void row_void(struct hurd_cap *row)
{
    struct hurd_cap_object *object = row->object;
    row_kill(row);
    if (!(row->flags & HURD_CAP_WEAK))
        hurd_cap_object_drop(object);
}

/* A program may know the handle already.  So the row stays, dead, and never names something new.  A
 * boot server checks which task gave it what it uses. */
int hurd_cap_withdraw(struct hurd_cap_table *t, unsigned task, unsigned giver, uint32_t handle)
{
    struct hurd_cap *row = row_find(t, task, handle);
    bool boot = task < HURD_CAP_FIRST_PROGRAM;
    if (!row || row->giver != giver || !(boot || row->object))
        return EBADF;
    if (!(row->flags & HURD_CAP_GIFT))
        return EPERM;
    if (row->refs > 1)
        row->refs--;
    else if (boot)
        row_drop(t, row);
    else
        row_void(row);
    return 0;
}

void hurd_cap_object_disown(struct hurd_cap_object *object)
{
    hurd_cap_object_keep(object);
    while (object->caps)
        row_void(object->caps);
    hurd_cap_object_drop(object);
}

void hurd_cap_giver_died(struct hurd_cap_table *t, unsigned giver)
{
    for (unsigned i = 0; i < t->capacity; i++) {
        struct hurd_cap_client *c = t->by_index[i];
        struct hurd_cap *row;
        if (!c)
            continue;
        for (unsigned k = 0; k < HURD_CAP_OPEN_FOR; k++)
            if (c->consent[k].from == giver)
                c->consent[k].slots = 0;
        bool boot = c->task < HURD_CAP_FIRST_PROGRAM;
        for (unsigned n = 0; (boot || c->gifts) && (row = row_given(c, giver, &n)); n++)
            if (boot)
                row_drop(t, row);
            else if (row->object && (row->flags & HURD_CAP_GIFT))
                row_void(row);
    }
}

bool hurd_cap_forget_part(struct hurd_cap_table *t, unsigned task, unsigned rows)
{
    struct hurd_cap_client *c = client_find(t, task);
    struct hurd_cap *row;
    if (!c)
        return false;
    memset(c->consent, 0, sizeof c->consent);   /* it gets no new rows from programs */
    for (unsigned index = 0; (row = row_next(c, false, &index)); index++, rows--) {
        if (rows == 0)
            return true;
        row_drop(t, row);
    }
    if (c->chunks)
        t->free(task, c->chunks, c->capacity * sizeof(void *));
    unsigned at = client_position(t, task);
    t->count--;
    memmove(&t->by_task[at], &t->by_task[at + 1], (t->count - at) * sizeof t->by_task[0]);
    assert(c->gifts == 0 && t->by_index[c->index] == c);
    t->by_index[c->index] = NULL;
    t->free(task, c, sizeof *c);
    return false;
}

void hurd_cap_forget(struct hurd_cap_table *t, unsigned task)
{
    hurd_cap_forget_part(t, task, HURD_CAP_CAPS_MAX);
}
