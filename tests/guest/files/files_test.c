/* SPDX-License-Identifier: MIT */
/* The io, file, dir and fs protocols: what each request does, and each refusal; then messages by
 * lot, after which the server still serves. */
#include "tests/guest/files/files_test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

enum { MESSAGES = 25000 };

struct files files;
L4_ThreadId_t server;

static L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

/* init's last argument: files=THREAD. */
bool suite_can_run(void)
{
    const char *argz = (const char *) __hurd_startup_data->argz;
    const char *end = argz + __hurd_startup_data->argz_len;
    for (; argz < end; argz += strlen(argz) + 1) {
        if (!strncmp(argz, "files=", 6))
            server = L4_ThreadIdOfRaw(strtoul(argz + 6, NULL, 16));
    }
    if (L4_IsNilThread(server))
        return false;
    int err = files_connect(&files, server, physmem(), __hurd_startup_data->physmem_control.cap);
    if (!err)
        err = files_ready(&files);      /* the tests use files.bytes */
    if (err)
        printf("# cannot connect: %s\n", strerror(err));
    return !err;
}

int ask(L4_Word_t label, unsigned n, L4_Word_t *words)
{
    return hurd_cap_rpc(server, label, n, words, 20, words, NULL);
}

static struct file opened(const char *path, unsigned flags)
{
    struct file file = { .files = &files, .handle = NONE };
    EXPECT_EQ(file_open(&files, &file, path, flags, 0644), 0);
    return file;
}

static int open_error(const char *path, unsigned flags)
{
    struct file file;
    int err = file_open(&files, &file, path, flags, 0644);
    if (!err)
        file_close(&file);
    return err;
}

static void make(const char *path, const char *text)
{
    struct file file = opened(path, HURD_DIR_WRITES | HURD_DIR_CREATE | HURD_DIR_TRUNCATE);
    uint32_t done;
    EXPECT_EQ(file_write(&file, text, strlen(text), &done), 0);
    file_close(&file);
}

static bool holds(const char *path, const char *text)
{
    char got[256] = "";
    struct file file = opened(path, HURD_DIR_READS);
    uint32_t done;
    EXPECT_EQ(file_read(&file, got, sizeof got - 1, &done), 0);
    file_close(&file);
    return strcmp(got, text) == 0;
}

TEST(what_is_written_is_read)
{
    static uint8_t data[200000], got[200000];
    uint32_t done;
    uint64_t position;
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (uint8_t) (i * 7 + i / 251);
    struct file file = opened("/large", HURD_DIR_WRITES | HURD_DIR_READS | HURD_DIR_CREATE);
    EXPECT_EQ(file_write(&file, data, sizeof data, &done), 0);
    EXPECT_EQ(done, sizeof data);
    EXPECT_EQ(file_seek(&file, 0, FILE_FROM_START, &position), 0);
    EXPECT_EQ(file_read(&file, got, sizeof got, &done), 0);
    EXPECT_EQ(done, sizeof data);
    EXPECT_EQ(memcmp(data, got, sizeof data), 0);
    EXPECT_EQ(file_read(&file, got, 10, &done), 0);
    EXPECT_EQ(done, 0);
    EXPECT_EQ(file_seek(&file, -5, FILE_FROM_END, &position), 0);
    EXPECT_EQ(position, sizeof data - 5);
    EXPECT_EQ(file_read(&file, got, 10, &done), 0);
    EXPECT_EQ(done, 5);
    EXPECT_EQ(file_seek(&file, -1, FILE_FROM_START, &position), EINVAL);
    EXPECT_EQ(file_truncate(&file, 3), 0);
    struct hurd_file_stat s;
    EXPECT_EQ(file_stat(&file, &s), 0);
    EXPECT_EQ(s.size[0], 3);
    EXPECT_EQ(file_sync(&file), 0);
    file_close(&file);
    EXPECT_EQ(files_unlink(&files, "/large"), 0);
}

