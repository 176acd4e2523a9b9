/* SPDX-License-Identifier: MIT */
/* Plays the trace of a real program against the stores with operations of libhurd-mm.
 *
 *      replay-NAME POLICY[+ahead]@FRAMES...    policies as `pagesim` has them, and with its
 *                                              parameters; +ahead: MADV_SEQUENTIAL
 *
 * Prints "replay POLICY FRAMES fetched first reads evicted cleaned instructions" for each. A page
 * says which one it is and how often it was written; every touch looks at both, and each word of
 * what goes back to the store is looked at. */
#include <hurd/mm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rule_policy.h"
#include "trace.h"

enum { WORDS = HURD_MM_PAGE / sizeof(uint32_t), VERSION = 1 };

extern const struct trace_header trace;

static uint32_t *stored;        /* of each place: the version in the store */
static uint32_t *current;       /* ... and in the page, as this program wrote it */
static uint32_t reads, first, wrong;

/* ---- the store: its pages are computed, but for one word ---- */

static uint32_t word_of(uint32_t place, uint32_t i)
{
    return place * 2654435761u + i;
}

static int fetch(void *hook, uintptr_t offset, void *const *page, unsigned pages)
{
    (void)hook;
    reads++;
    for (unsigned n = 0; n < pages; n++) {
        uint32_t place = offset / HURD_MM_PAGE + n, *words = page[n];
        for (uint32_t i = 0; i < WORDS; i++)
            words[i] = word_of(place, i);
        if (stored[place] == UINT32_MAX) {
            first++;
            stored[place] = 0;
        }
        words[VERSION] = stored[place];
    }
    return 0;
}

static int clean(void *hook, uintptr_t offset, void *const *page, unsigned pages)
{
    (void)hook;
    for (unsigned n = 0; n < pages; n++) {
        uint32_t place = offset / HURD_MM_PAGE + n;
        const uint32_t *words = page[n];
        for (uint32_t i = 0; i < WORDS; i++)
            wrong += i != VERSION && words[i] != word_of(place, i);
        wrong += words[VERSION] != current[place];
        stored[place] = words[VERSION];
    }
    return 0;
}

static const struct hurd_store_ops ops = {
    .fetch = fetch, .clean = clean, .rights = HURD_VM_READ | HURD_VM_WRITE,
};

/* ---- policies ---- */

static const struct hurd_policy_ops *const known[] = {
    &hurd_policy_clock, &hurd_policy_fifo, &hurd_policy_mru, &hurd_policy_random, &hurd_policy_2q,
    &rule_policy,
};

static const struct hurd_policy_ops *find(const char *word)
{
    size_t length = strcspn(word, ":+@");
    for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i]->name) == length && !strncmp(known[i]->name, word, length))
            return known[i];
    return NULL;
}

/* "rule:CLASSES:WINDOW:AGE"; the others have one number.  0: the default. */
static uint32_t parameters(const struct hurd_policy_ops *policy, const char *word, uint32_t frames)
{
    uint32_t number[3] = {0}, classes = 0, n = 0;
    for (const char *c = word; *c && *c != '@'; c++)
        if (*c == ':' && n < 3) {
            number[n++] = strtoul(c + 1, NULL, 10);
            for (const char *d = c + 1; n == 1 && *d >= '0' && *d <= '9'; d++)
                classes |= 1u << (*d - '0');
        }
    if (policy != &rule_policy)
        return number[0];
    memset(&rule, 0, sizeof rule);
    for (uint32_t place = 0; place < trace.places; place++)
        if (trace_classes(&trace)[place] < 10 && classes >> trace_classes(&trace)[place] & 1)
            rule.scanned[place / 32] |= 1u << place % 32;
    rule.window = number[1] ? number[1] : 1;
    rule.age = number[2] ? number[2] : frames / 6 + 1;
    return 0;
}

static bool reads_ahead(const char *word)
{
    return word[strcspn(word, "+@")] == '+';
}

/* No page is read from the gaps: regions end there, and nothing is read behind a region's end. */
static int read_ahead(uintptr_t base)
{
    int error = hurd_vm_advise(base, trace.places * HURD_MM_PAGE, HURD_VM_SEQUENTIAL);
    for (uint32_t place = 0; !error && place < trace.places; place++)
        if (trace_classes(&trace)[place] == TRACE_NO_PAGE)
            error = hurd_vm_deallocate(base + place * HURD_MM_PAGE, HURD_MM_PAGE);
    return error;
}

/* ---- one run ---- */

static inline uint64_t instructions(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

static void play(uintptr_t base)
{
    struct trace_reader r = trace_start(&trace);
    for (uint32_t i = 0; i < trace.count; i++) {
        uint32_t place = trace_next(&r), some = 2 + i % (WORDS - 2);
        volatile uint32_t *words = (volatile uint32_t *)(base + place * HURD_MM_PAGE);
        if (r.unmap)
            continue;
        if (r.write)
            words[VERSION] = ++current[place];
        wrong += words[VERSION] != current[place] || words[some] != word_of(place, some);
    }
}

static int run(const char *word)
{
    const struct hurd_policy_ops *policy = find(word);
    const char *at = strchr(word, '@');
    uint32_t frames = at ? strtoul(at + 1, NULL, 10) : 0;
    const uintptr_t size = trace.places * HURD_MM_PAGE;
    struct hurd_store store;
    struct hurd_mm_counters before, after;
    unsigned number;
    uintptr_t base = 0;
    if (!policy || !frames)
        return printf("replay: %s is no POLICY@FRAMES\n", word);
    memset(stored, 0xff, trace.places * sizeof *stored);
    memset(current, 0, trace.places * sizeof *current);
    reads = first = 0;
    int error = hurd_store_create(&store, NULL, &ops);
    if (!error)
        error = hurd_store_bind_to_vm(&store, 0, size, 0, ops.rights, &base);
    if (!error)
        error = hurd_policy_create(policy, frames, parameters(policy, word, frames), &number);
    if (!error)
        error = hurd_vm_set_policy(base, size, number);
    if (!error && reads_ahead(word))
        error = read_ahead(base);
    if (error)
        return printf("replay: %s: %s\n", word, strerror(error));
    hurd_mm_counters(&before);
    uint64_t start = instructions();
    play(base);
    uint64_t took = instructions() - start;
    hurd_mm_counters(&after);
    if (hurd_vm_deallocate(base, size) || hurd_store_destroy(&store) || hurd_policy_destroy(number))
        return printf("replay: %s does not end well\n", word);
    printf("replay %.*s %u %u %u %u %u %u %llu\n", (int)(at - word), word, (unsigned)frames,
           (unsigned)(after.fetched - before.fetched), (unsigned)first, (unsigned)reads,
           (unsigned)(after.evicted - before.evicted), (unsigned)(after.cleaned - before.cleaned),
           (unsigned long long)took);
    return 0;
}

int main(int argc, char **argv)
{
    int status = 0;
    if (trace.magic != TRACE_MAGIC || trace.places > RULE_PAGES)
        return printf("replay: this is no trace, or too large a one\n");
    stored = malloc(trace.places * sizeof *stored);
    current = malloc(trace.places * sizeof *current);
    if (!stored || !current)
        return printf("replay: no memory\n");
    for (int i = 1; i < argc && !status; i++)
        status = run(argv[i]);
    if (wrong)
        printf("replay: %u words were not what they should be\n", (unsigned)wrong);
    printf("# done\n");
    return status || wrong;
}
