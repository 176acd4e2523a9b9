/* SPDX-License-Identifier: MIT */
/* POSIX memory mapping, as far as there is something to map: anonymous private memory.  In
 * lib/hurd-mm. */
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
#define MAP_FIXED           0x10
#define MAP_ANONYMOUS       0x20
#define MAP_ANON            MAP_ANONYMOUS
#define MAP_FIXED_NOREPLACE 0x100000
#define MAP_FAILED          ((void *)-1)

/* MAP_ANONYMOUS with MAP_PRIVATE or MAP_SHARED (nobody else is there to share it with yet). EINVAL:
 * length 0, neither or both of PRIVATE and SHARED, unknown flags or protections, with MAP_FIXED an
 * address that is unaligned, outside the space, or reserved.  ENODEV: not anonymous.  EEXIST:
 * MAP_FIXED_NOREPLACE on something.  ENOMEM: no room in the space, no memory for the records. */
void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset);
int munmap(void *address, size_t length);                       /* EINVAL, ENOMEM */
int mprotect(void *address, size_t length, int protection);     /* EINVAL, ENOMEM, EACCES */

#endif
