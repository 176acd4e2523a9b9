/* SPDX-License-Identifier: MIT */
/* Programs of a few instructions, with nothing of ours in them: no library, no pager.  Each is an
 * ELF file made here, started like any other.  Whatever happens to them, they end. */
#include <string.h>
#include "suite.h"

enum { LINK = 0x400000, CODE = 0x80, FRAMES = 64 };

/* ELF header and one program header: the whole page, readable and executable. */
static const L4_Word_t header[] = {
    0x464c457f,  0x00010101, 0,           0, /* 32 bit, little endian */
    3 << 16 | 2, 1,          LINK + CODE,    /* a program for the 386, its entry */
    52,          0,          0,           32 << 16 | 52,
    1,           0, /* one program header, behind this one */
    1,           0,          LINK,        LINK,
    PAGE,        PAGE,       5,           PAGE,
};

static L4_Word_t image_of(const void *code, size_t size)
{
    L4_Word_t container;
    uintptr_t at = 0;
    EXPECT_EQ(hurd_pm_container_create(physmem(), control(), 0, &container), 0);
    EXPECT_EQ(hurd_pm_container_allocate(physmem(), container, 0, 0, PAGE, NULL), 0);
    EXPECT_EQ(hurd_vm_map_container(&at, PAGE, 0, HURD_VM_READ | HURD_VM_WRITE, container, 0), 0);
    memcpy((void *)at, header, sizeof header);
    memcpy((char *)at + CODE, code, size);
    EXPECT_EQ(hurd_vm_deallocate(at, PAGE), 0);
    return container;
}

static void code_ends(const void *code, size_t size, L4_Word_t wanted, L4_Word_t wanted_reason)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_ThreadId_t task = L4_ThreadIdOfRaw(data->task.server);
    struct hurd_task_created created;
    L4_Word_t image = image_of(code, size), shown, memory, status = 0, reason = 99;
    EXPECT_EQ(hurd_pm_container_share(physmem(), image, HURD_TASK_TASK, 5, &shown), 0);
    EXPECT_EQ(hurd_pm_control_split(physmem(), control(), FRAMES, HURD_TASK_TASK, &memory), 0);
    int error = hurd_task_create(task, data->task.cap, shown, 0, PAGE, memory, "bare", 5, &created);
    if (EXPECT_EQ(error, 0)) {
        EXPECT_EQ(hurd_task_wait(task, created.handle, 0, &status, &reason), 0);
        EXPECT_EQ(status, wanted);
        EXPECT_EQ(reason, wanted_reason);
        hurd_task_release(task, created.handle);
    }
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), image), 0);
    hurd_cap_drop(physmem(), image);
}

#define ENDS(code, status, reason) code_ends(code, sizeof code - 1, status, HURD_TASK_##reason)

TEST(bare_program_that_raises_an_exception_is_ended)
{
    ENDS("\x0f\x0b", 128 + 6, EXCEPTION);         /* ud2 */
    ENDS("\x31\xc9\xf7\xf1", 128 + 0, EXCEPTION); /* xor ecx, ecx; div ecx */
    ENDS("\xcc", 128 + 3, EXCEPTION);             /* int3 */
    ENDS("\xf4", 128 + 13, EXCEPTION);            /* hlt */
    ENDS("\x31\xe4\x0f\x0b", 128 + 6, EXCEPTION); /* xor esp, esp; ud2 */
}

TEST(bare_program_that_faults_is_ended)
{
    ENDS("\xa1\x10\x00\x00\x00", 139, FAULTED); /* mov eax, [0x10] */
    ENDS("\x31\xe4\x50", 139, FAULTED);         /* xor esp, esp; push eax */
    ENDS("\x31\xc0\xff\xe0", 139, FAULTED);     /* xor eax, eax; jmp eax */
}

/* The startup code called it: below its argument stands where it would return to. */
TEST(bare_program_that_returns_is_ended)
{
    ENDS("\xc3", 128 + 6, EXCEPTION);
}

const struct test bare_tests[] = {
    T(bare_program_that_raises_an_exception_is_ended),
    T(bare_program_that_faults_is_ended),
    T(bare_program_that_returns_is_ended),
    {NULL, NULL},
};
