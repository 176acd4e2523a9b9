/* SPDX-License-Identifier: MIT */
/* What the parts of the fuzzer share.  All of it lies in the root task's image, which the workers of every
 * space see 1:1: what one of them learns, the others use. */
#ifndef FUZZ_H
#define FUZZ_H

#include <l4/l4.h>
#include <l4/pecan.h>
#include <l4/serial.h>

typedef L4_Word_t word_t;

enum {
    PAGE = 4096,
    SLOTS = 40,   /* workers, by thread number */
    SPACES = 8,   /* space 0 is the root task's */
    FIRST_NUMBER = 64, /* thread number of worker 0, from UserBase */
    STACK = 4096,

    MIDDLE = 0x1400000, /* of the arena, and the end of a page table */
    HOT_PAGES = 48,     /* most of it happens in the few pages around that */
    HOT = MIDDLE - HOT_PAGES / 2 * PAGE,
    STRING_MAX = 30000,
    PAIR_PAGES = 0x2400000, /* the old pair's own two pages */
    ROOT_QUOTA = 0xFFFFF,   /* pages; by this figure the root space is recognised */
    PORTS = 0x300, PORTS_LOG2 = 6, /* ports without a device */
    WILD_LOW = 0x40000000, WILD_HIGH = 0x80000000, /* faults in between are served, too */
};

/* ---- the model: what the fuzzer believes of threads and spaces.  It guides, it need not be right. */

enum worker_state { NONE, INACTIVE, RUNNING };
enum doing { COMPUTING, RECEIVING, SENDING };

struct worker {
    word_t id;       /* its global id of today */
    word_t local;    /* its local id, while RUNNING */
    word_t random;
    uint8_t state, space, doing;
    word_t turns, turns_seen; /* of its loop; stuck counts the gardener's looks without one */
    word_t stuck;
    word_t kip;      /* where the worker found its KIP */
};

struct room {        /* an address space */
    word_t kip, utcb, utcb_log2; /* 0: not configured, as far as we know */
};

extern struct worker workers[SLOTS];
extern struct room rooms[SPACES];
extern word_t arena, arena_end; /* memory that is passed around, at the same addresses everywhere */
extern char worker_stacks[SLOTS][STACK];
extern word_t keeper_id, first_number, calls_wanted;
extern volatile bool stopping;

/* ---- chance */
static inline word_t chance(struct worker *w)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 17;
    w->random ^= w->random << 5;
    return w->random;
}
static inline word_t below(struct worker *w, word_t n) /* 0 .. n - 1 */
{
    return (word_t)((uint64_t)chance(w) * n >> 32);
}
/* Word 2 of a message.  In a reply to an exception these are the flags: never the trap flag.  A
 * worker that single-steps stops inside worker_entry, its UTCB may move meanwhile, and then it goes
 * on with the stack of another worker. */
static inline word_t chance_of_flags(struct worker *w) { return chance(w) & ~0x100ul; }
static inline bool percent(struct worker *w, word_t p) { return below(w, 100) < p; }
static inline word_t hot_page(struct worker *w) { return HOT + below(w, HOT_PAGES) * PAGE; }

/* All that is ever written to the arena: HLT, CLI, STI, INT3.  A thread that comes to run it is trapped at once, so nobody but
 * the fuzzer's own code ever stores anything. */
#define TRAPS 0xCCFBFAF4ul

/* ---- calls, counted */

enum call { IPC, LIPC, UNMAP, EXREGS, THREADCONTROL, CLOCK, SWITCH, SCHEDULE, SPACECONTROL, PROCESSOR, MEMORY, CALLS };
enum { CODES = 16 };

struct regs {
    word_t eax, ecx, edx, esi, edi, ebx, ebp;
    word_t segments[4]; /* DS, ES, FS, GS: fuzz_call() draws them */
};

extern volatile word_t counts[CALLS][CODES]; /* 0 = success; of Ipc: code << 1 | phase */
extern volatile word_t total, faults_served, exceptions_served, digest;
extern struct foreign { /* the first word in the arena that nobody can have written, and who saw it when */
    word_t value, at, id, space, total;
} foreign;
extern volatile word_t foreign_bytes, fpu_leaks, bad_flags;

/* calls.asm: all registers in, all registers out. */
void raw_call(struct regs *r, word_t target);
/* One call of a worker, into the table. */
word_t fuzz_call(struct worker *w, enum call call, struct regs *r);

/* ---- calls.asm: where workers begin, whatever their registers are */
extern const char worker_entry[];

word_t kip_here(void);            /* KernelInterface, without the library */
word_t flags_here(void);
word_t fpu_tags(void);
void fpu_set(word_t value);
word_t fpu_get(void);
void do_exception(word_t which);  /* comes back, or a handler sends it to worker_entry */
word_t do_in(word_t port);
void clock_write(word_t index, word_t value); /* a register of the real-time clock */

static inline word_t *utcb_now(void) /* read anew each time: a thread may move */
{
    word_t *u;
    __asm__ volatile("movl %%gs:0, %0" : "=r"(u));
    return u;
}

/* A thread may be moved to another space between any two instructions, and its UTCB with it.  So a message is made on
 * the stack and put into the UTCB in one go, once more if it has moved meanwhile: what lies there already (an
 * exception's stack pointer, say) must never be sent as the address of a string.  `first` counts in words from MR0. */
void put(word_t first, const word_t *from, word_t words, int step);

/* ---- the parts */
void worker_main(struct worker *w);
void fuzz_ipc(struct worker *w);
void fuzz_answer(struct worker *w, word_t from, word_t tag);
word_t some_thread(struct worker *w, bool odd);
word_t some_address(struct worker *w);
word_t some_fpage(struct worker *w);
word_t some_period(struct worker *w);
struct worker *worker_of(word_t id);
_Noreturn void keeper_main(void);
void gardener_main(void);
void waker_main(void);
void watcher_main(void);
void finish(void);
bool plant(struct worker *w, word_t room); /* makes a new worker in that space and starts it */
bool in_image(word_t address);
bool in_arena(word_t address);
void arena_look(word_t at, word_t words, const struct worker *w); /* counts foreign_bytes */

/* Results of Ipc that must come up: code << 1 | phase. */
#define FUZZ_IPC_CODES (1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 9)

/* What the watcher found. */
extern volatile word_t pair_talks, pair_failures, starved, hollow_legs;

#endif
