/* SPDX-License-Identifier: MIT */
/* A program's own policy: it knows which of its pages it goes over in one order. */
#ifndef RULE_POLICY_H
#define RULE_POLICY_H

#include <hurd/policy.h>

enum { RULE_PAGES = 32768 };

extern const struct hurd_policy_ops rule_policy;

/* For the next policy: which pages of the store are scanned (bits, by page number), how many of
 * them are spared, and after how many arrivals another page counts as unused. */
extern struct rule {
    uint32_t scanned[RULE_PAGES / 32];
    uint32_t window, age;
} rule;

#endif
