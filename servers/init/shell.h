/* SPDX-License-Identifier: MIT */
/* The shell on the console. */
#ifndef INIT_SHELL_H
#define INIT_SHELL_H

#include "control.h"
#include "programs.h"

/* Waits until the program has ended; Ctrl-C kills it.  Returns its exit status; 128 and more: it
 * did not end by itself. */
unsigned shell_wait(const struct program *program);

/* Waits until all of these have ended, PIPELINE_MOST at most.  Returns the status of the last. */
unsigned shell_wait_all(const struct program *const program[], size_t count);
enum { STATUS_INTERRUPTED = 130 };

/* Ends the machine with that status.  Returns only if wortel refuses. */
void shell_shutdown(unsigned status, bool reboot);

/* `halt` and `reboot`: they end the machine with the status that shell_run() was given. */
void shell_end(bool reboot);

/* Returns a place for a program that shall run in the background; the caller fills it in.  NULL:
 * the shell watches as many as it can. */
struct program *shell_free_job(void);

L4_ThreadId_t shell_task_server(void);

/* Obeys the commands of a text, and says what is wrong with it.  name: of the script that it is.
 * NULL: it was typed, and if it is CONTROL_OPEN, nothing is said. */
enum control_result shell_obey(const char *text, const char *name);

/* Shall the rest of what was typed be left out?  True from Ctrl-C up to the next line that is
 * typed, and from `exit` to the end of its script. */
bool shell_interrupted(void);

/* Reads commands until the console is gone.  `status` is what `halt` ends the machine with. */
void shell_run(unsigned status);

#endif
