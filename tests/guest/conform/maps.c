/* SPDX-License-Identifier: MIT */
/* mmap() and its kin, of memory and of files. */
#include "tests/guest/conform/conform.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { PAGE = 4096 };

static sigjmp_buf back;
static volatile int got;

static void caught(int signal)
{
    got = signal;
    siglongjmp(back, 1);
}

/* The signal that the access raises; 0: none. */
static int access_raises(volatile char *at, bool writes)
{
    struct sigaction action = { .sa_handler = caught }, segv, bus;
    sigaction(SIGSEGV, &action, &segv);
    sigaction(SIGBUS, &action, &bus);
    got = 0;
    if (!sigsetjmp(back, 1)) {
        char c = *at;
        if (writes)
            *at = c;
    }
    sigaction(SIGSEGV, &segv, NULL);
    sigaction(SIGBUS, &bus, NULL);
    return got;
}

static int file_of(const char *path, size_t size)
{
    int f = open(path, O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    EXPECT_EQ(f >= 0, true);
    EXPECT_EQ(ftruncate(f, (off_t) size), 0);
    return f;
}

void a_file_that_is_mapped_shared_gets_what_is_written(void)
{
    char text[8] = "";
    int f = file_of("/tmp/map", PAGE);
    char *a = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
    char *b = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, f, 0);
    EXPECT_EQ(a != MAP_FAILED && b != MAP_FAILED, true);
    strcpy(a + 10, "hello");
    EXPECT_TEXT(b + 10, "hello");
    EXPECT_EQ(msync(a, PAGE, MS_SYNC), 0);
    EXPECT_EQ(pread(f, text, 6, 10), 6);
    EXPECT_TEXT(text, "hello");
    EXPECT_EQ(pwrite(f, "HELLO", 5, 10), 5);
    EXPECT_TEXT(b + 10, "HELLO");
    EXPECT_EQ(IN_CHILD(strcpy(a + 10, "child")), 0);
    EXPECT_TEXT(b + 10, "child");
    EXPECT_EQ(munmap(a, PAGE), 0);
    EXPECT_EQ(munmap(b, PAGE), 0);
    close(f);
    unlink("/tmp/map");
}

void a_private_map_keeps_its_changes(void)
{
    char text[8] = "";
    int f = file_of("/tmp/map", PAGE), r;
    EXPECT_EQ(pwrite(f, "before", 7, 0), 7);
    char *a = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, f, 0);
    EXPECT_TEXT(a, "before");
    strcpy(a, "after");
    EXPECT_EQ(pread(f, text, 7, 0), 7);
    EXPECT_TEXT(text, "before");
    EXPECT_EQ(IN_CHILD({ if (strcmp(a, "after")) _exit(1); strcpy(a, "child"); }), 0);
    EXPECT_TEXT(a, "after");
    EXPECT_EQ(munmap(a, PAGE), 0);
    r = open("/tmp/map", O_RDONLY);                 /* enough for a private map that is written to */
    a = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, r, 0);
    EXPECT_EQ(a != MAP_FAILED, true);
    strcpy(a, "own");
    EXPECT_EQ(munmap(a, PAGE), 0);
    close(r);
    close(f);
    unlink("/tmp/map");
}

void bytes_behind_the_end_of_a_mapped_file_are_zero_and_not_written(void)
{
    struct stat s;
    char text[PAGE] = "";
    int f = file_of("/tmp/map", PAGE / 2);
    char *a = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
    for (int i = PAGE / 2; i < PAGE; i++)
        EXPECT_EQ(a[i], 0);
    a[PAGE / 2] = 'x';
    a[1] = 'y';
    EXPECT_EQ(msync(a, PAGE, MS_SYNC), 0);
    EXPECT_EQ(munmap(a, PAGE), 0);
    EXPECT_EQ(fstat(f, &s), 0);
    EXPECT_EQ(s.st_size, PAGE / 2);
    EXPECT_EQ(ftruncate(f, PAGE), 0);
    EXPECT_EQ(pread(f, text, PAGE, 0), PAGE);
    EXPECT_EQ(text[1], 'y');
    EXPECT_EQ(text[PAGE / 2], 0);
    close(f);
    unlink("/tmp/map");
}

void a_page_behind_the_end_of_a_mapped_file_is_a_bus_error(void)
{
    int f = file_of("/tmp/map", PAGE / 2);
    char *a = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
    EXPECT_EQ(a != MAP_FAILED, true);
    EXPECT_EQ(access_raises(a, true), 0);
    EXPECT_EQ(access_raises(a + PAGE, false), SIGBUS);
    EXPECT_EQ(access_raises(a + PAGE, true), SIGBUS);
    EXPECT_EQ(munmap(a, 2 * PAGE), 0);
    close(f);
    unlink("/tmp/map");
}

