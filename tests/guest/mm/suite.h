/* SPDX-License-Identifier: MIT */
/* The harness of the mm suite. */
#ifndef MM_SUITE_H
#define MM_SUITE_H

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <stdbool.h>
#include <stdint.h>

enum { PAGE = HURD_MM_PAGE };

struct test {
    const char *name;
    void (*run)(void);
};

#define TEST(name) static void name(void)
#define T(name) {#name, name}
#define EXPECT(condition) expect((condition), #condition, __FILE__, __LINE__)
#define EXPECT_EQ(is, wanted)                                                                      \
    expect_eq((long long)(is), (long long)(wanted), #is, __FILE__, __LINE__)

bool expect(bool condition, const char *what, const char *file, int line);
bool expect_eq(long long is, long long wanted, const char *what, const char *file, int line);

/* The chapters; each ends with an entry whose name is NULL. */
extern const struct test region_tests[], hint_tests[], store_tests[], paged_tests[],
    signal_tests[], thread_tests[], child_tests[], bare_tests[], pagein_tests[], libc_tests[],
    ends_tests[];

/* What a child task does; returns its exit status if it gets that far. */
struct child {
    const char *name;
    int (*run)(void);
};
extern const struct child children[];
int child_store_without_end(void), child_string_hole(void);
int child_overflow(void), child_destructors(void), child_atexit_32(void), child_deep(void);
int child_double_free(void), child_liar(void);
int child_sleep(void), child_waiters(void), child_giver(void), child_no_records(void);
int child_signal(void), child_regions(void), child_lock_all(void), child_fetch_refused(void);
int child_few_frames(void);
int child_deep_worker(void);

/* Starts this program again as child=NAME and waits: its exit status.  *reason (may be NULL) as in
 * hurd/task.h.  The child finds `argument` in child_argument. */
int child_run(const char *name, unsigned long argument, unsigned *reason);
/* The same with so many frames. */
int child_run_with(unsigned frames, const char *name, unsigned long argument, unsigned *reason);
/* Starts it only.  0 or an errno. */
int child_start(const char *name, unsigned long argument, struct hurd_task_created *child);
int child_start_with(unsigned frames, const char *name, unsigned long argument,
                     struct hurd_task_created *child);
extern unsigned long child_argument;

L4_ThreadId_t physmem(void);
L4_Word_t control(void);

static inline struct hurd_mm_counters counters(void)
{
    struct hurd_mm_counters c;
    hurd_mm_counters(&c);
    return c;
}

#endif
