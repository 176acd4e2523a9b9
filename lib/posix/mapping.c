/* SPDX-License-Identifier: MIT */
/* mmap() of a file: the file server shows us the container in which it keeps the file's pages, and
 * brings those that are missing when we ask (hurd/io.h).  Before: lib/hurd-mm/mman.c.  After:
 * lib/hurd-mm/shown.c, which maps the pages.
 *
 * The functions of struct hurd_shown take no lock: the thread that touches a page may hold any. */
#include "lib/posix/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <hurd/cap.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/thread.h>

#include "lib/posix/mapping.h"
#include "lib/posix/start.h"

enum {
    MAPPINGS = HURD_FS_FILES,           /* the server gives no more */
    SLOT_TRIES = 20,                    /* another thread may use the slot up before we do */
    NO_CONTAINER = -1,                  /* a handle that nobody has */
    AHEAD = 16,                         /* pages that are asked for together, for reading: up to
                                           the next multiple of it in the file */
};

static struct mapping {
    struct hurd_shown shown;            /* the first member */
    int used;                           /* it is taken and given back without a lock */
    L4_ThreadId_t server;
    L4_Word_t handle;                   /* of the server: it keeps the file open */
    L4_Word_t ticket;                   /* for a child's handle; 0: there is none */
} mappings[MAPPINGS];

static unsigned mappings_end;           /* behind the last that was ever used, if any was */

static L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

