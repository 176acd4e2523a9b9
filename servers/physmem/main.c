/* SPDX-License-Identifier: MIT */
/* physmem: all RAM belongs to it, and it lends it out page by page.  One thread serves, in one
 * loop; no request waits for another.  A second thread, the pacer, only makes long requests wait
 * for their turns.  Read boot.c for the start, request.c for what clients may ask. */
#include <errno.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/space.h>
#include <l4/thread.h>
#include <hurd/wortel.h>
#include <libc.h>
#include <stdarg.h>
#include <stdio.h>

#include "check.h"
#include "container.h"
#include "extra.h"
#include "shake.h"
#include "server.h"
#include "slab.h"
#include "stretch.h"
#include "swap.h"

#define CHECK_PERIOD    512u        /* requests between two checks, with CHECK=1 */
#define REVOKE_PAGES    64u         /* of the random revocation: pages taken, ... */
#define REVOKE_LOOK     4096u       /* ... looking at most at so many */
#define SHAKE_PAGES     3u          /* after each request, and after each of */
#define SHAKE_PAUSE     2000u       /* these many microseconds */
#define FORGET_ROWS     48u         /* of a dead task's handles, in one part: `task` asks for four
                                       in a row (lib/hurd-cap/rpc.c), and programs wait for all */
#define BOOT_PAUSE      1000u       /* between two parts of a boot task's long request */

unsigned debug_revoke_period;

static int other(struct hurd_cap_call *call);
static void task_dies(unsigned task);
static bool forget(unsigned task);
static unsigned task_died(unsigned task);

struct hurd_cap_server server = {
    .table = { .alloc = account_alloc, .free = account_free },
    .other = other,
    .task_dies = task_dies,
    .forget = forget,
    .task_died = task_died,
    .errors_in_label = 1,
};

void say(const char *format, ...)
{
    char line[120];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n >= (int) sizeof line)
        n = sizeof line - 1;
    hurd_wortel_write(HURD_WORTEL_CAP_PHYSMEM, line, n);
}

/* A failed assert() prints its line by this, and ends by an exception; then wortel stops the
 * machine. */
long __libc_write(int stream, const void *data, size_t size)
{
    (void) stream;
    hurd_wortel_write(HURD_WORTEL_CAP_PHYSMEM, data, size);
    return (long) size;
}

void machine_revoke(const struct extent *blocks, unsigned n, unsigned rights)
{
    L4_Fpage_t fpages[SWEEP_BLOCKS];
    for (unsigned i = 0; i < n; i++) {
        L4_Fpage_t fpage = L4_FpageLog2(blocks[i].base, PAGE_LOG2 + blocks[i].order);
        fpages[i] = L4_FpageAddRights(fpage, rights);
    }
    L4_UnmapFpages(n, fpages);
}

void machine_wake(uint32_t key)
{
    if (server.longs)
        hurd_cap_resume(&server, key);
}

/* wortel's late reply to BOOTSTRAP_FINAL (label 0), or its refusal: neither is a request. */
static int other(struct hurd_cap_call *call)
{
    return call->label == 0 || call->label == HURD_WORTEL_ERROR ? HURD_CAP_NO_REPLY : EOPNOTSUPP;
}

static bool to_be_buried;                   /* the task that dies: its handles went first */

static void task_dies(unsigned task)
{
    (void) task;
    to_be_buried = true;
}

/* What it holds goes in parts, so that no request waits for long.  Its pins and locks go first: a
 * container that goes would look for them in all accounts. */
static bool forget(unsigned task)
{
    if (!account_let_go(task))
        return true;
    doom_small_ones = true;
    bool more = hurd_cap_forget_part(&server.table, task, FORGET_ROWS);
    doom_small_ones = false;
    return more;
}

/* All it held is gone by now; containers that it made for others live on, but are not wired any
 * more, and controls that others hold are their parent's owner's. */
static void task_bury(unsigned task)
{
    to_be_buried = false;
    for (struct control *control = control_all; control; control = control->all_next) {
        for (struct container *c = control->containers; c; c = c->next)
            if (c->task == task && c->wired)
                container_orphan(c);
        if (control->task == task)
            control->notify = 0;            /* its number may name another task's thread soon */
        if (control->task == task && control->parent)
            control->task = control->parent->task;
    }
    swap_task_died(task);
    if (task == policy_task && task)
        policy_attach(0);
    if (task <= L4_ID_VERSION_MASK)
        account_close(task);
}

