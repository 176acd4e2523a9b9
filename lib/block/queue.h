/* SPDX-License-Identifier: MIT */
/* The requests that wait for a drive, and what the drive does next.  The drive does one run at a
 * time.  Pure: no L4, no hardware. */
#ifndef BLOCK_QUEUE_H
#define BLOCK_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#define QUEUE_REQUESTS  64      /* of all clients */
#define QUEUE_PARTS     16      /* the most requests in one run */
#define QUEUE_TRIES     3       /* the most tries of a piece; then its request fails */
#define QUEUE_PASSED    64      /* so many runs may go before a request that could be done */
#define QUEUE_PER_PAGE  8u      /* in sectors; two requests in a run can meet only at the end of
                                   a page */

enum queue_op { QUEUE_READ, QUEUE_WRITE, QUEUE_FLUSH };

struct queue_request {
    bool used;
    bool active;                /* it is in the run that the drive does now */
    bool alone;                 /* it failed once, or was in a run that failed: from now on it is
                                   done page by page */
    bool cancelled;             /* while it is active: no thread waits for it any more */
    bool finished;              /* it is done, but its client has not been told yet */
    bool tagged;                /* the client does not wait in the request */
    int error;                  /* valid when it is finished */
    uint32_t tag;
    enum queue_op op;
    unsigned disk;
    uint32_t sector, count;     /* on the disk; not valid for QUEUE_FLUSH */
    uint32_t done;              /* the sectors that went through; < count */
    uint32_t order;             /* in the order of arrival, modulo 2^32 */
    unsigned passed;            /* how many runs went before it */
    unsigned tries;             /* of the piece at `done` */
    unsigned task;              /* the task of the client, */
    uint32_t client;            /* the thread that waits, */
    void *buffer;               /* and the server's record of the client's memory */
    uint32_t container, offset;
};

/* Consecutive sectors for one command.  The parts follow each other on the disk and in memory.  All
 * parts but the last are whole pages. */
struct queue_run {
    enum queue_op op;
    unsigned disk;
    uint32_t sector, count;
    unsigned parts;
    struct queue_part {
        struct queue_request *request;
        uint32_t count;         /* its sectors, from its `done` on */
        int refused;            /* an errno: the request ends with this error, whatever the drive
                                   did */
    } part[QUEUE_PARTS];
};

struct queue {
    struct queue_request request[QUEUE_REQUESTS];
    unsigned used;              /* how many requests are in use */
    unsigned end;               /* one more than the last request in use */
    uint32_t next_order;
    unsigned head_disk;         /* the disk and the sector where the last run ended */
    uint32_t head;
};

/* Returns a new request, marked as used, with its order.  Returns NULL if all requests are in use,
 * or `most` of them are of that task. */
struct queue_request *queue_add(struct queue *q, unsigned task, unsigned most);
void queue_remove(struct queue *q, struct queue_request *r);
unsigned queue_count(const struct queue *q);

/* Returns the request of that thread, or NULL. */
struct queue_request *queue_find(struct queue *q, uint32_t client);

/* Chooses the next run, of at most `most` sectors.  Pre: most >= QUEUE_PER_PAGE.  Returns false if
 * no request waits.  Post: the run's requests are active until queue_settle() or
 * queue_give_back(). */
bool queue_next(struct queue *q, uint32_t most, struct queue_run *run);

/* The run is over.  Its first `good` sectors went through.  If good < run->count, the sector behind
 * them did not; `failed` says that a flush failed.  For each request that is finished, the function
 * calls ended(request, error), which must call queue_remove().  The error is 0; or the error for
 * which the request was refused; or EIO if its tries are used up.  The other requests wait
 * again. */
void queue_settle(struct queue *q, const struct queue_run *run, uint32_t good, bool failed,
                  void (*ended)(struct queue_request *r, int error));

/* The run was not begun.  Its refused parts end, as in queue_settle(); the others wait again. */
void queue_give_back(struct queue *q, const struct queue_run *run,
                     void (*ended)(struct queue_request *r, int error));

#endif
