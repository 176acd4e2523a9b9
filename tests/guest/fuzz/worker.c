/* SPDX-License-Identifier: MIT */
/* One worker: an endless loop of small things to do, drawn by lot.  Before: calls.asm (worker_entry).  Next: ipc.c.
 * A worker may be halted, restarted, renamed, moved or deleted between any two instructions. */
#include "fuzz.h"

struct worker workers[SLOTS];
struct room rooms[SPACES];
char worker_stacks[SLOTS][STACK] __attribute__((aligned(STACK)));
volatile word_t counts[CALLS][CODES];
struct foreign foreign;
volatile word_t total, digest, foreign_bytes, fpu_leaks, bad_flags;
word_t first_number;

/* ---- calls */

static const uint16_t link_at[CALLS] = {
    [IPC] = L4_KIP_IPC, [LIPC] = L4_KIP_LIPC, [UNMAP] = L4_KIP_UNMAP, [EXREGS] = L4_KIP_EXREGS,
    [THREADCONTROL] = L4_KIP_THREAD_CONTROL, [CLOCK] = L4_KIP_SYSTEM_CLOCK,
    [SWITCH] = L4_KIP_THREAD_SWITCH, [SCHEDULE] = L4_KIP_SCHEDULE,
    [SPACECONTROL] = L4_KIP_SPACE_CONTROL, [PROCESSOR] = L4_KIP_PROC_CONTROL,
    [MEMORY] = L4_KIP_MEMORY_CONTROL,
};

static word_t code_of(enum call call, const struct regs *r)
{
    word_t error = utcb_now()[L4_UTCB_ERROR / 4] & (CODES - 1);
    if (call == IPC || call == LIPC)
        return r->esi & L4_TAG_ERROR ? error : 0;
    if (call == UNMAP || call == CLOCK || call == SWITCH)
        return 0;
    return r->eax ? 0 : error;
}

/* What a user can load into a segment register; mostly what belongs there. */
static void draw_segments(struct worker *w, struct regs *r)
{
    static const word_t base[] = {0, 0x18, 0x20, 0x30}; /* null, user code, user data, the UTCB's */
    for (int i = 0; i < 4; i++)
        r->segments[i] = i == 3 ? 0x33 : 0x23;
    if (percent(w, 6))
        for (int i = 0; i < 4; i++)
            if (percent(w, 50))
                r->segments[i] = base[below(w, 4)] | below(w, 4);
}

word_t fuzz_call(struct worker *w, enum call call, struct regs *r)
{
    word_t asked = r->eax + r->ecx * 3 + r->edx * 5;
    draw_segments(w, r);
    raw_call(r, w->kip + *(word_t *)(w->kip + link_at[call]));
    word_t code = code_of(call, r);
    counts[call][code]++;
    total++;
    digest = (digest << 7 | digest >> 25) ^ (asked + r->eax + code + call * 0x01000193);
    return code;
}

/* ---- arguments */

struct worker *worker_of(word_t id)
{
    word_t n = (id >> L4_ID_VERSION_BITS) - first_number;
    return n < SLOTS ? &workers[n] : NULL;
}

static struct worker *some_worker(struct worker *w)
{
    struct worker *v = &workers[below(w, SLOTS)];
    for (int tries = 0; tries < 3 && v->state == NONE; tries++)
        v = &workers[below(w, SLOTS)];
    return v;
}

static word_t odd_thread(struct worker *w)
{
    word_t number = first_number - FIRST_NUMBER;
    switch (below(w, 12)) {
    case 0:
        return L4_ID_ANY;
    case 1:
        return L4_ID_ANYLOCAL;
    case 2:
        return w->id;
    case 3:
        return w->local;
    case 4:
        return keeper_id;
    case 5:
        return number << L4_ID_VERSION_BITS | 1; /* sigma0 */
    case 6:
        return (16 + below(w, number - 16)) << L4_ID_VERSION_BITS | 1; /* the kernel's range */
    case 7:
        return (1 + below(w, 15)) << L4_ID_VERSION_BITS | 1; /* an interrupt */
    case 8:
        return workers[below(w, SLOTS)].id ^ 1 << (6 + below(w, 8)); /* an old one's */
    case 9:
        return chance(w) | 0xFFFC0001;
    case 10:
        return (percent(w, 50) ? 0x20000000 : rooms[w->space].utcb + 0x2000) + below(w, 0x4000) / 64 * 64; /* local */
    default:
        return L4_ID_NIL;
    }
}

