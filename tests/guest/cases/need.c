/* SPDX-License-Identifier: MIT */
#include "tests/guest/cases/need.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void need_failed(const char *file, int line, const char *what)
{
    printf("# %s:%d: not true: %s\n", file, line, what);
    exit(FAILED);
}

L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

L4_Word_t control(void)
{
    return __hurd_startup_data->physmem_control.cap;
}

char *pages_new(unsigned pages)
{
    uintptr_t at = 0;
    NEED(hurd_vm_allocate(&at, pages * PAGE, 0, 0) == 0);
    return (char *)at;
}

static uint32_t word_of(uint32_t seed, unsigned i)
{
    return seed * 2654435761u + i * 40503u;
}

void pages_fill(char *at, unsigned pages, uint32_t seed)
{
    for (unsigned i = 0; i < pages * (PAGE / 4); i++)
        ((volatile uint32_t *)at)[i] = word_of(seed + i / (PAGE / 4), i % (PAGE / 4));
}

bool pages_hold(const char *at, unsigned pages, uint32_t seed)
{
    for (unsigned i = 0; i < pages * (PAGE / 4); i++)
        if (((const volatile uint32_t *)at)[i] != word_of(seed + i / (PAGE / 4), i % (PAGE / 4)))
            return false;
    return true;
}
