/* SPDX-License-Identifier: MIT */
/* Ctrl-C while the shell waits for a file server. */
#ifndef INIT_PATIENCE_H
#define INIT_PATIENCE_H

#include <stdbool.h>

/* The calling thread is the shell's.  From now on, its requests to servers that are programs end by
 * Ctrl-C: EINTR, and those that come behind it do so soon. */
void patience_begin(void);
void patience_new_command(void);
bool patience_is_over(void);            /* Ctrl-C was typed since the command began */

#endif
