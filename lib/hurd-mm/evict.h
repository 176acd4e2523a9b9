/* SPDX-License-Identifier: MIT */
/* Frames for pages that come in, and which pages have to leave for them. */
#ifndef MM_EVICT_H
#define MM_EVICT_H

#include "page.h"

/* Results beside 0 and ENOMEM. */
enum { EVICT_WAITS = -3 };      /* a page is being cleaned, or leaves: try again after that */

/* One page of the policy goes: 0, when its slot is free, EVICT_WAITS or ENOMEM. */
int evict_one(struct hurd_policy *policy);

/* The policy's choice, NULL: it has no page that may go. */
struct hurd_page *evict_choose(struct hurd_policy *policy);

/* A slot for a page under this policy. */
int evict_slot(struct hurd_policy *policy, struct hurd_page **page);

/* A slot for a page that is read ahead, beside the `taken` ones of its batch.  NULL: there is none,
 * and no page could leave at once. */
struct hurd_page *evict_spare(struct hurd_policy *policy, unsigned taken);

/* A frame of a page goes back to physmem, for the next request. */
int evict_frame(void);

/* The policy may choose the page from now on, or not any more. */
void page_choosable(struct hurd_page *page, bool yes);

/* A policy by its number: NULL if there is none. */
struct hurd_policy *policy_of(L4_Word_t number);
unsigned policy_number(const struct hurd_policy *policy);

/* ---- <hurd/policy.h>, in the pager ---- */
void policies_start(void);
int policy_create(const struct hurd_policy_ops *ops, uint32_t frames, uint32_t parameter,
                  unsigned *number);
int policy_replace(unsigned number, const struct hurd_policy_ops *ops, uint32_t parameter);
int policy_limit(unsigned number, uint32_t frames);
int policy_destroy(unsigned number);
/* EAGAIN: swap has to be made ready for anonymous pages first; not if `anyway`. */
int policy_bind(uintptr_t address, uintptr_t size, unsigned number, bool anyway);

#endif
