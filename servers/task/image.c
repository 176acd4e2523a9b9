/* SPDX-License-Identifier: MIT */
/* The pages of programs, and which tasks share them. */
#include "server.h"
#include <errno.h>
#include <hurd/assert.h>
#include <hurd/physmem.h>

static struct image images[TASKS_MAX + 1];      /* one for each task that `task` starts, and in
                                                   HURD_TASK_EXEC one more */

static struct image *record_free(void)
{
    for (unsigned i = 0; i < sizeof images / sizeof images[0]; i++)
        if (images[i].users == 0)
            return &images[i];
    return NULL;
}

int image_new(struct task *t, L4_Word_t size)
{
    struct image *image = record_free();
    assert(!t->image);
    if (!image)
        return EAGAIN;
    int error = hurd_pm_container_create(physmem, t->control, 0, &image->container);
    if (error != 0)
        return error;
    image->size = size;
    image->users = 1;
    t->image = image;
    return 0;
}

void image_share(struct task *t, const struct task *other)
{
    assert(!t->image && other->image);
    t->image = other->image;
    t->image->users++;
}

void image_leave(struct task *t)
{
    struct image *image = t->image;
    t->image = NULL;
    if (image && --image->users == 0)
        container_drop(image->container);
}
