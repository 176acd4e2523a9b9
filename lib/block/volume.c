/* SPDX-License-Identifier: MIT */
/* The volumes and buffers of the clients.  A volume stands for a block capability that its task has
 * in deva's table.  deva is asked again from time to time, because task ids are used again, and no
 * server tells drivers of deaths.  A buffer stands for a weak reference in the driver's table of
 * physmem.  Before: server.c. */
#include "volume.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/deva.h>
#include <hurd/physmem.h>

enum {
    SLOTS_OPEN = 4,             /* in the driver's table of physmem: HURD_CAP_OPEN_FOR */
    GIFTS = 16,                 /* in one reply of physmem */
    STRAYS_MOST = 8,            /* containers that a task has shared but not named yet */
};

struct block_site block_site;
static struct handle *handles;
static unsigned slot_of[SLOTS_OPEN], next_slot;     /* the tasks for which a slot was opened */
static const struct hurd_cap_class volume_class, buffer_class;

/* ---- the list of volumes and buffers ---- */

struct handle *handle_of(struct hurd_cap_object *object)
{
    return (struct handle *) object;
}

static struct handle *handle_new(unsigned task, const struct hurd_cap_class *class)
{
    struct handle *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    hurd_cap_object_init(&h->object, class);
    h->task = task;
    h->next = handles;
    handles = h;
    return h;
}

static void handle_free(struct handle *h)
{
    struct handle **link = &handles;
    while (*link != h)
        link = &(*link)->next;
    *link = h->next;
    free(h);
}

static unsigned handles_of(unsigned task)
{
    unsigned count = 0;
    for (const struct handle *h = handles; h; h = h->next)
        count += h->task == task;
    return count;
}

static void volume_unreferenced(struct hurd_cap_object *object)
{
    hurd_cap_object_revoke(object);
    handle_free(handle_of(object));
}

/* This runs when the last request that uses the buffer has ended, so the number of the container
 * cannot name another one before.  The client may have shared the container several times. */
static void buffer_unreferenced(struct hurd_cap_object *object)
{
    hurd_cap_object_revoke(object);
    while (!hurd_cap_drop(block_site.physmem, handle_of(object)->container))
        continue;
    handle_free(handle_of(object));
}

/* A volume is only for the task that has shown its capability.  A task can give others the
 * capability instead. */
static int handle_admit(struct hurd_cap_object *object, unsigned task)
{
    (void) object, (void) task;
    return EPERM;
}

/* Puts a handle into the caller's table.  If that fails, an object without handles is freed. */
static int handle_insert(struct hurd_cap_call *call, struct handle *h, unsigned rights)
{
    uint32_t number;
    int err = hurd_cap_insert(&call->server->table, call->task, &h->object, rights, 0,
                              call->task, &number);
    if (err) {
        if (h->object.strong == 0)
            handle_free(h);
        return err;
    }
    call->reply[0] = number;
    call->reply_words = 1;
    return 0;
}

/* ---- volumes ---- */

static struct handle *volume_find(unsigned task, L4_Word_t deva_handle, L4_Word_t serial)
{
    struct handle *h = handles;
    while (h && (h->object.class != &volume_class || h->task != task ||
                 h->deva_handle != deva_handle || h->serial != serial))
        h = h->next;
    return h;
}

static const struct block_disk *disk_of(const struct handle *volume)
{
    return &block_site.driver->disks[volume->disk - block_site.driver->first];
}

int volume_stale(const struct handle *volume)
{
    return volume->change == disk_of(volume)->change ? 0 : ESTALE;
}

/* may_look: no run is under way. */
int volume_serve_open(struct hurd_cap_call *call, bool may_look)
{
    struct hurd_deva_extent e;
    if (call->words != 1)
        return EINVAL;
    int err =
        hurd_deva_block_check(block_site.deva, block_site.master, call->task, call->arg[0], &e);
    if (err)
        return err == EBADF ? EACCES : EIO;
    if (e.disk < block_site.driver->first ||
        e.disk - block_site.driver->first >= block_site.driver->count)
        return ENODEV;
    const struct block_disk *disk = &block_site.driver->disks[e.disk - block_site.driver->first];
    if (may_look && block_site.driver->look)
        block_site.driver->look(e.disk - block_site.driver->first);
    uint32_t size = disk->sectors;
    if (size == 0)
        return ENODEV;
    if (e.first >= size || e.sectors > size - e.first)
        return ENXIO;
    struct handle *h = volume_find(call->task, call->arg[0], e.serial);
    if (!h && handles_of(call->task) >= HURD_BLOCK_HANDLES)
        return EMFILE;
    if (!h)
        h = handle_new(call->task, &volume_class);
    if (!h)
        return ENOMEM;
    h->disk = e.disk;
    h->first = e.first;
    h->sectors = e.sectors ? e.sectors : size - e.first;
    h->rights = e.rights;
    h->change = disk->change;
    h->deva_handle = call->arg[0];
    h->serial = e.serial;
    err = handle_insert(call, h, e.rights);
    if (err)
        return err;
    call->reply[1] = h->sectors;
    call->reply[2] = disk->flags & HURD_BLOCK_PROTECTED ? h->rights & ~HURD_BLOCK_WRITES
                                                        : h->rights;
    call->reply[3] = HURD_BLOCK_MOST;
    call->reply_words = 4;
    return 0;
}

