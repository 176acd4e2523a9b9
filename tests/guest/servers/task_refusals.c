/* SPDX-License-Identifier: MIT */
/* Refusals of the other operations; and wortel and sigma0, which have nothing for a program. */
#include "task_test.h"

TEST(task_refuses_handles_that_name_nothing)
{
    L4_Word_t words[64];
    static const L4_Word_t labels[] = {512, 513, 514, 515, 520, 521, 522, 523, 524, 525, 526, 527};
    for (unsigned i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        EXPECT_EQ(REQUEST(labels[i], self() + 5, 0), EBADF);
        EXPECT_EQ(REQUEST(labels[i], 0, 0), EBADF);         /* wortel's, in its own table */
        EXPECT_EQ(REQUEST(labels[i], ~0ul, 0), EBADF);
        EXPECT_EQ(request(labels[i], 0, words), EINVAL);
    }
}

TEST(task_refuses_unknown_operations_and_wrong_numbers_of_words)
{
    static const L4_Word_t labels[] = { 512, 513, 514, 515, 521, 522, 523, 524, 529, 530, 551 };
    for (unsigned i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        EXPECT_EQ(REQUEST(labels[i], self()), EINVAL);
        EXPECT_EQ(REQUEST(labels[i], self(), 0, 0, 0, 0), EINVAL);
    }
    EXPECT_EQ(REQUEST(HURD_TASK_IMAGE, self()), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_IMAGE, self(), 0, 0, 0, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_RELEASE, self(), 0), EINVAL);
    EXPECT_EQ(REQUEST(511, self()), ENOSYS);
    EXPECT_EQ(REQUEST(HURD_TASK_GROUP_IS, self()), ENOSYS);     /* it is one for deva */
    EXPECT_EQ(REQUEST(552, self()), ENOSYS);
    EXPECT_EQ(REQUEST(0, self()), ENOSYS);
}

TEST(task_keeps_a_program_to_its_own_business)
{
    struct hurd_task_info info;
    L4_Word_t ids[60], n, total;
    EXPECT_EQ(hurd_task_list(server(), self(), 0, ids, &n, &total), EPERM);
    EXPECT_EQ(hurd_task_info(server(), self(), HURD_TASK_DEVA, &info), EPERM);
    EXPECT_EQ(hurd_task_info(server(), self(), L4_Version(L4_MyGlobalId()), &info), 0);
    EXPECT_EQ(hurd_task_release(server(), self()), EPERM);
    EXPECT_EQ(hurd_task_wait(server(), self(), 0, NULL, NULL), EDEADLK);
    EXPECT_EQ(hurd_task_wait(server(), self(), 2, NULL, NULL), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_EXIT, self(), 256), EINVAL);
    EXPECT_EQ(REQUEST(HURD_CAP_TASK_DIED, HURD_TASK_INIT), EPERM);
    struct hurd_task_created child = child_of("sleep");
    EXPECT_EQ(REQUEST(HURD_TASK_EXIT, child.handle, 0), EPERM);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, child.handle, 0, 0, PAGE, 0, 2, 0x78), EPERM);
    child_end(&child);
}

TEST(task_counts_the_faults_that_a_task_serves_itself)
{
    struct hurd_task_info before, after;
    uintptr_t at = 0;
    EXPECT_EQ(hurd_vm_allocate(&at, 16 * PAGE, 0, 0), 0);
    EXPECT_EQ(hurd_task_info(server(), self(), 0, &before), 0);
    for (unsigned i = 0; i < 16; i++)
        *(volatile char *) (at + i * PAGE) = 1;
    EXPECT_EQ(hurd_task_info(server(), self(), 0, &after), 0);
    if (before.faults_own == HURD_TASK_UNKNOWN)
        return;                                 /* a kernel that does not count */
    L4_Word_t faults = after.faults_own - before.faults_own;
    EXPECT(faults >= 1 && faults < 1000);       /* 16, fewer in batches, more when pages are revoked */
    EXPECT_EQ(after.faults_other, before.faults_other);
    EXPECT(after.kmem > 0 && after.kmem_quota >= after.kmem);
    hurd_vm_deallocate(at, 16 * PAGE);
}

TEST(task_answers_messages_with_items_by_a_refusal)
{
    L4_LoadMR(1, self());
    L4_LoadMR(2, L4_ITEM_MAP);
    L4_LoadMR(3, L4_FpageLog2(0x400000, 12).raw | 4);
    L4_Set_MsgTag(L4_MakeTag(HURD_TASK_INFO, 1, 2));
    L4_MsgTag_t tag = L4_Call(server());
    EXPECT(L4_IpcFailed(tag) || L4_Label(tag) == HURD_TASK_ERROR);      /* overflow, or EINVAL */
    L4_LoadMR(1, self());
    L4_LoadMR(2, 0);
    L4_LoadMR(3, L4_ITEM_MAP);
    L4_LoadMR(4, L4_Nilpage.raw);               /* nothing is mapped, so the message arrives */
    L4_Set_MsgTag(L4_MakeTag(HURD_TASK_INFO, 2, 2));
    tag = L4_Call(server());
    EXPECT(L4_IpcSucceeded(tag));
    EXPECT_EQ(L4_Label(tag), HURD_TASK_ERROR);
    EXPECT_EQ(L4_MR(1), EINVAL);
}

