/* SPDX-License-Identifier: MIT */
/* The rule of the policy server. */
#ifndef POLICY_SHARE_H
#define POLICY_SHARE_H

#include <hurd/physmem.h>

/* Fills in the answers for all entries in use.  The pages that there may be go to the controls in
 * proportion to their guarantees; what one does not want, the others get. */
void share_out(volatile struct hurd_pm_policy_entry entry[HURD_PM_POLICY_ENTRIES]);

#endif
