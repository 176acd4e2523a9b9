/* SPDX-License-Identifier: MIT */
/* links: lib/pager/pager.c lib/pager/dirty.c */
/* The page cache, at random work against a model: clients that read and write through maps, write()
 * and truncation below them, frames that are taken back at any moment, a store and frames that fail.
 * The model is what each file must hold. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/pager/pager.h"

enum { FILES = 5, PAGES = 24, RECORDS = 40, FRAMES = 30, STEPS = 6000 };

/* A page of a container.  `writable`: a client has it mapped for writing. */
static struct frame {
    bool there, promised, writable;
    uint8_t bytes[PAGER_PAGE];
} container[FILES + PAGER_FILES][PAGES];
static bool container_used[FILES + PAGER_FILES];

static struct file {
    uint8_t disk[PAGES * PAGER_PAGE], wanted[PAGES * PAGER_PAGE];
    uint32_t size;
    struct pager_file *cached;          /* NULL: nobody uses it */
    uint64_t version;                   /* of what it held then; 0: nobody has asked yet */
    uint8_t then[PAGES * PAGER_PAGE];
    uint32_t size_then;
} file[FILES];

static struct pager pager;
static uint8_t stage[PAGER_RUN * PAGER_PAGE], landing[PAGER_LANDING * PAGER_PAGE];
static uint32_t landed;                 /* pages in the landing */
static void *memory;
static uint32_t frames_used, frames_most, last_key, last_page;
static int store_error, reserve_error;
static bool in_sync, at_random;
static unsigned versions_kept;

static uint32_t below(uint32_t n)
{
    return (uint32_t) random() % n;
}

/* One time in n, in the random work. */
static bool chance(uint32_t n)
{
    return at_random && below(n) == 0;
}

/* ---- frames ---- */

static void frame_free(struct frame *f)
{
    frames_used -= f->there;
    memset(f, 0, sizeof *f);
}

static int frames_create(void *context, uintptr_t *number)
{
    (void) context;
    for (*number = 0; container_used[*number]; ++*number)
        continue;
    container_used[*number] = true;
    return 0;
}

static void frames_destroy(void *context, uintptr_t number)
{
    (void) context;
    assert_true(container_used[number]);
    for (int i = 0; i < PAGES; i++)
        frame_free(&container[number][i]);
    container_used[number] = false;
}

static int frames_fill(uintptr_t number, uint32_t page, uint32_t count, const uint8_t *from,
                       bool *promised)
{
    assert_true(container_used[number] && count > 0);
    if (frames_used + count > frames_most)
        return ENOMEM;
    *promised = chance(4);
    for (uint32_t i = 0; i < count; i++) {
        struct frame *f = &container[number][page + i];
        assert_false(f->there && f->promised);
        frame_free(f);
        *f = (struct frame) { .there = true, .promised = *promised };
        memcpy(f->bytes, from + i * PAGER_PAGE, PAGER_PAGE);
        frames_used++;
    }
    return 0;
}

static int frames_put(void *context, uintptr_t number, uint32_t page, uint32_t count,
                      bool *promised)
{
    (void) context;
    assert_true(count <= PAGER_RUN);
    return frames_fill(number, page, count, stage, promised);
}

static int frames_settle(void *context, uintptr_t number, uint32_t page, uint32_t count,
                         bool *promised)
{
    (void) context;
    assert_int_equal(count, landed);
    return frames_fill(number, page, count, landing, promised);
}

static int frames_get(void *context, uintptr_t number, uint32_t page, uint32_t count)
{
    (void) context;
    for (uint32_t i = 0; i < count; i++) {
        struct frame *f = &container[number][page + i];
        assert_true(f->there && f->promised);
        f->writable = false;
        memcpy(stage + i * PAGER_PAGE, f->bytes, PAGER_PAGE);
    }
    return 0;
}

