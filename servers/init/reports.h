/* SPDX-License-Identifier: MIT */
/* What the shell tells about the system. */
#ifndef INIT_REPORTS_H
#define INIT_REPORTS_H

#include <stdbool.h>

#include <l4/types.h>

void report_tasks(void);            /* ps */
void report_memory(void);           /* mem */
void report_maps(L4_Word_t task);   /* maps TASK */

/* Returns the living task that `word` means, by number or by name.  If there is none, prints why
 * and returns 0. */
L4_Word_t report_find_task(const char *word);

/* Calls visit(id, argument) for each task, until it returns false.  Returns 0 or the errno of
 * `task`.  The other functions here are for the shell's thread alone. */
int report_each_id(bool (*visit)(L4_Word_t id, void *argument), void *argument);

/* Calls each(what, name) for all living tasks. */
void report_task_names(void (*each)(void *what, const char *name), void *what);

/* Calls each(task, name) for all living tasks. */
void report_each_task(void (*each)(L4_Word_t task, const char *name));

/* Returns the task's name; "?": the server `task` does not know it. */
const char *report_task_name(L4_Word_t task);

#endif
