/* SPDX-License-Identifier: MIT */
/* links: kernel/transfer.c kernel/strings.c kernel/timer.c */
/* flags: -include tests/fuzz-host/seam.h */
/* Typed items, string descriptors and buffers of any shape, missing pages on both sides.  The model copies byte after byte,
 * as sections 5.4 to 5.6 of the specification tell it. */
#include "input.h"
#include "kernel/fault.h"
#include "kernel/io.h"
#include "kernel/ipc.h"
#include "kernel/kip.h"
#include "kernel/map.h"
#include "kernel/sched.h"
#include "kernel/strings.h"
#include "kernel/timer.h"

enum { PAGES = 16, LOW_PAGES = 14, SIDES = 2, NO_PAGE = -1 };
#define PAGE_0 0x20000000u
#define LAST_PAGES (USER_LIMIT - (PAGES - LOW_PAGES) * PAGE_SIZE)

static struct side {
    struct space space;
    struct thread thread;
    struct l4_utcb utcb;
    word_t entry[PAGES];
} side[SIDES]; /* 0 sends, 1 receives */
static uint8_t memory[SIDES * PAGES * PAGE_SIZE], wanted[sizeof memory], pattern[sizeof memory];
static struct l4_utcb receiver_before;
static word_t empty_directory;

struct thread *host_current;
uint8_t sched_wanted;
word_t pistachio;

static struct {
    word_t send, window, base;
    bool grant, io;
} mapped[64], expected_map[64];
static unsigned maps, expected_maps;
static unsigned map_fails_at; /* the how many-th map item runs out of memory */

/* ---- the rest of the kernel, as far as a transfer knows it */

static int page_index(vaddr_t v)
{
    if (v >= LAST_PAGES && v < USER_LIMIT)
        return LOW_PAGES + (int)((v - LAST_PAGES) >> PAGE_BITS);
    if (v >= PAGE_0 && v - PAGE_0 < LOW_PAGES * PAGE_SIZE)
        return (int)((v - PAGE_0) >> PAGE_BITS);
    return NO_PAGE;
}

static struct side *side_of(struct space *s)
{
    return s == &side[0].space ? &side[0] : &side[1];
}

static paddr_t frame_of(const struct side *s, int page)
{
    return (paddr_t)((s - side) * PAGES + page) * PAGE_SIZE;
}

word_t *arch_table_entry(struct space *s, vaddr_t v)
{
    int page = page_index(v);
    REQUIRE(v < USER_LIMIT);
    return page == NO_PAGE ? NULL : &side_of(s)->entry[page];
}

word_t *arch_directory_entry(struct space *s, vaddr_t v)
{
    (void)s;
    REQUIRE(v < USER_LIMIT);
    return &empty_directory;
}

void arch_copy(paddr_t to, paddr_t from, uint32_t size)
{
    REQUIRE(size && (to & PAGE_MASK) + size <= PAGE_SIZE && (from & PAGE_MASK) + size <= PAGE_SIZE);
    REQUIRE(to >= PAGES * PAGE_SIZE && to < sizeof memory && from < PAGES * PAGE_SIZE);
    memcpy(memory + to, memory + from, size);
}

int fault_in_copy(struct thread *self, word_t address, bool write)
{
    struct side *s = side_of(self->space);
    int page = page_index(address);
    REQUIRE(write == (s == &side[1]) && (page == NO_PAGE || !(s->entry[page] & ENTRY_PRESENT) || write));
    if (page == NO_PAGE)
        return L4_IPC_NO_PARTNER; /* the pager is gone */
    s->entry[page] = frame_of(s, page) | ENTRY_PRESENT | (write ? ENTRY_WRITE : 0);
    return IPC_OK;
}

void arch_switch_to(struct thread *next)
{
    struct thread *was = host_current;
    host_current = next;
    if (next->copy_fault)
        string_serve(next);
    host_current = was;
}

int sched_preempt_in_kernel(void) { return 0; }
void sched_enqueue(struct thread *t) { (void)t; }
void sched_tick(uint32_t us) { (void)us; }
void thread_leave_fast(struct thread *t) { (void)t; }
void ipc_abort(struct thread *t, int error) { (void)t; (void)error; }
void ipc_expire(struct thread *t) { (void)t; }
uint64_t arch_clock_us(void) { return 0; }
uint64_t arch_tick_us(void) { return 0; }
void panic(const char *format, ...)
{
    fprintf(stderr, "panic: %s\n", format);
    abort();
}

static int note_map(word_t send, word_t window, word_t base, bool grant, bool io)
{
    REQUIRE(maps < 64);
    mapped[maps].send = send;
    mapped[maps].window = window;
    mapped[maps].base = base;
    mapped[maps].grant = grant;
    mapped[maps].io = io;
    return ++maps == map_fails_at ? L4_IPC_OVERFLOW : IPC_OK;
}

