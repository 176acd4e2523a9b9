/* SPDX-License-Identifier: MIT */
/* The io protocol: the contents of what a handle of a file server names.  Spec: hurd-l4-design.md
 * 5.6.  With file.h, dir.h and fs.h it is what a file server serves.
 *
 * Requests: label = operation, word 0 = a handle in the server's table, untyped words only.
 * Replies: label 0, or label 0x8000 with word 0 = errno.  HURD_CAP_DROP closes a handle.  All
 * requests block as long as the disk takes.  Data lies in a container of the client's, which the
 * server sees by a weak reference (fs.h, fs_buffer); the server's memory is never the client's.
 * For all four headers: EBADF no such handle, EINVAL a wrong number of words or a value out of
 * range, EOPNOTSUPP no such operation, EFAULT the client's container has no pages there or its
 * reference is revoked, EIO, EUCLEAN and EROFS as in lib/ext2/ext2.h, ENOMEM.
 *
 *   label  operation    request words                                reply
 *   1024   io_read      0 file, 1 buffer, 2 offset, 3 bytes,         0 bytes; 0 at the end
 *                       4-5 position (lower word first)
 *   1025   io_write     the same                                     0 bytes, 1-2 position behind
 *   1026   io_stat      0 file                                       struct hurd_file_stat
 *   1027   io_sync      0 file                                       none; all of it, and all that
 *                                                                    names it, is on the medium
 *   1028   io_seek      0 file, 1 HURD_IO_FROM_*, 2-3 distance       0-1 position (low word first)
 *
 *   1030   io_map       0 file, 1 HURD_IO_MAP_*                      0 handle, 1 container: a weak
 *                                                                    reference in the caller's
 *                                                                    table of physmem
 *   1031   io_pages     0 file, 1 page, 2 pages, 3 HURD_IO_PAGE_*    0 pages that are there now
 *   1033   io_where     0 file, 1 bytes, 2-3 position                0 bytes [, 1-2 position]
 *
 * offset: bytes into the container, a multiple of 4 KB; bytes: 1 to HURD_IO_MOST.  A read replaces
 * whole pages of the container; behind the bytes that were read, the last of these is zero.
 * io_read: EBADF not opened for reading, EISDIR, EINVAL neither file nor directory.
 * io_write: EBADF not opened for writing; ENOSPC, EFBIG; EPERM immutable. A handle that was opened
 * with HURD_DIR_APPEND writes at the end, wherever the position is.
 *
 * An open file has a position of its own, which io_seek sets. io_read and io_write with both words
 * of the position ~0 (HURD_IO_HERE) begin there, and move it on. Handles that come from one lookup
 * (fs.h, fs_claim) share it.  io_seek: EINVAL: the sum is below 0 or too large.
 *
 * io_map shows the container in which the server keeps the file's pages; the offset there is the
 * offset in the file.  The caller opens a slot for the server first (HURD_CAP_OPEN at physmem).
 * The handle is the caller's like one of lookup, and keeps the file open.  Pages that are not there
 * are holes; io_pages brings them, up to HURD_IO_PAGES_MOST at a time, but none behind the file's
 * end.  Any page may vanish again at any time, and the right to write to it as well.  A client
 * that wants to write asks by PAGE_WRITES first, each time when that right is gone; what it writes
 * without that may be lost.  Reads, writes and all maps of a file show the same bytes.  Behind the
 * file's end, the last page has zeros, or what somebody wrote there through a map.
 * The handle of a map with MAP_WEAK keeps nothing: the server revokes it, and the pages vanish,
 * when the file has no name and nobody else has it open, or when HURD_IO_WEAK_MOST newer ones are
 * there; and fs_end does not count it.
 * io_map: ENODEV: not a regular file.  EACCES: not opened for reading, or with MAP_WRITES not for
 *   writing.  EPERM: no slot.  EMFILE, ENFILE.
 * io_pages: ENXIO: the first page is behind the file's end.  EACCES: PAGE_WRITES, and it is not
 *   open for writing.  ENOSPC.  ENOMEM: no frame.  Fewer pages than were asked for are no error.
 *
 * io_where is io_read for clients that have mapped the file: it moves no bytes, and says how many
 * there are.  With HURD_IO_HERE, it moves the position on and says where they begin.  If they are
 * many, it may bring their pages before it answers.
 * EINVAL: not a regular file.
 *
 * Small pieces need no container: read_many and write_many of deva.h (READ_MANY, WRITE_MANY: up to
 * HURD_DEVA_CHUNK bytes in the message) work on a file at its own position, so a program's standard
 * stream may be a file as well as a console.  Count 0 is the end of the file.
 *
 * Pipes (fs.h, fs_pipe) know only these two, io_read and io_write with HURD_IO_HERE, and
 *   1029   io_room      0 file                                       none; it can be written to
 *   1032   io_poll      0 file                                       0 HURD_IO_CAN_*, HURD_IO_NO_*
 *   1034   io_wait      0 file, 1 what is wanted, 2.. more files     0 what there is
 * read_many waits while the pipe is empty and somebody can write to it; with the flag
 * HURD_DEVA_READ_NOBLOCK, and for io_read, that is EAGAIN.  write_many and io_write take
 * HURD_IO_WHOLE bytes and fewer in one piece, and of more what there is room for.  EAGAIN: there is
 * none, and io_room waits for HURD_IO_WHOLE bytes of it.  EPIPE: nobody can read.  Replies of
 * io_read and io_write: 0 bytes.
 * io_wait waits until one of these pipes, HURD_IO_WAIT_MOST at most, has what is wanted of it, or
 * has no other end any more.  Word 1: HURD_IO_CAN_* of the file in word 0 in bits 0-1, of that in
 * word 2 in bits 2-3, and so on.  Word 0 of the reply is what io_poll says of the first in bits
 * 0-3, of the second in bits 4-7, and so on.  EBADF: one of them is no pipe's end of the caller's.
 * What waits here, or for a lock (file.h), ends by HURD_CAP_CANCEL (ECANCELED), when its thread
 * sends another request to this server, and with its task.  ENOMEM: HURD_FS_WAITS requests (fs.h)
 * of the task wait already. */
