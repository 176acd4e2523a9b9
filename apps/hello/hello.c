/* SPDX-License-Identifier: MIT */
/* The smallest program: says hello, and what it was called with. */
#include <stdio.h>

int main(int argc, char **argv)
{
    printf("Hello from a task that pages itself.\n");
    for (int i = 1; i < argc; i++)
        printf("argument %d: %s\n", i, argv[i]);
    return 0;
}
