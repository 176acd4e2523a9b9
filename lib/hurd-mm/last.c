/* SPDX-License-Identifier: MIT */
/* The end of a task that cannot go on: of any thread, the pager, too.  So all of this is wired, and
 * touches the stack and the message registers only. */
#include <errno.h>
#include <hurd/assert.h>
#include <hurd/cap.h>
#include <hurd/deva.h>
#include <hurd/mm.h>
#include <hurd/startup.h>
#include <hurd/wortel.h>
#include <string.h>
#include "report.h"

enum { DIGITS = 11 };

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
    while (*more && at < LAST_TEXT - 1)
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

void last_say(const char *text, unsigned n)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_Word_t words[2 + LAST_TEXT / sizeof(L4_Word_t)] = {data->console.cap, n};
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
    last_say(text, n);
}

static unsigned name_add(char *text)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    return text_add(text, 0, data->argz ? (const char *)data->argz : "program");
}

/* Status and words as those of report_run(), as far as they are known here. */
_Noreturn void last_casualty(const struct casualty *c)
{
    char text[LAST_TEXT];
    unsigned n = text_add(text, name_add(text), " (task ");
    n = number_add(text, n, L4_Version(c->thread), 10);
    n = text_add(text, n, c->is_violation ? "): segmentation violation" : "): exception");
    n = text_add(text, n, c->error == ENOMEM ? ": no page: out of memory at " : " at ");
    n = number_add(text, n, c->is_violation ? c->address : c->ip, 16);
    n = text_add(text, n, ", eip ");
    n = number_add(text, n, c->ip, 16);
    last_words(text, text_add(text, n, "; its report failed"));
    hurd_mm_die_of(c->is_violation ? HURD_MM_STATUS_SEGV : HURD_MM_STATUS_ILL);
}

_Noreturn void last_failed(const char *what, int error, int status)
{
    char text[LAST_TEXT];
    unsigned n = text_add(text, name_add(text), what);
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
    char text[LAST_TEXT];
    last_words(text, place_add(text, file, line, function, condition));
    hurd_mm_die_of(HURD_MM_STATUS_ABORTED);
}

void __assert_is_failed(const char *condition, const char *file, unsigned line,
                        const char *function, uintptr_t left, uintptr_t right)
{
    char text[LAST_TEXT];
    unsigned n = place_add(text, file, line, function, condition);
    n = text_add(text, n, ", with 0x");
    n = number_add(text, n, left, 16);
    n = text_add(text, n, " and 0x");
    last_words(text, number_add(text, n, right, 16));
    hurd_mm_die_of(HURD_MM_STATUS_ABORTED);
}
