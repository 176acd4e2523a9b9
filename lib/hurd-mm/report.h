/* SPDX-License-Identifier: MIT */
/* The end of a task by its own fault. */
#ifndef MM_REPORT_H
#define MM_REPORT_H

#include <hurd/mm.h>

/* status: an exit status, or HURD_TASK_BY_SIGNAL | signal. */
_Noreturn void hurd_mm_die(int status);
/* status: one of HURD_MM_STATUS_*, or 128 + a signal: that ended the task. */
_Noreturn void hurd_mm_die_of(int status);

/* One line, the program's name and this, by code that is always there: the program has no pager
 * yet, or its text does not come. */
_Noreturn void last_failed(const char *what, int error, int status);

/* One message to deva, without a lock; before deva runs, wortel takes the characters.
 * Pre: n <= LAST_TEXT. */
enum { LAST_TEXT = 240 };
void last_say(const char *text, unsigned n);

/* Its exceptions come to the pager, it leaves whatever IPC it is in, and runs there. */
void report_redirect(L4_ThreadId_t thread, L4_Word_t ip);

/* Its exceptions come to the pager. */
void report_take_exceptions(L4_ThreadId_t thread);

/* In a worker: the store's function could not bring the page. */
_Noreturn void report_store_refused(const struct hurd_store_fault *fault, uintptr_t ip);

/* The thread that made a fault that nothing can serve. */
struct casualty {
    L4_ThreadId_t thread;               /* nil: none so far */
    bool is_violation;                  /* a page fault; else an exception */
    unsigned access;
    int error;                  /* why an allowed access has no page; 0: it was not allowed */
    bool is_text;               /* the page is of the program's file */
    uintptr_t address;                  /* violation: what it touched */
    uintptr_t ip;
    L4_Word_t io_fpage;                 /* an IO port that it may not use, or 0 */
    L4_Word_t registers[12];            /* in the order of the exception message, spec x2 6.3 */
};
extern struct casualty casualty;
/* In the pager: the report on the casualty has failed, because it needs pages.  Says so in one line
 * that needs none. */
_Noreturn void last_casualty(const struct casualty *c);
_Noreturn void report_run(void);
_Noreturn void report_begin(void);
extern const char vm_copy_failed[], vm_copy_plainly[], vm_copy_wide[], vm_copy_end[];
                                        /* copy_entry.asm */
void report_trap(void);                 /* report_entry.asm: an instruction that raises #UD */
void report_entry(void);        /* report_entry.asm: takes a stack of its own, calls
                                   report_begin() */

#endif
