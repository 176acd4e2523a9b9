/* SPDX-License-Identifier: MIT */
/* Pages of the program's own image that may be missing, for the pager's other files. */
#ifndef MM_IMAGE_H
#define MM_IMAGE_H

#include "fault.h"
#include "mm.h"

bool store_is_image(const struct store *store);
/* The store of these pages, as the startup data name them.  ENOMEM. */
int image_store(const struct hurd_startup_data *data, struct store **store);
void image_unused(void);                /* no region shows it any more */
/* The faulting thread waits for the page.  FAULT_WAITS or an errno. */
int image_bring(const struct fault *f);
/* In a child of fork(): the handle on the image is this one. */
void image_forked(L4_Word_t container);

#endif
