/* SPDX-License-Identifier: MIT */
/* A clock that tells its program which pages are in core. */
#ifndef GC_POLICY_H
#define GC_POLICY_H

#include <hurd/policy.h>

enum { GC_PAGES = 1024 };

extern const struct hurd_policy_ops gc_policy;

/* By page number: in core, and going to stay until the program touches a page that is not. */
extern volatile unsigned char gc_in_core[GC_PAGES];

#endif
