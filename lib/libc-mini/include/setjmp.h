/* SPDX-License-Identifier: MIT */
/* ISO C 7.13: ebx esi edi ebp esp eip.  And those of POSIX, which keep the signal mask. */
#ifndef LIBC_SETJMP_H
#define LIBC_SETJMP_H

typedef unsigned jmp_buf[6];

int setjmp(jmp_buf env) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf env, int value);
#define setjmp(env) setjmp(env)

/* In lib/hurd-mm.  A handler that does not return must use these, or its signal stays blocked. */
typedef struct {
    jmp_buf env;
    int has_mask;
    unsigned long long mask;
} sigjmp_buf[1];

void __sigjmp_save(sigjmp_buf env, int save);
_Noreturn void siglongjmp(sigjmp_buf env, int value);
#define sigsetjmp(buffer, save) (__sigjmp_save(buffer, save), setjmp((buffer)->env))

#endif
