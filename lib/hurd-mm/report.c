/* SPDX-License-Identifier: MIT */
/* A fault that nothing can serve, in the pager.  The pager itself prints nothing: it sends the
 * guilty thread to report_begin() and report_run() (casualty.c), and goes on serving, for the
 * report touches memory like any other code.
 *
 * A page fault message holds no registers but the IP.  So the thread is first sent to report_trap,
 * an invalid instruction; its exception message has them all, and the reply can set them all.
 * Its fault is broken off, without a reply: in the middle of a string copy a reply would only let
 * the kernel look for the page again. */
#pragma GCC optimize "Os"      /* every program has it, and none is slow because of it */
#include <l4/message.h>
#include <l4/protocol.h>
#include <l4/thread.h>
#include <l4/utcb.h>
#include "handler.h"
#include "image.h"
#include "mm.h"
#include "report.h"

struct casualty casualty;

/* Exceptions must come to us even if the program named another handler: its UTCB is ours to write.
 */
void report_take_exceptions(L4_ThreadId_t thread)
{
    L4_ThreadId_t local = L4_LocalIdOf(thread);
    if (!L4_IsNilThread(local))
        L4_UtcbOf(local.raw)->exception_handler = mm.pager.raw;
}

/* It leaves its IPC, if it is in one, and runs there, even if it was stopped. */
static void thread_redirect(L4_ThreadId_t thread, L4_Word_t ip)
{
    L4_ExchangeRegisters(thread,
                         L4_EXREGS_IP | L4_EXREGS_SEND | L4_EXREGS_RECEIVE | L4_EXREGS_HALT_VALID,
                         0, ip, 0, 0, L4_nilthread, NULL, NULL, NULL, NULL, NULL, NULL);
}

void report_redirect(L4_ThreadId_t thread, L4_Word_t ip)
{
    report_take_exceptions(thread);
    thread_redirect(thread, ip);
}

/* The first casualty is reported, by itself; after a fault in its report the pager says a line for
 * it.  Another thread's fault makes that thread wait for the end. */
static bool casualty_take(L4_ThreadId_t from)
{
    L4_ThreadId_t thread = L4_GlobalIdOf(from);
    if (thread.raw == casualty.thread.raw)
        last_casualty(&casualty);
    if (!L4_IsNilThread(casualty.thread))
        return false;
    casualty.thread = thread;
    return true;
}

/* In hurd_vm_copy() from there on. */
static bool is_between(const void *from, uintptr_t ip)
{
    return ip >= (uintptr_t)from && ip < (uintptr_t)vm_copy_end;
}

void report_violation(L4_ThreadId_t from, uintptr_t address, uintptr_t ip, unsigned access,
                      int error)
{
    struct map *map = map_find(&mm.space, address);
    if (error && is_between((const void *)hurd_vm_copy, ip) && map &&
        map->store->class->kind == HURD_MM_FILE) {
        handler_breaks_off(from, (L4_Word_t)vm_copy_failed);
        return;
    }
    if (handler_fault(from, address, ip, access, error, map_find(&mm.space, address) != NULL) ||
        !casualty_take(from))
        return;
    casualty.is_violation = true;
    casualty.address = address;
    casualty.ip = ip;
    casualty.access = access;
    casualty.error = error;
    casualty.is_text = map && store_is_image(map->store);
    report_redirect(from, (L4_Word_t)report_trap);
}

void report_io(L4_ThreadId_t from, L4_Word_t io_fpage, uintptr_t ip)
{
    if (L4_IsNilThread(casualty.thread))
        casualty.io_fpage = io_fpage;
    report_violation(from, 0, ip, 0, 0);
}

/* MR1..MR12 hold the registers; the reply goes back with new EIP, and report_entry finds itself a
 * stack. */
bool report_exception(L4_ThreadId_t from)
{
    L4_Word_t eip = L4_MR(1);
    mm.counters.exceptions++;
    if (is_between(vm_copy_wide, eip)) {            /* SSE is refused: no handler is asked */
        handler_goes_on(from, (L4_Word_t)vm_copy_plainly);
        return true;
    }
    bool trapped = casualty.is_violation && eip == (L4_Word_t)report_trap &&
                   L4_GlobalIdOf(from).raw == casualty.thread.raw;
    if (!trapped && handler_exception(from))
        return true;
    if (!trapped) {
        L4_Word_t registers[12];
        L4_StoreMRs(1, 12, registers); /* casualty_take() makes system calls */
        if (!casualty_take(from))
            return false;
        casualty.ip = eip;
        L4_LoadMRs(1, 12, registers);
    }
    L4_StoreMRs(1, 12, casualty.registers);
    L4_LoadMR(1, (L4_Word_t)report_entry);
    L4_LoadMR(0, L4_MakeTag(0, 12, 0).raw);
    return true;
}

/* The text of the long report may be what is missing. */
_Noreturn void report_begin(void)
{
    if (casualty.error && casualty.is_text)
        last_failed(": no page of its file", casualty.error,
                    (int)HURD_TASK_BY_SIGNAL | (HURD_MM_STATUS_BUS - 128));
    report_run();
}
