/* SPDX-License-Identifier: MIT */
/* env: prints the environment, one variable a line.
 * env PATH [ARGUMENT ...]: starts a program from the file system, which gets the same environment,
 * waits for its end and says how it ended.  fork() makes a second task, and execv() puts the program
 * into it. */
#include <errno.h>
#include <libc.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STATUS_NO_START = 127 };

static int start(char **argv)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        execv(argv[0], argv);
        printf("env: %s: %s\n", argv[0], strerror(errno));
        fflush(stdout);
        _exit(STATUS_NO_START);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        printf("env: %s\n", strerror(errno));
        return 1;
    }
    if (WIFEXITED(status))
        printf("task %d, %s, ended with status %d\n", (int) child, argv[0], WEXITSTATUS(status));
    else
        printf("task %d, %s, was ended by signal %d\n", (int) child, argv[0], WTERMSIG(status));
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return start(argv + 1);
    for (char **e = environ; e && *e; e++)
        puts(*e);
    return 0;
}
