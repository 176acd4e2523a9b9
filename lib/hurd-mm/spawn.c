/* SPDX-License-Identifier: MIT */
/* A program starts itself again, as another task.  Its image is a weak reference, which may not be
 * passed on; a copy-on-write copy in a container of its own may. */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include "fork.h"

static struct {
    L4_Word_t container, size;
    int ready;
} image;

static int image_copy(L4_ThreadId_t physmem, const struct hurd_startup_data *data)
{
    struct hurd_pm_container_info info;
    if (image.ready)
        return 0;
    int error = hurd_pm_container_info(physmem, data->image.cap, &info);
    if (!error)
        error = hurd_pm_container_create(physmem, data->physmem_control.cap, 0, &image.container);
    if (error)
        return error;
    error = hurd_pm_container_copy(physmem, data->image.cap, 0, image.container, 0, info.allocated,
                                   0, NULL);
    if (error) {
        hurd_pm_container_destroy(physmem, image.container);
        return error;
    }
    image.size = info.allocated;
    image.ready = 1;
    return 0;
}

void spawn_forked(void)
{
    image.ready = 0;
}

int hurd_spawn_prepare(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    return image_copy(L4_ThreadIdOfRaw(data->physmem_control.server), data);
}

/* A control in the table of `task`, the handle in *theirs.  swap: pages that it may have on disk;
 * 0: its part of ours. */
static int control_make(L4_ThreadId_t physmem, L4_Word_t from, L4_Word_t frames, L4_Word_t swap,
                        L4_Word_t *theirs)
{
    L4_Word_t own;
    if (!swap)
        return hurd_pm_control_split(physmem, from, frames, HURD_TASK_TASK, theirs);
    int error = hurd_pm_control_split(physmem, from, frames, 0, &own);
    if (error)
        return error;
    error = hurd_pm_swap_quota(physmem, from, own, swap);
    if (!error)
        error = hurd_cap_give(physmem, own, HURD_TASK_TASK, 0, 0, theirs);
    hurd_cap_drop(physmem, own);
    return error;
}

int hurd_spawn_self(L4_Word_t frames, const char *argz, L4_Word_t argz_length,
                    struct hurd_task_created *created)
{
    return hurd_spawn_self_swap(frames, 0, argz, argz_length, created);
}

int hurd_spawn_self_swap(L4_Word_t frames, L4_Word_t swap, const char *argz, L4_Word_t argz_length,
                         struct hurd_task_created *created)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_ThreadId_t physmem = L4_ThreadIdOfRaw(data->physmem_control.server);
    L4_Word_t shown, control;
    int error = image_copy(physmem, data);
    if (!error)
        error = control_make(physmem, data->physmem_control.cap,
                             frames + image.size / HURD_MM_PAGE, swap, &control);
    if (error)
        return error;
    error = hurd_pm_container_share(physmem, image.container, HURD_TASK_TASK,
                                    HURD_PM_READ | HURD_PM_EXECUTE, &shown);
    if (error) {
        hurd_cap_take_back(physmem, HURD_TASK_TASK, control);
        return error;
    }
    return hurd_task_create(L4_ThreadIdOfRaw(data->task.server), data->task.cap, shown, 0,
                            image.size, control, argz, argz_length, created);
}
