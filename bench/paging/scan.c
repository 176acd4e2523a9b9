/* SPDX-License-Identifier: MIT */
/* A data base reads its tables: again and again from front to back (scan, sweep), for each row of
 * another table (join), with look-ups in an index on the way (hotscan), at random (control), at
 * random with favourites (skew). Each page is made of its number; every word is added up. */
#include "lab.h"
#include <stdio.h>
#include "apps/policies/scan_policy.h"

enum { FRAMES = 1000, PASSES = 20 };

static void fill(uint32_t page, uint32_t *words)
{
    for (uint32_t i = 0; i < WORDS; i++)
        words[i] = page * 2654435761u + i;
}

static void read_page(const struct lab_store *s, uint32_t page)
{
    const volatile uint32_t *words = lab_words(s, page);
    uint32_t sum = 0;
    for (uint32_t i = 0; i < WORDS; i++)
        sum += words[i];
    lab_check(sum == page * 2654435761u * WORDS + WORDS * (WORDS - 1) / 2, "a page is wrong");
}

/* ---- the same pages in the same order ---- */

static void scan_with(const char *experiment, const char *name, uint32_t pages, uint32_t frames,
                      uint32_t passes, const struct hurd_policy_ops *ops)
{
    struct lab_store table;
    lab_open(&table, pages, LAB_READABLE, fill);
    lab_policy(&table, ops, frames, 0);
    lab_start();
    for (uint32_t i = 0; i < passes * pages; i++)
        read_page(&table, i % pages);
    lab_report(experiment, name, frames);
    lab_close(&table);
}

void scan(void)
{
    static const struct { const char *name; uint32_t pages; } sizes[] = {
        {"scan.1.02", FRAMES * 102 / 100}, {"scan.1.1", FRAMES * 11 / 10}, {"scan.2.0", FRAMES * 2},
    };
    for (unsigned i = 0; i < 3; i++) {
        scan_with(sizes[i].name, "clock", sizes[i].pages, FRAMES, PASSES, &hurd_policy_clock);
        scan_with(sizes[i].name, "own", sizes[i].pages, FRAMES, PASSES, &scan_policy);
    }
}

/* One table, more and more memory. */
void sweep(void)
{
    static const unsigned short percent[] = {30, 50, 70, 90, 95, 98, 100, 102, 110, 150, 200, 400};
    enum { PAGES = 400, TIMES = 10 };
    for (unsigned i = 0; i < sizeof percent / sizeof percent[0]; i++) {
        uint32_t frames = PAGES * percent[i] / 100;
        scan_with("sweep", "clock", PAGES, frames, TIMES, &hurd_policy_clock);
        scan_with("sweep", "2q", PAGES, frames, TIMES, &hurd_policy_2q);
        scan_with("sweep", "own", PAGES, frames, TIMES, &scan_policy);
    }
}

/* ---- for each row of one table all of another ---- */

enum { OUTER = 60, INNER = FRAMES * 11 / 10, RESULT = 4, FEW = 8 };

/* Each page of the inner table has one key in each word: those of row r are found. */
static uint32_t match(const struct lab_store *inner, uint32_t row)
{
    uint32_t found = 0;
    for (uint32_t page = 0; page < INNER; page++) {
        const volatile uint32_t *words = lab_words(inner, page);
        for (uint32_t i = 0; i < WORDS; i += 16)
            found += words[i] % OUTER == row;
    }
    return found;
}

static uint32_t matches_expected(uint32_t row)
{
    uint32_t found = 0;
    for (uint32_t page = 0; page < INNER; page++)
        for (uint32_t i = 0; i < WORDS; i += 16)
            found += (page * 2654435761u + i) % OUTER == row;
    return found;
}

static void join_with(const char *name, bool own)
{
    struct lab_store outer, inner, result;
    lab_open(&outer, OUTER, LAB_READABLE, fill);
    lab_open(&inner, INNER, LAB_READABLE, fill);
    lab_open(&result, RESULT, LAB_WRITABLE, NULL);
    unsigned few = lab_policy(&outer, &hurd_policy_clock, own ? FEW : FRAMES, 0);
    lab_share(&result, few);
    if (own)
        lab_policy(&inner, &scan_policy, FRAMES - FEW, 0);
    else
        lab_share(&inner, few);
    lab_start();
    for (uint32_t row = 0; row < OUTER; row++) {
        read_page(&outer, row);
        lab_words(&result, row % RESULT)[row] = match(&inner, row);
    }
    lab_report("join.1.1", name, FRAMES);
    for (uint32_t row = 0; row < OUTER; row++)
        lab_check(lab_words(&result, row % RESULT)[row] == matches_expected(row), "a wrong match");
    lab_close(&result);
    lab_close(&inner);
    lab_close(&outer);
}

void join(void)
{
    join_with("clock", false);
    join_with("own", true);
}

/* ---- an index, and a table that is scanned: after four pages of the table one look-up ---- */

enum { TABLE = FRAMES * 11 / 10, INDEX = 200 };

static void hotscan_with(const char *name, bool own)
{
    struct lab_store table, index;
    uint32_t seed = 1;
    lab_open(&index, INDEX, LAB_READABLE, fill);
    lab_open(&table, TABLE, LAB_READABLE, fill);
    unsigned policy = lab_policy(&index, &hurd_policy_clock, own ? INDEX : FRAMES, 0);
    if (own)
        lab_policy(&table, &scan_policy, FRAMES - INDEX, 0);
    else
        lab_share(&table, policy);
    lab_start();
    for (uint32_t i = 0; i < PASSES * TABLE; i++) {
        read_page(&table, i % TABLE);
        if (i % 4 == 0)
            read_page(&index, lab_random(&seed) % INDEX);
    }
    lab_report("hotscan", name, FRAMES);
    lab_close(&table);
    lab_close(&index);
}

void hotscan(void)
{
    hotscan_with("clock", false);
    hotscan_with("own", true);
}

/* ---- look-ups: nothing to win, and much to lose ---- */

enum { LOOKUPS = 10000, ROWS = 1000, ROOM = 500 };

static void lookups_with(const char *experiment, const char *name, bool skewed,
                         const struct hurd_policy_ops *ops)
{
    struct lab_store table;
    uint32_t seed = 7;
    lab_open(&table, ROWS, LAB_READABLE, fill);
    lab_policy(&table, ops, ROOM, 0);
    lab_start();
    for (uint32_t i = 0; i < LOOKUPS; i++) {
        uint32_t row = lab_random(&seed) % ROWS;
        if (skewed)                     /* the higher the rarer, and the favourites move slowly */
            row = (row * (lab_random(&seed) % ROWS) / ROWS * (lab_random(&seed) % ROWS) / ROWS +
                   i / 20) % ROWS;
        read_page(&table, row);
    }
    lab_report(experiment, name, ROOM);
    lab_close(&table);
}

/* Every page is as likely as every other: no policy can know more. */
void control(void)
{
    lookups_with("control", "clock", false, &hurd_policy_clock);
    lookups_with("control", "own", false, &scan_policy);
}

/* The rule for scans, where there is none. */
void skew(void)
{
    lookups_with("skew", "clock", true, &hurd_policy_clock);
    lookups_with("skew", "2q", true, &hurd_policy_2q);
    lookups_with("skew", "own", true, &scan_policy);
}
