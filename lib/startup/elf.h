/* SPDX-License-Identifier: MIT */
/* What a starter needs to know of a program file, once it has been checked.  Pure: no system
 * calls. */
#ifndef STARTUP_ELF_H
#define STARTUP_ELF_H

#include <l4/types.h>

#define ELF_SEGMENTS_MAX    8u
#define ELF_USER_END        0xBF000000u     /* no program memory from here up */

struct elf_segment {
    L4_Word_t offset;       /* in the file; congruent to vaddr modulo a page if the program is mappable */
    L4_Word_t vaddr;
    L4_Word_t filesz;
    L4_Word_t memsz;        /* > 0, >= filesz */
    L4_Word_t rights;       /* x 1, w 2, r 4: the same bits in ELF and in L4 */
};

struct elf_program {
    L4_Word_t entry;
    L4_Word_t phdr;         /* address of the program headers in the loaded image, or 0 */
    L4_Word_t phdr_len;
    L4_Word_t count;        /* segments, ascending, no two in one page */
    bool mappable;          /* pages of the file are pages of the program; else (ld -N) it can be copied only */
    struct elf_segment segment[ELF_SEGMENTS_MAX];
};

/* `head` holds the first `have` bytes of a file of `size` bytes.  0, or ENOEXEC: not a static ELF
 * program for this machine, headers beyond `have`, or anything outside the file or outside [low,
 * ELF_USER_END). */
int elf_read(const void *head, L4_Word_t have, L4_Word_t size, L4_Word_t low,
             struct elf_program *out);

/* Address behind the last byte of the program. */
L4_Word_t elf_end(const struct elf_program *program);

#endif
