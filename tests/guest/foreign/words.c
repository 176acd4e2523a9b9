/* SPDX-License-Identifier: MIT */
/* A third root task by a stranger: what the manual's words say of less usual ways to send and to wait.  Each test is a
 * sentence of the manual.  Next: controls.c. */
#include "line.h"
#include "words.h"

#define STACK 4096
#define SERVANTS 40
#define LABEL_HERE 0x77

static byte stacks[SERVANTS][STACK] __attribute__((aligned(4096)));
byte source[8192] __attribute__((aligned(4096)));
static byte target[8192] __attribute__((aligned(4096)));
word root, next = 1, wrong_is, wrong_wanted, wrong_line;
static word sigma0;
volatile word seen[8], to_whom;

__asm__(".text\n.globl _start\n_start: movl $0, %ebp; movl $stacks + 4096 - 16, %esp; cld; call run; 1: jmp 1b\n");

/* ---- threads: those of our own space, and spaces that share our pages, 1:1 */

word id(word n)
{
    return (base_number + n) << 14 | 5;
}
static word block(word n)
{
    return (x2_me() & ~0xFFFu) + 512 * n;
}

word local(void (*f)(void))
{
    word n = next++, t = id(n);
    if (x2_thread(t, root, root, root, block(n)) != 1)
        return 0;
    MR(1) = (word)f;
    MR(2) = (word)(stacks[n] + STACK - 16);
    return FAILED(x2_send(t, TAG(0, 0, 2))) ? 0 : t;
}

word apart(void (*f)(void), word redirector, word log2)
{
    word n = next++, t = id(n);
    if (x2_thread(t, t, root, 0, ~0u) != 1 || x2_space(t, 0, PAGE(0x90000000, 12, 0), PAGE(0x80000000, log2, 0), redirector) != 1 ||
        x2_thread(t, t, 0, root, 0x80000000) != 1)
        return 0;
    MR(1) = (word)f;
    MR(2) = (word)(stacks[n] + STACK - 16);
    return FAILED(x2_send(t, TAG(0, 0, 2))) ? 0 : t;
}

void end(word t)
{
    x2_thread(t, 0, 0, 0, 0);
}

static int map_for(word t, word tag)
{
    if (FAILED(tag) || LABEL(tag) >> 4 != 0xFFE)
        return 0;
    word at = MR(1) & ~0xFFFu;
    MR(1) = MAP_ITEM(at);
    MR(2) = PAGE(at, 12, RWX);
    MR(0) = TAG(0, 2, 0);
    x2_ipc(t, 0, BOTH(NOW, NEVER), 0);
    return 1;
}
/* Serves its faults until it says something else. */
word pager(word t)
{
    word tag;
    do
        tag = x2_ipc(0, t, BOTH(NEVER, MS(500)), 0);
    while (map_for(t, tag));
    return tag;
}

/* What a child does: the links are in our pages, for its KIP may be elsewhere. */
word child_ipc(word to, word from, word timeouts, word *sender)
{
    byte *kip;
    word version, flags, kernel, mr0 = MR(0), mr1, f = from;
    __asm__ volatile("lock; nop" : "=a"(kip), "=c"(version), "=d"(flags), "=S"(kernel));
    word link = (word)kip + *(word *)(kip + 0xE0);
    __asm__ volatile("pushl %%ebp; call *%%ebx; movl %%ebp, %%ecx; popl %%ebp"
                     : "+a"(to), "+c"(timeouts), "+d"(f), "+S"(mr0), "=b"(mr1) : "D"(x2_me()), "4"(link) : "memory", "cc");
    if (from) {
        MR(0) = mr0;
        MR(1) = mr1;
        MR(2) = timeouts;
    }
    if (sender)
        *sender = to;
    return mr0;
}

void rest(word ms)
{
    x2_ipc(0, x2_me(), BOTH(NEVER, MS(ms)), 0);
}

void idle(void)
{
    for (;;)
        x2_ipc(0, x2_me(), BOTH(NEVER, NEVER), 0);
}

