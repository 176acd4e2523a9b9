/* SPDX-License-Identifier: MIT */
/* posix_spawn(), and the forms of exec() beside execve(). */
#include "tests/guest/exec/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>

enum { GOOD = 7, DESCRIPTORS = 64 };

static char *const has[] = { "x", "child=has", "x", NULL };
static char *const has_environment[] = { "HAS=yes", NULL };

void a_spawned_program_runs_as_a_child(void)
{
    pid_t child = 0;
    EXPECT_EQ(posix_spawn(&child, SELF, NULL, NULL, has, has_environment), 0);
    EXPECT_EQ(ended(child), GOOD);
    EXPECT_EQ(posix_spawn(&child, SELF, NULL, NULL, has, NULL), 0);
    EXPECT_EQ(ended(child) != GOOD, true);      /* without the environment */
}

/* 0: a file that is opened; 1: a file onto itself, which is not closed then; 20: closed. */
void file_actions_are_done_in_their_order(void)
{
    char text[32] = "";
    pid_t child = 0;
    posix_spawn_file_actions_t actions;
    file_make("/in", "line\n", 0644);
    int out = open("/out", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    EXPECT_EQ(posix_spawn_file_actions_init(&actions), 0);
    EXPECT_EQ(posix_spawn_file_actions_addopen(&actions, 0, "/in", O_RDONLY, 0), 0);
    EXPECT_EQ(posix_spawn_file_actions_adddup2(&actions, out, 20), 0);
    EXPECT_EQ(posix_spawn_file_actions_adddup2(&actions, 20, 1), 0);
    EXPECT_EQ(posix_spawn_file_actions_addclose(&actions, 20), 0);
    EXPECT_EQ(posix_spawn_file_actions_addclose(&actions, 21), 0);      /* is not open */
    char *const echo[] = { "x", "child=echo", "ab", "c ", NULL };
    EXPECT_EQ(posix_spawn(&child, SELF, &actions, NULL, echo, environ), 0);
    EXPECT_EQ(ended(child), GOOD);
    EXPECT_EQ(pread(out, text, sizeof text, 0), 9);
    EXPECT_EQ(strcmp(text, "abc line\n"), 0);
    EXPECT_EQ(posix_spawn_file_actions_destroy(&actions), 0);
    close(out);
    unlink("/in");
    unlink("/out");
}

/* The pipe's end is the caller's no longer when the child looks at it; 10 does not block. */
void a_spawned_program_has_what_the_caller_had(void)
{
    char text[8] = "";
    int ends[2];
    pid_t child = 0;
    posix_spawn_file_actions_t actions;
    EXPECT_EQ(pipe(ends), 0);
    posix_spawn_file_actions_init(&actions);
    EXPECT_EQ(posix_spawn_file_actions_adddup2(&actions, ends[1], 9), 0);
    EXPECT_EQ(posix_spawn_file_actions_addclose(&actions, ends[0]), 0);
    EXPECT_EQ(posix_spawn_file_actions_addclose(&actions, ends[1]), 0);
    EXPECT_EQ(posix_spawn_file_actions_addopen(&actions, 10, SELF, O_RDONLY | O_NONBLOCK, 0), 0);
    EXPECT_EQ(posix_spawn_file_actions_addopen(&actions, 11, SELF, O_RDONLY | O_CLOEXEC, 0), 0);
    mode_t mask = umask(027);
    EXPECT_EQ(chdir("/etc"), 0);
    char *const given[] = { "x", "child=given", NULL };
    EXPECT_EQ(posix_spawn(&child, SELF, &actions, NULL, given, environ), 0);
    EXPECT_EQ(chdir("/"), 0);
    umask(mask);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    EXPECT_EQ(read(ends[0], text, sizeof text), 3);     /* the child's end lives */
    EXPECT_EQ(read(ends[0], text, sizeof text), 0);     /* ours does not */
    close(ends[0]);
    EXPECT_EQ(ended(child), GOOD);
}

/* env knows streams, but no descriptors. */
void a_spawned_program_without_descriptors_has_its_streams(void)
{
    char text[16] = "";
    int ends[2];
    pid_t child = 0;
    posix_spawn_file_actions_t actions;
    EXPECT_EQ(pipe(ends), 0);
    posix_spawn_file_actions_init(&actions);
    EXPECT_EQ(posix_spawn_file_actions_adddup2(&actions, ends[1], 1), 0);
    char *const env[] = { "env", NULL };
    EXPECT_EQ(posix_spawn(&child, "/bin/env", &actions, NULL, env, has_environment), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    EXPECT_EQ(read(ends[0], text, sizeof text), 8);
    EXPECT_EQ(strcmp(text, "HAS=yes\n"), 0);
    EXPECT_EQ(read(ends[0], text, sizeof text), 0);
    EXPECT_EQ(ended(child), 0);
    close(ends[0]);
}

void a_spawned_program_may_have_nothing_open(void)
{
    pid_t child = 0;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < 3; i++)
        EXPECT_EQ(posix_spawn_file_actions_addclose(&actions, i), 0);
    char *const nothing[] = { "x", "child=nothing", NULL };
    EXPECT_EQ(posix_spawn(&child, SELF, &actions, NULL, nothing, environ), 0);
    EXPECT_EQ(ended(child), GOOD);
    posix_spawn_file_actions_destroy(&actions);
}

/* fork() could not share a container of whose pages one is none. */
void a_task_that_cannot_fork_spawns(void)
{
    const L4_Word_t control = __hurd_startup_data->physmem_control.cap;
    L4_Word_t container;
    uintptr_t at = 0;
    pid_t child = 0;
    EXPECT_EQ(hurd_pm_container_create(physmem(), control, 0, &container), 0);
    EXPECT_EQ(hurd_pm_container_allocate(physmem(), container, 0, 0, HURD_MM_PAGE, NULL), 0);
    EXPECT_EQ(hurd_vm_map_container(&at, 2 * HURD_MM_PAGE, 0, HURD_PM_READ | HURD_PM_WRITE, container, 0), 0);
    EXPECT_FAILS(fork(), EOPNOTSUPP);
    EXPECT_EQ(posix_spawn(&child, SELF, NULL, NULL, has, has_environment), 0);
    EXPECT_EQ(ended(child), GOOD);
    EXPECT_EQ(hurd_vm_deallocate(at, 2 * HURD_MM_PAGE), 0);
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), container), 0);
}

