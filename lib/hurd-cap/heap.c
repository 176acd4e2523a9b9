/* SPDX-License-Identifier: MIT */
/* For servers that keep their tables of capabilities on the heap: all tasks share it. */
#include <stdlib.h>

#include <hurd/captable.h>

void *hurd_cap_heap_alloc(unsigned task, size_t bytes)
{
    (void)task;
    return calloc(1, bytes);
}

void hurd_cap_heap_free(unsigned task, void *block, size_t bytes)
{
    (void)task, (void)bytes;
    free(block);
}