static int frames_check(void *context, uintptr_t number, uint32_t page, uint32_t count,
                        bool promise, uint32_t *good)
{
    (void) context;
    for (*good = 0; *good < count && container[number][page + *good].there; ++*good) {
        if (promise && !container[number][page + *good].promised && chance(50))
            return ENOMEM;              /* the server's guarantee is used up */
        container[number][page + *good].promised |= promise;
    }
    return 0;
}

static int frames_release(void *context, uintptr_t number, uint32_t page, uint32_t count)
{
    (void) context;
    for (uint32_t i = 0; i < count; i++) {
        struct frame *f = &container[number][page + i];
        assert_true(f->there && f->promised && !f->writable);
        f->promised = false;
        if (chance(10)) {
            frame_free(f);
            return ENOENT;
        }
    }
    return 0;
}

static void frames_drop(void *context, uintptr_t number, uint32_t page, uint32_t count)
{
    (void) context;
    for (uint32_t i = 0; i < count; i++)
        frame_free(&container[number][page + i]);
}

static int frames_poke(void *context, uintptr_t number, uint32_t page, uint32_t offset,
                       const uint8_t *from, uint32_t size)
{
    struct frame *f = &container[number][page];
    (void) context;
    assert_true(f->there && f->promised && offset + size <= PAGER_PAGE);
    if (from)
        memcpy(f->bytes + offset, from, size);
    else
        memset(f->bytes + offset, 0, size);
    return 0;
}

/* ---- the store ---- */

static int store_read(void *owner, uint32_t page, uint32_t count, uint8_t *to)
{
    struct file *f = owner;
    uint32_t at = page * PAGER_PAGE, size = count * PAGER_PAGE;
    if (store_error)
        return store_error;
    assert_true(at < f->size);
    uint32_t n = size < f->size - at ? size : f->size - at;
    memcpy(to, f->disk + at, n);
    memset(to + n, 0, size - n);
    return 0;
}

static int store_write(void *owner, uint32_t page, uint32_t count, const uint8_t *from)
{
    struct file *f = owner;
    uint32_t at = page * PAGER_PAGE, size = count * PAGER_PAGE;
    if (store_error)
        return store_error;
    if (in_sync) {                      /* in order of files and pages */
        assert_true(f->cached - pager.file > (int) last_key ||
                    (f->cached - pager.file == (int) last_key && page > last_page));
        last_key = (uint32_t) (f->cached - pager.file);
        last_page = page + count - 1;
    }
    if (at < f->size)
        memcpy(f->disk + at, from, size < f->size - at ? size : f->size - at);
    return 0;
}

static int store_reserve(void *owner, uint32_t page, uint32_t count)
{
    struct file *f = owner;
    assert_true((page + count - 1) * PAGER_PAGE < f->size);
    return reserve_error;
}

/* Whole pages, some of them, at times. */
static uint32_t store_land(void *owner, uint32_t page, uint32_t count)
{
    const struct file *f = owner;
    uint32_t whole = f->size / PAGER_PAGE;
    landed = page < whole && !store_error && !chance(3) ? whole - page : 0;
    landed = landed < count ? landed : count;
    landed = landed < PAGER_LANDING ? landed : PAGER_LANDING;
    if (landed > 1 && chance(3))
        landed = 1 + below(landed);
    memcpy(landing, f->disk + page * PAGER_PAGE, landed * PAGER_PAGE);
    return landed;
}

static const struct pager_frames frames = {
    frames_create, frames_destroy, frames_put, frames_settle, frames_get, frames_check, frames_release,
    frames_drop, frames_poke,
};
static const struct pager_store store = { store_read, store_write, store_reserve, store_land };

/* ---- steps: what a server does for its clients ---- */

static uint32_t pages_of(const struct file *f)
{
    return (f->size + PAGER_PAGE - 1) / PAGER_PAGE;
}

static void use(struct file *f)
{
    if (!f->cached)
        assert_int_equal(pager_open(&pager, 100 + (uint64_t) (f - file), f, &f->cached), 0);
}

