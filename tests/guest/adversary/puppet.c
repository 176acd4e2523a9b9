/* SPDX-License-Identifier: MIT */
/* Actors on strings. */
#include "stage.h"

#define ORDER 0x6F0

static void puppet_acts(void)
{
    L4_LoadBR(0, L4_FPAGE_COMPLETE);
    for (;;) {
        L4_ThreadId_t from;
        L4_MsgTag_t tag = L4_Wait(&from);
        if (L4_IpcSucceeded(tag) && L4_Label(tag) == ORDER && from.raw == L4_ExceptionHandler().raw)
            done(((deed_t)L4_MR(1))(L4_MR(2), L4_MR(3)));
    }
}

L4_ThreadId_t puppet(void) { return puppet_in(L4_nilthread); }

L4_ThreadId_t puppet_in(L4_ThreadId_t of)
{
    L4_ThreadId_t p = companion(of, puppet_acts);
    while (next_event(L4_TimePeriod(3000)).what != NOTHING) /* it brings its pages in */
        ;
    EXPECT_EQ(performed(p, p_nothing, 0, 0), 0);
    return p;
}

bool order(L4_ThreadId_t p, deed_t deed, L4_Word_t a, L4_Word_t b)
{
    L4_LoadMR(0, ORDER << 16 | 3);
    L4_LoadMR(1, (L4_Word_t)deed);
    L4_LoadMR(2, a);
    L4_LoadMR(3, b);
    return L4_IpcSucceeded(L4_Send_Timeout(p, MS(500)));
}

struct event perform(L4_ThreadId_t p, deed_t deed, L4_Word_t a, L4_Word_t b)
{
    if (!order(p, deed, a, b))
        return (struct event){.what = NOTHING};
    return event_from(p, MS(2000));
}

L4_Word_t performed(L4_ThreadId_t p, deed_t deed, L4_Word_t a, L4_Word_t b)
{
    struct event e = perform(p, deed, a, b);
    for (int i = 0; i < 50 && e.what != DONE && e.what != NOTHING; i++) {
        forgive(&e);
        e = event_from(p, MS(2000));
    }
    EXPECT_EQ(e.what, DONE);
    return e.w[1];
}

/* ---- deeds */
L4_Word_t p_read(L4_Word_t a, L4_Word_t b)
{
    L4_Word_t value = MISS;
    (void)b;
    __asm__ volatile("movl $77f, resume_at\n\tmovl (%1), %0\n77:" : "+&r"(value) : "r"(a) : "memory");
    return value;
}

L4_Word_t p_write(L4_Word_t a, L4_Word_t b)
{
    L4_Word_t value = MISS;
    __asm__ volatile("movl $77f, resume_at\n\tmovl %2, (%1)\n\tmovl %2, %0\n77:" : "+&r"(value) : "r"(a), "r"(b) : "memory");
    return value;
}

L4_Word_t p_unmap(L4_Word_t fpage, L4_Word_t control)
{
    L4_LoadMR(0, fpage);
    L4_Unmap(control);
    return L4_MR(0);
}

L4_Word_t p_window(L4_Word_t br0, L4_Word_t b)
{
    (void)b;
    L4_LoadBR(0, br0);
    return 0;
}

L4_Word_t p_nothing(L4_Word_t a, L4_Word_t b)
{
    (void)a;
    (void)b;
    return 0;
}