/* `task` asks again until all frames are back. */
static unsigned task_died(unsigned task)
{
    if (to_be_buried)
        task_bury(task);
    reap();
    if (!reap_wanted())
        slab_reclaim();
    return reap_wanted();
}

static uint32_t random_word(void)
{
    static uint32_t x = 2463534242u;
    x ^= x << 13;
    x ^= x >> 17;
    return x ^= x << 5;
}

/* HURD_PM_DEBUG_REVOKE: proves that clients can live without any mapping of theirs. */
static void debug_revoke(void)
{
    struct sweep s;
    uint32_t taken = 0;
    paddr_t pa = frame_random(random_word());
    sweep_begin(&s, RIGHTS_ALL, false);
    for (uint32_t i = 0; i < REVOKE_LOOK && taken < REVOKE_PAGES; i++, pa += PAGE_SIZE) {
        const frame_t *word = frame_find(pa);
        if (!word || (*word & (FRAME_FREE | FRAME_PINS | FRAME_STEADY)) || !(*word & FRAME_MAPPED)
            || (random_word() & 0x100))
            continue;
        sweep_add(&s, pa);
        taken++;
    }
    sweep_end(&s);
}

/* Between two requests: no reply names a frame now. */
static void disturb(void)
{
    L4_Word_t saved[64];
    L4_StoreMRs(0, 64, saved);          /* Unmap works in the message registers */
    if (shake_on())
        shake_step(SHAKE_PAGES);
    else if (random_word() % debug_revoke_period == 0)
        debug_revoke();
    L4_LoadMRs(0, 64, saved);
}

/* ---- turns --------------------------------------------------------------------------------------
 * The pacer runs at a program's priority and does nothing but call the server.  Each call is a
 * turn: one part of a long request.  Between two turns other programs run, and their requests are
 * served.  So a long request takes no more time from them than a program that computes.
 *
 * Boot tasks serve programs, and must not wait until all programs leave some time to the pacer.
 * Their long requests also go on when the alarm rings, a part each millisecond. */

static L4_ThreadId_t server_thread, pacer;  /* global ids */
static L4_ThreadId_t pacer_local;
bool takes_turns;
static bool pacer_waits = true;             /* for the reply to its call */

/* The server's reply gives the pacer the processor at once, even if other threads are ready: so it
 * gives the processor on first. */
static void pace(void)
{
    for (;;) {
        L4_Yield();
        L4_LoadMR(0, 0);
        L4_Call(server_thread);
    }
}

static L4_ThreadId_t helper_start(unsigned n, L4_Word_t *stack_end, void (*run)(void))
{
    L4_ThreadId_t id = L4_GlobalId(L4_ThreadNo(server_thread) + n, L4_Version(server_thread));
    L4_Start_SpIp(id, (L4_Word_t) stack_end, (L4_Word_t) run);
    return id;
}

static void pacer_start(void)
{
    static L4_Word_t stack[256];
    pacer = helper_start(1, &stack[256], pace);
    pacer_local = L4_LocalIdOf(pacer);
    takes_turns = true;
    pacer_waits = false;
}

/* A kernel may give either of its ids.  While it waits it cannot have sent anything. */
static bool is_turn(L4_ThreadId_t from)
{
    return !pacer_waits && (L4_IsThreadEqual(from, pacer_local) || L4_IsThreadEqual(from, pacer));
}

/* One part of a boot task's request.  1: there is a reply to *from. */
static int boot_turn(L4_ThreadId_t *from)
{
    reap();
    return hurd_cap_go_on_boot(&server, from);
}

/* 1: there is a reply to *from. */
static int turn(L4_ThreadId_t *from)
{
    pacer_waits = true;
    reap();
    return server.turns ? hurd_cap_go_on(&server, from) : 0;
}

/* ---- the alarm ----------------------------------------------------------------------------------
 * It has the server's priority, calls the server, and sleeps for as long as the reply says. */

bool alarm_there;

static L4_ThreadId_t alarm, alarm_local;
static bool alarm_waits = true;             /* for the reply to its call */

static void ring(void)
{
    for (;;) {
        L4_LoadMR(0, 0);
        L4_Call(server_thread);
        if (L4_MR(1))
            L4_Sleep(L4_TimePeriod(L4_MR(1)));
    }
}

static void alarm_start(void)
{
    static L4_Word_t stack[256];
    alarm = helper_start(2, &stack[256], ring);
    alarm_local = L4_LocalIdOf(alarm);
    alarm_there = true;
    alarm_waits = false;
}

