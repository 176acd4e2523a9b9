/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <libc.h>
#include <sys/resource.h>

int getrusage(int of, struct rusage *usage)
{
    unsigned long long us = __libc_clock();
    if (of != RUSAGE_SELF) {
        errno = EINVAL;
        return -1;
    }
    *usage = (struct rusage){.ru_utime = {(time_t)(us / 1000000), (long)(us % 1000000)}};
    return 0;
}
