/* SPDX-License-Identifier: MIT */
/* What newlib's regcomp.c has from other files of newlib. */
#ifndef PORTS_NEWLIB_REGEX_H
#define PORTS_NEWLIB_REGEX_H

#include <stdlib.h>

#include <collate.h>

#define __collate_load_error 1          /* characters have no order but their numbers' */

/* If it fails, the block is free. */
static inline void *reallocf(void *block, size_t size)
{
    void *moved = realloc(block, size);
    if (!moved && size)
        free(block);
    return moved;
}

#endif
