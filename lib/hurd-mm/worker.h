/* SPDX-License-Identifier: MIT */
/* What the pager tells a worker. */
#ifndef MM_WORKER_H
#define MM_WORKER_H

#include <hurd/mm.h>
#include <stdint.h>

struct worker_job {             /* the words of the reply to REQUEST_PAGEIN_JOB */
    L4_Word_t kind;             /* enum job_kind */
    hurd_store_fault_t *function;               /* JOB_HOOK */
    const struct hurd_store_ops *ops;           /* the others, with */
    L4_Word_t pages;
    void *buffer[HURD_STORE_BATCH];
    uintptr_t ip;               /* where the fault was */
    L4_Word_t wants_company;    /* no other worker is idle */
    struct hurd_store_fault fault;
};

/* One worker at least, from then on.  0, or why there is none. */
int worker_first(void);
/* The workers for swap, once.  The caller may hold any lock of the program. */
void worker_swap(void);
/* In a child of fork(): there are no workers. */
void worker_forked(void);
/* In request.c: pages of the range that are touched stay in core. */
int vm_keep(uintptr_t addr, uintptr_t size);
/* In request.c: as hurd_vm_allocate(); of the region, its last page is there when this returns. */
int vm_allocate_stack(uintptr_t *addr, uintptr_t size);
/* As hurd_thread_start(), for a thread of the library: it gets no signals of others. */
int thread_start_ours(L4_ThreadId_t *thread, void (*function)(void *), void *argument,
                      uintptr_t stack);
/* The same; pages of the stack that were touched stay in core. */
int thread_start_kept(L4_ThreadId_t *thread, void (*function)(void *), void *argument,
                      uintptr_t stack);

#endif
