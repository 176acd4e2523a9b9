/* SPDX-License-Identifier: MIT */
/* deva, the device access server: what it and its clients say to each other.
 *
 * Conventions are as in hurd/cap.h: the label is the operation, and word 0 is the handle of a
 * device capability in the caller's table.  A refusal has label HURD_DEVA_ERROR and one word, an
 * errno.  Word k is MR(k+1).  A reply has label 0 unless the table says otherwise.  Labels 768 and
 * those of 2005 (spec/hurd-l4-design.md 4.6); the others are Pecan's.
 *
 *   label  operation        request words                        reply
 *   768    io_read          0 device                             0 one character;
 *                                                                blocks until there is one
 *   769    io_write         0 device, 1 character                label 769, the same two words
 *   770    read_many        0 device, 1 limit, 2 flags           0 count, then the packed bytes
 *                                                                of a line
 *   771    write_many       0 device, 1 count, 2.. packed bytes  0 count written
 *   772    device_info      0 device                             0 kind, 1 parts (HURD_DEVA_HAS_*)
 *   773    foreground       0 master, 1 task or group            0 how often Ctrl-C was typed,
 *                                                                1 Ctrl-Z, 2 the foreground before
 *   774    read_raw         0 device, 1 limit, 2 flags           0 count, then the packed bytes
 *   776    console_inject   0 own device, 1 task id [, 2 group]  0 handle in that task's table
 *   777    irq_attach       0 master, 1 irq, 2 handler thread    none
 *   778    irq_detach       0 master, 1 irq                      none
 *   779    ports_map        0 master, 1 IO fpage                 one map item; none if all ports
 *                                                                are open
 *   780    block_register   0 master, 1 thread or nil, 2 first   none
 *                           disk, 3 number of disks
 *   781    block_find       0 block capability                   0 the driver's thread or nil,
 *                                                                1 drivers so far
 *   782    block_check      0 master, 1 task id, 2 handle        0 disk, 1 first sector,
 *                                                                2 sectors, 3 rights, 4 serial
 *   783    log              one way, from wortel: 0 count,       never
 *                           1.. packed bytes
 *   784    block_grant      0 master, 1 task id, 2 disk,         0 handle in that task's table
 *                           3 first sector, 4 sectors, 5 rights
 *   785    dma_memory       0 master [, 1 pages, 2 limit]        0 container in the caller's table
 *                                                                of physmem, 1 pages, 2.. their
 *                                                                physical addresses
 *   786    memory_map       0 master, 1 physical address,        one grant item
 *                           2 bytes
 *   787    modes            0 device [, 1 flags, 2.. words]      0 flags, 1.. words
 *   788    console_group    0 device [, 1 group]                 0 the foreground
 *   790    keymap           0 master, 1 layout or               0 the layout from now on
 *                           HURD_DEVA_KEYMAP_ASK
 *   791    status           0 master, 1 count, 2.. packed bytes  none
 *
 * Packed bytes: four in a word, the first in bits 0-7; at most HURD_DEVA_CHUNK of them.
 * HURD_CAP_CANCEL ends a read that waits, with ECANCELED.  The death message of hurd/task.h ends
 * all reads of that task, and takes its interrupts back. */
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
#define HURD_DEVA_MODES          787
#define HURD_DEVA_CONSOLE_GROUP  788
#define HURD_DEVA_KEYMAP         790
#define HURD_DEVA_STATUS         791

#define HURD_DEVA_ERROR 0x8000 /* label of a refusal */
#define HURD_DEVA_CHUNK 240    /* the most bytes of text in one message */

/* read_many gives lines.  The user can correct a line while it is typed, as on any terminal.  Enter
 * (a carriage return from a serial line, a newline from the keyboard) ends the line and gives a
 * newline.  Backspace and Delete take a character back, Ctrl-W a word, Ctrl-U the line.  What is
 * typed is shown.  A line longer than `limit` (1..HURD_DEVA_CHUNK) is read in pieces.  A line has
 * at most 4,095 bytes; more are refused with a bell.  Ctrl-D ends a line without a newline.  At the
 * start of a line it is the end of the file: one read that waits gets count 0.  Keys that are no
 * characters do nothing.
 *
 * read_raw gives bytes as they are typed, at least one.  They are neither shown nor changed, for
 * programs that edit lines themselves or act on single keys.  io_read does the same.  Each read
 * chooses; the console's few modes go when its owner takes the foreground back, so a program that
 * ends leaves nothing behind that the next one must undo.  Typed bytes that no program has read are
 * kept as they were typed, for any kind of read.
 *
 * Both block until they have something.  With the flag HURD_DEVA_READ_NOBLOCK they reply count 0
 * instead.  Readers that wait are served in the order in which they came.  With READ_IN_FRONT, a
 * reader that is not in the foreground, or is no more, gets EBUSY instead of waiting for that.
 * With READ_PEEK, the reply is a count only, and nothing is taken; the end of the file has count 1.
 * A thread that sends another request does not wait any more. */
#define HURD_DEVA_READ_NOBLOCK 1
#define HURD_DEVA_READ_IN_FRONT 4
#define HURD_DEVA_READ_PEEK     2

