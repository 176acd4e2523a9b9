/* SPDX-License-Identifier: MIT */
/* deva from a driver's point of view: interrupts and ports for a program that holds the master
 * capability, and what even that does not allow.  The devices are the real-time clock, IRQ 8, and
 * the display adapter on the PCI bus. */
#include "suite.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

#include <hurd/task.h>
#include <hurd/wortel.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

#include "servers/deva/ports.h"

enum {
    IRQ_CLOCK = 8,
    PORT_INDEX = 0x70,
    PORT_DATA = 0x71,
    REGISTER_A = 10,            /* rate in bits 0-3 */
    REGISTER_B = 11,            /* bit 6: periodic interrupt */
    REGISTER_C = 12,            /* why it interrupted; reading it lets the next one happen */
};

/* init gives the master capability right after the console's. */
static L4_Word_t master(void)
{
    return console() + 1;
}

/* We may run before init has given it to us. */
bool suite_can_run(void)
{
    for (int i = 0; i < 100; i++) {
        L4_Word_t kind, parts;
        if (!hurd_deva_info(deva(), master(), &kind, &parts))
            return kind == HURD_DEVA_KIND_MASTER;
        L4_Sleep(L4_TimePeriod(10000));
    }
    return false;
}

static int attach(L4_Word_t irq, L4_ThreadId_t handler)
{
    return hurd_deva_irq_attach(deva(), master(), irq, handler);
}

static int detach(L4_Word_t irq)
{
    return hurd_deva_irq_detach(deva(), master(), irq);
}

static int map_ports(L4_Word_t io_fpage)
{
    L4_Accept(L4_MapGrantItems(L4_CompleteIoSpace));
    int err = hurd_deva_ports_map(deva(), master(), io_fpage);
    L4_Accept(L4_UntypedWordsAcceptor);
    return err;
}

TEST(driver_has_the_master_capability)
{
    L4_Word_t kind = 0, parts;
    EXPECT_EQ(hurd_deva_info(deva(), master(), &kind, &parts), 0);
    EXPECT_EQ(kind, HURD_DEVA_KIND_MASTER);
    EXPECT_EQ(REQUEST(HURD_DEVA_INFO, master(), 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_IO_WRITE, master(), '!'), EOPNOTSUPP);
}

TEST(driver_attach_of_a_line_that_the_kernel_needs_is_refused)
{
    EXPECT_EQ(attach(0, L4_MyGlobalId()), EINVAL);
    EXPECT_EQ(attach(2, L4_MyGlobalId()), EINVAL);
    EXPECT_EQ(attach(16, L4_MyGlobalId()), EINVAL);
    EXPECT_EQ(attach((L4_Word_t) -1, L4_MyGlobalId()), EINVAL);
}

TEST(driver_attach_of_a_line_that_deva_uses_is_refused)
{
    L4_Word_t kind, parts = 0;
    EXPECT_EQ(hurd_deva_info(deva(), master(), &kind, &parts), 0);
    if (parts & HURD_DEVA_HAS_SERIAL)
        EXPECT_EQ(attach(4, L4_MyGlobalId()), EBUSY);
    if (parts & HURD_DEVA_HAS_KEYBOARD)
        EXPECT_EQ(attach(1, L4_MyGlobalId()), EBUSY);
    EXPECT_EQ(detach(4), EPERM);
    EXPECT_EQ(detach(1), EPERM);
    EXPECT_EQ(detach(16), EINVAL);
}

TEST(driver_directs_interrupts_at_its_own_threads_only)
{
    EXPECT_EQ(attach(5, deva()), EPERM);
    EXPECT_EQ(attach(5, hurd_wortel_thread()), EPERM);
    EXPECT_EQ(attach(5, L4_nilthread), EPERM);
    EXPECT_EQ(attach(5, L4_MyLocalId()), EPERM);
    L4_Word_t version = L4_Version(L4_MyGlobalId());
    EXPECT_EQ(attach(5, L4_GlobalId(16000, version)), EIO);     /* no such thread */
    EXPECT_EQ(REQUEST(HURD_DEVA_IRQ_ATTACH, master(), 5), EINVAL);
}

