/* SPDX-License-Identifier: MIT */
/* links: lib/hurd-mm/anonymous.c lib/hurd-mm/region.c lib/hurd-mm/map.c lib/hurd-mm/frame.c lib/hurd-mm/range.c lib/hurd-mm/slab.c lib/hurd-mm/page.c lib/hurd-mm/pageout.c lib/hurd-mm/swapin.c lib/hurd-mm/room.c lib/hurd-mm/evict.c lib/hurd-mm/policy.c lib/hurd-mm/paged.c lib/hurd-mm/pagein.c lib/hurd-mm/fault.c lib/hurd-mm/hint.c lib/hurd-mm/move.c lib/hurd-mm/store.c */
/* flags: -include tests/host/mm_l4.h */
/* words: 32 */
/* Anonymous memory that goes out and comes in: the pager's code against a physmem of this file.
 * Every page holds a word; what a thread reads must be what was written last, whatever was paged
 * out, moved, unmapped or refused in between, and the frames must balance. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "lib/hurd-mm/paged.h"
#include "lib/hurd-mm/pageout.h"
#include "lib/hurd-mm/worker.h"

enum { P = HURD_MM_PAGE, RW = HURD_VM_READ | HURD_VM_WRITE };
#define LOW_END  0x80000000u
#define HIGH_END 0x9fffffffu
enum { NUMBERS = 0x20000 };              /* pages of that space */

struct mm mm;
L4_Word_t mm_l4_mr[64];

/* ---- physmem ---- */

enum state { HOLE, CORE, OUT };
static struct model_page {
    unsigned char state, rights, used, pinned;
    uint32_t word;
} pages[NUMBERS];
static uint32_t guarantee, charged, quota, on_disk;
static int out_error, in_error;         /* for the next job */
static unsigned maps_of_out;

static struct model_page *at(uintptr_t address)
{
    assert_true(address >= LOW_END && address <= HIGH_END);
    return &pages[(address - LOW_END) / P];
}

int memory_allocate(uintptr_t offset, uintptr_t size)
{
    if (charged + size / P > guarantee)
        return ENOMEM;
    for (uintptr_t a = offset; a - offset < size; a += P) {
        assert_int_equal(at(a)->state, HOLE);
        *at(a) = (struct model_page){.state = CORE};
    }
    charged += size / P;
    mm.room.left -= (int32_t)(size / P);
    return 0;
}

int memory_map(L4_Word_t container, unsigned rights, uintptr_t address, uintptr_t offset,
               uintptr_t size)
{
    assert_int_equal(container, mm.memory);
    assert_int_equal(address, offset);
    for (uintptr_t a = address; a - address < size; a += P) {
        assert_int_not_equal(at(a)->state, HOLE);
        if (at(a)->state == OUT) {
            maps_of_out++;
            return ENXIO;
        }
        at(a)->rights = (unsigned char)rights;
    }
    return 0;
}

int memory_allocate_map(uintptr_t address, uintptr_t size, unsigned rights)
{
    int error = memory_allocate(address, size);
    return error ? error : memory_map(mm.memory, rights, address, address, size);
}

int memory_move(uintptr_t from, uintptr_t to, uintptr_t size)
{
    for (uintptr_t i = 0; i < size; i += P) {
        assert_int_not_equal(at(from + i)->state, HOLE);
        assert_int_equal(at(to + i)->state, HOLE);
        *at(to + i) = *at(from + i);
        at(to + i)->rights = 0;
        *at(from + i) = (struct model_page){0};
    }
    return 0;
}

uintptr_t memory_deallocate(L4_Word_t container, uintptr_t offset, uintptr_t size)
{
    uintptr_t amount = 0;
    assert_int_equal(container, mm.memory);
    for (uintptr_t a = offset; a - offset < size; a += P) {
        charged -= at(a)->state == CORE;
        on_disk -= at(a)->state == OUT;
        amount += at(a)->state != HOLE ? P : 0;
        *at(a) = (struct model_page){0};
    }
    mm.room.left += (int32_t)(amount / P);
    return amount;
}

void memory_hide(uintptr_t first, uintptr_t last, unsigned rights)
{
    for (uintptr_t a = first; a - first <= last - first; a += P)
        at(a)->rights &= (unsigned char)~(rights == HURD_VM_RIGHTS ? 7u : rights);
}