/* The page in the container, with the right to this access; NULL: the server could not. */
static struct frame *touch(struct file *f, uint32_t page, bool writes)
{
    uint32_t done, left = pages_of(f) - page;
    use(f);
    struct frame *frame = &container[f->cached->container][page];
    if (frame->there && (!writes || frame->writable))
        return frame;
    int err = pager_bring(&pager, f->cached, page, left < 4 && !writes ? left : 1, writes, &done);
    if (done == 0) {
        assert_int_not_equal(err, 0);
        return NULL;
    }
    assert_true(frame->there || done > 1);  /* in a cache that is nearly full, the pages behind it may take its place */
    if (!frame->there)
        return NULL;
    frame->writable |= writes;
    assert_true(!writes || frame->promised);
    return frame;
}

static void client_reads(struct file *f)
{
    uint32_t page = below(pages_of(f) + 1);
    struct frame *frame = page < pages_of(f) ? touch(f, page, false) : NULL;
    if (!frame)
        return;
    uint32_t n = f->size - page * PAGER_PAGE;
    assert_memory_equal(frame->bytes, f->wanted + page * PAGER_PAGE,
                        n < PAGER_PAGE ? n : PAGER_PAGE);
}

/* Also behind the end of the file, which is nobody's. */
static void client_writes(struct file *f)
{
    uint32_t page = below(pages_of(f) + 1), offset = below(PAGER_PAGE), at;
    struct frame *frame = page < pages_of(f) ? touch(f, page, true) : NULL;
    if (!frame)
        return;
    uint8_t byte = (uint8_t) random();
    frame->bytes[offset] = byte;
    at = page * PAGER_PAGE + offset;
    if (at < f->size)
        f->wanted[at] = byte;
}

static void server_writes(struct file *f)
{
    static uint8_t bytes[3 * PAGER_PAGE];
    uint32_t at = below(below(2) ? f->size + 1 : PAGES * PAGER_PAGE), size = below(sizeof bytes) + 1;
    uint32_t end = f->size;
    if (at + size > sizeof f->disk)
        size = (uint32_t) sizeof f->disk - at;
    use(f);
    for (uint32_t i = 0; i < size; i++)
        bytes[i] = (uint8_t) random();
    memcpy(f->disk + at, bytes, size);
    memcpy(f->wanted + at, bytes, size);
    if (at + size > f->size)
        f->size = at + size;
    if (at > end && end % PAGER_PAGE)
        pager_changed(&pager, f->cached, end, NULL, PAGER_PAGE - end % PAGER_PAGE);
    assert_int_equal(pager_changed(&pager, f->cached, at, bytes, size), 0);
}

static void server_offers(struct file *f)
{
    uint32_t count = below(PAGER_RUN) + 1;
    if (pages_of(f) < count)
        return;
    uint32_t page = below(pages_of(f) - count + 1), at = page * PAGER_PAGE;
    use(f);
    uint32_t n = count * PAGER_PAGE < f->size - at ? count * PAGER_PAGE : f->size - at;
    memset(stage, 0, sizeof stage);
    for (uint32_t i = 0; i < n; i++)
        stage[i] = (uint8_t) random();
    memcpy(f->disk + at, stage, n);
    memcpy(f->wanted + at, stage, n);
    assert_int_equal(pager_offer(&pager, f->cached, page, count), 0);
}

static void server_cuts(struct file *f)
{
    uint32_t size = below(PAGES * PAGER_PAGE), before = f->size;
    if (below(2))
        size -= size % PAGER_PAGE;
    use(f);
    if (size < before) {
        memset(f->disk + size, 0, before - size);
        memset(f->wanted + size, 0, before - size);
    }
    f->size = size;
    assert_int_equal(pager_cut(&pager, f->cached, size < before ? size : before), 0);
    for (uint32_t i = pages_of(f); i < PAGES; i++)
        assert_false(container[f->cached->container][i].there);
}

