/* SPDX-License-Identifier: MIT */
/* Writes through a null pointer: its own pager reports that and ends this task, and nobody else
 * notices. */
#include <stdio.h>

int main(void)
{
    printf("segfault: writing to address 0\n");
    *(volatile int *) 0 = 1;
    printf("segfault: address 0 took it?\n");
    return 1;
}
