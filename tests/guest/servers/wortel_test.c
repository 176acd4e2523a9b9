/* SPDX-License-Identifier: MIT */
/* wortel from a server's point of view: each operation of include/hurd/wortel.h and each of its
 * refusals.  Boots in the place of task, deva or the root task (tests/system/wortel.py), and tests
 * what that place is entitled to.  TAP through wortel. */
#include <errno.h>
#include <stdbool.h>

#include <hurd/startup.h>
#include <hurd/wortel.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/space.h>
#include <l4/message.h>
#include <l4/pecan.h>
#include <l4/thread.h>

#include "tests/guest/say.h"

static struct hurd_startup_data *data;
static L4_Word_t cap;
static bool test_failed;

#define TEST(name) static void name(void)
#define EXPECT_EQ(is, wanted) expect_eq((L4_Word_t) (is), (L4_Word_t) (wanted), #is, __LINE__)

static bool expect_eq(L4_Word_t is, L4_Word_t wanted, const char *what, int line)
{
    if (is == wanted)
        return true;
    test_failed = true;
    say("# " __FILE__ ":%d: %s is %ld, wanted %ld\n", line, what, is, wanted);
    return false;
}

/* The errno of an operation with these words; its answer replaces them. */
static int request(L4_Word_t op, L4_Word_t with_cap, unsigned n, L4_Word_t *words)
{
    return hurd_cap_rpc(hurd_wortel_thread(), HURD_WORTEL_LABEL(op, with_cap), n, words, 63, words,
                        NULL);
}

#define REQUEST(op, ...)                                                                          \
    ({                                                                                            \
        L4_Word_t words_[64] = { __VA_ARGS__ };                                                   \
        request(op, cap, sizeof((L4_Word_t[]) { __VA_ARGS__ }) / sizeof(L4_Word_t), words_);      \
    })

/* What a privileged call says: the L4 error of word 0, or 1000 + errno of a refusal. */
#define L4_REQUEST(op, ...)                                                                        \
    ({                                                                                             \
        L4_Word_t words_[64] = {__VA_ARGS__};                                                      \
        int error_ = request(op, cap, sizeof((L4_Word_t[]){__VA_ARGS__}) / sizeof(L4_Word_t),      \
                             words_);                                                              \
        error_ ? 1000 + (L4_Word_t)error_ : words_[0];                                             \
    })

static L4_ThreadId_t me(void) { return L4_MyGlobalId(); }
static L4_ThreadId_t wortel(void) { return hurd_wortel_thread(); }
static L4_ThreadId_t physmem(void)
{
    return L4_GlobalId(L4_ThreadNo(wortel()) + 1, HURD_TASK_PHYSMEM);
}
static L4_ThreadId_t fresh(L4_Word_t n)     /* a number nobody has */
{
    return L4_GlobalId(L4_ThreadNo(wortel()) + 100 + n, HURD_TASK_FIRST);
}

/* ---- everybody */

static bool entitled(L4_Word_t op)
{
    static const unsigned char mine[4][20] = {
        {4, 32, 64, 65, 66, 67, 68, 86},
        {1, 2, 3, 32, 33, 68, 69, 70, 71, 83, 84, 85, 86},
        {1, 32, 33, 68, 72, 73, 80, 81, 82, 83, 85, 86},
        {3, 32, 33, 85, 86, 87},
    };
    for (unsigned i = 0; i < 20 && mine[cap][i]; i++)
        if (mine[cap][i] == op)
            return true;
    return false;
}

static bool exists(L4_Word_t op)
{
    return (op >= 1 && op <= 4) || op == 32 || op == 33 || (op >= 64 && op <= 73) ||
           (op >= 80 && op <= 87);
}

TEST(wortel_keeps_each_server_to_its_operations)
{
    L4_Word_t words[64] = { 0 };
    for (L4_Word_t op = 0; op < 128; op++)
        if (!entitled(op) && !expect_eq((L4_Word_t)request(op, cap, 0, words),
                                        exists(op) ? EPERM : ENOSYS, "answer", __LINE__))
            say("# operation %lu\n", op);
}

TEST(wortel_checks_the_cap_against_the_sender)
{
    L4_Word_t words[64] = { 0 };
    for (L4_Word_t other = 0; other < 256; other++)
        if (other != cap)
            EXPECT_EQ(request(HURD_WORTEL_SYSTEM_INFO, other, 0, words), EPERM);
}