int memory_wire(uintptr_t address, uintptr_t size, unsigned rights)
{
    static bool is_real[NUMBERS];
    bool *real = &is_real[(address - LOW_END) / P];
    (void)rights;
    assert_int_equal(size, P);
    if (!*real)
        assert_ptr_equal(mmap((void *)address, size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0),
                         (void *)address);
    *real = true;
    memset((void *)address, 0, P);
    return 0;
}

void *wired_page_new(void)
{
    if (charged >= guarantee)
        return NULL;
    charged++;
    mm.room.left--;
    return calloc(1, P);
}

static void *slab_page(struct slab *slab)
{
    (void)slab;
    return wired_page_new();
}

int hurd_pm_control_info(L4_ThreadId_t pm, L4_Word_t control, struct hurd_pm_control_info *info)
{
    (void)pm, (void)control;
    *info = (struct hurd_pm_control_info){.guarantee = guarantee, .used = charged};
    return 0;
}

int hurd_pm_swap_info(L4_ThreadId_t pm, L4_Word_t handle, struct hurd_pm_swap_info *info)
{
    (void)pm, (void)handle;
    *info = (struct hurd_pm_swap_info){.quota = quota, .blocks = quota};
    return 0;
}

int hurd_pm_container_info(L4_ThreadId_t pm, L4_Word_t container,
                           struct hurd_pm_container_info *info)
{
    (void)pm, (void)container, (void)info;
    return EBADF;
}

/* How far it comes. */
static int swap_out(uintptr_t offset, uintptr_t size, uintptr_t *done)
{
    for (*done = 0; *done < size; *done += P) {
        struct model_page *p = at(offset + *done);
        if (out_error)
            return out_error;
        if (p->pinned)
            return EBUSY;
        if (on_disk == quota)
            return ENOMEM;
        assert_int_equal(p->state, CORE);       /* the pager has no other reason to ask */
        p->state = OUT;
        p->rights = 0;
        charged--;
        on_disk++;
    }
    return 0;
}

static int swap_in(uintptr_t offset, uintptr_t size, uintptr_t *done)
{
    *done = 0;
    if (in_error)
        return in_error;
    if (charged + size / P > guarantee)
        return ENOMEM;
    for (; *done < size; *done += P) {
        struct model_page *p = at(offset + *done);
        assert_int_equal(p->state, OUT);
        p->state = CORE;
        charged++;
        on_disk--;
    }
    return 0;
}

/* ---- the kernel ---- */

L4_Fpage_t L4_GetStatus(L4_Fpage_t page)
{
    struct model_page *p = at(L4_Address(page));
    L4_Fpage_t status = {p->used ? HURD_VM_READ : 0};
    p->used = 0;
    return status;
}

L4_Fpage_t L4_UnmapFpage(L4_Fpage_t page)
{
    memory_hide(L4_Address(page), L4_Address(page) + (P - 1), HURD_VM_RIGHTS);
    return page;
}

/* ---- the task's threads.  Thread 1 is the program, 10 to 12 are the workers. ---- */

enum { THREADS = 4, WRITER = 10, READER = 11 };
static bool waits[THREADS];             /* for the answer to a fault or a request */
static int violation;                   /* errno of the last report, + 1 */
static struct worker_job jobs[2];
static bool has_job[2];

static L4_ThreadId_t id(unsigned n)
{
    return L4_ThreadIdOfRaw(n << 14 | 1);
}

L4_MsgTag_t L4_Reply(L4_ThreadId_t to)
{
    unsigned n = to.raw >> 14;
    if (n >= WRITER) {
        assert_false(has_job[n - WRITER]);
        memcpy(&jobs[n - WRITER], mm_l4_mr + 1, sizeof *jobs);
        has_job[n - WRITER] = true;
    } else {
        assert_true(waits[n]);
        waits[n] = false;
    }
    return (L4_MsgTag_t){0};
}

void report_violation(L4_ThreadId_t from, uintptr_t address, uintptr_t ip, unsigned access,
                      int error)
{
    (void)address, (void)ip, (void)access;
    violation = error + 1;
    waits[from.raw >> 14] = false;
}

static void ask_for_job(unsigned w, int error, uintptr_t bytes)
{
    if (pagein_job(id(WRITER + w), error, bytes)) {
        memcpy(&jobs[w], mm_l4_mr + 1, sizeof *jobs);
        has_job[w] = true;
    }
}

