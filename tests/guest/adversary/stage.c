/* SPDX-License-Identifier: MIT */
/* Actors come and go; what they say is sorted here.  Each of our waits has an end. */
#include "stage.h"
#include <stdarg.h>
#include <stdio.h>

enum { SLOTS = 48, STACK = 4096 };
#define ACTOR_UTCBS      0xA0000000ul
#define ACTOR_UTCBS_LOG2 16
#define LABEL_DONE       0x5D0

extern const char __executable_start[], _end[];

volatile L4_Word_t shared[64], resume_at;
char code[8192] __attribute__((aligned(4096)));
char scratch[8192] __attribute__((aligned(4096)));
char pages[PAGES * PAGE] __attribute__((aligned(65536)));
static char stacks[SLOTS][STACK] __attribute__((aligned(4096)));
static L4_ThreadId_t ids[SLOTS];
static unsigned ids_used, utcbs_used, old; /* the first `old` slots belong to actors that stay */
static L4_Word_t version;

/* ---- words to the reader */
static unsigned failures, reports;
static const char *skipped;

void say(const char *format, ...)
{
    char line[200];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    form_print(line, (L4_Word_t)n < sizeof line ? (L4_Word_t)n : sizeof line - 1);
}

bool stage_expect(bool good, const char *file, int line, const char *text)
{
    failures += !good;
    if (!good && reports++ < 12)
        say("# %s:%d: %s\n", file, line, text);
    return good;
}

bool stage_expect_eq(L4_Word_t a, L4_Word_t b, const char *file, int line, const char *text)
{
    failures += a != b;
    if (a != b && reports++ < 12)
        say("# %s:%d: %s: got %lx, wanted %lx\n", file, line, text, a, b);
    return a == b;
}

void stage_skip(const char *why) { skipped = why; }

/* ---- actors */
L4_ThreadId_t stage(void) { return L4_MyGlobalId(); }

L4_ThreadId_t fresh_id(void)
{
    if ((++version & 0x3F) == 0)
        version++;
    if (version > L4_ID_VERSION_MASK)
        version = first_version;
    L4_Word_t slot = old + ids_used++ % (SLOTS - old);
    return ids[slot] = L4_GlobalId(first_thread_number + slot, version);
}

L4_Word_t utcb_of(unsigned slot) { return ACTOR_UTCBS + slot * 512ul; }
L4_Word_t utcb_fresh(void) { return utcb_of(old + utcbs_used++ % 120); }

L4_ThreadId_t actor_inactive(L4_ThreadId_t of)
{
    L4_ThreadId_t t = fresh_id();
    EXPECT_EQ(thread_control(t, L4_IsNilThread(of) ? t : of, stage(), L4_nilthread, ~0ul), 0);
    return t;
}

static L4_ThreadId_t actor_active(L4_ThreadId_t of, L4_ThreadId_t pager)
{
    L4_ThreadId_t t = actor_inactive(of);
    if (L4_IsNilThread(of))
        EXPECT_EQ(space_control(t, 0, FPAGE(L4_GetKernelInterface(), 12, 0),
                                FPAGE(ACTOR_UTCBS, ACTOR_UTCBS_LOG2, 0), L4_anythread),
                  0);
    EXPECT_EQ(thread_control(t, t, L4_nilthread, pager, utcb_fresh()), 0);
    return t;
}

L4_ThreadId_t actor_waiting(L4_ThreadId_t of) { return actor_active(of, stage()); }

void done(L4_Word_t value)
{
    L4_LoadMR(0, LABEL_DONE << 16 | 1);
    L4_LoadMR(1, value);
    L4_Send(L4_ExceptionHandler());
}

_Noreturn void rest(void)
{
    for (;;)
        L4_Sleep(L4_Never);
}

static L4_ThreadId_t stage_id;

static void actor_begins(act_t act)
{
    L4_Set_ExceptionHandler(stage_id);
    act();
    done(0);
    rest();
}

static L4_Word_t stack_for(L4_ThreadId_t t, act_t act)
{
    L4_Word_t slot = (L4_ThreadNo(t) - first_thread_number) % SLOTS;
    L4_Word_t *top = (L4_Word_t *)stacks[slot] + STACK / 4 - 8;
    top[0] = 0;
    top[1] = (L4_Word_t)act;
    return (L4_Word_t)top;
}

bool actor_start(L4_ThreadId_t t, act_t act)
{
    L4_LoadMR(0, L4_START_WORDS);
    L4_LoadMR(1, (L4_Word_t)actor_begins);
    L4_LoadMR(2, stack_for(t, act));
    return L4_IpcSucceeded(L4_Send_Timeout(t, SOON));
}

L4_ThreadId_t companion(L4_ThreadId_t of, act_t act)
{
    L4_ThreadId_t t = actor_waiting(of);
    EXPECT(actor_start(t, act));
    return t;
}

L4_ThreadId_t actor(act_t act) { return companion(L4_nilthread, act); }

void actor_delete(L4_ThreadId_t t)
{
    EXPECT_EQ(thread_control(t, L4_nilthread, L4_nilthread, L4_nilthread, ~0ul), 0);
}