/* ---- strings */

static void sends_strings(void)
{
    for (word i = 0; i < sizeof source; i++)
        source[i] = (byte)(i * 13 + (i >> 7));
    MR(1) = STRING_ITEM(100, 2) | 0x200 | 1;            /* 3 of 100 bytes, then 2 of 57, then 1 of 0: one string of 414 */
    MR(2) = (word)source + 1000; MR(3) = (word)source + 10; MR(4) = (word)source + 5000;
    MR(5) = STRING_ITEM(57, 1) | 0x200 | 1;
    MR(6) = (word)source + 3; MR(7) = (word)source + 4090;
    MR(8) = STRING_ITEM(0, 0) | 1;
    MR(9) = 0;
    MR(10) = STRING_ITEM(33, 0);                        /* and another one */
    MR(11) = (word)source + 777;
    MR(0) = TAG(LABEL_HERE, 11, 0);
    seen[0] = x2_ipc(root, 0, BOTH(NEVER, NEVER), 0);
    seen[1] = ERROR;
    idle();
}
static byte expected(word i)
{
    word at = i < 100 ? 1000 + i : i < 200 ? 10 + i - 100 : i < 300 ? 5000 + i - 200 : i < 357 ? 3 + i - 300 : 4090 + i - 357;
    return (byte)(at * 13 + (at >> 7));
}

static int compound_strings(void)
{
    for (word i = 0; i < sizeof target; i++)
        target[i] = 0xEE;
    BR(0) = 1;
    BR(1) = STRING_ITEM(1, 0) | 0x200 | 1;              /* 1, then 3 of 90, then 200: longer than the string */
    BR(2) = (word)target;
    BR(3) = STRING_ITEM(90, 2) | 0x200 | 1;
    BR(4) = (word)target + 4050; BR(5) = (word)target + 100; BR(6) = (word)target + 300;
    BR(7) = STRING_ITEM(200, 0) | 1;
    BR(8) = (word)target + 500;
    BR(9) = STRING_ITEM(33, 0);
    BR(10) = (word)target + 7000;
    word t = local(sends_strings), tag = x2_ipc(0, t, BOTH(NEVER, MS(500)), 0);
    WANT(tag, TAG(LABEL_HERE, 11, 0));
    WANT(MR(1) & ~0x3FEu, (STRING_ITEM(100, 2) | 0x201) & ~0x3FEu);
    WANT(MR(2), (word)source + 1000);
    WANT(MR(10) >> 10, 33);
    static const word at[5] = {0, 4050, 100, 300, 500}, size[5] = {1, 90, 90, 90, 143};
    for (word p = 0, i = 0; p < 5; p++)
        for (word k = 0; k < size[p]; k++, i++)
            WANT(target[at[p] + k], expected(i));
    WANT(target[500 + 143], 0xEE);                      /* the rest of the buffer is left as it was */
    for (word k = 0; k < 33; k++)
        WANT(target[7000 + k], (byte)((777 + k) * 13 + ((777 + k) >> 7)));
    rest(2);
    WANT(seen[0] & 0x8000, 0);
    end(t);
    return 1;
}

/* One buffer for two strings: the second is an overflow for both, and the offset counts the first. */
static int one_buffer_too_few(void)
{
    BR(0) = 1;
    BR(1) = STRING_ITEM(2000, 0);
    BR(2) = (word)target;
    word t = local(sends_strings), tag = x2_ipc(0, t, BOTH(NEVER, MS(500)), 0);
    WANT(tag & 0x8000, 0x8000);
    WANT(ERROR, 9 + 16 * 414);
    rest(2);
    WANT(seen[0] & 0x8000, 0x8000);
    WANT(seen[1], 8 + 16 * 414);
    end(t);
    BR(0) = 0;                                          /* and no strings at all */
    t = local(sends_strings), tag = x2_ipc(0, t, BOTH(NEVER, MS(500)), 0);
    WANT(tag & 0x8000, 0x8000);
    WANT(ERROR, 9);
    end(t);
    return 1;
}

