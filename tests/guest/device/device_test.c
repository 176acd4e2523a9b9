/* SPDX-License-Identifier: MIT */
/* Device capabilities: exactly what the device owns, and nothing of its neighbour. */
#include "tests/guest/device/device.h"

#include <errno.h>
#include <stddef.h>

#include <hurd/block.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

enum { NUMBER = 40, FIRST_NUMBER = 100, LINE = 5, OTHER_LINE = 10, DISK = 6 };

static const struct hurd_device sample = {
    .number = NUMBER, .class = HURD_DEVICE_OTHER, .disk = DISK, .disks = 1, .count = 4,
    .resource = { { HURD_RESOURCE_PORTS, 0x2F8, 8 },
                  { HURD_RESOURCE_PORTS, 0x37A, 1 },
                  { HURD_RESOURCE_MEMORY, 0xFD000000, 0x3000 },
                  { HURD_RESOURCE_IRQ, LINE, 0 } },
};

L4_Word_t master(void)
{
    return console() + 1;
}

bool suite_can_run(void)
{
    for (int i = 0; i < 1000; i++) {
        L4_Word_t kind, parts;
        if (!hurd_deva_info(deva(), master(), &kind, &parts))
            return kind == HURD_DEVA_KIND_MASTER;
        L4_Sleep(L4_TimePeriod(10000));
    }
    return false;
}

static L4_Word_t self(void)
{
    return L4_Version(L4_MyGlobalId());
}

int grant(const struct hurd_device *d, L4_Word_t *handle)
{
    return hurd_device_grant(deva(), master(), self(), d, handle);
}

void drop(L4_Word_t handle)
{
    EXPECT_EQ(hurd_cap_drop(deva(), handle), 0);
}

/* The errno for a sample that differs in its first resource. */
static int grant_with(L4_Word_t kind, L4_Word_t base, L4_Word_t size)
{
    struct hurd_device d = sample;
    L4_Word_t handle;
    d.resource[0] = (struct hurd_resource) { kind, base, size };
    int err = grant(&d, &handle);
    if (!err)
        drop(handle);
    return err;
}

TEST(device_says_what_it_owns)
{
    struct hurd_device d = { 0 };
    L4_Word_t handle, kind = 0, class = 0;
    EXPECT_EQ(grant(&sample, &handle), 0);
    EXPECT_EQ(hurd_deva_info(deva(), handle, &kind, &class), 0);
    EXPECT_EQ(kind, HURD_DEVA_KIND_DEVICE);
    EXPECT_EQ(class, HURD_DEVICE_OTHER);
    EXPECT_EQ(hurd_device_describe(deva(), handle, &d), 0);
    EXPECT_EQ(d.number, NUMBER);
    EXPECT_EQ(d.disk, DISK);
    EXPECT_EQ(d.count, 4);
    EXPECT_EQ(d.resource[2].base, 0xFD000000);
    EXPECT_EQ(d.resource[3].base, LINE);
    EXPECT_EQ(REQUEST(HURD_DEVICE_DESCRIBE, handle, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_INFO, handle, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_FOREGROUND, handle, 1), EOPNOTSUPP);
    drop(handle);
    EXPECT_EQ(hurd_device_describe(deva(), handle, &d), EBADF);
}

static int map_ports(L4_Word_t handle, L4_Word_t io_fpage)
{
    L4_Accept(L4_MapGrantItems(L4_CompleteIoSpace));
    int err = hurd_deva_ports_map(deva(), handle, io_fpage);
    L4_Accept(L4_UntypedWordsAcceptor);
    return err;
}

