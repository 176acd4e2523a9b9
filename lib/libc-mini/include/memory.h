/* SPDX-License-Identifier: MIT */
#ifndef LIBC_MEMORY_H
#define LIBC_MEMORY_H

#include <string.h>

#endif