word_t some_thread(struct worker *w, bool odd)
{
    if (odd && percent(w, 12))
        return odd_thread(w);
    struct worker *v = some_worker(w);
    if (v->space == w->space && v->state == RUNNING && percent(w, 30))
        return v->local;
    return v->id;
}

word_t some_period(struct worker *w)
{
    switch (below(w, 10)) {
    case 0:
        return L4_TIME_NEVER;
    case 1:
    case 2:
    case 3:
        return L4_TIME_ZERO;
    case 4:
        return L4_TIME_POINT | (chance(w) & 0x7FFF); /* a point, near or far */
    case 5:
        return L4_TIME_POINT | below(w, 3) << L4_TIME_POINT_SHIFT | below(w, 2) << 10 | below(w, 1024);
    default:
        return below(w, 6) << L4_TIME_PERIOD_SHIFT | below(w, 1024);
    }
}

/* Where a page of memory may be: most of the time one of the few that all fight for. */
word_t some_address(struct worker *w)
{
    word_t within = below(w, PAGE);
    switch (below(w, 20)) {
    case 0:
        return WILD_LOW + below(w, 4) * 0x3FF000 + within;
    case 1:
        return arena + below(w, arena_end - arena - STRING_MAX);
    case 2:
        return arena + (below(w, arena_end - arena) & ~0x3FFFFul) + below(w, 4) * PAGE + within;
    case 3:
        return percent(w, 50) ? 0xBFFFF000 + within : 0xC0000000 + below(w, 0x3FFFFFFF);
    default:
        return hot_page(w) + within;
    }
}

word_t some_fpage(struct worker *w)
{
    word_t rights = percent(w, 70) ? 7 : below(w, 8);
    word_t log2 = percent(w, 60) ? 12 : percent(w, 70) ? 12 + below(w, 5) : percent(w, 50) ? 22 : below(w, 25);
    word_t at = some_address(w);
    if (log2 == 1) /* that is everything: only where it does no harm to the image */
        log2 = 0;
    if (percent(w, 3))
        at = percent(w, 50) ? w->kip : rooms[w->space].utcb;
    return (at & ~L4_SizeMask(log2) & L4_FPAGE_BASE_MASK) | log2 << L4_FPAGE_SIZE_SHIFT | rights;
}

static word_t io_fpage(struct worker *w, word_t rights)
{
    word_t log2 = below(w, 4);
    return (PORTS + (below(w, 64) & ~L4_SizeMask(log2))) << L4_FPAGE_IO_PORT_SHIFT | log2 << L4_FPAGE_IO_SIZE_SHIFT |
           L4_FPAGE_IO_TYPE << L4_FPAGE_SIZE_SHIFT | rights;
}

/* ---- calls without IPC */

static void fuzz_unmap(struct worker *w)
{
    word_t fpages[L4_NUM_MRS], last = percent(w, 97) ? below(w, 4) : 63;
    bool root = w->space == 0;
    for (word_t i = 0; i <= last; i++) {
        fpages[i] = some_fpage(w);
        if (percent(w, 8))
            fpages[i] = percent(w, 50) ? io_fpage(w, 7) : 0;
        else if (!root && percent(w, 2))
            fpages[i] = (percent(w, 50) ? L4_FPAGE_COMPLETE : L4_FPAGE_COMPLETE_IO) | 7;
    }
    if (percent(w, 70))
        for (word_t i = 0; i <= last; i++)
            fpages[i] |= 7;
    put(0, fpages, last + 1, 1);
    struct regs r = {.eax = last | (percent(w, 40) ? L4_UNMAP_FLUSH : 0), .esi = fpages[0],
                     .edi = (word_t)utcb_now()};
    fuzz_call(w, UNMAP, &r);
}