static bool is_alarm(L4_ThreadId_t from)
{
    return !alarm_waits
           && (L4_IsThreadEqual(from, alarm_local) || L4_IsThreadEqual(from, alarm));
}

/* The reply, if there is one, goes first. */
static void alarm_set(int *reply, L4_ThreadId_t to)
{
    uint32_t wait;
    if (*reply)
        L4_Reply(to);
    *reply = 0;
    alarm_wanted = extra_alarm(&wait);
    const uint32_t limit = server.boot_turns ? BOOT_PAUSE : shake_all_the_time() ? SHAKE_PAUSE : 0;
    if (limit && (!alarm_wanted || wait > limit)) {
        wait = limit;
        alarm_wanted = true;
    }
    if (!alarm_wanted)
        return;
    L4_LoadMR(0, L4_MakeTag(0, 1, 0).raw);
    L4_LoadMR(1, wait);
    L4_Reply(alarm);
    alarm_waits = false;
}

/* One of those that waited for something is served between two messages. */
static L4_MsgTag_t next_ready(int reply, L4_ThreadId_t *from)
{
    if (reply)
        L4_Reply(*from);
    reply = hurd_cap_go_on_ready(&server, from);
    if (!server.ready)
        swap_round_over();
    return reply ? L4_ReplyWait_Timeout(*from, L4_ZeroTime, from)
                 : L4_Wait_Timeout(L4_ZeroTime, from);
}

/* Sends the reply, if there is one, and takes the next message. */
static L4_MsgTag_t next(int reply, L4_ThreadId_t *from)
{
    if (!(server.ready | server.turns | (doomed ^ reaped) | chores | extra_waits |
          (alarm_waits & alarm_wanted)))
        return reply ? L4_ReplyWait(*from, from) : L4_Wait(from);
    if (extra_waits) {
        if (reply)                          /* first: a seizure works in the message registers */
            L4_Reply(*from);
        reply = 0;
        extra_settle();
    }
    alarm_wanted |= server.boot_turns != 0;
    if (alarm_waits && alarm_wanted)
        alarm_set(&reply, *from);
    if (server.ready)
        return next_ready(reply, from);
    if (!server.turns && !reap_wanted())
        return reply ? L4_ReplyWait(*from, from) : L4_Wait(from);
    while (!takes_turns && reap_wanted())
        reap();
    if (!takes_turns || !pacer_waits)
        return reply ? L4_ReplyWait(*from, from) : L4_Wait(from);
    if (reply)
        L4_Reply(*from);
    pacer_waits = false;
    L4_LoadMR(0, 0);
    return L4_ReplyWait(pacer, from);
}

/* 1: there is a reply to *from. */
static int serve(L4_ThreadId_t *from, L4_MsgTag_t tag)
{
    if (L4_IpcPropagated(tag) && quick_map(*from, tag))     /* a pager passed on a fault */
        return 1;
    if (!(pacer_waits & alarm_waits)) {
        if (is_turn(*from))
            return turn(from);
        if (is_alarm(*from)) {
            alarm_waits = true;
            return server.boot_turns ? boot_turn(from) : 0;
        }
    }
    return hurd_cap_serve(&server, *from, tag);
}

/* CHECK=1 only: what must always hold, held. */
static void check(void)
{
    const char *problem = server.requests % CHECK_PERIOD ? NULL : check_problem();
    if (!problem)
        return;
    say("physmem: after request %u: %s\n", server.requests, problem);
    __builtin_trap();
}

/* Not in main(): there the compiler keeps the frame in EBP, which Ipc changes while it waits, so
 * gdb would not find the way back. */
static _Noreturn __attribute__((noinline)) void serve_forever(void)
{
    L4_ThreadId_t from;
    L4_Accept(L4_UntypedWordsAcceptor);
    L4_MsgTag_t tag = L4_Wait(&from);
    for (;;) {
        int reply = L4_IpcFailed(tag) ? 0 : serve(&from, tag);
        tag = next(reply, &from);
        if (CONFIG_CHECK) {
            L4_Word_t saved[64];
            L4_StoreMRs(0, 64, saved);
            check();
            L4_LoadMRs(0, 64, saved);
        }
        if (debug_revoke_period)
            disturb();
    }
}

int main(void)
{
    L4_Set_ExceptionHandler(hurd_wortel_thread());      /* our last words are wortel's */
    unsigned others = boot();
    server_thread = L4_MyGlobalId();
    if (others > 0)
        pacer_start();
    if (others > 1)
        alarm_start();
    serve_forever();
}
