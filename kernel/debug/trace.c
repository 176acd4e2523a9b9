/* SPDX-License-Identifier: MIT */
/* The trace: the ring of records, and what is recorded.  trace_entry.asm calls the functions
 * trace_in_*() and trace_out_*() with the frame of the thread that enters or leaves.  Interrupts
 * are off in all of this. */
#include "trace.h"

#include <l4/pecan.h>

#include "../arch/x86/x86.h"
#include "../kip.h"

#define PAGES_MAX  1023 /* one page lists them, and a zero ends the list */
#define PAGES      64   /* of the boot option without a number */
#define CALLS      (SYSCALL_VECTOR + IPC_VECTORS) /* the vector of Unmap; the others follow */
#define PAGE_FAULT 14
#define TYPED_MOST 2 /* typed items of a message that are recorded */

struct record {
    uint32_t time_low;
    uint8_t kind, detail;
    uint16_t time_high;
    word_t thread, value[5];
};
static_assert(sizeof(struct record) == L4_PECAN_TRACE_WORDS * sizeof(word_t), "as pecan.h says");

#define PER_PAGE (PAGE_SIZE / sizeof(struct record))

/* The debugger's table names it, and trace_entry.asm knows the first four words. */
struct trace {
    struct record *next;  /* the place of the next record; NULL: there is no ring */
    struct record **at;   /* which page of the list that is in */
    struct record **list; /* the ring's pages; a zero ends it */
    word_t rounds;        /* how often the ring was full */
    word_t pages, on, counter;
} trace;

static word_t wanted; /* pages, by the boot option */

/* ---- the kernel's code, while the trace is on */

#define SITE_MOST 16
#define JUMP      0xE9 /* a word follows: how far from the end of this instruction */
#define JUMP_SIZE 5
#define NOP       0x90

/* Code from `from` up to `back` is replaced by a jump to `hook`. */
struct site {
    uint8_t *from, *back;
    void (*hook)(void);
};

extern const struct site trace_sites[]; /* trace_entry.asm */
extern uint8_t *const fast_exits[];     /* fastpath.asm */
extern const uint8_t trace_exit_size;
extern void trace_fast_out(void), trace_fast_in(void), trace_fast_plain(void);
extern const L4_ProcDesc_t kip_processor_descriptor; /* kip.asm */

static uint8_t saved[16][SITE_MOST], saved_exits[16][SITE_MOST];

static void divert(uint8_t *from, word_t size, void (*hook)(void), uint8_t *save)
{
    memcpy(save, from, size);
    word_t distance = (word_t)hook - (word_t)from - JUMP_SIZE;
    from[0] = JUMP;
    memcpy(from + 1, &distance, sizeof distance);
    for (word_t i = JUMP_SIZE; i < size; i++)
        from[i] = NOP;
}

static void (*hook_of(const struct site *s))(void)
{
    return s->hook == trace_fast_in && !trace.counter ? trace_fast_plain : s->hook;
}

static void sites_divert(void)
{
    for (word_t i = 0; trace_sites[i].from; i++)
        divert(trace_sites[i].from, (word_t)(trace_sites[i].back - trace_sites[i].from),
               hook_of(&trace_sites[i]), saved[i]);
    for (word_t i = 0; fast_exits[i]; i++)
        divert(fast_exits[i], trace_exit_size, trace_fast_out, saved_exits[i]);
}

static void sites_restore(void)
{
    for (word_t i = 0; trace_sites[i].from; i++)
        memcpy(trace_sites[i].from, saved[i], (word_t)(trace_sites[i].back - trace_sites[i].from));
    for (word_t i = 0; fast_exits[i]; i++)
        memcpy(fast_exits[i], saved_exits[i], trace_exit_size);
}

/* ---- the ring */

static void time_now(struct record *r)
{
    uint64_t now;
    if (trace.counter)
        __asm__ volatile("rdtsc" : "=A"(now));
    else
        now = arch_clock_us();
    r->time_low = (uint32_t)now;
    r->time_high = (uint16_t)(now >> 32);
}

static void advance(void)
{
    if ((word_t)++trace.next & PAGE_MASK)
        return;
    if (!*++trace.at) {
        trace.at = trace.list;
        trace.rounds++;
    }
    trace.next = *trace.at;
}