TEST(wortel_refuses_wrong_numbers_of_words)
{
    static const L4_Word_t five[] = { 1, 2, 3 }, two[] = { 81, 83, 84, 85, 87 };
    for (unsigned i = 0; i < 3; i++)
        if (entitled(five[i])) {
            EXPECT_EQ(REQUEST(five[i], 0, 0, 0, 0), EINVAL);
            EXPECT_EQ(REQUEST(five[i], 0, 0, 0, 0, 0, 0), EINVAL);
        }
    for (unsigned i = 0; i < sizeof two / sizeof two[0]; i++)
        if (entitled(two[i])) {
            EXPECT_EQ(REQUEST(two[i], 0), EINVAL);
            EXPECT_EQ(REQUEST(two[i], 0, 0, 0), EINVAL);
        }
    EXPECT_EQ(REQUEST(HURD_WORTEL_PUTCHAR, 0, 0), EINVAL);
    if (!entitled(HURD_WORTEL_SHUTDOWN))
        return;
    EXPECT_EQ(REQUEST(HURD_WORTEL_SHUTDOWN, 32), EINVAL);
    EXPECT_EQ(REQUEST(HURD_WORTEL_SHUTDOWN, 0, 3), EINVAL);
    EXPECT_EQ(REQUEST(HURD_WORTEL_SHUTDOWN, 0, 0, 0), EINVAL);
}

TEST(wortel_refuses_typed_items)
{
    L4_LoadMR(1, L4_ITEM_MAP);
    L4_LoadMR(2, 0);
    L4_Set_MsgTag(L4_MakeTag(HURD_WORTEL_LABEL(HURD_WORTEL_SYSTEM_INFO, cap), 0, 2));
    L4_MsgTag_t tag = L4_Call(wortel());
    if (L4_IpcSucceeded(tag)) {                 /* else the kernel had refused it */
        EXPECT_EQ(L4_Label(tag), HURD_WORTEL_ERROR);
        EXPECT_EQ(L4_MR(1), EINVAL);
    }
}

TEST(wortel_tells_how_much_memory_there_is)
{
    L4_Word_t words[64];
    EXPECT_EQ(request(HURD_WORTEL_SYSTEM_INFO, cap, 0, words), 0);
    EXPECT_EQ(words[0] > 1u << 20, 1);
}

TEST(wortel_sets_priorities_of_ones_own_threads_only)
{
    EXPECT_EQ(REQUEST(HURD_WORTEL_PRIORITY, me().raw, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_WORTEL_PRIORITY, me().raw, 151), EINVAL);
    EXPECT_EQ(L4_REQUEST(HURD_WORTEL_PRIORITY, wortel().raw, 100), L4_ERR_PRIVILEGE);
    EXPECT_EQ(L4_REQUEST(HURD_WORTEL_PRIORITY, physmem().raw, 100), L4_ERR_PRIVILEGE);
    EXPECT_EQ(L4_REQUEST(HURD_WORTEL_PRIORITY, L4_MyLocalId().raw, 100), L4_ERR_PRIVILEGE);
    EXPECT_EQ(L4_REQUEST(HURD_WORTEL_PRIORITY, me().raw, 120), 0);
    if (!entitled(HURD_WORTEL_SPACE_INFO) || !L4_HasFeature(L4_FEATURE_SPACEINFO))
        return;
    EXPECT_EQ(L4_REQUEST(HURD_WORTEL_PRIORITY, fresh(4).raw, 100), L4_ERR_THREAD);
    EXPECT_EQ(L4_REQUEST(HURD_WORTEL_SPACE_INFO, fresh(4).raw, 0), L4_ERR_SPACE);  /* nor was it made */
}

TEST(wortel_survives_random_requests)
{
    L4_Word_t seed = 4711, words[64];
    for (int round = 0; round < 3000; round++) {
        seed = seed * 1103515245 + 12345;
        L4_Word_t op = seed >> 16 & 0x7F;
        unsigned n = seed >> 24 & 7;
        for (unsigned i = 0; i < n; i++) {
            seed = seed * 1103515245 + 12345;
            words[i] = seed >> 8 & 1 ? seed : seed >> 16 & 3;
        }
        if (op == HURD_WORTEL_SHUTDOWN || op == HURD_WORTEL_PUTCHAR ||
            op == HURD_WORTEL_BOOTSTRAP_FINAL || op == HURD_WORTEL_CONSOLE_TAKE)
            continue;
        request(op, cap, n, words);
    }
    EXPECT_EQ(request(HURD_WORTEL_SYSTEM_INFO, cap, 0, words), 0);
}

