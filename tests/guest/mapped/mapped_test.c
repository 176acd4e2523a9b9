/* SPDX-License-Identifier: MIT */
/* Files in memory: one task's maps beside its read() and write(), then those of two tasks. */
#include "tests/guest/deva/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <l4/ipc.h>
#include <l4/schedule.h>

#include "tests/guest/mapped/mapped.h"

enum { PAGE = 4096, MANY = 100 };

static unsigned char piece[PAGE];


static unsigned char byte_of(unsigned at)
{
    return (unsigned char)(at * 7 + at / PAGE * 13 + 1);
}

/* A new file with so many bytes of byte_of(). */
static int make(const char *path, unsigned size)
{
    int f = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
    for (unsigned at = 0; at < size; at += PAGE) {
        unsigned n = size - at < PAGE ? size - at : PAGE;
        for (unsigned i = 0; i < n; i++)
            piece[i] = byte_of(at + i);
        EXPECT_EQ(write(f, piece, n), n);
    }
    return f;
}

static unsigned char *map(int f, unsigned size, int protection, int flags)
{
    unsigned char *p = mmap(NULL, size, protection, flags, f, 0);
    EXPECT_EQ(p != MAP_FAILED, 1);
    return p;
}

static unsigned char *map_shared(int f, unsigned size)
{
    return map(f, size, PROT_READ | PROT_WRITE, MAP_SHARED);
}

static unsigned char byte_in(int f, unsigned at)
{
    unsigned char byte = 0;
    EXPECT_EQ(pread(f, &byte, 1, at), 1);
    return byte;
}

static void byte_write(int f, unsigned at, unsigned char byte)
{
    EXPECT_EQ(pwrite(f, &byte, 1, at), 1);
}

/* ---- a signal instead of a page ---- */

static sigjmp_buf out;
static volatile int signal_error, signal_code;

static void caught(int signal, siginfo_t *info, void *unused)
{
    (void)unused;
    signal_error = info->si_errno;
    signal_code = info->si_code;
    siglongjmp(out, signal);
}

/* The signal that the access raises, or 0. */
static int signal_of(volatile unsigned char *at, bool writes)
{
    struct sigaction action = {.sa_flags = SA_SIGINFO}, old;
    action.sa_sigaction = caught;
    sigaction(SIGBUS, &action, &old);
    sigaction(SIGSEGV, &action, NULL);
    int signal = sigsetjmp(out, 1);
    if (signal == 0) {
        if (writes)
            *at = 1;
        else
            (void)*at;
    }
    sigaction(SIGBUS, &old, NULL);
    sigaction(SIGSEGV, &old, NULL);
    return signal;
}

/* `mapped_test watch`: a page that is mapped, one that is not yet, and requests, while somebody ends
 * the file server (tests/system/mapped.py). */
static void watch(void)
{
    int f = make("/m", 2 * PAGE);
    unsigned char *p = map_shared(f, 2 * PAGE);
    p[0] = 1;
    printf("watch: it is mapped\n");
    int signal = 0;
    while (!signal) {
        L4_Sleep(L4_TimePeriod(20000));
        signal = signal_of(p, false);
    }
    printf("watch: signal %d, error %d", signal, signal_error);
    signal = signal_of(p + PAGE, true);
    printf(", then %d, %d", signal, signal_error);
    printf(", read %d", read(f, piece, 1) < 0 ? errno : 0);
    printf(", unmapped %d\n", munmap(p, 2 * PAGE));
    _exit(0);
}

bool suite_can_run(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    const char *last = (const char *)data->argz + data->argz_len - sizeof "watch";
    struct stat s;
    if (data->argz_len > sizeof "watch" && !memcmp(last, "watch", sizeof "watch"))
        watch();
    return stat("/", &s) == 0;
}

/* ---- one task ---- */

