/* SPDX-License-Identifier: MIT */
/* The fs protocol: a client's way in, and the file system as a whole.  Conventions: io.h.
 *
 *   label  operation   request words                           reply
 *   0x101  get_root    none                                    0 handle of the root directory
 *   1072   fs_statfs   0 any handle                            struct hurd_fs_statfs, in words
 *   1073   fs_sync     0 any handle                            none; all is on the medium
 *   1074   fs_slot     none                                    none
 *   1075   fs_buffer   0 handle in the server's table of       0 buffer
 *                      physmem
 *   1076   fs_end      0 any handle                            none; the file system is unmounted,
 *                                                              and the server ends
 *   1077   fs_offer    0 file                                  0 ticket
 *   1078   fs_claim    0 ticket                                0 handle, 1 mode with type, 2 flags
 *                                                              of dir_lookup
 *   1079   fs_pipe     none                                    0 handle to read, 1 to write
 *   1080   fs_image    0 image's number, 1 first page,         0 pages that are there, 1 pages of
 *                      2 pages                                 the image
 *   1081   fs_cover    0 thread of a server that covers a      none
 *                      directory here, 1 thread in its
 *                      place; 0: the cover ends
 *   1082   fs_above    0 thread of the server of "/"           none
 *
 * Shares.  A program and all that it started have at most half of what is left of open files,
 * locks, and memory for handles, pipes and waiting requests.  Then ENFILE, ENOLCK, ENOMEM.
 *
 * A client begins with fs_slot: the server opens its table of physmem for the client, which puts a
 * weak reference to a container there (CONTAINER_SHARE) and names it in fs_buffer.  Then it asks
 * for the root.  When that container is gone, so is the client to the server, and its handles.
 * fs_buffer: EPERM: not a weak reference, or not from the caller.  EMFILE: HURD_FS_BUFFERS are
 *   there.  get_root: EACCES: the caller has no buffer.
 * fs_end: EPERM: the caller is no boot task.  EBUSY: programs have open files.
 * fs_offer, fs_claim: a program gives an open file to others.  A ticket is a number that is not 0;
 *   a task that names it gets a handle of its own on the same open file, with its flags and its
 *   position, as long as the handle that was offered is not dropped.  A second offer of a handle
 *   gives the same ticket.  ENOENT: no such ticket.  EACCES, EMFILE as above and as dir_lookup.
 * fs_pipe: EACCES, EMFILE, ENOMEM.
 * fs_image: brings pages of a program's image that are missing, at most HURD_FS_IMAGE_MOST.  Word 0
 *   and the server are in the startup data of the programs that began with the image
 *   (image_pages), and they need no handle.  They may be taken away again at any time.  ENOENT: no
 *   such image.  ENXIO: the first page is behind its end.  EIO: the disk failed.  ENOMEM.
 * fs_cover, fs_above: for the boot task that starts the servers, when one of them is another thread
 *   than before.  They need no handle.  EPERM: not a boot task.  ENOENT: that server covers nothing
 *   here; this one is in no other file system. */
#ifndef HURD_FS_H
#define HURD_FS_H

#include <l4/types.h>

#define HURD_FS_STATFS      1072
#define HURD_FS_SYNC        1073
#define HURD_FS_SLOT        1074
#define HURD_FS_BUFFER      1075
#define HURD_FS_END         1076
#define HURD_FS_OFFER       1077
#define HURD_FS_CLAIM       1078
#define HURD_FS_PIPE        1079
#define HURD_FS_IMAGE       1080
#define HURD_FS_COVER       1081
#define HURD_FS_ABOVE       1082

#define HURD_FS_BUFFERS     2u          /* of one task */
#define HURD_FS_FILES       64u         /* open handles of one task */
#define HURD_FS_WAITS       64u         /* requests of one task that wait; more get ENOMEM */
#define HURD_FS_IMAGE_MOST  16u         /* pages that one fs_image brings */

#define HURD_FS_READ_ONLY   1u
#define HURD_FS_CLEAN       2u          /* the disk says that it needs no repair */

struct hurd_fs_statfs {
    L4_Word_t block_size;
    L4_Word_t blocks, free_blocks, reserved_blocks;
    L4_Word_t inodes, free_inodes;
    L4_Word_t flags;
    char device[24];                    /* the disk, as the server was told; terminated */
};

#endif