/* ---- in the place of physmem */

/* One piece of memory: its fpage, 0 = no more. */
static L4_Word_t get_mem(void)
{
    L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
    L4_Set_MsgTag(L4_MakeTag(HURD_WORTEL_LABEL(HURD_WORTEL_GET_MEM, cap), 0, 0));
    L4_MsgTag_t tag = L4_Call(wortel());
    L4_Accept(L4_UntypedWordsAcceptor);
    EXPECT_EQ(tag.raw, L4_MakeTag(0, 0, 2).raw);
    EXPECT_EQ(L4_MR(1) & ~L4_FPAGE_BASE_MASK, L4_ITEM_MAP);
    EXPECT_EQ(L4_MR(1) & L4_FPAGE_BASE_MASK, L4_MR(2) & L4_FPAGE_BASE_MASK);
    return L4_MR(2);
}

TEST(wortel_gives_physmem_all_memory_piece_by_piece)
{
    /* a kernel with pages of 4 MB may leave one when a smaller mapping is to go into it */
    bool large = L4_PageSizeMask(L4_GetKernelInterface()) & 1ul << 22;
    L4_Word_t bytes = 0, f;
    while ((f = get_mem()) != 0) {
        L4_Word_t base = L4_Address(L4_FpageOfRaw(f)), size = L4_Size(L4_FpageOfRaw(f));
        EXPECT_EQ(base != 0, 1);
        EXPECT_EQ(large && size > 2u << 20, 0);
        EXPECT_EQ(base + size <= 0x400000 || base >= 0x401000, 1);
        *(volatile L4_Word_t *) base = f;
        *(volatile L4_Word_t *) (base + size - 4) = f;
        bytes += size;
    }
    EXPECT_EQ(bytes > 1u << 20, 1);
    say("# pages of 4 MB: %s\n", large ? "yes" : "no");
    EXPECT_EQ(get_mem(), 0);                /* and again */
    L4_Word_t words[64];
    EXPECT_EQ(request(HURD_WORTEL_SYSTEM_INFO, cap, 0, words), 0);
    EXPECT_EQ(words[0], bytes);
}

enum asked { STARTUP, IMAGE, ARCHIVE, GUARANTEE, REST };

/* A region, as a physmem of 2005 reads it: map items behind the task ID, one to one with physical
 * memory, without a hole between them, and with the right to write.  A startup fpage has 32 KB; an
 * image begins as an ELF file does. */
static void expect_region(enum asked what, const L4_Word_t *item, L4_Word_t words)
{
    L4_Word_t first = item[0] & L4_FPAGE_BASE_MASK, end = first;
    for (L4_Word_t i = 0; i + 1 < words; i += 2) {
        L4_Fpage_t f = L4_FpageOfRaw(item[i + 1]);
        EXPECT_EQ(item[i] & 0xE, L4_ITEM_MAP);     /* bit 0, C: more items follow */
        EXPECT_EQ(item[i] & L4_FPAGE_BASE_MASK, L4_Address(f));
        EXPECT_EQ(L4_Address(f), end);
        EXPECT_EQ(L4_Rights(f), L4_FPAGE_RWX);
        end += L4_Size(f);
        volatile L4_Word_t *last = (volatile L4_Word_t *) (end - sizeof *last);
        *last = *last;                          /* it faults without the mapping, or the right */
    }
    EXPECT_EQ(words >= 2 && words % 2 == 0, 1);
    if (what == STARTUP)
        EXPECT_EQ(end - first, HURD_STARTUP_SIZE);
    if (what == IMAGE)
        EXPECT_EQ(*(const L4_Word_t *) first, 0x464C457F);
}

