/* SPDX-License-Identifier: MIT */
/* What the files of lib/file share. */
#ifndef FILE_REQUEST_H
#define FILE_REQUEST_H

#include "lib/file/files.h"

enum {
    FILES_BYTES = HURD_IO_MOST + HURD_DIR_PATH,         /* of the container */
    FILES_WORDS = 6 + HURD_DIR_INLINE / 4,              /* of a request with a path */
};

int files_request(struct files *f, unsigned label, unsigned n, L4_Word_t *word, const char *text,
                  uint32_t length, unsigned max, L4_Word_t *out);

#endif