TEST(a_map_shows_the_files_bytes_and_zeros_behind_its_end)
{
    unsigned size = 5 * PAGE + 1000, wrong = 0;
    int f = make("/m", size);
    const unsigned char *p = map(f, 8 * PAGE, PROT_READ, MAP_SHARED);
    EXPECT_EQ(close(f), 0);
    for (unsigned i = 0; i < size; i++)
        wrong += p[i] != byte_of(i);
    for (unsigned i = size; i < 6 * PAGE; i++)
        wrong += p[i] != 0;
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(signal_of((unsigned char *)p + 6 * PAGE, false), SIGBUS);
    EXPECT_EQ(signal_error, ENXIO);
    EXPECT_EQ(signal_code, BUS_OBJERR);
    EXPECT_EQ(signal_of((unsigned char *)p, true), SIGSEGV);
    EXPECT_EQ(munmap((void *)p, 8 * PAGE), 0);
    EXPECT_EQ(signal_of((unsigned char *)p, false), SIGSEGV);
}

TEST(what_a_map_writes_is_read_and_what_is_written_shows_in_the_map)
{
    int f = make("/m", 3 * PAGE + 10);
    unsigned char *p = map_shared(f, 4 * PAGE);
    p[5] = 0xA1;
    p[2 * PAGE] = 0xA2;
    EXPECT_EQ(byte_in(f, 5), 0xA1);
    EXPECT_EQ(byte_in(f, 2 * PAGE), 0xA2);
    EXPECT_EQ(byte_in(f, 6), byte_of(6));
    byte_write(f, 7, 0xB1);
    byte_write(f, PAGE + 1, 0xB2);
    EXPECT_EQ(p[7], 0xB1);
    EXPECT_EQ(p[PAGE + 1], 0xB2);
    EXPECT_EQ(p[5], 0xA1);
    memset(piece, 0xC0, PAGE);
    EXPECT_EQ(pwrite(f, piece, PAGE, 0), PAGE);
    EXPECT_EQ(p[5] == 0xC0 && p[PAGE - 1] == 0xC0, 1);
    p[5] = 0xA3;                        /* a read has taken the right to write; it comes again */
    EXPECT_EQ(byte_in(f, 5), 0xA3);
    EXPECT_EQ(pread(f, piece, PAGE, 0), PAGE);
    EXPECT_EQ(piece[5], 0xA3);
    EXPECT_EQ(piece[6], 0xC0);
    EXPECT_EQ(munmap(p, 4 * PAGE), 0);
    EXPECT_EQ(byte_in(f, 5), 0xA3);
    EXPECT_EQ(close(f), 0);
}

TEST(two_maps_of_a_file_are_the_same_memory)
{
    int f = make("/m", 2 * PAGE), g = open("/m", O_RDWR);
    unsigned char *p = map_shared(f, 2 * PAGE), *q = map_shared(g, 2 * PAGE);
    p[100] = 0x11;
    EXPECT_EQ(q[100], 0x11);
    q[100] = 0x22;
    EXPECT_EQ(p[100], 0x22);
    EXPECT_EQ(munmap(p, 2 * PAGE), 0);
    EXPECT_EQ(q[100], 0x22);
    q[PAGE] = 0x33;
    EXPECT_EQ(munmap(q, 2 * PAGE), 0);
    EXPECT_EQ(close(f) | close(g), 0);
    f = open("/m", O_RDONLY);
    EXPECT_EQ(byte_in(f, 100), 0x22);
    EXPECT_EQ(byte_in(f, PAGE), 0x33);
    EXPECT_EQ(close(f), 0);
}

