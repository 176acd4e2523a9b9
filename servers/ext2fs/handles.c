/* SPDX-License-Identifier: MIT */
/* What clients hold here: open files, and buffers, which are weak references to containers of
 * theirs.  A client that has died is known by its buffers: their containers are gone. */
#include <hurd/assert.h>
#include <errno.h>
#include <stdlib.h>

#include <hurd/deva.h>
#include <hurd/physmem.h>

#include "servers/ext2fs/server.h"

enum { GIFTS = 20, SLOTS_OPEN = 4, STRAYS_MOST = 4 };

static struct handle *handles;          /* all of them */
static unsigned slot_of[SLOTS_OPEN], next_slot;

static int file_serve(struct hurd_cap_call *call)
{
    if (call->label == HURD_IO_WHERE)
        return serve_where(call, handle_of(call));
    if (call->label >= HURD_IO_READ && call->label <= HURD_IO_SEEK)
        return serve_io(call);
    if (call->label == HURD_DEVA_READ_MANY || call->label == HURD_DEVA_WRITE_MANY)
        return serve_pieces(call);
    if (call->label == HURD_IO_MAP)
        return serve_map(call, handle_of(call));
    if (call->label == HURD_IO_PAGES)
        return serve_pages(call, handle_of(call));
    if (call->label >= HURD_FILE_TRUNCATE && call->label <= HURD_FILE_READLINK)
        return serve_file(call);
    if (call->label == HURD_FILE_IMAGE)
        return serve_image(call, handle_of(call));
    if (call->label == HURD_FILE_LOCK)
        return serve_lock(call, handle_of(call));
    if (call->label >= HURD_DIR_LOOKUP && call->label <= HURD_DIR_MKFIFO)
        return serve_dir(call);
    return call->label == HURD_FS_OFFER ? serve_offer(call, handle_of(call)) : EOPNOTSUPP;
}

static int buffer_serve(struct hurd_cap_call *call)
{
    return call->label >= HURD_IO_READ && call->label <= HURD_DIR_MKFIFO ? EBADF : EOPNOTSUPP;
}

static struct handle *handle_of_object(struct hurd_cap_object *object)
{
    return (struct handle *) object;    /* its first member */
}

static void position_leave(struct position *position)
{
    if (--position->handles == 0)
        free(position);
}

static void handle_free(struct handle *h)
{
    struct handle **at = &handles;
    assert(!h->object.caps);                /* no handle names it any more */
    while (*at && *at != h)
        at = &(*at)->next;
    assert_is(*at, ==, h);
    *at = h->next;
    if (h->inode && h->flags & (HURD_DIR_READS | HURD_DIR_WRITES) && !h->is_map)
        locks_drop(h->task, h->inode);
    if (h->cached)
        pager_close(&cache, h->cached);
    if (h->inode)
        inode_leave(h->inode);
    if (h->pipe)
        pipe_leave(h->pipe, h->flags);
    if (h->position && h->position != &h->alone)
        position_leave(h->position);
    share_free(h->task, h, sizeof *h);
}

static void file_unreferenced(struct hurd_cap_object *object)
{
    hurd_cap_object_revoke(object);
    handle_free(handle_of_object(object));
}

/* The client may have shared it several times. */
static void buffer_unreferenced(struct hurd_cap_object *object)
{
    hurd_cap_object_revoke(object);
    while (!hurd_cap_drop(physmem(), handle_of_object(object)->container))
        continue;
    handle_free(handle_of_object(object));
}

static int handle_admit(struct hurd_cap_object *object, unsigned task)
{
    (void) object, (void) task;
    return EPERM;
}

static const struct hurd_cap_class file_class = {
    .name = "file", .serve = file_serve, .unreferenced = file_unreferenced, .admit = handle_admit,
};
static const struct hurd_cap_class buffer_class = {
    .name = "buffer", .serve = buffer_serve, .unreferenced = buffer_unreferenced,
    .admit = handle_admit,
};

