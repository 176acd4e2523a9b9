/* SPDX-License-Identifier: MIT */
/* Trees of tasks, and the parts of what there is that they get. */
#include "task_test.h"

static bool exists(L4_ThreadId_t thread)
{
    L4_LoadMR(0, 0);
    return L4_IpcSucceeded(L4_Send_Timeout(thread, L4_ZeroTime)) || (L4_ErrorCode() >> 1 & 7) == 1;
}

/* A child that has started another; tells which.  kind: family or daemon. */
static struct hurd_task_created parent_of(const char *kind, L4_ThreadId_t *grandchild)
{
    char role[32];
    snprintf(role, sizeof role, "%s=%lx", kind, L4_MyGlobalId().raw);
    struct hurd_task_created child = { 0, 0, L4_nilthread };
    EXPECT_EQ(child_make(role, 4 * CHILD_FRAMES, &child), 0);
    L4_MsgTag_t tag = L4_Receive_Timeout(child.thread, L4_TimePeriod(10000000));
    EXPECT(L4_IpcSucceeded(tag));
    EXPECT_EQ(L4_Label(tag), 0);
    *grandchild = L4_ThreadIdOfRaw(L4_MR(1));
    return child;
}

static L4_Word_t limit_of(enum hurd_budget b)
{
    struct hurd_task_budget budget[HURD_BUDGETS] = { { 0, 0 } };
    EXPECT_EQ(hurd_task_budget(server(), self(), 0, budget), 0);
    return budget[b].limit;
}

TEST(task_ends_with_a_child_all_that_it_started)
{
    L4_ThreadId_t grandchild;
    L4_Word_t tasks = limit_of(HURD_BUDGET_TASKS), threads = limit_of(HURD_BUDGET_THREADS);
    L4_Word_t kernel = limit_of(HURD_BUDGET_KERNEL), before = guarantee_left();
    struct hurd_task_created child = parent_of("family", &grandchild);
    EXPECT(exists(grandchild));
    EXPECT(limit_of(HURD_BUDGET_TASKS) < tasks && limit_of(HURD_BUDGET_THREADS) < threads);
    child_end(&child);
    EXPECT(!exists(grandchild));
    EXPECT_EQ(limit_of(HURD_BUDGET_TASKS), tasks);
    EXPECT_EQ(limit_of(HURD_BUDGET_THREADS), threads);
    EXPECT_EQ(limit_of(HURD_BUDGET_KERNEL), kernel);
    EXPECT_EQ(guarantee_left(), before);
}

TEST(task_lets_a_child_go_for_the_part_that_it_got)
{
    L4_ThreadId_t grandchild;
    L4_Word_t tasks = limit_of(HURD_BUDGET_TASKS), before = guarantee_left();
    struct hurd_task_created child = parent_of("daemon", &grandchild);
    child_end(&child);
    EXPECT(exists(grandchild));
    EXPECT(limit_of(HURD_BUDGET_TASKS) < tasks);
    EXPECT(guarantee_left() < before);
    for (int i = 0; i < 200 && exists(grandchild); i++)
        L4_Sleep(L4_TimePeriod(20000));
    EXPECT(!exists(grandchild));
    EXPECT_EQ(limit_of(HURD_BUDGET_TASKS), tasks);
    EXPECT_EQ(guarantee_left(), before);
}

TEST(task_lets_go_only_what_the_caller_started_and_has_above_it)
{
    struct hurd_task_created child = child_of("sleep");
    EXPECT_EQ(hurd_task_let_go(server(), self()), EPERM);           /* init started this one */
    EXPECT_EQ(REQUEST(HURD_TASK_LET_GO, child.handle, 0), EINVAL);
    EXPECT_EQ(hurd_task_let_go(server(), child.handle), 0);
    EXPECT_EQ(hurd_task_let_go(server(), child.handle), EPERM);     /* it is init's now */
    child_end(&child);
    EXPECT_EQ(hurd_task_let_go(server(), child.handle), EBADF);
}

