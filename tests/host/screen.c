/* SPDX-License-Identifier: MIT */
/* links: servers/deva/screen.c servers/deva/escapes.c servers/deva/glyphs.c servers/deva/scrollback.c servers/deva/statusline.c servers/screen/vga.c lib/terminal/sequence.c */
/* words: 32 */
/* deva's text screen in memory: where characters land, and what escape sequences of programs do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "servers/deva/ports.h"
#include "servers/deva/screen.h"
#include "servers/deva/scrollback.h"
#include "servers/deva/statusline.h"

static uint8_t crtc[32], crtc_index;

uint8_t port_in8(uint16_t port)
{
    return port == 0x3d5 ? crtc[crtc_index] : 0xff;
}

void port_out8(uint16_t port, uint8_t value)
{
    if (port == 0x3d4)
        crtc_index = value & 31;
    if (port == 0x3d5)
        crtc[crtc_index] = value;
}

static uint16_t cells[SCREEN_CELLS + 1], card[SCREEN_CELLS + 1];
static struct screen screen;

/* Shows what has changed, as deva and the driver do; then the card shows all of the picture. */
static void shown(void)
{
    struct hurd_console_change change;
    if (screen_change(&screen, &change))
        vga_show(card, cells, &change);
    assert_false(screen_change(&screen, &change));
    assert_memory_equal(card, cells, sizeof card);
}

static unsigned cursor(void)
{
    shown();
    return crtc[14] << 8 | crtc[15];
}

static void show(const char *text)
{
    while (*text)
        screen_write(&screen, (uint8_t) *text++);
    shown();
}

static const char *row(unsigned r)
{
    static char text[SCREEN_COLUMNS + 1];
    for (int i = 0; i < SCREEN_COLUMNS; i++)
        text[i] = (char) cells[r * SCREEN_COLUMNS + i] ? (char) cells[r * SCREEN_COLUMNS + i] : ' ';
    int end = SCREEN_COLUMNS;
    while (end > 0 && text[end - 1] == ' ')
        end--;
    text[end] = '\0';
    return text;
}

static int fresh_screen(void **state)
{
    (void) state;
    memset(crtc, 0, sizeof crtc);
    memset(card, 0, sizeof card);
    cells[SCREEN_CELLS] = card[SCREEN_CELLS] = 0xdead;
    unsigned at;
    assert_true(vga_find(card, cells, &at));
    screen_init(&screen, cells, at);
    return 0;
}

static void a_screen_continues_at_the_cursor_with_what_the_card_shows(void **state)
{
    (void) state;
    unsigned at;
    crtc[14] = 0;
    crtc[15] = 2 * 80 + 3;
    card[2 * 80] = 0x0700 | 'w';
    assert_true(vga_find(card, cells, &at));
    screen_init(&screen, cells, at);
    show("x");
    assert_string_equal(row(2), "w  x");
    assert_int_equal(cursor(), 2 * 80 + 4);
    crtc[14] = 0x7f;
    assert_true(vga_find(card, cells, &at));
    assert_int_equal(at, 24 * 80);
}

static void a_missing_screen_is_noticed(void **state)
{
    (void) state;
    struct hurd_console_change change;
    screen_init(&screen, NULL, 0);
    for (const char *c = "nothing happens\n"; *c; c++)
        screen_write(&screen, (uint8_t) *c);
    assert_false(screen_change(&screen, &change));
}

static void a_change_is_what_is_new_and_comes_once(void **state)
{
    (void) state;
    struct hurd_console_change change;
    show("one\ntwo");
    assert_false(screen_change(&screen, &change));
    screen_write(&screen, 'x');
    screen_write(&screen, 'y');
    assert_true(screen_change(&screen, &change));
    assert_int_equal(change.from, 80 + 3);
    assert_int_equal(change.to, 80 + 5);
    assert_int_equal(change.cursor, 80 + 5);
    assert_false(screen_change(&screen, &change));
    screen_write(&screen, '\r');
    assert_true(screen_change(&screen, &change));
    assert_true(change.from >= change.to);
    assert_int_equal(change.cursor, 80);
    screen_changed(&screen, 0, SCREEN_CELLS);   /* a driver starts */
    assert_true(screen_change(&screen, &change));
    assert_int_equal(change.from, 0);
    assert_int_equal(change.to, SCREEN_CELLS);
}

