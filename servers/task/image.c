/* SPDX-License-Identifier: MIT */
/* The pages of programs, and which tasks share them. */
#include "server.h"
#include <errno.h>
#include <hurd/assert.h>
#include <hurd/physmem.h>

static struct image images[TASKS_MAX + 1 + HELD_MAX];   /* one for each task that `task` starts, in
                                                   HURD_TASK_EXEC one more, and held ones */

static struct image *record_free(void)
{
    for (unsigned i = 0; i < sizeof images / sizeof images[0]; i++)
        if (images[i].users == 0)
            return &images[i];
    return NULL;
}

int image_new(L4_Word_t control, L4_Word_t size, struct image **out)
{
    struct image *image = record_free();
    if (!image)
        return EAGAIN;
    int error = hurd_pm_container_create(physmem, control, 0, &image->container);
    if (error != 0)
        return error;
    image->size = size;
    image->users = 1;
    *out = image;
    return 0;
}

void image_share(struct task *t, struct image *image)
{
    assert(!t->image && image->users > 0);
    t->image = image;
    image->users++;
}

void image_drop(struct image *image)
{
    assert(image->users > 0);
    if (--image->users == 0)
        container_drop(image->container);
}

void image_leave(struct task *t)
{
    struct image *image = t->image;
    t->image = NULL;
    if (image)
        image_drop(image);
}
