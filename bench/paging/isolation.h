/* SPDX-License-Identifier: MIT */
/* A victim and an aggressor, each a task of its own: what they do, and which pager serves them. */
#ifndef PAGING_ISOLATION_H
#define PAGING_ISOLATION_H

#include <l4/types.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    VICTIM = 0, AGGRESSOR = 1, CLIENTS = 2,
    PART = 300,                         /* frames of each; the central pager has them all */
    VICTIM_PAGES = 400, AGGRESSOR_PAGES = 2000, MOST_PAGES = AGGRESSOR_PAGES,
};

/* Messages to the task that started both. JOIN: word 0 is which of them, word 1 the address of its
 * pages; answered when all are there. LEAVE: the victim is done. */
enum { JOIN = 0x420, LEAVE = 0x421 };

/* What the pages hold. */
void isolation_fill(uint32_t page, uint32_t *words);

/* Serves the page faults of so many clients out of CLIENTS * PART frames, with one clock over all
 * of them, until the victim leaves. The counts are the victim's. */
void central_serve(unsigned clients);

/* As a child: "victim own NAME", "aggressor central THREAD", ...; its exit status. */
int isolation_child(int argc, char **argv);

#endif
