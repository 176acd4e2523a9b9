/* SPDX-License-Identifier: MIT */
/* The loop of a driver.  Requests become records in the queue; the driver does runs of them; when a
 * request is done, its client gets the reply.  volume.c knows which task may ask for what. */
#include "server.h"
#include "volume.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/deva.h>
#include <hurd/device.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

enum {
    PAGE = 4096,
    LOOK_TIME = 250000,         /* in us: so long without a message, */
    LOOK_REQUESTS = 64, /* or so many requests, between two looks at the clients' capabilities */
    MASTER_TRIES = 100,
    MASTER_PAUSE = 10000,       /* in us */
    LABEL_INTERRUPT = 0xfff0,
    LINES = 16,
    NOTIFY_PAUSE = 1000,        /* in us, between two tries to tell a client, */
    NOTIFY_TRIES = 1000,        /* and so many tries */
    NO_PARTNER = 2,             /* an IPC error: there is no such thread */
};

static struct queue queue;
static struct queue_run run;
static bool running;
static unsigned unheard;        /* requests that are finished, but whose clients have not been
                                   told yet */
static unsigned since_look;     /* requests since the last look; LOOK_REQUESTS: it is time for
                                   the next look */
struct hurd_block_counters block_counters;

/* ---- replies: the last one is sent together with the next wait, in one system call ---- */

static struct {
    L4_ThreadId_t to;           /* nil: no reply is pending */
    L4_Word_t tag, word[2];
} pending;

static void pending_load(void)
{
    L4_LoadMR(0, pending.tag);
    L4_LoadMR(1, pending.word[0]);
    L4_LoadMR(2, pending.word[1]);
}

static void pending_send(void)
{
    if (L4_IsNilThread(pending.to))
        return;
    pending_load();
    L4_Reply(pending.to);
    pending.to = L4_nilthread;
}

static void reply(L4_ThreadId_t to, L4_Word_t label, unsigned words, L4_Word_t first,
                  L4_Word_t second)
{
    pending_send();
    pending.to = to;
    pending.tag = L4_MakeTag(label, words, 0).raw;
    pending.word[0] = first;
    pending.word[1] = second;
}

static void reply_error(L4_ThreadId_t to, int error, uint32_t done)
{
    reply(to, HURD_BLOCK_ERROR, 2, (L4_Word_t) error, done);
}

static void reply_done(L4_ThreadId_t to, const struct queue_request *r)
{
    reply(to, 0, r->op == QUEUE_FLUSH ? 0 : 1, r->done, 0);
}

/* Tells the client that a request with a tag is finished.  If the client does not listen now, the
 * server tries again later. */
static void notify(struct queue_request *r)
{
    L4_LoadMR(0, L4_MakeTag(HURD_BLOCK_DONE, 3, 0).raw);
    L4_LoadMR(1, r->tag);
    L4_LoadMR(2, (L4_Word_t) r->error);
    L4_LoadMR(3, r->done);
    bool heard = L4_IpcSucceeded(L4_Reply(L4_ThreadIdOfRaw(r->client)));
    if (heard || L4_IpcErrorCode(L4_ErrorCode()) == NO_PARTNER || ++r->tries > NOTIFY_TRIES) {
        unheard -= r->finished;
        queue_remove(&queue, r);
    } else if (!r->finished) {
        r->finished = true;
        unheard++;
    }
}

static void notify_all(void)
{
    for (unsigned i = 0; i < queue.end; i++) {
        if (queue.request[i].used && queue.request[i].finished)
            notify(&queue.request[i]);
    }
}

/* The client gets the result, and the record is free again. */
static void request_end(struct queue_request *r, int error)
{
    L4_ThreadId_t client = L4_ThreadIdOfRaw(r->client);
    if (r->buffer)
        hurd_cap_object_drop(r->buffer);
    r->buffer = NULL;
    if (r->tagged && !r->cancelled) {
        r->error = error;
        r->tries = 0;
        notify(r);
        return;
    }
    if (!r->cancelled && error)
        reply_error(client, error, r->done);
    else if (!r->cancelled)
        reply_done(client, r);
    queue_remove(&queue, r);
}

/* From now on no thread waits for the request.  The thread that waited gets this error. */
static void request_cancel(struct queue_request *r, int error)
{
    if (r->finished)
        return;
    if (!r->active) {
        request_end(r, error);
        return;
    }
    if (!r->tagged)
        reply_error(L4_ThreadIdOfRaw(r->client), error, r->done);
    r->cancelled = !r->tagged;
}

