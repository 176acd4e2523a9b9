/* SPDX-License-Identifier: MIT */
/* A root task by a stranger: starts threads and spaces in the ways of both known libraries, pages them itself, and reports what works. */
#include "line.h"
#include "x2.h"

#define STACK 4096
#define TEXT_LABEL 0x1234
#define SERVANTS 24

static byte stacks[SERVANTS][STACK] __attribute__((aligned(4096)));
static byte here[8192] __attribute__((aligned(4096))), there[8192] __attribute__((aligned(4096)));
static word sigma0, root, faults, fault_at, fault_ip;
static volatile word flag, counter;

__asm__(".text\n.globl _start\n_start: movl $0, %ebp; movl $stacks + 4096 - 16, %esp; cld; call run; 1: jmp 1b\n");

/* ---- threads */

static word id(word n) /* number n of ours, version 3 */
{
    return (base_number + n) << 14 | 3;
}
static word utcb(word n) /* the block behind n others in the area that we live in */
{
    return (x2_me() & ~0xFFFu) + 512 * n;
}
static word stack_of(word n)
{
    return (word)(stacks[n] + STACK - 16);
}

static word start_here(word n, void (*f)(void))
{
    if (x2_thread(id(n), root, root, root, utcb(n)) != 1)
        return 0;
    MR(1) = (word)f;
    MR(2) = stack_of(n);
    return FAILED(x2_send(id(n), TAG(0, 0, 2))) ? 0 : id(n);
}

/* A space with its areas at these places; its thread faults its way through our image, which we map 1:1. */
static word start_in(word n, void (*f)(void), word kip, word area, word utcb_at)
{
    word t = id(n);
    if (x2_thread(t, t, root, 0, ~0u) != 1)
        return 0;
    if (x2_space(t, 0, kip, area, 0) != 1)
        return 0;
    if (x2_thread(t, t, 0, root, utcb_at) != 1)
        return 0;
    MR(1) = (word)f;
    MR(2) = stack_of(n);
    return FAILED(x2_send(t, TAG(0, 0, 2))) ? 0 : t;
}
static word start_there(word n, void (*f)(void))
{
    return start_in(n, f, PAGE(0x90000000, 12, 0), PAGE(0x80000000, 14, 0), 0x80000000);
}

/* Serves page faults of `whom` until something else comes from there. */
static word pager(word whom)
{
    for (;;) {
        word tag = x2_ipc(0, whom, BOTH(NEVER, MS(1000)), 0);
        if (FAILED(tag) || LABEL(tag) >> 4 != 0xFFE)
            return tag;
        faults++;
        fault_at = MR(1);
        fault_ip = MR(2);
        MR(1) = MAP_ITEM(fault_at & ~0xFFFu);
        MR(2) = PAGE(fault_at & ~0xFFFu, 12, RWX);
        MR(0) = TAG(0, 2, 0);
        x2_ipc(whom, 0, BOTH(NOW, NEVER), 0);
    }
}

static void idle(void)
{
    for (;;)
        x2_ipc(0, x2_me(), BOTH(NEVER, NEVER), 0); /* sleeps on its own local id */
}

static void echo(void)
{
    word from, tag = x2_wait(&from);
    for (;;) {
        MR(1) += 1;
        MR(0) = TAG(LABEL(tag) + 1, 0, tag & 63);
        tag = x2_ipc(from, ANY, BOTH(NOW, NEVER), &from);
    }
}

/* ---- what works */

static int interface_page(void)
{
    return KIP(0) == 0x4BE6344C && KIP(4) >> 24 == 0x84 && KIP(8) == 0;
}

