/* SPDX-License-Identifier: MIT */
/* The block protocol and deva's block capabilities: what each request does, and each refusal.  init
 * gives this program the device master capability, so it grants sectors to itself.  The disk is a
 * RAM disk that takes its time, so that requests have to wait. */
#include "tests/guest/deva/suite.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <hurd/block.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>

enum {
    PAGE = 4096,
    DISK = HURD_BLOCK_RAM,
    NOWHERE = 7,                /* nobody drives it */
    SIZE = 8192,                /* sectors: 4 MB */
    BUFFER_PAGES = 16,
    UNNAMED = 7,                /* containers at the driver; at eight of a task it drops them */
    BOTH = HURD_BLOCK_READS | HURD_BLOCK_WRITES,
};

static L4_ThreadId_t driver;
static L4_Word_t whole;                 /* capability, in our table of deva */
static L4_Word_t volume, buffer;        /* in our table of the driver */
static L4_Word_t container;             /* in our table of physmem */
static uint8_t *bytes;                  /* the container, mapped */

static L4_ThreadId_t task_server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

static L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

static L4_Word_t control(void)
{
    return __hurd_startup_data->physmem_control.cap;
}

static L4_Word_t master(void)
{
    return console() + 1;
}

static L4_Word_t self(void)
{
    return L4_Version(L4_MyGlobalId());
}

static int grant(L4_Word_t disk, L4_Word_t first, L4_Word_t sectors, L4_Word_t rights,
                 L4_Word_t *handle)
{
    const struct hurd_deva_extent extent = { disk, first, sectors, rights, 0 };
    return hurd_deva_block_grant(deva(), master(), self(), &extent, handle);
}

/* A request to the driver; the answer's words replace ours. */
static int ask(L4_Word_t label, unsigned n, L4_Word_t *words)
{
    return hurd_cap_rpc(driver, label, n, words, 20, words, NULL);
}

#define ASK(label, ...)                                                                           \
    ({                                                                                            \
        L4_Word_t words_[64] = { __VA_ARGS__ };                                                   \
        ask(label, sizeof((L4_Word_t[]) { __VA_ARGS__ }) / sizeof(L4_Word_t), words_);            \
    })

static int open_volume(L4_Word_t capability, L4_Word_t *handle)
{
    L4_Word_t words[20] = { capability };
    int err = ask(HURD_BLOCK_OPEN, 1, words);
    *handle = words[0];
    return err;
}

static int share(L4_Word_t of, L4_Word_t rights, L4_Word_t *theirs)
{
    int err = ASK(HURD_BLOCK_SLOT, volume);
    return err ? err : hurd_pm_container_share(physmem(), of, L4_Version(driver), rights, theirs);
}

static int make_buffer(L4_Word_t of, L4_Word_t rights, L4_Word_t *handle)
{
    L4_Word_t theirs;
    int err = share(of, rights, &theirs);
    L4_Word_t words[20] = { volume, theirs };
    if (!err)
        err = ask(HURD_BLOCK_BUFFER, 2, words);
    *handle = words[0];
    return err;
}

static int transfer(L4_Word_t label, L4_Word_t of, L4_Word_t offset, L4_Word_t sector,
                    L4_Word_t count)
{
    return ASK(label, of, buffer, offset, sector, count);
}

static int read_sectors(L4_Word_t offset, L4_Word_t sector, L4_Word_t count)
{
    return transfer(HURD_BLOCK_READ, volume, offset, sector, count);
}

static int write_sectors(L4_Word_t offset, L4_Word_t sector, L4_Word_t count)
{
    return transfer(HURD_BLOCK_WRITE, volume, offset, sector, count);
}

static int container_make(L4_Word_t pages, L4_Word_t *made)
{
    int err = hurd_pm_container_create(physmem(), control(), 0, made);
    return err ? err : hurd_pm_container_allocate(physmem(), *made, 0, 0, pages * PAGE, NULL);
}

bool suite_can_run(void)
{
    L4_Word_t kind = 0, parts, drivers;
    for (int i = 0; i < 100 && kind != HURD_DEVA_KIND_MASTER; i++) {
        if (hurd_deva_info(deva(), master(), &kind, &parts))
            L4_Sleep(L4_TimePeriod(10000));
    }
    uintptr_t address = 0;
    bool ready = kind == HURD_DEVA_KIND_MASTER && !grant(DISK, 0, 0, BOTH, &whole) &&
                 !hurd_deva_block_find(deva(), whole, &driver, &drivers) &&
                 !open_volume(whole, &volume) && !container_make(BUFFER_PAGES, &container) &&
                 !hurd_vm_map_container(&address, BUFFER_PAGES * PAGE, 0,
                                        HURD_VM_READ | HURD_VM_WRITE, container, 0) &&
                 !make_buffer(container, HURD_PM_READ | HURD_PM_WRITE, &buffer);
    bytes = (uint8_t *) address;
    return ready;
}

/* ---- deva: grants ---- */

TEST(block_grant_of_what_cannot_be_is_refused)
{
    L4_Word_t handle;
    EXPECT_EQ(grant(HURD_BLOCK_DISKS, 0, 0, BOTH, &handle), EINVAL);
    EXPECT_EQ(grant(DISK, 0, 0, 0, &handle), EINVAL);
    EXPECT_EQ(grant(DISK, 0, 0, BOTH | 1, &handle), EINVAL);
    EXPECT_EQ(grant(DISK, 0xFFFFFFFF, 2, BOTH, &handle), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_BLOCK_GRANT, master(), self(), DISK, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_BLOCK_GRANT, master(), 0, DISK, 0, 0, BOTH), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_BLOCK_GRANT, master(), 1u << 14, DISK, 0, 0, BOTH), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_BLOCK_GRANT, console(), self(), DISK, 0, 0, BOTH), EOPNOTSUPP);
}

