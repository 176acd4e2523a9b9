/* SPDX-License-Identifier: MIT */
/* Threads and spaces for tests.  Slots are counted up through a test and begin again with the next; thread
 * versions never repeat, so a stale id stays stale. */
#include "guest.h"
#include <string.h>

enum { SLOTS = 60, STACK_WORDS = 1024, AREA_LOG2 = 17 };

extern const char __executable_start[], _end[];

static L4_Word_t stacks[SLOTS][STACK_WORDS] __attribute__((aligned(4096)));
static L4_ThreadId_t ids[SLOTS];
static volatile L4_Word_t ids_used, utcbs_used, stacks_used;
static L4_Word_t version = 1, area;
static L4_ThreadId_t main_thread;

void helpers_init(void)
{
    main_thread = L4_MyGlobalId();
    area = L4_MyLocalId().raw & ~L4_SizeMask(AREA_LOG2);
    for (const char *p = __executable_start; p < _end;
         p += 4096) /* all of us is mapped from now on */
        (void)*(volatile const char *)p;
}

void helpers_delete(void)
{
    for (L4_Word_t i = 0; i < ids_used && i < SLOTS; i++)
        thread_delete(ids[i]);
    ids_used = utcbs_used = stacks_used = 0;
}

L4_ThreadId_t supervisor(void) { return main_thread; }

bool in_image(L4_Word_t address)
{
    return address >= (L4_Word_t)__executable_start && address < (L4_Word_t)_end;
}

L4_Word64_t clock_us(void) { return L4_SystemClock().raw; }

L4_ThreadId_t fresh_id(void)
{
    L4_Word_t slot = ids_used++ % SLOTS;
    if ((++version & 0x3F) == 0)
        version++;
    return ids[slot] = L4_GlobalId(L4_ThreadIdUserBase(L4_GetKernelInterface()) + 8 + slot,
                                   version);
}

void *fresh_utcb(void) { return (void *)(area + 512 * (8 + utcbs_used++ % SLOTS)); }

L4_Word_t stack_for(L4_ThreadId_t t, void (*f)(void))
{
    L4_Word_t *top = &stacks[stacks_used++ % SLOTS][STACK_WORDS - 4];
    (void)t, (void)f;
    top[0] = (L4_Word_t)rest; /* where f returns to */
    return (L4_Word_t)top;
}

static L4_ThreadId_t my_global_id(void) { return L4_MyGlobalId(); }

L4_Word_t activate(L4_ThreadId_t t, L4_ThreadId_t pager)
{
    return L4_ThreadControl(t, t, L4_nilthread, pager, fresh_utcb());
}

void start(L4_ThreadId_t t, void (*f)(void)) { L4_Start_SpIp(t, stack_for(t, f), (L4_Word_t)f); }

L4_ThreadId_t helper_inactive(void)
{
    L4_ThreadId_t t = fresh_id();
    EXPECT(L4_ThreadControl(t, my_global_id(), my_global_id(), L4_nilthread, L4_UTCB_UNCHANGED));
    return t;
}

L4_ThreadId_t helper_waiting_for_start(L4_ThreadId_t pager)
{
    L4_ThreadId_t t = fresh_id();
    EXPECT(L4_ThreadControl(t, my_global_id(), my_global_id(), pager, fresh_utcb()));
    L4_Set_Priority(t, 100);
    return t;
}

L4_ThreadId_t helper(void (*f)(void))
{
    L4_ThreadId_t t = helper_waiting_for_start(main_thread);
    start(t, f);
    return t;
}

/* ---- other spaces: same area addresses as ours, so that the stubs' links are right there, too */
L4_ThreadId_t space_create(void)
{
    L4_ThreadId_t t = fresh_id();
    EXPECT(L4_ThreadControl(t, t, my_global_id(), L4_nilthread, L4_UTCB_UNCHANGED));
    return t;
}

L4_Word_t areas_set(L4_ThreadId_t space)
{
    L4_Word_t old;
    return L4_SpaceControl(space, 0, L4_FpageLog2((L4_Word_t)L4_GetKernelInterface(), 12),
                           L4_FpageLog2(area, AREA_LOG2), L4_anythread, &old);
}

