/* SPDX-License-Identifier: MIT */
/* What goes wrong with a command of the shell's own. */
#ifndef INIT_COMPLAIN_H
#define INIT_COMPLAIN_H

/* Says a sentence on the console, even if the command's output goes to a file.  Post: $? is 1. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