TEST(block_check_says_what_was_granted_and_nothing_of_other_handles)
{
    struct hurd_deva_extent e = { 0 };
    L4_Word_t one, two;
    EXPECT_EQ(grant(NOWHERE, 11, 22, HURD_BLOCK_READS, &one), 0);
    EXPECT_EQ(grant(NOWHERE, 11, 22, HURD_BLOCK_READS, &two), 0);
    EXPECT_EQ(hurd_deva_block_check(deva(), master(), self(), one, &e), 0);
    EXPECT_EQ(e.disk, NOWHERE);
    EXPECT_EQ(e.first, 11);
    EXPECT_EQ(e.sectors, 22);
    EXPECT_EQ(e.rights, HURD_BLOCK_READS);
    L4_Word_t serial = e.serial;
    EXPECT_EQ(hurd_deva_block_check(deva(), master(), self(), two, &e), 0);
    EXPECT_EQ(e.serial != serial, 1);
    EXPECT_EQ(hurd_deva_block_check(deva(), master(), self(), console(), &e), EBADF);
    EXPECT_EQ(hurd_deva_block_check(deva(), master(), self(), one + 100, &e), EBADF);
    EXPECT_EQ(hurd_deva_block_check(deva(), master(), HURD_TASK_INIT, one, &e), EBADF);
    EXPECT_EQ(hurd_deva_block_check(deva(), master(), 1u << 14, one, &e), EBADF);
    EXPECT_EQ(REQUEST(HURD_DEVA_BLOCK_CHECK, master(), self()), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_BLOCK_CHECK, one, self(), one), EOPNOTSUPP);
    EXPECT_EQ(hurd_cap_drop(deva(), one), 0);
    EXPECT_EQ(hurd_deva_block_check(deva(), master(), self(), one, &e), EBADF);
    EXPECT_EQ(hurd_cap_drop(deva(), two), 0);
}

TEST(block_capability_says_of_itself_what_it_is)
{
    L4_Word_t kind = 0, disk = 0;
    EXPECT_EQ(hurd_deva_info(deva(), whole, &kind, &disk), 0);
    EXPECT_EQ(kind, HURD_DEVA_KIND_BLOCK);
    EXPECT_EQ(disk, DISK);
    EXPECT_EQ(REQUEST(HURD_DEVA_INFO, whole, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_IO_WRITE, whole, '!'), EOPNOTSUPP);
    EXPECT_EQ(hurd_block_capability(deva(), console(), &kind), 0);
    EXPECT_EQ(kind, whole);
}

static int register_disks(L4_ThreadId_t thread, L4_Word_t disk, L4_Word_t disks)
{
    return hurd_deva_block_register(deva(), master(), thread, disk, disks);
}

TEST(block_drivers_register_for_their_own_threads_and_free_disks_only)
{
    L4_Word_t handle, drivers = 9;
    L4_ThreadId_t thread, me = L4_MyGlobalId();
    EXPECT_EQ(register_disks(me, NOWHERE, 0), EINVAL);
    EXPECT_EQ(register_disks(me, NOWHERE, 2), EINVAL);
    EXPECT_EQ(register_disks(me, HURD_BLOCK_DISKS, 1), EINVAL);
    EXPECT_EQ(register_disks(me, 1, 0xFFFFFFFF), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_BLOCK_REGISTER, master(), me.raw, NOWHERE), EINVAL);
    EXPECT_EQ(register_disks(deva(), NOWHERE, 1), EPERM);
    EXPECT_EQ(register_disks(L4_MyLocalId(), NOWHERE, 1), EPERM);
    EXPECT_EQ(register_disks(me, DISK, 1), EBUSY);
    EXPECT_EQ(register_disks(me, DISK - 1, 3), EBUSY);
    EXPECT_EQ(register_disks(L4_nilthread, DISK, 1), EBUSY);
    EXPECT_EQ(grant(NOWHERE, 0, 0, BOTH, &handle), 0);
    EXPECT_EQ(hurd_deva_block_find(deva(), handle, &thread, &drivers), ENODEV);
    EXPECT_EQ(register_disks(me, NOWHERE, 1), 0);
    EXPECT_EQ(hurd_deva_block_find(deva(), handle, &thread, &drivers), 0);
    EXPECT_EQ(thread.raw, me.raw);
    EXPECT_EQ(drivers, 1);
    EXPECT_EQ(REQUEST(HURD_DEVA_BLOCK_FIND, handle, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_BLOCK_FIND, console()), EOPNOTSUPP);
    EXPECT_EQ(hurd_cap_drop(deva(), handle), 0);
}

TEST(block_dma_memory_is_lent_to_one_task)
{
    struct hurd_deva_dma memory;
    EXPECT_EQ(REQUEST(HURD_DEVA_DMA_MEMORY, master(), 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_DMA_MEMORY, console()), EOPNOTSUPP);
    EXPECT_EQ(hurd_deva_dma_memory(deva(), master(), &memory), 0);
    EXPECT_EQ(memory.pages, HURD_DEVA_DMA_PAGES);
    for (int i = 0; i < HURD_DEVA_DMA_PAGES; i++) {
        EXPECT_EQ(memory.physical[i] % PAGE, 0);
        EXPECT_EQ(memory.physical[i] != 0, 1);
    }
    struct hurd_pm_container_info info;
    EXPECT_EQ(hurd_pm_container_info(physmem(), memory.container, &info), 0);
    EXPECT_EQ(info.pinned, HURD_DEVA_DMA_PAGES * PAGE);
    EXPECT_EQ(hurd_pm_container_deallocate(physmem(), memory.container, 0, PAGE, NULL), EBUSY);
    EXPECT_EQ(hurd_cap_drop(physmem(), memory.container), 0);
}

/* ---- volumes ---- */

