/* SPDX-License-Identifier: MIT */
/* The keyboard's state and tables.  A code with bit 7 means that the key was released.  Before:
 * hardware.c, for each byte that the controller had.  Pure; tested in tests/host/keymap.c. */
#include "keymap.h"
#include "accents.h"

#include <stddef.h>
#include <string.h>

/* The keys that differ from country to country, in the rows of the keyboard, from left to right:
 * 13, 12, 12 and 11 keys.  On some keyboards the key before the third row's Enter is above Enter.
 * The key before the fourth row's letters is missing on American keyboards. */
enum { ROW_KEYS = 48 };

/* What a key types alone, with Shift, and with AltGr (a blank: nothing).  A combining character is
 * an accent that waits for its letter (accents.h); AltGr's accents are characters of their own. */
struct layout {
    uint16_t plain[ROW_KEYS + 1], shifted[ROW_KEYS + 1], alt_gr[ROW_KEYS + 1];
};

static const struct layout layouts[] = {
    [KEYMAP_US] = {
        u"`1234567890-=" u"qwertyuiop[]" u"asdfghjkl;'\\" u"\\zxcvbnm,./",
        u"~!@#$%^&*()_+" u"QWERTYUIOP{}" u"ASDFGHJKL:\"|" u"|ZXCVBNM<>?",
        u"             " u"            " u"            " u"           ",
    },
    [KEYMAP_DE] = {
        u"\u03021234567890ß\u0301" u"qwertzuiopü+" u"asdfghjklöä#" u"<yxcvbnm,.-",
        u"°!\"§$%&/()=?\u0300" u"QWERTZUIOPÜ*" u"ASDFGHJKLÖÄ'" u">YXCVBNM;:_",
        u"  ²³   {[]}\\ " u"@ €        ~" u"            " u"|      µ   ",
    },
    [KEYMAP_FR] = {
        u"²&é\"'(-è_çà)=" u"azertyuiop\u0302$" u"qsdfghjklmù*" u"<wxcvbn,;:!",
        u" 1234567890°+" u"AZERTYUIOP\u0308£" u"QSDFGHJKLM%µ" u">WXCVBN?./§",
        u"  ~#{[|`\\^@]}" u"  €        ¤" u"            " u"           ",
    },
};

enum {
    CODE_EXTENDED = 0xe0,
    CODE_PAUSE = 0xe1,
    CODE_RELEASED = 0x80,
    KEY_ESCAPE = 0x01,
    KEY_BACKSPACE = 0x0e,
    KEY_TAB = 0x0f,
    KEY_ENTER = 0x1c,
    KEY_CTRL = 0x1d,
    KEY_LEFT_SHIFT = 0x2a,
    KEY_SLASH = 0x35,
    KEY_RIGHT_SHIFT = 0x36,
    KEY_STAR = 0x37,            /* of the keypad */
    KEY_ALT = 0x38,
    KEY_BLANK = 0x39,
    KEY_CAPS_LOCK = 0x3a,
    KEY_NUM_LOCK = 0x45,
    KEY_PAD_FIRST = 0x47,       /* keypad 7 = Home ... */
    KEY_PAD_LAST = 0x53,        /* ... keypad . = Delete */
    KEY_PAGE_UP = 0x49,
    KEY_PAGE_DOWN = 0x51,
    KEY_DELETE = KEY_PAD_LAST,
};

/* The keypad in the order of its codes: what it types with Num Lock on; and the end of the sequence
 * ESC [ x that it types with Num Lock off, as the grey keys do. */
static const char pad_digits[] = "789-456+1230.";
static const char *const pad_keys[] = {
    "H", "A", "5~", "-", "D", "", "C", "+", "F", "B", "6~", "2~", "3~",
};

/* Returns true if `key` only changes the state. */
static bool keymap_modifier(struct keymap *k, uint8_t key, bool pressed, bool extended)
{
    switch (key) {
    case KEY_LEFT_SHIFT:
        if (!extended)          /* e0 2a is a shift that the keyboard adds around grey keys */
            k->left_shift = pressed;
        return true;
    case KEY_RIGHT_SHIFT:
        if (!extended)
            k->right_shift = pressed;
        return true;
    case KEY_CTRL:
        *(extended ? &k->right_ctrl : &k->left_ctrl) = pressed;
        return true;
    case KEY_ALT:
        *(extended ? &k->right_alt : &k->left_alt) = pressed;
        return true;
    case KEY_CAPS_LOCK:
        k->caps_lock ^= pressed;
        return true;
    case KEY_NUM_LOCK:
        k->num_lock ^= pressed;
        return true;
    default:
        return false;
    }
}

static unsigned keymap_pad(const struct keymap *k, uint8_t key, bool extended, uint8_t *out)
{
    unsigned i = key - KEY_PAD_FIRST;
    char digit = pad_digits[i];
    if (digit == '-' || digit == '+' || (k->num_lock && !extended)) {
        out[0] = (uint8_t) digit;
        return 1;
    }
    size_t length = strlen(pad_keys[i]);
    if (length == 0)
        return 0;
    out[0] = 0x1b;
    out[1] = '[';
    memcpy(out + 2, pad_keys[i], length);
    return 2 + (unsigned) length;
}

