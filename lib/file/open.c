/* SPDX-License-Identifier: MIT */
/* Open files: contents, positions, directories. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <hurd/cap.h>

#include "lib/file/request.h"

int file_open(struct files *f, struct file *file, const char *path, unsigned flags, unsigned mode)
{
    L4_Word_t word[FILES_WORDS];
    struct route r;
    int err;
    route_begin(&r, f, path);
    r.out[2] = 0;
    do {
        L4_Word_t length = strlen(r.path);
        word[0] = r.from;
        word[1] = flags;
        word[2] = mode;
        word[3] = length;
        err = files_request(r.at, HURD_DIR_LOOKUP, 4, word, r.path, length, ROUTE_WORDS, r.out);
    } while (route_follow(&r, &err));
    if (!err)
        *file = (struct file) { r.at, r.at->server, r.out[0], r.out[1], 0, r.out[2] };
    return err;
}

void file_close(struct file *file)
{
    hurd_cap_drop(file->server, file->handle);
    file->files = NULL;
}

/* One request of at most HURD_IO_MOST bytes, which lie in the container. */
static int transfer(struct file *file, unsigned label, uint32_t size, L4_Word_t *out)
{
    const L4_Word_t in[] = { file->handle, file->files->buffer, 0, size, (L4_Word_t) file->position,
                             (L4_Word_t) (file->position >> 32) };
    return hurd_cap_rpc(file->server, label, 6, in, 3, out, NULL);
}

int file_read(struct file *file, void *data, uint32_t size, uint32_t *done)
{
    L4_Word_t out[3] = { 0, 0, 0 };
    int err = files_ready(file->files);
    for (*done = 0; !err && *done < size; *done += out[0]) {
        uint32_t n = size - *done < HURD_IO_MOST ? size - *done : HURD_IO_MOST;
        err = transfer(file, HURD_IO_READ, n, out);
        if (err || out[0] == 0 || out[0] > n)
            break;
        memcpy((uint8_t *) data + *done, file->files->bytes, out[0]);
        file->position += out[0];
    }
    return err;
}

int file_write(struct file *file, const void *data, uint32_t size, uint32_t *done)
{
    L4_Word_t out[3] = { 0, 0, 0 };
    int err = files_ready(file->files);
    for (*done = 0; !err && *done < size; *done += out[0]) {
        uint32_t n = size - *done < HURD_IO_MOST ? size - *done : HURD_IO_MOST;
        memcpy(file->files->bytes, (const uint8_t *) data + *done, n);
        err = transfer(file, HURD_IO_WRITE, n, out);
        if (err || out[0] == 0 || out[0] > n)
            break;
        file->position = out[1] | (uint64_t) out[2] << 32;
    }
    return err;
}

int file_stat(struct file *file, struct hurd_file_stat *stat)
{
    memset(stat, 0, sizeof *stat);
    return hurd_cap_rpc(file->server, HURD_IO_STAT, 1, &file->handle,
                        sizeof *stat / sizeof(L4_Word_t), (L4_Word_t *) stat, NULL);
}

int file_seek(struct file *file, int64_t offset, int whence, uint64_t *position)
{
    struct hurd_file_stat s = { 0 };
    int err = whence == FILE_FROM_END ? file_stat(file, &s) : 0;
    int64_t from = whence == FILE_FROM_START ? 0 : (int64_t) file->position, to;
    if (whence == FILE_FROM_END)
        from = (int64_t) (s.size[0] | (uint64_t) s.size[1] << 32);
    if (err)
        return err;
    if (__builtin_add_overflow(from, offset, &to) || to < 0)
        return EINVAL;
    file->position = (uint64_t) to;
    if (position)
        *position = file->position;
    return 0;
}

int file_truncate(struct file *file, uint64_t size)
{
    const L4_Word_t in[] = { file->handle, (L4_Word_t) size, (L4_Word_t) (size >> 32) };
    return hurd_cap_rpc(file->server, HURD_FILE_TRUNCATE, 3, in, 0, NULL, NULL);
}

int file_sync(struct file *file)
{
    return hurd_cap_rpc(file->server, HURD_IO_SYNC, 1, &file->handle, 0, NULL, NULL);
}

/* The entries of one page.  They are copied out first: `visit` may use the container. */
static int page_visit(const uint8_t *page, uint32_t used,
                      int (*visit)(void *context, const char *name, unsigned type), void *context)
{
    uint32_t at = 0, head = offsetof(struct hurd_dir_entry, name);
    while (at + head <= used) {
        const struct hurd_dir_entry *e = (const void *) (page + at);
        char name[256];
        if (e->length > used - at - head)
            return EPROTO;
        memcpy(name, e->name, e->length);
        name[e->length] = '\0';
        int result = visit(context, name, e->type);
        if (result)
            return result;
        at += (head + e->length + 3) & ~3u;
    }
    return 0;
}

int file_list(struct file *directory, int (*visit)(void *context, const char *name, unsigned type),
              void *context)
{
    struct files *f = directory->files;
    L4_Word_t out[2] = { 0, 0 };
    int err = files_ready(f);
    while (!err) {
        const L4_Word_t in[] = { directory->handle, f->buffer, 0, out[1] };
        uint32_t page[1024];
        err = hurd_cap_rpc(directory->server, HURD_DIR_READ, 4, in, 2, out, NULL);
        if (err || out[0] == 0)
            return err;
        if (out[0] > sizeof page)
            return EPROTO;
        memcpy(page, f->bytes, out[0]);
        err = page_visit((const uint8_t *) page, out[0], visit, context);
    }
    return err;
}
