/* SPDX-License-Identifier: MIT */
/* Each error of mmap() of a descriptor, of io_map and of io_pages. */
#include "tests/guest/deva/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <hurd/cap.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/thread.h>

#include "lib/file/files.h"
#include "lib/posix/start.h"
#include "tests/guest/mapped/mapped.h"

enum { PAGE = 4096 };

static int error_of(size_t length, int protection, int flags, int file, off_t offset)
{
    errno = 0;
    void *p = mmap(NULL, length, protection, flags, file, offset);
    if (p != MAP_FAILED)
        munmap(p, length);
    return p == MAP_FAILED ? errno : 0;
}

void mmap_of_a_descriptor_says_what_is_wrong(void)
{
    int f = open("/m", O_RDWR | O_CREAT | O_TRUNC, 0644), r = open("/m", O_RDONLY);
    int w = open("/m", O_WRONLY), d = open("/", O_RDONLY), ends[2], both = PROT_READ | PROT_WRITE;
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(error_of(PAGE, both, MAP_SHARED, f, 0), 0);
    EXPECT_EQ(error_of(PAGE, both, MAP_SHARED, f, 16 * PAGE), 0);       /* no page is touched */
    EXPECT_EQ(error_of(PAGE, PROT_READ, MAP_SHARED, 63, 0), EBADF);
    EXPECT_EQ(error_of(PAGE, PROT_READ, MAP_SHARED, -1, 0), EBADF);
    EXPECT_EQ(error_of(PAGE, PROT_READ, MAP_SHARED, 1000, 0), EBADF);
    EXPECT_EQ(error_of(PAGE, PROT_READ, MAP_SHARED, w, 0), EACCES);
    EXPECT_EQ(error_of(PAGE, PROT_READ, MAP_PRIVATE, w, 0), EACCES);
    EXPECT_EQ(error_of(PAGE, both, MAP_SHARED, r, 0), EACCES);
    EXPECT_EQ(error_of(PAGE, both, MAP_PRIVATE, r, 0), 0);
    EXPECT_EQ(error_of(PAGE, PROT_READ, MAP_SHARED, r, 0), 0);
    EXPECT_EQ(error_of(PAGE, PROT_READ, MAP_SHARED, d, 0), ENODEV);
    EXPECT_EQ(error_of(PAGE, PROT_READ, MAP_SHARED, ends[0], 0), ENODEV);
    EXPECT_EQ(error_of(PAGE, PROT_READ, MAP_SHARED, 1, 0), ENODEV);
    EXPECT_EQ(error_of(0, PROT_READ, MAP_SHARED, f, 0), EINVAL);
    EXPECT_EQ(error_of(PAGE, PROT_READ, MAP_SHARED, f, 100), EINVAL);
    EXPECT_EQ(error_of(PAGE, PROT_READ, MAP_SHARED | MAP_PRIVATE, f, 0), EINVAL);
    EXPECT_EQ(error_of(PAGE, PROT_READ, 0, f, 0), EINVAL);
    EXPECT_EQ(error_of(PAGE, 64, MAP_SHARED, f, 0), EINVAL);
    EXPECT_EQ(error_of(PAGE, PROT_READ, MAP_SHARED, f, (off_t)1 << 40), EOVERFLOW);
    EXPECT_EQ(error_of(2 * PAGE, PROT_READ, MAP_SHARED, f, 0xFFFFF000), EOVERFLOW);
    EXPECT_EQ(error_of((size_t)-1, PROT_READ, MAP_SHARED, f, 0), ENOMEM);
    EXPECT_EQ(error_of(0xE0000000, PROT_READ, MAP_SHARED, f, 0), ENOMEM);
    void *p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, r, 0);
    EXPECT_EQ(mprotect(p, PAGE, both), -1);
    EXPECT_EQ(errno, EACCES);
    EXPECT_EQ(munmap(p, PAGE), 0);
    EXPECT_EQ(close(f) | close(r) | close(w) | close(d) | close(ends[0]) | close(ends[1]), 0);
}

/* ---- the protocol, by messages of our own ---- */

static struct files files;
static struct hurd_startup_cap memory;

static int map(L4_Word_t handle, L4_Word_t flags, L4_Word_t *out)
{
    const L4_Word_t in[] = { handle, flags };
    return hurd_cap_rpc(files.server, HURD_IO_MAP, 2, in, 2, out, NULL);
}

static int pages(L4_Word_t handle, L4_Word_t page, L4_Word_t count, L4_Word_t flags)
{
    const L4_Word_t in[] = { handle, page, count, flags };
    L4_Word_t done = 0;
    int err = hurd_cap_rpc(files.server, HURD_IO_PAGES, 4, in, 1, &done, NULL);
    return err ? -err : (int)done;
}

static L4_ThreadId_t server_of_the_files(void)
{
    const char *text = (const char *)__hurd_startup_data->envz;
    L4_Word_t id = 0;
    text += sizeof START_WORD - 1;
    for (; *text && *text != ' '; text++)
        id = id << 4 | (L4_Word_t)(*text <= '9' ? *text - '0' : *text - 'a' + 10);
    return L4_ThreadIdOfRaw(id);
}

