/* SPDX-License-Identifier: MIT */
/* A pager for other tasks, as a monolithic kernel has it: one clock over everybody's pages. Nothing
 * of libhurd-mm takes part: a client names this thread as its pager, and its faults come here. */
#include "isolation.h"
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/protocol.h>
#include <l4/space.h>
#include <stdlib.h>
#include <string.h>
#include "lab.h"

enum { FRAMES = CLIENTS * PART };

static struct frame {
    unsigned char client;
    bool taken;
    uint32_t page;
} frames[FRAMES];

static struct client {
    L4_ThreadId_t thread;
    uintptr_t base;
    unsigned short frame[MOST_PAGES];   /* + 1; 0: not in core */
    bool known[MOST_PAGES];
} clients[CLIENTS];

static uintptr_t memory;
static uint32_t taken, hand;

static L4_Fpage_t fpage_of(uint32_t frame, L4_Word_t rights)
{
    return L4_FpageAddRights(L4_FpageLog2(memory + frame * PAGE, 12), rights);
}

static bool was_used(uint32_t frame)
{
    return L4_GetStatus(fpage_of(frame, 0)).raw & L4_FPAGE_RWX;
}

static uint32_t frame_free(void)
{
    if (taken < FRAMES)
        return taken++;
    while (was_used(hand))
        hand = (hand + 1) % FRAMES;
    uint32_t frame = hand;
    hand = (hand + 1) % FRAMES;
    L4_UnmapFpage(fpage_of(frame, L4_FPAGE_RWX));
    clients[frames[frame].client].frame[frames[frame].page] = 0;
    return frame;
}

static uint32_t frame_bring(unsigned client, uint32_t page)
{
    struct client *c = &clients[client];
    uint32_t frame = frame_free();
    isolation_fill(page, (uint32_t *)(memory + frame * PAGE));
    frames[frame] = (struct frame){.client = (unsigned char)client, .taken = true, .page = page};
    c->frame[page] = (unsigned short)(frame + 1);
    if (client == VICTIM)
        lab_fetched(!c->known[page], page);
    c->known[page] = true;
    return frame;
}

static void fault(L4_ThreadId_t from, uintptr_t address)
{
    unsigned client = from.raw == clients[VICTIM].thread.raw ? VICTIM : AGGRESSOR;
    struct client *c = &clients[client];
    uint32_t page = (address - c->base) / PAGE;
    lab_check(from.raw == c->thread.raw && page < MOST_PAGES, "a fault that is no client's");
    uint32_t frame = c->frame[page] ? c->frame[page] - 1u : frame_bring(client, page);
    L4_LoadMR(1, (c->base + page * PAGE) | L4_ITEM_MAP);
    L4_LoadMR(2, fpage_of(frame, L4_FPAGE_R).raw);
    L4_LoadMR(0, L4_MakeTag(0, 0, 2).raw);
}

/* Nobody is answered before all are here. */
static void wait_for_clients(unsigned count)
{
    for (unsigned n = 0; n < count; n++) {
        L4_ThreadId_t from;
        L4_MsgTag_t tag = L4_Wait(&from);
        lab_check(L4_IpcSucceeded(tag) && L4_Label(tag) == JOIN && L4_MR(1) < CLIENTS, "no client");
        clients[L4_MR(1)].thread = from;
        clients[L4_MR(1)].base = L4_MR(2);
    }
    for (unsigned n = 0; n < count; n++) {
        L4_LoadMR(0, 0);
        L4_Reply(clients[n].thread);
    }
}

static void start(void)
{
    memset(clients, 0, sizeof clients);
    taken = hand = 0;
    memory = 0;
    lab_check(hurd_vm_allocate(&memory, FRAMES * PAGE, 0, 1) == 0, "no memory for the frames");
}

static void stop(void)
{
    for (uint32_t frame = 0; frame < taken; frame++)
        L4_UnmapFpage(fpage_of(frame, L4_FPAGE_RWX));
    lab_check(hurd_vm_deallocate(memory, FRAMES * PAGE) == 0, "the frames do not go back");
}

void central_serve(unsigned count)
{
    L4_ThreadId_t from;
    start();
    wait_for_clients(count);
    lab_start();
    L4_MsgTag_t tag = L4_Wait(&from);
    while (L4_IpcFailed(tag) || L4_Label(tag) != LEAVE) {
        if (L4_IpcFailed(tag)) {
            tag = L4_Wait(&from);
            continue;
        }
        lab_check(L4_IsPageFault(tag), "a message that is no fault");
        fault(from, L4_MR(1));
        tag = L4_ReplyWait(from, &from);
    }
    L4_LoadMR(0, 0);
    L4_Reply(from);
    stop();
}
