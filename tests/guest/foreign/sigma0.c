/* SPDX-License-Identifier: MIT */
/* A small sigma0: a thread that faults gets the page 1:1, and one that asks for "any" gets the next free one above 16 MB. */
#include "x2.h"

static byte stack[4096] __attribute__((used, aligned(16)));
static word next_free = 0x1000000;

__asm__(".text\n.globl _start\n_start: movl $0, %ebp; movl $stack + 4096 - 16, %esp; cld; call run; 1: jmp 1b\n");

static word memory_end(void)
{
    word offset = KIP(0x54) >> 16, count = KIP(0x54) & 0xFFFF, end = 0;
    for (word i = 0; i < count; i++) {
        word low = KIP(offset + 8 * i), high = KIP(offset + 8 * i + 4) | 0x3FF;
        if ((low & 0x20F) == 1 && high > end && (low & ~0x3FFu) <= next_free)
            end = high;
    }
    return end;
}

/* A map item for these pages into MR1 and MR2. */
static word grant_all(word fpage)
{
    MR(1) = MAP_ITEM(fpage & 0xFFFFFC00);
    MR(2) = fpage | RWX;
    return TAG(0, 2, 0);
}

static word refuse(void)
{
    MR(1) = 8;
    MR(2) = 0;
    return TAG(0, 2, 0);
}

static word request(word fpage)
{
    word log2 = fpage >> 4 & 63, size = 1u << log2;
    if (log2 < 12 || log2 > 22)
        return refuse();
    if (fpage >> 10 != 0x3FFFFF)
        return grant_all(fpage & ~15u);
    word base = (next_free + size - 1) & ~(size - 1);
    if (base + size - 1 > memory_end())
        return refuse();
    next_free = base + size;
    return grant_all(PAGE(base, log2, 0));
}

__attribute__((used)) void run(void)
{
    word from, tag, answer;
    x2_init();
    tag = x2_wait(&from);
    for (;;) {
        word label = LABEL(tag) >> 4;
        answer = 0;
        if (FAILED(tag))
            ;
        else if (label == 0xFFE && (tag & 0xFFF) == 2)
            answer = grant_all(PAGE(MR(1) & ~0xFFFu, 12, 0));
        else if (label == 0xFFA && (tag & 0xFFF) == 2)
            answer = request(MR(1));
        else if (label == 0xFF8 && (tag & 0xFFF) == 2) {
            MR(1) = MAP_ITEM(0);
            MR(2) |= 0;
            MR(2) = 0x4020 | RWX; /* all ports, once and for all */
            answer = TAG(0, 2, 0);
        }
        if (answer) {
            MR(0) = answer;
            tag = x2_ipc(from, ANY, BOTH(NOW, NEVER), &from);
        } else {
            tag = x2_wait(&from);
        }
    }
}
