/* SPDX-License-Identifier: MIT */
/* The library's clock, with a note of each page that comes or goes. */
#include "gc_policy.h"

volatile unsigned char gc_in_core[GC_PAGES];

static void gc_fault(struct hurd_policy *p, struct hurd_page *page)
{
    gc_in_core[page->number] = 1;
    hurd_policy_clock.fault(p, page);
}

static struct hurd_page *gc_victim(struct hurd_policy *p)
{
    return hurd_policy_clock.victim(p);
}

static void gc_forget(struct hurd_policy *p, struct hurd_page *page)
{
    gc_in_core[page->number] = 0;
    hurd_policy_clock.forget(p, page);
}

const struct hurd_policy_ops gc_policy = {
    .name = "gc", .fault = gc_fault, .victim = gc_victim, .forget = gc_forget,
};
