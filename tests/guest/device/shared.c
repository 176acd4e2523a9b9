/* SPDX-License-Identifier: MIT */
/* Shared lines.  The clock chip is two devices here: this thread drives one of them, and a second
 * thread the other one. */
#include "tests/guest/device/device.h"
#include "tests/guest/lib/rtc.h"

#include <errno.h>

#include <hurd/mm.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>

enum { SECOND = 1000000, INTERRUPTS = 20 };

/* A line, and nothing else. */
static int grant_line(L4_Word_t number, L4_Word_t shared, L4_Word_t *handle)
{
    struct hurd_device d = { .number = number, .class = HURD_DEVICE_OTHER, .count = 1,
                             .resource = { { HURD_RESOURCE_IRQ, RTC_LINE, shared } } };
    return grant(&d, handle);
}

static void clock_open(void)
{
    L4_Accept(L4_MapGrantItems(L4_CompleteIoSpace));
    EXPECT_EQ(hurd_deva_ports_map(deva(), master(), L4_IoFpageLog2(RTC_INDEX, 1).raw), 0);
    L4_Accept(L4_UntypedWordsAcceptor);
}

/* Waits for an interrupt of deva.  False: none comes for three seconds. */
static bool interrupt_wait(void)
{
    L4_Word_t line = 0;
    L4_MsgTag_t tag = L4_Receive_Timeout(deva(), L4_TimePeriod(3 * SECOND));
    if (L4_IpcFailed(tag))
        return false;
    EXPECT_EQ(hurd_irq_line(deva(), deva(), tag, &line), true);
    EXPECT_EQ(line, RTC_LINE);
    return true;
}

/* ---- the second driver ---- */

static L4_ThreadId_t helper;
static volatile L4_Word_t helper_handle;
static volatile unsigned helper_got;
static volatile bool helper_silent;     /* it does not say that it is done */

static void helper_run(void *unused)
{
    (void) unused;
    while (helper_handle == 0)
        L4_Sleep(L4_TimePeriod(1000));
    hurd_deva_irq_attach(deva(), helper_handle - 1, RTC_LINE, L4_MyGlobalId());
    for (;;) {
        L4_MsgTag_t tag = L4_Receive(deva());
        if (L4_IpcFailed(tag))
            continue;
        helper_got++;
        if (!helper_silent)
            hurd_irq_done(deva(), RTC_LINE, 0);
    }
}

static void helper_start(L4_Word_t handle)
{
    helper_got = 0;
    if (L4_IsNilThread(helper))
        EXPECT_EQ(hurd_thread_start(&helper, helper_run, NULL, 0), 0);
    helper_handle = handle + 1;
    L4_Sleep(L4_TimePeriod(50000));
}

/* ---- the tests ---- */

void line_is_shared_or_not_by_all(void)
{
    L4_Word_t first, second;
    EXPECT_EQ(grant_line(60, 0, &first), 0);
    EXPECT_EQ(grant_line(61, 1, &second), EBUSY);
    drop(first);
    EXPECT_EQ(grant_line(60, 1, &first), 0);
    EXPECT_EQ(grant_line(61, 0, &second), EBUSY);
    EXPECT_EQ(grant_line(61, 1, &second), 0);
    EXPECT_EQ(hurd_deva_irq_attach(deva(), first, RTC_LINE, L4_MyGlobalId()), 0);
    EXPECT_EQ(hurd_deva_irq_attach(deva(), second, RTC_LINE, L4_MyGlobalId()), EBUSY);
    EXPECT_EQ(hurd_deva_irq_attach(deva(), master(), RTC_LINE, L4_MyGlobalId()), EBUSY);
    EXPECT_EQ(hurd_deva_irq_detach(deva(), master(), RTC_LINE), EPERM);
    EXPECT_EQ(hurd_deva_irq_detach(deva(), first, RTC_LINE), 0);
    EXPECT_EQ(hurd_deva_irq_detach(deva(), first, RTC_LINE), EPERM);
    EXPECT_EQ(hurd_deva_irq_attach(deva(), master(), RTC_LINE, L4_MyGlobalId()), 0);
    EXPECT_EQ(hurd_deva_irq_attach(deva(), first, RTC_LINE, L4_MyGlobalId()), EBUSY);
    EXPECT_EQ(hurd_deva_irq_detach(deva(), master(), RTC_LINE), 0);
    drop(first);
    drop(second);
}