static void a_full_screen_scrolls(void **state)
{
    (void) state;
    show("first\nsecond");
    for (int i = 0; i < SCREEN_ROWS - 1; i++)
        show("\n");
    show("last");
    assert_string_equal(row(0), "second");
    assert_string_equal(row(SCREEN_ROWS - 1), "last");
}

static void a_long_line_wraps_but_not_before_it_must(void **state)
{
    (void) state;
    for (int i = 0; i < SCREEN_COLUMNS; i++)
        show("x");
    show("\ny");
    assert_string_equal(row(1), "y");
    show("\b\b\bz");
    assert_string_equal(row(1), "z");
}

static void escape_sequences_erase_or_vanish(void **state)
{
    (void) state;
    show("abc\b\b\x1b[K");
    assert_string_equal(row(0), "a");
    show("\x1b[1;31mred\x1b[0m");
    assert_string_equal(row(0), "ared");
    show("\x1b[2J\x1b[Htop");
    assert_string_equal(row(0), "top");
    show("\x1b[99999999999999999999999Jok");
}

static uint8_t colours(unsigned r, unsigned c)
{
    return (uint8_t) (cells[r * SCREEN_COLUMNS + c] >> 8);
}

/* Whatever nobody knows leaves no trace, and what follows is seen. */
static void sequences_without_a_meaning_here_are_swallowed_whole(void **state)
{
    static const char *const nothing[] = {
        "\x1b(B\x1b[m", "\x1b)0\x1b*B\x1b+0\x1b-A\x1b%G", "\x1b=\x1b>", "\x1b#8",
        "\x1b]0;my title\a", "\x1b]2;title\x1b\\", "\x1bktitle\x1b\\", "\x1bP1$r0m\x1b\\",
        "\x1b_application\x1b\\", "\x1b^private\x1b\\", "\x1bXstring\x1b\\",
        "\x1b[?25l\x1b[?1049h\x1b[>4;1m\x1b[!p\x1b[4h", "\x1b[6n\x1b[c\x1b[>c\x1b[2 q",
        "\x1b[3;20r",
        "\x1b[38:5:196m\x1b[m", "\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19m\x1b[m",
        "\x1b[\x18", "\x1b]cut\x1a", "\x1b\x1b[m", "\x1b]0;cut by\x1b[m", "\a", "\x7f",
    };
    (void) state;
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
        show("ab");
        show(nothing[i]);
        show("c");
        assert_string_equal(row(0), "abc");
        assert_int_equal(colours(0, 2), 0x07);
        show("\x1b[2J\x1b[H");
    }
}

static void a_string_without_its_end_costs_one_line(void **state)
{
    (void) state;
    show("a\x1b]0;title without end\nb");
    assert_string_equal(row(0), "a");
    assert_string_equal(row(1), "b");
}

static void the_cursor_goes_where_it_is_told_and_never_off_the_screen(void **state)
{
    (void) state;
    show("\x1b[5;10Hx\x1b[2A\x1b[3Dy\x1b[B\x1b[4Cz\x1b[GA\x1b[3dB\x1b[EC\x1b[2FD");
    assert_string_equal(row(4), "         x");
    assert_string_equal(row(2), " B     y");
    assert_string_equal(row(3), "C           z");
    assert_string_equal(row(1), "D");
    show("\x1b[999;999HE\x1b[999A\x1b[999DF\x1b[999B\x1b[999C\x1b[0;0HG");
    assert_int_equal((char) cells[SCREEN_CELLS - 1], 'E');
    assert_string_equal(row(0), "G");
}

static void a_saved_cursor_comes_back_with_its_colours(void **state)
{
    (void) state;
    show("ab\x1b[31m\x1b" "7\x1b[10;10H\x1b[0mx\x1b" "8c");
    assert_string_equal(row(0), "abc");
    assert_int_equal(colours(0, 2), 0x04);
    show("\x1b[m\x1b[sd\x1b[ue");
    assert_string_equal(row(0), "abce");
}

