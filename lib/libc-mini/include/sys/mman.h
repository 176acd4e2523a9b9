/* SPDX-License-Identifier: MIT */
/* POSIX.1-2017 memory mapping and locking, with Linux's numbers and additions.  In lib/hurd-mm.
 *
 * Pages are 4,096 bytes; addresses must be whole pages where nothing else is said, lengths are
 * rounded up.  Each call asks the task's pager and blocks only as long as physmem takes, or, where
 * a page of a store has to be fetched or cleaned, as long as that takes. */
#ifndef LIBC_SYS_MMAN_H
#define LIBC_SYS_MMAN_H

#include <stddef.h>
#include <sys/types.h>

#define PROT_NONE  0
#define PROT_READ  1
#define PROT_WRITE 2
#define PROT_EXEC  4

#define MAP_SHARED          0x01
#define MAP_PRIVATE         0x02
#define MAP_TYPE            0x0f
#define MAP_FIXED           0x10
#define MAP_ANONYMOUS       0x20
#define MAP_ANON            MAP_ANONYMOUS
#define MAP_LOCKED          0x2000      /* as mlock(); what does not fit is not an error */
#define MAP_NORESERVE       0x4000      /* says nothing new: mmap reserves no memory */
#define MAP_POPULATE        0x8000      /* the pages come now, as many as fit */
#define MAP_STACK           0x20000     /* says nothing new */
#define MAP_FIXED_NOREPLACE 0x100000
#define MAP_FAILED          ((void *)-1)

/* MAP_ANONYMOUS with MAP_PRIVATE or MAP_SHARED.  `file` and `offset` are not looked at then.
 * EINVAL: length 0, neither or both of PRIVATE and SHARED, unknown flags or protections, with
 * MAP_FIXED an address that is unaligned, outside the space, or reserved; an unaligned offset.
 * EBADF: not anonymous, and no such file.  ENODEV: a file that cannot be mapped, which all are.
 * EEXIST: MAP_FIXED_NOREPLACE on something.  ENOMEM: no room in the space, no memory for the
 * records.  EAGAIN: mlockall(MCL_FUTURE) holds and there is not so much memory. */
void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset);

/* EINVAL: unaligned, length 0, outside the space, reserved.  ENOMEM: no records. */
int munmap(void *address, size_t length);

/* EINVAL: unaligned, unknown protection, reserved.  ENOMEM: something in the range is not mapped,
 * or no records.  EACCES: more than what is mapped there allows. */
int mprotect(void *address, size_t length, int protection);

#define MS_ASYNC      1
#define MS_INVALIDATE 2
#define MS_SYNC       4

/* Dirty pages of a store go to it.  EINVAL: unaligned, unknown flags, not one of MS_ASYNC and
 * MS_SYNC.  ENOMEM: something in the range is not mapped.  EBUSY: MS_INVALIDATE on locked pages. */
int msync(void *address, size_t length, int flags);

/* Pages in [address, address + length) are brought in and stay: no policy chooses them. The address
 * is rounded down. Locks do not nest. ENOMEM: something in the range is not mapped or has no
 * access, or no records. EAGAIN: there is not so much memory; the lock is not set then. */
int mlock(const void *address, size_t length);
int munlock(const void *address, size_t length);

#define MCL_CURRENT 1
#define MCL_FUTURE  2

/* EINVAL: no flag or an unknown one. EAGAIN: there is not so much memory for what is mapped now. */
int mlockall(int flags);
int munlockall(void);

#define POSIX_MADV_NORMAL     0
#define POSIX_MADV_RANDOM     1
#define POSIX_MADV_SEQUENTIAL 2
#define POSIX_MADV_WILLNEED   3
#define POSIX_MADV_DONTNEED   4         /* the contents stay; the pages are the next to go out */

/* Returns 0 or: EINVAL: unaligned, unknown advice. ENOMEM: something in the range is not mapped. */
int posix_madvise(void *address, size_t length, int advice);

#define MADV_NORMAL     0
#define MADV_RANDOM     1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED   3
#define MADV_DONTNEED   4               /* anonymous pages are forgotten and read as zero again */
#define MADV_FREE       8               /* the same, but only of anonymous memory; may come later */

/* As posix_madvise(), with errno.  EINVAL also: DONTNEED and FREE on locked pages, FREE on others
 * than anonymous ones. */
int madvise(void *address, size_t length, int advice);

/* A byte for each page: bit 0 says that it is in core. EINVAL: unaligned. ENOMEM: something in the
 * range is not mapped. (A vector that cannot be written is a fault like any other.) */
int mincore(void *address, size_t length, unsigned char *vector);

#define MREMAP_MAYMOVE 1
#define MREMAP_FIXED   2                /* with MAYMOVE: to the fifth argument, in place of what is there */

/* Another size, another place or both. EINVAL: unaligned, a size of 0, unknown flags, FIXED without
 * MAYMOVE, old and new place overlap, outside the space, reserved. EFAULT: the old range is not in
 * one region. ENOMEM: it cannot grow there and may not move, or no room, or no records. */
void *mremap(void *address, size_t old_length, size_t new_length, int flags, ...);

#endif
