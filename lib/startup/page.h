/* SPDX-License-Identifier: MIT */
/* The startup fpage of a new task, as wortel and `task` write it.  Spec hurd 1.5;
 * include/hurd/startup.h. */
#ifndef STARTUP_PAGE_H
#define STARTUP_PAGE_H

#include "elf.h"
#include <hurd/startup.h>

/* Programs start here or above.  The startup fpage, the KIP and the UTCBs are below. */
#define STARTUP_LOW 0x30000u

/* Fills `page` (HURD_STARTUP_SIZE bytes, in the writer's space, zero): the code, and from the end
 * downwards the structure, argz, the map array and the pointer to the structure.  Pre: *data has
 * all capabilities, flags, utcb_area and store, and envz_len: so many bytes of environment stand
 * behind argz.  The function fills in the rest.  Post: *sp is the
 * stack pointer for the start message.  Returns 0; E2BIG: both are too long. */
#define STARTUP_CODE    0x1000u         /* only so many bytes are written at the start, */
#define STARTUP_TOP     0x200u          /* and so many, beside the text, at the end */
int startup_page_write(void *page, const struct hurd_startup_data *data,
                       const struct elf_program *program, const char *argz, L4_Word_t argz_len,
                       L4_Word_t *sp);

/* The startup code; blob.asm embeds it. */
extern const char startup_blob[];
extern const L4_Word_t startup_blob_size;

#endif