TEST(a_private_map_keeps_its_changes)
{
    int f = make("/m", 3 * PAGE), r = open("/m", O_RDONLY);
    unsigned char *p = map(r, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    EXPECT_EQ(close(r), 0);
    EXPECT_EQ(p[PAGE], byte_of(PAGE));
    p[PAGE] = 0x44;
    p[PAGE + 1] = 0x45;
    p[2 * PAGE + 5] = 0x46;             /* written to before it was read */
    EXPECT_EQ(byte_in(f, PAGE), byte_of(PAGE));
    EXPECT_EQ(byte_in(f, 2 * PAGE + 5), byte_of(2 * PAGE + 5));
    EXPECT_EQ(p[2 * PAGE + 6], byte_of(2 * PAGE + 6));
    byte_write(f, PAGE, 0x55);
    EXPECT_EQ(p[PAGE], 0x44);
    EXPECT_EQ(munmap(p + PAGE, PAGE), 0);       /* the middle of a run of copies */
    EXPECT_EQ(p[2 * PAGE + 5], 0x46);
    EXPECT_EQ(mprotect(p, PAGE, PROT_READ), 0);
    EXPECT_EQ(signal_of(p, true), SIGSEGV);
    EXPECT_EQ(munmap(p, 3 * PAGE), 0);
    EXPECT_EQ(close(f), 0);
}

TEST(a_file_that_gets_shorter_takes_its_pages_away)
{
    int f = make("/m", 4 * PAGE);
    unsigned char *p = map_shared(f, 4 * PAGE);
    p[3 * PAGE] = 1;
    p[PAGE + 100] = 2;
    EXPECT_EQ(ftruncate(f, PAGE + 50), 0);
    EXPECT_EQ(signal_of(p + 3 * PAGE, false), SIGBUS);
    EXPECT_EQ(signal_of(p + 2 * PAGE, true), SIGBUS);
    EXPECT_EQ(p[PAGE + 49], byte_of(PAGE + 49));
    EXPECT_EQ(p[PAGE + 50], 0);
    p[PAGE + 60] = 9;                   /* behind the end: it is in no file */
    EXPECT_EQ(ftruncate(f, 4 * PAGE), 0);
    EXPECT_EQ(p[PAGE + 60], 0);
    EXPECT_EQ(p[3 * PAGE], 0);
    EXPECT_EQ(byte_in(f, PAGE + 100), 0);
    byte_write(f, 2 * PAGE + 7, 0x77);
    EXPECT_EQ(p[2 * PAGE + 7], 0x77);
    EXPECT_EQ(munmap(p, 4 * PAGE), 0);
    EXPECT_EQ(close(f), 0);
}

TEST(a_hole_that_is_written_to_gets_a_block_and_a_full_disk_is_a_signal)
{
    int f = open("/m", O_RDWR | O_CREAT | O_TRUNC, 0644), full = open("/full", O_RDWR | O_CREAT, 0644);
    struct stat s;
    EXPECT_EQ(ftruncate(f, MANY * PAGE), 0);
    unsigned char *p = map_shared(f, MANY * PAGE);
    EXPECT_EQ(p[50 * PAGE], 0);
    p[50 * PAGE] = 0x66;
    EXPECT_EQ(fsync(f), 0);
    EXPECT_EQ(fstat(f, &s), 0);
    EXPECT_EQ(s.st_blocks >= 8 && s.st_blocks < 80, 1);
    while (write(full, piece, PAGE) == PAGE)
        ;
    EXPECT_EQ(signal_of(p + 90 * PAGE, true), SIGBUS);
    EXPECT_EQ(signal_error, ENOSPC);
    EXPECT_EQ(signal_of(p + 50 * PAGE, true), 0);
    EXPECT_EQ(unlink("/full") | close(full), 0);
    EXPECT_EQ(signal_of(p + 90 * PAGE, true), 0);
    EXPECT_EQ(munmap(p, MANY * PAGE), 0);
    EXPECT_EQ(byte_in(f, 90 * PAGE), 1);
    EXPECT_EQ(close(f), 0);
}

TEST(a_removed_file_lives_as_long_as_it_is_mapped)
{
    int f = make("/gone", 2 * PAGE);
    unsigned char *p = map_shared(f, 2 * PAGE);
    EXPECT_EQ(close(f) | unlink("/gone"), 0);
    p[0] = 0x21;
    EXPECT_EQ(p[PAGE], byte_of(PAGE));
    f = make("/other", PAGE);           /* it may get the number of the removed one, later */
    EXPECT_EQ(munmap(p, 2 * PAGE) | close(f) | unlink("/other"), 0);
    f = make("/other", PAGE);
    EXPECT_EQ(byte_in(f, 0), byte_of(0));
    EXPECT_EQ(close(f) | unlink("/other"), 0);
}

/* More pages than may be dirty at a time: they are written while others come. */
TEST(more_pages_are_written_to_than_may_be_dirty)
{
    unsigned pages = 300, wrong = 0;
    int f = make("/m", pages * PAGE);
    unsigned char *p = map_shared(f, pages * PAGE);
    for (unsigned round = 0; round < 2; round++)
        for (unsigned i = 0; i < pages; i++)
            p[i * PAGE + round] = (unsigned char)(i + round);
    EXPECT_EQ(msync(p, pages * PAGE, MS_SYNC), 0);
    for (unsigned i = 0; i < pages; i++)
        wrong += byte_in(f, i * PAGE) != (unsigned char)i || p[i * PAGE + 1] != (unsigned char)(i + 1);
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(munmap(p, pages * PAGE) | close(f), 0);
}

TEST(msync_looks_at_its_arguments)
{
    int f = make("/m", PAGE);
    unsigned char *p = map_shared(f, PAGE);
    p[0] = 1;
    EXPECT_EQ(msync(p, PAGE, MS_ASYNC), 0);
    EXPECT_EQ(msync(p, PAGE, MS_SYNC | MS_INVALIDATE), 0);
    EXPECT_EQ(msync(p + 1, PAGE, MS_SYNC), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(munmap(p, PAGE) | close(f), 0);
    EXPECT_EQ(msync(p, PAGE, MS_SYNC), -1);
    EXPECT_EQ(errno, ENOMEM);
}

/* A file that is read again and again is mapped by lib/posix; nothing else may show that. */
TEST(a_file_that_is_read_often_reads_as_before)
{
    int f = make("/m", 5 * PAGE + 100);
    unsigned wrong = 0;
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned at = 0, n; at < 5 * PAGE + 100; at += n) {
            n = (unsigned)pread(f, piece, 3000, at);
            for (unsigned i = 0; i < n; i++)
                wrong += piece[i] != byte_of(at + i);
        }
        EXPECT_EQ(pread(f, piece, PAGE, 5 * PAGE + 50), 50);
        EXPECT_EQ(pread(f, piece, PAGE, 9 * PAGE), 0);
    }
    byte_write(f, 2 * PAGE, 0x99);
    EXPECT_EQ(pread(f, piece, 2000, 2 * PAGE), 2000);
    EXPECT_EQ(piece[0], 0x99);
    EXPECT_EQ(lseek(f, PAGE + 10, SEEK_SET), PAGE + 10);
    EXPECT_EQ(read(f, piece, 2000), 2000);
    EXPECT_EQ(piece[0], byte_of(PAGE + 10));
    EXPECT_EQ(lseek(f, 0, SEEK_CUR), PAGE + 2010);
    EXPECT_EQ(ftruncate(f, PAGE), 0);           /* the map reaches behind the end now */
    EXPECT_EQ(pread(f, piece, PAGE, 3 * PAGE), 0);
    EXPECT_EQ(pread(f, piece, PAGE, 100), PAGE - 100);
    EXPECT_EQ(pwrite(f, piece, PAGE, 8 * PAGE), PAGE);      /* and not as far as the file */
    EXPECT_EQ(pread(f, piece, PAGE, 4 * PAGE), PAGE);
    wrong += piece[0] != 0;
    EXPECT_EQ(pread(f, piece, PAGE, 8 * PAGE + 5), PAGE - 5);
    wrong += piece[0] != byte_of(105);
    EXPECT_EQ(wrong, 0);
    pid_t child = fork();
    if (child == 0)
        _exit(pread(f, piece, PAGE, 0) == PAGE && piece[1] == byte_of(1) ? 4 : 1);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 4);
    EXPECT_EQ(pread(f, piece, PAGE, 0), PAGE);
    EXPECT_EQ(close(f), 0);
}

