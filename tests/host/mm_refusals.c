/* SPDX-License-Identifier: MIT */
/* links: lib/hurd-mm/anonymous.c lib/hurd-mm/region.c lib/hurd-mm/map.c lib/hurd-mm/frame.c lib/hurd-mm/range.c lib/hurd-mm/slab.c lib/hurd-mm/page.c lib/hurd-mm/pageout.c lib/hurd-mm/swapin.c lib/hurd-mm/room.c lib/hurd-mm/evict.c lib/hurd-mm/policy.c lib/hurd-mm/paged.c lib/hurd-mm/ahead.c lib/hurd-mm/pagein.c lib/hurd-mm/fault.c lib/hurd-mm/hint.c lib/hurd-mm/move.c lib/hurd-mm/store.c lib/hurd-mm/shown.c */
/* flags: -include tests/host/mm_l4.h -Xlinker --wrap=slab_reserve -Xlinker --wrap=slab_take -Xlinker --wrap=slab_add_page -Xlinker --wrap=memory_allocate -Xlinker --wrap=memory_allocate_map -Xlinker --wrap=memory_allocate_wire -Xlinker --wrap=wired_page_new */
/* words: 32 */
/* Each allocation of libhurd-mm fails once: records, frames, wired pages.  A script of what programs do
 * is played again and again; in the n-th play the n-th allocation finds nothing: alone, or with all
 * that follow in the same request.  The request must say so, have changed nothing, and work when it
 * comes again; no word is lost, and at the end all frames and all records are back. */
#include "mm_world.h"

enum { FRAMES = 80, SPAN = 160, EACH = 150, STEP = 11 /* beyond so many: most are touches of pages */ };

/* ---- the allocators, which fail when their time has come ---- */

static unsigned left;                   /* allocations until one fails; 0: none will */
static bool lasting;                    /* the others of the same request fail, too */
static bool fired, failing;             /* in this request */
static size_t records;                  /* that there are, free or not */

static bool fails(void)
{
    if (failing)
        return true;
    if (!left || --left)
        return false;
    fired = true;
    failing = lasting;
    return true;
}

static bool refused;                    /* the last reservation of this request: nothing can be taken */

bool __real_slab_reserve(struct slab *slab, size_t n);
bool __wrap_slab_reserve(struct slab *slab, size_t n);
bool __wrap_slab_reserve(struct slab *slab, size_t n)
{
    refused = n && fails();
    return !refused && __real_slab_reserve(slab, n);
}

void *__real_slab_take(struct slab *slab);
void *__wrap_slab_take(struct slab *slab);
void *__wrap_slab_take(struct slab *slab)
{
    return refused ? NULL : __real_slab_take(slab);
}

int __real_memory_allocate(uintptr_t offset, uintptr_t size);
int __wrap_memory_allocate(uintptr_t offset, uintptr_t size);
int __wrap_memory_allocate(uintptr_t offset, uintptr_t size)
{
    return fails() ? ENOMEM : __real_memory_allocate(offset, size);
}

int __real_memory_allocate_map(uintptr_t address, uintptr_t size, unsigned rights);
int __wrap_memory_allocate_map(uintptr_t address, uintptr_t size, unsigned rights);
int __wrap_memory_allocate_map(uintptr_t address, uintptr_t size, unsigned rights)
{
    return fails() ? ENOMEM : __real_memory_allocate_map(address, size, rights);
}

int __real_memory_allocate_wire(uintptr_t address, uintptr_t size, unsigned rights);
int __wrap_memory_allocate_wire(uintptr_t address, uintptr_t size, unsigned rights);
int __wrap_memory_allocate_wire(uintptr_t address, uintptr_t size, unsigned rights)
{
    return fails() ? ENOMEM : __real_memory_allocate_wire(address, size, rights);
}

void *__real_wired_page_new(void);
void *__wrap_wired_page_new(void);
void *__wrap_wired_page_new(void)
{
    return fails() ? NULL : __real_wired_page_new();
}

void __real_slab_add_page(struct slab *slab, void *page, size_t bytes);
void __wrap_slab_add_page(struct slab *slab, void *page, size_t bytes);
void __wrap_slab_add_page(struct slab *slab, void *page, size_t bytes)
{
    records += bytes / slab->size;
    __real_slab_add_page(slab, page, bytes);
}

/* ---- the script ---- */

static uintptr_t a, b, stack, shown;
static struct store *hook;
static unsigned own;                    /* a policy */

