/* SPDX-License-Identifier: MIT */
/* fork() at work: parent and child change the same page, and each sees its own. */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int number = 1;

int main(void)
{
    int status = 0, *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    pid_t child = fork();
    if (child < 0) {
        perror("forks: fork");
        return 1;
    }
    if (child == 0) {
        number = 2;
        *shared = 3;
        printf("child %d of %d: number %d, shared %d\n", (int)getpid(), (int)getppid(), number,
               *shared);
        return 4;
    }
    if (waitpid(child, &status, 0) != child)
        return 1;
    printf("parent %d of %d: number %d, shared %d, the child's status %d\n", (int)getpid(),
           (int)child, number, *shared, WEXITSTATUS(status));
    return number == 1 && *shared == 3 && WEXITSTATUS(status) == 4 ? 0 : 1;
}
