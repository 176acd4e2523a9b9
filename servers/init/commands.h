/* SPDX-License-Identifier: MIT */
/* The shell's own commands. */
#ifndef INIT_COMMANDS_H
#define INIT_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/shell/words.h"

/* Obeys the command that word 0 names.  alone: nothing else was typed, so a long list stops at each
 * page.  Returns false, and does nothing, if there is no such command.  Post: $? is its status.
 * Blocks as long as the command does. */
bool command_obey(const struct words *w, bool alone);

/* Is it a command whose output can go to a file or pipe?  Obeys such a command with that output,
 * where the line does not say another. */
bool command_is(const char *name);
bool command_lists(const struct words *w);
struct file;
void command_obey_into(const struct words *w, struct file *pipe);

/* Sets the keyboard's layout: us, de or fr; NULL: prints it.  Prints what is wrong. */
void command_set_keymap(const char *name);

/* Returns the next command's name, NULL at the end; *place starts at 0. */
const char *commands_next(size_t *place);

/* Does this command's argument name a program, a command, a task?  If not, it may be a path. */
enum command_takes { TAKES_NOTHING, TAKES_PROGRAM, TAKES_COMMAND, TAKES_TASK };
enum command_takes command_takes(const char *name);

#endif
