/* SPDX-License-Identifier: MIT */
/* Images that a task holds for others: HURD_TASK_IMAGE.  A file server has one made of a program
 * file and gives its handle to each task that starts this program.  So the file is copied once, its
 * headers are read once, and all tasks of the program have the same frames for their text.
 *
 * The pages are a copy at the time of the request; it is for the maker to know whether the file
 * still says the same, and to make a new one otherwise.  Or there are none at first, and the maker
 * gets the container, in which it keeps what programs need: then it must take care that all pages
 * are of one file.  Whatever it does there, it does to programs that trust it, and not to us. */
#include "held.h"
#include "create.h"
#include <errno.h>
#include <hurd/assert.h>
#include <hurd/physmem.h>

static struct held_image held_images[HELD_MAX];

/* Beside this, a handle is there to be named in CREATE and EXEC, given and dropped. */
static int held_serve(struct hurd_cap_call *call)
{
    const struct held_image *held = (const struct held_image *)call->cap->object;
    if (call->label != HURD_TASK_IMAGE_USERS)
        return ENOSYS;
    if (call->words != 1)
        return EINVAL;
    call->reply[0] = held->image->users - 1 + held->object.strong - 1;
    call->reply_words = 1;
    return 0;
}

static void held_unreferenced(struct hurd_cap_object *object)
{
    struct held_image *held = (struct held_image *)object;
    hurd_cap_object_revoke(object);
    image_drop(held->image);
    held->image = NULL;
}

const struct hurd_cap_class held_class = {
    .name = "image", .serve = held_serve, .unreferenced = held_unreferenced,
};

int held_find(L4_Word_t task, L4_Word_t handle, struct held_image **held)
{
    struct hurd_cap *cap;
    if (hurd_cap_lookup(&server.table, task, handle, &cap) != 0)
        return EBADF;
    if (cap->object->class != &held_class)
        return EPERM;
    *held = (struct held_image *)cap->object;
    return 0;
}

/* A free record, if the maker may have one more. */
static struct held_image *record_free(L4_Word_t maker)
{
    struct held_image *found = NULL;
    unsigned its = 0;
    for (struct held_image *h = held_images; h < held_images + HELD_MAX; h++) {
        if (!h->image)
            found = h;
        else
            its += h->maker == maker;
    }
    return its < HURD_TASK_IMAGES ? found : NULL;
}

/* What the image consists of: copies of the maker's pages; or the container is the maker's, too. */
static int fill(struct held_image *held, const struct making *m, struct hurd_cap_call *call)
{
    if (!held->pages.server)
        return hurd_pm_container_copy(physmem, m->image, m->offset, held->image->container, 0,
                                      held->image->size, 0, NULL);
    return hurd_cap_give(physmem, held->image->container, m->caller, HURD_PM_RIGHTS, 0,
                         &call->reply[1]);
}

/* Pre: m names the image, and the maker's control. */
static int make(struct making *m, struct hurd_cap_call *call)
{
    uint32_t handle;
    unsigned left;
    struct held_image *held = record_free(m->caller);
    if (!held)
        return EAGAIN;
    int error = read_headers(m);
    if (error == 0)
        error = image_new(m->control, (m->size + PAGE - 1) & -PAGE, &held->image);
    if (error != 0)
        return error;
    held->program = m->program;
    held->maker = m->caller;
    held->pages = (struct hurd_startup_cap) {0, 0};
    if (call->words == 5)
        held->pages = (struct hurd_startup_cap) {call->from.raw, call->arg[4]};
    hurd_cap_object_init(&held->object, &held_class);
    hurd_cap_object_keep(&held->object);
    error = hurd_cap_insert(&server.table, m->caller, &held->object, 7, 0, 0, &handle);
    if (error == 0) {
        error = fill(held, m, call);
        if (error != 0)
            hurd_cap_remove(&server.table, m->caller, handle, &left);
    }
    hurd_cap_object_drop(&held->object);        /* after an error, the record goes now */
    if (error != 0)
        return error;
    call->reply[0] = handle;
    call->reply_words = call->words == 5 ? 2 : 1;
    return 0;
}

int task_image(struct hurd_cap_call *call, struct task *t)
{
    if ((call->words != 4 && call->words != 5) || call->arg[2] % PAGE != 0)
        return EINVAL;
    if (t->id != call->task || !t->has_control)
        return EPERM;
    struct making m = {.caller = call->task, .image = call->arg[1], .offset = call->arg[2],
                       .size = call->arg[3], .control = t->control};
    int error = check_giver(m.image, m.caller);
    if (error != 0)
        return error;
    error = make(&m, call);
    own_forget();
    hurd_cap_drop(physmem, m.image);
    return error;
}
