/* SPDX-License-Identifier: MIT */
/* What servers say to wortel, the root server.  Spec hurd 4.5; from 80 up they are Pecan's
 * extensions.
 *
 * Request: label = operation << 8 | wortel cap ID; untyped words only.  The cap ID names an entry
 * in wortel's table of task IDs.  It must be the sender's (the version field of the sender's thread
 * id).
 * Reply: label 0 and the words below, or for all operations alike label 0x8000 and one word, an
 * errno:
 *      EPERM   the cap ID is not the sender's, or this task may not use this operation
 *      EINVAL  wrong number of words, typed items, a value out of range
 *      ENOSYS  there is no such operation
 * wortel never blocks on a client: it replies with a zero timeout. */
#ifndef HURD_WORTEL_H
#define HURD_WORTEL_H

#include <hurd/cap.h>
#include <l4/types.h>

#define HURD_WORTEL_LABEL(op, cap)  ((L4_Word_t)(op) << 8 | (cap))
#define HURD_WORTEL_ERROR           0x8000u     /* label of an error reply */

/* wortel cap IDs, in the order of starting. */
enum { HURD_WORTEL_CAP_PHYSMEM = 0, HURD_WORTEL_CAP_TASK = 1, HURD_WORTEL_CAP_DEVA = 2,
       HURD_WORTEL_CAP_ROOT = 3 };

enum hurd_wortel_op {
    /* Privileged calls.  Reply word 0 is 0 or the L4 error code (spec 4.0.1); other words follow.
     * L4 error 1: the caller may not name this dest.  `task` may name threads from the first free
     * number up, and those of task, deva and root; deva may name interrupt threads only. */
    HURD_WORTEL_THREAD_CONTROL = 1, /* dest, space, scheduler, pager, utcb */
    /* space, control, kip, utcb area, redirector -> word 1 old control */
    HURD_WORTEL_SPACE_CONTROL = 2,
    HURD_WORTEL_PROCESSOR_CONTROL = 3, /* number, control, internal, external, voltage */
    HURD_WORTEL_MEMORY_CONTROL = 4,    /* n fpages (1..59), 4 attributes.  For physmem only */

    HURD_WORTEL_PUTCHAR = 32, /* character -> empty */
    /* Nothing; or word 0: status (0..31), and word 1: enum hurd_shutdown.  For task, deva and root.
     * Power off tries QEMU's debug exit (port 0xf4, value 0x20 | status), Bochs's port and the
     * usual ACPI ports.  If none works, wortel prints that the machine is halted. */
    HURD_WORTEL_SHUTDOWN = 33,

    HURD_WORTEL_GET_MEM = 64, /* -> a map item, base = physical address; a nil fpage: there is no
                                 more */
    /* -> word 0 task ID, and items.  1..31 map items: physmem makes a container of this region for
     * that task.  One nil fpage: physmem makes a memory control for that task.  The send base of
     * the nil fpage is Pecan's extension (2005 never sends this request): HURD_WORTEL_CONTROL_FRAME
     * times the frames that the control guarantees; 0 = all that are left.  No items: physmem makes
     * the master control. */
    HURD_WORTEL_GET_CAP_REQUEST = 65,
#define HURD_WORTEL_CONTROL_FRAME 1024u
    HURD_WORTEL_GET_CAP_REPLY = 66,   /* the handle -> empty */
    HURD_WORTEL_GET_THREADS = 67,     /* -> the number of extra threads */
    HURD_WORTEL_BOOTSTRAP_FINAL = 68, /* -> task server, task cap, deva server, deva cap */
    HURD_WORTEL_GET_FIRST_FREE_THREAD_NO = 69,
    HURD_WORTEL_GET_TASK_CAP_REQUEST = 70, /* -> task ID, thread ids...; no words: the master */
    HURD_WORTEL_GET_TASK_CAP_REPLY = 71,
    HURD_WORTEL_GET_DEVA_CAP_REQUEST = 72, /* -> task ID, is_master */
    HURD_WORTEL_GET_DEVA_CAP_REPLY = 73,

    /* For deva only.  IO fpage -> word 0: 0 or errno; one map item with that fpage.  There is no
     * item if the kernel has no `ioflexpages`, because then all ports are open. */
    HURD_WORTEL_GET_IO_PORTS = 80,
    /* For deva only.  Physical base, size (a power of two >= 4096), not conventional memory -> word
     * 0: 0 or errno; one map item, send base = physical base.  The size is at most 16 MB.  From
     * 0xBF000000 on it is at most 4 MB, and the item is a grant item. */
    HURD_WORTEL_GET_IO_MEM = 81,
    /* For deva only.  After its reply, wortel does not touch COM1 and the screen.  Text of PUTCHAR
     * goes to deva's first thread, one way, with a zero timeout, label HURD_DEVA_LOG: word 0 bytes
     * n <= 240, then the bytes. */
    HURD_WORTEL_CONSOLE_TAKE = 82,
    /* For task and deva.  Thread of the space, counter (enum below) [, how many from this one on]
     * -> word 0: 0 or L4 error, word 1..: the values.  ENOSYS: the kernel has no `spaceinfo`. */
    HURD_WORTEL_SPACE_INFO = 83,
    /* For task only.  Thread of the space, pages of kernel memory (0 = no limit) -> word 0: 0 or L4
     * error. */
    HURD_WORTEL_SPACE_QUOTA = 84,
    /* For task and deva; and for root, for its own threads.  Thread, priority (<= 150) -> word 0: 0
     * or L4 error: THREAD, if there is no such thread, and the kernel has `spaceinfo`. */
    HURD_WORTEL_PRIORITY = 85,
    /* For every task in the table.  -> word 0: bytes of conventional RAM that physmem got, word 1:
     * bytes of the kernel's pool. */
    HURD_WORTEL_SYSTEM_INFO = 86,
    /* For root only.  Operation of the kernel's trace (enum below), argument -> word 0: 0 or L4
     * error, word 1: records written so far; READ: behind it as many records of 8 words as there
     * are from number `argument` on, at most HURD_TRACE_RECORDS.  ENOSYS: the kernel has no
     * `trace`. */
    HURD_WORTEL_TRACE = 87,
};