/* ---- requests ---- */

/* Ends the requests of a task that may not ask any more. */
static void client_forget(unsigned task)
{
    for (unsigned i = 0; i < queue.end; i++) {
        if (queue.request[i].used && !queue.request[i].cancelled && queue.request[i].task == task)
            request_cancel(&queue.request[i], EBADF);
    }
}

static int serve_count(struct hurd_cap_call *call)
{
    if (call->words != 1)
        return EINVAL;
    block_counters.waiting = queue_count(&queue);
    memcpy(call->reply, &block_counters, sizeof block_counters);
    call->reply_words = sizeof block_counters / sizeof(L4_Word_t);
    return 0;
}

/* arg: 0 volume, 1 buffer, 2 offset, 3 sector, 4 sectors, 5 perhaps a tag.  Returns 0 or an
 * errno. */
static int transfer_refuse(const struct hurd_cap_call *call, const struct handle *volume,
                           L4_Word_t right)
{
    L4_Word_t offset = call->arg[2], sector = call->arg[3], count = call->arg[4];
    if (count == 0 || count > HURD_BLOCK_MOST || offset % PAGE)
        return EINVAL;
    L4_Word_t bytes = (count * HURD_BLOCK_SECTOR + PAGE - 1) & ~(L4_Word_t) (PAGE - 1);
    if (offset > 0u - bytes && offset != 0)
        return EINVAL;
    if (sector >= volume->sectors || count > volume->sectors - sector)
        return ENXIO;
    if (!(volume->rights & right))
        return EACCES;
    bool protected = block_site.driver->disks[volume->disk - block_site.driver->first].flags &
                     HURD_BLOCK_PROTECTED;
    int err = volume_stale(volume);
    return !err && protected && right == HURD_BLOCK_WRITES ? EROFS : err;
}

static struct queue_request *request_new(struct hurd_cap_call *call, enum queue_op op)
{
    struct queue_request *r = queue_add(&queue, call->task, HURD_BLOCK_REQUESTS);
    if (!r)
        return NULL;
    r->client = call->from.raw;
    r->op = op;
    r->disk = handle_of(call->cap->object)->disk;
    return r;
}

static int serve_transfer(struct hurd_cap_call *call, enum queue_op op)
{
    const struct handle *volume = handle_of(call->cap->object);
    bool tagged = call->words == 6;
    if (call->words != 5 && !tagged)
        return EINVAL;
    int err = transfer_refuse(call, volume,
                              op == QUEUE_READ ? HURD_BLOCK_READS : HURD_BLOCK_WRITES);
    if (err)
        return err;
    struct handle *buffer = buffer_named(call);
    if (!buffer)
        return EBADF;
    const struct queue_request *other = queue_find(&queue, call->from.raw);
    if (other && !(tagged && other->tagged))
        return EBUSY;
    struct queue_request *r = request_new(call, op);
    if (!r)
        return EAGAIN;
    r->tagged = tagged;
    r->tag = tagged ? call->arg[5] : 0;
    r->sector = volume->first + call->arg[3];
    r->count = call->arg[4];
    r->buffer = &buffer->object;
    r->container = buffer->container;
    r->offset = call->arg[2];
    hurd_cap_object_keep(&buffer->object);
    block_counters.requests++;
    return tagged ? 0 : HURD_CAP_NO_REPLY;
}

static int serve_flush(struct hurd_cap_call *call)
{
    if (call->words != 1)
        return EINVAL;
    int err = volume_stale(handle_of(call->cap->object));
    if (err)
        return err;
    if (queue_find(&queue, call->from.raw))
        return EBUSY;
    return request_new(call, QUEUE_FLUSH) ? HURD_CAP_NO_REPLY : EAGAIN;
}

int block_volume_serve(struct hurd_cap_call *call)
{
    switch (call->label) {
    case HURD_BLOCK_INFO:
        return volume_serve_info(call);
    case HURD_BLOCK_SLOT:
        return volume_serve_slot(call);
    case HURD_BLOCK_BUFFER:
        return volume_serve_buffer(call);
    case HURD_BLOCK_READ:
        return serve_transfer(call, QUEUE_READ);
    case HURD_BLOCK_WRITE:
        return serve_transfer(call, QUEUE_WRITE);
    case HURD_BLOCK_FLUSH:
        return serve_flush(call);
    case HURD_BLOCK_COUNT:
        return serve_count(call);
    default:
        return EOPNOTSUPP;
    }
}

