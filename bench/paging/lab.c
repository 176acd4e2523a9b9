/* SPDX-License-Identifier: MIT */
/* Stores of the experiments and their disk.  There is one head for all stores, so it costs seeks to
 * read here and there. */
#include "lab.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct counts counts;
static uint32_t head, next_disk = 1;
static uint64_t started;

static struct policy_in_use {
    unsigned number;
    const struct lab_store *store;      /* with which it ends; NULL: free */
} policies[HURD_POLICIES];

void lab_check(bool right, const char *what)
{
    if (right)
        return;
    printf("selfpaged: %s\n", what);
    exit(1);
}

uint32_t lab_random(uint32_t *state)
{
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

static inline uint64_t instructions(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

/* ---- counting ---- */

void lab_start(void)
{
    counts = (struct counts){0};
    head = 0;
    started = instructions();
}

uint64_t lab_time(void)
{
    return counts.disk + (instructions() - started) / INSTRUCTIONS;
}

uint64_t lab_disk_time(void)
{
    return counts.disk;
}

void lab_late(void)
{
    counts.late++;
}

void lab_report(const char *experiment, const char *name, uint32_t frames)
{
    counts.instructions = instructions() - started;
    printf("paging %s %s frames=%u first=%u again=%u reads=%u writes=%u written=%u late=%u "
           "disk=%llu instr=%llu\n", experiment, name, (unsigned)frames, (unsigned)counts.first,
           (unsigned)counts.again, (unsigned)counts.reads, (unsigned)counts.writes,
           (unsigned)counts.written, (unsigned)counts.late, (unsigned long long)counts.disk,
           (unsigned long long)counts.instructions);
}

static void disk_move(const struct lab_store *s, uint32_t page, uint32_t pages)
{
    if (!s->disk)
        return;
    counts.disk += (s->disk + page == head ? 0 : SEEK) + TRANSFER * pages;
    head = s->disk + page + pages;
}

void lab_fetched(bool first, uint32_t place)
{
    static const struct lab_store elsewhere = {.disk = 1};
    *(first ? &counts.first : &counts.again) += 1;
    counts.reads++;
    disk_move(&elsewhere, place, 1);
}

/* ---- the stores' operations, in the library's threads ---- */

/* False: the page comes without the disk. */
static bool page_in(struct lab_store *s, uint32_t page, uint32_t *words)
{
    bool worthless = s->known[page] & LAB_WORTHLESS;
    *(s->known[page] & LAB_CAME ? &counts.again : &counts.first) += 1;
    s->known[page] = (s->known[page] & ~LAB_WORTHLESS) | LAB_CAME;
    if (worthless)
        memset(words, 0, PAGE);
    else if (s->kept && (!s->fill || s->known[page] & LAB_WRITTEN))
        memcpy(words, s->kept + page * WORDS, PAGE);
    else
        s->fill(page, words);
    return !worthless;
}

static int fetch(void *hook, uintptr_t offset, void *const *page, unsigned pages)
{
    struct lab_store *s = hook;
    bool disk = false;
    for (unsigned i = 0; i < pages; i++)
        disk = page_in(s, offset / PAGE + i, page[i]) || disk;
    if (disk) {
        counts.reads++;
        disk_move(s, offset / PAGE, pages);
    }
    return 0;
}

void lab_worthless(struct lab_store *s, uint32_t page)
{
    s->known[page] |= LAB_WORTHLESS;
}

void lab_forget(struct lab_store *s, uint32_t page)
{
    lab_worthless(s, page);
    lab_check(hurd_store_discard(&s->store, page * PAGE, PAGE) == 0, "a page is not forgotten");
}

static int clean(void *hook, uintptr_t offset, void *const *page, unsigned pages)
{
    struct lab_store *s = hook;
    for (unsigned i = 0; i < pages; i++) {
        uint32_t number = offset / PAGE + i;
        memcpy(s->kept + number * WORDS, page[i], PAGE);
        s->known[number] = (s->known[number] & ~LAB_WORTHLESS) | LAB_WRITTEN;
        if (s->leaving)
            s->leaving(number, page[i]);
    }
    counts.writes++;
    counts.written += pages;
    disk_move(s, offset / PAGE, pages);
    return 0;
}

static const struct hurd_store_ops readable = {.fetch = fetch, .rights = HURD_VM_READ};
static const struct hurd_store_ops writable = {
    .fetch = fetch, .clean = clean, .rights = HURD_VM_READ | HURD_VM_WRITE,
};

void lab_open(struct lab_store *s, uint32_t pages, enum lab_kind kind, lab_fill_t *fill)
{
    const struct hurd_store_ops *ops = kind == LAB_WRITABLE ? &writable : &readable;
    *s = (struct lab_store){.pages = pages, .fill = fill};
    if (kind != LAB_COMPUTED)
        s->disk = next_disk;
    next_disk += pages + 1000;
    s->known = calloc(pages, 1);
    if (kind == LAB_WRITABLE)
        s->kept = calloc(pages, PAGE);
    lab_check(s->known && (s->kept || kind != LAB_WRITABLE), "no memory");
    lab_check(hurd_store_create(&s->store, s, ops) == 0, "a store");
    lab_check(hurd_store_bind_to_vm(&s->store, 0, pages * PAGE, 0, ops->rights, &s->base) == 0,
              "a store is not mapped");
}

unsigned lab_policy(struct lab_store *s, const struct hurd_policy_ops *ops, uint32_t frames,
                    uint32_t parameter)
{
    for (struct policy_in_use *p = policies; p < policies + HURD_POLICIES; p++) {
        if (p->store)
            continue;
        lab_check(hurd_policy_create(ops, frames, parameter, &p->number) == 0, "a policy");
        p->store = s;
        lab_share(s, p->number);
        return p->number;
    }
    lab_check(false, "too many policies");
    return 0;
}

void lab_share(struct lab_store *s, unsigned policy)
{
    lab_check(hurd_vm_set_policy(s->base, s->pages * PAGE, policy) == 0, "a policy is not set");
}

/* Stores that share a policy end before the one that made it. */
void lab_close(struct lab_store *s)
{
    lab_check(hurd_vm_deallocate(s->base, s->pages * PAGE) == 0, "a store is not unmapped");
    lab_check(hurd_store_destroy(&s->store) == 0, "a store does not end");
    for (struct policy_in_use *p = policies; p < policies + HURD_POLICIES; p++)
        if (p->store == s) {
            lab_check(hurd_policy_destroy(p->number) == 0, "a policy does not end");
            p->store = NULL;
        }
    free(s->known);
    free(s->kept);
}
