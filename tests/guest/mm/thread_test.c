/* SPDX-License-Identifier: MIT */
/* Threads of a task, their waiting, and malloc under all of them. */
#include <errno.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <libc.h>
#include <mutex.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include "suite.h"

static struct mutex lock;
static struct condition changed;
static volatile unsigned running, total;

static void wait_until_ended(void)
{
    for (int i = 0; i < 5000 && running; i++)
        L4_Sleep(L4_TimePeriod(1000));
    EXPECT_EQ(running, 0);
}

static void thread_ends(void)
{
    mutex_lock(&lock);
    running--;
    mutex_unlock(&lock);
}

/* ---- threads ---- */

static void pages_touch(void *argument)
{
    volatile unsigned *p = argument;
    for (unsigned i = 0; i < 16; i++)
        p[i * PAGE / sizeof *p] = i;
    thread_ends();
}

TEST(thread_faults_are_served_like_the_main_threads)
{
    enum { THREADS = 4 };
    L4_ThreadId_t id;
    char *p = mmap(NULL, THREADS * 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                   -1, 0);
    running = THREADS;
    for (int i = 0; i < THREADS; i++)
        EXPECT_EQ(hurd_thread_start(&id, pages_touch, p + i * 16 * PAGE, 0), 0);
    wait_until_ended();
    for (int i = 0; i < THREADS * 16; i++)
        EXPECT_EQ(*(unsigned *)(p + i * PAGE), i % 16);
    EXPECT_EQ(munmap(p, THREADS * 16 * PAGE), 0);
}

TEST(thread_stacks_are_given_back)
{
    L4_ThreadId_t id;
    struct hurd_pm_control_info before = {0}, after;
    for (int i = 0; i < 40; i++) {
        running = 1;
        EXPECT_EQ(hurd_thread_start(&id, (void (*)(void *))thread_ends, NULL, 0), 0);
        wait_until_ended();
        for (int k = 0; k < 1000 && !L4_IsNilThread(L4_LocalIdOf(id)); k++)
            L4_Sleep(L4_TimePeriod(1000));
        if (i == 4)
            hurd_pm_control_info(physmem(), control(), &before);
    }
    EXPECT_EQ(hurd_pm_control_info(physmem(), control(), &after), 0);
    EXPECT(after.used <= before.used + 2);
}

TEST(thread_start_beyond_the_limit_says_eagain_or_nomem)
{
    enum { MAX = 200 };
    L4_ThreadId_t id;
    int error = 0, n = 0;
    mutex_lock(&lock);                  /* none can end */
    running = 0;
    while (n < MAX &&
           (error = hurd_thread_start(&id, (void (*)(void *))thread_ends, NULL, PAGE)) == 0) {
        n++;
        running++;
    }
    mutex_unlock(&lock);
    EXPECT(n > 50 && n < MAX);
    EXPECT(error == EAGAIN || error == ENOMEM);
    wait_until_ended();
}

/* ---- mutex, condition ---- */

static void adder(void *unused)
{
    (void)unused;
    for (int i = 0; i < 200; i++) {
        mutex_lock(&lock);
        unsigned seen = total;
        if (i % 16 == 0)
            L4_Yield();                 /* the others find it held */
        total = seen + 1;
        mutex_unlock(&lock);
    }
    thread_ends();
}

TEST(mutex_lets_one_thread_in_at_a_time)
{
    L4_ThreadId_t id;
    total = 0;
    running = 5;
    for (int i = 0; i < 5; i++)
        EXPECT_EQ(hurd_thread_start(&id, adder, NULL, 0), 0);
    wait_until_ended();
    EXPECT_EQ(total, 1000);
    EXPECT(mutex_trylock(&lock));
    EXPECT(!mutex_trylock(&lock));
    mutex_unlock(&lock);
}

static volatile unsigned turn;

