/* SPDX-License-Identifier: MIT */
/* Which control may have how many extra pages: the policy server says it, by a buffer that both can
 * write to; without a policy server, they go to the task that asks first.  Spec hurd 2.7. */
#ifndef PHYSMEM_POLICY_H
#define PHYSMEM_POLICY_H

#include <stdbool.h>
#include <stdint.h>

struct control;

#define POLICY_KEY      0xfffffff9u         /* the policy server's request waits for news */
#define POLICY_ENTRIES  256u
#define POLICY_LOG2     13u                 /* bytes of the buffer */

/* As struct hurd_pm_policy_entry. */
struct policy_entry {
    uint32_t task, serial, guarantee, extra, wanted;
    uint32_t most, answer, unused;
};

extern unsigned policy_task;                /* whose answers count; 0: nobody's */
extern volatile struct policy_entry policy_buffer[POLICY_ENTRIES];

/* UINT32_MAX: there is no answer for this control. */
uint32_t policy_most(const struct control *c);
/* c was refused so many extra pages, or its number of them has changed. */
void policy_note(struct control *c, uint32_t pages);
void policy_forget(struct control *c);      /* it ends */
/* Another task's answers count from now on; the old ones do not. */
void policy_attach(unsigned task);
/* True: something has changed since it was true last; then the first entry is up to date.  *used is
 * how many of the others are in use. */
bool policy_news(uint32_t *used);

#endif
