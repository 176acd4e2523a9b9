/* SPDX-License-Identifier: MIT */
/* ISO C 7.2.  This header has no guard, because each inclusion looks at NDEBUG again.  A failed
 * assertion is reported through __libc_write(); then abort() is called. */
#undef assert
#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition) \
    ((condition) ? (void)0 : __assert_fail(#condition, __FILE__, __LINE__, __func__))
#endif
#ifndef static_assert
#define static_assert _Static_assert
#endif

#ifndef LIBC_ASSERT_H
#define LIBC_ASSERT_H
_Noreturn void __assert_fail(const char *condition, const char *file, unsigned line,
                             const char *function);
#endif
