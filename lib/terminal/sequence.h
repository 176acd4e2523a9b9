/* SPDX-License-Identifier: MIT */
/* Escape sequences, from the keys of a terminal or to its screen: those of ECMA-48, and others that
 * are common.
 *      ESC intermediates final
 *      ESC [ parameters final
 *      ESC O final                             a key
 *      ESC [ [ letter                          a function key of the Linux console
 *      ESC ] P X ^ _ k text BEL or ESC \       strings (titles, answers), only to screens
 * Intermediates are 20h-2Fh, finals 30h-7Eh (after ESC [ 40h-7Eh); parameters are numbers with ; or
 * : between them. */
#ifndef TERMINAL_SEQUENCE_H
#define TERMINAL_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

#define SEQUENCE_PARAMETERS 16

enum sequence_kind {
    SEQUENCE_NONE,      /* the byte is not part of a sequence: it is a character or a control
                           character */
    SEQUENCE_MORE,      /* it is part of one, and there is nothing to do */
    SEQUENCE_ESC,       /* the byte ends ESC intermediate final */
    SEQUENCE_CSI,       /* the byte ends ESC [ parameters final */
    SEQUENCE_SS3,       /* the byte ends ESC O final */
};

enum sequence_state {
    IN_NOTHING, IN_ESCAPE, IN_CSI, IN_SS3, IN_LINUX_KEY, IN_STRING, IN_STRING_ESCAPE,
};

/* All fields are zero at first.  The fields after `state` describe the sequence that has just
 * ended. */
struct sequence {
    bool from_keys;             /* set once; true: a string cannot begin, because a user may type
                                   Alt-P */
    enum sequence_state state;
    bool twice;                 /* it began with two ESC, which some terminals send for Alt */
    char mark;                  /* the last intermediate, or one of < = > ?; 0: none */
    char final;
    unsigned count;             /* the number of parameters, empty ones too; 0: there are none */
    unsigned parameter[SEQUENCE_PARAMETERS];
};

/* Takes the next byte and says what it is. */
enum sequence_kind sequence_feed(struct sequence *s, uint8_t byte);

/* Returns parameter i, or `missing` if it is not there, empty or 0. */
unsigned sequence_parameter(const struct sequence *s, unsigned i, unsigned missing);

#endif
