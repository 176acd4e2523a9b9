/* SPDX-License-Identifier: MIT */
/* What the server that starts a program must know of its file, after the checks.  Pure: no system
 * calls. */
#ifndef STARTUP_ELF_H
#define STARTUP_ELF_H

#include <l4/types.h>

#define ELF_SEGMENTS_MAX    8u
#define ELF_USER_END        0xBF000000u     /* program memory ends here */
#define ELF_LATER           0x00100000u     /* flag of a program header, one of those that ELF
                                               leaves to each system: the program does not touch the
                                               segment before its pager runs */
#define ELF_WIRED           0x00200000u     /* another one: the pager touches the segment */

struct elf_segment {
    L4_Word_t offset;       /* in the file; if the program is mappable, equal to vaddr modulo a
                               page */
    L4_Word_t vaddr;
    L4_Word_t filesz;
    L4_Word_t memsz;        /* > 0, >= filesz */
    L4_Word_t rights;       /* x 1, w 2, r 4: these bits are the same in ELF and in L4 */
    bool later;             /* ELF_LATER, and the program may not write: its pages may come when
                               they are touched */
    bool untouched;         /* ELF_LATER, and the program may write: whole pages of zeroes may come
                               when they are touched */
    bool wired;             /* ELF_WIRED, and the program may write */
};

struct elf_program {
    L4_Word_t entry;
    L4_Word_t phdr;         /* the address of the program headers in the loaded image, or 0 */
    L4_Word_t phdr_len;
    L4_Word_t count;        /* the number of segments; they are in ascending order, and no two
                               share a page */
    bool mappable;          /* true: pages of the file are pages of the program; false (ld -N):
                               it can only be copied */
    struct elf_segment segment[ELF_SEGMENTS_MAX];
};

/* head: the first `have` bytes of a file of `size` bytes.  Returns 0; ENOEXEC: the file is no
 * static ELF program for this machine, or its headers are beyond `have`, or something is outside
 * the file or outside [low, ELF_USER_END). */
int elf_read(const void *head, L4_Word_t have, L4_Word_t size, L4_Word_t low,
             struct elf_program *out);

/* Returns the address behind the last byte of the program. */
L4_Word_t elf_end(const struct elf_program *program);

#endif
