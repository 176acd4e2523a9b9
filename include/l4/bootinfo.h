/* SPDX-License-Identifier: MIT */
/* The generic boot information that KIP.BootInfo points to.  Spec 6.10. */
#ifndef L4_BOOTINFO_H
#define L4_BOOTINFO_H

#include <l4/types.h>

typedef struct {
    L4_Word_t magic;
    L4_Word_t version;
    L4_Word_t size;        /* of the whole block, in bytes */
    L4_Word_t first_entry; /* the offset of the first record from the start of the block */
    L4_Word_t num_entries;
    L4_Word_t reserved[3];
} L4_BootInfo_Hdr_t;
L4_STATIC_ASSERT(sizeof(L4_BootInfo_Hdr_t) == 32, "the first record is normally at 32");

typedef struct {
    L4_Word_t type;
    L4_Word_t version;     /* 1 */
    L4_Word_t offset_next; /* the offset of the next record from this one */
} L4_BootRec_t;

typedef struct {
    L4_Word_t type, version, offset_next;
    L4_Word_t start, size;
    L4_Word_t cmdline_offset; /* the offset from this record; 0: there is none */
} L4_Boot_Module_t;

typedef struct {
    L4_Word_t type, version, offset_next;
    struct {
        L4_Word_t pstart, vstart, size;
    } text, data, bss;
    L4_Word_t initial_ip, flags, label;
    L4_Word_t cmdline_offset;
} L4_Boot_SimpleExec_t;

typedef struct {
    L4_Word_t type, version, offset_next;
    L4_Word_t address; /* the address of the multiboot information */
} L4_Boot_MBI_t;
L4_STATIC_ASSERT(sizeof(L4_Boot_Module_t) == 24 && sizeof(L4_Boot_SimpleExec_t) == 64 &&
                     sizeof(L4_Boot_MBI_t) == 16,
                 "record layouts");

#define L4_BootInfo_Module     L4_BOOTREC_MODULE
#define L4_BootInfo_SimpleExec L4_BOOTREC_EXEC
#define L4_BootInfo_EFITables  L4_BOOTREC_EFI
#define L4_BootInfo_Multiboot  L4_BOOTREC_MULTIBOOT

