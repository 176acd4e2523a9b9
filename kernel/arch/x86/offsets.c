/* SPDX-License-Identifier: MIT */
/* Structure offsets for NASM: this file is compiled to assembly text, and each line of it that
 * begins with -> becomes a %define in build/gen/offsets.inc.  It is no part of the kernel. */
#include "../../kip.h"
#include "x86.h"

#define OFFSET(name, type, member)                                                                 \
    __asm__ volatile("-> " #name " %c0" : : "i"(offsetof(type, member)))
#define NUMBER(name, value) __asm__ volatile("-> " #name " %c0" : : "i"(value))

void offsets(void)
{
    OFFSET(T_ID, struct thread, id);
    OFFSET(T_LOCAL_ID, struct thread, local_id);
    OFFSET(T_UTCB, struct thread, utcb);
    OFFSET(T_KIND, struct thread, kind);
    OFFSET(T_HALTED, struct thread, halted);
    OFFSET(T_RECEIVE_RESULT, struct thread, receive_result);
    OFFSET(T_SENDER, struct thread, sender);
    OFFSET(T_SPACE, struct thread, space);
    OFFSET(T_DIRECTORY, struct thread, directory);
    OFFSET(T_OBSTACLES, struct thread, obstacles);
    OFFSET(T_FAST_FROM, struct thread, fast_from);
    OFFSET(U_MR, struct l4_utcb, mr);
    OFFSET(F_EIP, struct trapframe, eip);
    OFFSET(F_ESP, struct trapframe, esp);
    NUMBER(FRAME_SIZE, sizeof(struct trapframe));
    NUMBER(T_BLOCK, THREAD_BLOCK);
    NUMBER(KIP_MEMORY_CAPACITY, KIP_MEMORY_CAPACITY);
    NUMBER(USER_BASE, USER_BASE);
    NUMBER(SYSTEM_BASE, SYSTEM_BASE);
    NUMBER(TSS_ESP0, TSS_ADDRESS + offsetof(struct tss, esp0));
}