static const struct hurd_cap_class pipe_class = {
    .name = "pipe", .serve = serve_pipe_end, .unreferenced = file_unreferenced,
    .admit = handle_admit,
};

struct handle *handle_of(const struct hurd_cap_call *call)
{
    return handle_of_object(call->cap->object);
}

static unsigned handles_count(unsigned task, const struct hurd_cap_class *class)
{
    unsigned n = 0;
    for (const struct handle *h = handles; h; h = h->next)
        n += h->task == task && h->object.class == class && !h->is_weak;
    return n;
}

static int handle_new(struct hurd_cap_call *call, const struct hurd_cap_class *class,
                      unsigned head, struct handle **out)
{
    struct handle *h = share_alloc(call->task, sizeof *h);
    uint32_t number;
    if (!h)
        return ENOMEM;
    hurd_cap_object_init(&h->object, class);
    h->task = call->task;
    h->head = head;
    h->made = call->server->requests;
    h->next = handles;
    handles = h;
    int err = hurd_cap_insert(&call->server->table, call->task, &h->object, 0, 0, call->task,
                              &number);
    if (err) {
        handle_free(h);
        return err;
    }
    call->reply[0] = number;
    call->reply_words = 1;
    *out = h;
    return 0;
}

void handles_undelivered(struct hurd_cap_server *s)
{
    unsigned left;
    while (handles && handles->made == s->requests && handles->object.caps)
        hurd_cap_remove(&s->table, handles->task, hurd_cap_handle(handles->object.caps),
                        &left);
}

/* May the task have one more file open, and its tree one more inode?  EMFILE, ENFILE.  Every
 * program has the root. */
static int file_allowed(unsigned task, unsigned head)
{
    uint32_t files = 0, inodes = 1;
    for (const struct handle *h = handles; h; h = h->next) {
        if (h->head != head || !h->inode)
            continue;
        files += h->task == task && !h->is_weak;
        inodes += h->inode->number != EXT2_ROOT;
    }
    return files >= HURD_FS_FILES                               ? EMFILE
           : !share_allows(task, inodes, EXT2_OPEN - fs.opened) ? ENFILE
                                                                : 0;
}

/* It takes the references of the inode and of the position over, always.  position NULL: it gets
 * its own. */
static int handle_give_at(struct hurd_cap_call *call, struct ext2_inode *inode, unsigned flags,
                          struct position *position, struct handle **made)
{
    struct handle *h = NULL;
    const unsigned head = share_of(call->task);
    int err = file_allowed(call->task, head);
    if (!err)
        err = handle_new(call, &file_class, head, &h);
    if (err) {
        inode_leave(inode);
        if (position)
            position_leave(position);
        return err;
    }
    h->inode = inode;
    h->flags = flags;
    h->position = position ? position : &h->alone;
    *made = h;
    return 0;
}

int handle_give_new(struct hurd_cap_call *call, struct ext2_inode *inode, unsigned flags,
                    struct handle **made)
{
    return handle_give_at(call, inode, flags, NULL, made);
}

int handle_give(struct hurd_cap_call *call, struct ext2_inode *inode, unsigned flags)
{
    struct handle *unused;
    return handle_give_new(call, inode, flags, &unused);
}

int handle_give_pipe(struct hurd_cap_call *call, struct pipe *pipe, unsigned flags,
                     const struct handle *like)
{
    struct handle *h;
    if (handles_count(call->task, &buffer_class) == 0)
        return EACCES;
    int err = handles_count(call->task, &pipe_class) >= HURD_FS_FILES ? EMFILE
              : handle_new(call, &pipe_class, share_of(call->task), &h);
    if (err)
        return err;
    h->pipe = pipe;
    h->flags = flags;
    h->seen = like ? like->seen : pipe_came(pipe, flags);
    pipe_join(pipe, flags);
    return 0;
}

void handle_take_back(struct hurd_cap_call *call, L4_Word_t handle)
{
    unsigned left;
    hurd_cap_remove(&call->server->table, call->task, handle, &left);
}

