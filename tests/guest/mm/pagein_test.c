/* SPDX-License-Identifier: MIT */
/* Page-in: where a thread may be when it lacks a page of a store, and what may become of it until
 * the page is there. */
#include <errno.h>
#include <hurd/cap.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4/utcb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "suite.h"

enum { RW = HURD_VM_READ | HURD_VM_WRITE, PAGES = 32 };

/* A store whose pages are filled with their number plus `base`.  Its function waits for `open`. */
static struct disk {
    struct hurd_store store;
    L4_Word_t container;
    uintptr_t at;
    unsigned char base;
    volatile bool open;
    volatile unsigned calls, inside;
    const volatile char *touches; /* memory that the function touches itself, or NULL */
} disk, other;

static int fetch(struct hurd_store_fault *fault)
{
    struct disk *d = fault->hook;
    uintptr_t window = 0;
    __asm__ volatile("lock; incl %0; lock; incl %1" : "+m"(d->calls), "+m"(d->inside) : : "cc");
    while (!d->open)
        L4_Sleep(L4_TimePeriod(1000));
    if (d->touches)
        (void)d->touches[fault->offset];
    if (hurd_vm_map_container(&window, PAGE, 0, RW, d->container, fault->offset))
        return ENOMEM;
    memset((void *)window, (int)(d->base + fault->offset / PAGE), PAGE);
    hurd_vm_deallocate(window, PAGE);
    int error = hurd_store_cache(&d->store, fault->offset, PAGE, d->container, fault->offset);
    __asm__ volatile("lock; decl %0" : "+m"(d->inside) : : "cc");
    return error;
}

static void disk_open(struct disk *d, unsigned char base)
{
    *d = (struct disk){.base = base, .open = true};
    EXPECT_EQ(hurd_pm_container_create(physmem(), control(), 0, &d->container), 0);
    EXPECT_EQ(hurd_pm_container_allocate(physmem(), d->container, 0, 0, PAGES * PAGE, NULL), 0);
    EXPECT_EQ(hurd_store_init(&d->store, d, fetch), 0);
    EXPECT_EQ(hurd_store_bind_to_vm(&d->store, 0, PAGES * PAGE, 0, RW, &d->at), 0);
}

static void disk_close(struct disk *d)
{
    EXPECT_EQ(hurd_vm_deallocate(d->at, PAGES * PAGE), 0);
    EXPECT_EQ(hurd_store_destroy(&d->store), 0);
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), d->container), 0);
    hurd_cap_drop(physmem(), d->container);
}

static bool pages_are(const char *p, unsigned first, unsigned n, unsigned base)
{
    for (size_t i = 0; i < n * PAGE; i++)
        if ((unsigned char)p[i] != (unsigned char)(base + first + i / PAGE))
            return false;
    return true;
}

static bool soon(const volatile unsigned *word, unsigned wanted)
{
    for (int i = 0; i < 20000 && *word != wanted; i++)
        L4_Sleep(L4_TimePeriod(1000));
    return *word == wanted;
}

/* ---- strings between two threads of ours */

static L4_ThreadId_t main_thread;
static char plain[4 * PAGE] __attribute__((aligned(4096)));
static volatile L4_Word_t partner_error;

static L4_MsgTag_t string_send(L4_ThreadId_t to, void *string, size_t size)
{
    L4_Msg_t message;
    L4_MsgClear(&message);
    L4_MsgAppendSimpleStringItem(&message, L4_StringItem(size, string));
    L4_MsgLoad(&message);
    return L4_Send(to);
}

static L4_MsgTag_t string_receive(L4_ThreadId_t from, void *buffer, size_t size)
{
    L4_MsgBuffer_t buffers;
    L4_MsgBufferClear(&buffers);
    L4_MsgBufferAppendSimpleRcvString(&buffers, L4_StringItem(size, buffer));
    L4_AcceptStrings(L4_StringItemsAcceptor, &buffers);
    L4_MsgTag_t tag = L4_Receive(from);
    L4_Word_t error = L4_ErrorCode();
    L4_Accept(L4_UntypedWordsAcceptor);
    L4_Set_ErrorCode(error);
    return tag;
}

static void partner_receives(void *buffer)
{
    L4_MsgTag_t tag = string_receive(main_thread, buffer, 3 * PAGE);
    partner_error = L4_IpcFailed(tag) ? L4_ErrorCode() : 0;
}

static void partner_sends(void *string)
{
    L4_MsgTag_t tag = string_send(main_thread, string, 3 * PAGE);
    partner_error = L4_IpcFailed(tag) ? L4_ErrorCode() : 0;
}

