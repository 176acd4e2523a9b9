/* SPDX-License-Identifier: MIT */
/* The C library's waiting (libc.h) for the threads of a self-paged task, and its clock and errno.
 *
 * A waiter puts a record on a list and receives from threads of its own task.  The thread that
 * wakes it marks the record, and sends an empty message with label WAKE.  So a waiting thread takes
 * no other local messages: it drops them. */
#include <libc.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <hurd/clock.h>
#include <hurd/device.h>
#include <hurd/mm.h>
#include <hurd/startup.h>
#include <errno.h>
#include <time.h>
#include "fork.h"
#include "handler.h"

enum { WAKE = 0x311 };

struct waiter {
    struct waiter *next;
    volatile unsigned *word;
    L4_ThreadId_t thread;
    volatile int woken;
};

static struct waiter *waiters;
static volatile L4_Word_t list_holder;  /* local id of the thread that changes the list; 0: none */
static volatile bool list_held;         /* ... holds back signals; valid while there is one */

/* Held for a few instructions; a thread that finds it held lends its time to the holder. */
static void list_lock(void)
{
    L4_Word_t self = L4_MyLocalId().raw;
    bool held = signal_hold();          /* a handler would find the lock taken by its own thread */
    for (;;) {
        L4_Word_t old = 0;
        __asm__ volatile("lock; cmpxchgl %2, %1"
                         : "+a"(old), "+m"(list_holder)
                         : "r"(self)
                         : "memory", "cc");
        if (old == 0) {
            list_held = held;
            return;
        }
        L4_ThreadSwitch(L4_ThreadIdOfRaw(old));
    }
}

static void list_unlock(void)
{
    bool held = list_held;
    __asm__ volatile("" : : : "memory");
    list_holder = 0;
    signal_release(held);
}

void wait_forked(void)
{
    waiters = NULL;
    list_holder = 0;
}

void __libc_wait(volatile unsigned *word, unsigned value)
{
    struct waiter self = {.word = word, .thread = L4_MyGlobalId()};
    list_lock();
    if (*word != value) {
        list_unlock();
        return;
    }
    struct waiter **end = &waiters;
    while (*end)
        end = &(*end)->next;
    *end = &self;
    list_unlock();
    L4_Acceptor_t before = L4_Accepted();
    L4_Accept(L4_UntypedWordsAcceptor);
    L4_MsgTag_t tag;
    do {
        L4_ThreadId_t from;
        tag = L4_WaitLocal(&from);
    } while (!self.woken || L4_IpcFailed(tag) || L4_Label(tag) != WAKE);
    L4_Accept(before);
}

/* Takes the first waiter on the word off the list. */
static L4_ThreadId_t waiter_take(volatile unsigned *word)
{
    L4_ThreadId_t thread = L4_nilthread;
    list_lock();
    for (struct waiter **w = &waiters; *w; w = &(*w)->next) {
        if ((*w)->word == word) {
            struct waiter *found = *w;
            thread = found->thread;
            *w = found->next;
            found->woken = 1;           /* it stays in its loop until our message has come */
            break;
        }
    }
    list_unlock();
    return thread;
}

void __libc_wake(volatile unsigned *word, unsigned count)
{
    for (; count; count--) {
        L4_ThreadId_t thread = waiter_take(word);
        if (L4_IsNilThread(thread))
            return;
        L4_LoadMR(0, L4_MakeTag(WAKE, 0, 0).raw);
        L4_Send(thread);
    }
}

unsigned long long __libc_clock(void)
{
    return L4_SystemClock().raw;
}

unsigned long long __libc_sleep(unsigned long long microseconds)
{
    struct signal_wait outer;
    unsigned long long start = L4_SystemClock().raw, gone = 0;
    if (!microseconds)
        return 0;
    signal_wait_begin(&outer, L4_nilthread);
    bool broken;
    do {                                /* a long Time is rounded down */
        broken = signal_sleep(microseconds - gone);
        gone = L4_SystemClock().raw - start;
    } while (!broken && gone < microseconds);
    signal_wait_end(&outer, 0);
    return broken && gone < microseconds ? microseconds - gone : 0;
}

/* ---- the time of day: a driver of class clock says it once, then our clock goes on ---- */

/* -1: no driver tells. */
static long long ask_clock(void)
{
    struct hurd_startup_cap console = __hurd_startup_data->console;
    struct hurd_clock_time t;
    struct hurd_driver driver;
    if (!console.server ||
        hurd_driver_find(L4_ThreadIdOfRaw(console.server), console.cap, HURD_DEVICE_CLOCK, 0,
                         &driver) ||
        L4_IsNilThread(driver.thread) || hurd_clock_read(driver.thread, &t))
        return -1;
    struct tm tm = {.tm_year = (int)t.year - 1900, .tm_mon = (int)t.month - 1,
                    .tm_mday = (int)t.day, .tm_hour = (int)t.hour, .tm_min = (int)t.minute,
                    .tm_sec = (int)t.second};
    return (long long)mktime(&tm) * 1000000 -
           (long long)(t.kernel_low | (unsigned long long)t.kernel_high << 32);
}

long long __libc_time(void)
{
    static long long offset = -1;       /* of the kernel's clock */
    if (offset < 0)
        offset = ask_clock();
    return offset < 0 ? -1 : offset + (long long)L4_SystemClock().raw;
}

/* A word of the thread control block that is the library's to use. */
int *__errno_location(void)
{
    return (int *)__L4_Tcr(L4_UTCB_THREAD_WORD0);
}
