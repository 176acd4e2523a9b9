/* SPDX-License-Identifier: MIT */
/* What a name costs in directories of 10, 100, ... names: to look up, to make, to remove.  The
 * median of some, in steps of the processor's counter, which counts instructions in virtual time. */
#include "tests/guest/storm/storm.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TIMES = 33 };

static unsigned long lot[TIMES];

static int by_size(const void *a, const void *b)
{
    unsigned long x = *(const unsigned long *) a, y = *(const unsigned long *) b;
    return x < y ? -1 : x > y;
}

static int name_make(unsigned long i)
{
    char path[32];
    snprintf(path, sizeof path, "/m/file-%lu", i);
    return close(open(path, O_WRONLY | O_CREAT | O_EXCL, 0644));
}

static int name_look(unsigned long i)
{
    char path[32];
    struct stat s;
    snprintf(path, sizeof path, "/m/file-%lu", i);
    return stat(path, &s);
}

static int name_remove(unsigned long i)
{
    char path[32];
    snprintf(path, sizeof path, "/m/file-%lu", i);
    return unlink(path);
}

static unsigned long median(int (*call)(unsigned long), unsigned long first, unsigned long stride)
{
    for (unsigned long i = 0; i < TIMES; i++) {
        unsigned long long before = __builtin_ia32_rdtsc();
        if (call(first + i * stride))
            return 0;
        lot[i] = (unsigned long) (__builtin_ia32_rdtsc() - before);
    }
    qsort(lot, TIMES, sizeof lot[0], by_size);
    return lot[TIMES / 2];
}

int measure(unsigned long most)
{
    unsigned long made = 0;
    mkdir("/m", 0755);
    for (unsigned long names = 10; names <= most; names *= 10) {
        for (; made < names; made++) {
            if (name_make(made))
                return 1;
        }
        sync();
        unsigned long stride = names < TIMES ? 0 : names / TIMES;
        median(name_look, 0, stride);           /* once, so that all is in the cache */
        unsigned long look = median(name_look, 0, stride), make = median(name_make, names, 1),
                      gone = median(name_remove, names, 1);
        printf("storm: %lu names: %lu to look up, %lu to make, %lu to remove\n", names, look, make,
               gone);
        if (!look || !make || !gone)
            return 1;
    }
    return 0;
}
