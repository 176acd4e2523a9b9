/* SPDX-License-Identifier: MIT */
/* posix_spawn(): a new task with the program, which the caller fits out.  The file actions are done
 * on a list of what the child will have open; files are opened here.  Tickets of all this go to the
 * child (start.h), and the caller waits until they are claimed, because a ticket ends with its
 * handle.  Next hops: start.c, lib/file/program.c, `task`. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/cap.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/thread.h>

#include "lib/file/program.h"
#include "lib/posix/start.h"

enum {
    PATIENCE_US = 2000000,              /* for a child that hangs before it begins */
    PART = 2,                           /* the child gets a half of the frames that are left */
};

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

/* ---- file actions ---- */

/* What the child gets, and files that are open only until it has them. */
struct plan {
    struct given given;
    unsigned count;
    struct description opened[];
};

static unsigned opens_of(const posix_spawn_file_actions_t *actions)
{
    unsigned n = 0;
    for (const struct posix_spawn_action *a = actions ? actions->first : NULL; a; a = a->next)
        n += a->kind == OPEN;
    return n;
}

static int open_to(struct plan *plan, const struct posix_spawn_action *action)
{
    struct description *d = &plan->opened[plan->count];
    plan->given.at[action->descriptor].open = false;
    int err = description_open(action->path, action->flags, action->mode, d);
    if (err)
        return err;
    plan->count++;
    plan->given.at[action->descriptor].open = true;
    plan->given.at[action->descriptor].close_on_exec = action->flags & O_CLOEXEC;
    plan->given.at[action->descriptor].d = *d;
    return 0;
}

/* To close what is not open is no error.  A copy onto itself stays open in the child. */
static int action_do(struct plan *plan, const struct posix_spawn_action *action)
{
    struct given *g = &plan->given;
    switch (action->kind) {
    case OPEN:
        return open_to(plan, action);
    case DUP2:
        if (!g->at[action->from].open)
            return EBADF;
        g->at[action->descriptor] = g->at[action->from];
        g->at[action->descriptor].close_on_exec = false;
        return 0;
    default:
        g->at[action->descriptor].open = false;
        return 0;
    }
}

static int plan_make(struct plan *plan, const posix_spawn_file_actions_t *actions)
{
    const struct posix_spawn_action *action = actions ? actions->first : NULL;
    int err = 0;
    for (int i = 0; i < DESCRIPTORS; i++)
        plan->given.at[i].open = descriptor_look(i, &plan->given.at[i].d,
                                                 &plan->given.at[i].close_on_exec);
    for (; action && !err; action = action->next)
        err = action_do(plan, action);
    return err;
}

static void plan_end(struct plan *plan)
{
    while (plan->count > 0) {
        const struct description *d = &plan->opened[--plan->count];
        hurd_cap_drop(d->server, d->handle);
    }
    free(plan);
}

/* ---- the child ---- */

struct request {
    const struct plan *plan;
    char *const *argv, *const *envp;
    struct hurd_task_created created;
    bool waits;
};

static L4_Word_t frames_for_child(void)
{
    const struct hurd_startup_cap control = __hurd_startup_data->physmem_control;
    struct hurd_pm_control_info info;
    if (hurd_pm_control_info(L4_ThreadIdOfRaw(control.server), control.cap, &info))
        return 0;
    return info.guarantee > info.used ? (info.guarantee - info.used) / PART : 0;
}

static int strings_make(struct request *r, struct strings *s, size_t *arguments)
{
    s->length = 0;
    int err = strings_add_arguments(s, r->argv);
    *arguments = s->length;
    if (!err)
        err = start_given(&r->plan->given, L4_MyGlobalId(), s->bytes + s->length,
                          sizeof s->bytes - s->length, &r->waits);
    if (err)
        return err;
    strings_add_start(s);
    return strings_add_all(s, r->envp);
}

static int start(const char *path, struct request *r, struct strings *s)
{
    struct files *files;
    size_t arguments;
    int err = posix_files(&files);
    if (!err)
        err = strings_make(r, s, &arguments);
    if (err)
        return err;
    const struct files_program program = { .path = path,
                                           .argz = s->bytes,
                                           .argz_len = arguments,
                                           .envz = s->bytes + arguments,
                                           .envz_len = s->length - arguments,
                                           .frames = frames_for_child(),
                                           .child = true };
    return files_start(files, &program, &r->created);
}

static int try(const char *path, void *request)
{
    return start(path, request, &strings_of_start);
}

static int try_only(const char *path, int (*one)(const char *path, void *context), void *request)
{
    return path ? one(path, request) : EFAULT;
}

typedef int search_function(const char *, int (*)(const char *, void *), void *);

/* Pre: the lock is held.  It stays so until the child has what is the caller's now. */
static int spawn_locked(search_function *search, const char *path,
                        const posix_spawn_file_actions_t *actions, struct request *r)
{
    struct plan *plan = malloc(sizeof *plan + opens_of(actions) * sizeof plan->opened[0]);
    if (!plan)
        return ENOMEM;
    plan->count = 0;
    r->plan = plan;
    int err = plan_make(plan, actions);
    if (!err)
        err = search(path, try, r);
    if (!err && r->waits)
        L4_Receive_Timeout(r->created.thread, L4_TimePeriod(PATIENCE_US));
    plan_end(plan);
    return err;
}

static int spawn(search_function *search, pid_t *pid, const char *path,
                 const posix_spawn_file_actions_t *actions, char *const argv[], char *const envp[])
{
    struct request r = { .argv = argv, .envp = envp };
    if (!argv)
        return EFAULT;
    posix_lock();
    int err = spawn_locked(search, path, actions, &r);
    posix_unlock();
    if (!err && pid)
        *pid = (pid_t) r.created.id;
    return err;
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
    (void) attributes;
    return spawn(try_only, pid, path, actions, argv, envp);
}

int posix_spawnp(pid_t *pid, const char *name, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
    (void) attributes;
    return spawn(exec_search, pid, name, actions, argv, envp);
}