TEST(device_gives_its_ports_and_not_those_of_its_neighbour)
{
    L4_Word_t handle;
    EXPECT_EQ(grant(&sample, &handle), 0);
    EXPECT_EQ(map_ports(handle, L4_IoFpageLog2(0x2F8, 3).raw), 0);
    EXPECT_EQ(map_ports(handle, L4_IoFpageLog2(0x2FC, 2).raw), 0);
    EXPECT_EQ(map_ports(handle, L4_IoFpageLog2(0x37A, 0).raw), 0);
    EXPECT_EQ(map_ports(handle, L4_IoFpageLog2(0x378, 2).raw), EPERM);  /* and three others */
    EXPECT_EQ(map_ports(handle, L4_IoFpageLog2(0x2F0, 4).raw), EPERM);
    EXPECT_EQ(map_ports(handle, L4_IoFpageLog2(0x300, 0).raw), EPERM);
    EXPECT_EQ(map_ports(handle, L4_IoFpageLog2(0x3F8, 3).raw), EPERM);
    EXPECT_EQ(map_ports(handle, L4_CompleteIoSpace.raw), EPERM);
    EXPECT_EQ(map_ports(handle, 0), EINVAL);
    drop(handle);
}

TEST(device_gives_its_memory_and_not_that_of_its_neighbour)
{
    L4_Word_t handle;
    L4_Fpage_t none = L4_Fpage(0x50000000, 0x1000);
    EXPECT_EQ(grant(&sample, &handle), 0);
    EXPECT_EQ(hurd_deva_memory_map(deva(), handle, 0xFD003000, 0x1000, none), EPERM);
    EXPECT_EQ(hurd_deva_memory_map(deva(), handle, 0xFCFFF000, 0x1000, none), EPERM);
    EXPECT_EQ(hurd_deva_memory_map(deva(), handle, 0xFD002000, 0x2000, none), EPERM);
    EXPECT_EQ(hurd_deva_memory_map(deva(), handle, 0xFD000000, 0x400000, none), EPERM);
    EXPECT_EQ(hurd_deva_memory_map(deva(), handle, 0xFD000000, 0, none), EPERM);
    EXPECT_EQ(hurd_deva_memory_map(deva(), handle, 0xFD000000, 0x3000, none), EINVAL);
    EXPECT_EQ(hurd_deva_memory_map(deva(), handle, 0xFD002000, 0x1000, none), 0);
    EXPECT_EQ(REQUEST(HURD_DEVA_MEMORY_MAP, handle, 0xFD000000), EINVAL);
    drop(handle);
}

TEST(device_gives_its_interrupt_and_no_other)
{
    L4_Word_t handle;
    EXPECT_EQ(grant(&sample, &handle), 0);
    EXPECT_EQ(hurd_deva_irq_attach(deva(), handle, OTHER_LINE, L4_MyGlobalId()), EPERM);
    EXPECT_EQ(hurd_deva_irq_attach(deva(), handle, 0, L4_MyGlobalId()), EPERM);
    EXPECT_EQ(hurd_deva_irq_attach(deva(), handle, LINE, deva()), EPERM);
    EXPECT_EQ(hurd_deva_irq_attach(deva(), handle, LINE, L4_MyGlobalId()), 0);
    EXPECT_EQ(hurd_deva_irq_attach(deva(), handle, LINE, L4_MyGlobalId()), EBUSY);
    EXPECT_EQ(hurd_deva_irq_detach(deva(), handle, OTHER_LINE), EPERM);
    EXPECT_EQ(hurd_deva_irq_detach(deva(), handle, LINE), 0);
    EXPECT_EQ(hurd_deva_irq_detach(deva(), handle, LINE), EPERM);
    EXPECT_EQ(REQUEST(HURD_DEVA_IRQ_ATTACH, handle, LINE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_IRQ_DETACH, handle), EINVAL);
    drop(handle);
}

TEST(device_gets_memory_for_dma_only_if_it_is_a_bus_master)
{
    struct hurd_device d = sample;
    struct hurd_deva_dma memory;
    L4_Word_t handle;
    EXPECT_EQ(grant(&sample, &handle), 0);
    EXPECT_EQ(hurd_deva_dma_memory(deva(), handle, &memory), EPERM);
    drop(handle);
    d.flags = HURD_DEVICE_DMA;
    EXPECT_EQ(grant(&d, &handle), 0);
    EXPECT_EQ(hurd_deva_dma_memory(deva(), handle, &memory), 0);
    EXPECT_EQ(REQUEST(HURD_DEVA_DMA_MEMORY, handle, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_DMA_MEMORY, handle, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_DMA_MEMORY, handle, HURD_DEVA_DMA_MOST + 1, 0), EINVAL);
    drop(handle);
}