static void fuzz_exregs(struct worker *w)
{
    word_t dest = some_thread(w, true), control = 0;
    struct worker *v = worker_of(dest);
    struct regs r = {.eax = dest};
    if (dest == keeper_id || (!v && !L4_IsLocalId(L4_ThreadIdOfRaw(dest))))
        v = NULL;
    else if (percent(w, 85))
        control = chance(w) & 0x3FF;
    if (percent(w, 50))
        control &= ~(word_t)(L4_EXREGS_SP | L4_EXREGS_IP);
    if (percent(w, 70)) /* few halts, and not for long */
        control &= ~(word_t)L4_EXREGS_HALT;
    if (percent(w, 80))
        control &= ~(word_t)L4_EXREGS_PAGER;
    r.edx = percent(w, 50) ? chance(w) | 0x80000000 : 0;
    r.esi = percent(w, 85) ? (word_t)worker_entry : percent(w, 50) ? 0xC0000000 | chance(w) : below(w, 64);
    r.edi = chance(w);
    r.ebx = chance(w);
    r.ebp = percent(w, 60) ? keeper_id : some_thread(w, false);
    if (control & (L4_EXREGS_SP | L4_EXREGS_FLAGS))
        control |= L4_EXREGS_IP; /* no stack and no flags but its own: worker_entry takes those */
    r.ecx = control;
    fuzz_call(w, EXREGS, &r);
}

static void fuzz_clock(struct worker *w)
{
    static uint64_t last;
    struct regs r = {0};
    uint64_t before = last;
    fuzz_call(w, CLOCK, &r);
    uint64_t now = (uint64_t)r.edx << 32 | r.eax;
    if (now < before)
        bad_flags++; /* time runs backwards */
    last = now;
}

static void fuzz_switch(struct worker *w)
{
    struct regs r = {.eax = percent(w, 30) ? 0 : some_thread(w, true)}, before = r;
    fuzz_call(w, SWITCH, &r);
    bad_flags += r.eax != before.eax;
}

static void fuzz_schedule(struct worker *w)
{
    struct regs r = {.eax = some_thread(w, true), .ecx = ~0ul, .edx = ~0ul, .esi = ~0ul, .edi = ~0ul};
    if (!worker_of(r.eax) && !L4_IsLocalId(L4_ThreadIdOfRaw(r.eax))) { /* the keeper and sigma0 keep their time */
        fuzz_call(w, SCHEDULE, &r);
        return;
    }
    if (percent(w, 50))
        r.ecx = 80 + below(w, 21);
    if (percent(w, 30))
        r.edx = some_period(w) << 16 | (percent(w, 80) ? L4_TIME_NEVER : some_period(w));
    if (percent(w, 10))
        r.esi = below(w, 3);
    if (percent(w, 20))
        r.edi = below(w, 110) << 16 | below(w, 5000);
    if (percent(w, 5))
        r.ecx = 256 + below(w, 1000);
    fuzz_call(w, SCHEDULE, &r);
}

static void fuzz_processor(struct worker *w)
{
    struct regs r = {.eax = below(w, 3), .ecx = chance(w), .edx = chance(w), .esi = chance(w)};
    fuzz_call(w, PROCESSOR, &r);
}

static void fuzz_memory(struct worker *w)
{
    static const uint8_t values[] = {0, 0, 0, 1, 1, 2, 2, 4, 4, 5, 8, 3, 99};
    word_t fpages[L4_NUM_MRS], last = percent(w, 95) ? below(w, 3) : below(w, 80);
    word_t words = last < L4_NUM_MRS ? last + 1 : L4_NUM_MRS;
    for (word_t i = 0; i < words; i++)
        fpages[i] = percent(w, 5) ? 0 : (some_fpage(w) & ~3ul) | below(w, 4);
    put(0, fpages, words, 1);
    struct regs r = {.eax = last, .ecx = values[below(w, sizeof values)], .edx = values[below(w, sizeof values)],
                     .esi = fpages[0], .edi = (word_t)utcb_now(), .ebx = values[below(w, 8)], .ebp = values[below(w, 8)]};
    fuzz_call(w, MEMORY, &r);
}

