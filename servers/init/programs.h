/* SPDX-License-Identifier: MIT */
/* The archive of programs, and the programs that run. */
#ifndef INIT_PROGRAMS_H
#define INIT_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>

#include <l4/types.h>

#include "lib/file/files.h"

#define PROGRAM_NAME 24
enum { PROGRAM_STREAMS = 3 };   /* 0 input, 1 output, 2 errors, which may be the output's file */

/* The member of the archive that is no program: a line "NAME<tab>WHAT IT DOES" for each. */
#define PROGRAMS_LIST "programs.txt"
#define PROGRAMS_ROOT "root.img"        /* the file system that a RAM disk starts with */

struct program {
    L4_Word_t task;             /* its task id */
    L4_ThreadId_t thread;       /* its first thread */
    L4_Word_t handle;           /* our capability for it; dropped when its end was reported */
    char name[PROGRAM_NAME];
    struct file stream[PROGRAM_STREAMS];        /* that init opened for it; files == NULL: none.
                                                   They are closed when its end was reported */
};

/* Maps the archive that wortel gave us.  Returns 0 or an errno. */
int programs_init(void);

/* Returns the next program's name and size, NULL at the end; *offset starts at 0. */
const char *programs_next(size_t *offset, size_t *size);
bool programs_have(const char *name);
/* Returns a file of the archive that is no program; NULL: there is none. */
const void *programs_file(const char *name, size_t *size);

/* Returns the number of frames that init may still give away. */
L4_Word_t programs_left(void);

/* Returns what the program does, in a few words, from the archive's list: *size bytes, without a
 * zero at the end.  NULL: the list does not have it. */
const char *programs_about(const char *name, size_t *size);

/* Returns the frames of a program for which no number is given: so many eighths of what is
 * unassigned. */
L4_Word_t programs_share(unsigned eighths);

/* Starts the program of the archive that the argz names, with `frames` guaranteed.  Returns 0 or an
 * errno. */
int program_start(const char *argz, size_t length, L4_Word_t frames, struct program *program);

/* The same with a program of deva's archive of drivers. */
int program_start_driver(const char *argz, size_t length, L4_Word_t frames,
                         struct program *program);
/* The same for what a user types: a name with a slash is a file; another one is looked up in /bin,
 * then in the archive.  `stream`: the files of its standard streams, which the program takes over
 * if it starts.  ENOENT; what files_start() says. */
int program_start_found(const char *argz, size_t length, L4_Word_t frames,
                        const struct file stream[PROGRAM_STREAMS], struct program *program);
bool programs_find(const char *name);   /* is there such a program? */
/* The file that a typed name means.  NULL: none, or there is no file system.  Valid until the next
 * call. */
const char *programs_path(const char *name);
void programs_close(struct file stream[PROGRAM_STREAMS]);

/* Gives it deva's master capability; its handle is the one after its console's.  Returns 0 or an
 * errno. */
int program_give_devices(const struct program *program);

/* physmem's policy capability. */
int program_give_policy(const struct program *program);

/* Gives it these sectors, as the next handle after that.  Returns 0 or an errno. */
struct hurd_deva_extent;
int program_give_sectors(const struct program *program, const struct hurd_deva_extent *extent);

/* Returns EAGAIN while it runs, or is stopped: then *reason is HURD_TASK_STOPPED.  0: it has ended,
 * and its handle is gone.  *status and *reason (hurd/task.h) say how it ended. */
int program_poll(const struct program *program, L4_Word_t *status, L4_Word_t *reason);

/* Returns the end of a sentence that says how it ended: "exited with status 3". */
const char *program_outcome(L4_Word_t status, L4_Word_t reason);

#endif
