/* SPDX-License-Identifier: MIT */
/* The client functions for network cards, include/hurd/net.h.  A frame goes in pieces. */
#include <errno.h>
#include <string.h>

#include <hurd/device.h>
#include <hurd/net.h>

int hurd_net_info(L4_ThreadId_t driver, struct hurd_net_info *info)
{
    unsigned got;
    int err = hurd_driver_rpc(driver, HURD_NET_INFO, 0, NULL, sizeof *info / sizeof(L4_Word_t),
                              (L4_Word_t *) info, &got);
    return !err && got < sizeof *info / sizeof(L4_Word_t) ? EPROTO : err;
}

int hurd_net_send(L4_ThreadId_t driver, const void *frame, L4_Word_t bytes)
{
    unsigned got;
    if (bytes < HURD_NET_LEAST || bytes > HURD_NET_FRAME)
        return EINVAL;
    for (L4_Word_t at = 0; at < bytes; at += HURD_NET_PIECE) {
        L4_Word_t in[2 + HURD_NET_PIECE / 4] = { at };
        in[1] = bytes - at < HURD_NET_PIECE ? bytes - at : HURD_NET_PIECE;
        memcpy(in + 2, (const char *) frame + at, in[1]);
        int err = hurd_driver_rpc(driver, HURD_NET_WRITE, 2 + (in[1] + 3) / 4, in, 0, NULL, &got);
        if (err)
            return err;
    }
    return hurd_driver_rpc(driver, HURD_NET_SEND, 1, &bytes, 0, NULL, &got);
}

int hurd_net_receive(L4_ThreadId_t driver, void *frame, L4_Word_t *bytes)
{
    unsigned got;
    L4_Word_t size = 0;
    int err = hurd_driver_rpc(driver, HURD_NET_RECEIVE, 0, NULL, 1, &size, &got);
    if (err)
        return err;
    if (got < 1 || size > HURD_NET_FRAME)
        return EPROTO;
    for (L4_Word_t at = 0; at < size;) {
        L4_Word_t out[1 + HURD_NET_PIECE / 4];
        err = hurd_driver_rpc(driver, HURD_NET_READ, 1, &at, 1 + HURD_NET_PIECE / 4, out, &got);
        if (err)
            return err;
        if (got < 1 || out[0] == 0 || out[0] > HURD_NET_PIECE || out[0] > size - at ||
            got < 1 + (out[0] + 3) / 4)
            return EPROTO;
        memcpy((char *) frame + at, out + 1, out[0]);
        at += out[0];
    }
    *bytes = size;
    return 0;
}
