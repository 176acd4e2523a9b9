/* SPDX-License-Identifier: MIT */
/* Programs written for other X.2 trees include this for the IA-32 parts; here they are in: */
#ifndef L4_ARCH_H
#define L4_ARCH_H
#include <l4/misc.h>
#include <l4/space.h>
#include <l4/types.h>
#endif
