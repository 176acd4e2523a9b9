/* SPDX-License-Identifier: MIT */
/* The console as the shell uses it. */
#ifndef INIT_TERMINAL_H
#define INIT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include <hurd/deva.h>
#include <l4/types.h>

void terminal_write(const char *text, size_t size);

/* Returns the next character; negative: the console is gone.  Blocks.  What was printed is shown
 * before: terminal_wait_key() leaves that out, for a caller that has locked stdout. */
int terminal_read(void);
int terminal_wait_key(void);

/* Takes a character if one was typed.  Returns false if none was.  Does not wait. */
bool terminal_key(void);

/* From now on that task or group of tasks gets what is typed.  Returns which keys were typed since
 * the last such call, and that group. */
struct hurd_deva_typed terminal_give(L4_Word_t group);

/* Changes nothing.  Returns the same, and which task or group gets what is typed now: a program may
 * have given it to its children. */
struct hurd_deva_typed terminal_typed(void);

/* From now on nobody gets what is typed; it waits.  Returns true if Ctrl-C was typed since the last
 * call of one of these. */
bool terminal_listen(void);

/* The shell gets what is typed again.  Returns the same. */
bool terminal_take(void);

/* The terminal's modes; sets: they come back when their program goes on. */
void terminal_modes(struct hurd_deva_modes *modes, bool sets);

#endif