static L4_ThreadId_t partner_start(void (*part)(void *), void *memory)
{
    L4_ThreadId_t thread = L4_nilthread;
    main_thread = L4_MyGlobalId();
    partner_error = 99;
    EXPECT_EQ(hurd_thread_start(&thread, part, memory, 0), 0);
    return thread;
}

TEST(pagein_of_a_string_that_is_being_sent)
{
    disk_open(&disk, 10);
    memset(plain, 0, sizeof plain);
    L4_ThreadId_t partner = partner_start(partner_receives, plain);
    EXPECT(L4_IpcSucceeded(string_send(partner, (void *)(disk.at + PAGE), 3 * PAGE)));
    EXPECT(soon((volatile unsigned *)&partner_error, 0));
    EXPECT_EQ(disk.calls, 3);
    EXPECT(pages_are(plain, 1, 3, 10));
    disk_close(&disk);
}

TEST(pagein_of_a_buffer_that_a_string_is_copied_to)
{
    disk_open(&disk, 20);
    for (unsigned i = 0; i < 3; i++)
        memset(plain + i * PAGE, (int)(70 + i), PAGE);
    L4_ThreadId_t partner = partner_start(partner_sends, plain);
    char *buffer = (char *)disk.at + 2 * PAGE;
    EXPECT(L4_IpcSucceeded(string_receive(partner, buffer, 3 * PAGE)));
    EXPECT(soon((volatile unsigned *)&partner_error, 0));
    EXPECT_EQ(disk.calls, 3);
    EXPECT(pages_are(buffer, 0, 3, 70));
    disk_close(&disk);
}

TEST(pagein_on_both_sides_of_a_string)
{
    disk_open(&disk, 30);
    disk_open(&other, 100);
    L4_ThreadId_t partner = partner_start(partner_sends, (void *)(other.at + 5 * PAGE));
    char *buffer = (char *)disk.at + 4 * PAGE;
    EXPECT(L4_IpcSucceeded(string_receive(partner, buffer, 3 * PAGE)));
    EXPECT(soon((volatile unsigned *)&partner_error, 0));
    EXPECT_EQ(disk.calls, 3);
    EXPECT_EQ(other.calls, 3);
    EXPECT(pages_are(buffer, 5, 3, 100));
    disk_close(&other);
    disk_close(&disk);
}

/* The message registers of a thread that waits for a page stay as they are. */
TEST(pagein_while_message_registers_are_loaded)
{
    disk_open(&disk, 40);
    for (int i = 0; i < 64; i++)
        L4_LoadMR(i, 0x1000 + (L4_Word_t)i);
    unsigned char seen = *(volatile unsigned char *)(disk.at + 7 * PAGE);
    bool good = true;
    for (int i = 0; i < 64; i++)
        good = good && L4_MR(i) == 0x1000 + (L4_Word_t)i;
    EXPECT(good);
    EXPECT_EQ(seen, 47);
    disk_close(&disk);
}

/* ---- a thread whose stack is in the store */

static volatile unsigned depth_reached, ends;

static unsigned deep(unsigned n)
{
    volatile char frame[PAGE / 2];
    char *p = malloc(n + 1); /* its lock is held on a stack that may not be there */
    frame[0] = (char)n;
    free(p);
    depth_reached = n;
    return n < 40 ? deep(n + 1) + (unsigned)frame[0] : 0;
}

static _Noreturn void on_store_stack(void)
{
    unsigned sum = deep(0);
    ends = sum == 39 * 40 / 2 ? 1 : 2;
    for (;;)
        L4_Sleep(L4_Never);
}

static L4_ThreadId_t raw_thread(uintptr_t stack_top, void (*run)(void))
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_ThreadId_t thread = L4_nilthread;
    EXPECT_EQ(
        hurd_task_thread_alloc(L4_ThreadIdOfRaw(data->task.server), data->task.cap, 0, &thread), 0);
    L4_Set_PagerOf(thread, hurd_mm_pager());
    L4_UtcbOf(L4_LocalIdOf(thread).raw)->exception_handler = hurd_mm_pager().raw;
    L4_Start_SpIp(thread, stack_top, (L4_Word_t)run);
    return thread;
}

static void raw_end(L4_ThreadId_t thread)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    EXPECT_EQ(hurd_task_thread_destroy(L4_ThreadIdOfRaw(data->task.server), data->task.cap, thread),
              0);
}

TEST(pagein_of_the_stack_that_a_thread_runs_on)
{
    disk_open(&disk, 50);
    ends = 0;
    L4_ThreadId_t thread = raw_thread(disk.at + PAGES * PAGE - 16, on_store_stack);
    EXPECT(soon(&ends, 1));
    EXPECT_EQ(depth_reached, 40);
    EXPECT(disk.calls >= 20);
    raw_end(thread);
    disk_close(&disk);
}

/* ---- what becomes of a thread while its page is fetched */

