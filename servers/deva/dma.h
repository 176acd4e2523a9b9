/* SPDX-License-Identifier: MIT */
/* Memory for devices that transfer by themselves. */
#ifndef DEVA_DMA_H
#define DEVA_DMA_H

#include <hurd/cap.h>

int dma_serve_memory(struct hurd_cap_call *call);
void dma_forget_task(unsigned task);

#endif
