/* SPDX-License-Identifier: MIT */
/* A command line as words. */
#ifndef SHELL_WORDS_H
#define SHELL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define WORDS_TEXT  4096        /* bytes of all words with their zeros */
#define WORDS_MAX   128
#define WORDS_NAMES 512         /* of the names behind < and > */

/* What a command ends in: the end of the line or text, or an operator. */
enum words_end { WORDS_LINE, WORDS_SEMICOLON, WORDS_PIPE, WORDS_AND, WORDS_OR };

struct words {
    size_t count;
    const char *word[WORDS_MAX + 1];    /* word[count] == NULL */
    char text[WORDS_TEXT];              /* an argz: the words one behind the other */
    size_t text_length;
    bool background;                    /* the command ended in & */
    const char *input, *output, *errors;        /* behind < and > or >>, and 2>; NULL: none */
    bool appends, errors_append;        /* >> */
    bool errors_join;                   /* 2>&1: errors go where the output goes */
    bool output_joins;                  /* >&2: the output goes where errors go */
    char names[WORDS_NAMES];
    size_t names_length;
    enum words_end end;
    const char *rest;                   /* of the text, behind that.  NULL: nothing follows */
};

/* Does it say where its input, its output or its errors go? */
bool words_redirect(const struct words *w);

/* Takes the first command of the text.  Splits at spaces; "double" and 'single' quotes keep spaces,
 * a backslash keeps the next character.  $NAME, ${NAME} and the like (variables.h) become values,
 * which are not split, but between single quotes; so do sums, $((I + 1)).  # at the start of a word
 * begins a comment.  A word with *, ? or [...] becomes the names of the files that it stands for
 * (pattern.h), if there are any.  Returns NULL, or what is wrong with the line. */
const char *words_split(struct words *w, const char *line);

/* The same for a command that is not obeyed: variables have no values. */
const char *words_skip(struct words *w, const char *line);

/* Reads a number as programs and the kernel print it: decimal or 0x.  False: it is no number. */
bool words_number(const char *text, unsigned long *value);

#endif
