/* SPDX-License-Identifier: MIT */
/* What own_policy.c counts. */
#ifndef OWN_POLICY_H
#define OWN_POLICY_H

#include <hurd/policy.h>

struct own_counts {
    unsigned faults, touched, dirty, victims, forgotten, hints, advice;
};
extern volatile struct own_counts own_counts;
extern const struct hurd_policy_ops own_policy, liar_policy, half_a_policy;

#endif