/* device_info: the kinds of devices, and the parts that the console has on this machine. */
#define HURD_DEVA_KIND_CONSOLE 1
#define HURD_DEVA_KIND_MASTER  2
#define HURD_DEVA_KIND_BLOCK   3 /* parts is the number of the disk */
#define HURD_DEVA_HAS_SERIAL   1
#define HURD_DEVA_HAS_SCREEN   2
#define HURD_DEVA_HAS_KEYBOARD 4

/* foreground: from now on, readers of that task, or of that group of tasks (HURD_TASK_GROUP), alone
 * get input; the caller is the owner.  Other readers wait; if they do not block, they find nothing.
 * Task 0 means: input goes to all tasks; HURD_DEVA_FOREGROUND_ASK: nothing changes.  While the
 * foreground is not the owner, Ctrl-C and Ctrl-Z are not input: deva counts them, and forgets what
 * was typed before.  The reply says how often they were typed since the last such request.  When
 * the last task of the foreground dies, the group to which the owner gave it is the foreground
 * again, or else the owner; when that one dies, input goes to all tasks.
 *
 * console_group: the same foreground, for programs that have children of their own in groups.  It
 * may be set while the owner has given it away, by tasks in the foreground, by those of groups that
 * had it before since then, and by those that came from such a group; else EPERM.  EINVAL: no task
 * or group.
 *
 * modes: of the terminal, for all programs in the foreground; the words are for the programs alone.
 * They may be set by the same tasks, else EPERM, and are 0 again when the owner takes the
 * foreground back.  EINVAL: unknown flags, more than HURD_DEVA_MODE_WORDS words.
 *
 * console_inject: gives the console to another task and returns the handle of that task; group: of
 * that task.  Only
 * `task` (when it creates a task) and holders of the master capability may send it.
 *
 * irq_attach: from now on, interrupt `irq` comes to the handler as an IPC from thread (irq, 1) with
 * label 0xfff0.  An empty message to (irq, 1) acknowledges it (spec/l4-x2-ia32.md 6.5).  The
 * handler must be a thread of the caller's task.  EBUSY: a thread has the line already.  EINVAL:
 * the kernel or deva itself uses the line.
 *
 * ports_map: the caller must open a window for IO fpages before the call.  EINVAL: the fpage is no
 * IO fpage.
 *
 * block_grant: gives a task sectors of a disk.  The task shows the capability to the driver of the
 * disk (hurd/block.h).  0 sectors: up to the end of the disk.  deva does not check that there is
 * such a disk.  Rights: 2 to write, 4 to read.  EINVAL: the disk number or the sectors are out of
 * range, or there are no rights.  The handle can be given on and dropped like any other.
 *
 * block_register: from now on, that thread of the caller's task (else EPERM) drives these disks,
 * until its task ends.  EBUSY: another thread does.  A nil thread: deva forgets the earlier
 * drivers.
 * block_find: which thread drives the disk; nil: the last driver has ended.  ENODEV: there never
 * was one.
 * block_check: what a task's handle stands for.  EBADF: it is no handle, or not of a block
 * capability.  deva gives each serial number once: if the same handle has another number, it is
 * another grant.
 *
 * dma_memory: pages that stay where they are for ever, for a device that may still write to them
 * after its driver has ended.  All drivers of one device get the same pages, one driver after the
 * other, with what the last one left in them; those with the master capability are one device.
 * Without word 1, HURD_DEVA_DMA_PAGES pages.  With a limit other than 0, they lie below that
 * physical address; without one, they follow each other in memory where physmem finds such frames.
 * What counts is the first request for the device.  EINVAL: no pages, or more than
 * HURD_DEVA_DMA_MOST.  EBUSY: another living task has them.  ENOSPC: HURD_DEVA_DMA_LOANS devices
 * have pages.  If there is no memory, the errors of physmem. */
#define HURD_DEVA_FOREGROUND_ASK (~0ul)
#define HURD_DEVA_MODE_SILENT    1u     /* lines are not shown while they are typed */
#define HURD_DEVA_MODE_KEYS      2u     /* Ctrl-C and Ctrl-Z are input */
#define HURD_DEVA_MODE_WORDS     15u

#define HURD_DEVA_DMA_PAGES 5
#define HURD_DEVA_DMA_MOST  17
#define HURD_DEVA_DMA_LOANS 4

/* memory_map: device memory, for example the range that a base address register of a PCI device
 * names.  The caller must open a window for the pages before the call.  The pages are granted, so
 * deva keeps no mapping.  The range belongs to the caller's task until the task ends; the task may
 * ask for it again.  EINVAL: the number of bytes is no power of two from 4,096 to
 * HURD_DEVA_MEMORY_LARGEST, or the address is no multiple of it.  EBUSY: a part of the range
 * belongs to another task, or to deva.  EACCES: a part of it is RAM, or belongs to the kernel.
 * ENOSPC: the drivers have HURD_DEVA_MEMORY_RANGES ranges already.  ENOMEM, EIO: there is no kernel
 * memory.  If the window is too small, fewer pages come. */
