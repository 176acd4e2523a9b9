/* SPDX-License-Identifier: MIT */
/* The commands `test` and `[`. */
#ifndef SHELL_TEST_H
#define SHELL_TEST_H

struct words;

extern const char test_help[];

/* Post: $? is 0: yes; 1: no; 2: that is no question, and this said why. */
void test_obey(const struct words *w);

#endif
