/* SPDX-License-Identifier: MIT */
/* wortel, the root server.  After: the kernel, which starts us at KIP.RootServer.  Before: physmem,
 * task, deva, root task.
 *
 * The only task that may use privileged system calls.  It owns the boot modules, starts the servers
 * in the order of spec hurd 1.2 and 1.4, and then serves the privileged calls to those entitled.
 * One thread, never blocked on a client: everything that it waits for comes through the one receive
 * in serve.c. */
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
    bootinfo_read(kip);             /* before anything that may reuse the memory that it lies in */
    L4_Pecan_Sigma0Seal();          /* ports and device memory: from us, to those entitled */
    boot_prepare();
    serve();
}