TEST(block_open_shows_the_size_and_the_rights)
{
    L4_Word_t handle, words[20];
    EXPECT_EQ(grant(DISK, 100, 50, HURD_BLOCK_READS, &handle), 0);
    words[0] = handle;
    EXPECT_EQ(ask(HURD_BLOCK_OPEN, 1, words), 0);
    EXPECT_EQ(words[1], 50);
    EXPECT_EQ(words[2], HURD_BLOCK_READS);
    EXPECT_EQ(words[3], HURD_BLOCK_MOST);
    L4_Word_t part = words[0];
    struct hurd_block_info info;
    EXPECT_EQ(ask(HURD_BLOCK_INFO, 1, words), 0);
    memcpy(&info, words, sizeof info);
    EXPECT_EQ(info.disk, DISK);
    EXPECT_EQ(info.first, 100);
    EXPECT_EQ(info.sectors, 50);
    EXPECT_EQ(info.disk_sectors, SIZE);
    EXPECT_EQ(info.flags, HURD_BLOCK_VOLATILE);
    EXPECT_EQ(memcmp(info.model, "RAM", 4), 0);
    EXPECT_EQ(ASK(HURD_CAP_DROP, part), 0);
    EXPECT_EQ(ASK(HURD_CAP_DROP, part), EBADF);
    EXPECT_EQ(hurd_cap_drop(deva(), handle), 0);
}

TEST(block_open_without_a_capability_is_refused)
{
    L4_Word_t handle, none;
    EXPECT_EQ(ASK(HURD_BLOCK_OPEN, whole, 0), EINVAL);
    EXPECT_EQ(open_volume(console(), &none), EACCES);
    EXPECT_EQ(open_volume(master(), &none), EACCES);
    EXPECT_EQ(open_volume(whole + 1000, &none), EACCES);
    EXPECT_EQ(open_volume(whole ^ 1u << 18, &none), EACCES);
    EXPECT_EQ(grant(0, 0, 0, BOTH, &handle), 0);
    EXPECT_EQ(open_volume(handle, &none), ENODEV);      /* another driver's disk */
    EXPECT_EQ(hurd_cap_drop(deva(), handle), 0);
    EXPECT_EQ(grant(NOWHERE, 0, 0, BOTH, &handle), 0);
    EXPECT_EQ(open_volume(handle, &none), ENODEV);
    EXPECT_EQ(hurd_cap_drop(deva(), handle), 0);
}

TEST(block_open_of_more_than_the_disk_has_is_refused)
{
    static const L4_Word_t wrong[][2] = { { SIZE, 0 }, { SIZE, 1 }, { 0, SIZE + 1 },
                                          { SIZE - 1, 2 }, { 0xFFFFFFFF, 0 } };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        L4_Word_t handle, none;
        EXPECT_EQ(grant(DISK, wrong[i][0], wrong[i][1], BOTH, &handle), 0);
        EXPECT_EQ(open_volume(handle, &none), ENXIO);
        EXPECT_EQ(hurd_cap_drop(deva(), handle), 0);
    }
}

TEST(block_task_has_so_many_handles)
{
    L4_Word_t handle[HURD_BLOCK_HANDLES], granted[HURD_BLOCK_HANDLES], none, theirs, n = 0;
    for (L4_Word_t i = 0; i < HURD_BLOCK_HANDLES; i++)
        EXPECT_EQ(grant(DISK, i, 1, BOTH, &granted[i]), 0);
    while (n < HURD_BLOCK_HANDLES && !open_volume(granted[n], &handle[n]))
        n++;
    EXPECT_EQ(n, HURD_BLOCK_HANDLES - 2);               /* `volume` and `buffer` are there, too */
    EXPECT_EQ(open_volume(granted[n], &none), EMFILE);
    EXPECT_EQ(open_volume(whole, &none), 0);            /* the same one again */
    EXPECT_EQ(none, volume);
    EXPECT_EQ(ASK(HURD_CAP_DROP, none), 0);
    L4_Word_t another;
    EXPECT_EQ(container_make(1, &another), 0);
    EXPECT_EQ(share(another, HURD_PM_READ, &theirs), 0);
    EXPECT_EQ(ASK(HURD_BLOCK_BUFFER, volume, theirs), EMFILE);
    while (n > 0)
        EXPECT_EQ(ASK(HURD_CAP_DROP, handle[--n]), 0);
    EXPECT_EQ(ASK(HURD_BLOCK_BUFFER, volume, theirs), 0);
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), another), 0);
    for (L4_Word_t i = 0; i < HURD_BLOCK_HANDLES; i++)
        EXPECT_EQ(hurd_cap_drop(deva(), granted[i]), 0);
}

TEST(block_handles_of_others_and_wrong_words_are_refused)
{
    EXPECT_EQ(ASK(HURD_BLOCK_INFO, volume, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_BLOCK_COUNT, volume, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_BLOCK_SLOT, volume, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_BLOCK_BUFFER, volume), EINVAL);
    EXPECT_EQ(ASK(HURD_BLOCK_FLUSH, volume, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_BLOCK_READ, volume, buffer, 0, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_BLOCK_WRITE, volume, buffer, 0, 0, 1, 0, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_BLOCK_INFO, volume + 1000), EBADF);
    EXPECT_EQ(ASK(HURD_BLOCK_INFO, volume ^ 1u << 18), EBADF);
    EXPECT_EQ(ASK(HURD_BLOCK_INFO, buffer), EBADF);
    EXPECT_EQ(ASK(HURD_BLOCK_READ, buffer, buffer, 0, 0, 1), EBADF);
    EXPECT_EQ(ASK(HURD_BLOCK_READ, volume, volume, 0, 0, 1), EBADF);
    EXPECT_EQ(ASK(HURD_BLOCK_READ, volume, buffer + 1000, 0, 0, 1), EBADF);
    EXPECT_EQ(ASK(HURD_BLOCK_COUNT + 1, volume), EOPNOTSUPP);
    EXPECT_EQ(ASK(HURD_BLOCK_COUNT + 1, buffer), EOPNOTSUPP);
    EXPECT_EQ(hurd_cap_rpc(driver, HURD_BLOCK_INFO, 0, NULL, 0, NULL, NULL), EINVAL);
    EXPECT_EQ(ASK(HURD_CAP_GIVE, volume, self()), EPERM);
    EXPECT_EQ(ASK(HURD_CAP_GIVE, buffer, self()), EPERM);
    EXPECT_EQ(ASK(HURD_CAP_TASK_DIED, HURD_TASK_INIT), EPERM);
}

