/* SPDX-License-Identifier: MIT */
/* Startup data: what a new task finds when its startup code has run.  Spec hurd 1.5, 4.7.
 *
 * wortel writes it for boot tasks, `task` for all other tasks, into the startup page.  lib/startup
 * works through the map array at 0x8000 and then calls entry_point with a pointer to the structure.
 *
 * There are two layouts: J (January 2005, 68 bytes) and L (from 2005-01-30, 112 bytes), both with
 * version 0.0.  Pecan uses L with version 1.0, with more fields at its end. */
#ifndef HURD_STARTUP_H
#define HURD_STARTUP_H

#include <l4/types.h>

/* The places of things in a new task.  Spec hurd 1.5. */
#define HURD_STARTUP_ADDR       0x8000u     /* the startup fpage: code, bss, stack, then the data */
#define HURD_STARTUP_SIZE       0x8000u
#define HURD_STARTUP_SIZE_LOG2  15
#define HURD_STARTUP_KIP        0x10000u
#define HURD_STARTUP_UTCB       0x20000u    /* in tasks that `task` starts; in boot tasks:
                                               0x11000, 4 KB */
#define HURD_STARTUP_UTCB_LOG2  16

#define HURD_STARTUP_MAJOR      1           /* 0: a layout of 2005, without the fields at the end */
#define HURD_STARTUP_MINOR      0

#define HURD_STARTUP_SECURE     1u          /* flags */
#define HURD_STARTUP_BOOTSTRAP  2u          /* for the root file system: the masters below are
                                               valid */

/* A capability: the server to call, and the handle to name.  If server is the nil thread, there is
 * no such capability. */
struct hurd_startup_cap {
    L4_Word_t server;
    L4_Word_t cap;
};

/* One piece of the program.  The low bits of `offset` say how it gets its memory.
 *
 *     31                    12 11   7     6      5      4      3    2 1 0
 *     |  container offset      |  0  | WIRED | LATER | COPY | ANON | rwx |
 *
 * As the starter writes it:
 *     rwx only   the piece is mapped from the container as it is (text, constants);
 *     COPY       the piece is copied (copy-on-write) from the container into the task's own
 *                container `memory`, and the copy is mapped;
 *     LATER      pages of the piece may be missing; what is there is mapped from the container.
 *                The program's pager asks `image_pages` for the others when they are touched.
 *                With ANON: nothing is allocated; the pager makes the pages when they are touched;
 *     WIRED      with COPY or ANON: the pages are pinned before they are mapped;
 *     ANON       the piece is zero.  vaddr and size need not be aligned.  The bytes up to the next
 *                page belong to a page of the entry before, and are cleared there; the pages behind
 *                them are allocated in `memory`.  `container` and the container offset are not
 *                used.
 * When the program runs, the startup code has rewritten each entry to what is really there, but for
 * the flags ANON, LATER and WIRED: vaddr and size are whole pages (size 0: nothing was left).
 * `container` and the offset say from where a page can be mapped again if physmem takes it away.
 * In `memory`, the offset is the virtual address. */
struct hurd_startup_map {
    struct hurd_startup_cap container;
    L4_Word_t offset;
    L4_Word_t vaddr;
    L4_Word_t size;
};

#define HURD_STARTUP_MAP_RIGHTS 0x007u
#define HURD_STARTUP_MAP_ANON   0x008u
#define HURD_STARTUP_MAP_COPY   0x010u
#define HURD_STARTUP_MAP_LATER  0x020u
#define HURD_STARTUP_MAP_WIRED  0x040u
#define HURD_STARTUP_MAP_OFFSET (~0xfffu)

/* Layout L, extended.  Addresses are addresses in the new task. */
struct hurd_startup_data {
    L4_Word16_t version_major;
    L4_Word16_t version_minor;
    L4_Word_t flags;
    L4_Word_t utcb_area;                    /* an fpage */
    L4_Word_t argz, argz_len;
    L4_Word_t envz, envz_len;
    struct hurd_startup_cap wortel;         /* nil in tasks without privileges */
    struct hurd_startup_cap task;           /* the task's own task control capability */
    struct hurd_startup_cap image;          /* the program file */
    L4_Word_t mapc, mapv;                   /* struct hurd_startup_map[mapc] */
    L4_Word_t phdr, phdr_len;               /* an address in the loaded image and a number of
                                               bytes, or 0 */
    L4_Word_t entry_point;
    struct hurd_startup_cap startup;        /* the container of the startup fpage itself */
    struct hurd_startup_cap physmem_master; /* these four: only with HURD_STARTUP_BOOTSTRAP */
    struct hurd_startup_cap task_master;
    struct hurd_startup_cap deva_master;
    struct hurd_startup_cap deva_console;
    /* ---- from here: version 1.0 ---- */
    L4_Word_t size;                         /* bytes of this structure */
    struct hurd_startup_cap physmem_control;/* a memory control, from which containers are
                                               created */
    struct hurd_startup_cap console;        /* a character device of deva; nil before deva runs */
    struct hurd_startup_cap memory;         /* a container that the startup code makes, see above */
    struct hurd_startup_cap store;          /* an archive: deva-store for deva, apps.cpio for
                                               init */
    L4_Word_t store_size;                   /* bytes of the archive */
    L4_Word_t startup_error;                /* 0; a program never sees another value */
    L4_Word_t kept;                         /* HURD_TASK_EXEC: a container of the program before;
                                               0: none */
    struct hurd_startup_cap image_pages;    /* the server that brings missing pages of the image
                                               (HURD_FS_IMAGE), and its number for the image;
                                               server 0: no page is missing */
};

