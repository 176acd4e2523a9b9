/* SPDX-License-Identifier: MIT */
/* The bus master: it moves the data of a run while the processor does other work.  Programming
 * Interface for Bus Master IDE Controller, 1.0. */
#ifndef IDE_DMA_H
#define IDE_DMA_H

#include <hurd/deva.h>

#include "channel.h"

/* The pages that deva lends.  The last one is for the bus master's table, the others are for
 * data. */
extern struct hurd_deva_dma dma_memory;
extern uint8_t *dma_pages;

#define DMA_PAGES_MOST  HURD_DEVA_DMA_MOST
#define DMA_PAGES_LEAST HURD_DEVA_DMA_PAGES     /* where deva cannot lend so many */

static inline unsigned dma_data_pages(void)
{
    return dma_memory.pages - 1;
}

/* Stops the bus master and clears its interrupt and its error. */
void dma_stop(const struct channel *c);

/* dma_prepare() writes the table, which says where the bytes go.  The transfer begins with
 * dma_start(), after the command.  Pre: bytes is at most dma_data_pages() pages. */
void dma_prepare(const struct channel *c, uint32_t bytes, bool to_memory);
void dma_start(const struct channel *c, bool to_memory);

/* True if the drive's interrupt has come.  Then dma_failed() is true if the transfer differed from
 * the table. */
bool dma_interrupted(const struct channel *c);
bool dma_failed(const struct channel *c);

#endif
