/* SPDX-License-Identifier: MIT */
/* The keeper: the root task's first thread; pager, exception handler and scheduler of (almost) every worker, and owner of
 * the memory that sigma0 gave us.  Anybody may send it anything. */
#include "fuzz.h"

extern const char __executable_start[], _end[];
volatile word_t faults_served, exceptions_served;

bool in_image(word_t address) { return address >= (word_t)__executable_start && address < (word_t)_end; }
bool in_arena(word_t address) { return address - arena < arena_end - arena; }

static word_t global_of(L4_ThreadId_t from) /* local: in our own space, so its UTCB can be read */
{
    return L4_IsLocalId(from) ? *(volatile word_t *)(from.raw + L4_UTCB_GLOBAL_ID) : from.raw;
}

static void restart(L4_ThreadId_t from)
{
    word_t control = L4_EXREGS_IP | L4_EXREGS_SEND | L4_EXREGS_RECEIVE;
    L4_ExchangeRegisters(from, control, 0, (word_t)worker_entry, 0, 0, L4_nilthread, NULL, NULL, NULL, NULL, NULL, NULL);
}

/* A page from `page` of ours, for an address; L4_Reply() follows. */
static void reply_map(word_t page, word_t log2, word_t rights, word_t address)
{
    L4_MapItem_t item = L4_MapItem(L4_FpageAddRights(L4_FpageLog2(page, log2), rights), address);
    L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
    L4_LoadMRs(1, 2, item.raw);
}

/* True if an answer is in the message registers. */
static bool page_fault(L4_ThreadId_t from, word_t tag, word_t address)
{
    static word_t n;
    bool ours = L4_IsLocalId(from), write = tag >> L4_TAG_LABEL_SHIFT & L4_FPAGE_W;
    faults_served++;
    bool of_pair = address - PAIR_PAGES < 2 * PAGE && !worker_of(global_of(from));
    if (in_image(address) || in_arena(address) || of_pair) {
        (void)*(volatile char *)address; /* we have it, or sigma0 gives it again */
        word_t log2 = in_image(address) ? 16 : ++n % 16 ? 12 : 22;
        word_t base = address & ~L4_SizeMask(log2);
        L4_LoadMR(0, 0);
        if (!ours)
            reply_map(base, log2, write || in_image(address) || n % 4 ? 7 : 4, base);
        return true;
    }
    if (address >= WILD_LOW && address < WILD_HIGH) {
        word_t page = HOT + n++ % HOT_PAGES * PAGE;
        (void)*(volatile char *)page;
        reply_map(page, 12, 7, address & ~4095ul);
        return true;
    }
    restart(from);
    return false;
}

static void io_fault(L4_ThreadId_t from, L4_Fpage_t ports)
{
    static word_t n;
    if (L4_IsIoFpage(ports) && (L4_IsLocalId(from) || ++n % 8 == 0)) /* a forged fault may name the BIOS */
        L4_Sigma0_GetPage(L4_nilthread, ports);
    L4_LoadMR(0, 0);
    if (!L4_IsLocalId(from)) {
        L4_MapItem_t item = L4_MapItem(L4_FpageOfRaw(ports.raw | 7), 0);
        L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
        L4_LoadMRs(1, 2, item.raw);
    }
}

static void exception(struct worker *w)
{
    exceptions_served++;
    L4_LoadMR(2, w ? chance_of_flags(w) : 0);
    for (int i = 3; i <= (int)L4_EXCEPTION_WORDS; i++)
        L4_LoadMR(i, w ? chance(w) : 0);
    L4_LoadMR(0, L4_EXCEPTION_WORDS);
    L4_LoadMR(1, (word_t)worker_entry);
}

/* The same fault over and over: our answers do not arrive (a quota, an area).  A worker that gets none is replaced one day. */
static bool is_hopeless(struct worker *w, word_t address)
{
    static word_t last[SLOTS], times[SLOTS];
    if (!w)
        return false;
    word_t n = (word_t)(w - workers);
    times[n] = last[n] == address ? times[n] + 1 : 0;
    last[n] = address;
    return times[n] > 2;
}

static bool serve(L4_ThreadId_t from, word_t tag)
{
    word_t w[3];
    L4_StoreMRs(0, 3, w);
    switch (tag >> L4_TAG_LABEL_SHIFT & 0xFFF8) {
    case L4_LABEL_PAGE_FAULT:
        return !is_hopeless(worker_of(global_of(from)), w[1] ^ tag) && page_fault(from, tag, w[1]);
    case L4_LABEL_IO_FAULT:
        io_fault(from, L4_FpageOfRaw(w[1]));
        return true;
    case L4_LABEL_EXCEPTION:
    case L4_LABEL_SYS_EXCEPTION:
        exception(worker_of(global_of(from)));
        return true;
    case L4_LABEL_INTERRUPT:
        L4_LoadMR(0, 0);
        return true;
    case L4_LABEL_PREEMPTION: /* its quantum is over: a new one */
        L4_Set_Timeslice(from, L4_TimePeriod(2000), L4_Never);
        return false;
    default:
        return false;
    }
}

void keeper_main(void)
{
    L4_ThreadId_t from;
    L4_Set_Priority(L4_Myself(), 130);
    for (;;) {
        L4_MsgTag_t tag = L4_Wait(&from);
        while (L4_IpcSucceeded(tag) && serve(from, tag.raw))
            tag = L4_ReplyWait(from, &from);
    }
}
