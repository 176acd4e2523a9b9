/* SPDX-License-Identifier: MIT */
/* Time for drivers, from the kernel's clock. */
#include "driver.h"

#include <l4/ipc.h>
#include <l4/schedule.h>

uint64_t driver_clock(void)
{
    return L4_SystemClock().raw;
}

void driver_pause(uint32_t us)
{
    L4_Sleep(L4_TimePeriod(us));
}
