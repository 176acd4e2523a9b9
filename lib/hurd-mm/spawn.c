/* SPDX-License-Identifier: MIT */
/* A program starts itself again, as another task.  Its image is a weak reference, which may not be
 * passed on; a copy-on-write copy in a container of its own may. */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/fs.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include "fork.h"

static struct {
    L4_Word_t container, size;
    int ready;
} image;

/* Pages that may be missing come from the file server, and may go again before they are copied. */
static int pages_copy(L4_ThreadId_t physmem, const struct hurd_startup_data *data)
{
    enum { TRIES = 100 };
    L4_Word_t out[2] = {0, 1};
    int error = 0;
    for (L4_Word_t at = 0, tries = 0; at < out[1] && !error;) {
        const L4_Word_t in[] = {data->image_pages.cap, at, HURD_FS_IMAGE_MOST};
        error = hurd_cap_rpc(L4_ThreadIdOfRaw(data->image_pages.server), HURD_FS_IMAGE, 3, in, 2,
                             out, NULL);
        if (!error)
            error = hurd_pm_container_copy(physmem, data->image.cap, at * HURD_MM_PAGE,
                                           image.container, at * HURD_MM_PAGE,
                                           out[0] * HURD_MM_PAGE, 0, NULL);
        if (!error)
            at += out[0];
        else if ((error == ENOENT || error == ESTALE) && tries++ < TRIES)
            error = 0;
    }
    image.size = out[1] * HURD_MM_PAGE;
    return error;
}

static int image_copy(L4_ThreadId_t physmem, const struct hurd_startup_data *data)
{
    struct hurd_pm_container_info info = {0};
    if (image.ready)
        return 0;
    int error = hurd_pm_container_info(physmem, data->image.cap, &info);
    if (!error)
        error = hurd_pm_container_create(physmem, data->physmem_control.cap, 0, &image.container);
    if (error)
        return error;
    image.size = info.allocated;
    error = data->image_pages.server
                ? pages_copy(physmem, data)
                : hurd_pm_container_copy(physmem, data->image.cap, 0, image.container, 0,
                                         image.size, 0, NULL);
    if (error) {
        hurd_pm_container_destroy(physmem, image.container);
        return error;
    }
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
