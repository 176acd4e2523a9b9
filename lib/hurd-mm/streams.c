/* SPDX-License-Identifier: MIT */
/* The standard streams of a program without file descriptors, if its starter sent one of them to a
 * file or pipe: the first string of the environment says so (lib/posix/start.h).  Bytes go in
 * messages.  The server learns of the task's death from an empty container of the task's. */
#pragma GCC optimize "Os"      /* every program has it, and none is slow because of it */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/fs.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/thread.h>
#include <string.h>
#include "streams.h"

enum { PATIENCE_US = 2000000 };

static struct stream {
    bool known;                         /* what the string says of it */
    struct hurd_startup_cap cap;        /* server 0: closed */
} streams[3];

static L4_Word_t number_next(const char **text)
{
    L4_Word_t number = 0;
    for (; **text && **text != ':' && **text != ' '; ++*text)
        number = number << 4 | (L4_Word_t)(**text <= '9' ? **text - '0' : **text - 'a' + 10);
    *text += **text != '\0';
    return number;
}

/* What stands behind "N:" for this stream; NULL: nothing. */
static const char *stream_find(int stream)
{
    const char key[] = {' ', (char)('0' + stream), ':', '\0'};
    const char *at = strstr((const char *)__hurd_startup_data->envz, key);
    return at ? at + 3 : NULL;
}

static bool is_kept(const char *said)
{
    return strncmp(said, STREAMS_KEPT, sizeof STREAMS_KEPT - 1) == 0;
}

void streams_begin(const char *said)
{
    if (!is_kept(said))
        return;
    while ((said = strstr(said, " x:")) != NULL) {
        said += 3;
        L4_ThreadId_t server = L4_ThreadIdOfRaw(number_next(&said));
        hurd_cap_drop(server, number_next(&said));
        said--;                         /* the space before the next one */
    }
}

struct buffer {
    L4_ThreadId_t server, physmem;
    L4_Word_t container, theirs;
};

static int slot_use(void *buffer)
{
    struct buffer *b = buffer;
    int error = hurd_cap_rpc(b->server, HURD_FS_SLOT, 0, NULL, 0, NULL, NULL);
    return error ? error : hurd_pm_container_share(b->physmem, b->container, L4_Version(b->server),
                                                   HURD_PM_READ, &b->theirs);
}

static bool buffer_make(L4_ThreadId_t server)
{
    const struct hurd_startup_cap control = __hurd_startup_data->physmem_control;
    struct buffer b = { .server = server, .physmem = L4_ThreadIdOfRaw(control.server) };
    L4_Word_t handle;
    return !hurd_pm_container_create(b.physmem, control.cap, 0, &b.container)
           && !hurd_cap_slot_use(slot_use, &b)
           && !hurd_cap_rpc(server, HURD_FS_BUFFER, 1, &b.theirs, 1, &handle, NULL);
}

static struct hurd_startup_cap stream_claim(const char *said)
{
    const struct hurd_startup_cap closed = {0, 0};
    static L4_Word_t with_buffer;       /* the server that has one */
    L4_Word_t out[3];
    if (!said || !said[0] || !said[1])
        return closed;
    if (*said == 'c')
        return __hurd_startup_data->console;
    said += 2;
    L4_ThreadId_t server = L4_ThreadIdOfRaw(number_next(&said));
    L4_Word_t ticket = number_next(&said);
    if (is_kept((const char *)__hurd_startup_data->envz))
        return (struct hurd_startup_cap) {server.raw, ticket};      /* it is the handle */
    if (with_buffer != server.raw && !buffer_make(server))
        return closed;
    with_buffer = server.raw;
    if (hurd_cap_rpc(server, HURD_FS_CLAIM, 1, &ticket, 3, out, NULL))
        return closed;
    return (struct hurd_startup_cap) {server.raw, out[0]};
}

/* lib/posix: it claims all descriptors.  Programs without it have the streams only. */
void posix_begin(void);
#pragma weak posix_begin

void streams_claim(const char *said)
{
    struct hurd_startup_cap unused;
    const char *waiter = strstr(said, STREAMS_WAITER);
    if (!waiter || is_kept(said))
        return;
    if (posix_begin)
        posix_begin();
    for (int i = 0; i < 3 && !posix_begin; i++)
        stream_sent(i, &unused);
    waiter += sizeof STREAMS_WAITER - 1;
    L4_LoadMR(0, 0);
    L4_Send_Timeout(L4_ThreadIdOfRaw(number_next(&waiter)), L4_TimePeriod(PATIENCE_US));
}

bool stream_sent(int stream, struct hurd_startup_cap *cap)
{
    const char *said = (const char *)__hurd_startup_data->envz;
    if (!said || stream < 0 || stream > 2 ||
        (strncmp(said, STREAMS_WORD, sizeof STREAMS_WORD - 1) && !is_kept(said)))
        return false;
    struct stream *s = &streams[stream];
    if (!s->known) {
        s->cap = stream_claim(stream_find(stream));
        s->known = true;
    }
    *cap = s->cap;
    return true;
}
