/* SPDX-License-Identifier: MIT */
/* The ext2 file server:
 *      ext2fs [NAME [SERVER PATH [COVER DIRECTORY]...]]
 * Mounts the disk whose capability its starter gives it a little after the start, and serves the
 * protocols of hurd/io.h, file.h, dir.h and fs.h.  NAME is what `mount` shows.
 * SERVER (a thread's id, in hexadecimal) serves "/", and we cover PATH there; 0 and "": we are
 * that.  Servers that covered directories of the last server of this disk cover them again, before
 * the first request.  One thread does all of it, and waits for the disk.  When nobody has asked for
 * a second, it syncs: then the disk is whole and says so. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

#include "servers/ext2fs/server.h"

enum {
    BUFFERS = 256,
    QUIET = 1000000,                    /* us */
    PIPE_LOOK = 20000,                  /* us between looks for writers that died */
    CLOCK = 0x3F0,                      /* label of our own thread's message */
    LOOK_REQUESTS = 64,                 /* between two looks for clients that have gone */
};

struct ext2 fs;
char device_name[24];

static bool ended;                      /* fs_end has been served */
static unsigned since_look;

L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

int pages_make(uintptr_t size, L4_Word_t *container, uint8_t **at)
{
    uintptr_t address = 0;
    int err = hurd_vm_new_container(&address, size, container);
    *at = (uint8_t *) address;
    return err;
}

/* ---- the fs protocol ---- */

static int serve_statfs(struct hurd_cap_call *call)
{
    struct ext2_statfs s;
    if (call->words != 1)
        return EINVAL;
    ext2_statfs(&fs, &s);
    struct hurd_fs_statfs out = {
        s.block_size, s.blocks, s.free_blocks, s.reserved_blocks, s.inodes, s.free_inodes,
        (s.read_only ? HURD_FS_READ_ONLY : 0) | (s.clean ? HURD_FS_CLEAN : 0), { 0 },
    };
    memcpy(out.device, device_name, sizeof out.device);
    memcpy(call->reply, &out, sizeof out);
    call->reply_words = sizeof out / sizeof(L4_Word_t);
    return 0;
}

static int serve_end(struct hurd_cap_call *call)
{
    if (call->words != 1)
        return EINVAL;
    if (call->task >= HURD_TASK_FIRST)
        return EPERM;
    clients_look(&call->server->table);
    if (handles_of_programs() > 0 || mounts_count() > 0 || !images_end())
        return EBUSY;
    int err = contents_sync(NULL);
    ended = !err;
    return err;
}

/* Any handle of the caller's will do. */
static int serve_fs(struct hurd_cap_call *call)
{
    struct hurd_cap *cap;
    if (call->words == 0)
        return EINVAL;
    if (hurd_cap_lookup(&call->server->table, call->task, call->arg[0], &cap))
        return EBADF;
    switch (call->label) {
    case HURD_FS_STATFS:
        return serve_statfs(call);
    case HURD_FS_SYNC:
        return call->words == 1 ? contents_sync(NULL) : EINVAL;
    default:
        return serve_end(call);
    }
}

/* Each request comes here first. */
static int serve_any(struct hurd_cap_call *call)
{
    if (++since_look > LOOK_REQUESTS) {
        clients_look(&call->server->table);
        since_look = 0;
    }
    switch (call->label) {
    case HURD_CAP_GET_ROOT:
        return serve_root(call);
    case HURD_FS_SLOT:
        return serve_slot(call);
    case HURD_FS_BUFFER:
        return serve_buffer(call);
    case HURD_FS_CLAIM:
        return serve_claim(call);
    case HURD_FS_PIPE:
        return serve_pipe(call);
    case HURD_FS_IMAGE:
        return serve_text(call);
    case HURD_FS_COVER:
        return serve_cover(call);
    case HURD_FS_ABOVE:
        return serve_above(call);
    case HURD_FS_STATFS:
    case HURD_FS_SYNC:
    case HURD_FS_END:
        return serve_fs(call);
    default:
        return EOPNOTSUPP;
    }
}

struct hurd_cap_server server = {
    .table = { .alloc = share_alloc, .free = share_free },
    .root = serve_any,
};

/* ---- once a second ----
 * A thread of ours sleeps and calls, so that the main thread waits without a timeout: a wait with
 * one costs some hundred instructions more, for each request. */

static L4_ThreadId_t main_thread, clock_thread;
static bool clock_waits;                /* it has called; its reply comes with a change */
static bool asked;                      /* a request has come since it called last */