/* One worker does its job; false: there is none. */
static bool work(unsigned w)
{
    uintptr_t done = 0;
    if (!has_job[w])
        return false;
    has_job[w] = false;
    uintptr_t offset = jobs[w].fault.offset, size = jobs[w].pages * P;
    int error = w == 0 ? swap_out(offset, size, &done) : swap_in(offset, size, &done);
    ask_for_job(w, error, done);
    return true;
}

static bool work_any(void)
{
    bool first = rand() & 1;
    return work(first) || work(!first);
}

static void fault(unsigned n, uintptr_t address, unsigned access)
{
    waits[n] = true;
    if (mm.jobs)
        pagein_forget(id(n));
    if (fault_serve(id(n), address, 0x1000, access))
        waits[n] = false;
}

/* The program touches a page.  False: a violation. */
static bool touch(uintptr_t address, unsigned access)
{
    violation = 0;
    for (unsigned tries = 0; !violation; tries++) {
        struct model_page *p = at(address);
        assert_true(tries < 100);
        if (p->rights & access) {
            assert_int_equal(p->state, CORE);
            p->used = 1;
            return true;
        }
        fault(1, address, access);
        while (waits[1] && work_any())
            ;
        assert_false(waits[1]);         /* nobody will ever answer */
    }
    return false;
}

static bool write_word(uintptr_t address, uint32_t word)
{
    if (!touch(address, HURD_VM_WRITE))
        return false;
    at(address)->word = word;
    return true;
}

static uint32_t read_word(uintptr_t address)
{
    assert_true(touch(address, HURD_VM_READ));
    return at(address)->word;
}

/* As request.c does it. */
#define AGAIN(call)                                                                                \
    ({                                                                                             \
        int e_;                                                                                    \
        while ((e_ = (call)) == EINPROGRESS)                                                       \
            assert_true(work_any());                                                               \
        e_;                                                                                        \
    })

static void start(uint32_t frames, uint32_t disk)
{
    static char records[P] __attribute__((aligned(4096)));
    memset(pages, 0, sizeof pages);
    memset(records, 0, sizeof records);
    memset(has_job, 0, sizeof has_job);
    memset(waits, 0, sizeof waits);
    mm = (struct mm){.memory = 77};
    guarantee = frames;
    quota = disk;
    charged = on_disk = maps_of_out = 0;
    out_error = in_error = violation = 0;
    mm.reserved = (struct store){.class = &reserved_class, .users = 1};
    mm.pool_store = (struct store){.class = &pool_class, .users = 1, .rights = HURD_VM_RIGHTS};
    mm.wired = (struct store){.class = &wired_class, .users = 1, .rights = HURD_VM_RIGHTS};
    mm.anonymous = (struct store){
        .class = &anonymous_class, .users = 1, .rights = HURD_VM_RIGHTS, .container = mm.memory};
    mm.slab = (struct slab){.size = SLAB_RECORD, .new_page = slab_page};
    slab_add_page(&mm.slab, records, sizeof records);
    mm.space = (struct address_space){.low = LOW_END, .high = HIGH_END, .search = LOW_END,
                                      .slab = &mm.slab};
    mm.room = (struct room){.left = (int32_t)frames, .alarm = (int32_t)frames / 4, .low = 8,
                            .high = 8 + 16, .capacity = (int32_t)frames, .guarantee = frames};
    if (frames < 128)
        mm.room.high = 8 + (int32_t)frames / 16;
    policies_start();
    map_insert(&mm.space, P, LOW_END - 1, &mm.wired, P, HURD_VM_RIGHTS, true);  /* this program */
    if (quota) {
        mm.room.swap = SWAP_WANTED;
        for (unsigned w = 0; w < 2; w++) {
            pagein_worker(id(WRITER + w), w == 0 ? JOB_OUT : JOB_IN);
            ask_for_job(w, 0, 0);
        }
        assert_int_equal(mm.room.swap, SWAP_READY);
    }
}

static uintptr_t region(uintptr_t size)
{
    struct region_request r = {.size = size, .rights = RW, .store = &mm.anonymous};
    assert_int_equal(AGAIN(region_create(&r)), 0);
    return r.address;
}