/* The server's pages, of which what is read is a copy, hold what others read before. */
TEST(a_read_shows_no_more_than_the_file)
{
    make("/secret", "a secret that is longer than what is read next");
    make("/short", "abc");
    EXPECT_EQ(holds("/secret", "a secret that is longer than what is read next"), true);
    memset(files.bytes, 0x5A, PAGE);
    struct file file = opened("/short", HURD_DIR_READS);
    EXPECT_EQ(ASK(HURD_IO_READ, file.handle, files.buffer, 0, PAGE, 0, 0), 0);
    unsigned others = 0;
    for (unsigned i = 3; i < PAGE; i++)
        others += files.bytes[i] != 0;
    EXPECT_EQ(others, 0);
    file_close(&file);
}

TEST(refusals_of_io)
{
    make("/f", "text");
    struct file r = opened("/f", HURD_DIR_READS), w = opened("/f", HURD_DIR_WRITES);
    struct file d = opened("/", HURD_DIR_READS);
    L4_Word_t b = files.buffer;
    EXPECT_EQ(ASK(HURD_IO_READ, NONE, b, 0, 4, 0, 0), EBADF);
    EXPECT_EQ(ASK(HURD_IO_WHERE, files.root, 4, 0, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_READ, b, b, 0, 4, 0, 0), EBADF);
    EXPECT_EQ(ASK(HURD_IO_READ, r.handle, r.handle, 0, 4, 0, 0), EBADF);
    EXPECT_EQ(ASK(HURD_IO_READ, w.handle, b, 0, 4, 0, 0), EBADF);
    EXPECT_EQ(ASK(HURD_IO_WRITE, r.handle, b, 0, 4, 0, 0), EBADF);
    EXPECT_EQ(ASK(HURD_IO_READ, d.handle, b, 0, 4, 0, 0), EISDIR);
    EXPECT_EQ(ASK(HURD_IO_READ, r.handle, b, 0, 4, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_READ, r.handle, b, 5, 4, 0, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_READ, r.handle, b, 0, 0, 0, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_READ, r.handle, b, 0, HURD_IO_MOST + 1, 0, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_READ, r.handle, b, 0xFFFFF000, PAGE, 0, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_READ, r.handle, b, 0x40000000, 4, 0, 0), EFAULT);
    EXPECT_EQ(ASK(HURD_IO_WRITE, w.handle, b, 0x40000000, 4, 0, 0), EFAULT);
    EXPECT_EQ(ASK(HURD_IO_WRITE, w.handle, b, 0, 4, 0xFFFFFFFE, 0xFFFFFFFF), EFBIG);
    EXPECT_EQ(ASK(HURD_IO_STAT, r.handle, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_SYNC, r.handle, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_SEEK + 1, r.handle), EOPNOTSUPP);
    EXPECT_EQ(ASK(HURD_FILE_TRUNCATE, r.handle, 0, 0), EBADF);
    EXPECT_EQ(ASK(HURD_FILE_TRUNCATE, d.handle, 0, 0), EISDIR);
    EXPECT_EQ(ASK(HURD_FILE_TRUNCATE, w.handle, 0, 0x7FFFFFFF), EFBIG);
    EXPECT_EQ(ASK(HURD_FILE_TRUNCATE, w.handle, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_FILE_CHMOD, r.handle, 010000), EINVAL);
    EXPECT_EQ(ASK(HURD_FILE_READLINK, r.handle, b, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_FILE_READLINK, r.handle, NONE, 0), EBADF);
    EXPECT_EQ(ASK(HURD_FILE_READLINK, r.handle, b, 1), EINVAL);
    file_close(&r);
    file_close(&w);
    file_close(&d);
    EXPECT_EQ(ASK(HURD_IO_READ, r.handle, b, 0, 4, 0, 0), EBADF);
}

static L4_Word_t position_of(const struct file *f)
{
    L4_Word_t words[20] = { f->handle, HURD_IO_FROM_HERE, 0, 0 };
    EXPECT_EQ(ask(HURD_IO_SEEK, 4, words), 0);
    EXPECT_EQ(words[1], 0);
    return words[0];
}

