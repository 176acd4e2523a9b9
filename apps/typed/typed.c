/* SPDX-License-Identifier: MIT */
/* typed [N]: N threads (3) wait at the console for a character each, and say at the end which
 * of them got what: the one that came first is served first. */
#include <stdio.h>
#include <stdlib.h>

#include <hurd/deva.h>
#include <hurd/mm.h>
#include <hurd/startup.h>
#include <l4/ipc.h>

#define READERS_MAX 32u
#define STACK       4096u

struct reader {
    volatile int done;
    int error;
    char character;
};

static void read_one(void *argument)
{
    struct reader *reader = argument;
    reader->error = hurd_deva_getchar(L4_ThreadIdOfRaw(__hurd_startup_data->console.server),
                                      __hurd_startup_data->console.cap, &reader->character);
    reader->done = 1;
}

int main(int argc, char **argv)
{
    static struct reader readers[READERS_MAX];
    unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 0) : 3;
    if (n < 1 || n > READERS_MAX) {
        printf("typed: 1 to %u readers\n", READERS_MAX);
        return 1;
    }
    for (unsigned long i = 0; i < n; i++) {
        L4_ThreadId_t thread;
        if (hurd_thread_start(&thread, read_one, &readers[i], STACK)) {
            printf("typed: no thread for reader %lu\n", i + 1);
            return 1;
        }
        L4_Sleep(L4_TimePeriod(10000));     /* so that they come in this order */
    }
    printf("%lu readers wait\n", n);
    for (unsigned long i = 0; i < n; i++) {
        while (!readers[i].done)
            L4_Sleep(L4_TimePeriod(10000));
        if (readers[i].error)
            printf("reader %lu: error %d\n", i + 1, readers[i].error);
        else
            printf("reader %lu got %c\n", i + 1, readers[i].character);
    }
    return 0;
}