/* How the copy of a task that called HURD_TASK_FORK begins.  `task` writes it to
 * HURD_STARTUP_RESUME: the first part as the request says, and what the copy has.  The startup code
 * of the copy pins and maps the ranges from `memory`, where the offset is the address, maps the
 * text from `image`, and calls ip with the address of this structure; its stack is behind it. */
#define HURD_STARTUP_RANGES     16u
struct hurd_startup_resume {
    L4_Word_t ip;
    L4_Word_t count;
    struct hurd_startup_range {
        L4_Word_t address, size, rights;    /* whole pages */
    } range[HURD_STARTUP_RANGES];
    struct hurd_startup_range text;         /* size 0: none */
    L4_Word_t text_offset;
    /* ---- from here: as in struct hurd_startup_data, but those of the copy ---- */
    L4_Word_t thread;                       /* its second thread */
    struct hurd_startup_cap task, image, startup, physmem_control, console, memory;
};
#define HURD_STARTUP_RESUME     (HURD_STARTUP_ADDR + 0xa00u)    /* behind the startup code;
                                                                   its stack ends with this page */
#define HURD_STARTUP_RESUME_IP  (HURD_STARTUP_ADDR + 0x10u)     /* in the startup code */

/* Layout J, for programs of January 2005. */
struct hurd_startup_data_j {
    L4_Word16_t version_major;
    L4_Word16_t version_minor;
    L4_Word_t utcb_area;
    L4_Word_t argz, argz_len;
    struct hurd_startup_cap wortel;
    struct hurd_startup_cap task;
    struct hurd_startup_cap image;
    L4_Word_t mapc, mapv;
    L4_Word_t phdr, phdr_len;
    L4_Word_t entry_point;
    struct hurd_startup_cap startup;
};

#define HURD_STARTUP_AT(field, at) \
    _Static_assert(__builtin_offsetof(struct hurd_startup_data, field) == (at), #field)
HURD_STARTUP_AT(version_minor, 2);
HURD_STARTUP_AT(flags, 4);
HURD_STARTUP_AT(utcb_area, 8);
HURD_STARTUP_AT(argz, 12);
HURD_STARTUP_AT(envz, 20);
HURD_STARTUP_AT(wortel, 28);
HURD_STARTUP_AT(task, 36);
HURD_STARTUP_AT(image, 44);
HURD_STARTUP_AT(mapc, 52);
HURD_STARTUP_AT(mapv, 56);
HURD_STARTUP_AT(phdr, 60);
HURD_STARTUP_AT(entry_point, 68);
HURD_STARTUP_AT(startup, 72);
HURD_STARTUP_AT(physmem_master, 80);
HURD_STARTUP_AT(task_master, 88);
HURD_STARTUP_AT(deva_master, 96);
HURD_STARTUP_AT(deva_console, 104);
HURD_STARTUP_AT(size, 112);
HURD_STARTUP_AT(physmem_control, 116);
HURD_STARTUP_AT(console, 124);
HURD_STARTUP_AT(memory, 132);
HURD_STARTUP_AT(store, 140);
HURD_STARTUP_AT(store_size, 148);
HURD_STARTUP_AT(image_pages, 160);
#undef HURD_STARTUP_AT
_Static_assert(sizeof(struct hurd_startup_data) == 168, "`size` says so");
_Static_assert(sizeof(struct hurd_startup_map) == 20, "spec hurd 4.7");

#define HURD_STARTUP_J_AT(field, at) \
    _Static_assert(__builtin_offsetof(struct hurd_startup_data_j, field) == (at), #field)
HURD_STARTUP_J_AT(utcb_area, 4);
HURD_STARTUP_J_AT(argz, 8);
HURD_STARTUP_J_AT(wortel, 16);
HURD_STARTUP_J_AT(task, 24);
HURD_STARTUP_J_AT(image, 32);
HURD_STARTUP_J_AT(mapc, 40);
HURD_STARTUP_J_AT(phdr, 48);
HURD_STARTUP_J_AT(entry_point, 56);
HURD_STARTUP_J_AT(startup, 60);
#undef HURD_STARTUP_J_AT
_Static_assert(sizeof(struct hurd_startup_data_j) == 68, "spec hurd 4.7");

/* crt0 sets it before main().  The structure can be read and written as long as the task lives. */
extern struct hurd_startup_data *__hurd_startup_data;

#endif
