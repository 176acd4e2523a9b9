/* SPDX-License-Identifier: MIT */
/* Directories entry by entry, and the name of the current one. */
#include "lib/posix/descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hurd/cap.h>

enum { PAGE = 4096 };

struct posix_directory {
    int descriptor;
    L4_Word_t cursor;                   /* of the page that comes next */
    long given;                         /* entries that readdir() has given */
    uint32_t used, at;                  /* bytes of the page, and those that readdir() has given */
    struct dirent entry;
    _Alignas(4) uint8_t page[PAGE];
};

/* ---- pages of entries ---- */

/* Pre: the lock is held.  *used = 0: the end. */
static int page_read(struct files *files, L4_ThreadId_t server, L4_Word_t handle, uint8_t *page,
                     L4_Word_t *cursor, uint32_t *used)
{
    const L4_Word_t in[] = { handle, files->buffer, 0, *cursor };
    L4_Word_t out[2] = { 0, 0 };
    int err = files_ready(files);
    if (!err)
        err = hurd_cap_rpc(server, HURD_DIR_READ, 4, in, 2, out, NULL);
    if (!err && out[0] > PAGE)
        err = EIO;
    if (err)
        return err;
    memcpy(page, files->bytes, out[0]);
    *used = out[0];
    *cursor = out[1];
    return 0;
}

/* The entry at *at, which moves on; false: there is no whole one. */
static bool entry_next(const uint8_t *page, uint32_t used, uint32_t *at, struct dirent *entry)
{
    uint32_t head = offsetof(struct hurd_dir_entry, name);
    const struct hurd_dir_entry *e = (const void *) (page + *at);
    if (*at > used || used - *at < head || e->length > used - *at - head)
        return false;
    entry->d_ino = e->inode;
    entry->d_type = e->type;
    memcpy(entry->d_name, e->name, e->length);
    entry->d_name[e->length] = '\0';
    *at += (head + e->length + 3) & ~3u;
    return true;
}

/* ---- opendir() and what follows ---- */

DIR *fdopendir(int descriptor)
{
    struct description *d;
    int err = description_take(descriptor, &d);
    if (!err) {
        err = (d->mode & HURD_FILE_TYPE) == HURD_FILE_DIRECTORY ? 0 : ENOTDIR;
        description_put(d);
    }
    DIR *directory = err ? NULL : calloc(1, sizeof *directory);
    if (!directory) {
        errno = err ? err : ENOMEM;
        return NULL;
    }
    directory->descriptor = descriptor;
    return directory;
}

DIR *opendir(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = descriptor < 0 ? NULL : fdopendir(descriptor);
    if (!directory && descriptor >= 0) {
        int err = errno;
        close(descriptor);
        errno = err;
    }
    return directory;
}

static int page_next(DIR *directory)
{
    struct description *d;
    struct files *files;
    int err = description_take(directory->descriptor, &d);
    if (err)
        return err;
    posix_lock();
    err = posix_files_of(d->server, &files);
    directory->used = directory->at = 0;
    if (!err)
        err = page_read(files, d->server, d->handle, directory->page, &directory->cursor,
                        &directory->used);
    description_release(d);
    posix_unlock();
    return err;
}

struct dirent *readdir(DIR *directory)
{
    while (!entry_next(directory->page, directory->used, &directory->at, &directory->entry)) {
        int err = page_next(directory);
        if (err)
            errno = err;
        if (err || directory->used == 0)
            return NULL;
    }
    directory->given++;
    return &directory->entry;
}

void rewinddir(DIR *directory)
{
    directory->cursor = directory->used = directory->at = 0;
    directory->given = 0;
}

long telldir(DIR *directory)
{
    return directory->given;
}

void seekdir(DIR *directory, long place)
{
    rewinddir(directory);
    while (directory->given < place && readdir(directory))
        continue;
}

int dirfd(DIR *directory)
{
    return directory->descriptor;
}

int closedir(DIR *directory)
{
    int result = close(directory->descriptor);
    free(directory);
    return result;
}

/* ---- getcwd(): from each directory to the name that its parent has for it ---- */

