/* SPDX-License-Identifier: MIT */
/* An ext2 image in memory, as a device that remembers each write; and what e2fsck says of it. */
#ifndef EXT2_WORLD_H
#define EXT2_WORLD_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/ext2/ext2.h"

#define TOOLS "PATH=$PATH:/usr/sbin:/sbin MKE2FS_DEVICE_SECTSIZE=512 "

enum { WORLD_BUFFERS = 64, WORLD_OUTPUT = 65536 };

struct world_write {
    uint64_t at;
    uint32_t size;              /* 0: a flush */
    uint8_t *data;
};

static struct world {
    uint8_t *image;
    size_t size;
    struct world_write *log;    /* when recording */
    uint32_t log_count, log_room;
    bool recording;
    uint32_t random;            /* of world_roll() */
    uint32_t fail_write, fail_read;     /* the nth from now fails; 0: none */
    int64_t now;
    void *memory;
    struct ext2 *fs;
    char path[64];              /* of a file on the host */
} world;

static char world_output[WORLD_OUTPUT];

/* Runs a command; its output is in world_output, its status is returned. */
__attribute__((format(printf, 1, 2))) static inline int world_run(const char *format, ...)
{
    char command[1024];
    va_list args;
    int n = snprintf(command, sizeof command, TOOLS);
    va_start(args, format);
    vsnprintf(command + n, sizeof command - n, format, args);
    va_end(args);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    size_t got = fread(world_output, 1, sizeof world_output - 1, f);
    world_output[got] = 0;
    int status = pclose(f);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static inline void world_log(uint64_t at, uint32_t size, const uint8_t *data)
{
    if (!world.recording)
        return;
    if (world.log_count == world.log_room) {
        world.log_room = world.log_room * 2 + 1024;
        world.log = realloc(world.log, world.log_room * sizeof *world.log);
    }
    struct world_write *w = &world.log[world.log_count++];
    *w = (struct world_write) { at, size, size ? malloc(size) : NULL };
    if (size)
        memcpy(w->data, data, size);
}

static inline bool world_counts_down(uint32_t *n)
{
    return *n > 0 && --*n == 0;
}

static int world_read(void *context, uint32_t block, uint32_t size, uint32_t count,
                      uint8_t *const *data)
{
    (void) context;
    assert_true(count > 0 && count <= EXT2_RUN);
    assert_true(((uint64_t) block + count) * size <= world.size);       /* never beyond the image */
    if (world_counts_down(&world.fail_read))
        return EIO;
    for (uint32_t i = 0; i < count; i++)
        memcpy(data[i], world.image + ((uint64_t) block + i) * size, size);
    return 0;
}

static int world_write(void *context, uint32_t block, uint32_t size, uint32_t count,
                       uint8_t *const *data)
{
    (void) context;
    assert_true(count > 0 && count <= EXT2_RUN);
    assert_true(((uint64_t) block + count) * size <= world.size);
    if (world_counts_down(&world.fail_write))
        return EIO;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t at = ((uint64_t) block + i) * size;
        memcpy(world.image + at, data[i], size);
        world_log(at, size, data[i]);
    }
    return 0;
}

static int world_flush(void *context)
{
    (void) context;
    world_log(0, 0, NULL);
    return 0;
}

static int64_t world_now(void *context)
{
    (void) context;
    return world.now;
}

/* ---- images ---- */