TEST(driver_line_has_one_handler_until_it_is_detached)
{
    EXPECT_EQ(attach(5, L4_MyGlobalId()), 0);
    EXPECT_EQ(attach(5, L4_MyGlobalId()), EBUSY);
    EXPECT_EQ(detach(5), 0);
    EXPECT_EQ(detach(5), EPERM);
    EXPECT_EQ(attach(5, L4_MyGlobalId()), 0);
    EXPECT_EQ(detach(5), 0);
    EXPECT_EQ(REQUEST(HURD_DEVA_IRQ_DETACH, master()), EINVAL);
}

TEST(driver_gets_no_ports_that_deva_uses_and_nothing_that_is_no_port)
{
    EXPECT_EQ(map_ports(L4_IoFpageLog2(0x3f8, 3).raw), EBUSY);
    EXPECT_EQ(map_ports(L4_IoFpageLog2(0x3f8, 0).raw), EBUSY);
    EXPECT_EQ(map_ports(L4_IoFpageLog2(0x60, 0).raw), EBUSY);
    EXPECT_EQ(map_ports(L4_CompleteIoSpace.raw), EBUSY);
    EXPECT_EQ(map_ports(0), EINVAL);
    EXPECT_EQ(map_ports(L4_Fpage(0x400000, 4096).raw), EINVAL);
    EXPECT_EQ(map_ports(0x71u << 16 | 1 << 10 | 2 << 4), EINVAL);       /* not on its boundary */
    EXPECT_EQ(map_ports(0u << 16 | 17 << 10 | 2 << 4), EINVAL);         /* more than all */
}

TEST(driver_gives_a_console_to_tasks_that_can_exist)
{
    L4_Word_t handle = 0;
    L4_Word_t self = L4_Version(L4_MyGlobalId());
    EXPECT_EQ(hurd_deva_console_inject(deva(), master(), self, &handle), 0);
    EXPECT_EQ(handle, console());               /* the same again */
    EXPECT_EQ(hurd_deva_console_inject(deva(), master(), 0, &handle), EINVAL);
    EXPECT_EQ(hurd_deva_console_inject(deva(), master(), 1u << 14, &handle), EINVAL);
}

TEST(driver_chooses_the_foreground_among_tasks_that_can_exist)
{
    L4_Word_t self = L4_Version(L4_MyGlobalId());
    struct hurd_deva_typed typed = {7, 7, 7};
    EXPECT_EQ(hurd_deva_foreground(deva(), master(), 1u << 14, &typed), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_FOREGROUND, master()), EINVAL);
    EXPECT_EQ(hurd_deva_foreground(deva(), master(), self, &typed), 0);
    EXPECT_EQ(typed.interrupts, 0);
    EXPECT_EQ(typed.suspends, 0);
    EXPECT_EQ(hurd_deva_foreground(deva(), master(), HURD_DEVA_FOREGROUND_ASK, &typed), 0);
    EXPECT_EQ(typed.foreground, self);
}

static int set_group(L4_Word_t group)
{
    return hurd_deva_console_group(deva(), console(), &group);
}

/* The owner's foreground is its own; else programs choose it, and the modes, among themselves. */
TEST(driver_gives_modes_and_the_foreground_to_programs_while_its_owner_waits)
{
    L4_Word_t self = L4_Version(L4_MyGlobalId()), group = HURD_DEVA_FOREGROUND_ASK;
    struct hurd_deva_typed typed;
    struct hurd_deva_modes modes = {HURD_DEVA_MODE_SILENT, {1, 2, 3}}, now;
    EXPECT_EQ(hurd_deva_foreground(deva(), master(), self, &typed), 0);
    EXPECT_EQ(hurd_deva_console_group(deva(), console(), &group), 0);
    EXPECT_EQ(group, self);
    EXPECT_EQ(set_group(self + 1), EPERM);
    EXPECT_EQ(hurd_deva_set_modes(deva(), console(), &modes), EPERM);
    EXPECT_EQ(hurd_deva_foreground(deva(), master(), self + 1, &typed), 0);
    EXPECT_EQ(hurd_deva_set_modes(deva(), console(), &modes), 0);
    EXPECT_EQ(set_group(self + 2), 0);
    EXPECT_EQ(hurd_deva_get_modes(deva(), console(), &now), 0);
    EXPECT_EQ(now.flags, HURD_DEVA_MODE_SILENT);
    EXPECT_EQ(now.words[0] + now.words[2] * 10, 31);
    EXPECT_EQ(hurd_deva_foreground(deva(), master(), self, &typed), 0);
    EXPECT_EQ(typed.foreground, self + 2);
    EXPECT_EQ(hurd_deva_get_modes(deva(), console(), &now), 0);
    EXPECT_EQ(now.flags + now.words[0], 0);
}