static struct mapping *mapping_take(void)
{
    for (struct mapping *m = mappings; m < mappings + MAPPINGS; m++) {
        unsigned end = __atomic_load_n(&mappings_end, __ATOMIC_RELAXED);
        const unsigned behind = (unsigned) (m - mappings) + 1;
        if (__atomic_exchange_n(&m->used, 1, __ATOMIC_ACQUIRE))
            continue;
        while (end < behind && !__atomic_compare_exchange_n(&mappings_end, &end, behind, false,
                                                            __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            continue;
        return m;
    }
    return NULL;
}

static void mapping_give(struct mapping *m)
{
    __atomic_store_n(&m->used, 0, __ATOMIC_RELEASE);
}

static struct mapping *mapping_of(struct hurd_shown *shown)
{
    return (struct mapping *) shown;
}

/* ---- what libhurd-mm asks ---- */

static int bring(struct hurd_store_fault *fault)
{
    const struct mapping *m = mapping_of(fault->hook);
    bool writes = fault->access & HURD_VM_WRITE && !m->shown.is_private;
    L4_Word_t done = 0, left = (fault->region + fault->region_size -
                                (fault->address & ~(HURD_MM_PAGE - 1))) / HURD_MM_PAGE;
    L4_Word_t ahead = AHEAD - fault->offset / HURD_MM_PAGE % AHEAD;
    const L4_Word_t in[] = { m->handle, fault->offset / HURD_MM_PAGE,
                             writes ? 1 : left < ahead ? left : ahead,
                             writes ? HURD_IO_PAGE_WRITES : 0 };
    int err = hurd_cap_rpc(m->server, HURD_IO_PAGES, 4, in, 1, &done, NULL);
    return err || done > 0 ? err : EIO;
}

static int sync(struct hurd_shown *shown)
{
    const struct mapping *m = mapping_of(shown);
    return hurd_cap_rpc(m->server, HURD_IO_SYNC, 1, &m->handle, 0, NULL, NULL);
}

/* Has the server given us what it names?  Else it may be anything of ours. */
static bool is_gift(const struct mapping *m)
{
    struct hurd_pm_cap_info info;
    return !hurd_pm_cap_info(physmem(), m->shown.container, &info) &&
           info.kind == HURD_PM_KIND_WEAK && info.giver == L4_Version(m->server);
}

/* The number may be that of something of ours from now on.  No other mapping names it then: a
 * server that shows one container twice has given it twice, if it means well. */
static void container_drop(const struct mapping *m)
{
    const L4_Word_t gone = m->shown.container;
    L4_Word_t left = 0;
    if (!is_gift(m) || hurd_cap_rpc(physmem(), HURD_CAP_DROP, 1, &gone, 1, &left, NULL) || left)
        return;
    for (struct mapping *o = mappings; o < mappings + mappings_end; o++) {
        if (o == m || !o->used || o->shown.container != gone)
            continue;
        o->shown.container = NO_CONTAINER;
        hurd_vm_show_again(&o->shown);
    }
}

static void release(struct hurd_shown *shown)
{
    struct mapping *m = mapping_of(shown);
    container_drop(m);
    hurd_cap_drop(m->server, m->handle);
    mapping_give(m);
}

/* ---- mmap() ---- */

static int refuse(const struct description *d, const struct hurd_mm_file_map *map)
{
    unsigned ways = d->flags & O_ACCMODE;
    if (d->kind != CONTENTS || !S_ISREG(d->mode))
        return ENODEV;
    if (ways == O_WRONLY || (map->shared && map->rights & HURD_VM_WRITE && ways != O_RDWR))
        return EACCES;
    return map->offset > UINT32_MAX || map->size - 1 > UINT32_MAX - map->offset ? EOVERFLOW : 0;
}

/* The server gives us a weak reference, for which we open a slot. */
static int container_ask(const struct description *d, L4_Word_t flags, struct mapping *m)
{
    const L4_Word_t in[] = { d->handle, flags };
    L4_Word_t out[2] = { 0, 0 };
    int err = EPERM;
    for (int i = 0; err == EPERM && i < SLOT_TRIES; i++) {
        err = hurd_cap_open(physmem(), 1, L4_Version(d->server));
        if (!err)
            err = hurd_cap_rpc(d->server, HURD_IO_MAP, 2, in, 2, out, NULL);
    }
    if (err)
        return err;
    m->server = d->server;
    m->handle = out[0];
    m->shown.container = out[1];
    if (is_gift(m))
        return 0;
    hurd_cap_drop(m->server, m->handle);
    return EPROTO;
}

int mapping_make(const struct description *d, const struct hurd_mm_file_map *map, L4_Word_t flags,
                 uintptr_t *addr)
{
    struct mapping *m = mapping_take();
    bool writes = map->shared && (d->flags & O_ACCMODE) == O_RDWR;
    if (!m)
        return ENOMEM;
    int err = container_ask(d, flags | (writes ? HURD_IO_MAP_WRITES : 0), m);
    if (err) {
        mapping_give(m);
        return err;
    }
    m->shown.bring = bring;
    m->shown.sync = sync;
    m->shown.release = release;
    m->shown.is_private = !map->shared;
    m->shown.rights = writes || !map->shared ? HURD_VM_RIGHTS : HURD_VM_READ | HURD_VM_EXECUTE;
    err = hurd_vm_show(&m->shown, (uintptr_t) map->offset, map->size, map->flags, map->rights,
                       addr);
    if (err)
        release(&m->shown);
    return err;
}

static int map_file(const struct hurd_mm_file_map *map, uintptr_t *addr)
{
    struct description *d;
    int err = description_take(map->file, &d);
    if (err)
        return err;
    err = refuse(d, map);
    if (!err)
        err = mapping_make(d, map, 0, addr);
    description_put(d);
    return err;
}

/* ---- fork() ---- */

bool mappings_offer(void)
{
    bool any = false;
    for (struct mapping *m = mappings; m < mappings + mappings_end; m++) {
        if (m->used)
            m->ticket = start_ticket(m->server, m->handle);
        any |= m->used && m->ticket;
    }
    return any;
}

/* The ticket is good for a handle of the file, and this for a mapping of our own. */
static int claim(struct mapping *m)
{
    const bool writes = !m->shown.is_private && m->shown.rights & HURD_VM_WRITE;
    struct description d = { .server = m->server };
    struct files *unused;
    L4_Word_t out[3] = { 0 };
    int err = m->ticket ? posix_files_of(m->server, &unused) : EIO;
    if (!err)
        err = hurd_cap_rpc(m->server, HURD_FS_CLAIM, 1, &m->ticket, 3, out, NULL);
    if (err)
        return err;
    d.handle = out[0];
    err = container_ask(&d, writes, m);
    hurd_cap_drop(d.server, d.handle);
    return err;
}

void mappings_claim(void)
{
    for (struct mapping *m = mappings; m < mappings + mappings_end; m++) {
        if (!m->used)
            continue;
        m->handle = m->shown.container = 0;     /* the parent's */
        if (claim(m) == 0)
            hurd_vm_show_again(&m->shown);
    }
}

bool mapping_next(unsigned *i, struct hurd_startup_cap caps[2])
{
    while (*i < mappings_end && !mappings[*i].used)
        ++*i;
    if (*i >= mappings_end)
        return false;
    const struct mapping *m = &mappings[(*i)++];
    caps[0] = (struct hurd_startup_cap) { m->server.raw, m->handle };
    caps[1] = (struct hurd_startup_cap) { physmem().raw, m->shown.container };
    return true;
}

void mapping_begin(void)
{
    hurd_mm_map_file = map_file;
}