TEST(block_request_with_a_map_item_is_refused)
{
    L4_LoadMR(0, L4_MakeTag(HURD_BLOCK_INFO, 1, 2).raw);
    L4_LoadMR(1, volume);
    L4_LoadMR(2, 8);
    L4_LoadMR(3, L4_Fpage((L4_Word_t) bytes, PAGE).raw | 4);
    L4_MsgTag_t tag = L4_Call(driver);
    EXPECT_EQ(L4_IpcFailed(tag) || L4_Label(tag) == HURD_BLOCK_ERROR, 1);
    EXPECT_EQ(ASK(HURD_BLOCK_INFO, volume), 0);
}

/* ---- buffers ---- */

TEST(block_buffer_is_a_weak_reference_from_the_caller)
{
    L4_Word_t theirs, again, words[20];
    for (L4_Word_t guess = 0; guess < 40; guess++)      /* whatever else is in the driver's table */
        EXPECT_EQ(ASK(HURD_BLOCK_BUFFER, volume, guess | (volume & ~0x3FFFFu)), EPERM);
    EXPECT_EQ(ASK(HURD_BLOCK_BUFFER, volume, 0xFFFFFFFF), EPERM);
    EXPECT_EQ(make_buffer(container, HURD_PM_READ | HURD_PM_WRITE, &again), 0);
    EXPECT_EQ(again, buffer);
    L4_Word_t another;
    EXPECT_EQ(container_make(1, &another), 0);
    EXPECT_EQ(ASK(HURD_BLOCK_SLOT, volume), 0);
    EXPECT_EQ(hurd_cap_give(physmem(), another, L4_Version(driver), HURD_PM_READ, 0, &theirs), 0);
    EXPECT_EQ(ASK(HURD_BLOCK_BUFFER, volume, theirs), EPERM);   /* a strong one */
    EXPECT_EQ(share(another, HURD_PM_READ, &words[1]), 0);
    words[0] = volume;
    EXPECT_EQ(ask(HURD_BLOCK_BUFFER, 2, words), 0);
    EXPECT_EQ(ASK(HURD_CAP_DROP, words[0]), 0);
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), another), 0);
}

/* ---- two clients ---- */

/* What the parent says, which then waits for neighbour_says(). */
static L4_Word_t neighbour_told(L4_ThreadId_t *from)
{
    L4_Word_t word;
    L4_Wait(from);
    L4_StoreMR(1, &word);
    return word;
}

static L4_Word_t words_exchanged(L4_ThreadId_t thread, L4_Word_t word)
{
    L4_LoadMR(0, L4_MakeTag(0, 1, 0).raw);
    L4_LoadMR(1, word);
    EXPECT_EQ(L4_IpcSucceeded(L4_Call(thread)), 1);
    L4_StoreMR(1, &word);
    return word;
}

static void neighbour_says(L4_ThreadId_t to, L4_Word_t word)
{
    L4_LoadMR(0, L4_MakeTag(0, 1, 0).raw);
    L4_LoadMR(1, word);
    L4_Reply(to);
}

/* A child answers the first word when it may be given a capability.  Returns this one's handle. */
static L4_Word_t neighbour_capability(L4_ThreadId_t *parent)
{
    neighbour_told(parent);
    neighbour_says(*parent, (L4_Word_t) hurd_cap_open(deva(), 1, L4_Version(*parent)));
    return neighbour_told(parent);
}

/* A child with a volume of its own.  It answers its capability's handle with that of a container that it has shared with the driver, and the
 * third word with the error of making a buffer of it. */
static _Noreturn void neighbour(void)
{
    L4_ThreadId_t parent;
    L4_Word_t mine = 0, theirs = 0, capability = neighbour_capability(&parent);
    if (open_volume(capability, &volume) || container_make(1, &mine) ||
        share(mine, HURD_PM_READ, &theirs))
        theirs = 0;
    neighbour_says(parent, theirs);
    neighbour_told(&parent);
    neighbour_says(parent, (L4_Word_t) ASK(HURD_BLOCK_BUFFER, volume, theirs));
    neighbour_told(&parent);
    hurd_task_exit(task_server(), __hurd_startup_data->task.cap, 0);
}

/* Returns the child's answer to the handle of its capability for the whole disk. */
static L4_Word_t neighbour_starts(void (*body)(void), struct hurd_task_created *child)
{
    const struct hurd_deva_extent all = { DISK, 0, 0, BOTH, 0 };
    L4_Word_t capability = 0;
    int error = hurd_fork(HURD_FORK_PART, child);
    if (!error && !child->id)
        body();
    EXPECT_EQ(error, 0);
    EXPECT_EQ(words_exchanged(child->thread, 1), 0);
    EXPECT_EQ(hurd_deva_block_grant(deva(), master(), child->id, &all, &capability), 0);
    return words_exchanged(child->thread, capability);
}

TEST(block_container_of_another_client_is_no_buffer)
{
    struct hurd_task_created child;
    L4_Word_t theirs = neighbour_starts(neighbour, &child);
    EXPECT_EQ(theirs != 0, 1);
    EXPECT_EQ(ASK(HURD_BLOCK_BUFFER, volume, theirs), EPERM);   /* shared, and no buffer yet */
    EXPECT_EQ(words_exchanged(child.thread, 1), 0);
    EXPECT_EQ(ASK(HURD_BLOCK_BUFFER, volume, theirs), EPERM);   /* the neighbour's buffer */
    L4_LoadMR(0, L4_MakeTag(0, 1, 0).raw);
    EXPECT_EQ(L4_IpcSucceeded(L4_Send(child.thread)), 1);
    EXPECT_EQ(hurd_task_wait(task_server(), child.handle, 0, NULL, NULL), 0);
}

