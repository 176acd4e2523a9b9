/* SPDX-License-Identifier: MIT */
/* The shell's language: which of a text's commands are obeyed, and in which order.  if, while,
 * until and for; && and ||; ! */
#ifndef SHELL_CONTROL_H
#define SHELL_CONTROL_H

#include <stdbool.h>

#include "lib/shell/words.h"

enum { CONTROL_DEPTH = 16 };    /* of `if` and loops in each other */

struct control_calls {
    /* Takes the pipeline at the start of `text`.  Obeys it, or only checks it.  Post: *end and
     * *rest are those of its last command.  Returns NULL, or what is wrong. */
    const char *(*pipeline)(const char *text, bool obeys, enum words_end *end, const char **rest);
    /* Shall the rest be left out?  Asked between two commands. */
    bool (*interrupted)(void);
};

enum control_result {
    CONTROL_DONE,
    CONTROL_LEFT,               /* interrupted() said so */
    CONTROL_OPEN,               /* it ends inside of an `if` or a loop: nothing was obeyed */
    CONTROL_WRONG,              /* nothing was obeyed, or up to the mistake */
};

struct control_mistake {
    const char *what;           /* part of a sentence */
    const char *at;             /* the place in the text */
};

/* Checks the whole text first.  Then obeys it; $? is the status of what was obeyed last.  *mistake
 * is valid with CONTROL_OPEN and CONTROL_WRONG. */
enum control_result control_run(const char *text, const struct control_calls *calls,
                                struct control_mistake *mistake);

#endif