/* Of a large one, lib/posix maps a part: the reads go to and fro, and over the part's ends. */
TEST(a_large_file_that_is_read_often_reads_as_before)
{
    enum { PART = 64 << 20, END = 200 << 20 };
    static const unsigned places[] = { 100 << 20, 100 << 20, 100 << 20, (100 << 20) + 2, (100 << 20) - 700,
        (100 << 20) + PART - 1000, (100 << 20) + PART, 0, 50, 0, 0, END - PAGE, END - PAGE, END - PAGE, END - 1500, 0 };
    int f = open("/m", O_RDWR | O_CREAT | O_TRUNC, 0644);
    unsigned wrong = 0;
    EXPECT_EQ(ftruncate(f, END), 0);
    for (unsigned i = 0; i < sizeof places / sizeof *places; i++)
        byte_write(f, places[i] + 9, (unsigned char)(places[i] >> 20 ^ places[i]) | 1);
    for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
        unsigned at = places[i], n = at + 2000 < END ? 2000 : END - at;
        EXPECT_EQ(pread(f, piece, 2000, at), n);
        wrong += piece[9] != (unsigned char)((at >> 20 ^ at) | 1) || piece[8] || piece[1499];
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(pread(f, piece, PAGE, END), 0);
    EXPECT_EQ(close(f), 0);
}