static int memory_from_the_other_sigma0(void)
{
    word got[2];
    for (int i = 0; i < 2; i++) {
        BR(0) = EVERYTHING;
        MR(1) = 0xFFFFFC00 | 12 << 4;
        MR(2) = 0;
        word tag = x2_call(sigma0, TAG(0xFFA0, 0, 2));
        got[i] = MR(2) & ~0xFFFu;
        if (FAILED(tag) || !got[i])
            return 0;
        *(volatile word *)got[i] = 0xABCD0000 + got[i];
    }
    BR(0) = 0;
    return got[0] >= 0x1000000 && got[1] == got[0] + 4096 && *(volatile word *)got[0] == 0xABCD0000 + got[0];
}

static int a_named_page(void)
{
    BR(0) = EVERYTHING;
    MR(1) = PAGE(0x2345000, 12, RWX);
    MR(2) = 0;
    x2_call(sigma0, TAG(0xFFA0, 0, 2));
    BR(0) = 0;
    *(volatile word *)0x2345678 = 77;
    return MR(1) == MAP_ITEM(0x2345000) && *(volatile word *)0x2345678 == 77;
}

static int call_by_all_names(void)
{
    word t = start_here(2, echo), local, from;
    struct x2_registers r = {.dest = t};
    if (!t)
        return 0;
    local = x2_exchange(&r);
    if ((local & 63) || local != utcb(2) + 256)
        return 0;
    for (word i = 0; i < 4; i++) {
        word name = i & 1 ? local : t;
        MR(0) = TAG(TEXT_LABEL, 0, 2);
        MR(1) = 40 + i;
        MR(2) = 0x99;
        word tag = (i & 2 ? x2_lipc : x2_ipc)(name, name, BOTH(NEVER, NEVER), &from);
        if (tag != TAG(TEXT_LABEL + 1, 0, 2) || MR(1) != 41 + i || MR(2) != 0x99)
            return 0;
        struct x2_registers s = {.dest = from}; /* whichever form: the same thread */
        word other = x2_exchange(&s);
        if ((from != t || other != local) && (from != local || other != t))
            return 0;
    }
    return 1;
}

static void set_flag(void)
{
    flag = 1;
    idle();
}

static int self_paged_thread(void)
{
    word t = id(3);
    flag = 0;
    if (x2_thread(t, root, root, t, utcb(3)) != 1)
        return 0;
    x2_ipc(0, root, BOTH(NEVER, MS(20)), 0);
    if (flag)
        return 0;
    struct x2_registers r = {t, 0x11E, stack_of(3), (word)set_flag, 0, 0, 0};
    if (!x2_exchange(&r))
        return 0;
    x2_ipc(0, root, BOTH(NEVER, MS(20)), 0);
    return flag == 1;
}

static void count(void)
{
    for (;;)
        counter++;
}

static int stop_and_go(void)
{
    word t = start_here(4, count), before;
    x2_ipc(0, root, BOTH(NEVER, MS(20)), 0);
    struct x2_registers stop = {t, 0x301, 0, 0, 0, 0, 0};
    x2_exchange(&stop);
    before = counter;
    x2_ipc(0, root, BOTH(NEVER, MS(20)), 0);
    if (!before || counter != before || (stop.control & 1))
        return 0;
    struct x2_registers go = {t, 0x306, 0, 0, 0, 0, 0};
    x2_exchange(&go);
    x2_ipc(0, root, BOTH(NEVER, MS(20)), 0);
    x2_thread(t, 0, 0, 0, 0);
    return counter != before && (go.control & 1);
}

static int sleeps(void)
{
    unsigned long long a = x2_clock();
    x2_ipc(0, x2_me(), BOTH(NEVER, MS(20)), 0);
    unsigned long long b = x2_clock();
    x2_ipc(0, MY_GLOBAL, BOTH(NEVER, MS(20)), 0);
    unsigned long long c = x2_clock();
    return b - a >= 20 * 1024 && c - b >= 20 * 1024 && ERROR == 3;
}

/* A child shares our pages, so its KIP's place and links stay in its registers. */
static word child_link(byte **kip)
{
    word version, flags, id;
    __asm__ volatile("lock; nop" : "=a"(*kip), "=c"(version), "=d"(flags), "=S"(id));
    return (word)*kip + *(word *)(*kip + 0xE0);
}

