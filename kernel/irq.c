/* SPDX-License-Identifier: MIT */
/* Interrupts as IPC: each line is a thread block without a stack that only sends.  Spec 6.5.
 * A line is masked from the moment it fires until its handler has acknowledged. */
#include "irq.h"

#include "arch.h"
#include "ipc.h"
#include "kip.h"
#include "timer.h"

static struct {
    word_t handler;         /* global id, nil = detached */
    bool awaits_acknowledge; /* a message was delivered, the line is masked */
} lines[ARCH_INTERRUPTS];

static_assert(ARCH_INTERRUPTS == SYSTEM_BASE, "thread numbers below SystemBase are interrupts");

void irq_init(void)
{
    for (word_t line = 0; line < ARCH_INTERRUPTS; line++) {
        if (!arch_thread_block_alloc(line))
            panic("kernel memory too small to start");
        struct thread *t = thread_block(line);
        t->id = line << L4_ID_VERSION_BITS | 1;
        t->space = &kernel_space;
        t->state = THREAD_INTERRUPT;
        t->kind = IPC_INTERRUPT;
        t->quantum_left = TIMEOUT_NEVER;
        list_init(&t->senders);
        list_init(&t->in_queue);
        list_init(&t->in_wheel);
    }
}

static word_t line_of(const struct thread *irq)
{
    return thread_number(irq);
}

bool irq_attached(const struct thread *irq)
{
    return lines[line_of(irq)].handler != L4_ID_NIL;
}

void irq_withdraw(struct thread *src)
{
    if (thread_state(src) == THREAD_SENDING)
        ipc_withdraw(src);
    src->state = THREAD_INTERRUPT;
    lines[line_of(src)].handler = L4_ID_NIL;
    lines[line_of(src)].awaits_acknowledge = false;
    arch_interrupt_mask(line_of(src));
}

word_t irq_attach(struct thread *caller, word_t irq_id, word_t handler)
{
    struct thread *irq = thread_find_global(irq_id);
    if (!irq || !arch_interrupt_available(line_of(irq)))
        return L4_ERR_THREAD;
    struct thread *h = thread_find(caller->space, handler);
    if (!h || (h->kind == IPC_INTERRUPT && h != irq))
        return L4_ERR_THREAD;
    irq_withdraw(irq);
    if (h != irq) {
        lines[line_of(irq)].handler = h->id;
        arch_interrupt_unmask(line_of(irq));
    }
    return L4_ERR_OK;
}

void irq_fire(word_t line)
{
    struct thread *irq = thread_block(line);
    struct thread *h = thread_find_global(lines[line].handler);
    if (!h || thread_state(irq) == THREAD_SENDING)
        return;
    irq->kmsg[0] = (word_t)L4_LABEL_INTERRUPT << L4_TAG_LABEL_SHIFT;
    ipc_post(irq, h);
}

void irq_delivered(struct thread *src)
{
    assert(src->kind == IPC_INTERRUPT);
    src->state = THREAD_INTERRUPT;
    lines[line_of(src)].awaits_acknowledge = true;
}

int irq_acknowledge(struct thread *irq, struct thread *sender)
{
    if (lines[line_of(irq)].handler != sender->id)
        return L4_IPC_NO_PARTNER;
    if (!lines[line_of(irq)].awaits_acknowledge)
        return L4_IPC_TIMEOUT;
    lines[line_of(irq)].awaits_acknowledge = false;
    arch_interrupt_unmask(line_of(irq));
    return IPC_OK;
}

void irq_handler_gone(struct thread *t)
{
    for (word_t line = 0; line < ARCH_INTERRUPTS; line++)
        if (lines[line].handler == t->id)
            irq_withdraw(thread_block(line));
}
