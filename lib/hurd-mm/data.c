/* SPDX-License-Identifier: MIT */
/* The program's own data, as program.lds lays them out. */
#include <hurd/mm.h>

extern char __mm_data_end[], __data_end[];

void hurd_mm_data_touch(void)
{
    for (volatile char *at = __mm_data_end; at < __data_end; at += HURD_MM_PAGE)
        *at = *at;
}