TEST(driver_lets_a_reader_ask_not_to_wait_for_the_foreground)
{
    L4_Word_t self = L4_Version(L4_MyGlobalId()), got, flags = HURD_DEVA_READ_IN_FRONT;
    struct hurd_deva_typed typed;
    char text[4];
    EXPECT_EQ(hurd_deva_foreground(deva(), master(), self + 1, &typed), 0);
    EXPECT_EQ(hurd_deva_read(deva(), console(), text, 4, flags, &got), EBUSY);
    EXPECT_EQ(hurd_deva_read_raw(deva(), console(), text, 4, flags | HURD_DEVA_READ_NOBLOCK, &got),
              EBUSY);
    EXPECT_EQ(hurd_deva_foreground(deva(), master(), self, &typed), 0);
    EXPECT_EQ(hurd_deva_read(deva(), console(), text, 4, flags | HURD_DEVA_READ_NOBLOCK, &got), 0);
    EXPECT_EQ(got, 0);
}

TEST(driver_refuses_modes_and_groups_that_there_are_not)
{
    L4_Word_t self = L4_Version(L4_MyGlobalId());
    struct hurd_deva_modes modes = {4, {0}};
    struct hurd_deva_typed typed;
    EXPECT_EQ(hurd_deva_foreground(deva(), master(), self + 1, &typed), 0);
    EXPECT_EQ(hurd_deva_set_modes(deva(), console(), &modes), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_MODES, console(), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
                      16), EINVAL);
    EXPECT_EQ(set_group(0), EINVAL);
    EXPECT_EQ(set_group(1u << 14), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_CONSOLE_GROUP, console(), 1, 2), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_MODES, master()), EOPNOTSUPP);
    EXPECT_EQ(REQUEST(HURD_DEVA_CONSOLE_GROUP, master()), EOPNOTSUPP);
    EXPECT_EQ(REQUEST(HURD_TASK_GROUP_IS, self, 7), EPERM);     /* only `task` says that */
    EXPECT_EQ(REQUEST(HURD_DEVA_CONSOLE_INJECT, master(), self, 1u << 14), EINVAL);
    EXPECT_EQ(hurd_deva_foreground(deva(), master(), self, &typed), 0);
}

TEST(driver_changes_the_keyboards_layout_to_one_that_there_is)
{
    L4_Word_t before = HURD_DEVA_KEYMAP_ASK, layout;
    EXPECT_EQ(hurd_deva_keymap(deva(), master(), &before), 0);
    EXPECT_EQ(before < HURD_DEVA_KEYMAPS, true);
    EXPECT_EQ(hurd_deva_keymap(deva(), master(), (layout = HURD_DEVA_KEYMAPS, &layout)), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_KEYMAP, master()), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_KEYMAP, master(), 0, 0), EINVAL);
    EXPECT_EQ(hurd_deva_keymap(deva(), master(), (layout = HURD_DEVA_KEYMAP_FR, &layout)), 0);
    EXPECT_EQ(layout, HURD_DEVA_KEYMAP_FR);
    layout = HURD_DEVA_KEYMAP_ASK;
    EXPECT_EQ(hurd_deva_keymap(deva(), master(), &layout), 0);
    EXPECT_EQ(layout, HURD_DEVA_KEYMAP_FR);
    EXPECT_EQ(hurd_deva_keymap(deva(), master(), &before), 0);
}

