/* SPDX-License-Identifier: MIT */
/* `mount DISK DIRECTORY`: a second file server, in an address space of its own.  The server of the
 * directory gets to know it (hurd/dir.h, dir_mount) and sends clients there.  A thread of ours
 * waits for its end, starts it again, and tells the directory's server.  If the directory's server
 * ends, its next one is started with the words for what it covers.  Before: filecommands.c, root.c.
 * After: programs.c, lib/file. */
#include "mounts.h"
#include "claims.h"
#include "lib/shell/language.h"
#include "disks.h"
#include "shell.h"
#include "root.h"

#include <errno.h>
#include <mutex.h>
#include <stdio.h>
#include <string.h>

#include <hurd/cap.h>
#include <hurd/startup.h>
#include <hurd/mm.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4/thread.h>

#define SERVER "ext2fs"

enum {
    SERVER_FRAMES = 640,
    MOUNTS = 4,
    PATH_MOST = MOUNTS_WORDS / MOUNTS - 10,     /* beside a thread's id and two zeros */
    VAIN_STARTS = 5,                    /* starts in a row without serving: then init gives up */
    PAUSE = 10000,                      /* us */
    PATIENCE = 30000000,                /* us, for an answer that takes no disk */
};

static struct mount {
    bool used;                          /* the shell's; all else is the watchers', too */
    char disk[24], path[PATH_MOST + 1];
    struct program server;              /* the present one */
    L4_ThreadId_t root;                 /* the server of "/" */
    L4_ThreadId_t parent;               /* the server of the directory; nil: none covers it */
    L4_ThreadId_t known;                /* to which the parent sends clients */
    L4_ThreadId_t told;                 /* the same, as the parent's next server was told when it
                                           was started; nil: no such server is on its way */
    struct hurd_deva_extent sectors;
    L4_ThreadId_t watcher;
    volatile enum { DOWN, STARTING, UP } state;
    volatile bool ending;               /* the server is meant to end */
} mounts[MOUNTS];

/* Of parent, known, told and root.  Its holder waits for servers that serve, and not for starts. */
static struct mutex lock;

static L4_ThreadId_t task_server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

/* ---- file servers ---- */

static void server_kill(struct mount *m)
{
    hurd_task_destroy(task_server(), m->server.handle, 1);
}

/* NULL, or why not. */
static const char *server_start(struct mount *m)
{
    char argz[PATH_MOST + 80 + MOUNTS_WORDS];
    size_t length = sizeof SERVER;
    memcpy(argz, SERVER, length);
    length += (size_t) snprintf(argz + length, sizeof argz - length, "%.20s", m->disk) + 1;
    length += (size_t) snprintf(argz + length, sizeof argz - length, "%lx", m->root.raw) + 1;
    length += (size_t) snprintf(argz + length, sizeof argz - length, "%s", m->path) + 1;
    length += mounts_words(argz + length, sizeof argz - length, m->known, m->path);
    int err = program_start(argz, length, SERVER_FRAMES, &m->server);
    if (err)
        return err == ENOENT ? "there is no program " SERVER : strerror(err);
    err = program_give_sectors(&m->server, &m->sectors);
    if (!err)
        return NULL;
    server_kill(m);
    hurd_task_release(task_server(), m->server.handle);
    return strerror(err);
}

/* It answers when it has mounted the disk.  EIO: it has ended. */
static int server_answers(const struct mount *m)
{
    return hurd_cap_rpc(m->server.thread, HURD_FS_SLOT, 0, NULL, 0, NULL, NULL);
}

/* ---- the directory's server ---- */

/* Pre for all: the lock is held. */
static int attach(struct mount *m, const struct file *directory)
{
    const L4_Word_t in[] = { directory->handle, m->server.thread.raw };
    int err = hurd_cap_rpc(directory->server, HURD_DIR_MOUNT, 2, in, 0, NULL, NULL);
    m->parent = directory->server;
    m->known = m->server.thread;
    return err;
}

