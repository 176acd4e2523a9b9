/* SPDX-License-Identifier: MIT */
/* The beginning and the end: options, memory, the three threads that are not workers; the table, the verdict. */
#include "fuzz.h"
#include <string.h>

word_t keeper_id, calls_wanted = FUZZ_CALLS, seed = 1;
word_t arena = MIDDLE - 0x40000, arena_end = MIDDLE + 0x40000; /* 512 KB */
volatile bool stopping;
static char stacks[3][8192] __attribute__((aligned(4096)));

/* ---- options on our own line: seed=N calls=N */

static word_t number_in(const char *line, const char *key, word_t otherwise)
{
    const char *p = strstr(line, key);
    word_t n = 0;
    if (!p)
        return otherwise;
    for (p += strlen(key); *p >= '0' && *p <= '9'; p++)
        n = n * 10 + (word_t)(*p - '0');
    return n;
}

static void options_read(void)
{
    const void *info = (void *)L4_BootInfo(L4_GetKernelInterface());
    int execs = 0;
    if (!info || !L4_BootInfo_Valid(info))
        return;
    const L4_BootRec_t *r = L4_BootInfo_FirstEntry(info);
    for (word_t n = L4_BootInfo_Entries(info); n > 0; n--, r = L4_BootRec_Next(r))
        if (r->type == L4_BOOTREC_EXEC && ++execs == 2 && L4_SimpleExec_Cmdline(r)) {
            seed = number_in(L4_SimpleExec_Cmdline(r), " seed=", seed);
            calls_wanted = number_in(L4_SimpleExec_Cmdline(r), " calls=", calls_wanted);
        }
}

/* ---- the verdict */

static int tests, failures;

static void verdict(bool good, const char *name)
{
    failures += !good;
    serial_printf("%sok %d - %s\n", good ? "" : "not ", ++tests, name);
}

static const char *const names[CALLS] = {"Ipc", "Lipc", "Unmap", "ExchangeRegisters", "ThreadControl", "SystemClock",
    "ThreadSwitch", "Schedule", "SpaceControl", "ProcessorControl", "MemoryControl"};

/* Bit n: code n must come up. */
static const word_t codes[CALLS] = {
    [IPC] = FUZZ_IPC_CODES, [LIPC] = FUZZ_IPC_CODES, [UNMAP] = 1, [EXREGS] = 1 | 1 << 2,
    [THREADCONTROL] = 1 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 6 | 1 << 8, [CLOCK] = 1, [SWITCH] = 1,
    [SCHEDULE] = 1 | 1 << 1 | 1 << 2 | 1 << 5, [SPACECONTROL] = 1 | 1 << 1 | 1 << 3 | 1 << 6 | 1 << 7,
    [PROCESSOR] = 1 | 1 << 1, [MEMORY] = 1 | 1 << 1 | 1 << 5,
};

/* Prints the table; how many calls succeeded, and how many results came up too seldom. */
static word_t table(word_t *good)
{
    word_t seldom = 0, least = calls_wanted / 10000;
    *good = 0;
    for (int call = 0; call < CALLS; call++) {
        serial_printf("# %-17s", names[call]);
        for (int code = 0; code < CODES; code++) {
            word_t n = counts[call][code];
            bool few = (codes[call] >> code & 1) && n < least;
            seldom += few;
            if (n || few)
                serial_printf("  %d: %lu%s", code, n, few ? " (too few)" : "");
        }
        serial_printf("\n");
        *good += counts[call][0];
    }
    return seldom;
}

static void power_off(int status)
{
    uint8_t line = 0;
    for (int n = 0; n < 100000 && !(line & 0x40); n++) /* the UART's last byte is out */
        __asm__ volatile("inb %1, %0" : "=a"(line) : "Nd"((uint16_t)0x3FD));
    __asm__ volatile("outb %0, %1" : : "a"((uint8_t)(0x20 | status)), "Nd"((uint16_t)0xF4));
}

/* Which thread was doing what, when nothing happens any more. */
static void roll_call(void)
{
    word_t base = first_number - FIRST_NUMBER;
    serial_printf("# keeper %lu, gardener %lu, waker %lu\n", L4_ThreadStatus(L4_ThreadIdOfRaw(keeper_id)),
                  L4_ThreadStatus(L4_GlobalId(base + 8, 7)), L4_ThreadStatus(L4_GlobalId(base + 10, 7)));
    for (int i = 0; i < SLOTS; i++) {
        const struct worker *w = &workers[i];
        serial_printf("# worker %d id %lx space %d state %d doing %d turns %lu stuck %lu: %lu\n", i, w->id, w->space,
                      w->state, w->doing, w->turns, w->stuck, L4_ThreadStatus(L4_ThreadIdOfRaw(w->id)));
    }
}

