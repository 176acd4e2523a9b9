/* SPDX-License-Identifier: MIT */
/* A program whose pager's books are wrong: it finds it out when a region is unmapped. */
#include <hurd/assert.h>
#include <hurd/mm.h>

#include "lib/hurd-mm/map.h"

void __wrap_map_remove(struct address_space *as, struct map *map);

void __wrap_map_remove(struct address_space *as, struct map *map)
{
    (void)as;
    assert_is(map->range.first, <, 16);
}

int main(void)
{
    uintptr_t at = 0x30000000;
    if (hurd_vm_allocate(&at, HURD_MM_PAGE, HURD_VM_HERE, 0) == 0)
        hurd_vm_deallocate(at, HURD_MM_PAGE);
    return 0;
}