TEST(a_file_has_a_position_of_its_own)
{
    make("/f", "0123456789");
    struct file f = opened("/f", HURD_DIR_READS | HURD_DIR_WRITES);
    L4_Word_t b = files.buffer;
    EXPECT_EQ(ASK(HURD_IO_READ, f.handle, b, 0, 4, ~0ul, ~0ul), 0);
    EXPECT_EQ(memcmp(files.bytes, "0123", 4), 0);
    EXPECT_EQ(ASK(HURD_IO_READ, f.handle, b, 0, 2, 0, 0), 0);
    EXPECT_EQ(position_of(&f), 4);
    memcpy(files.bytes, "ab", 2);
    EXPECT_EQ(ASK(HURD_IO_WRITE, f.handle, b, 0, 2, ~0ul, ~0ul), 0);
    EXPECT_EQ(position_of(&f), 6);
    EXPECT_EQ(holds("/f", "0123ab6789"), true);
    EXPECT_EQ(ASK(HURD_IO_SEEK, f.handle, HURD_IO_FROM_END, ~0ul, ~0ul), 0);
    EXPECT_EQ(position_of(&f), 9);
    EXPECT_EQ(ASK(HURD_IO_SEEK, f.handle, HURD_IO_FROM_START, ~0ul, ~0ul), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_SEEK, f.handle, HURD_IO_FROM_HERE, ~0ul, 0x7FFFFFFF), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_SEEK, f.handle, 3, 0, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_SEEK, f.handle, 0, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_IO_SEEK, NONE, 0, 0, 0), EBADF);
    EXPECT_EQ(position_of(&f), 9);
    file_close(&f);
}

TEST(pieces_come_in_messages)
{
    make("/f", "0123456789");
    struct file r = opened("/f", HURD_DIR_READS), w = opened("/f", HURD_DIR_WRITES);
    struct file a = opened("/f", HURD_DIR_WRITES | HURD_DIR_APPEND);
    L4_Word_t words[64] = { r.handle, 5, 0 }, got;
    char text[16] = "";
    memset(&words[3], 0x5A, sizeof words - 12);
    EXPECT_EQ(ask(HURD_DEVA_READ_MANY, 3, words), 0);
    EXPECT_EQ(words[0], 5);
    EXPECT_EQ(memcmp(&words[1], "01234\0\0", 8), 0);
    EXPECT_EQ(hurd_deva_write(server, w.handle, "ab", 2, NULL), 0);
    EXPECT_EQ(hurd_deva_write(server, a.handle, "z", 1, NULL), 0);
    EXPECT_EQ(hurd_deva_read(server, r.handle, text, sizeof text, 0, &got), 0);
    EXPECT_EQ(got, 6);
    EXPECT_EQ(strcmp(text, "56789z"), 0);
    EXPECT_EQ(hurd_deva_read(server, r.handle, text, sizeof text, 0, &got), 0);
    EXPECT_EQ(got, 0);
    EXPECT_EQ(holds("/f", "ab23456789z"), true);
    EXPECT_EQ(ASK(HURD_DEVA_READ_MANY, r.handle, 0, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_DEVA_READ_MANY, r.handle, HURD_DEVA_CHUNK + 1, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_DEVA_READ_MANY, r.handle, 4), EINVAL);
    EXPECT_EQ(ASK(HURD_DEVA_WRITE_MANY, w.handle, 8, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_DEVA_WRITE_MANY, w.handle), EINVAL);
    EXPECT_EQ(ASK(HURD_DEVA_READ_MANY, w.handle, 4, 0), EBADF);
    EXPECT_EQ(ASK(HURD_DEVA_WRITE_MANY, r.handle, 4, 0), EBADF);
    EXPECT_EQ(ASK(HURD_DEVA_WRITE_MANY, files.buffer, 4, 0), EOPNOTSUPP);
    file_close(&r);
    file_close(&w);
    file_close(&a);
}

