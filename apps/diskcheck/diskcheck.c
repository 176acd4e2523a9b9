/* SPDX-License-Identifier: MIT */
/* Writes patterns to a disk, reads them back and looks at every byte:
 *      run -b DISK diskcheck [PAGES [SEED [THREADS [ROUNDS]]]]
 * Of the disk (or partition), the first PAGES pages are overwritten, split among THREADS; each
 * thread makes ROUNDS times PAGES requests of up to eight pages, by lot.  The status is 0 only if
 * all that was written was there again. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/block.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>

enum {
    PAGE = 4096,
    RUN_PAGES = 8,
    SECTOR_WORDS = HURD_BLOCK_SECTOR / 4,
    THREADS_MOST = 8,
    PAUSE = 10000,              /* us */
    MASTER_TRIES = 100,
    NEVER_WRITTEN = 0,
    UNKNOWN = 0xFFFFFFFF,       /* a write failed half-way */
};

static struct part {
    unsigned number;
    L4_Word_t first, pages;     /* of the volume */
    uint32_t random;
    uint32_t *version;          /* what was last written to each page */
    bool *complained;           /* of each page */
    L4_Word_t container;
    uint32_t *words;            /* the container, mapped */
    struct hurd_block block;
    unsigned long requests, verified, failed, wrong;
    const char *problem;        /* it could not go on */
    int error;
    volatile bool done;
} parts[THREADS_MOST];

static L4_ThreadId_t deva;
static L4_Word_t capability;
static uint32_t seed = 1;
static unsigned long rounds = 1;

static uint32_t mix(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7FEB352D;
    x ^= x >> 15;
    x *= 0x846CA68B;
    return x ^ x >> 16;
}

static uint32_t draw(struct part *p, uint32_t limit)
{
    p->random = mix(p->random + 0x9E3779B9);
    return p->random % limit;
}

/* The n-th word of a page: says where it belongs and which writing it is of. */
static uint32_t pattern(L4_Word_t page, uint32_t version, unsigned n)
{
    return mix(seed ^ mix((uint32_t) page * 1024 + n) ^ version * 0x9E3779B9);
}

static void fill(struct part *p, L4_Word_t page, unsigned slot)
{
    for (unsigned n = 0; n < PAGE / 4; n++)
        p->words[slot * (PAGE / 4) + n] = pattern(p->first + page, p->version[page], n);
}

static void verify(struct part *p, L4_Word_t page, unsigned slot)
{
    unsigned wrong = 0;
    for (unsigned n = 0; n < PAGE / 4; n++)
        wrong += p->words[slot * (PAGE / 4) + n] != pattern(p->first + page, p->version[page], n);
    if (wrong && !p->wrong++)
        printf("diskcheck: page %lu: %u words are not as written\n",
               (unsigned long) (p->first + page), wrong);
    p->verified += !wrong;
}

/* True when the thread can go on: a drive that cannot is counted. */
static bool survived(struct part *p, const char *what, int err)
{
    if (!err || err == EIO)
        return true;
    p->problem = what;
    p->error = err;
    return false;
}

/* Said once for each page. */
static void complain(struct part *p, L4_Word_t page, const char *what)
{
    p->failed++;
    if (p->complained[page])
        return;
    p->complained[page] = true;
    printf("diskcheck: page %lu: %s error\n", (unsigned long) (p->first + page), what);
}

static bool write_run(struct part *p, L4_Word_t page, unsigned count)
{
    L4_Word_t done;
    for (unsigned i = 0; i < count; i++) {
        p->version[page + i] = p->version[page + i] == UNKNOWN ? 1 : p->version[page + i] + 1;
        fill(p, page + i, i);
    }
    int err = hurd_block_write(&p->block, 0, (p->first + page) * HURD_BLOCK_PER_PAGE,
                               count * HURD_BLOCK_PER_PAGE, &done);
    p->requests++;
    unsigned through = err ? (unsigned) done / HURD_BLOCK_PER_PAGE : count;
    for (unsigned i = through; i < count; i++)
        p->version[page + i] = UNKNOWN;
    if (err == EIO)
        complain(p, page + through, "write");
    return survived(p, "write", err);
}

