/* SPDX-License-Identifier: MIT */
/* A row of the table, cell by cell: the cast comes, gets into the state, the event happens; which thread sees what?  Then all go, and the
 * kernel has its memory back. */
#include <l4/pecan.h>

#include "stage.h"

static const char *const names[EVENTS] = {
    "deleted", "deleted as the last", "renamed", "moved", "moved as the last", "aborted", "stopped", "partner deleted",
    "partner renamed", "pager deleted", "scheduler deleted", "redirector deleted"};

static const char *row;

static bool check(bool good, const char *who, L4_Word_t got, L4_Word_t wanted)
{
    if (!good)
        serial_printf("# %s, %s: %s: %lx, not %lx\n", row, names[event], who, got, wanted);
    return EXPECT(good);
}

/* ---- waiting for something: a condition, not a time */
static enum role watched;
static L4_Word_t old_count, wanted_state;

static bool until(bool (*good)(void), int ms)
{
    for (int i = 0; i < ms; i++) {
        if (good())
            return true;
        L4_Sleep(L4_TimePeriod(1000 + i % 3 * 700)); /* not in step with anybody's slices */
    }
    return good();
}

static bool started(void) { return cast[watched].started; }
static bool done(void) { return cast[watched].done; }
static bool moved(void) { return cast[watched].count != old_count; }
static bool halted(void) { return L4_ThreadStatus(cast[watched].id) == L4_SCHED_INACTIVE; }
static bool acted(void) { return watched = VICTIM, cast[VICTIM].done || !cast[VICTIM].exists || halted(); }
static bool asked_again(void) { return cast[watched].count == state->asked + 1; }
static bool shows(void) { return L4_ThreadStatus(cast[watched].id) == wanted_state; }

static bool goes_on(enum role r, int ms)
{
    watched = r;
    old_count = cast[r].count;
    return until(moved, ms);
}

static bool is_there(void)
{
    L4_Word_t faults = cast[PAGER].count + cast[PARTNERS_PAGER].count;
    return L4_ThreadStatus(cast[VICTIM].id) == state->shows && faults == state->asked &&
           (!state->settled || state->settled());
}

/* ---- the cast */
static void enters(enum role r, part *p)
{
    if (!p)
        return;
    actor_start(r, p);
    watched = r;
    check(until(started, 3000), "an actor starts", r, r);
    L4_Sleep(L4_TimePeriod(1000));
}

static void in_root(enum role r, part *p)
{
    if (!p)
        return;
    actor_create(r, PAGER, NOBODY);
    actor_activate(r);
    enters(r, p);
}

static void elsewhere(enum role r, part *p)
{
    actor_create(r, OWN_SPACE, NOBODY);
    actor_activate(r);
    enters(r, p);
}

/* Much to unmap. */
static void load(void)
{
    for (L4_Word_t at = LOADS, message = 0; message < LOAD_MESSAGES; message++) {
        for (int i = 0; i < LOAD_ITEMS; i++, at += ROOM) {
            L4_MapItem_t item = L4_MapItem(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)room, 20), 7), at);
            L4_LoadMRs(1 + 2 * i, 2, item.raw);
        }
        L4_LoadMR(0, 2 * LOAD_ITEMS << L4_TAG_T_SHIFT);
        EXPECT(L4_IpcSucceeded(L4_Send_Timeout(cast[VICTIM].id, SOON)));
    }
}

static void victim_comes(bool alone)
{
    actor_create(VICTIM, state->acts ? PAGER : OWN_SPACE, state->redirector ? REDIRECTOR : NOBODY);
    if (!alone) {
        actor_create(COMPANION, VICTIM, NOBODY);
        if (!state->inactive) {
            actor_activate(COMPANION);
        }
    }
    if (state->inactive)
        return;
    actor_activate(VICTIM);
    if (state->irq)
        EXPECT_EQ(L4_AssociateInterrupt(irq(), cast[VICTIM].id), 1);
    if (state->delay)
        L4_Set_PreemptionDelay(cast[VICTIM].id, 150, state->delay);
}