/* Calls root with what its MRs hold; the reply is in them again. */
static word child_call(word link, word tag)
{
    volatile word *u = (volatile word *)x2_me();
    word to = root, from = root, timeouts = 0, mr1;
    __asm__ volatile("pushl %%ebp; call *%%ebx; movl %%ebp, %%ecx; popl %%ebp"
                     : "+a"(to), "+c"(timeouts), "+d"(from), "+S"(tag), "=b"(mr1)
                     : "D"(u), "4"(link)
                     : "memory", "cc");
    u[1] = mr1;
    u[2] = timeouts;
    return tag;
}

static void child_says(void)
{
    byte *kip;
    word link = child_link(&kip);
    for (;;) {
        MR(1) = x2_me();
        MR(2) = (word)kip;
        child_call(link, TAG(TEXT_LABEL, 0, 2));
    }
}

static int a_space_of_its_own(void)
{
    faults = 0;
    word t = start_there(5, child_says), tag = t ? pager(t) : 0x8000;
    return tag == TAG(TEXT_LABEL, 0, 2) && MR(1) == 0x80000000 + 256 && MR(2) == 0x90000000 && faults > 1
           && x2_thread(t, 0, 0, 0, 0) == 1;
}

/* At the first and the last page that a user has, side by side, larger than they need to be; and the last UTCB of a large area. */
static int areas_at_odd_places(void)
{
    static const struct {
        word kip, area, utcb_at;
    } rows[] = {{PAGE(0xBFFFF000, 12, 0), PAGE(0xBFFFE000, 12, 0), 0xBFFFEE00}, {PAGE(0xBFFFE000, 12, 0), PAGE(0xBFFFF000, 12, 0), 0xBFFFF000},
                {PAGE(0x1000, 12, 0), PAGE(0x2000, 12, 0), 0x2200},             {PAGE(0, 12, 0), PAGE(0x1000, 12, 0), 0x1000},
                {PAGE(0x1000, 12, 0), PAGE(0, 12, 0), 0},                       {PAGE(0x40000000, 20, 0), PAGE(0x50000000, 22, 0), 0x503FFE00},
                {PAGE(0x90000000, 14, 7), PAGE(0x90004000, 14, 5), 0x90007E00}, {PAGE(0x80000000, 24, 0), PAGE(0x81000000, 12, 0), 0x81000000}};
    for (word i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        word t = start_in(12, child_says, rows[i].kip, rows[i].area, rows[i].utcb_at), tag = t ? pager(t) : 0x8000;
        if (tag != TAG(TEXT_LABEL, 0, 2) || MR(1) != rows[i].utcb_at + 256 || MR(2) != (rows[i].kip & ~0xFFFu)) {
            say("\n# areas, row "), number(i, 10), say(", error "), number(ERROR, 10);
            return 0;
        }
        x2_thread(t, 0, 0, 0, 0);
    }
    return 1;
}

static void child_strings(void)
{
    byte *kip;
    word link = child_link(&kip);
    for (volatile byte *p = there; p < there + sizeof there; p += 4096)
        *p = *p; /* our pager is the one we talk to: it could not serve a fault meanwhile */
    for (;;) {
        BR(0) = 1; /* strings, no pages */
        BR(1) = STRING_ITEM(8000, 0);
        BR(2) = (word)there;
        MR(1) = STRING_ITEM(3000, 1); /* two pieces of `there` */
        MR(2) = (word)there + 3001;
        MR(3) = (word)there;
        child_call(link, TAG(TEXT_LABEL, 3, 0));
    }
}