TEST(driver_shows_a_status_line_of_at_most_one_row)
{
    static const char text[HURD_DEVA_STATUS_MOST + 1] = "a status line";
    EXPECT_EQ(hurd_deva_status(deva(), master(), text, sizeof text), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_STATUS, master()), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_STATUS, master(), 81, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_STATUS, master(), 5, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_STATUS, master(), 0, 0), EINVAL);
    EXPECT_EQ(hurd_deva_status(deva(), master(), text, HURD_DEVA_STATUS_MOST), 0);
    EXPECT_EQ(hurd_deva_status(deva(), master(), text, 0), 0);
}

/* ---- the clock ---- */

static uint8_t clock_read(uint8_t reg)
{
    port_out8(PORT_INDEX, reg);
    return port_in8(PORT_DATA);
}

static void clock_write(uint8_t reg, uint8_t value)
{
    port_out8(PORT_INDEX, reg);
    port_out8(PORT_DATA, value);
}

/* Waits for an interrupt, serves it and acknowledges it.  False when none comes. */
static bool clock_tick(void)
{
    L4_ThreadId_t irq = L4_IrqId(IRQ_CLOCK);
    L4_MsgTag_t tag = L4_Receive_Timeout(irq, L4_TimePeriod(2000000));
    if (L4_IpcFailed(tag))
        return false;
    EXPECT_EQ(L4_Label(tag), 0xfff0);
    EXPECT_EQ(L4_UntypedWords(tag) + L4_TypedWords(tag), 0);
    EXPECT_EQ(clock_read(REGISTER_C) & 0x40, 0x40);
    L4_LoadMR(0, 0);
    EXPECT_EQ(L4_IpcSucceeded(L4_Send_Timeout(irq, L4_TimePeriod(100000))), true);
    return true;
}

TEST(driver_receives_and_acknowledges_the_clocks_interrupts)
{
    EXPECT_EQ(map_ports(L4_IoFpageLog2(PORT_INDEX, 1).raw), 0);
    EXPECT_EQ(attach(IRQ_CLOCK, L4_MyGlobalId()), 0);
    clock_write(REGISTER_A, (clock_read(REGISTER_A) & 0xf0) | 10);      /* 64 a second */
    clock_write(REGISTER_B, clock_read(REGISTER_B) | 0x40);
    clock_read(REGISTER_C);
    int ticks = 0;
    while (ticks < 10 && clock_tick())
        ticks++;
    clock_write(REGISTER_B, clock_read(REGISTER_B) & ~0x40);
    EXPECT_EQ(ticks, 10);
    EXPECT_EQ(detach(IRQ_CLOCK), 0);
}

TEST(driver_that_leaves_a_line_attached_loses_it_when_it_ends)
{
    EXPECT_EQ(attach(5, L4_MyGlobalId()), 0);   /* and a second run of this suite finds it free */
}

/* ---- device memory: the display adapter on the PCI bus, and its registers ---- */

#define MEGABYTE 0x100000u

static uint32_t pci_read(uint32_t device, uint32_t reg)
{
    uint32_t address = 0x80000000 | device << 11 | reg, value;
    __asm__ volatile("outl %0, %w1" : : "a"(address), "d"(0xCF8));
    __asm__ volatile("inl %w1, %0" : "=a"(value) : "d"(0xCFC));
    return value;
}

/* The adapter's device number on bus 0; 32 if there is none. */
static uint32_t adapter(void)
{
    uint32_t device = 0;
    while (device < 32 && pci_read(device, 8) >> 24 != 3)
        device++;
    return device;
}

