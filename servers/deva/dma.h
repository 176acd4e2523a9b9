/* SPDX-License-Identifier: MIT */
/* Memory for devices that transfer data by themselves (DMA). */
#ifndef DEVA_DMA_H
#define DEVA_DMA_H

#include <stdint.h>

#include <hurd/cap.h>

/* device: its number.  DMA_MASTER: the caller has the master capability. */
#define DMA_MASTER UINT32_MAX
int dma_serve_memory(struct hurd_cap_call *call, uint32_t device);
void dma_forget_task(unsigned task);

#endif
