/* SPDX-License-Identifier: MIT */
/* A driver of the clock chip that is no good in its first lives: linked around the real one's
 * chip_read().  It loops, says nonsense, ends, sleeps; its fifth life is good. */
#include <stdlib.h>

#include <hurd/device.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/schedule.h>

#include "servers/rtc/chip.h"

bool __real_chip_read(struct chip_time *time);
bool __wrap_chip_read(struct chip_time *time);

static L4_Word_t life(void)
{
    struct hurd_startup_cap console = __hurd_startup_data->console;
    struct hurd_driver driver = { .drivers = 0 };
    hurd_driver_find(L4_ThreadIdOfRaw(console.server), console.cap, HURD_DEVICE_CLOCK, 0, &driver);
    return driver.drivers;
}

bool __wrap_chip_read(struct chip_time *time)
{
    switch (life()) {
    case 1:
        for (;;)
            L4_SystemClock();
    case 2:
        *time = (struct chip_time) { 2026, 13, 45, 99, 99, 99 };
        return true;
    case 3:
        exit(EXIT_FAILURE);
    case 4:
        L4_Sleep(L4_Never);
        return false;
    default:
        return __real_chip_read(time);
    }
}
