/* SPDX-License-Identifier: MIT */
/* The shell's variables: names and values.  Programs that the shell starts find all of them. */
#ifndef SHELL_VARIABLES_H
#define SHELL_VARIABLES_H

#include <stdbool.h>
#include <stddef.h>

enum { VARIABLES_MOST = 32, VARIABLES_TEXT = 2048 };

/* Returns the value; NULL: there is none of that name, which has `length` bytes.  "?" is the status
 * of the last program; 0 to 9 and # are a script's own words and their number. */
const char *variables_get(const char *name, size_t length);

/* Sets what NAME=VALUE says.  False: it is no assignment.  *problem: NULL, or why it is not set. */
bool variables_assign(const char *word, const char **problem);
bool variables_unset(const char *name);         /* False: there is none. */

/* Writes NAME=VALUE strings with their zeroes, as many as fit.  Returns the bytes. */
size_t variables_write(char *envz, size_t size);

void variables_set_status(unsigned status);

/* The words of a script, from its name on; they are kept where they are.  Returns those before. */
struct variables_words {
    const char *const *word;
    size_t count;
};
struct variables_words variables_set_words(struct variables_words words);

#endif
