/* SPDX-License-Identifier: MIT */
/* The shell is no program that others could start: ISO C 7.22.4.8. */
#include <errno.h>
#include <stdlib.h>

int system(const char *command)
{
    if (!command)
        return 0;
    errno = ENOSYS;
    return -1;
}