TEST(block_driver_takes_no_more_containers_than_it_is_told_the_names_of)
{
    L4_Word_t theirs, another[100], dropped = 0;
    for (int i = 0; i < 100; i++) {
        EXPECT_EQ(container_make(1, &another[i]), 0);
        EXPECT_EQ(share(another[i], HURD_PM_READ, &theirs), 0);
        if (i == 0)
            dropped = theirs;
    }
    EXPECT_EQ(theirs - dropped < 32, 1);        /* its table does not grow: numbers are used again */
    EXPECT_EQ(ASK(HURD_BLOCK_BUFFER, volume, theirs), 0);       /* and it goes on */
    for (int i = 0; i < 100; i++)
        EXPECT_EQ(hurd_pm_container_destroy(physmem(), another[i]), 0);
}

/* A child that has shared containers with the driver and never names them. */
static _Noreturn void careless_neighbour(void)
{
    L4_ThreadId_t parent;
    L4_Word_t mine, theirs, capability = neighbour_capability(&parent);
    bool failed = open_volume(capability, &volume);
    for (int i = 0; i < UNNAMED && !failed; i++)
        failed = container_make(1, &mine) || share(mine, HURD_PM_READ, &theirs);
    neighbour_says(parent, failed);
    hurd_task_exit(task_server(), __hurd_startup_data->task.cap, 0);
}

TEST(block_containers_of_the_dead_do_not_count_as_those_of_the_living)
{
    struct hurd_task_created child;
    L4_Word_t container_of[UNNAMED], theirs[UNNAMED];
    EXPECT_EQ(neighbour_starts(careless_neighbour, &child), 0);
    EXPECT_EQ(hurd_task_wait(task_server(), child.handle, 0, NULL, NULL), 0);
    for (int i = 0; i < UNNAMED; i++) {
        EXPECT_EQ(container_make(1, &container_of[i]), 0);
        EXPECT_EQ(share(container_of[i], HURD_PM_READ, &theirs[i]), 0);
    }
    for (int i = 0; i < UNNAMED; i++) {
        EXPECT_EQ(ASK(HURD_BLOCK_BUFFER, volume, theirs[i]), 0);
        EXPECT_EQ(hurd_pm_container_destroy(physmem(), container_of[i]), 0);
    }
}

/* ---- reads and writes ---- */

TEST(block_transfer_out_of_range_is_refused)
{
    EXPECT_EQ(read_sectors(0, 0, 0), EINVAL);
    EXPECT_EQ(read_sectors(0, 0, HURD_BLOCK_MOST + 1), EINVAL);
    EXPECT_EQ(read_sectors(0, 0, 0xFFFFFFFF), EINVAL);
    EXPECT_EQ(read_sectors(512, 0, 1), EINVAL);
    EXPECT_EQ(read_sectors(0xFFFFF000, 0, 9), EINVAL);
    EXPECT_EQ(write_sectors(0xFFFFE000, 0, 24), EINVAL);
    EXPECT_EQ(read_sectors(0, SIZE, 1), ENXIO);
    EXPECT_EQ(read_sectors(0, SIZE - 1, 2), ENXIO);
    EXPECT_EQ(write_sectors(0, 0xFFFFFFFF, 2), ENXIO);
    EXPECT_EQ(write_sectors(0, SIZE - 1, 1), 0);
    EXPECT_EQ(read_sectors(0, SIZE - 1, 1), 0);
}

TEST(block_transfer_without_the_right_is_refused)
{
    L4_Word_t reads, writes, read_volume, write_volume;
    EXPECT_EQ(grant(DISK, 0, 0, HURD_BLOCK_READS, &reads), 0);
    EXPECT_EQ(grant(DISK, 0, 0, HURD_BLOCK_WRITES, &writes), 0);
    EXPECT_EQ(open_volume(reads, &read_volume), 0);
    EXPECT_EQ(open_volume(writes, &write_volume), 0);
    EXPECT_EQ(transfer(HURD_BLOCK_READ, read_volume, 0, 0, 8), 0);
    EXPECT_EQ(transfer(HURD_BLOCK_WRITE, read_volume, 0, 0, 8), EACCES);
    EXPECT_EQ(transfer(HURD_BLOCK_READ, write_volume, 0, 0, 8), EACCES);
    EXPECT_EQ(transfer(HURD_BLOCK_WRITE, write_volume, 0, 0, 8), 0);
    EXPECT_EQ(ASK(HURD_CAP_DROP, read_volume), 0);
    EXPECT_EQ(ASK(HURD_CAP_DROP, write_volume), 0);
    EXPECT_EQ(hurd_cap_drop(deva(), reads), 0);
    EXPECT_EQ(hurd_cap_drop(deva(), writes), 0);
}

TEST(block_read_into_a_container_that_may_not_be_written_is_refused)
{
    L4_Word_t another, readable, kept = buffer;
    EXPECT_EQ(container_make(1, &another), 0);
    EXPECT_EQ(make_buffer(another, HURD_PM_READ, &readable), 0);
    buffer = readable;
    EXPECT_EQ(write_sectors(0, 16, 8), 0);
    EXPECT_EQ(read_sectors(0, 16, 8), EACCES);
    EXPECT_EQ(write_sectors(PAGE, 16, 8), EFAULT);      /* a hole */
    EXPECT_EQ(hurd_pm_container_revoke(physmem(), another, 0, NULL), 0);
    EXPECT_EQ(write_sectors(0, 16, 8), EFAULT);
    EXPECT_EQ(ASK(HURD_CAP_DROP, readable), 0);
    EXPECT_EQ(write_sectors(0, 16, 8), EBADF);
    EXPECT_EQ(make_buffer(another, HURD_PM_WRITE, &buffer), 0);
    EXPECT_EQ(read_sectors(0, 16, 8), 0);
    EXPECT_EQ(read_sectors(PAGE, 16, 8), EFAULT);
    EXPECT_EQ(write_sectors(0, 16, 8), EACCES);
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), another), 0);
    EXPECT_EQ(read_sectors(0, 16, 8), EFAULT);
    EXPECT_EQ(ASK(HURD_CAP_DROP, buffer), 0);
    buffer = kept;
}