/* ---- ThreadControl and SpaceControl: what a thread's life is made of, step by step */

static word_t next_version(word_t id)
{
    id = (id & ~(word_t)L4_ID_VERSION_MASK) | ((id + 1) & L4_ID_VERSION_MASK);
    return id & 63 ? id : id + 1;
}

static word_t some_utcb(struct worker *w, const struct worker *v)
{
    const struct room *room = &rooms[v->space];
    word_t mine = (word_t)(v - workers) + 16;
    if (percent(w, 12))
        return chance(w); /* anywhere */
    if (percent(w, 8))
        mine = 4 + below(w, 60); /* somebody else's, but the gardener's, or beyond */
    return room->utcb + 512 * (mine & (L4_SizeMask(room->utcb_log2) >> 9));
}

static word_t member_of(struct worker *w, word_t space)
{
    if (space == 0 && percent(w, 50))
        return keeper_id;
    for (int tries = 0; tries < 12; tries++) {
        struct worker *v = &workers[below(w, SLOTS)];
        if (v->space == space && v->state != NONE)
            return v->id;
    }
    return some_thread(w, true);
}

static word_t thread_control(struct worker *w, word_t dest, word_t space, word_t scheduler, word_t pager, word_t utcb)
{
    if (space == ((first_number - FIRST_NUMBER) << L4_ID_VERSION_BITS | 1))
        space = L4_ID_ANY; /* not into sigma0's: a thread there owns all memory */
    struct regs r = {.eax = dest, .ecx = pager, .edx = scheduler, .esi = space, .edi = utcb};
    return fuzz_call(w, THREADCONTROL, &r);
}

static void forget(struct worker *v)
{
    v->state = NONE;
    v->stuck = 0;
}

static const struct room places[] = {
    {L4_PECAN_INITIAL_KIP, L4_PECAN_INITIAL_UTCB, 17},
    {L4_PECAN_INITIAL_KIP, 0xB0000000, 14},
    {0xA8000000, 0xA8001000, 12},
    {0x90000000, 0x90400000, 15},
};

static word_t odd_area(struct worker *w)
{
    static const word_t areas[] = {0, 0xBF0000B0, 0xC00000C0, 0xBFF000C0, 0x00000010, 0x00000200, 0xFFFFF0C0, 0x80000200};
    return percent(w, 80) ? areas[below(w, sizeof areas / sizeof *areas)] : chance(w);
}

static void odd_areas(struct worker *w, struct regs *r)
{
    *r = (struct regs){.eax = r->eax, .edx = places[0].kip | 12 << 4, .esi = places[0].utcb | 17 << 4};
    if (percent(w, 50))
        r->edx = odd_area(w);
    else
        r->esi = odd_area(w);
}

static void fuzz_create(struct worker *w, struct worker *v)
{
    word_t id = next_version(v->id), space = below(w, SPACES);
    word_t scheduler = percent(w, 50) ? keeper_id : percent(w, 90) ? some_thread(w, true) : odd_thread(w);
    if (percent(w, 40)) { /* a fresh space; nobody is in it, or we lose sight of those that are */
        space = 1 + below(w, SPACES - 1);
        if (thread_control(w, id, id, scheduler, percent(w, 90) ? 0 : keeper_id, ~0ul) == 0) {
            rooms[space] = (struct room){0};
            v->space = (uint8_t)space;
            v->id = id;
                    v->state = INACTIVE;
        }
        return;
    }
    v->space = (uint8_t)space;
    bool active = percent(w, 40);
    word_t utcb = active || percent(w, 50) ? some_utcb(w, v) : ~0ul;
    if (thread_control(w, id, member_of(w, space), scheduler, active ? keeper_id : 0, utcb) == 0) {
        v->id = id;
            v->state = INACTIVE;
    }
}

