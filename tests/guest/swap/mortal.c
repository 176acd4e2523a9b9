/* SPDX-License-Identifier: MIT */
/* A swap server that dies: linked around the real one's requests.  Each life ends at a step drawn by
 * lot, as if somebody had killed it there: before or after a job, or in the middle of one. */
#include <hurd/block.h>
#include <hurd/physmem.h>

#include "tests/guest/lib/mortal.h"

enum {
    STEPS = 60,                 /* a life at most */
    LEAST = 12,                 /* so many it takes to be attached */
};

static long left = -1;          /* steps; negative: not yet drawn */

static void step(void)
{
    if (left < 0)
        left = LEAST + mortal_lot() % STEPS;
    if (left-- == 0)
        mortal_end();
}

#define WRAP(name, parameters, arguments)                                                          \
    int __real_##name parameters;                                                                  \
    int __wrap_##name parameters;                                                                  \
    int __wrap_##name parameters                                                                   \
    {                                                                                              \
        step();                                                                                    \
        int result = __real_##name arguments;                                                      \
        step();                                                                                    \
        return result;                                                                             \
    }

WRAP(hurd_pm_swap_attach,
     (L4_ThreadId_t pm, L4_Word_t swap, L4_Word_t blocks, L4_Word_t reserved, L4_Word_t identity,
      L4_Word_t window, L4_Word_t *container),
     (pm, swap, blocks, reserved, identity, window, container))
WRAP(hurd_pm_swap_wait,
     (L4_ThreadId_t pm, L4_Word_t swap, int err, L4_Word_t pages, struct hurd_pm_swap_job *job),
     (pm, swap, err, pages, job))
WRAP(hurd_block_read,
     (struct hurd_block *block, L4_Word_t offset, L4_Word_t sector, L4_Word_t sectors, L4_Word_t *done),
     (block, offset, sector, sectors, done))
WRAP(hurd_block_write,
     (struct hurd_block *block, L4_Word_t offset, L4_Word_t sector, L4_Word_t sectors, L4_Word_t *done),
     (block, offset, sector, sectors, done))
