/* SPDX-License-Identifier: MIT */
/* The suite's list. */
#include "tests/guest/conform/conform.h"

#include <stdlib.h>
#include <sys/stat.h>

bool suite_can_run(void)
{
    struct stat s;
    return stat("/", &s) == 0;
}

#define ENTRY(name) T(name),
const struct test tests[] = {
    MAPS(ENTRY) SIGNALS(ENTRY) QUEUED(ENTRY) PROCESSES(ENTRY) FILES(ENTRY) AT(ENTRY)
    NAMES(ENTRY) STREAMS(ENTRY) LIBRARY(ENTRY) THREADS(ENTRY)
    { 0 },
};