TEST(an_open_file_is_given_by_its_ticket)
{
    make("/f", "0123456789");
    struct file f = opened("/f", HURD_DIR_READS), g = f;
    L4_Word_t words[20] = { f.handle }, ticket;
    EXPECT_EQ(ask(HURD_FS_OFFER, 1, words), 0);
    ticket = words[0];
    EXPECT_EQ(ticket != 0, true);
    words[0] = f.handle;
    EXPECT_EQ(ask(HURD_FS_OFFER, 1, words), 0);
    EXPECT_EQ(words[0], ticket);
    EXPECT_EQ(ask(HURD_FS_CLAIM, 1, words), 0);
    g.handle = words[0];
    EXPECT_EQ(g.handle != f.handle, true);
    EXPECT_EQ(words[1], f.mode);
    EXPECT_EQ(words[2], HURD_DIR_READS);
    EXPECT_EQ(ASK(HURD_IO_READ, f.handle, files.buffer, 0, 4, ~0ul, ~0ul), 0);
    EXPECT_EQ(position_of(&g), 4);
    EXPECT_EQ(ASK(HURD_FS_OFFER, f.handle, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_FS_OFFER, files.buffer), EOPNOTSUPP);
    EXPECT_EQ(ASK(HURD_FS_CLAIM, 0), ENOENT);
    EXPECT_EQ(ASK(HURD_FS_CLAIM, ticket + 1), ENOENT);
    EXPECT_EQ(ASK(HURD_FS_CLAIM, ticket, 0), EINVAL);
    file_close(&f);
    EXPECT_EQ(ASK(HURD_FS_CLAIM, ticket), ENOENT);
    EXPECT_EQ(position_of(&g), 4);
    unsigned n = 0;
    words[0] = g.handle;
    EXPECT_EQ(ask(HURD_FS_OFFER, 1, words), 0);
    ticket = words[0];
    L4_Word_t claimed[HURD_FS_FILES];
    for (words[0] = ticket; n < HURD_FS_FILES && !ask(HURD_FS_CLAIM, 1, words); words[0] = ticket)
        claimed[n++] = words[0];
    EXPECT_EQ(ASK(HURD_FS_CLAIM, ticket), EMFILE);
    for (unsigned i = 0; i < n; i++)
        hurd_cap_drop(server, claimed[i]);
    EXPECT_EQ(n > HURD_FS_FILES / 2, true);
    file_close(&g);
}

TEST(attributes_are_set)
{
    struct hurd_file_stat s;
    make("/f", "text");
    struct file f = opened("/f", HURD_DIR_READS);
    EXPECT_EQ(ASK(HURD_FILE_CHMOD, f.handle, 0751), 0);
    EXPECT_EQ(ASK(HURD_FILE_CHOWN, f.handle, 1000, 70000), 0);
    EXPECT_EQ(ASK(HURD_FILE_UTIMES, f.handle, 100, 0, 200, 0), 0);
    EXPECT_EQ(file_stat(&f, &s), 0);
    EXPECT_EQ(s.mode, HURD_FILE_REGULAR | 0751);
    EXPECT_EQ(s.uid, 1000);
    EXPECT_EQ(s.gid, 70000);
    EXPECT_EQ(s.atime[0], 100);
    EXPECT_EQ(s.mtime[0], 200);
    EXPECT_EQ(s.links, 1);
    file_close(&f);
}

