/* SPDX-License-Identifier: MIT */
/* Network cards: frames, and nothing above them.  From a driver of class HURD_DEVICE_NET
 * (hurd/device.h: hurd_driver_find()).
 *
 * A frame is what stands on the wire without preamble and checksum: 6 bytes receiver, 6 bytes
 * sender, 2 bytes type, and data.  It is 14 to HURD_NET_FRAME bytes long; the card makes short ones
 * 60 bytes long.  A frame is longer than a message, so it goes in pieces.
 *
 *   label  operation    request words                        reply
 *   1136   net_info     none                                 0 and 1 the card's address, 2 frames
 *                                                            received, 3 sent, 4 lost
 *   1137   net_write    0 offset, 1 bytes, 2.. the bytes     none
 *   1138   net_send     0 bytes of the frame                 none; blocks until the card has it
 *   1139   net_receive  none                                 0 bytes of the frame
 *   1140   net_read     0 offset                             0 bytes, 1.. the bytes
 *
 * Bytes are packed four in a word, the first in bits 0-7; HURD_NET_PIECE of them at most.
 * net_write: puts a piece into the frame that is to be sent.  A piece at offset 0 begins a new
 *   frame, which is the calling thread's.
 * net_send: sends that frame.
 * net_receive: the oldest frame that has come becomes the calling thread's.  EAGAIN: none has come.
 *   The driver keeps some frames; if nobody takes them, the oldest are lost.
 * net_read: a piece of that frame; no bytes behind its end.
 * EINVAL: wrong number of words, or a value out of range.  EPERM: the frame is another thread's.
 * EIO: the card does not send. */
#ifndef HURD_NET_H
#define HURD_NET_H

#include <l4/types.h>

#define HURD_NET_INFO    1136
#define HURD_NET_WRITE   1137
#define HURD_NET_SEND    1138
#define HURD_NET_RECEIVE 1139
#define HURD_NET_READ    1140

#define HURD_NET_FRAME   1514u
#define HURD_NET_LEAST   14u
#define HURD_NET_PIECE   240u

struct hurd_net_info {
    L4_Word_t address[2];       /* 6 bytes, packed */
    L4_Word_t received, sent, lost;
};

/* ---- functions for clients, lib/hurd-cap/net_client.c.  They return 0 or an errno; also ETIMEDOUT
 * and EPROTO: the driver is no good. ---- */
int hurd_net_info(L4_ThreadId_t driver, struct hurd_net_info *info);
int hurd_net_send(L4_ThreadId_t driver, const void *frame, L4_Word_t bytes);
/* `frame` has room for HURD_NET_FRAME bytes. */
int hurd_net_receive(L4_ThreadId_t driver, void *frame, L4_Word_t *bytes);

#endif
