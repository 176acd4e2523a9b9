/* SPDX-License-Identifier: MIT */
/* The archive of programs: pure code on bytes that another system wrote, so it checks every length.
 * Called by programs.c; tested in tests/host/cpio.c.
 *
 * An entry:  header | name, zero | padding | contents | padding.  The forms differ in their headers
 * and in what they pad to. */
#include "cpio.h"

#include <string.h>

#define MODE_TYPE    0170000u
#define MODE_REGULAR 0100000u
#define MODE_LINK    0120000u

enum { PATH_SIZE = 256, LINKS_FOLLOWED = 8 };

/* What the headers of all forms say. */
struct header {
    size_t size, padding;       /* of the header itself; to a multiple of 1, 2 or 4 */
    uint32_t device, number, mode, links, name_size, data_size;
};

/* ---- headers */

static bool digits(const char *text, int count, unsigned base, uint32_t *value)
{
    uint64_t sum = 0;
    for (int i = 0; i < count; i++) {
        char c = text[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned) (c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned) (c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (unsigned) (c - 'A' + 10)
                                                : base;
        sum = sum * base + digit;
        if (digit >= base || sum >> 32)
            return false;
    }
    *value = (uint32_t) sum;
    return true;
}

/* 110 bytes: the magic and thirteen numbers of eight hexadecimal digits. */
static bool read_newc(const char *at, size_t left, struct header *h)
{
    uint32_t major, minor;
    *h = (struct header) { .size = 110, .padding = 4 };
    if (left < h->size || !digits(at + 6, 8, 16, &h->number) || !digits(at + 14, 8, 16, &h->mode) ||
        !digits(at + 38, 8, 16, &h->links) || !digits(at + 54, 8, 16, &h->data_size) ||
        !digits(at + 62, 8, 16, &major) || !digits(at + 70, 8, 16, &minor) ||
        !digits(at + 94, 8, 16, &h->name_size))
        return false;
    h->device = major << 16 | minor;
    return true;
}

/* 76 bytes: octal numbers, two of eleven digits, the others of six. */
static bool read_odc(const char *at, size_t left, struct header *h)
{
    *h = (struct header) { .size = 76, .padding = 1 };
    return left >= h->size && digits(at + 6, 6, 8, &h->device) &&
           digits(at + 12, 6, 8, &h->number) && digits(at + 18, 6, 8, &h->mode) &&
           digits(at + 36, 6, 8, &h->links) && digits(at + 59, 6, 8, &h->name_size) &&
           digits(at + 65, 11, 8, &h->data_size);
}

static uint32_t half(const char *at, int index)
{
    const unsigned char *bytes = (const unsigned char *) at + 2 * index;
    return (uint32_t) bytes[0] | (uint32_t) bytes[1] << 8;
}

/* Thirteen 16-bit words; the upper half of a long number comes first. */
static bool read_binary(const char *at, size_t left, struct header *h)
{
    *h = (struct header) { .size = 26, .padding = 2 };
    if (left < h->size)
        return false;
    h->device = half(at, 1);
    h->number = half(at, 2);
    h->mode = half(at, 3);
    h->links = half(at, 6);
    h->name_size = half(at, 10);
    h->data_size = half(at, 11) << 16 | half(at, 12);
    return true;
}

static bool begins(const char *at, size_t left, const char *magic, size_t length)
{
    return left >= length && !memcmp(at, magic, length);
}

static bool read_header(const char *at, size_t left, struct header *h)
{
    if (begins(at, left, "070701", 6) || begins(at, left, "070702", 6))
        return read_newc(at, left, h);
    if (begins(at, left, "070707", 6))
        return read_odc(at, left, h);
    return begins(at, left, "\xc7\x71", 2) && read_binary(at, left, h);
}

/* ---- entries */

/* Moves *at over `length` bytes and the padding.  False if the bytes themselves reach beyond the
 * archive; the padding of the last entry may be missing. */
static bool skip(size_t *at, size_t length, size_t padding, size_t size)
{
    if (length > size - *at)
        return false;
    size_t end = *at + length;
    size_t more = (padding - end % padding) % padding;
    *at = more <= size - end ? end + more : size;
    return true;
}

static const char *without_root(const char *name)
{
    for (;;) {
        if (name[0] == '/')
            name++;
        else if (name[0] == '.' && name[1] == '/')
            name += 2;
        else
            return name;
    }
}

static bool read_entry(const char *archive, size_t size, size_t *offset, struct cpio_entry *entry)
{
    size_t at = *offset;
    struct header h;
    if (!read_header(archive + at, size - at, &h))
        return false;
    const char *name = archive + at + h.size;
    if (h.name_size == 0 || h.name_size > size - at - h.size || name[h.name_size - 1] != '\0' ||
        !skip(&at, h.size + h.name_size, h.padding, size))
        return false;
    size_t data = at;
    if (!skip(&at, h.data_size, h.padding, size))
        return false;
    name = without_root(name);
    *entry = (struct cpio_entry) {
        .name = name, .name_length = strlen(name), .data = data, .size = h.data_size,
        .mode = h.mode, .links = h.links, .file = (uint64_t) h.device << 32 | h.number,
    };
    *offset = at;
    return true;
}

/* Behind a trailer the tools fill up their last block. */
static size_t skip_zeros(const char *archive, size_t size, size_t at)
{
    while (at < size && archive[at] == '\0')
        at++;
    return at;
}

enum cpio_result cpio_next(const void *archive, size_t size, size_t *offset,
                           struct cpio_entry *entry)
{
    size_t at = *offset;
    struct cpio_entry found;
    while (at < size) {
        if (!read_entry(archive, size, &at, &found))
            return CPIO_BROKEN;
        if (strcmp(found.name, "TRAILER!!!")) {
            *entry = found;
            *offset = at;
            return CPIO_ENTRY;
        }
        at = skip_zeros(archive, size, at);
    }
    return CPIO_END;
}

/* ---- links */

static bool is_type(const struct cpio_entry *entry, uint32_t type)
{
    return (entry->mode & MODE_TYPE) == type;
}

static bool find_name(const void *archive, size_t size, const char *name, struct cpio_entry *entry)
{
    size_t offset = 0;
    while (cpio_next(archive, size, &offset, entry) == CPIO_ENTRY) {
        if ((is_type(entry, MODE_REGULAR) || is_type(entry, MODE_LINK)) &&
            !strcmp(entry->name, name))
            return true;
    }
    return false;
}

/* newc keeps the contents of a file with several names only once, at one of the names. */
static void find_contents(const void *archive, size_t size, struct cpio_entry *entry)
{
    struct cpio_entry other;
    size_t offset = 0;
    if (entry->size > 0 || entry->links < 2)
        return;
    while (cpio_next(archive, size, &offset, &other) == CPIO_ENTRY) {
        if (other.file == entry->file && is_type(&other, MODE_REGULAR) && other.size > 0) {
            entry->data = other.data;
            entry->size = other.size;
            return;
        }
    }
}

/* Adds the names in text[0 .. length) to a path without . and .. in it; false: it has no room. */
static bool path_add(char *path, size_t *used, const char *text, size_t length)
{
    size_t at = 0;
    while (at < length) {
        size_t end = at;
        while (end < length && text[end] != '/')
            end++;
        size_t part = end - at;
        if (part == 2 && !memcmp(text + at, "..", 2)) {
            while (*used > 0 && path[--*used] != '/')
                ;
        } else if (part > 0 && !(part == 1 && text[at] == '.')) {
            if (part + 1 >= PATH_SIZE - *used)
                return false;
            if (*used > 0)
                path[(*used)++] = '/';
            memcpy(path + *used, text + at, part);
            *used += part;
        }
        at = end + 1;
    }
    path[*used] = '\0';
    return true;
}

/* Finds the path that a symbolic link stands for.  The link's text begins at the link's own
 * folder. */
static bool link_path(const char *archive, const struct cpio_entry *link, char path[PATH_SIZE])
{
    size_t used = 0, folder = link->name_length;
    const char *text = archive + link->data;
    while (folder > 0 && link->name[folder - 1] != '/')
        folder--;
    if (link->size > 0 && text[0] == '/')
        folder = 0;
    path[0] = '\0';
    return path_add(path, &used, link->name, folder) && path_add(path, &used, text, link->size);
}

/* Makes *entry, which a name led to, the regular file behind it; its name stays. */
static bool resolve(const void *archive, size_t size, struct cpio_entry *entry)
{
    const char *name = entry->name;
    size_t name_length = entry->name_length;
    for (int i = 0; i < LINKS_FOLLOWED && is_type(entry, MODE_LINK); i++) {
        char path[PATH_SIZE];
        if (!link_path(archive, entry, path) || !find_name(archive, size, path, entry))
            return false;
    }
    if (!is_type(entry, MODE_REGULAR))
        return false;
    find_contents(archive, size, entry);
    entry->name = name;
    entry->name_length = name_length;
    return true;
}

bool cpio_find(const void *archive, size_t size, const char *name, struct cpio_entry *entry)
{
    return find_name(archive, size, without_root(name), entry) && resolve(archive, size, entry);
}

bool cpio_next_file(const void *archive, size_t size, size_t *offset, struct cpio_entry *entry)
{
    while (cpio_next(archive, size, offset, entry) == CPIO_ENTRY) {
        if (resolve(archive, size, entry))
            return true;
    }
    return false;
}

/* ---- other people's archives */

static const struct { const char *magic; size_t length, at; const char *problem; } others[] = {
    { "\x1f\x8b", 2, 0, "it is compressed: unpack it with gunzip first" },
    { "\xfd" "7zXZ", 5, 0, "it is compressed: unpack it with unxz first" },
    { "\x28\xb5\x2f\xfd", 4, 0, "it is compressed: unpack it with unzstd first" },
    { "BZh", 3, 0, "it is compressed: unpack it with bunzip2 first" },
    { "\x04\x22\x4d\x18", 4, 0, "it is compressed: unpack it with unlz4 first" },
    { "ustar", 5, 257, "it is a tar archive: make it with `cpio -o -H newc`" },
    { "\x71\xc7", 2, 0, "its bytes are in the other order: make it with `cpio -o -H newc`" },
};

const char *cpio_problem(const void *archive, size_t size)
{
    size_t offset = 0;
    struct cpio_entry entry;
    enum cpio_result result;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (size > others[i].at && begins((const char *) archive + others[i].at,
                                          size - others[i].at, others[i].magic, others[i].length))
            return others[i].problem;
    }
    while ((result = cpio_next(archive, size, &offset, &entry)) == CPIO_ENTRY)
        ;
    if (result == CPIO_END)
        return NULL;
    return offset == 0 ? "it is no cpio archive: make it with `cpio -o -H newc`"
                       : "it is cut short or broken: only the programs before that place are there";
}