/* A server that does not answer must not keep the lock.  EIO: so it is, or it has ended. */
static int tell(L4_ThreadId_t server, unsigned label, unsigned n, const L4_Word_t *in)
{
    L4_Word_t err = EIO;
    L4_LoadMR(0, L4_MakeTag(label, n, 0).raw);
    L4_LoadMRs(1, (int) n, (L4_Word_t *) in);
    L4_MsgTag_t tag = L4_Call_Timeouts(server, L4_TimePeriod(PATIENCE), L4_TimePeriod(PATIENCE));
    if (L4_IpcFailed(tag))
        return EIO;
    if (L4_Label(tag) == HURD_CAP_ERROR && L4_UntypedWords(tag) > 0)
        L4_StoreMR(1, &err);
    return L4_Label(tag) == 0 ? 0 : (int) err;
}

static int cover(L4_ThreadId_t parent, L4_ThreadId_t known, L4_ThreadId_t next)
{
    const L4_Word_t in[] = { known.raw, next.raw };
    return tell(parent, HURD_FS_COVER, 2, in);
}

static void say_above(const struct mount *m)
{
    tell(m->known, HURD_FS_ABOVE, 1, &m->root.raw);
}

/* If the parent has ended, its next server learns of ours by adopt(). */
static int attach_again(struct mount *m)
{
    int err = L4_IsNilThread(m->parent) ? 0 : cover(m->parent, m->known, m->server.thread);
    if (err && err != EIO)
        return err;
    m->known = m->server.thread;
    say_above(m);                       /* it was started before "/" had its present server */
    return 0;
}

static void detach(struct mount *m)
{
    if (!L4_IsNilThread(m->parent))
        cover(m->parent, m->known, L4_nilthread);
    m->state = DOWN;
}

/* ---- a server that covered directories of one that has ended ---- */

/* The directory's path from the root of what is in `above`; NULL: it is not below that. */
static const char *path_below(const char *path, const char *above)
{
    size_t length = strlen(above);
    return strncmp(path, above, length) || path[length] != '/' ? NULL : path + length + 1;
}

size_t mounts_words(char *argz, size_t size, L4_ThreadId_t old, const char *path)
{
    size_t length = 0;
    mutex_lock(&lock);
    for (struct mount *m = mounts; m < mounts + MOUNTS && !L4_IsNilThread(old); m++) {
        const char *rest = path_below(m->path, path);
        if (!m->used || m->state == DOWN || !L4_IsThreadEqual(m->parent, old) || !rest)
            continue;
        m->told = m->known;
        length += (size_t) snprintf(argz + length, size - length, "%lx", m->told.raw) + 1;
        length += (size_t) snprintf(argz + length, size - length, "%s", rest) + 1;
    }
    mutex_unlock(&lock);
    return length;
}

/* The parent's next server has covered the directory by mounts_words(), or could not. */
static void adopt(struct mount *m, L4_ThreadId_t parent)
{
    if (m->state == DOWN)
        cover(parent, m->told, L4_nilthread);
    int err = m->state == DOWN ? 0
              : L4_IsNilThread(m->told) ? ENOENT : cover(parent, m->told, m->known);
    m->told = L4_nilthread;
    m->parent = err && err != EIO ? L4_nilthread : parent;
    if (err && err != EIO)
        printf("init: %s is not mounted in %s again: %s; `umount %s` ends its server\n", m->disk,
               m->path, strerror(err), m->path);
    else if (!err && m->state != DOWN)
        printf("init: %s is mounted in %s again\n", m->disk, m->path);
}

void mounts_adopt(L4_ThreadId_t old, L4_ThreadId_t next, bool is_root)
{
    hurd_cap_rpc(next, HURD_FS_SLOT, 0, NULL, 0, NULL, NULL);   /* answered when it serves */
    mutex_lock(&lock);
    for (struct mount *m = mounts; m < mounts + MOUNTS; m++) {
        if ((m->used || !L4_IsNilThread(m->told)) && L4_IsThreadEqual(m->parent, old))
            adopt(m, next);
        if (is_root && m->used && m->state != DOWN) {
            m->root = next;
            say_above(m);
        }
    }
    mutex_unlock(&lock);
}

/* ---- the watcher ---- */