static volatile unsigned read_value;
static uintptr_t read_stack;

static _Noreturn void reads_page_3(void)
{
    read_value = *(volatile unsigned char *)(disk.at + 3 * PAGE);
    for (;;)
        L4_Sleep(L4_Never);
}

static _Noreturn void says_77(void)
{
    read_value = 77;
    for (;;)
        L4_Sleep(L4_Never);
}

static L4_ThreadId_t reader_start(void)
{
    read_value = 0;
    read_stack = 0;
    disk.open = false;
    EXPECT_EQ(hurd_vm_allocate(&read_stack, PAGE, 0, 1), 0);
    L4_ThreadId_t thread = raw_thread(read_stack + PAGE - 16, reads_page_3);
    EXPECT(soon(&disk.inside, 1));
    return thread;
}

static void reader_end(L4_ThreadId_t thread)
{
    raw_end(thread);
    EXPECT_EQ(hurd_vm_deallocate(read_stack, PAGE), 0);
}

TEST(pagein_for_a_thread_that_is_stopped_meanwhile)
{
    disk_open(&disk, 60);
    L4_ThreadId_t thread = reader_start();
    L4_Stop(thread);
    disk.open = true;
    EXPECT(soon(&disk.inside, 0));
    L4_Sleep(L4_TimePeriod(20000));
    EXPECT_EQ(read_value, 0);
    L4_Start(thread);
    EXPECT(soon(&read_value, 63));
    EXPECT_EQ(disk.calls, 1);
    reader_end(thread);
    disk_close(&disk);
}

/* Its fault is broken off and comes again: the page is fetched once all the same. */
TEST(pagein_for_a_thread_that_is_stopped_and_started_before_it_is_done)
{
    disk_open(&disk, 60);
    L4_ThreadId_t thread = reader_start();
    for (int i = 0; i < 5; i++) {
        L4_Stop(thread);
        L4_Start(thread);
        L4_Sleep(L4_TimePeriod(3000));
    }
    disk.open = true;
    EXPECT(soon(&read_value, 63));
    EXPECT_EQ(disk.calls, 1);
    reader_end(thread);
    disk_close(&disk);
}

TEST(pagein_for_a_thread_that_is_sent_elsewhere)
{
    disk_open(&disk, 60);
    L4_ThreadId_t thread = reader_start();
    L4_Start_SpIp(thread, read_stack + PAGE - 16, (L4_Word_t)says_77);
    EXPECT(soon(&read_value, 77));
    disk.open = true;
    EXPECT(soon(&disk.inside, 0));
    EXPECT_EQ(*(volatile unsigned char *)(disk.at + 3 * PAGE), 63);
    EXPECT_EQ(disk.calls, 1);
    reader_end(thread);
    disk_close(&disk);
}

static volatile unsigned heard;

/* Has given up its page, as the pager knows from its question, and waits for anybody. */
static _Noreturn void asks_and_waits(void)
{
    uintptr_t at = 0;
    L4_ThreadId_t from;
    int error = hurd_vm_allocate(&at, PAGE, 0, 0);
    if (!error)
        error = hurd_vm_deallocate(at, PAGE);
    disk.open = true;
    L4_MsgTag_t tag = L4_Wait_Timeout(L4_TimePeriod(200000), &from);
    heard = error ? 3 : L4_IpcFailed(tag) ? 1 : 2;
    for (;;)
        L4_Sleep(L4_Never);
}

TEST(pagein_is_no_message_to_a_thread_that_gave_up)
{
    disk_open(&disk, 60);
    L4_ThreadId_t thread = reader_start();
    heard = 0;
    L4_Start_SpIp(thread, read_stack + PAGE - 16, (L4_Word_t)asks_and_waits);
    EXPECT(soon(&heard, 1));
    EXPECT(soon(&disk.inside, 0));
    reader_end(thread);
    disk_close(&disk);
}

/* More threads than there are workers, each dead before its page comes. */
TEST(pagein_for_threads_that_died)
{
    disk_open(&disk, 60);
    for (unsigned i = 0; i < 20; i++) {
        L4_ThreadId_t thread = reader_start();
        reader_end(thread);
        if (i % 4 == 3) {
            disk.open = true;
            EXPECT(soon(&disk.inside, 0));
            EXPECT_EQ(hurd_store_flush(&disk.store, 0, PAGES * PAGE), 0);
        }
    }
    disk.open = true;
    EXPECT(soon(&disk.inside, 0));
    EXPECT_EQ(*(volatile unsigned char *)(disk.at + 9 * PAGE), 69);
    EXPECT_EQ(disk.calls, 6); /* five rounds of page 3, and page 9 */
    disk_close(&disk);
}

/* ---- many at a time */

static volatile unsigned good_readers;