TEST(task_tells_budgets_of_oneself_and_of_children)
{
    struct hurd_task_created child = child_of("sleep");
    struct hurd_task_budget mine[HURD_BUDGETS], its[HURD_BUDGETS];
    EXPECT_EQ(hurd_task_budget(server(), self(), 0, mine), 0);
    EXPECT_EQ(hurd_task_budget(server(), child.handle, child.id, its), 0);
    for (enum hurd_budget b = 0; b < HURD_BUDGETS; b++)
        EXPECT(its[b].limit > 0 && its[b].limit <= mine[b].limit);
    EXPECT_EQ(its[HURD_BUDGET_TASKS].used, 1);
    EXPECT_EQ(hurd_task_budget(server(), self(), HURD_TASK_DEVA, mine), EPERM);
    EXPECT_EQ(REQUEST(HURD_TASK_BUDGET, self()), EINVAL);
    child_end(&child);
}

TEST(task_knows_the_head_of_a_tree)
{
    struct hurd_task_created child = child_of("sleep");
    L4_Word_t head = 0;
    const L4_Word_t me = L4_Version(L4_MyGlobalId());
    EXPECT_EQ(hurd_task_head(server(), self(), me, &head), 0);
    EXPECT_EQ(head, me);                        /* init started us */
    head = 0;
    EXPECT_EQ(hurd_task_head(server(), self(), child.id, &head), 0);
    EXPECT_EQ(head, me);
    EXPECT_EQ(hurd_task_head(server(), child.handle, HURD_TASK_DEVA, &head), 0);
    EXPECT_EQ(head, HURD_TASK_DEVA);
    EXPECT_EQ(hurd_task_head(server(), self(), 0, &head), ESRCH);
    EXPECT_EQ(hurd_task_head(server(), ~0ul, me, &head), EBADF);
    EXPECT_EQ(REQUEST(HURD_TASK_HEAD, self()), EINVAL);
    child_end(&child);
}

TEST(task_grows_only_if_it_was_forked)
{
    struct hurd_task_created child = { 0, 0, L4_nilthread };
    L4_Word_t got = 1;
    EXPECT_EQ(child_make("sleep", CHILD_FRAMES, &child), 0);
    EXPECT_EQ(hurd_task_grow(server(), self(), 1, 10, &got), ENOMEM);
    EXPECT_EQ(hurd_task_grow(server(), self(), 2, 1, &got), EINVAL);
    EXPECT_EQ(hurd_task_grow(server(), child.handle, 1, 1, &got), EPERM);
    EXPECT_EQ(REQUEST(HURD_TASK_GROW, self(), 1), EINVAL);
    child_end(&child);
}

TEST(task_gives_its_owner_back_what_it_does_not_need)
{
    struct hurd_task_budget before[HURD_BUDGETS], mine[HURD_BUDGETS], its[HURD_BUDGETS];
    struct hurd_task_created child = { 0, 0, L4_nilthread };
    L4_Word_t status = 0;
    char role[32];
    snprintf(role, sizeof role, "thrifty=%lx", L4_MyGlobalId().raw);
    EXPECT_EQ(hurd_task_budget(server(), self(), 0, before), 0);
    EXPECT_EQ(child_make(role, 4 * CHILD_FRAMES, &child), 0);
    L4_MsgTag_t tag = L4_Receive_Timeout(child.thread, L4_TimePeriod(10000000));
    EXPECT(L4_IpcSucceeded(tag));
    EXPECT_EQ(L4_Label(tag), 0);
    L4_Word_t had[HURD_BUDGETS];
    L4_StoreMRs(1, HURD_BUDGETS, had);
    EXPECT_EQ(hurd_task_budget(server(), self(), 0, mine), 0);
    EXPECT_EQ(hurd_task_budget(server(), child.handle, 0, its), 0);
    for (enum hurd_budget b = 0; b < HURD_BUDGETS; b++) {
        EXPECT(its[b].limit < had[b] && its[b].limit > its[b].used);
        EXPECT_EQ(mine[b].limit + its[b].limit, before[b].limit);
    }
    EXPECT_EQ(hurd_task_give_back(server(), child.handle, 1), EPERM);
    EXPECT_EQ(hurd_task_give_back(server(), self(), HURD_TASK_CHILDREN_MOST + 1), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_GIVE_BACK, self()), EINVAL);
    L4_LoadMR(0, 0);
    EXPECT(L4_IpcSucceeded(L4_Send(child.thread)));
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, NULL), 0);
    EXPECT_EQ(status, 42);                      /* there was room for one child, and not for two */
    EXPECT_EQ(hurd_task_release(server(), child.handle), 0);
    EXPECT_EQ(hurd_task_budget(server(), self(), 0, mine), 0);
    EXPECT_EQ(mine[HURD_BUDGET_KERNEL].limit, before[HURD_BUDGET_KERNEL].limit);
}

