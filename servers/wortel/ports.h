/* SPDX-License-Identifier: MIT */
/* Port access.  The first access to a port may fault; then sigma0 gives the port to wortel. */
#ifndef WORTEL_PORTS_H
#define WORTEL_PORTS_H

static inline unsigned char inb(unsigned short port)
{
    unsigned char value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void outb(unsigned short port, unsigned char value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outw(unsigned short port, unsigned short value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

#endif
