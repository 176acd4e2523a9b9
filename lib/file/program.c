/* SPDX-License-Identifier: MIT */
/* From a file to a task: a container with the file, a container with long texts, a part of the
 * memory, then `task` does the rest.  Callers: servers/init, lib/posix. */
#include "lib/file/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/cap.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>

enum {
    PAGE = 4096,
    INTERPRETERS_MOST = 4,
    LINE_MOST = 256,                    /* of "#!" and what stands behind it */
};

struct image {
    struct files_image at;
    bool held;                          /* `task` has it: at.container is a handle there */
    char line[LINE_MOST];               /* the file's first bytes, terminated */
};

static L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

static L4_ThreadId_t task_server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

static L4_Word_t control_of_ours(void)
{
    return __hurd_startup_data->physmem_control.cap;
}

static L4_Word_t whole_pages(L4_Word_t size)
{
    return (size + PAGE - 1) & ~(L4_Word_t) (PAGE - 1);
}

/* ---- the file ---- */

/* Its pages go from the connection's container to the image, without touching them. */
static int image_read(struct file *file, struct image *image)
{
    struct files *f = file->files;
    L4_Word_t out[1] = { 1 };
    int err = files_ready(f);
    for (L4_Word_t at = 0; at < image->at.size && !err; at += out[0]) {
        const L4_Word_t in[] = { file->handle, f->buffer, 0, HURD_IO_MOST, at, 0 };
        err = hurd_cap_rpc(file->server, HURD_IO_READ, 6, in, 1, out, NULL);
        if (!err && (out[0] == 0 || out[0] > HURD_IO_MOST))
            err = EIO;                  /* it has become shorter */
        if (!err && at == 0) {
            size_t n = out[0] < LINE_MOST ? out[0] : LINE_MOST - 1;
            memcpy(image->line, f->bytes, n);
            image->line[n] = '\0';
        }
        if (!err)
            err = hurd_pm_container_copy(physmem(), f->container, 0, image->at.container, at,
                                         whole_pages(out[0]), 0, NULL);
        if (out[0] < HURD_IO_MOST)
            break;
    }
    return err;
}

static int image_check(struct file *file, L4_Word_t *size)
{
    struct hurd_file_stat s;
    int err = file_stat(file, &s);
    if (err)
        return err;
    if ((s.mode & HURD_FILE_TYPE) != HURD_FILE_REGULAR || !(s.mode & 0111))
        return EACCES;
    if (s.size[1] || s.size[0] == 0 || s.size[0] > HURD_TASK_IMAGE_MAX)
        return ENOEXEC;
    *size = s.size[0];
    return 0;
}

/* The file server has an image of the file, which the tasks of this program share.  False: it has
 * not, and the file is to be read, which also says what is wrong with it. */
static bool image_is_held(struct file *file, struct image *image)
{
    L4_Word_t handle = 0;
    if (hurd_cap_open(task_server(), 1, L4_Version(file->server)) ||
        hurd_cap_rpc(file->server, HURD_FILE_IMAGE, 1, &file->handle, 1, &handle, NULL))
        return false;
    *image = (struct image) { .held = true,
                              .at = { .container = handle, .offset = HURD_TASK_IMAGE_HELD } };
    return true;
}

static int image_copy(struct file *file, struct image *image)
{
    *image = (struct image) { .held = false };
    int err = image_check(file, &image->at.size);
    if (!err)
        err = hurd_pm_container_create(physmem(), control_of_ours(), 0, &image->at.container);
    if (err)
        return err;
    err = image_read(file, image);
    if (err)
        hurd_pm_container_destroy(physmem(), image->at.container);
    return err;
}

static int image_make(struct files *f, const char *path, struct image *image)
{
    struct file file;
    int err = file_open(f, &file, path, HURD_DIR_READS, 0);
    if (err)
        return err == EISDIR ? EACCES : err;
    err = image_is_held(&file, image) ? 0 : image_copy(&file, image);
    file_close(&file);
    return err;
}

/* ---- argz and envz, one behind the other ---- */

struct text {
    const char *bytes;                  /* the caller's, or `own` */
    char *own;                          /* NULL, or HURD_TASK_TEXT_MAX bytes of ours */
    size_t argz_len, envz_len;
};

