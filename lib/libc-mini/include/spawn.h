/* SPDX-License-Identifier: MIT */
/* POSIX: starts a program as a child, in lib/posix: a new task, for which the caller does the file
 * actions.  Nothing of the caller's memory is copied, so a task that cannot fork() can spawn. */
#ifndef LIBC_SPAWN_H
#define LIBC_SPAWN_H

#include <sys/types.h>

struct posix_spawn_action;              /* spawn.c */

typedef struct {
    struct posix_spawn_action *first, *last;
} posix_spawn_file_actions_t;

typedef struct {
    short flags;
} posix_spawnattr_t;

/* There are no users and no scheduling classes, and a new program has no signal handlers: flags are
 * kept and change nothing. */
#define POSIX_SPAWN_RESETIDS    0x01
#define POSIX_SPAWN_SETSIGDEF   0x04
#define POSIX_SPAWN_SETSIGMASK  0x08

/* *pid: the child, for waitpid(); pid may be NULL.  Actions and attributes may be NULL.  Returns 0
 * or an error of execve(), of the new task (EAGAIN, ENOMEM), or of the action that failed; then
 * there is no child. */
int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]);
/* Looks for the program in the directories of PATH if there is no / in its name. */
int posix_spawnp(pid_t *pid, const char *name, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]);

/* What the child does with its descriptors, in this order.  EBADF: a descriptor is out of range.
 * ENOMEM. */
int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions);
int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions);
int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions, int descriptor,
                                     const char *path, int flags, mode_t mode);
int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int descriptor);
int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int from, int to);

int posix_spawnattr_init(posix_spawnattr_t *attributes);
int posix_spawnattr_destroy(posix_spawnattr_t *attributes);
int posix_spawnattr_getflags(const posix_spawnattr_t *attributes, short *flags);
int posix_spawnattr_setflags(posix_spawnattr_t *attributes, short flags);   /* EINVAL */

#endif
