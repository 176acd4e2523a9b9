/* SPDX-License-Identifier: MIT */
/* Faults: the kernel writes a message for the thread, and the rest is plain IPC.  Spec 6.
 * Before: arch/x86/trap.c.  After: ipc.c.  The message is in self->kmsg, so that the message and
 * buffer registers of the interrupted computation stay as they are. */
#include "fault.h"

#include "arch.h"
#include "ipc.h"
#include "map.h"

/* Sends self->kmsg to the thread `partner` and waits for the reply.  Returns IPC_OK, or why there
 * is no reply.  Blocks. */
static int ask(struct thread *self, enum ipc_kind kind, word_t partner)
{
    word_t phase;
    if (partner == L4_ID_NIL || !thread_find(self->space, partner))
        return L4_IPC_NO_PARTNER;
    return ipc_call(self, kind, partner, partner, 0, &phase);
}

/* As ask(), for a fault in user mode.  If `partner` does not exist, self is halted.  After any
 * other error self goes back to its instruction, which faults again.  Returns true if a reply came.
 * Blocks. */
static bool ask_or_halt(struct thread *self, enum ipc_kind kind, word_t partner)
{
    int err = ask(self, kind, partner);
    if (err == L4_IPC_NO_PARTNER)
        self->halted = true;
    return err == IPC_OK;
}

/* Writes the tag of a message with `words` untyped words. */
static void compose(struct thread *self, word_t label, word_t words)
{
    self->kmsg[0] = label << L4_TAG_LABEL_SHIFT | words;
}

static void compose_page_fault(struct thread *self, word_t address, bool write)
{
    compose(self, L4_LABEL_PAGE_FAULT | (write ? L4_FPAGE_W : L4_FPAGE_R), 2);
    self->kmsg[1] = address;
    self->kmsg[2] = arch_user_ip(self);
}

void fault_page(struct thread *self, word_t address, bool write)
{
    if (self->space->is_sigma0 && map_idempotent(self->space, address))
        return;
    compose_page_fault(self, address, write);
    ipc_page_fault(self);
    ask_or_halt(self, IPC_PAGE_FAULT, self->utcb->pager);
}

/* This fault is an IPC inside another IPC.  The function saves self->call of the outer IPC, and
 * puts it back at the end. */
int fault_in_copy(struct thread *self, word_t address, bool write)
{
    word_t call[ARRAY_LEN(self->call)];
    if (self->space->is_sigma0 && map_idempotent(self->space, address))
        return IPC_OK;
    memcpy(call, self->call, sizeof call);
    self->virtual_sender = L4_ID_NIL;
    compose_page_fault(self, address, write);
    int err = ask(self, IPC_PAGE_FAULT, self->utcb->pager);
    memcpy(self->call, call, sizeof call);
    return err;
}

void fault_io(struct thread *self, word_t port, word_t log2)
{
    compose(self, L4_LABEL_IO_FAULT | L4_FPAGE_R | L4_FPAGE_W, 2);
    self->kmsg[1] = port << L4_FPAGE_IO_PORT_SHIFT | log2 << L4_FPAGE_IO_SIZE_SHIFT |
                    L4_FPAGE_IO_TYPE << L4_FPAGE_SIZE_SHIFT;
    self->kmsg[2] = arch_user_ip(self);
    ask_or_halt(self, IPC_IO_FAULT, self->utcb->pager);
}

void fault_exception(struct thread *self, word_t vector, word_t error)
{
    compose(self, L4_LABEL_EXCEPTION, L4_EXCEPTION_WORDS);
    arch_exception_words(self, vector, error, self->kmsg + 1);
    if (!ask_or_halt(self, IPC_EXCEPTION, self->utcb->exception_handler))
        return;
    word_t u = self->kmsg[0] & L4_TAG_U_MASK;
    arch_exception_reply(self, self->kmsg + 1, u < L4_EXCEPTION_WORDS ? u : L4_EXCEPTION_WORDS);
}

/* Writes the message of a preemption at the time `at`, in us. */
static void compose_preemption(struct thread *self, uint64_t at)
{
    compose(self, L4_LABEL_PREEMPTION, 2);
    self->kmsg[1] = (word_t)at;
    self->kmsg[2] = at >> 32;
}

void fault_preempted(struct thread *self, uint64_t at)
{
    word_t phase;
    compose_preemption(self, at);
    (void)ipc_call(self, IPC_PREEMPTION, self->utcb->exception_handler, L4_ID_NIL,
                   L4_TIME_ZERO << 16, &phase);
}

/* Spec 6.2.  The first time, self tells its scheduler; if it comes here again without a new
 * quantum, it stops.  It runs again when Schedule gives it a new quantum. */
void fault_quantum(struct thread *self)
{
    word_t phase;
    if (self->quantum_told) {
        thread_stop(self);
        return;
    }
    self->quantum_told = true;
    compose_preemption(self, arch_clock_us());
    (void)ipc_call(self, IPC_PREEMPTION, self->scheduler, L4_ID_NIL, 0, &phase);
}