static void finish(uintptr_t a, uintptr_t size)
{
    assert_int_equal(AGAIN(region_destroy(a, size)), 0);
    while (work_any())
        ;
    assert_int_equal(on_disk, 0);
    assert_int_equal(mm.room.watched, 0);
    assert_int_equal(mm.room.leaving + mm.room.coming, 0);
    assert_int_equal(mm.room.left, guarantee - charged);
    assert_int_equal(maps_of_out, 0);
    for (unsigned i = 0; i < NUMBERS; i++)
        if (pages[i].state == OUT)
            fail();
}

/* ---- tests ---- */

static void three_times_the_memory_keeps_every_word(void **state)
{
    enum { FRAMES = 200, N = 3 * FRAMES };
    (void)state;
    start(FRAMES, 10 * FRAMES);
    uintptr_t a = region(N * P);
    for (unsigned i = 0; i < N; i++)
        assert_true(write_word(a + i * P, i + 1));
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < N; i++) {
            assert_int_equal(read_word(a + i * P), i + 1 + round);
            assert_true(write_word(a + i * P, i + 2 + round));
        }
    assert_true(mm.counters.swapped_out > 2 * N && mm.counters.swapped_in > 2 * N);
    finish(a, N * P);
}

static void without_a_shortage_nothing_is_watched(void **state)
{
    (void)state;
    start(200, 1000);
    uintptr_t a = region(100 * P);
    for (unsigned i = 0; i < 100; i++)
        assert_true(write_word(a + i * P, i));
    assert_false(mm.room.active);
    assert_int_equal(mm.counters.swapped_out, 0);
    finish(a, 100 * P);
}

static void without_swap_the_page_that_is_too_much_is_refused(void **state)
{
    (void)state;
    start(100, 0);
    uintptr_t a = region(200 * P);
    unsigned i = 0;
    while (i < 200 && write_word(a + i * P, i))
        i++;
    assert_true(i > 90 && i <= 100);
    assert_int_equal(violation, ENOMEM + 1);
    for (unsigned k = 0; k < i; k++)
        assert_int_equal(read_word(a + k * P), k);
}

static void a_full_quota_refuses_a_page_and_loses_none(void **state)
{
    (void)state;
    start(100, 50);
    uintptr_t a = region(300 * P);
    unsigned i = 0;
    while (i < 300 && write_word(a + i * P, i))
        i++;
    assert_true(i >= 130 && i <= 150);
    assert_int_equal(violation, ENOMEM + 1);
    assert_int_equal(AGAIN(region_destroy(a, 100 * P)), 0);
    for (unsigned k = 100; k < i; k++)
        assert_int_equal(read_word(a + k * P), k);
    assert_true(write_word(a + 250 * P, 9));        /* there is room again */
}

static void a_page_that_the_disk_cannot_read_is_an_error_of_that_page_alone(void **state)
{
    (void)state;
    start(100, 1000);
    uintptr_t a = region(300 * P);
    for (unsigned i = 0; i < 300; i++)
        assert_true(write_word(a + i * P, i));
    assert_int_equal(at(a)->state, OUT);
    in_error = EIO;
    assert_false(touch(a, HURD_VM_READ));
    assert_int_equal(violation, EIO + 1);
    in_error = 0;
    for (unsigned i = 0; i < 300; i++)
        assert_int_equal(read_word(a + i * P), i);
    finish(a, 300 * P);
}

static void a_pinned_page_stays_and_others_go(void **state)
{
    (void)state;
    start(100, 1000);
    uintptr_t a = region(300 * P);
    for (unsigned i = 0; i < 20; i++) {
        assert_true(write_word(a + i * P, i));
        at(a + i * P)->pinned = i % 3 == 0;
    }
    for (unsigned i = 20; i < 300; i++)
        assert_true(write_word(a + i * P, i));
    for (unsigned i = 0; i < 300; i++) {
        assert_true(i >= 20 || i % 3 || at(a + i * P)->state == CORE);
        assert_int_equal(read_word(a + i * P), i);
    }
    for (unsigned i = 0; i < 20; i++)
        at(a + i * P)->pinned = 0;
    finish(a, 300 * P);
}

