/* SPDX-License-Identifier: MIT */
/* An interrupt arrives as a message from thread (irq, 1); an empty message back acknowledges it.
 * Only wortel may attach an interrupt, so deva asks wortel.  Before: main.c (deva's own lines) and
 * master.c (those of clients). */
#include "interrupts.h"
#include "console.h"

#include <errno.h>

#include <hurd/startup.h>
#include <hurd/wortel.h>
#include <l4/ipc.h>
#include <l4/message.h>
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
    }
}

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
