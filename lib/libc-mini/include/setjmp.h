/* SPDX-License-Identifier: MIT */
/* ISO C 7.13: ebx esi edi ebp esp eip. */
#ifndef LIBC_SETJMP_H
#define LIBC_SETJMP_H

typedef unsigned jmp_buf[6];

int setjmp(jmp_buf env) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf env, int value);
#define setjmp(env) setjmp(env)

#endif
