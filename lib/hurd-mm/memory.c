/* SPDX-License-Identifier: MIT */
/* physmem as the pager sees it.  Before: fault.c and region.c.  After:
 * lib/hurd-cap/physmem_client.c. Anonymous memory has its address as offset in the task's one
 * container: two regions never overlap, so one allocator, the address space, gives out container
 * offsets as well. */
#include <errno.h>
#include <l4/space.h>
#include "mm.h"

static inline void allocated(uintptr_t size)
{
    mm.counters.frames_taken += size / HURD_MM_PAGE;
    mm.room.left -= (int32_t)(size / HURD_MM_PAGE);
}

int memory_allocate(uintptr_t offset, uintptr_t size)
{
    mm.counters.rpcs++;
    int error = hurd_pm_container_allocate(mm.physmem, mm.memory, 0, offset, size, NULL);
    if (error)
        return error;
    allocated(size);
    return 0;
}

/* Maps what is left of a range of which `done` bytes are mapped. */
static int map_rest(L4_Word_t container, unsigned rights, uintptr_t address, uintptr_t offset,
                    uintptr_t size, uintptr_t done)
{
    while (done < size) {
        L4_Word_t part = 0;
        mm.counters.rpcs++;
        int error = hurd_pm_container_map_once(mm.physmem, container, rights, address + done,
                                               offset + done, size - done, &part);
        if (error)
            return error;
        if (part == 0)
            return EPROTO;
        done += part;
    }
    return 0;
}

int memory_allocate_map(uintptr_t address, uintptr_t size, unsigned rights)
{
    L4_Word_t done = 0;
    mm.counters.rpcs++;
    int error = hurd_pm_container_allocate_map(mm.physmem, mm.memory, rights, address, address,
                                               size, &done);
    if (error)
        return error;
    allocated(size);
    if (done < size)
        error = map_rest(mm.memory, rights, address, address, size, done);
    if (error)
        memory_deallocate(mm.memory, address, size);
    return error;
}

int memory_move(uintptr_t from, uintptr_t to, uintptr_t size)
{
    mm.counters.rpcs++;
    return hurd_pm_container_copy(mm.physmem, mm.memory, from, mm.memory, to, size, HURD_PM_MOVE,
                                  NULL);
}

uintptr_t memory_deallocate(L4_Word_t container, uintptr_t offset, uintptr_t size)
{
    L4_Word_t amount = 0;
    mm.counters.rpcs++;
    int error = hurd_pm_container_deallocate(mm.physmem, container, offset, size, &amount);
    if (error)
        amount = 0;
    mm.counters.frames_returned += amount / HURD_MM_PAGE;
    mm.room.left += (int32_t)(amount / HURD_MM_PAGE);
    return amount;
}

int memory_map(L4_Word_t container, unsigned rights, uintptr_t address, uintptr_t offset,
               uintptr_t size)
{
    return map_rest(container, rights, address, offset, size, 0);
}

int memory_map_some(L4_Word_t container, unsigned rights, uintptr_t address, uintptr_t offset,
                    uintptr_t size)
{
    L4_Word_t done;
    mm.counters.rpcs++;
    return hurd_pm_container_map_once(mm.physmem, container, rights, address, offset, size, &done);
}

int memory_copy(L4_Word_t container, uintptr_t offset, uintptr_t address)
{
    mm.counters.rpcs++;
    int error = hurd_pm_container_copy(mm.physmem, container, offset, mm.memory, address,
                                       HURD_MM_PAGE, 0, NULL);
    if (error)
        return error;
    mm.counters.frames_taken++;
    mm.room.left--;
    return 0;
}

/* Maps what is left of a range that is pinned.  Error: the kernel has no memory for the mapping. */
static int wired_rest(uintptr_t address, uintptr_t size, unsigned rights, uintptr_t done)
{
    int error = map_rest(mm.memory, rights, address, address, size, done);
    if (error)
        hurd_pm_container_unpin(mm.physmem, mm.memory, address, size);
    return error;
}

int memory_wire(uintptr_t address, uintptr_t size, unsigned rights)
{
    L4_Word_t done = 0;
    mm.counters.rpcs++;
    int error = hurd_pm_container_map_pinned(mm.physmem, mm.memory, rights, address, address, size,
                                             &done);
    return error ? error : wired_rest(address, size, rights, done);
}

int memory_allocate_wire(uintptr_t address, uintptr_t size, unsigned rights)
{
    L4_Word_t done = 0;
    mm.counters.rpcs++;
    int error = hurd_pm_container_allocate_pinned(mm.physmem, mm.memory, rights, address, address,
                                                  size, &done);
    if (error)
        return error;
    allocated(size);
    error = wired_rest(address, size, rights, done);
    if (error)
        memory_deallocate(mm.memory, address, size);
    return error;
}

void memory_unwire(uintptr_t address, uintptr_t size)
{
    hurd_pm_container_unpin(mm.physmem, mm.memory, address, size);
    memory_deallocate(mm.memory, address, size);
}

/* The largest fpage that starts at `first` and ends at `last` or before. */
static unsigned fpage_log2(uintptr_t first, uintptr_t last)
{
    unsigned log2 = 12;
    while (log2 < 31) {
        uintptr_t more = ((uintptr_t)2 << log2) - 1;
        if (first & more || last - first < more)
            break;
        log2++;
    }
    return log2;
}

void memory_hide(uintptr_t first, uintptr_t last, unsigned rights)
{
    unsigned n = 0;
    for (;;) {
        unsigned log2 = fpage_log2(first, last);
        uintptr_t end = first + (((uintptr_t)1 << log2) - 1);
        L4_LoadMR((int)n++, L4_FpageAddRights(L4_FpageLog2(first, log2), rights).raw);
        if (end >= last || n == 64) {
            L4_Unmap(L4_UNMAP_FLUSH | (n - 1));
            n = 0;
        }
        if (end >= last)
            return;
        first = end + 1;
    }
}