/* close() of a descriptor releases the task's locks on its file, but a map that goes is no descriptor. */
TEST(a_map_that_goes_releases_no_lock)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int f = make("/m", 2 * PAGE), status = 0;
    EXPECT_EQ(fcntl(f, F_SETLK, &lock), 0);
    EXPECT_EQ(munmap(map_shared(f, PAGE), PAGE), 0);
    for (unsigned i = 0; i < 5; i++)            /* lib/posix maps it, and lets the map go for fork() */
        EXPECT_EQ(pread(f, piece, PAGE, 0), PAGE);
    pid_t child = fork();
    if (child == 0)
        _exit(fcntl(f, F_SETLK, &lock) == -1 ? 3 : 1);
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 3);
    EXPECT_EQ(close(f), 0);
}

/* hurd_vm_copy() where a page does not come. */
TEST(a_copy_out_of_a_map_says_that_a_page_is_missing)
{
    int f = make("/m", 3 * PAGE);
    unsigned char *p = map_shared(f, 3 * PAGE);
    EXPECT_EQ(hurd_vm_copy(piece, p + 2 * PAGE + 1, 1000), 0);
    EXPECT_EQ(piece[999], byte_of(2 * PAGE + 1000));
    EXPECT_EQ(ftruncate(f, PAGE), 0);
    EXPECT_EQ(hurd_vm_copy(piece, p + 2 * PAGE + 1, 1000), EIO);
    EXPECT_EQ(hurd_vm_copy(piece, p + PAGE - 10, 20), EIO);
    EXPECT_EQ(hurd_vm_copy(piece, p + PAGE - 10, 10), 0);
    EXPECT_EQ(munmap(p, 3 * PAGE) | close(f), 0);
}

