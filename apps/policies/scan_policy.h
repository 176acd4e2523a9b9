/* SPDX-License-Identifier: MIT */
#ifndef SCAN_POLICY_H
#define SCAN_POLICY_H

#include <hurd/policy.h>

extern const struct hurd_policy_ops scan_policy;

#endif
