/* SPDX-License-Identifier: MIT */
/* Lines for programs.  Enter (a carriage return, a newline or both) ends a line.  Backspace and
 * Delete take a character back, Ctrl-W a word, Ctrl-U the whole line.  Ctrl-D ends the line without
 * a newline; on an empty line it is the end of the file.  Keys that are no characters do nothing.
 * Before: console.c.  Pure; tested in tests/host/line.c. */
#include "line.h"

#define CTRL(letter) ((letter) & 0x1f)

/* Nobody reads bytes from `length` on, so they stay. */
void line_init(struct line *l)
{
    l->complete = l->after_return = false;
    l->length = l->taken = 0;
    l->keys = (struct sequence) { .from_keys = true };
}

static bool continues_character(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;       /* UTF-8 */
}

static bool is_control(uint8_t byte)
{
    return byte < ' ' && byte != '\t';
}

/* A tab is shown as one blank, because the column is not known here; a control character is shown
 * as ^X. */
static void show(uint8_t byte, void (*put)(uint8_t))
{
    if (is_control(byte)) {
        put('^');
        put(byte | '@');
    } else {
        put(byte == '\t' ? ' ' : byte);
    }
}

static void insert(struct line *l, uint8_t byte, void (*put)(uint8_t))
{
    if (l->length == LINE_SIZE - 1) {   /* the newline must fit */
        put('\a');
        return;
    }
    l->bytes[l->length++] = byte;
    show(byte, put);
}

static void erase(struct line *l, void (*put)(uint8_t))
{
    if (l->length == 0)
        return;
    while (l->length > 1 && continues_character(l->bytes[l->length - 1]))
        l->length--;
    l->length--;
    for (int columns = is_control(l->bytes[l->length]) ? 2 : 1; columns > 0; columns--) {
        put('\b');
        put(' ');
        put('\b');
    }
}

static bool ends_in_blank(const struct line *l)
{
    uint8_t last = l->length > 0 ? l->bytes[l->length - 1] : 'x';
    return last == ' ' || last == '\t';
}

static void erase_word(struct line *l, void (*put)(uint8_t))
{
    while (ends_in_blank(l))
        erase(l, put);
    while (l->length > 0 && !ends_in_blank(l))
        erase(l, put);
}

static void finish(struct line *l, void (*put)(uint8_t))
{
    l->bytes[l->length++] = '\n';
    l->complete = true;
    put('\n');
}

void line_feed(struct line *l, uint8_t byte, void (*put)(uint8_t))
{
    bool after_return = l->after_return;
    l->after_return = byte == '\r';
    if (sequence_feed(&l->keys, byte) != SEQUENCE_NONE)
        return;
    switch (byte) {
    case '\n':
        if (!after_return)
            finish(l, put);
        break;
    case '\r':
        finish(l, put);
        break;
    case '\b':
    case 0x7f:
        erase(l, put);
        break;
    case CTRL('D'):
        l->complete = true;
        break;
    case CTRL('U'):
        while (l->length > 0)
            erase(l, put);
        break;
    case CTRL('W'):
        erase_word(l, put);
        break;
    default:
        insert(l, byte, put);
    }
}

void line_drop(struct line *l, unsigned count)
{
    l->taken += count;
    if (l->taken < l->length)
        return;
    l->taken = l->length = 0;
    l->complete = false;
}
