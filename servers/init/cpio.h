/* SPDX-License-Identifier: MIT */
/* Reading cpio archives of all three forms: "newc" (and "crc"), which tools/archive and most tools
 * write, "odc" (POSIX) and the old binary one, which GNU cpio writes unless told otherwise. */
#ifndef INIT_CPIO_H
#define INIT_CPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cpio_entry {
    const char *name;       /* zero terminated, inside the archive, without ./ and / in front */
    size_t name_length;
    size_t data;            /* offset of the contents in the archive */
    size_t size;
    uint32_t mode;          /* Unix file type and permissions */
    uint32_t links;         /* names that the file has */
    uint64_t file;          /* its device and number: the same for each of its names */
};

enum cpio_result { CPIO_ENTRY, CPIO_END, CPIO_BROKEN };

/* Reads the entry at *offset and moves *offset to the next one, also when that is in another
 * archive behind this one.  Never looks outside archive[0 .. size).  CPIO_END behind the last
 * trailer, or where the archive ends; CPIO_BROKEN if the bytes make no sense, and then *entry and
 * *offset are as they were. */
enum cpio_result cpio_next(const void *archive, size_t size, size_t *offset,
                           struct cpio_entry *entry);

/* As the function above, but for regular files and links to them only; *entry has the contents that
 * the name stands for. */
bool cpio_next_file(const void *archive, size_t size, size_t *offset, struct cpio_entry *entry);

/* Finds the regular file `name`, perhaps through links: *entry has its contents. */
bool cpio_find(const void *archive, size_t size, const char *name, struct cpio_entry *entry);

/* Returns NULL, or the end of a sentence that says what is wrong with the archive. */
const char *cpio_problem(const void *archive, size_t size);

#endif