/* Brings an inactive thread one step further. */
static void fuzz_activate(struct worker *w, struct worker *v)
{
    word_t utcb = some_utcb(w, v), pager = percent(w, 85) ? keeper_id : some_thread(w, false);
    if (thread_control(w, v->id, v->id, percent(w, 80) ? 0 : some_thread(w, true), pager, utcb) != 0)
        return;
    v->local = utcb + L4_UTCB_U;
    v->state = RUNNING;
    utcb_now()[L4_UTCB_SENDER / 4] = pager; /* the start message comes from the pager, or says so */
    const word_t start[] = {(word_t)worker_entry, 0};
    put(1, start, 2, 1);
    struct regs r = {.eax = v->id, .ecx = L4_TIME_ZERO << 16, .esi = L4_TAG_PROPAGATED | (percent(w, 95) ? 2 : below(w, 64)),
                     .edi = (word_t)utcb_now()};
    fuzz_call(w, IPC, &r);
}

static void fuzz_modify(struct worker *w, struct worker *v)
{
    word_t id = v->id, space = id, scheduler = 0, pager = 0, utcb = ~0ul;
    if (percent(w, 25))
        id = next_version(id);
    if (percent(w, 30))
        scheduler = percent(w, 50) ? keeper_id : some_thread(w, true);
    if (percent(w, 15) && v->state == RUNNING)
        pager = percent(w, 80) ? keeper_id : some_thread(w, false);
    if (percent(w, 8))
        utcb = some_utcb(w, v);
    word_t to = v->space;
    if (percent(w, 12)) { /* to another space */
        to = below(w, SPACES);
        space = member_of(w, to);
    } else if (id != v->id) {
        space = percent(w, 50) ? v->id : id;
    }
    if (thread_control(w, id, space, scheduler, pager, utcb) == 0) {
        v->id = id;
        v->space = (uint8_t)to;
        if (utcb != ~0ul && v->state == RUNNING)
            v->local = utcb + L4_UTCB_U;
    }
}

static void fuzz_odd_control(struct worker *w)
{
    word_t dest = odd_thread(w), pager = odd_thread(w);
    struct worker *v = worker_of(dest);
    if (dest == keeper_id || dest >> L4_ID_VERSION_BITS == first_number - FIRST_NUMBER)
        dest = 0;
    if (v && v == w)
        dest = w->local;
    else if (v)
        forget(v);
    if (dest && dest >> L4_ID_VERSION_BITS < 16) /* a line: to a worker, to nobody, and back */
        thread_control(w, dest, dest, 0, percent(w, 70) ? some_thread(w, true) : percent(w, 70) ? dest : pager, ~0ul);
    else
        thread_control(w, dest, percent(w, 60) ? some_thread(w, true) : 0, odd_thread(w), pager, some_utcb(w, w));
}

static void fuzz_thread_control(struct worker *w)
{
    struct worker *v = &workers[below(w, SLOTS)];
    if (percent(w, 20)) {
        fuzz_odd_control(w);
    } else if (v->state == NONE) {
        fuzz_create(w, v);
    } else if (v->state == INACTIVE && percent(w, 70)) {
        fuzz_activate(w, v);
    } else if (percent(w, 12)) {
        word_t id = v->id;
        forget(v); /* before: it may be ourselves */
        thread_control(w, id, 0, 0, 0, ~0ul);
    } else {
        fuzz_modify(w, v);
    }
}

/* The root space keeps the whole thing going: no quota, no redirector for it.  Only the kernel knows which thread is where. */
static bool is_in_root(struct worker *w, word_t id)
{
    struct regs r = {.eax = id, .ecx = L4_PECAN_SPACE_READ | L4_PECAN_KMEM_QUOTA};
    return fuzz_call(w, SPACECONTROL, &r) != 0 || r.ecx == (word_t)ROOT_QUOTA << 12;
}

