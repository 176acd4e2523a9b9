/* SPDX-License-Identifier: MIT */
/* Files in a child of fork(). */
#include "tests/guest/deva/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <l4/ipc.h>

#include "tests/guest/posix/streams.h"

/* The status with which `child` ended. */
static int ended(pid_t child)
{
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void parent_and_child_share_positions(void)
{
    char text[16] = "";
    int f = open("/shared", O_RDWR | O_CREAT | O_TRUNC, 0644), g = dup(f);
    EXPECT_EQ(write(f, "abc", 3), 3);
    pid_t child = fork();
    if (child == 0)
        _exit(write(f, "d", 1) == 1 && write(g, "ef", 2) == 2 ? 7 : 1);
    EXPECT_EQ(ended(child), 7);
    EXPECT_EQ(write(f, "g", 1), 1);
    EXPECT_EQ(pread(f, text, sizeof text, 0), 7);
    EXPECT_EQ(strcmp(text, "abcdefg"), 0);
    EXPECT_EQ(close(f), 0);
    EXPECT_EQ(close(g), 0);
    EXPECT_EQ(unlink("/shared"), 0);
}

void a_child_keeps_files_that_the_parent_closes(void)
{
    EXPECT_EQ(mkdir("/home", 0755), 0);
    EXPECT_EQ(chdir("/home"), 0);
    int f = open("kept", O_RDWR | O_CREAT, 0644);
    EXPECT_EQ(write(f, "kept", 4), 4);
    pid_t child = fork();
    if (child == 0) {
        char text[8] = "";
        L4_Sleep(L4_TimePeriod(50000));
        bool good = pread(f, text, sizeof text, 0) == 4 && !strcmp(text, "kept");
        int other = open("other", O_WRONLY | O_CREAT, 0644);        /* in the current directory */
        _exit(good && other >= 0 && close(other) == 0 ? 8 : 1);
    }
    EXPECT_EQ(close(f), 0);
    EXPECT_EQ(unlink("kept"), 0);
    EXPECT_EQ(ended(child), 8);
    EXPECT_EQ(unlink("/home/other"), 0);
    EXPECT_EQ(chdir("/"), 0);
    EXPECT_EQ(rmdir("/home"), 0);
}

/* What is marked for exec() stays open over fork(), and closing it in the child closes no more. */
void a_childs_table_is_its_own(void)
{
    int f = open("/own", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    pid_t child = fork();
    if (child == 0) {
        bool good = fcntl(f, F_GETFD) == FD_CLOEXEC && write(f, "x", 1) == 1 && close(f) == 0;
        _exit(good && write(f, "x", 1) == -1 && errno == EBADF ? 9 : 1);
    }
    EXPECT_EQ(ended(child), 9);
    EXPECT_EQ(write(f, "y", 1), 1);
    EXPECT_EQ(lseek(f, 0, SEEK_CUR), 2);
    EXPECT_EQ(close(f), 0);
    EXPECT_EQ(unlink("/own"), 0);
}

/* A path that is not there is read with the lock of the descriptors, which the report needs as well. */
void a_report_needs_no_lock_of_descriptors(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(chdir((const char *) 16));
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WIFSIGNALED(status) ? WTERMSIG(status) : -1, SIGSEGV);
}
