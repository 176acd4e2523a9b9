/* SPDX-License-Identifier: MIT */
/* Ends the task at its n-th IPC, whichever thread makes it.  The name ends in policy.c, so the linker
 * script wires all of this: the pager's IPCs count, too. */
#include "mortal.h"

#include <hurd/cap.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/syscalls.h>

void mortal_ipc(void);
_Noreturn void mortal_end(void);

volatile L4_Word_t mortal_left;
L4_Word_t mortal_real;                  /* the kernel's stub for Ipc */

/* What L4_Ipc calls instead of the stub.  Registers and stack are as for the stub. */
__asm__(".text\n"
        "mortal_ipc:\n"
        "        decl    mortal_left\n"
        "        jz      1f\n"
        "        jmp     *mortal_real\n"
        "1:      call    mortal_end\n");

_Noreturn void mortal_end(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    const L4_Word_t words[] = {data->task.cap, MORTAL_STATUS};
    __L4_Links.ipc = mortal_real;
    for (;;)
        hurd_cap_rpc(L4_ThreadIdOfRaw(data->task.server), HURD_TASK_DESTROY, 2, words, 0, NULL, NULL);
}

void mortal_arm(L4_Word_t n)
{
    mortal_left = n;
    mortal_real = __L4_Links.ipc;
    __L4_Links.ipc = (L4_Word_t)mortal_ipc;
}
