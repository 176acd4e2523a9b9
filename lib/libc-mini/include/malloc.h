/* SPDX-License-Identifier: MIT */
#ifndef LIBC_MALLOC_H
#define LIBC_MALLOC_H

#include <stdlib.h>

#endif