static void player(void *argument)
{
    unsigned me = (unsigned)(uintptr_t)argument;
    mutex_lock(&lock);
    for (int i = 0; i < 50; i++) {
        while (turn % 3 != me)
            condition_wait(&changed, &lock);
        turn++;
        condition_broadcast(&changed);
    }
    mutex_unlock(&lock);
    thread_ends();
}

TEST(condition_wakes_those_that_wait_for_their_turn)
{
    L4_ThreadId_t id;
    turn = 0;
    running = 3;
    for (uintptr_t i = 0; i < 3; i++)
        EXPECT_EQ(hurd_thread_start(&id, player, (void *)i, 0), 0);
    wait_until_ended();
    EXPECT_EQ(turn, 150);
}

static volatile unsigned word_a, word_b = 5, woken_a, woken_b;

static void waits_for_a(void *value)
{
    __libc_wait(&word_a, (unsigned)(uintptr_t)value);
    woken_a = 1;
}

static void waits_for_b(void *value)
{
    __libc_wait(&word_b, (unsigned)(uintptr_t)value);
    woken_b = 1;
}

static bool becomes(volatile unsigned *word, unsigned value)
{
    for (int i = 0; i < 5000 && *word != value; i++)
        L4_Sleep(L4_TimePeriod(1000));
    return *word == value;
}

/* A wake-up between looking at the word and waiting would be lost. */
TEST(wait_for_a_word_that_has_changed_is_over)
{
    L4_ThreadId_t id;
    woken_b = 0;
    EXPECT_EQ(hurd_thread_start(&id, waits_for_b, (void *)4, 0), 0);
    EXPECT(becomes(&woken_b, 1));
}

TEST(wake_reaches_a_thread_that_waits_for_that_word)
{
    L4_ThreadId_t id;
    woken_a = woken_b = 0;
    EXPECT_EQ(hurd_thread_start(&id, waits_for_a, (void *)0, 0), 0);
    L4_Sleep(L4_TimePeriod(20000));     /* the one that waits longer is the wrong one */
    EXPECT_EQ(hurd_thread_start(&id, waits_for_b, (void *)5, 0), 0);
    for (int i = 0; i < 5000 && !woken_b; i++) {
        __libc_wake(&word_b, 1);
        L4_Sleep(L4_TimePeriod(1000));
    }
    EXPECT_EQ(woken_b, 1);
    EXPECT_EQ(woken_a, 0);
    word_a = 1;
    for (int i = 0; i < 5000 && !woken_a; i++) {
        __libc_wake(&word_a, 1);
        L4_Sleep(L4_TimePeriod(1000));
    }
    EXPECT_EQ(woken_a, 1);
    word_a = 0;
}

static volatile int errno_of_thread;

static void errno_setter(void *unused)
{
    (void)unused;
    errno_of_thread = errno;
    errno = ERANGE;
    thread_ends();
}

TEST(errno_is_each_threads_own)
{
    L4_ThreadId_t id;
    running = 1;
    EXPECT_EQ(hurd_thread_start(&id, errno_setter, NULL, 0), 0);
    errno = EDOM;
    wait_until_ended();
    EXPECT_EQ(errno, EDOM);
    EXPECT_EQ(errno_of_thread, 0);
}

/* ---- the pager and messages that make no sense ---- */

static void toucher(void *argument)
{
    for (;;)
        for (unsigned i = 0; i < 64; i++) {
            volatile char *page = (char *)argument + i * PAGE;
            *page = 1;
            if (i == 63)
                mmap(argument, 64 * PAGE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        }
}

/* Each dies at another moment: in its own code, in a fault, in a request. */
TEST(pager_outlives_threads_that_die_in_their_faults)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_ThreadId_t id, task = L4_ThreadIdOfRaw(data->task.server);
    for (int i = 0; i < 30; i++) {
        char *p = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        EXPECT_EQ(hurd_thread_start(&id, toucher, p, 0), 0);
        L4_Yield();
        EXPECT_EQ(hurd_task_thread_destroy(task, data->task.cap, id), 0);
        munmap(p, 64 * PAGE);
        if (i % 8 == 7)
            printf("# %d of 30 have died\n", i + 1); /* it takes seconds, and silence is a hang */
    }
    char *q = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT(q != MAP_FAILED);
    *q = 1;
    EXPECT_EQ(munmap(q, PAGE), 0);
}

