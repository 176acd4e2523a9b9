/* SPDX-License-Identifier: MIT */
/* The last ten bytes of a swap partition's first page say what it is.  They also say whether a
 * Linux system has been put to sleep in it; a program that writes over that loses a running
 * system. */
#include "slots.h"

#include <string.h>

enum { SIGNATURE = 4096 - 10 };

const char *swap_header_problem(const uint8_t page[4096])
{
    static const char *const asleep[] = { "S1SUSPEND", "S2SUSPEND", "ULSUSPEND", "LINHIB0001" };
    for (size_t i = 0; i < sizeof asleep / sizeof asleep[0]; i++) {
        if (!memcmp(page + SIGNATURE, asleep[i], strlen(asleep[i])))
            return "another system has been put to sleep in this partition";
    }
    return NULL;
}
