/* SPDX-License-Identifier: MIT */
/* Data analysis: a table that can be computed again (regen), and a matrix product that knows how
 * many frames it has (plan). */
#include "lab.h"
#include <stdio.h>
#include "apps/policies/scan_policy.h"

/* ---- regenerate instead of page.  A row that costs 120,000 instructions (0.12 ms) is cheaper than
 * a seek, a row that costs 1.8 million is dearer than a page that the disk reads in passing ---- */

enum { ROWS = 300 };

struct table {
    const char *experiment;
    uint32_t rows, frames, uses, rounds;
    bool in_order;
};

static const struct table cheap = {"regen", 300, 150, 1500, 20, false},
                          dear = {"regen.dear", 60, 30, 240, 300, true};
static uint32_t sums[ROWS], rounds;

/* Each round mixes the whole page: a row cannot be had for less. */
static void derive(uint32_t page, uint32_t *words)
{
    uint32_t state = page * 2654435761u + 1;
    for (uint32_t i = 0; i < WORDS; i++)
        words[i] = state + i;
    for (uint32_t round = 0; round < rounds; round++)
        for (uint32_t i = 0; i < WORDS; i++)
            words[i] = state = (state ^ words[i]) * 1664525u + 1013904223u;
}

static uint32_t sum_of(const volatile uint32_t *words)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < WORDS; i++)
        sum = sum * 31 + words[i];
    return sum;
}

/* Kept: derived once, then written to the disk and read again.  Else the store computes. */
static void regen_with(const struct table *t, const char *name, bool keep)
{
    struct lab_store table;
    uint32_t seed = 3;
    lab_open(&table, t->rows, keep ? LAB_WRITABLE : LAB_COMPUTED, keep ? NULL : derive);
    lab_policy(&table, &hurd_policy_clock, t->frames, 0);
    lab_start();
    for (uint32_t row = 0; keep && row < t->rows; row++) {
        lab_worthless(&table, row);
        derive(row, (uint32_t *)lab_words(&table, row));
    }
    for (uint32_t i = 0; i < t->uses; i++) {
        uint32_t row = t->in_order ? i % t->rows : lab_random(&seed) % t->rows;
        lab_check(sum_of(lab_words(&table, row)) == sums[row], "a row is wrong");
    }
    lab_report(t->experiment, name, t->frames);
    lab_close(&table);
}

static void regen_both(const struct table *t)
{
    static uint32_t words[WORDS];
    rounds = t->rounds;
    for (uint32_t row = 0; row < t->rows; row++) {
        derive(row, words);
        sums[row] = sum_of(words);
    }
    regen_with(t, "paged", true);
    regen_with(t, "own", false);
}

void regen(void)
{
    regen_both(&cheap);
    regen_both(&dear);
}

/* ---- C = A B, where A has 32 rows: naive, naive with a rule for B, and in blocks of as many rows
 * of B as the frames have room for ---- */

enum { N = 128, HEIGHT = 32, PER_PAGE = WORDS / N, PLACES = 14 };

static struct lab_store a, b, c;

static volatile uint32_t *element(const struct lab_store *m, uint32_t i, uint32_t j)
{
    return lab_words(m, i / PER_PAGE) + i % PER_PAGE * N + j;
}

static uint32_t of_a(uint32_t i, uint32_t j) { return i * 7 + j * 3 + 1; }
static uint32_t of_b(uint32_t i, uint32_t j) { return i * 5 + j * 11 + 2; }

static void fill_a(uint32_t page, uint32_t *words)
{
    for (uint32_t i = 0; i < WORDS; i++)
        words[i] = of_a(page * PER_PAGE + i / N, i % N);
}

static void fill_b(uint32_t page, uint32_t *words)
{
    for (uint32_t i = 0; i < WORDS; i++)
        words[i] = of_b(page * PER_PAGE + i / N, i % N);
}

/* Rows [from, to) of B. */
static void multiply(uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < HEIGHT; i++)
        for (uint32_t j = 0; j < N; j++) {
            uint32_t sum = 0;
            for (uint32_t k = from; k < to; k++)
                sum += *element(&a, i, k) * *element(&b, k, j);
            *element(&c, i, j) += sum;
        }
}

static void check_product(void)
{
    for (uint32_t i = 0; i < HEIGHT; i++)
        for (uint32_t j = 0; j < N; j += 5) {
            uint32_t sum = 0;
            for (uint32_t k = 0; k < N; k++)
                sum += of_a(i, k) * of_b(k, j);
            lab_check(*element(&c, i, j) == sum, "a product is wrong");
        }
}

static void plan_with(const char *name, uint32_t block, uint32_t of_b_only)
{
    lab_open(&c, HEIGHT / PER_PAGE, LAB_WRITABLE, NULL);
    lab_open(&a, HEIGHT / PER_PAGE, LAB_READABLE, fill_a);
    lab_open(&b, N / PER_PAGE, LAB_READABLE, fill_b);
    unsigned policy = lab_policy(&c, &hurd_policy_clock, PLACES - of_b_only, 0);
    lab_share(&a, policy);
    if (of_b_only)
        lab_policy(&b, &scan_policy, of_b_only, 0);
    else
        lab_share(&b, policy);
    lab_start();
    for (uint32_t row = 0; row < N; row += block)
        multiply(row, row + block);
    lab_report("plan", name, PLACES);
    check_product();
    lab_close(&b);
    lab_close(&a);
    lab_close(&c);
}

void plan(void)
{
    /* A block of B, and a page each of A and C, twice where the next row begins. */
    uint32_t block = N;
    while (block / PER_PAGE + 4 > PLACES)
        block /= 2;
    plan_with("naive", N, 0);
    plan_with("rule", N, PLACES - 4);
    plan_with("own", block, 0);
}
