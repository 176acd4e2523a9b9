/* SPDX-License-Identifier: MIT */
/* What the manual's words say of time points, Schedule, the privileged controls and threads of interrupts.  Before: words.c. */
#include "words.h"

#define TICK 1000

static volatile word phase;
extern word x2_links[];

/* ---- time points */

static word point(unsigned long long at, word e)
{
    return 0x8000 | e << 11 | (word)(at >> (e + 10) & 1) << 10 | (word)(at >> e & 1023);
}
int points(void)
{
    for (word i = 0; i < 12; i++) {
        word e = i % 4 + 4;                             /* 16 to 128 us of grain, 16 to 130 ms ahead */
        unsigned long long now = x2_clock(), at = now + 3000 + 1000 * i, after;
        x2_ipc(0, x2_me(), BOTH(NEVER, point(at, e)), 0);
        WANT(ERROR, 3);
        after = x2_clock();
        at = at >> e << e;
        WANT(after >= at, 1);
        WANT(after - at <= 2 * TICK + (1u << e), 1);
    }
    unsigned long long now = x2_clock();                /* over: at once, also to send */
    x2_ipc(0, x2_me(), BOTH(NEVER, point(now - 3000, 6)), 0);
    WANT(ERROR, 3);
    WANT(x2_clock() - now < 3 * TICK, 1);
    word t = local(idle);
    rest(2);
    now = x2_clock();
    MR(0) = 0;
    x2_ipc(t, 0, BOTH(point(now + 5000, 5), NEVER), 0);
    WANT(ERROR, 2);
    WANT(x2_clock() - now >= 4900, 1);
    WANT(x2_clock() - now < 5000 + 3 * TICK, 1);
    end(t);
    return 1;
}

/* ---- Schedule, and the other controls */

static void runs(void)
{
    for (;;)
        seen[7]++;
}
static void sends_to_nobody(void)
{
    MR(0) = 0;
    x2_ipc(to_whom, 0, BOTH(NEVER, NEVER), 0);
    idle();
}
static volatile word low_result[3], low_error, other_one;
static void low(void)
{
    low_result[0] = x2_schedule(other_one, ~0u, 90, ~0u, ~0u);
    low_result[1] = x2_schedule(other_one, 0x8000u << 16 | 0xFFFF, ~0u, ~0u, ~0u), low_error = ERROR;     /* no period */
    low_result[2] = x2_schedule(other_one, ~0u, 40, ~0u, ~0u);
    phase = 1;
    idle();
}
int outcomes_of_schedule(void)
{
    word n = next++, t = id(n), spare = local(idle);
    WANT(x2_thread(t, root, root, 0, ~0u), 1);
    WANT(x2_schedule(t, ~0u, ~0u, ~0u, ~0u), 2);
    end(t);
    word dead = x2_schedule(t, ~0u, ~0u, ~0u, ~0u);
    WANT(dead == 1 || (dead == 0 && ERROR == 2), 1);
    rest(2);
    WANT(x2_schedule(spare, ~0u, ~0u, ~0u, ~0u), 6);
    to_whom = spare;
    t = local(sends_to_nobody);
    rest(2);
    WANT(x2_schedule(t, ~0u, ~0u, ~0u, ~0u), 4);
    end(t);
    t = local(runs);
    WANT(x2_schedule(t, ~0u, ~0u, ~0u, ~0u), 3);
    struct x2_registers stop = {t, 0x301, 0, 0, 0, 0, 0};
    x2_exchange(&stop);
    WANT(x2_schedule(t, ~0u, ~0u, ~0u, ~0u), 2);
    end(t);
    other_one = spare;
    phase = 0;
    t = local(low);
    WANT(x2_schedule(t, ~0u, 50, ~0u, ~0u) != 0, 1);
    rest(5);
    WANT(phase, 1);
    WANT(low_result[0], 6);                             /* above its own, but it is privileged */
    WANT(low_result[1], 0);
    WANT(low_error, 5);
    WANT(low_result[2], 6);                             /* it waits to receive */
    end(t);
    end(spare);
    return 1;
}

/* A thread whose quantum is used up runs no more until it gets another one. */
int a_total_quantum_ends(void)
{
    word from, t = local(runs);
    WANT(x2_schedule(t, (10u << 10 | 2) << 16 | (10u << 10 | 4), 50, ~0u, ~0u) != 0, 1);    /* slices of 2 ms, 4 ms in all */
    word tag = x2_ipc(0, ANY, BOTH(NEVER, MS(300)), &from);     /* its scheduler hears of it */
    WANT(tag >> 20, 0xFFD);
    word before = seen[7];
    rest(10);
    WANT(seen[7], before);
    WANT(x2_schedule(t, 10u << 26 | 2 << 16 | 0, ~0u, ~0u, ~0u) != 0, 1);                   /* for ever */
    rest(10);
    WANT(seen[7] != before, 1);
    end(t);
    return 1;
}

