/* SPDX-License-Identifier: MIT */
/* The console as the shell uses it. */
#ifndef INIT_TERMINAL_H
#define INIT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include <l4/types.h>

void terminal_write(const char *text, size_t size);

/* The next character; blocks.  Negative when the console is gone. */
int terminal_read(void);

/* What is typed goes to that task from now on.  Has Ctrl-C been typed since the last such question? */
bool terminal_interrupted(L4_Word_t task);

/* What is typed goes to the shell again. */
void terminal_take(void);

#endif
