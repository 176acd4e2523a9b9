/* SPDX-License-Identifier: MIT */
/* A second stranger: ExchangeRegisters with each control word of the manual (bits 0 to 9) on a thread in each state that a program
 * can bring it into, against what the manual's steps 1 to 8 say; and map items of all sizes against the manual's formula. */
#include "line.h"
#include "x2.h"

enum { STACK = 4096, SLEEP = 2, NEW_HANDLE = 0x1234, OLD_HANDLE = 0x77, CARRY = 1 };
#define ZERO_PAGE 0xA0000000u

static byte stack[STACK] __attribute__((aligned(4096))), other_stack[STACK] __attribute__((aligned(4096)));
static byte page[4096] __attribute__((aligned(4096)));
static word root, worker, version;
static volatile word counter, marker, tag_seen, error_seen;
volatile word landed_sp, landed_flags, landed;
void landing(void);

__asm__(".text\n.globl _start, landing\n"
        "_start: movl $0, %ebp; movl $boot_stack + 4096 - 16, %esp; cld; call run; 1: jmp 1b\n"
        "landing: pushfl; popl landed_flags; movl %esp, landed_sp; movl $1, landed; movl $other_top, %esp; cld; call idle\n"
        ".bss\n.align 16\nboot_stack: .skip 4096\n.skip 1024\nother_top: .skip 16\n.text\n");

/* ---- the worker */

__attribute__((used)) void idle(void)
{
    for (;;)
        x2_ipc(0, x2_me(), BOTH(NEVER, NEVER), 0);
}

static void done(word tag)
{
    tag_seen = tag;
    error_seen = ERROR;
    marker = 1;
    idle();
}
static void spins(void)
{
    for (;;)
        counter++;
}
static void receives(void)
{
    done(x2_ipc(0, root, BOTH(NEVER, NEVER), 0));
}
static void waits(void)
{
    done(x2_ipc(0, ANY, BOTH(NEVER, 31u << 10 | 1000), 0)); /* a long, but finite time */
}
static void sends(void)
{
    MR(0) = TAG(0x55, 0, 0);
    done(x2_ipc(root, 0, BOTH(NEVER, NEVER), 0));
}
static void calls(void)
{
    MR(0) = TAG(0x55, 0, 0);
    done(x2_ipc(root, root, BOTH(NEVER, NEVER), 0));
}
static void sleeps(void)
{
    done(x2_ipc(0, x2_me(), BOTH(NEVER, NEVER), 0));
}
static void faults(void)
{
    word got = *(volatile word *)ZERO_PAGE;
    done(got);
}
static void traps(void)
{
    HANDLER = root;
    __asm__ volatile("ud2");
    done(0);
}

enum state { SPINS, HALTED, RECEIVES, WAITS, SENDS, CALLS, SLEEPS, FAULTS, FAULT_TAKEN, TRAPS, TRAP_TAKEN, NOT_STARTED, STATES };
static const char *const names[STATES] = {"running", "halted", "closed receive", "open wait", "send", "call, answer awaited", "sleep",
                                          "fault, not taken", "fault, taken", "exception, not taken", "exception, taken",
                                          "not started"};
static void (*const functions[STATES])(void) = {spins, spins, receives, waits, sends, calls, sleeps, faults, faults, traps, traps, spins};

static int sends_now(enum state s)
{
    return s == SENDS || s == FAULTS || s == TRAPS;
}
static int receives_now(enum state s)
{
    return s == RECEIVES || s == WAITS || s == CALLS || s == SLEEPS || s == FAULT_TAKEN || s == TRAP_TAKEN || s == NOT_STARTED;
}
static int is_protocol(enum state s)
{
    return s == FAULTS || s == FAULT_TAKEN || s == TRAPS || s == TRAP_TAKEN;
}

static void let_run(void)
{
    x2_ipc(0, root, BOTH(NEVER, MS(SLEEP)), 0);
}
static word take(void) /* the worker's message; bit 15: there is none */
{
    return x2_ipc(0, worker, BOTH(NEVER, NOW), 0);
}

static int bring_into(enum state s)
{
    worker = (base_number << 14) | (version = version % 60 + 1);
    counter = marker = landed = tag_seen = error_seen = 0;
    if (x2_thread(worker, root, root, root, (x2_me() & ~0xFFFu) + 512) != 1)
        return 0;
    x2_schedule(worker, ~0u, 50, ~0u, ~0u);
    struct x2_registers handle = {worker, 0x40, 0, 0, 0, OLD_HANDLE, 0};
    if (!x2_exchange(&handle))
        return 0;
    if (s == NOT_STARTED)
        return 1;
    MR(0) = TAG(0, 0, 2);
    MR(1) = (word)functions[s];
    MR(2) = (word)stack + STACK - 16;
    if (FAILED(x2_ipc(worker, 0, BOTH(NOW, NEVER), 0)))
        return 0;
    let_run();
    if ((s == CALLS || s == FAULT_TAKEN || s == TRAP_TAKEN) && FAILED(take()))
        return 0;
    struct x2_registers halt = {worker, 0x101, 0, 0, 0, 0, 0};
    return s != HALTED || x2_exchange(&halt);
}

