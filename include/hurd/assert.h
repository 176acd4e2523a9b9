/* SPDX-License-Identifier: MIT */
/* What must hold in a server or in a library of servers.  A condition that only a bug of this
 * program can break, never a client; it stays in every build and has no side effects.  If it does
 * not hold, the program prints one line, with file, line, condition and both values, and ends. */
#ifndef HURD_ASSERT_H
#define HURD_ASSERT_H

#include <assert.h>
#include <stdint.h>


/* Prints as assert() does, and ends the program.  In lib/libc-mini; for programs that page
 * themselves in lib/hurd-mm, where it touches wired memory only. */
void __assert_is_failed(const char *condition, const char *file, unsigned line,
                        const char *function, uintptr_t left, uintptr_t right)
    __attribute__((noreturn, cold));

/* assert_is(used, <=, limit): as assert(used <= limit), and shows both values.  They are compared
 * as words without a sign. */
#define assert_is(left, is, right)                                                                 \
    do {                                                                                           \
        uintptr_t left_ = (uintptr_t)(left), right_ = (uintptr_t)(right);                          \
        if (__builtin_expect(!(left_ is right_), 0))                                               \
            __assert_is_failed(#left " " #is " " #right, __FILE__, __LINE__, __func__, left_,      \
                               right_);                                                            \
    } while (0)

#endif
