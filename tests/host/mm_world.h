/* SPDX-License-Identifier: MIT */
/* A physmem, a kernel and a task's threads in one file, for the pager's code on the build
 * machine: what mm_pageout.c needs. */
#ifndef MM_WORLD_H
#define MM_WORLD_H

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

#include <hurd/startup.h>
#include <hurd/task.h>

#include "lib/hurd-mm/image.h"
#include "lib/hurd-mm/paged.h"
#include "lib/hurd-mm/pageout.h"
#include "lib/hurd-mm/worker.h"

enum { P = HURD_MM_PAGE, RW = HURD_VM_READ | HURD_VM_WRITE };
#define LOW_END  0x80000000u
#define HIGH_END 0x9fffffffu
enum { NUMBERS = 0x20000 };              /* pages of that space */

struct mm mm;
L4_Word_t mm_l4_mr[64];
L4_ThreadId_t mm_l4_sender;

/* ---- physmem ---- */

enum state { HOLE, CORE, OUT };
static struct model_page {
    unsigned char state, rights, used, pinned;
    uint32_t word;
} pages[NUMBERS];
static uint32_t guarantee, charged, quota, on_disk;
static int out_error, in_error;         /* for the next job */
static unsigned maps_of_out;
static unsigned passes_failed;          /* requests that were passed on, and failed */

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
        if (at(a)->state == HOLE) {
            assert_true(passes_failed); /* else the pager knows that nothing is there */
            return ENOENT;
        }
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

/* No file is mapped here. */
int memory_map_some(L4_Word_t container, unsigned rights, uintptr_t address, uintptr_t offset,
                    uintptr_t size)
{
    fail_msg("%lx of %lx, %zx bytes for %x, at %zx", (unsigned long)offset, (unsigned long)container,
             (size_t)size, rights, (size_t)address);
    return 0;
}

int memory_copy(L4_Word_t container, uintptr_t offset, uintptr_t address)
{
    return memory_map_some(container, 0, address, offset, P);
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

int memory_allocate_wire(uintptr_t address, uintptr_t size, unsigned rights)
{
    static bool is_real[NUMBERS];
    bool *real = &is_real[(address - LOW_END) / P];
    (void)rights;
    assert_int_equal(size, P);
    int error = memory_allocate(address, size);
    if (error)
        return error;
    if (!*real)
        assert_ptr_equal(mmap((void *)address, size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0),
                         (void *)address);
    *real = true;
    memset((void *)address, 0, P);
    return 0;
}

/* The pages of the library's records, which a world gives back when it begins anew. */
static void **wired_pages;
static size_t wired_count;

/* The world's records are not in an area that could get shorter. */
void records_trim(void)
{
}

void *wired_page_new(void)
{
    if (charged >= guarantee)
        return NULL;
    charged++;
    mm.room.left--;
    wired_pages = realloc(wired_pages, (wired_count + 1) * sizeof *wired_pages);
    assert_non_null(wired_pages);
    return wired_pages[wired_count++] = memset(aligned_alloc(P, P), 0, P);
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

/* What the tasks above have unused. */
static uint32_t above;
static struct hurd_startup_data startup;
struct hurd_startup_data *__hurd_startup_data = &startup;

int hurd_cap_rpc(L4_ThreadId_t server, unsigned label, unsigned words, const L4_Word_t *in,
                 unsigned most, L4_Word_t *out, unsigned *got)
{
    (void)server, (void)words, (void)most, (void)got;
    assert_int_equal(label, HURD_TASK_GROW);
    *out = in[2] < above ? in[2] : above;
    above -= *out;
    guarantee += *out;
    return *out < in[1] ? ENOMEM : 0;
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

/* No program here has text that comes from its file (image.c). */
bool store_is_image(const struct store *store)
{
    (void)store;
    return false;
}

void image_unused(void)
{
}

int image_bring(const struct fault *f)
{
    (void)f;
    return EIO;
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

/* The request that the pager passed on for this thread.  The pager has counted its frame already,
 * and the thread, which just goes on, learns of no error. */
static void physmem_answers(unsigned n)
{
    L4_MsgTag_t tag = {mm_l4_mr[0]};
    int32_t left = mm.room.left;
    assert_true(tag.raw & L4_TAG_PROPAGATED);
    assert_int_equal(mm_l4_sender.raw, id(n).raw);
    int error = L4_Label(tag) == HURD_PM_CONTAINER_ALLOCATE_MAP
                    ? memory_allocate_map(mm_l4_mr[3], mm_l4_mr[5], (unsigned)mm_l4_mr[2])
                    : memory_map(mm_l4_mr[1], (unsigned)mm_l4_mr[2], mm_l4_mr[3], mm_l4_mr[4],
                                 mm_l4_mr[5]);
    mm.room.left = left;
    passes_failed += error != 0;
}

static void fault(unsigned n, uintptr_t address, unsigned access)
{
    waits[n] = true;
    if (mm.jobs)
        pagein_forget(id(n));
    enum answer answer = fault_serve(id(n), address, 0x1000, access);
    if (answer == ANSWER_PHYSMEM)
        physmem_answers(n);
    if (answer != ANSWER_NOBODY)
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

static inline uint32_t read_word(uintptr_t address)
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
    while (wired_count)
        free(wired_pages[--wired_count]);
    memset(records, 0, sizeof records);
    memset(has_job, 0, sizeof has_job);
    memset(waits, 0, sizeof waits);
    memset(passed, 0, sizeof passed);
    mm = (struct mm){.memory = 77};
    guarantee = frames;
    quota = disk;
    charged = on_disk = maps_of_out = above = 0;
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
    mm.room = (struct room){.left = (int32_t)frames, .capacity = (int32_t)frames,
                            .guarantee = frames};
    room_levels();
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

static inline uintptr_t region(uintptr_t size)
{
    struct region_request r = {.size = size, .rights = RW, .store = &mm.anonymous};
    assert_int_equal(AGAIN(region_create(&r)), 0);
    return r.address;
}

static inline void finish(uintptr_t a, uintptr_t size)
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

#endif
