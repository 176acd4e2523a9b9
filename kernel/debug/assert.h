/* SPDX-License-Identifier: MIT */
/* What must hold in the kernel.  Users: all of it, through types.h, which comes first. */
#ifndef KERNEL_ASSERT_H
#define KERNEL_ASSERT_H

#include "../types.h"

/* A condition that only a bug of the kernel can break.  It stays in every build.  A place costs a
 * compare, a jump and two bytes: UD2, which trap.c reports.  Its words are apart from code and
 * data, and `.long` there says how far away the UD2 is. */
#define TEXT_OF(x) #x
#define TEXT_OF_VALUE(x) TEXT_OF(x)
#define assert(c)                                                                            \
    do {                                                                                     \
        if (unlikely(!(c))) {                                                                \
            __asm__ inline volatile("1: ud2\n\t.pushsection .asserts, \"a\"\n\t.long 1b - .\n\t" \
                                    ".asciz \"" #c " (" __FILE_NAME__                        \
                                    ":" TEXT_OF_VALUE(__LINE__) ")\"\n\t.popsection");       \
            __builtin_unreachable();                                                         \
        }                                                                                    \
    } while (0)

/* Returns what the assertion at that address says, or NULL if there is none. */
const char *assert_at(word_t address);

#endif
