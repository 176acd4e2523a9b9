/* SPDX-License-Identifier: MIT */
/* The console as the shell uses it. */
#ifndef INIT_TERMINAL_H
#define INIT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

void terminal_write(const char *text, size_t size);

/* The next character; blocks.  Negative when the console is gone. */
int terminal_read(void);

/* Did the user type Ctrl-C?  What else was typed is kept for terminal_read().  Does not block. */
bool terminal_interrupted(void);

#endif
