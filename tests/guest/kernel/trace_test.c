/* SPDX-License-Identifier: MIT */
/* include/l4/pecan.h, "trace": what the kernel records, and what it refuses. */
#include "probe.h"
#include <l4/trace.h>

enum { WINDOW = 0x80000000 };

static L4_Word_t pages[4][1024] __attribute__((aligned(4096)));
static volatile L4_Word_t result, error;

#define NEEDS(feature)                                                                             \
    do {                                                                                           \
        if (!L4_HasFeature(feature))                                                               \
            SKIP("no " feature);                                                                   \
    } while (0)

static L4_Word_t pool_free(void)
{
    L4_Word_t value = 0;
    EXPECT(L4_SpaceControl(L4_MyGlobalId(), L4_PECAN_SPACE_READ | L4_PECAN_POOL_FREE, L4_Nilpage,
                           L4_Nilpage, L4_nilthread, &value));
    return value;
}

static L4_Word_t written; /* by trace_call() */

/* Returns what SpaceControl returns; `written` is the old control. */
static L4_Word_t trace_call(L4_Word_t op, L4_Word_t argument)
{
    return L4_SpaceControl(L4_MyGlobalId(), L4_PECAN_SPACE_TRACE | op, L4_FpageOfRaw(argument),
                           L4_Nilpage, L4_nilthread, &written);
}

#define EXPECT_TRACE_ERROR(op, argument, code)                                                     \
    do {                                                                                           \
        L4_Set_ErrorCode(0);                                                                       \
        EXPECT_EQ(trace_call(op, argument), 0);                                                    \
        EXPECT_EQ(L4_ErrorCode(), code);                                                           \
    } while (0)

/* The number of records of that kind by this thread, from `first` on. */
static unsigned records_of(L4_Word_t kind, L4_Word_t first, L4_Word_t *last)
{
    unsigned found = 0;
    for (L4_Word_t i = first; trace_call(L4_PECAN_TRACE_READ, i); i++)
        if ((L4_MR(2) & 0xFF) == kind && L4_MR(3) == L4_MyGlobalId().raw) {
            found++;
            for (int w = 0; w < L4_PECAN_TRACE_WORDS; w++)
                last[w] = L4_MR(1 + w);
        }
    return found;
}

TEST(trace_records_what_enters_and_leaves_the_kernel)
{
    NEEDS("trace");
    L4_Word_t last[L4_PECAN_TRACE_WORDS], r;
    L4_ThreadId_t p = prober();
    EXPECT(trace_call(L4_PECAN_TRACE_ON, 4));
    EXPECT(probe(p, PROBE_READ, WINDOW, 0).fault);
    L4_Flush(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)pages[3], 12), 7));
    pages[3][0] = 1;
    L4_TraceEvent(L4_EVENT_FREE + 7, 11, 12, 13, 14);
    EXPECT(trace_call(L4_PECAN_TRACE_OFF, 0));
    r = written;
    EXPECT(r > 8);
    EXPECT(records_of(L4_PECAN_TRACE_SEND, 0, last) > 0);
    EXPECT(records_of(L4_PECAN_TRACE_RECEIVE, 0, last) > 0);
    EXPECT_EQ(records_of(L4_PECAN_TRACE_UNMAP, 0, last), 1);
    EXPECT_EQ(last[4], L4_FpageAddRights(L4_FpageLog2((L4_Word_t)pages[3], 12), 7).raw);
    EXPECT_EQ(records_of(L4_PECAN_TRACE_FAULT, 0, last), 1);
    EXPECT_EQ(last[3], (L4_Word_t)pages[3]);
    EXPECT_EQ(records_of(L4_PECAN_TRACE_EVENT, 0, last), 1);
    EXPECT_EQ(last[3], L4_EVENT_FREE + 7);
    EXPECT_EQ(last[7], 14);
    EXPECT(trace_call(L4_PECAN_TRACE_OFF, 0));
    EXPECT_EQ(written, r); /* nothing more since */
    EXPECT(trace_call(L4_PECAN_TRACE_ON, 0));
    EXPECT_EQ(written, 0);
}

TEST(trace_forgets_the_oldest_records_and_numbers_go_on)
{
    NEEDS("trace");
    EXPECT(trace_call(L4_PECAN_TRACE_ON, 1));
    for (int i = 0; i < 300; i++)
        L4_TraceEvent(L4_EVENT_FREE, i, 0, 0, 0);
    EXPECT(trace_call(L4_PECAN_TRACE_OFF, 0));
    L4_Word_t all = written;
    EXPECT(all > 300);
    EXPECT_TRACE_ERROR(L4_PECAN_TRACE_READ, 0, L4_ERR_PARAMETER);
    EXPECT_EQ(written, all);
    EXPECT_TRACE_ERROR(L4_PECAN_TRACE_READ, all, L4_ERR_PARAMETER);
    EXPECT_TRACE_ERROR(L4_PECAN_TRACE_READ, all - 129, L4_ERR_PARAMETER);
    EXPECT(trace_call(L4_PECAN_TRACE_READ, all - 128));
    EXPECT(trace_call(L4_PECAN_TRACE_READ, all - 1));
    EXPECT(trace_call(L4_PECAN_TRACE_ON, 0));
}

TEST(trace_refuses_other_operations_and_too_large_rings)
{
    NEEDS("trace");
    L4_Word_t half = pool_free() / 4096 / 2;
    EXPECT_TRACE_ERROR(3, 0, L4_ERR_PARAMETER);
    EXPECT_TRACE_ERROR(0xFFFFFF, 0, L4_ERR_PARAMETER);
    EXPECT_TRACE_ERROR(L4_PECAN_TRACE_ON, 1024, L4_ERR_PARAMETER);
    EXPECT_TRACE_ERROR(L4_PECAN_TRACE_ON, ~0ul, L4_ERR_PARAMETER);
    EXPECT_TRACE_ERROR(L4_PECAN_TRACE_READ, 0, L4_ERR_PARAMETER);
    if (half < 1023)
        EXPECT_TRACE_ERROR(L4_PECAN_TRACE_ON, half + 1, L4_ERR_MEMORY);
    EXPECT_EQ(written, 0);
}

TEST(trace_gives_its_memory_back)
{
    NEEDS("trace");
    L4_Word_t before = pool_free();
    EXPECT(trace_call(L4_PECAN_TRACE_ON, 8));
    EXPECT_EQ(pool_free(), before - 9 * 4096);
    EXPECT(trace_call(L4_PECAN_TRACE_ON, 2));
    EXPECT(trace_call(L4_PECAN_TRACE_ON, 0));
    EXPECT_EQ(pool_free(), before);
}

static void turns_trace_on(void)
{
    result = trace_call(L4_PECAN_TRACE_ON, 1);
    error = L4_ErrorCode();
    rest();
}

TEST(trace_is_for_the_privileged)
{
    NEEDS("trace");
    result = 7;
    stranger(turns_trace_on);
    L4_Sleep(MOMENT);
    EXPECT_EQ(result, 0);
    EXPECT_EQ(error, L4_ERR_PRIVILEGE);
}