/* Waits for the server's end.  True: it is to be started again. */
static bool server_wait(struct mount *m)
{
    L4_Word_t status = 0, reason = 0;
    int err = hurd_task_wait(task_server(), m->server.handle, 0, &status, &reason);
    bool again = !err && !m->ending && !(reason == HURD_TASK_EXITED && status == 0);
    if (again)
        m->state = STARTING;
    hurd_task_release(task_server(), m->server.handle);
    if (again)
        printf("init: " SERVER " of %s %s\n", m->path, program_outcome(status, reason));
    return again;
}

/* The next server, known to the parent; or why there is none. */
static const char *server_next(struct mount *m)
{
    for (unsigned i = 0; i < VAIN_STARTS; i++) {
        L4_Sleep(L4_TimePeriod(PAUSE));
        const char *problem = server_start(m);
        if (problem)
            return problem;
        L4_ThreadId_t old = m->known;
        int err = server_answers(m);
        mutex_lock(&lock);
        if (!err)
            err = attach_again(m);
        mutex_unlock(&lock);
        if (!err) {
            mounts_adopt(old, m->known, false);
            return NULL;
        }
        server_kill(m);
        hurd_task_release(task_server(), m->server.handle);
        if (err != EIO)
            return strerror(err);
    }
    return "it ends before it serves";
}

static void watch(void *argument)
{
    struct mount *m = argument;
    while (server_wait(m)) {
        const char *problem = server_next(m);
        if (problem) {
            printf("init: " SERVER " of %s is not started again: %s\n", m->path, problem);
            break;
        }
        printf("init: " SERVER " of %s is started again\n", m->path);
        m->state = UP;
    }
    claims_end(m->sectors.disk, m->sectors.first);
    mutex_lock(&lock);
    detach(m);
    mutex_unlock(&lock);
}

bool mounts_watch(void)
{
    L4_ThreadId_t self = L4_Myself();
    for (const struct mount *m = mounts; m < mounts + MOUNTS; m++) {
        if (m->state != DOWN && L4_IsThreadEqual(self, m->watcher))
            return true;
    }
    return false;
}

/* ---- mount ---- */

/* EIO: the server has ended. */
static int statfs_of(const struct mount *m, struct hurd_fs_statfs *s)
{
    struct files *files;
    int err = files_of(root_mounted(), m->server.thread, &files);
    return err ? err : files_statfs(files, s);
}

/* Waits until a server that is being started serves, or has failed; or until Ctrl-C. */
static void dead_forget(void)
{
    for (struct mount *m = mounts; m < mounts + MOUNTS; m++) {
        while (m->used && m->state == STARTING && !shell_interrupted())
            L4_Sleep(L4_TimePeriod(PAUSE));
        m->used = m->used && m->state != DOWN;
    }
}

static struct mount *mount_free(void)
{
    for (struct mount *m = mounts; m < mounts + MOUNTS; m++) {
        if (!m->used && L4_IsNilThread(m->told))
            return m;
    }
    return NULL;
}

/* The server runs: it is attached, and watched from now on. */
static int mount_attach(struct mount *m, const struct file *directory)
{
    int err = server_answers(m);
    if (err)
        return err;
    mutex_lock(&lock);
    err = attach(m, directory);
    m->ending = false;
    if (!err) {
        m->state = UP;
        err = hurd_thread_start(&m->watcher, watch, m, 0);
        if (err)
            detach(m);
    }
    m->used = !err;
    mutex_unlock(&lock);
    return err;
}

static const char *mount_in(struct mount *m, const struct file *directory)
{
    static char text[64];
    const struct hurd_deva_extent *part = &m->sectors;
    const char *use = claims_make(part->disk, part->first, part->sectors, "is mounted");
    if (use) {
        snprintf(text, sizeof text, "a part of it %s", use);
        return text;
    }
    m->root = root_mounted()->server;
    m->known = L4_nilthread;
    const char *problem = server_start(m);
    int err = problem ? 0 : mount_attach(m, directory);
    if (!problem && !err)
        return NULL;
    if (!problem) {
        server_kill(m);
        hurd_task_release(task_server(), m->server.handle);
        problem = err == EIO ? "the file server has said why not, or has failed" : strerror(err);
    }
    claims_end(part->disk, part->first);
    return problem;
}

