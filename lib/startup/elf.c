/* SPDX-License-Identifier: MIT */
/* Checks a program file: a file that elf_read() accepts can be loaded without another check.  The
 * file may come from any program, so each number in it counts as wrong until it is compared. */
#include "elf.h"
#include <errno.h>
#include <string.h>

#define PAGE_MASK 0xfffu

struct elf_header {
    unsigned char ident[16];
    L4_Word16_t type, machine;
    L4_Word32_t version, entry, phoff, shoff, flags;
    L4_Word16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
_Static_assert(sizeof(struct elf_header) == 52, "ELF32 header");

struct elf_phdr {
    L4_Word32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};
_Static_assert(sizeof(struct elf_phdr) == 32, "ELF32 program header");

enum { ET_EXEC = 2, EM_386 = 3, PT_LOAD = 1, PT_INTERP = 3, PHNUM_MAX = 32 };

static bool header_good(const struct elf_header *h, L4_Word_t have)
{
    /* 32 bit, little endian */
    static const unsigned char ident[7] = {0x7f, 'E', 'L', 'F', 1, 1, 1};
    return memcmp(h->ident, ident, sizeof ident) == 0 && h->type == ET_EXEC && h->machine == EM_386
        && h->phentsize == sizeof(struct elf_phdr) && h->phnum >= 1 && h->phnum <= PHNUM_MAX
        && h->phoff >= sizeof *h && h->phoff % 4 == 0 && h->phoff <= have
        && h->phnum * sizeof(struct elf_phdr) <= have - h->phoff;
}

static bool segment_good(const struct elf_phdr *p, L4_Word_t size, L4_Word_t low)
{
    return p->filesz <= p->memsz && p->offset <= size && p->filesz <= size - p->offset
        && p->vaddr >= low && p->vaddr < ELF_USER_END && p->memsz <= ELF_USER_END - p->vaddr;
}

static L4_Word_t segment_end(const struct elf_segment *s) { return s->vaddr + s->memsz; }

/* Adds one more PT_LOAD.  Segments must be in ascending order, and no two may share a page. */
static int add_segment(struct elf_program *out, const struct elf_phdr *p)
{
    if (out->count == ELF_SEGMENTS_MAX)
        return ENOEXEC;
    if (out->count > 0) {
        L4_Word_t last = segment_end(&out->segment[out->count - 1]) - 1;
        if ((p->vaddr & ~PAGE_MASK) <= (last | PAGE_MASK))
            return ENOEXEC;
    }
    const bool writes = p->flags & 2, waits = p->flags & ELF_LATER;
    out->segment[out->count++] = (struct elf_segment) {
        .offset = p->offset, .vaddr = p->vaddr, .filesz = p->filesz, .memsz = p->memsz,
        .rights = p->flags & 7,
        .later = waits && !writes && p->filesz == p->memsz,
        .untouched = waits && writes,
        .wired = writes && (p->flags & ELF_WIRED),
    };
    return 0;
}

/* Finds the program headers, where the program itself may read them, and checks that the entry
 * point can be executed. */
static int finish(struct elf_program *out, const struct elf_header *h)
{
    bool entry_good = false;
    L4_Word_t bytes = h->phnum * sizeof(struct elf_phdr);
    for (L4_Word_t i = 0; i < out->count; i++) {
        const struct elf_segment *s = &out->segment[i];
        if ((s->rights & 1) && out->entry >= s->vaddr && out->entry - s->vaddr < s->memsz)
            entry_good = true;
        if (h->phoff >= s->offset && h->phoff - s->offset <= s->filesz
            && bytes <= s->filesz - (h->phoff - s->offset)) {
            out->phdr = s->vaddr + (h->phoff - s->offset);
            out->phdr_len = bytes;
        }
    }
    return entry_good ? 0 : ENOEXEC;
}

int elf_read(const void *head, L4_Word_t have, L4_Word_t size, L4_Word_t low,
             struct elf_program *out)
{
    const struct elf_header *h = head;
    if (have > size)
        have = size;
    if (have < sizeof *h || !header_good(h, have))
        return ENOEXEC;
    memset(out, 0, sizeof *out);
    out->entry = h->entry;
    out->mappable = true;
    const struct elf_phdr *p = (const struct elf_phdr *)((const char *)head + h->phoff);
    for (int i = 0; i < h->phnum; i++, p++) {
        if (p->type == PT_INTERP)
            return ENOEXEC;
        if (p->type != PT_LOAD || p->memsz == 0)
            continue;
        if (!segment_good(p, size, low) || add_segment(out, p) != 0)
            return ENOEXEC;
        if (p->filesz && ((p->offset ^ p->vaddr) & PAGE_MASK))
            out->mappable = false;
    }
    return finish(out, h);
}

L4_Word_t elf_end(const struct elf_program *program)
{
    return program->count ? segment_end(&program->segment[program->count - 1]) : 0;
}
