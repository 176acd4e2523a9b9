/* SPDX-License-Identifier: MIT */
/* Time for drivers, from the kernel's clock. */
#include "ports.h"

#include <l4/ipc.h>
#include <l4/schedule.h>

uint64_t port_clock(void)
{
    return L4_SystemClock().raw;
}

void port_pause(uint32_t us)
{
    L4_Sleep(L4_TimePeriod(us));
}
