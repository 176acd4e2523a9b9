/* SPDX-License-Identifier: MIT */
/* An interrupt arrives as a message from thread (irq, 1); an empty message back acknowledges it.
 * Only wortel may attach an interrupt, so deva asks wortel.  deva itself is the handler of a shared
 * line; omega0.c says which drivers get its interrupts.  Before: main.c (deva's own lines),
 * master.c and device.c (those of clients). */
#include "interrupts.h"
#include "console.h"
#include "hardware.h"
#include "omega0.h"

#include <errno.h>
#include <stdio.h>

#include <hurd/device.h>
#include <hurd/startup.h>
#include <hurd/wortel.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>

enum {
    LINES = 16,
    IRQ_TIMER = 0,
    IRQ_CASCADE = 2,
};

static L4_ThreadId_t handlers[LINES];   /* nil  <=>  no thread has the line */

static L4_ThreadId_t irq_thread(unsigned irq)
{
    return L4_GlobalId(irq, 1);
}

/* The handler is the "pager" of the line's thread; the thread itself stands for no handler. */
static int irq_control(unsigned irq, L4_ThreadId_t handler)
{
    L4_ThreadId_t line = irq_thread(irq);
    return hurd_wortel_thread_control(__hurd_startup_data->wortel.cap, line, line, L4_nilthread,
                                      handler, (L4_Word_t) -1)
               ? EIO
               : 0;
}

int interrupt_attach(unsigned irq, L4_ThreadId_t handler)
{
    if (irq >= LINES || irq == IRQ_TIMER || irq == IRQ_CASCADE)
        return EINVAL;
    if (!L4_IsNilThread(handlers[irq]))
        return EBUSY;
    int err = irq_control(irq, handler);
    if (!err)
        handlers[irq] = handler;
    return err;
}

int interrupt_detach(unsigned irq, unsigned task)
{
    if (irq >= LINES)
        return EINVAL;
    if (L4_IsNilThread(handlers[irq]) || L4_Version(handlers[irq]) != task)
        return EPERM;
    int err = irq_control(irq, irq_thread(irq));
    if (!err)
        handlers[irq] = L4_nilthread;
    return err;
}

void interrupt_forget_task(unsigned task)
{
    for (unsigned irq = 0; irq < LINES; irq++) {
        if (!L4_IsNilThread(handlers[irq]) && L4_Version(handlers[irq]) == task)
            interrupt_detach(irq, task);
        while (omega0_thread_of(irq, task) && !interrupt_unshare(irq, L4_GlobalId(0, task)))
            continue;
    }
}

bool interrupt_is_devas(unsigned irq)
{
    return (irq == IRQ_SERIAL && hardware_present(PART_SERIAL)) ||
           (irq == IRQ_KEYBOARD && hardware_present(PART_KEYBOARD));
}

/* ---- shared lines ---- */

static uint64_t now(void)
{
    return L4_SystemClock().raw;
}

int interrupt_share(unsigned irq, L4_ThreadId_t handler)
{
    if (irq >= LINES || irq == IRQ_TIMER || irq == IRQ_CASCADE)
        return EINVAL;
    if (!L4_IsNilThread(handlers[irq]) && !omega0_shared(irq))
        return EBUSY;
    bool first, last;
    int err = omega0_attach(irq, handler.raw, &first);
    if (err || !first)
        return err;
    err = irq_control(irq, L4_MyGlobalId());
    if (err)
        omega0_detach(irq, handler.raw, now(), &last);
    else
        handlers[irq] = L4_MyGlobalId();
    return err;
}

int interrupt_unshare(unsigned irq, L4_ThreadId_t thread)
{
    bool last;
    if (irq >= LINES)
        return EINVAL;
    int err = omega0_detach(irq, thread.raw, now(), &last);
    if (err == EPERM)
        err = omega0_detach(irq, omega0_thread_of(irq, L4_Version(thread)), now(), &last);
    if (err || !last)
        return err;
    irq_control(irq, irq_thread(irq));
    handlers[irq] = L4_nilthread;
    return 0;
}

/* A thread that waits for a character would take the interrupt for its reply. */
static bool send(uint32_t thread, unsigned line)
{
    L4_ThreadId_t to = { .raw = thread };
    if (console_is_reader(to))
        return false;
    L4_LoadMR(0, L4_MakeTag(HURD_DEVICE_INTERRUPT, 1, 0).raw);
    L4_LoadMR(1, line);
    return L4_IpcSucceeded(L4_Reply(to));
}

static void unmask(unsigned line)
{
    L4_LoadMR(0, 0);
    L4_Reply(irq_thread(line));
}

static void complain(unsigned line, uint32_t us)
{
    char text[96];
    int size = snprintf(text, sizeof text, "deva: interrupt %u comes all the time, and no driver "
                        "wants it: it is off for %lu ms\n", line, (unsigned long) us / 1000);
    console_write(text, (unsigned) size);
}

void interrupts_init(void)
{
    omega0_calls = (struct omega0_calls) { send, unmask, complain };
}

bool interrupt_serve_shared(L4_ThreadId_t from)
{
    unsigned line = L4_ThreadNo(from);
    if (line >= LINES || !omega0_shared(line) || !L4_IsThreadEqual(from, irq_thread(line)))
        return false;
    omega0_interrupt(line, now());
    return true;
}

int interrupt_serve_done(struct hurd_cap_call *call)
{
    if (call->words == 2 && call->arg[0] < LINES)
        omega0_done(call->arg[0], call->from.raw, call->arg[1], now());
    return HURD_CAP_NO_REPLY;
}

uint32_t interrupts_pass(void)
{
    return omega0_pass(now());
}

/* ---- deva's own ---- */

bool interrupt_serve(L4_ThreadId_t from)
{
    if (!L4_IsThreadEqual(from, irq_thread(IRQ_SERIAL)) &&
        !L4_IsThreadEqual(from, irq_thread(IRQ_KEYBOARD)))
        return false;
    console_receive();
    L4_LoadMR(0, 0);
    L4_Reply(from);
    return true;
}