/* A wait can be called off, and the waiter gets no second answer. */
static L4_ThreadId_t waiting;
static struct hurd_task_created awaited;
static volatile int wait_error = -1;

static void wait_for_child(void *nothing)
{
    (void) nothing;
    wait_error = hurd_task_wait(server(), awaited.handle, 0, NULL, NULL);
    L4_Sleep(L4_Never);
}

TEST(task_does_not_believe_faults_of_threads_that_it_does_not_page)
{
    if (!L4_HasFeature(L4_FEATURE_PAGEREXREGS))
        return;                                 /* nobody can tell then */
    EXPECT_EQ(REQUEST(0xFFE2, 0x1234, 0x5678), EPERM);
    EXPECT_EQ(REQUEST(0xFFB0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0, 0), EPERM);    /* one word too few */
    EXPECT_EQ(REQUEST(0xFFF0), EPERM);
    EXPECT_EQ(REQUEST(0xFF86, 0, 0), EPERM);
}

TEST(task_wait_ends_when_it_is_cancelled)
{
    uintptr_t stack = 0;
    awaited = child_of("sleep");
    EXPECT_EQ(hurd_vm_allocate(&stack, 4 * PAGE, 0, 1), 0);
    EXPECT_EQ(hurd_thread_start(&waiting, wait_for_child, NULL, stack + 4 * PAGE), 0);
    EXPECT_EQ(REQUEST(HURD_CAP_CANCEL, L4_MyGlobalId().raw), ESRCH);
    L4_Sleep(L4_TimePeriod(50000));
    char role[32];
    L4_Word_t status = 0;
    snprintf(role, sizeof role, "cancel=%lx", waiting.raw);
    struct hurd_task_created stranger = child_of(role);
    EXPECT_EQ(hurd_task_wait(server(), stranger.handle, 0, &status, NULL), 0);
    EXPECT_EQ(status, ESRCH);
    EXPECT_EQ(wait_error, -1);
    EXPECT_EQ(hurd_task_release(server(), stranger.handle), 0);
    int error = ESRCH;
    for (int i = 0; i < 100 && error == ESRCH; i++) {
        L4_Sleep(L4_TimePeriod(10000));
        error = REQUEST(HURD_CAP_CANCEL, waiting.raw);
    }
    EXPECT_EQ(error, 0);
    for (int i = 0; i < 100 && wait_error == -1; i++)
        L4_Sleep(L4_TimePeriod(10000));
    EXPECT_EQ(wait_error, ECANCELED);
    EXPECT_EQ(REQUEST(HURD_CAP_CANCEL, waiting.raw), ESRCH);
    EXPECT_EQ(REQUEST(HURD_CAP_CANCEL, server().raw), ESRCH);
    hurd_task_thread_destroy(server(), self(), waiting);
    child_end(&awaited);
}

TEST(task_finds_threads_by_the_names_that_their_tasks_gave_them)
{
    L4_ThreadId_t found = L4_nilthread;
    L4_Word_t me = L4_MyGlobalId().raw;
    EXPECT_EQ(hurd_task_name_find(server(), self(), "tester", &found), ESRCH);
    EXPECT_EQ(hurd_task_name_set(server(), self(), L4_MyGlobalId(), "tester"), 0);
    EXPECT_EQ(hurd_task_name_find(server(), self(), "tester", &found), 0);
    EXPECT_EQ(found.raw, me);
    EXPECT_EQ(hurd_task_name_find(server(), self(), "teste", &found), ESRCH);
    EXPECT_EQ(hurd_task_name_set(server(), self(), L4_ThreadIdOfRaw(me ^ 1u << 20), "other"), ESRCH);
    EXPECT_EQ(hurd_task_name_set(server(), self(), L4_MyGlobalId(), ""), EINVAL);
    EXPECT_EQ(hurd_task_name_find(server(), self(), "", &found), EINVAL);
    EXPECT_EQ(hurd_task_name_set(server(), ~0ul, L4_MyGlobalId(), "tester"), EBADF);
    EXPECT_EQ(REQUEST(HURD_TASK_NAME_SET, self(), me), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_NAME_FIND, self()), EINVAL);
    for (char name[] = "a"; *name < 'a' + (char)HURD_TASK_NAMES - 1; ++*name)
        EXPECT_EQ(hurd_task_name_set(server(), self(), L4_MyGlobalId(), name), 0);
    EXPECT_EQ(hurd_task_name_set(server(), self(), L4_MyGlobalId(), "one too many"), EAGAIN);
    EXPECT_EQ(hurd_task_name_set(server(), self(), L4_nilthread, "a"), 0);
    EXPECT_EQ(hurd_task_name_find(server(), self(), "a", &found), ESRCH);
    EXPECT_EQ(hurd_task_name_set(server(), self(), L4_MyGlobalId(), "sixteen letters!"), 0);
    EXPECT_EQ(hurd_task_name_find(server(), self(), "sixteen letters! and more", &found), 0);
}

