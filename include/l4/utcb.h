/* SPDX-License-Identifier: MIT */
/* A UTCB block as a structure.  Spec 2.  A thread finds its own through gs:[0] (<l4/vregs.h>). */
#ifndef L4_UTCB_H
#define L4_UTCB_H

#include <l4/types.h>

/* "K": the kernel writes it; "U": the user may write it. */
struct l4_utcb {
    L4_Word_t unused[16];
    L4_Word_t br_down[L4_NUM_BRS - 1]; /* U  BR32 .. BR1: they grow downwards */
    L4_Word_t br0;                     /* U  acceptor */
    L4_Word_t global_id;               /* K */
    L4_Word_t processor;               /* K */
    L4_Word_t handle;                  /* U  UserDefinedHandle */
    L4_Word_t pager;                   /* U */
    L4_Word_t exception_handler;       /* U */
    L4_Word_t flags;                   /* UK preempt flags 7:0, coprocessor flags 15:8 */
    L4_Word_t error;                   /* K  ErrorCode, valid after a failed call only */
    L4_Word_t xfer_timeouts;           /* U */
    L4_Word_t intended;                /* K  IntendedReceiver, after IPC with r = 1 */
    L4_Word_t sender;                  /* UK in: VirtualSender, out: ActualSender */
    L4_Word_t thread_word1;            /* U */
    L4_Word_t thread_word0;            /* U */
    L4_Word_t reserved[3];             /*    the kernel may write here */
    L4_Word_t mr[L4_NUM_MRS];          /* UK its address is U, the local id */
};

#define L4_UTCB_AT(field, offset)                                                                  \
    L4_STATIC_ASSERT((int)offsetof(struct l4_utcb, field) - L4_UTCB_U == (offset), #field " move"  \
                                                                                          "d")
L4_UTCB_AT(br0, L4_UTCB_BR0);
L4_UTCB_AT(global_id, L4_UTCB_GLOBAL_ID);
L4_UTCB_AT(processor, L4_UTCB_PROCESSOR);
L4_UTCB_AT(handle, L4_UTCB_HANDLE);
L4_UTCB_AT(pager, L4_UTCB_PAGER);
L4_UTCB_AT(exception_handler, L4_UTCB_EXC_HANDLER);
L4_UTCB_AT(flags, L4_UTCB_FLAGS);
L4_UTCB_AT(error, L4_UTCB_ERROR);
L4_UTCB_AT(xfer_timeouts, L4_UTCB_XFER_TIMEOUTS);
L4_UTCB_AT(intended, L4_UTCB_INTENDED);
L4_UTCB_AT(sender, L4_UTCB_SENDER);
L4_UTCB_AT(thread_word1, L4_UTCB_THREAD_WORD1);
L4_UTCB_AT(thread_word0, L4_UTCB_THREAD_WORD0);
L4_UTCB_AT(mr, L4_UTCB_MR0);
L4_UTCB_AT(br_down, -192);
L4_STATIC_ASSERT(sizeof(struct l4_utcb) == L4_UTCB_BLOCK, "a UTCB block is 512 bytes");

L4_INLINE struct l4_utcb *L4_UtcbOf(L4_Word_t local_id)
{
    return (struct l4_utcb *)(local_id - L4_UTCB_U);
}

#endif
