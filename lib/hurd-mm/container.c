/* SPDX-License-Identifier: MIT */
/* A container of the program's own beside its memory: what it shows to a server, or shares. */
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>

int hurd_vm_new_container(uintptr_t *addr, uintptr_t size, L4_Word_t *container)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_ThreadId_t physmem = L4_ThreadIdOfRaw(data->physmem_control.server);
    int error = hurd_pm_container_create(physmem, data->physmem_control.cap, 0, container);
    if (error)
        return error;
    error = hurd_pm_container_allocate(physmem, *container, 0, 0, size, NULL);
    if (!error)
        error = hurd_vm_map_container(addr, size, 0, HURD_VM_READ | HURD_VM_WRITE, *container, 0);
    if (error)
        hurd_pm_container_destroy(physmem, *container);
    return error;
}