static void reads_its_page(void *argument)
{
    unsigned page = (unsigned)(uintptr_t)argument;
    if (*(volatile unsigned char *)(disk.at + page * PAGE) == (unsigned char)(80 + page))
        __asm__ volatile("lock; incl %0" : "+m"(good_readers) : : "cc");
}

TEST(pagein_for_more_threads_than_there_are_workers)
{
    enum { READERS = 24 };
    L4_ThreadId_t thread;
    disk_open(&disk, 80);
    disk.open = false;
    good_readers = 0;
    for (uintptr_t i = 0; i < READERS; i++)
        EXPECT_EQ(hurd_thread_start(&thread, reads_its_page, (void *)i, PAGE), 0);
    EXPECT(soon(&disk.inside, 16));
    disk.open = true;
    EXPECT(soon(&good_readers, READERS));
    EXPECT_EQ(disk.calls, READERS);
    disk_close(&disk);
}

TEST(pagein_of_one_page_for_many_threads_is_one_fetch)
{
    enum { READERS = 8 };
    L4_ThreadId_t thread;
    disk_open(&disk, 80);
    disk.open = false;
    good_readers = 0;
    for (unsigned i = 0; i < READERS; i++)
        EXPECT_EQ(hurd_thread_start(&thread, reads_its_page, (void *)5, PAGE), 0);
    EXPECT(soon(&disk.inside, 1));
    EXPECT_EQ(hurd_vm_deallocate(disk.at, PAGES * PAGE), 0);
    EXPECT_EQ(hurd_store_destroy(&disk.store), EBUSY); /* not while a page is fetched */
    EXPECT_EQ(hurd_store_bind_to_vm(&disk.store, 0, PAGES * PAGE, HURD_VM_HERE, RW, &disk.at), 0);
    disk.open = true;
    EXPECT(soon(&good_readers, READERS));
    EXPECT_EQ(disk.calls, 1);
    disk_close(&disk);
}

TEST(pagein_whose_function_touches_another_store)
{
    disk_open(&disk, 90);
    disk_open(&other, 120);
    disk.touches = (const volatile char *)other.at;
    EXPECT_EQ(*(volatile unsigned char *)(disk.at + 6 * PAGE), 96);
    EXPECT_EQ(disk.calls, 1);
    EXPECT_EQ(other.calls, 1);
    disk_close(&disk);
    disk_close(&other);
}

/* Each worker waits for the page that the next one would fetch: an end, not a silence. */
static int fetch_without_end(struct hurd_store_fault *fault)
{
    return *(volatile char *)(fault->address + PAGE);
}

int child_store_without_end(void)
{
    struct hurd_store store;
    uintptr_t at = 0;
    hurd_store_init(&store, NULL, fetch_without_end);
    hurd_store_bind_to_vm(&store, 0, 100 * PAGE, 0, RW, &at);
    return *(volatile char *)at;
}

TEST(pagein_that_needs_itself_ends_the_task)
{
    EXPECT_EQ(child_run("store_without_end", 0, NULL), HURD_MM_STATUS_SEGV);
}

/* A string of which a page cannot be had: the task ends, and says why (tests/system/report.py). */
int child_string_hole(void)
{
    L4_ThreadId_t partner = partner_start(child_argument ? partner_sends : partner_receives, plain);
    char *hole = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (child_argument)
        string_receive(partner, hole, 3 * PAGE);
    else
        string_send(partner, hole, 3 * PAGE);
    return 0;
}

TEST(pagein_of_a_string_that_is_refused_ends_the_task)
{
    EXPECT_EQ(child_run("string_hole", 0, NULL), HURD_MM_STATUS_SEGV);
    EXPECT_EQ(child_run("string_hole", 1, NULL), HURD_MM_STATUS_SEGV);
}

const struct test pagein_tests[] = {
    T(pagein_of_a_string_that_is_being_sent),
    T(pagein_of_a_buffer_that_a_string_is_copied_to),
    T(pagein_on_both_sides_of_a_string),
    T(pagein_while_message_registers_are_loaded),
    T(pagein_of_the_stack_that_a_thread_runs_on),
    T(pagein_for_a_thread_that_is_stopped_meanwhile),
    T(pagein_for_a_thread_that_is_stopped_and_started_before_it_is_done),
    T(pagein_for_a_thread_that_is_sent_elsewhere),
    T(pagein_is_no_message_to_a_thread_that_gave_up),
    T(pagein_for_threads_that_died),
    T(pagein_for_more_threads_than_there_are_workers),
    T(pagein_of_one_page_for_many_threads_is_one_fetch),
    T(pagein_whose_function_touches_another_store),
    T(pagein_that_needs_itself_ends_the_task),
    T(pagein_of_a_string_that_is_refused_ends_the_task),
    {NULL, NULL},
};
