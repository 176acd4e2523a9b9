/* SPDX-License-Identifier: MIT */
/* The bus master: it moves a run's data while the processor does something else.  Programming
 * Interface for Bus Master IDE Controller, 1.0. */
#ifndef IDE_DMA_H
#define IDE_DMA_H

#include <hurd/deva.h>

#include "channel.h"

/* The pages that deva lends: data, and the last one for the bus master's table. */
extern struct hurd_deva_dma dma_memory;
extern uint8_t *dma_pages;

#define DMA_DATA_PAGES (HURD_DEVA_DMA_PAGES - 1)

void dma_stop(const struct channel *c);

/* The table says where so many bytes go; the transfer begins with dma_start(), after the command. */
void dma_prepare(const struct channel *c, uint32_t bytes, bool to_memory);
void dma_start(const struct channel *c, bool to_memory);

/* Has the drive's interrupt come?  Then: is not all as the table said? */
bool dma_interrupted(const struct channel *c);
bool dma_failed(const struct channel *c);

#endif
