/* SPDX-License-Identifier: MIT */
/* The keyboard's state and tables.  A code with bit 7 means that the key was released.  Before:
 * keyboard.c, for each byte that the controller has.  Pure; tested in tests/host/keymap.c. */
#include "keymap.h"

#include <string.h>

static const char plain[0x3a] =
    "\0\x1b" "1234567890-=\x7f" "\tqwertyuiop[]\n" "\0asdfghjkl;'`" "\0\\zxcvbnm,./\0" "*\0 ";
static const char shifted[0x3a] =
    "\0\x1b" "!@#$%^&*()_+\x7f" "\tQWERTYUIOP{}\n" "\0ASDFGHJKL:\"~" "\0|ZXCVBNM<>?\0" "*\0 ";

enum {
    CODE_EXTENDED = 0xe0,
    CODE_PAUSE = 0xe1,
    CODE_RELEASED = 0x80,
    KEY_ENTER = 0x1c,
    KEY_CTRL = 0x1d,
    KEY_LEFT_SHIFT = 0x2a,
    KEY_SLASH = 0x35,
    KEY_RIGHT_SHIFT = 0x36,
    KEY_ALT = 0x38,
    KEY_CAPS_LOCK = 0x3a,
    KEY_NUM_LOCK = 0x45,
    KEY_PAD_FIRST = 0x47,       /* keypad 7 = Home ... */
    KEY_PAD_LAST = 0x53,        /* ... keypad . = Delete */
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
        k->alt = pressed;
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

static unsigned keymap_character(const struct keymap *k, uint8_t key, uint8_t *out)
{
    bool shift = k->left_shift || k->right_shift;
    bool letter = plain[key] >= 'a' && plain[key] <= 'z';
    uint8_t c = (uint8_t) (shift != (letter && k->caps_lock) ? shifted[key] : plain[key]);
    if (c == 0)
        return 0;
    if (k->left_ctrl || k->right_ctrl) {
        if (c < '@' || c > '~')
            return 0;
        c &= 0x1f;
    }
    out[0] = c;
    return 1;
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
    if (keymap_modifier(k, key, pressed, extended) || !pressed)
        return 0;
    if (key >= KEY_PAD_FIRST && key <= KEY_PAD_LAST)
        return keymap_pad(k, key, extended, out);
    if (key >= sizeof plain || (extended && key != KEY_ENTER && key != KEY_SLASH))
        return 0;
    return keymap_character(k, key, out);
}
