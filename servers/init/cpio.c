/* SPDX-License-Identifier: MIT */
/* The archive of programs: pure code on bytes that somebody else wrote, so every length is checked.
 * Called by programs.c; tested in tests/host/cpio.c.
 *
 * An entry:  header (110 bytes) | name, zero | padding to 4 | contents | padding to 4 */
#include "cpio.h"

#include <string.h>

enum {                      /* offsets of the fields in the header, eight digits each */
    FIELD_MODE = 14,
    FIELD_SIZE = 54,
    FIELD_NAME_SIZE = 94,
    HEADER_SIZE = 110,
};

#define MODE_TYPE    0170000u
#define MODE_REGULAR 0100000u

static bool hex_field(const char *digits, uint32_t *value)
{
    *value = 0;
    for (int i = 0; i < 8; i++) {
        char c = digits[i];
        uint32_t digit;
        if (c >= '0' && c <= '9')
            digit = (uint32_t) (c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (uint32_t) (c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            digit = (uint32_t) (c - 'A' + 10);
        else
            return false;
        *value = *value << 4 | digit;
    }
    return true;
}

/* Moves *at over `length` bytes and the padding to the next multiple of four.  False when the bytes
 * themselves leave the archive; the padding of the last entry may be missing. */
static bool skip(size_t *at, size_t length, size_t size)
{
    if (length > size - *at)
        return false;
    size_t end = *at + length;
    size_t padding = (4 - end % 4) % 4;
    *at = padding <= size - end ? end + padding : size;
    return true;
}

enum cpio_result cpio_next(const void *archive, size_t size, size_t *offset,
                           struct cpio_entry *entry)
{
    size_t at = *offset;
    if (at >= size)
        return CPIO_END;
    const char *header = (const char *) archive + at;
    uint32_t mode, data_size, name_size;
    if (size - at < HEADER_SIZE || (memcmp(header, "070701", 6) && memcmp(header, "070702", 6)) ||
        !hex_field(header + FIELD_MODE, &mode) || !hex_field(header + FIELD_SIZE, &data_size) ||
        !hex_field(header + FIELD_NAME_SIZE, &name_size))
        return CPIO_BROKEN;

    const char *name = header + HEADER_SIZE;
    if (name_size == 0 || name_size > size - at - HEADER_SIZE || name[name_size - 1] != '\0')
        return CPIO_BROKEN;
    if (!skip(&at, HEADER_SIZE + name_size, size))
        return CPIO_BROKEN;
    if (!strcmp(name, "TRAILER!!!"))
        return CPIO_END;
    size_t data = at;
    if (!skip(&at, data_size, size))
        return CPIO_BROKEN;
    *entry = (struct cpio_entry) {
        .name = name, .name_length = strlen(name), .data = data, .size = data_size, .mode = mode,
    };
    *offset = at;
    return CPIO_ENTRY;
}

bool cpio_find(const void *archive, size_t size, const char *name, struct cpio_entry *entry)
{
    size_t offset = 0;
    while (cpio_next(archive, size, &offset, entry) == CPIO_ENTRY) {
        if ((entry->mode & MODE_TYPE) == MODE_REGULAR && !strcmp(entry->name, name))
            return true;
    }
    return false;
}
