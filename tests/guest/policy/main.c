/* SPDX-License-Identifier: MIT */
/* policy_test: limits for extra pages; a policy server that is replaced, one that dies, and one
 * that says nonsense. */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "servers/policy/share.h"

enum { PAGE = HURD_MM_PAGE, BUFFER = HURD_PM_POLICY_ENTRIES * 32, CHILD_FRAMES = 60 };
enum { NOTHING, TAKE, GIVE_BACK, COUNT, ATTACH, LIMIT, END };

static volatile struct hurd_pm_policy_entry *entry;     /* our place for the buffer */
static L4_Word_t policy;
static bool failed;

static bool expect(bool condition, const char *what, int line)
{
    if (!condition)
        printf("# line %d: not true: %s\n", line, what);
    failed |= !condition;
    return condition;
}
#define EXPECT(condition) expect((condition), #condition, __LINE__)
#define EXPECT_EQ(is, wanted)                                                                      \
    do {                                                                                           \
        long is_ = (long)(is);                                                                     \
        if (!expect(is_ == (long)(wanted), #is " == " #wanted, __LINE__))                          \
            printf("# it is %ld\n", is_);                                                          \
    } while (0)

static L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

static L4_Word_t control(void)
{
    return __hurd_startup_data->physmem_control.cap;
}

/* ---- children ---- */

struct talk {
    volatile int order, argument;       /* NOTHING: the last one is done */
    volatile int result;
};

struct child {
    struct talk *talk;
    struct hurd_task_created task;
    L4_Word_t container;                /* in the child */
};

static int extra_of_ours(void)
{
    struct hurd_pm_extra_info info;
    return hurd_pm_extra_info(physmem(), control(), &info) ? -1 : (int)info.extra;
}

static int find_policy(void)
{
    struct hurd_pm_cap_info info;
    for (policy = control(); policy < control() + 64; policy++)
        if (!hurd_pm_cap_info(physmem(), policy, &info) && info.kind == HURD_PM_KIND_POLICY)
            return 0;
    return ENOENT;
}

/* The child answers for all tasks: each may have so many. */
static int limit_all(int most)
{
    for (unsigned i = 1; i < HURD_PM_POLICY_ENTRIES; i++) {
        if (!entry[i].task)
            continue;
        entry[i].most = (L4_Word_t)most;
        entry[i].answer = entry[i].serial;
    }
    return 0;
}

static int child_obey(L4_Word_t container, int order, int argument)
{
    static uintptr_t end;
    int err;
    switch (order) {
    case TAKE:
        err = hurd_pm_container_allocate(physmem(), container, HURD_PM_EXTRA, end,
                                         (L4_Word_t)argument * PAGE, NULL);
        end += err ? 0 : (uintptr_t)argument * PAGE;
        return err;
    case GIVE_BACK:
        return hurd_pm_container_deallocate(physmem(), container, 0, end, NULL);
    case COUNT: return extra_of_ours();
    case ATTACH:
        err = find_policy();
        return err ? err : hurd_pm_policy_buffer(physmem(), policy, (void *)entry);
    case LIMIT: return limit_all(argument);
    default: exit(0);
    }
}

static _Noreturn void child_run(struct talk *talk)
{
    L4_Word_t container;
    if (hurd_pm_container_create(physmem(), control(), 0, &container))
        exit(1);
    if (hurd_cap_rpc(physmem(), HURD_CAP_OPEN, 2,
                     (const L4_Word_t[]){1, (L4_Word_t)getppid()}, 0, NULL, NULL))
        exit(2);
    for (;;) {
        if (talk->order != NOTHING) {
            talk->result = child_obey(container, talk->order, talk->argument);
            talk->order = NOTHING;
        }
        L4_Sleep(L4_TimePeriod(1000));
    }
}

static int tell(struct child *c, int order, int argument)
{
    c->talk->argument = argument;
    c->talk->order = order;
    while (c->talk->order != NOTHING)
        L4_Sleep(L4_TimePeriod(1000));
    return c->talk->result;
}

static bool child_start(struct child *c)
{
    c->talk = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (c->talk == MAP_FAILED || hurd_fork(CHILD_FRAMES, &c->task))
        return false;
    if (c->task.id == 0)
        child_run(c->talk);
    return true;
}

static void child_end(struct child *c)
{
    c->talk->order = END;
    EXPECT_EQ(waitpid((pid_t)c->task.id, NULL, 0), c->task.id);
    munmap(c->talk, PAGE);
}

/* ---- the policy's side ---- */

static unsigned entry_of(const struct child *c)
{
    for (unsigned i = 1; i < HURD_PM_POLICY_ENTRIES; i++)
        if (entry[i].task == c->task.id)
            return i;
    return 0;
}

static void answer(const struct child *c, L4_Word_t most)
{
    unsigned i = entry_of(c);
    EXPECT(i != 0);
    entry[i].most = most;
    entry[i].answer = entry[i].serial;
}

/* The answers are there.  Something has changed since the last time, so this returns at once. */
static void enforce(void)
{
    EXPECT_EQ(hurd_pm_policy_wait(physmem(), policy, NULL), 0);
}

static int attach(void)
{
    return hurd_pm_policy_buffer(physmem(), policy, (void *)entry);
}

/* ---- tests ---- */

static void wrong_requests(void)
{
    L4_Word_t handle;
    EXPECT_EQ(hurd_pm_policy_grant(physmem(), control(), 5, &handle), EPERM);
    EXPECT_EQ(hurd_pm_policy_grant(physmem(), policy, 5, &handle), EBADF);
    EXPECT_EQ(hurd_pm_policy_buffer(physmem(), control(), (void *)entry), EBADF);
    EXPECT_EQ(hurd_pm_policy_buffer(physmem(), policy, (char *)entry + PAGE), EINVAL);
    EXPECT_EQ(hurd_pm_policy_wait(physmem(), policy, NULL), EPERM);
    EXPECT_EQ(hurd_pm_policy_wait(physmem(), control(), NULL), EBADF);
    EXPECT_EQ(hurd_pm_container_create(physmem(), policy, 0, &handle), EBADF);
    EXPECT_EQ(hurd_cap_rpc(physmem(), HURD_PM_POLICY_WAIT, 2, (L4_Word_t[]){policy, 1}, 0, NULL,
                           NULL), EINVAL);
}

static void without_a_policy_server_the_task_that_asks_first_gets_them(void)
{
    struct child c;
    if (!EXPECT(child_start(&c)))
        return;
    EXPECT_EQ(tell(&c, TAKE, 20), 0);
    EXPECT_EQ(tell(&c, COUNT, 0), 20);
    child_end(&c);
}

static void an_answer_is_a_limit(void)
{
    struct child c;
    if (!EXPECT(child_start(&c)))
        return;
    EXPECT_EQ(attach(), 0);
    EXPECT_EQ(tell(&c, TAKE, 4), 0);            /* no answer yet: no limit */
    EXPECT_EQ(entry[entry_of(&c)].extra, 4);
    answer(&c, 10);
    EXPECT_EQ(tell(&c, TAKE, 7), ENOMEM);
    EXPECT_EQ(entry[entry_of(&c)].wanted, 11);
    EXPECT_EQ(tell(&c, TAKE, 6), 0);
    answer(&c, 30);
    EXPECT_EQ(tell(&c, TAKE, 15), 0);
    EXPECT_EQ(tell(&c, COUNT, 0), 25);
    enforce();
    EXPECT(entry[0].extra == 25 && entry[0].guarantee > 25 && entry[0].wanted == 1);
    child_end(&c);
    for (int i = 0; i < 500 && entry_of(&c); i++)
        L4_Sleep(L4_TimePeriod(10000));
    EXPECT_EQ(entry_of(&c), 0);
}

/* The child names no thread to ask: physmem takes the pages at once. */
static void what_is_over_the_limit_goes_back(void)
{
    struct child c;
    if (!EXPECT(child_start(&c)))
        return;
    EXPECT_EQ(attach(), 0);
    EXPECT_EQ(tell(&c, TAKE, 20), 0);
    answer(&c, 8);
    enforce();
    EXPECT_EQ(tell(&c, COUNT, 0), 8);
    answer(&c, 0);
    enforce();
    EXPECT_EQ(tell(&c, COUNT, 0), 0);
    child_end(&c);
}

static void nonsense_is_no_answer(void)
{
    struct child c;
    if (!EXPECT(child_start(&c)))
        return;
    EXPECT_EQ(attach(), 0);
    EXPECT_EQ(tell(&c, TAKE, 3), 0);
    unsigned i = entry_of(&c);
    entry[i].most = 0;                          /* the serial is not this control's */
    entry[i].answer = entry[i].serial + 1;
    EXPECT_EQ(tell(&c, TAKE, 3), 0);
    entry[i].most = ~0ul;                       /* more pages than there are */
    entry[i].answer = entry[i].serial;
    EXPECT_EQ(tell(&c, TAKE, 1000000), ENOMEM);
    for (unsigned n = 0; n < HURD_PM_POLICY_ENTRIES; n++) {
        const struct hurd_pm_policy_entry mad = {~0ul, ~0ul, ~0ul, ~0ul, ~0ul, n, ~0ul, ~0ul};
        entry[n] = mad;
    }
    EXPECT_EQ(tell(&c, TAKE, 3), 0);
    enforce();
    EXPECT_EQ(tell(&c, COUNT, 0), 9);
    child_end(&c);
}

static void another_holder_replaces_the_policy_server(void)
{
    struct child c, other;
    L4_Word_t theirs;
    if (!EXPECT(child_start(&c)) || !EXPECT(child_start(&other)))
        return;
    EXPECT_EQ(attach(), 0);
    EXPECT_EQ(tell(&c, TAKE, 10), 0);
    answer(&c, 10);
    EXPECT_EQ(tell(&c, TAKE, 1), ENOMEM);
    tell(&other, COUNT, 0);                     /* it has opened its slot */
    EXPECT_EQ(hurd_cap_give(physmem(), policy, other.task.id, 7, 0, &theirs), 0);
    EXPECT_EQ(tell(&other, ATTACH, 0), 0);
    EXPECT_EQ(hurd_pm_policy_wait(physmem(), policy, NULL), EPERM);
    EXPECT_EQ(tell(&c, TAKE, 5), 0);            /* our answer counts no more */
    EXPECT_EQ(tell(&other, LIMIT, 16), 0);
    EXPECT_EQ(tell(&c, TAKE, 2), ENOMEM);
    EXPECT_EQ(tell(&c, TAKE, 1), 0);
    child_end(&other);                          /* it dies: the task that asks first gets them */
    int err = ENOMEM;
    for (int i = 0; i < 500 && err == ENOMEM; i++) {
        err = tell(&c, TAKE, 10);
        L4_Sleep(L4_TimePeriod(10000));
    }
    EXPECT_EQ(err, 0);
    EXPECT_EQ(tell(&c, COUNT, 0), 26);
    child_end(&c);
}

static void the_rule_of_the_policy_server(void)
{
    struct child a, b;
    if (!EXPECT(child_start(&a)) || !EXPECT(child_start(&b)))
        return;
    EXPECT_EQ(attach(), 0);
    enforce();
    int room = (int)entry[0].guarantee, third = room / 3, err = ENOMEM;
    EXPECT_EQ(tell(&a, TAKE, room / 4 * 3), 0);
    EXPECT_EQ(tell(&b, TAKE, third), ENOMEM);
    for (int i = 0; i < 500 && err == ENOMEM; i++) {    /* the pages go back in parts */
        share_out(entry);
        enforce();
        err = tell(&b, TAKE, third);
    }
    EXPECT_EQ(err, 0);
    int left = tell(&a, COUNT, 0);
    if (!EXPECT(left <= room - third && left >= room / 2))
        printf("# %d of %d are left\n", left, room);
    child_end(&a);
    child_end(&b);
}

#define TEST(name) {#name, name}
static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {
    TEST(wrong_requests),
    TEST(without_a_policy_server_the_task_that_asks_first_gets_them),
    TEST(an_answer_is_a_limit),
    TEST(what_is_over_the_limit_goes_back),
    TEST(nonsense_is_no_answer),
    TEST(another_holder_replaces_the_policy_server),
    TEST(the_rule_of_the_policy_server),
};

int main(void)
{
    unsigned n = sizeof tests / sizeof tests[0], failures = 0;
    uintptr_t place = 0;
    if (hurd_vm_allocate_rights(&place, 2 * BUFFER, 0, 0, 0))
        return 1;
    entry = (volatile struct hurd_pm_policy_entry *)((place + BUFFER - 1) & -(uintptr_t)BUFFER);
    for (int i = 0; i < 500 && find_policy(); i++)
        L4_Sleep(L4_TimePeriod(10000));
    for (unsigned i = 0; i < n; i++) {
        failed = false;
        tests[i].run();
        failures += failed;
        printf("%sok %u - %s\n", failed ? "not " : "", i + 1, tests[i].name);
    }
    printf("1..%u\n# done\n", n);
    return failures ? 1 : 0;
}
