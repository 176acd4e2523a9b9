/* SPDX-License-Identifier: MIT */
/* Prints numbered lines, one in a millisecond: lines COUNT. */
#include <stdio.h>
#include <stdlib.h>

#include <l4/ipc.h>

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 0;
    for (int i = 0; i < count; i++) {
        printf("<%06d>\n", i);
        L4_Sleep(L4_TimePeriod(1000));
    }
    return EXIT_SUCCESS;
}
