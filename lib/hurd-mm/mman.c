/* SPDX-License-Identifier: MIT */
/* <sys/mman.h> over the library's own functions. */
#include <errno.h>
#include <hurd/mm.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/mman.h>

/* POSIX and Hurd number the rights differently. */
static unsigned rights_of(int protection)
{
    return (protection & PROT_READ ? HURD_VM_READ : 0) |
           (protection & PROT_WRITE ? HURD_VM_WRITE : 0) |
           (protection & PROT_EXEC ? HURD_VM_EXECUTE : 0);
}

/* Rounds length up to whole pages.  Returns 0 if the result does not fit into a word. */
static uintptr_t round_up(size_t length)
{
    return ((uintptr_t)length + (HURD_MM_PAGE - 1)) & ~(uintptr_t)(HURD_MM_PAGE - 1);
}

static bool is_aligned(const void *address)
{
    return ((uintptr_t)address & (HURD_MM_PAGE - 1)) == 0;
}

static int result(int error)
{
    if (error)
        errno = error;
    return error ? -1 : 0;
}

/* ---- mmap ---- */

static bool mmap_is_sound(size_t length, int protection, int flags, off_t offset)
{
    int sharing = flags & MAP_TYPE;
    int known = MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_LOCKED | MAP_NORESERVE |
                MAP_POPULATE | MAP_STACK | MAP_FIXED_NOREPLACE;
    return length != 0 && !(flags & ~known) && (sharing == MAP_SHARED || sharing == MAP_PRIVATE) &&
           !(protection & ~(PROT_READ | PROT_WRITE | PROT_EXEC)) &&
           !((unsigned long)offset & (HURD_MM_PAGE - 1));
}

static unsigned vm_flags(int flags)
{
    if (flags & MAP_FIXED_NOREPLACE)
        return HURD_VM_ZEROFILL | HURD_VM_HERE;
    return HURD_VM_ZEROFILL | (flags & MAP_FIXED ? HURD_VM_HERE | HURD_VM_REPLACE : 0);
}

/* MAP_POPULATE and MAP_LOCKED ask for pages at once.  If there is not enough memory for that, the
 * region is made without them. */
static int mmap_anonymous(uintptr_t *at, uintptr_t size, int protection, int flags)
{
    bool now = flags & (MAP_POPULATE | MAP_LOCKED);
    unsigned how = vm_flags(flags) | ((flags & MAP_TYPE) == MAP_SHARED ? HURD_VM_SHARED : 0);
    int error = hurd_vm_allocate_rights(at, size, how, rights_of(protection), now);
    if (error == ENOMEM && now)
        error = hurd_vm_allocate_rights(at, size, how, rights_of(protection), 0);
    if (!error && flags & MAP_LOCKED && protection != PROT_NONE)
        hurd_vm_lock(*at, size, 1);
    return error == ENOSPC ? ENOMEM : error;
}

int (*hurd_mm_map_file)(const struct hurd_mm_file_map *map, uintptr_t *addr);

static int mmap_file(uintptr_t *at, uintptr_t size, int protection, int flags, int file,
                     off_t offset)
{
    const struct hurd_mm_file_map map = {
        .file = file, .shared = (flags & MAP_TYPE) == MAP_SHARED, .rights = rights_of(protection),
        .flags = vm_flags(flags) & ~HURD_VM_ZEROFILL, .size = size, .offset = (uint64_t)offset,
    };
    if (!hurd_mm_map_file)
        return file < 0 || file > 2 ? EBADF : ENODEV;       /* 0-2: the console cannot be mapped */
    int error = hurd_mm_map_file(&map, at);
    return error == ENOSPC ? ENOMEM : error;
}

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset)
{
    uintptr_t at = (uintptr_t)address;
    int error;
    if (!mmap_is_sound(length, protection, flags, offset))
        error = EINVAL;
    else if (round_up(length) == 0)
        error = ENOMEM;
    else if (!(flags & MAP_ANONYMOUS))
        error = mmap_file(&at, round_up(length), protection, flags, file, offset);
    else
        error = mmap_anonymous(&at, round_up(length), protection, flags);
    return result(error) ? MAP_FAILED : (void *)at;
}

int munmap(void *address, size_t length)
{
    return result(hurd_vm_deallocate((uintptr_t)address, round_up(length)));
}

