/* SPDX-License-Identifier: MIT */
/* One request that waits for several pipes of a file server (hurd/io.h, io_wait) or for the console
 * (hurd/deva.h, READ_PEEK).  A thread has one request at a time, so descriptors of two servers, or
 * of more pipes than fit into one request, are looked at every 10 ms. */
#include "lib/posix/pollwait.h"

#include <errno.h>

#include <hurd/cap.h>
#include <hurd/deva.h>
#include <hurd/signals.h>
#include <l4/ipc.h>
#include <l4/message.h>

enum { TICK = 10000, WANT_BITS = 2 };   /* us */

/* The request's words but for the handles.  False: another server, or too many. */
static bool joins(struct poll_wait *w, const struct description *d, L4_ThreadId_t server)
{
    bool console = d->kind == CONSOLE;
    if (w->count == 0)
        w->server = server;
    return L4_IsThreadEqual(server, w->server) && w->count < (console ? 1 : HURD_IO_WAIT_MOST);
}

static void ask_console(struct poll_wait *w, L4_Word_t handle)
{
    w->label = terminal_is_cooked(w->server, handle) ? HURD_DEVA_READ_MANY : HURD_DEVA_READ_RAW;
    w->word[0] = handle;
    w->word[1] = 1;
    w->word[2] = HURD_DEVA_READ_PEEK;
    w->words = 3;
}

static void ask_pipe(struct poll_wait *w, L4_Word_t handle, short events)
{
    L4_Word_t want = (events & POLLIN ? HURD_IO_CAN_READ : 0) |
                     (events & POLLOUT ? HURD_IO_CAN_WRITE : 0);
    w->label = HURD_IO_WAIT;
    w->word[w->count == 0 ? 0 : 1 + w->count] = handle;
    w->word[1] |= want << w->count * WANT_BITS;
    w->words = 2 + w->count;
}

/* Returns how it is waited for; POLL_ASKS: the plan keeps it. */
static int add(struct poll_wait *w, struct description *d, short events)
{
    L4_ThreadId_t server;
    L4_Word_t handle;
    if (d->kind == CONTENTS || (d->kind == CONSOLE && !(events & POLLIN)))
        return POLL_SLEEPS;
    stream_of(d, &server, &handle);
    if (!joins(w, d, server))
        return POLL_LOOKS;
    if (d->kind == CONSOLE)
        ask_console(w, handle);
    else
        ask_pipe(w, handle, events);
    w->kept[w->count++] = d;
    return POLL_ASKS;
}

void poll_wait_plan(struct poll_wait *w, const struct pollfd *fds, nfds_t count)
{
    w->how = POLL_SLEEPS;
    w->count = 0;
    w->word[1] = 0;
    for (nfds_t i = 0; i < count && w->how != POLL_LOOKS; i++) {
        struct description *d;
        if (fds[i].fd < 0 || description_take(fds[i].fd, &d))
            continue;
        int how = add(w, d, fds[i].events);
        if (how != POLL_ASKS)
            description_put(d);
        if (how != POLL_SLEEPS)
            w->how = how;
    }
    if (w->how != POLL_ASKS)
        w->server = L4_nilthread;
}

void poll_wait_end(struct poll_wait *w)
{
    while (w->count > 0)
        description_put(w->kept[--w->count]);
}

/* 0: answered, or that time is over. */
static int ask(const struct poll_wait *w, L4_Time_t most)
{
    L4_Word_t err = 0;
    L4_LoadMR(0, L4_MakeTag(w->label, w->words, 0).raw);
    L4_LoadMRs(1, w->words, (L4_Word_t *) w->word);
    L4_MsgTag_t tag = L4_Call_Timeouts(w->server, L4_Never, most);
    if (L4_IpcFailed(tag))
        return L4_IpcErrorCode(L4_ErrorCode()) == L4_IPC_TIMEOUT ? 0 : EIO;
    if (L4_Label(tag) == HURD_CAP_ERROR && L4_UntypedWords(tag) > 0)
        L4_StoreMR(1, &err);
    return (int) err;
}

bool poll_wait(const struct poll_wait *w, unsigned long long us)
{
    int err = EAGAIN;
    if (w->how == POLL_ASKS)
        err = ask(w, us == ~0ull ? L4_Never : L4_TimePeriod(us));
    if (err == 0 || err == ECANCELED)
        return err == ECANCELED;
    return signal_sleep(w->how == POLL_SLEEPS || us < TICK ? us : TICK);
}
