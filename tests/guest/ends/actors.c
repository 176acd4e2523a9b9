/* SPDX-License-Identifier: MIT */
/* What the actors do, and what befalls them. */
#include "stage.h"

extern const char __executable_start[], __stop_tests[], _end[];

uint8_t room[ROOM] __attribute__((aligned(ROOM), section(".bss.room")));
const struct state *state;
volatile enum event event;

static enum role other(enum role self) { return self == VICTIM ? PARTNER : VICTIM; }

static void touch(const char *from, const char *to)
{
    for (const char *p = from; p < to; p += 4096)
        (void)*(volatile const char *)p;
}

/* From here the actor faults nowhere but where it shall. */
static struct actor *enter(enum role self, enum role pager)
{
    touch(__executable_start, __stop_tests + 4096); /* code, constants and the page of initialised data */
    touch((char *)room + (state->roomy ? 0 : ROOM), _end);
    if (pager != NOBODY) {
        L4_Set_Pager(cast[pager].id);
        L4_Set_ExceptionHandler(cast[pager].id);
    }
    cast[self].started = true;
    return &cast[self];
}

static enum role pager_of(enum role self)
{
    return self == VICTIM ? state->pager ? PAGER : NOBODY : state->partners_pager ? PARTNERS_PAGER : NOBODY;
}

static void ends(struct actor *a, bool good)
{
    a->error = good ? 0 : L4_ErrorCode();
    a->done = true;
    rest();
}

static void ends_ipc(struct actor *a, L4_MsgTag_t tag) { ends(a, L4_IpcSucceeded(tag)); }

/* ---- waits */
void asleep(enum role self)
{
    struct actor *a = enter(self, NOBODY);
    ends_ipc(a, L4_Receive(L4_MyGlobalId()));
}

void waits(enum role self)
{
    L4_ThreadId_t from;
    struct actor *a = enter(self, NOBODY);
    ends_ipc(a, L4_Wait(&from));
}

void waits_locally(enum role self)
{
    L4_ThreadId_t from;
    struct actor *a = enter(self, NOBODY);
    ends_ipc(a, L4_WaitLocal(&from));
}

void receives(enum role self)
{
    struct actor *a = enter(self, NOBODY);
    ends_ipc(a, L4_Receive(cast[other(self)].id));
}

void receives_for_a_while(enum role self)
{
    struct actor *a = enter(self, NOBODY);
    ends_ipc(a, L4_Receive_Timeout(cast[other(self)].id, L4_TimePeriod(TIMED)));
}

void sleeps(enum role self)
{
    struct actor *a = enter(self, NOBODY);
    ends_ipc(a, L4_Receive_Timeout(L4_MyLocalId(), L4_TimePeriod(TIMED)));
}

void hears_interrupt(enum role self)
{
    struct actor *a = enter(self, NOBODY);
    ends_ipc(a, L4_Receive(irq()));
}

void sends(enum role self)
{
    struct actor *a = enter(self, NOBODY);
    L4_LoadMR(0, 0);
    ends_ipc(a, L4_Send(cast[PARTNER == self ? VICTIM : PARTNER].id));
}

void calls(enum role self)
{
    struct actor *a = enter(self, NOBODY);
    L4_LoadMR(0, 0);
    ends_ipc(a, L4_Call(cast[other(self)].id));
}

/* ---- loops */
void spins(enum role self)
{
    struct actor *a = enter(self, NOBODY);
    for (;;)
        a->count++;
}

/* ... and asks that its preemptions be delayed; notes which one of the third actor's is. */
void spins_on(enum role self)
{
    struct actor *a = enter(self, NOBODY);
    struct l4_utcb *utcb = L4_UtcbOf(L4_MyLocalId().raw);
    for (;; a->count++) {
        if (utcb->flags & L4_FLAG_PREEMPT_PENDING)
            a->flags = cast[THIRD].count + 1;
        utcb->flags = L4_FLAG_DELAY_PREEMPT;
    }
}

void naps(enum role self)
{
    struct actor *a = enter(self, NOBODY);
    for (;;) {
        L4_Sleep(L4_TimePeriod(3000));
        a->count++;
    }
}

void spins_laden(enum role self)
{
    struct actor *a = enter(self, NOBODY);
    L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
    for (int i = 0; i < LOAD_MESSAGES; i++)
        L4_Receive(L4_anythread);
    for (;;)
        a->count++;
}

/* ---- faults */
void touches(enum role self)
{
    struct actor *a = enter(self, pager_of(self));
    (void)*(volatile char *)FAR;
    ends(a, true);
}

void traps(enum role self)
{
    struct actor *a = enter(self, pager_of(self));
    L4_Set_Pager(supervisor());
    __asm__ volatile("ud2");
    ends(a, true);
}

/* A pager: maps what is of our image, counts the rest and does not answer it. */
void pages(enum role self)
{
    struct actor *a = enter(self, NOBODY);
    for (;;) {
        L4_ThreadId_t from;
        L4_MsgTag_t tag = L4_Wait(&from);
        L4_Word_t w[3];
        L4_StoreMRs(0, 3, w);
        if (L4_IpcFailed(tag))
            continue;
        if (!L4_IsPageFault(tag) || !in_image(w[1])) {
            a->count++;
            continue;
        }
        L4_MapItem_t item = L4_MapItem(L4_FpageAddRights(L4_FpageLog2(w[1], 12), 7), w[1] & ~4095ul);
        L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
        L4_LoadMRs(1, 2, item.raw);
        L4_Reply(from);
    }
}