/* A thread's place in the world is taken away and built anew, with the mistakes that can be made. */
static void remake(struct worker *w, struct worker *v, const struct room *place)
{
    word_t id = next_version(v->id), space = 1 + below(w, SPACES - 1);
    struct regs r = {.eax = id};
    if (v == w || v->space == 0)
        return;
    forget(v);
    thread_control(w, id, 0, 0, 0, ~0ul);
    if (thread_control(w, id, id, keeper_id, 0, ~0ul) != 0)
        return;
    v->id = id;
    v->space = (uint8_t)space;
    v->state = INACTIVE;
    rooms[space] = (struct room){0};
    for (word_t n = 1 + below(w, 3); n--; r.eax = id) {
        odd_areas(w, &r);
        if (fuzz_call(w, SPACECONTROL, &r) == 0)
            break;
    }
    r = (struct regs){.eax = id, .edx = place->kip | 12 << 4, .esi = place->utcb | place->utcb_log2 << 4};
    if (percent(w, 70) && fuzz_call(w, SPACECONTROL, &r) == 0)
        rooms[space] = *place;
}

/* A space that may have no more: another thread does not fit. */
static void squeeze(struct worker *w, struct worker *v)
{
    struct regs r = {.eax = v->id, .ecx = L4_PECAN_SPACE_QUOTA | below(w, 12)};
    word_t id = v->id, space = v->space;
    if (is_in_root(w, id) || fuzz_call(w, SPACECONTROL, &r) != 0)
        return;
    for (int i = 0; i < SLOTS; i++) {
        v = &workers[i];
        if (v->state == NONE && percent(w, 30) &&
            thread_control(w, next_version(v->id), id, keeper_id, percent(w, 50) ? keeper_id : 0, some_utcb(w, v)) == 0) {
            v->id = next_version(v->id);
            v->state = INACTIVE;
            v->space = (uint8_t)space;
        }
    }
    r = (struct regs){.eax = id, .ecx = L4_PECAN_SPACE_QUOTA};
    if (percent(w, 80))
        fuzz_call(w, SPACECONTROL, &r);
}

static void fuzz_space_control(struct worker *w)
{
    struct worker *v = some_worker(w);
    for (int tries = 0; tries < 8 && (v->state != INACTIVE || rooms[v->space].utcb); tries++)
        v = some_worker(w);
    if (percent(w, 12)) {
        squeeze(w, some_worker(w));
        return;
    }
    struct room place = places[below(w, sizeof places / sizeof *places)];
    if (percent(w, 8)) {
        remake(w, some_worker(w), &place);
        return;
    }
    struct regs r = {.eax = percent(w, 80) ? v->id : odd_thread(w),
                     .edx = place.kip | 12 << 4, .esi = place.utcb | place.utcb_log2 << 4};
    if (percent(w, 30)) /* places where nothing can be */
        odd_areas(w, &r);
    bool old = !worker_of(r.eax) || is_in_root(w, r.eax);
    if (old)
        r.edi = 0;
    else
        r.edi = percent(w, 50) ? L4_ID_ANY : percent(w, 80) ? 0 : some_thread(w, true);
    if (percent(w, 20))
        r.ecx = percent(w, 80) || old ? L4_PECAN_SPACE_READ | below(w, 7) : chance(w) & L4_PECAN_SPACE_OP_MASK;
    else if (percent(w, 20) && !old)
        r.ecx = L4_PECAN_SPACE_QUOTA | (percent(w, 40) ? 0 : 2 + below(w, 40));
    word_t control = r.ecx, id = r.eax, redirector = r.edi;
    if (fuzz_call(w, SPACECONTROL, &r) == 0 && !control && r.eax && !rooms[v->space].utcb)
        rooms[v->space] = place;
    if (redirector && redirector != L4_ID_ANY && is_in_root(w, id)) { /* it has come there since we asked */
        r = (struct regs){.eax = id, .edi = L4_ID_ANY};
        fuzz_call(w, SPACECONTROL, &r);
    }
}