TEST(wortel_asks_physmem_for_containers_controls_and_the_master)
{
    /* In the order of 2005.  GUARANTEE and REST are requests for a control, one nil fpage each. */
    static const struct {
        L4_Word_t task;
        enum asked what;
    } want[] = {{3, STARTUP}, {3, IMAGE}, {3, GUARANTEE},
                {4, STARTUP}, {4, IMAGE}, {4, ARCHIVE}, {4, GUARANTEE},
                {5, STARTUP}, {5, IMAGE}, {5, ARCHIVE}, {5, REST}};
    EXPECT_EQ(REQUEST(HURD_WORTEL_GET_CAP_REPLY, 1), EINVAL);      /* nothing was asked */
    for (unsigned i = 0; i < sizeof want / sizeof want[0]; i++) {
        L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
        L4_Set_MsgTag(L4_MakeTag(HURD_WORTEL_LABEL(HURD_WORTEL_GET_CAP_REQUEST, cap), 0, 0));
        L4_MsgTag_t tag = L4_Call(wortel());
        L4_Word_t mr[64];
        L4_StoreMRs(0, 64, mr);                 /* what follows is said in messages */
        L4_Accept(L4_UntypedWordsAcceptor);
        L4_Word_t frames = mr[2] / HURD_WORTEL_CONTROL_FRAME;
        EXPECT_EQ(L4_Label(tag), 0);
        EXPECT_EQ(L4_UntypedWords(tag), 1);
        EXPECT_EQ(L4_TypedWords(tag) <= 62, 1);
        EXPECT_EQ(mr[1], want[i].task);
        if (want[i].what < GUARANTEE) {
            expect_region(want[i].what, &mr[2], L4_TypedWords(tag));
        } else {
            EXPECT_EQ(L4_TypedWords(tag), 2);
            EXPECT_EQ(mr[3], 0);
            EXPECT_EQ(want[i].what == GUARANTEE ? frames >= 64 : frames == 0, 1);
        }
        EXPECT_EQ(REQUEST(HURD_WORTEL_GET_CAP_REPLY, i, i), EINVAL);
        EXPECT_EQ(REQUEST(HURD_WORTEL_GET_CAP_REPLY, i), 0);
    }
    L4_Word_t words[64] = { 0 };
    EXPECT_EQ(request(HURD_WORTEL_GET_CAP_REQUEST, cap, 0, words), 0);
    EXPECT_EQ(words[0], 5);
    EXPECT_EQ(REQUEST(HURD_WORTEL_GET_CAP_REPLY, 99), 0);
    EXPECT_EQ(request(HURD_WORTEL_GET_CAP_REQUEST, cap, 0, words), ENOENT);
    EXPECT_EQ(REQUEST(HURD_WORTEL_GET_CAP_REPLY, 99), EINVAL);
    EXPECT_EQ(request(HURD_WORTEL_GET_THREADS, cap, 0, words), 0);
    EXPECT_EQ(words[0], 3);
}

TEST(wortel_sets_the_attributes_of_physmems_pages)
{
    L4_Word_t page = L4_FpageLog2(0x400000, 12).raw;
    EXPECT_EQ(REQUEST(HURD_WORTEL_MEMORY_CONTROL, 0, 0, 0, 0), EINVAL);
    EXPECT_EQ(L4_REQUEST(HURD_WORTEL_MEMORY_CONTROL, page, 0, 0, 0, 0), 0);
    EXPECT_EQ(L4_REQUEST(HURD_WORTEL_MEMORY_CONTROL, page, page | 1, 0, 0, 0, 0), 0);
    EXPECT_EQ(L4_REQUEST(HURD_WORTEL_MEMORY_CONTROL, page, 77, 0, 0, 0), L4_ERR_PARAMETER);
}

/* ---- in the place of task */

#define THREAD(...) L4_REQUEST(HURD_WORTEL_THREAD_CONTROL, __VA_ARGS__)
#define SPACE(...)  L4_REQUEST(HURD_WORTEL_SPACE_CONTROL, __VA_ARGS__)
#define UNCHANGED   (~0ul)