static void all_come(bool alone)
{
    for (int r = 0; r < ROLES; r++)
        cast[r] = (struct actor){.exists = false};
    in_root(SCHEDULER, state->scheduler ? state->scheduler : asleep);
    in_root(REDIRECTOR, state->redirector);
    in_root(PAGER, state->pager);
    in_root(PARTNERS_PAGER, state->partners_pager);
    elsewhere(ELSEWHERE, asleep);
    victim_comes(alone); /* they know each other's ids before they start */
    if (state->partner && state->partner != moves)
        actor_create(PARTNER, OWN_SPACE, NOBODY), actor_activate(PARTNER);
    else if (state->partner)
        actor_create(PARTNER, PAGER, NOBODY), actor_activate(PARTNER);
    if (state->first == VICTIM && !state->inactive)
        enters(VICTIM, state->victim);
    enters(PARTNER, state->partner);
    if (state->third)
        in_root(THIRD, state->third);
    if (state->delay)
        L4_Set_Priority(cast[THIRD].id, 120);
    if (state->first != VICTIM && !state->inactive)
        enters(VICTIM, state->victim);
    if (state->quantum)
        L4_Set_Timeslice(cast[VICTIM].id, L4_TimePeriod(10000), L4_TimePeriod(state->quantum));
    if (state->laden)
        load();
    if (state->halted)
        L4_Stop(cast[VICTIM].id);
}

static void all_go(void)
{
    for (int i = 0; i < ROLES; i++) /* in different orders */
        actor_delete((i * 5 + (int)event) % ROLES);
}

/* ---- what they see */
static void look(enum role r, L4_Word_t wanted)
{
    const char *who = r == VICTIM ? "victim" : "partner";
    struct actor *a = &cast[r];
    watched = r;
    switch (wanted) {
    case SAME:
        L4_Sleep(L4_TimePeriod(8000));
        check(!a->done, who, a->error, SAME);
        if (r == VICTIM && !state->halted)
            check(L4_ThreadStatus(a->id) == state->shows, who, L4_ThreadStatus(a->id), state->shows);
        break;
    case GOES_ON:
        check(goes_on(r, 3000), who, STILL, GOES_ON);
        break;
    case STILL:
        L4_Sleep(L4_TimePeriod(3000));
        check(!goes_on(r, 8), who, GOES_ON, STILL);
        check(!halted(), who, HALTS, STILL);
        break;
    case HALTS:
        check(until(halted, 3000), who, L4_ThreadStatus(a->id), HALTS);
        break;
    case ASKS_AGAIN:
        watched = PAGER;
        check(until(asked_again, 3000), who, cast[PAGER].count, state->asked + 1);
        break;
    case WHATEVER:
        break;
    default:
        if (check(until(done, 3000), who, SAME, wanted))
            check((a->error & 15) == (wanted == DONE ? 0 : wanted), who, a->error, wanted);
    }
}

/* A transfer that was broken off ends at the same byte for both. */
static void offsets_agree(void)
{
    struct actor *v = &cast[VICTIM], *p = &cast[PARTNER];
    if (v->done && p->done && (v->error & 15) >= 8 && (p->error & 15) >= 8)
        check(v->error >> 4 == p->error >> 4, "offset", v->error, p->error);
}

static void is_gone(enum role r)
{
    watched = r;
    wanted_state = L4_SCHED_DEAD;
    check(until(shows, 1000), "who is deleted", L4_ThreadStatus(cast[r].id), L4_SCHED_DEAD);
    L4_LoadMR(0, 0);
    bool failed = L4_IpcFailed(L4_Send_Timeout(cast[r].id, L4_ZeroTime));
    check(failed && L4_ErrorCode() == 4, "a send to it", L4_ErrorCode(), 4);
}

/* Halted means that nothing shows, whatever happened to its IPC. */
static void resume(void)
{
    watched = VICTIM;
    check(until(halted, 3000), "victim", L4_ThreadStatus(cast[VICTIM].id), HALTS);
    check(!goes_on(VICTIM, 4), "victim", GOES_ON, HALTS);
    check(!cast[VICTIM].done, "victim", cast[VICTIM].error, HALTS);
    check(happen(EVENTS) == 1, "its resumption", 0, 1);
}

