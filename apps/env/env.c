/* SPDX-License-Identifier: MIT */
/* Prints the environment, one variable a line. */
#include <libc.h>
#include <stdio.h>

int main(void)
{
    for (char **e = environ; e && *e; e++)
        puts(*e);
    return 0;
}