static bool changed(void)
{
    return fs.changed || cache.dirty > 0 || images_wait;
}

static void tick(void *unused)
{
    (void) unused;
    for (;;) {
        L4_Sleep(L4_TimePeriod(QUIET));
        L4_LoadMR(0, L4_MakeTag(CLOCK, 0, 0).raw);
        L4_Call(main_thread);
    }
}

/* No request has come for a second: then the disk is made whole. */
static void second(L4_ThreadId_t from)
{
    clock_thread = from;
    clock_waits = true;
    images_look();
    if (!asked && changed()) {
        clients_look(&server.table);
        contents_sync(NULL);
    }
    asked = false;
}

/* ---- the loop ---- */

/* A request, or a message of our own threads.  true: the sender gets the reply that is made. */
static bool serve(L4_ThreadId_t from, L4_MsgTag_t tag)
{
    if (L4_IsLocalId(from) && L4_Label(tag) == CLOCK) {
        second(from);
        return false;
    }
    asked = true;
    return !cache_returns(from, tag) && hurd_cap_serve(&server, from, tag);
}

/* A client may have gone, or have left its request (Ctrl-C in init's shell). */
static void reply_now(L4_ThreadId_t to)
{
    if (L4_IpcFailed(L4_Reply(to)))
        handles_undelivered(&server);
}

/* No message came, or a reply found nobody. */
static void __attribute__((noinline)) nothing_came(void)
{
    if (!L4_IpcErrorInReceive(L4_ErrorCode()))
        handles_undelivered(&server);
    if (server.longs)
        clients_look(&server.table);            /* somebody may wait for the end of a pipe whose
                                                   writer died */
}

/* Its number is its own, as a new request's: see handles_undelivered(). */
static bool ready_goes_on(L4_ThreadId_t *from)
{
    bool reply = hurd_cap_go_on_ready(&server, from);
    server.requests++;
    return reply;
}

static void serve_until_the_end(void)
{
    L4_ThreadId_t from = L4_nilthread;
    bool reply = false;
    while (!ended) {
        L4_Time_t most = server.longs ? L4_TimePeriod(PIPE_LOOK) : L4_Never;
        if (clock_waits && changed()) {
            if (reply)
                reply_now(from);
            L4_LoadMR(0, 0);
            L4_Reply(clock_thread);
            clock_waits = reply = false;
        }
        L4_Accept(L4_UntypedWordsAcceptor);
        L4_MsgTag_t tag = reply ? L4_ReplyWait_Timeout(from, most, &from)
                                : L4_Wait_Timeout(most, &from);
        reply = L4_IpcSucceeded(tag) && serve(from, tag);
        if (L4_IpcFailed(tag))
            nothing_came();
        while (server.ready) {
            if (reply)
                reply_now(from);
            reply = ready_goes_on(&from);
        }
    }
    if (reply)
        L4_Reply(from);
}

/* 0, having said so, or an errno, having said why. */
static int mount(void)
{
    struct ext2_device device;
    const char *problem;
    size_t bytes = ext2_memory(BUFFERS);
    void *memory = malloc(bytes);
    int err = device_open(&device, &problem);
    if (!err && !memory) {
        problem = "there is no memory for its cache";
        err = ENOMEM;
    }
    if (!err)
        err = ext2_mount(&fs, &device, memory, bytes);
    else
        snprintf(fs.sentence, sizeof fs.sentence, "%s", problem);
    if (!err && !fs.sentence[0])
        return 0;
    printf("ext2fs: %s: %s\n", device_name, fs.sentence[0] ? fs.sentence : strerror(err));
    return err;
}

static void restore(const char *server, const char *path)
{
    int err = mounts_restore(server, path);
    if (err)
        printf("ext2fs: %s: %s cannot be covered again: %s\n", device_name, path, strerror(err));
}

int main(int argc, char **argv)
{
    snprintf(device_name, sizeof device_name, "%s", argc > 1 ? argv[1] : "disk");
    if (argc > 3)
        mounts_begin(argv[2], argv[3]);
    int err = window_init();
    if (!err)
        err = frames_init();
    if (!err)
        err = text_init();
    if (!err)
        err = mount();
    main_thread = L4_MyGlobalId();
    if (!err)
        err = hurd_thread_start(&clock_thread, tick, NULL, 0);
    if (err)
        return EXIT_FAILURE;
    for (int i = 4; i + 1 < argc; i += 2)
        restore(argv[i], argv[i + 1]);
    device_announce();
    serve_until_the_end();
    return EXIT_SUCCESS;
}