#define HURD_DEVA_MEMORY_LARGEST 0x400000u
#define HURD_DEVA_MEMORY_RANGES  32

/* keymap: which characters the keys of the machine's own keyboard type.  Characters beyond ASCII
 * come as UTF-8. AltGr is the right Alt key. An accent waits for its letter; a blank types it
 * alone. EINVAL: there is no such layout. */
#define HURD_DEVA_KEYMAP_US  0
#define HURD_DEVA_KEYMAP_DE  1
#define HURD_DEVA_KEYMAP_FR  2
#define HURD_DEVA_KEYMAPS    3
#define HURD_DEVA_KEYMAP_ASK 0xffffffff /* changes nothing */

/* status: the text of a line below the screen's last row of text, which has one row less from then
 * on; count 0: the screen has all its rows again.  The serial line shows nothing of it, and without
 * a screen nothing does.  EINVAL: more than HURD_DEVA_STATUS_MOST bytes, or another number of
 * words. */
#define HURD_DEVA_STATUS_MOST 80

/* ---- functions for clients, lib/hurd-cap/deva_client.c.  They return 0 or an errno.  Each blocks
 * until deva replies; reads block as their requests do. */

int hurd_deva_putchar(L4_ThreadId_t server, L4_Word_t device, char c);
int hurd_deva_getchar(L4_ThreadId_t server, L4_Word_t device, char *c);

/* Writes all `size` bytes, in several messages if needed.  *done is the number of bytes that were
 * written, even after an error.  `done` may be NULL. */
int hurd_deva_write(L4_ThreadId_t server, L4_Word_t device, const void *text, L4_Word_t size,
                    L4_Word_t *done);

/* Reads at least one byte, and at most `limit`: of a line, or as typed.  *got = 0 means the end of
 * the file; with HURD_DEVA_READ_NOBLOCK it means that there is nothing yet. */
int hurd_deva_read(L4_ThreadId_t server, L4_Word_t device, void *text, L4_Word_t limit,
                   L4_Word_t flags, L4_Word_t *got);
int hurd_deva_read_raw(L4_ThreadId_t server, L4_Word_t device, void *text, L4_Word_t limit,
                       L4_Word_t flags, L4_Word_t *got);

int hurd_deva_info(L4_ThreadId_t server, L4_Word_t device, L4_Word_t *kind, L4_Word_t *parts);
struct hurd_deva_typed { L4_Word_t interrupts, suspends, foreground; };
int hurd_deva_foreground(L4_ThreadId_t server, L4_Word_t master, L4_Word_t task_id,
                         struct hurd_deva_typed *typed);
/* Post: *group is the foreground.  Pre: *group is the new one, or HURD_DEVA_FOREGROUND_ASK. */
int hurd_deva_console_group(L4_ThreadId_t server, L4_Word_t device, L4_Word_t *group);
struct hurd_deva_modes { L4_Word_t flags, words[HURD_DEVA_MODE_WORDS]; };
int hurd_deva_get_modes(L4_ThreadId_t server, L4_Word_t device, struct hurd_deva_modes *modes);
int hurd_deva_set_modes(L4_ThreadId_t server, L4_Word_t device,
                        const struct hurd_deva_modes *modes);
int hurd_deva_console_inject(L4_ThreadId_t server, L4_Word_t device, L4_Word_t task_id,
                             L4_Word_t *handle);
int hurd_deva_irq_attach(L4_ThreadId_t server, L4_Word_t master, L4_Word_t irq,
                         L4_ThreadId_t handler);
int hurd_deva_irq_detach(L4_ThreadId_t server, L4_Word_t master, L4_Word_t irq);
/* Pre: *layout is the layout to set, or HURD_DEVA_KEYMAP_ASK.  Post: *layout is the one that is
 * set. */
int hurd_deva_keymap(L4_ThreadId_t server, L4_Word_t master, L4_Word_t *layout);
int hurd_deva_status(L4_ThreadId_t server, L4_Word_t master, const char *text, L4_Word_t size);
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
/* extent->serial is not used. */
int hurd_deva_block_grant(L4_ThreadId_t server, L4_Word_t master, L4_Word_t task_id,
                          const struct hurd_deva_extent *extent, L4_Word_t *handle);

struct hurd_deva_dma {
    L4_Word_t container;
    L4_Word_t pages;
    L4_Word_t physical[HURD_DEVA_DMA_MOST];
};
int hurd_deva_dma_memory(L4_ThreadId_t server, L4_Word_t master, struct hurd_deva_dma *memory);
/* With words 1 and 2.  EPROTO: the device has another number of pages already. */
int hurd_deva_dma_pages(L4_ThreadId_t server, L4_Word_t master, L4_Word_t pages, L4_Word_t limit,
                        struct hurd_deva_dma *memory);
/* Sets the acceptor to `window` for the call, and then back. */
int hurd_deva_memory_map(L4_ThreadId_t server, L4_Word_t master, L4_Word_t physical,
                         L4_Word_t bytes, L4_Fpage_t window);

#endif