/* ---- transfer timeouts: a pager that takes its time */

static byte far_page[3 * 4096] __attribute__((aligned(4096)));
static volatile word xfer, child_tag, child_error, receiver;

static void sends_far(void)
{
    ((volatile word *)x2_me())[-8] = xfer;
    MR(1) = STRING_ITEM(5000, 0);
    MR(2) = (word)far_page + 100;
    MR(0) = TAG(LABEL_HERE, 2, 0);
    child_tag = child_ipc(receiver, 0, BOTH(NEVER, NEVER), 0);
    child_error = ERROR;
    MR(0) = TAG(0x99, 0, 0);
    child_ipc(root, 0, BOTH(NEVER, NEVER), 0);
    for (;;)
        child_ipc(0, x2_me(), BOTH(NEVER, NEVER), 0);
}
static volatile word receiver_xfer;
static void receives_far(void)
{
    ((volatile word *)x2_me())[-8] = receiver_xfer;
    BR(0) = 1;
    BR(1) = STRING_ITEM(6000, 0);
    BR(2) = (word)target;
    word from;
    seen[2] = x2_ipc(0, ANY, BOTH(NEVER, NEVER), &from);
    seen[3] = ERROR;
    idle();
}

/* delay: ms until the fault in far_page is answered.  In seen[2], [3] what the receiver had, in child_* what the sender had. */
static int slow(word sender_xfer, word for_receiver, word delay)
{
    seen[2] = seen[3] = child_tag = child_error = 0x5EED;
    xfer = sender_xfer;
    receiver_xfer = for_receiver;
    receiver = local(receives_far);
    word t = apart(sends_far, 0, 12), tag;
    for (;;) {
        tag = x2_ipc(0, t, BOTH(NEVER, MS(500)), 0);
        word late = MR(1) >= (word)far_page && MR(1) < (word)far_page + sizeof far_page, mr1 = MR(1);
        if (late && delay) {
            WANT(x2_schedule(t, ~0u, ~0u, ~0u, ~0u), 5);        /* sending */
            rest(delay);
            MR(1) = mr1;
        }
        if (!map_for(t, tag))
            break;
    }
    if (FAILED(tag))
        return 0;
    WANT(LABEL(tag), 0x99);
    rest(2);
    end(t);
    end(receiver);
    return 1;
}
static int slow_pagers(void)
{
    if (!slow(BOTH(NEVER, NEVER), BOTH(NEVER, NEVER), 30))
        return 0;
    WANT(child_tag & 0x8000, 0);
    WANT(seen[2], TAG(LABEL_HERE, 2, 0));
    if (!slow(BOTH(MS(10), NEVER), BOTH(NEVER, NEVER), 40))
        return 0;
    WANT(child_tag & 0x8000, 0x8000);
    WANT(child_error, 5 << 1);                          /* in its own space; nothing was copied */
    WANT(seen[2] & 0x8000, 0x8000);
    WANT(seen[3], 6 << 1 | 1);
    if (!slow(BOTH(NEVER, NEVER), BOTH(NEVER, MS(10)), 40))     /* the receiver's limit, the same fault */
        return 0;
    WANT(child_error, 5 << 1);
    WANT(seen[3], 6 << 1 | 1);
    if (!slow(BOTH(NEVER, MS(10)), BOTH(MS(10), NEVER), 40))    /* limits of the other directions */
        return 0;
    WANT(child_tag & 0x8000, 0);
    if (!slow(BOTH(NOW, NEVER), BOTH(NEVER, NEVER), 0))         /* at the first fault */
        return 0;
    WANT(child_tag & 0x8000, 0x8000);
    WANT(child_error, 5 << 1);
    return 1;
}

/* ---- who is heard */

