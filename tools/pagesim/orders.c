/* SPDX-License-Identifier: MIT */
/* Policies that keep the pages in one order: LRU, CLOCK, FIFO, MRU; and RANDOM, which has none. */
#include "sim.h"

static void append(struct sim *s, uint32_t page)
{
    list_append(s, 0, page);
}

static void move_to_end(struct sim *s, uint32_t page)
{
    list_remove(s, page);
    list_append(s, 0, page);
}

static uint32_t oldest(struct sim *s, uint32_t incoming)
{
    (void)incoming;
    return s->lists[0].first;
}

static uint32_t clock_victim(struct sim *s, uint32_t incoming)
{
    (void)incoming;
    return list_turn(s, 0);
}

/* The parameter: how many newest pages are spared. */
static uint32_t mru_victim(struct sim *s, uint32_t incoming)
{
    (void)incoming;
    return list_newest(s, 0, s->parameter[0] ? s->parameter[0] : 1);
}

const struct policy lru_policy = {
    "lru", "least recently used", true, 0, append, move_to_end, oldest, list_remove};
const struct policy clock_policy = {
    "clock", "second chance; a page comes with its bit set", false, 0, append, 0, clock_victim,
    list_remove};
const struct policy fifo_policy = {
    "fifo", "first come, first gone", false, 0, append, 0, oldest, list_remove};
const struct policy mru_policy = {
    "mru", "most recently used, but for the K (1) newest: mru:K", false, 0, append, move_to_end,
    mru_victim, list_remove};

/* ---- random: xorshift32, seeded ---- */

static uint32_t random_next(uint32_t *state)
{
    uint32_t x = *state ? *state : 2463534242u;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

static void nothing(struct sim *s, uint32_t page)
{
    (void)s, (void)page;
}

static uint32_t random_victim(struct sim *s, uint32_t incoming)
{
    (void)incoming;
    uint32_t page = NONE;               /* nearly all slots have a page when one has to go */
    for (uint32_t tries = 0; page == NONE && tries < 64 * s->slots; tries++)
        page = page_at(s, random_next(&s->parameter[0]));
    return page;
}

const struct policy random_policy = {
    "random", "any; a seed: random:SEED", false, 0, nothing, 0, random_victim, nothing};
