/* SPDX-License-Identifier: MIT */
/* wortel, the root server.  Before: the kernel, which starts wortel at KIP.RootServer.  After:
 * physmem, `task`, deva, the root task.
 *
 * wortel is the only task that may use privileged system calls.  It owns the boot modules and
 * starts the servers in the order of spec hurd 1.2 and 1.4.  Then it makes privileged calls for the
 * tasks that may ask for them.  It is one thread, and no client can block it: all that it waits for
 * comes through the one receive in serve.c. */
#include "wortel.h"
#include <l4/kip.h>
#include <l4/sigma0.h>
#include <l4/syscalls.h>

const void *kip;

void wortel_main(void);

void wortel_main(void)
{
    L4_Init();
    kip = L4_GetKernelInterface();
    console_init();
    bootinfo_read(kip);             /* first, because later steps may use the memory of the boot
                                       information again */
    L4_Pecan_Sigma0Seal(); /* from now on, tasks get ports and device memory from wortel only */
    control_init();
    boot_prepare();
    serve();
}