/* From now on, the text may be changed. */
static int text_own(struct text *t, const char *envz)
{
    if (t->own)
        return 0;
    t->own = malloc(HURD_TASK_TEXT_MAX);        /* only what is written takes pages */
    if (!t->own)
        return ENOMEM;
    memcpy(t->own, t->bytes, t->argz_len);
    memcpy(t->own + t->argz_len, envz, t->envz_len);
    t->bytes = t->own;
    return 0;
}

static int text_make(const struct files_program *p, struct text *t)
{
    if (p->argz_len > HURD_TASK_TEXT_MAX || p->envz_len > HURD_TASK_TEXT_MAX - p->argz_len)
        return E2BIG;
    *t = (struct text) { p->argz, NULL, p->argz_len, p->envz_len };
    return p->envz_len == 0 || p->envz == p->argz + p->argz_len ? 0 : text_own(t, p->envz);
}

/* Puts `length` bytes in front; E2BIG. */
static int text_prepend(struct text *t, const char *words, size_t length)
{
    size_t used = t->argz_len + t->envz_len;
    if (length > HURD_TASK_TEXT_MAX - used)
        return E2BIG;
    memmove(t->own + length, t->own, used);
    memcpy(t->own, words, length);
    t->argz_len += length;
    return 0;
}

/* argz[0] becomes the words of the line behind "#!" and the path.  *interpreter: valid as long as
 * the text. */
static int text_interpret(struct text *t, char *line, const char *path, const char **interpreter)
{
    int err = text_own(t, t->bytes + t->argz_len);
    if (err)
        return err;
    size_t first = strlen(t->own) + 1;
    memmove(t->own, t->own + first, t->argz_len + t->envz_len - first);
    t->argz_len -= first;
    if (!strchr(line, '\n'))
        return ENOEXEC;
    *strchr(line, '\n') = '\0';
    char *name = line + 2 + strspn(line + 2, " \t");
    char *end = name + strcspn(name, " \t");
    char *argument = end + strspn(end, " \t");
    *end = '\0';
    if (!*name)
        return ENOEXEC;
    err = text_prepend(t, path, strlen(path) + 1);
    if (!err && *argument)
        err = text_prepend(t, argument, strlen(argument) + 1);
    if (!err)
        err = text_prepend(t, name, strlen(name) + 1);
    *interpreter = t->bytes;
    return err;
}

/* The text as a handle in the table of `task`: in the place for paths of the connection's
 * container, or in a container of its own, which is to be destroyed behind. */
struct shared_text {
    L4_Word_t own, theirs, offset;      /* own 0: the connection's; theirs 0: it is in a message */
};

static int text_share_new(const struct text *t, struct shared_text *shared)
{
    uintptr_t at = 0;
    int err = hurd_vm_new_container(&at, HURD_TASK_TEXT_MAX, &shared->own);
    if (err)
        return err;
    memcpy((void *) at, t->bytes, t->argz_len + t->envz_len);
    err = hurd_vm_deallocate(at, HURD_TASK_TEXT_MAX);
    if (!err)
        err = hurd_pm_container_share(physmem(), shared->own, HURD_TASK_TASK, HURD_PM_READ,
                                      &shared->theirs);
    if (err)
        hurd_pm_container_destroy(physmem(), shared->own);
    return err;
}

/* files: NULL: there is no connection. */
static int text_share(const struct text *t, struct files *files, struct shared_text *shared)
{
    const size_t length = t->argz_len + t->envz_len;
    *shared = (struct shared_text) { 0, 0, 0 };
    if (length <= HURD_TASK_ARGZ_MAX)
        return 0;
    if (!files || length > HURD_DIR_PATH || files_ready(files))
        return text_share_new(t, shared);
    memcpy(files->bytes + HURD_IO_MOST, t->bytes, length);
    shared->offset = HURD_IO_MOST;
    return hurd_pm_container_share(physmem(), files->container, HURD_TASK_TASK, HURD_PM_READ,
                                   &shared->theirs);
}

/* ---- the task ---- */

/* What becomes of the image: a new task, or this one (created == NULL). */
struct start {
    L4_Word_t frames;                   /* of a new task */
    struct hurd_task_created *created;
    struct files *files;                /* the connection, which this task keeps; or NULL */
    bool child;
};

