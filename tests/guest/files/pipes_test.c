/* SPDX-License-Identifier: MIT */
/* Pipes as the io protocol has them: bytes in messages and by the container, waits, and their ends. */
#include "tests/guest/files/files_test.h"

#include <stdlib.h>
#include <string.h>

#include <hurd/mm.h>
#include <l4/ipc.h>
#include <l4/thread.h>

#define EXPECT(condition) EXPECT_EQ(!!(condition), true)

struct ends {
    L4_Word_t r, w;
};

static struct ends pipe_new(void)
{
    L4_Word_t words[64] = { 0 };
    EXPECT_EQ(ask(HURD_FS_PIPE, 0, words), 0);
    return (struct ends) { words[0], words[1] };
}

static void pipe_end(struct ends p)
{
    hurd_cap_drop(server, p.r);
    hurd_cap_drop(server, p.w);
}

/* ---- bytes ---- */

void a_pipe_carries_bytes_from_end_to_end(void)
{
    L4_Word_t words[64] = { 0 }, r, w, got;
    char text[HURD_DEVA_CHUNK] = "";
    EXPECT_EQ(ask(HURD_FS_PIPE, 0, words), 0);
    r = words[0];
    w = words[1];
    EXPECT_EQ(hurd_deva_write(server, w, "some bytes", 10, NULL), 0);
    EXPECT_EQ(hurd_deva_read(server, r, text, 4, 0, &got), 0);
    EXPECT_EQ(got, 4);
    EXPECT_EQ(hurd_deva_read(server, r, text + 4, 200, 0, &got), 0);
    EXPECT_EQ(strcmp(text, "some bytes"), 0);
    L4_Word_t total = 0, done;
    for (int err = 0; !err; total += done)
        err = hurd_deva_write(server, w, text, sizeof text, &done);
    EXPECT(total > PAGE - HURD_DEVA_CHUNK && total <= PAGE);
    while (!ASK(HURD_DEVA_WRITE_MANY, w, 4, 0))
        total += 4;
    EXPECT_EQ(total, PAGE);
    EXPECT_EQ(ASK(HURD_DEVA_WRITE_MANY, w, 4, 0), EAGAIN);
    for (unsigned i = 0; i < 3; i++, total -= got)
        EXPECT_EQ(hurd_deva_read(server, r, text, sizeof text, 0, &got), 0);
    EXPECT_EQ(hurd_deva_read(server, r, text, sizeof text, 0, &got), 0);
    EXPECT_EQ(ASK(HURD_IO_ROOM, w), 0);
    EXPECT_EQ(ASK(HURD_DEVA_WRITE_MANY, w, 4, 0), 0);
    EXPECT_EQ(ASK(HURD_DEVA_WRITE_MANY, w, 8, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_DEVA_READ_MANY, r, 0, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_DEVA_READ_MANY, w, 4, 0), EBADF);
    EXPECT_EQ(ASK(HURD_DEVA_WRITE_MANY, r, 4, 0), EBADF);
    EXPECT_EQ(ASK(HURD_IO_ROOM, r), EBADF);
    EXPECT_EQ(ASK(HURD_IO_ROOM, w, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_STAT, r), EOPNOTSUPP);
    EXPECT_EQ(ASK(HURD_FS_PIPE, 0), EINVAL);
    hurd_cap_drop(server, w);
    while (!hurd_deva_read(server, r, text, sizeof text, 0, &got) && got > 0)
        total -= got;
    EXPECT_EQ(got, 0);
    hurd_cap_drop(server, r);
    EXPECT_EQ(ask(HURD_FS_PIPE, 0, words), 0);
    hurd_cap_drop(server, words[0]);
    EXPECT_EQ(ASK(HURD_DEVA_WRITE_MANY, words[1], 4, 0), EPIPE);
    EXPECT_EQ(ASK(HURD_IO_ROOM, words[1]), 0);
    hurd_cap_drop(server, words[1]);
}

