/* SPDX-License-Identifier: MIT */
/* The dir protocol: names in directories.  Conventions and errors: io.h.
 *
 * A path is looked up from the directory that the handle names, or from the root if it begins with
 * '/'.  Its bytes, which may be any but NUL, are packed four in a word, the first in bits 0-7, as
 * the last words of the request, as long as they are HURD_DIR_INLINE bytes or fewer.  A longer one
 * lies in a buffer, and the last two words are that buffer and the offset of its page there.  Two
 * paths of one request lie one behind the other, without a gap, and count together.
 *
 *   label  operation     request words                               reply
 *   1056   dir_lookup    0 directory, 1 flags, 2 mode, 3 length,     0 handle, 1 mode with type,
 *                        4.. path                                    2 inode
 *   1057   dir_read      0 directory, 1 buffer, 2 offset, 3 cursor   0 bytes, 1 next cursor
 *   1058   dir_mkdir     0 directory, 1 mode, 2 length, 3.. path     none
 *   1059   dir_unlink    0 directory, 1 flags, 2 length, 3.. path    none
 *   1060   dir_rename    0 directory, 1 directory of the new path,   none
 *                        2 length, 3 new length, 4.. both paths
 *   1061   dir_link      0 directory, 1 file, 2 length, 3.. path     none
 *   1062   dir_symlink   0 directory, 1 target's length, 2 length,   none
 *                        3.. target and path
 *   1063   dir_mount     0 directory, 1 thread of a server           none
 *   1064   dir_stat      0 directory, 1 flags: 0 or NOFOLLOW,        struct hurd_file_stat
 *                        2 length, 3.. path
 *
 * Other servers.  A path may lead into another file system: through a directory that it covers
 * (dir_mount), or out of one, up from its root or by a link to a path that begins with '/'.  The
 * reply to any request with a path has label EREMOTE then: 0 the thread of the server that goes on,
 * 1 the length of the rest of the path, 2.. the rest; nothing has been done.  The client connects
 * with that server (fs.h), and repeats the request there with the rest of the path, from that
 * server's root; an empty rest is that root itself.  It trusts the server that it asked for this.
 * ENAMETOOLONG: the rest has more than HURD_DIR_TEXT bytes.
 *
 * For all: ENOENT, ENOTDIR, ENAMETOOLONG: a path of more than HURD_DIR_PATH bytes or a name of more
 * than 255; ELOOP: more than HURD_DIR_LINKS symbolic links.
 * dir_lookup: EEXIST, EISDIR (to be written to), ELOOP (NOFOLLOW, and it is a symbolic link that
 *   is to be opened for reading or writing), ENFILE, EMFILE: too many are open, of all or of the
 *   caller's.  ETXTBSY: to be written to, and a program that runs needs pages of the file.
 * dir_read: one page of struct hurd_dir_entry records; 0 bytes at the end.  The cursor begins at 0;
 *   names that are made or removed meanwhile may or may not be seen.  EINVAL: the cursor is none.
 * dir_unlink: EISDIR without HURD_DIR_REMOVE, ENOTDIR with it, ENOTEMPTY.
 * dir_unlink, dir_rename: EBUSY: the root of a file system, or a directory that one covers.
 * dir_mount: EPERM: not a boot task.  ENOTDIR.  EBUSY: a root, or covered already.  ENFILE: 8 are
 *   covered.  It ends by fs_cover (fs.h).
 * dir_rename, dir_link, dir_symlink: as lib/ext2 says (ext2.h); EINVAL: the directory would be in
 *   itself; EXDEV: a tree of directories is too large to move. */
#ifndef HURD_DIR_H
#define HURD_DIR_H

#include <l4/types.h>

#define HURD_DIR_LOOKUP     1056
#define HURD_DIR_READ       1057
#define HURD_DIR_MKDIR      1058
#define HURD_DIR_UNLINK     1059
#define HURD_DIR_RENAME     1060
#define HURD_DIR_LINK       1061
#define HURD_DIR_SYMLINK    1062

#define HURD_DIR_MOUNT      1063
#define HURD_DIR_STAT       1064

#define HURD_DIR_INLINE     200u        /* bytes of path in a message */
#define HURD_DIR_PATH       4096u
#define HURD_DIR_TEXT       240u        /* bytes of path in a reply */
#define HURD_DIR_LINKS      40u

/* Flags of dir_lookup. */
#define HURD_DIR_READS      0x01u
#define HURD_DIR_WRITES     0x02u
#define HURD_DIR_CREATE     0x04u       /* a regular file with `mode`, if it is not there */
#define HURD_DIR_EXCLUSIVE  0x08u       /* with CREATE: EEXIST if it is there */
#define HURD_DIR_TRUNCATE   0x10u
#define HURD_DIR_APPEND     0x20u
#define HURD_DIR_NOFOLLOW   0x40u       /* a symbolic link at the end is meant itself */
#define HURD_DIR_DIRECTORY  0x80u       /* ENOTDIR if it is none */
#define HURD_DIR_FLAGS      0xFFu

#define HURD_DIR_REMOVE     1u          /* dir_unlink: an empty directory */

/* Records lie one behind the other; each begins at a multiple of 4 bytes. */
struct hurd_dir_entry {
    L4_Word_t inode;
    unsigned char type;                 /* 0 unknown, 1 regular, 2 directory, 3 character device,
                                           4 block device, 5 fifo, 6 socket, 7 symbolic link */
    unsigned char length;
    char name[];                        /* length bytes */
};

#endif
