/* SPDX-License-Identifier: MIT */
/* Pages that are scanned leave newest first, but for a window of those that are still in use. The
 * others are in a clock, and leave when they were not used for so many arrivals, or when there
 * are no scanned pages beyond the window. One policy looks after both, so no border between them
 * has to be guessed. The same rule in the simulator is tools/pagesim/rules.c. */
#include "rule_policy.h"
#include <stddef.h>

enum { OTHERS = 0, SCANNED = 1 };

struct rule rule;

static unsigned list_of(const struct hurd_page *page)
{
    return rule.scanned[page->number / 32] >> page->number % 32 & 1;
}

/* word[1]: arrivals so far; page->mark: how many there were when it was last known to be in use. */
static void rule_fault(struct hurd_policy *p, struct hurd_page *page)
{
    page->mark = ++p->word[1];
    hurd_page_append(&p->list[list_of(page)], page);
}

static void rule_forget(struct hurd_policy *p, struct hurd_page *page)
{
    hurd_page_remove(&p->list[list_of(page)], page);
}

/* The oldest of the others goes to the end of its list: it has been used. */
static void keep_first(struct hurd_policy *p)
{
    struct hurd_page *page = p->list[OTHERS].first;
    page->mark = p->word[1];
    hurd_page_remove(&p->list[OTHERS], page);
    hurd_page_append(&p->list[OTHERS], page);
}

static struct hurd_page *idle_page(struct hurd_policy *p)
{
    for (uint32_t n = p->list[OTHERS].count; n > 0; n--) {
        struct hurd_page *page = p->list[OTHERS].first;
        if (p->word[1] - page->mark < rule.age)
            return NULL;
        if (!hurd_page_look(page))
            return page;
        keep_first(p);
    }
    return NULL;
}

static struct hurd_page *rule_victim(struct hurd_policy *p)
{
    struct hurd_page *page = idle_page(p);
    if (page)
        return page;
    if (p->list[SCANNED].count > rule.window) {
        page = p->list[SCANNED].last;
        for (uint32_t n = rule.window; n > 0; n--)
            page = page->prev;
        return page;
    }
    for (uint32_t n = p->list[OTHERS].count; n > 0 && hurd_page_look(p->list[OTHERS].first); n--)
        keep_first(p);
    return p->list[OTHERS].count ? p->list[OTHERS].first : p->list[SCANNED].first;
}

const struct hurd_policy_ops rule_policy = {
    .name = "rule", .fault = rule_fault, .victim = rule_victim, .forget = rule_forget,
};