TEST(refusals_of_names)
{
    make("/f", "text");
    EXPECT_EQ(files_mkdir(&files, "/d", 0755), 0);
    EXPECT_EQ(files_mkdir(&files, "/d", 0755), EEXIST);
    EXPECT_EQ(files_mkdir(&files, "/", 0755), EEXIST);
    EXPECT_EQ(files_mkdir(&files, "", 0755), ENOENT);
    EXPECT_EQ(files_mkdir(&files, "/none/x", 0755), ENOENT);
    EXPECT_EQ(files_mkdir(&files, "/f/x", 0755), ENOTDIR);
    EXPECT_EQ(open_error("/none", HURD_DIR_READS), ENOENT);
    EXPECT_EQ(open_error("/f/", HURD_DIR_READS), ENOTDIR);
    EXPECT_EQ(open_error("/f", HURD_DIR_DIRECTORY), ENOTDIR);
    EXPECT_EQ(open_error("/d", HURD_DIR_WRITES), EISDIR);
    EXPECT_EQ(open_error("/f", HURD_DIR_CREATE | HURD_DIR_EXCLUSIVE), EEXIST);
    EXPECT_EQ(files_unlink(&files, "/d"), EISDIR);
    EXPECT_EQ(files_unlink(&files, "/none"), ENOENT);
    EXPECT_EQ(files_rmdir(&files, "/f"), ENOTDIR);
    EXPECT_EQ(files_rmdir(&files, "/"), EBUSY);
    EXPECT_EQ(files_link(&files, "/f", "/d"), EEXIST);
    EXPECT_EQ(files_link(&files, "/d", "/d2"), EPERM);
    EXPECT_EQ(files_symlink(&files, "x", "/f"), EEXIST);
    EXPECT_EQ(files_rename(&files, "/f", "/d"), EISDIR);
    EXPECT_EQ(files_rename(&files, "/d", "/f"), ENOTDIR);
    EXPECT_EQ(files_rename(&files, "/", "/x"), EBUSY);
    EXPECT_EQ(files_mkdir(&files, "/d/e", 0755), 0);
    EXPECT_EQ(files_rmdir(&files, "/d"), ENOTEMPTY);
    EXPECT_EQ(files_rename(&files, "/d", "/d/e/f"), EINVAL);
    EXPECT_EQ(files_rename(&files, "/d/e", "/e"), 0);
    EXPECT_EQ(files_rmdir(&files, "/d/e"), ENOENT);
    EXPECT_EQ(files_rmdir(&files, "/e"), 0);
    EXPECT_EQ(files_rmdir(&files, "/d"), 0);
    EXPECT_EQ(ASK(HURD_DIR_LOOKUP, files.root, HURD_DIR_FLAGS + 1, 0, 1, 'f'), EINVAL);
    EXPECT_EQ(ASK(HURD_DIR_LOOKUP, files.root, 0, 010000, 1, 'f'), EINVAL);
    EXPECT_EQ(ASK(HURD_DIR_LOOKUP, files.root, 0, 0, 5, 'f'), EINVAL);
    EXPECT_EQ(ASK(HURD_DIR_LOOKUP, files.root, 0, 0, 5000, 'f'), ENAMETOOLONG);
    EXPECT_EQ(ASK(HURD_DIR_LOOKUP, files.root, 0, 0, 3, 'f' | 'g' << 16), EINVAL);
    EXPECT_EQ(ASK(HURD_DIR_LOOKUP, files.root, 0, 0, 300, NONE, 0), EBADF);
    EXPECT_EQ(ASK(HURD_DIR_LOOKUP, files.root, 0, 0, 300, files.buffer, 0x40000000), EFAULT);
    EXPECT_EQ(ASK(HURD_DIR_RENAME, files.root, files.root, 0xFFFFFFFF, 2, 'f'), ENAMETOOLONG);
    EXPECT_EQ(ASK(HURD_DIR_LINK, files.root, NONE, 1, 'f'), EBADF);
    EXPECT_EQ(ASK(HURD_DIR_READ, files.root, files.buffer, 1, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_DIR_READ, files.root, NONE, 0, 0), EBADF);
    EXPECT_EQ(ASK(HURD_DIR_UNLINK, files.root, 2, 1, 'f'), EINVAL);
    EXPECT_EQ(ASK(HURD_DIR_STAT, files.root, 0, 1, 'Z'), ENOENT);
    EXPECT_EQ(ASK(HURD_DIR_STAT, files.root, HURD_DIR_READS, 1, 'f'), EINVAL);
    EXPECT_EQ(ASK(HURD_DIR_STAT, files.root, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_DIR_STAT, files.buffer, 0, 1, 'f'), EBADF);
    EXPECT_EQ(ASK(HURD_DIR_MOUNT, files.root, 5), EPERM);
    EXPECT_EQ(ASK(HURD_DIR_MOUNT, files.root, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_DIR_MOUNT, files.root, 5, 6), EINVAL);
    EXPECT_EQ(ASK(HURD_DIR_MOUNT, files.buffer, 5), EBADF);
    EXPECT_EQ(ASK(HURD_FS_COVER, 5, 6), EPERM);
    EXPECT_EQ(ASK(HURD_FS_COVER, 5), EINVAL);
    EXPECT_EQ(ASK(HURD_FS_ABOVE, 5), EPERM);
    EXPECT_EQ(ASK(HURD_FS_ABOVE, 0), EINVAL);
}