bool handles_write(const struct ext2_inode *inode)
{
    const struct handle *h = handles;
    while (h && (h->inode != inode || !(h->flags & HURD_DIR_WRITES)))
        h = h->next;
    return h;
}

/* ---- weak maps ---- */

/* Its client finds the handle dead, and drops it. */
static void weak_end(struct handle *h)
{
    file_unreferenced(&h->object);
}

void handle_weaken(struct handle *map)
{
    struct handle *oldest = NULL;       /* new ones stand in front */
    unsigned n = 0;
    map->is_weak = true;
    for (struct handle *h = handles; h; h = h->next) {
        oldest = h->is_weak ? h : oldest;
        n += h->is_weak;
    }
    if (n > HURD_IO_WEAK_MOST)
        weak_end(oldest);
}

void weak_maps_end(const struct ext2_inode *inode, uint32_t opens)
{
    unsigned n = 0;
    for (const struct handle *h = handles; h; h = h->next)
        n += h->is_weak && h->inode == inode;
    if (n != opens)
        return;
    for (struct handle *h = handles, *next; h; h = next) {
        next = h->next;
        if (h->is_weak && h->inode == inode)
            weak_end(h);
    }
}

/* ---- tickets ---- */

static struct handle *ticket_find(L4_Word_t ticket)
{
    struct handle *h = handles;
    while (h && (ticket == 0 || h->ticket != ticket))
        h = h->next;
    return h;
}

/* Numbers do not follow each other, but that is no secret: every client may do everything. */
static L4_Word_t ticket_new(void)
{
    static L4_Word_t last;
    do
        last = last * 1664525u + 1013904223u;
    while (last == 0 || ticket_find(last));
    return last;
}

int serve_offer(struct hurd_cap_call *call, struct handle *h)
{
    if (call->words != 1)
        return EINVAL;
    if (!h->ticket)
        h->ticket = ticket_new();
    call->reply[0] = h->ticket;
    call->reply_words = 1;
    return 0;
}

/* From now on others may have it, too.  ENOMEM. */
static int position_share(struct handle *h)
{
    if (h->position != &h->alone)
        return 0;
    struct position *position = calloc(1, sizeof *position);    /* counted with the handle */
    if (!position)
        return ENOMEM;
    *position = (struct position) { h->alone.at, 1 };
    h->position = position;
    return 0;
}

int serve_claim(struct hurd_cap_call *call)
{
    if (call->words != 1)
        return EINVAL;
    if (handles_count(call->task, &buffer_class) == 0)
        return EACCES;
    struct handle *h = ticket_find(call->arg[0]);
    if (!h)
        return ENOENT;
    int err = 0;
    if (h->pipe)
        err = handle_give_pipe(call, h->pipe, h->flags, h);
    else if (!(err = position_share(h))) {
        struct handle *unused;
        ext2_inode_hold(h->inode);
        h->position->handles++;
        err = handle_give_at(call, h->inode, h->flags, h->position, &unused);
    }
    call->reply[1] = h->pipe ? HURD_FILE_FIFO : h->inode->mode;
    call->reply[2] = h->flags;
    call->reply_words = err ? 0 : 3;
    return err;
}

static int object_named(struct hurd_cap_call *call, unsigned word,
                        const struct hurd_cap_class *class, struct handle **handle)
{
    struct hurd_cap *cap;
    if (hurd_cap_lookup(&call->server->table, call->task, call->arg[word], &cap) ||
        cap->object->class != class)
        return EBADF;
    *handle = handle_of_object(cap->object);
    return 0;
}

int handle_named(struct hurd_cap_call *call, unsigned word, struct handle **handle)
{
    return object_named(call, word, &file_class, handle);
}

int pipe_named(struct hurd_cap_call *call, unsigned word, struct handle **handle)
{
    return object_named(call, word, &pipe_class, handle);
}