/* A thread that still waits can be fetched out of it; one that has no quantum can get one. */
static void finish(L4_Word_t seen)
{
    if (seen == SAME && !state->inactive) {
        EXPECT_EQ(happen(RENAMED), 1);
        look(VICTIM, state->victim_sees[RENAMED] ? state->victim_sees[RENAMED] : state->calm);
    }
    if (state->quantum) {
        EXPECT(L4_Set_Timeslice(cast[VICTIM].id, L4_TimePeriod(10000), L4_Never));
        look(VICTIM, GOES_ON);
    }
}

static void judge(void)
{
    L4_Word_t seen = state->victim_sees[event] ? state->victim_sees[event] : state->calm;
    if (cast[VICTIM].exists) {
        if (state->halted || event == STOPPED)
            resume();
        look(VICTIM, seen);
    } else {
        is_gone(VICTIM);
    }
    if (event == PARTNER_DELETED)
        is_gone(PARTNER);
    else if (state->partner && event != PARTNER_RENAMED)
        look(PARTNER, state->partner_sees[event]);
    offsets_agree();
    if (state->third == naps)
        check(goes_on(THIRD, 3000), "who was held back", STILL, GOES_ON);
    if (cast[VICTIM].exists)
        finish(seen);
}

/* The line is free for another handler, whatever became of the last one. */
static void interrupt_works(void)
{
    EXPECT_EQ(L4_AssociateInterrupt(irq(), L4_MyGlobalId()), 1);
    rtc_on();
    check(L4_IpcSucceeded(L4_Receive_Timeout(irq(), SOON)), "the next handler", 0, 1);
    rtc_off();
    L4_DeassociateInterrupt(irq());
}

/* ---- cells */
static bool makes_sense(enum event e)
{
    switch (e) {
    case DELETED_LAST:
    case MOVED_LAST:
        return !state->acts;
    case DELETED:
    case MOVED:
        return !state->laden;
    case STOPPED:
    case ABORTED:
        return !state->inactive;
    case PARTNER_DELETED:
    case PARTNER_RENAMED:
        return state->partner;
    case PAGER_DELETED:
        return state->pager;
    case REDIRECTOR_DELETED:
        return state->redirector;
    default:
        return true;
    }
}

/* False: the move was over before we could do anything; once more. */
static bool move_has_begun(void)
{
    cast[PARTNER].flags = 1;
    for (int i = 0; i < 3000 && !cast[PARTNER].count; i++)
        L4_Sleep(L4_TimePeriod(1000));
    return !cast[PARTNER].done;
}

static void befalls(void)
{
    if (state->acts) {
        cast[VICTIM].flags = 1;
        check(until(acted, 3000), "the victim acts", 0, 1);
    } else {
        check(happen(event) == 1, "the call", L4_ErrorCode(), 1);
    }
}

static void cell(enum event e)
{
    event = e;
    for (int tries = 0; tries < 10; tries++) {
        all_come(state->laden || e == DELETED_LAST || e == MOVED_LAST);
        check(until(is_there, 3000), "the state", L4_ThreadStatus(cast[VICTIM].id), state->shows);
        if (!state->laden || move_has_begun())
            break;
        all_go();
    }
    check(cast[VICTIM].exists, "the move takes longer than a tick", 0, 1);
    befalls();
    judge();
    if (state->irq)
        interrupt_works();
    all_go();
}

static L4_Word_t pool(void)
{
    L4_Word_t value = 0;
    EXPECT(L4_SpaceControl(L4_MyGlobalId(), L4_PECAN_SPACE_READ | L4_PECAN_POOL_FREE, L4_Nilpage, L4_Nilpage,
                           L4_nilthread, &value));
    return value;
}

void play(const char *name, const struct state *s)
{
    row = name;
    state = s;
    L4_Set_Priority(L4_MyGlobalId(), 200);
    if (s->irq)
        rtc_off(); /* the ports are ours from here */
    cell(s->laden ? DELETED_LAST : DELETED);
    L4_Word_t free = pool();
    for (enum event e = 0; e < EVENTS; e++) {
        if (!makes_sense(e))
            continue;
        cell(e);
        L4_Word_t now = pool();
        check(now == free, "kernel memory", now, free);
    }
    if (s->timed) { /* no thread is left that these timeouts could wake */
        L4_Sleep(L4_TimePeriod(TIMED + 100000));
        check(pool() == free, "kernel memory", pool(), free);
    }
}
