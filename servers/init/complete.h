/* SPDX-License-Identifier: MIT */
/* The Tab key: the rest of a name. */
#ifndef INIT_COMPLETE_H
#define INIT_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

#include "editor.h"

/* Names that begin as a word does.  Pure; tested in tests/host/complete.c. */
#define COMPLETE_NAME 256       /* with the path in front of it */

struct completion {
    const char *begin;          /* what is typed so far */
    size_t length;              /* the number of its characters */
    unsigned count;             /* names that begin like that */
    char common[COMPLETE_NAME]; /* what all of them begin with, terminated */
};

void completion_init(struct completion *c, const char *begin, size_t length);
void completion_offer(struct completion *c, const char *name);

/* Completes the word that ends at the cursor: a command or a program where a command begins, else
 * an argument of the command, or a path.  True: it has printed the names that would fit instead,
 * and the caller shows the prompt again. */
bool complete(struct editor *e);

#endif
