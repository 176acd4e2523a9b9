/* SPDX-License-Identifier: MIT */
/* Reading a cpio archive ("newc": six magic characters, thirteen hexadecimal fields). */
#ifndef INIT_CPIO_H
#define INIT_CPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cpio_entry {
    const char *name;       /* zero terminated, inside the archive */
    size_t name_length;
    size_t data;            /* offset of the contents in the archive */
    size_t size;
    uint32_t mode;          /* Unix file type and permissions */
};

enum cpio_result { CPIO_ENTRY, CPIO_END, CPIO_BROKEN };

/* Reads the entry at *offset and moves *offset to the next one.  Never looks outside
 * archive[0 .. size).  CPIO_END at the trailer, or where the archive ends; CPIO_BROKEN when it
 * makes no sense, and then *entry and *offset are as they were. */
enum cpio_result cpio_next(const void *archive, size_t size, size_t *offset,
                           struct cpio_entry *entry);

/* Finds the regular file `name`. */
bool cpio_find(const void *archive, size_t size, const char *name, struct cpio_entry *entry);

#endif
