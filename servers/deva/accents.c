/* SPDX-License-Identifier: MIT */
/* Which letters take which accent.  Before: keymap.c.  Pure. */
#include "accents.h"

#include <stddef.h>

static const struct accent {
    uint16_t waits, alone;
    const uint16_t *letters, *joined;
} accents[] = {
    { 0x0300, u'`', u"aeiouAEIOU", u"àèìòùÀÈÌÒÙ" },
    { 0x0301, u'´', u"aeiouyAEIOUY", u"áéíóúýÁÉÍÓÚÝ" },
    { 0x0302, u'^', u"aeiouAEIOU", u"âêîôûÂÊÎÔÛ" },
    { 0x0308, u'¨', u"aeiouyAEIOU", u"äëïöüÿÄËÏÖÜ" },
};

static const struct accent *accent_of(uint16_t c)
{
    for (size_t i = 0; i < sizeof accents / sizeof accents[0]; i++) {
        if (accents[i].waits == c)
            return &accents[i];
    }
    return NULL;
}

bool accent_waits(uint16_t c)
{
    return accent_of(c) != NULL;
}

uint16_t accent_join(uint16_t accent, uint16_t letter)
{
    const struct accent *a = accent_of(accent);
    for (size_t i = 0; a && a->letters[i]; i++) {
        if (a->letters[i] == letter)
            return a->joined[i];
    }
    return 0;
}

uint16_t accent_alone(uint16_t accent)
{
    const struct accent *a = accent_of(accent);
    return a ? a->alone : accent;
}