/* Returns the key's place in a layout; ROW_KEYS: the key is the same in all layouts. */
static unsigned keymap_place(uint8_t key)
{
    static const struct { uint8_t first, last, place; } rows[] = {
        { 0x29, 0x29, 0 }, { 0x02, 0x0d, 1 }, { 0x10, 0x1b, 13 }, { 0x1e, 0x28, 25 },
        { 0x2b, 0x2b, 36 }, { 0x56, 0x56, 37 }, { 0x2c, 0x35, 38 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (key >= rows[i].first && key <= rows[i].last)
            return rows[i].place + (key - rows[i].first);
    }
    return ROW_KEYS;
}

static uint16_t keymap_common(uint8_t key)
{
    switch (key) {
    case KEY_ESCAPE:
        return 0x1b;
    case KEY_BACKSPACE:
        return 0x7f;
    case KEY_TAB:
        return '\t';
    case KEY_ENTER:
        return '\n';
    case KEY_STAR:
        return '*';
    case KEY_BLANK:
        return ' ';
    default:
        return 0;
    }
}

/* Caps Lock is for keys whose two characters are one letter, small and large. */
static bool is_letter(uint16_t plain, uint16_t shifted)
{
    bool small = (plain >= 'a' && plain <= 'z') || (plain >= 0xe0 && plain <= 0xfe);
    return small && shifted == plain - 0x20;
}

static uint16_t keymap_of_layout(const struct keymap *k, unsigned place)
{
    const struct layout *layout = &layouts[k->layout];
    uint16_t plain = layout->plain[place], shifted = layout->shifted[place];
    bool shift = k->left_shift || k->right_shift;
    uint16_t c = shift != (is_letter(plain, shifted) && k->caps_lock) ? shifted : plain;
    if (k->right_alt && layout->alt_gr[place] != ' ')
        c = layout->alt_gr[place];
    return c == ' ' ? 0 : c;
}

static unsigned keymap_utf8(uint16_t c, uint8_t *out)
{
    if (c < 0x80) {
        out[0] = (uint8_t) c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (uint8_t) (0xc0 | c >> 6);
        out[1] = (uint8_t) (0x80 | (c & 0x3f));
        return 2;
    }
    out[0] = (uint8_t) (0xe0 | c >> 12);
    out[1] = (uint8_t) (0x80 | (c >> 6 & 0x3f));
    out[2] = (uint8_t) (0x80 | (c & 0x3f));
    return 3;
}

/* Types the character behind, or under, the accent that waited for it.  A blank types the accent
 * alone, as the accent itself does. */
static unsigned keymap_accented(struct keymap *k, uint16_t c, uint8_t *out)
{
    uint16_t accent = k->accent, joined = accent_join(accent, c);
    k->accent = 0;
    if (joined)
        return keymap_utf8(joined, out);
    unsigned length = keymap_utf8(accent_alone(accent), out);
    if (c != ' ' && c != accent)
        length += keymap_utf8(accent_alone(c), out + length);
    return length;
}

static unsigned keymap_character(struct keymap *k, uint8_t key, bool extended, uint8_t *out)
{
    unsigned place = keymap_place(key);
    uint16_t c = extended && key == KEY_SLASH ? '/'
                 : place < ROW_KEYS           ? keymap_of_layout(k, place)
                                              : keymap_common(key);
    if (c == 0)
        return 0;
    if (k->left_ctrl || k->right_ctrl) {
        if (c < '@' || c > '~')
            return 0;
        k->accent = 0;
        c &= 0x1f;
    }
    if (k->accent)
        return keymap_accented(k, c, out);
    if (accent_waits(c)) {
        k->accent = c;
        return 0;
    }
    return keymap_utf8(c, out);
}

/* Returns true if the key, with the modifiers that are down, is for the console itself. */
static bool keymap_console(struct keymap *k, uint8_t key, bool extended)
{
    if (key == KEY_DELETE && (k->left_ctrl || k->right_ctrl) && (k->left_alt || k->right_alt)) {
        k->restart = true;
        return true;
    }
    bool page = key == KEY_PAGE_UP || key == KEY_PAGE_DOWN;
    if (!page || !(k->left_shift || k->right_shift) || (k->num_lock && !extended))
        return false;
    k->scroll += key == KEY_PAGE_UP ? 1 : -1;
    return true;
}

unsigned keymap_decode(struct keymap *k, uint8_t code, uint8_t out[KEYMAP_MAX])
{
    if (k->swallow > 0) {
        k->swallow--;
        return 0;
    }
    if (code == CODE_EXTENDED || code == CODE_PAUSE) {
        k->extended = code == CODE_EXTENDED;
        k->swallow = code == CODE_PAUSE ? 2 : 0; /* e1 1d 45, and the same when it is released */
        return 0;
    }
    bool extended = k->extended;
    bool pressed = !(code & CODE_RELEASED);
    uint8_t key = code & 0x7f;
    k->extended = false;
    if (keymap_modifier(k, key, pressed, extended) || !pressed ||
        keymap_console(k, key, extended))
        return 0;
    if (key >= KEY_PAD_FIRST && key <= KEY_PAD_LAST) {
        k->accent = 0;
        return keymap_pad(k, key, extended, out);
    }
    if (extended && key != KEY_ENTER && key != KEY_SLASH)
        return 0;
    return keymap_character(k, key, extended, out);
}
