/* SPDX-License-Identifier: MIT */
/* The commands `ipcstat` and `irq`: what the kernel's trace has counted. */
#ifndef INIT_TRACESTAT_H
#define INIT_TRACESTAT_H

struct words;

void tracestat_ipc(const struct words *w);
void tracestat_irq(const struct words *w);

#endif