TEST(block_read_into_a_pinned_page_is_refused)
{
    EXPECT_EQ(hurd_pm_container_pin(physmem(), container, 0, PAGE, NULL, NULL), 0);
    EXPECT_EQ(read_sectors(0, 0, 8), EBUSY);
    EXPECT_EQ(hurd_pm_container_unpin(physmem(), container, 0, PAGE), 0);
    EXPECT_EQ(read_sectors(0, 0, 8), 0);
}

static void expect_bytes(const uint8_t *at, size_t size, uint8_t value)
{
    size_t right = 0;
    while (right < size && at[right] == value)
        right++;
    EXPECT_EQ(right, size);
}

TEST(block_what_is_written_is_read_again_from_any_sector_on)
{
    memset(bytes, 0x11, 4 * PAGE);
    EXPECT_EQ(write_sectors(0, 800, 32), 0);
    memset(bytes, 0x22, PAGE);
    EXPECT_EQ(write_sectors(0, 805, 3), 0);             /* in the middle of a page */
    memset(bytes, 0xFF, 4 * PAGE);
    EXPECT_EQ(read_sectors(0, 803, 11), 0);
    expect_bytes(bytes, 2 * 512, 0x11);
    expect_bytes(bytes + 2 * 512, 3 * 512, 0x22);
    expect_bytes(bytes + 5 * 512, 6 * 512, 0x11);
    expect_bytes(bytes + 11 * 512, 2 * PAGE - 11 * 512, 0);     /* up to the end of the page */
    expect_bytes(bytes + 2 * PAGE, 2 * PAGE, 0xFF);     /* and no further */
}

TEST(block_what_is_written_later_does_not_change_what_was_written)
{
    memset(bytes, 0x33, PAGE);
    EXPECT_EQ(write_sectors(0, 1000, 8), 0);
    memset(bytes, 0x44, PAGE);                          /* the disk has a copy, not the page */
    EXPECT_EQ(read_sectors(PAGE, 1000, 8), 0);
    expect_bytes(bytes + PAGE, PAGE, 0x33);
    memset(bytes + PAGE, 0x55, PAGE);
    EXPECT_EQ(read_sectors(0, 1000, 8), 0);
    expect_bytes(bytes, PAGE, 0x33);
}

TEST(block_volume_is_its_sectors_and_no_others)
{
    L4_Word_t handle, part;
    memset(bytes, 0x66, PAGE);
    EXPECT_EQ(grant(DISK, 2000, 16, BOTH, &handle), 0);
    EXPECT_EQ(open_volume(handle, &part), 0);
    EXPECT_EQ(transfer(HURD_BLOCK_WRITE, part, 0, 8, 8), 0);
    EXPECT_EQ(transfer(HURD_BLOCK_WRITE, part, 0, 9, 8), ENXIO);
    memset(bytes, 0, PAGE);
    EXPECT_EQ(read_sectors(0, 2008, 8), 0);
    expect_bytes(bytes, PAGE, 0x66);
    EXPECT_EQ(hurd_cap_drop(deva(), handle), 0);
    L4_Sleep(L4_TimePeriod(600000));                    /* the driver looks again */
    EXPECT_EQ(transfer(HURD_BLOCK_READ, part, 0, 0, 8), EBADF);
    EXPECT_EQ(read_sectors(0, 0, 8), 0);
    EXPECT_EQ(ASK(HURD_CAP_DROP, part), 0);
}

TEST(block_flush_says_that_all_is_written)
{
    EXPECT_EQ(write_sectors(0, 0, 8), 0);
    EXPECT_EQ(ASK(HURD_BLOCK_FLUSH, volume), 0);
}

/* ---- many at a time ---- */

static struct asker {
    L4_Word_t offset, sector, count;
    bool write;
    volatile bool done;
    volatile int error;
    L4_ThreadId_t thread;
} askers[HURD_BLOCK_REQUESTS + 4];

static void asker_main(void *argument)
{
    struct asker *a = argument;
    a->error = transfer(a->write ? HURD_BLOCK_WRITE : HURD_BLOCK_READ, volume, a->offset, a->sector,
                        a->count);
    a->done = true;
}

static void start(unsigned i, bool write, L4_Word_t offset, L4_Word_t sector, L4_Word_t count)
{
    askers[i] = (struct asker) { .offset = offset, .sector = sector, .count = count, .write = write };
    EXPECT_EQ(hurd_thread_start(&askers[i].thread, asker_main, &askers[i], 0), 0);
}

static void wait_for(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        for (int tries = 0; !askers[i].done && tries < 1000; tries++)
            L4_Sleep(L4_TimePeriod(10000));
        EXPECT_EQ(askers[i].done, 1);
    }
}

static struct hurd_block_counters counters(void)
{
    L4_Word_t words[20] = { volume };
    struct hurd_block_counters c;
    EXPECT_EQ(ask(HURD_BLOCK_COUNT, 1, words), 0);
    memcpy(&c, words, sizeof c);
    return c;
}

TEST(block_neighbours_that_wait_share_a_command)
{
    for (int i = 0; i < 9; i++)
        memset(bytes + i * PAGE, 0x70 + i, PAGE);
    struct hurd_block_counters before = counters();
    start(0, true, 0, 4000, 8);                         /* the disk is busy with this one */
    L4_Sleep(L4_TimePeriod(2000));
    for (unsigned i = 1; i < 9; i++)
        start(i, true, i * PAGE, 5000 + i * 8, 8);
    wait_for(9);
    struct hurd_block_counters after = counters();
    EXPECT_EQ(after.requests - before.requests, 9);
    EXPECT_EQ(after.commands - before.commands, 2);
    EXPECT_EQ(after.merged - before.merged, 8);
    EXPECT_EQ(after.waiting, 0);
    EXPECT_EQ(read_sectors(0, 5008, 64), 0);
    for (int i = 0; i < 8; i++)
        expect_bytes(bytes + i * PAGE, PAGE, 0x71 + i);
}

