/* SPDX-License-Identifier: MIT */
/* Volumes and buffers of a driver's clients. */
#ifndef BLOCK_VOLUME_H
#define BLOCK_VOLUME_H

#include "lib/block/server.h"

/* The driver and the servers that it calls.  It is set before the first request. */
extern struct block_site {
    const struct block_driver *driver;
    L4_ThreadId_t deva, physmem;
    L4_Word_t master;           /* the driver's device master capability */
} block_site;

/* Volumes and buffers are objects of the driver.  Each belongs to one task; all are on one list. */
struct handle {
    struct hurd_cap_object object;
    struct handle *next;
    unsigned task;
    uint32_t disk, first, sectors;      /* of a volume, as the next line */
    uint32_t change;                    /* which disk it was, if the drive's disk can be changed */
    L4_Word_t rights, deva_handle, serial;
    L4_Word_t container;                /* of a buffer: its handle in the driver's table of
                                           physmem */
};

struct handle *handle_of(struct hurd_cap_object *object);

/* The requests with these names. */
int volume_serve_open(struct hurd_cap_call *call, bool may_look);
int volume_serve_info(struct hurd_cap_call *call);
int volume_serve_slot(struct hurd_cap_call *call);
int volume_serve_buffer(struct hurd_cap_call *call);

/* Returns 0 if the volume's disk is the one that it was at block_open, else ESTALE. */
int volume_stale(const struct handle *volume);

/* Serves every request on a volume; it is in server.c. */
int block_volume_serve(struct hurd_cap_call *call);

/* Returns the buffer that word 1 names, or NULL. */
struct handle *buffer_named(struct hurd_cap_call *call);

/* Removes the volumes whose capability has gone, after forget(task), and the buffers of tasks that
 * have no volume any more.  Blocks until deva replies. */
void volumes_look(struct hurd_cap_table *table, void (*forget)(unsigned task));
bool volumes_open(void);        /* true: there are volumes or buffers */

#endif
