/* SPDX-License-Identifier: MIT */
/* deva, the device access server: what it and its clients say to each other.
 *
 * Conventions as in hurd/cap.h: label = operation, word 0 = the handle of a device capability in
 * the caller's table; a refusal has label HURD_DEVA_ERROR, u = 1, word 0 = errno.  Word k is
 * MR(k+1). Labels 768 and 769 are the ones of 2005 (spec/hurd-l4-design.md 4.6); the others are
 * ours.
 *
 *   label  operation        request words                        reply (label 0 unless said
 * otherwise)
 *   768    io_read          0 device                             0 one character; blocks until
 * there is one
 *   769    io_write         0 device, 1 character                label 769, the request's two
 * words again
 *   770    read_many        0 device, 1 limit, 2 flags           0 count, then the bytes of a line,
 * packed
 *   771    write_many       0 device, 1 count, 2.. packed bytes  0 count written
 *   772    device_info      0 device                             0 kind, 1 parts (HURD_DEVA_HAS_*)
 *   773    foreground       0 master, 1 task id                 0 how often Ctrl-C was typed
 *   774    read_raw         0 device, 1 limit, 2 flags           0 count, then the bytes, packed
 *   776    console_inject   0 own device, 1 task id              0 handle in that task's table
 *   777    irq_attach       0 master, 1 irq, 2 handler thread    none
 *   778    irq_detach       0 master, 1 irq                      none
 *   779    ports_map        0 master, 1 IO fpage                 one map item, or none when ports
 * are open
 *   780    block_register   0 master, 1 thread or nil, 2 disk,   none
 *                           3 disks
 *   781    block_find       0 block capability                   0 driver's thread or nil,
 *                                                                1 drivers so far
 *   782    block_check      0 master, 1 task id, 2 handle        0 disk, 1 first sector,
 *                                                                2 sectors, 3 rights, 4 serial
 *   783    log              one way, from wortel: 0 count, 1.. packed bytes; never answered
 *   784    block_grant      0 master, 1 task id, 2 disk,         0 handle in that task's table
 *                           3 first sector, 4 sectors, 5 rights
 *   785    dma_memory       0 master                             0 container in the caller's table
 *                                                                of physmem, 1 pages, 2.. their
 *                                                                physical addresses
 *   786    memory_map       0 master, 1 physical address,        one grant item
 *                           2 bytes
 *
 * Packed bytes: four in a word, the first in bits 0-7; at most HURD_DEVA_CHUNK of them.
 * Cancel (0x100) ends a blocked read with ECANCELED.  The death message of hurd/task.h ends every
 * blocked read of that task and takes back its interrupts. */
#ifndef HURD_DEVA_H
#define HURD_DEVA_H

#include <l4/types.h>

/* Labels. */
#define HURD_DEVA_IO_READ        768
#define HURD_DEVA_IO_WRITE       769
#define HURD_DEVA_READ_MANY      770
#define HURD_DEVA_WRITE_MANY     771
#define HURD_DEVA_INFO           772
#define HURD_DEVA_FOREGROUND     773
#define HURD_DEVA_READ_RAW       774
#define HURD_DEVA_CONSOLE_INJECT 776
#define HURD_DEVA_IRQ_ATTACH     777
#define HURD_DEVA_IRQ_DETACH     778
#define HURD_DEVA_PORTS_MAP      779
#define HURD_DEVA_BLOCK_REGISTER 780
#define HURD_DEVA_BLOCK_FIND     781
#define HURD_DEVA_BLOCK_CHECK    782
#define HURD_DEVA_LOG            783
#define HURD_DEVA_BLOCK_GRANT    784
#define HURD_DEVA_DMA_MEMORY     785
#define HURD_DEVA_MEMORY_MAP     786

#define HURD_DEVA_ERROR 0x8000 /* label of a refusal */
#define HURD_DEVA_CHUNK 240    /* bytes of text in one message, at most */

