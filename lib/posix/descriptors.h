/* SPDX-License-Identifier: MIT */
/* What the files of lib/posix share: file descriptors, and the one connection with the file server.
 * All functions here return 0 or an errno, and those with a descriptor EBADF. */
#ifndef POSIX_DESCRIPTORS_H
#define POSIX_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <hurd/task.h>

#include "lib/file/files.h"

enum {
    DESCRIPTORS = 64,                   /* of a program: 0 to 63 */
    DESCRIPTION_CONSOLE = 0020620,      /* mode of one that is the console */
};

enum description_kind {
    CONSOLE,                            /* the task's console of deva */
    STREAM,                             /* a pipe: bytes in messages, in their order */
    CONTENTS,                           /* a file or directory of the file server */
};

struct window;

/* What open() makes.  Several descriptors may name it: dup(), dup2(). */
struct description {
    enum description_kind kind;
    unsigned users;                     /* descriptors that name it, and calls under way */
    L4_ThreadId_t server;
    L4_Word_t handle;
    L4_Word_t mode;                     /* with the type */
    unsigned flags;                     /* O_ flags that it was opened with, or has since fcntl() */
    bool appends_here;                  /* O_APPEND is fcntl()'s: the server does not know of it */
    L4_Word_t ticket;                   /* during fork(): for the child */
    L4_Word_t inode;                    /* 0: not known */
    struct window *window;              /* NULL: it has none yet (window.c) */
};

/* The lock of the table and of the connection.  No thread that holds it waits for a console. */
void posix_lock(void);
void posix_unlock(void);

/* The connection, made now if it is not there yet.  Pre: the lock is held.  ENODEV: there is no
 * file system. */
int posix_files(struct files **files);
/* The same with that server, which is that of an open file.  EIO: it has ended. */
int posix_files_of(L4_ThreadId_t server, struct files **files);

/* ---- window.c.  Pre: the lock is held ---- */
/* Is the file mapped, for reads of this size? */
bool window_ready(struct description *d, size_t size);
/* EAGAIN: the bytes are to be read at *where in the ordinary way. */
int window_read(const struct description *d, uint8_t *data, L4_Word_t size, uint64_t position,
                L4_Word_t *bytes, uint64_t *where);
void window_close(struct description *d);   /* the map may stay */
void windows_unmap(void);                   /* no map stays */

/* A description cannot go away between take and put. */
int description_take(int descriptor, struct description **d);
void description_put(struct description *d);
/* The same for the lock's holder, which needs no put as long as it holds it. */
int description_of(int descriptor, struct description **d);
/* The end of a use, for the lock's holder. */
void description_release(struct description *d);

extern unsigned descriptors_sync;       /* not 0: some descriptor has had O_SYNC */

/* A new description, and the lowest free descriptor from `least` up for it.  Pre: the lock is held.
 * EMFILE, ENOMEM. */
int descriptor_make(const struct description *contents, int least, bool close_on_exec,
                    int *descriptor);

/* What a descriptor names, to look at.  False: it is closed.  Pre: as above. */
bool descriptor_look(int descriptor, struct description *d, bool *close_on_exec);

/* names.c: open() without a descriptor.  Pre: as above.  Errors of open(). */
int description_open(const char *path, int flags, mode_t mode, struct description *d);

/* With a descriptor.  fifo: what is opened is one.  Then, without the lock, the result of open():
 * a FIFO waits for its other end. */
int descriptor_open(const char *path, int flags, mode_t mode, int *descriptor, bool *fifo);
int descriptor_opened(int error, bool fifo, int descriptor);
/* access() to what there is, by its mode.  Pre: the lock is not held.  -1 and errno. */
struct stat;
int access_allowed(const struct stat *s, int mode);

/* names.c: one request to the file that a path names; word 0 of it is the file.  Pre: the lock is
 * held. */
int posix_path_ask(struct files *files, const char *path, int follow, unsigned label, unsigned n,
                   L4_Word_t *in);

/* transfer.c: words 1 to 4 of HURD_FILE_UTIMES.  NULL: now.  EINVAL: no times. */
struct timespec;
int posix_times(const struct timespec *times, L4_Word_t in[5]);

/* exec.c: arguments and environment, one behind the other; the first string of the environment is
 * for the program's start. */
struct strings {
    size_t length;
    char bytes[HURD_TASK_TEXT_MAX];
};
extern struct strings strings_of_start;         /* under the lock; what is written takes pages */
int strings_add_all(struct strings *s, char *const vector[]);
/* A program has a name, even if its caller gave none. */
int strings_add_arguments(struct strings *s, char *const argv[]);
/* start.h has just written a string behind the others. */
void strings_add_start(struct strings *s);

/* execs.c: looks for a program in the directories of PATH.  `try` returns an errno; if that says
 * that the program is not there, it is called with the next path.  Returns the errno. */
int exec_search(const char *name, int (*try)(const char *path, void *context), void *context);

/* locks.c: fcntl() for locks. */
struct flock;
int lock_ask(int descriptor, int command, struct flock *lock);

/* Another name for an open file with this handle.  False: there is none.  Pre: as above. */
bool descriptor_share(L4_ThreadId_t server, L4_Word_t handle, int descriptor);

/* Of umask(), names.c. */
extern mode_t posix_mask;

/* errno = error, and -1; or 0. */
int posix_result(int error);

#endif
