/* SPDX-License-Identifier: MIT */
/* deva from a program's point of view: each request and each refusal of include/hurd/deva.h that a
 * console capability can lead to. */
#include "suite.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <hurd/mm.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

/* ---- writing ---- */

TEST(deva_write_says_how_much_it_wrote)
{
    L4_Word_t words[] = { console(), 10, 0x65642023, 0x74206176, 0x0a21 };     /* # deva t! */
    EXPECT_EQ(request(HURD_DEVA_WRITE_MANY, 5, words), 0);
    EXPECT_EQ(words[0], 10);
    L4_Word_t done = 0;
    EXPECT_EQ(hurd_deva_write(deva(), console(), "# longer\n", 9, &done), 0);
    EXPECT_EQ(done, 9);
}

TEST(deva_write_of_more_than_a_message_goes_out_whole)
{
    static char text[3 * HURD_DEVA_CHUNK];
    memset(text, '.', sizeof text);
    text[0] = '#';
    text[sizeof text - 1] = '\n';
    L4_Word_t done = 0;
    EXPECT_EQ(hurd_deva_write(deva(), console(), text, sizeof text, &done), 0);
    EXPECT_EQ(done, sizeof text);
}

TEST(deva_write_with_a_wrong_count_is_refused)
{
    EXPECT_EQ(REQUEST(HURD_DEVA_WRITE_MANY, console(), 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_WRITE_MANY, console(), 5, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_WRITE_MANY, console(), 4, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_WRITE_MANY, console(), HURD_DEVA_CHUNK + 1, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_WRITE_MANY, console(), (L4_Word_t) -1, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_WRITE_MANY, console()), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_IO_WRITE, console()), EINVAL);
}

TEST(deva_io_write_sends_the_request_back_as_in_2005)
{
    L4_LoadMR(0, HURD_DEVA_IO_WRITE << 16 | 2);
    L4_LoadMR(1, console());
    L4_LoadMR(2, '\n');
    L4_MsgTag_t tag = L4_Call(deva());
    L4_Word_t handle, c;
    L4_StoreMR(1, &handle);
    L4_StoreMR(2, &c);
    EXPECT_EQ(L4_Label(tag), HURD_DEVA_IO_WRITE);
    EXPECT_EQ(L4_UntypedWords(tag), 2);
    EXPECT_EQ(handle, console());
    EXPECT_EQ(c, '\n');
    EXPECT_EQ(hurd_deva_putchar(deva(), console(), '\n'), 0);
}

/* ---- reading ---- */

TEST(deva_read_that_may_not_block_returns_nothing_when_nothing_was_typed)
{
    char text[16];
    L4_Word_t got = 7, flags = HURD_DEVA_READ_NOBLOCK;
    EXPECT_EQ(hurd_deva_read(deva(), console(), text, sizeof text, flags, &got), 0);
    EXPECT_EQ(got, 0);
    got = 7;
    EXPECT_EQ(hurd_deva_read_raw(deva(), console(), text, sizeof text, flags, &got), 0);
    EXPECT_EQ(got, 0);
}

TEST(deva_read_with_a_wrong_limit_or_flag_is_refused)
{
    EXPECT_EQ(REQUEST(HURD_DEVA_READ_MANY, console(), 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_READ_MANY, console(), HURD_DEVA_CHUNK + 1, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_READ_MANY, console(), 1, 8), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_READ_MANY, console(), 1), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_READ_RAW, console(), 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_READ_RAW, console(), HURD_DEVA_CHUNK + 1, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_READ_RAW, console(), 1, 8), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_READ_RAW, console()), EINVAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_IO_READ, console(), 0), EINVAL);
}

/* A thread that reads, and what came of it. */
struct reader {
    L4_ThreadId_t thread;
    volatile int err;           /* -1: it has not come back yet */
};

static void read_blocking(void *argument)
{
    struct reader *reader = argument;
    char c;
    reader->err = hurd_deva_getchar(deva(), console(), &c);
}

static bool reader_start(struct reader *reader)
{
    reader->err = -1;
    return hurd_thread_start(&reader->thread, read_blocking, reader, 4096) == 0;
}

static int cancel(L4_ThreadId_t thread)
{
    return REQUEST(HURD_CAP_CANCEL, thread.raw);
}

/* Cancels the read as soon as it is there, and waits for its end. */
static int reader_cancel(struct reader *reader)
{
    for (int i = 0; i < 200 && reader->err == -1; i++) {
        cancel(reader->thread);
        L4_Sleep(L4_TimePeriod(1000));
    }
    return reader->err;
}

TEST(deva_blocked_read_ends_when_it_is_cancelled)
{
    static struct reader reader;
    EXPECT_EQ(reader_start(&reader), true);
    EXPECT_EQ(reader_cancel(&reader), ECANCELED);
}

TEST(deva_blocked_read_leaves_everybody_else_served)
{
    static struct reader reader;
    EXPECT_EQ(reader_start(&reader), true);
    L4_Sleep(L4_TimePeriod(5000));
    EXPECT_EQ(reader.err, -1);
    EXPECT_EQ(hurd_deva_write(deva(), console(), "# written beside a reader\n", 26, NULL), 0);
    EXPECT_EQ(reader_cancel(&reader), ECANCELED);
}

TEST(deva_readers_beyond_its_limit_are_refused_and_the_others_still_wait)
{
    enum { LIMIT = 64 };
    static struct reader readers[LIMIT];
    char c;
    for (int i = 0; i < LIMIT; i++)
        EXPECT_EQ(reader_start(&readers[i]), true);
    L4_Sleep(L4_TimePeriod(20000));
    EXPECT_EQ(hurd_deva_getchar(deva(), console(), &c), EAGAIN);
    for (int i = 0; i < LIMIT; i++)
        EXPECT_EQ(reader_cancel(&readers[i]), ECANCELED);
}

