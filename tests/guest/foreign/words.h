/* SPDX-License-Identifier: MIT */
/* What words.c and controls.c share: threads of our own space, spaces that share our pages, and the tests. */
#ifndef FOREIGN_WORDS_H
#define FOREIGN_WORDS_H

#include "x2.h"

extern word root, next;                 /* next: the number of the next thread */
extern byte source[8192];
extern volatile word seen[8], to_whom;

/* A test returns 1, or leaves here what was wrong. */
extern word wrong_is, wrong_wanted, wrong_line;
#define WANT(have, want)                                                                                                        \
    do {                                                                                                                        \
        word have_ = (have), want_ = (want);                                                                                    \
        if (have_ != want_) {                                                                                                   \
            wrong_is = have_;                                                                                                   \
            wrong_wanted = want_;                                                                                               \
            wrong_line = __LINE__;                                                                                              \
            return 0;                                                                                                           \
        }                                                                                                                       \
    } while (0)

word id(word n);
word local(void (*f)(void));            /* a thread of our space; 0: there is none */
word apart(void (*f)(void), word redirector, word log2);   /* of its own, whose UTCB area has that size */
void end(word t);
word pager(word t);                     /* serves its faults until it says something else */
word child_ipc(word to, word from, word timeouts, word *sender);   /* for threads of other spaces */
void rest(word ms);
void idle(void);

/* controls.c */
int points(void), outcomes_of_schedule(void), a_total_quantum_ends(void), controls_of_memory_and_processor(void),
    interrupts_and_their_threads(void);

#endif
