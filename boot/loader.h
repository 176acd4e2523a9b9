/* SPDX-License-Identifier: MIT */
/* The parts of the loader, in the order in which loader.c uses them. */
#ifndef LOADER_H
#define LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PAGE_SIZE = 4096,
    MAX_MODULES = 64,
    MAX_MMAP = 128, /* entries of the BIOS map, */
    MAX_RAM = 64,   /* and those of them that are RAM; the others are for entries that take
                       pieces out of RAM */
    MAX_REGIONS = 2 * MAX_MMAP + 2,
    MAX_SEGMENTS = 16, /* PT_LOADs of one image */
    MAX_USED = 3 * MAX_SEGMENTS + 3 * MAX_MODULES + 8,
    STRINGS_SIZE = 8192,
};

/* [low, high).  The numbers have 64 bits, so 4 GB, the end of the address space, is one of them. */
struct range {
    uint64_t low, high;
};

/* ---- console.c: VGA text and COM1 */
void console_init(const char *cmdline);
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints "loader: <sentence> Halted." and stops the machine. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- options.c: command lines and their words */
/* Returns the line of a module from its name on, because QEMU gives the whole path. */
const char *line_without_path(const char *line);
/* Copies a line with its end.  Returns the number of bytes; 0: they do not fit.  escaped: removes
 * the backslash that GRUB puts before ' " and \. */
size_t line_copy(char *to, size_t room, const char *from, bool escaped);
/* Returns the text behind "name=" in a line, or NULL if there is none.  The text ends at a blank or
 * at the end of the line. */
const char *option_find(const char *line, const char *name);
bool option_is(const char *value, const char *word);
/* Reads N, NK or NM into *bytes.  Returns false if it is no such number, or does not fit. */
bool option_size(const char *value, uint32_t *bytes);

/* ---- memmap.c: makes the BIOS's memory map usable */
enum { BIOS_RAM = 1, BIOS_RESERVED = 2 };
struct bios_entry {
    uint64_t base, length;
    uint32_t type;
};
struct memmap {
    struct range
        ram[MAX_REGIONS]; /* sorted, disjoint, whole pages, below 4 GB, nothing else in them */
    size_t rams;
    uint64_t ram_above_4g; /* in bytes; no program will use it */
};
void memmap_make(struct memmap *map, const struct bios_entry *entries, size_t n);
uint64_t memmap_total(const struct memmap *map);
bool memmap_has(const struct memmap *map, uint64_t low, uint64_t high);

/* ---- place.c: what is at which place */
struct used {
    struct range range[MAX_USED];
    size_t n;
};
void used_add(struct used *used, uint64_t low, uint64_t high);
bool used_overlaps(const struct used *used, uint64_t low, uint64_t high);
/* Drops the smallest regions that have nothing used in them, until `most` regions are left or no
 * more can go.  Returns their bytes. */
uint64_t memmap_limit(struct memmap *map, const struct used *used, size_t most);
/* Returns the highest free place of `size` bytes in RAM, below `limit`, at the start of a page; 0:
 * there is none. */
uint32_t place_find(const struct memmap *map, const struct used *used, uint64_t size,
                    uint64_t limit);

/* ---- image.c: an ELF file in memory */
struct segment {
    uint32_t paddr, vaddr, file_offset, filesz, memsz;
};
struct image {
    struct segment segment[MAX_SEGMENTS];
    size_t segments;
    uint32_t entry;     /* physical */
    uint32_t low, high; /* [low, high): the memory that it covers, perhaps with holes */
};
/* Returns NULL, or what is wrong with the file: "is not ..." */
const char *image_read(struct image *image, const void *file, size_t size);
bool image_has(const struct image *image, uint64_t low, uint64_t high);
/* Finds the next piece of the memory that the image covers, from segment *s on; segments that are
 * close to each other are one piece.  Returns false if there is no more. */
bool image_piece(const struct image *image, size_t *s, struct range *piece);
/* Returns the place of the kernel interface page in the file, or 0 if there is none.  Post: *room
 * is the number of bytes from there to the end of its segment. */
uint32_t image_find_kip(const struct image *image, const void *file, uint32_t *room);

/* ---- multiboot.c: what the boot loader gave; it is copied before anything moves */
struct module {
    uint32_t start, end;
    const char *cmdline;
};
struct given {
    const char *cmdline;
    struct module module[MAX_MODULES];
    size_t modules;
    struct bios_entry bios[MAX_MMAP];
    size_t entries;
    size_t left_out;        /* entries for which the table has no room, */
    uint64_t left_out_ram;  /* and the bytes of RAM in them */
    uint32_t mem_lower, mem_upper;
};
struct multiboot_info;
void given_read(struct given *given, uint32_t magic, const struct multiboot_info *mbi);
/* Returns the name of a module: the first word of its line, without folders. */
const char *module_name(const struct module *module);

/* ---- tables.c: what the kernel and the root task see of the boot */
/* What the trampoline does next.  start.asm knows this layout. */
struct copy {
    uint32_t dest, source, bytes, zeros;
};
struct tables {
    uint8_t *start;      /* the start of the block, which is the start of a page */
    uint8_t *at, *end;   /* the free rest of the block */
    struct copy *copies; /* up to MAX_COPIES; the end is one with dest = 0, bytes = 0, zeros = 0 */
    size_t ncopies;
    uint32_t bootinfo; /* for KIP.BootInfo */
    void (*trampoline)(const struct copy *, uint32_t entry);
};
enum { MAX_COPIES = 3 * MAX_SEGMENTS + 1 };
uint32_t tables_size(const struct given *given);
void tables_make(struct tables *t, void *block, uint32_t size, const struct given *given,
                 const struct image *image, bool multiboot_form);

/* ---- start.asm */
extern const uint8_t trampoline_start[], trampoline_end[];
extern const uint8_t loader_start[], loader_end[];

/* ---- bytes.c */
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

#endif
