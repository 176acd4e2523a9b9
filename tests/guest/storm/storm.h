/* SPDX-License-Identifier: MIT */
/* What the files of this room share. */
#ifndef STORM_H
#define STORM_H

#include <stdint.h>

/* The byte at this place of a file, by its seed. */
static inline unsigned char storm_byte(uint32_t seed, uint32_t at)
{
    return (unsigned char) (seed * 31 + at * 7 + (at >> 8) * 13);
}

/* The file gets so many bytes.  -1 and errno. */
int storm_fill(const char *path, uint32_t size, uint32_t seed);

/* The programs; they return the status. */
int hold(const char *path);
int find(const char *path);
int lasting(const char *path);
/* server: the thread of the file server; number: which client this is, or 0. */
int crowd(unsigned clients, unsigned long server, unsigned number);
int measure(unsigned long most);

#endif