/* Addresses for 4 MB, on their boundary, without memory. */
static volatile uint32_t *addresses(void)
{
    char *area = mmap(NULL, 8 * MEGABYTE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_EQ(area != MAP_FAILED, true);
    return (volatile uint32_t *) (((L4_Word_t) area + 4 * MEGABYTE - 1) & ~(4 * MEGABYTE - 1));
}

static int map_memory(L4_Word_t base, L4_Word_t size, volatile uint32_t *at)
{
    return hurd_deva_memory_map(deva(), master(), base, size, L4_Fpage((L4_Word_t) at, size));
}

TEST(driver_gets_no_memory_that_is_ram_or_devas_or_no_range)
{
    volatile uint32_t *at = addresses();
    EXPECT_EQ(map_memory(0xFD000000, 0, at), EINVAL);
    EXPECT_EQ(map_memory(0xFD000000, 0x3000, at), EINVAL);
    EXPECT_EQ(map_memory(0xFD001000, 0x2000, at), EINVAL);
    EXPECT_EQ(map_memory(0xFD000000, 8 * MEGABYTE, at), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_MEMORY_MAP, master(), 0xFD000000), EINVAL);
    EXPECT_EQ(map_memory(0xB8000, 0x1000, at), EBUSY);
    EXPECT_EQ(map_memory(0xA0000, 0x20000, at), EBUSY);
    EXPECT_EQ(map_memory(0x100000, 0x1000, at), EACCES);        /* the kernel */
    EXPECT_EQ(map_memory(0x800000, 4 * MEGABYTE, at), EACCES);  /* RAM */
}

TEST(driver_reads_and_writes_the_memory_of_a_pci_device)
{
    EXPECT_EQ(map_ports(L4_IoFpageLog2(0xCF8, 3).raw), 0);
    uint32_t device = adapter();
    if (pci_read(0, 0) == ~0u) { /* no PCI bus: deva gives the addresses, and nothing is there */
        EXPECT_EQ(map_memory(0xFD000000, 4 * MEGABYTE, addresses()), 0);
        return;
    }
    EXPECT_EQ(device < 32, true);
    uint32_t pixels = pci_read(device, 0x10) & ~15u, registers = pci_read(device, 0x18) & ~15u;
    volatile uint32_t *frame = addresses(), *again = addresses(), *io = addresses();
    EXPECT_EQ(map_memory(pixels + 4 * MEGABYTE, 4 * MEGABYTE, frame), 0);
    EXPECT_EQ(map_memory(pixels + 4 * MEGABYTE + 0x1000, 0x1000, again), 0);
    for (unsigned i = 0; i < MEGABYTE; i += 1023)
        frame[i] = ~i;
    for (unsigned i = 0; i < MEGABYTE; i += 1023)
        EXPECT_EQ(frame[i], ~i);
    frame[1024 + 5] = 0x12345678;
    EXPECT_EQ(again[5], 0x12345678);
    EXPECT_EQ(map_memory(registers, 0x1000, io), 0);
    EXPECT_EQ(io[0x500 / 4] & 0xFFF0, 0xB0C0);          /* the adapter says what it is */
}

const struct test tests[] = {
    T(driver_has_the_master_capability),
    T(driver_attach_of_a_line_that_the_kernel_needs_is_refused),
    T(driver_attach_of_a_line_that_deva_uses_is_refused),
    T(driver_directs_interrupts_at_its_own_threads_only),
    T(driver_line_has_one_handler_until_it_is_detached),
    T(driver_gets_no_ports_that_deva_uses_and_nothing_that_is_no_port),
    T(driver_gives_a_console_to_tasks_that_can_exist),
    T(driver_chooses_the_foreground_among_tasks_that_can_exist),
    T(driver_gives_modes_and_the_foreground_to_programs_while_its_owner_waits),
    T(driver_lets_a_reader_ask_not_to_wait_for_the_foreground),
    T(driver_refuses_modes_and_groups_that_there_are_not),
    T(driver_changes_the_keyboards_layout_to_one_that_there_is),
    T(driver_shows_a_status_line_of_at_most_one_row),
    T(driver_receives_and_acknowledges_the_clocks_interrupts),
    T(driver_that_leaves_a_line_attached_loses_it_when_it_ends),
    T(driver_gets_no_memory_that_is_ram_or_devas_or_no_range),
    T(driver_reads_and_writes_the_memory_of_a_pci_device),  /* a second run gets it again */
    { NULL, NULL },
};
