/* SPDX-License-Identifier: MIT */
/* Programs out of the archive: physmem lets `task` see the archive, and gives it the memory that
 * the program may use; `task` does the rest.  Callers: main.c, shell.c.  Next hops:
 * hurd/physmem.h, hurd/task.h. */
#include "programs.h"
#include "cpio.h"
#include "environment.h"
#include "root.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <hurd/cap.h>
#include <hurd/deva.h>
#include <hurd/device.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>

#include "lib/file/program.h"

enum {
    FRAMES_LEAST = 64,
    PATH_MOST = 256,
    ENVIRONMENT = HURD_TASK_TEXT_MAX / 2,
};

static const char *archive;
static size_t archive_size;

static L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

static L4_ThreadId_t task_server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

int programs_init(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    if (data->store.server == 0 || data->store_size == 0)
        return ENOENT;
    uintptr_t pages = (data->store_size + HURD_MM_PAGE - 1) & ~(uintptr_t) (HURD_MM_PAGE - 1);
    uintptr_t addr = 0;
    int err = hurd_vm_map_container(&addr, pages, 0, HURD_VM_READ, data->store.cap, 0);
    if (err)
        return err;
    archive = (const char *) addr;
    archive_size = data->store_size;
    const char *problem = cpio_problem(archive, archive_size);
    if (problem)
        printf("init: the archive of programs: %s\n", problem);
    return 0;
}

/* The archive holds two files that are no programs. */
static bool is_program(const char *name)
{
    return strcmp(name, PROGRAMS_LIST) && strcmp(name, PROGRAMS_ROOT);
}

const char *programs_next(size_t *offset, size_t *size)
{
    struct cpio_entry entry;
    do {
        if (!cpio_next_file(archive, archive_size, offset, &entry))
            return NULL;
    } while (!is_program(entry.name));
    *size = entry.size;
    return entry.name;
}

bool programs_have(const char *name)
{
    struct cpio_entry entry;
    return is_program(name) && cpio_find(archive, archive_size, name, &entry);
}

const char *programs_about(const char *name, size_t *size)
{
    struct cpio_entry list;
    if (!cpio_find(archive, archive_size, PROGRAMS_LIST, &list))
        return NULL;
    const char *line = archive + list.data, *end = line + list.size;
    size_t length = strlen(name);
    while (line < end) {
        const char *newline = memchr(line, '\n', (size_t) (end - line));
        const char *next = newline ? newline : end;
        if ((size_t)(next - line) > length && !memcmp(line, name, length) && line[length] == '\t') {
            *size = (size_t) (next - line) - length - 1;
            return line + length + 1;
        }
        line = next + 1;
    }
    return NULL;
}

const void *programs_file(const char *name, size_t *size)
{
    struct cpio_entry entry;
    if (!cpio_find(archive, archive_size, name, &entry))
        return NULL;
    *size = entry.size;
    return archive + entry.data;
}

L4_Word_t programs_left(void)
{
    struct hurd_pm_control_info info;
    if (hurd_pm_control_info(physmem(), __hurd_startup_data->physmem_control.cap, &info) ||
        info.guarantee < info.used)
        return 0;
    return info.guarantee - info.used;
}

L4_Word_t programs_share(unsigned eighths)
{
    L4_Word_t share = programs_left() / 8 * eighths;
    return share > FRAMES_LEAST ? share : FRAMES_LEAST;
}

static void program_note(struct program *program, const struct hurd_task_created *created,
                         const char *name)
{
    const char *slash = strrchr(name, '/');
    program->task = created->id;
    program->handle = created->handle;
    program->thread = created->thread;
    snprintf(program->name, sizeof program->name, "%s", slash ? slash + 1 : name);
}

static int start_archived(const struct files_program *request, struct hurd_task_created *created)
{
    struct cpio_entry entry;
    if (!programs_have(request->argz) ||
        !cpio_find(archive, archive_size, request->argz, &entry))
        return ENOENT;
    const struct files_image image = { __hurd_startup_data->store.cap, entry.data, entry.size };
    return files_start_image(&image, request, created);
}

/* A program of deva's archive of drivers, which is a container of deva's. */
static int start_driver(const struct files_program *request, struct hurd_task_created *created)
{
    static const char *drivers;
    static L4_Word_t container, size;
    struct hurd_startup_cap master = __hurd_startup_data->deva_master;
    struct cpio_entry entry;
    int err = drivers ? 0
                      : hurd_driver_archive(L4_ThreadIdOfRaw(master.server), master.cap, &container,
                                            &size);
    if (!err && !drivers) {
        uintptr_t pages = (size + HURD_MM_PAGE - 1) & ~(uintptr_t) (HURD_MM_PAGE - 1), at = 0;
        err = hurd_vm_map_container(&at, pages, 0, HURD_VM_READ, container, 0);
        drivers = err ? NULL : (const char *) at;
    }
    if (err)
        return err;
    if (!cpio_find(drivers, size, request->argz, &entry))
        return ENOENT;
    const struct files_image image = { container, entry.data, entry.size };
    return files_start_image(&image, request, created);
}