/* Large ones go another way, from any byte to any byte, and write nothing else. */
TEST(a_large_copy_out_of_a_map_is_as_a_small_one)
{
    enum { PAGES = 18, GUARD = 0xA5 };
    static const unsigned sizes[] = { 8191, 8192, 8193, 8192 + 127, 12345, 16 * PAGE, 16 * PAGE + 129 };
    static unsigned char to[PAGES * PAGE];
    int f = make("/m", PAGES * PAGE);
    unsigned char *p = map_shared(f, PAGES * PAGE);
    unsigned wrong = 0;
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned size = sizes[i], from = i * 5 % 7, at = 1 + i * 3 % 16;
        memset(to, GUARD, sizeof to);
        EXPECT_EQ(hurd_vm_copy(to + at, p + from, size), 0);
        for (unsigned n = 0; n < size; n++)
            wrong += to[at + n] != byte_of(from + n);
        wrong += to[at - 1] != GUARD || to[at + size] != GUARD;
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(ftruncate(f, 5 * PAGE), 0);
    EXPECT_EQ(hurd_vm_copy(to, p + 3, 16 * PAGE), EIO);
    EXPECT_EQ(hurd_vm_copy(to, p + 3, 5 * PAGE - 3), 0);
    EXPECT_EQ(to[3 * PAGE], byte_of(3 * PAGE + 3));
    EXPECT_EQ(munmap(p, PAGES * PAGE) | close(f), 0);
}

/* ---- two tasks ---- */

/* Each writes a byte for the other one and reads its answer, by the map alone. */
static void play(volatile unsigned char *p, unsigned char first, unsigned rounds)
{
    for (unsigned i = first; i < rounds; i += 2) {
        while (p[i % 3 * PAGE] != (unsigned char)i)
            L4_Yield();
        p[(i + 1) % 3 * PAGE] = (unsigned char)(i + 1);
    }
}

