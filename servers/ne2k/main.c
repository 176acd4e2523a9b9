/* SPDX-License-Identifier: MIT */
/* The driver of NE2000 cards on PCI: hurd/net.h.  Frames that come wait in a queue, until a client
 * takes them. */
#include "card.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <l4/ipc.h>
#include <l4/thread.h>

#include "lib/driver/driver.h"

enum { FRAMES = 8, LEAST = 60, PAUSE = 1000 };

struct frame {
    unsigned bytes;
    L4_ThreadId_t owner;        /* of the two frames that clients work with */
    uint8_t data[HURD_NET_FRAME + 2];
};

static struct frame queue[FRAMES], outgoing, incoming;
static unsigned first, waiting;         /* queue[first] is the oldest of those that wait */
static struct hurd_net_info info;

void card_pause(void)
{
    L4_Sleep(L4_TimePeriod(PAUSE));
}

/* ---- the card ---- */

/* The oldest frame makes room for a new one. */
static void frame_keep(const struct frame *f)
{
    if (waiting == FRAMES) {
        first = (first + 1) % FRAMES;
        waiting--;
        info.lost++;
    }
    queue[(first + waiting) % FRAMES] = *f;
    waiting++;
    info.received++;
}

/* Not for ever: a card that always has one more does not keep the driver from its clients. */
static void take_frames(void)
{
    static struct frame coming;
    for (unsigned i = 0; i < 2 * FRAMES && (coming.bytes = card_receive(coming.data)); i++)
        frame_keep(&coming);
}

static int interrupt(L4_Word_t line)
{
    (void) line;
    bool mine = card_interrupt();
    if (mine)
        take_frames();
    return mine;
}

/* ---- requests ---- */

static int serve_info(struct hurd_cap_call *call)
{
    if (call->words != 0)
        return EINVAL;
    memcpy(call->reply, &info, sizeof info);
    call->reply_words = sizeof info / sizeof(L4_Word_t);
    return 0;
}

static int serve_write(struct hurd_cap_call *call)
{
    L4_Word_t at = call->arg[0], bytes = call->arg[1];
    if (call->words < 2 || bytes == 0 || bytes > HURD_NET_PIECE || at > HURD_NET_FRAME ||
        bytes > HURD_NET_FRAME - at || call->words != 2 + (bytes + 3) / 4)
        return EINVAL;
    if (at == 0) {
        memset(outgoing.data, 0, sizeof outgoing.data);
        outgoing.owner = call->from;
    }
    if (!L4_IsThreadEqual(outgoing.owner, call->from))
        return EPERM;
    memcpy(outgoing.data + at, call->arg + 2, bytes);
    return 0;
}

static int serve_send(struct hurd_cap_call *call)
{
    if (call->words != 1 || call->arg[0] < HURD_NET_LEAST || call->arg[0] > HURD_NET_FRAME)
        return EINVAL;
    if (!L4_IsThreadEqual(outgoing.owner, call->from))
        return EPERM;
    outgoing.owner = L4_nilthread;
    if (!card_send(outgoing.data, call->arg[0] < LEAST ? LEAST : call->arg[0]))
        return EIO;
    info.sent++;
    return 0;
}

static int serve_receive(struct hurd_cap_call *call)
{
    if (call->words != 0)
        return EINVAL;
    if (waiting == 0)
        return EAGAIN;
    incoming = queue[first];
    incoming.owner = call->from;
    first = (first + 1) % FRAMES;
    waiting--;
    call->reply[0] = incoming.bytes;
    call->reply_words = 1;
    return 0;
}

static int serve_read(struct hurd_cap_call *call)
{
    if (call->words != 1 || call->arg[0] > HURD_NET_FRAME)
        return EINVAL;
    if (!L4_IsThreadEqual(incoming.owner, call->from))
        return EPERM;
    L4_Word_t at = call->arg[0], bytes = at < incoming.bytes ? incoming.bytes - at : 0;
    if (bytes > HURD_NET_PIECE)
        bytes = HURD_NET_PIECE;
    call->reply[0] = bytes;
    memset(call->reply + 1, 0, HURD_NET_PIECE);
    memcpy(call->reply + 1, incoming.data + at, bytes);
    call->reply_words = 1 + (bytes + 3) / 4;
    return 0;
}

static int serve(struct hurd_cap_call *call)
{
    switch (call->label) {
    case HURD_NET_INFO:
        return serve_info(call);
    case HURD_NET_WRITE:
        return serve_write(call);
    case HURD_NET_SEND:
        return serve_send(call);
    case HURD_NET_RECEIVE:
        return serve_receive(call);
    case HURD_NET_READ:
        return serve_read(call);
    default:
        return EOPNOTSUPP;
    }
}

int main(void)
{
    struct driver d;
    uint16_t ports;
    uint8_t address[8] = { 0 };
    int err = driver_init(&d);
    if (!err)
        err = driver_ports(&d, 0, &ports, NULL);
    if (!err && !card_init(ports, address))
        err = EIO;
    if (!err)
        err = driver_interrupt(&d, 0);
    memcpy(info.address, address, sizeof info.address);
    if (!err)
        err = driver_serve(&d, serve, interrupt);
    printf("ne2k: %s\n", strerror(err));
    return EXIT_FAILURE;
}
