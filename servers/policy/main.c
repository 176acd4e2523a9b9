/* SPDX-License-Identifier: MIT */
/* The policy server: it says how many extra pages each control may have.
 * physmem does not wait for it; this program waits for physmem.  The hop before is
 * servers/physmem/policy_request.c, the hop after is share.c. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/cap.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/schedule.h>

#include "share.h"

enum {
    BUFFER = HURD_PM_POLICY_ENTRIES * sizeof(struct hurd_pm_policy_entry),
    LOOKS = 500,                /* how often it looks for init's gift, which comes later */
    PAUSE = 10000,              /* us */
    HANDLES = 16,               /* from our control on, where it looks for the gift */
};

static L4_ThreadId_t physmem;

static int find_policy(L4_Word_t *handle)
{
    const L4_Word_t control = __hurd_startup_data->physmem_control.cap;
    struct hurd_pm_cap_info info;
    for (int i = 0; i < LOOKS; i++) {
        for (*handle = control; *handle < control + HANDLES; ++*handle)
            if (!hurd_pm_cap_info(physmem, *handle, &info) && info.kind == HURD_PM_KIND_POLICY)
                return 0;
        L4_Sleep(L4_TimePeriod(PAUSE));
    }
    return ENOENT;
}

/* An address for the buffer, at a multiple of its size; no other memory comes there. */
static int buffer_place(uintptr_t *at)
{
    int err = hurd_vm_allocate_rights(at, 2 * BUFFER, 0, 0, 0);
    *at = (*at + BUFFER - 1) & ~(uintptr_t)(BUFFER - 1);
    return err;
}

/* The buffer is another task's now. */
static void replaced(int signal)
{
    (void)signal;
    _Exit(0);
}

static int fail(const char *what, int err)
{
    printf("policy: %s: %s\n", what, strerror(err));
    return EXIT_FAILURE;
}

int main(void)
{
    uintptr_t buffer = 0;
    L4_Word_t policy;
    struct sigaction action = {.sa_handler = replaced};
    physmem = L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
    int err = find_policy(&policy);
    if (err)
        return fail("init starts this server, if it has the option `policy`", err);
    sigaction(SIGSEGV, &action, NULL);
    err = buffer_place(&buffer);
    if (!err)
        err = hurd_pm_policy_buffer(physmem, policy, (void *)buffer);
    if (err)
        return fail("the buffer", err);
    while (hurd_pm_policy_wait(physmem, policy, NULL) == 0)
        share_out((volatile struct hurd_pm_policy_entry *)buffer);
    return 0;
}
