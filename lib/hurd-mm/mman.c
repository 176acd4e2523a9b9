/* SPDX-License-Identifier: MIT */
/* mmap, munmap, mprotect over the library's own functions. */
#include <errno.h>
#include <hurd/mm.h>
#include <sys/mman.h>

/* POSIX counts read, write, execute the other way round. */
static unsigned rights_of(int protection)
{
    return (protection & PROT_READ ? HURD_VM_READ : 0) |
           (protection & PROT_WRITE ? HURD_VM_WRITE : 0) |
           (protection & PROT_EXEC ? HURD_VM_EXECUTE : 0);
}

static int flags_are_sound(int flags)
{
    int sharing = flags & (MAP_SHARED | MAP_PRIVATE);
    int known = MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    return !(flags & ~known) && (sharing == MAP_SHARED || sharing == MAP_PRIVATE);
}

/* Whole pages; 0 when that does not fit a word. */
static uintptr_t round_up(size_t length)
{
    return ((uintptr_t)length + (HURD_MM_PAGE - 1)) & ~(uintptr_t)(HURD_MM_PAGE - 1);
}

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset)
{
    uintptr_t at = (uintptr_t)address;
    unsigned vm_flags = HURD_VM_ZEROFILL;
    (void)file, (void)offset;
    int error = EINVAL;
    if (length != 0 && flags_are_sound(flags) &&
        !(protection & ~(PROT_READ | PROT_WRITE | PROT_EXEC))) {
        if (flags & MAP_FIXED_NOREPLACE)
            vm_flags |= HURD_VM_HERE;
        else if (flags & MAP_FIXED)
            vm_flags |= HURD_VM_HERE | HURD_VM_REPLACE;
        if (!(flags & MAP_ANONYMOUS))
            error = ENODEV;
        else if (round_up(length) == 0)
            error = ENOMEM;
        else
            error = hurd_vm_allocate_rights(&at, round_up(length), vm_flags, rights_of(protection),
                                            0);
    }
    if (error == 0)
        return (void *)at;
    errno = error == ENOSPC ? ENOMEM : error;
    return MAP_FAILED;
}

static int result(int error)
{
    if (error)
        errno = error;
    return error ? -1 : 0;
}

int munmap(void *address, size_t length)
{
    return result(hurd_vm_deallocate((uintptr_t)address, round_up(length)));
}

int mprotect(void *address, size_t length, int protection)
{
    if (protection & ~(PROT_READ | PROT_WRITE | PROT_EXEC))
        return result(EINVAL);
    if (length == 0 && ((uintptr_t)address & (HURD_MM_PAGE - 1)) == 0)
        return 0;
    return result(hurd_vm_protect((uintptr_t)address, round_up(length), rights_of(protection)));
}