/* The start message must come from the pager: ourselves, or the supervisor on request. */
static void start_by_message(L4_ThreadId_t t, L4_ThreadId_t pager, void (*f)(void))
{
    L4_Word_t sp = stack_for(t, f);
    if (pager.raw == my_global_id().raw) {
        EXPECT(L4_IpcSucceeded(send_words(t, 0, (L4_Word_t)f, sp)));
        return;
    }
    L4_LoadMR(0, LABEL_START << 16 | 3);
    L4_LoadMR(1, t.raw);
    L4_LoadMR(2, (L4_Word_t)f);
    L4_LoadMR(3, sp);
    L4_MsgTag_t tag = L4_Call(pager);
    EXPECT(L4_IpcSucceeded(tag) && L4_Label(tag) == 0);
}

L4_ThreadId_t stranger_of(L4_ThreadId_t pager, void (*f)(void))
{
    L4_ThreadId_t t = space_create();
    EXPECT(areas_set(t));
    EXPECT(activate(t, pager));
    L4_Set_Priority(t, 100);
    start_by_message(t, pager, f);
    return t;
}

L4_ThreadId_t stranger(void (*f)(void)) { return stranger_of(main_thread, f); }

L4_ThreadId_t companion(L4_ThreadId_t space, void (*f)(void))
{
    L4_ThreadId_t t = fresh_id();
    EXPECT(L4_ThreadControl(t, space, my_global_id(), main_thread, fresh_utcb()));
    L4_Set_Priority(t, 100);
    start_by_message(t, main_thread, f);
    return t;
}

L4_Word_t thread_delete(L4_ThreadId_t t)
{
    return L4_ThreadControl(t, L4_nilthread, L4_nilthread, L4_nilthread, L4_UTCB_UNCHANGED);
}

void rest(void)
{
    for (;;)
        L4_Sleep(L4_Never);
}

/* ---- pagers and messages */

/* Answers a page fault on our image: a map item 1:1.  The message is in the MRs.  false: it is something else. */
static bool image_fault_serve(L4_ThreadId_t from, L4_MsgTag_t tag)
{
    L4_Word_t w[3];
    L4_StoreMRs(0, 3, w);
    if (!L4_IsPageFault(tag) || !in_image(w[1]))
        return false;
    L4_MapItem_t item = L4_MapItem(L4_FpageAddRights(L4_FpageLog2(w[1], 12), 7), w[1] & ~4095ul);
    L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
    L4_LoadMRs(1, 2, item.raw);
    L4_Send_Timeout(from, SOON);
    return true;
}

L4_MsgTag_t pager_serve(L4_ThreadId_t from)
{
    L4_MsgTag_t tag;
    do
        tag = expect_message(from);
    while (L4_IpcSucceeded(tag) && image_fault_serve(from, tag));
    return tag;
}

L4_MsgTag_t pager_send(L4_ThreadId_t to, const L4_Msg_t *m)
{
    L4_MsgTag_t tag;
    for (int tries = 0; tries < 20; tries++) {
        L4_MsgLoad(m);
        tag = L4_Send_Timeout(to, L4_TimePeriod(20000));
        if (L4_IpcSucceeded(tag) || L4_IpcErrorCode(L4_ErrorCode()) != L4_IPC_TIMEOUT)
            break;
        L4_MsgTag_t fault = L4_Receive_Timeout(to, L4_ZeroTime);
        if (L4_IpcSucceeded(fault) && !image_fault_serve(to, fault))
            break;
    }
    return tag;
}

L4_MsgTag_t send_words(L4_ThreadId_t to, L4_Word_t label, L4_Word_t w0, L4_Word_t w1)
{
    L4_LoadMR(0, label << 16 | 2);
    L4_LoadMR(1, w0);
    L4_LoadMR(2, w1);
    return L4_Send_Timeout(to, SOON);
}

L4_MsgTag_t expect_message(L4_ThreadId_t from) { return L4_Receive_Timeout(from, SOON); }
