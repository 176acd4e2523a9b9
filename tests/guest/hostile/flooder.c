/* SPDX-License-Identifier: MIT */
/* A program that prints without end: `fl KIND THREADS`, or says the time: `fl`, or
 * every 20 ms: `fl watch`.  For tests/system/floods.py. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/deva.h>
#include <hurd/mm.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/schedule.h>

#define STACK 8192u

enum { THREADS_MOST = 64, WATCH = 20000 /* us */ };

/* What is printed again and again. */
static const struct kind {
    const char *name, *text;
} kinds[] = {
    { "lines", "some text, as programs print it\n" },
    { "erase", "\033[H\033[J" },
    { "insert", "\033[H\033[L" },
    { "rows", "\n" },
    { "controls", "\a\b\r\t\v\f\016\017\177\030\032" },
    { "garbage", "\033[\033]0;\033P\302\355\377\033[;;;;;;99999999999m\033[?1;2$}" },
    { "chars", NULL },
    { "peeks", NULL },
};

static char message[HURD_DEVA_CHUNK];
static const struct kind *kind;

static void fill(const char *text)
{
    size_t size = strlen(text);
    for (size_t i = 0; i < sizeof message; i++)
        message[i] = i < sizeof message - sizeof message % size ? text[i % size] : '\r';
}

static _Noreturn void flood(void *unused)
{
    const struct hurd_startup_cap console = __hurd_startup_data->console;
    const L4_ThreadId_t deva = L4_ThreadIdOfRaw(console.server);
    L4_Word_t done;
    char c;
    (void) unused;
    for (;;) {
        if (kind->text)
            hurd_deva_write(deva, console.cap, message, sizeof message, &done);
        else if (!strcmp(kind->name, "chars"))
            hurd_deva_putchar(deva, console.cap, 'x');
        else
            hurd_deva_read(deva, console.cap, &c, 1, HURD_DEVA_READ_NOBLOCK | HURD_DEVA_READ_PEEK,
                           &done);
    }
}

static void now(void)
{
    printf("now: %llu us\n", (unsigned long long) L4_SystemClock().raw);
}

static _Noreturn void watch(void)
{
    for (;;) {
        now();
        L4_Sleep(L4_TimePeriod(WATCH));
    }
}

int main(int argc, char **argv)
{
    L4_ThreadId_t thread;
    if (argc < 3) {
        if (argc == 2)
            watch();
        now();
        return 0;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!strcmp(kinds[i].name, argv[1]))
            kind = &kinds[i];
    }
    if (!kind)
        return 1;
    if (kind->text)
        fill(kind->text);
    printf("floods: %s\n", kind->name);
    for (int i = 1; i < atoi(argv[2]) && i < THREADS_MOST; i++)
        hurd_thread_start(&thread, flood, NULL, STACK);
    flood(NULL);
}
