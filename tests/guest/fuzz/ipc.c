/* SPDX-License-Identifier: MIT */
/* Ipc and Lipc by lot: to which thread, for how long, what, and what to take.  And the answers that others wait for. */
#include "fuzz.h"

void put(word_t first, const word_t *from, word_t words, int step)
{
    word_t *u;
    do {
        u = utcb_now();
        for (word_t i = 0; i < words; i++)
            u[(int)first + (int)i * step] = from[i];
    } while (u != utcb_now());
}

/* ---- what is sent */

static word_t string_length(struct worker *w)
{
    static const word_t lengths[] = {0, 1, 4, 60, 1000, 4095, 4096, 4097, 9000, STRING_MAX};
    return lengths[below(w, sizeof lengths / sizeof *lengths)];
}

/* One string, or buffer, of at most `room` words; how many it took. */
static word_t make_string(struct worker *w, word_t *at, word_t room, bool more)
{
    word_t used = 0;
    for (;;) {
        word_t parts = percent(w, 70) ? 1 : 1 + below(w, 3);
        if (used + 1 + parts > room)
            return used;
        bool compound = percent(w, 15) && used + 4 + parts < room;
        at[used] = string_length(w) << L4_STRING_LENGTH_SHIFT | (parts - 1) << L4_STRING_J_SHIFT |
                   below(w, 4) << 1 | (compound ? L4_STRING_COMPOUND : 0) | more;
        used++;
        while (parts--)
            at[used++] = some_address(w);
        if (!compound)
            return used;
    }
}

/* Memory that is sent comes from the arena and goes to the arena: the image stays where it is. */
static word_t send_base(struct worker *w)
{
    word_t at = some_address(w);
    return (at < 0xC0000000ul ? at : HOT) & L4_FPAGE_BASE_MASK;
}

static word_t sent_fpage(struct worker *w, bool grant)
{
    if (percent(w, 10))
        return (percent(w, 70) ? PORTS + below(w, 64) : below(w, 65536)) << L4_FPAGE_IO_PORT_SHIFT |
               below(w, 7) << L4_FPAGE_IO_SIZE_SHIFT | L4_FPAGE_IO_TYPE << L4_FPAGE_SIZE_SHIFT | 7;
    if (percent(w, 2) && !(grant && w->space == 0))
        return L4_FPAGE_COMPLETE | 7;
    if (percent(w, 3))
        return L4_FPAGE_NIL;
    return some_fpage(w);
}

static word_t make_item(struct worker *w, word_t *at, word_t room, bool more)
{
    word_t lot = below(w, 100);
    if (lot < 30)
        return make_string(w, at, room, more);
    if (lot < 33) { /* no item that anybody knows */
        at[0] = chance(w) | 0xC;
        return 1;
    }
    if (room < 2)
        return 0;
    bool grant = lot < 50;
    at[0] = send_base(w) | (grant ? L4_ITEM_GRANT : L4_ITEM_MAP) | more;
    at[1] = sent_fpage(w, grant);
    return 2;
}

static word_t make_message(struct worker *w, word_t *mr)
{
    word_t untyped = percent(w, 60) ? below(w, 4) : below(w, 64);
    /* A thread that this starts, or sends on from an exception, gets word 1 as its instruction pointer: nowhere, or into traps. */
    mr[1] = percent(w, 50) ? 0xC0000000 | chance(w) : hot_page(w) + below(w, PAGE);
    word_t typed = 0, items = percent(w, 55) ? 0 : 1 + below(w, 3);
    mr[2] = chance_of_flags(w);
    for (word_t i = 3; i <= untyped; i++)
        mr[i] = chance(w);
    while (items-- && untyped + typed < 62)
        typed += make_item(w, mr + 1 + untyped + typed, 63 - untyped - typed, items != 0);
    word_t tag = below(w, 0x7000) << L4_TAG_LABEL_SHIFT | typed << L4_TAG_T_SHIFT | untyped;
    if (percent(w, 2)) /* flags that are not the sender's; more words than there are; no items, for none were made */
        tag = (chance(w) >> 1 & ~(word_t)L4_TAG_T_MASK) | (percent(w, 30) ? 0xFFF : 0);
    if (percent(w, 10)) {
        tag |= L4_TAG_PROPAGATED;
        utcb_now()[L4_UTCB_SENDER / 4] = some_thread(w, true);
    }
    return tag;
}

/* ---- what is taken */