struct climb {
    char up[HURD_DIR_PATH];             /* "", then "..", "../..", ...: the directory */
    size_t up_length;
    char *start, *at;                   /* the result, written from its end; start: its room */
    uint8_t page[PAGE];
};

static int name_put(struct climb *c, const char *name)
{
    size_t length = strlen(name);
    if ((size_t) (c->at - c->start) < length + 1)
        return ERANGE;
    c->at -= length;
    memcpy(c->at, name, length);
    *--c->at = '/';
    return 0;
}

/* A directory, among all file systems. */
struct node {
    struct files *at;
    L4_Word_t inode;
};

static int node_of(struct files *files, const char *path, struct node *node)
{
    struct file file;
    struct hurd_file_stat s;
    int err = file_open(files, &file, path, HURD_DIR_DIRECTORY, 0);
    if (err)
        return err;
    err = file_stat(&file, &s);
    *node = (struct node) { file.files, s.inode };
    file_close(&file);
    return err;
}

/* Where another file system covers a directory, the entry has the number of the directory below. */
static bool is_entry_of(struct climb *c, const struct file *parent, const struct node *child,
                        const struct dirent *entry)
{
    struct node node;
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
        return false;
    if (parent->files == child->at)
        return entry->d_ino == child->inode;
    if (c->up_length + 1 + strlen(entry->d_name) >= sizeof c->up)
        return false;
    c->up[c->up_length] = '/';
    strcpy(c->up + c->up_length + 1, entry->d_name);
    bool is = !node_of(child->at->home, c->up, &node) && node.at == child->at &&
              node.inode == child->inode;
    c->up[c->up_length] = '\0';
    return is;
}

/* Puts the child's name in the directory `parent`.  ENOENT: it has none. */
static int name_find(struct climb *c, const struct file *parent, const struct node *child)
{
    L4_Word_t cursor = 0;
    uint32_t used = 1;
    while (used > 0) {
        struct dirent entry;
        uint32_t at = 0;
        int err = page_read(parent->files, parent->server, parent->handle, c->page, &cursor, &used);
        if (err)
            return err;
        while (entry_next(c->page, used, &at, &entry)) {
            if (is_entry_of(c, parent, child, &entry))
                return name_put(c, entry.d_name);
        }
    }
    return ENOENT;
}

static int climb_one(struct files *files, struct climb *c, struct node *node)
{
    struct file parent;
    struct hurd_file_stat s;
    if (c->up_length + sizeof "/.." > sizeof c->up)
        return ENAMETOOLONG;
    strcpy(c->up + c->up_length, c->up_length ? "/.." : "..");
    c->up_length = strlen(c->up);
    int err = file_open(files, &parent, c->up, HURD_DIR_READS | HURD_DIR_DIRECTORY, 0);
    if (err)
        return err;
    err = name_find(c, &parent, node);
    if (!err)
        err = file_stat(&parent, &s);
    *node = (struct node) { parent.files, s.inode };
    file_close(&parent);
    return err;
}

static int path_find(struct climb *c)
{
    struct files *files;
    struct node root, here = { 0 };
    int err = posix_files(&files);
    if (!err)
        err = node_of(files, "/", &root);
    if (!err)
        err = node_of(files, ".", &here);
    bool climbed = false;
    while (!err && (here.inode != root.inode || here.at != root.at)) {
        err = climb_one(files, c, &here);
        climbed = true;
    }
    return !err && !climbed ? name_put(c, "") : err;
}

char *getcwd(char *path, size_t size)
{
    char text[HURD_DIR_PATH];
    if (path && size == 0) {
        errno = EINVAL;
        return NULL;
    }
    struct climb *c = malloc(sizeof *c);
    if (!c)
        return NULL;
    *c = (struct climb) { .start = text, .at = text + sizeof text - 1 };
    *c->at = '\0';
    posix_lock();
    int err = path_find(c);
    posix_unlock();
    size_t length = (size_t) (text + sizeof text - c->at);
    if (!err && path && length > size)
        err = ERANGE;
    if (!err && !path)
        path = malloc(size > length ? size : length);
    if (!err && path)
        memcpy(path, c->at, length);
    free(c);
    if (err)
        errno = err;
    return err ? NULL : path;
}