/* The pages stay with the devices, so this is the last test that asks for new ones. */
TEST(device_has_pages_for_dma_of_its_own)
{
    struct hurd_device d = sample;
    struct hurd_deva_dma first, memory, again;
    L4_Word_t handle, below = 0x1000000;
    d.flags = HURD_DEVICE_DMA;
    EXPECT_EQ(grant(&d, &handle), 0);
    EXPECT_EQ(hurd_deva_dma_memory(deva(), handle, &first), 0);
    drop(handle);
    for (unsigned i = 1; i < HURD_DEVA_DMA_LOANS; i++) {
        d.number = sample.number + i;
        EXPECT_EQ(grant(&d, &handle), 0);
        EXPECT_EQ(hurd_deva_dma_pages(deva(), handle, 2, below, &memory), 0);
        EXPECT_EQ(memory.physical[1] < below && memory.physical[0] < below, true);
        EXPECT_EQ(memory.physical[0] == first.physical[0], false);
        EXPECT_EQ(memory.physical[0] == memory.physical[1], false);
        EXPECT_EQ(hurd_deva_dma_pages(deva(), handle, 3, 0, &again), EPROTO);
        EXPECT_EQ(hurd_deva_dma_pages(deva(), handle, (L4_Word_t)-2, 0, &again), EINVAL);
        EXPECT_EQ(hurd_deva_dma_pages(deva(), handle, 2, 0, &again), 0);
        EXPECT_EQ(memory.physical[0], again.physical[0]);
        drop(handle);
    }
    d.number = sample.number + HURD_DEVA_DMA_LOANS;
    EXPECT_EQ(grant(&d, &handle), 0);
    EXPECT_EQ(hurd_deva_dma_memory(deva(), handle, &memory), ENOSPC);
    drop(handle);
    EXPECT_EQ(grant(&sample, &handle), 0);
    EXPECT_EQ(hurd_deva_dma_memory(deva(), handle, &memory), EPERM);
    drop(handle);
}

TEST(device_serves_its_disks_and_no_others)
{
    L4_Word_t handle, mine, other;
    struct hurd_deva_extent extent = { .disk = DISK, .sectors = 8, .rights = HURD_BLOCK_READS };
    EXPECT_EQ(grant(&sample, &handle), 0);
    EXPECT_EQ(hurd_deva_block_grant(deva(), master(), self(), &extent, &mine), 0);
    extent.disk = DISK + 1;
    EXPECT_EQ(hurd_deva_block_grant(deva(), master(), self(), &extent, &other), 0);
    EXPECT_EQ(hurd_deva_block_check(deva(), handle, self(), mine, &extent), 0);
    EXPECT_EQ(extent.disk, DISK);
    EXPECT_EQ(hurd_deva_block_check(deva(), handle, self(), other, &extent), EBADF);
    EXPECT_EQ(hurd_deva_block_check(deva(), handle, self(), handle, &extent), EBADF);
    L4_ThreadId_t me = L4_MyGlobalId();
    EXPECT_EQ(hurd_deva_block_register(deva(), handle, me, DISK + 1, 1), EPERM);
    EXPECT_EQ(hurd_deva_block_register(deva(), handle, me, DISK, 2), EPERM);
    EXPECT_EQ(hurd_deva_block_register(deva(), handle, me, DISK, (L4_Word_t) -1), EPERM);
    EXPECT_EQ(hurd_deva_block_register(deva(), handle, L4_nilthread, DISK, 1), EPERM);
    EXPECT_EQ(hurd_deva_block_register(deva(), handle, deva(), DISK, 1), EPERM);
    EXPECT_EQ(hurd_deva_block_register(deva(), handle, me, DISK, 1), 0);
    EXPECT_EQ(REQUEST(HURD_DEVA_BLOCK_REGISTER, handle, me.raw, DISK), EINVAL);
    drop(mine);
    drop(other);
    drop(handle);
}

