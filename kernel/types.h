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

void panic(const char *format, ...) __attribute__((noreturn, cold, format(printf, 1, 2)));
void kprintf(const char *format, ...) __attribute__((cold, format(printf, 1, 2)));

#include "debug/assert.h"

void *memset(void *d, int c, size_t n);
void *memcpy(void *d, const void *s, size_t n);
int memcmp(const void *a, const void *b, size_t n);

#endif
