/* SPDX-License-Identifier: MIT */
/* ISO C 7.20, as the compiler has it.  Its own <stdint.h> looks for the library's first, where a
 * program is not compiled with -ffreestanding. */
#ifndef LIBC_STDINT_H
#define LIBC_STDINT_H

#include <stdint-gcc.h>

#endif