/* ---- not calls: memory, ports, FPU, exceptions */

static void touch(struct worker *w)
{
    volatile word_t *p = (volatile word_t *)(some_address(w) & ~3ul);
    if (percent(w, 50))
        for (int i = 0; i < 4; i++)
            ((volatile uint8_t *)p)[i] = (uint8_t)(TRAPS >> 8 * below(w, 4));
    else
        (void)*p;
}

static bool is_trap(word_t byte)
{
    for (word_t traps = TRAPS; traps; traps >>= 8)
        if ((traps & 0xFF) == byte)
            return true;
    return false;
}

void arena_look(word_t at, word_t words, const struct worker *w)
{
    for (word_t end = at + words * 4; at < end; at += 4) {
        word_t value = *(volatile word_t *)at;
        for (int shift = 0; shift < 32; shift += 8)
            if (!is_trap(value >> shift & 0xFF) && !foreign_bytes++)
                foreign = (struct foreign){value, at, w->id, w->space, total};
    }
}

static void look(struct worker *w)
{
    arena_look(hot_page(w) + below(w, PAGE / 64) * 64, 16, w);
}

/* What a thread knows of its numbers lies in its UTCB, which is new when the thread is. */
static void compute(struct worker *w)
{
    enum { FRESH, UNKNOWN, KNOWN };
    volatile word_t *state = utcb_now() + L4_UTCB_THREAD_WORD0 / 4, *value = utcb_now() + L4_UTCB_THREAD_WORD1 / 4;
    word_t before = *state;
    *state = UNKNOWN; /* a worker that is restarted in between does not know */
    if (before == FRESH)
        fpu_leaks += fpu_tags() != 0xFFFF;
    if (before == KNOWN)
        fpu_leaks += fpu_get() != *value;
    *value = chance(w) >> 1;
    fpu_set(*value);
    *state = KNOWN;
}

static void rattle(struct worker *w)
{
    w->doing = COMPUTING;
    switch (below(w, 4)) {
    case 0:
        do_exception(chance(w));
        break;
    case 1:
        do_in(PORTS + below(w, 64));
        break;
    case 2:
        utcb_now()[L4_UTCB_EXC_HANDLER / 4] = percent(w, 70) ? keeper_id : percent(w, 90) ? some_thread(w, true) : 0;
        break;
    default:
        __asm__ volatile("movb %0, (%1)" : : "q"((uint8_t)(chance(w) & 0xE0)), "r"((char *)utcb_now() + L4_UTCB_FLAGS));
    }
    bad_flags += (flags_here() & 0x33200) != 0x200; /* IF; no IOPL, VM, RF */
}

/* ---- the loop */

static void turn(struct worker *w)
{
    static void (*const cheap[])(struct worker *) = {
        fuzz_unmap, fuzz_exregs, fuzz_schedule, fuzz_switch, fuzz_clock, touch, look, compute, fuzz_unmap, fuzz_exregs,
        touch, fuzz_memory, fuzz_processor, fuzz_schedule,
    };
    word_t lot = below(w, 100);
    if (lot < 42)
        fuzz_ipc(w);
    else if (lot < (w->space ? 44 : 60))
        fuzz_thread_control(w);
    else if (lot < (w->space ? 46 : 66))
        fuzz_space_control(w);
    else if (lot < 68)
        rattle(w);
    else
        cheap[below(w, sizeof cheap / sizeof *cheap)](w);
}

void worker_begin(word_t number);
void worker_begin(word_t number)
{
    struct worker *w = &workers[number];
    w->kip = kip_here();
    w->local = (word_t)utcb_now();
    w->id = utcb_now()[L4_UTCB_GLOBAL_ID / 4];
    w->state = RUNNING;
    if (!utcb_now()[L4_UTCB_EXC_HANDLER / 4])
        utcb_now()[L4_UTCB_EXC_HANDLER / 4] = keeper_id;
    for (;;) {
        w->doing = COMPUTING;
        w->turns++;
        turn(w);
    }
}
