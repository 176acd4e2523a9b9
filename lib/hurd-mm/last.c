/* SPDX-License-Identifier: MIT */
/* The end of a task that cannot go on: of any thread, the pager, too.  So all of this is wired, and
 * touches the stack and the message registers only. */
#include <hurd/assert.h>
#include <hurd/cap.h>
#include <hurd/deva.h>
#include <hurd/mm.h>
#include <hurd/startup.h>
#include <hurd/wortel.h>
#include <string.h>
#include "report.h"

enum { TEXT = 240, DIGITS = 11 };

/* EXIT is not answered.  If it is refused all the same: an exception, which the pager takes as the
 * second one of this thread, and then `task` as one of the pager. */
_Noreturn void hurd_mm_die(int status)
{
    struct hurd_startup_data *data = __hurd_startup_data;
    const L4_Word_t words[] = {data->task.cap, (L4_Word_t)status};
    if (data->task.server)
        hurd_cap_rpc(L4_ThreadIdOfRaw(data->task.server), HURD_TASK_EXIT, 2, words, 0, NULL, NULL);
    for (;;)
        __asm__ volatile("ud2");
}

_Noreturn void hurd_mm_die_of(int status)
{
    hurd_mm_die((int)HURD_TASK_BY_SIGNAL | (status - 128));
}

static unsigned text_add(char *text, unsigned at, const char *more)
{
    while (*more && at < TEXT - 1)
        text[at++] = *more++;
    return at;
}

static unsigned number_add(char *text, unsigned at, uintptr_t number, unsigned base)
{
    char digits[DIGITS], *first = digits + DIGITS - 1;
    *first = 0;
    do
        *--first = "0123456789abcdef"[number % base];
    while (number /= base);
    return text_add(text, at, first);
}

/* One message to deva; before deva runs, wortel takes the characters. */
static void text_send(const char *text, unsigned n)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_Word_t words[2 + TEXT / sizeof(L4_Word_t)] = {data->console.cap, n};
    if (data->console.server) {
        memcpy(words + 2, text, n);
        hurd_cap_rpc(L4_ThreadIdOfRaw(data->console.server), HURD_DEVA_WRITE_MANY,
                     2 + (n + sizeof *words - 1) / sizeof *words, words, 0, NULL, NULL);
        return;
    }
    for (unsigned i = 0; i < n && data->wortel.server; i++)
        hurd_wortel_putchar(data->wortel.cap, text[i]);
}

static void last_words(char *text, unsigned n)
{
    text[n++] = '\n';
    text_send(text, n);
}

_Noreturn void last_failed(const char *what, int error, int status)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    char text[TEXT];
    unsigned n = text_add(text, 0, data->argz ? (const char *)data->argz : "program");
    n = text_add(text, n, what);
    n = text_add(text, n, ": error ");
    last_words(text, number_add(text, n, (uintptr_t)error, 10));
    hurd_mm_die(status);
}

static unsigned place_add(char *text, const char *file, unsigned line, const char *function,
                          const char *condition)
{
    unsigned n = text_add(text, 0, file);
    n = text_add(text, n, ":");
    n = number_add(text, n, line, 10);
    n = text_add(text, n, ": ");
    n = text_add(text, n, function);
    n = text_add(text, n, ": assertion failed: ");
    return text_add(text, n, condition);
}

_Noreturn void __assert_fail(const char *condition, const char *file, unsigned line,
                             const char *function)
{
    char text[TEXT];
    last_words(text, place_add(text, file, line, function, condition));
    hurd_mm_die_of(HURD_MM_STATUS_ABORTED);
}

void __assert_is_failed(const char *condition, const char *file, unsigned line,
                        const char *function, uintptr_t left, uintptr_t right)
{
    char text[TEXT];
    unsigned n = place_add(text, file, line, function, condition);
    n = text_add(text, n, ", with 0x");
    n = number_add(text, n, left, 16);
    n = text_add(text, n, " and 0x");
    last_words(text, number_add(text, n, right, 16));
    hurd_mm_die_of(HURD_MM_STATUS_ABORTED);
}