int buffer_named(struct hurd_cap_call *call, unsigned word, L4_Word_t *container)
{
    struct handle *h;
    int err = object_named(call, word, &buffer_class, &h);
    if (!err)
        *container = h->container;
    return err;
}

/* ---- buffers ---- */

static struct handle *buffer_find(L4_Word_t container)
{
    struct handle *h = handles;
    while (h && (h->object.class != &buffer_class || h->container != container))
        h = h->next;
    return h;
}

/* Calls `visit` for everything that programs have put into our table of physmem. */
static void gifts_visit(void (*visit)(const struct hurd_cap_gift *gift, unsigned task),
                        unsigned task)
{
    struct hurd_cap_gift gift[GIFTS];
    unsigned n = 0;
    L4_Word_t start = 0;
    while (!hurd_cap_list(physmem(), start, gift, GIFTS, &n) && n > 0) {
        for (unsigned i = 0; i < n; i++)
            visit(&gift[i], task);
        start = (gift[n - 1].handle & ((1u << HURD_CAP_INDEX_BITS) - 1)) + 1;
    }
}

/* A gift that no buffer names, of that task or of one that has died. */
static void stray_drop(const struct hurd_cap_gift *gift, unsigned task)
{
    if ((gift->giver == task || gift->flags & HURD_CAP_LIST_DEAD) && !buffer_find(gift->handle))
        hurd_cap_drop(physmem(), gift->handle);
}

int serve_slot(struct hurd_cap_call *call)
{
    if (call->words != 0)
        return EINVAL;
    if (call->task < HURD_TASK_FIRST)
        return 0;                       /* boot tasks need none */
    gifts_visit(stray_drop, call->task);
    for (unsigned i = 0; i < SLOTS_OPEN; i++) {
        if (slot_of[i] == call->task)
            return hurd_cap_open(physmem(), STRAYS_MOST, call->task) ? EIO : 0;
    }
    unsigned *slot = &slot_of[next_slot++ % SLOTS_OPEN];
    if (*slot)
        hurd_cap_open(physmem(), 0, *slot);
    *slot = call->task;
    return hurd_cap_open(physmem(), STRAYS_MOST, call->task) ? EIO : 0;
}

int serve_buffer(struct hurd_cap_call *call)
{
    struct hurd_pm_cap_info info;
    struct handle *h;
    if (call->words != 1)
        return EINVAL;
    if (buffer_find(call->arg[0]) || hurd_pm_cap_info(physmem(), call->arg[0], &info) ||
        info.kind != HURD_PM_KIND_WEAK || info.giver != call->task)
        return EPERM;
    if (handles_count(call->task, &buffer_class) >= HURD_FS_BUFFERS)
        return EMFILE;
    int err = handle_new(call, &buffer_class, share_of(call->task), &h);
    if (!err)
        h->container = call->arg[0];
    return err;
}

int serve_root(struct hurd_cap_call *call)
{
    struct ext2_inode *root;
    if (call->words != 0)
        return EINVAL;
    if (handles_count(call->task, &buffer_class) == 0)
        return EACCES;
    int err = ext2_inode_get(&fs, EXT2_ROOT, &root);
    return err ? err : handle_give(call, root, HURD_DIR_READS);
}

/* ---- clients that have gone ---- */

static struct hurd_cap_table *looked_at;

static void dead_forget(const struct hurd_cap_gift *gift, unsigned unused)
{
    (void) unused;
    struct handle *h = gift->flags & HURD_CAP_LIST_DEAD ? buffer_find(gift->handle) : NULL;
    if (h)
        hurd_cap_forget(looked_at, h->task);
}

void clients_look(struct hurd_cap_table *table)
{
    looked_at = table;
    gifts_visit(dead_forget, 0);
}

unsigned handles_of_programs(void)
{
    unsigned n = 0;
    for (const struct handle *h = handles; h; h = h->next)
        n += h->task >= HURD_TASK_FIRST && !h->is_weak &&
             (h->object.class == &file_class || (h->pipe && pipe_has_name(h->pipe)));
    return n;
}
