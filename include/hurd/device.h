/* SPDX-License-Identifier: MIT */
/* Device capabilities.  Spec: hurd-l4-design.md 5.3.
 *
 * A device capability of deva names one device and what belongs to it: ports, memory ranges and
 * interrupt lines.  The driver framework (servers/fabrica) finds the devices and has deva make such
 * a capability for each driver that it starts; its handle is the one behind the console's.  With
 * it, a driver gets these ports, ranges and lines, and no others.
 *
 * Conventions are as in hurd/deva.h.  The capability takes these requests of hurd/deva.h in place
 * of the master: device_info, irq_attach, irq_detach, ports_map, memory_map, dma_memory,
 * block_register and block_check.  They get EPERM if they name something that is not the device's:
 * for block_check, a capability for a disk that is not the device's is EBADF.  dma_memory needs the
 * flag HURD_DEVICE_DMA.  Before irq_attach of a shared line, read "Interrupts" below.
 *
 *   label  operation        request words                        reply
 *   792    device_grant     0 master, 1 task id, 2 number of     0 handle in that task's table
 *                           the device, 3 class, 4 flags,
 *                           5 first disk, 6 disks, 7.. the
 *                           resources, three words each
 *   793    device_describe  0 device                             0 number, 1 class, 2 flags,
 *                                                                3 first disk, 4 disks,
 *                                                                5.. the resources
 *   794    driver_register  0 device, 1 thread                   none
 *   795    driver_find      0 any capability of deva, 1 class,   0 thread or nil, 1 drivers so
 *                           2 which                              far, 2 number of the device
 *   796    driver_archive   0 master                             0 container in the caller's table
 *                                                                of physmem, 1 bytes
 *   797    irq_done         0 line, 1 was it mine?  one way      never
 *   798    interrupt        from deva, one way: 0 line           irq_done
 *   799    alive            to a driver: none                    none
 *   800    driver_favour    0 device, 1 pager                    none
 *
 * device_grant: EINVAL: no such task, class or flag, too many resources, or one that cannot be.
 *   EBUSY: a port or a byte of memory belongs to deva or to another device that has a driver; or
 *   the line is deva's, or another device has it and one of the two does not share it.  ENOMEM.
 *   A device capability cannot be given on (EPERM).
 * driver_register: from now on, that thread of the caller's task (else EPERM) serves the device.
 *   ENOSPC: there are HURD_DEVICE_DRIVERS numbers of devices already.  block_register does the same
 *   beside its own work.
 * driver_find: the driver of the device that is the n-th of its class, counted from 0; with class
 *   HURD_DEVICE_ANY, of the device of that number.  nil: its last driver has ended.  ENODEV: there
 *   never was one.
 * alive: every driver answers it within HURD_DEVICE_PATIENCE us, however busy it is.  The framework
 *   ends a driver that does not.
 * driver_favour: the calling thread, which serves the device, and the pager, a thread of the same
 *   task (else EPERM), get HURD_DEVICE_PRIORITY.  deva looks once a second.  If their task took
 *   more than 7/8 of the processor since then, they lose the priority: for a second, then each
 *   time twice as long.  EPERM also: the device has no resources, or is a part of the console,
 *   whose drivers have a priority of their own (hurd/console.h).
 * driver_archive: the archive of drivers (deva-store), to read and execute.
 *
 * Interrupts.  A line that is the device's alone is as in hurd/deva.h: the kernel's message, and an
 * empty message back.  On a shared line each driver gets `interrupt` from deva, one after the
 * other, and sends irq_done.  The line stays masked until all have done so, or have let
 * HURD_DEVICE_IRQ_PATIENCE us pass.  If no driver calls HURD_DEVICE_STORM interrupts in a row its
 * own, the line is switched off for a while: first for HURD_DEVICE_STORM_PAUSE us, then each time
 * twice as long, up to ten doublings.  A driver that waits for a reply of deva gets no interrupt
 * meanwhile; it comes later.  hurd_irq_line() and hurd_irq_done() treat both kinds alike. */
#ifndef HURD_DEVICE_H
#define HURD_DEVICE_H

#include <l4/message.h>
#include <l4/types.h>

#define HURD_DEVICE_GRANT           792
#define HURD_DEVICE_DESCRIBE        793
#define HURD_DEVICE_DRIVER_REGISTER 794
#define HURD_DEVICE_DRIVER_FIND     795
#define HURD_DEVICE_DRIVER_ARCHIVE  796
#define HURD_DEVICE_IRQ_DONE        797
#define HURD_DEVICE_INTERRUPT       798
#define HURD_DEVICE_ALIVE           799
#define HURD_DEVICE_DRIVER_FAVOUR   800