static void make_buffers(struct worker *w)
{
    static const word_t windows[] = {L4_FPAGE_NIL, L4_FPAGE_COMPLETE, L4_FPAGE_COMPLETE, L4_FPAGE_COMPLETE_IO,
                                     (MIDDLE & ~0xFFFFFFul) | 24 << 4, MIDDLE | 22 << 4,
                                     (MIDDLE - 0x10000) | 16 << 4, WILD_LOW | 22 << 4};
    word_t br[L4_NUM_BRS], at = 1;
    word_t window = windows[below(w, sizeof windows / sizeof *windows)];
    if (percent(w, 20))
        window = hot_page(w) | 12 << 4;
    br[0] = window | percent(w, 70);
    for (word_t n = 1 + below(w, 3); n-- && at < 28;)
        at += make_string(w, br + at, L4_NUM_BRS - at, n != 0);
    if (percent(w, 2))
        br[1] = chance(w);
    put(L4_UTCB_BR0 / 4, br, at, -1);
}

/* ---- one IPC */

static word_t timeouts(struct worker *w)
{
    return some_period(w) << 16 | some_period(w);
}

static word_t receiver(struct worker *w)
{
    word_t id = some_thread(w, true);
    for (int tries = 0; tries < 4; tries++) {
        struct worker *v = worker_of(id);
        if (!v || v->doing == RECEIVING || percent(w, 20))
            break;
        id = some_thread(w, true);
    }
    return id;
}

static word_t from_whom(struct worker *w, word_t to)
{
    word_t lot = below(w, 100);
    if (lot < 25)
        return L4_ID_NIL;
    if (lot < 45)
        return to;
    if (lot < 75)
        return L4_ID_ANY;
    if (lot < 82)
        return L4_ID_ANYLOCAL;
    return some_thread(w, true);
}

static word_t ipc(struct worker *w, word_t to, word_t from, word_t times, word_t tag, const word_t *mr, struct regs *r)
{
    word_t words = (tag & L4_TAG_U_MASK) + ((tag & L4_TAG_T_MASK) >> L4_TAG_T_SHIFT);
    if (words < L4_NUM_MRS)
        put(1, mr + 1, words, 1);
    *r = (struct regs){.eax = to, .ecx = times, .edx = from, .esi = tag, .edi = (word_t)utcb_now()};
    w->doing = from ? RECEIVING : SENDING;
    word_t code = fuzz_call(w, percent(w, 25) ? LIPC : IPC, r);
    w->doing = COMPUTING;
    return code;
}

/* The answers that thread `from` waits for: memory, registers, an acknowledgement. */
static word_t make_answer(struct worker *w, word_t *mr, word_t tag)
{
    word_t label = tag >> L4_TAG_LABEL_SHIFT, address = utcb_now()[1];
    if ((label & 0xFFF8) == L4_LABEL_PAGE_FAULT && (in_image(address) || percent(w, 90))) {
        bool here = in_image(address) || in_arena(address);
        mr[1] = (address & L4_FPAGE_BASE_MASK & ~4095ul) | L4_ITEM_MAP;
        mr[2] = ((here ? address : hot_page(w)) & ~4095ul) | 12 << 4 | 7;
        return 2 << L4_TAG_T_SHIFT;
    }
    if ((label & 0xFFF8) == L4_LABEL_IO_FAULT) {
        mr[1] = L4_ITEM_MAP;
        mr[2] = address | 7;
        return 2 << L4_TAG_T_SHIFT;
    }
    if (label == L4_LABEL_EXCEPTION) {
        mr[1] = (word_t)worker_entry;
        mr[2] = chance_of_flags(w);
        for (int i = 3; i <= 12; i++)
            mr[i] = chance(w);
        return percent(w, 90) ? L4_EXCEPTION_WORDS : 1 + below(w, 12);
    }
    return label == L4_LABEL_INTERRUPT ? 0 : make_message(w, mr);
}

void fuzz_answer(struct worker *w, word_t from, word_t tag)
{
    struct regs r;
    word_t mr[L4_NUM_MRS], next = percent(w, 50) ? 0 : L4_ID_ANY;
    ipc(w, from, next, L4_TIME_ZERO << 16 | some_period(w), make_answer(w, mr, tag), mr, &r);
}

void fuzz_ipc(struct worker *w)
{
    struct regs r;
    word_t mr[L4_NUM_MRS], to = percent(w, 75) ? receiver(w) : L4_ID_NIL;
    word_t from = from_whom(w, to), tag = 0;
    if (percent(w, 40))
        make_buffers(w);
    if (percent(w, 10))
        utcb_now()[L4_UTCB_XFER_TIMEOUTS / 4] = timeouts(w);
    if (to)
        tag = make_message(w, mr);
    if (ipc(w, to, from, timeouts(w), tag, mr, &r) == 0 && from && percent(w, 80))
        fuzz_answer(w, r.eax, r.esi);
}