TEST(block_one_bad_page_in_company_is_its_owners_trouble)
{
    start(0, true, 0, 4000, 8);
    L4_Sleep(L4_TimePeriod(2000));
    start(1, true, PAGE, 6000, 8);
    start(2, true, BUFFER_PAGES * PAGE, 6008, 8);       /* a hole */
    start(3, true, 3 * PAGE, 6016, 8);
    start(4, false, 4 * PAGE, 6100, 8);
    start(5, false, BUFFER_PAGES * PAGE, 6108, 8);
    start(6, false, 6 * PAGE, 6116, 8);
    wait_for(7);
    for (unsigned i = 0; i < 7; i++)
        EXPECT_EQ(askers[i].error, i == 2 || i == 5 ? EFAULT : 0);
}

TEST(block_task_has_so_many_requests_and_the_next_is_told_to_come_later)
{
    unsigned refused = 0;
    for (unsigned i = 0; i < HURD_BLOCK_REQUESTS + 4; i++)
        start(i, false, 0, 7000 - 64 * i, 8);
    wait_for(HURD_BLOCK_REQUESTS + 4);
    for (unsigned i = 0; i < HURD_BLOCK_REQUESTS + 4; i++) {
        refused += askers[i].error == EAGAIN;
        EXPECT_EQ(askers[i].error == EAGAIN || askers[i].error == 0, 1);
    }
    EXPECT_EQ(refused, 4);
}

TEST(block_request_that_waits_can_be_cancelled)
{
    EXPECT_EQ(ASK(HURD_CAP_CANCEL, L4_MyGlobalId().raw), ESRCH);
    EXPECT_EQ(ASK(HURD_CAP_CANCEL, deva().raw), ESRCH);
    EXPECT_EQ(ASK(HURD_CAP_CANCEL), EINVAL);
    start(0, false, 0, 100, 8);
    start(1, false, PAGE, 3000, 8);
    start(2, false, 2 * PAGE, 5000, 8);
    L4_Sleep(L4_TimePeriod(2000));
    EXPECT_EQ(ASK(HURD_CAP_CANCEL, askers[1].thread.raw), 0);
    EXPECT_EQ(ASK(HURD_CAP_CANCEL, askers[0].thread.raw), 0);   /* under way */
    EXPECT_EQ(ASK(HURD_CAP_CANCEL, askers[0].thread.raw), ESRCH);
    wait_for(3);
    EXPECT_EQ(askers[0].error, ECANCELED);
    EXPECT_EQ(askers[1].error, ECANCELED);
    EXPECT_EQ(askers[2].error, 0);
}

TEST(block_second_request_of_a_thread_that_waits_is_refused)
{
    L4_Word_t words[] = { volume, buffer, 0, 2222, 8 };
    L4_LoadMR(0, L4_MakeTag(HURD_BLOCK_READ, 5, 0).raw);
    L4_LoadMRs(1, 5, words);
    EXPECT_EQ(L4_IpcSucceeded(L4_Send(driver)), 1);     /* and does not wait for the answer */
    EXPECT_EQ(read_sectors(0, 0, 8), EBUSY);
    EXPECT_EQ(ASK(HURD_BLOCK_FLUSH, volume), EBUSY);
    L4_MsgTag_t tag = L4_Receive_Timeout(driver, L4_TimePeriod(1000000));
    EXPECT_EQ(L4_IpcSucceeded(tag), 1);
    EXPECT_EQ(L4_Label(tag), 0);
    EXPECT_EQ(read_sectors(0, 0, 8), 0);
}

/* The next message from the driver: its tag, and that it is about what it should be. */
static L4_Word_t next_done(int error, L4_Word_t sectors)
{
    L4_Word_t words[3] = { 0, 0, 0 };
    L4_MsgTag_t tag = L4_Receive_Timeout(driver, L4_TimePeriod(2000000));
    EXPECT_EQ(L4_IpcSucceeded(tag), 1);
    EXPECT_EQ(L4_Label(tag), HURD_BLOCK_DONE);
    EXPECT_EQ(L4_UntypedWords(tag), 3);
    L4_StoreMRs(1, 3, words);
    EXPECT_EQ(words[1], error);
    EXPECT_EQ(words[2], sectors);
    return words[0];
}

static int tagged(L4_Word_t label, L4_Word_t offset, L4_Word_t sector, L4_Word_t count, L4_Word_t tag)
{
    return ASK(label, volume, buffer, offset, sector, count, tag);
}

TEST(block_requests_with_tags_are_told_when_they_are_done)
{
    memset(bytes, 0x12, PAGE);
    EXPECT_EQ(tagged(HURD_BLOCK_WRITE, 0, 3000, 8, 700), 0);
    EXPECT_EQ(tagged(HURD_BLOCK_READ, PAGE, 3000, 8, 701), 0);
    EXPECT_EQ(tagged(HURD_BLOCK_READ, 2 * PAGE, 3000, 5, 702), 0);
    EXPECT_EQ(tagged(HURD_BLOCK_READ, BUFFER_PAGES * PAGE, 3000, 8, 703), 0);   /* a hole */
    EXPECT_EQ(tagged(HURD_BLOCK_READ, 0, SIZE, 1, 704), ENXIO);                 /* told at once */
    EXPECT_EQ(read_sectors(0, 0, 8), EBUSY);
    EXPECT_EQ(ASK(HURD_BLOCK_FLUSH, volume), EBUSY);
    EXPECT_EQ(ASK(HURD_CAP_CANCEL, L4_MyGlobalId().raw), ESRCH);
    L4_Sleep(L4_TimePeriod(200000));                    /* all are done, and we did not listen */
    EXPECT_EQ(read_sectors(0, 0, 8), EBUSY);
    L4_Word_t seen = 0;
    L4_MsgTag_t got;
    L4_Word_t words[3];
    for (int i = 0; i < 4; i++) {
        got = L4_Receive_Timeout(driver, L4_TimePeriod(2000000));
        EXPECT_EQ(L4_Label(got), HURD_BLOCK_DONE);
        L4_StoreMRs(1, 3, words);
        EXPECT_EQ(words[1], words[0] == 703 ? EFAULT : 0);
        EXPECT_EQ(words[2], words[0] == 703 ? 0 : words[0] == 702 ? 5 : 8);
        seen |= 1u << (words[0] - 700);
    }
    EXPECT_EQ(seen, 15);
    expect_bytes(bytes + PAGE, PAGE, 0x12);
    EXPECT_EQ(read_sectors(0, 0, 8), 0);
}