/* As L4_PECAN_TRACE_* in <l4/pecan.h>, which describes operations, records and errors. */
enum hurd_trace { HURD_TRACE_OFF = 0, HURD_TRACE_ON = 1, HURD_TRACE_READ = 2 };
#define HURD_TRACE_RECORDS 7
#define HURD_TRACE_WORDS   8

enum hurd_shutdown { HURD_SHUTDOWN_POWEROFF = 0, HURD_SHUTDOWN_REBOOT = 1, HURD_SHUTDOWN_HALT = 2 };

enum hurd_space_counter {
    HURD_SPACE_FAULTS_OWN = 0, /* fault messages to a pager in the faulting thread's own space */
    HURD_SPACE_FAULTS_OTHER = 1,    /* fault messages to another pager */
    HURD_SPACE_KMEM = 2,            /* bytes of kernel memory that the space is charged for */
    HURD_SPACE_KMEM_QUOTA = 3,      /* bytes; 0 = no quota */
    HURD_SPACE_THREADS = 4,
    HURD_SPACE_POOL_FREE = 5,       /* free bytes of the kernel's pool; the same for every space */
    HURD_SPACE_TICKS = 6,           /* ticks (some 1 ms) that found a thread of it running */
    HURD_SPACE_PARTNER = 7,         /* of the thread, as L4_PECAN_PARTNER */
};

/* ---- functions for clients, lib/hurd-cap/wortel_client.c.  They return 0, an errno (EIO if the
 * IPC failed), or -1 - (L4 error code).  Each blocks until wortel replies.  `cap` is that of the
 * startup data.  ---- */
L4_ThreadId_t hurd_wortel_thread(void);             /* (UserBase + 2, 1) */
void hurd_wortel_putchar(L4_Word_t cap, int c);     /* it ignores errors */
void hurd_wortel_write(L4_Word_t cap, const char *text, L4_Word_t n);
int hurd_wortel_thread_control(L4_Word_t cap, L4_ThreadId_t dest, L4_ThreadId_t space,
                               L4_ThreadId_t scheduler, L4_ThreadId_t pager, L4_Word_t utcb);
int hurd_wortel_space_control(L4_Word_t cap, L4_ThreadId_t space, L4_Word_t control, L4_Word_t kip,
                              L4_Word_t utcb, L4_ThreadId_t redirector, L4_Word_t *old_control);
int hurd_wortel_memory_control(L4_Word_t cap, const L4_Word_t *fpages, L4_Word_t n,
                               const L4_Word_t attributes[4]);
int hurd_wortel_processor_control(L4_Word_t cap, L4_Word_t number, L4_Word_t control,
                                  L4_Word_t internal, L4_Word_t external, L4_Word_t voltage);
int hurd_wortel_space_info(L4_Word_t cap, L4_ThreadId_t space, enum hurd_space_counter k,
                           L4_Word_t *value);
/* The same for `count` counters from k on. */
int hurd_wortel_space_infos(L4_Word_t cap, L4_ThreadId_t space, enum hurd_space_counter k,
                            L4_Word_t count, L4_Word_t *values);
int hurd_wortel_space_quota(L4_Word_t cap, L4_ThreadId_t space, L4_Word_t pages);
int hurd_wortel_priority(L4_Word_t cap, L4_ThreadId_t thread, L4_Word_t priority);
/* Post: *written is set, also after an L4 error; for READ, *count records are at `records`, which
 * has room for HURD_TRACE_RECORDS.  records may be NULL for the other operations. */
int hurd_wortel_trace(L4_Word_t cap, enum hurd_trace op, L4_Word_t argument, L4_Word_t *written,
                      L4_Word_t *records, L4_Word_t *count);
/* Returns only after an error. */
int hurd_wortel_shutdown(L4_Word_t cap, L4_Word_t status, enum hurd_shutdown how);

/* For deva.  The memory arrives through the acceptor that the caller has set (for ports: the
 * complete IO space). */
int hurd_wortel_get_io_ports(L4_Word_t cap, L4_Word_t io_fpage);
int hurd_wortel_get_io_mem(L4_Word_t cap, L4_Word_t base, L4_Word_t size, L4_Word_t window_fpage);
int hurd_wortel_console_take(L4_Word_t cap);

#endif
