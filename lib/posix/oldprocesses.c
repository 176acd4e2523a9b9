/* SPDX-License-Identifier: MIT */
/* BSD's calls for children, by POSIX's. */
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
    pid_t child = waitpid(pid, status, options);
    if (child > 0 && usage)
        getrusage(RUSAGE_CHILDREN, usage);
    return child;
}

pid_t wait3(int *status, int options, struct rusage *usage)
{
    return wait4(-1, status, options, usage);
}

pid_t vfork(void)
{
    return fork();
}
