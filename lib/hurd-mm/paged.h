/* SPDX-License-Identifier: MIT */
/* Stores with operations, in the pager. */
#ifndef MM_PAGED_H
#define MM_PAGED_H

#include "page.h"
#include "mm.h"

/* A worker writes the page out, and neighbours that have changed.  0 or an errno. */
int paged_clean(struct hurd_page *page);

/* The memory of the job's pages, for the worker. */
void paged_buffers(const struct pagein *job, void *buffer[HURD_STORE_BATCH]);

/* A worker has done it: error 0 or an errno. */
void paged_done(const struct pagein *job, int error);

int paged_create(void *hook, const struct hurd_store_ops *ops, unsigned rights,
                 struct store **result);
int paged_destroy(struct store *store);
/* 0; EIO; EINPROGRESS: workers are at it, ask again when one has done. */
int paged_sync(struct store *store, uintptr_t offset, uintptr_t size, bool start_only);
int paged_discard(struct store *store, uintptr_t offset, uintptr_t size);

extern const struct store_class paged_class, pool_class;

#endif
