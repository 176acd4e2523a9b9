/* SPDX-License-Identifier: MIT */
/* The life of a driver: it is started for its device, and started again when it has failed. */
#ifndef FABRICA_LIFE_H
#define FABRICA_LIFE_H

#include "tree.h"

/* Where everything is that a driver needs.  main.c fills it before the first driver starts. */
struct site {
    L4_ThreadId_t deva, task, physmem;
    L4_Word_t master;           /* a handle at deva */
    L4_Word_t store;            /* a container: the archive of drivers */
    const char *archive;        /* where it is mapped */
    size_t archive_size;
    uint32_t patience;          /* us within which a driver must answer */
};
extern struct site site;

struct cpio_entry;
/* Finds the rule's program in the archive.  Returns false if it is not there. */
bool life_program(const struct rule *rule, struct cpio_entry *entry);

/* Starts the device's driver, with one argument or none.  Returns 0; ENODEV: none fits; EALREADY:
 * it runs; ENOMEM, EAGAIN: no memory, or no thread that waits for its end. */
int life_start(struct node *n, const char *argument);

/* Ends the driver.  Returns 0, or EALREADY if it does not run.  Blocks until `task` has ended
 * it. */
int life_stop(struct node *n);

/* Ends the driver, so that another one is started.  The same. */
int life_again(struct node *n);

enum hurd_bus_state life_state(const struct node *n);
L4_Word_t life_task(const struct node *n);      /* 0: it does not run */
unsigned life_starts(const struct node *n);

/* No thread of ours is just making a task for the device. */
bool life_begun(const struct node *n);

/* Starts the thread that ends drivers which do not answer. */
int life_watch(void);

#endif