TEST(block_requests_with_tags_count_until_they_are_heard_of)
{
    for (L4_Word_t i = 0; i < HURD_BLOCK_REQUESTS; i++)
        EXPECT_EQ(tagged(HURD_BLOCK_READ, 0, 8 * i, 8, i), 0);
    L4_Sleep(L4_TimePeriod(1000000));
    EXPECT_EQ(tagged(HURD_BLOCK_READ, 0, 0, 8, 99), EAGAIN);
    next_done(0, 8);
    EXPECT_EQ(tagged(HURD_BLOCK_READ, 0, 0, 8, 99), 0);
    for (L4_Word_t i = 0; i < HURD_BLOCK_REQUESTS; i++)
        next_done(0, 8);
    EXPECT_EQ(counters().waiting, 0);
}

TEST(block_client_that_never_listens_is_forgotten_after_some_seconds)
{
    EXPECT_EQ(tagged(HURD_BLOCK_READ, 0, 0, 8, 1), 0);
    L4_Sleep(L4_TimePeriod(15000000));
    EXPECT_EQ(counters().waiting, 0);
    EXPECT_EQ(read_sectors(0, 0, 8), 0);
}

TEST(block_buffer_that_is_dropped_stays_until_its_requests_have_ended)
{
    L4_Word_t another, kept = buffer;
    EXPECT_EQ(container_make(2, &another), 0);
    EXPECT_EQ(make_buffer(another, HURD_PM_READ | HURD_PM_WRITE, &buffer), 0);
    start(0, false, 0, 1234, 8);
    L4_Sleep(L4_TimePeriod(2000));
    EXPECT_EQ(ASK(HURD_CAP_DROP, buffer), 0);
    wait_for(1);
    EXPECT_EQ(askers[0].error, 0);
    buffer = kept;
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), another), 0);
}

/* ---- the library ---- */

TEST(block_library_opens_uses_and_closes)
{
    struct hurd_block b;
    struct hurd_block_info info;
    L4_Word_t done = 0;
    EXPECT_EQ(hurd_block_open(&b, deva(), console()), EOPNOTSUPP);
    EXPECT_EQ(hurd_block_open(&b, deva(), whole + 1000), EBADF);
    EXPECT_EQ(hurd_block_open(&b, deva(), whole), 0);
    EXPECT_EQ(b.sectors, SIZE);
    EXPECT_EQ(hurd_block_use(&b, physmem(), container, HURD_PM_READ | HURD_PM_WRITE), 0);
    memset(bytes, 0x77, 2 * PAGE);
    EXPECT_EQ(hurd_block_write(&b, 0, 640, 16, &done), 0);
    EXPECT_EQ(done, 16);
    memset(bytes, 0, 2 * PAGE);
    EXPECT_EQ(hurd_block_read(&b, 0, 640, 16, &done), 0);
    EXPECT_EQ(done, 16);
    expect_bytes(bytes, 2 * PAGE, 0x77);
    EXPECT_EQ(hurd_block_read(&b, 0, SIZE, 1, &done), ENXIO);
    EXPECT_EQ(done, 0);
    EXPECT_EQ(hurd_block_info(&b, &info), 0);
    EXPECT_EQ(info.sectors, SIZE);
    EXPECT_EQ(hurd_block_flush(&b), 0);
    EXPECT_EQ(b.reopened, 0);
    hurd_block_close(&b);
    EXPECT_EQ(read_sectors(0, 0, 8), 0);                /* the other handles are as they were */
}

const struct test tests[] = {
    T(block_grant_of_what_cannot_be_is_refused),
    T(block_check_says_what_was_granted_and_nothing_of_other_handles),
    T(block_capability_says_of_itself_what_it_is),
    T(block_drivers_register_for_their_own_threads_and_free_disks_only),
    T(block_dma_memory_is_lent_to_one_task),
    T(block_open_shows_the_size_and_the_rights),
    T(block_open_without_a_capability_is_refused),
    T(block_open_of_more_than_the_disk_has_is_refused),
    T(block_task_has_so_many_handles),
    T(block_handles_of_others_and_wrong_words_are_refused),
    T(block_request_with_a_map_item_is_refused),
    T(block_buffer_is_a_weak_reference_from_the_caller),
    T(block_container_of_another_client_is_no_buffer),
    T(block_driver_takes_no_more_containers_than_it_is_told_the_names_of),
    T(block_containers_of_the_dead_do_not_count_as_those_of_the_living),
    T(block_transfer_out_of_range_is_refused),
    T(block_transfer_without_the_right_is_refused),
    T(block_read_into_a_container_that_may_not_be_written_is_refused),
    T(block_read_into_a_pinned_page_is_refused),
    T(block_what_is_written_is_read_again_from_any_sector_on),
    T(block_what_is_written_later_does_not_change_what_was_written),
    T(block_volume_is_its_sectors_and_no_others),
    T(block_flush_says_that_all_is_written),
    T(block_neighbours_that_wait_share_a_command),
    T(block_one_bad_page_in_company_is_its_owners_trouble),
    T(block_task_has_so_many_requests_and_the_next_is_told_to_come_later),
    T(block_request_that_waits_can_be_cancelled),
    T(block_second_request_of_a_thread_that_waits_is_refused),
    T(block_requests_with_tags_are_told_when_they_are_done),
    T(block_requests_with_tags_count_until_they_are_heard_of),
    T(block_client_that_never_listens_is_forgotten_after_some_seconds),
    T(block_buffer_that_is_dropped_stays_until_its_requests_have_ended),
    T(block_library_opens_uses_and_closes),
    { NULL, NULL },
};
