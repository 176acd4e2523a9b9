/* SPDX-License-Identifier: MIT */
/* How many pages come from a disk together: a number that a region or a store learns. */
#ifndef MM_AHEAD_H
#define MM_AHEAD_H

#include <hurd/policy.h>
#include <stdbool.h>

struct ahead {
    unsigned char pages;        /* that come together, 1 to HURD_STORE_BATCH; 0: as at first */
    unsigned char lonely;       /* how many came alone, since `pages` was 1 */
};

/* How many pages to bring with the next fault, the wanted one among them; `first`: at first. */
unsigned ahead_pages(struct ahead *ahead, unsigned first);
/* The last page that came with others was used, or left without that. */
void ahead_learn(struct ahead *ahead, bool used);

/* ---- pages on probation: they were read ahead, and no thread has touched them ---- */

/* Pre: the page has come, and its policy does not know it. */
void ahead_begin(struct hurd_page *page);
/* The page is no longer on probation: a thread touched it (`used`), or it goes. */
void ahead_end(struct hurd_page *page, bool used);
/* The page that goes before any that the policy would choose: the oldest on probation, when more
 * wait than a sixteenth of the policy's frames, and than one batch brings.  NULL: none, the policy
 * chooses. */
struct hurd_page *ahead_victim(const struct hurd_policy *policy);
/* The oldest page on probation, or NULL. */
struct hurd_page *ahead_oldest(const struct hurd_policy *policy);

#endif