int volume_serve_info(struct hurd_cap_call *call)
{
    const struct handle *h = handle_of(call->cap->object);
    const struct block_disk *disk = disk_of(h);
    struct hurd_block_info info = { h->disk, h->first, h->sectors, h->rights, disk->flags,
                                    disk->sectors, { 0 } };
    if (call->words != 1)
        return EINVAL;
    memcpy(info.model, disk->model, sizeof info.model);
    memcpy(call->reply, &info, sizeof info);
    call->reply_words = sizeof info / sizeof(L4_Word_t);
    return 0;
}

/* ---- buffers ---- */

static struct handle *buffer_find(L4_Word_t container)
{
    struct handle *h = handles;
    while (h && (h->object.class != &buffer_class || h->container != container))
        h = h->next;
    return h;
}

/* True if it is a gift to the driver that no buffer names. */
static bool is_stray(const struct hurd_cap_gift *gift)
{
    return gift->giver >= HURD_TASK_FIRST && !buffer_find(gift->handle);
}

/* Counts the strays of a task in the driver's table of physmem; if `drop`, it also drops them.  It
 * always drops those of dead tasks, which must not count as strays of a living one. */
static unsigned strays(unsigned task, bool drop)
{
    struct hurd_cap_gift gift[GIFTS];
    unsigned n = 0, found = 0;
    L4_Word_t start = 0;
    while (!hurd_cap_list(block_site.physmem, start, gift, GIFTS, &n) && n > 0) {
        for (unsigned i = 0; i < n; i++) {
            bool dead = gift[i].flags & HURD_CAP_LIST_DEAD;
            if ((!dead && gift[i].giver != task) || !is_stray(&gift[i]))
                continue;
            found += !dead;
            if (dead || drop)
                hurd_cap_drop(block_site.physmem, gift[i].handle);
        }
        start = (gift[n - 1].handle & ((1u << HURD_CAP_INDEX_BITS) - 1)) + 1;
    }
    return found;
}

/* Several threads of one task may share containers at the same time, so some strays are left
 * alone. */
int volume_serve_slot(struct hurd_cap_call *call)
{
    if (call->words != 1)
        return EINVAL;
    if (call->task < HURD_TASK_FIRST)
        return 0;               /* boot tasks need no slot */
    if (strays(call->task, false) >= STRAYS_MOST)
        strays(call->task, true);
    for (unsigned i = 0; i < SLOTS_OPEN; i++) {
        if (slot_of[i] == call->task)
            return hurd_cap_open(block_site.physmem, STRAYS_MOST, call->task) ? EIO : 0;
    }
    unsigned *slot = &slot_of[next_slot++ % SLOTS_OPEN];
    if (*slot)
        hurd_cap_open(block_site.physmem, 0, *slot);
    *slot = call->task;
    return hurd_cap_open(block_site.physmem, STRAYS_MOST, call->task) ? EIO : 0;
}

/* If the caller has shared and named this container before, it gets the same buffer. */
int volume_serve_buffer(struct hurd_cap_call *call)
{
    struct hurd_pm_cap_info info;
    if (call->words != 2)
        return EINVAL;
    struct handle *h = buffer_find(call->arg[1]);
    if (h ? h->task != call->task
          : hurd_pm_cap_info(block_site.physmem, call->arg[1], &info) ||
                info.kind != HURD_PM_KIND_WEAK || info.giver != call->task)
        return EPERM;
    if (h)
        return handle_insert(call, h, 0);
    if (handles_of(call->task) >= HURD_BLOCK_HANDLES)
        return EMFILE;
    h = handle_new(call->task, &buffer_class);
    if (!h)
        return ENOMEM;
    h->container = call->arg[1];
    return handle_insert(call, h, 0);
}

struct handle *buffer_named(struct hurd_cap_call *call)
{
    struct hurd_cap *cap;
    if (hurd_cap_lookup(&call->server->table, call->task, call->arg[1], &cap) ||
        cap->object->class != &buffer_class)
        return NULL;
    return handle_of(cap->object);
}

static int buffer_serve(struct hurd_cap_call *call)
{
    bool ours = call->label >= HURD_BLOCK_INFO && call->label <= HURD_BLOCK_COUNT;
    return ours ? EBADF : EOPNOTSUPP;
}

static const struct hurd_cap_class volume_class = {
    .name = "volume",
    .serve = block_volume_serve,
    .unreferenced = volume_unreferenced,
    .admit = handle_admit,
};

static const struct hurd_cap_class buffer_class = {
    .name = "buffer",
    .serve = buffer_serve,
    .unreferenced = buffer_unreferenced,
    .admit = handle_admit,
};

/* ---- clients that have gone ---- */

static bool volume_stands(const struct handle *h)
{
    struct hurd_deva_extent extent;
    int err = hurd_deva_block_check(block_site.deva, block_site.master, h->task, h->deva_handle,
                                    &extent);
    return err ? err != EBADF : extent.serial == h->serial;
}

static bool has_volume(unsigned task)
{
    for (const struct handle *h = handles; h; h = h->next) {
        if (h->task == task && h->object.class == &volume_class)
            return true;
    }
    return false;
}

void volumes_look(struct hurd_cap_table *table, void (*forget)(unsigned task))
{
    for (struct handle *h = handles, *next; h; h = next) {
        next = h->next;
        if (h->object.class == &volume_class && !volume_stands(h)) {
            forget(h->task);
            hurd_cap_object_revoke(&h->object);
            handle_free(h);
        }
    }
    unsigned task = 0;
    while ((task = hurd_cap_next_task(table, task + 1)) != 0) {
        if (!has_volume(task))
            hurd_cap_forget(table, task);
    }
}

bool volumes_open(void)
{
    return handles != NULL;
}