/* Takes one message and then no more. */
void hears_once(enum role self)
{
    L4_ThreadId_t from;
    struct actor *a = enter(self, NOBODY);
    L4_Wait(&from);
    a->count++;
    rest();
}

/* ---- strings */
static L4_Word_t string_word(L4_Word_t length, L4_Word_t substrings)
{
    return length << L4_STRING_LENGTH_SHIFT | (substrings - 1) << L4_STRING_J_SHIFT;
}

static L4_Word_t bytes_of(enum role self) { return state->missing == self ? FAR : (L4_Word_t)room; }

void sends_string(enum role self)
{
    struct actor *a = enter(self, pager_of(self));
    L4_Word_t from = bytes_of(self);
    if (from != FAR)
        (void)*(volatile char *)from;
    L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
    L4_LoadMR(1, string_word(100, 1));
    L4_LoadMR(2, from);
    ends_ipc(a, L4_Send(cast[self == PARTNER ? VICTIM : PARTNER].id));
}

void receives_string(enum role self)
{
    L4_ThreadId_t from;
    struct actor *a = enter(self, pager_of(self));
    L4_Word_t to = bytes_of(self);
    if (to != FAR)
        *(volatile char *)to = 0;
    L4_LoadBR(0, L4_ACCEPT_STRINGS);
    L4_LoadBR(1, string_word(100, 1));
    L4_LoadBR(2, to);
    ends_ipc(a, L4_Wait(&from));
}

/* A copy of 31 MB, all pages there: that takes many ticks. */
enum { PARTS = 31 };

void sends_long(enum role self)
{
    struct actor *a = enter(self, NOBODY);
    L4_LoadMR(0, (PARTS + 1) << L4_TAG_T_SHIFT);
    L4_LoadMR(1, string_word(ROOM, PARTS));
    for (int i = 0; i < PARTS; i++)
        L4_LoadMR(2 + i, (L4_Word_t)room);
    ends_ipc(a, L4_Send(cast[other(self)].id));
}

void receives_long(enum role self)
{
    struct actor *a = enter(self, NOBODY);
    L4_LoadBR(0, L4_ACCEPT_STRINGS);
    L4_LoadBR(1, string_word(ROOM, PARTS));
    for (int i = 0; i < PARTS; i++)
        L4_LoadBR(2 + i, (L4_Word_t)room);
    ends_ipc(a, L4_Receive(cast[other(self)].id));
}

/* ---- the threads that do things */
static L4_Word_t exchange(L4_Word_t control)
{
    L4_Word_t old, sp, ip, flags, handle;
    L4_ThreadId_t pager;
    return L4_ExchangeRegisters(cast[VICTIM].id, control, 0, 0, 0, 0, L4_nilthread, &old, &sp, &ip, &flags, &handle,
                                &pager)
               .raw != 0;
}

static L4_Word_t rename(enum role r)
{
    cast[r].id = other_version(r);
    return L4_ThreadControl(cast[r].id, cast[r].id, L4_nilthread, L4_nilthread, L4_UTCB_UNCHANGED);
}

static L4_Word_t delete(enum role r)
{
    cast[r].exists = false;
    return thread_delete(cast[r].id);
}

static L4_Word_t move(void)
{
    return L4_ThreadControl(cast[VICTIM].id, cast[ELSEWHERE].id, L4_nilthread, L4_nilthread, L4_UTCB_UNCHANGED);
}

L4_Word_t happen(enum event e)
{
    switch (e) {
    case DELETED:
    case DELETED_LAST:
        return delete (VICTIM);
    case RENAMED:
        return rename(VICTIM);
    case MOVED:
    case MOVED_LAST:
        return move();
    case ABORTED:
        return exchange(L4_EXREGS_RECEIVE | L4_EXREGS_SEND);
    case STOPPED:
        return exchange(L4_EXREGS_HALT | L4_EXREGS_HALT_VALID);
    case PARTNER_DELETED:
        return delete (PARTNER);
    case PARTNER_RENAMED:
        return rename(PARTNER);
    case PAGER_DELETED:
        return delete (PAGER);
    case SCHEDULER_DELETED:
        return delete (SCHEDULER);
    case REDIRECTOR_DELETED:
        return delete (REDIRECTOR);
    default: /* the victim goes on */
        return exchange(L4_EXREGS_HALT_VALID);
    }
}

/* The victim does it, also to itself, when the cell says so. */
void acts(enum role self)
{
    struct actor *a = enter(self, NOBODY);
    while (!a->flags)
        L4_Yield();
    L4_Word_t good = happen(event);
    ends(a, good);
}

/* The partner moves the victim, which takes long. */
void moves(enum role self)
{
    struct actor *a = enter(self, NOBODY);
    while (!a->flags)
        L4_Yield();
    a->count = 1;
    ends(a, move());
}

/* ---- an interrupt */
L4_ThreadId_t irq(void) { return L4_IrqId(RTC_LINE); }
