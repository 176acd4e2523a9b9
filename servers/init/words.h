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
 * Returns NULL or what is wrong with the line. */
const char *words_split(struct words *w, const char *line);

/* Numbers as programs and the kernel print them: decimal or 0x.  False: not a number. */
bool words_number(const char *text, unsigned long *value);

#endif