TEST(wortel_lets_task_near_nobody_of_the_core)
{
    L4_ThreadId_t sigma0 = L4_GlobalId(L4_ThreadNo(wortel()) - 2, 1), t = fresh(0);
    L4_ThreadId_t never[] = {sigma0,
                             wortel(),
                             physmem(),
                             L4_GlobalId(L4_ThreadNo(physmem()) + 1, 700),
                             L4_GlobalId(L4_ThreadNo(wortel()), 700),
                             L4_MyLocalId(),
                             L4_GlobalId(3, 1),
                             L4_nilthread,
                             L4_anythread,
                             L4_GlobalId(L4_ThreadNo(t), 1),
                             L4_GlobalId(L4_ThreadNo(t), 2)};
    for (unsigned i = 0; i < sizeof never / sizeof never[0]; i++) {
        EXPECT_EQ(THREAD(never[i].raw, 0, 0, 0, UNCHANGED), L4_ERR_PRIVILEGE);
        EXPECT_EQ(SPACE(never[i].raw, 0, 0, 0, 0), L4_ERR_PRIVILEGE);
        EXPECT_EQ(L4_REQUEST(HURD_WORTEL_SPACE_QUOTA, never[i].raw, 1), L4_ERR_PRIVILEGE);
        if (never[i].raw)
            EXPECT_EQ(THREAD(t.raw, never[i].raw, me().raw, 0, UNCHANGED), L4_ERR_PRIVILEGE);
    }
    EXPECT_EQ(THREAD(t.raw, t.raw, L4_MyLocalId().raw, 0, UNCHANGED), L4_ERR_PARAMETER);
    EXPECT_EQ(THREAD(t.raw, t.raw, me().raw, L4_MyLocalId().raw, UNCHANGED), L4_ERR_PARAMETER);
}

TEST(wortel_passes_the_kernels_thread_errors_on)
{
    L4_ThreadId_t t = fresh(1);
    L4_Word_t error = THREAD(t.raw, t.raw, 0, 0, UNCHANGED);
    EXPECT_EQ(error == L4_ERR_SCHEDULER || error == L4_ERR_THREAD, 1);
    EXPECT_EQ(THREAD(t.raw, fresh(2).raw, me().raw, 0, UNCHANGED), L4_ERR_SPACE);
    EXPECT_EQ(THREAD(t.raw, me().raw, me().raw, t.raw, 0x12345), L4_ERR_UTCB);
    EXPECT_EQ(THREAD(t.raw, t.raw, me().raw, 0, UNCHANGED), 0);
    EXPECT_EQ(SPACE(t.raw, 0, L4_FpageLog2(0x10000, 12).raw, 0, L4_anythread.raw), L4_ERR_UTCB);
    EXPECT_EQ(SPACE(t.raw, 0, 0, L4_FpageLog2(0x20000, 12).raw, L4_anythread.raw), L4_ERR_KIP);
    EXPECT_EQ(SPACE(t.raw, 0, L4_FpageLog2(0x20000, 12).raw, L4_FpageLog2(0x20000, 16).raw,
                    L4_anythread.raw),
              L4_ERR_KIP);
    EXPECT_EQ(SPACE(t.raw, L4_PECAN_SPACE_READ, 0, 0, 0), L4_ERR_PARAMETER);
    EXPECT_EQ(SPACE(t.raw, 0, L4_FpageLog2(0x10000, 12).raw, L4_FpageLog2(0x20000, 16).raw,
                    L4_MyLocalId().raw),
              L4_ERR_PARAMETER);
    EXPECT_EQ(SPACE(t.raw, 0, L4_FpageLog2(0x10000, 12).raw, L4_FpageLog2(0x20000, 16).raw,
                    L4_anythread.raw),
              0);
    EXPECT_EQ(THREAD(t.raw, t.raw, 0, me().raw, 0x20000), 0);
    EXPECT_EQ(THREAD(t.raw, 0, 0, 0, UNCHANGED), 0);
}

