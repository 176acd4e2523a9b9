/* SPDX-License-Identifier: MIT */
/* X.2 on IA-32 by hand: what this program needs, under names of its own. */
#ifndef X2_H
#define X2_H

typedef unsigned int word;
typedef unsigned char byte;

/* ---- ids, times, tags, items */
#define ANY        0xFFFFFFFFu
#define NEVER      0u
#define NOW        0x400u
#define BOTH(s, r) ((s) << 16 | (r))
#define MS(n)      (10u << 10 | (n))
#define TAG(label, typed, untyped) ((word)(label) << 16 | (typed) << 6 | (untyped))
#define FAILED(tag) ((tag) >> 15 & 1)
#define LABEL(tag)  ((tag) >> 16)
#define PAGE(base, log2, rights) ((word)(base) | (log2) << 4 | (rights))
#define EVERYTHING 0x10u
#define RWX        7u
#define MAP_ITEM(base)      ((word)(base) | 8u)
#define STRING_ITEM(len, j) ((len) << 10 | (j) << 4)

/* ---- the UTCB, by word index */
word x2_me(void); /* gs:0 */
#define MR(n)     (((volatile word *)x2_me())[n])
#define BR(n)     (((volatile word *)x2_me())[-16 - (int)(n)])
#define ERROR     (((volatile word *)x2_me())[-9])
#define HANDLER   (((volatile word *)x2_me())[-11])
#define MY_PAGER  (((volatile word *)x2_me())[-12])
#define MY_GLOBAL (((volatile word *)x2_me())[-15])
#define VIRTUAL   (((volatile word *)x2_me())[-6])

/* ---- calls.  The links are filled in by x2_init(). */
extern byte *x2_kip;
void x2_init(void);
#define KIP(offset) (*(word *)(x2_kip + (offset)))

/* MR0 is read from the UTCB and the received one is stored there: returned too. */
word x2_ipc(word to, word from, word timeouts, word *sender);
word x2_lipc(word to, word from, word timeouts, word *sender);
word x2_unmap(word control, word mr0);
struct x2_registers {
    word dest, control, sp, ip, flags, handle, pager;
};
word x2_exchange(struct x2_registers *r); /* in and out; returns EAX */
word x2_thread(word dest, word space, word scheduler, word pager, word utcb);
word x2_space(word space, word control, word kip_area, word utcb_area, word redirector);
word x2_schedule(word dest, word time, word prio, word cpu, word preemption);
void x2_switch(word dest);
unsigned long long x2_clock(void);

static inline word x2_send(word to, word tag)
{
    MR(0) = tag;
    return x2_ipc(to, 0, BOTH(NEVER, NEVER), 0);
}
static inline word x2_call(word to, word tag)
{
    MR(0) = tag;
    return x2_ipc(to, to, BOTH(NEVER, NEVER), 0);
}
static inline word x2_wait(word *from)
{
    return x2_ipc(0, ANY, BOTH(NEVER, NEVER), from);
}

static inline void x2_out(unsigned short port, byte b)
{
    __asm__ volatile("outb %0, %1" : : "a"(b), "Nd"(port));
}
static inline byte x2_in(unsigned short port)
{
    byte b;
    __asm__ volatile("inb %1, %0" : "=a"(b) : "Nd"(port));
    return b;
}

#endif
