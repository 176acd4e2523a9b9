/* SPDX-License-Identifier: MIT */
/* What files cost a program: client, file server, physmem and kernel together, of the whole machine,
 * as in pages.c.  The files are on an IDE disk (bench/run makes it) and in the server's cache, except
 * for file.cold, where the waits for the disk are taken off as in blocks.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hurd/mm.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>

#include "bench/samples.h"

enum { PAGE = 4096, BIG = 65536, SAMPLES = 33, MAPPED = 64, COLD = 24, CLIENT_FRAMES = 48 };

static uint32_t samples[SAMPLES];
static volatile uint32_t idle;
static uint8_t bytes[BIG] __attribute__((aligned(PAGE)));

static void report(const char *name, uint32_t count, uint32_t which, uint32_t divisor)
{
    samples_sort(samples, count);
    printf("bench %s %lu instr\n", name, (unsigned long)(samples[which] / divisor));
}

/* What `call` costs, the middle one of many: it gives 0, or something went wrong. */
#define MEASURE(name, divisor, call)                                                               \
    do {                                                                                           \
        for (int i_ = 0; i_ < SAMPLES; i_++) {                                                     \
            uint32_t before_ = instructions();                                                     \
            int bad_ = (call);                                                                     \
            samples[i_] = instructions() - before_;                                                \
            if (bad_)                                                                              \
                return give_up(name);                                                              \
        }                                                                                          \
        report(name, SAMPLES, SAMPLES / 2, divisor);                                               \
    } while (0)

static bool give_up(const char *what)
{
    printf("not ok - %s: error %d\n", what, errno);
    return false;
}

static int open_read_close(const char *path)
{
    int f = open(path, O_RDONLY);
    bool good = f >= 0 && read(f, bytes, PAGE) == PAGE;
    return close(f) != 0 || !good;
}

static bool calls(void)
{
    struct stat s;
    int f = open("/file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (f < 0 || write(f, bytes, BIG) != BIG || pread(f, bytes, BIG, 0) != BIG)
        return give_up("/file");
    MEASURE("file.read4", 1, pread(f, bytes, PAGE, 2 * PAGE) != PAGE);
    MEASURE("file.read64", 1, pread(f, bytes, BIG, 0) != BIG);
    MEASURE("file.write4", 1, pwrite(f, bytes, PAGE, 2 * PAGE) != PAGE);
    MEASURE("file.open", 1, open_read_close("/file"));
    MEASURE("file.stat", 1, stat("/file", &s));
    return close(f) == 0;
}

/* Pages of a map that are in the cache, one after the other: `alone`, or with their neighbours. */
static bool touch(const char *name, int f, bool alone, bool writes)
{
    for (int i = 0; i < SAMPLES; i++) {
        volatile uint8_t *p = mmap(NULL, MAPPED * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
        if (p == MAP_FAILED)
            return give_up(name);
        if (alone)
            madvise((void *)p, MAPPED * PAGE, MADV_RANDOM);
        uint32_t before = instructions();
        for (unsigned page = 0; page < MAPPED; page++) {
            if (writes)
                p[page * PAGE] = 1;
            else
                (void)p[page * PAGE];
        }
        samples[i] = instructions() - before;
        munmap((void *)p, MAPPED * PAGE);
        if (writes)
            fsync(f);
    }
    report(name, SAMPLES, SAMPLES / 2, MAPPED);
    return true;
}

static bool maps(void)
{
    int f = open("/mapped", O_RDWR | O_CREAT | O_TRUNC, 0644);
    for (unsigned i = 0; i < MAPPED; i += BIG / PAGE)
        if (write(f, bytes, BIG) != BIG)
            return give_up("/mapped");
    return touch("file.fault", f, false, false) && touch("file.fault.alone", f, true, false) &&
           touch("file.fault.write", f, false, true) && close(f) == 0;
}

/* ---- from the disk ---- */

static void count_idle(void *unused)
{
    (void)unused;
    __asm__ volatile("1: addl $1, %0\n\tjmp 1b" : "+m"(idle));
}

static bool cold(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_ThreadId_t counter;
    int f = open("/cold", O_RDONLY);
    if (f < 0 || hurd_thread_start(&counter, count_idle, NULL, 0) ||
        hurd_task_thread_priority(L4_ThreadIdOfRaw(data->task.server), data->task.cap, counter, 1))
        return give_up("/cold");
    for (int i = 0; i < COLD; i++) {
        uint32_t idle_before = idle, before = instructions();
        if (read(f, bytes, BIG) != BIG)
            return give_up("read of /cold");
        samples[i] = instructions() - before - 2 * (idle - idle_before);
    }
    report("file.cold", COLD, COLD / 4, BIG / PAGE);
    return close(f) == 0;
}

/* ---- how it grows ---- */

static bool directories(void)
{
    char name[40], path[40];
    struct stat s;
    for (unsigned n = 10; n <= 10000; n *= 10) {
        snprintf(path, sizeof path, "/d%u/%u", n, n - 1);
        snprintf(name, sizeof name, "file.stat.of%u", n);
        if (stat(path, &s))
            return give_up(path);
        MEASURE(name, 1, stat(path, &s));
    }
    return true;
}

static bool sizes(void)
{
    static const char *const names[] = {"1K", "64K", "1M", "32M", "1G"};
    char name[40];
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        static const off_t size[] = {1 << 10, 1 << 16, 1 << 20, 1 << 25, 1 << 30};
        off_t at = size[i] > PAGE ? size[i] - PAGE : 0;
        int f = open("/sparse", O_RDWR | O_CREAT | O_TRUNC, 0644);
        snprintf(name, sizeof name, "file.read.of%s", names[i]);
        if (f < 0 || ftruncate(f, size[i]) || pread(f, bytes, PAGE, at) <= 0)
            return give_up(name);
        MEASURE(name, 1, pread(f, bytes, PAGE, at) <= 0);
        close(f);
    }
    return unlink("/sparse") == 0;
}

/* So many other programs have files open, and sleep. */
static bool clients(void)
{
    char name[40];
    unsigned have = 1;
    int f = open("/file", O_RDONLY);
    for (unsigned n = 1; n <= 100; n *= 10) {
        for (; have < n; have++) {
            struct hurd_task_created child;
            errno = hurd_fork(CLIENT_FRAMES, &child);
            if (errno)
                return give_up("fork");
            if (child.id == 0) {
                open("/file", O_RDONLY);
                L4_Sleep(L4_Never);
            }
        }
        snprintf(name, sizeof name, "file.read.for%u", n);
        L4_Sleep(L4_TimePeriod(100000));
        MEASURE(name, 1, pread(f, bytes, PAGE, 0) != PAGE);
    }
    return true;
}

int main(void)
{
    bool good = calls() && maps() && directories() && sizes() && clients() && cold();
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
