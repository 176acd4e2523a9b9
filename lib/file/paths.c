/* SPDX-License-Identifier: MIT */
/* What is done with names. */
#include <errno.h>
#include <string.h>

#include <hurd/cap.h>

#include "lib/file/request.h"

/* Handle, one word, the path.  The reply is in r->out. */
static int one_path_out(struct route *r, struct files *f, unsigned label, L4_Word_t argument,
                        const char *path)
{
    L4_Word_t word[FILES_WORDS];
    int err;
    route_begin(r, f, path);
    do {
        L4_Word_t length = strlen(r->path);
        word[0] = r->from;
        word[1] = argument;
        word[2] = length;
        err = files_request(r->at, label, 3, word, r->path, length, ROUTE_WORDS, r->out);
    } while (route_follow(r, &err));
    return err;
}

static int one_path(struct files *f, unsigned label, L4_Word_t argument, const char *path)
{
    struct route r;
    return one_path_out(&r, f, label, argument, path);
}

/* Words up to `n`, both lengths, both texts. */
static int two_texts(struct files *f, unsigned label, unsigned n, L4_Word_t *word,
                     const char *first, const char *second, L4_Word_t *out)
{
    static char text[HURD_DIR_PATH];
    size_t a = strlen(first), b = strlen(second);
    if (a + b > sizeof text)
        return ENAMETOOLONG;
    memcpy(text, first, a);
    memcpy(text + a, second, b);
    word[n] = a;
    word[n + 1] = b;
    return files_request(f, label, n + 2, word, text, a + b, ROUTE_WORDS, out);
}

int files_mkdir(struct files *f, const char *path, unsigned mode)
{
    return one_path(f, HURD_DIR_MKDIR, mode, path);
}

int files_mkfifo(struct files *f, const char *path, unsigned mode)
{
    return one_path(f, HURD_DIR_MKFIFO, mode, path);
}

int files_unlink(struct files *f, const char *path)
{
    return one_path(f, HURD_DIR_UNLINK, 0, path);
}

int files_rmdir(struct files *f, const char *path)
{
    return one_path(f, HURD_DIR_UNLINK, HURD_DIR_REMOVE, path);
}

int files_parent(struct files *f, const char *path, struct file *parent, const char **name)
{
    static char text[HURD_DIR_PATH + 1];
    size_t end = strlen(path);
    if (end > HURD_DIR_PATH)
        return ENAMETOOLONG;
    while (end > 0 && path[end - 1] == '/')
        end--;
    while (end > 0 && path[end - 1] != '/')
        end--;
    memcpy(text, path, end);
    text[end] = '\0';
    *name = path + end;
    return file_open(f, parent, end ? text : ".", HURD_DIR_DIRECTORY, 0);
}

int files_rename_in(const struct file *from, const char *name, const struct file *to,
                    const char *new_name)
{
    L4_Word_t word[FILES_WORDS] = { from->handle, to->handle }, out[ROUTE_WORDS];
    int err = from->files != to->files ? EXDEV
              : two_texts(from->files, HURD_DIR_RENAME, 2, word, name, new_name, out);
    return err == EREMOTE ? EXDEV : err;
}

static int rename_by_parents(struct files *f, const char *path, const char *new_path)
{
    struct file from, to;
    const char *name, *new_name;
    int err = files_parent(f, path, &from, &name);
    if (err)
        return err;
    err = files_parent(f, new_path, &to, &new_name);
    if (!err) {
        err = files_rename_in(&from, name, &to, new_name);
        file_close(&to);
    }
    file_close(&from);
    return err;
}

int files_rename(struct files *f, const char *path, const char *new_path)
{
    struct route from, to;
    route_begin(&from, f, path);
    route_begin(&to, f, new_path);
    L4_Word_t word[FILES_WORDS] = { from.from, to.from };
    int err = from.at != to.at ? EREMOTE
              : two_texts(from.at, HURD_DIR_RENAME, 2, word, path, new_path, from.out);
    return err == EREMOTE ? rename_by_parents(f, path, new_path) : err;
}

int files_symlink(struct files *f, const char *target, const char *path)
{
    L4_Word_t word[FILES_WORDS];
    struct route r;
    int err;
    route_begin(&r, f, path);
    do {
        word[0] = r.from;
        err = two_texts(r.at, HURD_DIR_SYMLINK, 1, word, target, r.path, r.out);
    } while (route_follow(&r, &err));
    return err;
}

/* Both names on one server. */
int files_link_to(struct files *f, const struct file *file, const char *new_path)
{
    L4_Word_t word[FILES_WORDS];
    struct file parent;
    const char *name;
    int err = files_parent(f, new_path, &parent, &name);
    if (err)
        return err;
    word[0] = parent.handle;
    word[1] = file->handle;
    word[2] = strlen(name);
    err = parent.files != file->files ? EXDEV
          : files_request(parent.files, HURD_DIR_LINK, 3, word, name, word[2], 0, NULL);
    file_close(&parent);
    return err;
}

int files_link(struct files *f, const char *path, const char *new_path)
{
    struct file file;
    int err = file_open(f, &file, path, HURD_DIR_NOFOLLOW, 0);
    if (err)
        return err;
    err = files_link_to(f, &file, new_path);
    file_close(&file);
    return err;
}

int files_stat(struct files *f, const char *path, int follow, struct hurd_file_stat *stat)
{
    struct route r;
    memset(r.out, 0, sizeof *stat);
    int err = one_path_out(&r, f, HURD_DIR_STAT, follow ? 0 : HURD_DIR_NOFOLLOW, path);
    if (!err)
        memcpy(stat, r.out, sizeof *stat);
    return err;
}

int files_readlink(struct files *f, const char *path, char *target, uint32_t size)
{
    struct file file;
    L4_Word_t out = 0;
    if (size == 0)
        return EINVAL;
    int err = file_open(f, &file, path, HURD_DIR_NOFOLLOW, 0);
    if (err)
        return err;
    f = file.files;
    const L4_Word_t in[] = { file.handle, f->buffer, 0 };
    err = files_ready(f);
    if (!err)
        err = hurd_cap_rpc(f->server, HURD_FILE_READLINK, 3, in, 1, &out, NULL);
    file_close(&file);
    if (err)
        return err;
    if (out > size - 1)
        out = size - 1;
    memcpy(target, f->bytes, out);
    target[out] = '\0';
    return 0;
}

int files_chmod(struct files *f, const char *path, unsigned mode)
{
    struct file file;
    int err = file_open(f, &file, path, 0, 0);
    if (err)
        return err;
    const L4_Word_t in[] = { file.handle, mode };
    err = hurd_cap_rpc(file.files->server, HURD_FILE_CHMOD, 2, in, 0, NULL, NULL);
    file_close(&file);
    return err;
}

int files_chdir(struct files *f, const char *path)
{
    struct file file;
    int err = file_open(f, &file, path, HURD_DIR_DIRECTORY | HURD_DIR_READS, 0);
    if (!err)
        files_enter(&file);
    return err;
}

void files_enter(const struct file *file)
{
    struct files *home = file->files->home, *before = home->at;
    if (before->current != before->root)
        hurd_cap_drop(before->server, before->current);
    before->current = before->root;
    home->at = file->files;
    file->files->current = file->handle;
    before->lost = file->files->lost = false;
}