static void record(word_t kind, word_t detail, word_t a, word_t b, word_t c, word_t d, word_t e)
{
    struct record *r = trace.next;
    time_now(r);
    r->kind = (uint8_t)kind;
    r->detail = (uint8_t)detail;
    r->thread = current->id;
    r->value[0] = a;
    r->value[1] = b;
    r->value[2] = c;
    r->value[3] = d;
    r->value[4] = e;
    advance();
}

/* Where the next record will be, as its distance from the ring's start in records. */
static word_t next_place(void)
{
    return (word_t)(trace.at - trace.list) * PER_PAGE +
           ((word_t)trace.next & PAGE_MASK) / sizeof(struct record);
}

static word_t written(void)
{
    return trace.next ? trace.rounds * trace.pages * PER_PAGE + next_place() : 0;
}

/* Returns the record with that number, or NULL.  Numbers are modulo 2^32, so the way to a record
 * begins at the next one. */
static struct record *find(word_t number)
{
    if (!trace.next)
        return NULL;
    word_t size = trace.pages * PER_PAGE, place = next_place(), back = written() - number;
    if (!back || back > (trace.rounds ? size : place))
        return NULL;
    place += back > place ? size - back : -back;
    return trace.list[place / PER_PAGE] + place % PER_PAGE;
}

/* ---- what enters */

/* The fast path has recorded what it leaves to the plain one. */
static bool is_recorded(word_t kind, word_t ip)
{
    const struct record *r = find(written() - 1);
    return r && r->kind == kind && r->detail && r->thread == current->id && r->value[4] == ip;
}

static void items(word_t to, word_t tag, const volatile word_t *mr)
{
    word_t at = (tag & L4_TAG_U_MASK) + 1, t = (tag & L4_TAG_T_MASK) >> L4_TAG_T_SHIFT;
    for (word_t i = 0; i < TYPED_MOST && t >= 2 * i + 2 && at + 1 < L4_NUM_MRS; i++, at += 2)
        record(L4_PECAN_TRACE_MAP, i, to, mr[at], mr[at + 1], 0, 0);
}

/* entry.asm: a thread calls Ipc, and its frame has the arguments. */
void trace_in_ipc(struct trapframe *f)
{
    const volatile word_t *mr = (const volatile word_t *)current->utcb->mr;
    if (f->eax == L4_ID_NIL && f->edx == L4_ID_NIL)
        record(L4_PECAN_TRACE_EVENT, 0, f->esi >> L4_TAG_LABEL_SHIFT, mr[1], mr[2], mr[3], mr[4]);
    else if (!is_recorded(L4_PECAN_TRACE_SEND, f->eip))
        record(L4_PECAN_TRACE_SEND, 0, f->eax, f->edx, f->esi, f->ecx, f->eip);
    if (f->eax != L4_ID_NIL && (f->esi & L4_TAG_T_MASK))
        items(f->eax, f->esi, mr);
}

void trace_in_call(struct trapframe *f)
{
    if (f->vector != CALLS)
        record(L4_PECAN_TRACE_CALL, f->vector - CALLS, f->eax, f->ecx, f->edx, f->esi, f->eip);
    else if (!is_recorded(L4_PECAN_TRACE_UNMAP, f->eip))
        record(L4_PECAN_TRACE_UNMAP, 0, f->eax, f->esi, 0, 0, f->eip);
}

void trace_in_trap(struct trapframe *f)
{
    if (f->vector - IRQ_VECTOR < ARCH_INTERRUPTS)
        record(L4_PECAN_TRACE_IRQ, f->vector - IRQ_VECTOR, f->eip, 0, 0, 0, 0);
    else if (!(f->cs & 3))
        ; /* the fast path has read a local id, or the kernel is about to panic */
    else if (f->vector == PAGE_FAULT)
        record(L4_PECAN_TRACE_FAULT, f->vector, read_cr2(), f->error, f->eip, f->esp,
               current->utcb->pager);
    else
        record(L4_PECAN_TRACE_TRAP, f->vector, f->error, f->eip, f->esp, 0, 0);
}

/* ---- what leaves, and what is between */

void trace_out_ipc(struct trapframe *f)
{
    record(L4_PECAN_TRACE_RECEIVE, 0, f->eip, f->eax, f->esi, f->ebx, f->esp);
}

void trace_out_trap(struct trapframe *f)
{
    if (f->cs & 3)
        record(L4_PECAN_TRACE_EXIT, 0, f->eip, f->esp, 0, 0, 0);
    else if (f->vector - IRQ_VECTOR < ARCH_INTERRUPTS)
        record(L4_PECAN_TRACE_EXIT, 1, f->eip, 0, 0, 0, 0);
}

