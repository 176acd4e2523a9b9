/* SPDX-License-Identifier: MIT */
/* Waiting for the controller's interrupt.  Host tests have another one. */
#include "fdc.h"

#include <hurd/device.h>
#include <l4/ipc.h>
#include <l4/thread.h>

bool fdc_interrupt(uint32_t us)
{
    L4_ThreadId_t line = L4_GlobalId(fdc.line, 1);
    L4_MsgTag_t tag = L4_Receive_Timeout(line, us ? L4_TimePeriod(us) : L4_ZeroTime);
    if (L4_IpcFailed(tag))
        return false;
    hurd_irq_done(line, fdc.line, 1);
    return true;
}
