/* SPDX-License-Identifier: MIT */
/* What a child of fork() has open.  The file server knows handles by task, so the parent asks for a
 * ticket for each, and the child claims handles of its own.  A ticket lives as long as the parent's
 * handle, so the parent waits until the child has claimed them.  Before: lib/hurd-mm/forking.c.
 * Next hops: start.c, descriptors.c. */
#include <sys/mman.h>

#include <hurd/mm.h>
#include <l4/ipc.h>

#include "lib/posix/start.h"

enum { PATIENCE_MS = 2000 };            /* for a child that hangs */

static volatile unsigned *claimed;      /* in a page that both see; NULL: nobody waits */

static void prepare(void)
{
    posix_lock();
    bool any = start_offer();
    any |= descriptors_offer();
    void *page = any ? mmap(NULL, HURD_MM_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                            -1, 0)
                     : MAP_FAILED;
    claimed = page == MAP_FAILED ? NULL : page;
}

static void let_go(void)
{
    if (claimed)
        munmap((void *) claimed, HURD_MM_PAGE);
    claimed = NULL;
    posix_unlock();
}

static void parent(int error)
{
    for (int ms = 0; !error && claimed && !*claimed && ms < PATIENCE_MS; ms++)
        L4_Sleep(L4_TimePeriod(1000));
    let_go();
}

static void child(void)
{
    start_claim();
    descriptors_claim();
    if (claimed)
        *claimed = 1;
    let_go();
}

/* Programs that do not call fork() do not link it. */
#pragma weak hurd_at_fork

void inherit_begin(void)
{
    if (hurd_at_fork)
        hurd_at_fork(prepare, parent, child);
}