void line_that_is_shared_gives_each_interrupt_to_both_drivers(void)
{
    L4_Word_t mine, other;
    clock_open();
    EXPECT_EQ(grant_line(60, 1, &mine), 0);
    EXPECT_EQ(grant_line(61, 1, &other), 0);
    EXPECT_EQ(hurd_deva_irq_attach(deva(), mine, RTC_LINE, L4_MyGlobalId()), 0);
    helper_start(other);
    rtc_on();
    unsigned got = 0;
    while (got < INTERRUPTS && interrupt_wait()) {
        got++;
        rtc_read(0x0C);
        hurd_irq_done(deva(), RTC_LINE, 1);
    }
    rtc_off();
    EXPECT_EQ(got, INTERRUPTS);
    EXPECT_EQ(helper_got >= INTERRUPTS - 1, true);
    EXPECT_EQ(hurd_deva_irq_detach(deva(), mine, RTC_LINE), 0);
    drop(mine);         /* the helper keeps its own */
}

void line_that_no_driver_wants_is_switched_off_for_a_while(void)
{
    L4_Word_t mine;
    EXPECT_EQ(grant_line(60, 1, &mine), 0);
    EXPECT_EQ(hurd_deva_irq_attach(deva(), mine, RTC_LINE, L4_MyGlobalId()), 0);
    rtc_on();
    uint64_t last = L4_SystemClock().raw, longest = 0;
    unsigned got = 0, longest_at = 0;
    while (got < HURD_DEVICE_STORM + 10 && interrupt_wait()) {
        uint64_t now = L4_SystemClock().raw;
        if (now - last > longest) {
            longest = now - last;
            longest_at = got;
        }
        last = now;
        got++;
        rtc_read(0x0C);
        hurd_irq_done(deva(), RTC_LINE, 0);
    }
    rtc_off();
    EXPECT_EQ(got, HURD_DEVICE_STORM + 10);
    EXPECT_EQ(longest >= HURD_DEVICE_STORM_PAUSE, true);
    EXPECT_EQ(longest_at >= HURD_DEVICE_STORM - INTERRUPTS, true);
    EXPECT_EQ(longest_at <= HURD_DEVICE_STORM, true);
    EXPECT_EQ(hurd_deva_irq_detach(deva(), mine, RTC_LINE), 0);
    drop(mine);
}

void line_goes_on_when_a_driver_does_not_say_that_it_is_done(void)
{
    L4_Word_t mine;
    helper_silent = true;
    EXPECT_EQ(grant_line(60, 1, &mine), 0);
    EXPECT_EQ(hurd_deva_irq_attach(deva(), mine, RTC_LINE, L4_MyGlobalId()), 0);
    unsigned before = helper_got, got = 0;
    rtc_on();
    uint64_t start = L4_SystemClock().raw;
    while (got < INTERRUPTS && interrupt_wait()) {
        got++;
        rtc_read(0x0C);
        hurd_irq_done(deva(), RTC_LINE, 1);
    }
    uint64_t took = L4_SystemClock().raw - start;
    rtc_off();
    EXPECT_EQ(got, INTERRUPTS);
    EXPECT_EQ(took >= HURD_DEVICE_IRQ_PATIENCE, true);          /* once */
    EXPECT_EQ(took < 3 * HURD_DEVICE_IRQ_PATIENCE, true);       /* not each time */
    EXPECT_EQ(helper_got - before, 1);
    EXPECT_EQ(hurd_deva_irq_detach(deva(), mine, RTC_LINE), 0);
    drop(mine);
}
