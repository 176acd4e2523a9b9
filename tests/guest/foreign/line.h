/* SPDX-License-Identifier: MIT */
/* What the strangers print: by COM1's ports, without a driver. */
#ifndef FOREIGN_LINE_H
#define FOREIGN_LINE_H

#include "x2.h"

static void put(char c)
{
    for (int i = 0; i < 100000 && !(x2_in(0x3FD) & 0x20); i++)
        ;
    x2_out(0x3F8, (byte)c);
}
static void say(const char *s)
{
    while (*s)
        put(*s++);
}
static void number(word n, word base)
{
    if (n >= base)
        number(n / base, base);
    put("0123456789abcdef"[n % base]);
}

#endif
