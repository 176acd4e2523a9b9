/* SPDX-License-Identifier: MIT */
/* posix_spawn(): a child of fork() does the file actions and then execve().  If something fails
 * there, its errno comes back through a pipe, which closes when execve() succeeds. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/posix/descriptors.h"

enum { NOT_STARTED = 127, BEHIND_STREAMS = 3 };

struct posix_spawn_action {
    struct posix_spawn_action *next;
    enum { OPEN, CLOSE, DUP2 } kind;
    int descriptor;                     /* the one that changes */
    int from;                           /* DUP2 */
    int flags;                          /* OPEN, with mode and path */
    mode_t mode;
    char path[];
};

/* ---- lists of actions ---- */

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
    *actions = (posix_spawn_file_actions_t) { NULL, NULL };
    return 0;
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
    while (actions->first) {
        struct posix_spawn_action *action = actions->first;
        actions->first = action->next;
        free(action);
    }
    actions->last = NULL;
    return 0;
}

static bool in_range(int descriptor)
{
    return descriptor >= 0 && descriptor < DESCRIPTORS;
}

static int action_add(posix_spawn_file_actions_t *actions, struct posix_spawn_action contents,
                      const char *path)
{
    if (!in_range(contents.descriptor) || !in_range(contents.from))
        return EBADF;
    struct posix_spawn_action *action = malloc(sizeof *action + strlen(path) + 1);
    if (!action)
        return ENOMEM;
    *action = contents;
    strcpy(action->path, path);
    if (actions->last)
        actions->last->next = action;
    else
        actions->first = action;
    actions->last = action;
    return 0;
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions, int descriptor,
                                     const char *path, int flags, mode_t mode)
{
    const struct posix_spawn_action action = { .kind = OPEN, .descriptor = descriptor,
                                               .flags = flags, .mode = mode };
    return action_add(actions, action, path);
}

int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int descriptor)
{
    return action_add(actions,
                      (struct posix_spawn_action) { .kind = CLOSE, .descriptor = descriptor }, "");
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int from, int to)
{
    const struct posix_spawn_action action = { .kind = DUP2, .descriptor = to, .from = from };
    return action_add(actions, action, "");
}

/* ---- attributes ---- */

int posix_spawnattr_init(posix_spawnattr_t *attributes)
{
    attributes->flags = 0;
    return 0;
}

int posix_spawnattr_destroy(posix_spawnattr_t *attributes)
{
    (void) attributes;
    return 0;
}

int posix_spawnattr_getflags(const posix_spawnattr_t *attributes, short *flags)
{
    *flags = attributes->flags;
    return 0;
}

int posix_spawnattr_setflags(posix_spawnattr_t *attributes, short flags)
{
    if (flags & ~(POSIX_SPAWN_RESETIDS | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        return EINVAL;
    attributes->flags = flags;
    return 0;
}

/* ---- the child ---- */

static bool open_at(const struct posix_spawn_action *action)
{
    close(action->descriptor);
    int opened = open(action->path, action->flags, action->mode);
    if (opened < 0 || opened == action->descriptor)
        return opened >= 0;
    bool good = dup2(opened, action->descriptor) >= 0;
    close(opened);
    return good;
}

/* A copy of a descriptor onto itself stays open behind execve(). */
static bool copy_to(int from, int to)
{
    return dup2(from, to) >= 0 && (from != to || fcntl(to, F_SETFD, 0) == 0);
}

/* To close what is not open is no error. */
static bool action_do(const struct posix_spawn_action *action)
{
    switch (action->kind) {
    case OPEN:
        return open_at(action);
    case DUP2:
        return copy_to(action->from, action->descriptor);
    default:
        close(action->descriptor);
        return true;
    }
}

/* The pipe's end makes room for a descriptor that an action wants. */
static bool report_moves(const struct posix_spawn_action *action, int *report)
{
    if (action->descriptor != *report)
        return true;
    int moved = fcntl(*report, F_DUPFD_CLOEXEC, BEHIND_STREAMS);
    if (moved < 0)
        return false;
    close(*report);
    *report = moved;
    return true;
}

static bool actions_do(const posix_spawn_file_actions_t *actions, int *report)
{
    const struct posix_spawn_action *action = actions ? actions->first : NULL;
    while (action && report_moves(action, report) && action_do(action))
        action = action->next;
    return !action;
}

typedef int exec_function(const char *, char *const[], char *const[]);

static _Noreturn void child(exec_function *exec, const char *path,
                            const posix_spawn_file_actions_t *actions, char *const argv[],
                            char *const envp[], int report)
{
    if (actions_do(actions, &report))
        exec(path, argv, envp);
    int error = errno;
    write(report, &error, sizeof error);
    _exit(NOT_STARTED);
}

/* ---- the parent ---- */

static int report_pipe(int ends[2])
{
    if (pipe(ends))
        return errno;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
}

static int spawn(exec_function *exec, pid_t *pid, const char *path,
                 const posix_spawn_file_actions_t *actions, char *const argv[], char *const envp[])
{
    int ends[2], before = errno, error = report_pipe(ends);
    if (error)
        return error;
    pid_t made = fork();
    if (made == 0) {
        close(ends[0]);
        child(exec, path, actions, argv, envp, ends[1]);
    }
    int fork_error = errno;
    close(ends[1]);
    if (made < 0)
        error = fork_error;
    else if (read(ends[0], &error, sizeof error) == sizeof error)
        waitpid(made, NULL, 0);
    else
        error = 0;
    close(ends[0]);
    if (!error && pid)
        *pid = made;
    errno = before;
    return error;
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
    (void) attributes;
    return spawn(execve, pid, path, actions, argv, envp);
}

int posix_spawnp(pid_t *pid, const char *name, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
    (void) attributes;
    return spawn(execvpe, pid, name, actions, argv, envp);
}