static void rows_and_cells_are_erased_moved_in_and_moved_out(void **state)
{
    (void) state;
    show("abcdef\x1b[3D\x1b[1KX");
    assert_string_equal(row(0), "   Xef");
    show("\x1b[2Kabcdef\x1b[3G\x1b[2Pz\x1b[1@y\x1b[1X");
    assert_string_equal(row(0), "  zy cdef");
    show("\x1b[2J\x1b[H1\n2\n3\n4\x1b[2;1H\x1b[L");
    assert_string_equal(row(1), "");
    assert_string_equal(row(2), "2");
    show("\x1b[2M");
    assert_string_equal(row(1), "3");
    show("\x1b[S");
    assert_string_equal(row(0), "3");
    show("\x1b[T");
    assert_string_equal(row(1), "3");
    show("\x1b[2;1H\x1b[1J");
    assert_string_equal(row(1), "");
    assert_string_equal(row(2), "4");
}

static void what_changes_cells_ends_with_their_row(void **state)
{
    static const char letters[] = "XP@";
    (void) state;
    for (const char *letter = letters; *letter; letter++) {
        char text[32] = "\x1b[1;3H\x1b[9999", last[32] = "\x1b[25;3H\x1b[9999";
        show("\x1b[2J\x1b[Habcdef\x1b[2;1Hnext\x1b[25;1Hlast");
        strncat(text, letter, 1);
        show(text);
        assert_string_equal(row(0), "ab");
        assert_string_equal(row(1), "next");
        strncat(last, letter, 1);
        show(last);
        assert_string_equal(row(1), "next");
    }
}

static void colours_are_the_cards_own(void **state)
{
    (void) state;
    show("\x1b[1;31mr\x1b[0mn\x1b[34;42mb\x1b[7mi\x1b[27;39;49mp\x1b[93my\x1b[m\x1b[38;5;196mR"
         "\x1b[38;2;0;0;255mB\x1b[48;5;2m \x1b[mn");
    static const uint8_t wanted[] = { 0x0c, 0x07, 0x21, 0x12, 0x07, 0x0e, 0x04, 0x01, 0x21, 0x07 };
    for (unsigned i = 0; i < sizeof wanted; i++)
        assert_int_equal(colours(0, i), wanted[i]);
}

static void characters_of_utf_8_are_one_cell_each(void **state)
{
    (void) state;
    show("\xc3\xa9 \xe2\x94\x80 e\xcc\x81 \xe2\x80\x9c \xf0\x9f\x98\x80|");
    assert_int_equal((uint8_t) cells[0], 0x82);
    assert_int_equal((uint8_t) cells[2], 0xc4);
    assert_int_equal((uint8_t) cells[4], 'e');      /* its accent has no cell */
    assert_int_equal((uint8_t) cells[6], '"');
    assert_int_equal((uint8_t) cells[8], '?');
    assert_int_equal((uint8_t) cells[9], '|');
    show("\r\xe2\x94x\xffy\x80z");               /* cut short, and nothing at all */
    assert_string_equal(row(0), "?x?y?z\" ?|");
}

static void lines_of_the_drawing_set_are_drawn(void **state)
{
    (void) state;
    show("\x1b(0lqk\x1b(Bq\x1b)0\x0ex\x0fx");
    static const uint8_t wanted[] = { 0xda, 0xc4, 0xbf, 'q', 0xb3, 'x' };
    for (unsigned i = 0; i < sizeof wanted; i++)
        assert_int_equal((uint8_t) cells[i], wanted[i]);
}

static void show_numbers(unsigned from, unsigned to)
{
    char text[16];
    for (unsigned i = from; i <= to; i++) {
        snprintf(text, sizeof text, "%s%u", i == from ? "" : "\n", i);
        show(text);
    }
}

static void rows_that_left_the_screen_come_back_until_something_is_written(void **state)
{
    (void) state;
    show_numbers(0, 99);
    assert_string_equal(row(0), "75");
    scrollback_turn(&screen, -1);
    assert_string_equal(row(0), "75");
    scrollback_turn(&screen, 1);
    assert_string_equal(row(0), "51");
    assert_string_equal(row(24), "75");
    assert_int_equal(cursor(), SCREEN_CELLS);
    scrollback_turn(&screen, 2);
    assert_string_equal(row(0), "3");
    scrollback_turn(&screen, -2);
    assert_string_equal(row(24), "75");
    show("x");
    assert_string_equal(row(0), "75");
    assert_string_equal(row(24), "99x");
    scrollback_turn(&screen, 1);
    scrollback_turn(&screen, -1);
    assert_int_equal(screen.back, 0);
    assert_int_equal(cursor(), 24 * 80 + 3);
}