/* An interrupt of a line that other devices use, too: hurd/device.h. */
static int serve_shared_interrupt(struct hurd_cap_call *call)
{
    if (call->words != 1 || !block_site.driver->interrupt)
        return EINVAL;
    hurd_irq_done(call->from, call->arg[0], block_site.driver->interrupt(call->arg[0]));
    return HURD_CAP_NO_REPLY;
}

/* Each request comes here first. */
static int serve_root(struct hurd_cap_call *call)
{
    if (++since_look > LOOK_REQUESTS) {
        volumes_look(&call->server->table, client_forget);
        since_look = 0;
    }
    if (call->label == HURD_DEVICE_INTERRUPT && L4_IsThreadEqual(call->from, block_site.deva))
        return serve_shared_interrupt(call);
    return call->label == HURD_BLOCK_OPEN ? volume_serve_open(call, !running) : EOPNOTSUPP;
}

/* Messages from threads of version 1 are interrupts.  The empty reply acknowledges them. */
static int serve_other(struct hurd_cap_call *call)
{
    if (call->label != LABEL_INTERRUPT || L4_ThreadNo(call->from) >= LINES ||
        L4_Version(call->from) != 1 || !block_site.driver->interrupt)
        return EOPNOTSUPP;
    block_site.driver->interrupt(L4_ThreadNo(call->from));
    return 0;
}

static int serve_cancel(L4_ThreadId_t thread)
{
    struct queue_request *r = queue_find(&queue, thread.raw);
    if (!r || r->tagged)
        return ESRCH;           /* no thread waits */
    request_cancel(r, ECANCELED);
    return 0;
}

static struct hurd_cap_server server = {
    .table = { .alloc = hurd_cap_heap_alloc, .free = hurd_cap_heap_free },
    .root = serve_root,
    .other = serve_other,
    .cancel = serve_cancel,
};

/* ---- the data ---- */

static L4_Word_t part_bytes(const struct queue_part *part)
{
    L4_Word_t bytes = part->count * HURD_BLOCK_SECTOR;
    return (bytes + PAGE - 1) & ~(L4_Word_t) (PAGE - 1);
}

static int error_of(int physmem_error)
{
    switch (physmem_error) {
    case 0:
    case EACCES:
    case EBUSY:
    case ENOMEM:
        return physmem_error;
    default:
        return EFAULT; /* a hole, or a container or a reference that does not exist any more */
    }
}

static int part_copy(const struct queue_part *part, bool to_client, L4_Word_t container,
                     L4_Word_t at)
{
    const struct queue_request *r = part->request;
    L4_Word_t theirs = r->offset + r->done * HURD_BLOCK_SECTOR, size = part_bytes(part);
    int err = to_client
                  ? hurd_pm_container_copy(block_site.physmem, container, at, r->container,
                                           theirs, size, HURD_PM_SQUASH, NULL)
                  : hurd_pm_container_copy(block_site.physmem, r->container, theirs, container, at,
                                           size, HURD_PM_SQUASH, NULL);
    return error_of(err);
}

int block_server_fetch(const struct queue_run *what, L4_Word_t container, L4_Word_t at,
                       unsigned *bad)
{
    for (unsigned i = 0; i < what->parts; i++) {
        int err = part_copy(&what->part[i], false, container, at);
        if (err) {
            *bad = i;
            return err;
        }
        at += part_bytes(&what->part[i]);
    }
    return 0;
}

void block_server_refused(unsigned part, int error)
{
    run.part[part].refused = error;
    running = false;
    queue_give_back(&queue, &run, request_end);
}

/* The disk of the run is not the one that the requests meant. */
void block_server_changed(void)
{
    unsigned disk = run.disk;
    for (unsigned i = 0; i < run.parts; i++)
        run.part[i].refused = ESTALE;
    running = false;
    queue_give_back(&queue, &run, request_end);
    for (unsigned i = 0; i < queue.end; i++) {
        struct queue_request *r = &queue.request[i];
        if (r->used && !r->finished && r->disk == disk)
            request_end(r, ESTALE);
    }
}

/* Gives the clients what was read.  A client whose pages are not there any more gets an error; its
 * data is lost. */
