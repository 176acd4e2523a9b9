/* SPDX-License-Identifier: MIT */
/* fork(), between its three parts: forking.c in the thread that calls it, fork.c in the pager, and
 * both in the child. */
#ifndef MM_FORK_H
#define MM_FORK_H

#include <setjmp.h>
#include <hurd/startup.h>
#include <stdbool.h>

/* On the stack of the thread that called fork(). */
struct fork_context {
    jmp_buf registers;
    L4_Word_t word, handle;             /* its ThreadWord1 and UserDefinedHandle */
    volatile L4_Word_t in_child;        /* 1 in the child, when it goes on */
    unsigned char fpu[512 + 16];        /* 512 bytes of it, from the first multiple of 16 on: a
                                           thread's stack may begin anywhere */
};

/* Where the child begins: on the stack of the startup fpage. */
_Noreturn void fork_child(const struct hurd_startup_resume *r);
/* In the child, when its pager runs: goes on behind fork(). */
_Noreturn void fork_resumes(struct fork_context *context);

/* In the child: what other files have noted of the parent is not true any more. */
void extra_forked(void);                /* extra.c */
void spawn_forked(void);                /* spawn.c */
void wait_forked(void);                 /* wait.c */
void brk_hold(bool hold);               /* brk.c: takes its lock, or lets go of it */

/* page.c: some slot holds a page of a store; in the child: the frames of free slots are not
 * ours. */
bool pool_has_pages(void);
void pool_forked(void);

#endif
