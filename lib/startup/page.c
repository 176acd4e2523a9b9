/* SPDX-License-Identifier: MIT */
/* Writes a startup fpage.  The addresses in it are those of the new task. */
#include "page.h"
#include <errno.h>
#include <string.h>

#define PAGE 0x1000u
#define ARGZ_MAX (8u << 10)

static L4_Word_t page_down(L4_Word_t x) { return x & -PAGE; }
static L4_Word_t page_up(L4_Word_t x) { return (x + PAGE - 1) & -PAGE; }

/* A segment needs at most two entries: the part that is in the file, and the zeroes behind it. */
static L4_Word_t add_segment(struct hurd_startup_map *m, const struct elf_segment *s,
                             struct hurd_startup_cap image, bool later)
{
    L4_Word_t n = 0;
    bool clears = s->memsz > s->filesz; /* zeroes go into the last page of the file part */
    L4_Word_t rights = s->rights | (clears ? 6 : 0);
    L4_Word_t wired = s->wired ? HURD_STARTUP_MAP_WIRED : 0;
    if (s->filesz > 0) {
        bool copy = (rights & 2) != 0;
        m[n++] = (struct hurd_startup_map) {
            .container = image,
            .offset = page_down(s->offset) | rights | (copy ? HURD_STARTUP_MAP_COPY : 0) |
                      (s->later && later ? HURD_STARTUP_MAP_LATER : 0) | wired,
            .vaddr = page_down(s->vaddr),
            .size = page_up(s->vaddr + s->filesz) - page_down(s->vaddr),
        };
    }
    /* If the start is not aligned, the bytes up to the end of the page are cleared, and the page is
     * that of the file part.  Without a file part there is no such page, so the zeroes start with a
     * whole page. */
    if (clears) {
        L4_Word_t start = s->filesz > 0 ? s->vaddr + s->filesz : page_down(s->vaddr);
        m[n++] = (struct hurd_startup_map) {
            .offset = rights | HURD_STARTUP_MAP_ANON | wired |
                      (s->untouched ? HURD_STARTUP_MAP_LATER : 0),
            .vaddr = start,
            .size = s->vaddr + s->memsz - start,
        };
    }
    return n;
}

/* The structure, the map array and a pointer, with 3 bytes in front of the text. */
_Static_assert(sizeof(struct hurd_startup_data) +
                       2 * ELF_SEGMENTS_MAX * sizeof(struct hurd_startup_map) +
                       sizeof(L4_Word_t) + 3 <= STARTUP_TOP,
               "what is written at the end");

int startup_page_write(void *page, const struct hurd_startup_data *data,
                       const struct elf_program *program, const char *argz, L4_Word_t argz_len,
                       L4_Word_t *sp)
{
    char *base = page;
    L4_Word_t top = HURD_STARTUP_SIZE;
    L4_Word_t text_len = argz_len + data->envz_len;
    if (argz_len > ARGZ_MAX || data->envz_len > ARGZ_MAX - argz_len)
        return E2BIG;
    memcpy(base, startup_blob, startup_blob_size);

    top -= sizeof(struct hurd_startup_data);
    struct hurd_startup_data *d = (struct hurd_startup_data *)(base + top);
    L4_Word_t d_address = HURD_STARTUP_ADDR + top;
    *d = *data;
    /* TODO(startup): layout J for boot modules of January 2005.  Nothing in the modules says that
     * they need it, so a boot option would have to. */
    d->version_major = HURD_STARTUP_MAJOR;
    d->version_minor = HURD_STARTUP_MINOR;
    d->size = sizeof *d;
    d->entry_point = program->entry;
    d->phdr = program->phdr;
    d->phdr_len = program->phdr_len;

    top = (top - text_len) & ~3u;
    memcpy(base + top, argz, text_len);
    d->argz = HURD_STARTUP_ADDR + top;
    d->argz_len = argz_len;
    d->envz = d->envz_len ? d->argz + argz_len : 0;

    struct hurd_startup_map map[2 * ELF_SEGMENTS_MAX];
    L4_Word_t n = 0;
    for (L4_Word_t i = 0; i < program->count; i++)
        n += add_segment(map + n, &program->segment[i], data->image,
                         data->image_pages.server != 0);
    top -= n * sizeof map[0];
    memcpy(base + top, map, n * sizeof map[0]);
    d->mapc = n;
    d->mapv = HURD_STARTUP_ADDR + top;

    top -= sizeof(L4_Word_t);
    memcpy(base + top, &d_address, sizeof d_address);
    *sp = HURD_STARTUP_ADDR + top;
    return 0;
}
