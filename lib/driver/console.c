/* SPDX-License-Identifier: MIT */
/* The loop of a driver of a part of the console.  Before: the driver's main().  After: deva. */
#include "console.h"

#include <errno.h>
#include <string.h>

#include <hurd/console.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

enum { HEAD = 3, ERROR = HURD_DEVA_ERROR };

static uint8_t out[HURD_CONSOLE_CHUNK], in[HURD_CONSOLE_CHUNK];
static struct driver_work todo = { .out = out, .in = in };
static unsigned reported;       /* of todo.sent: deva knows that they are sent */

static int take(const struct driver *d)
{
    const L4_Word_t words[] = { d->handle, L4_GlobalIdOf(L4_Pager()).raw };
    int err = hurd_driver_register(d->deva, d->handle, L4_MyGlobalId());
    return err ? err : hurd_cap_rpc(d->deva, HURD_CONSOLE_DRIVE, 2, words, 0, NULL, NULL);
}

/* Tells deva what is done, and waits for any message, in one IPC: so deva's answer finds us. */
static L4_MsgTag_t exchange(const struct driver *d, L4_ThreadId_t *from)
{
    L4_Word_t words[HEAD + HURD_CONSOLE_CHUNK / 4] = { d->handle, todo.sent - reported,
                                                       todo.received };
    memcpy(words + HEAD, in, todo.received);
    unsigned n = HEAD + (todo.received + 3) / 4;
    reported = todo.sent;
    todo.room -= todo.received;
    todo.received = 0;
    L4_Accept(L4_UntypedWordsAcceptor);
    L4_LoadMR(0, L4_MakeTag(HURD_CONSOLE_EXCHANGE, n, 0).raw);
    L4_LoadMRs(1, (int) n, words);
    return L4_Ipc(d->deva, L4_anythread, L4_Timeouts(L4_Never, L4_Never), from);
}

/* deva has answered.  Returns 0, or the errno that it sent. */
static int obey(L4_MsgTag_t tag)
{
    L4_Word_t words[2 + HURD_CONSOLE_CHUNK / 4] = { 0 };
    unsigned n = L4_UntypedWords(tag), most = sizeof words / sizeof words[0];
    L4_StoreMRs(1, (int) (n < most ? n : most), words);
    if (L4_Label(tag) == ERROR)
        return n == 1 && words[0] != 0 ? (int) words[0] : EPROTO;
    if (L4_Label(tag) != 0 || words[0] > sizeof in || words[1] > sizeof out ||
        (words[1] > 0 && todo.sent < todo.count))
        return EPROTO;
    todo.room = words[0];
    if (words[1] > 0) {
        memcpy(out, words + 2, words[1]);
        todo.count = words[1];
        todo.sent = reported = 0;
    }
    return 0;
}

static void answer(L4_ThreadId_t to, bool alive)
{
    L4_LoadMR(0, L4_MakeTag(alive ? 0 : ERROR, alive ? 0 : 1, 0).raw);
    L4_LoadMR(1, EOPNOTSUPP);
    L4_Reply(to);
}

int driver_console(const struct driver *d, void (*work)(struct driver_work *w))
{
    int err = take(d);
    while (!err) {
        L4_ThreadId_t from;
        L4_Word_t line;
        L4_MsgTag_t tag = exchange(d, &from);
        if (L4_IpcFailed(tag))
            return EIO;
        bool interrupt = hurd_irq_line(d->deva, from, tag, &line);
        if (!interrupt && L4_IsThreadEqual(from, d->deva))
            err = obey(tag);
        else if (!interrupt)
            answer(from, L4_Label(tag) == HURD_DEVICE_ALIVE);
        work(&todo);
        if (interrupt)
            hurd_irq_done(from, line, 1);
    }
    return err;
}
