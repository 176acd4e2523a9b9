/* SPDX-License-Identifier: MIT */
/* Requests that wait for a drive, and what it does next.  Pure: no L4, no hardware.  One run is
 * under way at a time. */
#ifndef BLOCK_QUEUE_H
#define BLOCK_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#define QUEUE_REQUESTS  64      /* of all clients */
#define QUEUE_PARTS     16      /* requests in one run */
#define QUEUE_TRIES     3       /* of a piece, before its request fails */
#define QUEUE_PASSED    64      /* runs that may go before a request that could be done */
#define QUEUE_PER_PAGE  8u      /* sectors: only where a page ends can two requests meet */

enum queue_op { QUEUE_READ, QUEUE_WRITE, QUEUE_FLUSH };

struct queue_request {
    bool used;
    bool active;                /* in the run under way */
    bool alone;                 /* it failed in company, or once: page by page from now on */
    bool cancelled;             /* while active: nobody waits for it any more */
    bool finished;              /* but its client has not heard of it yet: no work, only a place */
    bool tagged;                /* the client does not wait in the request */
    int error;                  /* when finished */
    uint32_t tag;
    enum queue_op op;
    unsigned disk;
    uint32_t sector, count;     /* on the disk; not for QUEUE_FLUSH */
    uint32_t done;              /* sectors that went through; < count */
    uint32_t order;             /* of arrival, modulo 2^32 */
    unsigned passed;            /* runs that went before it */
    unsigned tries;             /* of the piece at `done` */
    unsigned task;              /* whose it is, ... */
    uint32_t client;            /* ... the thread that waits, ... */
    void *buffer;               /* ... and where the data is: the server's */
    uint32_t container, offset;
};

/* Consecutive sectors, one command.  The parts follow each other on the disk and in memory; every
 * part but the last one is whole pages. */
struct queue_run {
    enum queue_op op;
    unsigned disk;
    uint32_t sector, count;
    unsigned parts;
    struct queue_part {
        struct queue_request *request;
        uint32_t count;         /* sectors of it from its `done` on */
        int refused;            /* an errno: the request ends with it, whatever the drive did */
    } part[QUEUE_PARTS];
};

struct queue {
    struct queue_request request[QUEUE_REQUESTS];
    unsigned used;              /* requests that are */
    unsigned end;               /* behind the last one that was ever used */
    uint32_t next_order;
    unsigned head_disk;         /* where the last run ended */
    uint32_t head;
};

/* A free record, already marked as used and in order; NULL: full, or `most` are of that task. */
struct queue_request *queue_add(struct queue *q, unsigned task, unsigned most);
void queue_remove(struct queue *q, struct queue_request *r);
unsigned queue_count(const struct queue *q);

/* The request of that thread, or NULL. */
struct queue_request *queue_find(struct queue *q, uint32_t client);

/* What to do next, of at most `most` sectors (8 or more): false if nothing waits.  The requests are
 * active then, until queue_settle(). */
bool queue_next(struct queue *q, uint32_t most, struct queue_run *run);

/* The run is over: of its first `good` sectors all went through, the one behind them did not (or
 * good == run->count, and all is well; a flush that failed says it by `failed`).  Calls
 * ended(request, error) for each request that is finished: 0, what it was refused for, or EIO when
 * its tries are used up; queue_remove() is up to that.  Others wait again. */
void queue_settle(struct queue *q, const struct queue_run *run, uint32_t good, bool failed,
                  void (*ended)(struct queue_request *r, int error));

/* The run was not begun: parts that are refused end, the others wait again. */
void queue_give_back(struct queue *q, const struct queue_run *run,
                     void (*ended)(struct queue_request *r, int error));

#endif