static void locked_pages_are_in_core_and_stay(void **state)
{
    (void)state;
    start(100, 1000);
    uintptr_t a = region(300 * P);
    for (unsigned i = 0; i < 300; i++)
        assert_true(write_word(a + i * P, i));
    assert_int_equal(at(a + 5 * P)->state, OUT);
    assert_int_equal(AGAIN(hint_lock(a, 30 * P, true)), 0);
    for (unsigned round = 0; round < 2; round++)
        for (unsigned i = 30; i < 300; i++)
            assert_int_equal(read_word(a + i * P), i);
    for (unsigned i = 0; i < 30; i++)
        assert_int_equal(at(a + i * P)->state, CORE);
    assert_int_equal(AGAIN(hint_lock(a + 50 * P, 200 * P, true)), EAGAIN);
    assert_int_equal(AGAIN(hint_lock(a, 30 * P, false)), 0);
    for (unsigned i = 30; i < 300; i++)
        assert_int_equal(read_word(a + i * P), i);
    assert_int_equal(at(a + 5 * P)->state, OUT);
    finish(a, 300 * P);
}

static void what_is_in_core_is_told_from_what_is_out(void **state)
{
    L4_Word_t bits[HURD_VM_RESIDENT_PAGES / 32];
    (void)state;
    start(100, 1000);
    uintptr_t a = region(300 * P);
    for (unsigned i = 0; i < 250; i++)
        assert_true(write_word(a + i * P, i));
    while (work_any())
        ;
    assert_int_equal(hint_resident(a, 300 * P, bits), 0);
    for (unsigned i = 0; i < 300; i++)
        assert_int_equal(bits[i / 32] >> i % 32 & 1, at(a + i * P)->state == CORE);
    L4_Word_t words[HURD_MM_MAPS_WORDS];
    assert_int_equal(region_list(a, words, HURD_MM_MAPS_WORDS), HURD_MM_MAPS_WORDS);
    assert_int_equal(words[2] >> HURD_MM_MAPS_OUT_SHIFT, on_disk);
    finish(a, 300 * P);
}

/* A policy of a region with 40 frames: never more, and MRU keeps a loop. */
static void a_region_with_frames_of_its_own_keeps_to_them(void **state)
{
    unsigned mru, in = 0;
    (void)state;
    start(200, 1000);
    uintptr_t a = region(60 * P);
    assert_int_equal(policy_create(&hurd_policy_mru, 40, 0, &mru), 0);
    assert_int_equal(policy_bind(a, 60 * P, mru, false), 0);
    for (unsigned round = 0; round < 10; round++)
        for (unsigned i = 0; i < 60; i++) {
            assert_true(write_word(a + i * P, i + round));
            unsigned core = 0;
            for (unsigned k = 0; k < 60; k++)
                core += at(a + k * P)->state == CORE;
            assert_true(core <= 40);
            if (round == 0 && i == 59)
                in = mm.counters.swapped_in;
        }
    assert_true(mm.counters.swapped_in - in < 9 * 30);  /* a clock: 9 * 60 */
    AGAIN(region_destroy(a, 60 * P));
    while (work_any())
        ;
    assert_int_equal(policy_destroy(mru), 0);
    assert_int_equal(on_disk, 0);
}

/* What is not changed after it came goes without being mapped for writing. */
static void a_page_that_is_only_read_is_not_mapped_for_writing(void **state)
{
    (void)state;
    start(100, 1000);
    uintptr_t a = region(300 * P);
    for (unsigned i = 0; i < 300; i++)
        assert_true(write_word(a + i * P, i));
    assert_int_equal(read_word(a), 0);
    assert_int_equal(at(a)->rights, HURD_VM_READ);
    assert_true(write_word(a, 7));
    assert_int_equal(at(a)->rights, RW);
    finish(a, 300 * P);
}

/* ---- anything at all, in any order ---- */

enum { SPAN = 400 };
static uint32_t shadow[2][SPAN];
static bool there[2][SPAN];
static uintptr_t base[2];

static void random_touch(unsigned r)
{
    unsigned i = (unsigned)rand() % SPAN;
    uintptr_t a = base[r] + i * P;
    if (!there[r][i]) {
        assert_false(touch(a, HURD_VM_READ));
        return;
    }
    if (rand() % 2) {
        assert_int_equal(read_word(a), shadow[r][i]);
    } else {
        shadow[r][i] = (uint32_t)rand();
        assert_true(write_word(a, shadow[r][i]));
    }
}

