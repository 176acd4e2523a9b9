/* SPDX-License-Identifier: MIT */
/* An ELF executable.  Each offset and each length in it counts as wrong until it is checked.
 * Pure. */
#include "loader.h"
#include <l4/const.h>

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version, entry, phoff, shoff, flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
struct elf_segment {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};
enum { ELF_EXEC = 2, ELF_386 = 3, ELF_486 = 6, ELF_LOAD = 1 };
_Static_assert(sizeof(struct elf_header) == 52 && sizeof(struct elf_segment) == 32, "ELF, 32 bit");

static const char *header_check(const struct elf_header *h, size_t size)
{
    static const uint8_t ident[] = {0x7F, 'E', 'L', 'F', 1 /* 32 bit */, 1 /* little endian */};
    if (size < sizeof *h || memcmp(h->ident, ident, 4) != 0)
        return "is not an ELF file";
    if (memcmp(h->ident, ident, sizeof ident) != 0 ||
        (h->machine != ELF_386 && h->machine != ELF_486))
        return "is not for this machine (it must be ELF, 32 bit, i386)";
    if (h->type != ELF_EXEC)
        return "is not a static executable";
    if (h->phentsize != sizeof(struct elf_segment) || h->phnum == 0 || h->phoff > size ||
        h->phnum > (size - h->phoff) / sizeof(struct elf_segment))
        return "is broken: its program headers lie outside the file";
    return NULL;
}

static const char *segment_add(struct image *image, const struct elf_segment *p, size_t size)
{
    if (p->type != ELF_LOAD || p->memsz == 0)
        return NULL;
    if (p->filesz > p->memsz || p->offset > size || p->filesz > size - p->offset)
        return "is broken: it is shorter than its program headers say";
    if (p->paddr + p->memsz < p->paddr || p->vaddr + p->memsz < p->vaddr)
        return "is broken: a segment wraps around the address space";
    if (image->segments == MAX_SEGMENTS)
        return "has too many segments";
    image->segment[image->segments++] = (struct segment){p->paddr, p->vaddr, p->offset, p->filesz,
                                                         p->memsz};
    if (p->paddr < image->low)
        image->low = p->paddr;
    if (p->paddr + p->memsz > image->high)
        image->high = p->paddr + p->memsz;
    return NULL;
}

static bool inside(uint32_t a, uint32_t start, uint32_t size)
{
    return a >= start && a - start < size;
}

/* The entry is a physical address, or a virtual one in a segment. */
static const char *entry_set(struct image *image, uint32_t entry)
{
    for (size_t i = 0; i < image->segments; i++)
        if (inside(entry, image->segment[i].paddr, image->segment[i].memsz)) {
            image->entry = entry;
            return NULL;
        }
    for (size_t i = 0; i < image->segments; i++)
        if (inside(entry, image->segment[i].vaddr, image->segment[i].memsz)) {
            image->entry = entry - image->segment[i].vaddr + image->segment[i].paddr;
            return NULL;
        }
    return "is broken: its entry lies outside its segments";
}

static const char *overlap_check(const struct image *image)
{
    for (size_t i = 0; i < image->segments; i++)
        for (size_t j = 0; j < i; j++) {
            const struct segment *a = &image->segment[i], *b = &image->segment[j];
            if (a->paddr < b->paddr + b->memsz && b->paddr < a->paddr + a->memsz)
                return "is broken: its segments overlap";
        }
    return NULL;
}

const char *image_read(struct image *image, const void *file, size_t size)
{
    const struct elf_header *h = file;
    const char *error = header_check(h, size);
    *image = (struct image){.low = ~(uint32_t)0};
    for (uint32_t i = 0; !error && i < h->phnum; i++) {
        struct elf_segment p;
        memcpy(&p, (const uint8_t *)file + h->phoff + i * sizeof p, sizeof p);
        error = segment_add(image, &p, size);
    }
    if (!error && image->segments == 0)
        error = "has nothing to load";
    if (!error)
        error = overlap_check(image);
    return error ? error : entry_set(image, h->entry);
}

bool image_has(const struct image *image, uint64_t low, uint64_t high)
{
    for (size_t i = 0; i < image->segments; i++) {
        const struct segment *s = &image->segment[i];
        if (low < (uint64_t)s->paddr + s->memsz && high > s->paddr)
            return true;
    }
    return false;
}

bool image_piece(const struct image *image, size_t *s, struct range *piece)
{
    enum { CLOSE = 1 << 20 };
    if (*s == image->segments)
        return false;
    const struct segment *g = &image->segment[(*s)++];
    *piece = (struct range){g->paddr, (uint64_t)g->paddr + g->memsz};
    for (; *s < image->segments; ++*s) {
        g = &image->segment[*s];
        if (g->paddr < piece->low || g->paddr > piece->high + CLOSE)
            break;
        if ((uint64_t)g->paddr + g->memsz > piece->high)
            piece->high = (uint64_t)g->paddr + g->memsz;
    }
    return true;
}

uint32_t image_find_kip(const struct image *image, const void *file, uint32_t *room)
{
    for (size_t i = 0; i < image->segments; i++) {
        const struct segment *s = &image->segment[i];
        for (uint32_t at = -s->paddr & (PAGE_SIZE - 1);
             at < s->filesz && s->filesz - at >= L4_KIP_SCHEDULE + 4; at += PAGE_SIZE) {
            uint32_t magic;
            memcpy(&magic, (const uint8_t *)file + s->file_offset + at, 4);
            if (magic == L4_KIP_MAGIC) {
                *room = s->filesz - at;
                return s->file_offset + at;
            }
        }
    }
    return 0;
}
