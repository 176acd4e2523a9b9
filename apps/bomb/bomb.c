/* SPDX-License-Identifier: MIT */
/* Starts threads, each of which uses the processor, until the system gives it no more, and goes on
 * trying. `bomb once` exits at the first refusal. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hurd/mm.h>
#include <l4/ipc.h>

#define STACK 4096u

static void burn(void *unused)
{
    (void) unused;
    for (volatile unsigned turns = 0;; turns++)
        ;
}

static unsigned start_all(int *error)
{
    unsigned started = 0;
    L4_ThreadId_t thread;
    while (!(*error = hurd_thread_start(&thread, burn, NULL, STACK)))
        started++;
    return started;
}

int main(int argc, char **argv)
{
    int error;
    unsigned started = start_all(&error);
    printf("bomb: %u threads started, then: %s\n", started, strerror(error));
    if (argc > 1 && !strcmp(argv[1], "once"))
        return started > 0 ? 0 : 1;
    for (;;) {
        if (start_all(&error) > 0)
            printf("bomb: more threads\n");
        L4_Sleep(L4_TimePeriod(10000));
    }
}