static int made(uintptr_t *address, uintptr_t size, struct store *store, uintptr_t map_now)
{
    struct region_request r = { .size = size, .rights = RW, .store = store, .map_now = map_now };
    int error = AGAIN(region_create(&r));
    *address = r.address;
    return error;
}

static int no_page(struct hurd_store_fault *fault)
{
    (void)fault;
    return EIO;
}

static int write_pages(uintptr_t at_, unsigned n, uint32_t first)
{
    for (unsigned i = 0; i < n; i++)
        if (!write_word(at_ + i * P, first + i))
            return violation - 1;
    return 0;
}

static int read_pages(uintptr_t at_, unsigned n, uint32_t first)
{
    for (unsigned i = 0; i < n; i++) {
        if (!touch(at_ + i * P, HURD_VM_READ))
            return violation - 1;
        assert_int_equal(at(at_ + i * P)->word, first + i);
    }
    return 0;
}

static int moved(uintptr_t from, uintptr_t to, unsigned n)
{
    struct move_request m = { .address = from, .size = n * P, .new_size = n * P, .to = to,
                              .flags = HURD_VM_MAY_MOVE | HURD_VM_HERE };
    return AGAIN(move_region(&m));
}

static int s_region(void) { return made(&a, SPAN * P, &mm.anonymous, 0); }
static int s_second(void) { return made(&b, 20 * P, &mm.anonymous, 20 * P); }
static int s_write_b(void) { return write_pages(b, 20, 5000); }
static int s_write(void) { return write_pages(a, 40, 100); }
static int s_protect(void) { return AGAIN(region_protect(a + 10 * P, 5 * P, HURD_VM_READ)); }
static int s_protect_back(void) { return AGAIN(region_protect(a + 10 * P, 5 * P, RW)); }
static int s_hole(void) { return AGAIN(region_destroy(b + 8 * P, 4 * P)); }
static int s_fill_hole(void) { return moved(a + 36 * P, b + 8 * P, 4); }
static int s_back(void) { return moved(b + 8 * P, a + 36 * P, 4); }
static int s_read_b(void)
{
    int error = read_pages(b, 8, 5000);
    return error ? error : read_pages(b + 12 * P, 8, 5012);
}
static int s_lock(void) { return AGAIN(hint_lock(a, 6 * P, true)); }
static int s_unlock(void) { return AGAIN(hint_lock(a, 6 * P, false)); }
static int s_keep(void) { return AGAIN(hint_keep(b, 2 * P)); }
static int s_hook(void) { return store_create(NULL, no_page, &hook); }
static int s_cache(void) { return store_cache(hook, 0, 8 * P, mm.memory, b); }
static int s_bind(void) { return made(&shown, 8 * P, hook, 0); }
static int s_flush(void) { return store_flush(hook, 2 * P, 2 * P); }
static int s_unbind(void) { return AGAIN(region_destroy(shown, 8 * P)); }
static int s_unhook(void) { return store_destroy(hook); }
static int s_policy(void) { return policy_create(&hurd_policy_fifo, 20, 0, &own); }
static int s_write_all(void) { return write_pages(a, SPAN, 100); }
static int s_read_all(void) { return read_pages(a, SPAN, 100); }
static int s_bind_policy(void) { return policy_bind(a + 100 * P, 50 * P, own, false); }
static int s_unbind_policy(void) { return policy_bind(a + 100 * P, 50 * P, 0, false); }
static int s_replace(void) { return policy_replace(own, &hurd_policy_mru, 0); }
static int s_2q(void) { return policy_replace(0, &hurd_policy_2q, 0); }
static int s_clock(void) { return policy_replace(0, &hurd_policy_clock, 0); }
static int s_hole_a(void) { return AGAIN(region_destroy(a + 60 * P, 9 * P)); }
static int s_ahead(void) { return AGAIN(hint_advise(a + 70 * P, 20 * P, HURD_VM_WILL_NEED)); }
static int s_forget(void) { return AGAIN(hint_advise(a + 70 * P, 20 * P, HURD_VM_DONT_NEED)); }
static int s_end_policy(void) { return policy_destroy(own); }
/* The pages at the end, as a stack wants them: so many bytes touch two. */
static int s_stack(void)
{
    int error = made(&stack, 8 * P, &mm.anonymous, P + 1);
    for (unsigned i = 0; i < 8 && !error; i++)
        assert_int_equal(at(stack + i * P)->state != HOLE, i >= 6);
    return error;
}
static int s_end_stack(void) { return AGAIN(region_destroy(stack, 8 * P)); }
static int s_end_a(void) { return AGAIN(region_destroy(a, SPAN * P)); }
static int s_end_b(void) { return AGAIN(region_destroy(b, 20 * P)); }