/* A thread that waited without a stack has its results in registers: those of PUSHAD. */
void trace_out_waited(const struct trapframe *pushed)
{
    const struct trapframe *f = user_frame(current);
    record(L4_PECAN_TRACE_RECEIVE, 0, f->eip, pushed->eax, pushed->esi, pushed->ebx, f->esp);
}

void trace_out_unmap(const struct trapframe *pushed)
{
    record(L4_PECAN_TRACE_EXIT, 0, pushed->ebx, pushed->ebp, 0, 0, 0);
}

/* The fast path's Unmap, whose control is in EAX and whose first fpage is in EDX. */
void trace_in_unmap(const struct trapframe *pushed)
{
    record(L4_PECAN_TRACE_UNMAP, 1, pushed->eax, pushed->edx, 0, 0, pushed->ebx);
}

void trace_switch(void)
{
    record(L4_PECAN_TRACE_SWITCH, 0, 0, 0, 0, 0, 0);
}

/* ---- on and off */

static void turn_off(void)
{
    if (trace.on)
        sites_restore();
    trace.on = false;
}

static void ring_free(void)
{
    for (word_t i = 0; i < trace.pages; i++)
        kmem_page_free(trace.list[i]);
    if (trace.list)
        kmem_page_free(trace.list);
    memset(&trace, 0, sizeof trace);
}

/* Returns false, and there is no ring then, if memory is out.  The pages need not be cleared: only
 * what was written is ever read. */
static bool ring_create(word_t pages)
{
    if (pages > kmem_free() / 2 || !(trace.list = kmem_page_alloc_raw()))
        return false;
    for (; trace.pages < pages; trace.pages++)
        if (!(trace.list[trace.pages] = kmem_page_alloc_raw())) {
            ring_free();
            return false;
        }
    trace.list[pages] = NULL;
    trace.at = trace.list;
    trace.next = trace.list[0];
    return true;
}

/* Pre: pages is at most PAGES_MAX. */
static bool turn_on(word_t pages)
{
    turn_off();
    ring_free();
    if (!pages)
        return true;
    if (!ring_create(pages))
        return false;
    trace.counter = cpu_has(CPU_TSC);
    trace.on = true;
    record(L4_PECAN_TRACE_BEGIN, 0, trace.counter, kip_processor_descriptor.X.InternalFreq, 0, 0,
           0);
    sites_divert();
    return true;
}

bool trace_set(word_t pages)
{
    if (!pages)
        turn_off();
    return !pages || (pages <= PAGES_MAX && turn_on(pages));
}

word_t trace_written(bool *on)
{
    *on = trace.on;
    return written();
}

void trace_option(const char *value)
{
    word_t kb = 0;
    wanted = PAGES;
    if (*value != '=')
        return;
    while (*++value >= '0' && *value <= '9')
        kb = kb < PAGES_MAX * PAGE_SIZE ? kb * 10 + (word_t)(*value - '0') : kb;
    wanted = kb / (PAGE_SIZE / 1024) < PAGES_MAX ? kb / (PAGE_SIZE / 1024) : PAGES_MAX;
}

void trace_boot(void)
{
    if (!wanted)
        return;
    if (turn_on(wanted))
        kprintf("trace    on, a ring of %lu records\n", (unsigned long)(wanted * PER_PAGE));
    else
        kprintf("trace    off: %lu KB are more than half of the kernel's memory\n",
                (unsigned long)wanted * PAGE_SIZE / 1024);
}

static bool read(struct thread *self, word_t number)
{
    const struct record *r = find(number);
    if (r)
        memcpy((word_t *)self->utcb->mr + 1, r, sizeof *r);
    return r;
}

word_t trace_control(struct thread *self, struct space_control *a)
{
    word_t number = a->kip;
    a->old_control = written();
    switch (a->control & ~L4_PECAN_SPACE_OP_MASK) {
    case L4_PECAN_TRACE_OFF:
        turn_off();
        break;
    case L4_PECAN_TRACE_ON:
        if (number > PAGES_MAX)
            return failed(self, L4_ERR_PARAMETER);
        if (!turn_on(number))
            return failed(self, L4_ERR_MEMORY);
        break;
    case L4_PECAN_TRACE_READ:
        if (!read(self, number))
            return failed(self, L4_ERR_PARAMETER);
        break;
    default:
        return failed(self, L4_ERR_PARAMETER);
    }
    a->old_control = written();
    return 1;
}