/* ---- what the manual says */

static const char *wrong;
static word is, wanted;

static int expect(const char *what, word have, word want)
{
    if (have == want || wrong)
        return have == want;
    wrong = what;
    is = have;
    wanted = want;
    return 0;
}

/* Ends the IPC that goes on, as its partner.  Pre: the worker is not halted, or its message is taken first. */
static void complete(enum state s)
{
    word tag = 0;
    if (sends_now(s)) {
        tag = take();
        expect("the message can be taken", FAILED(tag), 0);
    }
    MR(0) = 0;
    if (s == FAULTS || s == FAULT_TAKEN) {
        MR(1) = MAP_ITEM(ZERO_PAGE);
        MR(2) = PAGE((word)page, 12, RWX);
        MR(0) = TAG(0, 2, 0);
    } else if (s == TRAPS || s == TRAP_TAKEN) {
        if (s == TRAPS)
            MR(1) += 2; /* behind the instruction */
        MR(0) = TAG(0, 0, s == TRAPS);
    }
    if (s != SENDS && s != SLEEPS)
        expect("the message is accepted", FAILED(x2_ipc(worker, 0, BOTH(NOW, NEVER), 0)), 0);
}

static void check_halted(enum state s, int aborted)
{
    word before = counter;
    let_run();
    expect("a halted thread stands", counter == before && !marker && !landed, 1);
    if (!aborted && receives_now(s) && s != SLEEPS) {
        MR(0) = 0;
        x2_ipc(worker, 0, BOTH(NOW, NEVER), 0);
        expect("a halted thread does not receive", ERROR, 2);
    }
    struct x2_registers go = {worker, 0x300, 0, 0, 0, 0, 0};
    expect("it can be resumed", x2_exchange(&go) != 0, 1);
    expect("old H", go.control & 1, 1);
}

static void check_landing(word c)
{
    expect("the thread is at its new IP", landed, 1);
    if (c & 8)
        expect("its SP is the new one", landed_sp, (word)other_stack + 2048);
    if (c & 0x20)
        expect("its carry flag is the new one", landed_flags & CARRY, CARRY);
    expect("interrupts are on, IOPL is not for it to set", landed_flags & 0x200, 0x200);
}

static void check_goes_on(enum state s, word c, int aborted)
{
    word before = counter;
    int ip = c >> 4 & 1;
    if (aborted && is_protocol(s) && !ip) { /* the instruction is tried again */
        let_run();
        word tag = take(), label = LABEL(tag) >> 4;
        expect("it faults again", FAILED(tag), 0);
        expect("with the same label", label, s == FAULTS || s == FAULT_TAKEN ? 0xFFE : 0xFFB);
        return;
    }
    let_run();
    if (!aborted && (sends_now(s) || receives_now(s))) {
        expect("what waits still waits", marker || landed, 0);
        complete(s);
        if (s == SLEEPS)
            return;
        let_run();
    }
    if (ip) {
        check_landing(c);
    } else if (s == SPINS || s == HALTED || s == NOT_STARTED) {
        expect("it runs on", counter != before, 1);
    } else if (s != TRAP_TAKEN) {
        expect("it is behind its call", marker, 1);
        if (aborted)
            expect("the IPC has failed", FAILED(tag_seen), 1), expect("its error", error_seen, sends_now(s) ? 6 : 7);
        else if (!is_protocol(s))
            expect("the IPC has succeeded", FAILED(tag_seen), 0);
    }
}