#ifndef HURD_IO_H
#define HURD_IO_H

#include <l4/types.h>

#define HURD_IO_READ    1024
#define HURD_IO_WRITE   1025
#define HURD_IO_STAT    1026
#define HURD_IO_SYNC    1027
#define HURD_IO_SEEK    1028
#define HURD_IO_ROOM    1029            /* pipes only */
#define HURD_IO_POLL    1032            /* pipes only */
#define HURD_IO_WAIT    1034            /* pipes only */

#define HURD_IO_WAIT_MOST   7u          /* pipes of one io_wait */
#define HURD_IO_WHOLE       512u        /* bytes that a pipe takes all or not at all: PIPE_BUF */

#define HURD_IO_CAN_READ    1u          /* bytes, or the end: nobody can write any more */
#define HURD_IO_CAN_WRITE   2u          /* room for HURD_IO_WHOLE bytes, or EPIPE */
#define HURD_IO_NO_WRITER   4u
#define HURD_IO_NO_READER   8u

#define HURD_IO_MAP     1030
#define HURD_IO_PAGES   1031
#define HURD_IO_WHERE   1033

#define HURD_IO_MAP_WRITES  1u          /* the pages can be mapped for writing */
#define HURD_IO_MAP_WEAK    2u          /* the map does not keep the file */
#define HURD_IO_WEAK_MOST   32u         /* of all clients together */
#define HURD_IO_PAGE_WRITES 1u
#define HURD_IO_PAGES_MOST  16u

#define HURD_IO_FROM_START  0u
#define HURD_IO_FROM_HERE   1u
#define HURD_IO_FROM_END    2u
#define HURD_IO_HERE        (~0ull)

#define HURD_IO_MOST    0x10000u        /* bytes of one request */

struct hurd_file_stat {
    L4_Word_t inode, mode, links, uid, gid;     /* mode as in ext2 and Linux, with the type */
    L4_Word_t size[2];                          /* bytes; lower word first, as the times */
    L4_Word_t sectors;                          /* of 512 bytes, that it takes */
    L4_Word_t atime[2], mtime[2], ctime[2];     /* seconds since 1970 */
    L4_Word_t block_size;
};

#define HURD_FILE_TYPE      0xF000u
#define HURD_FILE_DIRECTORY 0x4000u
#define HURD_FILE_REGULAR   0x8000u
#define HURD_FILE_SYMLINK   0xA000u
#define HURD_FILE_FIFO      0x1000u

#endif