#define HURD_DEVA_KIND_DEVICE       4 /* device_info: a device; parts is its class */

/* Classes of devices.  The protocol of each is in the header that is named here. */
enum hurd_device_class {
    HURD_DEVICE_ANY = 0,
    HURD_DEVICE_OTHER = 1,
    HURD_DEVICE_BLOCK = 2,   /* hurd/block.h */
    HURD_DEVICE_CLOCK = 3,   /* hurd/clock.h */
    HURD_DEVICE_SPEAKER = 4, /* hurd/speaker.h */
    HURD_DEVICE_NET = 5,     /* hurd/net.h */
    HURD_DEVICE_FILES = 6,   /* no device, but the root's file server: hurd/fs.h */
    HURD_DEVICE_CONSOLE = 7, /* hurd/console.h: the driver is deva's, and serves nobody else */
    HURD_DEVICE_CLASSES
};

#define HURD_DEVICE_DMA     1u  /* flags: it transfers data by itself */
#define HURD_DEVICE_FLAGS   1u

enum hurd_resource_kind {
    HURD_RESOURCE_PORTS = 1,    /* base: the first port; size: so many */
    HURD_RESOURCE_MEMORY = 2,   /* base: physical address; size: bytes; both are whole pages */
    HURD_RESOURCE_IRQ = 3,      /* base: the line; size: 1 if other devices may share it, or 0 */
};

struct hurd_resource {
    L4_Word_t kind, base, size;
};

#define HURD_DEVICE_RESOURCES   12u     /* of one device */
#define HURD_DEVICE_DRIVERS     32u     /* numbers of devices that ever had a driver */
#define HURD_DEVICE_PRIORITY    105u    /* above programs, below the shell */
#define HURD_DEVICE_PATIENCE    30000000u
#define HURD_DEVICE_IRQ_PATIENCE 1000000u
#define HURD_DEVICE_STORM       1000u
#define HURD_DEVICE_STORM_PAUSE 50000u

struct hurd_device {
    L4_Word_t number;
    L4_Word_t class;
    L4_Word_t flags;
    L4_Word_t disk, disks;
    unsigned count;             /* of the resources */
    struct hurd_resource resource[HURD_DEVICE_RESOURCES];
};

/* ---- functions for clients, lib/hurd-cap/device_client.c.  They return 0 or an errno, and block
 * until deva replies. ---- */
int hurd_device_grant(L4_ThreadId_t server, L4_Word_t master, L4_Word_t task_id,
                      const struct hurd_device *device, L4_Word_t *handle);
int hurd_device_describe(L4_ThreadId_t server, L4_Word_t handle, struct hurd_device *device);
int hurd_driver_register(L4_ThreadId_t server, L4_Word_t handle, L4_ThreadId_t thread);
int hurd_driver_favour(L4_ThreadId_t server, L4_Word_t handle, L4_ThreadId_t pager);
struct hurd_driver {
    L4_ThreadId_t thread;       /* nil: there is none now */
    L4_Word_t drivers;          /* how many there were so far */
    L4_Word_t device;           /* the number of the device */
};
int hurd_driver_find(L4_ThreadId_t server, L4_Word_t handle, enum hurd_device_class class,
                     L4_Word_t which, struct hurd_driver *driver);
int hurd_driver_archive(L4_ThreadId_t server, L4_Word_t master, L4_Word_t *container,
                        L4_Word_t *bytes);

/* As hurd_cap_rpc(), for requests to drivers; but it does not wait longer than HURD_DEVICE_PATIENCE
 * for a driver that is no good (ETIMEDOUT).  EPROTO: the reply is none.  `got` may not be NULL. */
int hurd_driver_rpc(L4_ThreadId_t driver, unsigned label, unsigned n, const L4_Word_t *in,
                    unsigned max, L4_Word_t *out, unsigned *got);

/* True if this message, whose words are still in the message registers, is an interrupt, from
 * `deva` or from the kernel; *line is its line. */
int hurd_irq_line(L4_ThreadId_t deva, L4_ThreadId_t from, L4_MsgTag_t tag, L4_Word_t *line);
/* The interrupt that came from that thread is served.  mine: the device wanted something. */
void hurd_irq_done(L4_ThreadId_t from, L4_Word_t line, int mine);

#endif
