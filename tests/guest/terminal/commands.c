/* SPDX-License-Identifier: MIT */
/* Starts a shell by system(), popen() and as a script without a first line.  Prints what is wrong, or that
 * all is well. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int wrong;

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("commands.c:%d: not true: %s\n", __LINE__, #condition);                         \
            wrong++;                                                                               \
        }                                                                                          \
    } while (0)
#define EXPECT_EQ(left, right) EXPECT((left) == (right))

static void system_runs_a_command(void)
{
    EXPECT_EQ(system(NULL), 1);
    int status = system("exit 3");
    EXPECT_EQ(WIFEXITED(status) && WEXITSTATUS(status) == 3, true);
    EXPECT_EQ(system("test -d /bin && echo through system > /said"), 0);
    status = system("no-such-program");
    EXPECT_EQ(WEXITSTATUS(status), 127);
    struct sigaction now;
    EXPECT_EQ(sigaction(SIGINT, NULL, &now), 0);
    EXPECT_EQ(now.sa_handler == SIG_DFL, true);
}

static void popen_reads_and_writes(void)
{
    char line[80] = "";
    FILE *f = popen("echo one; echo two three", "r");
    EXPECT(f != NULL);
    EXPECT(fgets(line, sizeof line, f) && !strcmp(line, "one\n"));
    EXPECT(fgets(line, sizeof line, f) && !strcmp(line, "two three\n"));
    EXPECT(!fgets(line, sizeof line, f));
    EXPECT_EQ(pclose(f), 0);
    f = popen("wc > /counted; exit 4", "w");
    EXPECT(f != NULL);
    fputs("three words here\n", f);
    EXPECT_EQ(pclose(f), 4 << 8);
    f = fopen("/counted", "r");
    EXPECT(f && fgets(line, sizeof line, f) && strstr(line, " 3      17 "));
    EXPECT_EQ(pclose(f), -1);           /* it is none of popen() */
    EXPECT_EQ(errno, ECHILD);
    fclose(f);
    EXPECT(!popen("true", "x"));
    EXPECT_EQ(errno, EINVAL);
    unlink("/counted");
    unlink("/said");
}

static void a_file_that_is_no_program_is_a_script(void)
{
    int status = 0, f = open("/script", O_WRONLY | O_CREAT, 0755);
    EXPECT(f >= 0 && write(f, "exit $1\n", 8) == 8 && close(f) == 0);
    pid_t child = fork();
    if (child == 0) {
        execlp("/script", "/script", "5", (char *) NULL);
        _exit(1);
    }
    EXPECT(waitpid(child, &status, 0) == child);
    EXPECT_EQ(WEXITSTATUS(status), 5);
    child = fork();
    if (child == 0)                     /* only execvp() and execlp() look for the shell */
        _exit(execl("/script", "/script", "5", (char *) NULL) == -1 && errno == ENOEXEC ? 6 : 1);
    EXPECT(waitpid(child, &status, 0) == child);
    EXPECT_EQ(WEXITSTATUS(status), 6);
    unlink("/script");
}

int main(void)
{
    system_runs_a_command();
    popen_reads_and_writes();
    a_file_that_is_no_program_is_a_script();
    printf("commands: %s\n", wrong ? "something is wrong" : "all is well");
    return wrong != 0;
}
