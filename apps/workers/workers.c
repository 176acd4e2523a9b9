/* SPDX-License-Identifier: MIT */
/* workers [N]: N threads (3) sleep and compute; main() waits until each has ended, in the order of
 * their numbers, and adds up what they found.  There is no join() in the library: a thread itself
 * says that it ends, by a message, and a thread that waits for that receives from it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <hurd/mm.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

enum { MOST = 16, STACK = 8192, NUMBERS = 1000, PAUSE = 20000000 /* ns */ };

struct worker {
    L4_ThreadId_t thread, parent;
    unsigned number;
    unsigned long sum;
};

/* The worker with the highest number ends first.  It waits in its Send until main() receives. */
static void work(void *argument)
{
    struct worker *w = argument;
    struct timespec pause = {.tv_nsec = PAUSE / (long)w->number};
    nanosleep(&pause, NULL);
    for (unsigned long i = 1; i <= NUMBERS * w->number; i++)
        w->sum += i;
    L4_LoadMR(0, 0);
    L4_Send(w->parent);
}

static void join(const struct worker *w)
{
    while (L4_IpcFailed(L4_Receive(w->thread)))
        ;
}

int main(int argc, char **argv)
{
    static struct worker workers[MOST];
    unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 0) : 3, all = 0;
    if (count < 1 || count > MOST) {
        printf("workers: 1 to %d of them\n", MOST);
        return 1;
    }
    for (unsigned i = 0; i < count; i++) {
        workers[i] = (struct worker){.parent = L4_MyGlobalId(), .number = i + 1};
        int error = hurd_thread_start(&workers[i].thread, work, &workers[i], STACK);
        if (error) {
            printf("workers: no thread: %s\n", strerror(error));
            return 1;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        join(&workers[i]);
        printf("worker %u has ended, its sum is %lu\n", i + 1, workers[i].sum);
        all += workers[i].sum;
    }
    printf("all together %lu\n", all);
    return 0;
}