typedef int start_t(const struct files_program *request, struct hurd_task_created *created);

/* With the console as its standard streams. */
static int start(start_t *from, const char *argz, size_t length, L4_Word_t frames,
                 struct program *program)
{
    static const struct file none[PROGRAM_STREAMS];
    char envz[ENVIRONMENT];
    const struct files_program request = {
        .argz = argz, .argz_len = length, .envz = envz, .frames = frames,
        .envz_len = environment_make(envz, sizeof envz, none),
    };
    struct hurd_task_created created;
    memset(program->stream, 0, sizeof program->stream);
    int err = from(&request, &created);
    if (!err)
        program_note(program, &created, argz);
    return err;
}

int program_start(const char *argz, size_t length, L4_Word_t frames, struct program *program)
{
    return start(start_archived, argz, length, frames, program);
}

int program_start_driver(const char *argz, size_t length, L4_Word_t frames,
                         struct program *program)
{
    return start(start_driver, argz, length, frames, program);
}

/* ---- programs of the file system ---- */

const char *programs_path(const char *name)
{
    static char path[PATH_MOST];
    struct hurd_file_stat s;
    if (!root_mounted())
        return NULL;
    if (strchr(name, '/'))
        return name;
    if ((size_t) snprintf(path, sizeof path, "/bin/%s", name) >= sizeof path ||
        files_stat(root_mounted(), path, 1, &s))
        return NULL;
    return path;
}

bool programs_find(const char *name)
{
    return programs_path(name) || programs_have(name);
}

/* Errors may go to the file of the output. */
static void join_forget(struct file stream[PROGRAM_STREAMS])
{
    if (stream[2].files && stream[2].server.raw == stream[1].server.raw &&
        stream[2].handle == stream[1].handle)
        stream[2].files = NULL;
}

void programs_close(struct file stream[PROGRAM_STREAMS])
{
    join_forget(stream);
    for (int i = 0; i < PROGRAM_STREAMS; i++) {
        if (stream[i].files)
            file_close(&stream[i]);
    }
}

int program_start_found(const char *argz, size_t length, L4_Word_t frames,
                        const struct file stream[PROGRAM_STREAMS], struct program *program)
{
    char envz[ENVIRONMENT];
    const struct files_program request = {
        .path = programs_path(argz), .argz = argz, .argz_len = length, .frames = frames,
        .envz = envz, .envz_len = environment_make(envz, sizeof envz, stream),
    };
    struct hurd_task_created created;
    int err = request.path ? files_start(root_mounted(), &request, &created)
                           : start_archived(&request, &created);
    if (err)
        return err;
    program_note(program, &created, argz);
    memcpy(program->stream, stream, sizeof program->stream);
    join_forget(program->stream);
    return 0;
}

int program_give_devices(const struct program *program)
{
    struct hurd_startup_cap master = __hurd_startup_data->deva_master;
    L4_Word_t theirs;
    return hurd_cap_give(L4_ThreadIdOfRaw(master.server), master.cap, program->task, 0, 0, &theirs);
}

int program_give_policy(const struct program *program)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_Word_t theirs;
    return hurd_pm_policy_grant(L4_ThreadIdOfRaw(data->physmem_control.server),
                                data->physmem_master.cap, program->task, &theirs);
}

int program_give_sectors(const struct program *program, const struct hurd_deva_extent *extent)
{
    struct hurd_startup_cap master = __hurd_startup_data->deva_master;
    L4_Word_t theirs;
    return hurd_deva_block_grant(L4_ThreadIdOfRaw(master.server), master.cap, program->task, extent,
                                 &theirs);
}

int program_poll(const struct program *program, L4_Word_t *status, L4_Word_t *reason)
{
    const L4_Word_t flags = HURD_TASK_NOHANG | HURD_TASK_UNTRACED;
    *reason = HURD_TASK_EXITED;
    int err = hurd_task_wait(task_server(), program->handle, flags, status, reason);
    if (!err && *reason == HURD_TASK_STOPPED)
        err = EAGAIN;
    if (err)
        return err;
    hurd_task_release(task_server(), program->handle);
    for (unsigned i = 0; i < PROGRAM_STREAMS; i++) {
        if (program->stream[i].files)
            hurd_cap_drop(program->stream[i].server, program->stream[i].handle);
    }
    return 0;
}

const char *program_outcome(L4_Word_t status, L4_Word_t reason)
{
    static char text[HURD_TASK_OUTCOME];
    return hurd_task_outcome(status, reason, text);
}
