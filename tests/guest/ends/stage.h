/* SPDX-License-Identifier: MIT */
/* A victim in some state, those around it, and an event that befalls one of them. */
#ifndef STAGE_H
#define STAGE_H

#include "rtc.h"
#include "test.h"

enum role { VICTIM, PARTNER, PAGER, PARTNERS_PAGER, SCHEDULER, REDIRECTOR, THIRD, COMPANION, ELSEWHERE, ROLES };
#define NOBODY ROLES

enum event {
    DELETED,       /* the victim; somebody else is in its space */
    DELETED_LAST,  /* ... nobody else is: its space ends as well */
    RENAMED,       /* gets another version */
    MOVED,         /* to another space */
    MOVED_LAST,    /* ... and its old one ends */
    ABORTED,       /* by ExchangeRegisters, whatever phase it is in */
    STOPPED,       /* ... halted, and resumed a little later */
    PARTNER_DELETED,
    PARTNER_RENAMED,
    PAGER_DELETED,
    SCHEDULER_DELETED,
    REDIRECTOR_DELETED,
    EVENTS
};

/* What somebody sees of it: the ErrorCode of its IPC, or one of these. */
enum {
    SAME = 0,       /* nothing, it waits as before */
    GOES_ON = 0x100, /* its loop goes round */
    STILL,          /* its loop stands still, it is not halted */
    HALTS,          /* there is nobody to ask: halted */
    ASKS_AGAIN,     /* the fault comes to its pager once more */
    DONE,           /* its system call has ended well */
    WHATEVER
};

enum { TIMED = 2000000 }; /* us, of waits that shall not end before the event */

typedef void part(enum role self); /* what an actor does */

struct state {
    part *victim, *partner, *pager, *partners_pager, *scheduler, *redirector, *third;
    enum role first;        /* of victim and partner: which must wait already when the other one comes */
    L4_Word_t shows;        /* the victim's state as Schedule shows it */
    L4_Word_t asked;        /* faults that have arrived at the pagers */
    enum role missing;      /* in a copy: whose page */
    bool (*settled)(void);  /* more than that */
    bool acts;              /* the victim is of the root space, and does it itself */
    bool inactive, halted, irq, timed;
    bool roomy;             /* `room` is mapped, too */
    bool laden;             /* ... many times, in the victim's space */
    L4_Word_t quantum, delay; /* us */
    L4_Word_t calm;         /* what the victim sees of an event that does not concern it */
    L4_Word_t victim_sees[EVENTS], partner_sees[EVENTS]; /* 0: calm, SAME */
};

struct actor {
    L4_ThreadId_t id;
    bool exists;
    volatile bool started, done;
    volatile L4_Word_t error, count, flags;
};

extern struct actor cast[ROLES];
extern const struct state *state;
extern volatile enum event event; /* of this cell */

void play(const char *name, const struct state *s);

/* cast.c */
enum { OWN_SPACE = ROLES };
void actor_create(enum role r, int space_of, enum role redirector); /* of the root space: space_of == PAGER */
void actor_activate(enum role r);
void actor_start(enum role r, part *p);
void actor_delete(enum role r);
L4_ThreadId_t other_version(enum role r);

/* actors.c */
#define FAR  0x80000000u /* where nobody maps anything */
#define ROOM (1u << 20)
/* A laden victim has `room` so many times there, in so many messages. */
#define LOADS 0x80000000u
enum { LOAD_MESSAGES = 8, LOAD_ITEMS = 31 };
extern uint8_t room[ROOM];
part asleep, waits, waits_locally, receives, receives_for_a_while, sleeps, sends, calls, spins, spins_on, naps, touches, traps,
    pages, sends_string, receives_string, sends_long, receives_long, hears_interrupt, acts, moves, spins_laden, hears_once;
L4_ThreadId_t irq(void);
L4_Word_t happen(enum event e); /* the result of the call, 1 = good */

#define ROW(sentence, ...)                                                                         \
    TEST(sentence)                                                                                 \
    {                                                                                              \
        static const struct state s = {__VA_ARGS__};                                               \
        play(#sentence, &s);                                                                       \
    }

#endif
