/* SPDX-License-Identifier: MIT */
/* links: servers/init/editor.c lib/terminal/sequence.c */
/* The shell's line editor, watched on a terminal of one row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "servers/init/editor.h"

static struct editor editor;
static char screen[1024];       /* what the user sees, trailing blanks and all */
static size_t at;
static int lines;

static void show(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\b') {
            assert_true(at > 0);
            at--;
        } else if (text[i] == '\n') {
            lines++;
            at = 0;
            memset(screen, 0, sizeof screen);
        } else if (text[i] >= ' ') {
            assert_true(at < sizeof screen - 1);
            screen[at++] = text[i];
        }
    }
}

static int fresh(void **state)
{
    (void) state;
    memset(screen, 0, sizeof screen);
    at = 0;
    lines = 0;
    editor_init(&editor, show);
    editor_begin(&editor);
    return 0;
}

static enum editor_event type(const char *keys)
{
    enum editor_event event = EDITOR_MORE;
    while (*keys && event == EDITOR_MORE)
        event = editor_feed(&editor, *keys++);
    return event;
}

/* The screen shows the line, blanks behind it, and the cursor where the editor thinks it is. */
static void expect(const char *line, size_t cursor)
{
    assert_string_equal(editor.line, line);
    assert_int_equal(editor.length, strlen(line));
    assert_int_equal(editor.cursor, cursor);
    assert_int_equal(at, cursor);
    assert_memory_equal(screen, line, strlen(line));
    for (size_t i = strlen(line); screen[i]; i++)
        assert_int_equal(screen[i], ' ');
}

static void typed_characters_appear(void **state)
{
    (void) state;
    assert_int_equal(type("run hello"), EDITOR_MORE);
    expect("run hello", 9);
}

static void enter_finishes_the_line_whatever_it_sends(void **state)
{
    (void) state;
    assert_int_equal(type("ps\r"), EDITOR_DONE);
    assert_string_equal(editor.line, "ps");
    editor_begin(&editor);
    assert_int_equal(type("\n"), EDITOR_MORE);      /* the second half of CR LF */
    assert_int_equal(type("mem\n"), EDITOR_DONE);
    assert_string_equal(editor.line, "mem");
    assert_int_equal(lines, 2);
}

static void backspace_and_delete_remove_characters(void **state)
{
    (void) state;
    type("abcd\x7f\b");
    expect("ab", 2);
    type("\x7f\x7f\x7f");
    expect("", 0);
    type("abc\x1b[D\x1b[D\x1b[3~");
    expect("ac", 1);
}

static void keys_of_common_terminals_move_and_delete(void **state)
{
    static const char *const home[] = {
        "\x1b[1~", "\x1b[7~", "\x1b[H", "\x1bOH", "\x1b[1;5H", "\x1b[7^", "\x1b[7$",
    };
    static const char *const end[] = {
        "\x1b[4~", "\x1b[8~", "\x1b[F", "\x1bOF", "\x1b[1;2F", "\x1b[8@",
    };
    static const char *const delete[] = { "\x1b[3~", "\x1b[3;5~", "\x1b[3^" };
    (void) state;
    type("abc");
    for (size_t i = 0; i < sizeof home / sizeof home[0]; i++) {
        type(home[i]);
        expect("abc", 0);
        type(end[i % (sizeof end / sizeof end[0])]);
        expect("abc", 3);
    }
    type("\x01");
    for (size_t i = 0; i < sizeof delete / sizeof delete[0]; i++)
        type(delete[i]);
    expect("", 0);
}

static void keys_that_mean_nothing_here_do_nothing(void **state)
{
    static const char *const keys[] = {
        "\x1b[[A", "\x1b[[E",                   /* F1 and F5 of Linux' console */
        "\x1b\x1b[A", "\x1b\x1b[3~",            /* with Alt, rxvt */
        "\x1bOP", "\x1b[11~", "\x1b[24;2~",      /* F1, F1 of PuTTY, F12 with Shift */
        "\x1b[2~", "\x1b[5~", "\x1b[200~",       /* Insert, page up, a paste begins */
        "\x1b[?1;2c", "\x1b[>0;276;0c", "\x1b[1;1$y", "\x1b[Z", "\x1b[999;99999999999999q",
        "\x1bx", "\x1b]", "\x1bP",              /* Alt and a letter */
    };
    (void) state;
    type("ab\x1b[D");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        type(keys[i]);
        expect("ab", 1);
    }
    type("x");
    expect("axb", 2);
}

static void characters_go_in_at_the_cursor(void **state)
{
    (void) state;
    type("helo\x1b[Dl");
    expect("hello", 4);
    type("\x01>\x05!");
    expect(">hello!", 7);
}