/* The bytes that went; -1: EAGAIN. */
static int moved(unsigned label, L4_Word_t end, L4_Word_t size)
{
    const L4_Word_t in[] = { end, files.buffer, 0, size, ~0ul, ~0ul };
    L4_Word_t out = 0;
    int err = hurd_cap_rpc(server, label, 6, in, 1, &out, NULL);
    EXPECT(err == 0 || err == EAGAIN);
    return err ? -1 : (int) out;
}

void a_pipe_carries_pages_through_the_container(void)
{
    struct ends p = pipe_new();
    EXPECT_EQ(moved(HURD_IO_READ, p.r, PAGE), -1);
    for (unsigned round = 0; round < 3; round++) {          /* they go round the end of the ring */
        for (unsigned i = 0; i < 3000; i++)
            files.bytes[i] = (uint8_t) (i * 7 + round);
        EXPECT_EQ(moved(HURD_IO_WRITE, p.w, 3000), 3000);
        memset(files.bytes, 0xAA, 2 * PAGE);
        EXPECT_EQ(moved(HURD_IO_READ, p.r, 2 * PAGE), 3000);
        unsigned wrong = 0;
        for (unsigned i = 0; i < PAGE; i++)
            wrong += files.bytes[i] != (i < 3000 ? (uint8_t) (i * 7 + round) : 0);
        EXPECT_EQ(wrong, 0);
        EXPECT_EQ(files.bytes[PAGE], 0xAA);
    }
    EXPECT_EQ(moved(HURD_IO_WRITE, p.w, 2 * PAGE), PAGE);
    EXPECT_EQ(moved(HURD_IO_WRITE, p.w, 1), -1);
    hurd_cap_drop(server, p.w);
    EXPECT_EQ(moved(HURD_IO_READ, p.r, HURD_IO_MOST), PAGE);
    EXPECT_EQ(moved(HURD_IO_READ, p.r, HURD_IO_MOST), 0);
    hurd_cap_drop(server, p.r);
}

void short_writes_go_whole_or_not_at_all(void)
{
    struct ends p = pipe_new();
    EXPECT_EQ(moved(HURD_IO_WRITE, p.w, PAGE - HURD_IO_WHOLE + 1), PAGE - HURD_IO_WHOLE + 1);
    EXPECT_EQ(moved(HURD_IO_WRITE, p.w, HURD_IO_WHOLE), -1);
    EXPECT_EQ(ASK(HURD_IO_POLL, p.w), 0);
    EXPECT_EQ(moved(HURD_IO_WRITE, p.w, HURD_IO_WHOLE + 1), HURD_IO_WHOLE - 1);
    EXPECT_EQ(moved(HURD_IO_READ, p.r, 10), 10);
    EXPECT_EQ(ASK(HURD_DEVA_WRITE_MANY, p.w, 11, 0, 0, 0), EAGAIN);
    EXPECT_EQ(ASK(HURD_DEVA_WRITE_MANY, p.w, 10, 0, 0, 0), 0);
    pipe_end(p);
}