L4_INLINE L4_Bool_t L4_BootInfo_Valid(const void *info)
{
    const L4_BootInfo_Hdr_t *h = (const L4_BootInfo_Hdr_t *)info;
    return h && h->magic == L4_BOOTINFO_MAGIC && h->version == L4_BOOTINFO_VERSION;
}
L4_INLINE L4_Word_t L4_BootInfo_Size(const void *info)
{
    return ((const L4_BootInfo_Hdr_t *)info)->size;
}
L4_INLINE L4_Word_t L4_BootInfo_Entries(const void *info)
{
    return ((const L4_BootInfo_Hdr_t *)info)->num_entries;
}
L4_INLINE L4_BootRec_t *L4_BootInfo_FirstEntry(const void *info)
{
    return (L4_BootRec_t *)((L4_Word_t)info + ((const L4_BootInfo_Hdr_t *)info)->first_entry);
}
L4_INLINE L4_Word_t L4_BootRec_Type(const L4_BootRec_t *r) { return r->type; }
L4_INLINE L4_BootRec_t *L4_BootRec_Next(const L4_BootRec_t *r)
{
    return (L4_BootRec_t *)((L4_Word_t)r + r->offset_next);
}
L4_INLINE char *__L4_BootRec_String(const void *record, L4_Word_t offset)
{
    return offset ? (char *)record + offset : NULL;
}
L4_INLINE L4_Word_t L4_Module_Start(const L4_BootRec_t *r)
{
    return ((const L4_Boot_Module_t *)r)->start;
}
L4_INLINE L4_Word_t L4_Module_Size(const L4_BootRec_t *r)
{
    return ((const L4_Boot_Module_t *)r)->size;
}
L4_INLINE char *L4_Module_Cmdline(const L4_BootRec_t *r)
{
    return __L4_BootRec_String(r, ((const L4_Boot_Module_t *)r)->cmdline_offset);
}
L4_INLINE L4_Word_t L4_SimpleExec_TextPstart(const L4_BootRec_t *r)
{
    return ((const L4_Boot_SimpleExec_t *)r)->text.pstart;
}
L4_INLINE L4_Word_t L4_SimpleExec_TextVstart(const L4_BootRec_t *r)
{
    return ((const L4_Boot_SimpleExec_t *)r)->text.vstart;
}
L4_INLINE L4_Word_t L4_SimpleExec_TextSize(const L4_BootRec_t *r)
{
    return ((const L4_Boot_SimpleExec_t *)r)->text.size;
}
L4_INLINE L4_Word_t L4_SimpleExec_DataPstart(const L4_BootRec_t *r)
{
    return ((const L4_Boot_SimpleExec_t *)r)->data.pstart;
}
L4_INLINE L4_Word_t L4_SimpleExec_DataVstart(const L4_BootRec_t *r)
{
    return ((const L4_Boot_SimpleExec_t *)r)->data.vstart;
}
L4_INLINE L4_Word_t L4_SimpleExec_DataSize(const L4_BootRec_t *r)
{
    return ((const L4_Boot_SimpleExec_t *)r)->data.size;
}
L4_INLINE L4_Word_t L4_SimpleExec_BssPstart(const L4_BootRec_t *r)
{
    return ((const L4_Boot_SimpleExec_t *)r)->bss.pstart;
}
L4_INLINE L4_Word_t L4_SimpleExec_BssVstart(const L4_BootRec_t *r)
{
    return ((const L4_Boot_SimpleExec_t *)r)->bss.vstart;
}
L4_INLINE L4_Word_t L4_SimpleExec_BssSize(const L4_BootRec_t *r)
{
    return ((const L4_Boot_SimpleExec_t *)r)->bss.size;
}
L4_INLINE L4_Word_t L4_SimpleExec_InitialIP(const L4_BootRec_t *r)
{
    return ((const L4_Boot_SimpleExec_t *)r)->initial_ip;
}
L4_INLINE L4_Word_t L4_SimpleExec_Flags(const L4_BootRec_t *r)
{
    return ((const L4_Boot_SimpleExec_t *)r)->flags;
}
L4_INLINE L4_Word_t L4_SimpleExec_Label(const L4_BootRec_t *r)
{
    return ((const L4_Boot_SimpleExec_t *)r)->label;
}
L4_INLINE char *L4_SimpleExec_Cmdline(const L4_BootRec_t *r)
{
    return __L4_BootRec_String(r, ((const L4_Boot_SimpleExec_t *)r)->cmdline_offset);
}
L4_INLINE L4_Word_t L4_MBI_Address(const L4_BootRec_t *r)
{
    return ((const L4_Boot_MBI_t *)r)->address;
}

/* ---- the multiboot 1 information at that address */
struct multiboot_module {
    uint32_t start, end; /* [start, end) */
    uint32_t cmdline;    /* the address of a string; 0: there is none */
    uint32_t reserved;
};
struct multiboot_info {
    uint32_t flags;                /* MULTIBOOT_HAS_... */
    uint32_t mem_lower, mem_upper; /* KB below 1 MB; KB from 1 MB up */
    uint32_t boot_device;
    uint32_t cmdline;
    uint32_t mods_count, mods_addr;
    uint32_t syms[4];
    uint32_t mmap_length, mmap_addr;
    uint32_t drives_length, drives_addr;
    uint32_t config_table, boot_loader_name, apm_table;
    uint32_t vbe[4];
};
L4_STATIC_ASSERT(offsetof(struct multiboot_info, mmap_length) == 44 &&
                     sizeof(struct multiboot_info) == 88,
                 "multiboot 0.6.96");
#define MULTIBOOT_MAGIC       0x2BADB002 /* in eax when the loader starts */
#define MULTIBOOT_HAS_MEMORY  0x01
#define MULTIBOOT_HAS_CMDLINE 0x04
#define MULTIBOOT_HAS_MODS    0x08
#define MULTIBOOT_HAS_MMAP    0x40
#define MULTIBOOT_HAS_NAME    0x200      /* boot_loader_name */

#endif