static int strings_both_ways(void)
{
    for (word i = 0; i < sizeof here; i++)
        here[i] = (byte)(i * 7 + (i >> 8));
    word t = start_there(6, child_strings), bad = 0;
    BR(0) = 1;
    BR(1) = STRING_ITEM(2000, 1) | 0x200; /* a compound buffer of three pieces */
    BR(2) = (word)here;
    BR(3) = (word)here + 2100;
    BR(4) = STRING_ITEM(4000, 0);
    BR(5) = (word)here + 4200;
    word tag = t ? pager(t) : 0x8000;       /* the child's first, zeroes */
    if (FAILED(tag) || tag >> 6 != TAG(TEXT_LABEL, 3, 0) >> 6)
        return 0;
    for (word i = 0; i < 6000; i++)
        bad += here[i < 2000 ? i : i < 4000 ? i + 100 : i + 200] != there[i < 3000 ? i + 3001 : i - 3000];
    for (word i = 0; i < sizeof here; i++)
        here[i] = (byte)(i * 7 + (i >> 8));
    MR(1) = STRING_ITEM(6001, 0);
    MR(2) = (word)here;
    x2_send(t, TAG(0, 2, 0));
    tag = pager(t);                          /* and what it makes of ours */
    if (FAILED(tag))
        return 0;
    for (word i = 0; i < 6001; i++)
        bad += there[i] != (byte)(i * 7 + (i >> 8));
    for (word i = 0; i < 6000; i++)
        bad += here[i < 2000 ? i : i < 4000 ? i + 100 : i + 200] != there[i < 3000 ? i + 3001 : i - 3000];
    BR(0) = 0;
    x2_thread(t, 0, 0, 0, 0);
    return bad == 0;
}

static volatile word shared[1024] __attribute__((aligned(4096)));

static void child_touches(void)
{
    byte *kip;
    word link = child_link(&kip);
    for (;;) {
        shared[1]++;
        child_call(link, TAG(TEXT_LABEL, 0, 0));
    }
}

static int unmapping(void)
{
    word t = start_there(7, child_touches), page = PAGE((word)shared, 12, 0);
    if (FAILED(pager(t)) || shared[1] != 1)
        return 0;
    x2_unmap(0, page);                      /* reads and resets */
    x2_send(t, 0);
    faults = 0;
    if (FAILED(pager(t)) || faults || shared[1] != 2)
        return 0;
    if ((x2_unmap(0, page) & 6) != 6)       /* it was written */
        return 0;
    if ((x2_unmap(0, page | 2) & 2) == 2)   /* not since; and no more writing */
        return 0;
    x2_send(t, 0);
    int good = !FAILED(pager(t)) && faults == 1 && fault_at == (word)&shared[1] && shared[1] == 3;
    x2_unmap(0, page | 7);
    faults = 0;
    x2_send(t, 0);
    good = good && !FAILED(pager(t)) && faults == 1;
    x2_thread(t, 0, 0, 0, 0);
    return good;
}

static void breaks(void)
{
    HANDLER = root;
    __asm__ volatile("movl $5, %%eax; ud2; movl %%eax, flag" : : : "eax", "memory");
    idle();
}

static int exceptions(void)
{
    word t = start_here(8, breaks), tag = x2_ipc(0, t, BOTH(NEVER, MS(1000)), 0);
    if (tag != TAG(0xFFB0, 0, 12) || MR(3) != 6 || MR(12) != 5)
        return 0;
    MR(1) += 2;
    MR(12) = 9;
    x2_send(t, TAG(0, 0, 12));
    x2_ipc(0, root, BOTH(NEVER, MS(20)), 0);
    return flag == 9;
}

static void router(void)
{
    word from, tag = x2_wait(&from);
    for (;;) {
        VIRTUAL = from; /* pass it on to root in the asker's name */
        MR(0) = TAG(LABEL(tag), 0, 1) | 0x1000;
        x2_ipc(root, 0, BOTH(NEVER, NEVER), 0);
        tag = x2_wait(&from);
    }
}