void refusals_of_pipes(void)
{
    struct ends p = pipe_new();
    L4_Word_t here = ~0ul, b = files.buffer;
    EXPECT_EQ(ASK(HURD_IO_READ, p.r, b, 0, 1, here), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_READ, p.r, b, 0, 1, 0, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_READ, p.r, b, 0, 1, here, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_READ, p.r, b, 1, 1, here, here), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_READ, p.r, b, 0, 0, here, here), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_READ, p.r, b, 0, HURD_IO_MOST + 1, here, here), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_READ, p.w, b, 0, 1, here, here), EBADF);
    EXPECT_EQ(ASK(HURD_IO_WRITE, p.r, b, 0, 1, here, here), EBADF);
    EXPECT_EQ(ASK(HURD_IO_WRITE, p.w, NONE, 0, 1, here, here), EBADF);
    EXPECT_EQ(ASK(HURD_IO_WRITE, p.w, b, 0x40000000, 1, here, here), EFAULT);
    EXPECT_EQ(ASK(HURD_IO_POLL, p.w), 0);
    EXPECT_EQ(ASK(HURD_DEVA_WRITE_MANY, p.w, 4, 0), 0);
    EXPECT_EQ(ASK(HURD_IO_READ, p.r, b, 0x40000000, 4, here, here), EFAULT);
    EXPECT_EQ(moved(HURD_IO_READ, p.r, 4), 4);              /* a refused read has taken nothing */
    EXPECT_EQ(ASK(HURD_IO_WAIT, p.w), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_WAIT, p.w, 4), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_WAIT, p.w, 16, p.r), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_WAIT, p.w, 2, 0, 0, 0, 0, 0, 0, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_WAIT, p.w, 2, NONE), EBADF);
    EXPECT_EQ(ASK(HURD_IO_WAIT, p.w, 2, files.root), EBADF);
    EXPECT_EQ(ASK(HURD_IO_WAIT, files.root, 1), EOPNOTSUPP);
    EXPECT_EQ(ASK(HURD_IO_WAIT, b, 1), EBADF);
    hurd_cap_drop(server, p.r);
    EXPECT_EQ(ASK(HURD_IO_WRITE, p.w, b, 0, 1, here, here), EPIPE);
    hurd_cap_drop(server, p.w);
}

/* ---- waits ---- */

/* A thread with one request, and what came of it. */
struct waiter {
    L4_ThreadId_t thread;
    L4_Word_t label, words[8], reply;
    unsigned count;
    volatile int err;                   /* -1: it has not come back yet */
};

static void waiter_ask(void *argument)
{
    struct waiter *w = argument;
    w->err = hurd_cap_rpc(server, w->label, w->count, w->words, 1, &w->reply, NULL);
}

#define WAITER(name, of, ...)                                                                      \
    static struct waiter name;                                                                     \
    name = (struct waiter) { .label = of, .words = { __VA_ARGS__ }, .err = -1,                     \
                             .count = sizeof((L4_Word_t[]) { __VA_ARGS__ }) / sizeof(L4_Word_t) }; \
    EXPECT_EQ(hurd_thread_start(&name.thread, waiter_ask, &name, 4096), 0)

static void moment(void)
{
    L4_Sleep(L4_TimePeriod(20000));
}

static int cancel(const struct waiter *w)
{
    int err = ASK(HURD_CAP_CANCEL, w->thread.raw);
    for (int i = 0; i < 100 && w->err == -1; i++)
        L4_Sleep(L4_TimePeriod(1000));
    return err;
}

static int waited(const struct waiter *w)
{
    for (int i = 0; i < 100 && w->err == -1; i++)
        L4_Sleep(L4_TimePeriod(1000));
    return w->err;
}