TEST(task_tells_time_and_partners_of_its_threads)
{
    struct hurd_task_created child = child_of("sleep");
    L4_Word_t ms, partner;
    EXPECT_EQ(hurd_task_time(server(), self(), 0, &ms), 0);
    EXPECT_EQ(hurd_task_time(server(), child.handle, child.id, &ms), 0);
    ms = 0x5EED; /* a refusal leaves it alone */
    EXPECT_EQ(hurd_task_time(server(), self(), HURD_TASK_DEVA, &ms), EPERM);
    EXPECT_EQ(ms, 0x5EED);
    EXPECT_EQ(REQUEST(HURD_TASK_TIME, self()), EINVAL);
    EXPECT_EQ(hurd_task_partner(server(), self(), 0, L4_MyGlobalId(), &partner), 0);
    EXPECT(partner == HURD_TASK_UNKNOWN || partner == server().raw);  /* from which it waits for this */
    EXPECT_EQ(hurd_task_partner(server(), child.handle, child.id, L4_MyGlobalId(), &partner), ESRCH);
    EXPECT_EQ(hurd_task_partner(server(), self(), HURD_TASK_DEVA, L4_MyGlobalId(), &partner), EPERM);
    EXPECT_EQ(REQUEST(HURD_TASK_PARTNER, self(), 0), EINVAL);
    child_end(&child);
    EXPECT_EQ(hurd_task_time(server(), child.handle, child.id, &ms), EBADF);
}

/* A second handle on a dead task is enough to keep its place, no more. */
TEST(task_gives_a_dead_childs_part_back_but_for_its_place)
{
    L4_Word_t tasks = limit_of(HURD_BUDGET_TASKS), threads = limit_of(HURD_BUDGET_THREADS);
    struct hurd_task_created child = child_of("exit");
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, NULL, NULL), 0);
    EXPECT_EQ(limit_of(HURD_BUDGET_THREADS), threads);
    EXPECT_EQ(limit_of(HURD_BUDGET_TASKS), tasks - 1);
    EXPECT_EQ(hurd_task_release(server(), child.handle), 0);
    EXPECT_EQ(limit_of(HURD_BUDGET_TASKS), tasks);
}

TEST(task_gives_a_child_more_threads_and_takes_one_away)
{
    struct hurd_task_created child = child_of("sleep");
    L4_ThreadId_t thread;
    L4_Sleep(L4_TimePeriod(50000));
    EXPECT_EQ(hurd_task_thread_alloc(server(), child.handle, 0, &thread), 0);
    EXPECT_EQ(L4_Version(thread), child.id);
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), thread), ESRCH);
    EXPECT_EQ(hurd_task_thread_destroy(server(), child.handle, thread), 0);
    child_end(&child);
}

const struct test task_trees[] = {
    T(task_ends_with_a_child_all_that_it_started),
    T(task_lets_a_child_go_for_the_part_that_it_got),
    T(task_lets_go_only_what_the_caller_started_and_has_above_it),
    T(task_tells_budgets_of_oneself_and_of_children),
    T(task_knows_the_head_of_a_tree),
    T(task_grows_only_if_it_was_forked),
    T(task_gives_its_owner_back_what_it_does_not_need),
    T(task_tells_time_and_partners_of_its_threads),
    T(task_gives_a_dead_childs_part_back_but_for_its_place),
    T(task_gives_a_child_more_threads_and_takes_one_away),
    { 0 },
};