TEST(device_is_made_of_resources_that_can_be)
{
    EXPECT_EQ(grant_with(0, 0, 1), EINVAL);
    EXPECT_EQ(grant_with(4, 0, 1), EINVAL);
    EXPECT_EQ(grant_with(HURD_RESOURCE_PORTS, 0x2F8, 0), EINVAL);
    EXPECT_EQ(grant_with(HURD_RESOURCE_PORTS, 0xFFFF, 2), EINVAL);
    EXPECT_EQ(grant_with(HURD_RESOURCE_PORTS, 0x10000, 1), EINVAL);
    EXPECT_EQ(grant_with(HURD_RESOURCE_PORTS, 0x37A, 1), EINVAL);       /* twice */
    EXPECT_EQ(grant_with(HURD_RESOURCE_MEMORY, 0xFD010800, 0x1000), EINVAL);
    EXPECT_EQ(grant_with(HURD_RESOURCE_MEMORY, 0xFD010000, 0x800), EINVAL);
    EXPECT_EQ(grant_with(HURD_RESOURCE_MEMORY, 0xFFFFF000, 0x2000), EINVAL);
    EXPECT_EQ(grant_with(HURD_RESOURCE_MEMORY, 0xFFFFF000, 0x1000), 0);
    EXPECT_EQ(grant_with(HURD_RESOURCE_IRQ, 0, 0), EINVAL);
    EXPECT_EQ(grant_with(HURD_RESOURCE_IRQ, 2, 0), EINVAL);
    EXPECT_EQ(grant_with(HURD_RESOURCE_IRQ, 16, 0), EINVAL);
    EXPECT_EQ(grant_with(HURD_RESOURCE_IRQ, OTHER_LINE, 2), EINVAL);
    EXPECT_EQ(grant_with(HURD_RESOURCE_IRQ, OTHER_LINE, 1), 0);
    EXPECT_EQ(REQUEST(HURD_DEVICE_GRANT, master(), self(), 1, 1, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVICE_GRANT, master(), self(), 1, 0, 0, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVICE_GRANT, master(), self(), 1, HURD_DEVICE_CLASSES, 0, 0, 0),
              EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVICE_GRANT, master(), self(), 1, 1, 2, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVICE_GRANT, master(), self(), 1, 1, 0, 7, 2), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVICE_GRANT, master(), 0, 1, 1, 0, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVICE_GRANT, master(), self(), 1, 1, 0, 0, 0, 1, 2), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVICE_GRANT, console(), self(), 1, 1, 0, 0, 0), EOPNOTSUPP);
}

TEST(device_gets_nothing_that_belongs_to_another_or_to_deva)
{
    struct hurd_device d = sample;
    L4_Word_t first, second;
    EXPECT_EQ(grant_with(HURD_RESOURCE_PORTS, 0x3F0, 16), EBUSY);
    EXPECT_EQ(grant_with(HURD_RESOURCE_PORTS, 0x60, 1), EBUSY);
    EXPECT_EQ(grant_with(HURD_RESOURCE_MEMORY, 0xA0000, 0x20000), EBUSY);
    EXPECT_EQ(grant_with(HURD_RESOURCE_MEMORY, 0xB8000, 0x1000), EBUSY);
    EXPECT_EQ(grant(&sample, &first), 0);
    d.number++;
    EXPECT_EQ(grant(&d, &second), EBUSY);
    d.count = 1;
    d.resource[0] = (struct hurd_resource) { HURD_RESOURCE_PORTS, 0x2FF, 1 };
    EXPECT_EQ(grant(&d, &second), EBUSY);
    d.resource[0] = (struct hurd_resource) { HURD_RESOURCE_MEMORY, 0xFC000000, 0x2000000 };
    EXPECT_EQ(grant(&d, &second), EBUSY);
    d.resource[0] = (struct hurd_resource) { HURD_RESOURCE_IRQ, LINE, 1 };
    EXPECT_EQ(grant(&d, &second), EBUSY);
    d.resource[0] = (struct hurd_resource) { HURD_RESOURCE_PORTS, 0x300, 1 };
    EXPECT_EQ(grant(&d, &second), 0);
    drop(second);
    drop(first);
}

