/* SPDX-License-Identifier: MIT */
/* What this room's two suites, and those of POSIX's calls, share: requests to deva, expectations, and a main() that runs
 * `tests` and speaks TAP on the console. */
#ifndef DEVA_SUITE_H
#define DEVA_SUITE_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include <hurd/cap.h>
#include <hurd/deva.h>
#include <hurd/startup.h>

struct test {
    const char *name;
    void (*run)(void);
};

extern const struct test tests[];       /* ends with a nameless one */
bool suite_can_run(void);               /* false: all tests are skipped */

#define TEST(name) static void name(void)
#define T(name) { #name, name }
#define EXPECT_EQ(is, wanted) expect_eq((L4_Word_t) (is), (L4_Word_t) (wanted), #is, __FILE__, __LINE__)
/* -1 and this errno. */
#define EXPECT_FAILS(call, wanted)                                                                 \
    do {                                                                                           \
        errno = 0;                                                                                 \
        EXPECT_EQ((long) (call), -1);                                                              \
        EXPECT_EQ(errno, wanted);                                                                  \
    } while (0)

void expect_eq(L4_Word_t is, L4_Word_t wanted, const char *what, const char *file, int line);

L4_ThreadId_t deva(void);
L4_Word_t console(void);

/* The errno of a request with these words; the answer's words replace them. */
int request(L4_Word_t label, unsigned n, L4_Word_t *words);

#define REQUEST(label, ...)                                                                       \
    ({                                                                                            \
        L4_Word_t words_[64] = { __VA_ARGS__ };                                                   \
        request(label, sizeof((L4_Word_t[]) { __VA_ARGS__ }) / sizeof(L4_Word_t), words_);        \
    })

#endif
