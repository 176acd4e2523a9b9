/* SPDX-License-Identifier: MIT */
/* What /self does when a test has started it.  The status is 7 if all is as it should be, and
 * otherwise the number of the condition that is not so. */
#include "tests/guest/exec/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <l4/ipc.h>

enum { GOOD = 7, FIRST_BAD = 20 };

static int conditions;

#define NEED(condition)                                                                            \
    do {                                                                                           \
        conditions++;                                                                              \
        if (!(condition))                                                                          \
            _exit(FIRST_BAD + conditions);                                                         \
    } while (0)

static char **arguments;

static void args(void)
{
    NEED(!strcmp(arguments[0], "my name") && !strcmp(arguments[2], "two words"));
    NEED(!strcmp(arguments[3], "") && !arguments[4]);
    NEED(!strcmp(getenv("A"), "1") && !strcmp(getenv("B"), "") && !getenv("C"));
    NEED(environ[0] && environ[1] && !environ[2]);
}

/* Arguments: the id and the parent's before execve(). */
static void id(void)
{
    NEED(getpid() == atoi(arguments[2]));
    NEED(getppid() == atoi(arguments[3]));
}

/* 10 and 11: one open file at position 2; 12: another, to be closed; 13: was FD_CLOEXEC, 14: its
 * copy was not; 15: only to append. */
static void files(void)
{
    char text[8] = "", path[16];
    struct stat s;
    NEED(read(10, text, 1) == 1 && text[0] == 'c');
    NEED(read(11, text, 1) == 1 && text[0] == 'd');
    NEED(fcntl(12, F_GETFD) == -1 && errno == EBADF);
    NEED(fcntl(13, F_GETFD) == -1 && errno == EBADF);
    NEED(read(14, text, 1) == 1 && text[0] == 'a');
    NEED(fcntl(15, F_GETFL) == (O_WRONLY | O_APPEND));
    NEED(fcntl(10, F_GETFD) == 0);
    NEED(write(15, "end", 3) == 3);
    NEED(getcwd(path, sizeof path) && !strcmp(path, "/etc"));
    int f = open("made", O_WRONLY | O_CREAT, 0666);
    NEED(f == 3 && fstat(f, &s) == 0 && s.st_mode == (S_IFREG | 0660));
    NEED(isatty(1) && fstat(10, &s) == 0 && S_ISREG(s.st_mode));
    NEED(unlink("made") == 0);
}

/* A script got this program: [1] child=script, [2] the script, [3] its argument. */
static void script(void)
{
    NEED(!strcmp(arguments[0], SELF) && !strcmp(arguments[2], "/script"));
    NEED(!strcmp(arguments[3], "argument") && !arguments[4]);
}

/* A thread of the old program would write to 10. */
static void threads(void)
{
    struct stat s;
    L4_Sleep(L4_TimePeriod(100000));
    NEED(fstat(10, &s) == 0 && s.st_size == 0);
}

static void waits(void)
{
    int status;
    NEED(waitpid(atoi(arguments[2]), &status, 0) == atoi(arguments[2]));
    NEED(WIFEXITED(status) && WEXITSTATUS(status) == 5);
    NEED(wait(&status) == -1 && errno == ECHILD);
}

/* Goes on so often as the argument says, each time with a file that is to be closed. */
static void chain(void)
{
    char left[8];
    int n = atoi(arguments[2]);
    if (n == 0)
        return;
    for (int i = 0; i < 8; i++)
        NEED(open("/etc", O_RDONLY | O_CLOEXEC) == 3 + i);
    snprintf(left, sizeof left, "%d", n - 1);
    execl(SELF, "chain", "child=chain", left, NULL);
    NEED(false);
}

static void forks(void)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(read(10, &status, 1) == 1 ? 3 : 4);
    NEED(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 3);
    NEED(lseek(10, 0, SEEK_CUR) == 1);
}

static void fault(void)
{
    __asm__ volatile("movl $1, 16" : : : "memory");
}

/* Writes its arguments from the second on to descriptor 1, and reads a line from 0. */
static void echo(void)
{
    char line[64] = "";
    for (char **word = arguments + 2; *word; word++)
        write(1, *word, strlen(*word));
    NEED(read(0, line, sizeof line - 1) >= 0);
    write(1, line, strlen(line));
}

/* Until there is no more to read. */
static void stays(void)
{
    char c;
    write(1, "s", 1);
    NEED(read(0, &c, 1) == 0);
}

static void has(void)
{
    NEED(arguments[2] && !strcmp(arguments[2], "x") && !arguments[3]);
    NEED(getenv("HAS") && !strcmp(getenv("HAS"), "yes"));
}

/* posix_spawn(): 9 a pipe's end, 10 does not block, 11 was to be closed; umask 027, in /etc. */
static void given(void)
{
    char path[16];
    struct stat s;
    L4_Sleep(L4_TimePeriod(100000));            /* until the caller has closed its own */
    NEED(write(9, "end", 3) == 3);
    NEED(fcntl(10, F_GETFL) == (O_RDONLY | O_NONBLOCK));
    NEED(fcntl(11, F_GETFD) == -1 && errno == EBADF);
    NEED(getcwd(path, sizeof path) && !strcmp(path, "/etc"));
    NEED(umask(0) == 027 && isatty(0) && isatty(1) && fstat(10, &s) == 0 && S_ISREG(s.st_mode));
}

static void nothing(void)
{
    for (int i = 0; i < 64; i++)
        NEED(fcntl(i, F_GETFD) == -1 && errno == EBADF);
}

static void image(void)
{
    _exit(image_status());
}

/* Says that it runs, and waits. */
static void late(void)
{
    char byte;
    NEED(write(1, "r", 1) == 1 && read(0, &byte, 1) == 1);
    image();
}

static void refused(void)
{
    _exit(pages_are_refused());
}

static void itself(void)
{
    _exit(starts_itself());
}

static void shares(void)
{
    NEED(!image_is_ours());
}

static const struct {
    const char *name;
    void (*run)(void);
} children[] = {
    { "args", args }, { "id", id }, { "files", files }, { "script", script },
    { "threads", threads }, { "waits", waits }, { "chain", chain }, { "forks", forks },
    { "fault", fault }, { "echo", echo }, { "stays", stays },
    { "has", has }, { "image", image }, { "shares", shares }, { "late", late },
    { "refused", refused }, { "itself", itself },
    { "given", given }, { "nothing", nothing },
};

__attribute__((constructor)) static void begin(int argc, char **argv)
{
    if (argc >= 2 && !strncmp(argv[1], "child=", 6))
        arguments = argv;
}

void child_run(void)
{
    if (!arguments)
        return;
    for (unsigned i = 0; i < sizeof children / sizeof children[0]; i++) {
        if (!strcmp(arguments[1] + 6, children[i].name)) {
            children[i].run();
            _exit(GOOD);
        }
    }
    _exit(FIRST_BAD);
}