static int count_entry(void *context, const char *name, unsigned type)
{
    unsigned *count = context;
    count[name[0] == 'e' && type == 1]++;
    return 0;
}

TEST(a_directory_of_many_pages_is_listed)
{
    char name[32];
    unsigned count[2] = { 0, 0 };
    EXPECT_EQ(files_mkdir(&files, "/many", 0755), 0);
    for (unsigned i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "/many/entry-with-a-name-%u", i);
        make(name, "");
    }
    struct file d = opened("/many", HURD_DIR_READS);
    EXPECT_EQ(file_list(&d, count_entry, count), 0);
    EXPECT_EQ(count[0], 2);
    EXPECT_EQ(count[1], 100);
    file_close(&d);
    for (unsigned i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "/many/entry-with-a-name-%u", i);
        EXPECT_EQ(files_unlink(&files, name), 0);
    }
    EXPECT_EQ(files_rmdir(&files, "/many"), 0);
}

TEST(forty_links_are_followed_and_no_more)
{
    char name[32], target[32];
    make("/l0", "end");
    for (unsigned i = 1; i <= 41; i++) {
        snprintf(name, sizeof name, "/l%u", i);
        snprintf(target, sizeof target, i % 2 ? "/l%u" : "l%u", i - 1);
        EXPECT_EQ(files_symlink(&files, target, name), 0);
    }
    EXPECT_EQ(holds("/l40", "end"), true);
    EXPECT_EQ(open_error("/l41", HURD_DIR_READS), ELOOP);
    EXPECT_EQ(open_error("/l1", HURD_DIR_READS | HURD_DIR_NOFOLLOW), ELOOP);
    EXPECT_EQ(files_readlink(&files, "/l40", target, sizeof target), 0);
    EXPECT_EQ(strcmp(target, "l39"), 0);
    EXPECT_EQ(files_symlink(&files, "/loop", "/loop"), 0);
    EXPECT_EQ(open_error("/loop", HURD_DIR_READS), ELOOP);
    EXPECT_EQ(open_error("/loop/x", HURD_DIR_READS), ELOOP);
}

TEST(paths_of_4096_bytes_and_strange_names)
{
    static char path[5000];
    char name[256], small[] = "/x", other[] = "/y";
    memset(path, '/', sizeof path);
    make("/x", "far");
    path[4095] = 'x';
    path[4096] = '\0';
    EXPECT_EQ(holds(path, "far"), true);
    path[4096] = '/';
    path[4097] = '\0';
    EXPECT_EQ(open_error(path, HURD_DIR_READS), ENAMETOOLONG);
    memset(name, 'n', sizeof name);
    name[255] = '\0';
    make(name, "long");
    EXPECT_EQ(holds(name, "long"), true);
    EXPECT_EQ(files_rename(&files, name, other), 0);
    EXPECT_EQ(files_rename(&files, other, name), 0);
    EXPECT_EQ(files_unlink(&files, name), 0);
    memset(path, 'n', 256);
    path[256] = '\0';
    EXPECT_EQ(open_error(path, HURD_DIR_CREATE), ENAMETOOLONG);
    for (unsigned c = 1; c < 256; c++) {
        small[1] = (char) c;
        if (c == '/' || c == '.')
            continue;
        make(small, "s");
        EXPECT_EQ(holds(small, "s"), true);
        EXPECT_EQ(files_unlink(&files, small), 0);
    }
}

