/* SPDX-License-Identifier: MIT */
/* Patterns of names: * any characters, ? one, [a-z] one of these, [!a-z] none of these; a backslash
 * makes the next character a plain one. */
#ifndef SHELL_PATTERN_H
#define SHELL_PATTERN_H

#include <stddef.h>

#include "lib/shell/words.h"

/* A name that begins with '.' matches only if the pattern begins with it. */
struct pattern_names {
    size_t count;
    const char *name[WORDS_MAX];        /* in their order */
    char text[WORDS_TEXT];
};

/* The paths that the pattern stands for; count 0: there are none, or it is no pattern.  Asks
 * language_list() and language_file_is() (language.h).  Returns NULL, or what is wrong. */
const char *pattern_expand(const char *pattern, struct pattern_names *names);

#endif