/* What a failed read did not bring is read page by page. */
static bool read_run(struct part *p, L4_Word_t page, unsigned count)
{
    L4_Word_t done;
    memset(p->words, 0xA5, count * PAGE);
    int err = hurd_block_read(&p->block, 0, (p->first + page) * HURD_BLOCK_PER_PAGE,
                              count * HURD_BLOCK_PER_PAGE, &done);
    p->requests++;
    unsigned through = err ? (unsigned) done / HURD_BLOCK_PER_PAGE : count;
    for (unsigned i = 0; i < through; i++) {
        if (p->version[page + i] != NEVER_WRITTEN && p->version[page + i] != UNKNOWN)
            verify(p, page + i, i);
    }
    if (!survived(p, "read", err))
        return false;
    if (err)
        complain(p, page + through, "read");
    return !err || through + 1 >= count || read_run(p, page + through + 1, count - through - 1);
}

/* Seven sectors or fewer, from an odd place: the rest of the page is zero. */
static bool read_odd(struct part *p, L4_Word_t page)
{
    unsigned first = draw(p, HURD_BLOCK_PER_PAGE), count = 1 + draw(p, HURD_BLOCK_PER_PAGE - 1);
    if (count > HURD_BLOCK_PER_PAGE - first)
        count = HURD_BLOCK_PER_PAGE - first;
    if (p->version[page] == NEVER_WRITTEN || p->version[page] == UNKNOWN || count == 8)
        return true;
    memset(p->words, 0xA5, PAGE);
    int err = hurd_block_read(&p->block, 0, (p->first + page) * HURD_BLOCK_PER_PAGE + first, count,
                              NULL);
    p->requests++;
    for (unsigned n = 0; !err && n < PAGE / 4; n++) {
        uint32_t wanted = n < count * SECTOR_WORDS
                              ? pattern(p->first + page, p->version[page], first * SECTOR_WORDS + n)
                              : 0;
        if (p->words[n] != wanted && !p->wrong++)
            printf("diskcheck: page %lu, word %u of %u sectors from %u on\n",
                   (unsigned long) (p->first + page), n, count, first);
    }
    if (err == EIO)
        complain(p, page, "read");
    return survived(p, "read", err);
}

static bool step(struct part *p)
{
    L4_Word_t page = draw(p, p->pages);
    unsigned count = 1 + draw(p, RUN_PAGES);
    if (count > p->pages - page)
        count = (unsigned) (p->pages - page);
    switch (draw(p, 8)) {
    case 0: case 1: case 2: case 3:
        return write_run(p, page, count);
    case 4:
        return read_odd(p, page);
    default:
        return read_run(p, page, count);
    }
}

static bool prepare(struct part *p)
{
    L4_ThreadId_t physmem = L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
    uintptr_t address = 0;
    p->version = calloc(p->pages, sizeof p->version[0]);
    p->complained = calloc(p->pages, sizeof p->complained[0]);
    int err = p->version && p->complained ? 0 : ENOMEM;
    if (!err)
        err = hurd_pm_container_create(physmem, __hurd_startup_data->physmem_control.cap, 0,
                                       &p->container);
    if (!err)
        err = hurd_pm_container_allocate(physmem, p->container, 0, 0, RUN_PAGES * PAGE, NULL);
    if (!err)
        err = hurd_vm_map_container(&address, RUN_PAGES * PAGE, 0, HURD_VM_READ | HURD_VM_WRITE,
                                    p->container, 0);
    p->words = (uint32_t *) address;
    if (!err)
        err = hurd_block_open(&p->block, deva, capability);
    if (!err)
        err = hurd_block_use(&p->block, physmem, p->container, HURD_PM_READ | HURD_PM_WRITE);
    p->problem = "open";
    p->error = err;
    return !err;
}