void spawning_says_what_is_wrong(void)
{
    pid_t child = 4711;
    posix_spawn_file_actions_t actions;
    file_make("/plain", "no program\n", 0755);
    EXPECT_EQ(posix_spawn(&child, "/none", NULL, NULL, has, environ), ENOENT);
    EXPECT_EQ(posix_spawn(&child, "/plain", NULL, NULL, has, environ), ENOEXEC);
    EXPECT_EQ(posix_spawn(&child, "/etc", NULL, NULL, has, environ), EACCES);
    posix_spawn_file_actions_init(&actions);
    EXPECT_EQ(posix_spawn_file_actions_addopen(&actions, DESCRIPTORS, "/in", 0, 0), EBADF);
    EXPECT_EQ(posix_spawn_file_actions_addclose(&actions, -1), EBADF);
    EXPECT_EQ(posix_spawn_file_actions_adddup2(&actions, -1, 1), EBADF);
    EXPECT_EQ(posix_spawn_file_actions_addopen(&actions, 5, "/none", O_RDONLY, 0), 0);
    EXPECT_EQ(posix_spawn(&child, SELF, &actions, NULL, has, environ), ENOENT);
    posix_spawn_file_actions_destroy(&actions);
    EXPECT_EQ(posix_spawn_file_actions_adddup2(&actions, 30, 31), 0);
    EXPECT_EQ(posix_spawn(&child, SELF, &actions, NULL, has, environ), EBADF);
    posix_spawn_file_actions_destroy(&actions);
    EXPECT_EQ(child, 4711);
    EXPECT_EQ(wait(NULL), -1);                  /* no child is left over */
    EXPECT_EQ(errno, ECHILD);
    unlink("/plain");
}

