/* SPDX-License-Identifier: MIT */
/* Slots: pages of a disk to which pages of memory are written.  Spec: hurd-l4-design.md 2.8.
 *
 *          slots_alloc              slots_written(ok)
 *   FREE -------------> WRITING -------------------------> WRITTEN
 *    ^ ^                   |   \  slots_written(failed)      |  ^
 *    | |   last reference  |    `----------------------> BAD |  | slots_rewrite: WRITING again
 *    | `---- DOOMED <------'                              |  |
 *    |         slots_written                              v  |
 *    +----------------------------------------- never again  |  last reference
 *    +-------------------------------------------------------'
 *
 * A slot has as many references as there are pages whose contents it holds: copies of one page need
 * one write.  Each reference is charged to an account, and an account has a quota.  A page can be
 * recovered from memory while its slot is WRITING, and is read from disk when it is WRITTEN. */
#ifndef SWAP_SLOTS_H
#define SWAP_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLOTS_MOST      (1u << 22)      /* of 4 KB: 16 GB */
#define SLOT_REFERENCES 0xFFFFu         /* to one slot */

enum slot_state { SLOT_FREE, SLOT_WRITING, SLOT_WRITTEN, SLOT_DOOMED, SLOT_BAD };

struct slot {
    uint16_t references;        /* > 0 <=> WRITING or WRITTEN, or BAD and still held */
    uint8_t state;
    uint8_t used;               /* how often it was given out, modulo 256 */
};
_Static_assert(sizeof(struct slot) == 4, "four bytes a slot, and a bit");

struct slots_account {
    uint32_t quota, used;       /* references; used <= quota unless the quota was lowered */
};

struct slots {
    struct slot *slot;          /* count of them */
    uint32_t *busy;             /* a bit for each: not FREE */
    uint32_t count;
    uint32_t free;              /* slots that are FREE */
    uint32_t bad;               /* slots that will never be free again */
    uint32_t references;        /* sum over all slots, and over all accounts */
    uint32_t next;              /* where the last search ended: neighbours in time lie together */
    uint32_t looked;            /* slots that all searches looked at, modulo 2^32: what they cost */
};

/* slots_bytes() says how much memory a map of so many slots needs; slots_init() makes the map.  It
 * never gives out the first `reserved` slots (a header).  The memory need not be cleared; for
 * slots_lay() it is. */
size_t slots_bytes(uint32_t count);
void slots_lay(struct slots *s, void *memory, uint32_t count, uint32_t reserved);
void slots_init(struct slots *s, void *memory, uint32_t count, uint32_t reserved);

/* Allocates up to `want` slots that follow each other: as many as there are in the best place of
 * some 256 slots.  They are WRITING, and have one reference each, charged to the account.  Returns
 * 0, with *first and *got (1 or more); ENOMEM: the quota is used up; ENOSPC: no slot is free;
 * EINVAL: want is 0. */
int slots_alloc(struct slots *s, struct slots_account *account, uint32_t want, uint32_t *first,
                uint32_t *got);

/* Adds a reference, charged to this account.  EBADF: the slot is not in use, or BAD (its contents
 * do not exist); ENOMEM: the quota; EAGAIN: it has SLOT_REFERENCES. */
int slots_hold(struct slots *s, struct slots_account *account, uint32_t slot);

/* Drops a reference.  The caller must know which account has which references.  EBADF: the slot has
 * no reference, or the account has none at all. */
int slots_drop(struct slots *s, struct slots_account *account, uint32_t slot);

/* The write that slots_alloc() or slots_rewrite() began has ended.  EBADF: none was under way. */
int slots_written(struct slots *s, uint32_t slot, bool ok);

/* Begins a new write of changed contents.  EBUSY: a write is under way; EBADF: there are no
 * contents; EPERM: other pages have the same contents. */
int slots_rewrite(struct slots *s, uint32_t slot);

/* Returns the slot's state; SLOT_BAD beyond the end. */
enum slot_state slots_state(const struct slots *s, uint32_t slot);

/* Returns NULL, or what is wrong with the map.  `accounts` are all accounts with references. */
const char *slots_problem(const struct slots *s, const struct slots_account *accounts,
                          size_t count);

/* Returns NULL, or why a swap partition with this first page must not be written to: another system
 * sleeps in it.  The first page itself is never written. */
const char *swap_header_problem(const uint8_t page[4096]);

#endif