static word control_call(word link, word a, word c, word d, word s, word b, word p)
{
    word args[] = {link, b, p};
    __asm__ volatile("pushl %%ebp; pushl %%ebx; movl 8(%%edi), %%ebp; pushl (%%edi); movl 4(%%edi), %%ebx;"
                     "movl %%gs:0, %%edi; call *(%%esp); addl $4, %%esp; popl %%ebx; popl %%ebp"
                     : "+a"(a), "+c"(c), "+d"(d), "+S"(s) : "D"(args) : "memory", "cc");
    return a;
}
static volatile word child_result[2], child_errors[2];
static void asks_for_control(void)
{
    byte *kip;
    word version, flags, kernel;
    __asm__ volatile("lock; nop" : "=a"(kip), "=c"(version), "=d"(flags), "=S"(kernel));
    child_result[0] = control_call((word)kip + *(word *)(kip + 0xDC), 0, 0, 0, PAGE((word)source, 12, 0), 0, 0), child_errors[0] = ERROR;
    child_result[1] = control_call((word)kip + *(word *)(kip + 0xD8), 0, 0, 0, 0, 0, 0), child_errors[1] = ERROR;
    MR(0) = TAG(0x22, 0, 0);
    child_ipc(root, 0, BOTH(NEVER, NEVER), 0);
    for (;;)
        child_ipc(0, x2_me(), BOTH(NEVER, NEVER), 0);
}
int controls_of_memory_and_processor(void)
{
    word page = PAGE((word)source, 12, 0);
    source[5] = 5;
    WANT(control_call(x2_links[3], 0, 4, 0, page, 0, 0), 1);            /* uncacheable */
    source[5]++;
    WANT(control_call(x2_links[3], 0, 0, 2, page | 1, 0, 0), 1);        /* attribute1: write through */
    WANT(control_call(x2_links[3], 0, 0, 0, page, 0, 0), 1);
    WANT(source[5], 6);
    WANT(control_call(x2_links[3], 0, 99, 0, page, 0, 0), 0);
    WANT(ERROR, 5);
    WANT(control_call(x2_links[3], 0, 99, 0, 0, 0, 0), 1);              /* nil: nothing to do */
    WANT(control_call(x2_links[2], 0, 0, 0, 0, 0, 0), 1);
    word t = apart(asks_for_control, 0, 12), tag = pager(t);
    WANT(LABEL(tag), 0x22);
    WANT(child_result[0], 0);
    WANT(child_errors[0], 1);
    WANT(child_result[1], 0);
    WANT(child_errors[1], 1);
    end(t);
    return 1;
}

/* ---- interrupts */

int interrupts_and_their_threads(void)
{
    word irq = 8 << 14 | 1, timer = 1, t = local(idle);
    WANT(x2_thread(8 << 14 | 2, 8 << 14 | 2, 0, root, ~0u), 0);         /* version */
    WANT(ERROR, 2);
    WANT(x2_thread(irq, irq, 0, id(38), ~0u), 0);                       /* no such handler */
    WANT(ERROR, 2);
    WANT(x2_thread(timer, timer, 0, root, ~0u), 0);                     /* the kernel's own line */
    WANT(x2_schedule(irq, ~0u, ~0u, ~0u, ~0u), 0);                      /* detached */
    WANT(ERROR, 2);
    WANT(x2_thread(irq, irq, 0, t, ~0u), 1);
    WANT(x2_schedule(irq, ~0u, ~0u, ~0u, ~0u), 2);
    WANT(x2_thread(irq, irq, 0, root, ~0u), 1);                         /* another handler */
    MR(0) = 0;
    word tag = x2_ipc(irq, 0, BOTH(NOW, NEVER), 0);                     /* nothing to acknowledge */
    WANT(tag & 0x8000, 0x8000);
    WANT(ERROR, 2);
    tag = x2_ipc(0, irq, BOTH(NEVER, NOW), 0);
    WANT(ERROR, 3);
    WANT(x2_thread(irq, 0, 0, 0, 0), 0);                                /* it cannot be deleted */
    WANT(x2_thread(irq, irq, 0, irq, ~0u), 1);
    end(t);
    return 1;
}
