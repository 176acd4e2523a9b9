/* SPDX-License-Identifier: MIT */
/* A part of the console: here the keyboard, with this program as its driver. */
#include "tests/guest/device/device.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include <hurd/console.h>
#include <hurd/mm.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>

static const struct hurd_device keyboard = {
    .number = 41, .class = HURD_DEVICE_CONSOLE, .count = 3,
    .resource = { { HURD_RESOURCE_PORTS, 0x60, 1 },
                  { HURD_RESOURCE_PORTS, 0x64, 1 },
                  { HURD_RESOURCE_IRQ, 1, 0 } },
};

static L4_Word_t pager(void)
{
    return L4_GlobalIdOf(L4_Pager()).raw;
}

void part_of_the_console_has_nothing_else(void)
{
    struct hurd_device d = keyboard;
    L4_Word_t handle;
    d.resource[2].base = 5;
    EXPECT_EQ(grant(&d, &handle), EINVAL);
    d.resource[2] = (struct hurd_resource) { HURD_RESOURCE_PORTS, 0x3F8, 8 };   /* of the other part */
    EXPECT_EQ(grant(&d, &handle), EINVAL);
    d.count = 0;
    EXPECT_EQ(grant(&d, &handle), EINVAL);
    d = keyboard;
    d.class = HURD_DEVICE_OTHER;
    EXPECT_EQ(grant(&d, &handle), EBUSY);
    EXPECT_EQ(grant(&keyboard, &handle), 0);
    EXPECT_EQ(REQUEST(HURD_DEVA_PORTS_MAP, handle, L4_IoFpageLog2(0x3F8, 3).raw), EPERM);
    EXPECT_EQ(REQUEST(HURD_DEVA_PORTS_MAP, master(), L4_IoFpageLog2(0x60, 0).raw), EBUSY);
    EXPECT_EQ(REQUEST(HURD_DEVA_IRQ_ATTACH, handle, 1, L4_MyGlobalId().raw), EPERM);
    EXPECT_EQ(REQUEST(HURD_DEVA_IRQ_DETACH, handle, 1), EPERM);
    drop(handle);
}

void part_of_the_console_is_driven_by_one_thread_that_makes_sense(void)
{
    L4_Word_t handle, other;
    struct hurd_device com2 = {
        .number = 42, .class = HURD_DEVICE_OTHER, .count = 1,
        .resource = { { HURD_RESOURCE_PORTS, 0x2F8, 8 } },
    };
    EXPECT_EQ(grant(&com2, &other), 0);
    EXPECT_EQ(REQUEST(HURD_CONSOLE_DRIVE, other, pager()), EPERM);
    EXPECT_EQ(REQUEST(HURD_CONSOLE_EXCHANGE, other, 0, 0), EPERM);
    drop(other);
    EXPECT_EQ(grant(&keyboard, &handle), 0);
    EXPECT_EQ(REQUEST(HURD_CONSOLE_DRIVE, handle), EINVAL);
    EXPECT_EQ(REQUEST(HURD_CONSOLE_DRIVE, handle, 0), EPERM);
    EXPECT_EQ(REQUEST(HURD_CONSOLE_DRIVE, handle, deva().raw), EPERM);
    EXPECT_EQ(REQUEST(HURD_CONSOLE_EXCHANGE, handle, 0, 0), EPERM);     /* it is still deva's */
    for (int life = 0; life < 3; life++) {
        EXPECT_EQ(REQUEST(HURD_CONSOLE_DRIVE, handle, pager()), 0);
        EXPECT_EQ(REQUEST(HURD_CONSOLE_DRIVE, handle, pager()), EBUSY);
        L4_Word_t words[64] = { handle, 0, 0 };
        EXPECT_EQ(request(HURD_CONSOLE_EXCHANGE, 3, words), 0);
        EXPECT_EQ(words[0], HURD_CONSOLE_CHUNK);
        EXPECT_EQ(words[1], 1);                                         /* the lights */
        EXPECT_EQ(words[2], 0);
        if (life == 0)
            EXPECT_EQ(REQUEST(HURD_CONSOLE_EXCHANGE, handle, 2, 0), EINVAL);
        else if (life == 1)
            EXPECT_EQ(REQUEST(HURD_CONSOLE_EXCHANGE, handle, 1, 241), EINVAL);
        else
            EXPECT_EQ(REQUEST(HURD_CONSOLE_EXCHANGE, handle, 1), EINVAL);
        EXPECT_EQ(REQUEST(HURD_CONSOLE_EXCHANGE, handle, 1, 0), EPERM); /* it is deva's again */
    }
    drop(handle);
}

void part_of_the_console_goes_back_to_deva_when_its_driver_is_silent(void)
{
    L4_Word_t handle, words[64];
    EXPECT_EQ(grant(&keyboard, &handle), 0);
    EXPECT_EQ(REQUEST(HURD_CONSOLE_DRIVE, handle, pager()), 0);
    for (int i = 0; i < 6; i++) {       /* deva asks once a second */
        words[0] = handle;
        words[1] = i == 1;              /* the lights are done */
        words[2] = 0;
        EXPECT_EQ(request(HURD_CONSOLE_EXCHANGE, 3, words), 0);
        EXPECT_EQ(words[1], i == 0);
    }
    L4_Sleep(L4_TimePeriod(4 * HURD_CONSOLE_TICK));
    EXPECT_EQ(REQUEST(HURD_CONSOLE_EXCHANGE, handle, 0, 0), EPERM);
    drop(handle);
}

static volatile bool stop, stopped;

static void spin(void *nothing)
{
    (void) nothing;
    while (!stop)
        continue;
    stopped = true;
}

/* How much longer a sleep of a millisecond takes at least: another thread spins. */
static uint64_t least_lateness(void)
{
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < 10; i++) {
        uint64_t start = L4_SystemClock().raw;
        L4_Sleep(L4_TimePeriod(1000));
        uint64_t late = L4_SystemClock().raw - start - 1000;
        if (late < least)
            least = late;
    }
    return least;
}

void part_of_the_console_does_not_wait_for_programs_while_it_makes_sense(void)
{
    L4_ThreadId_t thread;
    L4_Word_t handle;
    EXPECT_EQ(hurd_thread_start(&thread, spin, NULL, 0), 0);
    EXPECT_EQ(least_lateness() > 4000, true);           /* a time slice has 10 ms */
    EXPECT_EQ(grant(&keyboard, &handle), 0);
    EXPECT_EQ(REQUEST(HURD_CONSOLE_DRIVE, handle, pager()), 0);
    EXPECT_EQ(least_lateness() < 3000, true);           /* a tick of the clock */
    EXPECT_EQ(REQUEST(HURD_CONSOLE_EXCHANGE, handle, 1, 0), EINVAL);
    EXPECT_EQ(least_lateness() > 4000, true);
    stop = true;
    while (!stopped)
        L4_Sleep(L4_TimePeriod(1000));
    drop(handle);
}
