/* SPDX-License-Identifier: MIT */
/* One program, one number of frames, several policies: a loop over 110 pages with 100 frames, ten
 * times.  The last policy is the program's own, in scan_policy.c. */
#include <hurd/mm.h>
#include <stdio.h>
#include <string.h>
#include "scan_policy.h"

enum { PAGES = 110, FRAMES = 100, ROUNDS = 10 };

/* Each page is made of its number, so there is nothing to write back. */
static int fetch(void *hook, uintptr_t offset, void *const *page, unsigned pages)
{
    for (unsigned i = 0; i < pages; i++)
        memset(page[i], (int)(offset / HURD_MM_PAGE + i), HURD_MM_PAGE);
    *(volatile unsigned *)hook += pages;
    return 0;
}

/* Fetches, or 0: something was wrong. */
static unsigned loop(const struct hurd_policy_ops *policy)
{
    static const struct hurd_store_ops ops = {.fetch = fetch, .rights = HURD_VM_READ};
    volatile unsigned fetched = 0;
    struct hurd_store store;
    unsigned number;
    uintptr_t at = 0;
    bool good = hurd_store_create(&store, (void *)&fetched, &ops) == 0 &&
                hurd_store_bind_to_vm(&store, 0, PAGES * HURD_MM_PAGE, 0, HURD_VM_READ, &at) == 0 &&
                hurd_policy_create(policy, FRAMES, 0, &number) == 0 &&
                hurd_vm_set_policy(at, PAGES * HURD_MM_PAGE, number) == 0;
    for (unsigned i = 0; good && i < ROUNDS * PAGES; i++)
        good = *(volatile unsigned char *)(at + i % PAGES * HURD_MM_PAGE + 5) == i % PAGES;
    good = good && hurd_vm_deallocate(at, PAGES * HURD_MM_PAGE) == 0 &&
           hurd_store_destroy(&store) == 0 && hurd_policy_destroy(number) == 0;
    return good ? fetched : 0;
}

int main(void)
{
    const struct hurd_policy_ops *const all[] = {
        &hurd_policy_clock, &hurd_policy_fifo, &hurd_policy_random, &hurd_policy_2q,
        &hurd_policy_mru, &scan_policy,
    };
    int status = 0;
    printf("%d pages, %d times around, %d frames\n", PAGES, ROUNDS, FRAMES);
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
        unsigned fetched = loop(all[i]);
        printf("  %-8s %4u pages fetched\n", all[i]->name, fetched);
        status |= fetched == 0;
    }
    return status;
}