static void the_cursor_stays_inside_the_line(void **state)
{
    (void) state;
    type("ab\x1b[C\x1b[C");
    expect("ab", 2);
    type("\x1b[D\x1b[D\x1b[D\x02\x1b[H");
    expect("ab", 0);
    type("\x1b[3~\x1b[3~\x1b[3~\x7f\x0b\x15\x17");
    expect("", 0);
}

static void ctrl_u_k_and_w_kill(void **state)
{
    (void) state;
    type("one two  \x17");
    expect("one ", 4);
    type("two\x1b[D\x1b[D\x0b");
    expect("one t", 5);
    type("\x15");
    expect("", 0);
}

static void ctrl_c_gives_the_line_up(void **state)
{
    (void) state;
    assert_int_equal(type("abc\x03"), EDITOR_INTERRUPTED);
}

static void ctrl_d_ends_an_empty_line_only(void **state)
{
    (void) state;
    assert_int_equal(type("\x04"), EDITOR_END);
    type("ab\x01");
    assert_int_equal(type("\x04"), EDITOR_MORE);
    expect("b", 0);
}

static void a_full_line_takes_no_more(void **state)
{
    (void) state;
    for (int i = 0; i < EDITOR_LINE + 10; i++)
        type("x");
    assert_int_equal(editor.length, EDITOR_LINE);
    assert_int_equal(type("\r"), EDITOR_DONE);
    assert_int_equal(strlen(editor.line), EDITOR_LINE);
}

static void enter_line(const char *text)
{
    editor_begin(&editor);
    assert_int_equal(type(text), EDITOR_DONE);
}

static void arrows_walk_through_history(void **state)
{
    (void) state;
    enter_line("first\r");
    enter_line("second\r");
    enter_line("second\r");         /* not remembered twice */
    editor_begin(&editor);
    type("\x1b[A");
    expect("second", 6);
    type("\x1b[A");
    expect("first", 5);
    type("\x1b[A");
    expect("first", 5);
    type("\x1b[B\x1b[B");
    expect("", 0);
    type("\x10\x10\x0e");
    expect("second", 6);
}

static void history_keeps_the_latest_lines(void **state)
{
    (void) state;
    for (int i = 0; i < 100; i++) {
        char text[] = { (char) ('a' + i % 26), (char) ('a' + i / 26), '\r', '\0' };
        enter_line(text);
    }
    editor_begin(&editor);
    type("\x1b[A");
    expect("vd", 2);
    for (int i = 0; i < 40; i++)
        type("\x1b[A");
    expect("gd", 2);
}

static void a_redrawn_line_looks_as_before(void **state)
{
    (void) state;
    type("hello\x1b[D\x1b[D");
    show("\n", 1);
    editor_redraw(&editor);
    expect("hello", 3);
}

static void unknown_escape_sequences_do_nothing(void **state)
{
    (void) state;
    type("a\x1b[15~\x1b[1;5X\x1b" "x");
    expect("a", 1);
}

static void tab_changes_nothing_and_says_so(void **state)
{
    (void) state;
    type("ab\x1b[D");
    assert_int_equal(editor_feed(&editor, '\t'), EDITOR_TAB);
    expect("ab", 1);
    editor_insert(&editor, "cd", 2);
    expect("acdb", 3);
}

static void any_bytes_keep_the_picture_right(void **state)
{
    (void) state;
    static const char keys[] = "abc \x1b[ABCDHF3~\x01\x02\x05\x06\x0b\x0e\x10\x15\x17\x7f\t";
    uint32_t random = 3;
    for (int i = 0; i < 100000; i++) {
        random = random * 1664525u + 1013904223u;
        enum editor_event event = editor_feed(&editor, i % 500 == 499 ? '\r'
                                                       : keys[(random >> 20) % (sizeof keys - 1)]);
        if (event == EDITOR_TAB)
            editor_insert(&editor, "xy", 2);
        if (event == EDITOR_MORE || event == EDITOR_TAB)
            expect(editor.line, editor.cursor);
        else
            editor_begin(&editor);
    }
}

#define T(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(typed_characters_appear),
        T(enter_finishes_the_line_whatever_it_sends),
        T(backspace_and_delete_remove_characters),
        T(keys_of_common_terminals_move_and_delete),
        T(keys_that_mean_nothing_here_do_nothing),
        T(characters_go_in_at_the_cursor),
        T(the_cursor_stays_inside_the_line),
        T(ctrl_u_k_and_w_kill),
        T(ctrl_c_gives_the_line_up),
        T(ctrl_d_ends_an_empty_line_only),
        T(a_full_line_takes_no_more),
        T(arrows_walk_through_history),
        T(history_keeps_the_latest_lines),
        T(a_redrawn_line_looks_as_before),
        T(unknown_escape_sequences_do_nothing),
        T(tab_changes_nothing_and_says_so),
        T(any_bytes_keep_the_picture_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