TEST(an_unlinked_file_is_read_until_it_is_closed)
{
    char got[16] = "";
    uint32_t done;
    make("/f", "still here");
    struct file f = opened("/f", HURD_DIR_READS);
    EXPECT_EQ(files_unlink(&files, "/f"), 0);
    EXPECT_EQ(open_error("/f", HURD_DIR_READS), ENOENT);
    EXPECT_EQ(file_read(&f, got, 10, &done), 0);
    EXPECT_EQ(strcmp(got, "still here"), 0);
    file_close(&f);
}

TEST(an_appender_writes_at_the_end)
{
    uint32_t done;
    make("/f", "one");
    struct file a = opened("/f", HURD_DIR_WRITES | HURD_DIR_APPEND);
    struct file b = opened("/f", HURD_DIR_WRITES | HURD_DIR_APPEND);
    EXPECT_EQ(file_write(&a, " two", 4, &done), 0);
    EXPECT_EQ(file_write(&b, " three", 6, &done), 0);
    file_close(&a);
    file_close(&b);
    EXPECT_EQ(holds("/f", "one two three"), true);
}

TEST(refusals_of_fs)
{
    struct hurd_fs_statfs s;
    L4_Word_t handle[HURD_FS_FILES + 1];
    unsigned n = 0;
    int err = 0;
    EXPECT_EQ(files_statfs(&files, &s), 0);
    EXPECT_EQ(s.block_size, 1024);
    EXPECT_EQ(s.flags & HURD_FS_READ_ONLY, 0);
    EXPECT_EQ(files_sync(&files), 0);
    EXPECT_EQ(files_statfs(&files, &s), 0);
    EXPECT_EQ(s.flags & HURD_FS_CLEAN, HURD_FS_CLEAN);
    EXPECT_EQ(ASK(HURD_FS_STATFS, NONE), EBADF);
    EXPECT_EQ(ASK(HURD_FS_SYNC, files.root, 0), EINVAL);
    EXPECT_EQ(ASK(HURD_FS_END, files.root), EPERM);
    EXPECT_EQ(ASK(HURD_FS_BUFFER, NONE), EPERM);
    EXPECT_EQ(ASK(HURD_FS_SLOT, 1), EINVAL);
    EXPECT_EQ(ASK(HURD_CAP_GET_ROOT, 1), EINVAL);
    EXPECT_EQ(ASK(HURD_CAP_GIVE, files.root, HURD_TASK_INIT), EPERM);
    EXPECT_EQ(ASK(1090, files.root), EOPNOTSUPP);
    for (; n <= HURD_FS_FILES && !err; n++) {
        L4_Word_t words[20] = { files.root, 0, 0, 1, '/' };
        err = ask(HURD_DIR_LOOKUP, 5, words);
        handle[n] = words[0];
    }
    EXPECT_EQ(err, EMFILE);
    EXPECT_EQ(n, HURD_FS_FILES);        /* the root is one, and the last one was refused */
    for (unsigned i = 0; i + 1 < n; i++)
        EXPECT_EQ(hurd_cap_drop(server, handle[i]), 0);
}

