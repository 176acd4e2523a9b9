/* SPDX-License-Identifier: MIT */
/* The stage on which attempts are made.  TEST(name) { ... } is an attempt; it puts actors on the stage (threads, each in
 * a space of its own) and looks at what becomes of them.  The stage is their pager, exception handler and
 * scheduler, and waits for nobody longer than it said.  After every attempt all actors go, and world.c looks
 * whether the world is as it was. */
#ifndef STAGE_H
#define STAGE_H

#include <l4/l4.h>
#include <l4/pecan.h>
#include <string.h>

struct test {
    const char *name;
    void (*run)(void);
};

#define TEST(name)                                                                                 \
    static void name(void);                                                                        \
    static const struct test test_##name                                                           \
        __attribute__((used, section("tests"), aligned(4))) = {#name, name};                       \
    static void name(void)

#define EXPECT(c) stage_expect(!!(c), __FILE__, __LINE__, #c)
#define EXPECT_EQ(a, b)                                                                            \
    stage_expect_eq((L4_Word_t)(a), (L4_Word_t)(b), __FILE__, __LINE__, #a " == " #b)
bool stage_expect(bool good, const char *file, int line, const char *text);
bool stage_expect_eq(L4_Word_t a, L4_Word_t b, const char *file, int line, const char *text);
void stage_skip(const char *why); /* not possible here: passes with a remark */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define MS(n)  L4_TimePeriod(1000ul * (n))
#define MOMENT MS(30)
#define SOON   MS(5000) /* for what must happen */

/* ---- actors.  Code, data and stacks are this program's own, 1:1, in every space; mapped when touched. */
typedef void (*act_t)(void);
L4_ThreadId_t actor(act_t act);                              /* in a new space */
L4_ThreadId_t companion(L4_ThreadId_t of, act_t act);        /* one more in that space */
L4_ThreadId_t actor_waiting(L4_ThreadId_t of);               /* active, its start message to come; `of` nil: new space */
L4_ThreadId_t actor_inactive(L4_ThreadId_t of);              /* exists, no more */
bool actor_start(L4_ThreadId_t t, act_t act);
void actor_delete(L4_ThreadId_t t);
void stage_clear(void);                                      /* all of them */
void stage_forget(void);                                     /* those that are there now stay to the end */
L4_ThreadId_t stage(void);                                   /* our id */
L4_ThreadId_t fresh_id(void);                                /* nobody's, to be deleted by stage_clear() */
L4_Word_t utcb_of(unsigned slot);                            /* UTCB location of that slot in every actor's space */
L4_Word_t utcb_fresh(void);
extern volatile L4_Word_t shared[64];                        /* words that actors and attempts share; zeroed before each */
void done(L4_Word_t value);                                  /* an actor's report */
_Noreturn void rest(void);

/* Privileged calls, by the thread that may make them for us (form_*.c): 0 or the L4 error. */
L4_Word_t thread_control(L4_ThreadId_t dest, L4_ThreadId_t space, L4_ThreadId_t scheduler, L4_ThreadId_t pager,
                         L4_Word_t utcb);
L4_Word_t space_control(L4_ThreadId_t space, L4_Word_t control, L4_Word_t kip, L4_Word_t utcb,
                        L4_ThreadId_t redirector);
bool space_counter(L4_ThreadId_t t, L4_Word_t which, L4_Word_t *value);
bool space_quota(L4_ThreadId_t t, L4_Word_t pages);
L4_Word_t pool_free(void); /* bytes */

/* ---- what comes from them.  Faults on this program's image are served and not told. */
enum what { NOTHING, PAGE_FAULT, IO_FAULT, EXCEPTION, DONE, OTHER };
struct event {
    enum what what;
    L4_ThreadId_t from;
    L4_MsgTag_t tag;
    union {
        L4_Word_t w[64];                /* MR1.. in w[1].. */
        struct {
            L4_Word_t tag_word;
            struct l4_exception x;
        };
    };
};
struct event next_event(L4_Time_t wait);
struct event event_from(L4_ThreadId_t who, L4_Time_t wait); /* others wait meanwhile */

/* Lets actors act until one is done, or silent for so long, or `limit` events came.  What they are refused they are
 * told at `resume_at`, which they set before they try. */
struct tally {
    unsigned exceptions[32], page_faults, io_faults, others;
    bool done, silent;
    L4_Word_t value;                    /* of done() */
    L4_Word_t eflags_or, eflags_and;    /* of all exceptions */
};
extern volatile L4_Word_t resume_at;
struct tally conduct(L4_Time_t silence, unsigned limit);
struct tally conduct_inside(act_t act, unsigned limit); /* the same by a thread of the actor's own space: for very many */
void forgive(const struct event *e);    /* the actor goes on at resume_at */
void tell(const struct tally *t);         /* what it was, when it was not what it should be */
unsigned refusals(const struct tally *t); /* exceptions and faults of all kinds */

/* An instruction that may fail.  All registers come back as they were. */
#define TRY(instruction, ...)                                                                      \
    __asm__ volatile("movl $77f, %%ss:resume_at\n\t" instruction "\n77:" : : __VA_ARGS__ : "memory", "cc")

/* ---- machine code.  It stands at `code` (a page, executable, writable), ud2 behind it, and runs in a space of its own with
 * every register but esp pointing at `scratch`.  What comes first is the answer. */
extern char code[8192];
extern char scratch[8192];
struct event run_code(const char *bytes, unsigned n);
#define BYTES(s) s, sizeof(s) - 1

enum { DE = 0, DB = 1, BP = 3, OF = 4, BR = 5, UD = 6, NM = 7, TS = 10, NP = 11, SS = 12, GP = 13, PF = 14, MF = 16, AC = 17, XM = 19 };
/* The instruction raises one of these vectors (a mask), at its first byte, and nothing else happens. */
void refuses(const char *bytes, unsigned n, L4_Word_t vectors);
#define V(n) (1ul << (n))

bool cpu_has_sysenter(void);
bool cpu_has_fxsr(void);
bool cpu_has_cpuid(void);

/* The same from within an actor, as often as it likes: true if the code ran to its end. */
struct machine {
    L4_Word_t eax, ebx, ecx, edx, esi, edi, ebp, esp /* 0: the actor's own */, entry;
};
extern struct machine machine;
bool launch(void);
void assemble(const char *bytes, unsigned n); /* at `code`, with the way back behind it; sets machine.entry */
void assemble_at(char *place, const char *bytes, unsigned n);

/* ---- memory for games: pages of ours that are in nobody's image */
#define PAGE  4096ul
#define PAGES 16
extern char pages[PAGES * PAGE];
L4_MsgTag_t give(L4_ThreadId_t to, L4_Word_t send_base, L4_Word_t fpage, bool grant); /* MOMENT to be received */
#define FPAGE(address, log2, rights) (((L4_Word_t)(address) & 0xFFFFFC00) | (L4_Word_t)(log2) << 4 | (rights))

#define NOWHERE 0x60000000ul /* nothing is ever mapped there by itself */

/* ---- puppet.c: an actor that does what it is told, window the complete space.  Functions run in its space. */
typedef L4_Word_t (*deed_t)(L4_Word_t a, L4_Word_t b);
L4_ThreadId_t puppet(void);
L4_ThreadId_t puppet_in(L4_ThreadId_t of);
bool order(L4_ThreadId_t p, deed_t deed, L4_Word_t a, L4_Word_t b);   /* false: it does not listen */
struct event perform(L4_ThreadId_t p, deed_t deed, L4_Word_t a, L4_Word_t b); /* ... and what comes of it */
L4_Word_t performed(L4_ThreadId_t p, deed_t deed, L4_Word_t a, L4_Word_t b);  /* its value; MISS: it was refused */
#define MISS 0xBADC0DEul
L4_Word_t p_read(L4_Word_t a, L4_Word_t b);
L4_Word_t p_write(L4_Word_t a, L4_Word_t b);
L4_Word_t p_unmap(L4_Word_t fpage, L4_Word_t control);
L4_Word_t p_window(L4_Word_t br0, L4_Word_t b);
L4_Word_t p_nothing(L4_Word_t a, L4_Word_t b);

/* ---- world.c */
bool world_begin(void); /* false: this is no world to test in */
void world_note(void);  /* before an attempt */
void world_check(void); /* after it, all actors gone */

/* ---- form_*.c */
extern L4_Word_t first_thread_number, first_version;
extern const char *form_pattern;
void form_init(void *argument);
void form_print(const char *text, L4_Word_t n);
bool form_rpc(L4_Word_t *free_frames);  /* an RPC to physmem; false: it failed.  ~0 frames: there is no physmem */
extern bool form_has_ports;             /* all of them */
unsigned form_stale_words(void);        /* words that are not zero in fresh frames of physmem; ~0: there is none */
_Noreturn void form_end(bool failed);

#endif