static const char *mount(const char *disk, const char *path)
{
    struct file directory;
    if (*path != '/' || strlen(path) > PATH_MOST)
        return "the directory must be a whole path, from / on, of 100 letters at most";
    if (!strcmp(disk, "ram"))
        return "the RAM disk with its few files can be the root only";
    dead_forget();
    struct mount *m = mount_free();
    if (!m)
        return "there are too many file systems";
    const char *problem = disks_parse(disk, &m->sectors);
    if (problem)
        return problem;
    int err = file_open(root_mounted(), &directory, path, HURD_DIR_DIRECTORY, 0);
    if (err)
        return error_text(err);
    strcpy(m->path, path);
    snprintf(m->disk, sizeof m->disk, "%s", disk);
    problem = mount_in(m, &directory);
    file_close(&directory);
    return problem;
}

void mounts_make(const char *disk, const char *path)
{
    if (!strcmp(path, "/")) {
        root_mount(disk);
        return;
    }
    if (!root_mounted()) {
        complain("mount: there is no directory %s, because nothing is mounted: "
                 "`mount DISK` first\n", path);
        return;
    }
    const char *problem = mount(disk, path);
    if (problem)
        complain("mount: %s is not mounted in %s: %s\n", disk, path, problem);
}

/* ---- umount ---- */

static int end(struct mount *m, bool kill)
{
    struct files *files;
    m->ending = true;
    int err = files_of(root_mounted(), m->server.thread, &files);
    if (!err)
        err = files_end(files);
    if (err && err != EIO && !kill) {
        m->ending = false;
        return err;
    }
    if (err)
        server_kill(m);
    while (m->state != DOWN && !shell_interrupted())
        L4_Sleep(L4_TimePeriod(PAUSE));
    m->used = m->state != DOWN;
    return m->used ? EINTR : 0;
}

/* The file system that is mounted in one of this server; NULL: there is none. */
static const struct mount *mount_in_server(L4_ThreadId_t server)
{
    for (const struct mount *m = mounts; m < mounts + MOUNTS; m++) {
        if (m->used && m->parent.raw == server.raw)
            return m;
    }
    return NULL;
}

void mounts_say_busy(const char *path, L4_ThreadId_t server, int err)
{
    const struct mount *inner = mount_in_server(server);
    if (err != EBUSY)
        complain("umount: %s: %s\n", path, error_text(err));
    else if (inner)
        complain("umount: %s is busy: a file system is mounted in it; `umount %s` first\n", path,
                 inner->path);
    else
        complain("umount: %s is busy: programs that run have files of it open, or came from it\n",
                 path);
}

static bool holds_shell(const struct mount *m)
{
    return root_mounted()->at->server.raw == m->server.thread.raw;
}

void mounts_end(const char *path)
{
    dead_forget();
    for (struct mount *m = mounts; m < mounts + MOUNTS; m++) {
        if (!m->used || strcmp(m->path, path))
            continue;
        if (holds_shell(m)) {
            complain("umount: %s is in use: the shell's current directory is in it; `cd /` first\n",
                     path);
            return;
        }
        int err = end(m, false);
        if (err)
            mounts_say_busy(path, m->server.thread, err);
        return;
    }
    complain("umount: nothing is mounted in %s; `mount` says what is\n", path);
}

/* The last one first: it may be in another one. */
void mounts_end_all(void)
{
    dead_forget();
    for (struct mount *m = mounts + MOUNTS; m-- > mounts; ) {
        if (m->used)
            end(m, true);
    }
}

/* ---- all of them ---- */

void mounts_sync(void)
{
    struct files *files;
    dead_forget();
    for (struct mount *m = mounts; m < mounts + MOUNTS; m++) {
        if (m->used && !files_of(root_mounted(), m->server.thread, &files))
            files_sync(files);
    }
}

bool mounts_next(unsigned *n, struct mounted *mounted)
{
    dead_forget();
    while (*n < MOUNTS && !mounts[*n].used)
        ++*n;
    if (*n == MOUNTS)
        return false;
    const struct mount *m = &mounts[(*n)++];
    mounted->path = m->path;
    mounted->err = statfs_of(m, &mounted->statfs);
    return true;
}
