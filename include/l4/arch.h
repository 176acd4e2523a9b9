/* SPDX-License-Identifier: MIT */
/* Programs that were written for other X.2 trees include this header for the IA-32 parts.  Here
 * these parts are in: */
#ifndef L4_ARCH_H
#define L4_ARCH_H
#include <l4/misc.h>
#include <l4/space.h>
#include <l4/types.h>
#endif
