/* SPDX-License-Identifier: MIT */
/* A command line as words. */
#ifndef INIT_WORDS_H
#define INIT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define WORDS_TEXT 200  /* bytes of all words with their zeros: what task_create takes */
#define WORDS_MAX  24

struct words {
    size_t count;
    const char *word[WORDS_MAX + 1];    /* word[count] == NULL */
    char text[WORDS_TEXT];              /* an argz: the words one behind the other */
    size_t text_length;
    bool background;                    /* the line ended in & */
};

/* Splits at spaces; "double" and 'single' quotes keep spaces, a backslash keeps the next character.
 * Without them, | ; < > are mistakes.
 * Behind echo, cat and sha256sum, > and >> are words.  Returns NULL, or what is wrong with the
 * line. */
const char *words_split(struct words *w, const char *line);

/* Reads a number as programs and the kernel print it: decimal or 0x.  False: it is no number. */
bool words_number(const char *text, unsigned long *value);

#endif
