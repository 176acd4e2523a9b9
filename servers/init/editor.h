/* SPDX-License-Identifier: MIT */
/* A line editor for a terminal that sends what keys and VT100s send. */
#ifndef INIT_EDITOR_H
#define INIT_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/terminal/sequence.h"

#define EDITOR_LINE    200  /* characters in a line, at most */
#define EDITOR_HISTORY 16   /* lines remembered */

enum editor_event {
    EDITOR_MORE,            /* the line is not finished */
    EDITOR_DONE,            /* Enter: `line` holds it, terminated */
    EDITOR_INTERRUPTED,     /* Ctrl-C: the line is to be forgotten */
    EDITOR_END,             /* Ctrl-D on an empty line */
    EDITOR_TAB,             /* the line is not finished; the user wants the word completed */
};

struct editor {
    void (*echo)(const char *text, size_t size);    /* prints what the user shall see */
    char line[EDITOR_LINE + 1];
    size_t length, cursor;                          /* cursor <= length <= EDITOR_LINE */
    struct sequence keys;                           /* a key that sends more than one byte */
    bool after_return;                              /* a newline right now is the same key */
    char history[EDITOR_HISTORY][EDITOR_LINE + 1];
    unsigned remembered;                        /* lines so far; the last ones are kept */
    unsigned back;                              /* how far back we look; 0 = the new line */
};

void editor_init(struct editor *e, void (*echo)(const char *text, size_t size));

/* Empties the line; the caller has printed its prompt. */
void editor_begin(struct editor *e);

enum editor_event editor_feed(struct editor *e, char byte);

/* Puts text in at the cursor, as if it were typed. */
void editor_insert(struct editor *e, const char *text, size_t size);

/* Shows the unfinished line again, after something else was printed. */
void editor_redraw(struct editor *e);

#endif
