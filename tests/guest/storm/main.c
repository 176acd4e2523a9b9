/* SPDX-License-Identifier: MIT */
/* storm: changes a file system by lot, says of each change what it is before it makes it, and syncs
 * now and then.  A reader of that knows what the disk has to hold after each sync.
 *      storm seed=N steps=N full=N     full: fills the disk first, but for so many bytes
 *      storm hold=PATH, find=PATH      hold.c
 *      storm crowd=N       crowd.c, with the option `files` of init
 *      storm measure=N     measure.c
 * Lines:  w PATH SIZE SEED    a file gets these bytes (storm_byte)
 *         t PATH SIZE         it is cut
 *         u PATH    m PATH PATH    it is removed, renamed
 *         d ...               something with directories and links, which nobody has to follow
 *         s N                 all is synced; then the file /mark gets N, and is synced as well
 * ENOSPC, EIO and what follows from them end no storm; each is said behind its line as "! errno". */
#include "tests/guest/storm/storm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIRECTORIES = 4, FILES = 12, TREES = 3, SYNC_EVERY = 8, PART = 3000, MARK = 32 };

static uint32_t state;
static unsigned long seed_given;

static uint32_t roll(uint32_t sides)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % sides;
}

static const char *path_roll(char path[32])
{
    uint32_t d = roll(DIRECTORIES), f = roll(FILES);
    snprintf(path, 32, "/s/d%lu/%s%lu", (unsigned long) d, f % 3 ? "f" : "rather-long-", (unsigned long) f);
    return path;
}

static void report(int failed)
{
    if (failed)
        printf("! %d\n", errno);
}

int storm_fill(const char *path, uint32_t size, uint32_t seed)
{
    static unsigned char part[PART];
    int f = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644), bad = f < 0;
    for (uint32_t at = 0; at < size && !bad; ) {
        uint32_t n = size - at < PART ? size - at : PART;
        for (uint32_t i = 0; i < n; i++)
            part[i] = storm_byte(seed, at + i);
        ssize_t done = write(f, part, n);
        bad = done <= 0;
        at += bad ? 0 : (uint32_t) done;
    }
    int why = errno;
    if (f >= 0 && close(f))
        return -1;
    errno = why;
    return bad ? -1 : 0;
}

static void file_change(void)
{
    static const uint32_t most[] = { 100, 3000, 9000, 40000 };
    char a[32], b[32];
    uint32_t size;
    path_roll(a);
    switch (roll(8)) {
    case 0:
        printf("u %s\n", a);
        report(unlink(a));
        break;
    case 1: case 2:
        printf("m %s %s\n", a, path_roll(b));
        report(rename(a, b));
        break;
    case 3:
        size = roll(3000);
        printf("t %s %lu\n", a, (unsigned long) size);
        report(truncate(a, size));
        break;
    default:
        size = roll(most[roll(4)]);
        uint32_t seed = roll(1000);
        printf("w %s %lu %lu\n", a, (unsigned long) size, (unsigned long) seed);
        report(storm_fill(a, size, seed));
    }
}

/* Trees of directories come, go and move, with a file in each. */
static void tree_change(void)
{
    char a[40], b[40], inner[64];
    snprintf(a, sizeof a, "/s/d%lu/x%lu", (unsigned long) roll(DIRECTORIES), (unsigned long) roll(TREES));
    snprintf(b, sizeof b, "/s/d%lu/x%lu", (unsigned long) roll(DIRECTORIES), (unsigned long) roll(TREES));
    printf("d %s %s\n", a, b);
    snprintf(inner, sizeof inner, "%s/deep", a);
    switch (roll(5)) {
    case 0: case 1:
        mkdir(a, 0755);
        mkdir(inner, 0755);
        strcat(inner, "/file");
        storm_fill(inner, roll(2000), 1);
        break;
    case 2:
        strcat(inner, "/file");
        unlink(inner);
        *strrchr(inner, '/') = 0;
        rmdir(inner);
        rmdir(a);
        break;
    case 3:
        snprintf(inner, sizeof inner, "%s-link", a);
        if (symlink(b, inner))
            unlink(inner);
        break;
    default:
        rename(a, b);
    }
}

/* Says so only if the sync did its work. */
static void mark(unsigned n)
{
    char text[MARK + 1];
    int f = open("/mark", O_WRONLY | O_CREAT, 0644);
    if (f < 0 || fsync(f)) {
        printf("! %d\n", errno);
        close(f);
        return;
    }
    printf("s %u\n", n);
    snprintf(text, sizeof text, "PECAN-MARK-%06u!%14s", n, "");
    if (write(f, text, MARK) != MARK || fsync(f))
        printf("! %d\n", errno);
    close(f);
}

/* What is left is `rest` bytes or less. */
static void disk_fill(uint32_t rest)
{
    char path[16];
    for (unsigned i = 0; i < 100; i++) {
        snprintf(path, sizeof path, "/full%u", i);
        if (storm_fill(path, 500000, i))
            break;
    }
    if (storm_fill("/full", rest, 1) && errno == ENOSPC) {
        unlink("/full");
        truncate(path, 0);
        storm_fill("/full", rest, 1);
        storm_fill(path, 500000, 1);
        unlink("/full");
    }
}

static void storm(unsigned steps, uint32_t full)
{
    char path[16];
    mkdir("/s", 0755);
    for (unsigned i = 0; i < DIRECTORIES; i++) {
        snprintf(path, sizeof path, "/s/d%u", i);
        mkdir(path, 0755);
    }
    if (full)
        disk_fill(full);
    for (unsigned n = 0; n < steps; n++) {
        if (n % SYNC_EVERY == 0)
            mark(n / SYNC_EVERY);
        if (roll(4))
            file_change();
        else
            tree_change();
    }
    mark(steps / SYNC_EVERY + 1);
    printf("storm: %u steps\n", steps);
}

int main(int argc, char **argv)
{
    unsigned long steps = 120, full = 0, server = 0, clients = 0, number = 0;
    for (int i = 1; i < argc; i++) {
        const char *value = strchr(argv[i], '=');
        if (!value++)
            continue;
        if (!strncmp(argv[i], "hold", 4))
            return hold(value);
        if (!strncmp(argv[i], "find", 4))
            return find(value);
        if (!strncmp(argv[i], "lasting", 7))
            return lasting(value);
        unsigned long n = strtoul(value, NULL, strncmp(argv[i], "files", 5) ? 10 : 16);
        if (!strncmp(argv[i], "measure", 7))
            return measure(n);
        *(!strncmp(argv[i], "crowd", 5) ? &clients : !strncmp(argv[i], "full", 4) ? &full
          : !strncmp(argv[i], "steps", 5) ? &steps : !strncmp(argv[i], "files", 5) ? &server
          : argv[i][0] == 'n' ? &number : &seed_given) = n;
    }
    if (clients || number)
        return crowd(clients, server, number);
    state = seed_given;
    storm(steps, full);
    return 0;
}
