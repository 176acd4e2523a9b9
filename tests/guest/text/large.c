/* SPDX-License-Identifier: MIT */
/* A program that is larger than the memory for images:
 *      large [PASSES [FILE [fork]]]
 * looks at each of its pages in each pass, and says how many are wrong.  With FILE it waits behind
 * the first half of the first pass until there is such a file, or no file system; with a third
 * argument, a copy of it looks at the second half first. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <hurd/mm.h>
#include <l4/ipc.h>

enum { PAGES = 512, PAGE = 4096, CODE_SEED = 0x5eed0000, PAUSE = 20000 };

extern const uint8_t large_code[PAGES][PAGE];
extern const uint32_t large_words[PAGES][PAGE / 4];

static bool code_is_good(uint32_t page)
{
    uint32_t (*function)(void) = (uint32_t (*)(void)) (uintptr_t) large_code[page];
    for (unsigned i = 6; i < PAGE; i++) {
        if (large_code[page][i] != (page & 0xff))
            return false;
    }
    return function() == CODE_SEED + page;
}

static bool words_are_good(uint32_t page)
{
    for (unsigned i = 0; i < PAGE / 4; i++) {
        if (large_words[page][i] != page * 0x10001 + 7)
            return false;
    }
    return true;
}

static unsigned words_wrong(void)
{
    unsigned wrong = 0;
    for (uint32_t page = 0; page < PAGES; page++)
        wrong += !words_are_good(page);
    return wrong;
}

static bool copy_is_wrong(void)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(words_wrong() > 0);
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        printf("large: copy %d: %s, status %d\n", (int) child, strerror(errno), status);
        return true;
    }
    return false;
}

static void wait_for(const char *path)
{
    printf("large: waits for %s\n", path);
    fflush(stdout);
    while (access(path, F_OK) && errno == ENOENT)
        L4_Sleep(L4_TimePeriod(PAUSE));
}

int main(int argc, char **argv)
{
    const int passes = argc > 1 ? atoi(argv[1]) : 2;
    const char *file = argc > 2 ? argv[2] : NULL;
    unsigned wrong = 0;
    struct hurd_mm_counters counters;
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t page = 0; page < PAGES; page++)
            wrong += !code_is_good(page);
        if (pass == 0 && file) {
            wait_for(file);
            wrong += argc > 3 && copy_is_wrong();
        }
        wrong += words_wrong();
    }
    hurd_mm_counters(&counters);
    printf("large: %d pages, %d times, %u wrong, %u asked for\n", 2 * PAGES, passes, wrong,
           (unsigned) counters.pageins);
    return wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}
