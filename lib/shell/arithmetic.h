/* SPDX-License-Identifier: MIT */
/* Whole numbers in the shell's $((...)). */
#ifndef SHELL_ARITHMETIC_H
#define SHELL_ARITHMETIC_H

#include <stddef.h>

/* Works out an expression of `length` bytes: numbers and names of variables with + - * / % between
 * them, the last three first, without parentheses.  A variable that is not set or empty is 0.
 * Returns NULL and sets *value, or returns what is wrong. */
const char *arithmetic(const char *text, size_t length, int *value);

#endif
