/* SPDX-License-Identifier: MIT */
/* The console as the shell uses it. */
#ifndef INIT_TERMINAL_H
#define INIT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include <l4/types.h>

void terminal_write(const char *text, size_t size);

/* Returns the next character; negative: the console is gone.  Blocks.  What was printed is shown
 * before: terminal_wait_key() leaves that out, for a caller that has locked stdout. */
int terminal_read(void);
int terminal_wait_key(void);

/* Takes a character if one was typed.  Returns false if none was.  Does not wait. */
bool terminal_key(void);

/* From now on that task gets what is typed.  Returns true if Ctrl-C was typed since the last such
 * call. */
bool terminal_interrupted(L4_Word_t task);

/* From now on nobody gets what is typed; it waits.  Returns true if Ctrl-C was typed since the last
 * call of one of these three. */
bool terminal_listen(void);

/* The shell gets what is typed again.  Returns the same. */
bool terminal_take(void);

#endif