TEST(pager_drops_garbage_and_goes_on)
{
    static const L4_Word_t tags[] = {0,          0x12340003, 0x0310003f, 0x03200000,
                                     0x032a0000, 0x032f0005, 0xffd00002, 0xfff00000};
    L4_ThreadId_t pager = hurd_mm_pager();
    for (unsigned i = 0; i < sizeof tags / sizeof *tags; i++) {
        for (int k = 1; k < 64; k++)
            L4_LoadMR(k, 0x80000001u * (unsigned)k);
        L4_Set_MsgTag(L4_TagOfRaw(tags[i]));
        L4_Call_Timeouts(pager, L4_TimePeriod(100000), L4_TimePeriod(20000));
    }
    char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT(p != MAP_FAILED);
    *p = 1;
    EXPECT_EQ(munmap(p, PAGE), 0);
}

TEST(pager_tells_its_own_task_what_lives_where)
{
    L4_Word_t words[60];
    uintptr_t at = 0, main_at = (uintptr_t)pager_tells_its_own_task_what_lives_where;
    bool startup = false, kip = false, text = false, wired = false;
    for (;;) {
        L4_LoadMR(1, at);
        L4_Set_MsgTag(L4_MakeTag(HURD_MM_MAPS, 1, 0));
        L4_MsgTag_t tag = L4_Call(hurd_mm_pager());
        unsigned n = L4_UntypedWords(tag);
        if (!EXPECT(L4_IpcSucceeded(tag) && L4_Label(tag) == 0 && n % 5 == 0) || n == 0)
            break;
        L4_StoreMRs(1, (int)n, words);
        for (unsigned i = 0; i < n; i += 5) {
            EXPECT(words[i] >= at && words[i + 1] > words[i]);
            startup = startup || words[i] == HURD_STARTUP_ADDR;
            kip = kip || (words[i + 2] >> 8 == HURD_MM_RESERVED && words[i] == HURD_STARTUP_KIP);
            wired = wired || words[i + 2] >> 8 == HURD_MM_WIRED;
            text = text ||
                   (words[i] <= main_at && main_at <= words[i + 1] && (words[i + 2] & 7) == 5);
            at = words[i + 1] + 1;
        }
        if (at == 0)
            break;
    }
    EXPECT(startup);
    EXPECT(kip);
    EXPECT(text);
    EXPECT(wired);
}

/* ---- malloc ---- */

TEST(malloc_blocks_are_aligned_and_apart)
{
    enum { BLOCKS = 300 };
    unsigned char *block[BLOCKS];
    size_t size[BLOCKS];
    srand(99);
    for (int i = 0; i < BLOCKS; i++) {
        size[i] = (size_t)rand() % (i % 10 == 0 ? 20000 : 300);
        block[i] = malloc(size[i]);
        EXPECT(block[i] && (uintptr_t)block[i] % 16 == 0);
        memset(block[i], i, size[i]);
    }
    for (int round = 0; round < 2000; round++) {
        int i = rand() % BLOCKS;
        bool good = true;
        for (size_t k = 0; k < size[i]; k++)
            good = good && block[i][k] == (unsigned char)i;
        EXPECT(good);
        size_t new_size = (size_t)rand() % 5000;
        if (round % 3) {
            block[i] = realloc(block[i], new_size);
        } else {
            free(block[i]);
            block[i] = malloc(new_size);
        }
        EXPECT(block[i] != NULL);
        size[i] = new_size;
        memset(block[i], i, new_size);
    }
    for (int i = 0; i < BLOCKS; i++)
        free(block[i]);
}

