/* SPDX-License-Identifier: MIT */
/* Takes all memory it can get, touches it, keeps it and goes on asking: everybody else must have
 * what was guaranteed to them all the same.  `hog once` exits when there is no more. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <hurd/mm.h>
#include <l4/ipc.h>

#define CHUNK_PAGES 16u

/* Allocates `pages` at once and writes to each.  False: there are not so many. */
static bool grab(unsigned pages)
{
    uintptr_t addr = 0;
    if (hurd_vm_allocate(&addr, pages * HURD_MM_PAGE, 0, 1))
        return false;
    for (unsigned i = 0; i < pages; i++)
        *(volatile uintptr_t *) (addr + i * HURD_MM_PAGE) = addr;
    return true;
}

static unsigned grab_all(void)
{
    unsigned taken = 0;
    for (unsigned pages = CHUNK_PAGES; pages > 0; pages /= 2) {
        while (grab(pages))
            taken += pages;
    }
    return taken;
}

int main(int argc, char **argv)
{
    unsigned taken = grab_all();
    printf("hog: %u pages taken, and there are no more\n", taken);
    if (argc > 1 && !strcmp(argv[1], "once"))
        return taken > 0 ? 0 : 1;
    for (;;) {
        unsigned more = grab_all();
        if (more > 0)
            printf("hog: %u more pages\n", more);
        L4_Sleep(L4_TimePeriod(10000));
    }
}