TEST(wortel_counts_and_limits_the_kernel_memory_of_spaces)
{
    L4_Word_t words[64] = { me().raw, HURD_SPACE_THREADS };
    EXPECT_EQ(REQUEST(HURD_WORTEL_SPACE_INFO, me().raw, L4_PECAN_COUNTERS), EINVAL);
    EXPECT_EQ(REQUEST(HURD_WORTEL_SPACE_INFO, me().raw, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_WORTEL_SPACE_INFO, me().raw, 2, L4_PECAN_COUNTERS - 1), EINVAL);
    EXPECT_EQ(REQUEST(HURD_WORTEL_SPACE_INFO, me().raw, 2, ~0ul), EINVAL);
    EXPECT_EQ(REQUEST(HURD_WORTEL_SPACE_QUOTA, me().raw, 1u << 24), EINVAL);
    if (!L4_HasFeature(L4_FEATURE_SPACEINFO)) {
        EXPECT_EQ(request(HURD_WORTEL_SPACE_INFO, cap, 2, words), ENOSYS);
        return;
    }
    EXPECT_EQ(request(HURD_WORTEL_SPACE_INFO, cap, 2, words), 0);
    EXPECT_EQ(words[0], 0);
    EXPECT_EQ(words[1], 1);
    EXPECT_EQ(L4_REQUEST(HURD_WORTEL_SPACE_INFO, fresh(3).raw, 0), L4_ERR_SPACE);
    EXPECT_EQ(L4_REQUEST(HURD_WORTEL_SPACE_INFO, L4_MyLocalId().raw, 0), L4_ERR_SPACE);
    EXPECT_EQ(L4_REQUEST(HURD_WORTEL_SPACE_QUOTA, me().raw, 100), 0);
    words[0] = me().raw;
    words[1] = HURD_SPACE_KMEM_QUOTA;
    EXPECT_EQ(request(HURD_WORTEL_SPACE_INFO, cap, 2, words), 0);
    EXPECT_EQ(words[1], 100 * 4096);
    L4_Word_t several[64] = { me().raw, HURD_SPACE_KMEM_QUOTA, 2 };
    EXPECT_EQ(request(HURD_WORTEL_SPACE_INFO, cap, 3, several), 0);
    EXPECT_EQ(several[1], 100 * 4096);
    EXPECT_EQ(several[2], 1);               /* threads */
    EXPECT_EQ(L4_REQUEST(HURD_WORTEL_SPACE_QUOTA, me().raw, 0), 0);
}

TEST(wortel_sets_no_speed_of_processors_that_are_not)
{
    EXPECT_EQ(L4_REQUEST(HURD_WORTEL_PROCESSOR_CONTROL, 99, 0, 0, 0, 0), L4_ERR_PARAMETER);
    EXPECT_EQ(L4_REQUEST(HURD_WORTEL_PROCESSOR_CONTROL, 0, 0, 0, 0, 0), 0);
}

TEST(wortel_asks_task_for_a_capability_of_each_boot_task_and_the_master)
{
    static const L4_Word_t ids[] = { 1, 2, 3, 4, 5, 0 };
    EXPECT_EQ(REQUEST(HURD_WORTEL_GET_TASK_CAP_REPLY, 1, 2), EINVAL);
    for (unsigned i = 0; i < 6; i++) {
        L4_Word_t words[64] = { 0 };
        EXPECT_EQ(request(HURD_WORTEL_GET_TASK_CAP_REQUEST, cap, 0, words), 0);
        EXPECT_EQ(words[0], ids[i]);
        EXPECT_EQ(REQUEST(HURD_WORTEL_GET_TASK_CAP_REPLY, i), 0);
    }
    EXPECT_EQ(REQUEST(HURD_WORTEL_GET_TASK_CAP_REPLY, 0), EINVAL);
    L4_Word_t words[64];
    EXPECT_EQ(request(HURD_WORTEL_GET_TASK_CAP_REQUEST, cap, 0, words), ENOENT);
    EXPECT_EQ(request(HURD_WORTEL_GET_FIRST_FREE_THREAD_NO, cap, 0, words), 0);
    EXPECT_EQ(words[0], L4_ThreadNo(wortel()) + 9);
}

/* ---- in the place of deva */

TEST(wortel_lets_deva_attach_interrupts_and_nothing_else)
{
    L4_ThreadId_t irq = L4_IrqId(4), t = fresh(4);
    EXPECT_EQ(THREAD(t.raw, t.raw, me().raw, 0, UNCHANGED), L4_ERR_PRIVILEGE);
    EXPECT_EQ(THREAD(me().raw, 0, 0, 0, UNCHANGED), L4_ERR_PRIVILEGE);
    EXPECT_EQ(THREAD(physmem().raw, physmem().raw, 0, me().raw, UNCHANGED), L4_ERR_PRIVILEGE);
    EXPECT_EQ(THREAD(irq.raw, 0, 0, 0, UNCHANGED), L4_ERR_PRIVILEGE);
    EXPECT_EQ(THREAD(irq.raw, irq.raw, me().raw, me().raw, UNCHANGED), L4_ERR_PRIVILEGE);
    EXPECT_EQ(THREAD(irq.raw, irq.raw, 0, physmem().raw, UNCHANGED), L4_ERR_PRIVILEGE);
    EXPECT_EQ(THREAD(irq.raw, irq.raw, 0, L4_MyLocalId().raw, UNCHANGED), L4_ERR_PRIVILEGE);
    EXPECT_EQ(THREAD(irq.raw, irq.raw, 0, me().raw, 0x20000), L4_ERR_PRIVILEGE);
    EXPECT_EQ(THREAD(irq.raw, irq.raw, 0, me().raw, UNCHANGED), 0);
    EXPECT_EQ(THREAD(irq.raw, irq.raw, 0, irq.raw, UNCHANGED), 0);
    L4_ThreadId_t clock = L4_IrqId(0);
    EXPECT_EQ(THREAD(clock.raw, clock.raw, 0, me().raw, UNCHANGED), L4_ERR_THREAD);
}