/* A large one comes in pieces, with pauses between them. */
int map_fpage(struct space *from, word_t send, struct space *to, word_t window, word_t base, bool grant,
              word_t *done, bool blocks)
{
    REQUIRE(from == &side[0].space && to == &side[1].space && !(base & 0x3FF));
    REQUIRE(blocks == (*done > 0));
    if ((send >> 12 & 3) > *done) {
        ++*done;
        return IPC_PENDING;
    }
    return note_map(send, window, base, grant, false);
}

int io_map(struct space *from, word_t fpage, struct space *to, word_t window, bool grant, struct io_cut *cut)
{
    REQUIRE(from == &side[0].space && to == &side[1].space && !cut->changes);
    return note_map(fpage, window, 0, grant, true);
}

/* ---- the model */

struct reader {         /* a chain of descriptors, byte by byte */
    const word_t *reg;  /* in the order of their numbers */
    word_t at, end;
    word_t left_in_piece, pieces, length, address;
    bool more;
};

/* 1: a byte at r->address; 0: no more; -1: malformed. */
static int next_byte(struct reader *r)
{
    while (!r->left_in_piece) {
        while (!r->pieces) {
            if (!r->more)
                return 0;
            if (r->at >= r->end || (r->reg[r->at] & 8))
                return -1;
            word_t d = r->reg[r->at++];
            r->pieces = (d >> 4 & 31) + 1;
            if (r->pieces > r->end - r->at)
                return -1;
            r->length = d >> 10;
            r->more = d >> 9 & 1;
        }
        r->pieces--;
        r->address = r->reg[r->at++];
        r->left_in_piece = r->length;
    }
    return 1;
}

static void consume(struct reader *r)
{
    r->left_in_piece--;
    r->address++;
}

static int skip(struct reader *r)
{
    do {
        r->at += r->pieces;
        r->pieces = r->left_in_piece = 0;
        if (!r->more)
            return 0;
        if (r->at >= r->end || (r->reg[r->at] & 8))
            return -1;
        word_t d = r->reg[r->at++];
        r->pieces = (d >> 4 & 31) + 1;
        r->more = d >> 9 & 1;
    } while (r->pieces <= r->end - r->at);
    return -1;
}

static bool zero_limit;         /* a transfer timeout is over at once */
static word_t model_entry[SIDES][PAGES];
static word_t model_bytes;

/* The page of side s at v becomes usable, or the error that ends the message. */
static int model_touch(int s, vaddr_t v)
{
    int page = page_index(v);
    word_t need = ENTRY_PRESENT | (s ? ENTRY_WRITE : 0);
    if (page != NO_PAGE && (model_entry[s][page] & need) == need)
        return IPC_OK;
    if (zero_limit)
        return s ? L4_IPC_XFER_PARTNER : L4_IPC_XFER_INVOKER; /* as the sender sees it */
    if (page == NO_PAGE)
        return L4_IPC_ABORTED;
    model_entry[s][page] = need;
    return IPC_OK;
}

static int model_string(struct reader *from, struct reader *to)
{
    for (;;) {
        int more = next_byte(from);
        if (more <= 0)
            return more ? L4_IPC_OVERFLOW : skip(to) ? L4_IPC_OVERFLOW : IPC_OK;
        if (next_byte(to) <= 0 || from->address >= USER_LIMIT || to->address >= USER_LIMIT)
            return L4_IPC_OVERFLOW;
        int err = model_touch(0, from->address);
        if (!err)
            err = model_touch(1, to->address);
        if (err)
            return err;
        wanted[frame_of(&side[1], page_index(to->address)) + (to->address & PAGE_MASK)] =
            wanted[frame_of(&side[0], page_index(from->address)) + (from->address & PAGE_MASK)];
        consume(from);
        consume(to);
        model_bytes++;
    }
}

static int model_item(const word_t *mr, word_t *at, word_t end, word_t *buffer, const word_t *br, word_t window)
{
    word_t item = mr[*at];
    if (!(item & 8)) {
        if (!*buffer)
            return L4_IPC_OVERFLOW;
        struct reader from = {.reg = mr, .at = *at, .end = end, .more = true};
        struct reader to = {.reg = br, .at = *buffer, .end = 33, .more = true};
        int err = model_string(&from, &to);
        if (!err) {
            *buffer = br[*buffer] & 1 ? to.at : 0;
            *at = from.at;
        }
        return err;
    }
    if ((item & 14) > 10 || end - *at < 2)
        return L4_IPC_OVERFLOW;
    word_t send = mr[*at + 1];
    bool io = (send >> 4 & 63) == 2, io_window = (window >> 4 & 63) == 2;
    *at += 2;
    if (!send)
        return IPC_OK;
    if (!window || (!io && io_window))
        return L4_IPC_OVERFLOW;
    expected_map[expected_maps].send = send;
    expected_map[expected_maps].window = window;
    expected_map[expected_maps].base = io ? 0 : item & ~0x3FFu;
    expected_map[expected_maps].grant = (item & 14) == 10;
    expected_map[expected_maps].io = io;
    return ++expected_maps == map_fails_at ? L4_IPC_OVERFLOW : IPC_OK;
}