static int ended(pid_t child)
{
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(two_tasks_see_each_others_writes_at_once)
{
    int f = make("/m", 3 * PAGE);
    byte_write(f, 0, 0);
    pid_t child = fork();
    volatile unsigned char *p = map_shared(f, 3 * PAGE);
    if (child == 0) {
        play(p, 1, 100);
        _exit(munmap((void *)p, 3 * PAGE) == 0 ? 5 : 1);
    }
    play(p, 0, 100);
    EXPECT_EQ(ended(child), 5);
    EXPECT_EQ(byte_in(f, 100 % 3 * PAGE), 100);
    EXPECT_EQ(munmap((void *)p, 3 * PAGE) | close(f), 0);
}

TEST(one_task_writes_by_write_what_another_reads_in_its_map)
{
    int f = make("/m", 2 * PAGE), to[2], from[2];
    char token;
    EXPECT_EQ(pipe(to) | pipe(from), 0);
    pid_t child = fork();
    if (child == 0) {
        for (unsigned i = 1; i < 20; i++) {
            read(to[0], &token, 1);
            byte_write(f, i * 200, (unsigned char)i);
            write(from[1], "x", 1);
        }
        _exit(6);
    }
    unsigned char *p = map_shared(f, 2 * PAGE);
    unsigned wrong = 0;
    for (unsigned i = 1; i < 20; i++) {
        p[i * 200 + 1] = (unsigned char)(i + 100);
        write(to[1], "x", 1);
        read(from[0], &token, 1);
        wrong += p[i * 200] != i || p[i * 200 + 1] != i + 100;
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(ended(child), 6);
    EXPECT_EQ(munmap(p, 2 * PAGE) | close(f) | close(to[0]) | close(to[1]) | close(from[0]), 0);
    EXPECT_EQ(close(from[1]), 0);
}

static L4_Word_t pages_free(void)
{
    struct hurd_pm_statistics s;
    struct hurd_startup_cap memory = __hurd_startup_data->physmem_control;
    EXPECT_EQ(hurd_pm_statistics(L4_ThreadIdOfRaw(memory.server), memory.cap, &s), 0);
    return s.free;
}

/* A task that ends with a map leaves what it wrote, and nothing else: the file can go. */
TEST(a_task_that_dies_leaves_its_writes_and_no_page)
{
    L4_Word_t before = 0, after = 0;
    for (unsigned round = 0; round < 3; round++) {
        int f = make("/m", 20 * PAGE);
        pid_t child = fork();
        if (child == 0) {
            unsigned char *p = map_shared(f, 20 * PAGE);
            for (unsigned i = 0; i < 20; i++)
                p[i * PAGE] = (unsigned char)(i + 3);
            __builtin_trap();           /* it ends where it stands */
        }
        int status;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        for (unsigned i = 0; i < 20; i++)
            EXPECT_EQ(byte_in(f, i * PAGE), i + 3);
        EXPECT_EQ(close(f) | unlink("/m"), 0);
        for (unsigned i = 0; i < 80; i++)       /* so many requests, and the server looks which tasks died */
            EXPECT_EQ(access("/", 0), 0);
        after = pages_free();
        if (round == 1)
            before = after;
    }
    EXPECT_EQ(after + 4 >= before, 1);
}

/* ---- memory ---- */

/* The cache's pages are extra ones: when programs need the frames, they go, and come again. */
TEST(the_cache_gives_way_to_programs_and_its_pages_come_again)
{
    struct hurd_pm_extra_info info;
    struct hurd_startup_cap memory = __hurd_startup_data->physmem_control;
    unsigned pages = 500, wrong = 0;
    int f = make("/m", pages * PAGE);
    unsigned char *p = map_shared(f, pages * PAGE);
    for (unsigned i = 0; i < pages; i++)
        wrong += p[i * PAGE + 9] != byte_of(i * PAGE + 9);
    L4_ThreadId_t physmem = L4_ThreadIdOfRaw(memory.server);
    EXPECT_EQ(hurd_pm_extra_info(physmem, memory.cap, &info), 0);
    EXPECT_EQ(info.all >= pages / 2, 1);
    unsigned most = 60000, step = 256, have = 0;
    char *block[64];
    while (have < 64 && have * step < most) {
        block[have] = mmap(NULL, step * PAGE, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (block[have] == MAP_FAILED)
            break;
        have++;
        hurd_pm_extra_info(physmem, memory.cap, &info);
        if (info.all < pages / 4)
            break;
    }
    for (unsigned i = 0; i < pages; i++)
        wrong += p[i * PAGE + 9] != byte_of(i * PAGE + 9);
    EXPECT_EQ(wrong, 0);
    while (have > 0)
        munmap(block[--have], step * PAGE);
    EXPECT_EQ(munmap(p, pages * PAGE) | close(f) | unlink("/m"), 0);
}

const struct test tests[] = {
    T(a_map_shows_the_files_bytes_and_zeros_behind_its_end),
    T(what_a_map_writes_is_read_and_what_is_written_shows_in_the_map),
    T(two_maps_of_a_file_are_the_same_memory),
    T(a_private_map_keeps_its_changes),
    T(a_file_that_gets_shorter_takes_its_pages_away),
    T(a_hole_that_is_written_to_gets_a_block_and_a_full_disk_is_a_signal),
    T(a_removed_file_lives_as_long_as_it_is_mapped),
    T(more_pages_are_written_to_than_may_be_dirty),
    T(msync_looks_at_its_arguments),
    T(a_file_that_is_read_often_reads_as_before),
    T(a_large_file_that_is_read_often_reads_as_before),
    T(a_map_that_goes_releases_no_lock),
    T(a_copy_out_of_a_map_says_that_a_page_is_missing),
    T(a_large_copy_out_of_a_map_is_as_a_small_one),
    T(two_tasks_see_each_others_writes_at_once),
    T(one_task_writes_by_write_what_another_reads_in_its_map),
    T(a_task_that_dies_leaves_its_writes_and_no_page),
    T(the_cache_gives_way_to_programs_and_its_pages_come_again),
    T(private_copies_move_with_their_region),
    T(private_copies_go_to_swap_and_come_back),
    T(a_child_of_fork_has_its_parents_maps),
    T(mmap_of_a_descriptor_says_what_is_wrong),
    T(the_protocol_of_maps_refuses_what_is_wrong),
    {NULL, NULL},
};
