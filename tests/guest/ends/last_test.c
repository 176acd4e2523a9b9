/* SPDX-License-Identifier: MIT */
/* Spec 4.3: the last thread of a privileged space deletes itself, and the space goes with it.  No other space's threads may, so it is
 * the root task that goes; somebody in sigma0's space, where our memory is at the same addresses, looks and tells. */
#include <l4/l4.h>
#include <l4/pecan.h>
#include <l4/serial.h>

static L4_Word_t stack[1024];
static L4_ThreadId_t root;

static L4_Word_t counter(L4_ThreadId_t space, L4_Word_t which)
{
    L4_Word_t value = 0;
    L4_SpaceControl(space, L4_PECAN_SPACE_READ | which, L4_Nilpage, L4_Nilpage, L4_nilthread, &value);
    return value;
}

static int failed;

static void expect(bool good, const char *what, L4_Word_t value)
{
    if (!good) {
        failed = 1;
        serial_printf("# %s: %lx\n", what, value);
    }
}

static void out8(uint16_t port, uint8_t value) { __asm__ volatile("outb %0, %1" : : "a"(value), "d"(port)); }

static _Noreturn void observer(void)
{
    L4_Receive(root);
    L4_ThreadId_t me = L4_MyGlobalId();
    L4_Word_t used = counter(root, L4_PECAN_KMEM_USED), pool = counter(me, L4_PECAN_POOL_FREE);
    expect(used > 0, "charged to the root task", used);
    L4_LoadMR(0, 0);
    L4_Send(root);
    for (int i = 0; i < 1000 && L4_ThreadStatus(root) != L4_SCHED_DEAD; i++)
        L4_Sleep(L4_TimePeriod(2000));
    expect(L4_ThreadStatus(root) == L4_SCHED_DEAD, "state of the root task", L4_ThreadStatus(root));
    expect(counter(root, L4_PECAN_THREADS) == 0 && L4_ErrorCode() == 3, "its space: error", L4_ErrorCode());
    L4_Word_t now = counter(me, L4_PECAN_POOL_FREE);
    expect(now >= pool + used, "kernel memory that did not come back", pool + used - now);
    serial_printf("%sok 1 - root_task_that_deletes_its_last_thread_leaves_nothing\n# done\n", failed ? "not " : "");
    L4_Sleep(L4_TimePeriod(20000)); /* the UART's last byte is out */
    out8(0xF4, (uint8_t)(0x20 | failed));
    for (const char *s = "Shutdown"; *s; s++) /* Bochs */
        out8(0x8900, (uint8_t)*s);
    for (;;)
        L4_Sleep(L4_Never);
}

int main(void)
{
    const void *kip = L4_GetKernelInterface();
    L4_ThreadId_t sigma0 = L4_GlobalId(L4_ThreadIdUserBase(kip), 1);
    L4_ThreadId_t o = L4_GlobalId(L4_ThreadIdUserBase(kip) + 8, 1);
    root = L4_MyGlobalId();
    serial_printf("1..1\n");
    expect(L4_ThreadControl(o, sigma0, root, root, (void *)(L4_PECAN_INITIAL_UTCB + 512)), "observer", L4_ErrorCode());
    L4_LoadMR(0, 2);
    L4_LoadMR(1, (L4_Word_t)observer);
    L4_LoadMR(2, (L4_Word_t)&stack[1000]);
    L4_Send(o);
    L4_LoadMR(0, 0);
    L4_Call(o);
    L4_ThreadControl(root, L4_nilthread, L4_nilthread, L4_nilthread, L4_UTCB_UNCHANGED);
    serial_printf("not ok 1 - root_task_that_deletes_its_last_thread_leaves_nothing\n# it is still there\n");
    return 1;
}