/* read_many gives lines that can be mended while they are typed, as they are on any terminal: Enter
 * (a carriage return from a serial line, a newline from the keyboard) ends one and is a newline,
 * Backspace and Delete take a character back, Ctrl-W a word, Ctrl-U the line, and what is typed is
 * shown.  A line longer than `limit` (1..HURD_DEVA_CHUNK) is read in pieces; more than 4,095 bytes
 * are refused with a bell.  Ctrl-D ends a line without a newline; at a line's start it is the end
 * of the file, count 0, for one read that blocks.  Keys that are no characters do nothing.
 *
 * read_raw gives bytes as they are typed, at least one, unseen and unchanged: for programs that
 * edit lines themselves, or act on single keys.  So does io_read.  It is a matter of each read, not
 * a mode of the console: a program that ends leaves nothing behind that its successor must undo.
 * Typed bytes that nobody has read are still as they were typed, whoever reads next.
 *
 * Both block until they have something; with the flag they answer count 0 when they have not.
 * Readers that wait are served in the order in which they came. */
#define HURD_DEVA_READ_NOBLOCK 1

/* device_info: kinds of device, and what a console is made of on this machine. */
#define HURD_DEVA_KIND_CONSOLE 1
#define HURD_DEVA_KIND_MASTER  2
#define HURD_DEVA_KIND_BLOCK   3 /* parts: the disk's number */
#define HURD_DEVA_HAS_SERIAL   1
#define HURD_DEVA_HAS_SCREEN   2
#define HURD_DEVA_HAS_KEYBOARD 4

/* foreground: from now on input goes to readers of that task alone; the others wait, and find
 * nothing when they do not block.  0: to everybody.  While the task is another one than the
 * caller's, Ctrl-C is not input but counted (what was typed before it is forgotten); the reply says
 * how often since the last such request.  When the task dies the caller's is the foreground again;
 * when that one dies, everybody.
 *
 * console_inject: gives the console to another task and says how that task must name it.  For
 * `task` (when it creates a task) and for holders of the master capability.
 *
 * irq_attach: from then on interrupt `irq` arrives at the handler as an IPC from thread (irq, 1)
 * with label 0xfff0, and an empty message to (irq, 1) acknowledges it (spec/l4-x2-ia32.md 6.5).
 * The handler must be a thread of the caller's task.  EBUSY when somebody has it, EINVAL for a
 * line the kernel or deva itself uses.
 *
 * ports_map: the caller opens a window for IO fpages before the call; EINVAL when the fpage is
 * none.
 *
 * block_grant: sectors of a disk for a task, which names them to the disk's driver (hurd/block.h);
 * 0 sectors: up to the disk's end.  There need not be such a disk.  Rights: 2 to write, 4 to read.
 * EINVAL: disk numbers and sectors out of range, no rights.  The handle can be given on and dropped
 * like any other.
 *
 * block_register: from now on that thread of the caller's task (else EPERM) drives these disks,
 * until its task ends.  EBUSY: another one does.  A nil thread takes back what is known of earlier
 * drivers.
 * block_find: who drives the disk; nil: the last driver has ended.  ENODEV: there never was one.
 * block_check: what a task's handle stands for.  EBADF: it is none, or not of a block capability.
 * A serial number is given once: the same handle with another number is another grant.
 *
 * dma_memory: pages that stay where they are for ever, for a device that may write to them after
 * its driver has ended.  All drivers get the same ones, one after the other, with whatever the last
 * one left in them.  EBUSY: another living task has them.  Errors of physmem when there is no
 * memory. */
#define HURD_DEVA_DMA_PAGES 5