static void refuses(struct file *f, struct file *r, struct file *d)
{
    L4_ThreadId_t physmem = L4_ThreadIdOfRaw(memory.server);
    L4_Word_t out[2], in[] = { f->handle, 0, 1, 0 };
    EXPECT_EQ(map(f->handle, 0, out), EPERM);               /* no slot */
    EXPECT_EQ(hurd_cap_open(physmem, 4, L4_Version(files.server)), 0);
    EXPECT_EQ(map(f->handle, 4, out), EINVAL);
    EXPECT_EQ(hurd_cap_rpc(files.server, HURD_IO_MAP, 1, in, 2, out, NULL), EINVAL);
    EXPECT_EQ(map(d->handle, 0, out), ENODEV);
    EXPECT_EQ(map(r->handle, HURD_IO_MAP_WRITES, out), EACCES);
    EXPECT_EQ(map(files.buffer, 0, out), EBADF);
    EXPECT_EQ(map(12345, 0, out), EBADF);
    EXPECT_EQ(pages(f->handle, 0, 0, 0), -EINVAL);
    EXPECT_EQ(pages(f->handle, 0, 17, 0), -EINVAL);
    EXPECT_EQ(pages(f->handle, 0, 1, 2), -EINVAL);
    EXPECT_EQ(hurd_cap_rpc(files.server, HURD_IO_PAGES, 3, in, 2, out, NULL), EINVAL);
    EXPECT_EQ(pages(d->handle, 0, 1, 0), -ENODEV);
    EXPECT_EQ(pages(r->handle, 0, 1, HURD_IO_PAGE_WRITES), -EACCES);
    EXPECT_EQ(pages(files.buffer, 0, 1, 0), -EBADF);
    EXPECT_EQ(pages(f->handle, 2, 1, 0), -ENXIO);
    EXPECT_EQ(pages(f->handle, ~0u, 16, 0), -ENXIO);
    EXPECT_EQ(pages(f->handle, 0, 16, 0), 2);               /* none behind the end */
    EXPECT_EQ(map(f->handle, 0, out), 0);
    EXPECT_EQ(hurd_cap_drop(physmem, out[1]), 0);
    EXPECT_EQ(hurd_cap_drop(files.server, out[0]), 0);
    EXPECT_EQ(hurd_cap_open(physmem, 0, L4_Version(files.server)), 0);
}

static L4_Word_t inodes_free(void)
{
    struct hurd_fs_statfs s = {0};
    EXPECT_EQ(files_sync(&files), 0);
    EXPECT_EQ(files_statfs(&files, &s), 0);
    return s.free_inodes;
}

/* One too many, and the first goes; no name and nobody else, and all go. */
static void weak_maps_keep_nothing(void)
{
    L4_ThreadId_t physmem = L4_ThreadIdOfRaw(memory.server);
    L4_Word_t out[2], first = 0, last = 0, before = inodes_free();
    struct file f;
    uint32_t done;
    EXPECT_EQ(file_open(&files, &f, "/weak", HURD_DIR_READS | HURD_DIR_WRITES | HURD_DIR_CREATE, 0644), 0);
    EXPECT_EQ(file_write(&f, "weak", 4, &done), 0);
    for (unsigned i = 0; i <= HURD_IO_WEAK_MOST; i++) {
        EXPECT_EQ(hurd_cap_open(physmem, 1, L4_Version(files.server)), 0);
        EXPECT_EQ(map(f.handle, HURD_IO_MAP_WEAK, out), 0);
        EXPECT_EQ(hurd_cap_drop(physmem, out[1]), 0);
        first = i == 0 ? out[0] : first;
        last = out[0];
    }
    EXPECT_EQ(pages(first, 0, 1, 0), -EBADF);
    EXPECT_EQ(pages(last, 0, 1, 0), 1);
    file_close(&f);
    EXPECT_EQ(pages(last, 0, 1, 0), 1);
    EXPECT_EQ(files_unlink(&files, "/weak"), 0);
    EXPECT_EQ(pages(last, 0, 1, 0), -EBADF);
    EXPECT_EQ(inodes_free(), before);
}

void the_protocol_of_maps_refuses_what_is_wrong(void)
{
    struct file f, r, w, d;
    L4_Word_t out[2];
    uint32_t done;
    memory = __hurd_startup_data->physmem_control;
    EXPECT_EQ(files_connect(&files, server_of_the_files(), L4_ThreadIdOfRaw(memory.server),
                            memory.cap), 0);
    unsigned both = HURD_DIR_READS | HURD_DIR_WRITES | HURD_DIR_CREATE | HURD_DIR_TRUNCATE;
    EXPECT_EQ(file_open(&files, &f, "/p", both, 0644), 0);
    EXPECT_EQ(file_open(&files, &r, "/p", HURD_DIR_READS, 0), 0);
    EXPECT_EQ(file_open(&files, &w, "/p", HURD_DIR_WRITES, 0), 0);
    EXPECT_EQ(file_open(&files, &d, "/", HURD_DIR_READS, 0), 0);
    static char bytes[PAGE + 1];
    EXPECT_EQ(file_write(&f, bytes, sizeof bytes, &done), 0);
    refuses(&f, &r, &d);
    EXPECT_EQ(map(w.handle, 0, out), EACCES);
    EXPECT_EQ(pages(w.handle, 0, 1, 0), -EACCES);
    file_close(&f);
    file_close(&r);
    file_close(&w);
    file_close(&d);
    EXPECT_EQ(files_unlink(&files, "/p"), 0);
    weak_maps_keep_nothing();
    files_disconnect(&files);
}
