/* SPDX-License-Identifier: MIT */
/* Memory for devices that transfer data by themselves (DMA). */
#ifndef DEVA_DMA_H
#define DEVA_DMA_H

#include <hurd/cap.h>

int dma_serve_memory(struct hurd_cap_call *call);
void dma_forget_task(unsigned task);

#endif
