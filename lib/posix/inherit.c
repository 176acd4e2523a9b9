/* SPDX-License-Identifier: MIT */
/* What a child of fork() has open.  The file server knows handles by task, so the parent asks for a
 * ticket for each, and the child claims handles of its own.  A ticket lives as long as the parent's
 * handle, so the parent waits until the child has claimed them.  Before: lib/hurd-mm/forking.c.
 * Next hops: start.c, descriptors.c, mapping.c. */
#include <hurd/mm.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

#include "lib/posix/mapping.h"
#include "lib/posix/start.h"

enum { PATIENCE_MS = 2000 };            /* for a child that hangs */

static bool waits;                      /* the parent, for a message when they are claimed */
static L4_ThreadId_t parent_thread;

static void prepare(void)
{
    posix_lock();
    waits = start_offer();
    waits |= descriptors_offer();
    waits |= mappings_offer();
    parent_thread = L4_MyGlobalId();
}

static void parent(int error)
{
    if (!error && waits)
        L4_Receive_Timeout(hurd_fork_child(), L4_TimePeriod(PATIENCE_MS * 1000));
    posix_unlock();
}

static void child(void)
{
    start_claim();
    descriptors_claim();
    mappings_claim();
    if (waits) {
        L4_LoadMR(0, L4_MakeTag(0, 0, 0).raw);
        L4_Send(parent_thread);
    }
    posix_unlock();
}

/* Programs that do not call fork() do not link it. */
#pragma weak hurd_at_fork

void inherit_begin(void)
{
    if (hurd_at_fork)
        hurd_at_fork(prepare, parent, child);
}
