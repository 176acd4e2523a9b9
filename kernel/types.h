/* SPDX-License-Identifier: MIT */
/* Words that every kernel file needs. */
#ifndef KERNEL_TYPES_H
#define KERNEL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t word_t;  /* a machine word as the ABI counts them */
typedef uint32_t paddr_t; /* a physical address */
typedef uint32_t vaddr_t; /* a virtual address, of a user unless said otherwise */

#define static_assert _Static_assert
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(p, type, member) ((type *)((char *)(p)-offsetof(type, member)))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* A condition that only a bug of the kernel can break.  It stays in every build.  A place costs a
 * compare, a jump and two bytes: UD2, which trap.c reports.  Its words are apart from code and data,
 * and `.long` there says how far away the UD2 is. */
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
void panic(const char *format, ...) __attribute__((noreturn, cold, format(printf, 1, 2)));
void kprintf(const char *format, ...) __attribute__((cold, format(printf, 1, 2)));

void *memset(void *d, int c, size_t n);
void *memcpy(void *d, const void *s, size_t n);
int memcmp(const void *a, const void *b, size_t n);

#endif
