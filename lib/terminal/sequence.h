/* SPDX-License-Identifier: MIT */
/* Escape sequences, from the keys of a terminal or to its screen: ECMA-48 and what is common beyond.
 *      ESC intermediates final
 *      ESC [ parameters final
 *      ESC O final                             a key
 *      ESC [ [ letter                          a function key of Linux' console
 *      ESC ] P X ^ _ k text BEL or ESC \       strings (titles, answers), to screens only
 * Intermediates are 20h-2Fh, finals 30h-7Eh (behind ESC [ 40h-7Eh), parameters are numbers between
 * ; or :. */
#ifndef TERMINAL_SEQUENCE_H
#define TERMINAL_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

#define SEQUENCE_PARAMETERS 16

enum sequence_kind {
    SEQUENCE_NONE,      /* the byte is no part of one: a character or a control character */
    SEQUENCE_MORE,      /* it is, and nothing is to be done */
    SEQUENCE_ESC,       /* it ends ESC intermediate final */
    SEQUENCE_CSI,       /* it ends ESC [ parameters final */
    SEQUENCE_SS3,       /* it ends ESC O final */
};

enum sequence_state {
    IN_NOTHING, IN_ESCAPE, IN_CSI, IN_SS3, IN_LINUX_KEY, IN_STRING, IN_STRING_ESCAPE,
};

/* All zero is the start.  What stands behind `state` belongs to the sequence that has just ended. */
struct sequence {
    bool from_keys;             /* set once: who types Alt-P does not begin a string */
    enum sequence_state state;
    bool twice;                 /* it began with two ESC: some terminals send that for Alt */
    char mark;                  /* the last intermediate, or one of < = > ?; 0: none */
    char final;
    unsigned count;             /* parameters, also empty ones; 0: none at all */
    unsigned parameter[SEQUENCE_PARAMETERS];
};

enum sequence_kind sequence_feed(struct sequence *s, uint8_t byte);

/* Parameter i; `missing` where it is not there, is empty or 0. */
unsigned sequence_parameter(const struct sequence *s, unsigned i, unsigned missing);

#endif