void finish(void)
{
    static const struct worker nobody;
    word_t good, seldom;
    if (starved)
        roll_call();
    stopping = true;
    L4_Sleep(L4_TimePeriod(100000)); /* the gardener clears the field */
    arena_look(arena, (arena_end - arena) / 4, &nobody);
    seldom = table(&good);
    serial_printf("# %lu calls, %lu succeeded, %lu page faults and %lu exceptions served, the old pair talked %lu times\n",
                  total, good, faults_served, exceptions_served, pair_talks);
    serial_printf("# digest %08lx\n", digest);
    verdict(!starved && total >= calls_wanted, "the calls went on to the end");
    verdict(good >= total / 4, "a quarter of the calls succeeds");
    verdict(hollow_legs <= total / 160000, "threads are made and changed to the end"); /* one leg in eight may be */
    verdict(!seldom, "each result of each call comes up at least 100 times in a million");
    verdict(pair_talks && !pair_failures, "two old threads in two old spaces still talk, their memory as it was");
    if (foreign_bytes)
        serial_printf("# %lu foreign bytes; the first in the word %08lx at %08lx, seen by %lx in space %lu after %lu calls\n",
                      foreign_bytes, foreign.value, foreign.at, foreign.id, foreign.space, foreign.total);
    verdict(!foreign_bytes, "no page holds what was never written to the arena");
    verdict(!fpu_leaks, "no thread computes with another's numbers");
    verdict(!bad_flags, "privileges, registers and the clock are as they should be");
    serial_printf("# %d failed\n# done\n", failures);
    power_off(failures != 0);
}

/* ---- the beginning */

static void thread_make(word_t number, word_t priority, word_t utcb, char *top, void (*f)(void))
{
    L4_ThreadId_t t = L4_GlobalId(number, 7), me = L4_MyGlobalId();
    L4_ThreadControl(t, me, me, t, (void *)utcb);
    L4_Set_Priority(t, priority);
    L4_Set_PagerOf(t, me);
    L4_Start_SpIp(t, (word_t)top - 16, (word_t)f);
}

static void memory_get(void)
{
    for (word_t at = arena; at < arena_end; at += 0x10000)
        L4_Sigma0_GetPage(L4_nilthread, L4_FpageAddRights(L4_FpageLog2(at, 16), 7));
    memset((void *)arena, TRAPS & 0xFF, arena_end - arena);
    L4_Sigma0_GetPage(L4_nilthread, L4_FpageAddRights(L4_FpageLog2(0x2400000, 13), 7));
    static const uint16_t ports[][2] = {{0x3F8, 3}, {PORTS, PORTS_LOG2}, {0x70, 1}, {0xF4, 0}};
    for (unsigned i = 0; i < 4; i++)
        L4_Sigma0_GetPage(L4_nilthread, L4_IoFpageLog2(ports[i][0], ports[i][1]));
    L4_Pecan_Sigma0Seal(); /* or a worker whose pager sigma0 has become gets pages that we know nothing of */
}

int main(void)
{
    word_t base = L4_ThreadIdUserBase(L4_GetKernelInterface());
    word_t utcb = L4_MyLocalId().raw - L4_UTCB_U;
    options_read();
    if (seed % 8 == 7) { /* 16 MB now and then: long walks over full tables */
        arena = 0x1000000;
        arena_end = 0x2000000;
    }
    first_number = base + FIRST_NUMBER;
    keeper_id = L4_MyGlobalId().raw;
    memory_get();
    rooms[0] = (struct room){L4_PECAN_INITIAL_KIP, utcb, 17};
    for (word_t i = 0; i < SLOTS; i++) {
        workers[i].id = L4_GlobalId(first_number + i, 1).raw;
        workers[i].random = (seed * 0x9E3779B9 ^ (i + 1) * 0x85EBCA6B) | 1;
    }
    serial_printf("# seed %lu, %lu calls\n1..8\n", seed, calls_wanted);
    thread_make(base + 8, 120, utcb + 512, stacks[0] + sizeof stacks[0], gardener_main);
    thread_make(base + 10, 20, utcb + 3 * 512, stacks[2] + sizeof stacks[2], waker_main);
    thread_make(base + 9, 140, utcb + 1024, stacks[1] + sizeof stacks[1], watcher_main);
    keeper_main();
}