/* The lowest free descriptors, among which the report's pipe is, are those of the actions. */
void the_report_makes_room_for_an_action(void)
{
    pid_t child = 4711;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int i = 3; i < 10; i++)
        EXPECT_EQ(posix_spawn_file_actions_adddup2(&actions, 0, i), 0);
    EXPECT_EQ(posix_spawn(&child, "/none", &actions, NULL, has, environ), ENOENT);
    EXPECT_EQ(posix_spawn(&child, SELF, &actions, NULL, has, has_environment), 0);
    EXPECT_EQ(ended(child), GOOD);
    posix_spawn_file_actions_destroy(&actions);
}

void attributes_are_checked(void)
{
    pid_t child;
    short flags = -1;
    posix_spawnattr_t attributes;
    EXPECT_EQ(posix_spawnattr_init(&attributes), 0);
    EXPECT_EQ(posix_spawnattr_setflags(&attributes, 0x4000), EINVAL);
    EXPECT_EQ(posix_spawnattr_setflags(&attributes, POSIX_SPAWN_RESETIDS), 0);
    EXPECT_EQ(posix_spawnattr_getflags(&attributes, &flags), 0);
    EXPECT_EQ(flags, POSIX_SPAWN_RESETIDS);
    EXPECT_EQ(posix_spawn(&child, SELF, NULL, &attributes, has, has_environment), 0);
    EXPECT_EQ(ended(child), GOOD);
    EXPECT_EQ(posix_spawnattr_destroy(&attributes), 0);
}

/* ---- the forms of exec() ---- */

static void run_form(int form)
{
    switch (form) {
    case 0: execl(SELF, "x", "child=has", "x", NULL); break;
    case 1: execlp("self", "x", "child=has", "x", NULL); break;
    case 2: execle(SELF, "x", "child=has", "x", NULL, has_environment); break;
    case 3: execv(SELF, has); break;
    case 4: execvp("self", has); break;
    case 5: execvpe("self", has, has_environment); break;
    }
    _exit(errno);
}

void each_form_of_exec_passes_what_it_gets(void)
{
    setenv("PATH", "/bin:/", 1);
    for (int form = 0; form < 6; form++) {
        if (form == 2 || form == 5)
            unsetenv("HAS");
        else
            setenv("HAS", "yes", 1);
        pid_t child = fork();
        if (child == 0)
            run_form(form);
        EXPECT_EQ(ended(child), GOOD);
    }
    unsetenv("HAS");
    unsetenv("PATH");
}

void a_program_is_searched_for_in_the_path(void)
{
    pid_t child = 0;
    EXPECT_FAILS(execlp("self", "x", NULL), ENOENT);        /* not in /bin */
    EXPECT_FAILS(execvp("", has), ENOENT);
    EXPECT_FAILS(execvp(NULL, has), EFAULT);
    EXPECT_FAILS(execvp("/etc", has), EACCES);
    setenv("PATH", "/none:/etc:/", 1);
    EXPECT_EQ(posix_spawnp(&child, "self", NULL, NULL, has, has_environment), 0);
    EXPECT_EQ(ended(child), GOOD);
    EXPECT_FAILS(execvp("etc", has), EACCES);
    EXPECT_FAILS(execvp("none", has), ENOENT);
    setenv("PATH", "", 1);                                  /* the current directory */
    EXPECT_EQ(posix_spawnp(&child, "self", NULL, NULL, has, has_environment), 0);
    EXPECT_EQ(ended(child), GOOD);
    unsetenv("PATH");
}