void *mremap(void *address, size_t old_length, size_t new_length, int flags, ...)
{
    uintptr_t to = 0;
    unsigned how = flags & MREMAP_MAYMOVE ? HURD_VM_MAY_MOVE : 0;
    int error = flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED) ? EINVAL : 0;
    if (!error && flags & MREMAP_FIXED) {
        va_list args;
        va_start(args, flags);
        to = (uintptr_t)va_arg(args, void *);
        va_end(args);
        how |= HURD_VM_HERE;
    }
    if (!error && old_length && new_length && round_up(new_length) == 0)
        error = ENOMEM;
    if (!error)
        error = hurd_vm_move((uintptr_t)address, round_up(old_length), round_up(new_length), how,
                             &to);
    return result(error) ? MAP_FAILED : (void *)to;
}

/* ---- ranges of what is mapped ---- */

/* POSIX asks for ENOMEM if part of the range is not mapped.  An address range that does not exist
 * counts as not mapped. */
static int check_range(const void *address, size_t length)
{
    if (!is_aligned(address))
        return EINVAL;
    return length && (round_up(length) == 0 ||
                      (uintptr_t)address + (round_up(length) - 1) < (uintptr_t)address)
               ? ENOMEM : 0;
}

int mprotect(void *address, size_t length, int protection)
{
    int error = protection & ~(PROT_READ | PROT_WRITE | PROT_EXEC) ? EINVAL
                                                                   : check_range(address, length);
    if (!error && length)
        error = hurd_vm_protect((uintptr_t)address, round_up(length), rights_of(protection));
    return result(error);
}

int msync(void *address, size_t length, int flags)
{
    int when = flags & (MS_ASYNC | MS_SYNC);
    int error = check_range(address, length);
    if (flags & ~(MS_ASYNC | MS_SYNC | MS_INVALIDATE) || (when != MS_ASYNC && when != MS_SYNC))
        error = EINVAL;
    if (!error && length)
        error = hurd_vm_sync((uintptr_t)address, round_up(length), flags & MS_INVALIDATE,
                             when == MS_ASYNC);
    if (!error && length && when == MS_SYNC)
        error = hurd_vm_show_sync((uintptr_t)address, round_up(length));
    return result(error);
}

static int advise(void *address, size_t length, int advice)
{
    int error = check_range(address, length);
    if (!error && length)
        error = hurd_vm_advise((uintptr_t)address, round_up(length), (unsigned)advice);
    return error;
}

int madvise(void *address, size_t length, int advice)
{
    switch (advice) {
    case MADV_NORMAL:
    case MADV_RANDOM:
    case MADV_SEQUENTIAL:
    case MADV_WILLNEED:
    case MADV_DONTNEED: return result(advise(address, length, advice));
    case MADV_FREE: return result(advise(address, length, HURD_VM_FREE));
    default: return result(EINVAL);
    }
}

int posix_madvise(void *address, size_t length, int advice)
{
    if (advice < POSIX_MADV_NORMAL || advice > POSIX_MADV_DONTNEED)
        return EINVAL;
    return advise(address, length, advice == POSIX_MADV_DONTNEED ? HURD_VM_COLD : advice);
}

int mincore(void *address, size_t length, unsigned char *vector)
{
    uintptr_t at = (uintptr_t)address, size = round_up(length);
    int error = check_range(address, length);
    while (!error && size) {
        L4_Word_t bits[HURD_VM_RESIDENT_PAGES / 32];
        uintptr_t most = HURD_VM_RESIDENT_PAGES * HURD_MM_PAGE, part = size < most ? size : most;
        error = hurd_vm_resident(at, part, bits);
        for (uintptr_t i = 0; !error && i < part / HURD_MM_PAGE; i++)
            *vector++ = bits[i / 32] >> i % 32 & 1;
        at += part;
        size -= part;
    }
    return result(error);
}

/* ---- locks ---- */

static int lock(const void *address, size_t length, int on)
{
    uintptr_t first = (uintptr_t)address & ~(uintptr_t)(HURD_MM_PAGE - 1);
    uintptr_t end = round_up((uintptr_t)address + length);
    if (length == 0)
        return 0;
    if ((uintptr_t)address + (length - 1) < (uintptr_t)address || end == 0)
        return ENOMEM;
    return hurd_vm_lock(first, end - first, on);
}

int mlock(const void *address, size_t length)
{
    return result(lock(address, length, 1));
}

int munlock(const void *address, size_t length)
{
    return result(lock(address, length, 0));
}

int mlockall(int flags)
{
    if (flags == 0 || flags & ~(MCL_CURRENT | MCL_FUTURE))
        return result(EINVAL);
    return result(hurd_vm_lock_all((unsigned)flags));
}

int munlockall(void)
{
    return result(hurd_vm_lock_all(0));
}