TEST(wortel_gives_deva_device_memory_but_no_ram)
{
    EXPECT_EQ(hurd_wortel_get_io_mem(cap, 0xB8000, 100, 0), EINVAL);
    EXPECT_EQ(hurd_wortel_get_io_mem(cap, 0xB8000, 0, 0), EINVAL);
    EXPECT_EQ(hurd_wortel_get_io_mem(cap, 0xB8000, 0x10000, 0), EINVAL);
    EXPECT_EQ(hurd_wortel_get_io_mem(cap, 0xB8800, 0x1000, 0), EINVAL);
    EXPECT_EQ(hurd_wortel_get_io_mem(cap, 0xF0000000, 0x800000, 0), EINVAL);
    EXPECT_EQ(hurd_wortel_get_io_mem(cap, 0xF0001000, 0x2000, 0), EINVAL);
    EXPECT_EQ(hurd_wortel_get_io_mem(cap, 0x100000, 0x1000, 0), EACCES);
    EXPECT_EQ(hurd_wortel_get_io_mem(cap, 0x400000, 0x400000, 0), EACCES);
    L4_Fpage_t window = L4_FpageLog2(0x70000000, 12);
    EXPECT_EQ(hurd_wortel_get_io_mem(cap, 0xB8000, 0x1000, window.raw), 0);
    volatile unsigned short *cell = (volatile unsigned short *) 0x70000000;
    unsigned short before = *cell;
    *cell = 0x0741;
    EXPECT_EQ(*cell, 0x0741);
    *cell = before;
}

/* The HPET of a PC is where PCI devices are; its first register ends in the maker's number. */
TEST(wortel_gives_deva_the_memory_of_devices_behind_its_own_view)
{
    L4_Fpage_t page = L4_FpageLog2(0x71000000, 12), large = L4_FpageLog2(0x71400000, 22);
    volatile uint32_t *hpet = (volatile uint32_t *) 0x71000000;
    for (int again = 0; again < 2; again++) {
        EXPECT_EQ(hurd_wortel_get_io_mem(cap, 0xFED00000, 0x1000, page.raw), 0);
        EXPECT_EQ(*hpet >> 16, 0x8086);
        L4_Flush(L4_FpageAddRights(page, L4_FPAGE_RWX));
    }
    EXPECT_EQ(hurd_wortel_get_io_mem(cap, 0xFEC00000, 0x400000, large.raw), 0);
    EXPECT_EQ(*(volatile uint32_t *) 0x71500000 >> 16, 0x8086);
}

TEST(wortel_gives_deva_ports)
{
    EXPECT_EQ(hurd_wortel_get_io_ports(cap, L4_FpageLog2(0x400000, 12).raw), EINVAL);
    EXPECT_EQ(hurd_wortel_get_io_ports(cap, L4_IoFpageLog2(0, 17).raw), EINVAL);
    EXPECT_EQ(hurd_wortel_get_io_ports(cap, L4_IoFpage(0x70, 2).raw), 0);
    unsigned char value;
    __asm__ volatile("outb %0, $0x70" : : "a"((unsigned char) 0x0F));
    __asm__ volatile("inb $0x71, %0" : "=a"(value));
}