static void deliver(uint32_t good, L4_Word_t container, L4_Word_t at)
{
    uint32_t start = 0;
    for (unsigned i = 0; i < run.parts; i++) {
        struct queue_part part = run.part[i];
        uint32_t left = good > start ? good - start : 0;
        if (part.count > left)
            part.count = left & ~(QUEUE_PER_PAGE - 1);
        if (part.count && !part.request->cancelled)
            run.part[i].refused = part_copy(&part, true, container, at + start * HURD_BLOCK_SECTOR);
        start += run.part[i].count;
    }
}

void block_server_finished(uint32_t good, bool failed, L4_Word_t container, L4_Word_t at)
{
    if (run.op == QUEUE_READ) {
        deliver(good, container, at);
        block_counters.sectors_read += good;
    } else {
        block_counters.sectors_written += good;
    }
    if (run.parts > 1)
        block_counters.merged += run.parts;
    running = false;
    queue_settle(&queue, &run, good, failed, request_end);
}

/* ---- the loop ---- */

/* A run may end at once.  Even then, messages have their turn before the next one. */
static void begin_run(void)
{
    if (!running && queue_next(&queue, block_site.driver->most, &run)) {
        running = true;
        block_counters.commands++;
        block_site.driver->begin(&run);
    }
}

/* True if the next run can begin now. */
static bool more_runs(void)
{
    return !running && queue_count(&queue) > unheard;
}

/* Returns the us to wait for a message. */
static uint32_t patience(void)
{
    uint32_t us = block_site.driver->patience ? block_site.driver->patience() : UINT32_MAX;
    if (us > NOTIFY_PAUSE && unheard)
        return NOTIFY_PAUSE;
    return us > LOOK_TIME && volumes_open() && since_look < LOOK_REQUESTS ? LOOK_TIME : us;
}

/* Waits for the next message.  The pending reply is sent before. */
static L4_MsgTag_t next_message(uint32_t us, L4_ThreadId_t *from)
{
    L4_Time_t time = us == UINT32_MAX ? L4_Never : us == 0 ? L4_ZeroTime : L4_TimePeriod(us);
    L4_Accept(L4_UntypedWordsAcceptor);
    if (L4_IsNilThread(pending.to))
        return L4_Wait_Timeout(time, from);
    L4_ThreadId_t to = pending.to;
    pending_load();
    pending.to = L4_nilthread;
    return L4_ReplyWait_Timeout(to, time, from);
}

static void pass(void)
{
    L4_ThreadId_t from;
    begin_run();
    if (unheard)
        notify_all();
    bool more = more_runs();
    uint32_t us = more ? 0 : patience();
    if (us == 0 && !more) {
        block_site.driver->late();
        return;
    }
    L4_MsgTag_t tag = next_message(us, &from);
    if (L4_IpcFailed(tag)) {    /* the time is up, or the reply reached no thread, or the message
                                   had strings */
        since_look = us == LOOK_TIME ? LOOK_REQUESTS : since_look;
    } else if (hurd_cap_serve(&server, from, tag)) {
        L4_Reply(from);
    }
}

static _Noreturn void serve_for_ever(void)
{
    for (;;)
        pass();
}

int block_server_master(L4_ThreadId_t *deva_server, L4_Word_t *master)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    *deva_server = L4_ThreadIdOfRaw(data->console.server);
    *master = data->console.cap + 1;
    for (int i = 0; i < MASTER_TRIES; i++) {
        L4_Word_t kind, parts;
        if (!hurd_deva_info(*deva_server, *master, &kind, &parts))
            return kind == HURD_DEVA_KIND_MASTER || kind == HURD_DEVA_KIND_DEVICE ? 0 : ENOENT;
        L4_Sleep(L4_TimePeriod(MASTER_PAUSE));
    }
    return ENOENT;
}

int block_server_run(const struct block_driver *of, L4_ThreadId_t deva_server, L4_Word_t master)
{
    block_site = (struct block_site) {
        of, deva_server, L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server), master,
    };
    int err = hurd_deva_block_register(deva_server, master, L4_MyGlobalId(), of->first, of->count);
    if (err)
        return err;
    /* EOPNOTSUPP: it drives no device. */
    hurd_driver_favour(deva_server, master, L4_GlobalIdOf(L4_Pager()));
    serve_for_ever();
}
