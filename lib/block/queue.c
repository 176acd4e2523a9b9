/* SPDX-License-Identifier: MIT */
/* The order of work for a drive.  It goes upwards from where the last run ended, then begins again
 * at the lowest sector.  Neighbours join in one run.  No request is passed over more than
 * QUEUE_PASSED times.  Requests that overlap go in the order of their arrival.  Before: server.c.
 * After: the driver. */
#include "queue.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

struct queue_request *queue_add(struct queue *q, unsigned task, unsigned most)
{
    struct queue_request *room = NULL;
    unsigned count = 0;
    for (unsigned i = 0; i < q->end; i++) {
        struct queue_request *r = &q->request[i];
        if (!r->used)
            room = r;
        else
            count += r->task == task;
    }
    if (!room && q->end < QUEUE_REQUESTS)
        room = &q->request[q->end];
    if (!room || count >= most)
        return NULL;
    if (room == &q->request[q->end])
        q->end++;
    q->used++;
    memset(room, 0, sizeof *room);
    room->used = true;
    room->task = task;
    room->order = q->next_order++;
    return room;
}

void queue_remove(struct queue *q, struct queue_request *r)
{
    r->used = false;
    q->used--;
    while (q->end > 0 && !q->request[q->end - 1].used)
        q->end--;
}

unsigned queue_count(const struct queue *q)
{
    return q->used;
}

struct queue_request *queue_find(struct queue *q, uint32_t client)
{
    for (unsigned i = 0; i < q->end; i++) {
        struct queue_request *r = &q->request[i];
        if (r->used && !r->cancelled && r->client == client)
            return r;
    }
    return NULL;
}

/* ---- which request comes next ---- */

static uint32_t first_sector(const struct queue_request *r)
{
    return r->sector + r->done;
}

static bool older(const struct queue_request *a, const struct queue_request *b)
{
    return (int32_t) (a->order - b->order) < 0;
}

/* True if `later` must wait until `earlier` is done.  A flush waits for all writes before it. */
static bool before(const struct queue_request *earlier, const struct queue_request *later)
{
    if (earlier->disk != later->disk || !older(earlier, later))
        return false;
    if (later->op == QUEUE_FLUSH)
        return earlier->op == QUEUE_WRITE;
    if (earlier->op != QUEUE_WRITE && later->op != QUEUE_WRITE)
        return false;
    if (earlier->op == QUEUE_FLUSH)
        return false;
    return earlier->sector < later->sector + later->count &&
           later->sector < earlier->sector + earlier->count;
}

static bool may_go(const struct queue *q, const struct queue_request *r)
{
    if (!r->used || r->active || r->finished)
        return false;
    for (unsigned i = 0; i < q->end; i++) {
        const struct queue_request *other = &q->request[i];
        if (other->used && !other->finished && other != r && before(other, r))
            return false;
    }
    return true;
}

/* Returns how far the request is from the head, upwards, disk after disk. */
static uint64_t distance(const struct queue *q, const struct queue_request *r)
{
    uint64_t head = (uint64_t) q->head_disk << 32 | q->head;
    uint64_t place = (uint64_t) r->disk << 32 | (r->op == QUEUE_FLUSH ? 0 : first_sector(r));
    return place - head;        /* a place before the head wraps around, and so it is far away */
}

static struct queue_request *choose(struct queue *q)
{
    struct queue_request *best = NULL;
    for (unsigned i = 0; i < q->end; i++) {
        struct queue_request *r = &q->request[i];
        if (!may_go(q, r))
            continue;
        bool late = r->passed >= QUEUE_PASSED, best_late = best && best->passed >= QUEUE_PASSED;
        if (!best || (late && (!best_late || older(r, best))) ||
            (!late && !best_late && distance(q, r) < distance(q, best)))
            best = r;
    }
    return best;
}

/* ---- how much of it, and with which others ---- */

