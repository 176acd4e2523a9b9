/* SPDX-License-Identifier: MIT */
/* A policy of the program's own: pages with an even number stay as long as there are others. And
 * one that lies. The name of this file puts them on wired pages. */
#include <hurd/policy.h>
#include <stddef.h>
#include "own_policy.h"

volatile struct own_counts own_counts;

static void own_fault(struct hurd_policy *p, struct hurd_page *page)
{
    own_counts.faults++;
    hurd_page_append(&p->list[page->number % 2], page);
}

static void own_touched(struct hurd_policy *p, struct hurd_page *page)
{
    (void)p, (void)page;
    own_counts.touched++;
}

static void own_dirty(struct hurd_policy *p, struct hurd_page *page)
{
    (void)p, (void)page;
    own_counts.dirty++;
}

static struct hurd_page *own_victim(struct hurd_policy *p)
{
    own_counts.victims++;
    return p->list[1].first ? p->list[1].first : p->list[0].first;
}

static void own_forget(struct hurd_policy *p, struct hurd_page *page)
{
    own_counts.forgotten++;
    hurd_page_remove(&p->list[page->number % 2], page);
}

static void own_hint(struct hurd_policy *p, struct hurd_page *page, unsigned advice)
{
    (void)p, (void)page;
    own_counts.hints++;
    own_counts.advice = advice;
}

const struct hurd_policy_ops own_policy = {
    .name = "own", .fault = own_fault, .touched = own_touched, .dirty = own_dirty,
    .victim = own_victim, .forget = own_forget, .hint = own_hint,
};

static struct hurd_page *liar_victim(struct hurd_policy *p)
{
    (void)p;
    return (struct hurd_page *)(0x1234 + own_counts.victims++);
}

const struct hurd_policy_ops liar_policy = {
    .name = "liar", .fault = own_fault, .victim = liar_victim, .forget = own_forget,
};

const struct hurd_policy_ops half_a_policy = {.name = "half", .fault = own_fault};
