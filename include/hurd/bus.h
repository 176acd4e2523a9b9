/* SPDX-License-Identifier: MIT */
/* The device tree, and the drivers: what servers/fabrica answers.  Spec: hurd-l4-design.md 5.3.
 *
 * Conventions are as in hurd/cap.h, but word 0 is no handle: every task may look at the tree, and
 * init alone (task id 5, else EPERM) may change it.
 *
 *   label  operation    request words                 reply
 *   1088   bus_device   0 number                      struct hurd_bus_device, in words
 *   1089   bus_rescan   none                          0 devices inserted, 1 removed
 *   1090   bus_drive    0 number, 1 enum hurd_bus_    none
 *                       drive
 *   1091   bus_event    0 number of the event         0 kind, 1 number of the device
 *
 * bus_device: the devices have the numbers 0, 1, 2 and so on; 0 is the root.  A number is not used
 *   again when its device is removed.  ENOENT: there are not so many.
 * bus_rescan: looks again at the busses whose devices come and go.  A device that is gone loses its
 *   driver; a new one gets one.
 * bus_drive: start: the driver runs from now on, and is started again if it fails.  stop: it ends.
 *   again: it ends, and another one is started, for example because it answered nonsense.
 *   ENOENT: there is no such device.  ENODEV: no driver of the archive fits.  EALREADY: it runs
 *   already, or does not run.  ENOMEM, EAGAIN: no memory or thread for it.
 * bus_event: events are counted from 0; each device that is found at the start is an insertion.
 *   EAGAIN: it has not happened yet.  ESTALE: it is older than the last HURD_BUS_EVENTS.
 * All: EINVAL: wrong number of words, or a word out of range. */
#ifndef HURD_BUS_H
#define HURD_BUS_H

#include <hurd/device.h>

#define HURD_BUS_DEVICE 1088
#define HURD_BUS_RESCAN 1089
#define HURD_BUS_DRIVE  1090
#define HURD_BUS_EVENT  1091

#define HURD_BUS_EVENTS  64u
#define HURD_BUS_DEVICES 48u    /* the most devices, those included that are removed */

enum hurd_bus_kind { HURD_BUS_ROOT, HURD_BUS_ISA, HURD_BUS_PCI };

enum hurd_bus_state {
    HURD_BUS_NO_DRIVER,         /* none fits */
    HURD_BUS_NOT_STARTED,       /* one fits; start it by bus_drive */
    HURD_BUS_STARTING,
    HURD_BUS_RUNS,
    HURD_BUS_ENDED,             /* by itself, or because of bus_drive */
    HURD_BUS_GIVEN_UP,          /* it ended several times before it served */
    HURD_BUS_REMOVED,           /* the device is gone */
};

enum hurd_bus_drive { HURD_BUS_STOP = 0, HURD_BUS_START = 1, HURD_BUS_AGAIN = 2 };

enum hurd_bus_event { HURD_BUS_INSERTED = 1, HURD_BUS_GONE = 2 };

struct hurd_bus_device {
    L4_Word_t number, parent;
    L4_Word_t bus;              /* enum hurd_bus_kind */
    L4_Word_t address;          /* PCI: bus << 8 | device << 3 | function */
    L4_Word_t id;               /* PCI: vendor << 16 | device */
    L4_Word_t class;            /* PCI: class << 16 | subclass << 8 | interface */
    L4_Word_t pin;              /* PCI: 1 to 4 are INTA to INTD; 0: none */
    L4_Word_t state;            /* enum hurd_bus_state */
    L4_Word_t task;             /* of the driver; 0: it does not run */
    L4_Word_t starts;           /* how often the driver was started */
    char name[12];              /* with zeros behind it, as the next one */
    char driver[16];
    L4_Word_t count;
    struct hurd_resource resource[HURD_DEVICE_RESOURCES];
};

/* ---- functions for clients, lib/hurd-cap/device_client.c.  They return 0 or an errno. ---- */
int hurd_bus_device(L4_ThreadId_t server, L4_Word_t number, struct hurd_bus_device *device);
int hurd_bus_rescan(L4_ThreadId_t server, L4_Word_t *inserted, L4_Word_t *removed);
int hurd_bus_drive(L4_ThreadId_t server, L4_Word_t number, enum hurd_bus_drive what);
int hurd_bus_event(L4_ThreadId_t server, L4_Word_t number, L4_Word_t *kind, L4_Word_t *device);

#endif