static void run_add(struct queue_run *run, struct queue_request *r, uint32_t most)
{
    uint32_t rest = r->count - r->done, room = most - run->count;
    uint32_t limit = r->alone && room > QUEUE_PER_PAGE ? QUEUE_PER_PAGE : room;
    uint32_t count = rest < limit ? rest : limit & ~(QUEUE_PER_PAGE - 1);
    run->part[run->parts++] = (struct queue_part) { r, count, 0 };
    run->count += count;
    r->active = true;
}

static struct queue_request *neighbour(struct queue *q, const struct queue_run *run)
{
    for (unsigned i = 0; i < q->end; i++) {
        struct queue_request *r = &q->request[i];
        if (r->op == run->op && r->disk == run->disk && !r->alone && may_go(q, r) &&
            first_sector(r) == run->sector + run->count)
            return r;
    }
    return NULL;
}

static void run_extend(struct queue *q, struct queue_run *run, uint32_t most)
{
    while (run->parts < QUEUE_PARTS && run->count % QUEUE_PER_PAGE == 0 &&
           most - run->count >= QUEUE_PER_PAGE) {
        const struct queue_part *last = &run->part[run->parts - 1];
        if (last->request->done + last->count < last->request->count)
            return;             /* the rest of this request must come first */
        struct queue_request *r = neighbour(q, run);
        if (!r)
            return;
        run_add(run, r, most);
    }
}

static void others_pass(struct queue *q)
{
    for (unsigned i = 0; i < q->end; i++) {
        struct queue_request *r = &q->request[i];
        if (r->used && !r->active && r->passed < QUEUE_PASSED)
            r->passed++;
    }
}

bool queue_next(struct queue *q, uint32_t most, struct queue_run *run)
{
    struct queue_request *r = choose(q);
    if (!r)
        return false;
    *run = (struct queue_run) { .op = r->op, .disk = r->disk, .sector = first_sector(r) };
    if (r->op == QUEUE_FLUSH) {
        run->sector = q->head_disk == r->disk ? q->head : 0;
        run->parts = 1;
        run->part[0] = (struct queue_part) { r, 0, 0 };
        r->active = true;
    } else {
        run_add(run, r, most);
        if (!r->alone)
            run_extend(q, run, most);
    }
    q->head_disk = run->disk;
    q->head = run->sector + run->count;
    others_pass(q);
    return true;
}

/* ---- the end of a run ---- */

/* `count` sectors of the part went through.  company: the run had more than this page. */
static void part_settle(const struct queue_part *part, uint32_t count, bool failed, bool company,
                        void (*ended)(struct queue_request *r, int error))
{
    struct queue_request *r = part->request;
    r->active = false;
    r->alone = r->alone || failed;
    if (part->refused) {
        ended(r, part->refused);
        return;
    }
    r->done += count;
    if (count)
        r->tries = 0;
    if (failed && !company && ++r->tries >= QUEUE_TRIES)
        ended(r, EIO);
    else if (!failed && r->done == r->count)
        ended(r, 0);
    else if (r->cancelled)
        ended(r, ECANCELED);
}

void queue_settle(struct queue *q, const struct queue_run *run, uint32_t good, bool failed,
                  void (*ended)(struct queue_request *r, int error))
{
    (void) q;
    uint32_t start = 0;
    for (unsigned i = 0; i < run->parts; i++) {
        const struct queue_part *part = &run->part[i];
        uint32_t left = good > start ? good - start : 0;
        uint32_t count = left < part->count ? left : part->count;
        bool short_of = count < part->count || (part->count == 0 && failed);
        if (short_of)           /* the whole page in which the drive stopped is done again */
            count &= ~(QUEUE_PER_PAGE - 1);
        part_settle(part, count, short_of, run->parts > 1 || part->count > QUEUE_PER_PAGE, ended);
        start += part->count;
    }
}

void queue_give_back(struct queue *q, const struct queue_run *run,
                     void (*ended)(struct queue_request *r, int error))
{
    (void) q;
    for (unsigned i = 0; i < run->parts; i++) {
        run->part[i].request->active = false;
        if (run->part[i].refused)
            ended(run->part[i].request, run->part[i].refused);
    }
}