void a_map_stays_when_its_file_is_closed_and_removed(void)
{
    struct stat s;
    int f = file_of("/tmp/map", PAGE);
    char *a = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
    strcpy(a, "stays");
    EXPECT_EQ(close(f), 0);
    EXPECT_TEXT(a, "stays");
    EXPECT_EQ(unlink("/tmp/map"), 0);
    EXPECT_FAILS(stat("/tmp/map", &s), ENOENT);
    EXPECT_TEXT(a, "stays");
    EXPECT_EQ(munmap(a, PAGE), 0);
}

#define EXPECT_NO_MAP(call, wanted)                                                                \
    do {                                                                                           \
        errno = 0;                                                                                 \
        EXPECT_EQ((call) == MAP_FAILED, true);                                                     \
        EXPECT_EQ(errno, wanted);                                                                  \
    } while (0)

void mmap_names_its_errors(void)
{
    int f = file_of("/tmp/map", PAGE), r = open("/tmp/map", O_RDONLY), w = open("/tmp/map", O_WRONLY), p[2];
    EXPECT_EQ(pipe(p), 0);
    EXPECT_NO_MAP(mmap(NULL, 0, PROT_READ, MAP_SHARED, f, 0), EINVAL);
    EXPECT_NO_MAP(mmap(NULL, PAGE, PROT_READ, 0, f, 0), EINVAL);
    EXPECT_NO_MAP(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, f, 1), EINVAL);
    EXPECT_NO_MAP(mmap((void *) 0x30000001, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, f, 0), EINVAL);
    EXPECT_NO_MAP(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, -1, 0), EBADF);
    EXPECT_NO_MAP(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 60, 0), EBADF);
    EXPECT_NO_MAP(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, r, 0), EACCES);
    EXPECT_NO_MAP(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, w, 0), EACCES);
    EXPECT_NO_MAP(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, w, 0), EACCES);
    EXPECT_NO_MAP(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, p[0], 0), ENODEV);
    EXPECT_NO_MAP(mmap(NULL, SIZE_MAX, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), ENOMEM);
    EXPECT_NO_MAP(mmap(NULL, SIZE_MAX - 2 * PAGE, PROT_READ, MAP_SHARED, f, 0), ENOMEM);
    EXPECT_NO_MAP(mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, f, (off_t) 1 << 40), EOVERFLOW);
    char *a = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, r, 0);
    EXPECT_FAILS(mprotect(a, PAGE, PROT_READ | PROT_WRITE), EACCES);
    EXPECT_EQ(munmap(a, PAGE), 0);
    EXPECT_FAILS(munmap((void *) 0x30000001, PAGE), EINVAL);
    EXPECT_FAILS(munmap((void *) 0x30000000, 0), EINVAL);
    EXPECT_EQ(munmap((void *) 0x30000000, PAGE), 0);        /* nothing there is no error */
    for (int i = 0; i < 2; i++)
        close(p[i]);
    close(f), close(r), close(w);
    unlink("/tmp/map");
}

void a_fixed_map_replaces_what_was_there(void)
{
    int f = file_of("/tmp/map", PAGE);
    EXPECT_EQ(pwrite(f, "file", 5, 0), 5);
    char *a = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    memset(a, 'a', 3 * PAGE);
    char *b = mmap(a + PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, f, 0);
    EXPECT_EQ(b == a + PAGE, true);
    EXPECT_TEXT(b, "file");
    EXPECT_EQ(a[PAGE - 1], 'a');
    EXPECT_EQ(a[2 * PAGE], 'a');
    EXPECT_EQ(mmap(a, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_ANON, -1, 0) == a, true);
    EXPECT_EQ(a[0], 0);
    EXPECT_EQ(a[PAGE], 0);
    EXPECT_EQ(a[2 * PAGE], 'a');
    char *hint = mmap(a, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANON, -1, 0);
    EXPECT_EQ(hint != a && hint != MAP_FAILED, true);
    EXPECT_EQ(munmap(hint, PAGE), 0);
    EXPECT_EQ(munmap(a, 3 * PAGE), 0);
    close(f);
    unlink("/tmp/map");
}

void munmap_and_mprotect_take_access_away(void)
{
    char *a = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    memset(a, 'm', 4 * PAGE);
    EXPECT_EQ(mprotect(a, 1, PROT_READ), 0);
    EXPECT_EQ(access_raises(a, false), 0);
    EXPECT_EQ(access_raises(a, true), SIGSEGV);
    EXPECT_EQ(mprotect(a + PAGE, PAGE, PROT_NONE), 0);
    EXPECT_EQ(access_raises(a + PAGE, false), SIGSEGV);
    EXPECT_EQ(mprotect(a + PAGE, PAGE, PROT_READ | PROT_WRITE), 0);
    EXPECT_EQ(a[PAGE], 'm');
    EXPECT_EQ(munmap(a + 2 * PAGE, 1), 0);
    EXPECT_EQ(access_raises(a + 2 * PAGE, false), SIGSEGV);
    EXPECT_EQ(access_raises(a + 3 * PAGE, true), 0);
    EXPECT_FAILS(mprotect(a, 4 * PAGE, PROT_READ), ENOMEM);
    EXPECT_FAILS(mprotect(a + 1, PAGE, PROT_READ), EINVAL);
    EXPECT_EQ(munmap(a, 4 * PAGE), 0);
}