static void the_oldest_row_that_is_kept_is_the_end_of_the_way_back(void **state)
{
    (void) state;
    show_numbers(1000, 1000 + 3 * SCROLLBACK_ROWS);
    for (int i = 0; i < 100; i++)
        scrollback_turn(&screen, 1);
    assert_int_equal(screen.back, SCROLLBACK_ROWS);
    assert_int_equal(atoi(row(0)), 1000 + 2 * SCROLLBACK_ROWS - 24);
    scrollback_turn(&screen, -100);
    assert_int_equal(atoi(row(24)), 1000 + 3 * SCROLLBACK_ROWS);
}

static void the_status_line_stays_below_the_text(void **state)
{
    (void) state;
    show_numbers(0, 24);
    statusline_show(&screen, "free\x1b", 5);
    assert_string_equal(row(0), "1");
    assert_string_equal(row(23), "24");
    assert_string_equal(row(24), "free");
    assert_int_equal(colours(24, 79), 0x70);
    show("\n25\x1b[99;1Hlast\x1b[1;1H\x1b[M\x1b[J\x1b[24Sx");
    assert_string_equal(row(24), "free");
    assert_string_equal(row(0), "x");
    show("\x1b[H\x1b[2J");
    show_numbers(0, 30);
    assert_string_equal(row(23), "30");
    scrollback_turn(&screen, 1);
    statusline_show(&screen, "more", 4);
    assert_int_equal(screen.back, 23);
    assert_string_equal(row(24), "more");
    statusline_show(&screen, NULL, 0);
    assert_string_equal(row(23), "30");
    assert_string_equal(row(24), "");
    show("\nlast");
    assert_string_equal(row(24), "last");
}

static void a_saved_cursor_keeps_off_the_status_line(void **state)
{
    (void) state;
    show("\x1b[25;1H\x1b" "7");
    statusline_show(&screen, "s", 1);
    show("\x1b" "8text");
    assert_string_equal(row(23), "text");
    assert_string_equal(row(24), "s");
}

static void any_bytes_stay_on_the_screen(void **state)
{
    (void) state;
    uint32_t random = 7;
    for (int i = 0; i < 200000; i++) {
        random = random * 1664525u + 1013904223u;
        screen_write(&screen, (uint8_t) (random >> 24));
        if (random % 1024 == 0)
            scrollback_turn(&screen, (int) (random >> 16) % 5 - 2);
        if (random % 4096 == 1)
            statusline_show(&screen, "s", random >> 20 & 1);
        if (random % 64 == 2)
            shown();
    }
    shown();
}

#define S(f) cmocka_unit_test_setup(f, fresh_screen)

int main(void)
{
    const struct CMUnitTest tests[] = {
        S(a_screen_continues_at_the_cursor_with_what_the_card_shows),
        S(a_missing_screen_is_noticed),
        S(a_change_is_what_is_new_and_comes_once),
        S(a_full_screen_scrolls),
        S(a_long_line_wraps_but_not_before_it_must),
        S(escape_sequences_erase_or_vanish),
        S(sequences_without_a_meaning_here_are_swallowed_whole),
        S(a_string_without_its_end_costs_one_line),
        S(the_cursor_goes_where_it_is_told_and_never_off_the_screen),
        S(a_saved_cursor_comes_back_with_its_colours),
        S(rows_and_cells_are_erased_moved_in_and_moved_out),
        S(what_changes_cells_ends_with_their_row),
        S(colours_are_the_cards_own),
        S(characters_of_utf_8_are_one_cell_each),
        S(lines_of_the_drawing_set_are_drawn),
        S(rows_that_left_the_screen_come_back_until_something_is_written),
        S(the_oldest_row_that_is_kept_is_the_end_of_the_way_back),
        S(the_status_line_stays_below_the_text),
        S(a_saved_cursor_keeps_off_the_status_line),
        S(any_bytes_stay_on_the_screen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
