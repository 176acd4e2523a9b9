/* SPDX-License-Identifier: MIT */
#include "probe.h"

enum { DONE = 0x1FF };

static void done(L4_Word_t value)
{
    L4_LoadMR(0, DONE << 16 | 1);
    L4_LoadMR(1, value);
    L4_Send(L4_Pager());
}

static L4_Word_t in8(L4_Word_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "d"((uint16_t)port));
    return value;
}

static void obey(L4_Word_t op, L4_Word_t a, L4_Word_t b)
{
    switch (op) {
    case PROBE_READ:
        done(*(volatile L4_Word_t *)a);
        break;
    case PROBE_WRITE:
        *(volatile L4_Word_t *)a = b;
        done(b);
        break;
    case PROBE_UNMAP:
        done(L4_UnmapFpage(L4_FpageOfRaw(a)).raw);
        break;
    case PROBE_FLUSH:
        done(L4_Flush(L4_FpageOfRaw(a)).raw);
        break;
    case PROBE_WINDOW:
        L4_LoadBR(0, a);
        done(0);
        break;
    case PROBE_IN:
        done(in8(a));
        break;
    case PROBE_PASS: { /* page a (an fpage, also the send base) to thread b */
        L4_MapItem_t item = L4_MapItem(L4_FpageOfRaw(a), a);
        L4_LoadMR(0, PROBE_MAP << 16 | 2 << 6);
        L4_LoadMRs(1, 2, item.raw);
        done(L4_Send_Timeout(L4_ThreadIdOfRaw(b), SOON).raw);
        break;
    }
    default:
        break; /* a map item: the kernel did the work */
    }
}

static void probe_main(void)
{
    L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
    for (;;) {
        L4_MsgTag_t tag = L4_Wait(&(L4_ThreadId_t){.raw = 0});
        if (L4_IpcSucceeded(tag))
            obey(L4_Label(tag), L4_MR(1), L4_MR(2));
    }
}

L4_ThreadId_t prober(void)
{
    L4_ThreadId_t p = stranger_of(L4_MyGlobalId(), probe_main);
    probe(p, PROBE_WINDOW, L4_CompleteAddressSpace.raw, 0); /* its code is mapped now */
    return p;
}

struct probe probe_on(L4_ThreadId_t p)
{
    struct probe r = {.tag = pager_serve(p)};
    L4_Word_t w[3];
    L4_StoreMRs(0, 3, w);
    r.label = L4_Label(r.tag);
    r.done = L4_IpcSucceeded(r.tag) && r.label == DONE;
    r.fault = L4_IpcSucceeded(r.tag) && (L4_IsPageFault(r.tag) || L4_IsIoFault(r.tag));
    r.value = r.address = w[1];
    r.ip = w[2];
    return r;
}

struct probe probe(L4_ThreadId_t p, enum probe_op op, L4_Word_t a, L4_Word_t b)
{
    L4_Msg_t m = {.raw = {(L4_Word_t)op << 16 | 2, a, b}};
    L4_MsgTag_t tag = pager_send(p, &m);
    if (L4_IpcFailed(tag))
        return (struct probe){.tag = tag};
    return probe_on(p);
}

L4_MsgTag_t give(L4_ThreadId_t to, L4_MapItem_t item)
{
    L4_Msg_t m = {.raw = {PROBE_MAP << 16 | 2 << L4_TAG_T_SHIFT, item.raw[0], item.raw[1]}};
    return pager_send(to, &m);
}

L4_MsgTag_t map_to(L4_ThreadId_t to, const void *page, L4_Word_t log2, L4_Word_t rights,
                   L4_Word_t send_base)
{
    return give(
        to, L4_MapItem(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)page, log2), rights), send_base));
}

bool can_read(L4_ThreadId_t p, L4_Word_t address, L4_Word_t value)
{
    struct probe r = probe(p, PROBE_READ, address, 0);
    return r.done && r.value == value;
}