static void server_closes(struct file *f)
{
    if (!f->cached || store_error)
        return;
    assert_int_equal(pager_close(&pager, f->cached), 0);
    f->cached = NULL;
    assert_memory_equal(f->disk, f->wanted, f->size);
    if (below(4) == 0)
        pager_forget(&pager, 100 + (uint64_t) (f - file));
}

static void server_syncs(struct file *f)
{
    bool all = below(2);
    uint32_t dirty = pager.dirty;
    if (!all && !f->cached)
        return;
    in_sync = true;
    last_page = 0;
    last_key = (uint32_t) -1;
    int err = pager_sync(&pager, all ? NULL : f->cached);
    in_sync = false;
    if (all)
        assert_int_equal(err, dirty > 0 ? store_error : 0);
    for (int i = 0; !err && i < FILES; i++) {
        if (all || &file[i] == f)
            assert_memory_equal(file[i].disk, file[i].wanted, file[i].size);
    }
}

/* physmem takes frames that are not promised, and tells nobody. */
static void version_tells_of_changes(struct file *f)
{
    uint64_t version;
    use(f);
    if (pager_version(&pager, f->cached, &version))
        return;
    if (version == f->version) {
        assert_int_equal(f->size, f->size_then);
        assert_memory_equal(f->wanted, f->then, f->size);
        versions_kept++;
    }
    f->version = version;
    f->size_then = f->size;
    memcpy(f->then, f->wanted, sizeof f->then);
}

static void frames_are_taken(void)
{
    for (int c = 0; c < FILES + PAGER_FILES; c++) {
        for (int i = 0; i < PAGES; i++) {
            if (container[c][i].there && !container[c][i].promised && below(3) == 0)
                frame_free(&container[c][i]);
        }
    }
}

static void step(void)
{
    struct file *f = &file[below(FILES)];
    switch (below(17)) {
    case 0: server_cuts(f); break;
    case 1: server_closes(f); break;
    case 2: server_syncs(f); break;
    case 3: frames_are_taken(); break;
    case 4: pager_return(&pager, below(10)); break;
    case 5: server_writes(f); break;
    case 6: server_offers(f); break;
    case 7: store_error = below(4) ? 0 : EIO; break;
    case 8: reserve_error = below(4) ? 0 : ENOSPC; break;
    case 16: version_tells_of_changes(f); break;
    case 9: frames_most = FRAMES - below(FRAMES / 2); break;
    case 10: case 11: case 12: client_writes(f); break;
    default: client_reads(f); break;
    }
    const char *problem = pager_problem(&pager);
    if (problem)
        fail_msg("%s", problem);
}

static void the_cache_shows_what_was_written_whatever_happens(void **state)
{
    (void) state;
    at_random = true;
    for (unsigned seed = 1; seed <= 8; seed++) {
        srandom(seed);
        memset(container, 0, sizeof container);
        memset(container_used, 0, sizeof container_used);
        memset(file, 0, sizeof file);
        frames_used = 0;
        frames_most = FRAMES;
        store_error = reserve_error = 0;
        memory = malloc(pager_memory(RECORDS));
        pager_init(&pager, &store, &frames, NULL, stage, memory, RECORDS);
        for (int i = 0; i < STEPS; i++)
            step();
        store_error = 0;
        for (int i = 0; i < FILES; i++)
            server_closes(&file[i]);
        assert_true(versions_kept > 0);
        assert_true(pager.read > 0 && pager.lost > 0 && pager.evicted > 0 && pager.written > 0);
        free(memory);
    }
    at_random = false;
}

/* ---- single cases ---- */

static int fresh(void **state)
{
    (void) state;
    memset(container, 0, sizeof container);
    memset(container_used, 0, sizeof container_used);
    memset(file, 0, sizeof file);
    frames_used = 0;
    frames_most = 1000;
    store_error = reserve_error = 0;
    memory = malloc(pager_memory(200));
    pager_init(&pager, &store, &frames, NULL, stage, memory, 200);
    for (int i = 0; i < FILES; i++) {
        file[i].size = sizeof file[i].disk;
        use(&file[i]);
    }
    return 0;
}

