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

/* Times that are none, of file_utimes. */
#define HURD_FILE_NOW       (-1ll)
#define HURD_FILE_KEEP      (-2ll)

#endif