void a_wait_ends_when_one_of_its_pipes_is_ready(void)
{
    struct ends p = pipe_new(), q = pipe_new();
    WAITER(one, HURD_IO_WAIT, p.r, HURD_IO_CAN_READ);
    WAITER(both, HURD_IO_WAIT, p.r, HURD_IO_CAN_READ | HURD_IO_CAN_READ << 2, q.r);
    moment();
    EXPECT(one.err == -1 && both.err == -1);
    EXPECT_EQ(ASK(HURD_DEVA_WRITE_MANY, q.w, 1, 0), 0);
    EXPECT_EQ(waited(&both), 0);
    EXPECT_EQ(both.reply, HURD_IO_CAN_READ << 4);
    EXPECT_EQ(one.err, -1);
    EXPECT_EQ(ASK(HURD_DEVA_WRITE_MANY, p.w, 1, 0), 0);
    EXPECT_EQ(waited(&one), 0);
    EXPECT_EQ(one.reply, HURD_IO_CAN_READ);
    EXPECT_EQ(moved(HURD_IO_READ, p.r, PAGE), 1);
    EXPECT_EQ(moved(HURD_IO_WRITE, p.w, PAGE), PAGE);
    WAITER(room, HURD_IO_WAIT, p.w, HURD_IO_CAN_WRITE);
    moment();
    EXPECT_EQ(moved(HURD_IO_READ, p.r, HURD_IO_WHOLE - 1), HURD_IO_WHOLE - 1);
    moment();
    EXPECT_EQ(room.err, -1);
    EXPECT_EQ(moved(HURD_IO_READ, p.r, 1), 1);
    EXPECT_EQ(waited(&room), 0);
    WAITER(end, HURD_IO_WAIT, p.w, 0);
    WAITER(ends, HURD_IO_WAIT, q.w, 0, p.w);
    WAITER(own, HURD_IO_WAIT, p.r, 0);
    moment();
    EXPECT(end.err == -1 && ends.err == -1 && own.err == -1);
    hurd_cap_drop(server, p.r);
    EXPECT_EQ(waited(&end), 0);
    EXPECT_EQ(end.reply, HURD_IO_CAN_WRITE | HURD_IO_NO_READER);
    EXPECT_EQ(waited(&ends), 0);
    EXPECT_EQ(waited(&own), EBADF);     /* a handle that is gone is no reason to wait on */
    hurd_cap_drop(server, p.w);
    pipe_end(q);
}

void what_waits_for_a_pipe_is_cancelled(void)
{
    struct ends p = pipe_new(), q = pipe_new();
    EXPECT_EQ(moved(HURD_IO_WRITE, q.w, PAGE), PAGE);
    WAITER(reads, HURD_DEVA_READ_MANY, p.r, 1, 0);
    WAITER(room, HURD_IO_ROOM, q.w);
    WAITER(waits, HURD_IO_WAIT, p.r, HURD_IO_CAN_READ);
    WAITER(several, HURD_IO_WAIT, q.w, HURD_IO_CAN_WRITE, p.r);
    moment();
    struct waiter *all[] = { &reads, &room, &waits, &several };
    for (unsigned i = 0; i < 4; i++) {
        EXPECT_EQ(all[i]->err, -1);
        EXPECT_EQ(cancel(all[i]), 0);
        EXPECT_EQ(all[i]->err, ECANCELED);
        EXPECT_EQ(cancel(all[i]), ESRCH);
    }
    EXPECT_EQ(ASK(HURD_CAP_CANCEL, L4_MyGlobalId().raw), ESRCH);
    EXPECT_EQ(ASK(HURD_DEVA_WRITE_MANY, p.w, 1, 0), 0);     /* the read has taken nothing */
    EXPECT_EQ(moved(HURD_IO_READ, p.r, PAGE), 1);
    pipe_end(p);
    pipe_end(q);
}

void a_task_may_have_so_many_waits_and_no_more(void)
{
    static struct waiter all[HURD_FS_WAITS];
    struct ends p = pipe_new();
    for (unsigned i = 0; i < HURD_FS_WAITS; i++) {
        all[i] = (struct waiter) { .label = HURD_IO_WAIT, .words = { p.r, HURD_IO_CAN_READ },
                                   .count = 2, .err = -1 };
        EXPECT_EQ(hurd_thread_start(&all[i].thread, waiter_ask, &all[i], 4096), 0);
    }
    moment();
    EXPECT_EQ(ASK(HURD_IO_WAIT, p.r, HURD_IO_CAN_READ), ENOMEM);
    EXPECT_EQ(ASK(HURD_DEVA_READ_MANY, p.r, 1, 0), ENOMEM);
    EXPECT_EQ(cancel(&all[0]), 0);
    EXPECT_EQ(ASK(HURD_DEVA_WRITE_MANY, p.w, 1, 0), 0);
    for (unsigned i = 1; i < HURD_FS_WAITS; i++)
        EXPECT_EQ(waited(&all[i]), 0);
    pipe_end(p);
}