TEST(device_is_for_the_driver_that_it_was_made_for)
{
    L4_Word_t handle;
    EXPECT_EQ(grant(&sample, &handle), 0);
    EXPECT_EQ(hurd_cap_give(deva(), handle, HURD_TASK_INIT, 0, 0, NULL), EPERM);
    drop(handle);
}

TEST(driver_is_found_by_the_class_or_the_number_of_its_device)
{
    struct hurd_device d = sample;
    struct hurd_driver driver;
    L4_Word_t handle, before = 0;
    d.class = HURD_DEVICE_SPEAKER;
    EXPECT_EQ(grant(&d, &handle), 0);
    if (!hurd_driver_find(deva(), console(), HURD_DEVICE_ANY, NUMBER, &driver))
        before = driver.drivers;        /* the tests before this one were drivers, too */
    EXPECT_EQ(hurd_driver_register(deva(), handle, deva()), EPERM);
    EXPECT_EQ(hurd_driver_register(deva(), handle, L4_nilthread), EPERM);
    EXPECT_EQ(hurd_driver_register(deva(), handle, L4_MyGlobalId()), 0);
    EXPECT_EQ(REQUEST(HURD_DEVICE_DRIVER_REGISTER, handle), EINVAL);
    EXPECT_EQ(hurd_driver_find(deva(), console(), HURD_DEVICE_SPEAKER, 0, &driver), 0);
    EXPECT_EQ(driver.thread.raw, L4_MyGlobalId().raw);
    EXPECT_EQ(driver.drivers, before + 1);
    EXPECT_EQ(driver.device, NUMBER);
    EXPECT_EQ(hurd_driver_find(deva(), console(), HURD_DEVICE_SPEAKER, 1, &driver), ENODEV);
    EXPECT_EQ(hurd_driver_find(deva(), console(), HURD_DEVICE_CLOCK, 0, &driver), ENODEV);
    EXPECT_EQ(hurd_driver_find(deva(), console(), HURD_DEVICE_ANY, NUMBER + 1, &driver), ENODEV);
    EXPECT_EQ(hurd_driver_find(deva(), console(), HURD_DEVICE_CLASSES, 0, &driver), EINVAL);
    EXPECT_EQ(hurd_driver_find(deva(), (L4_Word_t) -1, HURD_DEVICE_CLOCK, 0, &driver), EBADF);
    EXPECT_EQ(REQUEST(HURD_DEVICE_DRIVER_FIND, console(), 1), EINVAL);
    drop(handle);
}