/* ---- inputs */

static word_t take_address(struct input *in)
{
    unsigned shape = take(in, 1);
    switch (shape % 8) {
    default: /* anywhere on our pages, */
        return PAGE_0 + (shape / 8 << 8 | take(in, 1)) % (LOW_PAGES * PAGE_SIZE);
    case 4: case 5: /* at the edge of two, */
        return PAGE_0 + (1 + shape / 8 % 13) * PAGE_SIZE - take(in, 1) % 40;
    case 6: /* at the end of user memory, */
        return USER_LIMIT - take(in, 1) % 64 - (shape & 8 ? PAGE_SIZE : 0);
    case 7: /* beyond all pages */
        return shape & 8 ? PAGE_0 + LOW_PAGES * PAGE_SIZE - take(in, 1) : 0u - take(in, 1);
    }
}

/* Items, one after the other, into w[1 .. limit); most are well formed.  Answers where the last one ends. */
static word_t take_items(struct input *in, word_t *w, word_t limit, bool buffers)
{
    word_t at = 1;
    while (at < limit && input_left(in)) {
        unsigned shape = take(in, 1);
        if (shape >= 0xF0) {
            w[at++] = take(in, 4);
        } else if (!buffers && shape % 8 == 0) {
            w[at++] = take(in, 2) << 16 | 8 | (shape >> 4 & 3);
            if (at < limit)
                w[at++] = shape & 64 ? take(in, 4) : take(in, 2) << 12 | 12 << 4 | 7;
        } else {
            word_t j = shape & 128 ? take(in, 1) % 32 : shape >> 1 & 3, length = take(in, 1);
            w[at++] = (shape & 8 ? length * 40 : length) << 10 | j << 4 | (shape & 16 ? 0x200 : 0) | (shape & 32 ? 1 : 0);
            for (; j + 1 > 0 && at < limit; j--)
                w[at++] = take_address(in);
        }
    }
    return at;
}

static void take_side(struct input *in, int s)
{
    struct side *me = &side[s];
    unsigned there = take(in, 2), writable = take(in, 2);
    memset(me, 0, sizeof *me);
    for (int i = 0; i < PAGES; i++)
        if (!(there >> i & 1)) /* inputs that end early have all pages */
            me->entry[i] = frame_of(me, i) | ENTRY_PRESENT | (writable >> i & 1 ? 0 : ENTRY_WRITE);
    me->thread.id = 0x1234001 + (word_t)s;
    me->thread.space = &me->space;
    me->thread.utcb = &me->utcb;
    me->thread.kind = IPC_USER;
    me->thread.state = s ? THREAD_RECEIVING : THREAD_READY;
    list_init(&me->thread.in_wheel);
    list_init(&me->thread.in_queue);
    static const uint16_t limits[] = {0, 0x0400, 50, 0x7C00};
    me->utcb.xfer_timeouts = (word_t)limits[take(in, 1) & 3] << 16 | limits[take(in, 1) & 3];
}

/* Where the next item begins: two words, or a string descriptor with its pointers, and another one as long as each says so. */
static word_t behind_item(const word_t *mr, word_t at, word_t end)
{
    bool more = true;
    while (more && at < end) {
        bool string = !(mr[at] & 8);
        more = string && (mr[at] & 0x200);
        at += string ? 2 + (mr[at] >> 4 & 31) : 2;
    }
    return at < end ? at : end;
}

static void memory_reset(void)
{
    if (!pattern[1])
        for (size_t i = 0; i < sizeof memory; i++)
            pattern[i] = (uint8_t)((i * 2654435761u) >> 13);
    memcpy(memory, pattern, sizeof memory);
    memcpy(wanted, memory, sizeof memory);
}