static void calls_from_apart(void)
{
    MR(0) = TAG(0x55, 0, 0);
    child_ipc(to_whom, 0, BOTH(MS(200), NEVER), 0);
    child_ipc(root, 0, BOTH(NEVER, NEVER), 0);
    for (;;)
        child_ipc(0, x2_me(), BOTH(NEVER, NEVER), 0);
}
static void says_66(void)
{
    rest(20);
    MR(0) = TAG(0x66, 0, 0);
    x2_ipc(root, 0, BOTH(NEVER, NEVER), 0);
    idle();
}
#define ANYLOCAL 0xFFFFFFC0u

static int anylocal_hears_its_own_space(void)
{
    word from, t;
    to_whom = root;
    t = apart(calls_from_apart, 0, 12);
    while (map_for(t, x2_ipc(0, t, BOTH(NEVER, MS(1)), 0)))     /* its pages; in the end it waits for us, or has been heard */
        ;
    end(t);
    t = apart(calls_from_apart, 0, 14);
    word n = 0, tag;
    to_whom = id(39);
    while (n++ < 20 && map_for(t, x2_ipc(0, t, BOTH(NEVER, MS(5)), 0)))
        ;
    to_whom = root;
    word own = local(says_66);
    tag = x2_ipc(0, ANYLOCAL, BOTH(NEVER, MS(300)), &from);
    WANT(tag, TAG(0x66, 0, 0));
    WANT(from & 63, 0);                                 /* a local id, for it is of our space */
    tag = x2_ipc(0, ANYLOCAL, BOTH(NEVER, MS(5)), &from);
    WANT(tag & 0x8000, 0x8000);
    WANT(ERROR, 3);
    end(own);
    end(t);
    return 1;
}

/* ---- in another's name */

static volatile word in_name, deputy_tag;
static void deputy(void)
{
    VIRTUAL = in_name;
    MR(0) = TAG(0x44, 0, 0) | 0x1000;
    deputy_tag = x2_ipc(root, 0, BOTH(MS(300), NEVER), 0);
    idle();
}
static int a_closed_wait_hears_a_deputy(void)
{
    word from, principal = local(idle);
    in_name = principal;
    word t = local(deputy), tag = x2_ipc(0, principal, BOTH(NEVER, MS(300)), &from);
    WANT(tag, TAG(0x44, 0, 0) | 0x1000);
    struct x2_registers r = {.dest = principal};
    word its_local = x2_exchange(&r);
    WANT(from, its_local);
    WANT(VIRTUAL, t);                                   /* ActualSender: global */
    end(t);
    /* It waits for us in the principal's name, and the principal goes: it counts as itself. */
    t = local(deputy);
    rest(5);
    end(principal);
    tag = x2_ipc(0, t, BOTH(NEVER, MS(300)), &from);
    WANT(LABEL(tag), 0x44);
    WANT(tag & 0x9000, 0);
    end(t);
    return 1;
}

static void false_deputy(void)
{
    VIRTUAL = in_name;
    MR(0) = TAG(0x43, 0, 0) | 0x1000;
    child_ipc(to_whom, 0, BOTH(NEVER, NEVER), 0);
    for (;;)
        child_ipc(0, x2_me(), BOTH(NEVER, NEVER), 0);
}
static int a_deputy_without_a_right_speaks_for_itself(void)
{
    in_name = sigma0;                                   /* neither its space, nor ours */
    to_whom = root;
    word t = apart(false_deputy, 0, 12), tag = pager(t);
    WANT(tag, TAG(0x43, 0, 0));
    end(t);
    return 1;
}

/* ---- redirection: the child asks `far`, in a third space; the message comes to us */

