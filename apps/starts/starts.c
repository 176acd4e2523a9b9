/* SPDX-License-Identifier: MIT */
/* starts PATH [ARGUMENT ...]: starts a program from the file system, waits for its end and says how
 * it ended.  fork() makes a second task, and execv() puts the program into it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STATUS_NO_START = 127 };

int main(int argc, char **argv)
{
    int status;
    if (argc < 2) {
        printf("starts: say which program: starts /bin/wc /welcome\n");
        return 1;
    }
    pid_t child = fork();
    if (child == 0) {
        execv(argv[1], argv + 1);
        printf("starts: %s: %s\n", argv[1], strerror(errno));
        _exit(STATUS_NO_START);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        printf("starts: %s\n", strerror(errno));
        return 1;
    }
    if (WIFEXITED(status))
        printf("task %d, %s, ended with status %d\n", (int)child, argv[1], WEXITSTATUS(status));
    else
        printf("task %d, %s, was ended by signal %d\n", (int)child, argv[1], WTERMSIG(status));
    return 0;
}
