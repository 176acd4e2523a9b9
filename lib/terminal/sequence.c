/* SPDX-License-Identifier: MIT */
/* Tells escape sequences from characters, byte by byte.  A sequence that is not known is skipped as
 * a whole.  A sequence that is cut short ends at the next control character; a string ends at the
 * end of the line.  Before: servers/deva/screen.c and line.c, servers/init/editor.c. */
#include "sequence.h"

#include <stddef.h>

enum { BEL = 0x07, CANCEL = 0x18, SUBSTITUTE = 0x1a, ESCAPE = 0x1b, DELETE = 0x7f, LARGEST = 9999 };

static bool is_intermediate(uint8_t byte)
{
    return byte >= 0x20 && byte <= 0x2f;
}

static bool begins_string(uint8_t byte)
{
    return byte == ']' || byte == 'P' || byte == 'X' || byte == '^' || byte == '_' || byte == 'k';
}

static enum sequence_kind go(struct sequence *s, enum sequence_state state)
{
    s->state = state;
    return SEQUENCE_MORE;
}

static enum sequence_kind end(struct sequence *s, enum sequence_kind kind, uint8_t final)
{
    s->state = IN_NOTHING;
    s->final = (char) final;
    return kind;
}

static enum sequence_kind begin(struct sequence *s)
{
    *s = (struct sequence) {
        .from_keys = s->from_keys, .state = IN_ESCAPE, .twice = s->state == IN_ESCAPE,
    };
    return SEQUENCE_MORE;
}

static enum sequence_kind feed_escape(struct sequence *s, uint8_t byte)
{
    if (is_intermediate(byte)) {
        s->mark = (char) byte;
        return SEQUENCE_MORE;
    }
    if (s->mark)
        return end(s, SEQUENCE_ESC, byte);
    if (byte == '[')
        return go(s, IN_CSI);
    if (byte == 'O')
        return go(s, IN_SS3);
    if (!s->from_keys && begins_string(byte))
        return go(s, IN_STRING);
    return end(s, SEQUENCE_ESC, byte);
}

static void feed_digit(struct sequence *s, unsigned digit)
{
    if (s->count == 0)
        s->count = 1;
    if (s->count > SEQUENCE_PARAMETERS)
        return;
    unsigned *number = &s->parameter[s->count - 1];
    *number = *number * 10 + digit;
    if (*number > LARGEST)
        *number = LARGEST;
}

static void feed_separator(struct sequence *s)
{
    if (s->count == 0)
        s->count = 1;
    if (s->count <= SEQUENCE_PARAMETERS)
        s->count++;
}

/* rxvt ends keys with Shift in a $, which is an intermediate in the standard. */
static bool is_shifted_key(const struct sequence *s, uint8_t byte)
{
    return s->from_keys && byte == '$' && s->count == 1;
}

static enum sequence_kind feed_parameters(struct sequence *s, uint8_t byte)
{
    enum sequence_kind kind = s->state == IN_CSI ? SEQUENCE_CSI : SEQUENCE_SS3;
    if (byte >= '0' && byte <= '9')
        feed_digit(s, byte - '0');
    else if (byte == ';' || byte == ':')
        feed_separator(s);
    else if (byte >= 0x40 || is_shifted_key(s, byte))
        return byte == '[' && kind == SEQUENCE_CSI && s->count == 0 && !s->mark
                   ? go(s, IN_LINUX_KEY)
                   : end(s, kind, byte);
    else
        s->mark = (char) byte;
    return SEQUENCE_MORE;
}

static enum sequence_kind feed_string(struct sequence *s, uint8_t byte)
{
    if (byte == '\n')
        return end(s, SEQUENCE_NONE, 0);
    if (byte == ESCAPE)
        return go(s, IN_STRING_ESCAPE);
    if (byte == BEL || byte == CANCEL || byte == SUBSTITUTE)
        return end(s, SEQUENCE_MORE, 0);
    return SEQUENCE_MORE;
}

enum sequence_kind sequence_feed(struct sequence *s, uint8_t byte)
{
    if (s->state == IN_STRING)
        return feed_string(s, byte);
    if (s->state == IN_STRING_ESCAPE) {
        s->state = IN_NOTHING;
        if (byte == '\\')
            return SEQUENCE_MORE;
        begin(s); /* that was not the end of the string: another sequence begins here */
    }
    if (byte == ESCAPE)
        return begin(s);
    if (s->state == IN_NOTHING)
        return SEQUENCE_NONE;
    if (byte == CANCEL || byte == SUBSTITUTE)
        return end(s, SEQUENCE_MORE, 0);
    if (byte < 0x20 || byte >= DELETE)
        return end(s, SEQUENCE_NONE, 0);
    if (s->state == IN_ESCAPE)
        return feed_escape(s, byte);
    if (s->state == IN_LINUX_KEY)
        return end(s, SEQUENCE_MORE, 0);
    return feed_parameters(s, byte);
}

unsigned sequence_parameter(const struct sequence *s, unsigned i, unsigned missing)
{
    return i < s->count && i < SEQUENCE_PARAMETERS && s->parameter[i] ? s->parameter[i] : missing;
}