TEST(task_survives_random_requests)
{
    L4_Word_t seed = 12345;
    for (int round = 0; round < 3000; round++) {
        L4_Word_t words[64];
        seed = seed * 1103515245 + 12345;
        unsigned n = seed >> 16 & 7;
        L4_Word_t label = 500 + (seed >> 20) % 60;
        for (unsigned i = 0; i < n; i++) {
            seed = seed * 1103515245 + 12345;
            words[i] = seed >> 8 & 1 ? seed : seed >> 16 & 3;
        }
        if (n && (seed & 0x30))
            words[0] = self();
        /* It ends or stops the task or its thread, or waits for good. */
        bool fatal = label == HURD_TASK_DESTROY || label == HURD_TASK_EXIT ||
                     label == HURD_TASK_THREAD_DESTROY || label == HURD_TASK_SIGNAL ||
                     label == HURD_TASK_SIGNAL_GROUP || label == HURD_TASK_SIGNAL_WAIT ||
                     label == HURD_TASK_STOP_SELF;
        if (n && fatal && words[0] == self())
            continue;
        request(label, n, words);
    }
    struct hurd_task_info info;
    EXPECT_EQ(hurd_task_info(server(), self(), 0, &info), 0);
    while (info.threads > 2) {                  /* it made some */
        L4_Word_t pairs[60], count, total;
        if (hurd_task_threads(server(), self(), 0, 0, pairs, &count, &total) != 0)
            break;
        for (L4_Word_t i = 0; i < count; i++)
            if (pairs[2 * i] != L4_MyGlobalId().raw && !(pairs[2 * i + 1] & HURD_TASK_THREAD_PAGER))
                hurd_task_thread_destroy(server(), self(), L4_ThreadIdOfRaw(pairs[2 * i]));
        hurd_task_info(server(), self(), 0, &info);
    }
    EXPECT_EQ(info.threads, 2);
}

TEST(wortel_has_nothing_for_a_program)
{
    for (L4_Word_t cap = 0; cap < 6; cap++)
        for (L4_Word_t op = 0; op < 100; op++) {
            L4_Word_t words[5] = { L4_MyGlobalId().raw, L4_MyGlobalId().raw, 0, 0, 0 };
            if (!expect_eq((L4_Word_t)hurd_cap_rpc(hurd_wortel_thread(), HURD_WORTEL_LABEL(op, cap),
                                                   5, words, 5, words, NULL),
                           EPERM, "wortel's answer", __FILE__, __LINE__))
                printf("# operation %lu, cap %lu\n", op, cap);
        }
    EXPECT_EQ(hurd_cap_rpc(hurd_wortel_thread(), 0xFFE2, 0, NULL, 0, NULL, NULL), EPERM);
    EXPECT_EQ(hurd_cap_rpc(hurd_wortel_thread(), 0xFFB0, 0, NULL, 0, NULL, NULL), EPERM);
}

/* wortel sealed it (include/l4/pecan.h): no ports, no device memory, no left-over RAM. */
TEST(sigma0_has_nothing_for_a_program)
{
    L4_Fpage_t window = L4_FpageLog2(0x70000000, 12);
    EXPECT_EQ(L4_Sigma0_GetPage_RcvWindow(L4_Sigma0Id(), L4_IoFpageLog2(0xF4, 0), L4_CompleteIoSpace).raw, 0);
    EXPECT_EQ(L4_Sigma0_GetPage_RcvWindow(L4_Sigma0Id(), L4_FpageLog2(0xB8000, 12), window).raw, 0);
    EXPECT_EQ(L4_Sigma0_GetAny(L4_Sigma0Id(), 12, window).raw, 0);
    static const L4_Word_t forged[] = { 0xFF860002, 0xFFE20002 };   /* as if from the kernel: faults */
    for (int i = 0; i < 4; i++) {
        L4_LoadMR(0, forged[i % 2]);
        L4_LoadMR(1, L4_IoFpageLog2(0xF4, 0).raw);
        L4_LoadMR(2, 0);
        EXPECT(L4_IpcFailed(L4_Call_Timeouts(L4_Sigma0Id(), L4_TimePeriod(1000000), L4_TimePeriod(30000))));
        EXPECT_EQ(L4_ErrorCode(), 3);           /* nobody answers; nobody prints either */
    }
}

const struct test task_refusals[] = {
    T(task_refuses_handles_that_name_nothing),
    T(task_refuses_unknown_operations_and_wrong_numbers_of_words),
    T(task_keeps_a_program_to_its_own_business),
    T(task_counts_the_faults_that_a_task_serves_itself),
    T(task_answers_messages_with_items_by_a_refusal),
    T(task_does_not_believe_faults_of_threads_that_it_does_not_page),
    T(task_wait_ends_when_it_is_cancelled),
    T(task_finds_threads_by_the_names_that_their_tasks_gave_them),
    T(task_survives_random_requests),
    T(wortel_has_nothing_for_a_program),
    T(sigma0_has_nothing_for_a_program),
    { 0 },
};
