/* SPDX-License-Identifier: MIT */
/* What this room adds to the physmem suite. */
#ifndef SWAP_TESTS_H
#define SWAP_TESTS_H

#include "tests/guest/physmem/suite.h"

#define QUOTA   200u                        /* pages of the test's control on disk */

static inline int out(L4_Word_t container, unsigned page, unsigned n)
{
    return hurd_pm_swap_out(pm, container, page * PAGE, n * PAGE, 0, NULL);
}

static inline int in(L4_Word_t container, unsigned page, unsigned n)
{
    return hurd_pm_swap_in(pm, container, page * PAGE, n * PAGE, 0, NULL);
}

struct hurd_pm_swap_info swap_info(L4_Word_t handle);
void quota(void);                           /* the test's control may have QUOTA pages on disk */
void fill(L4_Word_t container, unsigned page, unsigned n, uint32_t value);
void expect_filled(L4_Word_t container, unsigned page, unsigned n, uint32_t value);
void wait_for_writes(void);                 /* until the window has nothing to be written */

#endif