void stage_clear(void)
{
    for (unsigned i = 0; i < ids_used && i < SLOTS - old; i++)
        actor_delete(ids[old + i]);
    ids_used = utcbs_used = 0;
}

void stage_forget(void)
{
    old += ids_used;
    ids_used = utcbs_used = 0;
}

/* ---- events */
static bool in_image(L4_Word_t address)
{
    return address >= (L4_Word_t)__executable_start && address < (L4_Word_t)_end;
}

L4_MsgTag_t give(L4_ThreadId_t to, L4_Word_t send_base, L4_Word_t fpage, bool grant)
{
    L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
    L4_LoadMR(1, (send_base & L4_FPAGE_BASE_MASK) | (grant ? L4_ITEM_GRANT : L4_ITEM_MAP));
    L4_LoadMR(2, fpage);
    return L4_Send_Timeout(to, MOMENT);
}

static void touch(L4_Word_t page, bool write)
{
    if (write)
        __asm__ volatile("lock orl $0, (%0)" : : "r"(page) : "memory");
    else
        (void)*(volatile L4_Word_t *)page;
}

static bool image_fault_served(const struct event *e)
{
    static L4_Word_t last, again; /* what we may not write ourselves we cannot give to be written */
    if (e->what != PAGE_FAULT || !in_image(e->w[1]))
        return false;
    again = e->w[1] == last ? again + 1 : 0;
    last = e->w[1];
    if (again > 3) {
        again = 0;
        return false;
    }
    L4_Word_t page = e->w[1] & ~(PAGE - 1);
    L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
    L4_LoadMR(1, page | L4_ITEM_MAP);
    L4_LoadMR(2, FPAGE(page, 12, 7));
    if (L4_IsLocalId(e->from)) { /* a thread of our own space: what we have it has */
        touch(page, L4_PageFaultIsWrite(e->tag));
        L4_LoadMR(0, 0);
    }
    L4_Reply(e->from);
    return true;
}

struct event event_from(L4_ThreadId_t who, L4_Time_t wait)
{
    struct event e;
    unsigned patience = 100000;
    do {
        L4_ThreadId_t from = L4_nilthread;
        L4_LoadBR(0, 0);
        e.tag = L4_Ipc(L4_nilthread, who, L4_Timeouts(L4_Never, wait), &from);
        e.from = from;
        e.what = NOTHING;
        if (L4_IpcFailed(e.tag) && L4_IpcErrorCode(L4_ErrorCode()) >= L4_IPC_OVERFLOW)
            continue; /* somebody's broken message */
        if (L4_IpcFailed(e.tag))
            return e;
        L4_StoreMRs(0, 64, e.w);
        e.what = L4_IsPageFault(e.tag)              ? PAGE_FAULT
                 : L4_IsIoFault(e.tag)              ? IO_FAULT
                 : L4_IsException(e.tag)            ? EXCEPTION
                 : L4_Label(e.tag) == LABEL_DONE    ? DONE
                                                    : OTHER;
    } while ((L4_IpcFailed(e.tag) && patience-- > 0) || image_fault_served(&e));
    return e;
}

struct event next_event(L4_Time_t wait) { return event_from(L4_anythread, wait); }

void forgive(const struct event *e)
{
    if (e->what == EXCEPTION) {
        L4_LoadMRs(1, L4_EXCEPTION_WORDS, e->w + 1);
        L4_LoadMR(0, L4_EXCEPTION_WORDS);
        L4_LoadMR(1, resume_at);
        L4_Reply(e->from);
    } else if (e->what == PAGE_FAULT || e->what == IO_FAULT) {
        L4_Word_t w;
        L4_ThreadId_t pager;
        L4_ExchangeRegisters(e->from, L4_EXREGS_IP | L4_EXREGS_RECEIVE, 0, resume_at, 0, 0, L4_nilthread, &w, &w, &w,
                             &w, &w, &pager);
    }
}

struct tally conduct(L4_Time_t silence, unsigned limit)
{
    struct tally t = {.eflags_and = ~0ul};
    while (limit-- > 0) {
        struct event e = next_event(silence);
        switch (e.what) {
        case NOTHING:
            t.silent = true;
            return t;
        case DONE:
            t.done = true;
            t.value = e.w[1];
            return t;
        case EXCEPTION:
            t.exceptions[e.x.vector & 31]++;
            t.eflags_or |= e.x.eflags;
            t.eflags_and &= e.x.eflags;
            break;
        case PAGE_FAULT:
            t.page_faults++;
            break;
        case IO_FAULT:
            t.io_faults++;
            break;
        default:
            t.others++;
        }
        forgive(&e);
    }
    return t;
}

static act_t act_inside;
static L4_ThreadId_t warden_id;
static unsigned inside_limit;
static struct tally inside;

static void acts_before_the_warden(void)
{
    L4_Set_ExceptionHandler(warden_id);
    L4_Set_Pager(warden_id);
    act_inside();
}

static void warden(void)
{
    inside = conduct(SOON, inside_limit);
}

