/* SPDX-License-Identifier: MIT */
/* What a signal handler gets.  getcontext() and the functions like it do not exist. */
#ifndef LIBC_UCONTEXT_H
#define LIBC_UCONTEXT_H

#include <signal.h>

#endif