TEST(driver_has_a_priority_if_it_serves_a_device_that_owns_something)
{
    struct hurd_device nothing = { .number = FIRST_NUMBER, .class = HURD_DEVICE_OTHER };
    L4_ThreadId_t me = L4_MyGlobalId(), pager = L4_GlobalIdOf(L4_Pager());
    L4_Word_t handle, empty;
    EXPECT_EQ(grant(&sample, &handle), 0);
    EXPECT_EQ(hurd_driver_register(deva(), handle, pager), 0);
    EXPECT_EQ(hurd_driver_favour(deva(), handle, pager), EPERM);        /* the pager serves it */
    EXPECT_EQ(hurd_driver_register(deva(), handle, me), 0);
    EXPECT_EQ(hurd_driver_favour(deva(), handle, deva()), EPERM);
    EXPECT_EQ(hurd_driver_favour(deva(), handle, L4_nilthread), EPERM);
    EXPECT_EQ(hurd_driver_favour(deva(), handle, L4_MyLocalId()), EPERM);
    EXPECT_EQ(REQUEST(HURD_DEVICE_DRIVER_FAVOUR, handle), EINVAL);
    EXPECT_EQ(grant(&nothing, &empty), 0);
    EXPECT_EQ(hurd_driver_register(deva(), empty, me), 0);
    EXPECT_EQ(hurd_driver_favour(deva(), empty, pager), EPERM);
    drop(empty);
    EXPECT_EQ(hurd_driver_favour(deva(), handle, pager), 0);
    EXPECT_EQ(hurd_driver_favour(deva(), handle, pager), 0);            /* once more is no more */
    drop(handle);
    EXPECT_EQ(hurd_driver_favour(deva(), handle, pager), EBADF);
    EXPECT_EQ(hurd_driver_favour(deva(), console(), pager), EOPNOTSUPP);
}

TEST(driver_numbers_have_a_limit)
{
    struct hurd_device d = { .class = HURD_DEVICE_OTHER };
    int err = 0;
    unsigned registered = 0;
    for (d.number = FIRST_NUMBER; d.number <= FIRST_NUMBER + HURD_DEVICE_DRIVERS && !err;
         d.number++) {
        L4_Word_t handle;
        EXPECT_EQ(grant(&d, &handle), 0);
        err = hurd_driver_register(deva(), handle, L4_MyGlobalId());
        registered += !err;
        drop(handle);
    }
    EXPECT_EQ(err, ENOSPC);
    EXPECT_EQ(registered, HURD_DEVICE_DRIVERS - 1);     /* one is that of an earlier test */
}

TEST(archive_of_drivers_is_given_with_the_master_capability)
{
    L4_Word_t container = 0, bytes = 0;
    EXPECT_EQ(hurd_driver_archive(deva(), master(), &container, &bytes), 0);
    EXPECT_EQ(bytes > 4096, true);
    EXPECT_EQ(REQUEST(HURD_DEVICE_DRIVER_ARCHIVE, master(), 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVICE_DRIVER_ARCHIVE, console()), EOPNOTSUPP);
}

const struct test tests[] = {
    T(device_says_what_it_owns),
    T(device_gives_its_ports_and_not_those_of_its_neighbour),
    T(device_gives_its_memory_and_not_that_of_its_neighbour),
    T(device_gives_its_interrupt_and_no_other),
    T(device_gets_memory_for_dma_only_if_it_is_a_bus_master),
    T(device_has_pages_for_dma_of_its_own),
    T(device_serves_its_disks_and_no_others),
    T(device_is_made_of_resources_that_can_be),
    T(device_gets_nothing_that_belongs_to_another_or_to_deva),
    T(device_is_for_the_driver_that_it_was_made_for),
    T(driver_is_found_by_the_class_or_the_number_of_its_device),
    T(line_is_shared_or_not_by_all),
    T(line_that_is_shared_gives_each_interrupt_to_both_drivers),
    T(line_that_no_driver_wants_is_switched_off_for_a_while),
    T(line_goes_on_when_a_driver_does_not_say_that_it_is_done),
    T(part_of_the_console_has_nothing_else),
    T(part_of_the_console_is_driven_by_one_thread_that_makes_sense),
    T(part_of_the_console_does_not_wait_for_programs_while_it_makes_sense),
    T(part_of_the_console_goes_back_to_deva_when_its_driver_is_silent),
    T(screen_is_given_to_its_driver_as_a_whole),
    T(screen_of_a_driver_changes_as_deva_says),
    T(screen_is_drawn_anew_when_its_driver_makes_no_sense),
    T(archive_of_drivers_is_given_with_the_master_capability),
    T(driver_has_a_priority_if_it_serves_a_device_that_owns_something),
    T(driver_numbers_have_a_limit),
    { NULL, NULL },
};
