/* SPDX-License-Identifier: MIT */
/* Which page goes out: policies of libhurd-mm, the library's and a program's own. Spec
 * hurd-l4-design.md 3.2.
 *
 * A policy looks after pages that are in core: those of stores with operations (struct
 * hurd_store_ops in <hurd/mm.h>), and anonymous ones where there is swap. The task has one (CLOCK,
 * unless replaced); a region may have one of its own, with a number of frames that its pages never
 * exceed and that nobody else takes away. As long as frames are not short, nobody looks after the
 * anonymous pages of the task's policy: it gets all of them when they become short, in the order of
 * their addresses.
 *
 * The operations run in the pager, with nobody else beside them, and must not fault: a program's
 * own policy stands in a file whose name ends in policy.c, which the linker script puts on wired
 * pages, and touches its own variables, its struct hurd_policy and the pages that it was given; it
 * calls nothing but the functions of this header, memcpy and memset. apps/policies/scan_policy.c is
 * an example. */
#ifndef HURD_POLICY_H
#define HURD_POLICY_H

#include <stdbool.h>
#include <stdint.h>

enum hurd_vm_advice {
    HURD_VM_NORMAL, HURD_VM_RANDOM, HURD_VM_SEQUENTIAL,         /* how it will be used */
    HURD_VM_WILL_NEED,          /* brings it in, as far as there is memory */
    HURD_VM_DONT_NEED,          /* anonymous pages are forgotten: zero from now on */
    HURD_VM_COLD,               /* the next to go out; the contents stay */
    HURD_VM_FREE,               /* as DONT_NEED, of anonymous memory only */
};

/* A page in core. */
struct hurd_page {
    struct hurd_page *next, *prev;      /* the policy's: see the lists below */
    uint32_t mark;                      /* the policy's: 0 when the page comes */
    uint32_t number;                    /* which page of its store: offset / 4096 */
    const void *store;                  /* its store, for comparing only; all anonymous pages
                                         * have one store, and number = address / 4096 */
    struct hurd_policy *policy;         /* the rest is the pager's: not to be written */
    uint32_t hash_next;
    uint16_t flags;
};

struct hurd_page_list {
    struct hurd_page *first, *last;
    uint32_t count;
};

struct hurd_policy;

/* NULL: nothing to do; `fault`, `victim` and `forget` there must be. */
struct hurd_policy_ops {
    const char *name;
    uint32_t memory;                    /* bytes at policy->memory, at most 4096, zero at first */
    /* The page has come in, or is to be chosen from again (it was locked, or came back while it
     * was being cleaned). */
    void (*fault)(struct hurd_policy *policy, struct hurd_page *page);
    /* It was used: seen at a fault that it caused though it is in core.  Use without a fault is for
     * hurd_page_look() to find. */
    void (*touched)(struct hurd_policy *policy, struct hurd_page *page);
    /* It was written to for the first time since it came or was cleaned. */
    void (*dirty)(struct hurd_policy *policy, struct hurd_page *page);
    /* Which page is to go out: one that `fault` gave and `forget` has not taken.  NULL: none, and
     * the pager picks any.  forget() for it follows. */
    struct hurd_page *(*victim)(struct hurd_policy *policy);
    /* The page is not to be chosen any more. */
    void (*forget)(struct hurd_policy *policy, struct hurd_page *page);
    /* The program said so of the page: enum hurd_vm_advice, HURD_VM_COLD or _WILL_NEED. */
    void (*hint)(struct hurd_policy *policy, struct hurd_page *page, unsigned advice);
};

struct hurd_policy {
    const struct hurd_policy_ops *ops;
    uint32_t frames;                    /* pages in core at most; 0: as long as there is memory */
    uint32_t pages;                     /* in core, with those that come and go just now */
    struct hurd_page_list list[2];      /* the policy's */
    uint32_t word[2];                   /* the policy's; word[0]: the parameter */
    void *memory;                       /* the policy's: ops->memory bytes */
    uint32_t leaving;                   /* of `pages`: anonymous ones on their way to swap */
};

extern const struct hurd_policy_ops
    hurd_policy_clock,          /* the oldest that was not used since it was last looked at */
    hurd_policy_fifo,           /* the oldest */
    hurd_policy_mru,            /* the newest, but for the `parameter` (0: 1) newest ones */
    hurd_policy_random,         /* any; parameter: the seed */
    hurd_policy_2q;             /* what is to be kept must come twice (Johnson, Shasha) */

/* ---- for policies ---- */

/* Was the page used since the last look?  A system call. */
bool hurd_page_look(struct hurd_page *page);

/* The page in the place `at` of all, modulo their number, if it is the policy's; else NULL. */
struct hurd_page *hurd_page_at(struct hurd_policy *policy, uint32_t at);

static inline void hurd_page_append(struct hurd_page_list *list, struct hurd_page *page)
{
    page->prev = list->last;
    page->next = 0;
    if (list->last)
        list->last->next = page;
    else
        list->first = page;
    list->last = page;
    list->count++;
}

static inline void hurd_page_prepend(struct hurd_page_list *list, struct hurd_page *page)
{
    page->next = list->first;
    page->prev = 0;
    if (list->first)
        list->first->prev = page;
    else
        list->last = page;
    list->first = page;
    list->count++;
}

static inline void hurd_page_remove(struct hurd_page_list *list, struct hurd_page *page)
{
    if (page->prev)
        page->prev->next = page->next;
    else
        list->first = page->next;
    if (page->next)
        page->next->prev = page->prev;
    else
        list->last = page->prev;
    list->count--;
}

/* ---- for programs: 0 or an errno ---- */

/* The policy with which each task starts, for all regions that have none of their own. */
#define HURD_POLICY_TASK        0u
#define HURD_POLICIES           16u     /* at most, with the task's */

/* EINVAL: ops, or a function of it, are not on wired pages.  EAGAIN: no more policies.  ENOMEM: no
 * memory for ops->memory. */
int hurd_policy_create(const struct hurd_policy_ops *ops, uint32_t frames, uint32_t parameter,
                       unsigned *policy);
/* Another one in its place: it gets all pages, oldest first.  Errors as above; ENOENT. */
int hurd_policy_replace(unsigned policy, const struct hurd_policy_ops *ops, uint32_t parameter);
/* Another number of frames.  Fewer: pages go as new ones come.  ENOENT. */
int hurd_policy_limit(unsigned policy, uint32_t frames);
/* EBUSY: a region or a page has it.  ENOENT: no such policy, or the task's. */
int hurd_policy_destroy(unsigned policy);
/* Regions get this policy.  Pages of stores that are in core keep theirs; anonymous ones follow.
 * Without swap anonymous pages stay in core whatever the policy says.  EINVAL, ENOMEM as
 * hurd_vm_protect(); ENOENT: no such policy. */
int hurd_vm_set_policy(uintptr_t addr, uintptr_t size, unsigned policy);

#endif
