/* SPDX-License-Identifier: MIT */
/* What it costs to start a program from a file: /bin/true on a RAM disk, whose blocks are in the
 * file server's cache.  Instructions of the whole machine, as in pages.c. */
#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/samples.h"

enum { SAMPLES = 15 };

#define PROGRAM "/bin/true"

static uint32_t samples[SAMPLES];

static bool measure(const char *name, pid_t (*start)(void))
{
    for (int i = 0; i < SAMPLES; i++) {
        int status = -1;
        uint32_t before = instructions();
        pid_t child = start();
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
            printf("not ok - %s: child %d, status %d, error %d\n", name, child, status, errno);
            return false;
        }
        samples[i] = instructions() - before;
    }
    samples_sort(samples, SAMPLES);
    printf("bench %s %lu instr\n", name, (unsigned long)samples[SAMPLES / 2]);
    return true;
}

static pid_t fork_and_exec(void)
{
    pid_t child = fork();
    if (child == 0) {
        execl(PROGRAM, "true", NULL);
        _Exit(errno);
    }
    return child;
}

static pid_t spawn(void)
{
    pid_t child = -1;
    char *argv[] = { "true", NULL };
    errno = posix_spawn(&child, PROGRAM, NULL, NULL, argv, environ);
    return errno ? -1 : child;
}

int main(void)
{
    bool good = access(PROGRAM, X_OK) == 0 && measure("exec.fork", fork_and_exec) &&
                measure("exec.spawn", spawn);
    printf("# done\n");
    return good ? 0 : 1;
}
