/* SPDX-License-Identifier: MIT */
/* IO ports as mappings.  Spec 1.3, 6.6: ports are mapped, granted and unmapped like memory. */
#ifndef KERNEL_IO_H
#define KERNEL_IO_H

#include "list.h"

struct space;

void io_init(void);
/* sigma0 holds all ports from the start; false: memory is out. */
bool io_give_all(struct space *sigma0);
/* Maps or grants what `from` holds of the IO fpage.  IPC_OK or L4_IPC_OVERFLOW. */
int io_map(struct space *from, word_t fpage, struct space *to, word_t window, bool grant);
/* Takes the ports from those who got them through s; with flush, from s as well. */
void io_unmap(struct space *s, word_t fpage, bool flush);
/* s dies. */
void io_release(struct space *s);

#endif
