/* SPDX-License-Identifier: MIT */
/* Line editing: one byte in, changes on the screen out.  It uses backspaces and spaces only, which
 * every terminal has.  Called by shell.c; pure, tested in tests/host/editor.c. */
#include "editor.h"

#include <string.h>

#define CTRL(letter) ((letter) & 0x1f)

void editor_init(struct editor *e, void (*echo)(const char *text, size_t size))
{
    memset(e, 0, sizeof *e);
    e->echo = echo;
    e->keys.from_keys = true;
}

void editor_begin(struct editor *e)
{
    e->length = e->cursor = 0;
    e->line[0] = '\0';
    e->keys.state = IN_NOTHING;
    e->back = 0;
}

/* ---- the picture ---- */

static void echo_repeated(struct editor *e, char c, size_t count)
{
    while (count-- > 0)
        e->echo(&c, 1);
}

static void move_left(struct editor *e, size_t count)
{
    echo_repeated(e, '\b', count);
    e->cursor -= count;
}

static void move_right(struct editor *e, size_t count)
{
    e->echo(e->line + e->cursor, count);
    e->cursor += count;
}

/* Shows the text from the cursor on, writes blanks over `gone` characters behind it, and moves the
 * terminal's cursor back. */
static void show_rest(struct editor *e, size_t gone)
{
    size_t rest = e->length - e->cursor;
    e->echo(e->line + e->cursor, rest);
    echo_repeated(e, ' ', gone);
    echo_repeated(e, '\b', rest + gone);
}

void editor_redraw(struct editor *e)
{
    e->echo(e->line, e->length);
    echo_repeated(e, '\b', e->length - e->cursor);
}

/* ---- changes ---- */

static void insert(struct editor *e, char c)
{
    if (e->length == EDITOR_LINE) {
        e->echo("\a", 1);
        return;
    }
    memmove(e->line + e->cursor + 1, e->line + e->cursor, e->length - e->cursor);
    e->line[e->cursor] = c;
    e->line[++e->length] = '\0';
    move_right(e, 1);
    if (e->cursor < e->length)
        show_rest(e, 0);
}

void editor_insert(struct editor *e, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        insert(e, text[i]);
}

/* Removes `count` characters at the cursor. */
static void erase(struct editor *e, size_t count)
{
    if (count == 0)
        return;
    memmove(e->line + e->cursor, e->line + e->cursor + count, e->length - e->cursor - count);
    e->length -= count;
    e->line[e->length] = '\0';
    show_rest(e, count);
}

static void erase_left(struct editor *e, size_t count)
{
    move_left(e, count);
    erase(e, count);
}

static size_t word_left(const struct editor *e)
{
    size_t start = e->cursor;
    while (start > 0 && e->line[start - 1] == ' ')
        start--;
    while (start > 0 && e->line[start - 1] != ' ')
        start--;
    return e->cursor - start;
}

static void replace(struct editor *e, const char *text)
{
    move_left(e, e->cursor);
    erase(e, e->length);
    while (*text)
        insert(e, *text++);
}

/* ---- history ---- */

static char *history_line(struct editor *e, unsigned back)
{
    return e->history[(e->remembered - back) % EDITOR_HISTORY];
}

static void history_show(struct editor *e, unsigned back)
{
    e->back = back;
    replace(e, back ? history_line(e, back) : "");
}

static void history_older(struct editor *e)
{
    unsigned kept = e->remembered < EDITOR_HISTORY ? e->remembered : EDITOR_HISTORY;
    if (e->back < kept)
        history_show(e, e->back + 1);
}

static void history_newer(struct editor *e)
{
    if (e->back > 0)
        history_show(e, e->back - 1);
}

static void history_add(struct editor *e)
{
    if (e->length == 0 || (e->remembered > 0 && !strcmp(history_line(e, 1), e->line)))
        return;
    strcpy(e->history[e->remembered % EDITOR_HISTORY], e->line);
    e->remembered++;
    if (e->remembered == 2 * EDITOR_HISTORY)        /* the same place, and never wraps */
        e->remembered = EDITOR_HISTORY;
}

/* ---- keys ---- */

/* Numbers of keys: 1 and 4 by the VT220 (Linux' console, PuTTY, tmux), 7 and 8 by rxvt. */
static void feed_numbered(struct editor *e)
{
    switch (sequence_parameter(&e->keys, 0, 0)) {
    case 1:
    case 7:
        move_left(e, e->cursor);
        break;
    case 3:
        erase(e, e->cursor < e->length);
        break;
    case 4:
    case 8:
        move_right(e, e->length - e->cursor);
        break;
    }
}

/* Shift and Ctrl make no difference to a key; they come as a second parameter, or (rxvt) as another
 * letter.  A key with Alt does nothing, and a key that we do not know does nothing. */
static void feed_key(struct editor *e)
{
    if (e->keys.twice || e->keys.mark)
        return;
    switch (e->keys.final) {
    case 'A':
        history_older(e);
        break;
    case 'B':
        history_newer(e);
        break;
    case 'C':
        move_right(e, e->cursor < e->length);
        break;
    case 'D':
        move_left(e, e->cursor > 0);
        break;
    case 'H':
        move_left(e, e->cursor);
        break;
    case 'F':
        move_right(e, e->length - e->cursor);
        break;
    case '~':
    case '^':
    case '$':
    case '@':
        feed_numbered(e);
        break;
    }
}

/* True while the byte is part of an escape sequence. */
static bool feed_sequence(struct editor *e, char byte)
{
    enum sequence_kind kind = sequence_feed(&e->keys, (uint8_t) byte);
    if (kind == SEQUENCE_CSI || kind == SEQUENCE_SS3)
        feed_key(e);
    return kind != SEQUENCE_NONE;
}

static enum editor_event finish(struct editor *e)
{
    move_right(e, e->length - e->cursor);
    e->echo("\n", 1);
    history_add(e);
    return EDITOR_DONE;
}

enum editor_event editor_feed(struct editor *e, char byte)
{
    bool after_return = e->after_return;
    e->after_return = byte == '\r';
    if (feed_sequence(e, byte))
        return EDITOR_MORE;
    switch (byte) {
    case '\n':
        return after_return ? EDITOR_MORE : finish(e);
    case '\r':
        return finish(e);
    case '\b':
    case 0x7f:
        erase_left(e, e->cursor > 0);
        break;
    case CTRL('A'):
        move_left(e, e->cursor);
        break;
    case CTRL('B'):
        move_left(e, e->cursor > 0);
        break;
    case CTRL('C'):
        e->echo("^C\n", 3);
        return EDITOR_INTERRUPTED;
    case CTRL('D'):
        if (e->length == 0)
            return EDITOR_END;
        erase(e, e->cursor < e->length);
        break;
    case CTRL('E'):
        move_right(e, e->length - e->cursor);
        break;
    case CTRL('F'):
        move_right(e, e->cursor < e->length);
        break;
    case CTRL('K'):
        erase(e, e->length - e->cursor);
        break;
    case CTRL('N'):
        history_newer(e);
        break;
    case CTRL('P'):
        history_older(e);
        break;
    case CTRL('U'):
        erase_left(e, e->cursor);
        break;
    case CTRL('W'):
        erase_left(e, word_left(e));
        break;
    case '\t':
        return EDITOR_TAB;
    default:
        if (byte >= ' ' && byte < 0x7f)
            insert(e, byte);
    }
    return EDITOR_MORE;
}