static inline void world_load(void)
{
    FILE *f = fopen(world.path, "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    world.size = ftell(f);
    rewind(f);
    free(world.image);
    world.image = malloc(world.size);
    assert_int_equal(fread(world.image, 1, world.size, f), world.size);
    fclose(f);
}

static inline void world_store(const uint8_t *image)
{
    FILE *f = fopen(world.path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(image, 1, world.size, f), world.size);
    fclose(f);
}

static inline void world_init(void)
{
    /* The file is in memory, if there is such a folder: elsewhere e2fsck waits for a disk. */
    const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(world.path, sizeof world.path, "%s/pecan-ext2-XXXXXX", folder);
    int fd = mkstemp(world.path);
    assert_true(fd >= 0);
    close(fd);
    world.now = 1700000000;
}

/* `maker` with %s for the image's path. */
static inline void world_make(const char *maker)
{
    if (!world.path[0])
        world_init();
    unlink(world.path);
    assert_int_equal(world_run(maker, world.path), 0);
    world_load();
}

static inline int world_try_mount(uint32_t buffers)
{
    struct ext2_device device = { NULL, world.size, false, world_read, world_write, world_flush,
                                  world_now };
    size_t bytes = ext2_memory(buffers);
    free(world.memory);
    free(world.fs);
    world.memory = malloc(bytes);
    world.fs = malloc(sizeof *world.fs);
    return ext2_mount(world.fs, &device, world.memory, bytes);
}

static inline void world_mount(void)
{
    int err = world_try_mount(WORLD_BUFFERS);
    if (err)
        fail_msg("mount: %s (%s)", strerror(err), world.fs->sentence);
}

static inline void world_end(void)
{
    for (uint32_t i = 0; i < world.log_count; i++)
        free(world.log[i].data);
    free(world.log);
    free(world.image);
    free(world.memory);
    free(world.fs);
    unlink(world.path);
    memset(&world, 0, sizeof world);
}

static inline uint32_t world_roll(uint32_t sides)
{
    world.random = world.random * 1664525u + 1013904223u;
    return (world.random >> 8) % sides;
}

/* What the disk holds when the power goes after `writes` entries of the log; with `lose`, without some
 * of the writes since the last flush. */
static inline void world_cut(const uint8_t *before, uint32_t writes, bool lose)
{
    uint32_t flushed = writes;
    memcpy(world.image, before, world.size);
    while (flushed > 0 && world.log[flushed - 1].size)
        flushed--;
    for (uint32_t i = 0; i < writes; i++) {
        const struct world_write *w = &world.log[i];
        if (w->size && (i < flushed || !lose || world_roll(2)))
            memcpy(world.image + w->at, w->data, w->size);
    }
    world_store(world.image);
}

/* ---- what others say of it ---- */

/* e2fsck -fn of what is in the file: status 0, and not a word more than its five passes.  Its status
 * alone is 0 for a superblock with wrong totals. */
static inline void world_expect_clean(void)
{
    int status = world_run("e2fsck -fn %s 2>/dev/null", world.path);
    unsigned lines = 0;
    for (const char *c = world_output; *c; c++)
        lines += *c == '\n';
    if (status != 0 || lines != 6 || strstr(world_output, "wrong"))
        fail_msg("e2fsck -fn: status %d: %s", status, world_output);
}

static inline void world_unmount(void)
{
    assert_int_equal(ext2_unmount(world.fs), 0);
    world_store(world.image);
    world_expect_clean();
}

/* ---- short ways to do things by path: directories end with '/' ---- */

static inline struct ext2_inode *world_walk(const char *path, const char **last)
{
    struct ext2_inode *at, *next;
    assert_int_equal(ext2_inode_get(world.fs, EXT2_ROOT, &at), 0);
    for (const char *slash; (slash = strchr(path, '/')); path = slash + 1) {
        uint32_t number;
        int err = ext2_lookup(at, path, slash - path, &number);
        if (!err)
            err = ext2_inode_get(world.fs, number, &next);
        ext2_inode_put(at);
        if (err)
            return NULL;
        at = next;
    }
    *last = path;
    return at;
}

static inline struct ext2_inode *world_open(const char *path)
{
    const char *name;
    uint32_t number;
    struct ext2_inode *directory = world_walk(path, &name), *inode = NULL;
    if (!directory)
        return NULL;
    if (ext2_lookup(directory, name, strlen(name), &number) ||
        ext2_inode_get(world.fs, number, &inode))
        inode = NULL;
    ext2_inode_put(directory);
    return inode;
}

/* A byte of a file, by its seed. */
static inline uint8_t world_byte(uint32_t seed, uint64_t at)
{
    return (uint8_t) ((seed * 2654435761u + (uint32_t) at * 40503u) >> 13);
}

static inline int world_fill(struct ext2_inode *inode, uint64_t at, uint32_t size, uint32_t seed)
{
    uint8_t part[4000];
    for (uint32_t done = 0, n; done < size; done += n) {
        uint32_t want = size - done < sizeof part ? size - done : (uint32_t) sizeof part;
        for (uint32_t i = 0; i < want; i++)
            part[i] = world_byte(seed, at + done + i);
        int err = ext2_write(inode, at + done, part, want, &n);
        if (err)
            return err;
    }
    return 0;
}

/* Does the file hold these bytes from `at` on? */
static inline bool world_holds(struct ext2_inode *inode, uint64_t at, uint32_t size, uint32_t seed)
{
    uint8_t part[4000];
    for (uint32_t done = 0, n; done < size; done += n) {
        uint32_t want = size - done < sizeof part ? size - done : (uint32_t) sizeof part;
        if (ext2_read(inode, at + done, part, want, &n) || n != want)
            return false;
        for (uint32_t i = 0; i < n; i++) {
            if (part[i] != world_byte(seed, at + done + i))
                return false;
        }
    }
    return true;
}

static inline int world_create(const char *path, uint32_t size, uint32_t seed)
{
    const char *name;
    struct ext2_inode *directory = world_walk(path, &name), *inode;
    int err = directory ? ext2_create(directory, name, strlen(name), 0644,
                                      (struct ext2_owner) { 0, 0 }, &inode)
                        : ENOENT;
    if (directory)
        ext2_inode_put(directory);
    if (err)
        return err;
    err = world_fill(inode, 0, size, seed);
    ext2_inode_put(inode);
    return err;
}

/* One of the calls that take a directory and a name. */
static inline int world_name(int (*call)(struct ext2_inode *, const char *, uint32_t),
                             const char *path)
{
    const char *name;
    struct ext2_inode *directory = world_walk(path, &name);
    int err = directory ? call(directory, name, strlen(name)) : ENOENT;
    if (directory)
        ext2_inode_put(directory);
    return err;
}

/* By ext2_mkdir() or ext2_mkfifo(). */
static inline int world_make(int (*make)(struct ext2_inode *directory, const char *name,
                                         uint32_t length, uint32_t mode, struct ext2_owner owner,
                                         struct ext2_inode **inode), const char *path)
{
    const char *name;
    struct ext2_inode *directory = world_walk(path, &name), *inode;
    int err = directory ? make(directory, name, strlen(name), 0755, (struct ext2_owner) { 0, 0 },
                               &inode)
                        : ENOENT;
    if (directory)
        ext2_inode_put(directory);
    if (!err)
        ext2_inode_put(inode);
    return err;
}

static inline int world_mkdir(const char *path)
{
    return world_make(ext2_mkdir, path);
}

static inline int world_symlink(const char *path, const char *target)
{
    const char *name;
    struct ext2_inode *directory = world_walk(path, &name), *inode;
    int err = directory ? ext2_symlink(directory, name, strlen(name), target, strlen(target),
                                       (struct ext2_owner) { 0, 0 }, &inode)
                        : ENOENT;
    if (directory)
        ext2_inode_put(directory);
    if (!err)
        ext2_inode_put(inode);
    return err;
}

static inline int world_link(const char *from, const char *path)
{
    const char *name;
    struct ext2_inode *inode = world_open(from);
    struct ext2_inode *directory = inode ? world_walk(path, &name) : NULL;
    int err = directory ? ext2_link(directory, name, strlen(name), inode) : ENOENT;
    if (directory)
        ext2_inode_put(directory);
    if (inode)
        ext2_inode_put(inode);
    return err;
}

static inline int world_rename(const char *path, const char *new_path)
{
    const char *name, *new_name;
    struct ext2_inode *from = world_walk(path, &name);
    struct ext2_inode *to = from ? world_walk(new_path, &new_name) : NULL;
    int err = to ? ext2_rename(from, name, strlen(name), to, new_name, strlen(new_name)) : ENOENT;
    if (to)
        ext2_inode_put(to);
    if (from)
        ext2_inode_put(from);
    return err;
}

#endif