static int done(void **state)
{
    (void) state;
    free(memory);
    return 0;
}

static void dirty_pages_go_in_runs(void **state)
{
    uint32_t n;
    (void) state;
    for (uint32_t i = 0; i < 20; i++)
        assert_int_equal(pager_bring(&pager, file[0].cached, 19 - i, 1, true, &n), 0);
    assert_int_equal(pager.dirty, 20);
    assert_int_equal(pager_sync(&pager, NULL), 0);
    assert_int_equal(pager.written, 20);
    assert_int_equal(pager.runs, (20 + PAGER_RUN - 1) / PAGER_RUN);
    assert_int_equal(pager_sync(&pager, NULL), 0);
    assert_int_equal(pager.written, 20);
}

static void no_more_pages_are_dirty_than_may_be(void **state)
{
    uint32_t n;
    (void) state;
    for (uint32_t i = 0; i < 4 * PAGES; i++)
        assert_int_equal(pager_bring(&pager, file[i % 4].cached, i / 4, 1, true, &n), 0);
    assert_true(pager.dirty <= PAGER_DIRTY && pager.written > 0);
}

static void pages_that_cannot_be_written_stay_and_bar_more(void **state)
{
    uint32_t n = 0;
    int err = 0;
    (void) state;
    for (uint32_t i = 0; i < PAGER_DIRTY; i++)
        assert_int_equal(pager_bring(&pager, file[i % 4].cached, i / 4, 1, true, &n), 0);
    store_error = EIO;
    assert_int_equal(pager_sync(&pager, NULL), EIO);
    assert_int_equal(pager.dirty, PAGER_DIRTY);
    store_error = 0;
    assert_int_equal(pager_bring(&pager, file[4].cached, 0, 1, false, &n), 0);
    store_error = EIO;
    err = pager_bring(&pager, file[4].cached, 0, 1, true, &n);
    assert_int_equal(err, EIO);
    assert_int_equal(pager_close(&pager, file[0].cached), EIO);
    assert_null(pager_problem(&pager));
}

static void errors_come_from_where_they_happen(void **state)
{
    struct pager_file *more[PAGER_FILES + 1];
    uint32_t n, i = 0;
    int err;
    (void) state;
    store_error = EIO;
    assert_int_equal(pager_bring(&pager, file[0].cached, 0, 3, false, &n), EIO);
    assert_int_equal(n, 0);
    store_error = 0;
    reserve_error = ENOSPC;
    assert_int_equal(pager_bring(&pager, file[0].cached, 0, 1, true, &n), ENOSPC);
    reserve_error = 0;
    frames_most = frames_used;
    assert_int_equal(pager_bring(&pager, file[1].cached, 9, 8, false, &n), ENOMEM);
    while ((err = pager_open(&pager, 1000 + i, NULL, &more[i])) == 0)
        i++;
    assert_int_equal(err, ENFILE);
    assert_int_equal(i, PAGER_FILES - FILES);
    assert_int_equal(pager_close(&pager, more[0]), 0);
    assert_int_equal(pager_open(&pager, 5000, NULL, &more[0]), 0);
    assert_null(pager_find(&pager, 1000));              /* it went unused for longest */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cache_shows_what_was_written_whatever_happens),
        cmocka_unit_test_setup_teardown(dirty_pages_go_in_runs, fresh, done),
        cmocka_unit_test_setup_teardown(no_more_pages_are_dirty_than_may_be, fresh, done),
        cmocka_unit_test_setup_teardown(pages_that_cannot_be_written_stay_and_bar_more, fresh, done),
        cmocka_unit_test_setup_teardown(errors_come_from_where_they_happen, fresh, done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