static void asker(void)
{
    MR(1) = 5;
    x2_call(id(9), TAG(TEXT_LABEL, 0, 1));
    flag = MR(1);
    idle();
}

static int propagation(void)
{
    word from;
    start_here(9, router);
    word client = start_here(10, asker), tag = x2_wait(&from);
    if (LABEL(tag) != TEXT_LABEL || !(tag & 0x1000) || from != utcb(10) + 256 || VIRTUAL != id(9))
        return 0;
    MR(1) = 66;
    MR(0) = TAG(0, 0, 1);
    if (FAILED(x2_ipc(client, 0, BOTH(NOW, NEVER), 0)))
        return 0;
    x2_ipc(0, root, BOTH(NEVER, MS(20)), 0);
    return flag == 66;
}

static int scheduling(void)
{
    word t = start_here(11, count), before;
    if (!x2_schedule(t, ~0u, 50, ~0u, ~0u))
        return 0;
    before = counter;
    x2_switch(t);
    int good = counter != before && x2_schedule(t, ~0u, ~0u, ~0u, ~0u) == 3;
    x2_thread(t, 0, 0, 0, 0);
    MR(0) = 0;
    return good && FAILED(x2_ipc(t, 0, BOTH(NEVER, NEVER), 0)) && ERROR == 4;
}

static void clock_ticks_enable(int on)
{
    x2_out(0x70, 0x8B);
    byte b = x2_in(0x71);
    x2_out(0x70, 0x8B);
    x2_out(0x71, on ? b | 0x40 : b & ~0x40);
    x2_out(0x70, 0x0C);
    x2_in(0x71);
}

static int interrupts(void)
{
    word irq = 8 << 14 | 1, from, tag;
    if (x2_thread(irq, irq, 0, root, ~0u) != 1)
        return 0;
    clock_ticks_enable(1);
    tag = x2_ipc(0, ANY, BOTH(NEVER, MS(1000)), &from);
    for (int i = 0; i < 10; i++) {
        if (tag != TAG(0xFFF0, 0, 0) || from != irq)
            return 0;
        x2_out(0x70, 0x0C);
        x2_in(0x71);
        MR(0) = 0;
        tag = x2_ipc(irq, ANY, BOTH(NOW, MS(1000)), &from);
    }
    clock_ticks_enable(0);
    return x2_thread(irq, irq, 0, irq, ~0u) == 1;
}

static const struct {
    int (*works)(void);
    const char *name;
} tests[] = {
    {interface_page, "the kernel interface page"},
    {memory_from_the_other_sigma0, "any page from a sigma0 that is not Pecan's"},
    {a_named_page, "a page that is named comes where it lies"},
    {call_by_all_names, "calls by global and local id, Ipc and Lipc"},
    {self_paged_thread, "a thread that pages itself, started by ExchangeRegisters"},
    {stop_and_go, "stop and start in a library's bits"},
    {sleeps, "sleep on the local and on the global id"},
    {a_space_of_its_own, "a space with its KIP elsewhere, paged by us"},
    {areas_at_odd_places, "spaces with their areas at odd places"},
    {strings_both_ways, "strings there and back, in pieces"},
    {unmapping, "status bits, write protection, revocation"},
    {exceptions, "an exception, handled and resumed"},
    {propagation, "a router that passes requests on"},
    {scheduling, "priorities, ThreadSwitch, deletion"},
    {interrupts, "interrupts of the real-time clock"},
};

__attribute__((used)) void run(void)
{
    word failures = 0, count_of = sizeof tests / sizeof tests[0];
    begin(count_of);
    root = MY_GLOBAL;
    sigma0 = (KIP(0xC4) >> 20) << 14 | 1;
    for (word i = 0; i < count_of; i++) {
        int good = tests[i].works();
        failures += !good;
        say(good ? "\nok " : "\nnot ok ");
        number(i + 1, 10);
        say(" - ");
        say(tests[i].name);
    }
    finish(failures);
}