/* A second connection, whose container goes: the server has nothing of it any more. */
TEST(a_buffer_that_is_revoked_is_an_error)
{
    static struct files other;
    L4_Word_t words[2] = { 0 };
    EXPECT_EQ(files_connect(&other, server, physmem(), __hurd_startup_data->physmem_control.cap), 0);
    EXPECT_EQ(hurd_pm_container_revoke(physmem(), other.container, L4_Version(server), words), 0);
    struct file f = opened("/l0", HURD_DIR_READS);
    EXPECT_EQ(ASK(HURD_IO_READ, f.handle, other.buffer, 0, 4, 0, 0), EFAULT);
    EXPECT_EQ(ASK(HURD_FS_BUFFER, NONE), EPERM);
    file_close(&f);
    hurd_cap_drop(server, other.root);
    hurd_cap_drop(server, other.buffer);
}

/* Words that mean something often, and nonsense as often. */
static L4_Word_t word_roll(uint32_t *seed)
{
    static const L4_Word_t some[] = { 0, 1, 2, 3, 4, 4, 11, 40, 200, 201, 4096, 4097, 0x10000, 0x10001,
                                      0x7FFFFFFF, 0x80000000, 0xFFFFF000, 0xFFFFFFFF, 0x2F2F2F2F,
                                      0x2E2E2F };
    *seed = *seed * 1664525 + 1013904223;
    uint32_t r = *seed >> 8;
    return r % 4 ? some[r / 4 % (sizeof some / sizeof *some)] : r % 8 ? r / 8 % 8 : r;
}

TEST(messages_by_lot_do_no_harm)
{
    uint32_t seed = 1;
    unsigned done = 0, refused = 0, lost = 0;
    make("/lot", "text");
    struct file f = opened("/lot", HURD_DIR_READS | HURD_DIR_WRITES);
    for (unsigned i = 0; i < MESSAGES; i++) {
        L4_Word_t words[64], label;
        seed = seed * 1664525 + 1013904223;
        unsigned n = (seed >> 12) % 8;
        label = 1024 + (seed >> 16) % 60;
        for (unsigned k = 0; k < 64; k++)
            words[k] = word_roll(&seed);
        if (seed >> 28)         /* mostly handles that are there */
            words[0] = seed >> 27 & 1 ? files.root : f.handle;
        if (seed >> 26 & 1)
            words[1] = files.buffer;
        if (label == HURD_FS_END || label == HURD_IO_WAIT || label == HURD_IO_PARTNER)    /* for ever */
            continue;
        int err = ask(label, n, words);
        done += err == 0;
        refused += err != 0;
        lost += err == EIO;
        if (err == 0 && label == HURD_DIR_LOOKUP)
            hurd_cap_drop(server, words[0]);
    }
    printf("# %u done, %u refused\n", done, refused);
    EXPECT_EQ(done > MESSAGES / 100, true);
    EXPECT_EQ(lost, 0);
    make("/after", "it still serves");
    EXPECT_EQ(holds("/after", "it still serves"), true);
    EXPECT_EQ(files_sync(&files), 0);
}

const struct test tests[] = {
    T(what_is_written_is_read),
    T(a_read_shows_no_more_than_the_file),
    T(refusals_of_io),
    T(a_file_has_a_position_of_its_own),
    T(pieces_come_in_messages),
    T(a_pipe_carries_bytes_from_end_to_end),
    T(a_pipe_carries_pages_through_the_container),
    T(short_writes_go_whole_or_not_at_all),
    T(refusals_of_pipes),
    T(a_wait_ends_when_one_of_its_pipes_is_ready),
    T(what_waits_for_a_pipe_is_cancelled),
    T(a_task_may_have_so_many_waits_and_no_more),
    T(attributes_are_set),
    T(refusals_of_names),
    T(a_directory_of_many_pages_is_listed),
    T(forty_links_are_followed_and_no_more),
    T(paths_of_4096_bytes_and_strange_names),
    T(an_unlinked_file_is_read_until_it_is_closed),
    T(an_appender_writes_at_the_end),
    T(refusals_of_fs),
    T(an_open_file_is_given_by_its_ticket),
    T(a_buffer_that_is_revoked_is_an_error),
    T(messages_by_lot_do_no_harm),
    { 0 },
};