static const struct step {
    const char *name;
    int (*play)(void);
    bool touches;                       /* pages come and go, whatever becomes of it */
} script[] = {
    { "region", s_region, 0 }, { "write", s_write, 1 }, { "map now", s_second, 1 }, { "write b", s_write_b, 1 },
    { "stack", s_stack, 1 }, { "end stack", s_end_stack, 1 },
    { "protect", s_protect, 0 }, { "protect back", s_protect_back, 0 }, { "hole", s_hole, 0 },
    { "move", s_fill_hole, 0 }, { "move back", s_back, 0 }, { "read b", s_read_b, 1 }, { "keep", s_keep, 1 },
    { "hook", s_hook, 0 }, { "cache", s_cache, 0 }, { "bind", s_bind, 0 }, { "flush", s_flush, 0 },
    { "unbind", s_unbind, 0 }, { "unhook", s_unhook, 0 }, { "policy", s_policy, 0 },
    { "write all", s_write_all, 1 }, { "read all", s_read_all, 1 }, { "lock", s_lock, 1 },
    { "read all", s_read_all, 1 }, { "unlock", s_unlock, 1 }, { "bind policy", s_bind_policy, 1 },
    { "write all", s_write_all, 1 }, { "2q", s_2q, 1 }, { "read all", s_read_all, 1 }, { "replace", s_replace, 1 },
    { "write all", s_write_all, 1 }, { "clock", s_clock, 1 }, { "ahead", s_ahead, 1 },
    { "unbind policy", s_unbind_policy, 1 }, { "end policy", s_end_policy, 0 }, { "forget", s_forget, 1 },
    { "hole", s_hole_a, 1 }, { "end a", s_end_a, 1 }, { "end b", s_end_b, 1 },
};

static void play(const struct step *step)
{
    uint32_t frames = charged, disk = on_disk;
    size_t used = records - mm.slab.count;
    fired = failing = refused = false;
    int error = step->play();
    bool was_fired = fired;
    failing = fired = refused = false;
    if (!error)
        return;
    if (!was_fired || (error != ENOMEM && error != EAGAIN))
        fail_msg("%s: %d is no refusal", step->name, error);
    if (!step->touches && (records - mm.slab.count != used || on_disk != disk))
        fail_msg("%s was refused and has changed something", step->name);
    if (!step->touches && charged > frames + 1)         /* a page of records may have come */
        fail_msg("%s was refused and has taken frames", step->name);
    error = step->play();
    if (error)
        fail_msg("%s: %d at the second time", step->name, error);
}

/* Returns the number of records that are in use at the end: those of the pool and of policies stay. */
static size_t play_all(unsigned n, bool *all)
{
    records = 0;
    left = 0;
    start(FRAMES, 10 * FRAMES);
    left = n;
    for (unsigned i = 0; i < sizeof script / sizeof script[0]; i++)
        play(&script[i]);
    *all = left != 0;
    left = 0;
    while (work_any())
        continue;
    assert_int_equal(on_disk, 0);
    assert_int_equal(mm.room.watched, 0);
    assert_int_equal(mm.room.leaving + mm.room.coming, 0);
    assert_int_equal(mm.room.left, guarantee - charged);
    return records - mm.slab.count;
}

static unsigned plays(bool go_on)
{
    unsigned n = 0;
    bool all;
    lasting = go_on;
    size_t stay = play_all(0, &all);
    for (all = false; !all && n < 100000; ) {
        n += n < EACH ? 1 : STEP;
        assert_int_equal(play_all(n, &all), stay);
    }
    return n;
}

static void an_allocation_of_the_library_that_fails_alone_changes_nothing(void **state)
{
    (void)state;
    assert_in_range(plays(false), EACH, 99999);
}

static void allocations_of_the_library_that_fail_from_one_on_change_nothing(void **state)
{
    (void)state;
    assert_in_range(plays(true), EACH, 99999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_allocation_of_the_library_that_fails_alone_changes_nothing),
        cmocka_unit_test(allocations_of_the_library_that_fail_from_one_on_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
