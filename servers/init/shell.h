/* SPDX-License-Identifier: MIT */
/* The shell on the console. */
#ifndef INIT_SHELL_H
#define INIT_SHELL_H

#include "programs.h"

/* Waits until the program has ended; Ctrl-C kills it.  Returns its exit status; 128 and more: it
 * did not end by itself. */
unsigned shell_wait(const struct program *program);

/* Ends the machine with that status.  Returns only if wortel refuses. */
void shell_shutdown(unsigned status, bool reboot);

/* `halt` and `reboot`: they end the machine with the status that shell_run() was given. */
void shell_end(bool reboot);

/* Returns a place for a program that shall run in the background; the caller fills it in.  NULL:
 * the shell watches as many as it can. */
struct program *shell_free_job(void);

L4_ThreadId_t shell_task_server(void);

/* Obeys the commands of a line.  False: it is none, and this said why. */
bool shell_obey(const char *line);

/* Reads commands until the console is gone.  `status` is what `halt` ends the machine with. */
void shell_run(unsigned status);

#endif
