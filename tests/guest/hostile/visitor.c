/* SPDX-License-Identifier: MIT */
/* A program that uses files of a server that may mean harm (server.c): `visitor WHAT DIRECTORY`.
 * It says what it found, and whether what is its own is still there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <hurd/cap.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>

enum { PAGE = 4096 };

static const char *directory;

static const char *in(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

/* From now on the server answers so. */
static void be(const char *kind, L4_Word_t number)
{
    char name[48];
    struct stat s;
    snprintf(name, sizeof name, "be-%s=%lx", kind, number);
    stat(in(name), &s);
}

static void say(const char *what, int result)
{
    printf("visitor: %s: %s\n", what, result < 0 ? strerror(errno) : "good");
}

static L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

static void container_look(L4_Word_t container)
{
    struct hurd_pm_cap_info info;
    int err = hurd_pm_cap_info(physmem(), container, &info);
    printf("visitor: my container is %s\n", err ? strerror(err) : "there");
}

/* The server shows our own container as that of the file's pages. */
static void maps(void)
{
    L4_Word_t container;
    uintptr_t at = 0;
    int file = open(in("there"), O_RDONLY);
    int err = hurd_vm_new_container(&at, PAGE, &container);
    if (err || file < 0) {
        printf("visitor: there is no container, or no file\n");
        return;
    }
    strcpy((char *) at, "secret");
    be("maps", container);
    const char *map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, file, 0);
    say("mmap", map == MAP_FAILED ? -1 : 0);
    if (map != MAP_FAILED) {
        printf("visitor: the file says %s\n", map);
        munmap((void *) (uintptr_t) map, PAGE);
    }
    close(open(in("there"), O_RDONLY));         /* what was unmapped is released */
    container_look(container);
}

/* The server names our own handle of our task as that of an image. */
static void image(void)
{
    struct hurd_startup_cap task = __hurd_startup_data->task;
    char *const arguments[] = { (char *) "there", NULL };
    L4_Word_t group;
    pid_t child;
    be("image", task.cap);
    int err = posix_spawn(&child, in("there"), NULL, NULL, arguments, NULL);
    printf("visitor: posix_spawn: %s\n", err ? strerror(err) : "good");
    err = hurd_task_head(L4_ThreadIdOfRaw(task.server), task.cap, (L4_Word_t) getpid(), &group);
    printf("visitor: my task is %s\n", err ? strerror(err) : "there");
}

static void list(void)
{
    DIR *d = opendir(directory);
    say("opendir", d ? 0 : -1);
    for (unsigned i = 0; d && i < 3 && readdir(d); i++)
        continue;
    if (d)
        closedir(d);
}

/* Every kind of request once. */
static void all(void)
{
    static char bytes[8192];
    struct stat s;
    say("stat", stat(in("there"), &s));
    say("mkdir", mkdir(in("new"), 0777));
    say("symlink", symlink("there", in("link")));
    say("readlink", (int) readlink(in("link"), bytes, sizeof bytes));
    say("rename", rename(in("there"), in("other")));
    say("unlink", unlink(in("other")));
    list();
    int file = open(in("there"), O_RDWR | O_CREAT, 0666);
    say("open", file);
    for (unsigned i = 0; file >= 0 && i < 5; i++)
        say("read", (int) pread(file, bytes, sizeof bytes, 0));
    say("write", (int) write(file, bytes, sizeof bytes));
    say("fstat", fstat(file, &s));
    say("lseek", (int) lseek(file, 0, SEEK_END));
    say("fsync", fsync(file));
    void *map = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, file, 0);
    say("mmap", map == MAP_FAILED ? -1 : 0);
    say("chdir", chdir(directory));
    say("getcwd", getcwd(bytes, sizeof bytes) ? 0 : -1);
    say("chdir", chdir("/"));
    close(file);
}

/* A page that the server says is there, and is not. */
static void page(void)
{
    int file = open(in("sub/deep"), O_RDONLY);      /* nobody has read it */
    const volatile char *map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, file, 0);
    say("mmap", map == MAP_FAILED ? -1 : 0);
    be("nothing", 0);
    fflush(stdout);
    if (map != MAP_FAILED)
        printf("visitor: the file begins with %d\n", *map);
}

int main(int argc, char **argv)
{
    static const struct { const char *name; void (*call)(void); } tries[] = {
        { "maps", maps }, { "image", image }, { "all", all }, { "page", page },
    };
    directory = argc > 2 ? argv[2] : "/mnt";
    for (size_t i = 0; argc > 1 && i < sizeof tries / sizeof *tries; i++) {
        if (!strcmp(argv[1], tries[i].name))
            tries[i].call();
    }
    if (argc > 3)
        be(argv[3], 0);
    printf("visitor: done\n");
    return 0;
}
