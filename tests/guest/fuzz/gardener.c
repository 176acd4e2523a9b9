/* SPDX-License-Identifier: MIT */
/* The gardener: looks at every worker now and then.  A worker that has not moved for long is restarted, then replaced; empty
 * places are planted.  It runs above all workers, so what it does to one is not interrupted by another. */
#include "fuzz.h"

enum { LOOK_US = 4000, STUCK = 10, HOPELESS = 16 };

static word_t next_id(const struct worker *v)
{
    word_t id = (v->id & ~(word_t)L4_ID_VERSION_MASK) | ((v->id + 1) & L4_ID_VERSION_MASK);
    return id & 63 ? id : id + 1;
}

static bool control(word_t dest, word_t space, word_t scheduler, word_t pager, word_t utcb)
{
    return L4_ThreadControl(L4_ThreadIdOfRaw(dest), L4_ThreadIdOfRaw(space), L4_ThreadIdOfRaw(scheduler),
                            L4_ThreadIdOfRaw(pager), (void *)utcb);
}

static void delete(struct worker *v)
{
    control(v->id, 0, 0, 0, ~0ul);
    v->state = NONE;
    v->stuck = 0;
}

/* A living member of the space, as far as we know. */
static word_t member(word_t space)
{
    if (space == 0)
        return keeper_id;
    for (int i = 0; i < SLOTS; i++)
        if (workers[i].space == space && workers[i].state != NONE)
            return workers[i].id;
    return 0;
}

static bool make_space(struct worker *v, word_t space)
{
    static const struct room places[] = {
        {L4_PECAN_INITIAL_KIP, L4_PECAN_INITIAL_UTCB, 17},
        {L4_PECAN_INITIAL_KIP, 0xB0000000, 16},
        {0xA8000000, 0xA8010000, 16},
    };
    struct room place = places[below(v, 3)];
    word_t old;
    rooms[space] = (struct room){0};
    if (!control(v->id, v->id, keeper_id, 0, ~0ul))
        return false;
    if (!L4_SpaceControl(L4_ThreadIdOfRaw(v->id), 0, L4_FpageLog2(place.kip, 12),
                         L4_FpageLog2(place.utcb, place.utcb_log2), L4_anythread, &old))
        return false;
    rooms[space] = place;
    return true;
}

static void start(struct worker *v)
{
    L4_LoadMR(0, L4_START_WORDS);
    L4_LoadMR(1, (word_t)worker_entry);
    L4_LoadMR(2, 0);
    L4_Send_Propagated(L4_ThreadIdOfRaw(v->id), L4_ThreadIdOfRaw(keeper_id), L4_ZeroTime);
}

bool plant(struct worker *v, word_t space)
{
    delete(v);
    v->id = next_id(v);
    word_t host = member(space), number = (word_t)(v - workers) + 16;
    bool fresh = !host || !rooms[space].utcb;
    if (fresh && !make_space(v, space))
        goto fail;
    word_t utcb = rooms[space].utcb + 512 * (number & (L4_SizeMask(rooms[space].utcb_log2) >> 9));
    if (!control(v->id, fresh ? v->id : host, keeper_id, keeper_id, utcb))
        goto fail;
    v->space = (uint8_t)space;
    v->local = utcb + L4_UTCB_U;
    v->state = RUNNING;
    L4_Set_Priority(L4_ThreadIdOfRaw(v->id), 90 + below(v, 11));
    start(v);
    return true;
fail:
    delete(v);
    return false;
}

static void restart(struct worker *v)
{
    word_t flags = L4_EXREGS_IP | L4_EXREGS_SEND | L4_EXREGS_RECEIVE | L4_EXREGS_HALT_VALID;
    L4_ThreadId_t id = L4_ThreadIdOfRaw(v->id);
    L4_Set_Timeslice(id, L4_TimePeriod(1000 + below(v, 4000)), L4_Never);
    L4_ExchangeRegisters(id, flags, 0, (word_t)worker_entry, 0, 0, L4_nilthread, NULL, NULL, NULL, NULL, NULL, NULL);
}

/* A third of the places belongs to the root space, whose workers may make all calls. */
static word_t home(struct worker *v)
{
    return v < &workers[SLOTS / 3] ? 0 : 1 + below(v, SPACES - 1);
}

static void look(struct worker *v)
{
    if (v->space != 0 && home(v) == 0 && percent(v, 4)) { /* it has moved: back */
        plant(v, 0);
        return;
    }
    if (v->state == RUNNING && v->turns != v->turns_seen) {
        v->turns_seen = v->turns;
        v->stuck = 0;
    } else if (v->state == NONE) {
        if (percent(v, 30))
            plant(v, home(v));
    } else if (++v->stuck == STUCK) {
        restart(v);
    } else if (v->stuck > HOPELESS) {
        plant(v, percent(v, 50) ? home(v) : v->space);
    }
}

/* Spaces whose quota or redirector keeps everybody out get a fresh chance. */
static void tend(word_t space)
{
    word_t old, who = member(space);
    if (!who)
        return;
    L4_SpaceControl(L4_ThreadIdOfRaw(who), L4_PECAN_SPACE_QUOTA | (space ? 0 : ROOT_QUOTA), L4_Nilpage, L4_Nilpage, L4_nilthread, &old);
    L4_SpaceControl(L4_ThreadIdOfRaw(who), 0, L4_Nilpage, L4_Nilpage, L4_anythread, &old);
}

/* The real-time clock interrupts as often as its register C is read. */
static uint8_t clock_register(uint8_t index)
{
    uint8_t value;
    __asm__ volatile("outb %b1, $0x70\n\tinb $0x71, %b0" : "=a"(value) : "0"(index));
    return value;
}


/* Below all workers: runs when every one of them waits, and ends a wait.  So no time passes in idleness. */
void waker_main(void)
{
    static struct worker lots = {.random = 1};
    lots.random = workers[0].random;
    for (;;) {
        struct worker *v = &workers[below(&lots, SLOTS)];
        word_t phases = 1 + below(&lots, 3); /* receive, send, both */
        if (v->state == RUNNING)
            L4_ExchangeRegisters(L4_ThreadIdOfRaw(v->id), phases * L4_EXREGS_RECEIVE, 0, 0, 0, 0, L4_nilthread, NULL, NULL,
                                 NULL, NULL, NULL, NULL);
    }
}

void gardener_main(void)
{
    clock_write(10, 0x26);
    clock_write(11, 0x42); /* periodic, 24 hours */
    for (word_t round = 0; !stopping; round++) {
        for (int i = 0; i < SLOTS; i++)
            look(&workers[i]);
        if (round % 8 == 0)
            tend(round / 8 % SPACES);
        tend(0);
        clock_register(12);
        L4_Sleep(L4_TimePeriod(LOOK_US));
    }
    for (int i = 0; i < SLOTS; i++)
        delete(&workers[i]);
    for (;;)
        L4_Sleep(L4_Never);
}
