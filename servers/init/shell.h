/* SPDX-License-Identifier: MIT */
/* The shell on the console. */
#ifndef INIT_SHELL_H
#define INIT_SHELL_H

#include "programs.h"

/* The rest of what was typed is left out. */
void shell_leave(void);

/* Ends the machine with that status.  Returns only if wortel refuses. */
void shell_shutdown(unsigned status, bool reboot);

/* `halt` and `reboot`: they end the machine with the status that shell_run() was given. */
void shell_end(bool reboot);

L4_ThreadId_t shell_task_server(void);

/* Says that there is no command or program of that name. */
void shell_no_command(const char *name);

/* Shall the rest of what was typed be left out?  True from Ctrl-C up to the next line that is
 * typed, and from `exit` to the end of its script. */
bool shell_interrupted(void);

/* The command that runs gets what is typed from now on, until the next shell_interrupted().  False:
 * Ctrl-C was typed. */
bool shell_takes_keys(void);

/* Reads commands until the console is gone.  `status` is what `halt` ends the machine with. */
void shell_run(unsigned status);

#endif