void msync_and_locks_name_their_errors(void)
{
    char *a = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    EXPECT_EQ(munmap(a + PAGE, PAGE), 0);
    EXPECT_EQ(msync(a, PAGE, MS_ASYNC), 0);
    EXPECT_EQ(msync(a, PAGE, MS_SYNC | MS_INVALIDATE), 0);
    EXPECT_FAILS(msync(a, 3 * PAGE, MS_SYNC), ENOMEM);
    EXPECT_FAILS(msync(a + 1, PAGE, MS_SYNC), EINVAL);
    EXPECT_FAILS(msync(a, PAGE, MS_SYNC | MS_ASYNC), EINVAL);
    EXPECT_EQ(mlock(a, PAGE), 0);
    EXPECT_EQ(mlock(a + 17, 5), 0);
    EXPECT_FAILS(msync(a, PAGE, MS_SYNC | MS_INVALIDATE), EBUSY);
    EXPECT_EQ(munlock(a, PAGE), 0);
    EXPECT_EQ(munlock(a, PAGE), 0);
    EXPECT_FAILS(mlock(a, 3 * PAGE), ENOMEM);
    EXPECT_FAILS(munlock(a, 3 * PAGE), ENOMEM);
    EXPECT_FAILS(mlockall(0), EINVAL);
    EXPECT_FAILS(mlockall(64), EINVAL);
    EXPECT_EQ(mlockall(MCL_CURRENT), 0);
    EXPECT_EQ(munlockall(), 0);
    EXPECT_EQ(munmap(a, 3 * PAGE), 0);
}

void mincore_and_mremap_as_linux_has_them(void)
{
    unsigned char in[4] = { 0 };
    char *a = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    a[PAGE] = 'r';
    EXPECT_EQ(mincore(a, 4 * PAGE, in), 0);
    EXPECT_EQ(in[1] & 1, 1);
    EXPECT_EQ(in[3] & 1, 0);
    EXPECT_FAILS(mincore(a + 1, PAGE, in), EINVAL);
    char *b = mremap(a, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
    EXPECT_EQ(b != MAP_FAILED && b[PAGE] == 'r' && b[7 * PAGE] == 0, true);
    EXPECT_EQ(mremap(b, 8 * PAGE, PAGE, 0) == b, true);
    EXPECT_EQ(access_raises(b + PAGE, false), SIGSEGV);
    EXPECT_EQ(madvise(b, PAGE, MADV_DONTNEED), 0);
    EXPECT_EQ(b[0], 0);
    EXPECT_EQ(posix_madvise(b, PAGE, POSIX_MADV_WILLNEED), 0);
    EXPECT_EQ(posix_madvise(b, PAGE, 99), EINVAL);
    EXPECT_EQ(posix_madvise(b + PAGE, PAGE, POSIX_MADV_NORMAL), ENOMEM);
    EXPECT_EQ(munmap(b, PAGE), 0);
    EXPECT_FAILS(mincore(b, PAGE, in), ENOMEM);
}

void memory_with_a_name(void)
{
    int f = shm_open("/conform", O_RDWR | O_CREAT | O_EXCL, 0600);
    EXPECT_EQ(f >= 0, true);
    EXPECT_EQ(fcntl(f, F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(ftruncate(f, 2 * PAGE), 0);
    char *a = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
    EXPECT_EQ(a != MAP_FAILED && a[PAGE] == 0, true);
    EXPECT_EQ(IN_CHILD({
        int g = shm_open("/conform", O_RDWR, 0);
        char *b = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, g, PAGE);
        *b = 'c';
    }), 0);
    EXPECT_EQ(a[PAGE], 'c');
    EXPECT_FAILS(shm_open("/conform", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
    EXPECT_FAILS(shm_open("/con/form", O_RDWR | O_CREAT, 0600), EINVAL);
    EXPECT_FAILS(shm_open("/", O_RDWR | O_CREAT, 0600), EINVAL);
    EXPECT_FAILS(shm_open("/conform", O_WRONLY, 0), EINVAL);
    EXPECT_EQ(shm_unlink("/conform"), 0);
    EXPECT_FAILS(shm_unlink("/conform"), ENOENT);
    EXPECT_FAILS(shm_open("/conform", O_RDONLY, 0), ENOENT);
    EXPECT_EQ(a[PAGE], 'c');
    EXPECT_EQ(munmap(a, 2 * PAGE), 0);
    close(f);
}
