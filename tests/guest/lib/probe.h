/* SPDX-License-Identifier: MIT */
/* A thread in a space of its own that reads, writes, unmaps and passes on pages as it is told.  The test is
 * its pager: what it cannot do arrives as a fault. */
#ifndef PROBE_H
#define PROBE_H

#include "test.h"

enum probe_op {
    PROBE_READ = 0x100,
    PROBE_WRITE,
    PROBE_UNMAP,
    PROBE_FLUSH,
    PROBE_WINDOW,
    PROBE_PASS,
    PROBE_IN,
    PROBE_MAP
};

struct probe {
    bool done;  /* it did it; value is what it read */
    bool fault; /* it faulted: address, ip, label; it waits for our answer */
    L4_Word_t value, address, ip, label;
    L4_MsgTag_t tag;
};

L4_ThreadId_t prober(void); /* window: the complete space */
struct probe probe(L4_ThreadId_t p, enum probe_op op, L4_Word_t a, L4_Word_t b);
struct probe probe_on(L4_ThreadId_t p); /* what comes after we answered a fault */
/* Sends one item; the tag of our send. */
L4_MsgTag_t give(L4_ThreadId_t to, L4_MapItem_t item);
L4_MsgTag_t map_to(L4_ThreadId_t to, const void *page, L4_Word_t log2, L4_Word_t rights,
                   L4_Word_t send_base);
bool can_read(L4_ThreadId_t p, L4_Word_t address,
              L4_Word_t value); /* false: it is stuck in a fault now */

#endif