/* What goes to `task` beside the image: a part of our memory, or the connection's container. */
static int companion_give(const struct start *start, L4_Word_t *theirs)
{
    if (start->created)
        return hurd_pm_control_split(physmem(), control_of_ours(), start->frames, HURD_TASK_TASK,
                                     theirs);
    return hurd_cap_give(physmem(), start->files->container, HURD_TASK_TASK, HURD_PM_RIGHTS, 0,
                         theirs);
}

/* `task` was not asked, so the handle is still ours.  The file server has named it, and may have
 * named another one of ours. */
static void image_keep_none(const struct files_image *image)
{
    L4_Word_t unused;
    if (image->offset == HURD_TASK_IMAGE_HELD &&
        !hurd_cap_rpc(task_server(), HURD_TASK_IMAGE_USERS, 1, &image->container, 1, &unused, NULL))
        hurd_cap_drop(task_server(), image->container);
}

static int task_make(const struct files_image *image, const struct text *t,
                     const struct shared_text *shared, const struct start *start)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    const L4_ThreadId_t task = task_server();
    const struct hurd_task_text text = { t->bytes, t->argz_len, t->envz_len, shared->theirs,
                                         shared->offset };
    L4_Word_t companion, shown = image->container;
    int err = companion_give(start, &companion);
    if (err) {
        image_keep_none(image);
        return err;
    }
    if (image->offset != HURD_TASK_IMAGE_HELD)
        err = hurd_pm_container_share(physmem(), image->container, HURD_TASK_TASK,
                                      HURD_PM_READ | HURD_PM_EXECUTE, &shown);
    if (err) {
        hurd_cap_take_back(physmem(), HURD_TASK_TASK, companion);
        return err;
    }
    if (!start->created)
        return hurd_task_exec(task, data->task.cap, shown, image->offset, image->size, companion,
                              &text);
    return (start->child ? hurd_task_spawn : hurd_task_create_text)(
        task, data->task.cap, shown, image->offset, image->size, companion, &text, start->created);
}

static int image_start(const struct files_image *image, const struct text *t,
                       const struct start *start)
{
    struct shared_text shared;
    int err = text_share(t, start->files, &shared);
    if (err) {
        image_keep_none(image);
        return err;
    }
    err = task_make(image, t, &shared, start);
    if (err && shared.theirs)
        hurd_cap_take_back(physmem(), HURD_TASK_TASK, shared.theirs);
    if (shared.own)
        hurd_pm_container_destroy(physmem(), shared.own);
    return err;
}

int files_start_image(const struct files_image *image, const struct files_program *p,
                      struct hurd_task_created *created)
{
    struct text t;
    int err = text_make(p, &t);
    if (err)
        return err;
    err = image_start(image, &t, &(struct start) { .frames = p->frames, .created = created });
    free(t.own);
    return err;
}

static int start_one(struct files *f, const char *path, struct text *t, const struct start *start,
                     struct image *image)
{
    struct start with_image = *start;
    int err = image_make(f, path, image);
    if (err)
        return err;
    with_image.frames += whole_pages(image->at.size) / PAGE;
    if (strncmp(image->line, "#!", 2))
        err = image_start(&image->at, t, &with_image);
    if (!image->held)
        hurd_pm_container_destroy(physmem(), image->at.container);
    return err;
}

/* The file, or the interpreter that it names. */
static int start_found(struct files *f, const struct files_program *p, const struct start *start)
{
    struct image image;
    struct text t;
    const char *path = p->path;
    int err = text_make(p, &t);
    if (err)
        return err;
    for (unsigned i = 0; !err; i++) {
        char script[HURD_DIR_PATH];
        err = start_one(f, path, &t, start, &image);
        if (err || strncmp(image.line, "#!", 2))
            break;
        err = i == INTERPRETERS_MOST ? ENOEXEC : strlen(path) >= sizeof script ? ENAMETOOLONG : 0;
        if (err)
            break;
        strcpy(script, path);
        err = text_interpret(&t, image.line, script, &path);
    }
    free(t.own);
    return err;
}

int files_start(struct files *f, const struct files_program *p, struct hurd_task_created *created)
{
    return start_found(f, p, &(struct start) { p->frames, created, f, p->child });
}

int files_exec(struct files *f, const struct files_program *p)
{
    return start_found(f, p, &(struct start) { .files = f });
}
