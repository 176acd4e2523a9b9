/* SPDX-License-Identifier: MIT */
/* Region rules: a program says which of its pages it goes over again and again in one order (by
 * their class in the trace), and one policy looks after all of them. Pages of that class leave
 * newest first, but for a window of the K newest ones, which are still in use. The others are in a
 * clock, and leave when they were not used for AGE faults, or when there are none of the class
 * beyond the window. The same rule for libhurd-mm is bench/paging/rule_policy.c. */
#include "sim.h"

enum { OTHERS = 0, SCANNED = 1, RULE_CLASS = 0, RULE_WINDOW = 1, RULE_AGE = 2 };

struct rule {
    uint32_t loads;
    uint32_t seen[];            /* of each page: how many loads there had been when it was last
                                   known to be in use */
};

static void rule_start(struct sim *s)
{
    s->state = allocate(sizeof(struct rule) + s->trace->pages * sizeof(uint32_t));
    if (!s->parameter[RULE_WINDOW])
        s->parameter[RULE_WINDOW] = 1;
    if (!s->parameter[RULE_AGE])
        s->parameter[RULE_AGE] = s->frames / 6 + 1;
}

static void rule_load(struct sim *s, uint32_t page)
{
    struct rule *r = s->state;
    bool scanned = s->parameter[RULE_CLASS] >> s->trace->class[page] & 1;
    r->seen[page] = ++r->loads;
    list_append(s, scanned ? SCANNED : OTHERS, page);
}

/* The oldest of the others if it has not been used for long; those that were go to the end. */
static uint32_t idle_page(struct sim *s)
{
    struct rule *r = s->state;
    for (uint32_t n = s->lists[OTHERS].count; n > 0; n--) {
        uint32_t page = s->lists[OTHERS].first;
        if (r->loads - r->seen[page] < s->parameter[RULE_AGE])
            return NONE;
        if (!page_look(s, page))
            return page;
        r->seen[page] = r->loads;
        list_remove(s, page);
        list_append(s, OTHERS, page);
    }
    return NONE;
}

static uint32_t rule_victim(struct sim *s, uint32_t incoming)
{
    (void)incoming;
    uint32_t page = idle_page(s);
    if (page != NONE)
        return page;
    if (s->lists[SCANNED].count > s->parameter[RULE_WINDOW])
        return list_newest(s, SCANNED, s->parameter[RULE_WINDOW]);
    page = list_turn(s, OTHERS);
    return page != NONE ? page : s->lists[SCANNED].first;
}

const struct policy rule_policy = {
    "rule", "classes newest first behind a window, others by age: rule:CLASSES:K:AGE", false,
    rule_start, rule_load, 0, rule_victim, list_remove};