static void check_registers(const word_t *mr, word_t u, word_t done, word_t end, word_t starts[])
{
    const word_t *got = (const word_t *)side[1].utcb.mr;
    for (word_t i = 0; i <= u; i++) /* tag and untyped words are not its business */
        REQUIRE(got[i] == receiver_before.mr[i]);
    for (word_t i = u + 1, item = 0; i < done; i++) {
        bool first = starts[item] == i;
        item += first;
        bool last = first && (starts[item] ? starts[item] : done) >= end;
        REQUIRE(got[i] == (!first ? mr[i] : last ? mr[i] & ~1u : mr[i] | 1));
    }
    for (word_t i = done > u ? done : u + 1; i < 64; i++)
        REQUIRE(got[i] == receiver_before.mr[i]);
    REQUIRE(!memcmp(&side[1].utcb, &receiver_before, offsetof(struct l4_utcb, mr)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};
    word_t mr[64], br[33], starts[65] = {0};
    timer_init();
    take_side(&in, 0);
    take_side(&in, 1);
    map_fails_at = take(&in, 1) % 20;
    word_t u = take(&in, 1), t = take(&in, 1), flags = take(&in, 2), body[64] = {0}, used;
    u = u < 128 ? u % 8 : u % 64;
    bool odd = t >= 240;
    memset(br, 0, sizeof br);
    br[0] = (flags & 1 ? 0 : 1) | (flags & 2 ? 0 : 0x10) | (flags & 4 ? take(&in, 4) & ~15u : 0);
    take_items(&in, br, 33, true);
    used = take_items(&in, body, 64, false) - 1;
    t = odd ? t % 64 : used;            /* most tags tell what is there */
    if (u + t > 63)
        t = 63 - u;
    mr[0] = 0x4321u << 16 | (flags & 0xF000) | t << 6 | u;
    for (word_t i = 0; i < 64; i++) {
        if (i)
            mr[i] = i <= u ? 0x10000001u * i : body[i - u];
        side[0].utcb.mr[i] = mr[i];
        side[1].utcb.mr[i] = 0xEEEE0000u + i;
    }
    for (int i = 0; i < 33; i++)
        (&side[1].utcb.br0)[-i] = br[i];
    memory_reset();
    static const enum ipc_kind kinds[] = {IPC_USER, IPC_USER, IPC_PAGE_FAULT, IPC_IO_FAULT, IPC_START, IPC_EXCEPTION, IPC_USER, IPC_USER};
    static const word_t windows[] = {0, 0, 0x10, 0x10, 0, 0, 0, 0};
    unsigned kind = flags >> 4 & 7;
    bool user = kinds[kind] == IPC_USER;
    word_t window = user ? br[0] & ~15u : windows[kind];
    side[1].thread.kind = kinds[kind];
    receiver_before = side[1].utcb;
    maps = expected_maps = 0;
    model_bytes = 0;
    for (int s = 0; s < SIDES; s++)
        for (int i = 0; i < PAGES; i++)
            model_entry[s][i] = side[s].entry[i];
    zero_limit = timeout_is_zero((uint16_t)(side[0].utcb.xfer_timeouts >> 16)) ||
                 timeout_is_zero((uint16_t)side[1].utcb.xfer_timeouts);

    int expected = IPC_OK;
    word_t at = u + 1, end = u + 1 + t, items = 0, buffer = user ? br[0] & 1 : 0;
    while (!expected && at < end) {
        starts[items] = at;
        expected = model_item(mr, &at, end, &buffer, br, window);
        if (!expected)
            items++;
    }
    word_t done = expected ? starts[items] : at;
    if (expected == L4_IPC_OVERFLOW) { /* the receiver sees what it had no room for */
        done = behind_item(mr, done, end);
        items++;
    }
    starts[items] = 0;

    host_current = flags & 8 ? &side[1].thread : &side[0].thread; /* either of them may copy */
    side[0].thread.state = flags & 8 ? THREAD_SENDING : THREAD_READY;
    side[1].thread.state = flags & 8 ? THREAD_READY : THREAD_RECEIVING;
    int err = transfer_typed(&side[0].thread, &side[1].thread, (const word_t *)side[0].utcb.mr, u + 1, end);
    REQUIRE(err == expected);
    REQUIRE(!memcmp(memory, wanted, sizeof memory));
    REQUIRE(maps == expected_maps && !memcmp(mapped, expected_map, maps * sizeof mapped[0]));
    if (err) {
        REQUIRE(side[0].thread.error_offset == model_bytes);
        REQUIRE(side[1].thread.error_offset == model_bytes);
    }
    REQUIRE(!side[0].thread.engaged && !side[1].thread.engaged);
    REQUIRE(list_empty(&side[0].thread.in_wheel) && list_empty(&side[1].thread.in_wheel));
    if (user)
        check_registers(mr, u, done, end, starts);
    else
        REQUIRE(!memcmp(&side[1].utcb, &receiver_before, sizeof receiver_before));
    return 0;
}