struct tally conduct_inside(act_t act, unsigned limit)
{
    inside_limit = limit;
    act_inside = act;
    inside = (struct tally){0};
    warden_id = actor(warden);
    L4_ThreadId_t t = companion(warden_id, acts_before_the_warden);
    EXPECT_EQ(next_event(MS(60000)).what, DONE);
    actor_delete(t);
    return inside;
}

void tell(const struct tally *t)
{
    say("# %s value %lx, faults %u io %u others %u, flags %lx %lx, exceptions", t->done ? "done" : t->silent ? "silent" : "",
        t->value, t->page_faults, t->io_faults, t->others, t->eflags_or, t->eflags_and);
    for (int v = 0; v < 32; v++)
        if (t->exceptions[v])
            say(" %d: %u", v, t->exceptions[v]);
    say("\n");
}

unsigned refusals(const struct tally *t)
{
    unsigned n = t->page_faults + t->io_faults;
    for (int v = 0; v < 32; v++)
        n += t->exceptions[v];
    return n;
}

/* ---- machine code */
static void code_begins(void)
{
    __asm__ volatile("mov %0, %%eax; mov %%eax, %%ebx; mov %%eax, %%ecx; mov %%eax, %%edx; mov %%eax, %%esi;"
                     "mov %%eax, %%edi; mov %%eax, %%ebp; jmp *%1"
                     :
                     : "i"(scratch + 64), "m"(shared[63])
                     : "memory");
}

struct event run_code(const char *bytes, unsigned n)
{
    memset(code, 0x90, sizeof code);
    memcpy(code, bytes, n);
    code[n] = 0x0F;
    code[n + 1] = 0x0B;
    shared[63] = (L4_Word_t)code;
    actor(code_begins);
    return next_event(MS(200));
}

struct machine machine;
extern L4_Word_t normal_at;

void assemble_at(char *place, const char *bytes, unsigned n)
{
    const L4_Word_t at = (L4_Word_t)&normal_at;
    memcpy(place, bytes, n);
    memcpy(place + n, "\x2E\xFF\x25", 3); /* jmp [cs:normal_at] */
    memcpy(place + n + 3, &at, 4);
}

void assemble(const char *bytes, unsigned n)
{
    assemble_at(code, bytes, n);
    machine.entry = (L4_Word_t)code;
}

void refuses(const char *bytes, unsigned n, L4_Word_t vectors)
{
    struct event e = run_code(bytes, n);
    if (vectors & V(PF) && e.what == PAGE_FAULT)
        return;
    if (!EXPECT_EQ(e.what, EXCEPTION))
        return;
    bool trap = V(e.x.vector) & (V(DB) | V(BP) | V(OF)) && e.x.eip == (L4_Word_t)code + n;
    EXPECT(trap || e.x.eip == (L4_Word_t)code);
    if (!EXPECT(e.x.vector < 32 && vectors & V(e.x.vector)))
        say("# vector %lu error %lx\n", e.x.vector, e.x.error);
}

/* ---- the processor: a flag that can be toggled, then CPUID */
bool cpu_has_cpuid(void)
{
    L4_Word_t before, after;
    __asm__ volatile("pushfl; pop %0; mov %0, %1; xor $0x200000, %1; push %1; popfl; pushfl; pop %1; push %0; popfl"
                     : "=&r"(before), "=&r"(after));
    return ((before ^ after) & 0x200000) != 0;
}

static L4_Word_t features(void)
{
    L4_Word_t a = 1, d = 0;
    if (cpu_has_cpuid())
        __asm__ volatile("cpuid" : "+a"(a), "=d"(d) : : "ebx", "ecx");
    return d;
}

bool cpu_has_sysenter(void) { return features() >> 11 & 1; }
bool cpu_has_fxsr(void) { return features() >> 24 & 1; }

/* ---- the run */
extern const struct test __start_tests[], __stop_tests[];

static bool selected(const struct test *t) { return strstr(t->name, form_pattern) != NULL; }

static void run(const struct test *t, unsigned number)
{
    failures = reports = 0;
    skipped = NULL;
    memset((void *)shared, 0, sizeof shared);
    memset(scratch, 0, sizeof scratch);
    memset(&machine, 0, sizeof machine);
    world_note();
    t->run();
    stage_clear();
    world_check();
    say("%sok %u - %s%s%s\n", failures ? "not " : "", number, t->name, skipped ? " # SKIP " : "",
        skipped ? skipped : "");
}

void stage_main(void *argument) __attribute__((noreturn));
void stage_main(void *argument)
{
    unsigned count = 0, number = 0, failed = 0;
    form_init(argument);
    stage_id = stage();
    version = first_version;
    for (const struct test *t = __start_tests; t < __stop_tests; t++)
        count += selected(t);
    say("1..%u\n", count);
    if (!world_begin())
        say("# the world is not as it should be before anybody did anything\n");
    for (const struct test *t = __start_tests; t < __stop_tests; t++)
        if (selected(t)) {
            run(t, ++number);
            failed += failures != 0;
        }
    say("# %u failed\n# done\n", failed);
    form_end(failed != 0);
}