TEST(deva_cancel_finds_only_reads_of_the_callers_task)
{
    EXPECT_EQ(cancel(L4_MyGlobalId()), ESRCH);
    EXPECT_EQ(cancel(L4_ThreadIdOfRaw(__hurd_startup_data->task.server)), ESRCH);
    EXPECT_EQ(cancel(L4_nilthread), ESRCH);
    EXPECT_EQ(REQUEST(HURD_CAP_CANCEL, L4_MyGlobalId().raw, 0), EINVAL);
}

/* ---- what it refuses ---- */

TEST(deva_says_what_its_console_is_made_of)
{
    L4_Word_t kind = 0, parts = 0;
    EXPECT_EQ(hurd_deva_info(deva(), console(), &kind, &parts), 0);
    EXPECT_EQ(kind, HURD_DEVA_KIND_CONSOLE);
    EXPECT_EQ(parts & HURD_DEVA_HAS_SERIAL, HURD_DEVA_HAS_SERIAL);
    EXPECT_EQ(REQUEST(HURD_DEVA_INFO, console(), 0), EINVAL);
}

TEST(deva_refuses_handles_that_name_nothing)
{
    EXPECT_EQ(REQUEST(HURD_DEVA_IO_WRITE, console() + 1, '!'), EBADF);
    EXPECT_EQ(REQUEST(HURD_DEVA_IO_WRITE, console() | 0x3ffff, '!'), EBADF);
    EXPECT_EQ(REQUEST(HURD_DEVA_IO_WRITE, (L4_Word_t) -1, '!'), EBADF);
}

TEST(deva_refuses_handles_of_other_tasks)
{
    for (L4_Word_t client = 0; client < 8; client++) {
        if (client << 18 != console())
            EXPECT_EQ(REQUEST(HURD_DEVA_IO_WRITE, client << 18, '!'), EBADF);
    }
}

TEST(deva_answers_messages_that_are_no_requests)
{
    L4_Word_t none[3] = { 0 };
    EXPECT_EQ(request(HURD_DEVA_IO_READ, 0, none), EINVAL);
    EXPECT_EQ(REQUEST(0, console()), EOPNOTSUPP);
    EXPECT_EQ(REQUEST(799, console()), EOPNOTSUPP);
    L4_LoadMR(0, HURD_DEVA_IO_WRITE << 16 | 2 << 6 | 2);        /* with a map item of nothing */
    L4_LoadMR(1, console());
    L4_LoadMR(2, '!');
    L4_LoadMR(3, 8);
    L4_LoadMR(4, 0);
    L4_MsgTag_t tag = L4_Call_Timeouts(deva(), L4_Never, L4_TimePeriod(100000));
    L4_Word_t err = 0;
    if (L4_IpcSucceeded(tag))   /* else the kernel has refused the item already */
        L4_StoreMR(1, &err);
    EXPECT_EQ(L4_IpcFailed(tag) || (L4_Label(tag) == HURD_DEVA_ERROR && err == EINVAL), true);
}

TEST(deva_gives_a_program_with_a_console_nothing_more)
{
    EXPECT_EQ(REQUEST(HURD_DEVA_CONSOLE_INJECT, console(), 5), EPERM);
    EXPECT_EQ(REQUEST(HURD_DEVA_FOREGROUND, console(), 0), EPERM);
    EXPECT_EQ(REQUEST(HURD_DEVA_KEYMAP, console(), HURD_DEVA_KEYMAP_ASK), EPERM);
    EXPECT_EQ(hurd_deva_status(deva(), console(), "mine", 4), EPERM);
    EXPECT_EQ(hurd_deva_irq_attach(deva(), console(), 5, L4_MyGlobalId()), EPERM);
    EXPECT_EQ(hurd_deva_irq_detach(deva(), console(), 4), EPERM);
    EXPECT_EQ(hurd_deva_ports_map(deva(), console(), 0x80 << 16 | 2 << 4), EPERM);
}

TEST(deva_believes_neither_death_nor_log_text_from_a_program)
{
    EXPECT_EQ(REQUEST(HURD_TASK_DEATH, HURD_TASK_INIT), EPERM);
    EXPECT_EQ(REQUEST(HURD_DEVA_LOG, 4, 0x21212121), EBADF);
    EXPECT_EQ(REQUEST(HURD_DEVA_LOG, console(), 0x21212121), EOPNOTSUPP);
}

const struct test tests[] = {
    T(deva_write_says_how_much_it_wrote),
    T(deva_write_of_more_than_a_message_goes_out_whole),
    T(deva_write_with_a_wrong_count_is_refused),
    T(deva_io_write_sends_the_request_back_as_in_2005),
    T(deva_read_that_may_not_block_returns_nothing_when_nothing_was_typed),
    T(deva_read_with_a_wrong_limit_or_flag_is_refused),
    T(deva_blocked_read_ends_when_it_is_cancelled),
    T(deva_blocked_read_leaves_everybody_else_served),
    T(deva_readers_beyond_its_limit_are_refused_and_the_others_still_wait),
    T(deva_cancel_finds_only_reads_of_the_callers_task),
    T(deva_says_what_its_console_is_made_of),
    T(deva_refuses_handles_that_name_nothing),
    T(deva_refuses_handles_of_other_tasks),
    T(deva_answers_messages_that_are_no_requests),
    T(deva_gives_a_program_with_a_console_nothing_more),
    T(deva_believes_neither_death_nor_log_text_from_a_program),
    { NULL, NULL },
};

bool suite_can_run(void)
{
    return true;
}
