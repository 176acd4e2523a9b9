/* SPDX-License-Identifier: MIT */
/* Where the shell's own commands print: the console, page by page if the list is long, or a file or
 * pipe. */
#ifndef INIT_OUTPUT_H
#define INIT_OUTPUT_H

#include <stdbool.h>

#include "lib/file/files.h"

/* From now on stdout and stderr of the calling thread are these files or pipes' ends; NULL: the
 * console. */
void output_to(struct file *file, struct file *errors);
/* From now on it is the console again, of which the pager shows one page at a time. */
void output_by_pages(void);
/* False: stdout is a file or a pipe. */
bool output_is_shown(void);
/* True: the user has seen enough pages. */
bool output_is_left(void);
/* The errno of the first thing that could not be written yet; 0: all is well. */
int output_error(void);
/* Ends either.  Returns the errno of the first thing that could not be written. */
int output_end(void);

#endif
