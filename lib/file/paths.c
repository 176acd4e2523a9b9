/* SPDX-License-Identifier: MIT */
/* What is done with names. */
#include <errno.h>
#include <string.h>

#include <hurd/cap.h>

#include "lib/file/request.h"

/* Handle, one word, the path. */
static int one_path(struct files *f, unsigned label, L4_Word_t argument, const char *path)
{
    L4_Word_t word[FILES_WORDS], length = strlen(path);
    word[0] = f->current;
    word[1] = argument;
    word[2] = length;
    return files_request(f, label, 3, word, path, length, 0, NULL);
}

/* Words up to `n`, both lengths, both texts. */
static int two_texts(struct files *f, unsigned label, unsigned n, L4_Word_t *word,
                     const char *first, const char *second)
{
    static char text[HURD_DIR_PATH];
    size_t a = strlen(first), b = strlen(second);
    if (a + b > sizeof text)
        return ENAMETOOLONG;
    memcpy(text, first, a);
    memcpy(text + a, second, b);
    word[n] = a;
    word[n + 1] = b;
    return files_request(f, label, n + 2, word, text, a + b, 0, NULL);
}

int files_mkdir(struct files *f, const char *path, unsigned mode)
{
    return one_path(f, HURD_DIR_MKDIR, mode, path);
}

int files_unlink(struct files *f, const char *path)
{
    return one_path(f, HURD_DIR_UNLINK, 0, path);
}

int files_rmdir(struct files *f, const char *path)
{
    return one_path(f, HURD_DIR_UNLINK, HURD_DIR_REMOVE, path);
}

int files_rename(struct files *f, const char *path, const char *new_path)
{
    L4_Word_t word[FILES_WORDS] = { f->current, f->current };
    return two_texts(f, HURD_DIR_RENAME, 2, word, path, new_path);
}

int files_symlink(struct files *f, const char *target, const char *path)
{
    L4_Word_t word[FILES_WORDS] = { f->current };
    return two_texts(f, HURD_DIR_SYMLINK, 1, word, target, path);
}

int files_link(struct files *f, const char *path, const char *new_path)
{
    struct file file;
    int err = file_open(f, &file, path, HURD_DIR_NOFOLLOW, 0);
    if (err)
        return err;
    err = one_path(f, HURD_DIR_LINK, file.handle, new_path);
    file_close(&file);
    return err;
}

int files_stat(struct files *f, const char *path, int follow, struct hurd_file_stat *stat)
{
    struct file file;
    int err = file_open(f, &file, path, follow ? 0 : HURD_DIR_NOFOLLOW, 0);
    if (err)
        return err;
    err = file_stat(&file, stat);
    file_close(&file);
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
    const L4_Word_t in[] = { file.handle, f->buffer, 0 };
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
    err = hurd_cap_rpc(f->server, HURD_FILE_CHMOD, 2, in, 0, NULL, NULL);
    file_close(&file);
    return err;
}

int files_chdir(struct files *f, const char *path)
{
    struct file file;
    int err = file_open(f, &file, path, HURD_DIR_DIRECTORY | HURD_DIR_READS, 0);
    if (err)
        return err;
    if (f->current != f->root)
        hurd_cap_drop(f->server, f->current);
    f->current = file.handle;
    f->lost = false;
    return 0;
}
