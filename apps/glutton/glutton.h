/* SPDX-License-Identifier: MIT */
/* The kinds of a glutton.  Each more_ function takes one more of it: 0, or the errno of
 * the server that refused. */
#ifndef GLUTTON_H
#define GLUTTON_H

#include <hurd/mm.h>
#include <l4/ipc.h>

L4_ThreadId_t physmem(void), task_server(void);
L4_Word_t own_control(void), own_task(void);

/* numbers.c: what servers and the kernel count */
int more_nothing(void);     /* EAGAIN: the tree is all */
int more_threads(void);     /* thread numbers */
int more_kernel(void);      /* page tables and mappings */
int more_handles(void);     /* containers, and weak references to them */
int more_controls(void);    /* memory controls without memory */
int more_groups(void);      /* truly shared pages */
int more_holes(void);       /* pages far apart, seven of eight given back: holes between records */
int more_mixed(
    void); /* handles, controls, groups or holes, another kind in each task of the tree */
int more_gifts(void);       /* handles in tables of tasks that never asked */
int more_waits(void);       /* threads that wait for the end of a task */
int more_readers(void);     /* threads that wait for the console */

/* files.c: what the file server counts; the tree is of forks, which have files */
int more_files(void);       /* open files, each another one */
int more_pipes(void);
int more_locks(void);

/* times.c: what takes servers long; more threads that go on asking */
int more_requests(void);    /* physmem: thousands of pages, again and again */
int more_images(void);      /* task: megabytes that are no program */
int more_messages(void);    /* all servers: messages that ask for no answer */
int more_priority(void);    /* its pager spins, with all the priority that it may have */

#endif