TEST(wortel_asks_deva_for_consoles_and_the_master)
{
    static const L4_Word_t want[][2] = { { 2, 0 }, { 3, 0 }, { 4, 0 }, { 5, 0 }, { 5, 1 } };
    for (unsigned i = 0; i < 5; i++) {
        L4_Word_t words[64] = { 0 };
        EXPECT_EQ(request(HURD_WORTEL_GET_DEVA_CAP_REQUEST, cap, 0, words), 0);
        EXPECT_EQ(words[0], want[i][0]);
        EXPECT_EQ(words[1], want[i][1]);
        EXPECT_EQ(REQUEST(HURD_WORTEL_GET_DEVA_CAP_REPLY, i), 0);
    }
    L4_Word_t words[64];
    EXPECT_EQ(REQUEST(HURD_WORTEL_GET_DEVA_CAP_REPLY, 0), EINVAL);
    EXPECT_EQ(request(HURD_WORTEL_GET_DEVA_CAP_REQUEST, cap, 0, words), ENOENT);
}

/* ---- in the place of the root task */

TEST(wortel_tells_the_root_task_which_servers_to_call)
{
    EXPECT_EQ(data->version_major, HURD_STARTUP_MAJOR);
    EXPECT_EQ(data->size, sizeof *data);
    EXPECT_EQ(data->flags, HURD_STARTUP_BOOTSTRAP);
    struct hurd_startup_cap *there[] = {
        &data->wortel,          &data->task,        &data->image,       &data->startup,
        &data->physmem_master,  &data->task_master, &data->deva_master, &data->deva_console,
        &data->physmem_control, &data->console,     &data->memory};
    for (unsigned i = 0; i < sizeof there / sizeof there[0]; i++)
        EXPECT_EQ(there[i]->server != 0, 1);
    EXPECT_EQ(data->store_size > 0, 1);
    EXPECT_EQ(data->startup_error, 0);
}

#define ALL 15
#define T(name, places) { #name, name, places }
static const struct {
    const char *name;
    void (*run)(void);
    unsigned places; /* 1 physmem, 2 task, 4 deva, 8 root */
} tests[] = {
    T(wortel_keeps_each_server_to_its_operations, ALL),
    T(wortel_checks_the_cap_against_the_sender, ALL),
    T(wortel_refuses_wrong_numbers_of_words, ALL),
    T(wortel_refuses_typed_items, ALL),
    T(wortel_tells_how_much_memory_there_is, 2 | 4 | 8),
    T(wortel_sets_priorities_of_ones_own_threads_only, 2 | 4 | 8),
    T(wortel_gives_physmem_all_memory_piece_by_piece, 1),
    T(wortel_asks_physmem_for_containers_controls_and_the_master, 1),
    T(wortel_sets_the_attributes_of_physmems_pages, 1),
    T(wortel_lets_task_near_nobody_of_the_core, 2),
    T(wortel_passes_the_kernels_thread_errors_on, 2),
    T(wortel_counts_and_limits_the_kernel_memory_of_spaces, 2),
    T(wortel_sets_no_speed_of_processors_that_are_not, 2 | 8),
    T(wortel_asks_task_for_a_capability_of_each_boot_task_and_the_master, 2),
    T(wortel_lets_deva_attach_interrupts_and_nothing_else, 4),
    T(wortel_gives_deva_device_memory_but_no_ram, 4),
    T(wortel_gives_deva_the_memory_of_devices_behind_its_own_view, 4),
    T(wortel_gives_deva_ports, 4),
    T(wortel_asks_deva_for_consoles_and_the_master, 4),
    T(wortel_tells_the_root_task_which_servers_to_call, 8),
    T(wortel_survives_random_requests, ALL),
};

void task_main(struct hurd_startup_data *startup) __attribute__((noreturn));

void task_main(struct hurd_startup_data *startup)
{
    unsigned number = 0, failures = 0;
    L4_Init();
    data = startup;
    cap = say_cap = data ? data->wortel.cap : HURD_WORTEL_CAP_PHYSMEM;
    L4_Set_ExceptionHandler(wortel());
    for (unsigned i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        if (!(tests[i].places & 1u << cap))
            continue;
        test_failed = false;
        tests[i].run();
        failures += test_failed;
        say("%sok %u - %s\n", test_failed ? "not " : "", ++number, tests[i].name);
    }
    say("1..%u\n# done\n", number);
    hurd_wortel_shutdown(cap, failures > 0, HURD_SHUTDOWN_POWEROFF);
    for (;;)
        L4_Sleep(L4_Never);
}
