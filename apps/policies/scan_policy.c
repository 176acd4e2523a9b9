/* SPDX-License-Identifier: MIT */
/* A policy of a program's own: for a loop over more pages than there are frames it keeps the front
 * of the loop and lets the rest go through one frame. */
#include <hurd/policy.h>
#include "scan_policy.h"

static void scan_fault(struct hurd_policy *policy, struct hurd_page *page)
{
    hurd_page_append(&policy->list[0], page);
}

static void scan_forget(struct hurd_policy *policy, struct hurd_page *page)
{
    hurd_page_remove(&policy->list[0], page);
}

/* The newest: the loop comes back to it last. */
static struct hurd_page *scan_victim(struct hurd_policy *policy)
{
    return policy->list[0].last;
}

const struct hurd_policy_ops scan_policy = {
    .name = "scan", .fault = scan_fault, .forget = scan_forget, .victim = scan_victim,
};
