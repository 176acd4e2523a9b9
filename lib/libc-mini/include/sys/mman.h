/* SPDX-License-Identifier: MIT */
/* POSIX.1-2017 memory mapping and locking, with the numbers and additions of Linux.  In
 * lib/hurd-mm.
 *
 * Pages have 4,096 bytes.  Addresses must be whole pages if nothing else is said; lengths are
 * rounded up.  Each call sends a request to the task's pager.  It blocks until physmem replies; if
 * a page of a store must be fetched or cleaned, it blocks until that is done. */
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
#define MAP_LOCKED          0x2000      /* as mlock(), but it is no error if there is not enough
                                           memory */
#define MAP_NORESERVE       0x4000      /* it changes nothing: mmap reserves no memory */
#define MAP_POPULATE        0x8000      /* the pages come now, as many as there is memory for */
#define MAP_STACK           0x20000     /* it changes nothing */
#define MAP_FIXED_NOREPLACE 0x100000
#define MAP_FAILED          ((void *)-1)

/* MAP_ANONYMOUS with MAP_PRIVATE or MAP_SHARED.  Then `file` and `offset` are not used.  EINVAL:
 * length 0; neither or both of PRIVATE and SHARED; unknown flags or protections; an unaligned
 * offset; or with MAP_FIXED an address that is unaligned, outside the space, or reserved.  EBADF:
 * it is not anonymous, and there is no such file.  ENODEV: the file cannot be mapped; no file can.
 * EEXIST: MAP_FIXED_NOREPLACE, and something is there.  ENOMEM: no room in the space, or no memory
 * for the records.  EAGAIN: mlockall(MCL_FUTURE) is on, and there is not enough memory. */
void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset);

/* EINVAL: unaligned, length 0, outside the space, or reserved.  ENOMEM: there are no records. */
int munmap(void *address, size_t length);

/* EINVAL: unaligned, an unknown protection, or reserved.  ENOMEM: something in the range is not
 * mapped, or there are no records.  EACCES: the store does not allow these rights. */
int mprotect(void *address, size_t length, int protection);

#define MS_ASYNC      1
#define MS_INVALIDATE 2
#define MS_SYNC       4

/* Changed pages of a store are written to it.  EINVAL: unaligned, unknown flags, or not exactly one
 * of MS_ASYNC and MS_SYNC.  ENOMEM: something in the range is not mapped.  EBUSY: MS_INVALIDATE on
 * locked pages. */
int msync(void *address, size_t length, int flags);

/* The pages in [address, address + length) are brought in and stay: no policy chooses them.  The
 * address is rounded down.  Locks do not nest.  ENOMEM: something in the range is not mapped or has
 * no access, or there are no records.  EAGAIN: there is not enough memory; then nothing is
 * locked. */
int mlock(const void *address, size_t length);
int munlock(const void *address, size_t length);

#define MCL_CURRENT 1
#define MCL_FUTURE  2

/* EINVAL: no flag, or an unknown one.  EAGAIN: there is not enough memory for what is mapped
 * now. */
int mlockall(int flags);
int munlockall(void);

#define POSIX_MADV_NORMAL     0
#define POSIX_MADV_RANDOM     1
#define POSIX_MADV_SEQUENTIAL 2
#define POSIX_MADV_WILLNEED   3
#define POSIX_MADV_DONTNEED   4         /* the contents stay, but these pages are evicted first */

/* Returns 0; EINVAL: unaligned, or unknown advice; ENOMEM: something in the range is not mapped. */
int posix_madvise(void *address, size_t length, int advice);

#define MADV_NORMAL     0
#define MADV_RANDOM     1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED   3
#define MADV_DONTNEED   4               /* anonymous pages are forgotten, and read as zero again */
#define MADV_FREE       8               /* the same, only for anonymous memory; it may happen
                                           later */

/* As posix_madvise(), with errno.  EINVAL, too: DONTNEED and FREE on locked pages; FREE on memory
 * that is not anonymous. */
int madvise(void *address, size_t length, int advice);

/* One byte for each page; bit 0 says that the page is in core.  EINVAL: unaligned.  ENOMEM:
 * something in the range is not mapped.  If the vector cannot be written, that is an ordinary page
 * fault. */
int mincore(void *address, size_t length, unsigned char *vector);

/* Memory with a name, for programs that link lib/posix: a file in /tmp.  Errors as open(), and
 * EINVAL: other flags than O_RDONLY or O_RDWR, O_CREAT, O_EXCL and O_TRUNC, or no such name can
 * be. */
int shm_open(const char *name, int flags, mode_t mode);
int shm_unlink(const char *name);

#define MREMAP_MAYMOVE 1
#define MREMAP_FIXED   2                /* with MAYMOVE: to the fifth argument, replacing what is
                                           there */

/* Changes the size, the place, or both.  EINVAL: unaligned, a size of 0, unknown flags, FIXED
 * without MAYMOVE, the old and the new place overlap, outside the space, or reserved.  EFAULT: the
 * old range is not in one region.  ENOMEM: it cannot grow there and may not move, or there is no
 * room, or there are no records. */
void *mremap(void *address, size_t old_length, size_t new_length, int flags, ...);

#endif