static volatile word far, answer, answer_tag;
static void asks_far(void)
{
    MR(0) = TAG(0x33, 0, 1);
    MR(1) = 7;
    answer_tag = child_ipc(far, far, BOTH(NEVER, NEVER), 0);
    answer = MR(1);
    MR(0) = TAG(0x32, 0, 0);
    child_ipc(root, 0, BOTH(NEVER, NEVER), 0);
    for (;;)
        child_ipc(0, x2_me(), BOTH(NEVER, NEVER), 0);
}
static void far_one(void)
{
    word from;
    for (;;) {
        word tag = child_ipc(0, ANY, BOTH(NEVER, NEVER), &from);
        seen[4] = from;
        seen[5] = tag;
        seen[6] = MR(1);
        MR(1) = 1000 + MR(1);
        MR(0) = TAG(0x31, 0, 1);
        child_ipc(from, 0, BOTH(NOW, NEVER), 0);
    }
}
static int redirection(void)
{
    word tag;
    far = apart(far_one, 0, 12);
    while (map_for(far, x2_ipc(0, far, BOTH(NEVER, MS(5)), 0)))
        ;
    word t = apart(asks_far, root, 15);
    tag = pager(t);
    WANT(tag, TAG(0x33, 0, 1) | 0x2000);
    WANT(MR(1), 7);
    WANT(((volatile word *)x2_me())[-7], far);          /* IntendedReceiver */
    VIRTUAL = t;                                        /* passed on in its name */
    MR(1) = 8;
    MR(0) = TAG(0x33, 0, 1) | 0x1000;
    tag = x2_ipc(far, 0, BOTH(NEVER, NEVER), 0);
    WANT(tag & 0x8000, 0);
    tag = pager(t);
    while (map_for(far, x2_ipc(0, far, BOTH(NEVER, MS(2)), 0)))
        ;
    if (LABEL(tag) != 0x32)
        tag = pager(t);
    WANT(LABEL(tag), 0x32);
    WANT(seen[4], t);
    WANT(seen[5] & 0x1000, 0x1000);
    WANT(seen[6], 8);
    WANT(answer, 1008);
    end(t);
    t = apart(asks_far, root, 12);                      /* now the redirector answers itself */
    tag = pager(t);
    WANT(tag, TAG(0x33, 0, 1) | 0x2000);
    MR(1) = 55;
    MR(0) = TAG(0x30, 0, 1);
    WANT(x2_ipc(t, 0, BOTH(NOW, NEVER), 0) & 0x8000, 0);
    tag = pager(t);
    WANT(LABEL(tag), 0x32);
    WANT(LABEL(answer_tag), 0x30);
    WANT(answer, 55);
    end(t);
    end(far);
    return 1;
}

static const struct {
    int (*works)(void);
    const char *name;
} tests[] = {
    {compound_strings, "compound strings into compound buffers, byte after byte"},
    {one_buffer_too_few, "a string without a buffer: overflow for both, and its offset"},
    {slow_pagers, "transfer timeouts beside a slow pager, seen from both sides"},
    {anylocal_hears_its_own_space, "anylocalthread hears the own space only"},
    {a_closed_wait_hears_a_deputy, "a closed wait hears one who speaks in that name"},
    {a_deputy_without_a_right_speaks_for_itself, "propagation that is not granted"},
    {redirection, "a redirector passes messages on, and answers itself"},
    {points, "time points, to wait and to send"},
    {outcomes_of_schedule, "the outcomes of Schedule"},
    {a_total_quantum_ends, "a total quantum ends, and a new one begins"},
    {controls_of_memory_and_processor, "MemoryControl and ProcessorControl"},
    {interrupts_and_their_threads, "threads of interrupts"},
};

__attribute__((used)) void run(void)
{
    word failures = 0, count_of = sizeof tests / sizeof tests[0];
    begin(count_of);
    root = MY_GLOBAL;
    sigma0 = (KIP(0xC4) >> 20) << 14 | 1;
    for (word i = 0; i < count_of; i++) {
        next = 1;
        int good = tests[i].works();
        failures += !good;
        if (!good)
            say("\n# line "), number(wrong_line, 10), say(": is "), number(wrong_is, 16), say(", wanted "), number(wrong_wanted, 16);
        say(good ? "\nok " : "\nnot ok "), number(i + 1, 10), say(" - "), say(tests[i].name);
        for (word n = 1; n < SERVANTS; n++)
            end(id(n));
    }
    finish(failures);
}
