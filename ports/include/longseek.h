/* SPDX-License-Identifier: MIT */
/* For programs older than off_t, which declare `extern long lseek();` themselves and pass a long: Pecan's offsets have 64
 * bits, so such a call would take half of its second argument for the third one. */
#ifndef LONGSEEK_H
#define LONGSEEK_H

#include <unistd.h>

static long lseek_long(int descriptor, long offset, int whence)
{
    return (long) lseek(descriptor, offset, whence);
}

#define lseek lseek_long

#endif
