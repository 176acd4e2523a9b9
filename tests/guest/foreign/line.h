/* SPDX-License-Identifier: MIT */
/* How the strangers begin and end, and what they print: by COM1's ports, without a driver. */
#ifndef FOREIGN_LINE_H
#define FOREIGN_LINE_H

#include "x2.h"

extern byte _end[];

static word base_number;                /* threads of ours have numbers from here on: begin() */

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

/* Our threads have us for a pager, and we have sigma0: all of our pages are there from now on. */
static void begin(word tests)
{
    x2_init();
    base_number = (KIP(0xC4) >> 20) + 100;
    for (volatile byte *p = (byte *)0x480000; p < (volatile byte *)_end; p += 4096)
        *p = *p;
    x2_out(0x3F9, 0);
    say("1..");
    number(tests, 10);
}

static void finish(word failures)
{
    say("\n# done\n");
    while (!(x2_in(0x3FD) & 0x40))
        ;
    x2_out(0xF4, failures ? 0x21 : 0x20);
    for (;;)
        x2_ipc(0, MY_GLOBAL, BOTH(NEVER, NEVER), 0);
}

#endif