static void random_range(unsigned r)
{
    unsigned first = (unsigned)rand() % SPAN, n = 1 + (unsigned)rand() % (SPAN - first);
    if (n > 40)
        n = 40;
    uintptr_t a = base[r] + first * P;
    switch (rand() % 9) {
    case 0: {
        struct region_request q = {.address = a, .size = n * P, .rights = RW,
                                   .flags = HURD_VM_HERE | HURD_VM_REPLACE, .store = &mm.anonymous};
        assert_int_equal(AGAIN(region_create(&q)), 0);
        for (unsigned i = first; i < first + n; i++)
            there[r][i] = true, shadow[r][i] = 0;
        break;
    }
    case 1:
        assert_int_equal(AGAIN(region_destroy(a, n * P)), 0);
        for (unsigned i = first; i < first + n; i++)
            there[r][i] = false;
        break;
    case 2:
        if (AGAIN(hint_advise(a, n * P, HURD_VM_DONT_NEED)) == 0)
            for (unsigned i = first; i < first + n; i++)
                shadow[r][i] = 0;
        break;
    case 3: AGAIN(hint_advise(a, n * P, (unsigned)rand() % 4)); break;
    case 4: hint_advise(a, n * P, HURD_VM_COLD); break;
    case 5:
        if (n <= 8 && AGAIN(hint_lock(a, n * P, true)) == 0)
            assert_int_equal(AGAIN(hint_lock(a, n * P, false)), 0);
        break;
    case 6: policy_bind(a, n * P, rand() % 2, false); break;
    default: break;
    }
}

static void random_move(void)
{
    unsigned r = rand() % 2, first = (unsigned)rand() % (SPAN - 20), n = 1 + (unsigned)rand() % 20;
    unsigned to = (unsigned)rand() % (SPAN - 20);
    struct move_request m = {.address = base[r] + first * P, .size = n * P, .new_size = n * P,
                             .flags = HURD_VM_MAY_MOVE | HURD_VM_HERE, .to = base[!r] + to * P};
    if (AGAIN(move_region(&m)) != 0)
        return;
    for (unsigned i = 0; i < n; i++) {
        assert_true(there[r][first + i]);
        there[r][first + i] = false;
        there[!r][to + i] = true;
        shadow[!r][to + i] = shadow[r][first + i];
    }
}

static void whatever_a_program_does_no_word_is_lost(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 40; seed++) {
        unsigned own;
        srand(seed);
        start(60 + seed * 3, 1000);
        for (unsigned r = 0; r < 2; r++) {
            base[r] = region(SPAN * P);
            for (unsigned i = 0; i < SPAN; i++)
                there[r][i] = true, shadow[r][i] = 0;
        }
        assert_int_equal(policy_create(&hurd_policy_fifo, 10, 0, &own), 0);
        for (unsigned step = 0; step < 3000; step++) {
            unsigned what = (unsigned)rand() % 100;
            if (what < 90)
                random_touch(rand() % 2);
            else if (what < 98)
                random_range(rand() % 2);
            else
                random_move();
            if (rand() % 4 == 0)
                work_any();
        }
        for (unsigned r = 0; r < 2; r++)
            for (unsigned i = 0; i < SPAN; i++)
                if (there[r][i])
                    assert_int_equal(read_word(base[r] + i * P), shadow[r][i]);
        assert_int_equal(AGAIN(region_destroy(base[0], SPAN * P)), 0);
        finish(base[1], SPAN * P);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_times_the_memory_keeps_every_word),
        cmocka_unit_test(without_a_shortage_nothing_is_watched),
        cmocka_unit_test(without_swap_the_page_that_is_too_much_is_refused),
        cmocka_unit_test(a_full_quota_refuses_a_page_and_loses_none),
        cmocka_unit_test(a_page_that_the_disk_cannot_read_is_an_error_of_that_page_alone),
        cmocka_unit_test(a_pinned_page_stays_and_others_go),
        cmocka_unit_test(locked_pages_are_in_core_and_stay),
        cmocka_unit_test(what_is_in_core_is_told_from_what_is_out),
        cmocka_unit_test(a_region_with_frames_of_its_own_keeps_to_them),
        cmocka_unit_test(a_page_that_is_only_read_is_not_mapped_for_writing),
        cmocka_unit_test(whatever_a_program_does_no_word_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
