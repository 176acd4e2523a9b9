/* SPDX-License-Identifier: MIT */
/* The file protocol: what a handle names, beyond its contents.  Conventions and errors: io.h.
 *
 *   label  operation       request words                             reply
 *   1040   file_truncate   0 file, 1-2 bytes (lower word first)      none
 *   1041   file_chmod      0 file, 1 mode (lower 12 bits)            none
 *   1042   file_chown      0 file, 1 uid, 2 gid                      none
 *   1043   file_utimes     0 file, 1-2 atime, 3-4 mtime (seconds)    none
 *   1044   file_readlink   0 file, 1 buffer, 2 offset                0 bytes of the target
 *
 *   1045   file_lock       0 file, 1 HURD_LOCK_GET, _SET or _WAIT,   GET: 0 type, 1-2 first byte,
 *                          2 type, 3-4 first byte, 5-6 bytes         3-4 bytes, 5 task id
 *
 *   1046   file_image      0 file                                    0 image
 *
 * file_image: the program in the file, as an image that `task` holds for each task that
 *   starts it (HURD_TASK_IMAGE).  The caller opens a slot for the server at `task` first
 *   (HURD_CAP_OPEN); the handle is in its table there.  The image is what the file says now: its
 *   pages may come when they are touched (fs_image), and while a program needs them, the file is
 *   not opened for writing (ETXTBSY of dir_lookup).
 *   EACCES: not a regular file, no x bit, or not opened for reading.  ENOEXEC: no program.  EPERM:
 *   no slot.  EFBIG, ENOMEM, EAGAIN: too large, or no room; the caller reads the file itself then.
 * file_lock: advice between tasks.  bytes 0: to the end of the file, wherever that is.  A new lock
 *   of a task takes the place of its older ones on the same bytes.  All its locks on a file go when
 *   it drops a handle that was opened to read or write that file.  GET tells of one lock that is in
 *   the way; type HURD_LOCK_NONE: there is none.  EAGAIN: SET, and there is one.  WAIT waits for
 *   its end; EDEADLK: its owner waits, perhaps through others, for the caller.  EBADF: the handle
 *   was not opened for that.  ENOLCK: no room, the task has 62, or its tree has its share (fs.h).
 * file_truncate: EBADF not opened for writing, EISDIR, EFBIG, EPERM.
 * file_utimes: HURD_FILE_NOW: the server's time of day; HURD_FILE_KEEP: as it was.
 * file_readlink: EINVAL not a symbolic link. */
#ifndef HURD_FILE_H
#define HURD_FILE_H

#define HURD_FILE_TRUNCATE  1040
#define HURD_FILE_CHMOD     1041
#define HURD_FILE_CHOWN     1042
#define HURD_FILE_UTIMES    1043
#define HURD_FILE_READLINK  1044
#define HURD_FILE_LOCK      1045
#define HURD_FILE_IMAGE     1046

#define HURD_LOCK_GET       0u
#define HURD_LOCK_SET       1u
#define HURD_LOCK_WAIT      2u
#define HURD_LOCK_READS     0u          /* others may read, too */
#define HURD_LOCK_WRITES    1u
#define HURD_LOCK_NONE      2u

/* Times that are none, of file_utimes. */
#define HURD_FILE_NOW       (-1ll)
#define HURD_FILE_KEEP      (-2ll)

#endif