/* memory_map: device memory, for example the range that a PCI device's base address register names.
 * The caller opens a window for the pages before the call.  The pages are granted: deva keeps no
 * mapping, and the caller may pass them on to its own threads' spaces.  The range belongs to the
 * caller's task until the task ends; the task may ask for it again.
 * EINVAL: `bytes` is no power of two from 4,096 to HURD_DEVA_MEMORY_LARGEST, or the address is no
 * multiple of it.  EBUSY: a part of the range belongs to another task, or to deva.  EACCES: a part
 * of it is RAM, or belongs to the kernel.  ENOSPC: drivers have HURD_DEVA_MEMORY_RANGES ranges
 * already.  ENOMEM, EIO: kernel memory is out.  If the window is too small, fewer pages arrive. */
#define HURD_DEVA_MEMORY_LARGEST 0x400000u
#define HURD_DEVA_MEMORY_RANGES  32

/* ---- client stubs, lib/hurd-cap/deva_client.c; they return 0 or an errno ---- */

int hurd_deva_putchar(L4_ThreadId_t server, L4_Word_t device, char c);
int hurd_deva_getchar(L4_ThreadId_t server, L4_Word_t device, char *c);

/* Writes all `size` bytes, in as many messages as that takes; *done says how many went out, also
 * after an error.  `done` may be NULL. */
int hurd_deva_write(L4_ThreadId_t server, L4_Word_t device, const void *text, L4_Word_t size,
                    L4_Word_t *done);

/* Reads at least one byte of a line, or as typed, and at most `limit`.  None: the end of the file,
 * or with HURD_DEVA_READ_NOBLOCK that there is nothing. */
int hurd_deva_read(L4_ThreadId_t server, L4_Word_t device, void *text, L4_Word_t limit,
                   L4_Word_t flags, L4_Word_t *got);
int hurd_deva_read_raw(L4_ThreadId_t server, L4_Word_t device, void *text, L4_Word_t limit,
                       L4_Word_t flags, L4_Word_t *got);

int hurd_deva_info(L4_ThreadId_t server, L4_Word_t device, L4_Word_t *kind, L4_Word_t *parts);
int hurd_deva_foreground(L4_ThreadId_t server, L4_Word_t master, L4_Word_t task_id,
                         L4_Word_t *interrupts);
int hurd_deva_console_inject(L4_ThreadId_t server, L4_Word_t device, L4_Word_t task_id,
                             L4_Word_t *handle);
int hurd_deva_irq_attach(L4_ThreadId_t server, L4_Word_t master, L4_Word_t irq,
                         L4_ThreadId_t handler);
int hurd_deva_irq_detach(L4_ThreadId_t server, L4_Word_t master, L4_Word_t irq);
int hurd_deva_ports_map(L4_ThreadId_t server, L4_Word_t master, L4_Word_t io_fpage);

int hurd_deva_block_register(L4_ThreadId_t server, L4_Word_t master, L4_ThreadId_t thread,
                             L4_Word_t disk, L4_Word_t disks);
int hurd_deva_block_find(L4_ThreadId_t server, L4_Word_t device, L4_ThreadId_t *thread,
                         L4_Word_t *drivers);

struct hurd_deva_extent {
    L4_Word_t disk, first, sectors, rights;
    L4_Word_t serial;
};
int hurd_deva_block_check(L4_ThreadId_t server, L4_Word_t master, L4_Word_t task_id,
                          L4_Word_t handle, struct hurd_deva_extent *extent);
/* extent->serial is not looked at. */
int hurd_deva_block_grant(L4_ThreadId_t server, L4_Word_t master, L4_Word_t task_id,
                          const struct hurd_deva_extent *extent, L4_Word_t *handle);

struct hurd_deva_dma {
    L4_Word_t container;
    L4_Word_t pages;
    L4_Word_t physical[HURD_DEVA_DMA_PAGES];
};
int hurd_deva_dma_memory(L4_ThreadId_t server, L4_Word_t master, struct hurd_deva_dma *memory);
/* Sets the acceptor to `window` for the call, and then back. */
int hurd_deva_memory_map(L4_ThreadId_t server, L4_Word_t master, L4_Word_t physical,
                         L4_Word_t bytes, L4_Fpage_t window);

#endif