TEST(realloc_keeps_the_contents)
{
    char *p = malloc(10);
    strcpy(p, "contents");
    for (size_t size = 20; size < 100000; size *= 3) {
        p = realloc(p, size);
        EXPECT(p && strcmp(p, "contents") == 0);
    }
    p = realloc(p, 9);
    EXPECT(strcmp(p, "contents") == 0);
    free(p);
    p = realloc(NULL, 5);
    EXPECT(p != NULL);
    free(p);
    free(NULL);
}

TEST(calloc_is_zero_also_in_used_memory)
{
    for (int round = 0; round < 3; round++) {
        char *p = calloc(30, 40);
        bool zero = p != NULL;
        for (int i = 0; i < 1200; i++)
            zero = zero && p[i] == 0;
        EXPECT(zero);
        memset(p, 0x55, 1200);
        free(p);
    }
    errno = 0;
    EXPECT(calloc(0x10000, 0x10001) == NULL && errno == ENOMEM);
}

TEST(malloc_of_too_much_says_nomem)
{
    errno = 0;
    EXPECT(malloc(0xf0000000) == NULL);
    EXPECT_EQ(errno, ENOMEM);
    errno = 0;
    EXPECT(malloc(0x7fffffff - 4096 * 4) == NULL || errno == 0);
}

TEST(aligned_alloc_is_aligned)
{
    for (size_t alignment = 8; alignment <= 65536; alignment *= 2) {
        void *p = aligned_alloc(alignment, 3 * alignment);
        EXPECT(p && (uintptr_t)p % alignment == 0);
        memset(p, 1, 3 * alignment);
        void *q = realloc(p, 4 * alignment);
        EXPECT(q && ((char *)q)[3 * alignment - 1] == 1);
        free(q);
    }
    void *p;
    EXPECT_EQ(posix_memalign(&p, 24, 10), EINVAL);
    EXPECT_EQ(posix_memalign(&p, 2, 10), EINVAL);
    EXPECT_EQ(posix_memalign(&p, 64, (size_t)-100), ENOMEM);
}

/* ---- setjmp, clock ---- */

static jmp_buf env;

static void jump(int value)
{
    longjmp(env, value);
}

TEST(longjmp_returns_from_setjmp_with_the_value)
{
    volatile int rounds = 0;
    int value = setjmp(env);
    if (rounds == 0) {
        EXPECT_EQ(value, 0);
        rounds = 1;
        jump(42);
    }
    if (rounds == 1) {
        EXPECT_EQ(value, 42);
        rounds = 2;
        jump(0);
    }
    EXPECT_EQ(value, 1);
}

TEST(clock_and_nanosleep_agree)
{
    clock_t before = clock();
    const struct timespec length = {0, 30000000}, wrong = {0, 1000000000};
    EXPECT_EQ(nanosleep(&length, NULL), 0);
    EXPECT(clock() - before >= 29000 && clock() - before < 3000000);
    EXPECT_EQ(nanosleep(&wrong, NULL), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(time(NULL), -1);
}

const struct test thread_tests[] = {
    T(thread_faults_are_served_like_the_main_threads),
    T(thread_stacks_are_given_back),
    T(thread_start_beyond_the_limit_says_eagain_or_nomem),
    T(mutex_lets_one_thread_in_at_a_time),
    T(condition_wakes_those_that_wait_for_their_turn),
    T(wait_for_a_word_that_has_changed_is_over),
    T(wake_reaches_a_thread_that_waits_for_that_word),
    T(errno_is_each_threads_own),
    T(pager_outlives_threads_that_die_in_their_faults),
    T(pager_drops_garbage_and_goes_on),
    T(pager_tells_its_own_task_what_lives_where),
    T(malloc_blocks_are_aligned_and_apart),
    T(realloc_keeps_the_contents),
    T(calloc_is_zero_also_in_used_memory),
    T(malloc_of_too_much_says_nomem),
    T(aligned_alloc_is_aligned),
    T(longjmp_returns_from_setjmp_with_the_value),
    T(clock_and_nanosleep_agree),
    {NULL, NULL},
};
