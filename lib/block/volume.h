/* SPDX-License-Identifier: MIT */
/* Volumes and buffers of a driver's clients. */
#ifndef BLOCK_VOLUME_H
#define BLOCK_VOLUME_H

#include "lib/block/server.h"

/* Whom everything here is asked of; set before the first request. */
extern struct block_site {
    const struct block_driver *driver;
    L4_ThreadId_t deva, physmem;
    L4_Word_t master;           /* our device master capability */
} block_site;

/* Volumes and buffers are objects of ours, each of one task; all of them are on one list. */
struct handle {
    struct hurd_cap_object object;
    struct handle *next;
    unsigned task;
    uint32_t disk, first, sectors;      /* volume */
    L4_Word_t rights, deva_handle, serial;
    L4_Word_t container;                /* buffer: in our table of physmem */
};

struct handle *handle_of(struct hurd_cap_object *object);

/* The requests of those names. */
int volume_serve_open(struct hurd_cap_call *call);
int volume_serve_info(struct hurd_cap_call *call);
int volume_serve_slot(struct hurd_cap_call *call);
int volume_serve_buffer(struct hurd_cap_call *call);

/* Every request on a volume: server.c. */
int block_volume_serve(struct hurd_cap_call *call);

/* The buffer that word 1 names, or NULL. */
struct handle *buffer_named(struct hurd_cap_call *call);

/* Volumes whose capability has gone go, and buffers of tasks that have no volume any more; calls
 * forget(task) first. */
void volumes_look(struct hurd_cap_table *table, void (*forget)(unsigned task));
bool volumes_open(void);        /* are there any? */

#endif