static int right(enum state s, word c)
{
    wrong = 0;
    int aborts = (c & 2 && receives_now(s)) || (c & 4 && sends_now(s)), halted = c & 0x100 ? c & 1 : s == HALTED;
    if (s == NOT_STARTED && !(c & 0x10 && c & 8 && aborts))
        return 1; /* it would begin nowhere, or waits for its start message: not our question */
    if (c & 8 && !(c & 0x10) && receives_now(s) + sends_now(s) && !is_protocol(s))
        return 1; /* the stub behind the link would return by the new stack: only its writer knows what has to be there */
    if (s == TRAP_TAKEN && !aborts && c & 0x10)
        return 1; /* the reply is empty: it goes on where it was */
    if (!expect("the state can be had", bring_into(s), 1))
        return 0;
    struct x2_registers r = {worker, c, (word)other_stack + 2048, (word)landing, CARRY, NEW_HANDLE, root};
    word local = x2_exchange(&r);
    expect("the result is the local id", local, (x2_me() & ~0xFFFu) + 512 + 256);
    expect("old state", r.control & 7, (s == HALTED) | receives_now(s) << 1 | sends_now(s) << 2);
    if (c & 0x200) {
        expect("old handle", r.handle, OLD_HANDLE);
        expect("old pager", r.pager, root);
    }
    struct x2_registers look = {worker, 0x200, 0, 0, 0, 0, 0};
    x2_exchange(&look);
    expect("handle", look.handle, c & 0x40 ? NEW_HANDLE : OLD_HANDLE);
    expect("halted", look.control & 1, (word)halted);
    if (halted)
        check_halted(s, aborts);
    check_goes_on(s, c, aborts);
    x2_unmap(0x40, PAGE(ZERO_PAGE, 12, RWX));
    x2_thread(worker, 0, 0, 0, 0);
    return !wrong;
}

static word all_controls(enum state s)
{
    word failures = 0;
    for (word c = 0; c < 0x400; c++) {
        if (s == TRAPS && !(c & 4) && c & 0x30)
            continue; /* the reply's registers come later than ours */
        if (right(s, c))
            continue;
        if (failures++ < 5) {
            say("\n# "), say(names[s]), say(", control "), number(c, 16), say(": "), say(wrong), say(": is "), number(is, 16);
            say(", wanted "), number(wanted, 16);
        }
        x2_thread(worker, 0, 0, 0, 0);
    }
    return failures;
}

/* ---- map items: 5.11's table */

enum { LOG_MOST = 15, PLACE = 0x30000000 };
static byte source[1 << LOG_MOST] __attribute__((aligned(1 << LOG_MOST)));
static volatile word window_word, mapped_tag;

static void accepts(void)
{
    for (;;) {
        BR(0) = window_word;
        mapped_tag = x2_ipc(0, root, BOTH(NEVER, NEVER), 0);
    }
}

static word sizes_agree(void)
{
    word failures = 0;
    for (word i = 0; i < sizeof source; i += 4096)
        *(volatile word *)(source + i) = 0xC0DE0000 + i / 4096;
    for (word send = 12; send <= LOG_MOST; send++)
        for (word window = 12; window <= LOG_MOST; window++)
            for (word base = 0; base < 0x20000; base += 0x1400) {
                word small = send < window ? send : window, from, to;
                from = send <= window ? 0 : base & ((1u << send) - 1) & ~((1u << window) - 1);
                to = send >= window ? 0 : base & ((1u << window) - 1) & ~((1u << send) - 1);
                window_word = PAGE(PLACE, window, 0);
                MR(0) = 0;
                x2_ipc(worker, 0, BOTH(NEVER, NEVER), 0); /* it takes the new window */
                MR(0) = TAG(0, 2, 0);
                MR(1) = MAP_ITEM(base & ~0x3FFu);
                MR(2) = PAGE((word)source, send, 6);
                int good = !FAILED(x2_ipc(worker, 0, BOTH(NEVER, NEVER), 0));
                for (word p = 0; p < 1u << small; p += 4096)
                    good &= *(volatile word *)(PLACE + to + p) == 0xC0DE0000 + (from + p) / 4096;
                x2_unmap(0x40, PAGE(PLACE & ~((1u << 17) - 1), 17, RWX));
                if (!good && failures++ < 5)
                    say("\n# map item: send "), number(send, 10), say(", window "), number(window, 10), say(", base "), number(base, 16);
            }
    return failures;
}

static word map_items(void)
{
    worker = base_number << 14 | (version = version % 60 + 1);
    if (x2_thread(worker, root, root, root, (x2_me() & ~0xFFFu) + 512) != 1)
        return 1;
    MR(0) = TAG(0, 0, 2);
    MR(1) = (word)accepts;
    MR(2) = (word)stack + STACK - 16;
    x2_ipc(worker, 0, BOTH(NEVER, NEVER), 0);
    let_run();
    word failures = sizes_agree();
    x2_thread(worker, 0, 0, 0, 0);
    return failures;
}

static void verdict(word n, word failures, const char *name)
{
    say(failures ? "\nnot ok " : "\nok "), number(n, 10), say(" - "), say(name);
}

__attribute__((used)) void run(void)
{
    word bad = 0, failures;
    begin(STATES + 1);
    root = MY_GLOBAL;
    for (word s = 0; s < STATES; s++) {
        failures = all_controls(s);
        bad += failures;
        say(failures ? "\nnot ok " : "\nok "), number(s + 1, 10), say(" - ExchangeRegisters by all controls: "), say(names[s]);
    }
    bad += failures = map_items();
    verdict(STATES + 1, failures, "map items of all sizes land where the formula says");
    finish(bad);
}
