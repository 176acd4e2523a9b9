/* SPDX-License-Identifier: MIT */
/* Many clients at once: tasks of this program, each with files of its own in the root. */
#include "tests/guest/storm/storm.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hurd/mm.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/thread.h>

#include "lib/file/files.h"

enum { ROUNDS = 3, SIZE = 6000, CLIENTS_MOST = 128, FRAMES = 128 };

static struct files files;
static unsigned char data[SIZE];

static int fill(const char *path, uint32_t seed)
{
    struct file f;
    uint32_t done = 0;
    int err = file_open(&files, &f, path, HURD_DIR_WRITES | HURD_DIR_CREATE | HURD_DIR_TRUNCATE,
                        0644);
    if (err)
        return err;
    for (uint32_t i = 0; i < SIZE; i++)
        data[i] = storm_byte(seed, i);
    err = file_write(&f, data, SIZE, &done);
    file_close(&f);
    return err ? err : done == SIZE ? 0 : EIO;
}

static int check(const char *path, uint32_t seed)
{
    struct file f;
    uint32_t done = 0;
    int err = file_open(&files, &f, path, HURD_DIR_READS, 0);
    if (err)
        return err;
    memset(data, 0, SIZE);
    err = file_read(&f, data, SIZE, &done);
    file_close(&f);
    for (uint32_t i = 0; i < SIZE && !err; i++)
        err = data[i] == storm_byte(seed, i) ? 0 : EUCLEAN;
    return err;
}

/* Returns the status: 0, or an errno. */
static int client(unsigned long server, unsigned number)
{
    struct hurd_startup_cap memory = __hurd_startup_data->physmem_control;
    struct hurd_file_stat s;
    char a[32], b[32];
    snprintf(a, sizeof a, "/crowd-%u", number);
    snprintf(b, sizeof b, "/crowd-%u-renamed", number);
    int err = files_connect(&files, L4_ThreadIdOfRaw(server), L4_ThreadIdOfRaw(memory.server),
                            memory.cap);
    for (uint32_t i = 0; i < ROUNDS && !err; i++) {
        err = fill(a, number + i);
        if (!err)
            err = check(a, number + i);
        if (!err)
            err = files_rename(&files, a, b);
        if (!err)
            err = check(b, number + i);
        if (!err && files_stat(&files, a, 1, &s) != ENOENT)
            err = EEXIST;
        if (!err)
            err = files_unlink(&files, b);
    }
    return err ? err : fill(a, number);
}

static int start(unsigned long server, unsigned number, L4_Word_t *handle)
{
    struct hurd_task_created created;
    char argz[64];
    int n = snprintf(argz, sizeof argz, "storm%cfiles=%lx%cn=%u%c", 0, server, 0, number, 0);
    int err = hurd_spawn_self(FRAMES, argz, (L4_Word_t) n, &created);
    *handle = created.handle;
    return err;
}

int crowd(unsigned clients, unsigned long server, unsigned number)
{
    static L4_Word_t child[CLIENTS_MOST];
    L4_ThreadId_t task = L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
    unsigned started = 0, bad = 0;
    int err = 0;
    if (number > 0)
        return client(server, number);
    while (started < clients && started < CLIENTS_MOST &&
           !(err = start(server, started + 1, &child[started])))
        started++;
    for (unsigned i = 0; i < started; i++) {
        L4_Word_t status = 1, reason = 0;
        hurd_task_wait(task, child[i], 0, &status, &reason);
        hurd_task_release(task, child[i]);
        if (status)
            printf("storm: client %u: %s\n", i + 1, strerror((int) status));
        bad += status != 0;
    }
    printf("storm: %u clients, %u not well\n", started, bad);
    if (err)
        printf("storm: no more: %s\n", strerror(err));
    return bad || started < clients;
}