static void check(void *argument)
{
    struct part *p = argument;
    if (prepare(p)) {
        p->problem = NULL;
        bool on = true;
        for (unsigned long i = 0; on && i < rounds * p->pages; i++)
            on = step(p);
        for (L4_Word_t page = 0; on && page < p->pages; page += RUN_PAGES)
            on = read_run(p, page, p->pages - page < RUN_PAGES ? (unsigned) (p->pages - page)
                                                               : RUN_PAGES);
        int err = on ? hurd_block_flush(&p->block) : 0;
        if (err == EIO)
            complain(p, 0, "flush");
        survived(p, "flush", err);
    }
    p->done = true;
}

static unsigned long argument(int argc, char **argv, int n, unsigned long otherwise)
{
    return argc > n ? strtoul(argv[n], NULL, 0) : otherwise;
}

/* init gives the capability a little after the start. */
static int find_disk(void)
{
    int err = ENOENT;
    deva = L4_ThreadIdOfRaw(__hurd_startup_data->console.server);
    for (int i = 0; err && i < MASTER_TRIES; i++) {
        err = hurd_block_capability(deva, __hurd_startup_data->console.cap, &capability);
        if (err)
            L4_Sleep(L4_TimePeriod(PAUSE));
    }
    return err;
}

static void counters_print(void)
{
    struct hurd_block_counters c;
    if (!hurd_block_counters(&parts[0].block, &c))
        printf("diskcheck: driver: %lu requests, %lu commands, %lu merged, %lu errors, %lu resets, "
               "%lu timeouts, %lu interrupts\n", c.requests, c.commands, c.merged, c.errors,
               c.resets, c.timeouts, c.interrupts);
}

static int report(unsigned threads)
{
    unsigned long requests = 0, verified = 0, failed = 0, wrong = 0, reopened = 0;
    bool whole = true;
    for (unsigned i = 0; i < threads; i++) {
        struct part *p = &parts[i];
        requests += p->requests;
        verified += p->verified;
        failed += p->failed;
        wrong += p->wrong;
        reopened += p->block.reopened;
        if (p->problem) {
            printf("diskcheck: %s: %s\n", p->problem, strerror(p->error));
            whole = false;
        }
    }
    counters_print();
    printf("diskcheck: %lu requests, %lu pages verified, %lu wrong, %lu failed, %lu drivers gone\n",
           requests, verified, wrong, failed, reopened);
    whole = whole && verified > 0 && !wrong && !failed;
    printf("diskcheck: %s\n", whole ? "all data intact" : "NOT all is well");
    return whole ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    unsigned long pages = argument(argc, argv, 1, 64);
    seed = argument(argc, argv, 2, 1);
    unsigned long threads = argument(argc, argv, 3, 1);
    rounds = argument(argc, argv, 4, 1);
    if (threads == 0 || threads > THREADS_MOST || pages < threads) {
        printf("diskcheck: diskcheck [PAGES [SEED [THREADS, 1 to %d [ROUNDS]]]]\n", THREADS_MOST);
        return EXIT_FAILURE;
    }
    if (find_disk()) {
        printf("diskcheck: say which disk: run -b DISK diskcheck; `disk` lists them\n");
        return EXIT_FAILURE;
    }
    for (unsigned i = 0; i < threads; i++) {
        struct part *p = &parts[i];
        *p = (struct part) { .number = i, .first = pages / threads * i, .pages = pages / threads,
                             .random = seed * 16 + i };
        L4_ThreadId_t thread;
        if (hurd_thread_start(&thread, check, p, 0)) {
            printf("diskcheck: no thread\n");
            return EXIT_FAILURE;
        }
    }
    for (unsigned i = 0; i < threads; i++) {
        while (!parts[i].done)
            L4_Sleep(L4_TimePeriod(PAUSE));
    }
    return report((unsigned) threads);
}
